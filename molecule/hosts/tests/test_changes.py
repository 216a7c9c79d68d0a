# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bond that is in use changes: each row continues from the one before, on all three back ends.

What the kernel must show is written as sysfs and ``ip`` have it. The switch ports stay independent ports throughout, which every mode here
bears.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hosts_library import FULL, HOSTS, Look, Step, addressing, bond, difference, judge, look, mac, nics, run_step, start_afresh


def stack(host: str, mode: str = "802.3ad", options: dict | None = None) -> dict:
    """A bond of two NICs, a bridge on it with the host's address, and a VLAN beside that."""
    return {
        "nics": nics(host, "eth0", "eth1"),
        "bonds": [bond(mode=mode, options=options)],
        "vlans": [{"name": "bond0.20", "id": 20, "link": "bond0"}],
        "bridges": [{"name": "br0", "ports": ["bond0"], "hypervisor": "kvm"}],
        "addresses": {
            "br0": addressing(host, routes=[{"to": "192.0.2.0/24", "via": "198.51.100.2"}]),
            "bond0.20": {"addresses": [f"203.0.113.1{host[-1]}/24"]},
        },
    }


def shows(mode: str, **options: str):
    """The kernel has a bond0 of both NICs in that mode, pinned to eth0's permanent address, and the host's way over its bridge."""

    def expect(look: Look, host: str) -> None:
        assert look.option("bond0", "mode") == mode
        assert {name: look.option("bond0", name) for name in options} == options
        assert sorted(look.slaves("bond0")) == ["eth0", "eth1"]
        assert look.links["bond0"]["address"] == mac(host, 0)
        assert look.links["bond0.20"]["link"] == "bond0"
        assert look.links["bond0"]["master"] == "br0"
        assert look.addresses("br0") == sorted(addressing(host)["addresses"])
        assert look.addresses("bond0.20") == [f"203.0.113.1{host[-1]}/24"]
        assert look.addresses("eth0") == look.addresses("eth1") == look.addresses("bond0") == []
        assert look.route("default") == [("198.51.100.1", "br0")]
        assert look.route("default", 6) == [("2001:db8:10::1", "br0")]
        assert look.route("192.0.2.0/24") == [("198.51.100.2", "br0")]

    return expect


def row(name: str, mode: str, options: dict | None = None, also: dict | None = None, **more) -> Step:
    expected = {key: str(value) for key, value in {**(options or {}), **(also or {})}.items()}
    return Step(name, lambda host: stack(host, mode, options), shows(mode, **{"miimon": "100", **expected}), **more)


FAST = {"lacp_rate": "fast", "xmit_hash_policy": "layer3+4"}
XOR = {"xmit_hash_policy": "layer2"}
STEPS = (
    row("first", "802.3ad", FAST, cost="rebuild", gap=8),
    row("miimon", "802.3ad", {**FAST, "miimon": 200}, gap=0, same_way=True, runs=FULL),
    # what is not named any more goes back to the kernel's defaults
    row("defaults-and-ad_select", "802.3ad", {"ad_select": "bandwidth", "min_links": 1}, cost="flap", same_way=True,
        also={"lacp_rate": "slow", "xmit_hash_policy": "layer2"}),
    row("mode-to-active-backup", "active-backup", {"primary": "eth0"}, cost="rebuild", gap=4, same_way=True),
    # networkd says primary in the files of the slaves, and takes slaves down whose file has changed. The bond keeps eth0's address: a Linux
    # bridge learns from the LLDP frames of the card that waits, and would send the bond's frames there
    row("primary", "active-backup", {"primary": "eth1"}, cost={"kvm1": "flap", "kvm2": "live", "kvm3": "live"}, same_way=True,
        also={"active_slave": "eth1"}, before=lambda host: "lldpcli pause"),
    # in this mode independent ports bear vlan+srcmac alone, one slave for all frames of an address in a VLAN; networkd cannot say that, and
    # with layer2 a host behind one router comes close to it
    row("mode-to-balance-xor", "balance-xor", XOR, cost="rebuild", gap=4, same_way=True),
    row("mode-to-802.3ad", "802.3ad", {**FAST, "ad_select": "count", "miimon": 200}, cost="rebuild", gap=4, same_way=True,
        before=lambda host: "lldpcli resume"),
)  # fmt: skip


@pytest.fixture(scope="module")
def plain(lab):
    start_afresh(lab)
    return lab


@pytest.fixture(scope="module", params=STEPS, ids=lambda step: step.name)
def taken(request, plain):
    return request.param, run_step(plain, request.param)


@pytest.mark.parametrize("host", HOSTS)
def test_change(taken, host):
    step, hosts = taken
    judge(step, host, hosts[host])


@pytest.fixture(scope="module")
def restarted(plain):
    """Looks before and after a reboot of all hosts, which leaves of the kernel's bonds nothing but what the files say."""
    before = {host: look(plain, host) for host in HOSTS}
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda host: plain("restart", host), HOSTS))
        up = dict(zip(HOSTS, pool.map(lambda host: plain.answers(host, 90), HOSTS), strict=True))
    return before, up, {host: look(plain, host) for host in HOSTS}


@pytest.mark.parametrize("host", HOSTS)
def test_the_files_carry_it(restarted, host):
    """What was mended live comes again after a restart."""
    before, up, after = restarted
    assert up[host] is not None
    assert difference(before[host].lasting(), after[host].lasting()) == ""
