# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Link monitoring: whether there is any, whom the ARP monitor asks, what the switch does to it."""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, Iterator, List, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _options, _pairing
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model

_TARGETS = ("arp_ip_target", "ns_ip6_target")


def check(model: Model) -> Iterator[Finding]:
    for name, bond in model.of_kind("bond"):
        if bond["mode"] is not None:
            yield from _monitor(model, name, bond)
            # Where the mode refuses the ARP monitor there is nothing to say of its targets.
            if bond["options"].get("arp_interval") and bond["mode"] in _options.get("arp_interval").accepted:
                yield from _targets(model, name, bond)
                yield from _etherchannel(model, name, bond)
            yield from _updelay(model, name, bond)


def _monitor(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    options, mode = bond["options"], bond["mode"]
    if any(model.doubtful(name, "options", key) for key in ("miimon", "arp_interval")):
        return
    miimon = options.get("miimon", _options.default("miimon", mode))
    if not miimon and not options.get("arp_interval"):
        keys = ("options", "miimon") if "miimon" in options else ("options",)
        yield model.finding("options.no-link-monitor", name, *keys, value=options.get("miimon"))
    elif "miimon" not in options and miimon and not options.get("arp_interval"):
        yield model.finding("options.monitor-forced", name, "options", mode=mode)


def _targets(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    targets = [(key, position, target) for key in _TARGETS for position, target in enumerate(bond["options"].get(key, []))]
    if any(model.doubtful(name, "options", key) for key in _TARGETS) or not targets:
        return
    if len(targets) == 1:
        yield model.finding("options.single-arp-target", name, "options", targets[0][0], value=targets[0][2])
    ends = _pairing.switches(model.links, name)
    if 1 < len(targets) < len(ends):
        words = {"targets": len(targets), "switches": len(ends)}
        yield model.finding("options.arp-targets-per-switch", name, "options", targets[0][0], value=[item[2] for item in targets], **words)
    networks, complete = _networks(model, name)
    for key, position, target in targets:
        address = ipaddress.ip_address(target)
        own = next((link for link, found in networks if found.ip == address), None)
        same_family = [found for _link, found in networks if found.version == address.version]
        if own:
            yield model.finding("options.arp-target-own-address", name, "options", key, position, value=target, link=own)
        elif complete and same_family and not address.is_link_local and not any(address in found.network for found in same_family):
            yield model.finding("options.arp-target-off-link", name, "options", key, position, value=target)


def _networks(model: Model, name: str) -> Tuple[List[Tuple[str, Any]], bool]:
    """The addresses on a bond and on what lies on top of it, and whether they are all: not with DHCP or with a refused address."""
    found, complete = [], True
    for link in [name, *model.above(name)]:
        addressing = model.addresses.get(link)
        if addressing:
            found += [(link, ipaddress.ip_interface(address)) for address in addressing["addresses"]]
            complete = complete and not (addressing["dhcp4"] or addressing["dhcp6"] or model.trace.doubtful(("addresses", link)))
    return found, complete


def _etherchannel(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    if bond["mode"] in ("balance-rr", "balance-xor") and _pairing.wanted(model.links, name) == _pairing.STATIC:
        value = bond["options"]["arp_interval"]
        yield model.finding("options.arp-monitor-in-etherchannel", name, "options", "arp_interval", value=value, mode=bond["mode"])


def _updelay(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    steers = _options.outcome("lp_interval", bond["mode"], 1) == _options.ACTS
    edge = bond["lag"] is not None and bond["lag"]["edge_port"]
    if steers and not edge and not bond["options"].get("updelay") and not model.doubtful(name, "options", "updelay"):
        yield model.finding("options.updelay-for-alb", name, "options", "updelay", updelay=0, mode=bond["mode"])
