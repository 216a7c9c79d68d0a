# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What a transaction says of itself: one word, when, and why.

The scripts and the modules write the same three lines. The mark is the truth: a status that could not be written, for want of
space, never hides that a change was confirmed or is being taken back.
"""

from __future__ import annotations

import os
import time

from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _store

APPLYING = "applying"
APPLIED = "applied"
CONFIRMED = "confirmed"
ROLLING_BACK = "rolling_back"
ROLLED_BACK = "rolled_back"
INCOMPLETE = "rollback_incomplete"
# From these nothing moves any more.
FINAL = (CONFIRMED, ROLLED_BACK, INCOMPLETE)
_LOG_LINES = 40
_BELONGS = {
    _store.ARMED: (APPLYING, (APPLYING, APPLIED)),
    _store.CONFIRMED: (CONFIRMED, (CONFIRMED,)),
    _store.ROLLING_BACK: (ROLLING_BACK, (ROLLING_BACK, ROLLED_BACK, INCOMPLETE)),
}


def write(store, transaction, status, reason=""):
    """Raises OSError."""
    line = " ".join(reason.split())
    _store.write_file(store.path(transaction, "status"), f"{status}\n{int(time.time())}\n{line}\n")


def _lines(store, transaction):
    try:
        with open(store.path(transaction, "status"), errors="replace") as stream:
            lines = stream.read().split("\n")
    except OSError:
        lines = []
    return (lines + ["", "", ""])[:3]


def read(store, transaction):
    """``{"id", "status", "reason", "since", "age", "deadline", "remaining"}``, or None for a transaction that is not known.

    ``age`` and ``remaining`` are seconds of this boot's clock; ``remaining`` is None once the window is closed.
    """
    mark = store.mark(transaction)
    change = store.read(transaction, "change.json")
    if mark is None or change is None:
        return None
    word, since, reason = _lines(store, transaction)
    default, fitting = _BELONGS[mark]
    if word not in fitting:
        word, reason = default, ""
    answer = {
        "id": transaction,
        "status": word,
        "reason": reason,
        "since": int(since) if since.isdigit() else None,
        "age": max(0, int(time.time() - change["created"])),
        "deadline": change["deadline"],
        "remaining": None,
    }
    if mark == _store.ARMED:
        same_boot = change["boot_id"] == _store.boot_id()
        answer["remaining"] = max(0, int(change["uptime"] + change["deadline"] - _store.uptime())) if same_boot else 0
    return answer


def log_tail(store, transaction):
    """The last lines that the scripts wrote."""
    try:
        with open(store.path(transaction, "log"), "rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - 16384))
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return lines[-_LOG_LINES:]
