# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a restart the daemons alone, from their files, make the same links, options, addresses and routes again; nothing is left to do."""

from __future__ import annotations

import time

import pytest
from hosts_library import GATEWAY, HOSTS, Look, addressing, bond, difference, look_task, module_task, nics, start_afresh, take, told

LACP = {"lacp_rate": "fast", "xmit_hash_policy": "layer3+4", "updelay": 200, "min_links": 1}
BACKUP = {"arp_interval": 1000, "arp_ip_target": [GATEWAY], "arp_validate": "all", "primary": "eth1", "fail_over_mac": "active"}
ROUTES = [
    {"to": "192.0.2.0/25", "via": "203.0.113.1", "metric": 50},
    {"to": "198.18.0.0/15", "via": "203.0.113.2", "table": 7},
    {"to": "2001:db8:99::/48", "via": "2001:db8:30::2"},
]


def stack(host: str) -> dict:
    """The layout ``stack`` of the golden files in tests/unit, with the addresses of the lab."""
    return {
        "nics": nics(host, "eth0", "eth1"),
        "bonds": [bond(options=LACP, mtu=9000)],
        "vlans": [{"name": "bond0.20", "id": 20, "link": "bond0"}, {"name": "storage", "id": 30, "link": "bond0", "mtu": 1500}],
        "bridges": [{"name": "br0", "ports": ["bond0"]}, {"name": "br20", "ports": ["bond0.20"], "vlan_filtering": True}],
        "addresses": {
            "br0": addressing(host),
            "storage": {"addresses": ["203.0.113.10/24", "2001:db8:30::10/64"], "routes": ROUTES},
        },
    }


def backup(host: str) -> dict:
    """The layout ``backup``: some of its options are keys of only some of the back ends."""
    # systemd-networkd has no keys for a slave's own options.
    slave_options = {} if host == "kvm1" else {"eth1": {"queue_id": 2, "prio": 10}}
    return {
        "nics": nics(host, "eth0", "eth1"),
        "bonds": [
            {"name": "bond0", "mode": "active-backup", "slaves": ["eth0", "eth1"], "options": BACKUP, "slave_options": slave_options}
        ],
        "addresses": {"bond0": addressing(host)},
    }


def plain(host: str) -> dict:
    return {"nics": nics(host, "eth0", "eth1"), "addresses": {"eth0": addressing(host)}}


LAYOUTS = {"stack": stack, "backup": backup, "plain": plain}
SETTLED = 60


def answers_again(lab, host: str) -> None:
    end = time.monotonic() + SETTLED
    while lab.answers(host, 5) is None:
        assert time.monotonic() < end, f"{host} does not answer after its restart"


@pytest.fixture(scope="module", params=LAYOUTS)
def restarted(request, lab):
    """Host -> (result of the change, look after it, look after the restart, result in check mode then).

    Each begins with plain hosts: a bond that was in another mode shows leftovers that mean nothing in its own, until it is made again.
    """
    start_afresh(lab)
    arguments = {host: {"deadline": 150, **LAYOUTS[request.param](host)} for host in HOSTS}
    changed = take([module_task("host_links", False), look_task()], extra={"arguments": arguments})
    for host in HOSTS:
        lab("restart", host)
    for host in HOSTS:
        answers_again(lab, host)
    again = take([look_task(until="! ip -6 address | grep -q tentative"), module_task("host_links", True)], extra={"arguments": arguments})
    return {host: (*changed[host]["answers"], *again[host]["answers"]) for host in HOSTS}


@pytest.mark.parametrize("host", HOSTS)
def test_the_host_comes_up_as_it_was(restarted, host):
    result, before, after, idle = restarted[host]
    assert not result.get("failed"), told(result)
    assert difference(Look.of(before["stdout"]).lasting(), Look.of(after["stdout"]).lasting()) == ""
    assert not idle.get("failed"), told(idle)
    assert not idle["changed"], (idle["plan"], idle["diff"])
