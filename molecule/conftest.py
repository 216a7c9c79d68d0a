# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of every scenario: the running lab, and the lab in its ready state."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import Lab


@pytest.fixture(scope="session")
def lab():
    """The running lab; started if it is not, left running for the next scenario."""
    lab = Lab()
    lab.up()
    return lab


@pytest.fixture
def fresh(lab):
    """The lab as it was when it had just booted: plain NICs, independent switch ports."""
    lab.reset()
    return lab
