#!/usr/bin/python
# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_links_info
short_description: Read links, bonds and guarded changes of a server
version_added: 0.1.0
description:
  - Reads NICs, bonds, VLANs, bridges, addresses and routes from the kernel, never from configuration files.
  - Names what this collection owns on the server, and the state of a change that waits for its confirmation.
author:
  - trunkline.bonding contributors (@trunkline)
extends_documentation_fragment:
  - trunkline.bonding._attributes
  - trunkline.bonding._attributes.info_module
  - trunkline.bonding._attributes.platform_host
options:
  transaction:
    description:
      - Id of the change to report on. Without it, the open one, else the last one.
    type: str
  wait:
    description:
      - Time in seconds to wait until the change is applied, the kernel is as it should be, and the gateway answers.
    type: int
    default: 0
seealso:
  - module: trunkline.bonding.host_links
  - module: trunkline.bonding.links_transaction
"""

EXAMPLES = r"""
- name: Read the links of the server
  trunkline.bonding.host_links_info:
  register: links

- name: Show the slaves of bond0 in the order in which they were enslaved
  ansible.builtin.debug:
    var: links.state.links.bond0.slaves

- name: See whether a change is well, waiting for at most 20 seconds
  trunkline.bonding.host_links_info:
    transaction: "{{ change.transaction.id }}"
    wait: 20
"""

RETURN = r"""
state:
  description: What the kernel has.
  returned: success
  type: dict
  contains:
    links:
      description: Each link by its name, with its kind, MTU, addresses, master, and options and slaves where it is a bond.
      type: dict
    foreign:
      description: Links that are no Ethernet, each by its name, with its type. They are not configured.
      type: dict
    routes:
      description: The routes of all tables.
      type: list
      elements: dict
  sample:
    links:
      bond0:
        kind: bond
        mode: 802.3ad
        slaves: [eth0, eth1]
        mtu: 9000
    foreign: {ib0: infiniband}
    routes:
      - {family: 4, to: default, via: 198.51.100.1, dev: bond0, metric: null, table: null, protocol: static}
owned:
  description: What the last confirmed change has left on the server.
  returned: success
  type: dict
  contains:
    backend:
      description: What makes the configuration survive a reboot. It is V(none) on a server that was never changed.
      type: str
    files:
      description: The files that belong to the configuration, each with its mode and checksum.
      type: dict
    links:
      description: The links that belong to it, each with its kind and the options that were set once.
      type: dict
    variables:
      description: The arguments of that change.
      type: dict
    transaction:
      description: Its id.
      type: str
  sample:
    backend: networkd
    files:
      /etc/systemd/network/10-trunkline-bond0.netdev: {mode: 420, sha256: 9f86d081884c7d65}
    links:
      bond0: {kind: bond, options: [lacp_rate, miimon]}
    variables:
      bonds: [{name: bond0, mode: 802.3ad, slaves: [eth0, eth1]}]
    transaction: 20261120T101112-0a1b2c
open:
  description: Id of the change that waits for its confirmation. It is V(none) if there is none.
  returned: success
  type: str
  sample: 20261120T101112-0a1b2c
transaction:
  description:
    - The change that was asked for.
    - It is V(none) if there is no such change.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    status:
      description: V(applying), V(applied), V(confirmed), V(rolling_back), V(rolled_back) or V(rollback_incomplete).
      type: str
    reason:
      description: Why it was taken back; empty if it was not.
      type: str
    age:
      description: Seconds since it began.
      type: int
    deadline:
      description: Seconds after its beginning at which it goes back if it is not confirmed.
      type: int
    remaining:
      description: Seconds that are left of them. It is V(none) when the change is closed.
      type: int
  sample:
    id: 20261120T101112-0a1b2c
    status: applied
    reason: ""
    age: 4
    deadline: 120
    remaining: 116
differences:
  description: Steps between the kernel and what the change wanted, or between the kernel and the old state if it was taken back.
  returned: success
  type: list
  elements: dict
  sample:
    - {action: option, link: bond0, what: miimon, before: 100, after: 200, cost: live}
gateways:
  description: The gateways on the links of the change, whether they answer, and whether that can be expected.
  returned: success
  type: list
  elements: dict
  sample:
    - family: 4
      via: 198.51.100.1
      dev: bond0
      answers: true
      expected: true
connection:
  description: Which link the connection of this task uses, and what that proves.
  returned: success
  type: dict
  contains:
    client:
      description: Address of the controller. It is V(none) where the connection is not SSH.
      type: str
    server:
      description: Address of the server that the controller has connected to.
      type: str
    link:
      description: The link that has this address.
      type: str
    changed:
      description: Whether that link uses what was changed.
      type: bool
    evidence:
      description: The same as a sentence.
      type: str
  sample:
    client: 198.51.100.1
    server: 198.51.100.11
    link: bond0
    changed: true
    evidence: a new connection from 198.51.100.1 came in over 198.51.100.11 on bond0, which uses what was changed (bond0, eth0, eth1)
lacp:
  description: One sentence for each bond that speaks LACP.
  returned: success
  type: list
  elements: str
  sample:
    - bond0 has the LACP partner 52:54:00:00:01:10 and 2 of its 2 slaves in use
log:
  description: The last lines of the change's log on the server.
  returned: success
  type: list
  elements: str
  sample:
    - "10:11:12 apply: start"
    - "10:11:14 back end: networkctl reload"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.trunkline.bonding.plugins.module_utils import _info
from ansible_collections.trunkline.bonding.plugins.module_utils._argument_spec import HOST_LINKS_INFO


def main() -> None:
    _info.run(AnsibleModule(argument_spec=HOST_LINKS_INFO, supports_check_mode=True))


if __name__ == "__main__":
    main()
