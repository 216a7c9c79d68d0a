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
  - trunkline.bonding._attributes.actiongroup_host
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
owned:
  description: Back end, files, links and variables of the last confirmed change.
  returned: success
  type: dict
open:
  description: Id of the change that waits for its confirmation, if there is one.
  returned: success
  type: str
transaction:
  description:
    - The change that was asked for. Its C(status) is V(applying), V(applied), V(confirmed), V(rolling_back), V(rolled_back) or
      V(rollback_incomplete).
    - It is V(none) if there is no such change.
  returned: success
  type: dict
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
lacp:
  description: One sentence for each bond that speaks LACP.
  returned: success
  type: list
  elements: str
log:
  description: The last lines of the change's log on the server.
  returned: success
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.trunkline.bonding.plugins.module_utils import _info
from ansible_collections.trunkline.bonding.plugins.module_utils._argument_spec import HOST_LINKS_INFO


def main() -> None:
    _info.run(AnsibleModule(argument_spec=HOST_LINKS_INFO, supports_check_mode=True))


if __name__ == "__main__":
    main()
