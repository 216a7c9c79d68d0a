# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What the actions that talk to a switch have in common: whom a task speaks to, and how a task ends that cannot go on."""

from __future__ import annotations

import abc
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.trunkline.bonding.plugins.module_utils import _engine as _host_engine
from ansible_collections.trunkline.bonding.plugins.module_utils import _intent
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, errors, sort
from ansible_collections.trunkline.bonding.plugins.module_utils._schema import SETTINGS
from ansible_collections.trunkline.bonding.plugins.module_utils._schema_validate import validate
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _fleet, _order
from ansible_collections.trunkline.bonding.plugins.plugin_utils._host_action import given
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _engine, _platforms
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._transport import Shell, TransportError

Result = dict[str, t.Any]

# A stage of a change at both ends waits for less or more time than the user has said.
_STAGE = {**SETTINGS["deadline"], "minimum": 1, "maximum": _order.deadlines(SETTINGS["deadline"]["maximum"])["release"]}


class Stopped(Exception):
    """The result of a task that cannot go on."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.get("msg"))
        self.result = result


class SwitchAction(ActionBase):
    """Base of switch_lags and switch_lags_info."""

    TRANSFERS_FILES = False
    _supports_async = False
    _supports_check_mode = True
    _supports_diff = True

    spec: t.ClassVar[Result]

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        super().run(tmp, task_vars)
        self._task.args = given(self._task.args)
        _result, args = self.validate_argument_spec(argument_spec=self.spec)
        try:
            args["table"] = _fleet.unpack(args["table"])
        except ValueError:
            args["table"] = {}
        try:
            return self.work(switch_of(self, task_vars or {}), args, task_vars or {})
        except Stopped as stopped:
            return stopped.result
        except (_platforms.PlatformError, TransportError) as error:
            raise AnsibleActionFail(str(error)) from error

    @abc.abstractmethod
    def work(self, switch: _engine.Switch, args: Result, task_vars: Result) -> Result:
        """The task's result."""


def is_switch(action: ActionBase, task_vars: Result) -> bool:
    """Whether the host of a task, or the one that it is delegated to, is a switch of one of our platforms."""
    return _platform_of(_target(action, task_vars)[1]) in _platforms.names()


def switch_of(action: ActionBase, task_vars: Result) -> _engine.Switch:
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


def settled(args: Result) -> tuple[Result, list[Finding]]:
    """The arguments with those about how the run behaves as they are meant, and what is wrong with them."""
    said = {name: args[name] for name in SETTINGS if args.get(name) is not None}
    staged = {}
    if "transaction" in said and said.get("confirm") == "later" and "deadline" in said:
        seconds, wrong = validate(said.pop("deadline"), _STAGE, "bonding_deadline")
        staged = {"deadline": seconds, "wrong": wrong}
    settings, findings = _intent.settings(said)
    findings += staged.pop("wrong", [])
    return {**args, **{name: settings[name] for name in said}, **staged}, findings


def stop_at_errors(findings: list[Finding], table: Result | None = None) -> None:
    """Ends the task where these findings, or those of the fleet table, hold an error: before a switch is spoken to. Raises Stopped."""
    told = table.get("findings", ()) if isinstance(table, dict) else ()
    serious = sort(errors([*findings, *(Finding(**found) for found in told)]))
    if serious:
        shown = [found.as_dict() for found in serious]
        raise Stopped({"failed": True, "changed": False, "findings": shown, "msg": _host_engine.report(shown)})


def entry_of(table: Result, switch: str) -> Result:
    """The switch's part of the fleet table; an empty one if no host names it."""
    if not isinstance(table, dict) or "switches" not in table:
        raise AnsibleActionFail("table must be what the filter trunkline.bonding.fleet_lags gives")
    return table["switches"].get(switch, {"platform": None, "peer": None, "lags": {}, "ports": {}})
