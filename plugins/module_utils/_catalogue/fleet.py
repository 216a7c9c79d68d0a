# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings between the hosts of one inventory: what they want of the same switch."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error, warning

RULES = {
    "fleet.port-twice": error(
        "A switch port has one cable.",
        "Two NICs cannot end in the same port.",
        "{shown} of {switch} is already the port of {other}.",
        "Correct one of them.",
    ),
    "fleet.mac-twice": error(
        "A MAC address belongs to one host.",
        "A copied inventory entry configures the wrong cable, and the look at the switch accuses the wrong host; two links with one "
        "address at one switch take each other's frames.",
        "{shown} is already the address of {other}.",
        "Write the permanent address that this host's NIC has, or pin the bond or bridge to one of its own.",
    ),
    "fleet.address-twice": error(
        "An address belongs to one host or BMC.",
        "Both hosts answer for it, and each loses connections to the other.",
        "{shown} is already an address of {other}.",
        "Correct one of them; or accept this finding if the address is shared on purpose.",
        acceptable=True,
    ),
    "fleet.prefix-differs": warning(
        "Hosts of one network agree on its prefix length.",
        "By that length a host looks for another one on its own link or behind its gateway; where they differ, answers do not arrive.",
        "{shown} is in {network}, and {address} of {other} in {wider}.",
        "Write the same prefix length on all of them; accept this finding if these are two networks.",
    ),
    "fleet.variable-broken": error(
        "The variables of every host can be read.",
        "A host whose variables are unknown may want the same ports or addresses as another.",
        "The variable cannot be read: {reason}.",
        "Correct the template.",
    ),
    "fleet.lag-id-twice": error(
        "Each LAG of a switch has an id of its own.",
        "Two hosts would share one LAG, and each would get the other's frames. A switch may know two ids by the same name.",
        "LAG {shown} of {switch} is already that of {other}.",
        "Set lag.id of one of them.",
    ),
    "fleet.lag-id-two-switches": error(
        "The id of a LAG is given where it is one LAG: on one switch or one MLAG pair.",
        "On two switches that are no pair it would be the id of two LAGs, of which one carries traffic at a time.",
        "LAG {shown} of {bond} is meant for {switches}, which are no pair.",
        "Bring the cables to one switch or pair, or remove lag.id; accept this finding if each shall have a LAG of its own with this id.",
        acceptable=True,
    ),
    "fleet.switch-unknown": warning(
        "The switch where a cable ends is in the inventory.",
        "Otherwise its platform is not known, and its side can be neither configured nor proved nor written down.",
        "{shown} is no switch of this inventory that this collection can speak to; its side is left out.",
        "{nearest} Add it to the inventory with ansible_network_os, or remove switch and port.",
    ),
    "fleet.platform-unknown": error(
        "A switch has a platform that this collection speaks.",
        "Commands of one platform mean something else on another, or nothing.",
        "{switch} has the platform {shown}.",
        "{nearest} Set ansible_network_os, or platform in bonding_switch.",
    ),
    "fleet.peer-self": error(
        "The peer of a switch is another one.",
        "An MLAG pair is two switches.",
        "{switch} names itself as its peer.",
        "Name the other switch of the pair, or remove peer.",
    ),
    "fleet.no-vlan-database": error(
        "create_vlans: false is for switches that keep a list of VLANs.",
        "Where there is none, every VLAN exists as soon as a port carries it, so there is nothing that could be left uncreated.",
        "{switch} has the platform {platform}, which keeps no list of VLANs.",
        "Remove create_vlans.",
    ),
    "fleet.peer-not-mutual": error(
        "The two switches of an MLAG pair name each other.",
        "A peer that knows nothing of it forms a LAG of its own, and the bond is split.",
        "{switch} names {peer} as its peer, but {peer} does not name {switch}.",
        "Set bonding_switch.peer on both, or on neither.",
    ),
    "fleet.no-mlag": error(
        "A LAG over two switches needs a platform that can share it.",
        "Two switches that do not share their state are two partners.",
        "{switch} has the platform {platform}, which has no MLAG.",
        "Bring the cables to one switch, or use active-backup.",
    ),
    "fleet.lacp-two-switches": warning(
        "The slaves of an 802.3ad bond end in one switch or one MLAG pair.",
        "Each switch forms a LAG of its own, and only one aggregator carries traffic at a time.",
        "The slaves of {bond} end in {shown}, which are no pair.",
        "{mlag} Bring the cables to one switch, use active-backup, or accept this finding if one aggregator at a time is enough.",
    ),
    "fleet.min-links-unreachable": error(
        "min_links is not more than the number of slaves on one switch or MLAG pair.",
        "Only the links of one aggregator count, and an aggregator ends in one partner; the bond would never be up.",
        "min_links {shown} is more than the {count} slaves that {bond} has on one switch or pair.",
        "Lower min_links, or bring the cables to one switch or pair.",
    ),
    "fleet.static-two-switches": error(
        "A static LAG ends in one switch.",
        "Each switch learns the host's address on ports of its own; frames loop or arrive twice.",
        "The slaves of {bond} end in {shown}, which are no pair.",
        "Use active-backup, or bring the cables to one switch.",
    ),
    "fleet.no-static": error(
        "The other end of a static LAG can be one.",
        "A LAG without LACP is an agreement that both ends must keep.",
        "{switch} cannot be the other end of {shown}: {reason}.",
        "Use 802.3ad, or active-backup with independent ports.",
    ),
    "fleet.host-to-host-cable": error(
        "A cable between two hosts is named at both ends.",
        "Otherwise nothing says which NICs are connected.",
        "{nic} of {host} ends in {shown} of {other}, which does not name {nic} of {host}.",
        "Give that NIC switch and port, too.",
    ),
    "fleet.host-to-host-mode": error(
        "Two hosts that are cabled to each other use the same mode.",
        "Each end is the other's switch.",
        "The mode is {shown} here and {mode} on {other}.",
        "Use the same mode at both ends.",
    ),
    "fleet.host-to-host-passive": error(
        "Of two hosts that are cabled to each other, at least one speaks LACP first.",
        "With lacp_active off a host only answers; two that wait for each other never form a LAG.",
        "lacp_active is off here and on {other}.",
        "Switch it on at one end.",
    ),
}
