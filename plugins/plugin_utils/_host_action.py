# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The controller's half of a guarded change: start it, come back over a new connection, look, and confirm or take it back.

Nothing is guessed. Whether a change was kept is read from the host; what cannot be read is reported as unknown, and the next run reads it.
"""

from __future__ import annotations

import time
import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.trunkline.bonding.plugins.module_utils import _engine, _intent
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, accepted, errors
from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _deadline, _status
from ansible_collections.trunkline.bonding.plugins.plugin_utils._fresh_connection import FreshConnection, never_connected

display = Display()

Result = dict[str, t.Any]

CONNECT_LIMIT = 10
_LONGEST_WAIT = 20
# A host that went back by itself may need a moment until it answers again.
_GRACE = 60
_CHANGE_OF_ADDRESS = 8
_SILENT = "host.gateway-silent"


class HostAction(ActionBase):
    """Base of the actions whose module opens a window on the host. Subclasses set ``module``."""

    TRANSFERS_FILES = False
    _supports_async = False
    _supports_check_mode = True
    _supports_diff = True

    module = ""

    def validate(self, args: Result) -> Result | None:
        """The result of a failed validation on the controller, or None."""
        settings, findings = _intent.task(self.module, args)
        return self.refused(findings, settings["accept"], f"{self.module}.accept")

    def refused(self, findings: list[Finding], accept: list[str], where: str) -> Result | None:
        """The result where findings stop the run, None if they do not. ``accept`` is what the user accepts, and ``where`` its path."""
        left = accepted(findings, accept, where)
        if not errors(left):
            return None
        shown = [found.as_dict() for found in left]
        return {"failed": True, "changed": False, "findings": shown, "msg": _engine.report(shown)}

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        super().run(tmp, task_vars)
        self._task_vars = task_vars
        args = given(self._task.args)
        refused = self.validate(args)
        if refused is not None:
            return refused
        args["transaction"] = args.get("transaction") or _engine.new_id()
        deadline = seconds(args.get("deadline"))
        with FreshConnection(self, CONNECT_LIMIT) as connection:
            self._connection_to_host = connection
            self._transaction = args["transaction"]
            self._end = time.monotonic() + deadline
            self._patience = time.monotonic() + _deadline.schedule(deadline).dead_man
            self._evidence: list[str] = []
            answer = self._start(args)
            if answer.get("failed") or self._task.check_mode or not _open(answer) or args.get("confirm") == "later":
                return answer
            return self._close(answer, args)

    def _module(self, name: str, args: Result) -> Result:
        return self._execute_module(module_name=f"trunkline.bonding.{name}", module_args=args, task_vars=self._task_vars)

    def _start(self, args: Result) -> Result:
        """The module's own answer, or, where the connection broke before it came, what the host says about the transaction."""
        lost: AnsibleConnectionFailure | None = None
        answer: Result = {}
        try:
            answer = self._module(self.module, args)
        except AnsibleConnectionFailure as error:
            lost = error
        if self._task.check_mode or (lost is not None and never_connected(lost)):
            if lost is not None:
                raise lost
            return answer
        if lost is None and answer.get("_ansible_parsed", True):
            return answer
        self._say("the connection broke before the answer of the change came")
        now = self._read(self._end + _GRACE)
        if now is not None and now["transaction"] is not None:
            answer = {"changed": True, "findings": [], "transaction": now["transaction"]}
            # While it could not answer, the host may have gone back by itself.
            return self._ended(answer, now) if now["transaction"]["status"] in _status.FINAL else answer
        if lost is not None:
            raise lost
        return answer

    def _say(self, sentence: str) -> None:
        display.vv(f"{self._transaction}: {sentence}", host=self._play_context.remote_addr)
        self._evidence.append(sentence)

    def _try(self, name: str, args: Result) -> Result | None:
        """A module's answer over the present connection, or None when the host was not reached."""
        try:
            answer = self._module(name, args)
        except AnsibleConnectionFailure as error:
            display.vvv(f"{self._transaction}: {error}", host=self._play_context.remote_addr)
            return None
        return None if answer.get("unreachable") else answer

    def _read(self, end: float, wait: int = 0, renew: bool = True) -> Result | None:
        """What the host says about the transaction, asked again over new connections until ``end``; None when it was not reached."""
        while True:
            if renew:
                self._connection_to_host.renew()
            answer = self._try("host_links_info", {"transaction": self._transaction, "wait": wait})
            if answer is not None and not answer.get("failed"):
                return answer
            if time.monotonic() >= end:
                return None
            renew = True
            time.sleep(1)

    def _left(self) -> int:
        return max(0, int(self._end - time.monotonic()))

    def _wait(self) -> int:
        """How long the host may look before it answers: time must be left to take the change back with its reason."""
        return max(1, min(_LONGEST_WAIT, int(self._patience - time.monotonic()) // 2 - 2))

    def _close(self, answer: Result, args: Result) -> Result:
        """Confirms or takes back the open transaction; returns the task's result."""
        if args.get("connect_host"):
            self._connection_to_host.aim(args["connect_host"])
        if not self._connection_to_host.can_renew:
            self._say(f"the connection plugin {self._connection_to_host.plugin} cannot make a new session: the old one proves little")
        info = self._read(self._end, wait=self._wait())
        while info is not None and info["transaction"] is not None and info["transaction"]["status"] == _status.APPLYING and self._left():
            info = self._read(self._end, wait=self._wait(), renew=False)
        if info is None or info["transaction"] is None or info["transaction"]["status"] != _status.APPLIED:
            return self._wait_for_the_end(answer)
        objections = self._judge(info, args)
        if objections:
            return self._take_back(answer, objections)
        return self._confirm(answer)

    def _judge(self, info: Result, args: Result) -> list[str]:
        """What stands against keeping the change; the rest of what was seen becomes evidence."""
        self._say(info["connection"]["evidence"])
        objections = [
            f"the kernel differs from what was wanted: {step['link']} {step['what']} is {step['before']!r}, not {step['after']!r}"
            for step in info["differences"]
        ]
        if not objections:
            self._say("the kernel is as wanted")
        for gateway in info["gateways"]:
            words = f"the gateway {gateway['via']} on {gateway['dev']}"
            if gateway["answers"]:
                self._say(f"{words} answers")
            elif not gateway["expected"]:
                self._say(f"{words} does not answer, as before the change")
            elif _SILENT in (args.get("accept") or ()):
                self._say(f"{words} does not answer, which is accepted")
            else:
                objections.append(f"{words} does not answer")
        if not info["gateways"]:
            self._say("there is no gateway to ask")
        self._evidence += info["lacp"]
        return objections

    def _confirm(self, answer: Result) -> Result:
        while self._left():
            closed = self._try("links_transaction", {"transaction": self._transaction, "state": "confirmed"})
            if closed is not None and not closed.get("failed"):
                return self._kept(answer, closed["transaction"])
            # The answer was lost or is a refusal: the host knows which.
            info = self._read(self._end)
            if info is None or info["transaction"] is None or info["transaction"]["status"] != _status.APPLIED:
                break
        return self._wait_for_the_end(answer)

    def _take_back(self, answer: Result, objections: list[str]) -> Result:
        reason = "; ".join(objections)
        self._evidence += objections
        self._try("links_transaction", {"transaction": self._transaction, "state": "rolled_back", "reason": reason})
        return self._wait_for_the_end(answer, reason)

    def _wait_for_the_end(self, answer: Result, reason: str | None = None) -> Result:
        """Asks until the host has decided for itself, over its new and its old address by turns."""
        end = self._end + _GRACE
        while time.monotonic() < end:
            wait = min(_LONGEST_WAIT, max(1, int(end - time.monotonic())))
            info = self._read(min(end, time.monotonic() + _CHANGE_OF_ADDRESS), wait=wait)
            if info is None:
                self._connection_to_host.swap()
            elif info["transaction"] is None:
                break
            elif info["transaction"]["status"] in _status.FINAL:
                return self._ended(answer, info, reason)
        return self._unknown(answer, reason)

    def _kept(self, answer: Result, transaction: Result) -> Result:
        self._say("confirmed")
        return {**answer, "changed": True, "transaction": transaction, "evidence": self._evidence}

    def _ended(self, answer: Result, info: Result, reason: str | None = None) -> Result:
        transaction = info["transaction"]
        if transaction["status"] == _status.CONFIRMED:
            return self._kept(answer, transaction)
        if transaction["status"] == _status.ROLLED_BACK:
            words = "The change was taken back; the old configuration is in place"
        else:
            words = "The change was taken back only in part; look at the log of the transaction on the host"
        return self._failed(answer, transaction, f"{words}: {transaction['reason'] or reason}", info["log"])

    def _unknown(self, answer: Result, reason: str | None = None) -> Result:
        message = (
            f"It is unknown whether transaction {self._transaction} was kept: the host could not be asked in time"
            f"{f' ({reason})' if reason else ''}. The next run reads it from the host."
        )
        return self._failed(answer, {"id": self._transaction, "status": "unknown", "reason": reason or ""}, message, None)

    def _failed(self, answer: Result, transaction: Result, message: str, log: list[str] | None) -> Result:
        result = {**answer, "failed": True, "changed": False, "msg": message, "transaction": transaction, "evidence": self._evidence}
        if log:
            result["log"] = log
        return result


def given(args: t.Mapping[str, t.Any]) -> Result:
    """The arguments of a task that say something: null means that a value is not given, and modules would refuse it."""
    return {name: value for name, value in args.items() if value is not None}


def _open(answer: Result) -> bool:
    return (answer.get("transaction") or {}).get("status") in (_status.APPLYING, _status.APPLIED)


def seconds(value: t.Any, default: int = _deadline.DEFAULT) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default
