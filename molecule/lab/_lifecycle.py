# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""From nothing to a lab that is ready, and back: up, down, reset, power cut."""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import _guest
import _image
import _inventory
import _links
import _ssh
import _topology as topology
from _paths import LabError, cache_dir, run_dir, say

SETTLE_SECONDS = 300
# LLDP's first frames, the neighbour tables and the daemons' start-up work are over by then.
REST_SECONDS = 8


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """One command at a time may change the lab; the others wait."""
    cache_dir().mkdir(parents=True, exist_ok=True)
    with (cache_dir() / "lock").open("w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another lab command to end")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def require() -> None:
    """Raise LabError unless the guest runs."""
    if _guest.pid() is None:
        raise LabError("the lab is not running: start it with `lab up`")


def up() -> None:
    """Start the lab in its ready state; build what is missing. Does nothing when it runs from the current image."""
    if _guest.pid() is not None:
        if _guest.state()["image"] == str(_image.image_dir()):
            return
        say("the running guest is from another image: starting anew")
        down()
    _image.install_missing()
    image = _image.ensure_image()
    _image.drop_old_images()
    accel = _guest.accelerator(image)
    disk = _guest.saved_state(image, accel)
    if not _usable(disk):
        _save_ready_state(image, disk, accel)
    mark = _mark(disk)
    mark.touch()
    say("starting the guest from its saved state")
    _guest.start(image, disk, accel, ready=True, links=_saved_links(disk))
    _inventory.write(image)


def down() -> None:
    """End the guest; nothing is left but the cache."""
    disk = None
    if _guest.pid() is not None:
        disk = Path(_guest.state()["disk"])
    _guest.stop()
    if disk is not None:
        _mark(disk).unlink(missing_ok=True)


def reset() -> None:
    """Back to the ready state: memory, disks, cables."""
    require()
    _ssh.close_masters()
    with _guest.monitor() as qemu:
        qemu.execute("stop")
        _links.stop(run_dir())
        trouble = qemu.human(f"loadvm {_guest.SNAPSHOT}")
        _links.write(run_dir(), _saved_links(Path(_guest.state()["disk"])))
        _links.start(run_dir())
        qemu.execute("cont")
    if trouble:
        raise LabError(f"loading the saved state failed: {trouble}")
    _ssh.write_config(Path(_guest.state()["image"]), _guest.state()["port"])
    _guest.wait_answer(30)


def power_cut() -> None:
    """Reset the guest's hardware as a power cut does, and wait until every node is back."""
    require()
    _ssh.close_masters()
    with _guest.monitor() as qemu:
        qemu.execute("system_reset")
    # The server of before the reset must not be taken for the one after it.
    time.sleep(1)
    _guest.wait_answer(_guest.BOOT_SECONDS)
    settle()


def settle(nodes: tuple[str, ...] = tuple(topology.NODES)) -> None:
    """Wait until the init of every node says that it is done. Raises LabError with what is missing."""
    deadline = time.monotonic() + SETTLE_SECONDS
    waiting = list(nodes)
    while True:
        for node in list(waiting):
            health = _ssh.run(_ssh.node_command("health", node)).stdout.strip()
            if health in ("running", "degraded"):
                say(f"{node} is {health}")
                waiting.remove(node)
        if not waiting:
            return
        if time.monotonic() > deadline:
            raise LabError(f"not up after {SETTLE_SECONDS} s: {', '.join(waiting)} (`lab logs NODE` may tell why)")
        time.sleep(0.5)


def _mark(disk: Path) -> Path:
    """A file that exists while a guest writes to the disk; it outlives a guest that was not ended properly."""
    return disk.with_suffix(".in-use")


def _links_file(disk: Path) -> Path:
    """Which NICs were down when the state was saved."""
    return disk.with_suffix(".links.json")


def _saved_links(disk: Path) -> dict[str, list[str]]:
    return json.loads(_links_file(disk).read_text(encoding="utf-8"))


def _usable(disk: Path) -> bool:
    """Whether the saved state is there and whole; a disk whose guest ended badly is checked first."""
    if not disk.exists() or not _links_file(disk).exists():
        return False
    if _mark(disk).exists():
        say("the last guest did not end properly: checking its disk")
        if subprocess.run(["qemu-img", "check", "-q", "-r", "leaks", str(disk)], capture_output=True, check=False).returncode:
            disk.unlink()
            return False
    return True


def _save_ready_state(image: Path, disk: Path, accel: str) -> None:
    """Boot the image once, wait until everything is up and reachable, and save the machine's state."""
    for old in image.glob("ready-*"):
        old.unlink()
    new = disk.with_suffix(".new")
    new.unlink(missing_ok=True)
    command = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", "disk.qcow2", "-F", "qcow2", str(new)]
    subprocess.run(command, check=True)
    say(f"first boot with {accel}; the state is saved when all nodes are up")
    _guest.start(image, new, accel, ready=False, links={"pulled": [], "down": []})
    try:
        say("the guest answers")
        settle()
        _reachable()
        time.sleep(REST_SECONDS)
        _ssh.run(["sh", "-c", "sync; echo 1 > /proc/sys/vm/drop_caches"])
        with _guest.monitor() as qemu:
            trouble = qemu.human(f"savevm {_guest.SNAPSHOT}")
        if trouble:
            raise LabError(f"saving the state failed: {trouble}")
        _links_file(disk).write_text(json.dumps(_links.read(run_dir())), encoding="utf-8")
    finally:
        shutil.copy(run_dir() / "console.log", cache_dir() / "first-boot.log")
        _guest.stop()
    new.rename(disk)
    say("ready state saved")


def _reachable() -> None:
    """Wait until every address of every node answers a ping from the guest."""
    deadline = time.monotonic() + 60
    for node in topology.NODES.values():
        for address in node.addresses or (node.access,):
            while _ssh.run(["ping", "-n", "-q", "-c", "1", "-W", "1", address]).returncode:
                if time.monotonic() > deadline:
                    raise LabError(f"{node.name} does not answer on {address}")
