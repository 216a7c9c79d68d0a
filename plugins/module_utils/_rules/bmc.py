# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""A BMC that shares a NIC with the host."""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, Iterator

from ansible_collections.trunkline.bonding.plugins.module_utils import _pairing
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding, nearest
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model


def check(model: Model) -> Iterator[Finding]:
    bmc = model.intent["bmc"]
    if bmc is None or model.trace.doubtful(("bmc", "mode")):
        return
    yield from _address(model, bmc)
    nic = bmc["nic"]
    path = model.trace.path(("bmc", "nic"))
    if bmc["mode"] == "dedicated":
        if nic is not None:
            yield finding("bmc.nic-with-dedicated", path, nic)
        return
    if nic is None:
        if not model.trace.doubtful(("bmc", "nic")):
            yield finding("bmc.nic-missing", path, mode=bmc["mode"])
        return
    if model.links.get(nic, {}).get("kind") != "nic":
        if not any(model.trace.doubtful((section,)) for section in ("nics", "bonds")):
            known = [name for name, _nic in model.of_kind("nic")]
            yield finding("bmc.nic-unknown", path, nic, nearest=nearest(nic, known))
        return
    yield from _in_bond(model, nic, path)
    yield from _vlan(model, bmc, nic)


def _address(model: Model, bmc: Dict[str, Any]) -> Iterator[Finding]:
    for name, addressing in model.addresses.items():
        if bmc["address"] in [str(ipaddress.ip_interface(text).ip) for text in addressing["addresses"]]:
            yield finding("bmc.address-clash", model.trace.path(("bmc", "address")), bmc["address"], other=name)


def _in_bond(model: Model, nic: str, path: str) -> Iterator[Finding]:
    name = model.links[nic]["master"]
    bond = model.links.get(name or "", {})
    if name is None or bond.get("kind") != "bond" or bond["mode"] is None:
        return
    primary = bond["options"].get("primary")
    if _pairing.wanted(model.links, name) != _pairing.INDEPENDENT:
        yield finding("bmc.shared-in-lag", path, nic, bond=name, mode=bond["mode"])
    elif bond["mode"] == "active-backup" and primary != nic and not model.doubtful(name, "options", "primary"):
        yield finding("bmc.primary-elsewhere", path, nic, bond=name, nic=nic, primary=primary or "nobody")


def _vlan(model: Model, bmc: Dict[str, Any], nic: str) -> Iterator[Finding]:
    """A BMC without a VLAN uses the native one."""
    master = model.links.get(model.links[nic]["master"] or "", {})
    in_bond = master.get("kind") == "bond"
    vlans = (master.get("lag") or {}).get("vlans") if in_bond else model.links[nic]["vlans"]
    if vlans is None or bmc["vlan"] is None or bmc["vlan"] in [vlans["native"], *vlans["tagged"]]:
        return
    link = model.links[nic]["master"] if in_bond else nic
    if not model.doubtful(link, "lag" if in_bond else "vlans"):
        words = {"link": link, "place": f"lag.vlans.tagged of {link}" if in_bond else f"vlans.tagged of {nic}"}
        yield finding("bmc.vlan-not-carried", model.trace.path(("bmc", "vlan")), bmc["vlan"], **words)
