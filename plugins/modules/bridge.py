#!/usr/bin/python
# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bridge
short_description: Configure one bridge of a server
version_added: 0.1.0
description:
  - Puts one bridge into the configuration that this collection has made on the server before, or takes it out. The rest stays as it is.
  - On a server that this collection has never changed, the configuration consists of this bridge alone.
  - Use M(trunkline.bonding.host_links) to say the whole state of a server at once. The change is guarded in the same way.
author:
  - trunkline.bonding contributors (@trunkline)
extends_documentation_fragment:
  - trunkline.bonding._attributes
  - trunkline.bonding._attributes.action
  - trunkline.bonding._attributes.actiongroup_host
  - trunkline.bonding._attributes.changes_host
  - trunkline.bonding._attributes.platform_host
  - trunkline.bonding._guarded
  - trunkline.bonding._model.bridge
options:
  name:
    description:
      - Name of the bridge.
    type: str
    required: true
  state:
    description:
      - Whether there is such a bridge. With V(absent), its addresses go too.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: trunkline.bonding.host_links
  - module: trunkline.bonding.links_transaction
"""

EXAMPLES = r"""
- name: A bridge for virtual machines
  trunkline.bonding.bridge:
    name: br1
    ports: [bond1]
    hypervisor: kvm
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

from ansible_collections.trunkline.bonding.plugins.module_utils import _engine, _object
from ansible_collections.trunkline.bonding.plugins.module_utils._argument_spec import BRIDGE


def main() -> None:
    module = AnsibleModule(argument_spec=BRIDGE, supports_check_mode=True)
    _engine.run(module, _object.amend("bridges", module.params))


if __name__ == "__main__":
    main()
