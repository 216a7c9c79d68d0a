# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A window from its opening to its end, with the real scripts run by a real sh, on files of a temporary directory."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import stat
import subprocess
import time

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import (
    _begin,
    _close,
    _dead_man,
    _deadline,
    _scripts,
    _status,
    _store,
)

# Seconds; the dead man waits 8 of them.
WINDOW = 15

# A kernel of one file: `wanted` looks at it and mends it.
LIBRARY = """
value() {
    [ "$(cat "$KERNEL" 2>/dev/null)" = "$1" ] && return
    if [ -n "$LOOK" ]; then echo "value is not $1"; elif [ "$1" != stubborn ]; then echo "$1" >"$KERNEL"; fi
}
"""


class HostWithoutSystemd:
    """Runs commands for real; has neither systemd nor an rcS directory, so that no guard is written outside the test's directory."""

    def run(self, argv, timeout):
        done = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def exists(self, path):
        return not path.startswith(("/run/systemd", "/etc/")) and os.path.exists(path)

    def read(self, path):
        try:
            with open(path) as stream:
                return stream.read()
        except OSError:
            return None

    def listdir(self, path):
        return os.listdir(path)


class Site:
    """A host with two files and a kernel value, and the change that is tried on it."""

    def __init__(self, root):
        self.root = root
        self.machine = HostWithoutSystemd()
        self.store = _store.Store(str(root / "var" / "lib" / "it's ours"))
        self.kernel = root / "kernel"
        self.kernel.write_text("old\n")
        self.etc = root / "etc" / "net work"
        self.etc.mkdir(parents=True)
        self.changed = self.etc / "changed.conf"
        self.changed.write_bytes(b"old\x00\xff bytes\n")
        self.changed.chmod(0o640)
        os.utime(self.changed, ns=(1_500_000_000_123_456_789, 1_500_000_000_123_456_789))
        self.removed = self.etc / "removed.conf"
        self.removed.symlink_to("elsewhere")
        self.created = self.etc / "drop.d" / "created.conf"
        self.before = self.picture()

    def picture(self):
        """Everything below etc: type, mode, owner, time and content."""
        found = {}
        for folder, folders, files in os.walk(self.root / "etc"):
            for name in folders + files:
                path = os.path.join(folder, name)
                facts = os.lstat(path)
                link = os.readlink(path) if stat.S_ISLNK(facts.st_mode) else None
                content = None
                if stat.S_ISREG(facts.st_mode):
                    with open(path, "rb") as stream:
                        content = stream.read()
                mtime = facts.st_mtime_ns if content is not None else None
                found[path] = (facts.st_mode, facts.st_uid, facts.st_gid, mtime, link, content)
        return found

    def work(self, apply=None, rollback=None, forward="new", daemon=None, listens=False):
        # A back end that does its work; without one the scripts wait for it and then mend.
        apply = [f"echo new >'{self.kernel}'"] if apply is None else apply
        rollback = [f"echo old >'{self.kernel}'"] if rollback is None else rollback
        return {
            "actions": {str(self.changed): "change", str(self.removed): "remove", str(self.created): "create"},
            "wanted": {
                str(self.changed): {"content": "new\n", "mode": 0o600},
                str(self.removed): None,
                str(self.created): {"content": "made\n", "mode": 0o644},
            },
            "apply": [{"argv": ["/bin/sh", "-c", line], "timeout": 30, "must": True, "when": "after-files"} for line in apply],
            "rollback": [{"argv": ["/bin/sh", "-c", line], "timeout": 30, "must": listens, "when": "after-files"} for line in rollback],
            "daemon": daemon,
            "library": f"KERNEL='{self.kernel}'\n{LIBRARY}",
            "forward": [f"value {forward}"],
            "back": ["value old"],
            "delete": [],
            "records": {
                "change.json": {"files": {str(self.changed): "change", str(self.removed): "remove", str(self.created): "create"}},
                "owned.json": {"backend": "test", "files": {}, "links": {}, "variables": {}, "transaction": "0001"},
            },
        }

    def begin(self, transaction="0001", deadline=WINDOW, **change):
        return _begin.begin(self.machine, self.store, transaction, deadline, self.work(**change))

    def wait(self, *words, transaction="0001", seconds=15):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            now = _status.read(self.store, transaction)
            if now and now["status"] in words and (self.store.holder() is None) == (now["status"] in _status.FINAL):
                return now
            time.sleep(0.05)
        raise AssertionError(f"not {words} but {now}, log: {_status.log_tail(self.store, transaction)}")


@pytest.fixture
def site(tmp_path):
    place = Site(tmp_path)
    yield place
    for transaction in place.store.ids():
        pid = _close._pid(place.store, transaction)
        _dead_man.disarm(place.machine, _dead_man.PROCESS, transaction, pid or 0)


def test_an_applied_change_that_is_confirmed_stays(site):
    assert site.begin()["status"] == "applying"
    site.wait("applied")
    assert site.changed.read_text() == "new\n"
    assert stat.S_IMODE(site.changed.stat().st_mode) == 0o600
    assert not site.removed.is_symlink()
    assert site.created.read_text() == "made\n"
    assert site.kernel.read_text() == "new\n"
    waiting = _close._pid(site.store, "0001")
    assert _close.confirm(site.machine, site.store, "0001") is True
    assert _close.confirm(site.machine, site.store, "0001") is False
    assert site.store.holder() is None
    assert not os.path.exists(site.store.path("0001", "reserve"))
    end = time.monotonic() + 5
    while os.path.exists(f"/proc/{waiting}/exe") and time.monotonic() < end:
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{waiting}/exe"), "the dead man still waits"
    with pytest.raises(_close.Refused, match="confirmed"):
        _close.roll_back(site.machine, site.store, "0001", "too late")


def test_an_unconfirmed_change_is_gone_inside_the_deadline(site):
    start = time.monotonic()
    site.begin(deadline=WINDOW)
    site.wait("applied")
    ended = site.wait("rolled_back", seconds=WINDOW)
    assert time.monotonic() - start < WINDOW
    assert ended["reason"] == "nobody confirmed within 8 s"
    assert site.picture() == site.before
    assert site.kernel.read_text() == "old\n"
    with pytest.raises(_close.Refused, match="nobody confirmed"):
        _close.confirm(site.machine, site.store, "0001")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"apply": ["echo half >KERNEL; exit 3"]}, "the back end failed at: /bin/sh -c", id="the back end fails half-way"),
        pytest.param({"forward": "stubborn"}, "the kernel is not as wanted: value is not stubborn", id="the kernel never gets there"),
    ],
)
def test_a_step_that_fails_is_undone_at_once(site, change, reason):
    if "apply" in change:
        change = {"apply": [line.replace("KERNEL", f"'{site.kernel}'") for line in change["apply"]]}
    site.begin(deadline=WINDOW, **change)
    ended = site.wait("rolled_back")
    assert ended["reason"].startswith(reason)
    assert site.picture() == site.before
    assert site.kernel.read_text() == "old\n"


def test_what_the_back_end_has_not_done_is_mended_in_both_directions(site):
    site.begin(apply=[], rollback=[])
    site.wait("applied")
    assert site.kernel.read_text() == "new\n"
    _close.roll_back(site.machine, site.store, "0001", "test")
    site.wait("rolled_back")
    assert site.kernel.read_text() == "old\n"
    log = "\n".join(_status.log_tail(site.store, "0001"))
    assert log.count("what differs is mended with ip") == 2


def test_rolling_back_on_request_kills_an_apply_that_hangs(site):
    site.begin(deadline=3600, apply=["sleep 600"])
    end = time.monotonic() + 10
    while not os.path.exists(site.store.path("0001", "command.pid")) and time.monotonic() < end:
        time.sleep(0.05)
    with open(site.store.path("0001", "command.pid")) as stream:
        hanging = int(stream.read())
    assert _close.roll_back(site.machine, site.store, "0001", "changed my mind") is True
    assert site.wait("rolled_back")["reason"] == "changed my mind"
    assert not os.path.exists(f"/proc/{hanging}/exe")
    assert site.picture() == site.before


def test_a_daemon_that_hangs_does_not_delay_the_way_back(site):
    site.begin(deadline=WINDOW, rollback=["sleep 600", "sleep 600"])
    site.wait("applied")
    _close.roll_back(site.machine, site.store, "0001", "test")
    start = time.monotonic()
    site.wait("rolled_back", "rolling_back")
    site.wait("rolled_back")
    assert time.monotonic() - start < 6
    assert site.kernel.read_text() == "old\n"


class Daemon:
    """A process that writes what it takes for wanted into the kernel, again and again, until it is killed."""

    def __init__(self, site, stubborn=False):
        self.pid = site.root / "daemon.pid"
        self.pid.write_text("\n")
        self.kernel = site.kernel
        loop = f"while :; do echo new >'{site.kernel}'; sleep 0.05; done"
        # What it reads at its start are the old files, unless it is hopeless.
        fresh = loop if stubborn else "sleep 600"
        self.start = f"setsid sh -c {shlex.quote(loop)} </dev/null >/dev/null 2>&1 & echo $! >'{self.pid}'"
        again = self.start.replace(shlex.quote(loop), shlex.quote(fresh))
        self.contract = {
            "title": "the daemon",
            "hold": self.commands(f"kill -STOP -$(cat '{self.pid}')"),
            "start": self.commands(f"kill -KILL -$(cat '{self.pid}'); echo again >>'{site.root}/starts'", again),
            "stop": self.commands(f"kill -KILL -$(cat '{self.pid}'); echo >'{self.pid}'"),
        }

    @staticmethod
    def commands(*lines):
        return [{"argv": ["/bin/sh", "-c", line], "timeout": 5, "must": False, "when": "after-files"} for line in lines]

    def run(self):
        subprocess.run(["/bin/sh", "-c", self.start], check=True)

    def lives(self):
        pid = self.pid.read_text().strip()
        return bool(pid) and os.path.exists(f"/proc/{pid}/exe")

    def end(self):
        if self.lives():
            os.killpg(int(self.pid.read_text()), signal.SIGKILL)


@pytest.fixture
def daemon(site, request):
    process = Daemon(site, **getattr(request, "param", {}))
    yield process
    process.end()


def test_a_daemon_that_works_against_the_way_back_does_not_win(site, daemon):
    site.begin(deadline=3600, rollback=[], daemon=daemon.contract)
    site.wait("applied")
    daemon.run()
    _close.roll_back(site.machine, site.store, "0001", "test")
    site.wait("rolled_back", seconds=30)
    time.sleep(0.5)
    assert site.kernel.read_text() == "old\n"
    assert daemon.lives(), "the host's daemon runs again"


def test_a_daemon_that_did_not_listen_is_started_anew_even_if_the_kernel_looks_well(site, daemon):
    site.begin(deadline=3600, rollback=[f"echo old >'{site.kernel}'; exit 1"], listens=True, daemon=daemon.contract)
    site.wait("applied")
    _close.roll_back(site.machine, site.store, "0001", "test")
    site.wait("rolled_back", seconds=30)
    assert (site.root / "starts").read_text() == "again\n"
    assert daemon.lives()


def test_a_daemon_that_listens_is_left_alone(site, daemon):
    site.begin(deadline=3600, listens=True, daemon=daemon.contract)
    site.wait("applied")
    _close.roll_back(site.machine, site.store, "0001", "test")
    site.wait("rolled_back")
    assert not (site.root / "starts").exists()


@pytest.mark.parametrize("daemon", [{"stubborn": True}], indirect=True)
def test_a_daemon_that_never_lets_go_is_stopped_and_named(site, daemon):
    site.begin(deadline=3600, rollback=[], daemon=daemon.contract)
    site.wait("applied")
    daemon.run()
    _close.roll_back(site.machine, site.store, "0001", "test")
    ended = site.wait("rollback_incomplete", seconds=120)
    assert ended["reason"] == "test; the daemon would not let it stay as it was, and was stopped"
    time.sleep(0.5)
    assert site.kernel.read_text() == "old\n"
    assert not daemon.lives()


def test_a_kernel_that_does_not_obey_at_once_is_asked_again(site):
    site.begin(deadline=3600, rollback=[])
    site.wait("applied")
    # For some seconds somebody puts the new value back.
    loop = f"for turn in $(seq 100); do echo new >'{site.kernel}'; sleep 0.05; done"
    with subprocess.Popen(["/bin/sh", "-c", loop]) as other:
        _close.roll_back(site.machine, site.store, "0001", "test")
        site.wait("rolled_back", seconds=30)
        other.wait()


def test_the_second_of_two_runs_is_refused_and_the_first_goes_on(site):
    site.begin()
    with pytest.raises(_store.Busy) as refused:
        site.begin(transaction="0002")
    assert refused.value.transaction == "0001"
    assert not os.path.exists(site.store.path("0002"))
    site.wait("applied")


@pytest.mark.parametrize("first", ["confirmed", "rolling_back"])
def test_only_one_of_confirmation_and_rollback_wins(site, first):
    site.begin()
    site.wait("applied")
    assert site.store.rename_mark("0001", "armed", first) is True
    other = {"confirmed": "rolling_back", "rolling_back": "confirmed"}[first]
    assert site.store.rename_mark("0001", "armed", other) is False
    subprocess.run(["/bin/sh", site.store.path("0001", "rollback.sh"), "request", "race"], check=True)
    assert site.kernel.read_text() == {"confirmed": "new\n", "rolling_back": "old\n"}[first]


def test_a_restart_inside_the_window_brings_the_files_back(site):
    site.begin()
    site.wait("applied")
    subprocess.run(["/bin/sh", f"{site.store.base}/open/rollback.sh", "boot", "restarted"], check=True)
    assert site.picture() == site.before
    assert site.wait("rolled_back")["reason"] == "restarted"
    # The kernel of a host that has just started is not touched.
    assert site.kernel.read_text() == "new\n"


def test_a_rollback_that_was_killed_half_way_is_taken_up_again(site):
    site.begin()
    site.wait("applied")
    os.rename(site.store.path("0001", "armed"), site.store.path("0001", "rolling_back"))
    with open(site.store.path("0001", "rollback.pid"), "w") as stream:
        stream.write("999999\n")
    subprocess.run(["/bin/sh", site.store.path("0001", "rollback.sh"), "dead-man", "again"], check=True)
    assert site.wait("rolled_back")["reason"] == "again"
    assert site.picture() == site.before


def test_a_run_that_died_before_it_was_armed_leaves_the_window_free(site):
    lock = site.store.claim("0001")
    assert _close.finish(site.machine, site.store)["status"] == "preparing"
    lock.drop()
    assert _close.finish(site.machine, site.store) is None
    assert site.store.holder() is None
    assert site.store.ids() == []


def test_a_confirmation_that_died_half_way_is_finished_by_the_next_run(site):
    site.begin()
    site.wait("applied")
    site.store.rename_mark("0001", "armed", "confirmed")
    assert _close.finish(site.machine, site.store) is None
    assert site.store.holder() is None
    with open(os.path.join(site.store.base, "owned.json")) as stream:
        assert '"backend": "test"' in stream.read()


def test_without_a_dead_man_nothing_is_changed_and_nothing_left(site, monkeypatch):
    real = site.machine.run

    def run(argv, timeout):
        starts_the_dead_man = argv[:2] == ["/bin/sh", "-c"] and "dead-man" in argv[2]
        return (1, "", "no more processes") if starts_the_dead_man else real(argv, timeout)

    monkeypatch.setattr(site.machine, "run", run)
    with pytest.raises(_dead_man.NotArmed, match="no more processes"):
        site.begin()
    assert site.picture() == site.before
    assert site.store.ids() == []
    assert site.store.holder() is None


def test_a_file_that_cannot_be_written_is_found_before_the_change(site, monkeypatch):
    def full(_descriptor, _offset, _length):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(_begin.Unsafe, match="No space left on device"):
        site.begin()
    assert site.picture() == site.before
    assert not os.path.exists(site.store.base)


def test_old_transactions_are_pruned_but_the_last_five_can_be_undone(site):
    for number in range(1, 8):
        site.changed.write_text(f"{number}\n")
        site.begin(transaction=f"000{number}")
        site.wait("applied", transaction=f"000{number}")
        _close.confirm(site.machine, site.store, f"000{number}")
        site.removed.symlink_to("elsewhere")
        site.created.unlink()
    assert site.store.ids() == ["0003", "0004", "0005", "0006", "0007"]


@pytest.mark.parametrize("shell", [["dash"], ["bash", "--posix"], ["busybox", "sh"], ["ksh"]])
def test_every_shell_accepts_the_scripts(site, shell):
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")
    plan = {
        "id": "0001",
        "base": "/b",
        "directory": "/b/transactions/0001",
        "schedule": _deadline.schedule(20),
        "folders": ["/etc/a b"],
        "files": {"/etc/it's": "change", "/etc/new": "create", "/etc/gone": "remove"},
        "kept": ["/etc/it's"],
        **{key: site.work(apply=["true"], rollback=["true"])[key] for key in ("apply", "rollback", "daemon", "library", "forward", "back")},
        "delete": ["bond0"],
    }
    for manager in ("systemd", "process"):
        for guard in ("systemd", "sysvinit", "none"):
            for script in (_scripts.apply_script, _scripts.rollback_script):
                text = script({**plan, "manager": manager, "guard": guard})
                done = subprocess.run([*shell, "-n"], check=False, input=text, capture_output=True, text=True)
                assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("deadline", [_deadline.SHORTEST, 20, 60, 120, _deadline.LONGEST])
def test_the_way_back_fits_into_what_the_dead_man_leaves(deadline):
    settings = _deadline.schedule(deadline)
    assert settings.dead_man + settings.back_end + settings.rollback_settle < deadline
    assert settings.apply_settle < settings.dead_man
