# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What the back ends share: the mark of our files, commands, options that a file can say, a hook can carry or nothing can."""

from __future__ import annotations

import fnmatch
import ipaddress
import shlex
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _options
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, child, finding

MARK = "# Written by trunkline.bonding, which owns this file and writes it anew from its variables."
NO_ADDRESSING: Mapping[str, Any] = {
    "addresses": [], "gateway": None, "gateway6": None, "dhcp4": False, "dhcp6": False, "accept_ra": None, "routes": [], "dns": [],
    "search": [], "zone": None,
}  # fmt: skip

BEFORE = "before-files"
AFTER = "after-files"

MODPROBE = "/etc/modprobe.d/trunkline-bonding.conf"

_SET = 3
_MAIN = (254, "254", "main")
_ETHER = "1"
_NULL_MAC = "00:00:00:00:00:00"


class Hooked(NamedTuple):
    """An option that the back end's files cannot say and that ``ip link set`` carries in a hook."""

    link: str
    name: str
    value: Any


def command(argv: Iterable[str], timeout: int = 10, must: bool = False, when: str = AFTER) -> Dict[str, Any]:
    """``{"argv", "timeout" in seconds, "must": a failure undoes the change, "when": before or after the files are in place}``."""
    return {"argv": list(argv), "timeout": timeout, "must": must, "when": when}


def mend(daemon: Mapping[str, Any]) -> Dict[str, Any]:
    """The change's own look at the kernel, and what differs mended with ip, in the place of a command; ``daemon`` is held meanwhile."""
    return {**command(["ip"], timeout=0), "held": daemon}


def systemd_daemon(title: str, unit: str, triggers: Iterable[str] = ()) -> Dict[str, Any]:
    """What ``_base`` calls a daemon, for a service of systemd. ``triggers``: units that would start it again.

    A process that is held cannot act, not even on its way out; killed, it leaves the kernel alone. A restart, other than a stop, brings
    back the units that need it.
    """
    kill = ["systemctl", "kill", "--kill-who=main", "--signal"]
    return {
        "title": title,
        "hold": [command([*kill, "STOP", unit], timeout=3)],
        "resume": [command([*kill, "CONT", unit], timeout=3)],
        "start": [command([*kill, "KILL", unit], timeout=3), command(["systemctl", "restart", unit], timeout=15)],
        "stop": [command([*kill, "KILL", unit], timeout=3), command(["systemctl", "stop", *triggers, unit], timeout=5)],
    }


def one_line(text: Any) -> str:
    """The text, for a file in which a line feed would begin another setting. Raises ValueError on control characters."""
    shown = str(text)
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in shown):
        raise ValueError(f"a control character in {shown!r} cannot be written to a configuration file")
    return shown


def shell(words: Iterable[str]) -> str:
    """One command line for sh, every word quoted where it must be."""
    return " ".join(shlex.quote(one_line(word)) for word in words)


def addressing(intent: Mapping[str, Any], name: str) -> Dict[str, Any]:
    """The addressing of a link with every key; a link without any has the empty one.

    A link that has static addresses alone takes no router's word, unless the intent says so: networkd and NetworkManager would put the
    default route that a router advertises on one link in the place of the configured one on another (seen with systemd 252).
    """
    found = {**NO_ADDRESSING, **intent["addresses"].get(name, {})}
    if found["accept_ra"] is None and found["addresses"] and not (found["dhcp4"] or found["dhcp6"]):
        found["accept_ra"] = False
    return found


def has_addressing(intent: Mapping[str, Any], name: str) -> bool:
    """Whether the link takes part in IP at all."""
    found = addressing(intent, name)
    return bool(found["addresses"] or found["dhcp4"] or found["dhcp6"] or found["accept_ra"])


def takes_ra(intent: Mapping[str, Any], name: str) -> bool:
    """Whether a router's advertisements may configure the link."""
    return has_addressing(intent, name) and addressing(intent, name)["accept_ra"] is not False


def default_elsewhere(intent: Mapping[str, Any], name: str, of_family: int) -> bool:
    """Whether the default route of a family is configured on another link than this. Then no lease and no advertisement may bring one:
    NetworkManager prefers it where the type of the link has the lower metric, networkd puts that of a router in the place of the
    configured one, and ifupdown's ``ip route add`` fails behind it (seen with 1.42, systemd 252 and 0.8.41)."""
    for other, found in intent["addresses"].items():
        ways = [route for route in found.get("routes") or () if route["to"] == "default" and route_family(route) == of_family]
        plain = [route for route in ways if route.get("metric") is None and route.get("table") in (None, *_MAIN)]
        if other != name and (plain or found.get("gateway" if of_family == 4 else "gateway6")):
            return True
    return False


def by_family(addresses: Iterable[str]) -> Tuple[List[str], List[str]]:
    """Interface addresses or routes as (IPv4, IPv6), each in its order; ``default`` counts as IPv4."""
    split: Tuple[List[str], List[str]] = ([], [])
    for address in addresses:
        split[family(address) == 6].append(address)
    return split


def family(text: str) -> int:
    """4 or 6, of an address with or without a prefix length."""
    return 4 if text == "default" else ipaddress.ip_interface(text).version


def route_family(route: Mapping[str, Any]) -> int:
    """4 or 6, of a route: its gateway tells it for ``default``."""
    return family(route["via"] if route["to"] == "default" and route.get("via") else route["to"])


def of_kind(links: Mapping[str, Any], *kinds: str) -> List[Tuple[str, Dict[str, Any]]]:
    """(name, link) of those kinds, in their order."""
    return [(name, link) for name, link in links.items() if link["kind"] in kinds]


def vlans_on(links: Mapping[str, Any], name: str) -> List[str]:
    """The VLAN links whose lower link this is."""
    return [vlan for vlan, link in of_kind(links, "vlan") if link["link"] == name]


def bond_options(link: Mapping[str, Any]) -> Dict[str, Any]:
    """All options of a bond, its mode first, as the kernel wants them."""
    return {"mode": link["mode"], **(link.get("options") or {})}


def needless(name: str, value: Any, mode: str) -> bool:
    """Whether leaving the option out says the same: a new bond has this value."""
    return value == _options.default(name, mode) or (name == "ad_actor_system" and value == _NULL_MAC)


def can_hook(name: str) -> bool:
    """Whether ``ip link set`` can give the option to a bond that is up and has slaves."""
    option = _options.get(name)
    return option.iproute2 is not None and not option.bond_down and not option.no_slaves and not option.transient


def options_of(links: Mapping[str, Any]) -> Iterable[Tuple[str, str, Any, str, Mapping[str, Any]]]:
    """(link, option, value, mode of the bond, options of the bond) for every bond and slave option that is set."""
    for bond, link in of_kind(links, "bond"):
        options = bond_options(link)
        for name, value in options.items():
            yield bond, name, value, link["mode"], options
        for slave in link["slaves"]:
            for name, value in (links.get(slave, {}).get("slave_options") or {}).items():
                yield slave, name, value, link["mode"], options


def sort_out(
    links: Mapping[str, Any], reason: Callable[[str, Any, str, Mapping[str, Any]], Optional[str]], hook: Callable[[str], bool]
) -> Tuple[List[Hooked], List[Tuple[str, str, Any, str]]]:
    """(options for a hook, options that nothing carries as (link, name, value, reason)).

    ``reason(name, value, mode, options)`` says why the back end's files cannot hold a value, ``hook(name)`` whether its hook can.
    """
    hooked, refused = [], []
    for link, name, value, mode, options in options_of(links):
        why = reason(name, value, mode, options)
        if why is None or needless(name, value, mode):
            continue
        if hook(name):
            hooked.append(Hooked(link, name, value))
        else:
            refused.append((link, name, value, why))
    return hooked, refused


def set_option(item: Hooked) -> List[str]:
    """The command that gives the kernel one option of a bond or slave."""
    kind = "bond" if _options.get(item.name).level == "bond" else "bond_slave"
    return ["ip", "link", "set", "dev", item.link, "type", kind, *_options.to_iproute2(item.name, item.value)]


def create_words(name: str, link: Mapping[str, Any], options: Optional[Mapping[str, Any]] = None) -> List[str]:
    """The ``ip link add`` that makes a bond, VLAN or bridge. ``options`` limits those of a bond; primary waits for its slave."""
    words = ["ip", "link", "add"]
    if link["kind"] == "vlan":
        words += ["link", link["link"]]
    words += ["name", name]
    # The address of a VLAN is that of the link below unless somebody set it (3, see addr_assign_type in the kernel's sysfs-class-net).
    if link.get("mac") and link.get("addr_assign_type", _SET) == _SET:
        words += ["address", link["mac"]]
    words += ["type", link["kind"]]
    if link["kind"] == "vlan":
        return [*words, "id", str(link["id"])]
    if link["kind"] == "bridge":
        forward_delay = str(100 * link["forward_delay"])
        return [
            *words, "stp_state", str(int(link["stp"])), "forward_delay", forward_delay, "vlan_filtering", str(int(link["vlan_filtering"])),
        ]  # fmt: skip
    for option, value in (bond_options(link) if options is None else options).items():
        if option == "mode" or not (option == "primary" or _options.get(option).transient or needless(option, value, link["mode"])):
            words += _options.to_iproute2(option, value)
    return words


def unless_there(name: str, words: Iterable[str]) -> List[str]:
    """The command, run only while the link does not exist."""
    return ["sh", "-c", f"[ -e {shlex.quote('/sys/class/net/' + name)} ] || exec {shell(words)}"]


def remove_links(names: Iterable[str], state: Mapping[str, Any], when: str = AFTER) -> List[Dict[str, Any]]:
    """Commands that delete virtual links, what lies on top first; a bond's slaves go down before they are released.

    On a way back a link may never have been made, and a NIC with the connection must not go down for it."""
    links = state["links"]
    known = [name for name in links if name in set(names)]
    commands = []
    for name in sorted(known, key=lambda name: -_depth(name, links)):
        if links[name]["kind"] == "nic":
            continue
        for slave in links[name].get("slaves") or ():
            enslaved = shlex.quote(f"/sys/class/net/{name}/lower_{slave}")
            down = f"[ ! -e {enslaved} ] || exec {shell(['ip', 'link', 'set', 'dev', slave, 'down'])}"
            commands.append(command(["sh", "-c", down], when=when))
        commands.append(command(["ip", "link", "delete", "dev", name], when=when))
    return commands


def release(name: str, when: str = AFTER) -> List[Dict[str, Any]]:
    """Commands that take a link out of its bond or bridge, down first."""
    return [
        command(["ip", "link", "set", "dev", name, "down"], when=when),
        command(["ip", "link", "set", "dev", name, "nomaster"], when=when),
    ]


def _depth(name: str, links: Mapping[str, Any]) -> int:
    below = [name for name in [*(links[name].get("slaves") or ()), *(links[name].get("ports") or ()), links[name].get("link")] if name]
    return 1 + max((_depth(lower, links) for lower in below if lower in links), default=0)


def bottom_up(names: Iterable[str], links: Mapping[str, Any]) -> List[str]:
    """The names in the order in which they can come up: what lies below comes first."""
    return sorted((name for name in names if name in links), key=lambda name: (_depth(name, links), list(links).index(name)))


def coming(change: Mapping[str, Any]) -> List[str]:
    """Links that the change makes: new ones, and VLANs that are made again with another id."""
    made = [step["link"] for step in change["steps"] if step["action"] == "create"]
    return list(dict.fromkeys([*change["create"], *made]))


def going(change: Mapping[str, Any]) -> List[str]:
    """Links of before that the change deletes, for good or to make them again."""
    return [name for name in dict.fromkeys([*change["delete"], *coming(change)]) if name in change["before"]["links"]]


def rebuilt(change: Mapping[str, Any]) -> List[str]:
    """Bonds that exist and get another mode or fail_over_mac, for which the kernel wants them without slaves."""
    steps = change["steps"]
    kept = [step["link"] for step in steps if step["cost"] == "rebuild" and step["action"] in ("mode", "option")]
    return [name for name in dict.fromkeys(kept) if name in change["before"]["links"] and name not in coming(change)]


def moved(change: Mapping[str, Any]) -> List[str]:
    """Links of the desired state that are in another bond or bridge than before, or in none any more."""
    before, after = change["before"]["links"], change["desired"]["links"]
    return [name for name, link in after.items() if name in before and before[name].get("master") != link.get("master")]


def dropped(change: Mapping[str, Any]) -> List[str]:
    """Slaves and ports of before that leave a bond or bridge of ours and are no link of ours."""
    before, after = change["before"]["links"], change["desired"]["links"]
    mine = {name: {*(link.get("slaves") or ()), *(link.get("ports") or ())} for name, link in after.items()}
    return [name for name, link in before.items() if link.get("master") in mine and name not in mine[link["master"]] and name not in after]


def expand(machine: Any, pattern: str) -> List[str]:
    """The files that a shell pattern in the last part of a path names, sorted; a plain path is itself if it exists."""
    folder, _slash, last = pattern.rpartition("/")
    if not any(letter in last for letter in "*?["):
        return [pattern] if machine.exists(pattern) else []
    return [f"{folder}/{name}" for name in machine.listdir(folder) if fnmatch.fnmatchcase(name, last)]


def version_of(machine: Any, argv: List[str]) -> Optional[str]:
    """The first word with digits and dots that a program prints about itself."""
    rc, out, _err = machine.run(argv, 5)
    words = [word.strip(",") for word in out.split() if word[:1].isdigit()]
    return words[0] if rc == 0 and words else None


def unit_is_active(machine: Any, unit: str) -> bool:
    """Whether systemd runs the unit. Its runtime folder tells it without a process; systemd before 235 has none."""
    if machine.exists("/run/systemd/units"):
        return f"invocation:{unit}" in machine.listdir("/run/systemd/units")
    if not machine.exists("/run/systemd/system"):
        return False
    return bool(machine.run(["systemctl", "is-active", "--quiet", unit], 5)[0] == 0)


def nics(machine: Any) -> Dict[str, List[str]]:
    """Ethernet links that no program made, each with the MAC addresses by which a file may know it: the permanent one, and the one that it
    has now unless that is its bond's."""
    found: Dict[str, List[str]] = {}
    for name in machine.listdir("/sys/class/net"):
        folder = f"/sys/class/net/{name}"
        if (machine.read(f"{folder}/type") or "").strip() != _ETHER or "DEVTYPE=" in (machine.read(f"{folder}/uevent") or ""):
            continue
        now = None if machine.exists(f"{folder}/bonding_slave") else (machine.read(f"{folder}/address") or "").strip()
        found[name] = list(dict.fromkeys(mac.lower() for mac in (machine.permanent_mac(name), now) if mac))
    return found


def modprobe_files(intent: Mapping[str, Any], machine: Any) -> Dict[str, Dict[str, Any]]:
    """A bonding module that is loaded makes a ``bond0`` with its own defaults, which would be taken for ours; systemd turns that off."""
    if not of_kind(intent["links"], "bond") or any(machine.exists(path + "/modprobe.d/systemd.conf") for path in ("/usr/lib", "/lib")):
        return {}
    return {MODPROBE: {"content": f"{MARK}\noptions bonding max_bonds=0\n", "mode": 0o644}}


def enslave_first(change: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """Commands that put the slave with the connection into a new bond before any other can get there."""
    first = change.get("first")
    bond = change["desired"]["links"].get(first, {}).get("master")
    if bond not in coming(change) or change["desired"]["links"][bond]["kind"] != "bond":
        return []
    return [command(["ip", "link", "set", "dev", first, "down"]), command(["ip", "link", "set", "dev", first, "master", bond])]


def join_existing(change: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """Commands that put moved links into a bond or bridge that was there before."""
    before, after = change["before"]["links"], change["desired"]["links"]
    commands = []
    for name in moved(change):
        master = after[name].get("master")
        if master in before and master in after and master not in coming(change):
            if after[master]["kind"] == "bond":
                commands.append(command(["ip", "link", "set", "dev", name, "down"]))
            commands.append(command(["ip", "link", "set", "dev", name, "master", master]))
    return commands


def restructured(change: Mapping[str, Any]) -> List[str]:
    """Links of the desired state that a daemon must set up, not only adjust: new ones, moved ones and the slaves and ports of new ones."""
    after = change["desired"]["links"]
    new = set(coming(change))
    return [name for name, link in after.items() if name in new or name in moved(change) or link.get("master") in new]


def link_path(intent: Mapping[str, Any], name: str, *keys: str) -> str:
    """The path of a link, or of something in it, for a finding."""
    link = intent["links"][name]
    path = child(f"bonding_{link['kind']}s", name)
    for key in keys:
        path = child(path, key)
    return path


def refusals(title: str, version: Optional[str], intent: Mapping[str, Any], refused: Iterable[Tuple[str, str, Any, str]]) -> List[Finding]:
    """``host.backend-option`` for each option that nothing carries."""
    return [
        finding(
            "host.backend-option", link_path(intent, link, "options", name), value,
            manager=title, version=version or "", name=name, link=link, why=why,
        )
        for link, name, value, why in refused
    ]  # fmt: skip


def zone_findings(title: str, intent: Mapping[str, Any]) -> List[Finding]:
    """``host.zone-unserved`` for each link with a firewall zone, for back ends that know none."""
    return [
        finding("host.zone-unserved", f"bonding_addresses.{name}.zone", found["zone"], manager=title, link=name)
        for name, found in intent["addresses"].items()
        if found.get("zone")
    ]


def dns_findings(intent: Mapping[str, Any], why: str) -> List[Finding]:
    """``host.dns-unserved`` for each link with DNS servers or search domains."""
    return [
        finding("host.dns-unserved", f"bonding_addresses.{name}.dns", found.get("dns") or found.get("search"), link=name, why=why)
        for name, found in intent["addresses"].items()
        if found.get("dns") or found.get("search")
    ]
