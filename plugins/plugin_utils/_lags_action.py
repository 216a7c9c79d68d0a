# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""switch_lags and switch_lags_info: read a switch, and push what is wanted as a stage of a transaction."""

from __future__ import annotations

import time
import typing as t

from ansible.errors import AnsibleConnectionFailure

from ansible_collections.trunkline.bonding.plugins.module_utils import _engine as _host_engine
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import WARNING, Finding, accepted, errors, finding
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _fleet, _order
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switch_action import (
    Result,
    Stopped,
    SwitchAction,
    entry_of,
    settled,
    stop_at_errors,
)
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _engine, _plan
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._transport import TransportError

# How long the answer of a push may take before the switch is asked again, and how long it is asked.
_PUSH_SECONDS = 40
_ASK_SECONDS = 60

SPEC_INFO: dict[str, t.Any] = {"table": {"type": "raw"}}
SPEC: dict[str, t.Any] = {
    "table": {"type": "raw"},
    "source": {"type": "str", "choices": ["table", "transaction", "last"], "default": "table"},
    "undo": {"type": "str"},
    "phase": {"type": "str", "choices": list(_engine.PHASES), "default": _engine.FORM},
    "limit": {"type": "list", "elements": "str"},
    "transaction": {"type": "raw"},
    # Judged by the data model, whose findings say more than a type error.
    "deadline": {"type": "raw", "default": 120},
    "confirm": {"type": "raw", "default": "auto"},
    "accept": {"type": "raw", "default": []},
}


class LagsInfoAction(SwitchAction):
    """Base of switch_lags_info."""

    spec = SPEC_INFO

    def work(self, switch: _engine.Switch, args: Result, task_vars: Result) -> Result:
        state, window = switch.read()
        told = {key: value for key, value in state.items() if key != "facts"}
        result: Result = {"changed": False, "platform": switch.platform.NAME, "state": told, "open": window.get("transaction")}
        if args["table"] is not None:
            entry = entry_of(args["table"], switch.name)
            want, findings = switch.assess(entry, state, args["table"].get("stations", {}))
            kinds = {port: {"now": _order.kind(state, port), "phases": phases} for port, phases in _order.phases(state, want).items()}
            result |= {"findings": [found.as_dict() for found in findings], "ports": kinds, "wanted": want}
        return result


class LagsAction(SwitchAction):
    """Base of switch_lags."""

    spec = SPEC

    def work(self, switch: _engine.Switch, args: Result, task_vars: Result) -> Result:
        args, wrong = settled(args)
        stop_at_errors(wrong, args["table"] if args["source"] == "table" else None)
        state, window = switch.read()
        if args["source"] == "transaction" and (window.get("transaction"), window.get("state")) == (args["transaction"], "rolling_back"):
            return {"changed": False, "msg": "The switch takes the change back already.", "commands": [], "findings": []}
        number = self._stage(window, args["transaction"])
        want, findings = self._wanted(switch, args, state)
        if number > 1:
            # The look was taken before the first stage; since then ports were moved and addresses forgotten.
            findings = [found for found in findings if found.id != "switch.nothing-seen"]
        change = None
        if not errors(accepted(findings, args["accept"])):
            change = switch.change(_engine.restricted(want, args["limit"]), state, args["phase"])
            findings += _dead_man(switch, window) if change.needed else []
        left = accepted(findings, args["accept"])
        result: Result = {"changed": False, "findings": [found.as_dict() for found in left], "platform": switch.platform.NAME}
        if args["source"] == "table" and args["phase"] == _engine.FORM and number == 1:
            result["warnings"] = [found.as_text() for found in left if found.severity == WARNING]
        if change is None or errors(left):
            raise Stopped({**result, "failed": True, "msg": _host_engine.report(result["findings"])})
        ports = _plan.ports(change.after, change.steps, want) or (want["ports"] if change.files else [])
        result["hosts"] = sorted({want["ports"][port].get("host") for port in ports} - {None})
        result |= {"commands": change.commands, "undo_commands": change.undo_commands, "risks": change.risks, "files": sorted(change.files)}
        if self._task.diff:
            result["diff"] = _engine.diff(state, change.after, change.steps)
        if not change.needed or self._task.check_mode:
            return {**result, "changed": change.needed}
        return self._push(switch, change, args, number, result)

    def _stage(self, window: dict[str, str], transaction: str | None) -> int:
        """The number of the next stage of the transaction that is open, else 1."""
        if window.get("state") == "none":
            return 1
        if window.get("transaction") != transaction:
            found = finding("switch.transaction-open", "transaction", window.get("transaction"))
            raise Stopped(
                {
                    "failed": True,
                    "changed": False,
                    "findings": [found.as_dict()],
                    "msg": found.as_text(),
                    "transaction": {"id": window.get("transaction"), "status": window.get("state")},
                }
            )
        return len(window.get("stages", "").split()) + 1

    def _wanted(self, switch: _engine.Switch, args: Result, state: Result) -> tuple[Result, list[Finding]]:
        table = args["table"] or {}
        stations = table.get("stations", {})
        if args["source"] == "table":
            want, found = switch.assess(entry_of(table, switch.name), state, stations)
            accepts = table.get("accepts", {})
            return want, _fleet.taken_by_hosts(_fleet.taken(found, accepts.get(switch.name)), accepts)
        before = switch.before(args["transaction"] if args["source"] == "transaction" else args["undo"])
        if before is None:
            raise Stopped({"changed": False, "msg": "There is no change to go back from.", "commands": [], "findings": []})
        if args["limit"] is not None:
            # The way back does not depend on what the inventory says by now.
            now = switch.assess(entry_of(table, switch.name), state, stations)[0]
            before = _engine.of_hosts(before, now, args["limit"])
            args["limit"] = None
        return before, []

    def _push(self, switch: _engine.Switch, change: _engine.Change, args: Result, number: int, result: Result) -> Result:
        transaction = args["transaction"] or _host_engine.new_id()
        answer = self._answer(switch, change, transaction, number, args["deadline"])
        told = {"id": transaction, "stage": number, "deadline": args["deadline"], "status": answer["status"]}
        result |= {"changed": True, "transaction": told}
        if answer["status"] != "applied":
            self._not_applied(switch, answer, number, result)
        different = _engine.differences(switch.read().state, change.want)
        if different:
            self._give_up(switch, different, number, result)
        if args["confirm"] == "later":
            return result
        closed = switch.confirm(transaction)
        told["status"] = closed.get("state", "unknown")
        if told["status"] != "confirmed":
            self._unkept(switch, transaction, closed, result)
        return result

    def _answer(self, switch: _engine.Switch, change: _engine.Change, transaction: str, number: int, deadline: int) -> dict[str, str]:
        """What the switch says of the push; asked again where the connection broke or the answer takes longer."""
        end = time.monotonic() + _ASK_SECONDS + sum(seconds for group in change.groups for seconds, _must, _until in group["settle"])
        answer: dict[str, str] = {"status": "applying"}
        try:
            answer = switch.push(change, transaction, number, deadline, _PUSH_SECONDS)
        except (AnsibleConnectionFailure, TransportError) as error:
            lost = str(error)
        else:
            lost = ""
        while answer.get("status") == "applying" and time.monotonic() < end:
            try:
                answer = switch.await_stage(transaction, number, 5)
            except (AnsibleConnectionFailure, TransportError) as error:
                lost = str(error)
                time.sleep(1)
        return {"status": "unknown", "lost": lost, **answer}

    def _not_applied(self, switch: _engine.Switch, answer: dict[str, str], number: int, result: Result) -> t.NoReturn:
        transaction, status = result["transaction"]["id"], answer["status"]
        if status == "busy":
            found = finding("switch.transaction-open", "transaction", answer.get("transaction"))
            raise Stopped({**result, "failed": True, "changed": False, "findings": [found.as_dict()], "msg": found.as_text()})
        if status == "failed":
            found = finding("switch.push-failed", switch.name, answer.get("command"), answer=answer.get("answer", ""))
            self._give_up(switch, [found], number, result)
        reasons = {
            "closed": f"transaction {transaction} is over: {answer.get('state')}",
            "pushed-before": "this stage was pushed already",
            "unarmed": "the dead man could not be armed",
        }
        message = reasons.get(status, f"the switch gave no answer ({answer['lost'] or status}); it takes the change back at its deadline")
        raise Stopped({**result, "failed": True, "changed": status not in reasons, "msg": f"{switch.name}: {message}"})

    def _give_up(self, switch: _engine.Switch, found: list[Finding], number: int, result: Result) -> t.NoReturn:
        """Takes the stage back; with the first one the transaction is over."""
        told = result["transaction"]
        answer = switch.roll_back(told["id"], number, found[0].message)
        told["status"] = answer.get("state", "unknown")
        result["findings"] = [*result["findings"], *(one.as_dict() for one in found)]
        raise Stopped({**result, "failed": True, "changed": False, "msg": "\n".join(one.as_text() for one in found)})

    def _unkept(self, switch: _engine.Switch, transaction: str, closed: dict[str, str], result: Result) -> t.NoReturn:
        reason = closed.get("reason") or "its configuration files could not be written"
        if closed.get("state") in ("unstaged", None):
            switch.roll_back(transaction, 1, reason)
        found = finding("switch.rolled-back", switch.name, transaction, reason=reason.rstrip("."))
        result["findings"] = [*result["findings"], found.as_dict()]
        raise Stopped({**result, "failed": True, "changed": False, "msg": found.as_text()})


def _dead_man(switch: _engine.Switch, window: dict[str, str]) -> list[Finding]:
    if switch.platform.DEAD_MAN is None:
        return [finding("switch.no-dead-man", switch.name, switch.platform.NAME)]
    if not switch.platform.KEEPS_FILES and window.get("guard") != "yes":
        return [finding("switch.no-power-guard", switch.name, switch.name)]
    return []
