#!/usr/bin/python
# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: links_transaction
short_description: Confirm, take back or undo a guarded change of a server's links or of a switch
version_added: 0.1.0
description:
  - Closes a change that was made with O(trunkline.bonding.host_links#module:confirm=later), or undoes the last change that was confirmed.
  - A confirmation looks at the kernel and at the gateway over a new connection first, and does not come about if something is wrong.
author:
  - trunkline.bonding contributors (@trunkline)
extends_documentation_fragment:
  - trunkline.bonding._attributes
  - trunkline.bonding._attributes.action
  - trunkline.bonding._attributes.platform_host
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details:
      - Only O(state=reverted) shows a difference.
  idempotent:
    support: full
    details:
      - Every answer can be asked for again. What was taken back cannot be confirmed any more; the task then fails with the reason.
options:
  state:
    description:
      - V(confirmed) makes the change permanent.
      - V(rolled_back) takes it back at once, without waiting for the deadline.
      - V(reverted) undoes the last confirmed change, as a guarded change of its own with its own O(deadline). Where none was confirmed, or
        the last one was itself an undoing, nothing is changed.
        On a switch M(trunkline.bonding.switch_lags) does that.
    type: str
    choices: [confirmed, rolled_back, reverted]
    required: true
  transaction:
    description:
      - Id of the change, or, with O(state=reverted), the id for the new change.
      - Without it, the open change, else the last one.
    type: str
    aliases: [id]
  reason:
    description:
      - Why the change is taken back; it is kept on the server.
    type: str
    default: asked for
  stage:
    description:
      - With O(state=rolled_back) on a switch, the stages of the change from this one on are taken back. With V(1) the change is over.
      - Servers have one stage.
    type: int
    default: 1
  deadline:
    description:
      - With O(state=reverted), time in seconds by which an unconfirmed server is back where it was.
    type: int
    default: 120
  confirm:
    description:
      - With O(state=reverted), whether the task confirms over a new connection, or a later task does it.
    type: str
    choices: [auto, later]
    default: auto
  connect_host:
    description:
      - Address over which the new connection is made, if it is not that of the inventory.
    type: str
  accept:
    description:
      - Ids of findings that are accepted, such as V(host.gateway-silent).
    type: list
    elements: str
    default: []
seealso:
  - module: trunkline.bonding.host_links
  - module: trunkline.bonding.host_links_info
"""

EXAMPLES = r"""
- name: Change the links, and leave the window open
  trunkline.bonding.host_links:
    bonds: "{{ bonding_bonds }}"
    profiles:
      compute: "{{ bonding_profile_compute }}"
    confirm: later
  register: change

- name: Keep the change
  trunkline.bonding.links_transaction:
    transaction: "{{ change.transaction.id }}"
    state: confirmed

- name: Undo the last change that was confirmed
  trunkline.bonding.links_transaction:
    state: reverted
"""

RETURN = r"""
transaction:
  description:
    - The change and what became of it.
    - It is V(none) where there is no such change, and with O(state=reverted) in check mode.
  returned: always, except where the arguments are wrong
  type: dict
  sample:
    id: 20261120T101112-0a1b2c
    status: confirmed
    reason: ""
reverts:
  description: Id of the change that was undone, or would be in check mode.
  returned: when O(state=reverted) and a change was ever confirmed
  type: str
  sample: 20261120T101112-0a1b2c
findings:
  description: What is wrong or doubtful, each with id, severity, path, value, message and cure. Empty where all is well.
  returned: on a server always; on a switch when the change was not kept
  type: list
  elements: dict
  sample:
    - id: switch.rolled-back
      severity: error
      path: leaf1
      value: 20261120T101112-0a1b2c
      message: "Transaction 20261120T101112-0a1b2c was taken back: nobody confirmed it in time."
      cure: Look for what kept the run from finishing, and run it again.
msg:
  description: Why nothing was done, or what went wrong.
  returned: when there was nothing to close or to undo, and when the task failed
  type: str
  sample: "There is nothing to undo: no change was confirmed on this host."
backend:
  description: What makes the configuration survive a reboot.
  returned: when O(state=reverted) and there is something to undo
  type: str
  sample: networkd
plan:
  description: The steps between the kernel and the state before the change that is undone, each with its cost.
  returned: when O(state=reverted) and there is something to undo
  type: list
  elements: dict
  sample:
    - {action: option, link: bond0, what: miimon, before: 200, after: 100, cost: live}
cost:
  description: The dearest of the steps. It is V(none), V(live), V(flap) or V(rebuild).
  returned: when O(state=reverted) and there is something to undo
  type: str
  sample: live
evidence:
  description: What was seen over the new connection.
  returned: when a server's change was confirmed, or was to be confirmed and was taken back
  type: list
  elements: str
  sample:
    - the kernel is as wanted
    - the gateway 198.51.100.1 on bond0 answers
log:
  description: The last lines of the change's log on the server.
  returned: when a server's change was taken back, or not confirmed
  type: list
  elements: str
  sample:
    - "10:11:12 apply: start"
    - "10:11:14 back end: networkctl reload"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.trunkline.bonding.plugins.module_utils import _closing
from ansible_collections.trunkline.bonding.plugins.module_utils._argument_spec import LINKS_TRANSACTION


def main() -> None:
    _closing.run(AnsibleModule(argument_spec=LINKS_TRANSACTION, supports_check_mode=True))


if __name__ == "__main__":
    main()
