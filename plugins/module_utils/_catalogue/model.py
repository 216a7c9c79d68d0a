# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings about the variables as such: unknown keys, wrong types, what YAML made of a value."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error

_REFUSE = "A key that is not understood is never dropped: it may be the very setting that matters."

RULES = {
    "schema.unknown-variable": error(
        "The variables that begin with bonding_ are those of the data model.",
        "A variable that is spelled wrong would be ignored in silence.",
        "There is no variable {name}.",
        "{nearest} Rename it, or accept this finding if it is a variable of your own.",
        acceptable=True,
    ),
    "schema.unknown-key": error("A dictionary holds the documented keys only.", _REFUSE, "There is no key {name} here.", "{nearest}"),
    "schema.missing-key": error(
        "A required key must be there and not be null.",
        "Without it the object cannot be built.",
        "The key {name} is missing.",
        "Add {name}: {description}",
    ),
    "schema.alias-twice": error(
        "A key may be given under one of its names.",
        "slaves, ports and members are the same list; with two of them nobody knows which is meant.",
        "{name} and {other} are the same key.",
        "Keep one of them.",
    ),
    "schema.type": error(
        "A value must have the type of its key.",
        "Other tools convert and guess; here nothing is guessed.",
        "{shown} is not {expected}.",
        "{cure}",
    ),
    "schema.empty-element": error(
        "A list has no empty elements.",
        "In YAML a hyphen or comma with nothing behind it makes one, and what was meant is missing.",
        "The element is empty.",
        "Remove it, or write a value.",
    ),
    "schema.range": error(
        "A number must be in the range of its key.",
        "The kernel, the switch or the protocol has no room for it.",
        "{shown} is not between {minimum} and {maximum}.",
        "Write a number from {minimum} to {maximum}.",
    ),
    "schema.choice": error(
        "A key with named values takes one of them.",
        "Any other value has no meaning.",
        "{shown} is none of {choices}.",
        "{nearest}",
    ),
    "schema.format": error(
        "A text must have the form of its key.",
        "It ends up in files and commands of the host or the switch, where anything else would be misread.",
        "{shown} is not {expected}.",
        "Write {expected}, as in {example}.",
    ),
    "schema.quote-it": error(
        "Texts that YAML could read as a number, a date or a switch must be quoted.",
        "YAML 1.1 reads digits with colons as a number to the base of 60, 1.10 as 1.1, 010 as 8, and on, off, yes and no as true and "
        "false. What was written cannot be told from what arrives.",
        "YAML read this as {kind} {shown}; {expected} was expected.",
        "Quote it{likely}.",
    ),
    "schema.mac": error(
        "A MAC address is a unicast address of six bytes that is not all zeroes.",
        "The kernel refuses multicast and zero addresses for a link.",
        "{shown} is no MAC address of a link: {problem}.",
        'Write six pairs of hexadecimal digits in quotes, as in "0c:c4:7a:00:00:10".',
    ),
    "schema.name": error(
        "The name of a link has 1 to 15 characters: letters, digits, dot, hyphen, underscore and plus, not only digits, "
        "beginning with a letter or digit, and none of the kernel's own.",
        "The kernel allows 15 characters without slash, colon and space; back ends and shells need the rest.",
        "{shown} cannot be the name of a link: {problem}.",
        "Choose another name.",
    ),
    "schema.vlan-list": error(
        'A list of VLANs holds numbers and ranges, as in [20, "30-39"].',
        "802.1Q knows the ids 1 to 4094.",
        "{shown} is no list of VLANs: {problem}.",
        'Write numbers from 1 to 4094 and ranges such as "30-39".',
    ),
    "schema.profiles-missing": error(
        "A task whose bonds name profiles hands the profiles over.",
        "A module sees its own arguments only; the role collects the variables bonding_profile_NAME for it.",
        "The profile {name} is named, but the task has no option profiles.",
        'Add profiles: {{{name}: "{{{{ bonding_profile_{name} }}}}"}} to the task, or use the role host_links.',
    ),
    "schema.unknown-profile": error(
        "The profile of a bond must exist.",
        "A profile is the variable bonding_profile_NAME, and here there is none of that name.",
        "There is no variable bonding_profile_{name}.",
        "{nearest} Define it in a group that this host belongs to.",
    ),
    "accept.unknown": error(
        "The list of accepted findings holds ids of the catalogue.",
        "An id that does not exist accepts nothing, which is easily overlooked.",
        "There is no finding {shown}.",
        "{nearest}",
    ),
    "accept.refused": error(
        "Only findings that the catalogue marks as acceptable may be accepted.",
        "The others cannot work, whoever accepts them.",
        "The finding {shown} cannot be accepted.",
        "Mend its cause.",
    ),
}
