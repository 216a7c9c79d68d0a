# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on the back ends: networkd (kvm1), NetworkManager (kvm2), ifupdown (kvm3), and one host without systemd (kvm4)."""

from __future__ import annotations

import pytest
from faults_library import FAULTS, controller_killed

ALL = ("kvm1", "kvm2", "kvm3")

# Where the host's own 20 seconds are what is tested, one host has the machine to itself.
CASES = [
    ("slaves_that_do_not_exist", ALL),
    ("disk_full", ALL),
    ("var_noexec", ALL),
    ("wrong_gateway", ALL),
    ("wrong_switch_port", ALL),
    ("wrong_gateway_and_short_deadline", ("kvm1",)),
    ("wrong_gateway_and_short_deadline", ("kvm2",)),
    ("wrong_gateway_and_short_deadline", ("kvm3",)),
    ("back_end_fails_half_way", ("kvm1",)),
    ("back_end_fails_half_way", ("kvm2",)),
    ("back_end_fails_half_way", ("kvm3",)),
    ("daemon_hangs_during_rollback", ("kvm1",)),
    ("daemon_hangs_during_rollback", ("kvm2",)),
    ("daemon_hangs_during_rollback", ("kvm3",)),
    ("daemon_hangs_during_rollback", ("kvm4",)),
    ("ssh_cut_during_apply", ("kvm1",)),
    ("ssh_cut_during_apply", ("kvm2",)),
    ("ssh_cut_during_apply", ("kvm3",)),
    ("container_restarted", (*ALL, "kvm4")),
    ("answer_of_confirmation_lost", ALL),
    ("two_controllers", ALL),
    ("controller_killed_between_the_confirmations", ALL),
    ("power_cut", (*ALL, "kvm4")),
]

# When a task begins, those before it are done. Those between do nothing at either end.
# The deadline is as long as emulated hosts need to get there.
KILLED = [
    ("Let the switches give up what would cut the servers off", 20, ALL),
    ("Note when the servers begin", 20, ALL),
    ("Undo the last change of the servers", 20, ALL),
    ("Let the switches form what is wanted", 120, ALL),
    ("Prove that both ends are one link", 180, ALL),
    ("Note who is well", 90, ("kvm1",)),
]


@pytest.mark.parametrize(("fault", "hosts"), CASES, ids=lambda value: value if isinstance(value, str) else "-".join(value))
def test_the_host_survives(fresh, fault, hosts):
    FAULTS[fault](fresh, *hosts)


@pytest.mark.parametrize(("task", "deadline", "hosts"), KILLED, ids=lambda value: "-".join(value) if isinstance(value, tuple) else None)
def test_both_ends_come_back_when_the_controller_dies(fresh, task, deadline, hosts):
    controller_killed(fresh, task, deadline, *hosts)
