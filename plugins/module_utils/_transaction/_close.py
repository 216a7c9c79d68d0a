# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Closing a window: confirmation, rollback on request, and the end of what a crash has left half done.

Every answer can be asked for again: the mark that a rename left behind is the truth, and what follows from it is done when it is seen.
"""

from __future__ import annotations

import os

from ansible_collections.trunkline.bonding.plugins.module_utils import _ownership
from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _dead_man, _guard, _status, _store


class Refused(Exception):
    """The transaction cannot be closed as asked; the text says why."""


def _pid(store, transaction):
    try:
        with open(store.path(transaction, "dead_man.pid")) as stream:
            return int(stream.read())
    except (OSError, ValueError):
        return None


def _sync_files(change):
    for path, action in change["files"].items():
        if action != "remove" and os.path.exists(path):
            with open(path, "rb") as stream:
                os.fsync(stream.fileno())
        folder = os.path.dirname(path)
        if os.path.isdir(folder):
            _store.sync_directory(folder)


def _tidy(machine, store, transaction):
    change = store.read(transaction, "change.json")
    _dead_man.disarm(machine, change["manager"], transaction, _pid(store, transaction))
    _guard.remove(machine, change["guard"])
    try:
        os.unlink(store.path(transaction, "reserve"))
    except OSError:
        pass
    store.release(transaction)


def _settle_confirmed(machine, store, transaction):
    _ownership.adopt(store, transaction)
    _status.write(store, transaction, _status.CONFIRMED)
    _tidy(machine, store, transaction)
    store.prune()


def confirm(machine, store, transaction):
    """Makes the change permanent. Returns True when this call did it, False when it was confirmed before.

    Raises Refused with the reason of a rollback, or while the change is still being applied; OSError.
    """
    now = _status.read(store, transaction)
    if now is None:
        raise Refused(f"transaction {transaction} is not known on this host")
    if now["status"] == _status.APPLYING:
        raise Refused(f"transaction {transaction} is still being applied")
    if now["status"] == _status.APPLIED:
        _sync_files(store.read(transaction, "change.json"))
        if store.rename_mark(transaction, _store.ARMED, _store.CONFIRMED):
            _settle_confirmed(machine, store, transaction)
            return True
        now = _status.read(store, transaction)
    if now["status"] == _status.CONFIRMED:
        finish(machine, store)
        return False
    raise Refused(f"transaction {transaction} was not kept ({now['status']}): {now['reason'] or 'no reason is recorded'}")


def roll_back(machine, store, transaction, reason):
    """Starts the way back, detached, because it may cut the connection. Returns False when it had been started before.

    Raises Refused for a confirmed transaction, _dead_man.NotArmed when no process could be started: the dead man still waits then.
    """
    now = _status.read(store, transaction)
    if now is None:
        raise Refused(f"transaction {transaction} is not known on this host")
    if now["status"] == _status.CONFIRMED:
        raise Refused(f"transaction {transaction} is confirmed; it can be undone with the state reverted")
    if store.mark(transaction) == _store.ROLLING_BACK:
        return False
    change = store.read(transaction, "change.json")
    _dead_man.start(machine, change["manager"], transaction, store.path(transaction), "rollback.sh", ("request", reason))
    return True


def finish(machine, store):
    """Does what a crash or a restart has left to do for the transaction that holds the window.

    Returns its status while the window is really open, else None.
    """
    transaction = store.holder()
    if transaction is None:
        return None
    mark = store.mark(transaction)
    if mark is None:
        return _discard_unarmed(machine, store, transaction)
    if mark == _store.CONFIRMED:
        _settle_confirmed(machine, store, transaction)
        return None
    now = _status.read(store, transaction)
    if now is not None and now["status"] in _status.FINAL:
        _tidy(machine, store, transaction)
        return None
    return now


def _discard_unarmed(machine, store, transaction):
    lock = store.lock(transaction)
    try:
        if not lock.take():
            return {"id": transaction, "status": "preparing", "reason": "", "since": None, "age": 0, "deadline": 0, "remaining": None}
    except FileNotFoundError:
        # Between two steps of another run that is just beginning, or ending.
        if os.path.isdir(store.path(transaction)):
            raise
    guard = _guard.kind(machine)
    store.discard(transaction)
    lock.drop()
    _guard.remove(machine, guard)
    return None
