# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What a proof finds: the two ends of a link that do not match, with what each end says."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error, warning

RULES = {
    "proof.wrong-cable": error(
        "A cable ends where the inventory says.",
        "Otherwise the wrong port is configured, and the next change cuts somebody else off.",
        "{nic} should end in {expected}, but {evidence}.",
        "Correct the cable or the inventory.",
    ),
    "proof.one-side-static": error(
        "Both ends of a link agree whether it is a LAG, and of which kind.",
        "An end without LACP drops or misdirects the frames of an end with it.",
        "{bond} is {shown} on the host, and {there} on {switch}.",
        "Run site.yml, which changes both ends.",
    ),
    "proof.rate-differs": error(
        "Both ends ask for LACP at the same rate.",
        "A fast end gives a link up after 3 s, a slow one after 90 s, so that they disagree for as long.",
        "{nic}: the host asks for {shown}, {switch} for {there}.",
        "Set lacp_rate in the inventory, and run site.yml.",
    ),
    "proof.other-aggregator": error(
        "All slaves of a bond are in one aggregator.",
        "Only one aggregator carries traffic.",
        "{nic} is in aggregator {shown} of {bond}, but {active} is the active one.",
        "Compare the partner of each slave: another switch, LAG, key or speed keeps a slave apart.",
    ),
    "proof.no-partner": error(
        "Each slave of an 802.3ad bond has a partner.",
        "Without one the switch does not treat its port as a member.",
        "{nic} hears no LACP.",
        "Look at the LAG on the switch, and at the cable.",
    ),
    "proof.slave-down": error(
        "Each slave has a link.",
        "A bond with a slave down has lost its redundancy.",
        "{nic} of {bond} is down.",
        "Look at the cable and at both ports.",
    ),
    "proof.slave-missing": error(
        "Each slave of the inventory is a slave of the bond.",
        "A NIC that is no slave carries nothing of the bond.",
        "{nic} is not a slave of {bond}.",
        "Run site.yml.",
    ),
    "proof.bond-missing": error(
        "A bond of the inventory exists on the host.",
        "Nothing can be proved of it.",
        "There is no bond {shown}.",
        "Run site.yml.",
    ),
    "proof.min-links": error(
        "A bond has at least min_links usable slaves.",
        "With fewer the driver takes the bond down.",
        "{bond} has {count} usable slaves, and min_links is {shown}.",
        "Bring the slaves up, or lower min_links.",
    ),
    "proof.not-mirrored": error(
        "What each end says of the other is what the other says of itself.",
        "Otherwise they are not the two ends of one link.",
        "{nic}: {difference}.",
        "Compare the cables with the inventory.",
    ),
    "proof.not-carrying": error(
        "Each slave of an 802.3ad bond is in sync, collects and distributes at both ends.",
        "A port that does not carries no traffic.",
        "{nic}: {difference}.",
        "Look at the LAG on the switch; a new link may need a second or two.",
    ),
    "proof.switch-unread": warning(
        "The switch is read for a proof.",
        "One end alone is half of the evidence.",
        "{shown} was not read.",
        "Add the switch to the run.",
    ),
}
