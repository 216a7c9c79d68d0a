# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""An intent as files of systemd-networkd (systemd.netdev(5), systemd.network(5), systemd.link(5)), and the files of others that match."""

from __future__ import annotations

import fnmatch
import ipaddress
from typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _options
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _common

FOLDER = "/etc/systemd/network"
PREFIX = "10-trunkline-"
# Folders in which an administrator, or a generator at boot, puts files; those of the vendor sort after ours or match nothing of ours.
FOLDERS = (FOLDER, "/run/systemd/network", "/usr/local/lib/systemd/network", "/usr/lib/systemd/network", "/lib/systemd/network")

BACKEND = "networkd"
_ARP = "networkd sends it together with ARPIntervalSec only"
_YES = {True: "yes", False: "no"}

Setting = Tuple[str, Any]
Section = Tuple[str, List[Setting]]


class Claim(NamedTuple):
    """A ``.network`` file: what it matches and which bond or bridge it puts the link into."""

    path: str
    match: Dict[str, List[str]]
    masters: List[str]


def reason(version: Optional[str], name: str, value: Any, mode: str, options: Mapping[str, Any]) -> Optional[str]:
    """Why networkd would not give the kernel this value at boot; None if it does. Source: the message that its bond.c builds."""
    why = _options.inexpressible(name, BACKEND, True if name == "primary" else value, version)
    if why is not None:
        return why
    if name == "fail_over_mac" and mode != "active-backup":
        return "networkd sends FailOverMACPolicy in active-backup only"
    if name == "ad_select" and mode != "802.3ad":
        return "networkd sends AdSelect in 802.3ad only"
    if name == "arp_ip_target" and value and not options.get("arp_interval"):
        return _ARP
    if name == "miimon" and value == 0 and _options.default("miimon", mode):
        return "networkd never sends a MIIMonitorSec of 0, and the kernel sets 100 ms in this mode"
    return None


def render(intent: Mapping[str, Any], version: Optional[str]) -> Dict[str, Dict[str, Any]]:
    """The files of all links of an intent. Raises ValueError for what ``reason`` refuses."""
    rendered = {}
    for name, link in intent["links"].items():
        if link["kind"] != "nic":
            rendered[f"{FOLDER}/{PREFIX}{name}.netdev"] = _text(_netdev(name, link, version))
        if link["kind"] in ("bond", "bridge") and not link.get("mac"):
            # Without a pinned address the bond takes that of its first slave, which udev's own policy would prevent.
            rendered[f"{FOLDER}/{PREFIX}{name}.link"] = _text(
                [("Match", [("OriginalName", name)]), ("Link", [("MACAddressPolicy", "none")])]
            )
        rendered[f"{FOLDER}/{PREFIX}{name}.network"] = _text(_network(name, link, intent, version))
    return {path: {"content": content, "mode": 0o644} for path, content in rendered.items()}


def _text(sections: Iterable[Section]) -> str:
    blocks = [_common.MARK]
    for title, settings in sections:
        lines = [f"{key}={_common.one_line(value)}" for key, value in settings if value is not None]
        if lines:
            blocks.append("\n".join([f"[{title}]", *lines]))
    return "\n\n".join(blocks) + "\n"


def _netdev(name: str, link: Mapping[str, Any], version: Optional[str]) -> List[Section]:
    kind = link["kind"]
    address = link.get("mac") or ("none" if kind in ("bond", "bridge") else None)
    sections: List[Section] = [("NetDev", [("Name", name), ("Kind", kind), ("MACAddress", address)])]
    if kind == "bond":
        sections.append(("Bond", list(_bond(link, version))))
    elif kind == "vlan":
        sections.append(("VLAN", [("Id", link["id"])]))
    else:
        sections.append(
            (
                "Bridge",
                [("STP", _YES[link["stp"]]), ("ForwardDelaySec", link["forward_delay"]), ("VLANFiltering", _YES[link["vlan_filtering"]])],
            )
        )
    return sections


def _bond(link: Mapping[str, Any], version: Optional[str]) -> Iterator[Setting]:
    options = _common.bond_options(link)
    for name, value in options.items():
        if name == "primary":
            continue
        why = reason(version, name, value, link["mode"], options)
        if why is not None or (name == "ad_actor_system" and _common.needless(name, value, link["mode"])):
            if not _common.needless(name, value, link["mode"]):
                raise ValueError(why)
            continue
        yield _options.to_backend(name, BACKEND, value, version)


def _network(name: str, link: Mapping[str, Any], intent: Mapping[str, Any], version: Optional[str]) -> List[Section]:
    links = intent["links"]
    wanted = _common.addressing(intent, name)
    master = link.get("master")
    slave = bool(master) and links[master]["kind"] == "bond"
    by_mac = link["kind"] == "nic" and link.get("mac")
    match: List[Setting] = [("PermanentMACAddress", link["mac"])] if by_mac else [("Name", name)]

    network: List[Setting] = [("VLAN", vlan) for vlan in _common.vlans_on(links, name)]
    if master:
        network.append(("Bond" if slave else "Bridge", master))
    if slave and links[master]["options"].get("primary") == name:
        network.append(_options.to_backend("primary", BACKEND, True, version))
    # Without this a bond that waits for its partner would have no address to be reached at.
    if link["kind"] != "nic":
        network.append(("ConfigureWithoutCarrier", "yes"))
    if not _common.has_addressing(intent, name):
        network.append(("LinkLocalAddressing", "no"))
    if wanted["accept_ra"] is not None:
        network.append(("IPv6AcceptRA", _YES[wanted["accept_ra"]]))
    network.append(("DHCP", _dhcp(wanted)))
    network += [("Gateway", wanted[key]) for key in ("gateway", "gateway6")]
    network += [("DNS", server) for server in wanted["dns"]]
    network.append(("Domains", " ".join(wanted["search"]) or None))

    # The bond gives its slaves their MTU.
    mtu = None if slave else link.get("mtu")
    sections: List[Section] = [("Match", match), ("Link", [("MTUBytes", mtu)]), ("Network", network)]
    sections += [("Address", _address(address)) for address in wanted["addresses"]]
    if wanted["dhcp4"] and _common.default_elsewhere(intent, name, 4):
        sections.append(("DHCPv4", [("UseGateway", "no")]))
    if wanted["dhcp6"] and wanted["accept_ra"] is False:
        sections.append(("DHCPv6", [("WithoutRA", "solicit")]))
    if _common.takes_ra(intent, name) and _common.default_elsewhere(intent, name, 6):
        sections.append(("IPv6AcceptRA", [("UseGateway", "no")]))
    sections += [("Route", _route(route)) for route in wanted["routes"]]
    return sections


def _address(address: str) -> List[Setting]:
    """With its broadcast address an IPv4 address stays when a changed file is read; without, networkd takes it for another one than the
    kernel has, deletes it and adds it again (seen with systemd 252)."""
    network = ipaddress.ip_interface(address).network
    broadcast = network.broadcast_address if network.version == 4 and network.prefixlen < 31 else None
    return [("Address", address), ("Broadcast", broadcast)]


def _dhcp(wanted: Mapping[str, Any]) -> Optional[str]:
    return {(True, True): "yes", (True, False): "ipv4", (False, True): "ipv6"}.get((wanted["dhcp4"], wanted["dhcp6"]))


def _route(route: Mapping[str, Any]) -> List[Setting]:
    family = _common.route_family(route)
    to = ("::/0" if family == 6 else "0.0.0.0/0") if route["to"] == "default" else route["to"]
    scope = None if route.get("via") or family == 6 else "link"
    return [
        ("Destination", to),
        ("Gateway", route.get("via")),
        ("Scope", scope),
        ("Metric", route.get("metric")),
        ("Table", route.get("table")),
    ]


def claims(machine: Any) -> List[Claim]:
    """The ``.network`` files of others in the order in which networkd reads them: by name, the first folder that has it wins."""
    found: Dict[str, str] = {}
    for folder in FOLDERS:
        for name in machine.listdir(folder):
            if name.endswith(".network") and not name.startswith(PREFIX):
                found.setdefault(name, f"{folder}/{name}")
    parsed = []
    for _name, path in sorted(found.items()):
        settings = list(_settings(machine.read(path) or ""))
        match: Dict[str, List[str]] = {}
        for section, key, value in settings:
            if section == "Match":
                match.setdefault(key, []).extend(value.split())
        masters = [value for section, key, value in settings if section == "Network" and key in ("Bond", "Bridge")]
        if match:
            parsed.append(Claim(path, match, masters))
    return parsed


def _settings(text: str) -> Iterator[Tuple[str, str, str]]:
    section = ""
    for line in text.replace("\\\n", " ").splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif line and line[0] not in "#;" and "=" in line:
            key, _equals, value = line.partition("=")
            yield section, key.strip(), value.strip()


def matches(claim: Claim, name: str, kind: str, macs: Iterable[Optional[str]]) -> bool:
    """Whether a file applies to a link. A key that cannot be judged here (a path, a driver) is taken to match."""
    known = {mac.lower() for mac in macs if mac}
    for key, values in claim.match.items():
        if key == "Name" and not _globs(values, name):
            return False
        if key in ("MACAddress", "PermanentMACAddress") and not known & {value.lower().replace("-", ":") for value in values}:
            return False
        if key == "Type" and not _globs(values, "ether" if kind in ("nic", "vlan") else kind):
            return False
        if key == "Kind" and not _globs(values, kind):
            return False
    return True


def _globs(patterns: List[str], name: str) -> bool:
    if patterns and patterns[0].startswith("!"):
        return not any(fnmatch.fnmatchcase(name, pattern) for pattern in [patterns[0][1:], *patterns[1:]])
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def exact(claim: Claim) -> bool:
    """Whether a file names its links one by one, so that nothing else than those needs it."""
    keys = set(claim.match)
    named = keys & {"Name", "MACAddress", "PermanentMACAddress"}
    return bool(named) and not any(letter in value for key in named for value in claim.match[key] for letter in "*?[!")


def serves_only(claim: Claim, matched: List[str], links: Mapping[str, Any], present: Mapping[str, List[str]]) -> bool:
    """Whether every link that an exact file names is one of those."""
    names = set(matched)
    macs = {mac.lower() for name in matched for mac in [links[name].get("mac"), *present.get(name, ())] if mac}
    for key, values in claim.match.items():
        if key == "Name" and not set(values) <= names:
            return False
        if key in ("MACAddress", "PermanentMACAddress") and not {value.lower().replace("-", ":") for value in values} <= macs:
            return False
    return True


def netdevs(machine: Any, names: Iterable[str]) -> List[str]:
    """The ``.netdev`` files of others that would create one of these links."""
    found = []
    for name in machine.listdir(FOLDER):
        if name.endswith(".netdev") and not name.startswith(PREFIX):
            path = f"{FOLDER}/{name}"
            settings = _settings(machine.read(path) or "")
            if any(section == "NetDev" and key == "Name" and value in names for section, key, value in settings):
                found.append(path)
    return found
