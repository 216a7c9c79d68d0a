# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on the back ends: networkd (kvm1), NetworkManager (kvm2), ifupdown (kvm3), and one host without systemd (kvm4)."""

from __future__ import annotations

import pytest
from faults_library import FAULTS

CASES = [
    ("wrong_gateway", "kvm1"),
    ("wrong_gateway", "kvm3"),
    ("slaves_that_do_not_exist", "kvm3"),
    ("back_end_fails_half_way", "kvm1"),
    ("back_end_fails_half_way", "kvm2"),
    ("container_restarted", "kvm1"),
    ("container_restarted", "kvm3"),
    ("container_restarted", "kvm4"),
    ("disk_full", "kvm1"),
    ("two_controllers", "kvm1"),
    ("two_controllers", "kvm2"),
]


@pytest.mark.parametrize(("fault", "host"), CASES)
def test_the_host_survives(fresh, fault, host):
    FAULTS[fault](fresh, host)
