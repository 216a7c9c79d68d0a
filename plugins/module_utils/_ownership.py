# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What is ours on this host: files with checksums, links with the options that were set, and what the last change wanted."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Mapping

from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _snapshot, _store

NAME = "owned.json"

Owned = Dict[str, Any]


def nothing() -> Owned:
    """The record of a host that this collection has never changed."""
    return {"backend": None, "files": {}, "links": {}, "variables": None, "intent": None, "transaction": None}


def read(store: _store.Store) -> Owned:
    """``{"backend", "files": {path: {"sha256", "mode"}}, "links": {name: {"kind", "options"}}, "variables", "intent", "transaction"}``.

    Raises ValueError when the record is damaged.
    """
    try:
        with open(os.path.join(store.base, NAME)) as stream:
            return dict(nothing(), **json.load(stream))
    except FileNotFoundError:
        return nothing()


def after(
    owned: Mapping[str, Any],
    backend: str,
    wanted: Mapping[str, Any],
    desired: Mapping[str, Any],
    purge: bool,
) -> Owned:
    """What will be ours once a change is confirmed, without ``variables``, ``intent`` and ``transaction``.

    With ``purge`` of False what was ours and is no longer wanted is left in place, and stays ours.
    """
    files = {
        path: {"sha256": _snapshot.checksum(target["content"]), "mode": target["mode"]}
        for path, target in wanted.items()
        if target is not None and not target.get("shared")
    }
    links = {name: {"kind": link["kind"], "options": _options(link, owned["links"].get(name))} for name, link in desired["links"].items()}
    if not purge:
        files = {**{path: facts for path, facts in owned["files"].items() if path not in wanted}, **files}
        links = {**{name: facts for name, facts in owned["links"].items() if name not in desired["absent"]}, **links}
    return dict(nothing(), backend=backend, files=files, links=links)


def _options(link: Mapping[str, Any], before: Any) -> List[str]:
    # An option that we set once stays ours to put back to its default.
    return sorted({*(link.get("options") or ()), *((before or {}).get("options") or ())})


def edited(owned: Mapping[str, Any], wanted: Mapping[str, Any]) -> List[str]:
    """Files of ours that somebody else has changed or removed, if the change would write or remove them. Raises OSError."""
    found = []
    for path, facts in owned["files"].items():
        now = _snapshot.look(path)
        target = wanted.get(path)
        as_wanted = target is not None and now is not None and now["sha256"] == _snapshot.checksum(target["content"])
        if now is not None and now["sha256"] != facts["sha256"] and not as_wanted and path in wanted:
            found.append(path)
    return found


def adopt(store: _store.Store, transaction: str) -> None:
    """Takes over what a transaction recorded at its start. Repeatable. Raises OSError."""
    owned = store.read(transaction, NAME)
    if owned is not None:
        _store.write_file(os.path.join(store.base, NAME), json.dumps(owned, indent=1, sort_keys=True) + "\n")
