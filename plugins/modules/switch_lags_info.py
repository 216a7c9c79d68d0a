#!/usr/bin/python
# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: switch_lags_info
short_description: Read LAGs, member ports, LACP, MAC table and LLDP neighbours of a switch
version_added: 0.1.0
description:
  - Reads configuration and state of a switch in one form for all platforms.
  - The work is done on the controller; the switch needs no Python.
author:
  - trunkline.bonding contributors (@trunkline)
extends_documentation_fragment:
  - trunkline.bonding._attributes
  - trunkline.bonding._attributes.action
  - trunkline.bonding._attributes.actiongroup_switch
  - trunkline.bonding._attributes.info_module
  - trunkline.bonding._attributes.platform_switch
options:
  table:
    description:
      - What all hosts want of all switches, as the filter P(trunkline.bonding.fleet_lags#filter) gives it, packed or not.
      - With it the result tells, too, what is wanted of this switch and in which phases each port would change.
    type: raw
seealso:
  - module: trunkline.bonding.switch_lags
"""

EXAMPLES = r"""
- name: Read the switch
  trunkline.bonding.switch_lags_info:
  register: switch

- name: Show the members of LAG 1 with their partners
  ansible.builtin.debug:
    msg: "{{ switch.state.lacp[item].partner }}"
  loop: "{{ switch.state.lags['1'].members }}"
"""

RETURN = r"""
platform:
  description: The platform of the switch.
  returned: success
  type: str
  sample: trunkline.bonding.linux
open:
  description: Id of the change that waits for its confirmation. It is V(none) if there is none.
  returned: success
  type: str
  sample: 20261120T101112-0a1b2c
state:
  description: What the switch has.
  returned: success
  type: dict
  contains:
    lags:
      description: The LAGs by id, with mode, rate, members, VLANs and MTU.
      type: dict
      sample:
        "1": {id: "1", name: bond1, mode: lacp, rate: fast, members: [swp1, swp2], vlans: {native: 10, tagged: [20]}, mtu: 1500}
    ports:
      description: The ports, with the LAG that they are members of, VLANs and MTU.
      type: dict
      sample:
        swp1: {lag: "1", vlans: {native: 10, tagged: [20]}, mtu: 1500, edge_port: true, description: kvm1 eth0, enabled: true}
    lacp:
      description: Actor and partner of each member, with system, key, port and state.
      type: dict
      sample:
        swp1:
          actor: {system: "52:54:00:00:01:10", key: 15, port: 1, state: 63}
          partner: {system: "52:54:00:00:00:10", key: 9, port: 1, state: 63}
    macs:
      description: Addresses that were learned on each port. Those of a LAG are told of each of its members.
      type: dict
      sample:
        swp1: ["52:54:00:00:00:10"]
    lldp:
      description: Neighbours of each port.
      type: dict
      sample:
        swp1: [{system: kvm1, chassis: "52:54:00:00:00:10", port: "52:54:00:00:00:10", description: eth0}]
    links:
      description: Whether each port has a link.
      type: dict
      sample: {swp1: true, swp2: false}
ports:
  description: What each named port is now, and the phases of its change.
  returned: when O(table) is given
  type: dict
  sample:
    swp1: {now: independent, phases: [[switch, prepare], [host, apply], [switch, form], [host, raise]]}
findings:
  description: What is wrong or doubtful with what is wanted of this switch, each with id, severity, path, value, message and cure.
  returned: when O(table) is given
  type: list
  elements: dict
  sample:
    - id: switch.nothing-seen
      severity: warning
      path: leaf1.ports.swp2
      value: swp2
      message: Nothing was seen behind swp2.
      cure: Compare the cable with the inventory.
wanted:
  description: What is wanted of this switch.
  returned: when O(table) is given
  type: dict
  contains:
    lags:
      description: The LAGs by id, with the host and bond that want them, mode, members, VLANs and MTU. What is null stays as it is.
      type: dict
    ports:
      description: The ports, with host, NIC, bond, LAG, VLANs and MTU.
      type: dict
  sample:
    lags:
      "1": {id: "1", host: kvm1, bond: bond0, mode: lacp, rate: fast, members: [swp1, swp2], vlans: {native: 10, tagged: [20]}, mtu: 1500}
    ports:
      swp1: {host: kvm1, nic: eth0, bond: bond0, lag: "1", vlans: {native: 10, tagged: [20]}, mtu: 1500}
"""
