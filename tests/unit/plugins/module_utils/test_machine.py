# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to the machine: it never raises for a command, and a file is old or new, never half."""

from __future__ import annotations

import os
import time

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils._machine import Machine


@pytest.mark.parametrize(
    ("argv", "stdin", "wanted"),
    [
        (["sh", "-c", "echo out; echo err >&2; exit 3"], None, (3, "out\n", "err\n")),
        (["sh", "-c", "printf %s $LC_ALL"], None, (0, "C", "")),
        (["cat"], "given", (0, "given", "")),
        (["cat"], None, (0, "", "")),
        (["sh", "-c", "printf '\\377'"], None, (0, "\ufffd", "")),
    ],
)
def test_commands(argv, stdin, wanted):
    assert Machine().run(argv, stdin=stdin) == wanted


def test_a_command_that_is_not_there_gives_127():
    assert Machine().run(["no-such-program-at-all"])[0] == 127


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path):
    start = time.monotonic()
    code, _out, err = Machine().run(["sh", "-c", f"sleep 60 & echo $! >{tmp_path}/pid; wait"], timeout=0.5)
    assert code == 124
    assert "no answer" in err
    assert time.monotonic() - start < 10
    child = (tmp_path / "pid").read_text().strip()
    for _try in range(50):
        if not running(child):
            return
        time.sleep(0.1)
    pytest.fail("the child is still there")


def running(pid):
    try:
        with open(f"/proc/{pid}/stat") as stream:
            # A process that waits to be reaped has ended, too.
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_files_below_another_root(tmp_path):
    machine = Machine(str(tmp_path))
    machine.write("/etc/deep/file", "content\n", 0o600)
    assert machine.read("/etc/deep/file") == "content\n"
    assert os.stat(tmp_path / "etc/deep/file").st_mode & 0o777 == 0o600
    assert machine.exists("/etc/deep")
    assert machine.listdir("/etc/deep") == ["file"], "no part of a file is left behind"
    os.symlink("deep", tmp_path / "etc/link")
    assert machine.readlink("/etc/link") == "deep"


def test_what_is_missing_is_none_or_empty(tmp_path):
    machine = Machine(str(tmp_path))
    assert machine.read("/nothing") is None
    assert machine.listdir("/nothing") == []
    assert machine.readlink("/nothing") is None
    assert not machine.exists("/nothing")
    assert machine.permanent_mac("no-such-nic") is None


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    machine = Machine(str(tmp_path))
    machine.write("/file", "old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        machine.write("/file", "new")
    assert machine.read("/file") == "old"
    assert machine.listdir("/") == ["file"]
