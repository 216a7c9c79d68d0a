# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection knows of the bonding driver, and what its sh library does, against the kernel of the lab's guest."""

from __future__ import annotations

PYTEST = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments")


def test_the_kernel_agrees_with_the_option_table(in_guest):
    said = in_guest("python3 kernel_options.py", ("kernel_options.py", "bench.py", "effects.py", "rtnl.py"), "_option*.py")
    assert "differences: 0" in said


def test_the_library_does_to_the_kernel_what_it_says(in_guest):
    command = "modprobe bonding max_bonds=0; python3 -m pytest -q -p no:cacheprovider shell_library.py"
    said = in_guest(command, ("shell_library.py", "namespace.py"), "_*.py", PYTEST)
    assert " passed" in said
