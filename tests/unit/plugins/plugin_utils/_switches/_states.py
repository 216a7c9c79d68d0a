# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches in a known state, and what is wanted of them, for the tests of planner, order and platforms."""

from __future__ import annotations

import copy
from pathlib import Path

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import vlans

FIXTURES = Path(__file__).parent / "fixtures"


def read(name):
    return (FIXTURES / name).read_text(encoding="utf-8")


def answer(text, rc=0):
    return {"rc": rc, "out": text, "err": ""}


def port(lag=None, vlan=None, mtu=1500, description="", host=None, **more):
    entry = {"lag": lag, "vlans": vlan if vlan is not None else vlans(), "mtu": mtu, "edge_port": None, "description": description}
    return {**entry, "enabled": True, **({"host": host} if host else {}), **more}


def lag(id_, members, mode="lacp", vlan=None, mtu=1500, rate="fast", **more):
    entry = {
        "id": id_,
        "name": f"bond{id_}",
        "mode": mode,
        "rate": rate if mode == "lacp" else None,
        "members": list(members),
        "min_links": 0,
    }
    entry |= {"fallback": None, "vlans": vlan if vlan is not None else vlans(10, [20]), "mtu": mtu, "edge_port": None, "description": ""}
    return {**entry, **more}


def model(lags=(), **ports):
    """A model of these LAGs, their members, and independent ports."""
    members = {member: port(lag=one["id"]) for one in lags for member in one["members"]}
    return copy.deepcopy({"lags": {one["id"]: one for one in lags}, "ports": {**members, **ports}})


def state(lags=(), facts=None, **ports):
    found = model(lags, **ports)
    found |= {"macs": {}, "lldp": {}, "lacp": {}, "links": dict.fromkeys(found["ports"], True)}
    return {**found, "facts": facts or {"bridge": "br0", "default_pvid": 1, "stp": False, "files": {}}}


def kinds(steps):
    """Steps as short words: ``leave swp1``, ``settle swp1 must``."""
    return [_short(step) for step in steps]


def _short(step):
    if step["do"] in ("pause", "settle"):
        return f"{step['do']} {','.join(step.get('ports', ())) or step['seconds']}{' must' if step.get('must') else ''}"
    if step["do"] == "learning":
        return f"learning {step['port']} {'on' if step['on'] else 'off'}"
    return f"{step['do']} {step.get('port') or step.get('name') or step['lag']['id']}"
