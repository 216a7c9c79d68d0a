# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""The verbs of the command ``lab``."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import _guest
import _inventory
import _lifecycle
import _nodes
import _ssh
import _topology as topology
from _paths import LabError, cache_dir, run_dir, say


def _up(_options: argparse.Namespace) -> None:
    with _lifecycle.lock():
        _lifecycle.up()
    say(f"the lab is up: {_inventory.inventory_file()}")


def _down(_options: argparse.Namespace) -> None:
    with _lifecycle.lock():
        _lifecycle.down()
    say("the lab is down")


def _clean_cache(_options: argparse.Namespace) -> None:
    with _lifecycle.lock():
        _lifecycle.down()
        shutil.rmtree(cache_dir(), ignore_errors=True)
    say(f"{cache_dir()} removed")


def _reset(_options: argparse.Namespace) -> None:
    with _lifecycle.lock():
        _lifecycle.reset()
    say("the lab is in its ready state")


def _power_cut(_options: argparse.Namespace) -> None:
    with _lifecycle.lock():
        _lifecycle.power_cut()
    say("the guest is back after the power cut")


def _status(_options: argparse.Namespace) -> int:
    number = _guest.pid()
    if number is None:
        print("down")
        return 3
    state = _guest.state()
    print(f"up: pid {number}, port {state['port']}, {state['accelerator']}, image {state['image']}")
    for node in topology.NODES.values():
        health = _ssh.run(_ssh.node_command("health", node.name)).stdout.strip() or "unknown"
        print(f"{node.name:6} {node.stack:15} {node.access:14} {health}")
    return 0


def _inside(options: argparse.Namespace) -> None:
    _lifecycle.require()
    command = _ssh.node_command("inside", _nodes.check_name(options.node), *(options.command or ["bash", "-l"]))
    _become(command)


def _enter(options: argparse.Namespace) -> None:
    _lifecycle.require()
    # As with ssh itself, the words are one shell line for the guest.
    _become(["sh", "-c", " ".join(options.command)] if options.command else [])


def _become(command: list[str]) -> None:
    """Replace this process with an SSH client, so that its streams and its exit status are the command's."""
    terminal = ["-t"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    arguments = _ssh.guest_command(command, *terminal)
    sys.stdout.flush()
    os.execvp(arguments[0], arguments)


def _restart(options: argparse.Namespace) -> None:
    _nodes.restart(options.node)


def _kill(options: argparse.Namespace) -> None:
    _nodes.kill(options.node)


def _cable(options: argparse.Namespace) -> None:
    _nodes.cable(options.node, options.nic, on=options.state == "on")


def _print_inventory(_options: argparse.Namespace) -> None:
    _lifecycle.require()
    print(_inventory.write(Path(_guest.state()["image"])).read_text(encoding="utf-8"), end="")


def _ping(options: argparse.Namespace) -> None:
    if options.action == "start":
        if not options.address:
            raise LabError("`lab ping start NAME ADDRESS` needs an address")
        _nodes.ping_start(options.name, options.address)
    else:
        print(json.dumps(_nodes.ping_stop(options.name)))


def _logs(options: argparse.Namespace) -> int:
    _lifecycle.require()
    if options.node == topology.GUEST:
        command = ["journalctl", "--no-pager", "--boot"]
    elif "sysvinit-core" in topology.NODES[_nodes.check_name(options.node)].packages:
        command = _ssh.node_command("inside", options.node, "cat", "/var/log/syslog")
    else:
        command = _ssh.node_command("inside", options.node, "journalctl", "--no-pager")
    return subprocess.run(_ssh.guest_command(command), stdin=subprocess.DEVNULL, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description="Real bonds, hosts and switches inside one emulated machine.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, action: object, text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(perform=action)
        return added

    verb("up", _up, "build what is missing and start the lab in its ready state")
    verb("down", _down, "end the lab; only the cache stays")
    verb("clean-cache", _clean_cache, "end the lab and remove its cache")
    verb("reset", _reset, "put the running lab back into its ready state")
    verb("status", _status, "say whether the lab runs and how its nodes are; exit status 3 if it is down")
    verb("ssh", _enter, "run a command, or a shell, in the guest").add_argument("command", nargs=argparse.REMAINDER)
    inside = verb("exec", _inside, "run a command, or a shell, in a node without its data network: lab exec NODE -- CMD...")
    inside.add_argument("node")
    inside.add_argument("command", nargs="*")
    for name, action, text in (
        ("restart", _restart, "reboot a node, or start a killed one"),
        ("kill", _kill, "take a node's power away"),
        ("logs", _logs, "print the log of a node, or of the guest"),
    ):
        verb(name, action, text).add_argument("node")
    verb("power-cut", _power_cut, "reset the whole machine without warning and wait until all nodes are back")
    cable = verb("cable", _cable, "pull a cable or plug it in: lab cable NODE NIC on|off")
    cable.add_argument("node")
    cable.add_argument("nic")
    cable.add_argument("state", choices=("on", "off"))
    verb("inventory", _print_inventory, f"print the Ansible inventory of the running lab, and write it to {run_dir()}/inventory.yml")
    ping = verb("ping", _ping, "ping an address from the guest every 20 ms; `stop` prints what was lost as JSON")
    ping.add_argument("action", choices=("start", "stop"))
    ping.add_argument("name")
    ping.add_argument("address", nargs="?")
    return parser


def main() -> int:
    """Run one verb and return its exit status: 0 done, 1 not, 2 wrong usage."""
    try:
        options = _parser().parse_args()
        return options.perform(options) or 0
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
    except subprocess.TimeoutExpired as error:
        print(f"lab: no answer within {error.timeout:.0f} s: {' '.join(error.cmd[-3:])}", file=sys.stderr)
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return 130
    return 1
