# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order table of a change at both ends, walked through by site.yml with a ping every 20 ms: for the scenario ``order`` and the bench.

A form is what a host and its ports are. A walk is a list of forms, so that each step of it is one cell of the table in
docs/modes-and-pairing.md, "A change goes through one member". Hosts of one run are at different switches.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import yaml
from harness import ADDRESSES, Lab, Run, overlay, playbook

PLAIN, BONDED = "default/inventory/plain", "default/inventory/bonded"
SWITCH = {"kvm1": "leaf1", "kvm2": "leaf2", "kvm3": "leaf1", "kvm4": "leaf2"}
# Two hosts at once are slow in an emulated machine, more so on a busy one.
DEADLINE = {"bonding_deadline": 480}
LAG = {"vlans": {"native": 10, "tagged": [20]}, "edge_port": True}
# The third cable of the hosts that have one.
THIRD = {
    "kvm1": {"mac": "0c:c4:7a:00:01:02", "switch": "leaf1", "port": "swp3"},
    "kvm2": {"mac": "0c:c4:7a:00:02:02", "switch": "leaf2", "port": "swp3"},
    "kvm3": {"mac": "0c:c4:7a:00:03:02", "switch": "leaf1", "port": "swp6"},
}

# From form to form. Open vSwitch has no static LAG.
WALKS = {
    "linux": (
        "plain", "802.3ad", "802.3ad of three", "802.3ad", "active-backup", "802.3ad", "balance-xor", "802.3ad", "plain",
        "active-backup", "balance-xor", "active-backup", "plain",
    ),
    "openvswitch": (
        "plain", "802.3ad", "802.3ad of three", "802.3ad", "active-backup", "802.3ad", "plain", "active-backup", "plain",
    ),
}  # fmt: skip
KIND = {"leaf1": "linux", "leaf2": "openvswitch"}


class Cell(NamedTuple):
    """What one step of a walk has cost a host; gaps in seconds."""

    host: str
    before: str
    after: str
    lost: int
    sent: int
    own: float  # the longest while the host changed itself
    order: float  # the longest at the steps of the switch, before and after it

    def __str__(self) -> str:
        step = f"{self.before} -> {self.after}"
        gaps = f"longest gap {self.order:.2f} s at the switch's steps, {self.own:.2f} s at the host's own"
        return f"{self.host} at {SWITCH[self.host]}: {step:36} {self.lost:4} of {self.sent} pings lost, {gaps}"


def variables(host: str, form: str) -> dict:
    """The variables of a host in a form, over those of the default scenario's inventory."""
    nics = _host_vars(BONDED, host)["bonding_nics"]
    slaves = ["eth0", "eth1"]
    if form == "plain":
        return {**DEADLINE, **_host_vars(PLAIN, host), "bonding_bonds": [], "bonding_vlans": [], "bonding_bridges": []}
    profiles = {
        "802.3ad": {"mode": "802.3ad", "options": {"miimon": 100, "lacp_rate": "fast", "xmit_hash_policy": "layer3+4", "min_links": 1}},
        "active-backup": {"mode": "active-backup", "options": {"miimon": 100}},
        "balance-xor": {"mode": "balance-xor", "options": {"miimon": 100, "xmit_hash_policy": "layer3+4"}},
    }
    profile = {**profiles[form.split()[0]], "lag": LAG}
    if form.endswith("of three"):
        nics, slaves = {**nics, "eth2": THIRD[host]}, [*slaves, "eth2"]
    elif host in THIRD:
        # A NIC that is no slave any more needs a port that is none.
        nics = {**nics, "eth2": {**THIRD[host], "vlans": {"native": 10}}}
    bonds = [{"name": "bond0", "profile": "compute", "slaves": slaves}]
    return {**DEADLINE, **_host_vars(BONDED, host), "bonding_nics": nics, "bonding_bonds": bonds, "bonding_profile_compute": profile}


def _host_vars(inventory: str, host: str) -> dict:
    path = Path(__file__).resolve().parent / inventory / "host_vars" / f"{host}.yml"
    return yaml.safe_load(path.read_text())


@contextlib.contextmanager
def inventory(forms: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Inventories in which these hosts have these forms."""
    with tempfile.TemporaryDirectory() as folder:
        yield BONDED, overlay(Path(folder) / "forms", {host: variables(host, form) for host, form in forms.items()})


def site(forms: Mapping[str, str], **options) -> Run:
    limit = ",".join([*forms, *(SWITCH[host] for host in forms)])
    with inventory(forms) as names:
        return playbook("site", *names, limit=limit, **options)


@contextlib.contextmanager
def pinged(lab: Lab, hosts: list[str]) -> Iterator[dict[str, dict]]:
    """A ping every 20 ms from the core router to each host; afterwards the dictionary holds what ``lab ping stop`` told."""
    seen: dict[str, dict] = {}
    for host in hosts:
        lab("ping", "start", f"watch-{host}", ADDRESSES[host])
    time.sleep(1)
    try:
        yield seen
        time.sleep(2)
    finally:
        for host in hosts:
            seen[host] = json.loads(lab("ping", "stop", f"watch-{host}"))


def steps(hosts: list[str]) -> list[dict[str, tuple[str, str]]]:
    """Host -> (before, after) for each run: the hosts walk side by side, each as far as its switch goes."""
    walks = {host: WALKS[KIND[SWITCH[host]]] for host in hosts}
    return [
        {host: (walk[number], walk[number + 1]) for host, walk in walks.items() if number + 1 < len(walk)}
        for number in range(max(map(len, walks.values())) - 1)
    ]


def walk(lab: Lab, step: Mapping[str, tuple[str, str]]) -> tuple[Run, list[Cell]]:
    """One run of site.yml for all hosts of a step, and what it has cost each of them."""
    with pinged(lab, list(step)) as seen:
        run = site({host: after for host, (_before, after) in step.items()})
    return run, [_cell(lab, host, *step[host], told) for host, told in seen.items()]


def _cell(lab: Lab, host: str, before: str, after: str, told: dict) -> Cell:
    newest = "cd /var/lib/trunkline-bonding/transactions && cd $(ls | tail -n 1) && stat -c %.3Y apply.pid log"
    begun, ended = map(float, lab.shell(host, newest).split())
    longest = {True: 0.0, False: 0.0}
    for gap in told["gaps"]:
        own = begun <= gap["at"] <= ended
        longest[own] = max(longest[own], gap["seconds"])
    return Cell(host, before, after, told["lost"], told["sent"], longest[True], longest[False])
