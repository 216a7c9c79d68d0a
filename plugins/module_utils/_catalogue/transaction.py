# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings of a guarded change: what stands in its way before it begins, and at its confirmation."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error, warning

RULES = {
    "host.transaction-open": error(
        "One change at a time.",
        "Two changes at once would each undo the other's work, and neither could be taken back.",
        "Transaction {shown} was begun {age} s ago, is {status}{left}.",
        "Wait, or close it with links_transaction.",
    ),
    "host.transaction-id": error(
        "The id of a transaction is a word of letters, digits, hyphens, dots and underscores, at most 64 long.",
        "It becomes part of file and unit names on the host.",
        "{shown} cannot be the id of a transaction.",
        "Leave it out, or choose another one.",
    ),
    "host.transaction-used": error(
        "Each change has an id of its own.",
        "The snapshot of the earlier change would be overwritten.",
        "{shown} was the id of an earlier transaction on this host.",
        "Leave it out, or choose another one.",
    ),
    "host.no-dead-man": error(
        "Something outside the session brings the old configuration back if nobody confirms the new one.",
        "Without it a mistake would cut the host off for good.",
        "No timer and no detached process could be started that would wait: {why}.",
        "See to it that systemd-run works, or, without systemd, that setsid and sh do.",
    ),
    "host.no-way-back": error(
        "Before a change everything is at hand to take it back.",
        "A change that cannot be taken back is not made.",
        "The way back could not be prepared: {why}.",
        "Make room or make it writable, then run again.",
    ),
    "host.no-boot-guard": warning(
        "A host that restarts before the confirmation comes up with its old configuration.",
        "That takes a hook before networking, which is known for systemd and for System V init.",
        "The init system of this host is neither systemd nor System V init: a restart before the confirmation keeps the new configuration.",
        "Do not restart the host while a change is open.",
    ),
    "host.file-edited": error(
        "Files that this collection wrote are as it wrote them.",
        "Somebody had a reason for the edit, and it would be lost.",
        "{path} was written by this collection and edited since.",
        "Move the edit to the variables. Once accepted, the file is overwritten, and the edit stays in the snapshot.",
        acceptable=True,
    ),
    "host.gateway-silent": error(
        "After a change the gateway answers.",
        "A host that reaches nobody but its controller is not what was wanted.",
        "The gateway {shown} does not answer.",
        "Correct the gateway, or accept this for a gateway that answers nobody.",
        acceptable=True,
    ),
    "host.needs-root": error(
        "The links of a host are changed by root.",
        "Others cannot read what is ours on the host, and cannot configure a link.",
        "The task runs as user {shown}.",
        "Run it with become.",
    ),
    "host.record-damaged": error(
        "The record of what is ours on the host can be read.",
        "Without it nobody knows what may be removed.",
        "{path} cannot be understood: {why}.",
        "Take the copy owned.json of the last confirmed transaction in its place.",
    ),
    "host.state-unreadable": error(
        "The state of the network can be read from the kernel.",
        "What is not known cannot be changed with care.",
        "{why}",
        "Install iproute2 4.16 or later, and run the task with become.",
    ),
}
