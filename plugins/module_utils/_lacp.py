# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""LACP port state: the eight bits that two ports tell each other, and what they mean together. Pure functions.

Bit names and meanings: IEEE 802.1AX, 6.4.2.3 (Actor_Oper_Port_State); the numbers are those of the driver (AD_STATE_* in if_bonding.h).
An *end* is ``{"system": MAC, "key": int, "port": int, "state": int}``; any value may be None where nothing told it.
A *slave* is what state holds under ``lacp``: ``{"aggregator", "actor": end, "partner": end, "mii_status", "failures"}``.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple


class Bit(NamedTuple):
    """One bit of the port state. ``on`` and ``off`` say what it tells the other end."""

    value: int
    name: str
    on: str
    off: str


ACTIVITY = 0x01
TIMEOUT = 0x02
AGGREGATION = 0x04
SYNCHRONIZATION = 0x08
COLLECTING = 0x10
DISTRIBUTING = 0x20
DEFAULTED = 0x40
EXPIRED = 0x80

BITS: Tuple[Bit, ...] = (
    Bit(ACTIVITY, "activity", "sends LACP by itself (active)", "answers LACP only (passive)"),
    Bit(TIMEOUT, "timeout", "wants LACP every second (fast)", "wants LACP every 30 seconds (slow)"),
    Bit(AGGREGATION, "aggregation", "may be part of a LAG", "is an individual link"),
    Bit(SYNCHRONIZATION, "synchronization", "is in the right aggregator", "is in no or another aggregator"),
    Bit(COLLECTING, "collecting", "accepts frames", "drops the frames it receives"),
    Bit(DISTRIBUTING, "distributing", "sends frames", "sends no frames"),
    Bit(DEFAULTED, "defaulted", "has heard no LACP and uses defaults", "has heard LACP"),
    Bit(EXPIRED, "expired", "has not heard LACP in time", "heard LACP in time"),
)

CARRIES = SYNCHRONIZATION | COLLECTING | DISTRIBUTING
NO_SYSTEM = "00:00:00:00:00:00"


def names(state: int) -> List[str]:
    """The names of the bits that are set, lowest first."""
    return [bit.name for bit in BITS if state & bit.value]


def number(bits: List[str]) -> int:
    """The state in which just these bits are set. Raises KeyError for an unknown name."""
    values = {bit.name: bit.value for bit in BITS}
    return sum(values[name] for name in set(bits))


def rate(state: int) -> str:
    """How often this end wants to hear the other: ``fast`` or ``slow``."""
    return "fast" if state & TIMEOUT else "slow"


def heard(partner: Optional[Mapping[str, Any]]) -> bool:
    """Has this port ever heard LACP from the other end? A partner system of zeroes is the default of a port that has not."""
    return bool(partner) and (partner or {}).get("system") not in (None, NO_SYSTEM)


def faults(actor: Optional[int], partner: Optional[int]) -> List[str]:
    """Why a port does not carry traffic, as phrases; none where both ends are in sync, collect and distribute.

    ``actor`` and ``partner`` are port states. The partner's ``expired`` and ``defaulted`` bits speak of what it hears of us.
    """
    if actor is None or partner is None:
        return ["the port state is unknown"]
    found = []
    for end, state in (("this end", actor), ("the partner", partner)):
        found += [f"{end} {bit.on}" for bit in BITS if bit.value in (EXPIRED, DEFAULTED) and state & bit.value]
        found += [f"{end} {bit.off}" for bit in BITS if bit.value & (AGGREGATION | CARRIES) and not state & bit.value]
    if not (actor | partner) & ACTIVITY:
        found.append("both ends are passive, so neither speaks first")
    return found


def aggregators(slaves: Mapping[str, Mapping[str, Any]]) -> Dict[int, List[str]]:
    """Which slaves are together: ``{aggregator id: [slaves]}``, in the order of ``slaves``. Unknown ids are left out."""
    found: Dict[int, List[str]] = {}
    for name, slave in slaves.items():
        if slave.get("aggregator") is not None:
            found.setdefault(slave["aggregator"], []).append(name)
    return found


def lag(end: Optional[Mapping[str, Any]]) -> Optional[Tuple[str, int]]:
    """What names a LAG at one end: ``(system, key)``. Ports of different pairs can never be one LAG (802.1AX, 6.3.6.1)."""
    if not end or end.get("system") in (None, NO_SYSTEM) or end.get("key") is None:
        return None
    return end["system"], end["key"]


def partners(slaves: Mapping[str, Mapping[str, Any]]) -> Dict[Tuple[str, int], List[str]]:
    """The LAGs that the slaves' cables end in: ``{(system, key): [slaves]}``. More than one means that the bond is split."""
    found: Dict[Tuple[str, int], List[str]] = {}
    for name, slave in slaves.items():
        there = lag(slave.get("partner"))
        if there is not None:
            found.setdefault(there, []).append(name)
    return found


def mirrored(here: Mapping[str, Any], there: Mapping[str, Any]) -> List[str]:
    """What two ends of one cable tell of each other, compared: phrases about each disagreement, none where they mirror each other.

    ``here`` and ``there`` are ``{"actor": end, "partner": end}``. Values that one side does not know are not compared.
    """
    found = []
    for side, other, speaker in ((here, there, "this end"), (there, here, "the other end")):
        for field in ("system", "key", "port"):
            told = (side.get("partner") or {}).get(field)
            true = (other.get("actor") or {}).get(field)
            if told is not None and true is not None and told != true:
                found.append(f"{speaker} hears {field} {told}, the cable's other end says {true}")
    return found
