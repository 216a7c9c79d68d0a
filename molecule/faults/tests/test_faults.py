# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault on every back end: networkd (kvm1), NetworkManager (kvm2), ifupdown (kvm3), and one host without systemd (kvm4)."""

from __future__ import annotations

import pytest
from faults_library import FAULTS

WITHOUT_SYSTEMD = ("wrong_gateway", "daemon_hangs_during_rollback", "container_restarted", "two_controllers")
CASES = [(fault, host) for fault in FAULTS for host in ("kvm1", "kvm2", "kvm3")] + [(fault, "kvm4") for fault in WITHOUT_SYSTEMD]


@pytest.mark.parametrize(("fault", "host"), CASES)
def test_the_host_survives(fresh, fault, host):
    FAULTS[fault](fresh, host)
