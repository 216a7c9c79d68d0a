# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""In which order the two ends of a link change, so that the host keeps its path meanwhile.

What bears a mismatch is the host: a bond of any mode, and a plain NIC, works in front of independent ports that carry its VLANs. A LAG of
the switch bears none: in front of LACP a plain host is cut off, behind a static LAG half of the frames arrive where nobody listens. So a
change passes through independent ports: the switch gives up what it has, the host changes, the switch forms what is wanted. Where the two
forms are the same, ports that stay are left alone.

A phase is ``(end, what)``. The words of the switch:

* ``prepare``: what is there carries the old and the new VLANs, at the larger MTU
* ``release``: LAGs that must go become independent ports: all members but one, a pause in which LACP notices, and the last one, shut
* ``form``: the wanted LAGs and ports, beginning with the port that carries the traffic; VLANs that are no longer wanted go

``host`` ``apply`` is its whole intent, with min_links at most 1 in 802.3ad where links come later; ``raise`` sets the wanted min_links.
"""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.trunkline.bonding.plugins.module_utils import _intent, _lacp, _pairing
from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _deadline
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model

# What a switch needs to take its LAGs apart again, and how much longer it waits for hosts that go back.
_LEAD, _RELEASE = 10, 30

Model = _model.Model
Phase = tuple[str, str]

NONE = "none"
INDEPENDENT, LACP, STATIC = _pairing.INDEPENDENT, _pairing.LACP, _pairing.STATIC

PREPARE: Phase = ("switch", "prepare")
RELEASE: Phase = ("switch", "release")
FORM: Phase = ("switch", "form")
APPLY: Phase = ("host", "apply")
RAISE: Phase = ("host", "raise")

_STAY = (PREPARE, APPLY, FORM)
_LEAVE = (PREPARE, RELEASE, APPLY, FORM)

# (what the ports are, what they become) -> phases. ``none`` is a port that does not switch at all.
ORDER: dict[tuple[str, str], tuple[Phase, ...]] = {
    (NONE, INDEPENDENT): _STAY,
    (NONE, LACP): (*_STAY, RAISE),
    (NONE, STATIC): _STAY,
    (INDEPENDENT, INDEPENDENT): _STAY,
    (INDEPENDENT, LACP): (*_STAY, RAISE),
    (INDEPENDENT, STATIC): _STAY,
    (LACP, INDEPENDENT): _LEAVE,
    (LACP, LACP): (*_STAY, RAISE),
    (LACP, STATIC): _LEAVE,
    (STATIC, INDEPENDENT): _LEAVE,
    (STATIC, LACP): (*_LEAVE, RAISE),
    (STATIC, STATIC): _STAY,
}


def kind(model: Model, port: str) -> str:
    """What a port is on the switch: ``lacp``, ``static``, ``independent`` or ``none``. A LAG of another kind counts as static."""
    entry = model["ports"].get(port, {})
    lag = model["lags"].get(entry.get("lag")) if entry.get("lag") is not None else None
    if lag is not None:
        return LACP if lag["mode"] == "lacp" else STATIC
    return INDEPENDENT if _model.switches(entry.get("vlans")) else NONE


def phases(have: Model, want: Model) -> dict[str, tuple[Phase, ...]]:
    """Port -> phases, for every port that is named in what is wanted."""
    after = _model.overlay(have, want)
    return {port: ORDER[kind(have, port), _settled(kind(after, port))] for port in want["ports"]}


def before_host(have: Model, want: Model) -> Model:
    """What is wanted of the switch until the host has changed: the phases ``prepare`` and ``release``.

    Members that stay in a LAG of the same kind stay. A port that leaves, and a port of a LAG that changes its kind, becomes independent. A
    port that will join stays independent. All carry the old and the new VLANs, at the larger MTU.
    """
    after = _model.overlay(have, want)
    lags: dict[str, Any] = {}
    ports: dict[str, Any] = {}
    for port in want["ports"]:
        old, new = _model.effective(have, port), _model.effective(after, port)
        stays = have["ports"].get(port, {}).get("lag")
        if stays is None or stays != after["ports"][port]["lag"] or kind(have, port) != kind(after, port):
            stays = None
        both = {**_both(old, new), "description": None, "enabled": True}
        ports[port] = {**copy.deepcopy(want["ports"][port]), **both, "lag": stays}
        if stays is not None:
            lag = lags.setdefault(stays, {**copy.deepcopy(have["lags"][stays]), **_both(old, new), "members": [], "description": None})
            lag["members"].append(port)
    for name in _shut_last(have, ports):
        ports[name]["enabled"] = False
    # Members that the inventory does not name stay where they are until the LAG is formed.
    for id_, lag in lags.items():
        lag["members"] += [member for member in have["lags"][id_]["members"] if member not in want["ports"]]
    return {"lags": lags, "ports": ports}


def _shut_last(have: Model, ports: dict[str, Any]) -> list[str]:
    """Of each LAG that is given up as a whole the member that stays shut until the host has changed.

    A host in 802.3ad that saw this link again would prefer it for the partner that it had, and wait 3 s for it without traffic. What stays
    open is the port that the host uses by itself afterwards, else that of the slave whose own address the bond has: the frames of LACP and
    LLDP bear a card's own address, and a switch that learns from them would look for the bond behind a slave that only waits.
    """
    found = []
    for lag in have["lags"].values():
        members = [name for name in lag["members"] if name in ports and ports[name]["lag"] is None]
        if len(members) > 1 and len(members) == len(lag["members"]):
            open_ = min(members, key=lambda name: (not ports[name].get("used"), not _has_bonds_address(have, name, ports[name])))
            found.append([name for name in members if name != open_][-1])
    return found


def _has_bonds_address(have: Model, name: str, port: dict[str, Any]) -> bool:
    """Whether the card behind a port has the address of its bond: by default that is what the bond calls itself in LACP."""
    partner = have.get("lacp", {}).get(name, {}).get("partner")
    return _lacp.heard(partner) and partner["system"] == port.get("mac")


def deadlines(seconds: int) -> dict[str, int]:
    """Until when each end waits for its confirmation, in seconds from the moment at which the hosts begin to change.

    ``seconds`` is the deadline of the hosts. What was changed last goes back first: a plain host in front of a LAG would be cut off. So
    ``form`` ends before the hosts' dead men (``host``) start, and ``release`` when the hosts are back for certain.
    """
    dead_man = _deadline.schedule(seconds).dead_man
    return {"form": max(1, dead_man - _LEAD), "host": dead_man, "release": 2 * seconds + _RELEASE}


def first_bonds(variables: dict[str, Any]) -> list[Any]:
    """The bonds of a host's variables as they are applied while its ports are independent: with ``min_links`` of at most 1.

    In front of independent ports an 802.3ad bond has one usable slave, and with a higher min_links none of its traffic would pass.
    """
    intent, _findings = _intent.normalise(variables)
    found = []
    for bond in variables.get("bonds") or []:
        link = intent["links"].get(bond.get("name"), {}) if isinstance(bond, dict) else {}
        if link.get("mode") == "802.3ad" and (link["options"].get("min_links") or 0) > 1:
            bond = {**bond, "options": {**(bond.get("options") or {}), "min_links": 1}}
        found.append(bond)
    return found


def _both(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    mtus = [entry.get("mtu") for entry in (old, new) if entry.get("mtu") is not None]
    vlans = old.get("vlans") if _model.switches(old.get("vlans")) else None
    return {"vlans": _model.union(vlans, new.get("vlans")), "mtu": max(mtus) if mtus else None, "edge_port": new.get("edge_port")}


def _settled(after: str) -> str:
    # A port without VLANs in the inventory stays as it is.
    return INDEPENDENT if after == NONE else after
