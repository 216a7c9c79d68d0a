# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The directory of a transaction: who holds the window, and writing that survives a power cut.

Layout below the base directory, which only root can enter::

    owned.json                 what is ours on this host (see _ownership.py)
    open                       symbolic link to the transaction in its window; creating it is how a run takes the window
    transactions/ID/           armed | confirmed | rolling_back, status, log, the scripts, JSON files, old/ and new/

One of the three marks exists from the moment a transaction is armed; renaming it decides who wins, a confirmation or a rollback.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil

BASE = "/var/lib/trunkline-bonding"
ARMED = "armed"
CONFIRMED = "confirmed"
ROLLING_BACK = "rolling_back"
MARKS = (ARMED, CONFIRMED, ROLLING_BACK)
KEPT = 5
# What the id of a change has besides that of the change of both ends which it ends.
ENDING = "-end"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")


class Busy(Exception):
    """Another transaction holds the window; ``transaction`` is its id."""

    def __init__(self, transaction):
        super().__init__(transaction)
        self.transaction = transaction


def valid_id(transaction):
    """An id becomes part of file names, unit names and scripts: it is restricted as in the data model."""
    return isinstance(transaction, str) and bool(_ID.match(transaction))


def sync_directory(path):
    """Makes names in a directory durable; a file system that has nothing to sync there is no error."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EROFS):
            raise
    finally:
        os.close(descriptor)


def write_file(path, content, mode=0o600):
    """Replaces a file as a whole: at no moment, power cut included, is it missing or half written. Raises OSError."""
    part = f"{path}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(part, path)
    except OSError:
        try:
            os.unlink(part)
        except OSError:
            pass
        raise
    sync_directory(os.path.dirname(path))


def uptime():
    """Seconds since boot, suspended time included; the scripts read the same clock."""
    with open("/proc/uptime") as stream:
        return float(stream.read().split()[0])


def boot_id():
    with open("/proc/sys/kernel/random/boot_id") as stream:
        return stream.read().strip()


class Lock:
    """Held while a process prepares a transaction. The kernel lets go of it when the process dies, however it dies."""

    def __init__(self, path):
        self._path = path
        self._descriptor = None

    def take(self):
        """True when nobody else holds it. Raises OSError."""
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.drop()
            return False
        return True

    def drop(self):
        """Lets go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Store:
    """All transactions of this host. ``base`` differs from BASE in tests only."""

    def __init__(self, base=BASE):
        self.base = base
        self.link = os.path.join(base, "open")

    def path(self, transaction, *names):
        """A path inside a transaction's directory."""
        return os.path.join(self.base, "transactions", transaction, *names)

    def holder(self):
        """The id of the transaction in its window, or None."""
        try:
            return os.path.basename(os.readlink(self.link))
        except OSError:
            return None

    def ids(self):
        """All transactions that are kept, oldest first."""
        root = os.path.join(self.base, "transactions")
        try:
            names = os.listdir(root)
        except OSError:
            return []
        return sorted((name for name in names if valid_id(name)), key=lambda name: (self._created(name), name))

    def _created(self, transaction):
        change = self.read(transaction, "change.json")
        return change["created"] if change else 0

    def lock(self, transaction):
        """The lock of a transaction that is being prepared."""
        return Lock(self.path(transaction, "lock"))

    def claim(self, transaction):
        """Takes the window for a new transaction; returns its lock, held. Raises Busy, FileExistsError for an id used before, OSError."""
        root = os.path.join(self.base, "transactions")
        os.makedirs(root, mode=0o700, exist_ok=True)
        os.chmod(self.base, 0o700)
        os.mkdir(self.path(transaction), 0o700)
        # Held before the window is seen to be taken: an open window without mark and lock is what a crash has left.
        lock = self.lock(transaction)
        try:
            lock.take()
            os.symlink(os.path.join("transactions", transaction), self.link)
            sync_directory(root)
            sync_directory(self.base)
        except FileExistsError:
            holder = self.holder()
            self._undo_claim(transaction, lock)
            raise Busy(holder) from None
        except OSError:
            self._undo_claim(transaction, lock)
            raise
        return lock

    def _undo_claim(self, transaction, lock):
        lock.drop()
        self.discard(transaction)

    def release(self, transaction):
        """Gives the window back, if this transaction holds it."""
        if self.holder() == transaction:
            os.unlink(self.link)
            sync_directory(self.base)

    def discard(self, transaction):
        """Removes a transaction that has changed nothing, with all of its files."""
        self.release(transaction)
        shutil.rmtree(self.path(transaction), ignore_errors=True)

    def mark(self, transaction):
        """Which of the MARKS stands, or None before the transaction is armed."""
        for name in MARKS:
            if os.path.exists(self.path(transaction, name)):
                return name
        return None

    def rename_mark(self, transaction, before, after):
        """True when this call has renamed the mark; False when somebody else was first. Raises OSError for anything else."""
        try:
            os.rename(self.path(transaction, before), self.path(transaction, after))
        except FileNotFoundError:
            return False
        sync_directory(self.path(transaction))
        return True

    def write(self, transaction, name, value):
        """Stores a shape as JSON."""
        write_file(self.path(transaction, name), json.dumps(value, indent=1, sort_keys=True) + "\n")

    def read(self, transaction, name):
        """A shape that was stored, or None."""
        try:
            with open(self.path(transaction, name)) as stream:
                return json.load(stream)
        except (OSError, ValueError):
            return None

    def prune(self):
        """Keeps the last transactions of each outcome: confirmed ones can be undone, the others can be read."""
        kept = {}
        for transaction in reversed(self.ids()):
            if transaction == self.holder():
                continue
            outcome = self.mark(transaction)
            kept[outcome] = kept.get(outcome, 0) + 1
            if kept[outcome] > KEPT:
                shutil.rmtree(self.path(transaction), ignore_errors=True)
