# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""How the seconds of a window are shared out.

``deadline`` is the user's promise: by then a host that nobody confirmed is back on its old configuration. So the dead man starts
earlier, and inside the way back the daemons of the back end may use two fifths of what is left: a daemon that hangs must leave time for
plain ip.
"""

from __future__ import annotations

from typing import NamedTuple

SHORTEST = 10
LONGEST = 3600
DEFAULT = 120


class Schedule(NamedTuple):
    """All in seconds. ``dead_man`` counts from the moment it is armed, the rest are lengths."""

    deadline: int
    dead_man: int
    apply_settle: int
    back_end: int
    rollback_settle: int


def schedule(deadline):
    """Shares out a deadline of SHORTEST to LONGEST seconds."""
    reserve = min(30, max(6, deadline // 2))
    dead_man = deadline - reserve
    return Schedule(
        deadline=deadline,
        dead_man=dead_man,
        apply_settle=min(15, max(3, dead_man // 3)),
        back_end=reserve * 2 // 5,
        rollback_settle=max(1, reserve // 6),
    )
