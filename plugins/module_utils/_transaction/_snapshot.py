# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Files as they were and files to come, kept side by side in the transaction's directory.

A file's old version keeps its bytes, mode, owner, times and extended attributes, and a symbolic link stays one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat

from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _store

# Room for the log, the status and the files of the way back, held from before the change until the way back needs it.
RESERVE = 256 * 1024


def checksum(content):
    """SHA-256 of text or bytes, in hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def look(path):
    """``{"sha256", "mode", "link"}`` of what stands at a path, or None. ``link`` is the target of a symbolic link, else None."""
    try:
        facts = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(facts.st_mode):
        target = os.readlink(path)
        return {"sha256": checksum(target), "mode": 0o777, "link": target}
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(f"{path} is neither a file nor a symbolic link")
    with open(path, "rb") as stream:
        return {"sha256": checksum(stream.read()), "mode": stat.S_IMODE(facts.st_mode), "link": None}


def text(path):
    """The content of a file for a diff, or an empty string."""
    try:
        with open(path, errors="surrogateescape") as stream:
            return stream.read().encode(errors="replace").decode()
    except OSError:
        return ""


def compare(wanted):
    """What a change does to files: ``{path: "create" | "change" | "remove"}`` without those that are as wanted.

    ``wanted`` is what a back end renders: ``{path: {"content", "mode"}}``, or ``{path: None}`` for a file that must go. Raises OSError.
    """
    actions = {}
    for path, target in wanted.items():
        now = look(path)
        if target is None:
            if now is not None:
                actions[path] = "remove"
        elif now is None:
            actions[path] = "create"
        elif (now["sha256"], now["mode"], now["link"]) != (checksum(target["content"]), target["mode"], None):
            actions[path] = "change"
    return actions


def _copy(source, target):
    os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)
    facts = os.lstat(source)
    os.lchown(target, facts.st_uid, facts.st_gid)
    if not stat.S_ISLNK(facts.st_mode):
        # Changing the owner may have cleared bits of the mode.
        os.chmod(target, stat.S_IMODE(facts.st_mode))
        with open(target, "rb") as stream:
            os.fsync(stream.fileno())
    _store.sync_directory(os.path.dirname(target))


def _missing_directories(path):
    missing = []
    folder = os.path.dirname(path)
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    return missing


def take(store, transaction, actions, wanted):
    """Copies what will be touched to ``old/``, puts what will be written to ``new/``, and holds a reserve of disk space.

    ``wanted`` is as in compare; an entry may have ``keep`` instead, the path of an old version that comes back as it was.
    Returns the directories that the change will make, the deepest first. Raises OSError: nothing has been changed then.
    """
    made = []
    for path, action in sorted(actions.items()):
        if action != "create":
            _copy(path, store.path(transaction, "old" + path))
        if action != "remove":
            staged = store.path(transaction, "new" + path)
            os.makedirs(os.path.dirname(staged), mode=0o700, exist_ok=True)
            if "keep" in wanted[path]:
                _copy(wanted[path]["keep"], staged)
            else:
                _store.write_file(staged, wanted[path]["content"], wanted[path]["mode"])
        made += [folder for folder in _missing_directories(path) if folder not in made]
    with open(store.path(transaction, "reserve"), "wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, RESERVE)
        os.fsync(stream.fileno())
    return sorted(made, key=len, reverse=True)


def writable(paths):
    """The first place, with its error, where a file could not be written, or None. Nothing is left behind.

    A read-only /etc or a full root file system is better found before the change than half-way through it.
    """
    folders = set()
    for path in paths:
        folder = os.path.dirname(path)
        while not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        folders.add(folder)
    for folder in sorted(folders):
        probe = os.path.join(folder, ".trunkline-bonding.probe")
        try:
            with open(probe, "wb") as stream:
                os.posix_fallocate(stream.fileno(), 0, 16384)
        except OSError as error:
            return folder, error
        finally:
            try:
                os.unlink(probe)
            except OSError:
                pass
    return None
