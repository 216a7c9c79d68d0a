# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The NICs of an intent on a real host: known by permanent MAC address, by name, or by both."""

from __future__ import annotations

import copy
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, child, finding, nearest, sort

Link = Mapping[str, Any]


def resolve_nics(intent: Dict[str, Any], state: Mapping[str, Any]) -> Tuple[Dict[str, Any], List[Finding]]:
    """Replace the NIC keys of an intent by the names that the kernel uses, and check that name and permanent MAC address agree.

    ``state`` is that of the host (``foreign``, and ``links`` with ``kind``, ``mac``, ``permanent_mac`` and ``master``). Returns a new
    intent and the findings ``host.nic-missing``, ``host.nic-type``, ``host.nic-mismatch`` and ``host.nic-ambiguous``; a NIC with a finding
    keeps its key.
    """
    host = _Host(state)
    names: Dict[str, str] = {}
    findings: List[Finding] = []
    for key, nic in intent["links"].items():
        if nic["kind"] != "nic":
            continue
        found = host.find(key, nic["mac"])
        if isinstance(found, Finding):
            findings.append(found)
            continue
        taken = next(
            (other for other, name in names.items() if name == found), found if found != key and found in intent["links"] else None
        )
        if taken is None:
            names[key] = found
        else:
            words = f"{found}, and {taken} is in the intent already"
            findings.append(finding("host.nic-ambiguous", child("bonding_nics", key), nic["mac"], found=words))
    return _renamed(intent, names), sort(findings)


class _Host:
    def __init__(self, state: Mapping[str, Any]) -> None:
        self.links = state["links"]
        self.foreign = state.get("foreign") or {}
        self.nics = {name: link for name, link in self.links.items() if link["kind"] == "nic"}
        self.owners: Dict[str, List[str]] = {}
        for name, link in self.nics.items():
            address = self.address(link)
            if address:
                self.owners.setdefault(address, []).append(name)

    def address(self, link: Link) -> Optional[str]:
        """The permanent MAC address. Virtual NICs have none; theirs is the current one, unless a bond has changed it."""
        enslaved = self.links.get(link.get("master"), {}).get("kind") == "bond"
        return link.get("permanent_mac") or (None if enslaved else link.get("mac"))

    def find(self, key: str, mac: Optional[str]) -> Union[str, Finding]:
        """The kernel's name of a NIC, or what stands against it."""
        path = child("bonding_nics", key)
        owners = self.owners.get(mac or "", [])
        if key in self.nics:
            own = self.address(self.nics[key])
            if mac in (None, own) or own is None:
                return key
            elsewhere = f"; {' and '.join(owners)} has that one" if owners else ""
            return finding("host.nic-mismatch", path, mac, name=key, found=own, elsewhere=elsewhere)
        if len(owners) == 1:
            return owners[0]
        if owners:
            return finding("host.nic-ambiguous", path, mac, found=" and ".join(owners))
        if key in self.foreign:
            return finding("host.nic-type", path, key, type=self.foreign[key])
        kind = self.links.get(key, {}).get("kind")
        words = f" (it is a {kind})" if kind else f" and none with the permanent address {mac}" if mac else ""
        return finding("host.nic-missing", path, mac, name=key, with_mac=words, nearest=nearest(key, self.nics))


def _renamed(intent: Dict[str, Any], names: Mapping[str, str]) -> Dict[str, Any]:
    def new(name: Any) -> Any:
        return names.get(name, name)

    links = {}
    for name, link in copy.deepcopy(intent["links"]).items():
        for key in ("slaves", "ports"):
            if key in link:
                link[key] = [new(other) for other in link[key]]
        if link["kind"] == "vlan":
            link["link"] = new(link["link"])
        if link["kind"] == "bond" and "primary" in link["options"]:
            link["options"]["primary"] = new(link["options"]["primary"])
        links[new(name)] = link
    addresses = {new(name): copy.deepcopy(addressing) for name, addressing in intent["addresses"].items()}
    bmc = intent["bmc"]
    if bmc is not None:
        bmc = dict(bmc, nic=new(bmc["nic"]))
    return {"links": links, "addresses": addresses, "bmc": bmc}
