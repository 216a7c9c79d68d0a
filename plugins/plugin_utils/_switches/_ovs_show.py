# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Text that ovs-appctl prints for people, parsed. Source: lacp.c and ofproto-dpif.c of Open vSwitch."""

from __future__ import annotations

import re
from typing import Any

# The words of ds_put_lacp_state() in lacp.c, by the place of their bit in IEEE 802.1AX.
_BITS = ("activity", "timeout", "aggregation", "synchronized", "collecting", "distributing", "defaulted", "expired")


def lacp(text: str) -> dict[str, dict[str, Any]]:
    """Member -> ``{"aggregator", "actor", "partner"}`` from ``lacp/show``; the ends are ``{"system", "key", "port", "state"}``.

    ``aggregator`` is the name of the LAG, since a member of Open vSwitch belongs to one only.
    """
    found: dict[str, dict[str, Any]] = {}
    parts = re.split(r"^---- (\S+) ----$", text, flags=re.MULTILINE)
    for lag, part in zip(parts[1::2], parts[2::2], strict=True):
        for member in re.split(r"^(?:member|slave): ", part, flags=re.MULTILINE)[1:]:
            name = member.partition(":")[0]
            found[name] = {"aggregator": lag, "actor": _end(member, "actor"), "partner": _end(member, "partner")}
    return found


def _end(text: str, end: str) -> dict[str, Any]:
    words = dict(re.findall(rf"^  {end} ([a-z_ ]+?):[ ]?(.*)$", text, re.MULTILINE))
    state = words.get("state", "").split()
    return {
        "system": words.get("sys_id", "00:00:00:00:00:00"),
        "key": int(words.get("key", 0)),
        "port": int(words.get("port_id", 0)),
        "state": sum(1 << bit for bit, word in enumerate(_BITS) if word in state),
    }


def fdb(text: str) -> list[tuple[int, str]]:
    """``(number of the port, MAC address)`` of each learned address in ``fdb/show``."""
    return [(int(port), mac) for port, mac in re.findall(r"^\s*(\d+)\s+\d+\s+([0-9a-f:]{17})\s", text, re.MULTILINE)]
