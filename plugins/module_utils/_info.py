# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What a host says of itself: its links, what is ours, and for a transaction everything that a confirmation has to know.

Of the object called ``module`` only ``params[]``, ``exit_json(**result)`` and ``fail_json(msg)`` are used.
"""

from __future__ import annotations

import time
from typing import Any, Dict, List, Mapping, Optional

from ansible_collections.trunkline.bonding.plugins.module_utils import _connection, _gateway, _ownership, _plan, _stack, _state
from ansible_collections.trunkline.bonding.plugins.module_utils._machine import Machine
from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _status, _store

_POLL = 0.3
_NO_PARTNER = "00:00:00:00:00:00"


def run(module: Any) -> None:
    """Collects the answer and ends the module."""
    machine, store = Machine(), _store.Store()
    end = time.monotonic() + module.params["wait"]
    wanted = module.params["transaction"]
    try:
        owned = _ownership.read(store)
        transaction = wanted or store.holder() or (store.ids() or [None])[-1]
        now = _wait(store, transaction, end)
        state = _state.read(machine)
        answer: Dict[str, Any] = {"differences": [], "gateways": [], "log": []}
        if now is not None and transaction is not None:
            state, answer = _examine(machine, store, transaction, now, state, end)
    except (_state.StateError, ValueError, OSError) as error:
        module.fail_json(msg=str(error))
        return
    change = (store.read(transaction, "change.json") if now is not None and transaction is not None else None) or {"touched": []}
    module.exit_json(
        changed=False,
        state=state,
        owned={key: owned[key] for key in ("backend", "files", "links", "variables", "transaction")},
        transaction=now,
        open=store.holder(),
        connection=connection(state, change["touched"]),
        lacp=lacp(state),
        **answer,
    )


def _wait(store: _store.Store, transaction: Optional[str], end: float) -> Optional[Dict[str, Any]]:
    """The status of a transaction, once it rests or the time is over."""
    while transaction is not None:
        now = _status.read(store, transaction)
        if now is None or now["status"] not in (_status.APPLYING, _status.ROLLING_BACK) or time.monotonic() >= end:
            return now
        time.sleep(_POLL)
    return None


def _examine(machine: Machine, store: _store.Store, transaction: str, now: Mapping[str, Any], state: Dict[str, Any], end: float) -> Any:
    """(state, what differs from it and whether the gateways answer); looks again until all is well or the time is over."""
    back = now["status"] in (_status.ROLLING_BACK, _status.ROLLED_BACK, _status.INCOMPLETE)
    desired = store.read(transaction, "back.json" if back else "desired.json")
    before = (store.read(transaction, "change.json") or {}).get("gateways") or []
    steps: List[Dict[str, Any]] = []
    while desired is not None:
        steps = _plan.plan(state, desired)
        if not steps or time.monotonic() >= end:
            break
        time.sleep(_POLL)
        state = _state.read(machine)
    links = desired["links"] if desired else {}
    gateways = [gateway for gateway in _gateway.of(state["routes"]) if gateway["dev"] in links]
    asked = _gateway.ask(machine, gateways, max(0.0, end - time.monotonic()) if now["status"] == _status.APPLIED else 0)
    for gateway in asked:
        silent = [old for old in before if old["family"] == gateway["family"] and not old["answers"]]
        gateway["expected"] = not silent
    return state, {"differences": steps, "gateways": asked, "log": _status.log_tail(store, transaction)}


def connection(state: Mapping[str, Any], touched: List[str]) -> Dict[str, Any]:
    """``{"client", "server", "link", "changed", "evidence"}``: does the connection of this very run use what was changed?"""
    session = _connection.session(state)
    if session is None:
        return {
            "client": None, "server": None, "link": None, "changed": False,
            "evidence": "this connection is not SSH, so it is no evidence for any link",
        }  # fmt: skip
    link = session["link"]
    if link is None:
        words = f"came to {session['server']}, an address that no link of this host has, so it is no evidence for any link"
        return {**session, "changed": False, "evidence": f"a new connection from {session['client']} {words}"}
    changed = [name for name in _stack.below(state["links"], link) if name in touched]
    over = f"a new connection from {session['client']} came in over {session['server']} on {link}"
    if changed:
        return {**session, "changed": True, "evidence": f"{over}, which uses what was changed ({', '.join(changed)})"}
    return {**session, "changed": False, "evidence": f"{over}, which was not changed, so it is no evidence for what was"}


def lacp(state: Mapping[str, Any]) -> List[str]:
    """One sentence for each LACP bond: has it a partner, and how many of its slaves carry traffic."""
    told = []
    for name, link in state["links"].items():
        if link["kind"] != "bond" or link.get("mode") != "802.3ad":
            continue
        ad = link.get("ad") or {}
        partner = ad.get("partner_mac")
        if partner in (None, _NO_PARTNER):
            told.append(f"{name} has no LACP partner")
        else:
            told.append(f"{name} has the LACP partner {partner} and {ad.get('ports')} of its {len(link['slaves'])} slaves in use")
    return told
