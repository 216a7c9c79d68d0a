# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Whether the hosts of an inventory agree on the prefix lengths of their networks. Pure functions, linear time."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding, natural
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class _Member(NamedTuple):
    host: str
    path: str
    address: str


def differing(models: Mapping[str, Model]) -> list[Finding]:
    """A finding for each network that lies inside of a wider one of another host, told of that which fewer addresses are in.

    Networks of one or two addresses are those of loopbacks and of links between two; link-local ones are on every link.
    """
    members: dict[Network, list[_Member]] = {}
    for host in sorted(models, key=natural):
        for name, given in models[host].intent["addresses"].items():
            for position, address in enumerate(given["addresses"]):
                network = ipaddress.ip_interface(address).network
                if network.prefixlen < network.max_prefixlen - 1 and not network.is_link_local:
                    path = f"{host}: {models[host].address_path(name, 'addresses', position)}"
                    members.setdefault(network, []).append(_Member(host, path, address))
    lengths = {version: sorted({net.prefixlen for net in members if net.version == version}, reverse=True) for version in (4, 6)}
    found = []
    for network, inside in members.items():
        for length in lengths[network.version]:
            wider: Any = network.supernet(new_prefix=length) if length < network.prefixlen else None
            if wider in members:
                found += _told(network, inside, wider, members[wider])
                break
    return found


def _told(network: Network, inside: list[_Member], wider: Network, outside: list[_Member]) -> list[Finding]:
    if {member.host for member in inside} == {member.host for member in outside} and len({member.host for member in inside}) == 1:
        return []
    (one, few), (other, many) = sorted(((network, inside), (wider, outside)), key=lambda side: (len(side[1]), -side[0].prefixlen))
    member = next((member for member in few if member.host != many[0].host), few[0])
    against = next(candidate for candidate in many if candidate.host != member.host)
    words = {"network": str(one), "wider": str(other), "address": against.address, "other": against.host}
    return [finding("fleet.prefix-differs", member.path, member.address, **words)]
