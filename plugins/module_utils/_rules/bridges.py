# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Bridges on bonds, above all those that virtual machines are attached to."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List

from ansible_collections.trunkline.bonding.plugins.module_utils import _options
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model

# Guests' frames pass unchanged and come in once.
_FIT = ("active-backup", "balance-xor", "802.3ad")
# 802.1D allows no other forward delay.
_DELAYS_OF_STP = (2, 30)


def check(model: Model) -> Iterator[Finding]:
    for name, bridge in model.of_kind("bridge"):
        for lower in model.underneath(name):
            if model.links[lower]["kind"] == "bond":
                yield from _on_bond(model, name, bridge, lower)
        low, high = _DELAYS_OF_STP
        if bridge["stp"] and not low <= bridge["forward_delay"] <= high:
            yield model.finding("bridge.forward-delay", name, "forward_delay", value=bridge["forward_delay"])
        yield from _vlans(model, name, bridge)
        yield from _joined(model, name, bridge)
        yield from _uplinks(model, name, bridge)


def _on_bond(model: Model, name: str, bridge: Dict[str, Any], bond_name: str) -> Iterator[Finding]:
    bond = model.links[bond_name]
    options, words = bond["options"], {"bond": bond_name, "bridge": name}
    guests = bridge["hypervisor"] is not None
    if bond["mode"] is not None and bond["mode"] not in _FIT:
        yield model.finding(
            "bridge.mode" if guests else "bridge.mode-plain", bond_name, "mode", value=bond["mode"], mode=bond["mode"], **words
        )
    if options.get("arp_interval") and bond["mode"] in (None, *_options.get("arp_interval").accepted):
        id_ = "bridge.arp-monitor" if guests else "bridge.arp-monitor-plain"
        yield model.finding(id_, bond_name, "options", "arp_interval", value=options["arp_interval"], **words)
    if options.get("all_slaves_active"):
        yield model.finding("bridge.all-slaves-active", bond_name, "options", "all_slaves_active", value=True, **words)
    moves = options.get("fail_over_mac") == "active" and bond["mode"] == "active-backup"
    if moves and not bridge["mac"] and not model.doubtful(name, "mac"):
        yield model.finding("bridge.fail-over-mac", bond_name, "options", "fail_over_mac", value="active", **words)


def _vlans(model: Model, name: str, bridge: Dict[str, Any]) -> Iterator[Finding]:
    vlans = list(model.of_kind("vlan"))
    own = {vlan["id"] for _vlan_name, vlan in vlans if vlan["link"] == name}
    for vlan_name, vlan in vlans:
        if vlan["link"] not in bridge["ports"] or vlan["id"] is None:
            continue
        words = {"bridge": name, "port": vlan["link"]}
        if vlan["id"] in own:
            yield model.finding("bridge.vlan-on-port-and-bridge", vlan_name, "id", value=vlan["id"], other=vlan_name, **words)
        elif bridge["vlan_filtering"]:
            yield model.finding("bridge.vlan-taken-from-bridge", vlan_name, "link", value=vlan["id"], **words)


def _joined(model: Model, name: str, bridge: Dict[str, Any]) -> Iterator[Finding]:
    """Ports that come out of one trunk: the trunk itself, which is untagged here, and VLANs of it."""
    trunks: Dict[str, List[str]] = {}
    for port in dict.fromkeys(bridge["ports"]):
        chain = [port, *(model.underneath(port) if model.links[port]["kind"] == "vlan" else ())]
        # Below VLANs, also those in VLANs, is what carries them; there is none in a circle.
        trunk = next((link for link in chain if model.links[link]["kind"] != "vlan"), port)
        trunks.setdefault(trunk, []).append(port)
    for trunk, ports in trunks.items():
        if len(ports) > 1:
            untagged = f", and {trunk} itself carries what is untagged" if trunk in ports else ""
            words = {"bridge": name, "trunk": trunk, "ports": " and ".join(ports), "untagged": untagged}
            yield model.finding("bridge.joins-vlans", name, "ports", value=bridge["ports"], **words)


def _uplinks(model: Model, name: str, bridge: Dict[str, Any]) -> Iterator[Finding]:
    ways = set()
    for port in bridge["ports"]:
        chain = [port, *model.underneath(port)]
        slaves = {slave for link in chain for slave in model.links[link].get("slaves", [])}
        ways.update(link for link in chain if model.links[link]["kind"] in ("nic", "bond") and link not in slaves)
    if len(ways) > 1 and not bridge["stp"]:
        yield model.finding(
            "bridge.loop", name, "ports", value=bridge["ports"], bridge=name, count=len(ways), ports=", ".join(sorted(ways))
        )
