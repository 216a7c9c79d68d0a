# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The options of a guarded change, for every module that can make one."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  backend:
    description:
      - What makes the configuration survive a reboot. V(auto) takes what manages the server's NICs now.
    type: str
    choices: [auto, networkd, networkmanager, ifupdown]
    default: auto
  deadline:
    description:
      - Time in seconds by which an unconfirmed server is back on its old configuration; at least 10.
    type: int
    default: 120
  confirm:
    description:
      - V(auto) confirms over a new connection, once the kernel is as wanted and the gateway answers.
      - V(later) leaves the change open. M(trunkline.bonding.links_transaction) closes it.
    type: str
    choices: [auto, later]
    default: auto
  connect_host:
    description:
      - Address over which the new connection is made, if the server gets another one than that of the inventory.
    type: str
  transaction:
    description:
      - Id of the change, for one that spans several servers and switches. It is made up where it is not given.
    type: str
  accept:
    description:
      - Ids of findings that are accepted. Accepted warnings are silent; the findings' documentation says which errors can be accepted.
    type: list
    elements: str
    default: []
"""
