# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The bond's mode against the switch ports behind its slaves, as far as one host can tell; the rest is the merge's of all hosts."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _pairing
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model

# What the order of both ends leaves the switch of a deadline: docs/safety.md.
LEAST_DEADLINE = 60
# Modes that use all slaves at once, also where each of them ends in a switch of its own.
_ISOLATED = {"broadcast": "lag.broadcast-switches", "balance-rr": "lag.round-robin-switches"}


def check(model: Model) -> Iterator[Finding]:
    yield from _cables(model)
    yield from _ids(model)
    yield from _deadline(model)
    for name, bond in model.of_kind("bond"):
        if bond["mode"] is None:
            continue
        yield from _slave_ports(model, name, bond)
        yield from _kind(model, name, bond)
        yield from _spread(model, name, bond)
    for name, link in model.links.items():
        lag = link.get("lag") or {}
        vlans = lag.get("vlans") if link["kind"] == "bond" else link.get("vlans")
        if vlans is not None and not (link["kind"] == "nic" and link["master"] and model.links[link["master"]]["kind"] == "bond"):
            yield from _vlans(model, name, vlans, ("lag", "vlans") if link["kind"] == "bond" else ("vlans",))


def _cables(model: Model) -> Iterator[Finding]:
    ends: Dict[Tuple[str, str], str] = {}
    for name, nic in model.of_kind("nic"):
        switch, port = nic["switch"], nic["port"]
        if bool(switch) != bool(port):
            given, missing = ("switch", "port") if switch else ("port", "switch")
            if not model.doubtful(name, missing):
                yield model.finding("lag.port-without-switch", name, given, value=nic[given], name=name, given=given, missing=missing)
        elif switch:
            if (switch, port) == (model.host, name):
                yield model.finding("lag.cabled-to-itself", name, "port", value=port, name=name)
            if (switch, port) in ends:
                yield model.finding("lag.port-twice", name, "port", value=port, switch=switch, other=ends[switch, port])
            ends.setdefault((switch, port), name)
        elif nic["vlans"] is not None and nic["master"] is None and not model.doubtful(name, "switch"):
            yield model.finding("lag.vlans-without-cabling", name, "vlans", name=name)


def _deadline(model: Model) -> Iterator[Finding]:
    if model.deadline is None or model.deadline >= LEAST_DEADLINE:
        return
    for name, bond in model.of_kind("bond"):
        if bond["mode"] is None or _pairing.wanted(model.links, name) == _pairing.INDEPENDENT:
            continue
        if _pairing.switches(model.links, name):
            path = model.trace.path(("deadline",))
            yield finding("lag.deadline-short", path, model.deadline, bond=name, least=LEAST_DEADLINE)
            return


def _ids(model: Model) -> Iterator[Finding]:
    owners: Dict[Tuple[str, str], str] = {}
    for name, bond in model.of_kind("bond"):
        id_ = bond["lag"]["id"] if bond["lag"] is not None else None
        for switch in _pairing.switches(model.links, name) if id_ is not None else ():
            if (switch, id_) in owners:
                yield model.finding("lag.id-twice", name, "lag", "id", value=id_, other=owners[switch, id_], switch=switch)
            owners.setdefault((switch, id_), name)


def _slave_ports(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    uncabled = [slave for slave in bond["slaves"] if not model.links[slave].get("switch") and not model.doubtful(slave, "switch")]
    cabled = [slave for slave in bond["slaves"] if model.links[slave].get("switch")]
    if cabled and uncabled and _pairing.wanted(model.links, name) != _pairing.INDEPENDENT:
        for slave in uncabled:
            yield model.finding("lag.partly-cabled", slave, value=slave, bond=name)
    if uncabled and not cabled and bond["lag"] is not None:
        yield model.finding("lag.without-cabling", name, "lag", bond=name)
    for slave in bond["slaves"]:
        for key in ("vlans", "edge_port"):
            if ("nics", slave, key) in model.trace.paths:
                yield model.finding("lag.slave-port-vlans", slave, key, value=slave, bond=name, name=key)


def _kind(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    lag = bond["lag"]
    if lag is None:
        return
    wants = _pairing.wanted(model.links, name)
    for key in ("id", "silent_partner"):
        if lag[key] is None:
            continue
        if wants == _pairing.INDEPENDENT:
            yield model.finding("lag.no-lag-in-mode", name, "lag", key, value=lag[key], name=key, mode=bond["mode"])
        elif wants == _pairing.STATIC and key == "silent_partner":
            yield model.finding("lag.silent-partner-static", name, "lag", key, value=lag[key], mode=bond["mode"])


def _spread(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    """Slaves that end in more than one switch."""
    ends = sorted(_pairing.switches(model.links, name))
    if len(ends) < 2:
        return
    words = {"bond": name, "switches": " and ".join(ends), "count": len(ends)}
    if _pairing.wanted(model.links, name) != _pairing.INDEPENDENT:
        yield model.finding("lag.needs-peer" if len(ends) == 2 else "lag.too-many-switches", name, "slaves", value=ends, **words)
    elif bond["mode"] in _ISOLATED:
        yield model.finding(_ISOLATED[bond["mode"]], name, "slaves", value=ends, **words)


def _vlans(model: Model, name: str, vlans: Dict[str, Any], keys: Tuple[str, ...]) -> Iterator[Finding]:
    native, tagged = vlans["native"], vlans["tagged"]
    if native is None and not tagged:
        if not model.doubtful(name, *keys):
            yield model.finding("lag.vlans-empty", name, *keys, value={"native": native, "tagged": tagged})
        return
    if native is not None and native in tagged:
        yield model.finding("lag.native-in-tagged", name, *keys, "tagged", value=native)
    if model.doubtful(name, *keys):
        return
    place = f"{'.'.join(keys)}.tagged of {name}"
    for vlan, link in model.of_kind("vlan"):
        if link["id"] is None or link["link"] not in _untagged(model, name):
            continue
        if link["id"] == native and native not in tagged:
            yield model.finding("lag.vlan-is-native", vlan, "id", value=native, vlan=vlan, bond=name)
        elif link["id"] not in tagged:
            yield model.finding("lag.vlan-not-tagged", vlan, "id", value=link["id"], vlan=vlan, place=place)
    if native is None:
        users = [user for user in _untagged(model, name) if any(model.addresses.get(user, {}).values())]
        for user in users:
            yield finding("lag.untagged-without-native", model.address_path(user), user)


def _untagged(model: Model, name: str) -> List[str]:
    """The links whose frames leave a bond or NIC as they are: itself, and the bridge that it is a port of."""
    master = model.links[name]["master"]
    return [name, master] if master and model.links[master]["kind"] == "bridge" else [name]
