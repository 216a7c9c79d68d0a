# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""The Ansible inventory of the running lab: how each node is reached, and what its cables are."""

from __future__ import annotations

import json
from pathlib import Path

import _ssh
import _topology as topology
from _paths import run_dir

NETWORK_OS = {"linux": "trunkline.bonding.linux", "openvswitch": "trunkline.bonding.openvswitch"}


def inventory_file() -> Path:
    return run_dir() / "inventory.yml"


def write(image: Path) -> Path:
    """Write the inventory and return its path."""
    inventory_file().write_text(render(image), encoding="utf-8")
    return inventory_file()


def render(image: Path) -> str:
    """The inventory as YAML.

    ``lab_nics`` has the shape of ``bonding_nics`` and says how the host is cabled; the lab itself sets no variable of the collection
    but ``ansible_network_os``. ``lab_stack`` is what manages the node's network.
    """
    common = {
        "ansible_user": "root",
        "ansible_connection": "ssh",
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_pipelining": True,
        "ansible_ssh_common_args": f"-F {_ssh.config_file()}",
        "ansible_ssh_args": "-o ControlMaster=auto -o ControlPersist=60s",
        "ansible_control_path_dir": str(_ssh.control_dir()),
        "ansible_ssh_private_key_file": str(image / "id_ed25519"),
        "lab_command": str(Path(__file__).resolve().parent / "lab"),
    }
    lines = ["---", "# Written by `lab inventory`: how the nodes of the running lab are reached.", "all:", "  vars:"]
    lines += _pairs(common, 4)
    lines += ["  children:"]
    for group, nodes in (("hosts", topology.HOSTS), ("switches", topology.SWITCHES)):
        lines += [f"    {group}:", "      hosts:"]
        for node in nodes:
            lines += [f"        {node.name}:", *_pairs(_variables(node), 10)]
            if node.kind == "host":
                lines += ["          lab_nics:"]
                lines += [f"            {nic.name}: {_flow(_cabling(nic))}" for nic in topology.nics_of(node.name)]
    return "\n".join(lines) + "\n"


def _variables(node: topology.Node) -> dict[str, object]:
    found: dict[str, object] = {"ansible_host": node.access, "lab_stack": node.stack}
    if node.kind == "switch":
        found["ansible_network_os"] = NETWORK_OS[node.stack]
    return found


def _cabling(nic: topology.Nic) -> dict[str, str]:
    far = topology.peer_of(nic)
    return {"mac": nic.mac, "switch": far.node, "port": far.name}


def _pairs(values: dict[str, object], indent: int) -> list[str]:
    return [f"{' ' * indent}{key}: {json.dumps(value)}" for key, value in values.items()]


def _flow(values: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {json.dumps(value)}" for key, value in values.items()) + "}"
