# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Rules that need the host: what is in the way, what would be lost, what this kernel and these NICs cannot do.

Findings only, nothing is touched; files are read, never parsed by their daemons. The texts are in ``_catalogue/host.py``.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, List, Mapping, Optional

from ansible_collections.trunkline.bonding.plugins.module_utils import _capabilities, _desired, _options, _stack, _state_routes
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, child, finding
from ansible_collections.trunkline.bonding.plugins.module_utils._machine import Machine

_VARIABLES = {"nic": "bonding_nics", "bond": "bonding_bonds", "vlan": "bonding_vlans", "bridge": "bonding_bridges"}
_STATIC = (None, "static", "boot")
# bond_xdp_check() of the driver.
_WITH_XDP = ("balance-rr", "active-backup", "balance-xor", "802.3ad")

_FIREWALL_FILES = (
    "/etc/nftables.conf", "/etc/sysconfig/nftables.conf", "/etc/iptables/rules.v4", "/etc/iptables/rules.v6", "/etc/sysconfig/iptables",
    "/etc/sysconfig/ip6tables", "/etc/ufw/before.rules", "/etc/ufw/after.rules", "/etc/ufw/user.rules", "/etc/ufw/user6.rules",
)  # fmt: skip
_FIREWALL_FOLDERS = (("/etc/nftables", ".nft"), ("/etc/nftables.d", ".nft"), ("/etc/firewalld/zones", ".xml"))
_CLOUD_INIT = ("/usr/bin/cloud-init", "/usr/local/bin/cloud-init")
_CLOUD_CONFIG = "/etc/cloud/cloud.cfg"
_CLOUD_DROP_INS = "/etc/cloud/cloud.cfg.d"
_DISABLED = re.compile(
    r"^network:[ \t]*(\{[ \t]*config:[ \t]*['\"]?disabled|(#.*)?\n([ \t]*(#.*)?\n)*[ \t]+config:[ \t]*['\"]?disabled)", re.MULTILINE
)


def check(
    machine: Machine,
    intent: Mapping[str, Any],
    state: Mapping[str, Any],
    desired: Mapping[str, Any],
    session_link: Optional[str] = None,
    may_load: bool = True,
    owned: Iterable[str] = (),
) -> List[Finding]:
    """All findings about an intent on this host.

    ``intent`` is the completed one with resolved NICs, ``desired`` what came of it. ``session_link`` is the link with the address that the
    controller is connected to, None if unknown. ``may_load`` False (check mode) loads no driver and says what stays unknown.
    ``owned`` names the links that are ours already: what they lose is not lost by surprise.
    """
    found: List[Finding] = []
    for rule in (_in_the_way, _claimed, _lost, _stranded, _pinned, _too_large, _unequal, _xdp):
        found += rule(intent, state, desired, frozenset(owned))
    found += _cut(state, desired, session_link)
    found += _driver(machine, intent, state, may_load)
    found += _firewall(machine, intent, state, desired)
    return found + _cloud_init(machine)


def path(intent: Mapping[str, Any], name: str) -> str:
    """Where the user wrote about a link."""
    return child(_VARIABLES[intent["links"][name]["kind"]], name)


def _in_the_way(intent: Mapping[str, Any], state: Mapping[str, Any], _desired_state: Any, _owned: Any) -> List[Finding]:
    found = []
    for name, link in intent["links"].items():
        there = state["links"].get(name)
        if there is not None and link["kind"] != there["kind"]:
            is_what = there["type"] or there["kind"]
            found.append(finding("host.name-taken", path(intent, name), name, is_what=is_what, kind=link["kind"]))
    return found


def _claimed(intent: Mapping[str, Any], state: Mapping[str, Any], desired: Mapping[str, Any], _owned: Any) -> List[Finding]:
    found = []
    for name in intent["links"]:
        there = state["links"].get(name, {})
        master = there.get("master")
        known = master in intent["links"] or master in desired["absent"]
        # A link without a place of its own in the intent may stay where it is.
        if master is None or known or desired["links"][name]["master"] == master:
            continue
        kind = state["links"].get(master, {}).get("kind", "link")
        found.append(finding("host.link-claimed", path(intent, name), name, master=master, kind=kind))
    return found


def _slaves(intent: Mapping[str, Any]) -> Dict[str, str]:
    return {slave: name for name, link in intent["links"].items() if link["kind"] == "bond" for slave in link["slaves"]}


def _leased(intent: Mapping[str, Any]) -> bool:
    return any(body["dhcp4"] or body["dhcp6"] for body in intent["addresses"].values())


def _lost(intent: Mapping[str, Any], state: Mapping[str, Any], desired: Mapping[str, Any], owned: frozenset) -> List[Finding]:
    """Addresses and routes of a NIC that becomes a slave, and that nothing else gets."""
    found = []
    wanted = {text for link in desired["links"].values() for text in link["addresses"] or ()}
    plain = {text.partition("/")[0] for text in wanted}
    for name, bond in _slaves(intent).items():
        there = state["links"].get(name, {})
        if name in owned or there.get("master") == bond:
            continue
        for entry in there.get("addresses") or ():
            kept = entry["address"].partition("/")[0] in plain or (entry["dynamic"] and _leased(intent))
            if _desired.judged(entry) and entry["scope"] == "global" and not kept:
                found.append(finding("host.address-lost", path(intent, name), entry["address"], link=name, bond=bond))
        for route in state["routes"]:
            if name not in _state_routes.devices(route) or route["protocol"] not in _STATIC:
                continue
            again = any(target["to"] == route["to"] and target["family"] == route["family"] for target in desired["routes"])
            if not again and not (route["to"] == "default" and _leased(intent)):
                found.append(finding("host.route-lost", path(intent, name), route["to"], link=name, via=route["via"] or name, bond=bond))
    return found


def _stranded(intent: Mapping[str, Any], state: Mapping[str, Any], desired: Mapping[str, Any], _owned: Any) -> List[Finding]:
    """Links of others that stand on what becomes a slave or is deleted."""
    found = []
    links = state["links"]
    becoming = [name for name, bond in _slaves(intent).items() if links.get(name, {}).get("master") != bond]
    for name in [*becoming, *desired["absent"]]:
        gone = name in desired["absent"]
        for other in _stack.upper(links, name) if name in links else ():
            ours = other in intent["links"] or other in desired["absent"] or links[name]["master"] == other
            if not ours:
                where = path(intent, name) if name in intent["links"] else name
                what = "is deleted" if gone else "becomes a slave"
                found.append(finding("host.link-stranded", where, other, link=name, what=what, other=other))
        for port in (links[name].get("ports") or ()) if gone else ():
            if port not in intent["links"] and port not in desired["absent"] and links[port]["up"]:
                found.append(finding("host.port-stranded", name, port, bridge=name))
    return found


def _pinned(intent: Mapping[str, Any], state: Mapping[str, Any], _desired_state: Any, _owned: Any) -> List[Finding]:
    """Addresses that belong to a card elsewhere on the host, which nothing but the user can have chosen."""
    found = []
    for name, link in intent["links"].items():
        if link["kind"] not in ("bond", "bridge") or not link["mac"]:
            continue
        below = _stack.below(intent["links"], name)
        for other, there in state["links"].items():
            if there["kind"] == "nic" and there["permanent_mac"] == link["mac"] and other not in below:
                found.append(finding("host.mac-taken", child(path(intent, name), "mac"), link["mac"], other=other, link=name))
    return found


def _xdp(intent: Mapping[str, Any], state: Mapping[str, Any], _desired_state: Any, _owned: Any) -> List[Finding]:
    found = []
    for name, link in intent["links"].items():
        there = state["links"].get(name, {})
        if link["kind"] != "bond" or there.get("kind") != "bond" or not there.get("xdp"):
            continue
        policy = link["options"].get("xmit_hash_policy")
        if link["mode"] not in _WITH_XDP:
            found.append(finding("host.xdp-mode", child(path(intent, name), "mode"), link["mode"], link=name, what=link["mode"]))
        elif policy == "vlan+srcmac":
            where = child(child(path(intent, name), "options"), "xmit_hash_policy")
            found.append(finding("host.xdp-mode", where, policy, link=name, what=f"{link['mode']} with {policy}"))
    return found


def _too_large(intent: Mapping[str, Any], state: Mapping[str, Any], _desired_state: Any, _owned: Any) -> List[Finding]:
    found = []
    for name, link in intent["links"].items():
        limit = state["links"].get(name, {}).get("max_mtu")
        if link["kind"] == "nic" and link.get("mtu") and limit and link["mtu"] > limit:
            found.append(finding("host.mtu-too-large", path(intent, name), link["mtu"], link=name, limit=limit))
    return found


def _unequal(intent: Mapping[str, Any], state: Mapping[str, Any], _desired_state: Any, _owned: Any) -> List[Finding]:
    found = []
    for name, link in intent["links"].items():
        if link["kind"] != "bond" or link["mode"] != "802.3ad":
            continue
        there = {slave: state["links"][slave] for slave in link["slaves"] if slave in state["links"]}
        speeds = {slave: body["speed"] for slave, body in there.items() if body["speed"]}
        if len(set(speeds.values())) > 1:
            shown = ", ".join(f"{slave} {speed} Mbit/s" for slave, speed in speeds.items())
            found.append(finding("host.slave-speeds-differ", child(path(intent, name), "slaves"), speeds, shown_speeds=shown))
        for slave, body in there.items():
            if body["duplex"] == "half":
                found.append(finding("host.slave-half-duplex", child(path(intent, name), "slaves"), slave))
            elif body["carrier"] and not body["speed"]:
                found.append(finding("host.slave-speed-unknown", child(path(intent, name), "slaves"), slave))
    return found


def _addresses(link: Mapping[str, Any]) -> List[str]:
    return [entry["address"] for entry in link.get("addresses") or () if entry["scope"] == "global"]


def _cut(state: Mapping[str, Any], desired: Mapping[str, Any], session_link: Optional[str]) -> List[Finding]:
    """Does the address that the controller talks to go away?"""
    if session_link is None or session_link not in state["links"]:
        return []
    links = desired["links"]
    now = _addresses(state["links"][session_link])
    wanted = [text for link in links.values() for text in link["addresses"] or ()]
    link = links.get(session_link)
    untouched = session_link not in desired["absent"] and (link is None or not set(link["addresses_off"]) & set(now))
    # Where a client decides, nobody knows the address beforehand.
    leased = [name for name, body in links.items() if body["addresses"] is None]
    kept = {text.partition("/")[0] for text in now} & {text.partition("/")[0] for text in wanted}
    if kept or (untouched and not _buried(state, desired, session_link)) or leased:
        return []
    elsewhere = [
        name
        for name, body in state["links"].items()
        if name != session_link
        and name not in links
        and name not in desired["absent"]
        and body["up"]
        and _addresses(body)
        and _leads_out(state, name)
    ]
    shown = ", ".join(now) or session_link
    if wanted or elsewhere:
        ways = ", ".join([*wanted, *(f"{text} of {name}" for name in elsewhere for text in _addresses(state["links"][name]))])
        return [finding("host.connection-moves", "bonding_addresses", shown, link=session_link, ways=ways)]
    return [finding("host.cuts-connection", "bonding_addresses", shown, link=session_link)]


def _leads_out(state: Mapping[str, Any], name: str) -> bool:
    """Does a link stand on something that leads out of the host? The addresses of a dummy are reached over the other links."""
    below = [state["links"][lower] for lower in _stack.below(state["links"], name) if lower in state["links"]]
    return any(link["kind"] == "nic" and link["type"] != "dummy" and link["carrier"] for link in below)


def _buried(state: Mapping[str, Any], desired: Mapping[str, Any], name: str) -> bool:
    """Does something that a link stands on go away from under it?"""
    below = [other for other in _stack.below(state["links"], name) if other != name]
    links = desired["links"]
    freed = [other for other in below if other in links and links[other]["master"] != state["links"][other]["master"]]
    return bool(set(below) & set(desired["absent"])) or (bool(freed) and all(other in freed for other in below if other in links))


def _new_options(intent: Mapping[str, Any], state: Mapping[str, Any]) -> Dict[str, List[Any]]:
    """Options that the host's links do not show with their value already: link -> [(option, value)]."""
    found: Dict[str, List[Any]] = {}
    for name, link in intent["links"].items():
        there = state["links"].get(name, {})
        for key in ("options", "slave_options"):
            known = there.get(key) or {}
            for option, value in (link.get(key) or {}).items():
                if known.get(option) != value and not (option in known and option != "xmit_hash_policy"):
                    found.setdefault(name, []).append((option, value))
    return found


def _driver(machine: Machine, intent: Mapping[str, Any], state: Mapping[str, Any], may_load: bool) -> List[Finding]:
    missing = [
        name for name, link in intent["links"].items() if link["kind"] == "bond" and state["links"].get(name, {}).get("kind") != "bond"
    ]
    new = _new_options(intent, state)
    if not missing and not new:
        return []
    # Costs a process and a namespace, so it is asked only for what the bonds that are there do not answer.
    able = _capabilities.probe(machine.run, may_load)
    if able["bonding"] is False:
        bonds = missing or [name for name in new if intent["links"][name]["kind"] == "bond"]
        return [finding("host.driver-missing", path(intent, name), name) for name in bonds]
    found = []
    unknown: List[str] = []
    for name, options in new.items():
        key = "options" if intent["links"][name]["kind"] == "bond" else "slave_options"
        for option, value in options:
            where = child(child(path(intent, name), key), option)
            answer = _capabilities.has(able, option, value)
            if answer is None:
                unknown.append(option)
            elif not answer:
                word = f"{option} {value}" if option == "xmit_hash_policy" else option
                found.append(finding("host.option-unknown", where, value, word=word, since=_options.get(option).since.kernel))
    if unknown and able["options"] is None:
        found.append(finding("host.driver-unasked", "bonding_bonds", sorted(set(unknown))))
    return found


def _leaving(intent: Mapping[str, Any], state: Mapping[str, Any], desired: Mapping[str, Any]) -> List[str]:
    """Names that firewalls may know and that traffic does not come in by any more."""
    links = state["links"]
    slaves = [name for name, bond in _slaves(intent).items() if name in links and links[name]["master"] != bond and _addresses(links[name])]
    ports = [
        name for name, link in desired["links"].items() if link["kind"] != "nic" and link["master"] and _addresses(links.get(name, {}))
    ]
    return list(dict.fromkeys([*slaves, *ports, *desired["absent"]]))


def _firewall(machine: Machine, intent: Mapping[str, Any], state: Mapping[str, Any], desired: Mapping[str, Any]) -> List[Finding]:
    names = _leaving(intent, state, desired)
    if not names:
        return []
    files = [name for name in _FIREWALL_FILES if machine.exists(name)]
    for folder, ending in _FIREWALL_FOLDERS:
        files += [f"{folder}/{name}" for name in machine.listdir(folder) if name.endswith(ending)]
    found = []
    for file in files:
        content = _without_comments(machine.read(file) or "", file)
        for name in names:
            if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", content):
                found.append(finding("host.firewall-binds", file, name, file=file))
    return found


def _without_comments(text: str, file: str) -> str:
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL) if file.endswith(".xml") else re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)


def _cloud_init(machine: Machine) -> List[Finding]:
    if not any(machine.exists(file) for file in _CLOUD_INIT) or machine.exists("/etc/cloud/cloud-init.disabled"):
        return []
    cmdline = (machine.read("/proc/cmdline") or "").split()
    if "network-config=disabled" in cmdline or "cloud-init=disabled" in cmdline:
        return []
    drop_ins = [f"{_CLOUD_DROP_INS}/{name}" for name in machine.listdir(_CLOUD_DROP_INS) if name.endswith(".cfg")]
    if any(_DISABLED.search(machine.read(file) or "") for file in [_CLOUD_CONFIG, *drop_ins]):
        return []
    return [finding("host.cloud-init", _CLOUD_CONFIG, "network")]
