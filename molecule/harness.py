# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the lab and ansible-playbook from tests, benchmarks and the demo."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LAB = PROJECT / "molecule" / "lab" / "lab"
ADDRESSES = {"kvm1": "198.51.100.11", "kvm2": "198.51.100.12", "kvm3": "198.51.100.13", "kvm4": "198.51.100.14"}
CONFIGURATION = ("/etc/systemd/network", "/etc/NetworkManager/system-connections", "/etc/network")


def cache() -> Path:
    """Where the lab and the virtual environment are kept, outside the tree."""
    base = os.environ.get("TRUNKLINE_CACHE")
    return Path(base) if base else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trunkline-bonding"


@dataclass
class Run:
    """What a playbook run printed, its exit status and its seconds."""

    rc: int
    output: str
    seconds: float

    def last(self, lines: int = 60) -> str:
        return "\n".join(self.output.splitlines()[-lines:])


class Lab:
    """The lab as its command offers it; raises subprocess.CalledProcessError where the command fails."""

    def __call__(self, *words: str, check: bool = True, timeout: float = 900) -> str:
        done = subprocess.run([str(LAB), *words], capture_output=True, text=True, check=False, timeout=timeout, stdin=subprocess.DEVNULL)
        if check and done.returncode:
            raise RuntimeError(f"lab {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def up(self) -> None:
        self("up", timeout=3000)

    def reset(self) -> None:
        self("reset")

    def node(self, node: str, *command: str, check: bool = True) -> str:
        """Runs a command in a host or switch by a way that does not use its data network."""
        return self("exec", node, "--", *command, check=check)

    def shell(self, node: str, script: str, check: bool = True) -> str:
        return self.node(node, "sh", "-c", script, check=check)

    def json(self, node: str, *command: str):
        return json.loads(self.node(node, *command))

    def files(self, node: str) -> dict[str, str]:
        """Path -> checksum, mode, owner of every file of the host's network configuration."""
        script = (
            "for d in %s; do [ -d $d ] && find $d -type f -exec sh -c 'for f; do "
            'echo "$f $(sha256sum <"$f" | cut -d" " -f1) $(stat -c %%a:%%u:%%g "$f")"; done\' _ {} +; done; true' % " ".join(CONFIGURATION)
        )
        return dict(line.split(" ", 1) for line in self.shell(node, script).splitlines())

    def links(self, node: str) -> dict[str, dict]:
        """The host's links with addresses, master and kind: what must be as before after a rollback."""
        found = {}
        for link in self.json(node, "ip", "-j", "-d", "address", "show"):
            if link["ifname"] == "lo":
                continue
            found[link["ifname"]] = {
                "kind": link.get("linkinfo", {}).get("info_kind"),
                "master": link.get("master"),
                "mac": link["address"],
                "mtu": link["mtu"],
                "up": "UP" in link["flags"],
                "addresses": sorted(f"{a['local']}/{a['prefixlen']}" for a in link["addr_info"] if a["scope"] == "global"),
            }
        return found

    def routes(self, node: str) -> list[str]:
        found = []
        for family in ("-4", "-6"):
            for route in self.json(node, "ip", family, "-j", "route"):
                if route["dst"] == "default" or "gateway" in route:
                    found.append(f"{route['dst']} {route.get('gateway')} {route['dev']}")
        return sorted(found)

    def switch(self, node: str) -> dict[str, object]:
        """What a switch is configured to do with each of its ports and LAGs."""
        if self.node(node, "sh", "-c", "command -v ovs-vsctl || true").strip():
            columns = "--columns=name,tag,trunks,vlan_mode,lacp,bond_mode"
            ports = self.json(node, "ovs-vsctl", "-f", "json", columns, "list", "Port")["data"]
            return {str(port[0]): port[1:] for port in ports}
        found: dict[str, object] = {}
        for link in self.json(node, "ip", "-j", "-d", "link", "show"):
            if link["ifname"].startswith("swp") or link.get("linkinfo", {}).get("info_kind") == "bond":
                found[link["ifname"]] = [link.get("master"), link.get("linkinfo", {}).get("info_kind"), "UP" in link["flags"]]
        for port in self.json(node, "bridge", "-j", "vlan", "show"):
            found[f"VLANs of {port['ifname']}"] = port["vlans"]
        return found

    def lacp_ports(self, node: str, bond: str) -> int:
        """How many slaves are in the active aggregator and have a partner."""
        partner = self.shell(node, f"cat /sys/class/net/{bond}/bonding/ad_partner_mac").strip()
        return 0 if partner == "00:00:00:00:00:00" else int(self.shell(node, f"cat /sys/class/net/{bond}/bonding/ad_num_ports"))

    def answers(self, node: str, seconds: float = 5) -> float | None:
        """Seconds until the host answers a ping from the core router over its data network, or None."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            if (
                subprocess.run([str(LAB), "ssh", f"ping -c1 -W1 {ADDRESSES[node]} >/dev/null"], capture_output=True, check=False).returncode
                == 0
            ):
                return time.monotonic() - start
            time.sleep(0.3)
        return None


def environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    env = dict(os.environ, ANSIBLE_FORCE_COLOR="0", ANSIBLE_NOCOLOR="1", ANSIBLE_HOST_KEY_CHECKING="1", ANSIBLE_RETRY_FILES_ENABLED="0")
    env.update(extra or {})
    return env


def inventories(*names: str) -> list[str]:
    """The lab's connection data, and below it one or more directories with the intent."""
    words = ["-i", str(cache() / "lab" / "run" / "inventory.yml")]
    for name in names:
        words += ["-i", str(PROJECT / "molecule" / name)]
    return words


def overlay(folder: Path, variables: dict[str, dict]) -> str:
    """An inventory in an empty directory that gives hosts other variables than the inventories before it; returns its name."""
    (folder / "host_vars").mkdir(parents=True)
    (folder / "hosts.yml").write_text(json.dumps({"all": {"hosts": dict.fromkeys(variables)}}))
    for host, given in variables.items():
        (folder / "host_vars" / f"{host}.yml").write_text(json.dumps(given))
    return str(folder)


def playbook(name: str, *inventory: str, **options) -> Run:
    """Runs a playbook of the collection, such as ``site``. For the options see ansible."""
    return ansible(f"trunkline.bonding.{name}", *inventory, **options)


def ansible(
    name: str | Path,
    *inventory: str,
    limit: str | None = None,
    extra: dict | None = None,
    args: tuple = (),
    kill_after: str | None = None,
    timeout: float = 900,
) -> Run:
    """Runs ansible-playbook and returns what it printed.

    kill_after: a regular expression; when a line of the output matches, the controller is killed at once (SIGKILL to its process group).
    """
    command = ["ansible-playbook", *inventories(*inventory), str(name), *args]
    if limit:
        command += ["--limit", limit]
    if extra:
        command += ["--extra-vars", json.dumps(extra)]
    start = time.monotonic()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env=environment(),
    )
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if kill_after and re.search(kill_after, line):
                os.killpg(process.pid, signal.SIGKILL)
                break
            if time.monotonic() - start > timeout:
                raise TimeoutError(f"{name} ran longer than {timeout} s:\n{''.join(lines)}")
        process.wait(timeout=60)
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.stdout.close()
    return Run(process.returncode, "".join(lines), time.monotonic() - start)
