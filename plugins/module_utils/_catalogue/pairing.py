# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings about the other end of the cables, as far as one host can tell, and about a BMC that shares a NIC."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error, note, warning

RULES = {
    "lag.port-without-switch": error(
        "A cabled NIC names its switch and its port.",
        "One without the other leads nowhere.",
        "{name} has {given} but no {missing}.",
        "Add {missing}, or remove {given}.",
    ),
    "lag.port-twice": error(
        "A switch port has one cable.",
        "Two NICs cannot end in the same port.",
        "{shown} of {switch} is already the port of {other}.",
        "Correct one of them.",
    ),
    "lag.cabled-to-itself": error(
        "A cable has two ends.",
        "A NIC that ends in itself is connected to nothing.",
        "{name} of this host is cabled to {shown} of this host.",
        "Correct switch and port of {name}.",
    ),
    "lag.partly-cabled": error(
        "For a LAG the ports of all slaves are known, or of none.",
        "A LAG of some of the members drops or hashes away the traffic of the others.",
        "{shown} has no switch and port, but other slaves of {bond} have.",
        "Add its switch and port to bonding_nics.",
        acceptable=True,
    ),
    "lag.without-cabling": note(
        "A bond with lag has slaves whose switch ports are known.",
        "Without them only the host is configured.",
        "No slave of {bond} names its switch and port, so lag has no effect.",
        "Add switch and port to bonding_nics.",
    ),
    "lag.vlans-without-cabling": warning(
        "A NIC with vlans names its switch and port.",
        "Without them nothing is configured at the other end.",
        "{name} has vlans, but no switch and port.",
        "Add switch and port, or remove vlans.",
    ),
    "lag.deadline-short": warning(
        "Where a LAG is formed the deadline leaves time for it: at least 60 seconds, better 90.",
        "The switch gives up an unconfirmed LAG before the hosts go back, which begins half a minute early; within what is left the hosts"
        " change, the LAG forms, and both ends are looked at.",
        "{shown} s are not enough to form the LAG of {bond}: most likely the change is taken back at both ends.",
        "Write {least} or more.",
    ),
    "lag.no-lag-in-mode": error(
        "A bond whose mode wants independent ports has no LAG: lag holds vlans and edge_port only.",
        "A LAG spreads frames over all members, and in these modes they must arrive where the host listens.",
        "lag.{name} is given, but {mode} wants independent ports.",
        "Remove lag.{name}, or choose 802.3ad.",
    ),
    "lag.id-twice": error(
        "The id of a LAG belongs to one bond on a switch.",
        "Two bonds with one id would become one LAG.",
        "{shown} is already the id of {other} on {switch}.",
        "Give each bond an id of its own, or none.",
    ),
    "lag.silent-partner-static": warning(
        "silent_partner is for LACP.",
        "A static LAG knows no partner, so it cannot fall silent.",
        "lag.silent_partner does nothing in {mode}.",
        "Remove it.",
    ),
    "lag.needs-peer": note(
        "A LAG ends in one switch, or in two that are peers (MLAG).",
        "Two switches that do not share their state are two partners: with LACP one aggregator carries all traffic, without it frames "
        "loop.",
        "The slaves of {bond} end in {switches}: they are one LAG only if these are an MLAG pair.",
        "If they are, name each as peer in bonding_switch of the other; else bring the cables to one switch, or use active-backup.",
    ),
    "lag.too-many-switches": error(
        "A LAG ends in at most two switches.",
        "An MLAG pair is two switches; a third cannot belong to it.",
        "The slaves of {bond} end in {count} switches: {switches}.",
        "Use active-backup, or bring the cables to one switch or pair.",
    ),
    "lag.broadcast-switches": note(
        "The switches of a broadcast bond are not linked with each other.",
        "Every frame is sent into each of them; where they meet it arrives twice.",
        "{bond} sends every frame to {switches}.",
        "Make sure that there is no way from one to the other.",
    ),
    "lag.round-robin-switches": note(
        "The switches of a balance-rr bond with one slave on each are not linked with each other.",
        "The host sends with one address into each of them; where they meet, they see it move with every frame.",
        "{bond} spreads its frames over {switches}.",
        "Make sure that there is no way from one to the other.",
    ),
    "lag.vlans-empty": error(
        "Where vlans is given it names a VLAN.",
        "A port without VLANs forwards nothing; on some switches an empty list means all of them.",
        "Neither native nor tagged is given.",
        "Write native, tagged or both; or remove vlans, and the switch ports keep what they carry.",
    ),
    "lag.native-in-tagged": error(
        "The native VLAN is not in the list of tagged VLANs.",
        "A port sends a VLAN with a tag or without one.",
        "VLAN {shown} is native and tagged.",
        "Remove it from one of them.",
    ),
    "lag.vlan-not-tagged": error(
        "A VLAN on a link is among the tagged VLANs of its switch ports.",
        "The switch drops the frames of a VLAN that the port does not carry.",
        "{vlan} has the id {shown}, which {place} lacks.",
        "Add {shown} to {place}.",
    ),
    "lag.vlan-is-native": error(
        "A VLAN on a link is not the native VLAN of its switch ports.",
        "The switch sends the native VLAN without a tag, so the VLAN on the link hears nothing.",
        "{vlan} has the id {shown}, which is the native VLAN of {bond}.",
        "Use {bond} itself for VLAN {shown}, or make it tagged.",
    ),
    "lag.untagged-without-native": warning(
        "A link that is used without a tag has a native VLAN on its switch ports.",
        "Without one the switch drops untagged frames.",
        "{shown} is used without a tag, but no native VLAN is given.",
        "Set native, or put addresses and bridges on a VLAN.",
    ),
    "lag.slave-port-vlans": error(
        "The VLANs of a slave's port are those of its bond.",
        "All ports of a bond must carry the same, whichever slave is in use.",
        "{shown} is a slave of {bond} and has {name} of its own.",
        "Move {name} to lag of {bond}.",
    ),
    "bmc.nic-missing": error(
        "A BMC that shares a NIC names it.",
        "Which port the BMC listens on decides what the switch must do.",
        "mode is {mode}, but nic is missing.",
        "Add nic.",
    ),
    "bmc.nic-unknown": error(
        "The NIC that a BMC shares is one of the host's.",
        "Its switch port is found through it.",
        "{shown} is no NIC of this intent.",
        "{nearest} Name a NIC of bonding_nics.",
    ),
    "bmc.nic-with-dedicated": error(
        "A BMC with a port of its own shares no NIC.",
        "dedicated and nic contradict each other.",
        "nic {shown} is given, but mode is dedicated.",
        "Remove nic, or set mode to shared.",
    ),
    "bmc.shared-in-lag": warning(
        "A NIC that a BMC shares is not a member of a LAG, unless the switch keeps the BMC's traffic on its port.",
        "The switch hashes frames for the BMC over all members, and the BMC hears those of its own port only; behind a static LAG this "
        "is so even while the host is off.",
        "{shown} carries the BMC and is a slave of {bond} in {mode}.",
        "Use a port of its own for the BMC, active-backup with this NIC as primary, or a switch with a management port for LAGs.",
    ),
    "bmc.primary-elsewhere": warning(
        "The NIC that a BMC shares is the primary of its bond.",
        "While the host sends over another slave, the switch may learn addresses there; with the shared one as primary both stay on one "
        "port.",
        "{shown} carries the BMC, and the primary of {bond} is {primary}.",
        "Write primary: {nic}.",
    ),
    "bmc.vlan-not-carried": error(
        "The VLAN of a BMC is one that the switch port of its NIC carries.",
        "Otherwise nobody reaches the BMC.",
        "VLAN {shown} is not among the VLANs of {link}.",
        "Add it to {place}.",
    ),
    "bmc.address-clash": error(
        "A BMC has an address of its own.",
        "The host would answer for it.",
        "{shown} is already an address of {other}.",
        "Correct one of them.",
    ),
}
