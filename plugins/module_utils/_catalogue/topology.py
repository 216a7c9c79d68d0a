# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings about links and what lies on what: slaves, VLANs, bridges, MTU."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error, note, warning

_PAST_BOND = "A slave's traffic belongs to the bond: what is sent past it takes another way than the answer, and ARP drops that answer."

RULES = {
    "topology.duplicate-name": error(
        "Every link has a name of its own.",
        "The kernel knows each name once; NICs, bonds, VLANs and bridges share them.",
        "{shown} is already the name of the {kind} at {other}.",
        "Rename one of them.",
    ),
    "topology.duplicate-mac": error(
        "A permanent MAC address belongs to one NIC.",
        "NICs are found by it, so two entries would be one card.",
        "{shown} is already the address of {other}.",
        "Correct one of them.",
    ),
    "topology.mac-taken": error(
        "The pinned address of a bond or bridge is its own, or that of a link below it.",
        "Two links of one host with the same address on one network make the switch send frames to whichever spoke last.",
        "{shown} is the address of {other}, which {link} does not lie on.",
        "Pin another address, or remove mac.",
    ),
    "topology.duplicate-slave": error(
        "A slave is listed once.", "The list says what is enslaved in which order.", "{shown} is listed twice.", "Remove one of them."
    ),
    "topology.slave-of-two-bonds": error(
        "A NIC is a slave of one bond.",
        "A link has one master in the kernel.",
        "{shown} is already a slave of {other}.",
        "Take it out of one of them.",
    ),
    "topology.port-of-two-bridges": error(
        "A link is a port of one bridge.",
        "A link has one master in the kernel.",
        "{shown} is already a port of {other}.",
        "Take it out of one of them, or put a VLAN of it into the other bridge.",
    ),
    "topology.duplicate-port": error(
        "A bridge port is listed once.", "The list says what belongs to the bridge.", "{shown} is listed twice.", "Remove one of them."
    ),
    "topology.slave-and-port": error(
        "A slave is no bridge port.",
        "A link has one master in the kernel, and the bond's traffic would not pass the bridge.",
        "{shown} is a slave of {bond}.",
        "Make {bond} the port of the bridge.",
    ),
    "topology.slave-kind": error(
        "A slave is a NIC.",
        "A bond over bonds, VLANs or bridges has no port of its own on a switch: LACP and the link monitor see nothing there.",
        "{shown} is a {kind}, not a NIC.",
        "Enslave the NICs themselves, and put VLANs and bridges on top of the bond.",
    ),
    "topology.port-kind": error(
        "A bridge is no port of another bridge.",
        "The kernel refuses it, because it would loop.",
        "{shown} is a bridge.",
        "Use one bridge, or put a VLAN of this bridge into the other.",
    ),
    "topology.slave-has-addresses": error(
        "A slave has no addresses, routes, DHCP or name servers of its own.",
        _PAST_BOND,
        "{shown} is a slave of {bond} and has addresses of its own.",
        "Move them to {top}.",
    ),
    "topology.slave-has-vlan": error(
        "A VLAN lies on the bond, not on its slave.",
        _PAST_BOND,
        "{shown} is a slave of {bond}.",
        "Write link: {bond}.",
    ),
    "topology.port-has-addresses": error(
        "A bridge port has no addresses of its own.",
        "The bridge takes every frame of its ports, so addresses on a port are reachable by accident only.",
        "{shown} is a port of {bridge} and has addresses of its own.",
        "Move them to {bridge}.",
    ),
    "topology.cycle": error(
        "Links lie on top of each other without a circle.",
        "Nothing in a circle can be built first.",
        "{shown} lies on itself: {circle}.",
        "Break the circle.",
    ),
    "topology.loopback": error(
        "The loopback device is not ours to configure.",
        "It is no NIC, and the system needs it as it is.",
        "lo cannot be used here.",
        "Name a NIC, a bond, a VLAN or a bridge.",
    ),
    "topology.unknown-link": error(
        "A VLAN that is named exists in bonding_vlans.",
        "The name has the form of a VLAN on a known link, but nothing creates it.",
        "{shown} is no NIC and is not in bonding_vlans.",
        "Add it to bonding_vlans, or correct the name.",
    ),
    "topology.nic-unlisted": warning(
        "Where NICs are listed in bonding_nics, all that are used should be.",
        "A name that is missing there often is a slip of the pen; the host refuses it only if it has no such NIC.",
        "{shown} is not in bonding_nics, nor is it a bond, VLAN or bridge.",
        "{nearest}",
    ),
    "topology.bond-without-slaves": error(
        "A bond has slaves.",
        "Without one it never has carrier, and its address is random.",
        "The bond has no slaves.",
        "List its NICs as slaves, or accept this finding if they come later.",
        acceptable=True,
    ),
    "topology.vlan-on-empty-bond": error(
        "A VLAN lies on a bond that has slaves, or whose address is pinned.",
        "A VLAN copies the bond's address when it is created; the bond gets its own from the first slave, and then the two differ.",
        "{bond} has no slaves and no pinned address.",
        "Give {bond} slaves, or its mac.",
    ),
    "topology.single-slave": warning(
        "A bond has at least two slaves.",
        "With one there is nothing to fail over to and nothing to share.",
        "{shown} is the only slave.",
        "Add a second slave.",
    ),
    "topology.many-slaves": note(
        "A LAG of more than eight slaves needs a switch that selects so many.",
        "The driver has no limit, but most switches select eight members of a LAG and keep the rest as spares.",
        "The bond has {count} slaves.",
        "Make sure that the switch can select so many members.",
    ),
    "topology.vlan-id-twice": error(
        "A VLAN id is used once on a link.",
        "The kernel refuses a second VLAN of the same id on the same link.",
        "{link} already carries VLAN {shown} as {other}.",
        "Remove one of them.",
    ),
    "topology.vlan-name-misleads": warning(
        "A VLAN whose name ends in a number has that id.",
        "People and tools read the id from the name.",
        "{name} has the id {shown}.",
        "Rename it to {link}.{id}, or correct the id.",
    ),
    "topology.vlan-name-other-link": warning(
        "A VLAN whose name begins with that of a link lies on that link.",
        "People and tools read the link from the name.",
        "{name} lies on {shown}, not on {other}.",
        "Rename it to {link}.{id}, or correct the link.",
    ),
    "mtu.above-exceeds-below": error(
        "The MTU of a link is not more than that of the links below it.",
        "The kernel refuses it for a VLAN; a bridge drops the frames that do not fit.",
        "mtu {shown} is more than the {below} of {link}.",
        "Raise the mtu of {link}, or lower this one.",
    ),
    "mtu.slave-differs": error(
        "A slave has the MTU of its bond.",
        "Enslaving sets the slave's MTU to the bond's, so another value would never stay.",
        "mtu {shown} differs from the {wanted} of {bond}.",
        "Remove mtu here and set it at {bond}.",
    ),
    "mtu.ports-differ": warning(
        "The ports of a bridge have one MTU.",
        "The bridge takes the smallest, and longer frames from another port are dropped without a word.",
        "The ports of {bridge} have different MTUs: {ports}.",
        "Give them the same mtu.",
    ),
    "mtu.too-small-for-ipv6": error(
        "A link with IPv6 has an MTU of at least 1280.",
        "Below that the kernel turns IPv6 off on the link (RFC 8200).",
        "mtu {shown} is too small for IPv6 on {link}.",
        "Write 1280 or more, or remove IPv6 from {link}.",
    ),
    "bridge.mode": error(
        "A bridge for virtual machines lies on a bond in active-backup, balance-xor or 802.3ad.",
        "balance-tlb and balance-alb overwrite the source address of guests' frames with the slave's; balance-rr and broadcast get flooded "
        "frames back on another slave, and guests flap between ports.",
        "{bond} below {bridge} is in {mode}.",
        "Choose active-backup, balance-xor or 802.3ad.",
        acceptable=True,
    ),
    "bridge.mode-plain": warning(
        "A bridge lies on a bond in active-backup, balance-xor or 802.3ad.",
        "The other modes rewrite source addresses or bring flooded frames back, which only this host's own traffic survives.",
        "{bond} below {bridge} is in {mode}.",
        "Choose active-backup, balance-xor or 802.3ad if anything but this host sends through {bridge}.",
    ),
    "bridge.arp-monitor": error(
        "A bond under a bridge for virtual machines has the MII monitor.",
        "The address is on the bridge, so the driver finds no source for its probes, and guests' traffic counts as a sign of life.",
        "{bond} below {bridge} uses the ARP monitor.",
        "Use miimon.",
        acceptable=True,
    ),
    "bridge.arp-monitor-plain": warning(
        "A bond under a bridge should have the MII monitor.",
        "The driver must find the way to a target through the bridge to its own bond; older kernels cannot.",
        "{bond} below {bridge} uses the ARP monitor.",
        "Use miimon.",
    ),
    "bridge.all-slaves-active": error(
        "all_slaves_active is off on a bond under a bridge.",
        "Inactive slaves then deliver duplicates, and the bridge learns addresses of the outside as if they came from everywhere.",
        "all_slaves_active is true on {bond} below {bridge}.",
        "Remove all_slaves_active.",
    ),
    "bridge.fail-over-mac": error(
        "A bridge on a bond with fail_over_mac active has an address of its own.",
        "The bond's address changes at failover, and a bridge without a pinned address follows it: the host's IP address moves to another "
        "MAC.",
        "{bridge} has no mac, and {bond} has fail_over_mac active.",
        "Give {bridge} a mac, or remove fail_over_mac.",
        acceptable=True,
    ),
    "bridge.forward-delay": error(
        "With spanning tree the forward delay is 2 to 30 seconds.",
        "802.1D allows no other, and the kernel refuses them while stp is on.",
        "forward_delay {shown} is not possible with stp.",
        "Write 2 to 30, or turn stp off.",
    ),
    "bridge.vlan-on-port-and-bridge": error(
        "A VLAN id lies on a bridge or on its port, not on both.",
        "The VLAN on the port takes the frames before the bridge sees them, so the one on the bridge gets none.",
        "VLAN {shown} is on the bridge {bridge} and, as {other}, on its port {port}.",
        "Keep one of them.",
    ),
    "bridge.vlan-taken-from-bridge": warning(
        "The port of a bridge that knows VLANs carries no VLAN of its own.",
        "The VLAN on the port takes its frames before the bridge sees them: that id never reaches the guests.",
        "VLAN {shown} on {port} is out of reach for {bridge}.",
        "Put the VLAN on {bridge}.",
    ),
    "bridge.joins-vlans": warning(
        "A bridge has one port of a trunk: the trunk itself or one VLAN of it.",
        "With two it joins networks that were kept apart: what comes in with one tag goes out with another or with none, on the same "
        "trunk, and spanning tree of the switches may see a loop.",
        "{ports} are ports of {bridge} and come out of {trunk}{untagged}.",
        "Make a bridge for each VLAN, or use the trunk alone, with vlan_filtering if guests need tags.",
    ),
    "bridge.loop": error(
        "A bridge without spanning tree has one way out.",
        "Two uplinks into the same network are a loop: one broadcast frame fills it.",
        "{bridge} has {count} uplinks ({ports}) and no spanning tree.",
        "Bond them, make two bridges, turn stp on, or accept this finding if they lead to separate networks.",
        acceptable=True,
    ),
}
