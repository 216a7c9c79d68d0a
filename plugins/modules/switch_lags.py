#!/usr/bin/python
# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: switch_lags
short_description: Configure LAGs and member ports of a switch from the inventory of all hosts
version_added: 0.1.0
description:
  - Takes what all hosts of the inventory want of this switch, compares it with the switch, and gives no more commands than the
    difference needs.
  - Before a push it looks which MAC address, LACP partner and LLDP neighbour is behind each named port.
    Another host there, or a LAG that others use, is an error, and nothing is changed.
  - The change is guarded. The switch takes it back by itself unless it is confirmed before O(deadline).
  - After the push the switch is read again, since devices accept commands and ignore them.
  - The work is done on the controller; the switch needs no Python.
author:
  - trunkline.bonding contributors (@trunkline)
extends_documentation_fragment:
  - trunkline.bonding._attributes
  - trunkline.bonding._attributes.action
  - trunkline.bonding._attributes.actiongroup_switch
  - trunkline.bonding._attributes.platform_switch
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  table:
    description:
      - What all hosts want of all switches, as the filter P(trunkline.bonding.fleet_lags#filter) gives it, packed or not.
      - Required with O(source=table), and with O(limit).
    type: raw
  source:
    description:
      - V(table) makes the switch as O(table) wants it.
      - V(transaction) makes it as it was before O(transaction). With O(limit) only the LAGs and ports of these hosts.
      - V(last) makes it as it was before the last change that was confirmed, or before O(undo).
    type: str
    choices: [table, transaction, last]
    default: table
  undo:
    description:
      - Id of a confirmed change, for O(source=last). A switch that had no part in it is left alone.
    type: str
  phase:
    description:
      - V(form) makes everything as it is wanted.
      - V(release) goes only as far as the switch must before the hosts change. LAGs that will change their kind become independent ports,
        one member after the other, and all ports carry the old and the new VLANs.
    type: str
    choices: [release, form]
    default: form
  limit:
    description:
      - Names of hosts or ids of LAGs. Only what belongs to them is pushed; everything is checked.
    type: list
    elements: str
  transaction:
    description:
      - Id for the change. The id of the change that is open on the switch adds a further stage to it.
      - One is made if it is not given.
    type: str
  deadline:
    description:
      - Time in seconds after which this stage is taken back if the change is not confirmed.
    type: int
    default: 120
  confirm:
    description:
      - V(auto) confirms as soon as the switch shows what is wanted.
      - V(later) leaves the change open for M(trunkline.bonding.links_transaction).
    type: str
    choices: [auto, later]
    default: auto
  accept:
    description:
      - Ids of findings that are accepted, such as V(switch.nothing-seen).
    type: list
    elements: str
    default: []
seealso:
  - module: trunkline.bonding.switch_lags_info
  - module: trunkline.bonding.links_transaction
  - plugin: trunkline.bonding.fleet_lags
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Merge what all hosts want of the switches
  ansible.builtin.set_fact:
    fleet: "{{ hostvars | trunkline.bonding.fleet_lags }}"
  run_once: true

- name: Show what would change on the switch
  trunkline.bonding.switch_lags:
    table: "{{ fleet }}"
  check_mode: true
  diff: true

- name: Configure the LAGs of two hosts, and leave the window open
  trunkline.bonding.switch_lags:
    table: "{{ fleet }}"
    limit: [kvm1, kvm2]
    confirm: later
    deadline: 300
  register: change

- name: Keep the change
  trunkline.bonding.links_transaction:
    transaction: "{{ change.transaction.id }}"
    state: confirmed
"""

RETURN = r"""
platform:
  description: The platform of the switch.
  returned: success
  type: str
  sample: trunkline.bonding.openvswitch
findings:
  description: What is wrong or doubtful, each with id, severity, path, value, message and cure.
  returned: always
  type: list
  elements: dict
  sample:
    - id: switch.nothing-seen
      severity: warning
      path: leaf1.ports.swp2
      value: swp2
      message: Nothing was seen behind swp2.
      cure: Compare the cable with the inventory.
commands:
  description: The commands of the change, in order.
  returned: success
  type: list
  elements: str
  sample:
    - bridge vlan add dev swp1 vid 20
undo_commands:
  description: The commands that take the change back.
  returned: success
  type: list
  elements: str
  sample:
    - bridge vlan delete dev swp1 vid 20
risks:
  description: What can be felt while the change is made, in sentences.
  returned: success
  type: list
  elements: str
hosts:
  description: The servers whose ports the change touches.
  returned: success
  type: list
  elements: str
  sample: [kvm1, kvm2]
msg:
  description: Why there is nothing to take back, or what went wrong.
  returned: when O(source) is V(transaction) or V(last) and the switch has no such change, and when the task failed
  type: str
  sample: There is no change to go back from.
files:
  description: Configuration files of the switch that are written when the change is confirmed.
  returned: success
  type: list
  elements: str
  sample: [/etc/network/interfaces]
transaction:
  description: The guarded change, with its id, its stage and what became of it.
  returned: when something was pushed
  type: dict
  sample:
    id: 20261120T101112-0a1b2c
    stage: 1
    deadline: 120
    status: confirmed
"""
