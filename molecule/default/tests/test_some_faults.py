# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three of the faults, one on each back end; the scenario ``faults`` has more."""

from __future__ import annotations

import pytest
from faults_library import FAULTS


@pytest.mark.parametrize(
    ("fault", "host"), [("wrong_gateway", "kvm1"), ("back_end_fails_half_way", "kvm2"), ("container_restarted", "kvm3")]
)
def test_the_host_survives(fresh, fault, host):
    FAULTS[fault](fresh, host)
