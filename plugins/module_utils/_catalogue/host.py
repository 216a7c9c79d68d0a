# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings that need the host itself: its NICs, its state, its back end, a change under way."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error, note, warning

RULES = {
    "host.nic-missing": error(
        "Every NIC of the intent is on the host.",
        "A bond that is built without one of its slaves is not what was wanted, and may be unreachable.",
        "The host has no NIC {name}{with_mac}.",
        "{nearest} Correct its name or mac in bonding_nics, or mend the hardware.",
    ),
    "host.nic-type": error(
        "A NIC is an Ethernet link.",
        "The slaves of a bond are of one type, and VLANs, bridges and LAGs are Ethernet's. IPoIB, for one, cannot even change its address.",
        "{shown} is a link of the type {type}.",
        "Use an Ethernet NIC.",
    ),
    "host.nic-mismatch": error(
        "A NIC that is named and whose address is given is one card.",
        "If name and permanent address disagree, names have moved or a card was replaced; either would be changed by mistake.",
        "{name} has the permanent address {found}, not {shown}{elsewhere}.",
        "Correct bonding_nics.",
    ),
    "host.nic-ambiguous": error(
        "A permanent address belongs to one NIC of the host.",
        "Where several have it, or two entries mean the same NIC, nobody can say which is meant.",
        "{shown} is the address of {found}.",
        "Name the NIC in bonding_nics by its kernel name.",
    ),
    "host.name-taken": error(
        "The name of a bond, VLAN or bridge is free, or it is that link already.",
        "The kernel knows each name once, and what others made is not deleted.",
        "{shown} is a {is_what} on this host, not a {kind}.",
        "Choose another name, or remove that link.",
    ),
    "host.link-claimed": error(
        "A link of the intent has no other master on the host.",
        "Taking it away from a bond or bridge that is not in the intent would break that one.",
        "{shown} belongs to {master}, a {kind} that is not in the intent.",
        "Take {master} into the intent, or remove it from the host. Once accepted, {shown} is taken out of it.",
        acceptable=True,
    ),
    "host.address-lost": error(
        "The addresses of a NIC that becomes a slave move to another link, or are given up knowingly.",
        "A slave has no addresses of its own, so who uses this one would not reach the host any more.",
        "{link} has {shown}, which no link of the intent has; as a slave of {bond} it loses it.",
        "Put it into bonding_addresses, or accept the loss.",
        acceptable=True,
    ),
    "host.route-lost": warning(
        "The routes over a NIC that becomes a slave are in the intent.",
        "They go with its addresses, and nothing would make them again.",
        "The route to {shown} via {via} runs over {link}, which becomes a slave of {bond}.",
        "Put it into the routes of bonding_addresses.",
    ),
    "host.link-stranded": error(
        "Nothing of others stands on a link that is deleted or becomes a slave.",
        "A VLAN on a slave receives nothing, and with a deleted link goes all that stands on it.",
        "{other} stands on {link}, which {what}.",
        "Take {other} into the intent, or remove it from the host.",
        acceptable=True,
    ),
    "host.port-stranded": error(
        "A bridge that is deleted has no ports of others that are in use.",
        "Guests that are attached to it would lose their network.",
        "{shown} is a port of {bridge}, which is deleted.",
        "Detach the guests first, or keep the bridge.",
        acceptable=True,
    ),
    "host.mac-taken": error(
        "The pinned address of a bond or bridge is its own, or that of a card below it.",
        "The card goes on sending with its permanent address, so the switch sends frames for the link to the card's port. It happens where"
        " a card leaves a bond that is pinned to its address.",
        "{shown} is the permanent address of {other}, which {link} does not lie on.",
        "Pin another address, or remove mac.",
        acceptable=True,
    ),
    "host.xdp-mode": error(
        "A bond with an XDP program is in balance-rr, active-backup, balance-xor or 802.3ad, and does not hash by vlan+srcmac.",
        "The program runs before frames are spread over the slaves, which it can do in these modes only: the kernel refuses any other while"
        " the program is attached.",
        "{link} has an XDP program, which cannot run in {what}.",
        "Choose one of these modes, or detach the program first.",
    ),
    "host.mtu-too-large": error(
        "The MTU of a NIC is one that its driver takes.",
        "The kernel refuses a larger one, for the bond as for the slave.",
        "{shown} is more than the {limit} bytes that {link} can carry.",
        "Lower the MTU, or use another NIC.",
    ),
    "host.slave-speeds-differ": warning(
        "The slaves of an 802.3ad bond have one speed.",
        "Slaves of different speed are in different aggregators, and only one of those carries traffic.",
        "The slaves' speeds differ: {shown_speeds}.",
        "Use ports of one speed, or active-backup.",
    ),
    "host.slave-half-duplex": warning(
        "The slaves of an 802.3ad bond are full duplex.",
        "The driver does not run LACP on a half duplex link.",
        "{shown} is half duplex.",
        "Correct the settings of the port at both ends.",
    ),
    "host.slave-speed-unknown": warning(
        "The driver of an 802.3ad bond's slave tells its speed.",
        "Aggregators are formed by speed and duplex; without them slaves may not aggregate.",
        "{shown} has a link but tells no speed.",
        "Virtual NICs get a speed from their hypervisor; else use active-backup.",
    ),
    "host.connection-moves": warning(
        "The address that the controller is connected to stays.",
        "The change is confirmed over a new connection; without one it is taken back.",
        "The connection comes in over {link} ({shown}), whose address goes away. What is left: {ways}.",
        "Let the confirmation use another address (connect_host).",
    ),
    "host.cuts-connection": error(
        "The host keeps a way in.",
        "Nobody could reach it to confirm the change, or to do anything else.",
        "The connection comes in over {link} ({shown}); after the change no link would have an address.",
        "Give an address to another link, or leave this one as it is.",
    ),
    "host.driver-missing": error(
        "The kernel has the bonding driver.",
        "Without it there are no bonds.",
        "This kernel has no bonding driver, so {shown} cannot be made.",
        "Install the kernel modules that belong to the running kernel.",
    ),
    "host.driver-unasked": note(
        "What the bonding driver can do is known before a change.",
        "Check mode loads no driver, so the driver could not be asked.",
        "The bonding driver is not loaded: whether it knows {shown} is open.",
        "Run without check mode, or load the driver: modprobe bonding max_bonds=0.",
    ),
    "host.option-unknown": error(
        "The host's kernel and iproute2 know every option that is set.",
        "What they do not know has no effect, and nothing is left out in silence.",
        "This host does not know {word}, which came with kernel {since}.",
        "Leave it out, or use a later kernel.",
    ),
    "host.firewall-binds": warning(
        "Firewalls name the links that traffic comes in by.",
        "Rules or zones for a name that carries no addresses any more match nothing.",
        "{file} names {shown}, which carries no traffic of its own after the change.",
        "Name the link that has the address then.",
    ),
    "host.cloud-init": error(
        "One program writes the network's configuration.",
        "cloud-init writes its own at boot, and the host would come back with that.",
        "cloud-init is installed and allowed to configure the network.",
        "Write network: {{config: disabled}} into a file of /etc/cloud/cloud.cfg.d.",
        acceptable=True,
    ),
}
