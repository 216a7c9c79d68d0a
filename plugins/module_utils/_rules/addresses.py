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

_GATEWAYS = {4: "gateway", 6: "gateway6"}


def check(model: Model) -> Iterator[Finding]:
    yield from _addresses(model)
    for name, addressing in model.addresses.items():
        yield from _gateways(model, name, addressing)
        yield from _routes(model, name, addressing)
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
        kind = next(((kind, str(found.network)) for found in own for kind in _no_host(address, found)), None)
        if any(found.ip == address for found in own):
            yield finding("gateway.own-address", path, gateway, link=name)
        elif kind is not None:
            yield finding("gateway.not-a-host", path, gateway, kind=kind[0], network=kind[1])
        elif not _reachable(model, name, addressing, address):
            yield finding("gateway.off-link", path, gateway, link=name)


def _no_host(address: Any, found: Any) -> Iterator[str]:
    """What an address of an IPv4 network is if it is no host: its first or its last."""
    if found.version == 4 and address.version == 4 and found.network.prefixlen < 31:
        if address == found.network.network_address:
            yield "network"
        if address == found.network.broadcast_address:
            yield "broadcast"


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
        if to is None or model.trace.doubtful(("addresses", name, "routes", position)):
            continue
        if via is None:
            if to == "default":
                yield finding("route.default-without-via", path, to)
            continue
        gateway = ipaddress.ip_address(via)
        via_path = model.address_path(name, "routes", position, "via")
        if to != "default" and ipaddress.ip_network(to).version != gateway.version:
            yield finding("route.family", path, to, via=via)
        elif any(ipaddress.ip_interface(text).ip == gateway for text in addressing["addresses"]):
            yield finding("gateway.own-address", via_path, via, link=name)
        elif not _reachable(model, name, addressing, gateway):
            yield finding("route.via-unreachable", via_path, via, link=name)


def _default_routes(model: Model) -> Iterator[Finding]:
    """At most one default route of a family in the main table at one metric; leases may bring another."""
    first: Dict[Tuple[int, Optional[int]], str] = {}
    for name, addressing in model.addresses.items():
        found = [(family, None, ("addresses", name, key), addressing[key]) for family, key in _GATEWAYS.items() if addressing[key]]
        for position, route in enumerate(addressing["routes"]):
            if route["to"] == "default" and route["via"] is not None and route["table"] in (None, 254):
                family = ipaddress.ip_address(route["via"]).version
                found.append((family, route["metric"], ("addresses", name, "routes", position), route["via"]))
        for family, metric, at, value in found:
            if (family, metric) in first:
                yield finding("gateway.second-default", model.trace.path(at), value, other=first[family, metric])
            first.setdefault((family, metric), name)
    leased = [name for name, addressing in model.addresses.items() if addressing["dhcp4"]]
    holder = first.get((4, None)) or (leased[0] if leased else None)
    for name in leased:
        if name != holder:
            yield finding("gateway.dhcp-and-default", model.address_path(name, "dhcp4"), name, other=str(holder))


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
