# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The actions that talk to switches: read, push as a stage of a transaction, confirm and take back. All of it runs on the controller."""

from __future__ import annotations

import abc
import time
import typing as t

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.trunkline.bonding.plugins.module_utils import _engine as _host_engine
from ansible_collections.trunkline.bonding.plugins.module_utils import _intent
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import WARNING, Finding, accepted, errors, finding
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _fleet, _order
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _engine, _plan, _platforms
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._transport import Shell, TransportError

Result = dict[str, t.Any]

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
    "transaction": {"type": "str"},
    "deadline": {"type": "int", "default": 120},
    "confirm": {"type": "str", "choices": ["auto", "later"], "default": "auto"},
    "accept": {"type": "list", "elements": "str", "default": []},
}


class _Stopped(Exception):
    """The result of a task that cannot go on."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.get("msg"))
        self.result = result


class SwitchAction(ActionBase):
    """Base of switch_lags, switch_lags_info and of the switches' half of links_transaction."""

    TRANSFERS_FILES = False
    _supports_async = False
    _supports_check_mode = True
    _supports_diff = True

    spec = SPEC

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(argument_spec=self.spec)
        try:
            args["table"] = _fleet.unpack(args["table"])
        except ValueError:
            args["table"] = {}
        try:
            return self.work(_switch(self, task_vars or {}), args, task_vars or {})
        except _Stopped as stopped:
            return stopped.result
        except (_platforms.PlatformError, TransportError) as error:
            raise AnsibleActionFail(str(error)) from error

    @abc.abstractmethod
    def work(self, switch: _engine.Switch, args: Result, task_vars: Result) -> Result:
        """The task's result."""


class LagsInfoAction(SwitchAction):
    """Base of switch_lags_info."""

    spec = SPEC_INFO

    def work(self, switch: _engine.Switch, args: Result, task_vars: Result) -> Result:
        state, window = switch.read()
        told = {key: value for key, value in state.items() if key != "facts"}
        result: Result = {"changed": False, "platform": switch.platform.NAME, "state": told, "open": window.get("transaction")}
        if args["table"] is not None:
            entry = _entry(args["table"], switch.name, judge=False)
            want, findings = switch.assess(entry, state, args["table"].get("stations", {}))
            kinds = {port: {"now": _order.kind(state, port), "phases": phases} for port, phases in _order.phases(state, want).items()}
            result |= {"findings": [found.as_dict() for found in findings], "ports": kinds, "wanted": want}
        return result


class LagsAction(SwitchAction):
    """Base of switch_lags."""

    def work(self, switch: _engine.Switch, args: Result, task_vars: Result) -> Result:
        state, window = switch.read()
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
            raise _Stopped({**result, "failed": True, "msg": _host_engine.report(result["findings"])})
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
            raise _Stopped(
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
            return switch.assess(_entry(table, switch.name), state, stations)
        before = switch.before(args["transaction"] if args["source"] == "transaction" else args["undo"])
        if before is None:
            raise _Stopped({"changed": False, "msg": "There is no change to go back from.", "commands": [], "findings": []})
        if args["limit"] is not None:
            # The way back does not depend on what the inventory says by now.
            settled = switch.assess(_entry(table, switch.name, judge=False), state, stations)[0]
            before = _engine.of_hosts(before, settled, args["limit"])
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
            raise _Stopped({**result, "failed": True, "changed": False, "findings": [found.as_dict()], "msg": found.as_text()})
        if status == "failed":
            found = finding("switch.push-failed", switch.name, answer.get("command"), answer=answer.get("answer", ""))
            self._give_up(switch, [found], number, result)
        reasons = {
            "closed": f"transaction {transaction} is over: {answer.get('state')}",
            "pushed-before": "this stage was pushed already",
            "unarmed": "the dead man could not be armed",
        }
        message = reasons.get(status, f"the switch gave no answer ({answer['lost'] or status}); it takes the change back at its deadline")
        raise _Stopped({**result, "failed": True, "changed": status not in reasons, "msg": f"{switch.name}: {message}"})

    def _give_up(self, switch: _engine.Switch, found: list[Finding], number: int, result: Result) -> t.NoReturn:
        """Takes the stage back; with the first one the transaction is over."""
        told = result["transaction"]
        answer = switch.roll_back(told["id"], number, found[0].message)
        told["status"] = answer.get("state", "unknown")
        result["findings"] = [*result["findings"], *(one.as_dict() for one in found)]
        raise _Stopped({**result, "failed": True, "changed": False, "msg": "\n".join(one.as_text() for one in found)})

    def _unkept(self, switch: _engine.Switch, transaction: str, closed: dict[str, str], result: Result) -> t.NoReturn:
        reason = closed.get("reason") or "its configuration files could not be written"
        if closed.get("state") in ("unstaged", None):
            switch.roll_back(transaction, 1, reason)
        found = finding("switch.rolled-back", switch.name, transaction, reason=reason.rstrip("."))
        result["findings"] = [*result["findings"], found.as_dict()]
        raise _Stopped({**result, "failed": True, "changed": False, "msg": found.as_text()})


def is_switch(action: ActionBase, task_vars: Result) -> bool:
    """Whether the host of a task, or the one that it is delegated to, is a switch of one of our platforms."""
    return _platform_of(_target(action, task_vars)[1]) in _platforms.names()


def switch_transaction(action: ActionBase, task_vars: Result, args: Result) -> Result:
    """Confirms or takes back a transaction of a switch, or undoes the last confirmed one: links_transaction where the host is a switch.

    ``args`` are those of the task; ``stage`` above 1 takes back only the stages from there on. The result has ``transaction`` with ``id``,
    ``status`` and ``reason``, as that of a server has.
    """
    if args["state"] == "reverted":
        raise AnsibleActionFail("On a switch the last confirmed change is undone by switch_lags with source: last")
    switch = _switch(action, task_vars)
    try:
        window = switch.read().window
        transaction = args.get("transaction") or window.get("transaction")
        if transaction is None:
            return {
                "changed": False,
                "failed": args["state"] == "confirmed",
                "msg": "No transaction is open on this switch.",
                "transaction": None,
            }
        told = {"id": transaction, "status": window.get("state"), "reason": window.get("reason", "")}
        if action._task.check_mode:
            return {"changed": window.get("transaction") == transaction, "transaction": told}
        if args["state"] == "confirmed":
            answer = switch.confirm(transaction)
        else:
            answer = switch.roll_back(transaction, int(args.get("stage") or 1), args.get("reason") or "asked for")
    except (_platforms.PlatformError, TransportError) as error:
        raise AnsibleActionFail(str(error)) from error
    if answer.get("state") == "unknown":
        # Nothing was ever pushed under this id.
        return {"changed": False, "transaction": {**told, "status": "none", "reason": ""}}
    told |= {"status": answer.get("state", "unknown"), "reason": answer.get("reason", "")}
    result: Result = {"changed": window.get("transaction") == transaction, "transaction": told}
    partly = args["state"] == "rolled_back" and int(args.get("stage") or 1) > 1
    if told["status"] != args["state"] and not partly:
        found = finding("switch.rolled-back", switch.name, transaction, reason=(told["reason"] or f"it is {told['status']}").rstrip("."))
        return {**result, "failed": True, "findings": [found.as_dict()], "msg": found.as_text()}
    return result


def _switch(action: ActionBase, task_vars: Result) -> _engine.Switch:
    """The switch of a task, behind the connection and the become of the user."""
    host, variables = _target(action, task_vars)
    given, findings = _intent.switch(variables.get("bonding_switch"))
    if errors(findings):
        raise AnsibleActionFail("\n".join(found.as_text() for found in findings))
    name = _platform_of(variables)
    if name not in _platforms.names():
        raise AnsibleActionFail(f"{host}: ansible_network_os is {name!r}; known platforms are {', '.join(_platforms.names())}")

    def execute(script: str) -> tuple[int, str, str]:
        answer = action._low_level_execute_command("/bin/sh", in_data=script.encode("utf-8", "surrogateescape"))
        return answer["rc"], answer["stdout"], answer["stderr"]

    return _engine.Switch(host, _platforms.get(name), given, Shell(execute))


def _target(action: ActionBase, task_vars: Result) -> tuple[str, t.Mapping[str, t.Any]]:
    """The host that a task speaks to, and its variables."""
    delegate = action._task.delegate_to
    if delegate and delegate != task_vars.get("inventory_hostname"):
        return delegate, task_vars["hostvars"][delegate]
    return task_vars["inventory_hostname"], task_vars


def _platform_of(variables: t.Mapping[str, t.Any]) -> str | None:
    given = variables.get("bonding_switch")
    return (given.get("platform") if isinstance(given, dict) else None) or variables.get(_fleet.NETWORK_OS)


def _entry(table: Result, switch: str, judge: bool = True) -> Result:
    """The switch's part of the fleet table; an empty one if no host names it. ``judge``: whether an error anywhere stops the task."""
    if not isinstance(table, dict) or "switches" not in table:
        raise AnsibleActionFail("table must be what the filter trunkline.bonding.fleet_lags gives")
    serious = errors([Finding(**found) for found in table.get("findings", ())]) if judge else []
    if serious:
        shown = [found.as_dict() for found in serious]
        raise _Stopped({"failed": True, "changed": False, "findings": shown, "msg": _host_engine.report(shown)})
    return table["switches"].get(switch, {"platform": None, "peer": None, "lags": {}, "ports": {}})


def _dead_man(switch: _engine.Switch, window: dict[str, str]) -> list[Finding]:
    if switch.platform.DEAD_MAN is None:
        return [finding("switch.no-dead-man", switch.name, switch.platform.NAME)]
    if not switch.platform.KEEPS_FILES and window.get("guard") != "yes":
        return [finding("switch.no-power-guard", switch.name, switch.name)]
    return []
