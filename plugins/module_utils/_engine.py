# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The host engine: intent -> findings -> state -> plan -> transaction.

Of the object called ``module`` only the following is used: ``params[]``, ``check_mode``, ``warn(text)``, ``exit_json(**result)`` and
``fail_json(msg, **result)``. What only a change needs is imported where it is needed: a run with nothing to do must stay cheap.
"""

from __future__ import annotations

import os
import time
from typing import Any, Callable, Dict, List, Mapping, Optional

from ansible_collections.trunkline.bonding.plugins.module_utils import _ownership, _plan, _state, _steady
from ansible_collections.trunkline.bonding.plugins.module_utils._machine import Machine
from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _store

VARIABLES = ("nics", "profiles", "bonds", "vlans", "bridges", "addresses", "bmc")

Result = Dict[str, Any]
Amend = Callable[[Mapping[str, Any]], Dict[str, Any]]


def new_id() -> str:
    """An id for a transaction: when, in UTC, and a random part."""
    return f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{os.urandom(3).hex()}"


def run(module: Any, amend: Optional[Amend] = None) -> None:
    """Makes the host what the module's parameters say and ends the module.

    ``amend`` makes the variables out of those of the last change, for modules that handle one object; without it they are the parameters.
    """
    machine, store = Machine(), _store.Store()
    params = module.params
    if os.geteuid() != 0:
        _refuse(module, "host.needs-root", "host", os.geteuid())
    if store.holder() is not None:
        pending(module, machine, store)
    try:
        owned = _ownership.read(store)
    except ValueError as error:
        _refuse(module, "host.record-damaged", f"{store.base}/{_ownership.NAME}", why=str(error))
    variables = amend(owned["variables"] or {}) if amend else {name: params[name] for name in VARIABLES if params.get(name) is not None}
    request = {
        "variables": variables,
        "backend": params["backend"],
        # The modules for one object have no purge: nothing but that object goes.
        "purge": params.get("purge", True),
        "object": params["name"] if amend else None,
        "accept": params["accept"],
    }
    try:
        mark = _steady.fingerprint(request)
        state = _state.read(machine)
        known = _steady.recall(store, mark)
        if known is not None and _steady.as_known(known, state) and not _plan.plan(state, known["desired"]):
            _leave(module, _unchanged(known["backend"], known["findings"]))
    except _state.StateError as error:
        _refuse(module, "host.state-unreadable", "host", why=str(error))
    from ansible_collections.trunkline.bonding.plugins.module_utils import _change

    work = _change.prepare(machine, owned, {**request, "may_load": not module.check_mode}, state)
    if work["errors"]:
        _fail(module, work["findings"])
    if not work["steps"] and not work["actions"]:
        if not module.check_mode:
            _steady.remember(store, mark, _change.to_remember(work), state)
        _leave(module, _unchanged(work["backend"].name, work["findings"]))
    result = {
        "changed": True,
        "backend": work["backend"].name,
        "findings": work["findings"],
        "plan": work["steps"],
        "cost": _plan.cost(work["steps"]),
        "commands": [entry["argv"] for entry in work["apply"] if not entry.get("held")],
        "diff": _change.diff(work),
        "transaction": None,
    }
    if not module.check_mode:
        result["transaction"] = begin(module, machine, store, work)
    _leave(module, result)


def begin(module: Any, machine: Machine, store: _store.Store, work: Mapping[str, Any]) -> Result:
    """Opens the window for prepared work and starts it; returns the transaction. Ends the module with a finding if that is not possible."""
    from ansible_collections.trunkline.bonding.plugins.module_utils import _change
    from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _begin, _dead_man

    transaction = module.params.get("transaction") or new_id()
    if not _store.valid_id(transaction):
        _refuse(module, "host.transaction-id", "bonding_transaction", transaction)
    place = store.path(transaction)
    try:
        window = _change.window(machine, work, transaction)
        return dict(_begin.begin(machine, store, transaction, module.params["deadline"], window), directory=place)
    except _store.Busy as busy:
        _refuse_open(module, store, busy.transaction)
    except FileExistsError:
        _refuse(module, "host.transaction-used", "bonding_transaction", transaction)
    except _dead_man.NotArmed as error:
        _refuse(module, "host.no-dead-man", "host", why=str(error))
    except _begin.Unsafe as error:
        _refuse(module, "host.no-way-back", "host", why=str(error))
    except OSError as error:
        _refuse(module, "host.no-way-back", place, why=f"{error.filename or place}: {error.strerror or error}")
    raise AssertionError("a refusal ends the module")


def pending(module: Any, machine: Machine, store: _store.Store) -> None:
    """Deals with an open window: the one of this very run, one that a crash left behind, or somebody else's."""
    from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _close, _status

    holder = store.holder()
    if holder is not None and holder == module.params.get("transaction") and store.mark(holder) == _store.ARMED:
        # The connection plugin has run the module twice: the first answer was lost.
        _leave(module, {"changed": True, "findings": [], "transaction": dict(_status.read(store, holder), directory=store.path(holder))})
    if module.check_mode:
        now = _status.read(store, holder) if holder else None
        if now is not None and now["status"] not in _status.FINAL:
            _refuse_open(module, store, holder)
    elif _close.finish(machine, store) is not None:
        _refuse_open(module, store, holder)


def _refuse_open(module: Any, store: _store.Store, transaction: Optional[str]) -> None:
    from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _status

    now = (_status.read(store, transaction) if transaction else None) or {"status": "preparing", "age": 0, "remaining": None}
    left = "" if now["remaining"] is None else f" and goes back by itself within {now['remaining']} s"
    _refuse(module, "host.transaction-open", "host", transaction, status=now["status"], age=str(now["age"]), left=left)


def _unchanged(backend: str, findings: List[Result]) -> Result:
    return {
        "changed": False, "backend": backend, "findings": findings, "plan": [], "cost": _plan.NONE, "commands": [],
        "diff": [], "transaction": None,
    }  # fmt: skip


def _leave(module: Any, result: Result) -> None:
    for found in result["findings"]:
        if found["severity"] == "warning":
            module.warn(f"{found['id']} at {found['path']}: {found['message']} {found['cure']}")
    module.exit_json(**result)


def _refuse(module: Any, name: str, path: str, value: Any = None, **words: Any) -> None:
    from ansible_collections.trunkline.bonding.plugins.module_utils._findings import finding

    _fail(module, [finding(name, path, value, **words).as_dict()])


def _fail(module: Any, findings: List[Result]) -> None:
    module.fail_json(msg=report(findings), findings=findings, changed=False)


def report(findings: List[Result]) -> str:
    """The findings that stop a run, as text."""
    errors = [found for found in findings if found["severity"] == "error"]
    lines = [f"{found['path']}: {found['message']} {found['cure']} [{found['id']}]" for found in errors]
    if len(lines) == 1:
        return f"Nothing was changed. {lines[0]}"
    return "\n- ".join([f"Nothing was changed, because of {len(lines)} errors:", *lines])
