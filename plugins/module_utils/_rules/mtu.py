# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""MTU through the stack."""

from __future__ import annotations

import ipaddress
from typing import Iterator

from ansible_collections.trunkline.bonding.plugins.module_utils import _layers
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model

# RFC 8200, section 5.
_IPV6_MTU = 1280


def check(model: Model) -> Iterator[Finding]:
    mtus = _layers.effective_mtus(model.links)
    for name, link in model.links.items():
        stated = model.stated_mtus.get(name)
        if link["kind"] == "nic" and stated is not None and link["master"] and model.links[link["master"]]["kind"] == "bond":
            wanted = mtus[link["master"]]
            if stated != wanted:
                yield model.finding("mtu.slave-differs", name, "mtu", value=stated, wanted=wanted, bond=link["master"])
        if link["kind"] in ("vlan", "bridge"):
            for lower in _layers.directly_below(model.links, name):
                if stated is not None and stated > mtus[lower] and not model.doubtful(lower, "mtu"):
                    yield model.finding("mtu.above-exceeds-below", name, "mtu", value=stated, below=mtus[lower], link=lower)
        if link["kind"] == "bridge" and len({mtus[port] for port in link["ports"]}) > 1:
            ports = ", ".join(f"{port} {mtus[port]}" for port in link["ports"])
            yield model.finding("mtu.ports-differ", name, "ports", value=link["ports"], bridge=name, ports=ports)
        if mtus[name] < _IPV6_MTU and _has_ipv6(model, name):
            source = (
                name if name in model.stated_mtus else next((lower for lower in model.underneath(name) if lower in model.stated_mtus), name)
            )
            yield model.finding("mtu.too-small-for-ipv6", source, "mtu", value=mtus[name], link=name)


def _has_ipv6(model: Model, name: str) -> bool:
    addressing = model.addresses.get(name)
    if not addressing:
        return False
    static = any(ipaddress.ip_interface(address).version == 6 for address in addressing["addresses"])
    return bool(static or addressing["dhcp6"] or addressing["gateway6"] or addressing["accept_ra"])
