# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The dead man of a switch, run for real in a directory of its own: the commands of a change make and remove files."""

from __future__ import annotations

import subprocess
import time

import pytest

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _deadman
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._deadman import Stage


class Box:
    """A switch that is a directory."""

    def __init__(self, path):
        self.path = path
        self.base = path / "base"

    def run(self, script):
        done = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return _deadman.parse(done.stdout)

    def push(self, *names, number=1, deadline=60, transaction="t1", permanent=False, wait=10, settle=()):
        """A stage whose groups make one file each."""
        groups = [
            {"commands": [["touch", str(self.path / n)]], "undo": [["rm", str(self.path / n)]], "settle": list(settle)} for n in names
        ]
        return self.run(_deadman.push(Stage(transaction, number, deadline, groups, {"lags": {}, "ports": {}}, permanent), wait))

    def files(self):
        return sorted(found.name for found in self.path.iterdir() if found.is_file())

    def until(self, names, seconds=15):
        end = time.monotonic() + seconds
        while self.files() != names and time.monotonic() < end:
            time.sleep(0.1)
        assert self.files() == names

    def over(self, seconds=15):
        """Waits until the transaction is closed, which is a moment after its files are gone."""
        end = time.monotonic() + seconds
        while self.run(_deadman.status())["state"] != "none" and time.monotonic() < end:
            time.sleep(0.1)
        assert self.run(_deadman.status())["state"] == "none"

    def dead_men(self):
        found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        return [line for line in found.splitlines() if str(self.base) in line]


@pytest.fixture
def box(tmp_path, monkeypatch):
    for name, value in (("BASE", "base"), ("UNITS", "units"), ("SYSTEMD", "no-systemd")):
        monkeypatch.setattr(_deadman, name, str(tmp_path / value))
    found = Box(tmp_path)
    yield found
    for transaction in ("t1", "t2"):
        if (found.base / "transactions" / transaction).exists():
            found.run(_deadman.roll_back(transaction, 1, "the test is over"))
    end = time.monotonic() + 5
    while found.dead_men() and time.monotonic() < end:
        time.sleep(0.1)
    assert found.dead_men() == []


def test_what_is_confirmed_stays_and_nobody_waits_any_more(box):
    assert box.push("a", deadline=2) == {"status": "applied"}
    assert box.run(_deadman.confirm("t1", {})) == {"state": "confirmed"}
    time.sleep(3)
    assert box.files() == ["a"]
    assert box.run(_deadman.status())["state"] == "none"


def test_what_nobody_confirms_is_taken_back(box):
    box.push("a", "b", deadline=1)
    assert box.files() == ["a", "b"]
    box.until([])
    box.over()
    told = box.run(_deadman.confirm("t1", {}))
    assert told == {"reason": "nobody confirmed it within 1 s", "state": "rolled_back"}
    assert box.files() == []


def test_stages_are_taken_back_in_their_own_time_the_last_first(box):
    box.push("first", number=1, deadline=20)
    box.push("second", number=2, deadline=1)
    box.until(["first"])
    box.until([], seconds=40)
    box.over()


def test_an_earlier_deadline_takes_later_stages_along(box):
    box.push("first", number=1, deadline=1)
    box.push("second", number=2, deadline=30)
    box.until([])


def test_a_stage_can_be_taken_back_alone(box):
    box.push("first", number=1)
    box.push("second", number=2)
    assert box.run(_deadman.roll_back("t1", 2, "the hosts failed")) == {"state": "armed"}
    assert box.files() == ["first"]
    assert box.run(_deadman.roll_back("t1", 1, "the hosts failed")) == {"state": "rolled_back"}
    assert box.files() == []


def test_a_second_transaction_is_refused(box):
    box.push("a")
    assert box.push("b", transaction="t2") == {"status": "busy", "transaction": "t1"}
    assert box.files() == ["a"]


@pytest.mark.parametrize("end", ["confirm", "roll_back"])
def test_a_transaction_that_is_over_takes_no_stage(box, end):
    box.push("a")
    box.run(_deadman.confirm("t1", {}) if end == "confirm" else _deadman.roll_back("t1", 1, "no"))
    before = box.files()
    assert box.push("b", number=2)["status"] == "closed"
    assert box.files() == before


def test_a_stage_is_pushed_once(box):
    box.push("a")
    assert box.push("b") == {"status": "pushed-before"}
    assert box.files() == ["a"]


def test_a_command_that_fails_takes_its_stage_back_at_once(box):
    groups = [
        {"commands": [["touch", str(box.path / "a")]], "undo": [["rm", str(box.path / "a")]], "settle": []},
        {
            "commands": [["touch", str(box.path / "b")], ["ls", str(box.path / "nowhere")]],
            "undo": [["rm", str(box.path / "b")]],
            "settle": [],
        },
    ]
    told = box.run(_deadman.push(Stage("t1", 1, 60, groups, {}, False), 10))
    assert told["status"] == "failed"
    assert told["command"] == f"ls {box.path}/nowhere"
    assert "No such file" in told["answer"]
    assert box.files() == []


@pytest.mark.parametrize(
    ("must", "status", "left"),
    [
        pytest.param(True, "failed", [], id="the others do not follow a member whose LACP does not come up"),
        pytest.param(False, "applied", ["a", "b"], id="unless nobody was heard there"),
    ],
)
def test_waiting_for_lacp(box, must, status, left):
    never = [(1, must, ["false"])]
    groups = [
        {"commands": [["touch", f"{box.path}/{name}"]], "undo": [["rm", f"{box.path}/{name}"]], "settle": never if name == "a" else []}
        for name in "ab"
    ]
    assert box.run(_deadman.push(Stage("t1", 1, 60, groups, {}, False), 10))["status"] == status
    assert box.files() == left


def test_waiting_ends_as_soon_as_lacp_is_up(box):
    start = time.monotonic()
    box.push("a", settle=[(30, True, ["true"])])
    assert time.monotonic() - start < 10


def test_a_change_that_is_taken_back_while_it_is_made_leaves_nothing(box):
    box.push("a", "b", "c", deadline=1, settle=[(3, False, [])], wait=0)
    box.until([])
    time.sleep(4)
    assert box.files() == []


def test_the_answer_can_be_asked_for_again(box):
    assert box.push("a", "b", settle=[(1, False, [])], wait=0) == {"status": "applying"}
    assert box.run(_deadman.look("t1", 1, 10)) == {"status": "applied"}


def test_the_controller_may_die(box):
    script = _deadman.push(
        Stage(
            "t1",
            1,
            2,
            [{"commands": [["touch", f"{box.path}/a"]], "undo": [["rm", f"{box.path}/a"]], "settle": [(1, False, [])]}] * 2,
            {},
            False,
        ),
        30,
    )
    process = subprocess.Popen(["sh"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    process.stdin.write(script)
    process.stdin.close()
    box.until(["a"])
    process.kill()
    process.wait()
    box.until([], seconds=10)


def test_files_are_kept_when_the_change_is_confirmed(box):
    place = box.path / "interfaces"
    place.write_text("old", encoding="utf-8")
    place.chmod(0o640)
    box.push("a")
    assert box.run(_deadman.confirm("t1", {str(place): "new 'quoted'\n"})) == {"state": "confirmed"}
    assert place.read_text(encoding="utf-8") == "new 'quoted'\n"
    assert place.stat().st_mode & 0o777 == 0o640
    kept = list((box.base / "transactions/t1/old").iterdir())
    assert [one.read_text(encoding="utf-8") for one in kept] == ["old"]


def test_a_file_that_cannot_be_written_keeps_the_change_from_being_confirmed(box):
    box.push("a")
    place = box.path / "missing-directory" / "interfaces"
    assert box.run(_deadman.confirm("t1", {str(place): "new"})) == {"state": "unstaged"}
    assert box.run(_deadman.status())["state"] == "armed"


@pytest.mark.parametrize(
    ("permanent", "left"),
    [
        pytest.param(True, [], id="what a restart keeps is taken back"),
        pytest.param(False, ["a"], id="what a restart forgets is left to it"),
    ],
)
def test_after_a_restart_within_the_window(box, permanent, left):
    box.push("a", permanent=permanent)
    subprocess.run(["sh", str(box.base / "guard.sh")], check=True, timeout=30)
    assert box.files() == left
    assert box.run(_deadman.status())["state"] == "none"
    assert "started again" in box.run(_deadman.confirm("t1", {}))["reason"]


def test_with_systemd_a_unit_waits_for_the_next_start(box, monkeypatch):
    (box.path / "systemd").mkdir()
    monkeypatch.setattr(_deadman, "SYSTEMD", str(box.path / "systemd"))
    monkeypatch.setenv("PATH", f"{box.path}/bin:/usr/bin:/bin")
    (box.path / "bin").mkdir()
    (box.path / "units").mkdir()
    (box.path / "bin/systemd-run").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (box.path / "bin/systemd-run").chmod(0o755)
    box.push("a")
    unit = box.path / "units/trunkline-bonding-switch.service"
    assert f"ExecStart=/bin/sh {box.base}/guard.sh" in unit.read_text(encoding="utf-8")
    assert (box.path / "units/multi-user.target.wants/trunkline-bonding-switch.service").resolve() == unit
    box.run(_deadman.confirm("t1", {}))
    assert not unit.exists()


def test_what_was_there_before_is_told(box):
    before = {"lags": {"1": None}, "ports": {"swp1": {"vlans": {"native": 10, "tagged": []}}}}
    box.run(_deadman.push(Stage("t1", 1, 60, [], before, False), 10))

    def told(transaction):
        return subprocess.run(["sh"], input=_deadman.before(transaction), capture_output=True, text=True, check=True).stdout

    assert '"swp1"' in told("t1")
    assert told(None) == ""
    box.run(_deadman.confirm("t1", {}))
    assert told(None) == told("t1")


def test_old_transactions_are_cleared_away(box):
    for number in range(_deadman.KEPT_TRANSACTIONS + 3):
        box.push(f"file{number}", transaction=f"n{number}")
        box.run(_deadman.confirm(f"n{number}", {}))
    assert len(list((box.base / "transactions").iterdir())) == _deadman.KEPT_TRANSACTIONS


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_every_script_is_posix_sh(shell):
    stage = Stage("t1", 1, 60, [{"commands": [["ip", "link"]], "undo": [["ip", "link"]], "settle": [(1, False, [])]}], {}, True)
    scripts = [
        _deadman.push(stage, 10),
        _deadman.status(),
        _deadman.confirm("t1", {"/etc/network/interfaces": "it's\n"}),
        _deadman.roll_back("t1", 1, "it's over"),
        _deadman.apply_script(stage),
        _deadman.undo_script(stage),
        _deadman.deadman_script(stage),
    ]
    for script in scripts:
        try:
            done = subprocess.run(
                [shell, *(["sh"] if shell == "busybox" else []), "-n"], input=script, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            pytest.skip(f"{shell} is not here")
        assert done.returncode == 0, done.stderr
