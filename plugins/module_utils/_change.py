# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""A change of this host, worked out as a whole before anything is touched: findings, files, steps, and what a transaction needs of it."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

from ansible_collections.trunkline.bonding.plugins.module_utils import (
    _connection,
    _desired,
    _gateway,
    _host_rules,
    _intent,
    _ownership,
    _plan,
    _shell,
    _stack,
    _state,
)
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _base
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import accepted, errors, finding
from ansible_collections.trunkline.bonding.plugins.module_utils._machine import Machine
from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _guard, _snapshot

Work = Dict[str, Any]


def _judged(findings: List[Any], accept: List[str]) -> Work:
    left = accepted(findings, accept)
    return {"findings": [found.as_dict() for found in left], "errors": bool(errors(left))}


def prepare(machine: Machine, owned: Mapping[str, Any], request: Mapping[str, Any], state: Mapping[str, Any]) -> Work:
    """Works out what has to be done. ``request`` holds ``variables``, ``backend``, ``purge``, ``object`` (the one link that alone may go,
    or None), ``accept``, and whether drivers ``may_load``.

    Returns at least ``findings`` (dictionaries) and ``errors`` (whether they stop the run); without errors also ``backend``, ``intent``
    (completed), ``desired``, ``steps``, ``files`` (wanted), ``actions`` (path -> action), ``change``, ``apply`` and so on.
    """
    accept, purge = request["accept"], request["purge"]
    intent, findings = _intent.normalise(request["variables"])
    if errors(accepted(findings, accept)):
        return _judged(findings, accept)
    intent, unresolved = _intent.resolve_nics(intent, state)
    findings += unresolved
    if not purge:
        intent = _ownership.kept(intent, owned["intent"])
    elif request["object"] is not None:
        asked = _intent.resolve_nics(_intent.normalise(owned["variables"] or {})[0], state)[0]
        intent = _ownership.kept(intent, _ownership.beside(owned["intent"], asked, request["object"]))
    nics = [name for name, link in intent["links"].items() if link["kind"] == "nic"]
    backend, facts, choice = _base.choose(machine, request["backend"], nics or None)
    findings += choice
    if backend is None or facts is None or errors(accepted(findings, accept)):
        return _judged(findings, accept)
    session = _connection.session(state)
    complete = _desired.complete(intent, state)
    first = _desired.carrier(state, _stack.below(state["links"], session["link"])) if session and session["link"] else None
    desired = _desired.from_intent(intent, state, owned["links"], owned["intent"], first, purge)
    complete = _desired.with_default_mtus(complete, desired)
    findings += backend.unsupported(complete, facts, machine)
    link = session["link"] if session else None
    findings += _host_rules.check(machine, complete, state, desired, link, request["may_load"], owned["links"])
    if _guard.kind(machine) == _guard.NONE:
        findings.append(finding("host.no-boot-guard", "host"))
    if errors(accepted(findings, accept)):
        return _judged(findings, accept)
    files = backend.render(complete, facts, machine)
    if purge:
        files = {**dict.fromkeys(owned["files"]), **files}
    for path in _ownership.edited(owned, files):
        findings.append(finding("host.file-edited", path, path))
    work = _judged(findings, accept)
    if work["errors"]:
        return work
    work.update(backend=backend, facts=facts, intent=complete, desired=desired, state=state, files=files, session=session, first=first)
    work.update(steps=_plan.plan(state, desired), actions=_snapshot.compare(files), variables=request["variables"])
    work["owned"] = dict(_ownership.after(owned, backend.name, files, desired, purge), variables=request["variables"], intent=complete)
    work["owned_before"] = owned
    work["steps"] += bounces(work)
    work["change"] = describe(work)
    work["apply"] = backend.apply(work["change"], facts)
    return work


def bounces(work: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """The steps that only the back end makes necessary."""
    return _plan.bounces(work["state"], work["backend"].bounces(describe(work)), work["backend"].title)


def describe(work: Mapping[str, Any]) -> Dict[str, Any]:
    """The change as the back ends want it, see docs/architecture.md, section 4.1."""
    state, desired = work["state"], work["desired"]
    touched = {step["link"] for step in work["steps"] if step["link"]}
    # What a DHCP client and a resolver are told shows in no step.
    told, last = work["intent"]["addresses"], (work["owned_before"]["intent"] or {"addresses": {}})["addresses"]
    touched |= {name for name in state["links"] if name in desired["links"] and told.get(name) != last.get(name)}
    create = [name for name in desired["links"] if name not in state["links"]]
    delete = [name for name in desired["absent"] if name in state["links"]]
    return {
        "before": state,
        "desired": desired,
        "intent": work["intent"],
        "steps": work["steps"],
        "files": work["actions"],
        "create": create,
        "delete": delete,
        "touched": sorted(touched | set(create) | set(delete)),
        "first": work["first"],
    }


def to_remember(work: Mapping[str, Any]) -> Dict[str, Any]:
    """What the next run needs to see that there is nothing to do."""
    files = {
        path: {"sha256": _snapshot.checksum(target["content"]), "mode": target["mode"]}
        for path, target in work["files"].items()
        if target is not None
    }
    return {"backend": work["backend"].name, "findings": work["findings"], "desired": work["desired"], "files": files}


def window(machine: Machine, work: Mapping[str, Any], transaction: str) -> Dict[str, Any]:
    """The work as _transaction/_begin.py wants it."""
    change = work["change"]
    before = _state.read_surroundings(machine, work["state"])
    names = [*work["desired"]["links"], *work["desired"]["absent"]]
    back = _desired.from_state(before, names, work["desired"])
    facts = dict(work["facts"], remembered=work["backend"].remember(machine, names))
    gateways = [gateway for gateway in _gateway.of(before["routes"]) if gateway["dev"] in back["links"]]
    record = {
        "id": transaction,
        "backend": work["backend"].name,
        "files": work["actions"],
        "steps": work["steps"],
        "create": change["create"],
        "delete": change["delete"],
        "touched": change["touched"],
        "gateways": _gateway.ask(machine, gateways, 0),
        "reverts": work.get("reverts"),
    }
    return {
        "actions": work["actions"],
        "wanted": work["files"],
        "apply": work["apply"],
        "rollback": work["backend"].rollback(change, facts),
        "daemon": work["backend"].daemon(change, facts),
        "library": _shell.LIBRARY,
        "forward": _shell.calls(work["desired"]),
        "back": _shell.calls(back),
        "delete": [name for name in change["create"] if work["desired"]["links"][name]["kind"] != "nic"],
        "records": {
            "change.json": record,
            "before.json": before,
            "desired.json": work["desired"],
            "back.json": back,
            "owned.json": dict(work["owned"], transaction=transaction),
            "owned_before.json": work["owned_before"],
        },
    }


def _show(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _costs(steps: List[Mapping[str, Any]]) -> str:
    lines = [f"plan: {_plan.cost(steps)}"]
    for step in steps:
        values = " -> ".join(_show(step[side]) for side in ("before", "after") if step[side] not in (None, True))
        change = "" if values in ("", step["what"]) else f": {values}"
        lines.append(f"  {step['cost']:8} {step['link']} {step['action']} {step['what']}{change}")
    return "".join(f"{line}\n" for line in lines)


def _kernel(steps: List[Mapping[str, Any]], side: str) -> str:
    # A thing that is added or removed, like an address, is itself the line; one that is changed shows its value.
    lines = []
    for step in steps:
        if step[side] is None or (step[side] is False and step["action"] == "up"):
            continue
        words = [step["link"], step["action"]] if step["action"] in ("address", "route") else [step["link"], step["what"]]
        lines.append(" ".join([*words, _show(step[side])]))
    return "".join(f"{line}\n" for line in lines)


def diff(work: Mapping[str, Any]) -> List[Dict[str, str]]:
    """The plan with its cost, then kernel state and files before and after. Files of others that may hold secrets are named, not shown."""
    shown = []
    if work["steps"]:
        shown.append({"prepared": _costs(work["steps"])})
        shown.append({
            "before_header": "kernel", "after_header": "kernel",
            "before": _kernel(work["steps"], "before"), "after": _kernel(work["steps"], "after"),
        })  # fmt: skip
    owned = work["owned_before"]["files"]
    for path, action in sorted(work["actions"].items()):
        target = work["files"][path]
        before = "" if action == "create" else _snapshot.text(path)
        if before and path not in owned and work["backend"].persisted(path):
            before = "(not shown: the file is not ours and may hold secrets)\n"
        after = "" if target is None else target["content"] if "content" in target else _snapshot.text(target["keep"])
        shown.append({"before_header": path, "after_header": path, "before": before, "after": after})
    return shown
