# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""The carrier of every cable's end: there is one if the cable is plugged in and the NIC at the far end is administratively up.

A virtual NIC that is down keeps its carrier at the far end and hoards the frames sent to it until it comes up, which no real one does.
So the guest reports each NIC's administrative state on its second serial port (``linkwatch``), and a small process beside QEMU turns
the far end's carrier on and off. Run as a program, this module is that process: ``_links.py RUN_DIR``.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import _topology as topology
from _paths import LabError
from _qmp import Monitor

# One client at a time speaks to a monitor: this process has its own.
MONITOR = "qmp-links.sock"
SERIAL = "links.sock"
_EMPTY: dict[str, list[str]] = {"pulled": [], "down": []}


def qemu_arguments(run: Path) -> list[str]:
    """The guest's second serial port and a monitor of our own."""
    return ["-serial", f"unix:{run / SERIAL},server=on,wait=off", "-qmp", f"unix:{run / MONITOR},server=on,wait=off"]


def carrier(nic: topology.Nic, pulled: set[str], down: set[str]) -> bool:
    """Whether a NIC sees a carrier: its cable is in, and the far end of a cable with two ends is up."""
    if nic.id in pulled:
        return False
    ends = topology.cable_of(nic.node, nic.name)
    return len(ends) > 2 or not any(end.id in down for end in ends if end != nic)


def plug(run: Path, ends: list[topology.Nic], *, on: bool) -> None:
    """Plug a cable's ends in or pull them out."""
    with _state(run) as state:
        ids = {nic.id for nic in ends}
        state["pulled"] = sorted(set(state["pulled"]) - ids if on else set(state["pulled"]) | ids)
        with Monitor(run / "qmp.sock") as qemu:
            _apply(qemu, ends, state)


def read(run: Path) -> dict[str, list[str]]:
    """Which ends are pulled and which NICs are down, by their ids."""
    with _state(run) as state:
        return dict(state)


def write(run: Path, wanted: dict[str, list[str]]) -> None:
    """Take a state over without touching QEMU, which has it already from a saved state."""
    with _state(run) as state:
        state.clear()
        state.update(wanted)


def start(run: Path) -> None:
    """Start the process for this guest; it ends with the guest."""
    with (run / "links.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-B", __file__, str(run)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    (run / "links.pid").write_text(str(process.pid), encoding="ascii")


def stop(run: Path) -> None:
    """End the process if it is there and ours."""
    try:
        number = int((run / "links.pid").read_text(encoding="ascii"))
        command = Path("/proc", str(number), "cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return
    if str(run).encode() not in command:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGTERM)
    deadline = time.monotonic() + 5
    while Path("/proc", str(number)).exists() and time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(number, os.WNOHANG)
        time.sleep(0.02)


@contextlib.contextmanager
def _state(run: Path) -> Iterator[dict[str, list[str]]]:
    """The state file under its lock; what the caller changes is written back."""
    with (run / "links.json").open("a+", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.seek(0)
        text = handle.read()
        state = json.loads(text) if text else {key: list(value) for key, value in _EMPTY.items()}
        yield state
        handle.seek(0)
        handle.truncate()
        handle.write(json.dumps(state))


def _apply(qemu: Monitor, nics: list[topology.Nic], state: dict[str, list[str]]) -> None:
    pulled, down = set(state["pulled"]), set(state["down"])
    for nic in nics:
        qemu.execute("set_link", name=nic.id, up=carrier(nic, pulled, down))


def _follow(run: Path) -> None:
    """Apply the guest's reports until the guest ends."""
    by_mac = {nic.mac: nic for nic in topology.NICS}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as serial, Monitor(run / MONITOR) as qemu:
        serial.connect(str(run / SERIAL))
        for line in serial.makefile("r", encoding="ascii", errors="replace"):
            mac, _space, word = line.strip().partition(" ")
            nic = by_mac.get(mac)
            if nic is None or word not in ("up", "down"):
                print(f"not understood: {line!r}", flush=True)
                continue
            with _state(run) as state:
                state["down"] = sorted(set(state["down"]) - {nic.id} if word == "up" else set(state["down"]) | {nic.id})
                _apply(qemu, [end for end in topology.cable_of(nic.node, nic.name) if end != nic], state)


if __name__ == "__main__":
    with contextlib.suppress(LabError, OSError, ValueError):
        _follow(Path(sys.argv[1]))
