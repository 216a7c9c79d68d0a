# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings that need the host itself: its NICs, its state, its back end, a change under way."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error

RULES = {
    "host.nic-missing": error(
        "Every NIC of the intent is on the host.",
        "A bond that is built without one of its slaves is not what was wanted, and may be unreachable.",
        "The host has no NIC {name}{with_mac}.",
        "{nearest} Correct its name or mac in bonding_nics, or mend the hardware.",
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
}
