# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Opening a window: snapshot, scripts, guard, dead man, and only then the detached start of the change.

Until the last of these steps nothing on the host has changed, so whatever fails before it is cleaned up and leaves nothing behind.
"""

from __future__ import annotations

import os
import time

from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import (
    _dead_man,
    _deadline,
    _guard,
    _scripts,
    _snapshot,
    _status,
    _store,
)

_TOOLS = ("cp", "date", "grep", "head", "ip", "mv", "readlink", "rm", "rmdir", "sleep", "sync", "timeout", "touch")


class Unsafe(Exception):
    """The change could be made but not taken back, so it is refused; nothing has been touched. The text says why."""


def _check_tools(machine, kind):
    needed = [*_TOOLS, "setsid"] if kind == _dead_man.PROCESS else [*_TOOLS, "systemctl"]
    script = "for tool; do command -v $tool >/dev/null || echo $tool; done"
    missing = machine.run(["/bin/sh", "-c", script, "tools", *needed], 10)[1].split()
    if missing:
        raise Unsafe(f"the way back needs commands that this host lacks: {', '.join(missing)}")


def _check_syntax(machine, store, transaction):
    for script in ("apply.sh", "rollback.sh"):
        rc, out, err = machine.run(["/bin/sh", "-n", store.path(transaction, script)], 10)
        if rc != 0:
            raise Unsafe(f"{script} is not valid for this host's /bin/sh: {(err or out).strip()}")


def begin(machine, store, transaction, deadline, work):
    """Arms the way back and starts the way forward. Returns the status of _status.read.

    ``work`` holds ``actions`` (path -> ``create``, ``change`` or ``remove``), ``wanted`` (what the back end renders), ``apply`` and
    ``rollback`` (its commands), ``daemon`` (how it is held, started and stopped, or None), ``library``, ``forward`` and ``back`` (sh),
    ``delete`` (links that the way back deletes), and under ``records`` what is kept as JSON: file name -> shape, with ``change.json``.
    Raises _store.Busy, _dead_man.NotArmed, Unsafe or OSError; nothing has changed then.
    """
    os.umask(0o077)
    kind = _dead_man.manager(machine)
    _check_tools(machine, kind)
    place = _snapshot.writable(work["actions"])
    if place is not None:
        raise Unsafe(f"files in {place[0]} could not be written: {place[1].strerror}")
    lock = store.claim(transaction)
    guard = _guard.kind(machine)
    directory = store.path(transaction)
    pid = None
    try:
        folders = _snapshot.take(store, transaction, work["actions"], work["wanted"])
        settings = _deadline.schedule(deadline)
        plan = {
            "id": transaction,
            "base": store.base,
            "directory": directory,
            "schedule": settings,
            "manager": kind,
            "guard": guard,
            "files": work["actions"],
            "kept": [path for path, target in work["wanted"].items() if target and "keep" in target],
            "folders": folders,
        }
        plan.update({key: work[key] for key in ("apply", "rollback", "daemon", "library", "forward", "back", "delete")})
        _store.write_file(store.path(transaction, "apply.sh"), _scripts.apply_script(plan), 0o600)
        _store.write_file(store.path(transaction, "rollback.sh"), _scripts.rollback_script(plan), 0o600)
        _check_syntax(machine, store, transaction)
        _guard.install(machine, guard, store.base)
        change = dict(work["records"]["change.json"])
        change.update(created=time.time(), uptime=_store.uptime(), boot_id=_store.boot_id(), deadline=deadline, manager=kind, guard=guard)
        for name, shape in {**work["records"], "change.json": change}.items():
            store.write(transaction, name, shape)
        _status.write(store, transaction, _status.APPLYING)
        _store.write_file(store.path(transaction, _store.ARMED), "")
        pid = _dead_man.arm(machine, kind, transaction, directory, settings.dead_man)
        if pid is not None:
            _store.write_file(store.path(transaction, "dead_man.pid"), f"{pid}\n")
        _dead_man.watch(machine, kind, transaction, pid)
        _dead_man.start(machine, kind, transaction, directory, "apply.sh")
    except BaseException:
        _abandon(machine, store, transaction, kind, guard, pid)
        raise
    finally:
        lock.drop()
    return _status.read(store, transaction)


def _abandon(machine, store, transaction, kind, guard, pid):
    # Without its mark a dead man that fires all the same finds nothing to do.
    for mark in _store.MARKS:
        try:
            os.unlink(store.path(transaction, mark))
        except OSError:
            pass
    _dead_man.disarm(machine, kind, transaction, pid)
    _guard.remove(machine, guard)
    store.discard(transaction)
