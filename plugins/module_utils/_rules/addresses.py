# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Addresses, gateways and routes of one host, over all its links."""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, Iterator, List, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model
from ansible_collections.trunkline.bonding.plugins.module_utils._schema import LOCAL_TABLE, MAIN_TABLE

_GATEWAYS = {4: "gateway", 6: "gateway6"}


def check(model: Model) -> Iterator[Finding]:
    yield from _addresses(model)
    for name, addressing in model.addresses.items():
        yield from _gateways(model, name, addressing)
        yield from _routes(model, name, addressing)
        yield from _name_servers(model, name, addressing)
    yield from _default_routes(model)
    yield from _duplicate_routes(model)


def _addresses(model: Model) -> Iterator[Finding]:
    seen: List[Tuple[Any, str]] = []
    for name, addressing in model.addresses.items():
        for position, text in enumerate(addressing["addresses"]):
            address = ipaddress.ip_interface(text)
            path = model.address_path(name, "addresses", position)
            twin = next((other for known, other in seen if known.ip == address.ip), None)
            near = next(((known, other) for known, other in seen if other != name and _overlap(known, address)), None)
            if twin is not None:
                yield finding("address.duplicate", path, text, other=twin)
            elif near is not None:
                yield finding("address.overlap", path, text, network=str(near[0].network), other=near[1])
            seen.append((address, name))


def _overlap(one: Any, other: Any) -> bool:
    # Each link has the network fe80::/64.
    return one.version == other.version and not one.ip.is_link_local and one.network.overlaps(other.network)


def _gateways(model: Model, name: str, addressing: Dict[str, Any]) -> Iterator[Finding]:
    for family, key in _GATEWAYS.items():
        gateway = addressing[key]
        if gateway is None:
            continue
        path = model.address_path(name, key)
        if family == 4 and addressing["dhcp4"]:
            yield finding("gateway.with-dhcp", path, gateway)
            continue
        address = ipaddress.ip_address(gateway)
        own = [ipaddress.ip_interface(text) for text in addressing["addresses"]]
        kind = _kind(address, own)
        if any(found.ip == address for found in own):
            yield finding("gateway.own-address", path, gateway, link=name)
        elif kind is not None:
            yield finding("gateway.not-a-host", path, gateway, kind=kind[0], network=kind[1])
        elif not _reachable(model, name, addressing, address):
            yield finding("gateway.off-link", path, gateway, link=name)


def _kind(address: Any, own: List[Any]) -> Optional[Tuple[str, str]]:
    """What an address of a link's IPv4 networks is if it is no host there, its first or its last, and the network."""
    for network in [found.network for found in own if found.version == 4]:
        if address.version == 4 and network.prefixlen < 31 and address in (network.network_address, network.broadcast_address):
            return "network" if address == network.network_address else "broadcast", str(network)
    return None


def _reachable(model: Model, name: str, addressing: Dict[str, Any], gateway: Any) -> bool:
    """Whether a gateway is in a network of its link; True where that is not known."""
    if gateway.version == 6 and gateway.is_link_local:
        return True
    if model.trace.doubtful(("addresses", name, "addresses")) or addressing["dhcp4" if gateway.version == 4 else "dhcp6"]:
        return True
    networks = [ipaddress.ip_interface(text).network for text in addressing["addresses"]]
    networks += [
        ipaddress.ip_network(route["to"]) for route in addressing["routes"] if route["via"] is None and route["to"] not in (None, "default")
    ]
    return any(gateway.version == network.version and gateway in network for network in networks)


def _routes(model: Model, name: str, addressing: Dict[str, Any]) -> Iterator[Finding]:
    for position, route in enumerate(addressing["routes"]):
        to, via = route["to"], route["via"]
        path = model.address_path(name, "routes", position)
        if route["table"] == LOCAL_TABLE:
            yield finding("route.local-table", model.address_path(name, "routes", position, "table"), route["table"])
        if to is None or model.trace.doubtful(("addresses", name, "routes", position)):
            continue
        if via is None:
            if to == "default":
                yield finding("route.default-without-via", path, to)
            continue
        gateway = ipaddress.ip_address(via)
        own = [ipaddress.ip_interface(text) for text in addressing["addresses"]]
        kind = _kind(gateway, own)
        via_path = model.address_path(name, "routes", position, "via")
        if to != "default" and ipaddress.ip_network(to).version != gateway.version:
            yield finding("route.family", path, to, via=via)
        elif any(found.ip == gateway for found in own):
            yield finding("gateway.own-address", via_path, via, link=name)
        elif kind is not None:
            yield finding("gateway.not-a-host", via_path, via, kind=kind[0], network=kind[1])
        elif not _reachable(model, name, addressing, gateway):
            yield finding("route.via-unreachable", via_path, via, link=name)
        elif to != "default" and _inside(ipaddress.ip_network(to), gateway, own):
            yield finding("route.via-inside", path, to, via=via, link=name)


def _inside(network: Any, gateway: Any, own: List[Any]) -> bool:
    """Whether a destination is a network that the link is connected to, or a part of one, and the gateway is in it."""
    connected = [found.network for found in own if found.version == network.version]
    return gateway in network and any(network.subnet_of(found) for found in connected)


def _name_servers(model: Model, name: str, addressing: Dict[str, Any]) -> Iterator[Finding]:
    servers = addressing["dns"]
    for position, server in enumerate(servers):
        if server in servers[:position]:
            yield finding("dns.duplicate", model.address_path(name, "dns", position), server)


def _default_routes(model: Model) -> Iterator[Finding]:
    """At most one default route of a family in one table at one metric; leases may bring another into the main table."""
    first: Dict[Tuple[int, int, Optional[int]], str] = {}
    for name, addressing in model.addresses.items():
        keys = [(family, key) for family, key in _GATEWAYS.items() if addressing[key]]
        found = [((family, MAIN_TABLE, None), ("addresses", name, key), addressing[key]) for family, key in keys]
        for position, route in enumerate(addressing["routes"]):
            if route["to"] == "default" and route["via"] is not None:
                key = (ipaddress.ip_address(route["via"]).version, route["table"] or MAIN_TABLE, route["metric"])
                found.append((key, ("addresses", name, "routes", position), route["via"]))
        for key, at, value in found:
            if key in first:
                where = "" if key[1] == MAIN_TABLE else f" in table {key[1]}"
                yield finding("gateway.second-default", model.trace.path(at), value, other=first[key], where=where)
            first.setdefault(key, name)
    leased = [name for name, addressing in model.addresses.items() if addressing["dhcp4"]]
    # The back ends let no lease bring one beside that.
    if (4, MAIN_TABLE, None) in first:
        return
    for name in leased[1:]:
        yield finding("gateway.two-leases", model.address_path(name, "dhcp4"), name, other=leased[0])


def _duplicate_routes(model: Model) -> Iterator[Finding]:
    seen: Dict[Tuple[Any, ...], str] = {}
    for name, addressing in model.addresses.items():
        for position, route in enumerate(addressing["routes"]):
            if route["to"] in (None, "default"):
                continue
            key = (route["to"], route["metric"], route["table"])
            if key in seen:
                yield finding("route.duplicate", model.address_path(name, "routes", position), route["to"], other=seen[key])
            seen.setdefault(key, name)
