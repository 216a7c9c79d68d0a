# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""links_transaction where the host of the task is a switch."""

from __future__ import annotations

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import finding
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switch_action import Result, switch_of
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _platforms
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._transport import TransportError


def close(action: ActionBase, task_vars: Result, args: Result) -> Result:
    """Confirms or takes back a transaction of a switch, or undoes the last confirmed one: links_transaction where the host is a switch.

    ``args`` are those of the task; ``stage`` above 1 takes back only the stages from there on. The result has ``transaction`` with ``id``,
    ``status`` and ``reason``, as that of a server has.
    """
    if args["state"] == "reverted":
        raise AnsibleActionFail("On a switch the last confirmed change is undone by switch_lags with source: last")
    switch = switch_of(action, task_vars)
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
