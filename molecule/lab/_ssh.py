# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""The way in: SSH to the guest over the forwarded port, and through the guest to every node."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import _topology as topology
from _paths import run_dir

NODE_SCRIPT = "/usr/local/lib/lab/node"


def config_file() -> Path:
    return run_dir() / "ssh_config"


def control_dir() -> Path:
    """Where the control sockets are, ours and Ansible's."""
    return run_dir() / "cp"


def write_config(image: Path, port: int) -> None:
    """Write the SSH client's configuration and the known host keys of every address that a node has from the start.

    A known address must show its own node's key; an address that a test invents is learnt at first sight and forgotten by the next reset.
    """
    control_dir().mkdir(mode=0o700, parents=True, exist_ok=True)
    known = [_known([f"[127.0.0.1]:{port}"], image, topology.GUEST)]
    known += [_known([*dict.fromkeys((node.name, node.access, *node.addresses))], image, node.name) for node in topology.NODES.values()]
    (run_dir() / "known_hosts").write_text("".join(known), encoding="utf-8")
    names = "".join(f"Host {node.name}\n  HostName {node.access}\n" for node in topology.NODES.values())
    config_file().write_text(
        f"""\
Host lab-guest
  HostName 127.0.0.1
  Port {port}
  ControlMaster auto
  ControlPath {control_dir()}/guest
  ControlPersist 900
{names}\
Host *
  User root
  IdentityFile {image}/id_ed25519
  IdentitiesOnly yes
  IdentityAgent none
  PreferredAuthentications publickey
  UserKnownHostsFile {run_dir()}/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking accept-new
  UpdateHostKeys no
  CheckHostIP no
  KexAlgorithms curve25519-sha256
  HostKeyAlgorithms ssh-ed25519
  GSSAPIAuthentication no
  LogLevel ERROR
Host * !lab-guest
  ProxyCommand ssh -F {config_file()} -W [%h]:%p lab-guest
""",
        encoding="utf-8",
    )


def _known(names: list[str], image: Path, node: str) -> str:
    kind, key, _comment = (image / "hostkeys" / f"{node}.pub").read_text(encoding="utf-8").split()
    return f"{','.join(names)} {kind} {key}\n"


def guest_command(command: list[str], *options: str) -> list[str]:
    """The argument vector that runs a command in the guest, or a shell if the command is empty."""
    return ["ssh", "-F", str(config_file()), *options, "lab-guest", *([shlex.join(command)] if command else [])]


def node_command(verb: str, *arguments: str) -> list[str]:
    """The guest's own script for nodes, as a command for the guest."""
    return [NODE_SCRIPT, verb, *arguments]


def run(command: list[str], timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
    """Run a command in the guest and return its result; its exit status is the caller's to judge."""
    return subprocess.run(
        guest_command(command, "-o", "ConnectTimeout=15"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def close_masters() -> None:
    """End the control masters to the guest and, through it, to the nodes: after a reset they would hang on dead connections."""
    if not control_dir().is_dir():
        return
    for path in control_dir().iterdir():
        command = ["ssh", "-F", str(config_file()), "-o", f"ControlPath={path}", "-O", "exit", "lab-guest"]
        try:
            subprocess.run(command, capture_output=True, timeout=5, check=False)
        except subprocess.TimeoutExpired:
            pass
        path.unlink(missing_ok=True)
