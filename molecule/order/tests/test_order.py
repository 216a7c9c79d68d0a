# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every cell of the order table that a Linux switch and Open vSwitch have, by site.yml, with a ping every 20 ms running."""

from __future__ import annotations

import re

import pytest
from order_library import site, steps, walk

HOSTS = ["kvm3", "kvm2"]
STEPS = steps(HOSTS)
# Seconds, in an emulated machine that two hosts, two switches and perhaps other work share. At the steps of the switch: the short timeout
# of LACP, 3 s (IEEE 802.1AX, Short_Timeout_Time), where a slow machine lets the host see a port go down that should be back before, and a
# second for the machine. While the host changes itself: a further slave is live, another mode is a rebuild, and a whole stack is set up by
# the host's manager, by ifupdown one link after the other.
LONGEST = 4.0
MEMBERS, MODE, STACK = 0.5, 6.0, 20.0


def longest_own(before, after):
    if "plain" in (before, after):
        return STACK
    return MEMBERS if before.split()[0] == after.split()[0] else MODE


@pytest.fixture(scope="module")
def plain(lab):
    lab.reset()
    return lab


@pytest.mark.parametrize("step", STEPS, ids=["; ".join(f"{host} {a} to {b}" for host, (a, b) in step.items()) for step in STEPS])
def test_a_cell(plain, step):
    run, cells = walk(plain, step)
    for cell in cells:
        print(f"\n{cell}, {run.seconds:.0f} s", end="")
    print()
    assert run.rc == 0, run.last(120)
    for cell in cells:
        assert cell.order < LONGEST, str(cell)
        assert cell.own < longest_own(cell.before, cell.after), str(cell)
        if cell.after != "plain":
            assert re.search(rf'"{cell.host} bond0: proved: ', run.output), run.last(120)
    again = site({host: after for host, (_before, after) in step.items()})
    assert again.rc == 0, again.last()
    assert set(re.findall(r"changed=(\d+)", again.output)) == {"0"}, again.last(120)
