# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of a link, made by hand behind the collection's back: prove.yml must find each, name it, and change nothing.

kvm1 is in front of the Linux switch leaf1, kvm2 in front of Open vSwitch on leaf2; both are as site.yml has left them.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from harness import PROJECT, Lab, Run, overlay, playbook

BONDED = "default/inventory/bonded"
SWITCH = {"kvm1": "leaf1", "kvm2": "leaf2"}

# A port of the Linux switch can only be renamed, or join a bond, while it is down.
RENAME = (
    "for p in {0} {1}; do ip link set $p down; done; ip link set {0} name other; ip link set {1} name {0}; ip link set other name {1}; "
)
CROSS = RENAME + "for p in {0} {1}; do ip link set $p up; done"
TO_BOND = "ip link set {0} down; ip link set {0} nomaster; ip link set {0} master {1}; ip link set {0} up"
TO_BRIDGE = (
    "ip link set swp2 down; ip link set swp2 nomaster; ip link set swp2 master br0; ip link set swp2 up; "
    "bridge vlan add dev swp2 vid 10 pvid untagged; bridge vlan add dev swp2 vid 20; bridge vlan del dev swp2 vid 1"
)
SECOND_BOND = (
    "ip link add bond9 type bond mode 802.3ad miimon 100 lacp_rate fast; ip link set bond9 master br0; "
    "bridge vlan add dev bond9 vid 10 pvid untagged; ip link set bond9 up; "
)
MODE = (
    "for p in swp1 swp2; do ip link set $p down; ip link set $p nomaster; done; ip link set bond1 down; "
    "ip link set bond1 type bond mode {0}; "
    "for p in swp1 swp2; do ip link set $p master bond1; ip link set $p up; done; ip link set bond1 up"
)
RATE = "ip link set bond1 down; ip link set bond1 type bond lacp_rate {0}; ip link set bond1 up"
OVS_LEAVE = (
    "ovs-vsctl -- --id=@i get interface swp2 -- remove port bond1 interfaces @i "
    "-- --id=@p create port name=swp2 'interfaces=[@i]' vlan_mode=native-untagged tag=10 'trunks=[20]' {0} -- add bridge br0 ports @p"
)
OVS_JOIN = "ovs-vsctl -- --id=@i get interface swp2 -- --id=@p get port swp2 -- remove bridge br0 ports @p -- add port bond1 interfaces @i"


class Fault(NamedTuple):
    """What is done by hand and how it is taken back, each a list of (node, sh); the findings, and words of the line."""

    inject: list[tuple[str, str]]
    undo: list[tuple[str, str]]
    findings: set[str]
    words: str
    cables: tuple[str, ...] = ()  # of the host, pulled meanwhile
    variables: dict | None = None  # of the host, over those of the inventory


def nics(**ports: str) -> dict:
    """kvm2's NICs as a user could have written them: with other ports than those where the cables are."""
    given = yaml.safe_load((PROJECT / "molecule" / BONDED / "host_vars" / "kvm2.yml").read_text())["bonding_nics"]
    return {name: {**nic, "port": ports.get(name, nic["port"])} for name, nic in given.items()}


# Out of band: eth2 in a VLAN of its own, for a host whose bond is down.
ASIDE = [
    ("leaf1", "bridge vlan add dev swp3 vid 30 pvid untagged; bridge vlan del dev swp3 vid 10"),
    ("kvm1", "ip link set eth2 up; ip address add 198.18.30.21/24 dev eth2"),
]
BACK = [
    ("kvm1", "ip address del 198.18.30.21/24 dev eth2; ip link set eth2 down"),
    ("leaf1", "bridge vlan add dev swp3 vid 10 pvid untagged; bridge vlan del dev swp3 vid 30"),
]

FAULTS = {
    ("kvm1", "crossed cables"): Fault(
        [("leaf1", CROSS.format("swp1", "swp2"))],
        [("leaf1", CROSS.format("swp1", "swp2"))],
        {"proof.wrong-cable"},
        "eth1 should end in leaf1 swp2, but LACP at both ends says that it ends in leaf1 swp1.",
    ),
    ("kvm1", "wrong cable"): Fault(
        [("leaf1", CROSS.format("swp2", "swp3"))],
        [("leaf1", CROSS.format("swp2", "swp3"))],
        {"proof.wrong-cable", "proof.one-side-static"},
        "eth1 should end in leaf1 swp2, but LACP at both ends says that it ends in leaf1 swp3.",
    ),
    ("kvm2", "wrong cable"): Fault(
        [],
        [],
        {"proof.wrong-cable"},
        "eth0 should end in leaf2 swp2, but LACP at both ends says that it ends in leaf2 swp1.",
        variables={"bonding_nics": nics(eth0="swp2", eth1="swp1")},
    ),
    # In broadcast every frame reaches the one slave that listens, so that the host can be asked.
    ("kvm1", "one side static"): Fault(
        [("leaf1", MODE.format("broadcast"))],
        [("leaf1", MODE.format("802.3ad"))],
        {"proof.one-side-static", "proof.no-partner"},
        'bond0 is "lacp" on the host, and static on leaf1.',
    ),
    ("kvm2", "one side static"): Fault(
        [("leaf2", "ovs-vsctl set port bond1 lacp=off bond_mode=active-backup"), ("leaf2", "active")],
        [("leaf2", "ovs-vsctl set port bond1 lacp=active bond_mode=balance-tcp")],
        {"proof.one-side-static", "proof.no-partner"},
        'bond0 is "lacp" on the host, and static on leaf2.',
    ),
    ("kvm1", "another rate"): Fault(
        [("leaf1", RATE.format("slow"))],
        [("leaf1", RATE.format("fast"))],
        {"proof.rate-differs"},
        'eth0: the host asks for "fast", leaf1 for slow.',
    ),
    ("kvm2", "another rate"): Fault(
        [("leaf2", "ovs-vsctl set port bond1 other_config:lacp-time=slow")],
        [("leaf2", "ovs-vsctl set port bond1 other_config:lacp-time=fast")],
        {"proof.rate-differs"},
        'eth1: the host asks for "fast", leaf2 for slow.',
    ),
    ("kvm1", "another aggregator"): Fault(
        [("leaf1", SECOND_BOND + TO_BOND.format("swp2", "bond9"))],
        [("leaf1", TO_BOND.format("swp2", "bond1") + "; ip link del bond9")],
        {"proof.other-aggregator"},
        "is the active one.",
    ),
    ("kvm2", "another aggregator"): Fault(
        [("leaf2", OVS_LEAVE.format("lacp=active other_config:lacp-time=fast"))],
        [("leaf2", OVS_JOIN)],
        # with one member left it calls itself an individual link
        {"proof.other-aggregator", "proof.not-carrying"},
        "is the active one.",
    ),
    ("kvm1", "no partner"): Fault(
        [("leaf1", TO_BRIDGE)],
        [("leaf1", TO_BOND.format("swp2", "bond1"))],
        {"proof.no-partner", "proof.one-side-static"},
        "eth1 hears no LACP.",
    ),
    ("kvm2", "no partner"): Fault(
        [("leaf2", OVS_LEAVE.format(""))],
        [("leaf2", OVS_JOIN)],
        {"proof.no-partner", "proof.one-side-static", "proof.not-carrying"},
        "eth1 hears no LACP.",
    ),
    ("kvm1", "a slave down"): Fault([], [], {"proof.slave-down"}, "eth1 of bond0 is down.", cables=("eth1",)),
    ("kvm2", "a slave down"): Fault([], [], {"proof.slave-down"}, "eth0 of bond0 is down.", cables=("eth0",)),
    # The driver takes the bond down, so the host is asked by another way.
    ("kvm1", "min_links not met"): Fault(
        [*ASIDE, ("kvm1", "ip link set bond0 type bond min_links 2")],
        [("kvm1", "ip link set bond0 type bond min_links 1"), *BACK],
        {"proof.min-links", "proof.slave-down"},
        "bond0 has 1 usable slaves, and min_links is 2.",
        cables=("eth1",),
        variables={"ansible_host": "198.18.30.21"},
    ),
    ("kvm2", "min_links not met"): Fault(
        [],
        [],
        {"proof.min-links", "proof.slave-down"},
        "bond0 has 1 usable slaves, and min_links is 2.",
        cables=("eth1",),
        variables={"bonding_bonds": [{"name": "bond0", "profile": "compute", "slaves": ["eth0", "eth1"], "options": {"min_links": 2}}]},
    ),
}


def prove(host: str, folder: Path | None = None, variables: dict | None = None, **options) -> Run:
    inventory = [BONDED]
    if variables:
        inventory.append(overlay(folder / "mistaken", {host: variables}))
    return playbook("prove", *inventory, limit=f"{host},{SWITCH[host]}", **options)


def told(run: Run, host: str) -> tuple[str, set[str], str]:
    """Verdict, ids of the findings and the line; there must be exactly one line."""
    lines = re.findall(rf'"({host} bond0: .*)"', run.output)
    assert len(lines) == 1, run.last()
    line = json.loads(f'"{lines[0]}"')
    return line.split(": ")[1], set(re.findall(r"\[(\w+\.[\w-]+)\]", line)), line


def picture(lab: Lab, host: str) -> dict:
    """Everything that a look could have changed on the host and on its switch."""
    switch = SWITCH[host]
    kept = "find /var/lib/trunkline-bonding* /etc/network -type f 2>/dev/null | sort | xargs -r sha256sum"
    seen = {
        "links": lab.links(host),
        "files": lab.files(host),
        "routes": lab.routes(host),
        "bond": re.sub(r"Count: \d+", "", lab.node(host, "cat", "/proc/net/bonding/bond0").split("Slave Interface")[0]),
        "kept": lab.shell(host, kept),
        "switch links": lab.links(switch),
        "switch files": lab.shell(switch, kept),
    }
    if switch == "leaf1":
        return {**seen, "vlans": lab.node(switch, "bridge", "vlan")}
    columns = "name,interfaces,tag,trunks,vlan_mode,lacp,bond_mode,other_config,external_ids"
    return {**seen, "database": lab.node(switch, "ovs-vsctl", f"--columns={columns}", "list", "port")}


def settled(lab: Lab, host: str) -> bool:
    """Both ends of both slaves are in sync, collect, distribute and ask for the fast rate (IEEE 802.1AX)."""
    script = "cat /sys/class/net/eth[01]/bonding_slave/ad_*_oper_port_state; cat /sys/class/net/bond0/bonding/ad_num_ports"
    return lab.shell(host, script, check=False).split() == ["63", "63", "63", "63", "2"]


def wait_until_settled(lab: Lab, host: str) -> None:
    end = time.monotonic() + 60
    while not settled(lab, host):
        assert time.monotonic() < end, lab.node(host, "cat", "/proc/net/bonding/bond0")
        time.sleep(1)


def do(lab: Lab, host: str, steps: list[tuple[str, str]]) -> None:
    for node, script in steps:
        if script == "active":
            follow(lab, host)
        else:
            lab.shell(node, script)


def follow(lab: Lab, host: str) -> None:
    """Open vSwitch talks to the slave that the host has chosen when it hears no partner any more."""
    time.sleep(8)
    active = lab.shell(host, "cat /sys/class/net/bond0/bonding/ad_aggregator").strip()
    slaves = lab.shell(host, "cd /sys/class/net; grep -H . eth[01]/bonding_slave/ad_aggregator_id").split()
    number = next(int(line[3]) + 1 for line in slaves if line.rsplit(":", 1)[1] == active)
    lab.node(SWITCH[host], "ovs-appctl", "bond/set-active-member", "bond1", f"swp{number}")


@contextmanager
def injected(lab: Lab, host: str, fault: Fault):
    do(lab, host, fault.inject)
    for nic in fault.cables:
        lab("cable", host, nic, "off")
    try:
        # three LACPDUs missed at the fast rate, and as long again until the old partner is forgotten
        time.sleep(8)
        yield
    finally:
        for nic in fault.cables:
            lab("cable", host, nic, "on")
        do(lab, host, fault.undo)
        wait_until_settled(lab, host)


@pytest.mark.parametrize("host", ["kvm1", "kvm2"])
def test_what_site_has_made_is_proved_and_nothing_is_changed(lab, host):
    wait_until_settled(lab, host)
    before = picture(lab, host)
    run = prove(host)
    verdict, findings, line = told(run, host)
    assert (run.rc, verdict, findings) == (0, "proved", set()), line
    assert f"eth1 = {SWITCH[host]} swp2 (LACP at both ends" in line
    assert set(re.findall(r"changed=(\d+)", run.output)) == {"0"}, run.last()
    assert picture(lab, host) == before


@pytest.mark.parametrize(("host", "name"), FAULTS, ids=[f"{host}: {name}" for host, name in FAULTS])
def test_a_fault_is_found(lab, tmp_path, host, name):
    fault = FAULTS[host, name]
    wait_until_settled(lab, host)
    with injected(lab, host, fault):
        run = prove(host, tmp_path, fault.variables)
    verdict, findings, line = told(run, host)
    print(line)
    assert (run.rc, verdict, findings) == (2, "failed", fault.findings), line
    assert fault.words in line
    assert set(re.findall(r"changed=(\d+)", run.output)) == {"0"}, run.last()


@pytest.mark.parametrize(("strict", "status"), [(False, 0), (True, 2)])
def test_a_switch_that_cannot_be_read_leaves_the_link_unproved(lab, strict, status):
    lab.shell("leaf1", "systemctl kill ssh.service; systemctl stop ssh.service")
    try:
        run = prove("kvm1", extra={"prove_links_fail_on": ["failed", "unproved"]} if strict else None)
    finally:
        lab.shell("leaf1", "systemctl start ssh.service")
    verdict, findings, line = told(run, "kvm1")
    assert (run.rc, verdict, findings) == (status, "unproved", {"proof.switch-unread"}), line


def test_a_host_that_is_off_is_unproved(lab):
    lab("kill", "kvm2")
    try:
        run = prove("kvm2")
    finally:
        lab("restart", "kvm2")
    verdict, findings, line = told(run, "kvm2")
    assert (run.rc, verdict, findings) == (0, "unproved", set()), line
    assert "the host was not read" in line
    wait_until_settled(lab, "kvm2")
