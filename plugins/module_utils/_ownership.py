# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What is ours on this host: files with checksums, links with the options that were set, and what the last change wanted."""

from __future__ import annotations

import copy
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


def _in_use(name: str, intent: Mapping[str, Any]) -> bool:
    """Does an intent want more of a link than that it is there?"""
    links = intent["links"]
    on_top = any(link["kind"] == "vlan" and link["link"] == name for link in links.values())
    return bool(links[name]["kind"] != "nic" or links[name]["master"] or name in intent["addresses"] or on_top)


def kept(intent: Mapping[str, Any], last: Any) -> Dict[str, Any]:
    """The intent and, as the last one had it, what is not in it any more: what ``purge`` of False stands for.

    ``last`` is the completed intent of the last change, or None. What the intent uses elsewhere, NICs and addresses, it gets.
    """
    if last is None:
        return dict(intent)
    staying = [name for name in last["links"] if name not in intent["links"] or not _in_use(name, intent)]
    links = {**intent["links"], **{name: copy.deepcopy(last["links"][name]) for name in staying}}
    for name in staying:
        if links[name]["master"] is not None and links[name]["master"] not in staying:
            links[name] = intent["links"].get(name, dict(links[name], master=None))
        elif links[name]["kind"] == "vlan" and links[name]["link"] not in links:
            del links[name]
    bare = set()
    for name in [name for name in staying if name in links]:
        for key in ("slaves", "ports"):
            if links[name].get(key):
                links[name][key] = [lower for lower in links[name][key] if lower in links and links[lower]["master"] == name]
                bare |= set() if links[name][key] else {name}
    taken = {address.partition("/")[0] for body in intent["addresses"].values() for address in body["addresses"]}
    addresses = dict(intent["addresses"])
    for name, body in last["addresses"].items():
        if name in links and name in staying and name not in bare:
            addresses[name] = dict(body, addresses=[text for text in body["addresses"] if text.partition("/")[0] not in taken])
    return {**intent, "links": links, "addresses": addresses}


def beside(last: Any, asked: Mapping[str, Any], name: str) -> Any:
    """The part of the last change's completed intent that a change of one object must keep, for ``kept``; None if there was none.

    It is what ``purge`` of False has kept until now: what was not in ``asked``, the intent of the recorded variables. The object ``name``
    is not part of it, nor are the NICs that only served it.
    """
    if last is None:
        return None
    links = {
        other: link
        for other, link in last["links"].items()
        if other not in (name, *asked["links"]) and not (link["kind"] == "nic" and link["master"] == name)
    }
    return {**last, "links": links, "addresses": {other: body for other, body in last["addresses"].items() if other in links}}


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
