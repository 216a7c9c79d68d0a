# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mark of tests that need the lab's guest."""

from __future__ import annotations


def pytest_configure(config):
    config.addinivalue_line("markers", "lab: needs the guest of molecule/lab")
