# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""What is done to single nodes and cables of the running lab."""

from __future__ import annotations

import json
import re

import _lifecycle
import _links
import _ssh
import _topology as topology
from _paths import LabError, run_dir

_PING_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


def check_name(node: str) -> str:
    """The name itself, or LabError if there is no such node."""
    if node not in topology.NODES:
        raise LabError(f"there is no node {node}; nodes are {', '.join(topology.NODES)}")
    return node


def restart(node: str) -> None:
    """Reboot a node: its container is stopped, its namespace destroyed, and both are made again from its files."""
    _lifecycle.require()
    check_name(node)
    _done(_ssh.run(_ssh.node_command("restart", node), timeout=240), f"restarting {node}")
    _lifecycle.settle((node,))


def kill(node: str) -> None:
    """Take a node's power away: its container is killed, the far ends of its cables lose their carrier, until it is restarted."""
    _lifecycle.require()
    check_name(node)
    _done(_ssh.run(_ssh.node_command("kill", node), timeout=120), f"killing {node}")


def cable(node: str, name: str, *, on: bool) -> None:
    """Plug a cable in or pull it out: the carrier of both ends comes or goes."""
    _lifecycle.require()
    try:
        ends = topology.cable_of(node, name)
    except KeyError as error:
        raise LabError(error.args[0]) from error
    # On a segment that more than two share, only this node's own plug is pulled.
    mine = [nic for nic in ends if len(ends) == 2 or (nic.node, nic.name) == (node, name)]
    _links.plug(run_dir(), mine, on=on)


def ping_start(name: str, address: str) -> None:
    """Begin to ping an address every 20 ms from the guest's own namespace."""
    _lifecycle.require()
    unit, result = _ping(name)
    command = ["systemd-run", "--quiet", "--collect", f"--unit={unit}", "/usr/bin/python3", "/usr/local/lib/lab/pinger", address, result]
    _done(_ssh.run(["sh", "-c", 'rm -f "$0"; exec "$@"', result, *command]), f"starting ping {name}")


def ping_stop(name: str) -> dict:
    """End it and return what it saw, see the guest's ``pinger``."""
    _lifecycle.require()
    unit, result = _ping(name)
    _done(_ssh.run(["systemctl", "stop", unit]), f"stopping ping {name}")
    answer = _ssh.run(["cat", result])
    if answer.returncode:
        raise LabError(f"there is no ping {name}")
    return json.loads(answer.stdout)


def _ping(name: str) -> tuple[str, str]:
    if not _PING_NAME.fullmatch(name):
        raise LabError(f"the name of a ping is made of small letters, digits and hyphens, not {name!r}")
    return f"lab-ping-{name}.service", f"/run/lab/ping-{name}.json"


def _done(result: object, what: str) -> None:
    if result.returncode:
        raise LabError(f"{what} failed: {(result.stderr or result.stdout).strip()}")
