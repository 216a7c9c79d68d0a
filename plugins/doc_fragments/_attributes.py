# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What each attribute of a module means, said once; the modules state only their support."""

from __future__ import annotations


class ModuleDocFragment:
    # Every module and action extends this one.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Whether the task, in check mode, says what it would change and changes nothing.
  diff_mode:
    description: Whether the task, in diff mode, shows the state before and after the change.
  idempotent:
    description:
      - Whether a second run with the same arguments reports no change,
        provided that nobody else has changed the system in between.
  platform:
    description: The operating systems that the task can work on.
"""

    # For modules that only read; together with the standard fragment.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - The task only reads.
  diff_mode:
    support: N/A
    details:
      - The task only reads.
  idempotent:
    support: full
    details:
      - The task only reads.
"""

    # For modules that make a guarded change of a server's links; together with the standard fragment.
    CHANGES_HOST = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - Nothing is touched or loaded in check mode.
  diff_mode:
    support: full
  idempotent:
    support: full
"""

    # For modules whose target is a server; together with the standard fragment.
    PLATFORM_HOST = r"""
options: {}
attributes:
  platform:
    platforms: [Linux]
    support: full
"""

    # For actions whose target is a switch; together with the standard fragment.
    PLATFORM_SWITCH = r"""
options: {}
attributes:
  platform:
    platforms: [Open vSwitch, Linux bridge]
    support: full
"""

    # For tasks whose work is done by an action plugin on the controller.
    ACTION = r"""
options: {}
attributes:
  action:
    description: Whether an action plugin does a part of the work on the controller.
    support: full
  async:
    description: Whether the task can be used with the C(async) keyword.
    support: none
    details:
      - The action waits for its own detached change and confirms it over a new connection.
"""

    ACTIONGROUP_HOST = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/trunkline.bonding.host) in C(module_defaults) to set defaults for all tasks that change a server's links.
      - These share O(backend), O(deadline), O(confirm), O(connect_host), O(transaction) and O(accept). No other option can be set for
        the group.
    support: full
    membership:
      - trunkline.bonding.host
"""

    ACTIONGROUP_SWITCH = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/trunkline.bonding.switch) in C(module_defaults) to set a default for all tasks that configure or read a switch.
      - These share O(table). No other option can be set for the group.
    support: full
    membership:
      - trunkline.bonding.switch
"""
