# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""An intent as keyfiles of NetworkManager (nm-settings-keyfile(5)) with a dispatcher script for the rest, and the keyfiles of others."""

from __future__ import annotations

import configparser
import re
import uuid
from typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _options
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _common

FOLDER = "/etc/NetworkManager/system-connections"
PREFIX = "trunkline-"
FOLDERS = (FOLDER, "/run/NetworkManager/system-connections", "/usr/lib/NetworkManager/system-connections")
HOOK = "/etc/NetworkManager/dispatcher.d/90-trunkline-bonding"

BACKEND = "networkmanager"
# Before this version the keys are called master, slave-type and autoconnect-slaves (NEWS of NetworkManager 1.46).
_CONTROLLER_SINCE = (1, 46)
_NO_IPV6_SINCE = (1, 20)
_PRIORITY = 100
_NAMESPACE = uuid.UUID("0b6f3a0e-6f0c-5d0f-9c3a-7d1c0a1b7a55")

Setting = Tuple[str, Any]
Section = Tuple[str, List[Setting]]


class Profile(NamedTuple):
    """A keyfile: its path and the settings that say which link it is for."""

    path: str
    uuid: str
    kind: str
    interface: str
    mac: str
    master: str


def uuid_of(link: str) -> str:
    """The connection's UUID, the same on every run."""
    return str(uuid.uuid5(_NAMESPACE, link))


def path_of(link: str) -> str:
    """The keyfile of a link."""
    return f"{FOLDER}/{PREFIX}{link}.nmconnection"


def version_number(version: Optional[str]) -> Tuple[int, ...]:
    """``1.42.4`` -> (1, 42, 4); an unknown version is taken for an old one, whose keys every version reads."""
    return tuple(int(part) for part in re.findall(r"[0-9]+", version or "")[:3])


def reason(version: Optional[str], name: str, value: Any, mode: str, options: Mapping[str, Any]) -> Optional[str]:
    """Why NetworkManager would not keep this value; None if it does. It drops or refuses ARP targets in modes without ARP monitor."""
    if name == "arp_ip_target" and value and mode not in _options.get("arp_interval").accepted:
        return f"NetworkManager keeps ARP targets in {', '.join(_options.get('arp_interval').accepted)} only"
    if name == "arp_ip_target" and value and not options.get("arp_interval"):
        return "NetworkManager keeps ARP targets together with arp_interval only"
    return _options.inexpressible(name, BACKEND, value, version)


def sort_out(intent: Mapping[str, Any], version: Optional[str]) -> Any:
    """(options for the dispatcher script, options that nothing carries), see ``_common.sort_out``."""
    return _common.sort_out(intent["links"], lambda *option: reason(version, *option), _common.can_hook)


def render(intent: Mapping[str, Any], version: Optional[str]) -> Dict[str, Dict[str, Any]]:
    """The files of all links of an intent."""
    hooked, _refused = sort_out(intent, version)
    skipped = {(item.link, item.name) for item in hooked}
    rendered = {}
    for name, link in intent["links"].items():
        sections = [("connection", list(_connection(name, link, intent, version)))]
        sections += _of_kind(name, link, intent, version, skipped)
        if not link.get("master"):
            others = (_common.default_elsewhere(intent, name, 4), _common.default_elsewhere(intent, name, 6))
            sections += _ip(_common.addressing(intent, name), others, version)
        rendered[path_of(name)] = {"content": _text(sections), "mode": 0o600}
    commands = [(item.link, _common.set_option(item)) for item in hooked]
    # NetworkManager leaves the kernel's 15 s where spanning tree is off.
    commands += [
        (name, ["ip", "link", "set", "dev", name, "type", "bridge", "forward_delay", str(100 * link["forward_delay"])])
        for name, link in _common.of_kind(intent["links"], "bridge")
        if not link["stp"]
    ]
    if commands:
        rendered[HOOK] = {"content": _hook(commands), "mode": 0o755}
    return rendered


def _text(sections: Iterable[Section]) -> str:
    blocks = [_common.MARK]
    for title, settings in sections:
        lines = [f"{key}={_common.one_line(value)}" for key, value in settings if value is not None]
        if lines:
            blocks.append("\n".join([f"[{title}]", *lines]))
    return "\n\n".join(blocks) + "\n"


def _connection(name: str, link: Mapping[str, Any], intent: Mapping[str, Any], version: Optional[str]) -> Iterator[Setting]:
    modern = version_number(version) >= _CONTROLLER_SINCE
    by_mac = link["kind"] == "nic" and link.get("mac")
    yield "id", PREFIX + name
    yield "uuid", uuid_of(name)
    yield "type", "ethernet" if link["kind"] == "nic" else link["kind"]
    # A NIC whose address is known is found by it, whatever its name is after the next boot.
    yield "interface-name", None if by_mac else name
    yield "autoconnect-priority", _PRIORITY
    # 0 is for ever: a bond that waits for its partner must not be given up.
    yield "autoconnect-retries", 0
    if link["kind"] in ("bond", "bridge"):
        yield "autoconnect-ports" if modern else "autoconnect-slaves", 1
    master = link.get("master")
    if master:
        yield "controller" if modern else "master", master
        yield "port-type" if modern else "slave-type", intent["links"][master]["kind"]
    yield "zone", _common.addressing(intent, name)["zone"]


def _of_kind(
    name: str, link: Mapping[str, Any], intent: Mapping[str, Any], version: Optional[str], skipped: Iterable[Tuple[str, str]]
) -> List[Section]:
    kind, master = link["kind"], link.get("master")
    slave = bool(master) and intent["links"][master]["kind"] == "bond"
    ethernet: List[Setting] = []
    if kind == "nic":
        ethernet.append(("mac-address", link.get("mac")))
    elif kind != "vlan" or link.get("mac"):
        ethernet.append(("cloned-mac-address", link.get("mac")))
    if not slave:
        ethernet.append(("mtu", link.get("mtu")))
    sections: List[Section] = [("ethernet", ethernet)]
    if kind == "bond":
        sections.append(("bond", list(_bond(name, link, version, skipped))))
    elif kind == "vlan":
        sections.append(("vlan", [("id", link["id"]), ("parent", link["link"])]))
    elif kind == "bridge":
        switches = [("stp", link["stp"]), ("vlan-filtering", link["vlan_filtering"])]
        sections.append(("bridge", [(key, str(value).lower()) for key, value in switches] + [("forward-delay", link["forward_delay"])]))
    if slave:
        port = [
            _options.to_backend(option, BACKEND, value, version)
            for option, value in (link.get("slave_options") or {}).items()
            if (name, option) not in skipped and _options.inexpressible(option, BACKEND, value, version) is None
        ]
        sections.append(("bond-port", port))
    return sections


def _bond(name: str, link: Mapping[str, Any], version: Optional[str], skipped: Iterable[Tuple[str, str]]) -> Iterator[Setting]:
    options = _common.bond_options(link)
    # Left out, NetworkManager would set 100 where the kernel has 0.
    if "miimon" not in options and not options.get("arp_interval"):
        options["miimon"] = _options.default("miimon", link["mode"])
    for option, value in options.items():
        # An empty value is none, and NetworkManager takes no null address; both are what a new bond has.
        if (
            (name, option) in skipped
            or value in (None, [])
            or (option == "ad_actor_system" and _common.needless(option, value, link["mode"]))
        ):
            continue
        if option == "miimon" and options.get("arp_interval"):
            continue
        if reason(version, option, value, link["mode"], options) is not None:
            continue
        yield _options.to_backend(option, BACKEND, value, version)


def _ip(wanted: Mapping[str, Any], others: Tuple[bool, bool], version: Optional[str]) -> List[Section]:
    """``others``: whether another link has the default route of IPv4 and of IPv6."""
    four, six = _common.by_family(wanted["addresses"])
    dns = _common.by_family(wanted["dns"])
    routes: Tuple[List[Any], List[Any]] = ([], [])
    for route in wanted["routes"]:
        routes[_common.route_family(route) == 6].append(route)
    none = "disabled" if version_number(version) >= _NO_IPV6_SINCE else "ignore"
    method4 = "auto" if wanted["dhcp4"] else "manual" if four else "disabled"
    if not (six or four or wanted["dhcp4"] or wanted["dhcp6"] or wanted["accept_ra"]):
        method6 = none
    elif wanted["accept_ra"] is not False:
        method6 = "auto"
    else:
        method6 = "dhcp" if wanted["dhcp6"] else "manual" if six else "link-local"
    sections = []
    for title, method, addresses, gateway, servers, ways, other in (
        ("ipv4", method4, four, wanted["gateway"], dns[0], routes[0], others[0]),
        ("ipv6", method6, six, wanted["gateway6"], dns[1], routes[1], others[1]),
    ):
        settings: List[Setting] = [("method", method)]
        settings += [(f"address{number}", address) for number, address in enumerate(addresses, 1)]
        settings.append(("gateway", gateway))
        settings.append(("never-default", "true" if other and method in ("auto", "dhcp") else None))
        settings += [(f"route{number}", _route(route)) for number, route in enumerate(ways, 1)]
        settings += [
            (f"route{number}_options", f"table={route['table']}") for number, route in enumerate(ways, 1) if route.get("table") is not None
        ]
        settings.append(("dns", "".join(f"{server};" for server in servers) or None))
        if method not in ("disabled", "ignore"):
            settings.append(("dns-search", "".join(f"{domain};" for domain in wanted["search"]) or None))
        sections.append((title, settings))
    return sections


def _route(route: Mapping[str, Any]) -> str:
    to = ("::/0" if _common.route_family(route) == 6 else "0.0.0.0/0") if route["to"] == "default" else route["to"]
    words = [to, route.get("via") or ("::" if _common.route_family(route) == 6 else "0.0.0.0")]
    return ",".join(words if route.get("metric") is None else [*words, str(route["metric"])])


def _hook(commands: Iterable[Tuple[str, List[str]]]) -> str:
    by_link: Dict[str, List[str]] = {}
    for link, argv in commands:
        by_link.setdefault(link, []).append(_common.shell(argv))
    lines = ["#!/bin/sh", _common.MARK, "# What this version of NetworkManager cannot keep itself, set each time that a link comes up."]
    lines.append('case "$1 $2" in')
    for link, calls in by_link.items():
        lines += [f"{_common.shell([link + ' up'])})", *(f"    {call}" for call in calls), "    ;;"]
    return "\n".join([*lines, "esac", ""])


def profiles(machine: Any) -> List[Profile]:
    """The keyfiles of others. Below /run and /usr NetworkManager reads those with the suffix, in /etc all but hidden and backup files."""
    found = []
    for folder in FOLDERS:
        for name in machine.listdir(folder):
            if name.startswith((".", PREFIX)) or name.endswith("~") or (folder != FOLDER and not name.endswith(".nmconnection")):
                continue
            path = f"{folder}/{name}"
            parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#",), strict=False, interpolation=None)
            try:
                parser.read_string(machine.read(path) or "")
            except configparser.Error:
                continue
            found.append(_profile(path, parser))
    return found


def _profile(path: str, parser: configparser.RawConfigParser) -> Profile:
    def get(section: str, *keys: str) -> str:
        return next((parser.get(section, key) for key in keys if parser.has_option(section, key)), "").strip()

    return Profile(
        path=path,
        uuid=get("connection", "uuid"),
        kind=get("connection", "type"),
        interface=get("connection", "interface-name"),
        mac=(get("ethernet", "mac-address") or get("802-3-ethernet", "mac-address")).lower().replace("-", ":"),
        master=get("connection", "controller", "master"),
    )
