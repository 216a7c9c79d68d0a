# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The LAG model: the one shape in which the state of a switch and what is wanted of it are told.

``model = {"lags": {id: lag}, "ports": {name: port}}``, plain dictionaries that survive JSON.

``lag``: ``id``, ``name`` (the device's own), ``mode`` (``lacp``, ``static``, or a mode of the device that is neither), ``rate`` (``slow``,
``fast``), ``members``, ``min_links``, ``fallback`` (``individual``, ``suspended``), ``vlans``, ``mtu``, ``edge_port``, ``description``.
``port``: ``lag`` (the id of the LAG that it is a member of, or None), ``vlans``, ``mtu``, ``edge_port``, ``description``, ``enabled``. A
member forwards by the VLANs, MTU and spanning tree of its LAG; its own are not compared.

``vlans`` is ``{"native": number or None, "tagged": [numbers] or "all"}``. A port without any VLAN does not switch.
In what is wanted, None for an attribute means "as it is", and None for a whole LAG means "gone".
A state has besides: ``macs`` (port or LAG -> addresses learned there), ``lldp`` (port -> neighbour), ``lacp`` (member -> actor and
partner), ``links`` (port -> whether it has a link).
"""

from __future__ import annotations

import copy
from typing import Any

Model = dict[str, Any]

LAG_ATTRIBUTES = ("mode", "rate", "min_links", "fallback", "vlans", "mtu", "edge_port", "description")
PORT_ATTRIBUTES = ("vlans", "mtu", "edge_port", "description", "enabled")
ALL = "all"


def vlans(native: int | None = None, tagged: Any = ()) -> dict[str, Any]:
    """VLANs in their one form: the tagged ones sorted, each once. Without arguments: none, the port does not switch."""
    return {"native": native, "tagged": ALL if tagged == ALL else sorted(set(tagged))}


def switches(found: dict[str, Any] | None) -> bool:
    """Whether a port with these VLANs forwards anything."""
    return bool(found) and (found["native"] is not None or bool(found["tagged"]))


def union(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any] | None:
    """VLANs under which the traffic of both configurations passes. Where the native ones differ, the later one is taken."""
    if before is None or after is None:
        return after or before
    native = before["native"] if after["native"] is None else after["native"]
    if ALL in (before["tagged"], after["tagged"]):
        return vlans(native, ALL)
    return vlans(native, {*before["tagged"], *after["tagged"]} - {native})


def path(entry: dict[str, Any], attribute: str, place: str) -> str:
    """The variable that an attribute comes from; ``place`` where nobody has noted it."""
    return entry.get("paths", {}).get(attribute, place)


def vlan_steps(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What turns one set of VLANs into another: ``{"native": number, "add": [...], "remove": [...]}``, never "remove all".

    ``native`` is there only if it changes. From or to "all" there are no sets, and the caller writes the whole list.
    """
    old, new = before["tagged"], after["tagged"]
    steps: dict[str, Any] = {}
    if before["native"] != after["native"]:
        steps["native"] = after["native"]
    if ALL not in (old, new):
        steps["add"] = sorted(set(new) - set(old))
        steps["remove"] = sorted(set(old) - set(new))
    return steps


def ranges(numbers: Any) -> str:
    """``[10, 20, 21, 22]`` as people and devices write it: ``10,20-22``."""
    if numbers == ALL:
        return ALL
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def differences(have: dict[str, Any], want: dict[str, Any], attributes: tuple[str, ...]) -> dict[str, tuple[Any, Any]]:
    """``{attribute: (before, after)}`` where a wanted attribute is not None and differs."""
    found = {name: (have.get(name), want[name]) for name in attributes if want.get(name) is not None and have.get(name) != want[name]}
    # The kernel's bonding documentation, min_links: 0 and 1 have the exact same effect.
    if max(have.get("min_links") or 0, 1) == max(want.get("min_links") or 0, 1):
        found.pop("min_links", None)
    return found


def unknown_port() -> dict[str, Any]:
    """A port that the device has not told of: it does not switch."""
    return {"lag": None, **dict.fromkeys(PORT_ATTRIBUTES), "vlans": vlans()}


def effective(model: Model, port: str) -> dict[str, Any]:
    """The attributes by which a port forwards: those of its LAG, if it is a member of one, else its own."""
    own = model["ports"].get(port, {})
    return model["lags"].get(own.get("lag")) or own


def complete(have: Model, want: Model) -> Model:
    """What is wanted, with VLANs and MTU that were left open taken from what the ports have: they keep them when they join or leave."""
    whole: Model = {"lags": copy.deepcopy(want["lags"]), "ports": copy.deepcopy(want["ports"])}
    entries = [(lag["members"][0], lag) for lag in whole["lags"].values() if lag and lag["members"]]
    entries += [(name, port) for name, port in whole["ports"].items() if port.get("lag") is None]
    for name, entry in entries:
        now = effective(have, name)
        if entry.get("vlans") is None and switches(now.get("vlans")):
            entry["vlans"] = copy.deepcopy(now["vlans"])
        if entry.get("mtu") is None:
            entry["mtu"] = now.get("mtu")
    return whole


def overlay(have: Model, want: Model) -> Model:
    """The model after ``want`` was put on top of ``have``: what a read-back must show."""
    after: Model = {"lags": copy.deepcopy(have["lags"]), "ports": copy.deepcopy(have["ports"])}
    for name, port in want["ports"].items():
        entry = after["ports"].setdefault(name, unknown_port())
        entry.update({key: value for key, value in port.items() if key == "lag" or value is not None})
        for lag in after["lags"].values():
            if name in lag["members"] and lag["id"] != port.get("lag"):
                lag["members"].remove(name)
    for id_, lag in want["lags"].items():
        if lag is None:
            after["lags"].pop(id_, None)
        else:
            entry = after["lags"].setdefault(id_, {})
            entry.update({key: value for key, value in lag.items() if value is not None or key not in entry})
    for lag in after["lags"].values():
        for member in lag["members"]:
            after["ports"].setdefault(member, unknown_port()).update(lag=lag["id"], vlans=vlans())
    return after
