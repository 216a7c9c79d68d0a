# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What the kernel is to have: from an intent, or, for the way back, from a state that was read before.

The shape is that of docs/architecture.md, section 3.4, made precise here:

* A link of ``links`` with ``master`` None has no master; ``mtu``, ``mac`` and ``addresses`` of None are not judged.
* ``addresses`` are those that must be there, ``addresses_off`` those that must not. Others are left alone: a cluster's address that
  comes and goes is no fault. ``routes`` and ``routes_off`` are alike.
* ``leader`` is the slave of an active-backup bond that is to carry the traffic when the change is done, None where that is left open.
* ``address_details`` holds, for the way back, what else ``ip address add`` needs; ``enslave_first`` is the slave to begin with.
* ``absent`` is ordered: what lies on top comes first.
"""

from __future__ import annotations

import copy
import ipaddress
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _options, _stack, _state_routes
from ansible_collections.trunkline.bonding.plugins.module_utils._state import VIRTUAL

DEFAULT_MTU = 1500

# /sys/class/net/LINK/addr_assign_type: taken over from a link below, set by somebody.
_SET = (2, 3)
_OWN = 3
_STATIC_PROTOCOLS = (None, "static", "boot")


def address(text: str) -> str:
    """An address with its prefix length in the kernel's spelling. Raises ValueError."""
    return ipaddress.ip_interface(text).with_prefixlen


def judged(entry: Mapping[str, Any]) -> bool:
    """Is an address of the state one that configuration decides on? IPv6 addresses of link scope and those of router advertisements
    come and go by themselves."""
    if ":" in entry["address"]:
        return entry["scope"] != "link" and not entry["dynamic"]
    return entry["scope"] != "host" or not entry["address"].startswith("127.")


def _floating(text: str) -> bool:
    # Clusters give their service addresses the length of a host.
    network = ipaddress.ip_interface(text).network
    return network.prefixlen == network.max_prefixlen


def _addresses(link: Mapping[str, Any]) -> List[str]:
    return [entry["address"] for entry in link.get("addresses") or () if judged(entry)]


def _default_metric(route: Mapping[str, Any]) -> Optional[int]:
    return route.get("metric") or (1024 if route["family"] == 6 else None)


def same_route(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    """Is a route of the state the one that is wanted? A metric of None is satisfied by any, because back ends choose their own."""
    for key in ("family", "to", "via", "dev", "table"):
        if wanted.get(key) != there.get(key):
            return False
    if _state_routes.devices(wanted) != _state_routes.devices(there):
        return False
    return wanted.get("metric") is None or _default_metric(wanted) == _default_metric(there)


def _route(family: int, to: str, via: Optional[str], dev: str, metric: Optional[int], table: Any) -> Dict[str, Any]:
    name = None if table in (None, "main", 254, "254") else str(table)
    return {"family": family, "to": to, "via": via, "dev": dev, "metric": metric, "table": name, "protocol": "static"}


def _destination(text: str) -> str:
    if text in ("default", "0.0.0.0/0", "::/0"):
        return "default"
    network = ipaddress.ip_network(text, strict=False)
    # The kernel's tools leave out the length of a host route.
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _routes(addressing: Mapping[str, Any]) -> List[Dict[str, Any]]:
    found = []
    for dev, body in addressing.items():
        for key, family in (("gateway", 4), ("gateway6", 6)):
            if body.get(key):
                found.append(_route(family, "default", str(ipaddress.ip_address(body[key])), dev, None, None))
        for route in body.get("routes") or ():
            via = str(ipaddress.ip_address(route["via"])) if route.get("via") else None
            family = 6 if ":" in (via or route["to"]) else 4
            found.append(_route(family, _destination(route["to"]), via, dev, route.get("metric"), route.get("table")))
    return found


def _rank(state: Mapping[str, Any], name: str) -> int:
    """How much traffic hangs on a NIC: 2 where a default route runs over it or what stands on it, 1 where there is an address, else 0."""
    stack = _stack.above(state["links"], name)
    if any(dev in stack for route in state["routes"] if route["to"] == "default" for dev in _state_routes.devices(route)):
        return 2
    return int(any(entry["scope"] == "global" for link in stack for entry in state["links"].get(link, {}).get("addresses") or ()))


def carrier(state: Mapping[str, Any], slaves: Sequence[str]) -> Optional[str]:
    """The NIC among ``slaves`` that carries the host's traffic now, None where none does."""
    there = [name for name in slaves if state["links"].get(name, {}).get("kind") == "nic"]
    ranks = {name: _rank(state, name) for name in there}
    best = [name for name in there if ranks[name] and ranks[name] == max(ranks.values())]
    for name in best:
        master = state["links"].get(state["links"][name].get("master") or "", {})
        if master.get("active_slave") in best:
            return master["active_slave"]
    return next((name for name in best if state["links"][name].get("carrier")), best[0] if best else None)


def _follows_slave(body: Mapping[str, Any], state: Mapping[str, Any], name: str) -> bool:
    there = state["links"].get(name, {}).get("options", {}).get("fail_over_mac") if "fail_over_mac" not in body["options"] else None
    return body["mode"] == "active-backup" and body["options"].get("fail_over_mac", there or "none") != "none"


def _elsewhere(name: str, intent: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
    """Is the address that a link has now that of a card which the intent does not put below it?

    The card sends frames of its own, LLDP for one, and a switch would look for the link behind the card's port.
    """
    below = _stack.below(intent["links"], name)
    mac = state["links"][name]["mac"]
    return any(link.get("permanent_mac") == mac and other not in below for other, link in state["links"].items())


def _bond_mac(name: str, body: Mapping[str, Any], intent: Mapping[str, Any], state: Mapping[str, Any]) -> Optional[str]:
    there = state["links"].get(name, {})
    if _follows_slave(body, state, name):
        return None
    lasting = there.get("kind") == "bond" and (there["addr_assign_type"] in _SET or there.get("slaves"))
    if lasting and not _elsewhere(name, intent, state):
        return there["mac"]
    first = carrier(state, body["slaves"])
    if first is not None:
        enslaved = state["links"].get(state["links"][first].get("master") or "", {}).get("kind") == "bond"
        return (state["links"][first].get("permanent_mac") if enslaved else None) or state["links"][first]["mac"]
    known = [
        state["links"][slave].get("permanent_mac") or state["links"][slave]["mac"] for slave in body["slaves"] if slave in state["links"]
    ]
    return known[0] if known else None


def _leader(name: str, body: Mapping[str, Any], state: Mapping[str, Any]) -> Optional[str]:
    """The slave of an active-backup bond whose own address the bond has, unless ``primary`` decides or another one was in use before.

    lldpd sends from a card's own address, even while the card only waits, and a switch that learns from it would send the bond's frames
    there. Daemons take slaves down and up, after which the kernel goes on with whichever was up first.
    """
    if body["mode"] != "active-backup" or body["options"].get("primary") or not body.get("mac"):
        return None
    there = state["links"].get(name, {})
    owner = next((slave for slave in body["slaves"] if state["links"].get(slave, {}).get("permanent_mac") == body["mac"]), None)
    in_use = there.get("active_slave") if there.get("mac") == body["mac"] else None
    return None if in_use in body["slaves"] and in_use != owner else owner


def _bridge_mac(name: str, body: Mapping[str, Any], intent: Mapping[str, Any], state: Mapping[str, Any]) -> Optional[str]:
    there = state["links"].get(name, {})
    # Who already talks to an address on the bridge keeps finding it.
    lasting = there.get("kind") == "bridge" and (there["addr_assign_type"] in _SET or _addresses(there)) and there.get("ports")
    if lasting and not _elsewhere(name, intent, state):
        return there["mac"]
    for port in body["ports"]:
        for lower in _stack.below(intent["links"], port):
            link = intent["links"].get(lower, {})
            if link.get("kind") == "bond" and link.get("mac"):
                return link["mac"]
            if link.get("kind") == "nic" and lower in state["links"]:
                return state["links"][lower].get("permanent_mac") or state["links"][lower]["mac"]
    return None


def complete(intent: Mapping[str, Any], state: Mapping[str, Any]) -> Dict[str, Any]:
    """The intent with what follows from it and from the host filled in, so that back ends write it down: ``mac`` of bonds and bridges,
    ``mtu`` of slaves, VLANs and bridges.

    A bond's MAC is the one given, else that of its link now, where a new bond takes over the address of the slave that carries the traffic,
    else the first listed slave's permanent one. There is none with fail_over_mac active or follow. A bridge has that of the bond below.
    An address is given up where its card leaves the link and stays in the host.
    """
    full = copy.deepcopy(dict(intent))
    links = full["links"]
    for name in _stack.bottom_up(links, links):
        body = links[name]
        if body["kind"] == "bond":
            body["mac"] = body.get("mac") or _bond_mac(name, body, full, state)
            for slave in body["slaves"]:
                if slave in links and body.get("mtu"):
                    links[slave]["mtu"] = body["mtu"]
        elif body["kind"] == "vlan" and not body.get("mtu"):
            body["mtu"] = links.get(body["link"], {}).get("mtu")
        elif body["kind"] == "bridge":
            body["mac"] = body.get("mac") or _bridge_mac(name, body, full, state)
            sizes = [links.get(port, {}).get("mtu") for port in body["ports"]]
            if not body.get("mtu") and sizes and all(sizes):
                body["mtu"] = min(sizes)
    return full


def with_default_mtus(full: Mapping[str, Any], desired: Mapping[str, Any]) -> Dict[str, Any]:
    """The completed intent where links that go back to the default MTU have that. It is written down like any other: NetworkManager (seen
    with 1.42) gives a link that it activates again the MTU with which it was made, unless its profile has one."""
    links = {
        name: dict(link, mtu=desired["links"][name]["mtu"]) if link.get("mtu") is None else link for name, link in full["links"].items()
    }
    return {**full, "links": links}


def _settled(body: Mapping[str, Any], owned: Iterable[str]) -> Dict[str, Any]:
    """A bond's options as the kernel will show them: ``owned`` names, set once by us and gone from the intent, go back to the default."""
    mode = body["mode"]
    options = dict(body["options"])
    for name in owned:
        if name not in options and name in _options.OPTIONS and mode in _options.get(name).accepted and _options.get(name).level == "bond":
            options[name] = _options.default(name, mode)
    if "miimon" not in options:
        if options.get("arp_interval"):
            options["miimon"] = 0
        elif _options.default("miimon", mode):
            options["miimon"] = _options.default("miimon", mode)
    found = {}
    for name, value in options.items():
        if name == "mode" or _options.get(name).transient:
            continue
        verdict = _options.verdict(name, mode, value, options)
        found[name] = verdict.value if verdict.outcome == _options.CHANGED else value
    # Without the MII monitor the kernel refuses its delays, even those of 0.
    if not found.get("miimon", 1):
        found = {name: value for name, value in found.items() if value or name not in ("updelay", "downdelay", "peer_notif_delay")}
    return {name: found[name] for name in _options.OPTIONS if name in found}


def _automatic(addressing: Optional[Mapping[str, Any]]) -> bool:
    return bool(addressing) and bool(addressing["dhcp4"] or addressing["dhcp6"])


def _off(name: str, link: Mapping[str, Any], automatic: bool, state: Mapping[str, Any], previous: Optional[Mapping[str, Any]]) -> List[str]:
    entries = [entry for entry in state["links"].get(name, {}).get("addresses") or () if judged(entry)]
    wanted = link["addresses"] or []
    if link["master"] is not None:
        return [entry["address"] for entry in entries]
    if previous is None or name not in previous["links"]:
        return [
            entry["address"] for entry in entries if entry["address"] not in wanted and not _floating(entry["address"]) and not automatic
        ]
    addressing = previous["addresses"].get(name)
    ours = [address(text) for text in (addressing or {}).get("addresses") or ()]
    lease = _automatic(addressing) and not automatic
    gone = [entry for entry in entries if entry["address"] not in wanted]
    return [entry["address"] for entry in gone if entry["address"] in ours or (lease and entry["dynamic"])]


def _routes_off(
    wanted: List[Dict[str, Any]], names: Iterable[str], state: Mapping[str, Any], previous: Optional[Mapping[str, Any]]
) -> List[Dict[str, Any]]:
    ours = _routes(previous["addresses"]) if previous is not None else []
    adopted = [name for name in names if previous is None or name not in previous["links"]]
    families = {(route["family"], route["table"]) for route in wanted if route["to"] == "default"}
    found = []
    for route in state["routes"]:
        if any(same_route(target, route) for target in wanted):
            continue
        left_over = any(same_route(target, route) for target in ours)
        # A second default route on a link that is taken over would win or lose against ours by chance.
        rival = (
            route["to"] == "default"
            and route["dev"] in adopted
            and route["protocol"] in _STATIC_PROTOCOLS
            and (route["family"], route["table"]) in families
        )
        if left_over or rival:
            found.append(route)
    return found


def from_intent(
    intent: Mapping[str, Any],
    state: Mapping[str, Any],
    owned: Optional[Mapping[str, Any]] = None,
    previous: Optional[Mapping[str, Any]] = None,
    first: Optional[str] = None,
    purge: bool = True,
) -> Dict[str, Any]:
    """The kernel state that an intent asks for.

    ``owned``: links that we made or took over, name -> ``{"kind", "options": [names that we set]}``, as in ``owned.json``.
    ``previous``: the intent of the last change, None if there was none; what it had and this one lacks is taken away again.
    ``first``: the slave that carries the connection, to be enslaved first; worked out from the state where it is not given.
    ``purge`` of False leaves alone what is ours and no longer wanted.

    Options that neither intent nor ``owned`` names are not judged: back ends have defaults of their own. In a bond that is new they have
    the kernel's.
    """
    full = complete(intent, state)
    last = complete(previous, state)["links"] if previous is not None else {}
    owned = owned or {}
    links: Dict[str, Any] = {}
    for name in _stack.bottom_up(full["links"], full["links"]):
        body = full["links"][name]
        addressing = full["addresses"].get(name)
        there = state["links"].get(name, {})
        before = last.get(name, {})
        wanted = [address(text) for text in (addressing or {}).get("addresses") or ()]
        automatic = _automatic(addressing)
        link = {"kind": body["kind"], "up": True, "mtu": body.get("mtu"), "mac": None, "master": body.get("master")}
        if link["mtu"] is None and before.get("mtu"):
            link["mtu"] = DEFAULT_MTU
        foreign = there.get("master") not in (None, *full["links"], *owned)
        if link["master"] is None and foreign and addressing is None and body["kind"] != "nic":
            link["master"] = there["master"]
        link["addresses"] = None if automatic and not wanted else wanted
        link["addresses_off"] = _off(name, link, automatic, state, previous)
        if body["kind"] == "nic":
            link["slave_options"] = _slave_options(name, body, full["links"], before)
        elif body["kind"] == "bond":
            link.update(
                mode=body["mode"],
                options=_settled(body, (owned.get(name) or {}).get("options") or ()),
                slaves=list(body["slaves"]),
                mac=body["mac"],
                enslave_first=first if first in body["slaves"] else carrier(state, body["slaves"]),
                leader=_leader(name, body, state),
            )
        elif body["kind"] == "vlan":
            link.update(id=body["id"], link=body["link"], mac=body.get("mac"), protocol="802.1Q")
        else:
            link.update({key: body[key] for key in ("stp", "forward_delay", "vlan_filtering")}, ports=list(body["ports"]), mac=body["mac"])
        links[name] = link
    ours = {name: state["links"].get(name, {}) for name in owned if name not in links and purge}
    gone = [name for name, there in ours.items() if there.get("kind") in VIRTUAL]
    routes = _routes(full["addresses"])
    return {
        "links": links,
        "routes": routes,
        "routes_off": _routes_off(routes, links, state, previous),
        "absent": list(reversed(_stack.bottom_up(state["links"], gone))),
    }


def _slave_options(name: str, body: Mapping[str, Any], links: Mapping[str, Any], before: Mapping[str, Any]) -> Dict[str, Any]:
    master = links.get(body.get("master") or "", {})
    if master.get("kind") != "bond":
        return {}
    options = dict(body.get("slave_options") or {})
    for option in before.get("slave_options") or ():
        if option not in options:
            options[option] = _options.default(option, master["mode"])
    return {option: value for option, value in options.items() if master["mode"] in _options.get(option).accepted}


def _details(link: Mapping[str, Any]) -> Tuple[List[str], Dict[str, Any]]:
    """The addresses to put back, in the order in which they were added, and what ``ip address add`` needs for each."""
    entries = [entry for entry in link.get("addresses") or () if judged(entry) or (":" in entry["address"] and entry["scope"] == "global")]
    entries = [entry for entry in entries if "temporary" not in entry["flags"]]
    # The kernel lists the newest IPv6 address first.
    ordered = [entry for entry in entries if ":" not in entry["address"]] + [
        entry for entry in reversed(entries) if ":" in entry["address"]
    ]
    return [entry["address"] for entry in ordered], {entry["address"]: entry for entry in ordered}


def from_state(state: Mapping[str, Any], names: Iterable[str], forward: Optional[Mapping[str, Any]] = None) -> Dict[str, Any]:
    """The way back to ``state``: of the links in ``names``, of what they stood on, and of all that stood on them.

    Links in ``names`` that the state does not have must not exist. ``forward`` is the desired state of the change that is undone: its
    addresses and routes go. A state that was completed with ``_state.read_surroundings`` also gives ``rules`` and ``neighbours``.
    The order of slaves is kept where they have to be enslaved again; a bond that only lost the order is left alone.
    Routes that ``ip`` shows in a form that it does not take back (encapsulations) are the back end's to restore.
    """
    there = state["links"]
    wanted = dict.fromkeys(_stack.above(there, *(name for name in names if name in there)))
    # A bond that has to be made again needs all its slaves.
    wanted.update(dict.fromkeys(slave for name in list(wanted) for slave in there[name].get("slaves") or ()))
    forward = forward or {"links": {}, "routes": [], "absent": []}
    links: Dict[str, Any] = {}
    for name in _stack.bottom_up(there, (name for name in wanted if there[name]["kind"] != "loopback")):
        body = there[name]
        addresses, details = _details(body)
        coming = forward["links"].get(name, {}).get("addresses") or ()
        link = {"kind": body["kind"], "up": body["up"], "mtu": body["mtu"], "mac": body["mac"], "master": body["master"]}
        link["addresses"], link["address_details"] = addresses, details
        link["addresses_off"] = [text for text in coming if text not in addresses]
        if body["kind"] == "nic":
            link["slave_options"] = dict(body.get("slave_options") or {})
            # A slave's address is its bond's affair.
            if (there.get(body["master"] or "") or {}).get("kind") == "bond":
                link["mac"] = None
        elif body["kind"] == "bond":
            mac = None if _follows_slave(body, state, name) else body["mac"]
            accepted = {key: value for key, value in body["options"].items() if body["mode"] in _options.get(key).accepted}
            link.update(mode=body["mode"], options=accepted, slaves=list(body["slaves"]), mac=mac, enslave_first=None)
        elif body["kind"] == "vlan":
            link.update({key: body[key] for key in ("id", "link", "protocol")})
            # Setting it would end its following the link below.
            link["mac"] = body["mac"] if body["addr_assign_type"] == _OWN else None
        elif body["kind"] == "bridge":
            link.update({key: body[key] for key in ("stp", "forward_delay", "vlan_filtering", "ports", "bridge_options")})
            guests = {port: there[port].get("vlans") for port in body["ports"] if port in there and port not in wanted}
            link["port_vlans"] = {port: vlans for port, vlans in guests.items() if vlans is not None}
        if body.get("vlans") is not None and body["kind"] != "bridge":
            link["vlans"] = body["vlans"]
        links[name] = link
    routes = [route for route in state["routes"] if route["exact"] and set(_state_routes.devices(route)) & set(links)]
    gone = [name for name in names if name not in there]
    ordered = list(reversed(_stack.bottom_up(forward["links"], gone)))
    return {
        "links": links,
        "routes": routes,
        "routes_off": [route for route in forward["routes"] if not any(same_route(route, back) for back in routes)],
        "absent": ordered + [name for name in gone if name not in ordered],
        "rules": state.get("rules") or [],
        "neighbours": [entry for entry in state.get("neighbours") or () if entry["dev"] in links],
    }
