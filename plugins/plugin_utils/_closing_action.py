# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The controller's half of closing a change by hand: look over a new connection before confirming, wait for the end of a rollback."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _deadline, _status
from ansible_collections.trunkline.bonding.plugins.plugin_utils._fresh_connection import FreshConnection
from ansible_collections.trunkline.bonding.plugins.plugin_utils._host_action import CONNECT_LIMIT, HostAction, Result, given, seconds

# As long as a host may take to put back what an operator takes back.
_ROLLBACK = 60


class ClosingAction(HostAction):
    """Base of links_transaction. A change that undoes another one is confirmed like any other."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        args = given(self._task.args)
        if args.get("state") not in ("confirmed", "rolled_back"):
            return super().run(tmp, task_vars)
        refused = self.validate(args)
        if refused is not None:
            return refused
        self._task_vars = task_vars
        self._evidence = []
        self._transaction = args.get("transaction") or args.get("id")
        self._end = time.monotonic() + seconds(args.get("deadline"), _deadline.DEFAULT)
        with FreshConnection(self, CONNECT_LIMIT) as connection:
            self._connection_to_host = connection
            if args["state"] == "confirmed" and not self._task.check_mode:
                refused = self._look_first(args)
                if refused is not None:
                    return refused
            answer = self._module(self.module, args)
            if answer.get("failed") or self._task.check_mode:
                return answer
            self._transaction = answer["transaction"]["id"]
            if args["state"] == "rolled_back":
                return self._wait_until_taken_back(answer)
            return {**answer, "evidence": self._evidence}

    def _look_first(self, args: Result) -> Result | None:
        """The result of a confirmation that must not come about, or None."""
        if args.get("connect_host"):
            self._connection_to_host.aim(args["connect_host"])
        info = self._read(self._end, wait=10)
        if info is None or info["transaction"] is None or info["transaction"]["status"] != _status.APPLIED:
            # The module knows the words for it.
            return None
        self._transaction = info["transaction"]["id"]
        objections = self._judge(info, args)
        if not objections:
            return None
        left = info["transaction"]["remaining"]
        message = f"Not confirmed; the host goes back by itself within {left} s: {'; '.join(objections)}"
        return self._failed({}, info["transaction"], message, info["log"])

    def _wait_until_taken_back(self, answer: Result) -> Result:
        end = time.monotonic() + _ROLLBACK
        while time.monotonic() < end:
            info = self._read(end, wait=10)
            if info is None or info["transaction"] is None:
                break
            now = info["transaction"]
            if now["status"] in _status.FINAL:
                incomplete = now["status"] == _status.INCOMPLETE
                words = {"failed": True, "msg": f"The change was taken back only in part: {now['reason']}"} if incomplete else {}
                return {**answer, "transaction": now, "log": info["log"], **words}
        return self._unknown(answer)
