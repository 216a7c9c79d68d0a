# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""A desired state as lines of sh that call the library: to see whether the kernel is so, to mend what is not, and as the way back."""

from __future__ import annotations

from shlex import quote
from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _options
from ansible_collections.trunkline.bonding.plugins.module_utils._shell_library import LIBRARY

__all__ = ["LIBRARY", "calls"]

_MAIN = "main"
_DEFAULT_VLAN = 1


def _call(*words: Any) -> str:
    return " ".join([str(words[0]), *(quote(str(word)) for word in words[1:])])


def calls(desired: Mapping[str, Any]) -> List[str]:
    """The lines, in the order that a change needs: what goes, then new links without anything in them, then addresses off, slaves, options,
    and at last addresses, routes and the announcement. Each line is independent: one that fails does not stop the others.
    """
    links = desired["links"]
    lines = ["look_afresh", *(_call("link_absent", name) for name in desired["absent"])]
    for name, link in links.items():
        lines += _creation(name, link)
    for name, link in links.items():
        lines += _off(name, link, links)
    lines += [_route("route_off", route) for route in desired["routes_off"]]
    for name, link in links.items():
        if link["kind"] == "bond":
            lines += _membership(name, link, links)
        elif link["master"] is None:
            lines.append(_call("no_master", name))
    # A NIC that was a slave has the bond's address until it is released.
    lines += [_call("mac_is", name, link["mac"]) for name, link in links.items() if link["kind"] == "nic" and link["mac"] is not None]
    for name, link in links.items():
        lines += _port(name, link, links)
    for name, link in links.items():
        lines += _options_of(name, link)
    sizes = [(name, link["mtu"]) for name, link in links.items() if link["mtu"] is not None]
    lines += [_call("mtu_is", name, mtu, "lower") for name, mtu in reversed(sizes)]
    lines += [_call("mtu_is", name, mtu) for name, mtu in sizes]
    lines += [_call("up_is", name, "up" if link["up"] else "down") for name, link in links.items()]
    for name, link in links.items():
        if link.get("mode") == "802.3ad" and link.get("enslave_first") in link["slaves"]:
            lines.append(_call("leads", name, link["enslave_first"], " ".join(link["slaves"])))
        if link.get("leader"):
            lines.append(_call("carries", name, link["leader"]))
    for name, link in links.items():
        lines += _min_links(name, link)
        lines += [_address_on(name, address, link) for address in link["addresses"] or ()]
    lines += [_route("route_is", route) for route in sorted(desired["routes"], key=lambda route: bool(_vias(route)))]
    lines += [_call("rule_is", rule["family"], rule["priority"], rule["text"]) for rule in desired.get("rules") or ()]
    lines += [_call("neighbour_is", entry["dev"], entry["address"], entry["mac"]) for entry in desired.get("neighbours") or ()]
    return [*lines, "announce"]


def _in_bond(name: str, links: Mapping[str, Any]) -> Optional[str]:
    return next((bond for bond, link in links.items() if link["kind"] == "bond" and name in link["slaves"]), None)


def _ordered(link: Mapping[str, Any]) -> List[str]:
    return sorted(link["slaves"], key=lambda slave: slave != link.get("enslave_first"))


def _text(value: Any) -> str:
    """An option's value as its sysfs file shows it, without an enumeration's number."""
    if isinstance(value, (list, tuple)):
        return " ".join(value)
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)


def _netlink(option: str, value: Any) -> Tuple[str, str]:
    try:
        keyword, text = _options.to_iproute2(option, value)
    except ValueError:
        return "", ""
    return keyword, text


def _quadruples(options: Iterable[Tuple[str, Any]]) -> List[str]:
    """For each option: its name in sysfs, its value there, its keyword in iproute2, its value there."""
    words: List[str] = []
    for name, value in options:
        words += [_options.get(name).sysfs or name, _text(value), *_netlink(name, value)]
    return words


def _by_cost(link: Mapping[str, Any]) -> Dict[str, List[Tuple[str, Any]]]:
    found: Dict[str, List[Tuple[str, Any]]] = {"live": [], "flap": [], "rebuild": []}
    for name, value in link["options"].items():
        if name != "min_links":
            found[_options.cost(name)].append((name, value))
    return found


def _type_words(link: Mapping[str, Any]) -> str:
    """What ``ip link add`` gives to a new bond: all that differs from the default, except what needs slaves or must wait for them."""
    words: List[str] = []
    for name, value in link["options"].items():
        if name not in ("primary", "min_links") and value != _options.default(name, link["mode"]):
            words += [word for word in _netlink(name, value) if word]
    return " ".join(words)


def _creation(name: str, link: Mapping[str, Any]) -> List[str]:
    lines = []
    if link["kind"] == "bond":
        follow = _text(link["options"].get("fail_over_mac"))
        flap = _quadruples(_by_cost(link)["flap"])
        slaves = " ".join(_ordered(link))
        lines.append(_call("bond_is", name, link["mode"], follow, slaves, _text(link["mac"]), _text(link["mtu"]), _type_words(link), *flap))
    elif link["kind"] == "vlan":
        # Its MTU is that of its link, which may still have to be raised.
        lines.append(_call("vlan_is", name, link["link"], link["id"], link["protocol"], _text(link["mac"])))
    elif link["kind"] == "bridge":
        extras = " ".join(f"{key} {value}" for key, value in (link.get("bridge_options") or {}).items())
        delay = round(100 * link["forward_delay"])
        what = (int(link["stp"]), delay, int(link["vlan_filtering"]), _text(link["mac"]), _text(link["mtu"]))
        lines.append(_call("bridge_is", name, *what, extras))
    if link["mac"] is not None and link["kind"] != "nic":
        lines.append(_call("mac_is", name, link["mac"]))
    return lines


def _off(name: str, link: Mapping[str, Any], links: Mapping[str, Any]) -> List[str]:
    if _in_bond(name, links):
        return [_call("no_addresses", name)]
    return [_call("address_off", name, _shown(text, {}), text) for text in link["addresses_off"]]


def _membership(name: str, link: Mapping[str, Any], links: Mapping[str, Any]) -> List[str]:
    lines = [_call("min_links_at_most", name, link["options"]["min_links"])] if "min_links" in link["options"] else []
    lines.append(_call("slaves_only", name, " ".join(link["slaves"])))
    if link["master"] is None:
        lines.append(_call("no_master", name))
    for slave in _ordered(link):
        lines.append(_call("slave_of", name, slave))
    for slave in link["slaves"]:
        options = links.get(slave, {}).get("slave_options") or {}
        if options:
            lines.append(_call("options_are", slave, *_quadruples(options.items())))
    return lines


def _port(name: str, link: Mapping[str, Any], links: Mapping[str, Any]) -> List[str]:
    lines = []
    if link["master"] is not None and not _in_bond(name, links):
        lines.append(_call("port_of", link["master"], name))
    if link["kind"] == "bridge":
        # Guests' ports of a bridge that is made again: those that are still there come back.
        for port in link["ports"]:
            if port not in links:
                back = [_call("port_of", name, port), *_vlans(port, (link.get("port_vlans") or {}).get(port))]
                lines += [f"! there {quote(port)} || {line}" for line in back]
    return lines + _vlans(name, link.get("vlans"))


def _vlans(port: str, entries: Optional[Iterable[str]]) -> List[str]:
    """A port of a VLAN-aware bridge, which gave it VLAN 1 when it came."""
    if entries is None:
        return []
    parts = [entry.partition(" ") for entry in entries]
    lines = [_call("port_vlan", port, vlan, flags) for vlan, _space, flags in parts]
    kept = any(int(vlan.split("-")[0]) == _DEFAULT_VLAN for vlan, _space, _flags in parts)
    return lines if kept else [*lines, _call("port_vlan_off", port, _DEFAULT_VLAN)]


def _options_of(name: str, link: Mapping[str, Any]) -> List[str]:
    if link["kind"] != "bond":
        return []
    groups = _by_cost(link)
    lines = []
    if groups["live"]:
        lines.append(_call("options_are", name, *_quadruples(groups["live"])))
    if groups["flap"]:
        lines.append(_call("options_flap", name, *_quadruples(groups["flap"])))
    return lines


def _min_links(name: str, link: Mapping[str, Any]) -> List[str]:
    options = link.get("options") or {}
    return [_call("options_are", name, *_quadruples([("min_links", options["min_links"])]))] if "min_links" in options else []


def _shown(text: str, details: Mapping[str, Any]) -> str:
    """An address as ``ip -o address`` shows it."""
    family = "inet6" if ":" in text else "inet"
    if details.get("peer"):
        return f"{family} {text.partition('/')[0]} peer {details['peer']}"
    return f"{family} {text}"


def _address_on(name: str, text: str, link: Mapping[str, Any]) -> str:
    details = (link.get("address_details") or {}).get(text)
    words = [text]
    if details is None:
        # What every other tool does for an address with a broadcast address, too.
        words += ["broadcast", "+"] if ":" not in text and int(text.rpartition("/")[2]) < 31 else []
        return _call("address_on", name, _shown(text, {}), 1, *words)
    if details.get("peer"):
        words = [text.partition("/")[0], "peer", details["peer"]]
    for key, word in (("broadcast", "broadcast"), ("scope", "scope"), ("label", "label"), ("metric", "metric")):
        words += [word, str(details[key])] if details.get(key) else []
    words += [flag for flag in details["flags"] if flag in ("noprefixroute", "mngtmpaddr", "home", "nodad", "autojoin")]
    if details["dynamic"]:
        words += ["valid_lft", str(details["valid"]), "preferred_lft", str(details["preferred"])]
    return _call("address_on", name, _shown(text, details), int(not details["dynamic"]), *words)


def _vias(route: Mapping[str, Any]) -> List[str]:
    return [via for via in [route["via"], *(hop["via"] for hop in route.get("hops") or ())] if via]


def _route(function: str, route: Mapping[str, Any]) -> str:
    table = route["table"] or _MAIN
    parts = []
    for hop in route.get("hops") or ():
        parts.append(" ".join(["nexthop", *(["via", hop["via"]] if hop["via"] else []), "dev", hop["dev"]]))
    for key in ("via", "dev", "metric"):
        parts += [f"{key} {route[key]}"] if route.get(key) else []
    words = route.get("words")
    if words is None:
        words = [route["to"]]
        for key in ("via", "dev", "metric", "table"):
            words += [key, str(route[key])] if route.get(key) else []
        words += ["proto", "static"] if function == "route_is" else []
    return _call(function, route["family"], table, route["to"], *parts, "--", *words)
