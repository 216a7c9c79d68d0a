#!/usr/bin/python
# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_links
short_description: Configure bonds, VLANs, bridges and addresses of a server as a whole
version_added: 0.1.0
description:
  - Takes the whole wanted state of a server's links, compares it with the kernel, and makes no more steps than the difference needs.
  - All that is wrong with the wanted state is reported at once, with the path of each value, before anything is touched.
  - A change is guarded. The server goes back to its old configuration by itself unless the change is confirmed over a new connection
    before O(deadline). With O(confirm=auto) the task does that.
  - What this module made is recorded on the server. What is recorded and no longer wanted is removed. What it never made is left alone.
author:
  - trunkline.bonding contributors (@trunkline)
extends_documentation_fragment:
  - trunkline.bonding._attributes
  - trunkline.bonding._attributes.action
  - trunkline.bonding._attributes.actiongroup_host
  - trunkline.bonding._attributes.changes_host
  - trunkline.bonding._attributes.platform_host
  - trunkline.bonding._guarded
  - trunkline.bonding._model
options:
  purge:
    description:
      - Whether links that this module made and that are no longer wanted are removed.
    type: bool
    default: true
seealso:
  - module: trunkline.bonding.bond
  - module: trunkline.bonding.bridge
  - module: trunkline.bonding.host_links_info
  - module: trunkline.bonding.links_transaction
"""

EXAMPLES = r"""
- name: Two NICs as one bond, with the server's address on it
  trunkline.bonding.host_links:
    bonds:
      - name: bond0
        mode: 802.3ad
        options: {miimon: 100, lacp_rate: fast, xmit_hash_policy: layer3+4}
        slaves: [eth0, eth1]
    addresses:
      bond0:
        addresses: [198.51.100.10/24]
        gateway: 198.51.100.1

- name: Show what would change
  trunkline.bonding.host_links:
    bonds: "{{ bonding_bonds }}"
    # The profiles that these bonds name. The role host_links collects them by itself.
    profiles:
      compute: "{{ bonding_profile_compute }}"
    addresses: "{{ bonding_addresses }}"
  check_mode: true
  diff: true
"""

RETURN = r"""
findings:
  description: What is wrong or doubtful, each with id, severity, path, value, message and cure.
  returned: always
  type: list
  elements: dict
  sample:
    - id: options.no-link-monitor
      severity: warning
      path: bonding_bonds[0].options
      value:
      message: No link monitor is configured.
      cure: Set miimon.
plan:
  description: The steps between the kernel and the wanted state, each with its cost.
  returned: success
  type: list
  elements: dict
  sample:
    - {action: option, link: bond0, what: miimon, before: 100, after: 200, cost: live}
cost:
  description: The dearest of the steps. It is V(none), V(live), V(flap) or V(rebuild).
  returned: success
  type: str
  sample: live
backend:
  description: What makes the configuration survive a reboot.
  returned: success
  type: str
  sample: networkd
commands:
  description: The commands by which the back end takes over the change, each as a list of words.
  returned: success
  type: list
  elements: list
  sample:
    - [networkctl, reload]
transaction:
  description:
    - The guarded change, with its id, status, reason and deadline, and its directory on the server.
    - It is V(none) if there was nothing to change, and in check mode.
  returned: success, and when a change was not kept
  type: dict
  sample:
    id: 20261120T101112-0a1b2c
    status: confirmed
    reason: ""
    deadline: 120
evidence:
  description: What was seen over the new connection, before the change was confirmed.
  returned: when the task confirmed a change, or took it back
  type: list
  elements: str
  sample:
    - a new connection from 198.51.100.1 came in over 198.51.100.11 on bond0, which uses what was changed (bond0, eth0, eth1)
    - the kernel is as wanted
    - the gateway 198.51.100.1 on bond0 answers
    - confirmed
log:
  description: The last lines of the change's log on the server.
  returned: when a change was not kept
  type: list
  elements: str
  sample:
    - "10:11:12 apply: start"
    - "10:11:14 back end: networkctl reload"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.trunkline.bonding.plugins.module_utils import _engine
from ansible_collections.trunkline.bonding.plugins.module_utils._argument_spec import HOST_LINKS


def main() -> None:
    _engine.run(AnsibleModule(argument_spec=HOST_LINKS, supports_check_mode=True))


if __name__ == "__main__":
    main()
