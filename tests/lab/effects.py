# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options whose effect shows at once on a bond of veth pairs: the difference between "acts" and "inert", seen and not only read.

``look`` returns something that must change with the option's ``value`` where the table says that it acts, and must not where it says inert.
A value that only an empty bond takes (``before_slaves``) is compared with a bond that kept the default.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

STARTED = 5.0
CHANGED = 1.0


class Observation(NamedTuple):
    option: str
    value: Any
    context: dict
    before_slaves: bool
    look: Callable[[str, tuple[str, ...]], Any]


def _file(link: str, name: str) -> str:
    try:
        return Path(f"/sys/class/net/{link}/{name}").read_text(encoding="ascii").strip()
    except OSError:
        return "unreadable"


def carrier(bond: str, slaves: tuple[str, ...]) -> str:
    return _file(bond, "carrier")


def active_slave(bond: str, slaves: tuple[str, ...]) -> str:
    return _file(bond, "bonding/active_slave")


def second_slave_has_the_bonds_mac(bond: str, slaves: tuple[str, ...]) -> bool:
    return _file(slaves[1], "address") == _file(bond, "address")


OBSERVATIONS = (
    Observation("min_links", 3, {}, False, carrier),
    Observation("fail_over_mac", "active", {}, True, second_slave_has_the_bonds_mac),
    Observation("primary", "{1}", {}, False, active_slave),
    Observation("prio", -10, {}, False, active_slave),
    Observation("prio", -10, {"primary": "{0}"}, False, active_slave),
)


def settled(look: Callable[[], Any], wanted: Callable[[Any], bool], seconds: float) -> Any:
    """What ``look`` returns as soon as it is wanted, else what it returns in the end."""
    deadline = time.monotonic() + seconds
    while not wanted(look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return look()


def started(look: Callable[[], Any]) -> Any:
    return settled(look, lambda now: now not in ("", "0", "unreadable"), STARTED)


def changed(look: Callable[[], Any], first: Any) -> Any:
    return settled(look, lambda now: now != first, CHANGED)
