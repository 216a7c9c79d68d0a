# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""The QEMU process: its command line, start, stop, saved state."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import _links
import _ssh
import _topology as topology
from _paths import LabError, cache_dir, run_dir, say
from _qmp import Monitor

MEMORY_MIB = 3072
SNAPSHOT = "ready"
KVM_TRIAL_SECONDS = 25
BOOT_SECONDS = 240
# norandmaps: QEMU keys translated code by its virtual address too; with the same addresses in every process an exec is six times cheaper.
_KERNEL_LINE = (
    "root=/dev/vda rw console=ttyS0 net.ifnames=0 norandmaps mitigations=off nowatchdog audit=0 rcupdate.rcu_expedited=1"
    " quiet systemd.show_status=0 panic=-1"
)
# String instructions, SMAP and extended states cost more in software than what they save in hardware.
_TCG_CPU = "max,la57=off,-erms,-fsrm,-smap,-smep,-pcid,-pku,-xsave,-avx,-avx2,-f16c,-fma"
# ctrl_vlan: QEMU loses a NIC's VLAN filter when it loads a saved state, and the NIC then drops tagged frames.
_NIC = "speed=10000,duplex=full,ctrl_vlan=off,romfile="


def pid() -> int | None:
    """The process id of the running guest; None when there is none, also if the number now belongs to somebody else's process."""
    try:
        number = int((run_dir() / "qemu.pid").read_text(encoding="ascii"))
        command = Path("/proc", str(number), "cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return number if str(run_dir() / "qemu.pid").encode() in command else None


def state() -> dict:
    """What the running guest was started with: ``image``, ``disk``, ``port``, ``accelerator``."""
    return json.loads((run_dir() / "guest.json").read_text(encoding="utf-8"))


def monitor() -> Monitor:
    return Monitor(run_dir() / "qmp.sock")


def qemu_version() -> str:
    output = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True, check=True).stdout
    return output.splitlines()[0]


def accelerator(image: Path) -> str:
    """``kvm`` if a boot of this image under KVM answered in time on this machine, else ``tcg``; tried once and remembered.

    /dev/kvm may exist and still hang a stock kernel. TRUNKLINE_LAB_ACCEL decides without a trial.
    """
    forced = os.environ.get("TRUNKLINE_LAB_ACCEL")
    if forced:
        if forced not in ("kvm", "tcg"):
            raise LabError(f"TRUNKLINE_LAB_ACCEL is {forced!r}: it must be kvm or tcg")
        return forced
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    machine = f"{platform.release()} {platform.version()} {qemu_version()}"
    memory = cache_dir() / "accelerator.json"
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
        if known["machine"] == machine:
            return known["accelerator"]
    except (OSError, ValueError, KeyError):
        pass
    say(f"trying KVM for at most {KVM_TRIAL_SECONDS} s")
    port = free_port()
    # -snapshot: what a trial writes is thrown away.
    trial = [*command_line("kvm", image, image / "disk.qcow2", port), "-snapshot", "-serial", "null", "-monitor", "none"]
    process = subprocess.Popen(trial, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    verdict = "tcg"
    try:
        deadline = time.monotonic() + KVM_TRIAL_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if ssh_banner(port):
                verdict = "kvm"
                break
            time.sleep(0.3)
    finally:
        process.kill()
        process.wait()
    memory.write_text(json.dumps({"machine": machine, "accelerator": verdict}), encoding="utf-8")
    say(f"KVM {'works' if verdict == 'kvm' else 'does not work here: software emulation'}")
    return verdict


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def ssh_banner(port: int) -> bool:
    """Whether an SSH server behind the forwarded port greets us; QEMU itself accepts the connection long before."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def command_line(accel: str, image: Path, disk: Path, port: int) -> list[str]:
    """QEMU's arguments for the machine itself: everything that a saved state depends on."""
    line = ["qemu-system-x86_64", "-name", "trunkline-lab", "-nodefaults", "-no-user-config", "-display", "none", "-vga", "none"]
    line += ["-machine", "pc", "-smp", "2", "-m", str(MEMORY_MIB), "-rtc", "base=utc"]
    line += ["-accel", "kvm", "-cpu", "host"] if accel == "kvm" else ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", _TCG_CPU]
    line += ["-kernel", str(image / "vmlinuz"), "-initrd", str(image / "initrd"), "-append", _KERNEL_LINE]
    line += ["-drive", f"file={disk},if=none,id=disk,format=qcow2,cache=writeback,discard=unmap,detect-zeroes=unmap"]
    line += [
        "-device",
        "virtio-blk-pci,drive=disk,addr=0x3",
        "-device",
        "virtio-rng-pci,addr=0x4",
        "-device",
        "virtio-balloon-pci,id=balloon,addr=0x5",
    ]
    line += ["-netdev", f"user,id=management,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:22"]
    line += ["-device", f"virtio-net-pci,netdev=management,mac={topology.MANAGEMENT_MAC},romfile=,addr=0x6"]
    hubs = {hub: number for number, hub in enumerate(dict.fromkeys(nic.hub for nic in topology.NICS), 1)}
    drained: set[str] = set()
    for number, nic in enumerate(topology.NICS):
        # Eight NICs share a slot as its functions: a PC has 32 slots.
        place = f"addr={7 + number // 8:#x}.{number % 8}" + (",multifunction=on" if number % 8 == 0 else "")
        line += ["-netdev", f"hubport,id=port-{nic.id},hubid={hubs[nic.hub]}"]
        if nic.hub not in drained:
            # A hub holds a sender back while no other port takes frames; a port with nothing behind it always does.
            drained.add(nic.hub)
            line += ["-netdev", f"hubport,id=drain-{nic.hub},hubid={hubs[nic.hub]}"]
        line += ["-device", f"virtio-net-pci,netdev=port-{nic.id},id={nic.id},mac={nic.mac},{_NIC},{place}"]
    return line


def saved_state(image: Path, accel: str) -> Path:
    """The disk that holds the saved ready state for this image, QEMU and machine."""
    parts = [qemu_version(), *command_line(accel, Path("image"), Path("disk"), 0)]
    if accel == "kvm":
        parts += [platform.release(), Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n", 1)[0].split("flags", 1)[-1]]
    return image / f"ready-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:12]}.qcow2"


def start(image: Path, disk: Path, accel: str, *, ready: bool, links: dict[str, list[str]]) -> None:
    """Start the guest on a disk, from the saved state or by a boot, and wait until it answers.

    ``links`` is which NICs are down and which cables are pulled in that state.

    Raises LabError if QEMU does not start or the guest does not answer in time.
    """
    run = run_dir()
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("qmp.sock", "qemu.pid", "links.json"):
        (run / name).unlink(missing_ok=True)
    port = free_port()
    _ssh.write_config(image, port)
    (run / "guest.json").write_text(
        json.dumps({"image": str(image), "disk": str(disk), "port": port, "accelerator": accel}), encoding="utf-8"
    )
    _links.write(run, links)
    line = command_line(accel, image, disk, port)
    line += ["-qmp", f"unix:{run}/qmp.sock,server=on,wait=off", "-serial", f"file:{run}/console.log", *_links.qemu_arguments(run)]
    line += ["-pidfile", str(run / "qemu.pid"), "-daemonize"]
    line += ["-loadvm", SNAPSHOT] if ready else []
    result = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode:
        raise LabError(f"QEMU did not start: {result.stderr.strip()}")
    _links.start(run)
    try:
        wait_answer(30 if ready else BOOT_SECONDS)
    except BaseException:
        stop()
        raise


def wait_answer(seconds: float) -> None:
    """Wait until a command runs in the guest over SSH, and set its clock, which stood still while the state was saved."""
    deadline = time.monotonic() + seconds
    port = state()["port"]
    while True:
        if pid() is None:
            raise LabError(f"the guest ended; its console: {run_dir()}/console.log")
        if ssh_banner(port) and _ssh.run(["date", "--utc", "--set", f"@{time.time():.3f}"]).returncode == 0:
            return
        if time.monotonic() > deadline:
            raise LabError(f"the guest did not answer within {seconds:.0f} s; its console: {run_dir()}/console.log")
        time.sleep(0.1)


def stop() -> None:
    """End the guest and remove everything of the run."""
    _ssh.close_masters()
    number = pid()
    if number is not None:
        try:
            with monitor() as qemu:
                qemu.execute("quit")
        except (OSError, LabError):
            pass
        if not _gone(number, 10):
            os.kill(number, signal.SIGKILL)
            _gone(number, 10)
    _links.stop(run_dir())
    shutil.rmtree(run_dir(), ignore_errors=True)


def _gone(number: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while Path("/proc", str(number)).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not Path("/proc", str(number)).exists()
