# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What may lie on what: names, slaves, ports, circles."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Set, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _layers, _pairing
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding, nearest
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model

_KINDS = {"nic": "NIC", "bond": "bond", "vlan": "VLAN", "bridge": "bridge"}
# Most switches select eight members of a LAG.
_MEMBERS = 8
_LOOPBACK = "lo"


def check(model: Model) -> Iterator[Finding]:
    yield from _loopback(model)
    yield from _nics(model)
    yield from _pinned(model)
    yield from _circles(model)
    for name, link in model.links.items():
        if link["kind"] in ("bond", "bridge"):
            yield from _members(model, name, link)
        if link["kind"] == "bond":
            yield from _count(model, name, link)
        if link["kind"] == "vlan":
            yield from _vlan(model, name, link)
    yield from _vlan_ids(model)
    yield from _addressed_members(model)


def _loopback(model: Model) -> Iterator[Finding]:
    link = model.links.get(_LOOPBACK)
    if link is not None:
        yield model.finding("topology.loopback", _LOOPBACK, *(() if link["kind"] == "nic" else ("name",)), value=_LOOPBACK)


def _nics(model: Model) -> Iterator[Finding]:
    owners: Dict[str, str] = {}
    listed = [name for name in model.links if ("nics", name) in model.trace.paths]
    known = [name for name, link in model.links.items() if link["kind"] != "nic" or name in listed]
    for name, nic in model.of_kind("nic"):
        if name == _LOOPBACK:
            continue
        if nic["mac"] and nic["mac"] in owners:
            yield model.finding("topology.duplicate-mac", name, "mac", value=nic["mac"], other=owners[nic["mac"]])
        elif nic["mac"]:
            owners[nic["mac"]] = name
        if name in listed or any(model.trace.doubtful((section,)) for section in ("nics", "bonds", "vlans", "bridges")):
            continue
        base = name.rpartition(".")[0]
        if base in model.links:
            yield model.finding("topology.unknown-link", name, value=name)
        elif listed:
            yield model.finding("topology.nic-unlisted", name, value=name, nearest=nearest(name, known))


def _pinned(model: Model) -> Iterator[Finding]:
    """Addresses of bonds and bridges that belong to another link. A link may share the address of what it lies on."""
    owners = [(link["mac"], name) for name, link in model.links.items() if link["mac"]]
    for name, link in model.links.items():
        if link["kind"] == "nic" or not link["mac"]:
            continue
        family = {name, *model.underneath(name), *model.above(name)}
        other = next((owner for mac, owner in owners if mac == link["mac"] and owner not in family), None)
        if other is not None:
            yield model.finding("topology.mac-taken", name, "mac", value=link["mac"], other=other, link=name)


def _circles(model: Model) -> Iterator[Finding]:
    told: Set[str] = set()
    for name in model.links:
        circle = [name, *(other for other in model.underneath(name) if name in model.underneath(other))]
        closed = any(name in _layers.directly_below(model.links, other) for other in circle)
        if closed and name not in told:
            told.update(circle)
            yield model.finding("topology.cycle", name, value=name, circle=" on ".join([*circle, name]))


def _members(model: Model, name: str, link: Dict[str, Any]) -> Iterator[Finding]:
    """Slaves of a bond or ports of a bridge: each once, of one master, and of a kind that can be one."""
    bond = link["kind"] == "bond"
    key = "slaves" if bond else "ports"
    seen: List[str] = []
    for position, lower in enumerate(link[key]):
        below = model.links[lower]
        master = below["master"]
        if lower in seen:
            yield model.finding("topology.duplicate-slave" if bond else "topology.duplicate-port", name, key, position, value=lower)
            continue
        seen.append(lower)
        if below["kind"] == "bridge" and not bond:
            yield model.finding("topology.port-kind", name, key, position, value=lower)
        elif below["kind"] != "nic" and bond:
            yield model.finding("topology.slave-kind", name, key, position, value=lower, kind=_KINDS[below["kind"]])
        elif master != name:
            kinds = (link["kind"], model.links[master]["kind"])
            if kinds == ("bond", "bond"):
                yield model.finding("topology.slave-of-two-bonds", name, key, position, value=lower, other=master)
            elif kinds == ("bridge", "bridge"):
                yield model.finding("topology.port-of-two-bridges", name, key, position, value=lower, other=master)
            else:
                yield model.finding("topology.slave-and-port", name, key, position, value=lower, bond=name if bond else master)


def _count(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    if model.doubtful(name, "slaves"):
        return
    count = len(set(bond["slaves"]))
    if not count:
        yield model.finding("topology.bond-without-slaves", name, "slaves")
        if not bond["mac"] and not model.doubtful(name, "mac"):
            for vlan, link in model.of_kind("vlan"):
                if link["link"] == name:
                    yield model.finding("topology.vlan-on-empty-bond", vlan, "link", value=name, bond=name)
    elif count == 1:
        yield model.finding("topology.single-slave", name, "slaves", value=bond["slaves"][0])
    elif count > _MEMBERS and bond["mode"] and _pairing.wanted(model.links, name) != _pairing.INDEPENDENT:
        yield model.finding("topology.many-slaves", name, "slaves", value=count, count=count)


def _vlan(model: Model, name: str, vlan: Dict[str, Any]) -> Iterator[Finding]:
    master = model.links.get(vlan["link"], {}).get("master")
    if master and model.links[master]["kind"] == "bond":
        yield model.finding("topology.slave-has-vlan", name, "link", value=vlan["link"], bond=master)
    number = re.fullmatch(r"(?:.*\.|vlan)0*([0-9]{1,4})", name)
    if number and vlan["id"] is not None and int(number.group(1)) != vlan["id"]:
        yield model.finding("topology.vlan-name-misleads", name, "id", value=vlan["id"], name=name, link=vlan["link"], id=vlan["id"])
    base, _dot, end = name.rpartition(".")
    if base not in ("", vlan["link"]) and end.isdigit() and vlan["link"] and _alike(model, base, vlan["link"]):
        words = {"name": name, "other": base, "link": vlan["link"], "id": vlan["id"]}
        yield model.finding("topology.vlan-name-other-link", name, "link", value=vlan["link"], **words)


def _alike(model: Model, base: str, link: str) -> bool:
    """Whether a word is another link, or looks like one: eth1 beside eth0. Others may be names that people have chosen."""
    return base in model.links or base.rstrip("0123456789") == link.rstrip("0123456789")


def _vlan_ids(model: Model) -> Iterator[Finding]:
    taken: Dict[Tuple[Any, Any], str] = {}
    for name, vlan in model.of_kind("vlan"):
        place = (vlan["link"], vlan["id"])
        if None in place:
            continue
        if place in taken:
            yield model.finding("topology.vlan-id-twice", name, "id", value=vlan["id"], link=vlan["link"], other=taken[place])
        taken.setdefault(place, name)


def _addressed_members(model: Model) -> Iterator[Finding]:
    """Slaves and ports with addresses of their own."""
    for name in model.addresses:
        master = model.links[name]["master"]
        if master is None or not any(model.addresses[name].values()):
            continue
        path = model.address_path(name)
        if model.links[master]["kind"] == "bridge":
            yield finding("topology.port-has-addresses", path, name, bridge=master)
        else:
            yield finding("topology.slave-has-addresses", path, name, bond=master, top=model.links[master]["master"] or master)
