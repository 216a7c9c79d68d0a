# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""LLDP neighbours as lldpd's `lldpctl -f json` prints them."""

from __future__ import annotations

import json
from typing import Any


def parse(text: str) -> dict[str, list[dict[str, Any]]]:
    """Port -> neighbours, each ``{"system", "chassis", "port", "description"}``. Empty where there is no LLDP.

    ``port`` is the port's id as the neighbour sends it: a name or a MAC address, whatever it chose.
    """
    try:
        told = json.loads(text).get("lldp", {}).get("interface", [])
    except (ValueError, AttributeError):
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    # With one neighbour lldpctl prints an object, with several a list of objects.
    for entry in told if isinstance(told, list) else [told]:
        for port, neighbour in entry.items():
            found.setdefault(port, []).append(_neighbour(neighbour))
    return found


def _neighbour(told: dict[str, Any]) -> dict[str, Any]:
    chassis = told.get("chassis", {})
    # A chassis without a name is not wrapped in one.
    system, body = (None, chassis) if "id" in chassis else next(iter(chassis.items()), (None, {}))
    port = told.get("port", {})
    return {
        "system": system,
        "chassis": body.get("id", {}).get("value"),
        "port": port.get("id", {}).get("value"),
        "description": port.get("descr"),
    }
