# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Host state and switch state -> one line of evidence and a verdict for each bond. Pure functions.

Evidence for a cable, best first: LACP from both ends, LLDP, the switch's MAC table. Nothing is taken for granted: a bond is ``proved`` when
every slave has evidence and nothing speaks against it, ``failed`` when something does, and ``unproved`` otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _lacp, _pairing
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, errors, finding, sort
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _order

PROVED, FAILED, UNPROVED = "proved", "failed", "unproved"
BOTH_ENDS, LLDP, MAC_TABLE = "LACP at both ends", "LLDP", "MAC table"


class Cable(NamedTuple):
    """One slave of a bond, where its cable should end, and what both ends tell of it."""

    host: str
    bond: str
    nic: str
    switch: str | None
    port: str | None
    link: Mapping[str, Any]  # the slave in the host's state, empty if it is not there
    there: Mapping[str, Any] | None  # the state of the switch, None if it was not read

    @property
    def path(self) -> str:
        return f"{self.host}: {self.bond}.{self.nic}"

    @property
    def lacp(self) -> Mapping[str, Any]:
        return self.link.get("lacp") or {}

    @property
    def end(self) -> str:
        return f"{self.switch} {self.port}" if self.switch else "an unknown port"


def prove(intents: Mapping[str, Any], hosts: Mapping[str, Any], switches: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One entry for each bond: ``{"host", "bond", "verdict", "evidence", "findings", "line"}``.

    ``bond`` is None in the entries of ``unreadable``.

    ``hosts`` maps a host to its state or None, ``switches`` a switch to its state or None; what was not read is None.
    """
    return [
        _bond(host, name, intents[host]["links"], hosts.get(host), switches)
        for host in intents
        for name, link in intents[host]["links"].items()
        if link["kind"] == "bond"
    ]


def unreadable(findings: list[Finding]) -> list[dict[str, Any]]:
    """One entry, of no bond, for each host with something wrong in its variables: nothing that it wants goes unproved in silence."""
    by_host: dict[str, list[Finding]] = {}
    for found in findings:
        by_host.setdefault(found.path.partition(": ")[0], []).append(found)
    return [_result(host, None, [], found, []) for host, found in by_host.items()]


def _bond(host: str, name: str, links: Mapping[str, Any], state: Any, switches: Mapping[str, Any]) -> dict[str, Any]:
    path = f"{host}: {name}"
    bond = (state or {}).get("links", {}).get(name)
    if bond is None or bond.get("kind") != "bond":
        found = [finding("proof.bond-missing", path, name)] if state else []
        return _result(host, name, ["the host was not read"] if state is None else [], found, [])
    cables = [
        Cable(
            host,
            name,
            nic,
            links[nic].get("switch"),
            links[nic].get("port"),
            state["links"].get(nic, {}),
            switches.get(links[nic].get("switch") or ""),
        )
        for nic in links[name]["slaves"]
    ]
    found = list(_bond_findings(path, bond, cables, links[name]["options"].get("min_links") or 0))
    evidence = []
    proofs = []
    for cable in cables:
        found += _slave_findings(cable, bond)
        seen, against = _cable_evidence(cable, bond, switches)
        found += against
        proofs.append(bool(seen) and not against)
        hint = _hint(cable, bond)
        evidence.append(f"{cable.nic} = {cable.end} ({', '.join(seen)})" if seen else f"{cable.nic}: no evidence for {cable.end}{hint}")
    return _result(host, name, evidence, found, proofs)


def _result(host: str, bond: str | None, evidence: list[str], found: list[Finding], proofs: list[bool]) -> dict[str, Any]:
    verdict = FAILED if errors(found) else PROVED if proofs and all(proofs) else UNPROVED
    told = [f"{one.message} [{one.id}]" if bond else one.as_text() for one in sort(found)]
    return {
        "host": host,
        "bond": bond,
        "verdict": verdict,
        "evidence": evidence,
        "findings": [one.as_dict() for one in sort(found)],
        "line": f"{host} {bond or 'variables'}: {verdict}: " + "; ".join([*told, *evidence]),
    }


def _bond_findings(path: str, bond: Mapping[str, Any], cables: list[Cable], min_links: int) -> Iterator[Finding]:
    for switch in dict.fromkeys(cable.switch for cable in cables if cable.switch and cable.there is None):
        yield finding("proof.switch-unread", path, switch)
    kind = _kind(bond)
    for switch, there in {cable.switch: cable for cable in cables if cable.there is not None}.items():
        kinds = {_order.kind(there.there, cable.port) for cable in cables if cable.switch == switch and cable.port}
        wrong = sorted(kinds - {kind})
        if wrong:
            yield finding("proof.one-side-static", path, kind, bond=there.bond, there=" and ".join(wrong), switch=switch)
    if bond["mode"] == "802.3ad":
        # The driver's own may be lower for a while: it is raised last.
        least = max(min_links, bond["options"].get("min_links") or 0)
        usable = [cable for cable in cables if _usable(cable, bond)]
        if len(usable) < least:
            yield finding("proof.min-links", path, least, bond=cables[0].bond, count=len(usable))


def _kind(bond: Mapping[str, Any]) -> str:
    pairing = _pairing.PAIRING[bond["mode"]]
    independent = pairing.unless and bond["options"].get(pairing.unless[0]) == pairing.unless[1]
    return _pairing.INDEPENDENT if independent else pairing.wants


def _usable(cable: Cable, bond: Mapping[str, Any]) -> bool:
    ad = bond.get("ad") or {}
    return bool(cable.link.get("carrier")) and cable.lacp.get("aggregator") == ad.get("aggregator")


def _slave_findings(cable: Cable, bond: Mapping[str, Any]) -> Iterator[Finding]:
    if cable.nic not in bond["slaves"]:
        yield finding("proof.slave-missing", cable.path, cable.nic, nic=cable.nic, bond=cable.bond)
        return
    if _down(cable):
        yield finding("proof.slave-down", cable.path, cable.nic, nic=cable.nic, bond=cable.bond)
        return
    if bond["mode"] != "802.3ad":
        return
    actor, partner = cable.lacp.get("actor") or {}, cable.lacp.get("partner") or {}
    if not _lacp.heard(partner):
        yield finding("proof.no-partner", cable.path, cable.nic, nic=cable.nic)
        return
    active = (bond.get("ad") or {}).get("aggregator")
    if cable.lacp.get("aggregator") != active:
        words = {"nic": cable.nic, "bond": cable.bond, "active": active}
        yield finding("proof.other-aggregator", cable.path, cable.lacp.get("aggregator"), **words)
    elif faults := _lacp.faults(actor.get("state"), _as_one_of(bond, partner.get("state"))):
        yield finding("proof.not-carrying", cable.path, cable.nic, nic=cable.nic, difference="; ".join(faults))
    if None not in (actor.get("state"), partner.get("state")):
        mine, theirs = _lacp.rate(actor["state"]), _lacp.rate(partner["state"])
        if mine != theirs:
            yield finding("proof.rate-differs", cable.path, mine, nic=cable.nic, switch=cable.switch or "the partner", there=theirs)


def _down(cable: Cable) -> bool:
    return not cable.link.get("carrier") or cable.lacp.get("mii_status") == "down"


def _as_one_of(bond: Mapping[str, Any], state: int | None) -> int | None:
    """Open vSwitch calls the only member of a LAG an individual link; a bond with one slave does not mind."""
    return state | _lacp.AGGREGATION if state is not None and len(bond["slaves"]) == 1 else state


def _cable_evidence(cable: Cable, bond: Mapping[str, Any], switches: Mapping[str, Any]) -> tuple[list[str], list[Finding]]:
    """What shows where the cable ends, the best first, and what shows that it ends elsewhere."""
    # What both ends still say of each other when the link is gone is old.
    if cable.there is None or cable.port is None or _down(cable):
        return [], []
    seen: list[str] = []
    against: list[Finding] = []
    for look in (_by_lacp, _by_lldp, _by_mac):
        evidence, elsewhere = look(cable, bond, switches)
        # Better evidence is neither contradicted nor outweighed by weaker one: a neighbour of LLDP may be a minute old.
        if evidence and not against:
            seen.append(evidence)
        if elsewhere and not seen and not against:
            against.append(finding("proof.wrong-cable", cable.path, cable.nic, nic=cable.nic, expected=cable.end, evidence=elsewhere))
    mine = cable.lacp
    theirs = cable.there.get("lacp", {}).get(cable.port)
    if theirs and mine and _lacp.heard(mine.get("partner")) and not against:
        against += [
            finding("proof.not-mirrored", cable.path, cable.nic, nic=cable.nic, difference=difference)
            for difference in _lacp.mirrored(mine, theirs)
        ]
    return seen, against


def _by_lacp(cable: Cable, _bond: Mapping[str, Any], switches: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Both ends name the same two ports: system and port number of each are what the other hears."""
    actor, partner = cable.lacp.get("actor") or {}, cable.lacp.get("partner") or {}
    if not _lacp.heard(partner) or partner.get("port") is None:
        return None, None
    for switch, state in switches.items():
        for port, ends in (state or {}).get("lacp", {}).items():
            if _port_of(ends["actor"]) == _port_of(partner) and _port_of(ends["partner"]) == _port_of(actor):
                here = (switch, port) == (cable.switch, cable.port)
                return (BOTH_ENDS, None) if here else (None, f"LACP at both ends says that it ends in {switch} {port}")
    return None, None


def _port_of(end: Mapping[str, Any]) -> tuple[Any, Any]:
    return end.get("system"), end.get("port")


def _by_lldp(cable: Cable, _bond: Mapping[str, Any], switches: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The switch hears the NIC: its permanent MAC, or the names of host and NIC."""
    elsewhere = None
    for switch, state in switches.items():
        for port, neighbours in (state or {}).get("lldp", {}).items():
            if any(_is(neighbour, cable) for neighbour in neighbours):
                if (switch, port) == (cable.switch, cable.port):
                    return LLDP, None
                elsewhere = f"LLDP is heard from it on {switch} {port}"
    return None, elsewhere


def _is(neighbour: Mapping[str, Any], cable: Cable) -> bool:
    mac = cable.link.get("permanent_mac")
    if mac and (neighbour["port"] or "").lower() == mac:
        return True
    system = (neighbour["system"] or "").split(".")[0]
    return system == cable.host.split(".")[0] and cable.nic in (neighbour["port"], neighbour["description"])


def _by_mac(cable: Cable, bond: Mapping[str, Any], _switches: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The switch has learned the bond's address, or the NIC's own, on an independent port. On a LAG that says nothing of a single cable."""
    learned = _learned(cable, bond)
    if cable.port in learned:
        return (MAC_TABLE, None) if cable.there["ports"].get(cable.port, {}).get("lag") is None else (None, None)
    # Only the active slave of active-backup is sure to have sent the bond's address.
    if learned and bond["mode"] == "active-backup" and bond.get("active_slave") == cable.nic:
        return None, f"its address is learned on {cable.switch} {', '.join(learned)}"
    return None, None


def _learned(cable: Cable, bond: Mapping[str, Any]) -> list[str]:
    macs = {mac for mac in (bond.get("mac"), cable.link.get("mac")) if mac}
    return [port for port, seen in (cable.there or {}).get("macs", {}).items() if macs & set(seen)]


def _hint(cable: Cable, bond: Mapping[str, Any]) -> str:
    return ", though the LAG of this port has learned the bond's address" if cable.port in _learned(cable, bond) else ""
