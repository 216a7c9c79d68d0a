# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The intents of all hosts -> one table of LAGs and ports for each switch, with what is wrong between them. Pure functions, linear time.

``lag_table`` has the shape of the architecture's section 5. Besides the LAG model (``_switches/_model.py``) each LAG has ``host``,
``bond`` and ``id_from`` (``given``, ``ports``, ``default``), each port ``host``, ``nic``, ``mac``, ``bond`` and ``used``; and each of both
``paths``: attribute -> the variable that it comes from.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.trunkline.bonding.plugins.module_utils import _intent, _pairing
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import (
    CATALOGUE,
    Finding,
    accepted,
    finding,
    natural,
    nearest,
    sort,
)
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _lag_ids, _networks
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model, _platforms

Table = dict[str, dict[str, Any]]

NETWORK_OS = "ansible_network_os"
OURS = "trunkline.bonding."
LAYERS = ("bonding_nics", "bonding_bonds", "bonding_vlans", "bonding_bridges", "bonding_addresses")


def is_switch(hostvars: Mapping[str, Any]) -> bool:
    """Whether a host of the inventory is a switch: it says so itself, or its operating system is, or is meant to be, a platform of ours."""
    return "bonding_switch" in hostvars or str(hostvars.get(NETWORK_OS)).startswith(OURS)


def is_server(hostvars: Mapping[str, Any]) -> bool:
    """Whether a host of the inventory has links that this collection configures."""
    return not is_switch(hostvars) and any(name in hostvars for name in LAYERS)


def merge(models: Mapping[str, Model], switches: Mapping[str, Mapping[str, Any]]) -> tuple[Table, list[Finding]]:
    """``{host: model of its intent}`` and ``{switch: variables}`` -> (lag_table, findings), with the ids that need no switch's state.

    A switch that hosts name and the inventory lacks is in the table with platform None: nothing is known of what it is.
    """
    merger = _Merger(models, switches)
    for host in sorted(models, key=natural):
        merger.add_host(host)
    table, findings = _lag_ids.settle(merger.table, {})
    for switch, entry in table.items():
        if entry["platform"]:
            told = _platforms.get(entry["platform"]).judge(entry, switch)
            findings += taken(told, switches[switch].get("bonding_accept"))
    return table, sort([*merger.findings, *_networks.differing(models), *findings])


def own(variables: Mapping[str, Any]) -> list[Finding]:
    """What is wrong in the variables of a host that is no server: those of a switch, and any that is spelled wrong."""
    short = _intent.from_hostvars(variables)
    return [*_intent.unknown_variables(variables), *_intent.settings(short)[1]]


def taken(findings: list[Finding], accept: Any) -> list[Finding]:
    """What is left where ``accept`` is a list of ids; what else is in it is told elsewhere."""
    ids = accept if isinstance(accept, list) else []
    return accepted(findings, [id_ for id_ in ids if isinstance(id_, str) and id_ in CATALOGUE and CATALOGUE[id_].acceptable])


def taken_by_hosts(findings: list[Finding], accepts: Mapping[str, Any]) -> list[Finding]:
    """The same, where each finding is for the host that its path begins with. ``accepts``: host -> ids."""
    return [left for one in findings for left in taken([one], accepts.get(one.path.partition(": ")[0]))]


def superseded(findings: list[Finding], table: Table) -> list[Finding]:
    """Findings of single hosts without those that the merge knows better: whether two switches are a pair."""
    return [
        found
        for found in findings
        if found.id != "lag.needs-peer" or not all(table.get(switch, {}).get("platform") for switch in found.value)
    ]


def stations(intents: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """MAC address -> host, for every address that the inventory gives to a NIC, bond or bridge."""
    return {
        link["mac"].lower(): host
        for host, intent in intents.items()
        for link in intent["links"].values()
        if isinstance(link.get("mac"), str)
    }


def pack(fleet: Mapping[str, Any]) -> str:
    """What the filter fleet_lags gives, as one string: Ansible walks through every value of a variable each time that it is used."""
    return base64.b64encode(zlib.compress(json.dumps(fleet).encode(), 1)).decode()


def unpack(fleet: Any) -> Any:
    """The fleet of a packed one, anything else as it is. Raises ValueError."""
    if not isinstance(fleet, str):
        return fleet
    try:
        return json.loads(zlib.decompress(base64.b64decode(fleet, validate=True)))
    except zlib.error as error:
        raise ValueError(str(error)) from error


class _Merger:
    def __init__(self, models: Mapping[str, Model], switches: Mapping[str, Mapping[str, Any]]) -> None:
        self.models, self.switches = models, switches
        self.intents = {host: model.intent for host, model in models.items()}
        self.findings: list[Finding] = []
        self.table: Table = {}
        # MAC or IP address -> (host, link) that it was given to first.
        self.taken: dict[str, tuple[str, str]] = {}
        for switch in sorted(switches, key=natural):
            self._add_switch(switch)
        for switch, entry in self.table.items():
            peer, path = entry["peer"], f"{switch}: bonding_switch.peer"
            if peer == switch:
                self.findings.append(finding("fleet.peer-self", path, peer, switch=switch))
            elif peer is not None and self.table.get(peer, {}).get("peer") != switch:
                self.findings.append(finding("fleet.peer-not-mutual", path, peer, switch=switch, peer=peer))

    def _add_switch(self, switch: str) -> None:
        variables = self.switches[switch]
        given, findings = _intent.switch(variables.get("bonding_switch"))
        self.findings += [found._replace(path=f"{switch}: {found.path}") for found in findings]
        platform = given["platform"] or variables.get(NETWORK_OS)
        if platform not in _platforms.names():
            path = f"{switch}: {'bonding_switch.platform' if given['platform'] else NETWORK_OS}"
            hint = nearest(platform, _platforms.names())
            self.findings.append(finding("fleet.platform-unknown", path, platform, switch=switch, nearest=hint))
            platform = None
        elif not given["create_vlans"] and not _platforms.get(platform).VLAN_DATABASE:
            path = f"{switch}: bonding_switch.create_vlans"
            self.findings.append(finding("fleet.no-vlan-database", path, False, switch=switch, platform=platform))
        self.table[switch] = {"platform": platform, "peer": given["peer"], "lags": {}, "ports": {}}

    def add_host(self, host: str) -> None:
        model, intent = self.models[host], self.intents[host]
        links = intent["links"]
        for name, link in links.items():
            if link.get("mac"):
                self._take("fleet.mac-twice", link["mac"].lower(), host, name, model.path(name, "mac"))
            if link["kind"] == "nic" and link.get("switch") and link.get("port"):
                self._add_port(host, name, link)
        for name, given in intent["addresses"].items():
            for position, address in enumerate(given["addresses"]):
                path = model.address_path(name, "addresses", position)
                self._take("fleet.address-twice", address.partition("/")[0], host, name, path)
        if intent["bmc"] and intent["bmc"]["address"]:
            self._take("fleet.address-twice", intent["bmc"]["address"], host, "the BMC", "bonding_bmc.address")
        for bond, link in links.items():
            if link["kind"] == "bond" and link["mode"] is not None and link["lag"] is not None:
                self._add_bond(host, bond, link)

    def _path(self, host: str, link: str, *keys: str) -> str:
        return f"{host}: {self.models[host].path(link, *keys)}"

    def _take(self, id_: str, address: str, host: str, name: str, path: str) -> None:
        other, link = self.taken.setdefault(address, (host, name))
        if other != host:
            self.findings.append(finding(id_, f"{host}: {path}", address, other=f"{link} of {other}"))

    def _add_port(self, host: str, nic: str, link: dict[str, Any]) -> None:
        switch, port = link["switch"], link["port"]
        links = self.intents[host]["links"]
        if switch in self.intents and switch not in self.switches:
            self._host_to_host(host, nic, link)
            return
        if switch not in self.table:
            hint = nearest(switch, self.switches)
            self.findings.append(finding("fleet.switch-unknown", self._path(host, nic, "switch"), switch, nearest=hint))
            self.table[switch] = {"platform": None, "peer": None, "lags": {}, "ports": {}}
        ports = self.table[switch]["ports"]
        if port in ports:
            other = ports[port]
            if other["host"] != host:
                words = {"switch": switch, "other": f"{other['nic']} of {other['host']}"}
                self.findings.append(finding("fleet.port-twice", self._path(host, nic, "port"), port, **words))
            return
        ports[port] = {
            "lag": None,
            "vlans": _vlans(link.get("vlans")),
            "mtu": link.get("mtu"),
            "edge_port": link.get("edge_port"),
            "description": f"{host} {nic}",
            "enabled": True,
            "host": host,
            "nic": nic,
            "mac": link.get("mac"),
            "bond": link["master"] if (links.get(link["master"] or "") or {}).get("kind") == "bond" else None,
            # The host has something of its own on this NIC, which is no slave. For those see _add_bond.
            "used": link["master"] is None and _is_used(self.intents[host], nic),
            "paths": {"name": self._path(host, nic, "port")},
        }

    def _host_to_host(self, host: str, nic: str, link: dict[str, Any]) -> None:
        other, port = link["switch"], link["port"]
        there = self.intents[other]["links"]
        far = there.get(port, {})
        if (far.get("switch"), far.get("port")) != (host, nic):
            path = self._path(host, nic, "port")
            self.findings.append(finding("fleet.host-to-host-cable", path, port, host=host, nic=nic, other=other))
            return
        if host > other:
            # Told once, of the other end.
            return
        bond = link.get("master") or ""
        mine, theirs = (links.get(end.get("master") or "") or {} for links, end in ((self.intents[host]["links"], link), (there, far)))
        if mine.get("mode") != theirs.get("mode"):
            path = self._path(host, bond, "mode") if mine.get("mode") else self._path(host, nic)
            self.findings.append(finding("fleet.host-to-host-mode", path, mine.get("mode"), other=other, mode=str(theirs.get("mode"))))
        elif mine.get("mode") == "802.3ad" and all(end["options"].get("lacp_active") is False for end in (mine, theirs)):
            path = self._path(host, bond, "options", "lacp_active")
            self.findings.append(finding("fleet.host-to-host-passive", path, False, other=other))

    def _add_bond(self, host: str, bond: str, link: dict[str, Any]) -> None:
        links = self.intents[host]["links"]
        lag, wants = link["lag"], _pairing.wanted(links, bond)
        vlans = _vlans(lag["vlans"])
        ends: dict[str, list[dict[str, Any]]] = {}
        for slave in link["slaves"]:
            nic = links.get(slave, {})
            port = self.table.get(nic.get("switch") or "", {}).get("ports", {}).get(nic.get("port"))
            if port is None or (port["host"], port["nic"]) != (host, slave):
                continue
            port.update(vlans=vlans, mtu=link["mtu"], edge_port=lag["edge_port"])
            # What the host prefers it uses as soon as it can.
            port["used"] = wants == _pairing.INDEPENDENT and slave == link["options"].get("primary")
            ends.setdefault(nic["switch"], []).append({"port": nic["port"], **port})
        if wants == _pairing.INDEPENDENT:
            return
        self._check_spread(host, bond, wants, {switch: len(ports) for switch, ports in ends.items()})
        for switch, ports in ends.items():
            entry = self.table[switch]
            reason = _platforms.get(entry["platform"]).REFUSED.get(wants) if entry["platform"] else None
            if reason:
                self.findings.append(finding("fleet.no-static", self._path(host, bond, "mode"), link["mode"], switch=switch, reason=reason))
            # A key of its own until the id is settled.
            entry["lags"][f"{host}/{bond}"] = {
                "id": None if lag["id"] is None else str(lag["id"]),
                "id_from": "default" if lag["id"] is None else "given",
                "name": None,
                "mode": wants,
                "rate": (link["options"].get("lacp_rate") or "slow") if wants == _pairing.LACP else None,
                "members": [port["port"] for port in ports],
                "min_links": link["options"].get("min_links") if wants == _pairing.LACP else None,
                "fallback": lag["silent_partner"] if wants == _pairing.LACP else None,
                "vlans": vlans,
                "mtu": link["mtu"],
                "edge_port": lag["edge_port"],
                "description": f"{host} {bond}",
                "host": host,
                "bond": bond,
                "paths": {
                    "id": self._path(host, bond, "lag", "id"),
                    "vlans": self._path(host, bond, "lag", "vlans"),
                    "fallback": self._path(host, bond, "lag", "silent_partner"),
                    "min_links": self._path(host, bond, "options", "min_links"),
                },
            }

    def _check_spread(self, host: str, bond: str, wants: str, ends: dict[str, int]) -> None:
        """``ends``: switch -> number of slaves that end there."""
        if len(ends) < 2:
            return
        path, names = self._path(host, bond, "slaves"), " and ".join(sorted(ends))
        platforms = {end: self.table[end]["platform"] for end in sorted(ends)}
        lacking = [end for end, platform in platforms.items() if platform and not _platforms.get(platform).MLAG]
        if len(ends) == 2 and all(self.table[end]["peer"] == other for end, other in (list(ends), reversed(list(ends)))):
            if lacking:
                self.findings.append(finding("fleet.no-mlag", path, names, switch=lacking[0], platform=platforms[lacking[0]]))
        elif wants == _pairing.STATIC:
            self.findings.append(finding("fleet.static-two-switches", path, names, bond=bond))
        else:
            known = f"{platforms[lacking[0]]} has no MLAG." if lacking else ""
            hint = known or "If they are an MLAG pair, name each as peer in bonding_switch of the other."
            self.findings.append(finding("fleet.lacp-two-switches", path, names, bond=bond, mlag=hint))
            self._check_apart(host, bond, ends)

    def _check_apart(self, host: str, bond: str, ends: dict[str, int]) -> None:
        """A LACP bond over switches that are no pair: each of them is a partner of its own."""
        link = self.intents[host]["links"][bond]
        id_, min_links = link["lag"]["id"], link["options"].get("min_links") or 0
        if id_ is not None:
            words = {"bond": bond, "switches": " and ".join(sorted(ends))}
            self.findings.append(finding("fleet.lag-id-two-switches", self._path(host, bond, "lag", "id"), id_, **words))
        reach = max(_together(self.table, ends))
        if min_links > reach:
            path = self._path(host, bond, "options", "min_links")
            self.findings.append(finding("fleet.min-links-unreachable", path, min_links, count=reach, bond=bond))


def _together(table: Table, ends: Mapping[str, int]) -> list[int]:
    """How many slaves end in each switch, or in it and its peer where they name each other."""
    found = []
    for switch, count in ends.items():
        peer = table[switch]["peer"]
        paired = peer in ends and peer != switch and table[peer]["peer"] == switch
        found.append(count + (ends[peer] if paired else 0))
    return found


def _is_used(intent: Mapping[str, Any], nic: str) -> bool:
    return nic in intent["addresses"] or any(link.get("link") == nic for link in intent["links"].values())


def _vlans(given: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if given is None else _model.vlans(given["native"], set(given["tagged"] or ()) - {given["native"]})
