# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The kernel's network state, read with two processes and a few files of sysfs; nothing is read from configuration files.

``read`` gives what every run needs. ``read_surroundings`` adds what only the way back needs: rules, neighbours, VLANs of bridge ports.
"""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Mapping, Optional

from ansible_collections.trunkline.bonding.plugins.module_utils import _options, _state_routes
from ansible_collections.trunkline.bonding.plugins.module_utils._machine import NOT_FOUND, Machine

SYS = "/sys/class/net"
VIRTUAL = ("bond", "vlan", "bridge")

# Guests' links come by the hundred and are no NIC of anybody's bond: no file is read for them.
_NO_FILES = ("tun", "vxlan", "wireguard", "ipip", "sit", "gre", "ip6gre", "ifb")
_FOREVER = 4294967295
_PER_SECOND = 100

_BRIDGE_EXTRAS = (
    "hello_time", "max_age", "ageing_time", "priority", "vlan_default_pvid", "group_fwd_mask", "mcast_snooping", "mcast_querier",
)  # fmt: skip
_ROUTES = ["ip", "-j", "-d", "route", "show", "table", "all"]
_ADDRESS_FLAGS = ("noprefixroute", "mngtmpaddr", "home", "nodad", "autojoin")
_PASSING_FLAGS = ("temporary", "tentative", "dadfailed", "deprecated", "secondary")


class StateError(Exception):
    """The kernel's state cannot be read; the text is one sentence for the user."""


def read(machine: Machine) -> Dict[str, Any]:
    """``{"links", "foreign", "routes", "rules": None, "neighbours": None}`` of docs/architecture.md, section 3.4.

    ``foreign`` holds what is no Ethernet: name -> type of the link, such as ``infiniband``.
    Beside the keys given there, a link has ``type`` (the kernel's kind, None for hardware), ``max_mtu``, ``duplex``, ``bridge_options`` (of
    a bridge), ``protocol`` (of a VLAN), ``xdp`` (True where a program of that kind is attached, else not there), and an address has what
    ``ip address add`` needs to make it again. Raises StateError.
    """
    items = _ask(machine, ["ip", "-j", "-d", "address", "show"])
    links: Dict[str, Any] = {}
    foreign: Dict[str, str] = {}
    for item in items:
        name = item.get("ifname")
        # Some versions print an empty element for each link that they leave out.
        if name and item.get("link_type") in ("ether", "loopback"):
            links[name] = _link(machine, item)
        elif name:
            foreign[name] = str(item.get("link_type"))
    for name, link in links.items():
        if link["kind"] == "bond":
            _add_slaves(machine, name, link, links)
        elif link["kind"] == "bridge":
            link["ports"] = [port for port, lower in links.items() if lower["master"] == name]
    return {
        "links": links,
        "foreign": foreign,
        "routes": _state_routes.routes(_ask(machine, _ROUTES)),
        "rules": None,
        "neighbours": None,
    }


def read_surroundings(machine: Machine, state: Mapping[str, Any]) -> Dict[str, Any]:
    """The state with ``rules`` and ``neighbours``, with ``vlans`` of the ports of VLAN-aware bridges, and with the routes to the subnets of
    addresses for which the kernel makes none. Raises StateError."""
    rules: List[Dict[str, Any]] = []
    for family in (4, 6):
        rc, out, _err = machine.run(["ip", f"-{family}", "rule", "show"])
        # A kernel without IPv6, or without policy routing, has no rules.
        rules += _state_routes.rules(out, family) if rc == 0 else []
    neighbours = _state_routes.neighbours(_ask(machine, ["ip", "-j", "neighbour", "show", "nud", "permanent"]))
    links = dict(state["links"])
    if any(link["kind"] == "bridge" and link["vlan_filtering"] for link in links.values()):
        vlans = _state_routes.bridge_vlans(_ask(machine, ["bridge", "-j", "-compressvlans", "vlan", "show"]))
        links = {name: {**link, "vlans": vlans[name]} if name in vlans else link for name, link in links.items()}
    given = _state_routes.given_prefixes(_ask(machine, _ROUTES), links)
    return {**state, "links": links, "routes": [*state["routes"], *given], "rules": rules, "neighbours": neighbours}


def _ask(machine: Machine, argv: List[str]) -> List[Mapping[str, Any]]:
    rc, out, err = machine.run(argv)
    if rc == NOT_FOUND:
        raise StateError(f"{argv[0]} is not installed: iproute2 is needed to read the state of the network.")
    if rc != 0:
        reason = (err or out).strip().splitlines()
        hint = " This iproute2 is too old to print JSON." if "-j" in "".join(reason[:1]) and "unknown" in "".join(reason[:1]) else ""
        raise StateError(f"{' '.join(argv)} failed with code {rc}: {reason[0] if reason else 'no message'}.{hint}")
    try:
        document = json.loads(out or "[]")
    except ValueError:
        raise StateError(f"{' '.join(argv)} printed no JSON: iproute2 4.16 or later is needed.") from None
    return [item for item in document if isinstance(item, dict)]


def _number(text: Optional[str]) -> Optional[int]:
    text = (text or "").strip()
    return int(text) if re.fullmatch(r"-?[0-9]+", text) else None


def _kind(item: Mapping[str, Any]) -> str:
    if item.get("link_type") == "loopback":
        return "loopback"
    kind = item.get("linkinfo", {}).get("info_kind")
    return kind if kind in VIRTUAL else "nic"


def _link(machine: Machine, item: Mapping[str, Any]) -> Dict[str, Any]:
    name = item["ifname"]
    info = item.get("linkinfo", {})
    kind = _kind(item)
    flags = item.get("flags") or ()
    up = "UP" in flags
    link = {
        "kind": kind,
        "type": info.get("info_kind"),
        "ifindex": item.get("ifindex"),
        "mac": (item.get("address") or "").lower() or None,
        "permanent_mac": None,
        "addr_assign_type": None,
        "mtu": item.get("mtu"),
        "max_mtu": item.get("max_mtu") or None,
        "up": up,
        "carrier": "LOWER_UP" in flags if up else None,
        "speed": None,
        "duplex": None,
        "master": item.get("master"),
        "link": item.get("link"),
        "addresses": [_address(entry, name) for entry in item.get("addr_info") or () if entry.get("local")],
    }
    if item.get("xdp"):
        link["xdp"] = True
    if kind in ("nic", *VIRTUAL) and link["type"] not in _NO_FILES:
        link["addr_assign_type"] = _number(machine.read(f"{SYS}/{name}/addr_assign_type"))
    if kind in ("nic", "bond") and link["type"] not in _NO_FILES:
        speed = _number(machine.read(f"{SYS}/{name}/speed"))
        link["speed"] = speed if speed and speed > 0 else None
        duplex = (machine.read(f"{SYS}/{name}/duplex") or "").strip()
        link["duplex"] = duplex if duplex in ("full", "half") else None
    if kind == "nic":
        _add_nic(machine, name, link, item)
    elif kind == "bond":
        _add_bond(machine, name, link, info.get("info_data") or {})
    elif kind == "vlan":
        data = info.get("info_data") or {}
        link.update(id=data.get("id"), protocol=data.get("protocol", "802.1Q"))
    elif kind == "bridge":
        _add_bridge(machine, name, link, info.get("info_data") or {})
    return link


def _address(entry: Mapping[str, Any], name: str) -> Dict[str, Any]:
    """``address`` with prefix length; ``peer`` of a point-to-point address; lifetimes in seconds only where they end."""
    found = {
        "address": f"{entry['local']}/{32 if entry.get('address') and entry.get('family') == 'inet' else entry.get('prefixlen')}",
        "scope": entry.get("scope", "global"),
        "dynamic": bool(entry.get("dynamic")) or entry.get("valid_life_time", _FOREVER) != _FOREVER,
        "flags": [flag for flag in _ADDRESS_FLAGS + _PASSING_FLAGS if entry.get(flag)],
    }
    if entry.get("address"):
        if entry.get("family") == "inet6":
            found["address"] = f"{entry['local']}/128"
        found["peer"] = f"{entry['address']}/{entry.get('prefixlen')}"
    if entry.get("broadcast"):
        found["broadcast"] = entry["broadcast"]
    if entry.get("label") not in (None, name):
        found["label"] = entry["label"]
    if entry.get("metric"):
        found["metric"] = entry["metric"]
    if found["dynamic"]:
        found["valid"] = entry.get("valid_life_time")
        found["preferred"] = entry.get("preferred_life_time")
    return found


def _add_nic(machine: Machine, name: str, link: Dict[str, Any], item: Mapping[str, Any]) -> None:
    info = item.get("linkinfo", {})
    slave = info.get("info_slave_data") or {} if info.get("info_slave_kind") == "bond" else {}
    if link["type"] not in _NO_FILES:
        # ip prints permaddr only where it differs from the address in use, and old versions never do.
        found = item.get("permaddr") or slave.get("perm_hwaddr") or machine.permanent_mac(name)
        if not found and item.get("master"):
            found = (machine.read(f"{SYS}/{name}/bonding_slave/perm_hwaddr") or "").strip()
        link["permanent_mac"] = found.lower() if found else None
    if info.get("info_slave_kind") == "bond" or machine.exists(f"{SYS}/{name}/bonding_slave"):
        link["slave_options"] = _options.read_info(slave, "slave")
        link["lacp"] = _lacp_of(machine, name, slave)


def _lacp_of(machine: Machine, name: str, slave: Mapping[str, Any]) -> Dict[str, Any]:
    def value(key: str, file: str) -> Optional[int]:
        return slave[key] if isinstance(slave.get(key), int) else _number(machine.read(f"{SYS}/{name}/bonding_slave/{file}"))

    status = slave.get("mii_status") or (machine.read(f"{SYS}/{name}/bonding_slave/mii_status") or "").strip()
    return {
        "aggregator": value("ad_aggregator_id", "ad_aggregator_id"),
        "actor": {"system": None, "key": None, "port": None, "state": value("ad_actor_oper_port_state", "ad_actor_oper_port_state")},
        "partner": {"system": None, "key": None, "port": None, "state": value("ad_partner_oper_port_state", "ad_partner_oper_port_state")},
        "mii_status": status.lower() or None,
        "failures": value("link_failure_count", "link_failure_count"),
    }


def _add_bond(machine: Machine, name: str, link: Dict[str, Any], data: Mapping[str, Any]) -> None:
    options = _options.read_info(data, "bond")
    for option in _options.OPTIONS.values():
        if option.level == "bond" and option.sysfs and (option.name not in options or not data):
            content = machine.read(f"{SYS}/{name}/bonding/{option.sysfs}")
            value = None if content is None else _options.from_sysfs(option, content)
            # Files of 802.3ad are empty in other modes.
            if value is not None or option.type == "interface":
                options[option.name] = value
    link["mode"] = options.pop("mode", None)
    link["active_slave"] = options.pop("active_slave", None)
    link["options"] = options
    ad = data.get("ad_info")
    link["ad"] = ad and {
        "aggregator": ad.get("aggregator"),
        "ports": ad.get("num_ports"),
        "actor_key": ad.get("actor_key"),
        "partner_key": ad.get("partner_key"),
        "partner_mac": (ad.get("partner_mac") or "").lower() or None,
    }


def _add_slaves(machine: Machine, name: str, link: Dict[str, Any], links: Mapping[str, Any]) -> None:
    there = [slave for slave, lower in links.items() if lower["master"] == name]
    # Only this file tells the order in which they were enslaved.
    ordered = (machine.read(f"{SYS}/{name}/bonding/slaves") or "").split()
    link["slaves"] = [slave for slave in ordered if slave in there] + [slave for slave in there if slave not in ordered]
    # ip does not show a primary that is no slave yet; sysfs does.
    if link["options"].get("primary") is None:
        link["options"]["primary"] = (machine.read(f"{SYS}/{name}/bonding/primary") or "").strip() or None
    if link["mode"] == "802.3ad":
        for slave, ends in lacp_details(machine.read(f"/proc/net/bonding/{name}") or "").items():
            if slave in links and "lacp" in links[slave]:
                for end in ("actor", "partner"):
                    links[slave]["lacp"][end].update(ends.get(end, {}))


def lacp_details(text: str) -> Dict[str, Dict[str, Dict[str, Any]]]:
    """What only ``/proc/net/bonding/BOND`` tells, and only root: slave -> actor and partner with system, key and port."""
    fields = {"system mac address": "system", "port key": "key", "oper key": "key", "port number": "port"}
    found: Dict[str, Dict[str, Dict[str, Any]]] = {}
    slave, end = "", ""
    for line in text.splitlines():
        key, _colon, value = (part.strip() for part in line.partition(":"))
        if key == "Slave Interface":
            slave, end = value, ""
            found[slave] = {}
        elif key in ("details actor lacp pdu", "details partner lacp pdu") and slave:
            end = key.split()[1]
            found[slave][end] = {}
        elif end and key in fields:
            found[slave][end][fields[key]] = value.lower() if key == "system mac address" else _number(value)
    return found


def _add_bridge(machine: Machine, name: str, link: Dict[str, Any], data: Mapping[str, Any]) -> None:
    def value(key: str) -> Optional[int]:
        return data[key] if isinstance(data.get(key), int) else _number(machine.read(f"{SYS}/{name}/bridge/{key}"))

    delay = value("forward_delay")
    link.update(
        stp=bool(value("stp_state")),
        forward_delay=None if delay is None else (delay // _PER_SECOND if delay % _PER_SECOND == 0 else delay / _PER_SECOND),
        vlan_filtering=bool(value("vlan_filtering")),
        bridge_options={key: str(data[key]) for key in _BRIDGE_EXTRAS if data.get(key) is not None},
    )
