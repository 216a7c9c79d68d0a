# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""What is in the lab: nodes, their NICs and the cables between them, as data.

Every end of a cable is a virtio NIC of the guest, so that it has a permanent MAC, a speed and a carrier that can be taken away.
A cable is a QEMU hub with two ports; the out-of-band network is one hub with a port for each switch and one for the guest.
"""

from __future__ import annotations

from typing import NamedTuple

GUEST = "guest"
DOMAIN = "lab.example"


class Node(NamedTuple):
    """A container on the guest's kernel. ``access`` is the address that the controller connects to."""

    name: str
    kind: str  # host | switch
    stack: str  # what manages its network
    access: str
    packages: tuple[str, ...]
    addresses: tuple[str, ...] = ()


class Nic(NamedTuple):
    """One end of a cable: the node that has it, its name there, its permanent MAC and the hub that it is plugged into."""

    node: str
    name: str
    mac: str
    hub: str

    @property
    def id(self) -> str:
        """The QEMU device id."""
        return f"{self.node}-{self.name}"


def _host(number: int, stack: str, packages: tuple[str, ...]) -> Node:
    v4, v6 = f"198.51.100.1{number}", f"2001:db8:10::1{number}"
    return Node(f"kvm{number}", "host", stack, v4, packages, (v4, v6))


_IFUPDOWN = ("ifupdown", "ifenslave", "bridge-utils", "vlan", "isc-dhcp-client")

NODES = {
    node.name: node
    for node in (
        _host(1, "networkd", ("systemd-resolved", "libnss-resolve")),
        _host(2, "networkmanager", ("network-manager",)),
        _host(3, "ifupdown", (*_IFUPDOWN, "resolvconf")),
        _host(4, "ifupdown", (*_IFUPDOWN, "sysvinit-core", "orphan-sysvinit-scripts", "rsyslog")),
        Node("leaf1", "switch", "linux", "198.18.0.11", ("ifupdown2", "bridge-utils")),
        Node("leaf2", "switch", "openvswitch", "198.18.0.12", ("openvswitch-switch",)),
    )
}

HOSTS = tuple(node for node in NODES.values() if node.kind == "host")
SWITCHES = tuple(node for node in NODES.values() if node.kind == "switch")

# host, its NICs, and the switch ports at the other end of their cables
_CABLING = (
    ("kvm1", "leaf1", (1, 2, 3)),
    ("kvm2", "leaf2", (1, 2, 3)),
    ("kvm3", "leaf1", (4, 5, 6)),
    ("kvm4", "leaf2", (4, 5)),
)
_SWITCH_NUMBER = {"leaf1": 0x11, "leaf2": 0x12}


def _cables() -> list[tuple[Nic, ...]]:
    cables: list[tuple[Nic, ...]] = []
    for host, switch, ports in _CABLING:
        for index, port in enumerate(ports):
            hub = f"{host}-eth{index}"
            cables.append(
                (
                    Nic(host, f"eth{index}", f"0c:c4:7a:00:{int(host[-1]):02x}:{index:02x}", hub),
                    Nic(switch, f"swp{port}", f"0c:c4:7a:00:{_SWITCH_NUMBER[switch]:02x}:{port:02x}", hub),
                )
            )
    cables.append((Nic("leaf1", "uplink", "0c:c4:7a:00:11:f0", "uplink"), Nic("leaf2", "uplink", "0c:c4:7a:00:12:f0", "uplink")))
    cables.append((Nic(GUEST, "core0", "0c:c4:7a:00:00:01", "core"), Nic("leaf1", "core", "0c:c4:7a:00:11:f1", "core")))
    cables.append(
        (
            Nic(GUEST, "oob0", "0c:c4:7a:00:00:02", "oob"),
            Nic("leaf1", "mgmt0", "0c:c4:7a:00:11:ff", "oob"),
            Nic("leaf2", "mgmt0", "0c:c4:7a:00:12:ff", "oob"),
        )
    )
    return cables


CABLES = _cables()
NICS = tuple(nic for cable in CABLES for nic in cable)
# the way in for the controller, by QEMU's user-mode network; not a cable
MANAGEMENT_MAC = "0c:c4:7a:00:00:00"


def nics_of(node: str) -> list[Nic]:
    """The NICs of a node in the order of their names."""
    return [nic for nic in NICS if nic.node == node]


def cable_of(node: str, name: str) -> tuple[Nic, ...]:
    """Both ends of the cable that is plugged into this NIC, or every end of the shared segment.

    Raises KeyError with a sentence when there is no such NIC.
    """
    for cable in CABLES:
        if any((nic.node, nic.name) == (node, name) for nic in cable):
            return cable
    known = ", ".join(nic.name for nic in nics_of(node)) or f"no NICs; nodes are {', '.join(NODES)}"
    raise KeyError(f"{node} has no NIC {name} (it has {known})")


def peer_of(nic: Nic) -> Nic:
    """The other end of a cable with two ends."""
    return next(end for end in cable_of(nic.node, nic.name) if end != nic)


def guest_table() -> str:
    """The NIC table that the guest reads: one line ``NODE NAME MAC`` for each end of a cable."""
    return "".join(f"{nic.node} {nic.name} {nic.mac}\n" for nic in NICS)
