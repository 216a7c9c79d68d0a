# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Which kind of LAG a bond's mode wants on the switch."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

LACP = "lacp"
STATIC = "static"
INDEPENDENT = "independent"

Link = Dict[str, Any]


class Pairing(NamedTuple):
    """What a mode wants on the switch.

    ``wants`` is LACP, STATIC or INDEPENDENT; ``spread`` what it wants instead where every slave ends in a switch of its own; ``unless`` an
    option and its value that turn it into INDEPENDENT.
    """

    wants: str
    spread: Optional[str] = None
    unless: Optional[Tuple[str, str]] = None


PAIRING: Dict[str, Pairing] = {
    "802.3ad": Pairing(LACP),
    "balance-rr": Pairing(STATIC, spread=INDEPENDENT),
    "balance-xor": Pairing(STATIC, unless=("xmit_hash_policy", "vlan+srcmac")),
    "broadcast": Pairing(STATIC, spread=INDEPENDENT),
    "active-backup": Pairing(INDEPENDENT),
    "balance-tlb": Pairing(INDEPENDENT),
    "balance-alb": Pairing(INDEPENDENT),
}


def switches(links: Mapping[str, Link], bond: str) -> Dict[str, List[str]]:
    """The switches where a bond's cables end: name -> slaves, in the order of the slaves."""
    found: Dict[str, List[str]] = {}
    for slave in links[bond]["slaves"]:
        switch = links.get(slave, {}).get("switch")
        if switch:
            found.setdefault(switch, []).append(slave)
    return found


def wanted(links: Mapping[str, Link], bond: str) -> str:
    """What a bond of an intent wants on the switch: ``lacp``, ``static`` or ``independent``."""
    link = links[bond]
    pairing = PAIRING[link["mode"]]
    if pairing.unless and link["options"].get(pairing.unless[0]) == pairing.unless[1]:
        return INDEPENDENT
    ends = switches(links, bond)
    if pairing.spread and len(ends) > 1 and all(len(slaves) == 1 for slaves in ends.values()):
        return pairing.spread
    return pairing.wants
