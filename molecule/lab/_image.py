# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""The disk image: what it is made of, the key that names it, and its building with mmdebstrap."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import _topology as topology
from _paths import SOURCE, LabError, cache_dir, say

# Raise it when the image changes for a reason that no file here shows, such as a point release of the suite.
FORMAT = 1
SUITE = "bookworm"
DISK_SIZE = "8G"

PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
}

# In every node and in the guest.
BASE_PACKAGES = (
    *("systemd-sysv", "dbus", "udev", "kmod", "procps", "psmisc", "netbase", "ca-certificates"),
    *("openssh-server", "python3", "sudo", "iproute2", "iputils-ping", "ethtool", "lldpd", "tcpdump", "less", "nano"),
)
GUEST_PACKAGES = ("linux-image-cloud-amd64", "initramfs-tools", "zstd", "podman", "crun", "netavark", "dnsmasq-base")
_MILESTONES = ("I: downloading", "I: extracting", "I: installing", "lab-image: ")
_TRIM = ("doc/*", "man/*", "locale/*", "info/*", "lintian/*")


def image_key() -> str:
    """A hash of everything that the image is made from: files, package lists, suite, mirror, format."""
    digest = hashlib.sha256()
    for path in sorted([*(SOURCE / "image").rglob("*"), SOURCE / "_topology.py", SOURCE / "_image.py"]):
        if path.is_file() and not path.is_symlink():
            mode = "x" if os.access(path, os.X_OK) else "-"
            digest.update(f"{path.relative_to(SOURCE)} {mode} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    digest.update(f"{FORMAT} {SUITE} {' '.join(_sources())}".encode())
    return digest.hexdigest()[:16]


def image_dir() -> Path:
    return cache_dir() / image_key()


def missing_packages() -> list[str]:
    """Debian packages of the programs that this machine lacks."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    # Without root mmdebstrap works in a user namespace, which needs this program.
    programs = PROGRAMS if os.geteuid() == 0 else {**PROGRAMS, "newuidmap": "uidmap"}
    return sorted({package for program, package in programs.items() if not shutil.which(program, path=path)})


def install_missing() -> None:
    """Install with apt what the lab needs and the machine lacks; nothing at all when it is there."""
    packages = missing_packages()
    if not packages:
        return
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise LabError(f"this machine lacks programs of the packages {names} and has no apt-get: install them with its own package manager")
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    if as_root and not shutil.which("sudo"):
        raise LabError(f"run as root: apt-get install --no-install-recommends {names}")
    say(f"installing {names}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [*as_root, "apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    for command in ([*as_root, "apt-get", "update", "--quiet"], install):
        if subprocess.run(command, env=environment, stdout=2, check=False).returncode:
            raise LabError(f"{' '.join(command)} failed")


def ensure_image() -> Path:
    """The directory of the image for the current key; built first if it is not there.

    Raises LabError with the end of the log when the building fails.
    """
    directory = image_dir()
    if (directory / "disk.qcow2").exists():
        return directory
    started = time.monotonic()
    cache_dir().mkdir(parents=True, exist_ok=True)
    drop_old_images()
    with tempfile.TemporaryDirectory(prefix="build-", dir=cache_dir()) as temporary:
        stage, result = Path(temporary, "stage"), Path(temporary, "result")
        stage.mkdir()
        result.mkdir()
        _stage(stage, result)
        _mmdebstrap(stage, result, Path(temporary))
        result.rename(directory)
    say(f"image {directory.name} built in {time.monotonic() - started:.0f} s")
    return directory


def drop_old_images() -> None:
    """Remove images whose key is not the current one, and what an interrupted building left."""
    current = image_key()
    if not cache_dir().is_dir():
        return
    for path in cache_dir().iterdir():
        if path.is_dir() and path.name not in (current, "run"):
            say(f"removing {path.name} from the cache")
            shutil.rmtree(path)


def _sources() -> list[str]:
    """APT source lines: the machine's own for this suite; TRUNKLINE_MIRROR overrides them. Raises LabError where there are none."""
    mirror = os.environ.get("TRUNKLINE_MIRROR")
    if mirror:
        return [f"deb {mirror} {SUITE} main"]
    own = [line for path in _source_files() for line in _source_lines(path)]
    if not own:
        raise LabError(f"this machine has no APT source for {SUITE}: set TRUNKLINE_MIRROR to the URL of a Debian mirror")
    return own


def _source_files() -> list[Path]:
    directory = Path("/etc/apt/sources.list.d")
    parts = sorted([*directory.glob("*.list"), *directory.glob("*.sources")]) if directory.is_dir() else []
    return [path for path in (Path("/etc/apt/sources.list"), *parts) if path.is_file()]


def _source_lines(path: Path) -> list[str]:
    """The one-line sources in a file that hold this suite of Debian itself."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix != ".sources":
        lines = [line.split("#")[0].split() for line in text.splitlines() if line.startswith("deb ")]
        pairs = [[word for word in line[1:] if "=" not in word and not word.startswith("[")] for line in lines]
        return [f"deb {words[0]} {words[1]} main" for words in pairs if len(words) > 2 and _is_ours(words[0], words[1])]
    found = []
    for stanza in text.split("\n\n"):
        fields = {
            key.strip().lower(): value.split()
            for key, _colon, value in (line.partition(":") for line in stanza.splitlines() if not line.startswith("#"))
        }
        if "no" in fields.get("enabled", []) or "deb" not in fields.get("types", []):
            continue
        pairs = [(uri, suite) for uri in fields.get("uris", []) for suite in fields.get("suites", [])]
        found += [f"deb {uri} {suite} main" for uri, suite in pairs if _is_ours(uri, suite)]
    return found


def _is_ours(uri: str, suite: str) -> bool:
    name = uri.rstrip("/").rsplit("/", 1)[-1]
    return (name, suite) in {("debian", SUITE), ("debian", f"{SUITE}-updates"), ("debian-security", f"{SUITE}-security")}


def _stage(stage: Path, result: Path) -> None:
    """Collect what the build script reads: files, tables, keys."""
    shutil.copytree(SOURCE / "image" / "files", stage / "files")
    shutil.copy(SOURCE / "image" / "build.sh", stage / "build.sh")
    keys = stage / "keys"
    keys.mkdir(mode=0o700)
    _keygen(result / "id_ed25519", "trunkline-lab")
    shutil.copy(result / "id_ed25519.pub", keys / "id_ed25519.pub")
    (result / "hostkeys").mkdir()
    for name in (topology.GUEST, *topology.NODES):
        _keygen(keys / f"host_{name}", name)
        shutil.copy(keys / f"host_{name}.pub", result / "hostkeys" / f"{name}.pub")
    nodes = "".join(f"{node.name} {' '.join(node.packages)}\n" for node in topology.NODES.values())
    hosts = "".join(
        f"{address} {node.name}.{topology.DOMAIN} {node.name}\n"
        for node in topology.NODES.values()
        for address in (node.addresses or (node.access,))
    )
    tables = {
        "packages.nodes": nodes,
        "packages.guest": " ".join(GUEST_PACKAGES) + "\n",
        "hosts": f"198.51.100.1 core.{topology.DOMAIN} core\n{hosts}",
        "nics": topology.guest_table(),
        "management": topology.MANAGEMENT_MAC + "\n",
        "disk-size": DISK_SIZE + "\n",
    }
    for name, text in tables.items():
        (stage / name).write_text(text, encoding="utf-8")


def _keygen(path: Path, comment: str) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)], check=True)


def _mmdebstrap(stage: Path, result: Path, temporary: Path) -> None:
    log = cache_dir() / "build.log"
    command = ["mmdebstrap", "--variant=apt", "--format=null", f"--include={','.join(BASE_PACKAGES)}"]
    command += ['--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Retries "3"', "--dpkgopt=force-unsafe-io"]
    command += [f"--dpkgopt=path-exclude=/usr/share/{part}" for part in _TRIM]
    hooks = ['mkdir -p "$1/srv/lab/build"', f"sync-in {stage} /srv/lab/build", 'sh "$1/srv/lab/build/build.sh" "$1"']
    if os.geteuid() == 0:
        hooks += [f'mv "$1"/lab-out/* {result}']
    else:
        # The namespace's root may not write into the user's directories: the files come through a pipe.
        hooks += [f"download /lab-out/{name} {result / name}" for name in ("disk.qcow2", "vmlinuz", "initrd", "packages")]
    command += [f"--customize-hook={hook}" for hook in hooks]
    command += [SUITE, "-", *_sources()]
    environment = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    if os.geteuid() == 0:
        environment["TMPDIR"] = str(temporary)
    say(f"building the image with mmdebstrap, about three minutes (log: {log})")
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        try:
            _follow(process, log)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])
        raise LabError(f"building the image failed with status {process.returncode}; the end of {log}:\n{tail}")


def _follow(process: subprocess.Popen, log: Path) -> None:
    """Show the building's own milestones as they appear in its log."""
    with log.open(encoding="utf-8", errors="replace") as reader:
        while process.poll() is None:
            for line in reader:
                if line.startswith(_MILESTONES):
                    say("  " + line.split(": ", 1)[1].rstrip(".\n"))
            time.sleep(0.3)
