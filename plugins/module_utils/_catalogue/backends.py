# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings about the back end: which one a host has, and what it cannot say."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error, warning

RULES = {
    "host.backend-missing": error(
        "The back end that is set is on the host and manages it.",
        "Files for a daemon that is not running would take effect at no time, or at the next reboot only.",
        "{manager} is set as back end, but {why}.",
        "Set backend to auto, or to what manages this host: {others}.",
    ),
    "host.backend-none": error(
        "Something that is known manages the host's network.",
        "Without it nothing would bring the bonds back after a reboot.",
        "Neither systemd-networkd nor NetworkManager nor ifupdown manages this host.",
        "Install and start one of them.",
    ),
    "host.backend-ambiguous": error(
        "One back end manages the host's network, or the variables say which one to use.",
        "Files for the wrong one would be fought over after the next reboot.",
        "{shown} are active, and none of them alone claims the host's NICs.",
        "Set backend to one of them.",
    ),
    "host.backend-variant": error(
        "ifupdown is Debian's own, with ifenslave.",
        "ifupdown2 and ifupdown-ng read the same files with other keys and other rules.",
        "This host has {shown}.",
        "Use another back end on this host.",
    ),
    "host.backend-package": error(
        "The back end's helpers for this kind of link are installed.",
        "Without them ifupdown ignores the bond or bridge keys in silence.",
        "The package {shown} is missing, which ifupdown needs for {link}.",
        "Install {shown}.",
    ),
    "host.backend-option": error(
        "The back end can keep every option that is set.",
        "What its files cannot say would be gone after a reboot; nothing is left out in silence.",
        "{manager} {version} cannot keep {name}={shown} of {link}: {why}.",
        "Leave the option out, or use another back end for this host.",
    ),
    "host.two-managers": error(
        "One program manages a NIC.",
        "Two that do so undo each other's work, at the latest after a reboot.",
        "{link} is claimed by {managers}.",
        "Remove the claims of all but one: {files}.",
        acceptable=True,
    ),
    "host.file-in-the-way": error(
        "No file of somebody else is read before ours for the same link.",
        "The first match wins, so the bond would not come up after a reboot; the file also serves other links, so it is not removed.",
        "{shown} matches {link} and is read before the files of this collection.",
        "Narrow its match, or rename it so that it sorts after {ours}.",
    ),
    "host.ifenslave-in-the-way": error(
        "ifenslave is not installed where NetworkManager manages bonds.",
        "Debian's NetworkManager runs ifupdown's scripts for links that go down; the one of ifenslave then releases slaves that"
        " NetworkManager has just enslaved, and deletes bonds, without end.",
        "{shown} is run by NetworkManager's dispatcher script 01-ifupdown.",
        "Remove the package ifenslave.",
    ),
    "host.dns-unserved": warning(
        "Something on the host takes the DNS servers from the back end.",
        "Otherwise they are written down and have no effect.",
        "DNS servers or search domains are set for {link}, but {why}.",
        "Install what is missing, or manage /etc/resolv.conf by other means and remove dns and search.",
    ),
    "host.zone-unserved": error(
        "The back end, or firewalld itself, binds a link to its firewall zone.",
        "A link without its zone is in the default zone, with other rules.",
        "{manager} cannot put {link} into the zone {shown}.",
        "Bind the link in firewalld (firewall-cmd --permanent --zone=ZONE --change-interface={link}) and remove zone.",
    ),
}
