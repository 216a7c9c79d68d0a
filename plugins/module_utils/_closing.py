# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Closing a window by hand, and undoing the last confirmed change as a guarded change of its own.

Of the object called ``module`` only what _engine.py lists is used.
"""

from __future__ import annotations

import os
from typing import Any, Dict, List, Mapping, Optional

from ansible_collections.trunkline.bonding.plugins.module_utils import _engine, _ownership, _plan, _state
from ansible_collections.trunkline.bonding.plugins.module_utils._machine import Machine
from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _close, _dead_man, _status, _store

Result = Dict[str, Any]


def run(module: Any) -> None:
    """Does what ``state`` says and ends the module."""
    machine, store = Machine(), _store.Store()
    wanted = module.params["state"]
    try:
        if wanted == "reverted":
            _revert(module, machine, store)
        _end(module, machine, store, wanted)
    except (_close.Refused, _dead_man.NotArmed) as error:
        module.fail_json(msg=f"{error}.", changed=False, transaction=_status.read(store, _chosen(module, store) or "-"))
    except (_state.StateError, ValueError, OSError) as error:
        module.fail_json(msg=str(error), changed=False)


def _chosen(module: Any, store: _store.Store) -> Optional[str]:
    """The transaction that is meant: the one given, else the one in its window, else the last."""
    given = module.params["transaction"]
    return given or store.holder() or (store.ids() or [None])[-1]


def _end(module: Any, machine: Machine, store: _store.Store, wanted: str) -> None:
    transaction = _chosen(module, store)
    now = _status.read(store, transaction) if transaction else None
    if transaction is None or now is None:
        raise _close.Refused(
            f"transaction {transaction} is not known on this host" if transaction else "there is no transaction on this host"
        )
    if module.check_mode:
        changed = now["status"] in (_status.APPLYING, _status.APPLIED)
    elif wanted == "confirmed":
        changed = _close.confirm(machine, store, transaction)
    else:
        changed = _close.roll_back(machine, store, transaction, module.params["reason"])
    module.exit_json(changed=changed, transaction=_status.read(store, transaction), findings=[])


def _last_confirmed(store: _store.Store) -> Optional[str]:
    """The last confirmed change; for one that only ended another, both being one change to a user, the one that began it."""
    confirmed = [name for name in store.ids() if store.mark(name) == _store.CONFIRMED]
    if not confirmed:
        return None
    begun = confirmed[-1][: -len(_store.ENDING)] if confirmed[-1].endswith(_store.ENDING) else None
    return begun if begun in confirmed else confirmed[-1]


def _revert(module: Any, machine: Machine, store: _store.Store) -> None:
    """Opens a window whose wanted state is the snapshot of the last confirmed change."""
    if store.holder() is not None:
        _engine.pending(module, machine, store)
    last = _last_confirmed(store)
    if last is None:
        told = "There is nothing to undo: no change was confirmed on this host."
        module.exit_json(changed=False, transaction=None, findings=[], msg=told)
        return
    change = store.read(last, "change.json")
    if change.get("reverts"):
        # Asked for again: the last change is itself the undoing.
        told = f"There is nothing to undo: the last change was itself the undoing of {change['reverts']}."
        module.exit_json(changed=False, transaction=_status.read(store, last), findings=[], reverts=change["reverts"], msg=told)
        return
    work = _backwards(machine, store, last, change)
    result = {
        "changed": True,
        "backend": work["backend"].name,
        "findings": [],
        "plan": work["steps"],
        "cost": _plan.cost(work["steps"]),
        "reverts": last,
        "transaction": None,
    }
    from ansible_collections.trunkline.bonding.plugins.module_utils import _change

    result["diff"] = _change.diff(work)
    if not module.check_mode:
        result["transaction"] = _engine.begin(module, machine, store, work)
    module.exit_json(**result)


def _files_before(store: _store.Store, transaction: str, actions: Mapping[str, str]) -> Result:
    """The files as a back end would have rendered them: those of before the change."""
    files: Result = {}
    for path, action in actions.items():
        if action == "create":
            files[path] = None
        else:
            files[path] = {"keep": store.path(transaction, "old" + path), "shared": True}
    return files


def _untouched(store: _store.Store, actions: Mapping[str, str], owned: Mapping[str, Any]) -> List[str]:
    """Files of the change that somebody has edited since."""
    from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _snapshot

    edited = []
    for path, action in actions.items():
        now = _snapshot.look(path)
        recorded = owned["files"].get(path)
        if (action == "remove") != (now is None) or (now and recorded and now["sha256"] != recorded["sha256"]):
            edited.append(path)
    return edited


def _backwards(machine: Machine, store: _store.Store, last: str, change: Mapping[str, Any]) -> Result:
    from ansible_collections.trunkline.bonding.plugins.module_utils import _change
    from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _base

    owned = _ownership.read(store)
    edited = _untouched(store, change["files"], owned)
    if edited:
        raise _close.Refused(f"these files were changed after transaction {last}, so they are not overwritten: {', '.join(edited)}")
    backend = _base.BACKENDS[change["backend"]]
    facts = backend.detect(machine)
    if facts is None:
        raise _close.Refused(f"{backend.title}, which transaction {last} used, is not on this host any more")
    state = _state.read(machine)
    before = store.read(last, "owned_before.json") or _ownership.nothing()
    desired = store.read(last, "back.json")
    files = _files_before(store, last, change["files"])
    actions = {path: {"create": "remove", "remove": "create", "change": "change"}[action] for path, action in change["files"].items()}
    work: Result = {
        "backend": backend, "facts": facts, "desired": desired, "state": state, "files": files, "actions": actions,
        "steps": _plan.plan(state, desired), "first": None, "reverts": last, "intent": before["intent"] or {"links": {}, "addresses": {}},
        "owned": before, "owned_before": owned, "findings": [],
    }  # fmt: skip
    work["steps"] += _change.bounces(work)
    work["change"] = _change.describe(work)
    work["apply"] = backend.apply(work["change"], facts)
    for path in actions:
        if actions[path] != "remove" and not os.path.lexists(files[path]["keep"]):
            raise _close.Refused(f"the old version of {path} is missing from transaction {last}")
    return work
