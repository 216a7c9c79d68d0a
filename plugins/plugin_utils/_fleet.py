# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The intents of all hosts -> one table of LAGs and ports for each switch, with what is wrong between them. Pure functions, linear time.

``lag_table`` has the shape of the architecture's section 5. Besides the LAG model (``_switches/_model.py``) each LAG has ``host``,
``bond`` and ``id_from`` (``given``, ``ports``, ``default``), each port ``host``, ``nic``, ``mac``, ``bond`` and ``used``.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.trunkline.bonding.plugins.module_utils import _intent, _pairing
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding, natural, nearest, sort
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _lag_ids
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


def merge(intents: Mapping[str, dict[str, Any]], switches: Mapping[str, Mapping[str, Any]]) -> tuple[Table, list[Finding]]:
    """``{host: intent}`` and ``{switch: variables}`` -> (lag_table, findings), with the ids that do not need the switches' state.

    A switch that hosts name and the inventory lacks is in the table with platform None: it can be rendered, not reached.
    """
    merger = _Merger(intents, switches)
    for host in sorted(intents, key=natural):
        merger.add_host(host)
    table, findings = _lag_ids.settle(merger.table, {})
    return table, sort([*merger.findings, *findings])


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
    def __init__(self, intents: Mapping[str, dict[str, Any]], switches: Mapping[str, Mapping[str, Any]]) -> None:
        self.intents, self.switches = intents, switches
        self.findings: list[Finding] = []
        self.table: Table = {}
        # MAC or IP address -> (host, link) that it was given to first.
        self.taken: dict[str, tuple[str, str]] = {}
        for switch in sorted(switches, key=natural):
            self._add_switch(switch)
        for switch, entry in self.table.items():
            peer = entry["peer"]
            if peer is not None and (peer == switch or self.table.get(peer, {}).get("peer") != switch):
                self.findings.append(finding("fleet.peer-not-mutual", f"{switch}: bonding_switch.peer", peer, switch=switch, peer=peer))

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
        self.table[switch] = {"platform": platform, "peer": given["peer"], "lags": {}, "ports": {}}

    def add_host(self, host: str) -> None:
        links = self.intents[host]["links"]
        for nic, link in links.items():
            if link["kind"] == "nic" and link.get("mac"):
                self._take("fleet.mac-twice", link["mac"].lower(), host, nic, f"bonding_nics.{nic}.mac")
            if link["kind"] == "nic" and link.get("switch") and link.get("port"):
                self._add_port(host, nic, link)
        for name, given in self.intents[host]["addresses"].items():
            for address in given["addresses"]:
                self._take("fleet.address-twice", address.partition("/")[0], host, name, f"bonding_addresses.{name}")
        for bond, link in links.items():
            if link["kind"] == "bond" and link["mode"] is not None and link["lag"] is not None:
                self._add_bond(host, bond, link)

    def _take(self, id_: str, address: str, host: str, name: str, path: str) -> None:
        other, link = self.taken.setdefault(address, (host, name))
        if other != host:
            self.findings.append(finding(id_, f"{host}: {path}", address, other=f"{link} of {other}"))

    def _add_port(self, host: str, nic: str, link: dict[str, Any]) -> None:
        switch, port = link["switch"], link["port"]
        links = self.intents[host]["links"]
        path = f"{host}: bonding_nics.{nic}"
        if switch in self.intents and switch not in self.switches:
            self._host_to_host(host, nic, link)
            return
        if switch not in self.table:
            self.findings.append(finding("fleet.switch-unknown", f"{path}.switch", switch, nearest=nearest(switch, self.switches)))
            self.table[switch] = {"platform": None, "peer": None, "lags": {}, "ports": {}}
        ports = self.table[switch]["ports"]
        if port in ports:
            other = ports[port]
            if other["host"] != host:
                self.findings.append(
                    finding("fleet.port-twice", f"{path}.port", port, switch=switch, other=f"{other['nic']} of {other['host']}")
                )
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
            # The host has something of its own on this NIC, which is no slave.
            "used": link["master"] is None and _is_used(self.intents[host], nic),
        }

    def _host_to_host(self, host: str, nic: str, link: dict[str, Any]) -> None:
        other, port = link["switch"], link["port"]
        there = self.intents[other]["links"]
        far = there.get(port, {})
        path = f"{host}: bonding_nics.{nic}"
        if (far.get("switch"), far.get("port")) != (host, nic):
            self.findings.append(finding("fleet.host-to-host-cable", f"{path}.port", port, host=host, nic=nic, other=other))
            return
        mine, theirs = (
            (links.get(end.get("master") or "") or {}).get("mode") for links, end in ((self.intents[host]["links"], link), (there, far))
        )
        if mine != theirs and host < other:
            self.findings.append(finding("fleet.host-to-host-mode", path, mine, other=other, mode=str(theirs)))

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
            ends.setdefault(nic["switch"], []).append({"port": nic["port"], **port})
        if wants == _pairing.INDEPENDENT:
            return
        self._check_spread(host, bond, wants, list(ends))
        for switch, ports in ends.items():
            entry = self.table[switch]
            reason = _platforms.get(entry["platform"]).REFUSED.get(wants) if entry["platform"] else None
            if reason:
                self.findings.append(finding("fleet.no-static", f"{host}: {bond}", link["mode"], switch=switch, reason=reason))
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
            }

    def _check_spread(self, host: str, bond: str, wants: str, ends: list[str]) -> None:
        if len(ends) < 2:
            return
        path, names = f"{host}: {bond}", " and ".join(sorted(ends))
        paired = len(ends) == 2 and all(self.table[end]["peer"] == other for end, other in (ends, reversed(ends)))
        if paired:
            platforms = {end: self.table[end]["platform"] for end in sorted(ends)}
            lacking = [end for end, platform in platforms.items() if platform and not _platforms.get(platform).MLAG]
            if lacking:
                self.findings.append(finding("fleet.no-mlag", path, names, switch=lacking[0], platform=self.table[lacking[0]]["platform"]))
        elif wants == _pairing.STATIC:
            self.findings.append(finding("fleet.static-two-switches", path, names, bond=bond))
        else:
            self.findings.append(finding("fleet.lacp-two-switches", path, names, bond=bond))


def _is_used(intent: Mapping[str, Any], nic: str) -> bool:
    return nic in intent["addresses"] or any(link.get("link") == nic for link in intent["links"].values())


def _vlans(given: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if given is None else _model.vlans(given["native"], set(given["tagged"] or ()) - {given["native"]})
