# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings that need the switches: their configuration, their rules, who is behind their ports."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error, note, warning

RULES = {
    "switch.no-dead-man": error(
        "A switch takes a change back by itself if nobody confirms it.",
        "Without that a mistake on the switch that cuts the connection stays until somebody drives there.",
        "{shown} has no timed rollback.",
        "Accept this finding if you have another way to the switch.",
        acceptable=True,
    ),
    "switch.no-power-guard": warning(
        "A switch that is started again within the window comes back with its old configuration.",
        "Without systemd nothing takes the change back there, while the hosts take theirs back.",
        "{shown} keeps every command across a restart and has no systemd.",
        "Do not restart it before the change is confirmed.",
    ),
    "switch.no-bridge": error(
        "A switch has one bridge that the ports belong to.",
        "With none there is nothing to forward to, with several it is not known which is meant.",
        "{platform} has these VLAN-aware bridges: {shown}.",
        "Create one, or take the others apart.",
    ),
    "switch.port-missing": error(
        "A named port exists.",
        "A typed-wrong name must not become a new port.",
        "There is no port {shown}.",
        "Correct port in bonding_nics.",
    ),
    "switch.port-name": error(
        "The name of a port is one that the switch can have.",
        "A port of these systems is an interface of Linux: 1 to 15 characters without blanks, slashes and colons.",
        "{platform} cannot have a port {shown}.",
        "Write the port's name as the switch shows it.",
    ),
    "switch.no-vlans": error(
        "A LAG carries VLANs.",
        "Without vlans in lag it keeps those that its ports carry, and these carry none.",
        "LAG {shown} would carry no VLAN. {then}",
        "Give vlans in lag; or accept this finding if that is what you want.",
        acceptable=True,
    ),
    "switch.vlans-open": note(
        "The text for a switch names the VLANs of every LAG.",
        "Without vlans in lag a LAG keeps those that its ports carry, and without the switch nobody knows them.",
        "The text is for ports that carry no VLAN, and names none for LAG {shown}. {then}",
        "Give vlans in lag.",
    ),
    "switch.lag-name": error(
        "The name of a LAG is one that the switch can use.",
        "Linux cuts no names: it refuses those that are longer than it allows.",
        "{shown} has more than {limit} characters.",
        "Set a shorter lag.id.",
    ),
    "switch.lag-name-in-use": error(
        "A LAG has a name that nothing else on the switch has.",
        "On these systems ports, bridges and LAGs share one space of names.",
        "{shown} is the name of a port or of the bridge.",
        "Set another lag.id.",
    ),
    "switch.unsupported": error(
        "What is asked of a switch is something that it can do.",
        "What cannot be done is refused and not dropped.",
        "{platform} cannot have {name} {shown}: {reason}.",
        "Remove {name}.",
    ),
    "switch.no-edge-port": warning(
        "A port with a server behind it forwards at once.",
        "With spanning tree a port listens and learns for half a minute before it forwards; a bond that fails over to it waits as long.",
        "Spanning tree runs on {shown}, and {platform} has no edge ports here.",
        "Set edge_port: false if you can wait, or switch spanning tree off on this bridge.",
    ),
    "switch.learns-link-local": warning(
        "A switch learns no addresses from LLDP and LACP frames.",
        "The slave of an active-backup bond that is not in use still sends LLDP, often with the address of the whole bond; the switch "
        "then sends the host's traffic to the port where nobody listens.",
        "The bridge {shown} learns addresses from link-local frames, and {port} belongs to a bond without a LAG.",
        "Run `ip link set dev {bridge} type bridge no_linklocal_learn 1`, and make it permanent.",
    ),
    "switch.min-links-host-only": warning(
        "Both ends take a LAG down when it has too few links.",
        "Otherwise the switch goes on sending into a LAG that the host has given up.",
        "{platform} has no min_links, so only the host minds {shown}.",
        "Accept this finding if that is enough.",
    ),
    "switch.other-host": error(
        "Behind a named port is the host that the inventory says.",
        "A typed-wrong port must not reconfigure somebody else's server.",
        "Behind {port} is {shown} of {other} ({evidence}), not {host}.",
        "Correct the cabling in bonding_nics, or the cables.",
    ),
    "switch.other-station": error(
        "Behind a named port that is in use, the host is seen.",
        "Addresses that no host of the inventory has may be somebody else's server.",
        "Behind {port} are {shown} ({evidence}), but nothing of {host}.",
        "Correct the port; or accept this finding if these addresses are guests of {host}.",
        acceptable=True,
    ),
    "switch.nothing-seen": warning(
        "Behind a named port the host is seen before the port is changed.",
        "Without a MAC address, a LACP partner or LLDP nothing says that the cable is where the inventory says.",
        "Nothing was seen behind {port}.",
        "Compare the cable with the inventory.",
    ),
    "switch.lag-not-ours": error(
        "A named port is not a member of a LAG that others use.",
        "Taking it away would change somebody else's link.",
        "{port} is a member of LAG {shown} with {others}, which the inventory does not name.",
        "Correct the port, name the other members in bonding_nics, or take the LAG apart by hand.",
    ),
    "switch.lag-id-in-use": error(
        "The id of a wanted LAG is free, or the LAG has at least one of the ports already.",
        "The LAG of that id belongs to somebody else.",
        "LAG {shown} has the members {others}, none of which belongs to {bond} of {host}.",
        "Set another lag.id.",
    ),
    "switch.native-vlan-changes": note(
        "A port that carries traffic keeps its native VLAN.",
        "Untagged frames are in another network from the moment of the change.",
        "The native VLAN of {port} changes from {shown} to {native}.",
        "Make sure that the host's untagged addresses belong to the new VLAN.",
    ),
    "switch.ignored": error(
        "What was pushed is what the switch shows afterwards.",
        "Devices accept commands and ignore them.",
        "{path} still differs after the push: {difference}.",
        "Look at the commands and at the log of the switch.",
    ),
    "switch.transaction-open": error(
        "A switch has one change at a time.",
        "Two changes cannot be taken back separately.",
        "Transaction {shown} is open until it is confirmed or taken back.",
        "Wait for its deadline, or close it with links_transaction.",
    ),
    "switch.push-failed": error(
        "Every command of a change succeeds.",
        "What was done before the one that failed was taken back.",
        "{shown} failed: {answer}.",
        "Look at the switch; nothing of this change is left on it.",
    ),
    "switch.rolled-back": error(
        "A change is confirmed before its deadline.",
        "A switch that nobody confirms takes the change back.",
        "Transaction {shown} was taken back: {reason}.",
        "Look for what kept the run from finishing, and run it again.",
    ),
}
