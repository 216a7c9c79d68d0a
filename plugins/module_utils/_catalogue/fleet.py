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
        "A NIC is in one host.",
        "A copied inventory entry configures the wrong cable, and the look at the switch accuses the wrong host.",
        "{shown} is already the address of {other}.",
        "Write the permanent address that this host's NIC has.",
    ),
    "fleet.address-twice": error(
        "An address belongs to one host.",
        "Both hosts answer for it, and each loses connections to the other.",
        "{shown} is already an address of {other}.",
        "Correct one of them; or accept this finding if the address is shared on purpose.",
        acceptable=True,
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
    "fleet.switch-unknown": warning(
        "The switch where a cable ends is in the inventory.",
        "Otherwise its side can be written down, but not configured and not proved.",
        "{shown} is no switch of this inventory that this collection can speak to.",
        "{nearest} Add it with ansible_network_os, or remove switch and port.",
    ),
    "fleet.platform-unknown": error(
        "A switch has a platform that this collection speaks.",
        "Commands of one platform mean something else on another, or nothing.",
        "{switch} has the platform {shown}.",
        "{nearest} Set ansible_network_os, or platform in bonding_switch.",
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
        "Make them peers if they are, or use active-backup.",
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
}
