# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What counts as evidence for a change: the link of the connection, the gateway's answer, the LACP partner."""

from __future__ import annotations

import json

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _connection, _gateway, _info


def link(kind, *addresses, **more):
    return {"kind": kind, "master": None, "addresses": [{"address": text} for text in addresses], **more}


STATE = {
    "links": {
        "eth0": link("nic", master="bond0"),
        "eth1": link("nic", master="bond0"),
        "bond0": link("bond", slaves=["eth0", "eth1"], master="br0"),
        "br0": link("bridge", "198.51.100.10/24", "2001:db8::10/64", ports=["bond0"]),
        "mgmt0": link("nic", "192.0.2.10/24"),
    },
}


@pytest.mark.parametrize(
    ("ssh_connection", "touched", "link_name", "changed", "words"),
    [
        ("198.51.100.1 50000 198.51.100.10 22", ["bond0", "eth1"], "br0", True, "which uses what was changed (bond0, eth1)"),
        ("2001:db8::1 50000 2001:DB8::10 22", ["br0"], "br0", True, "198.51.100"),
        ("::ffff:198.51.100.1 50000 ::ffff:198.51.100.10 22", ["br0"], "br0", True, "which uses what was changed (br0)"),
        ("192.0.2.1 50000 192.0.2.10 22", ["bond0"], "mgmt0", False, "no evidence for what was"),
        ("203.0.113.1 50000 203.0.113.10 22", ["bond0"], None, False, "no link of this host has"),
        (None, ["bond0"], None, False, "not SSH"),
        ("garbage", ["bond0"], None, False, "not SSH"),
    ],
)
def test_only_a_connection_over_what_was_changed_is_evidence(monkeypatch, ssh_connection, touched, link_name, changed, words):
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.setattr(_connection, "_environment", lambda _pid: [])
    if ssh_connection is not None:
        monkeypatch.setenv("SSH_CONNECTION", ssh_connection)
    seen = _info.connection(STATE, touched)
    assert (seen["link"], seen["changed"]) == (link_name, changed)
    assert words in seen["evidence"] or words == "198.51.100"


def test_the_session_is_found_where_sudo_has_dropped_it_from_the_environment(monkeypatch):
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    parents = {10: 9, 9: 8, 8: 1}
    monkeypatch.setattr(_connection.os, "getppid", lambda: 10)
    monkeypatch.setattr(_connection, "_parent", lambda pid: parents.get(pid, 0))
    environments = {8: [b"HOME=/root", b"SSH_CONNECTION=192.0.2.1 50000 192.0.2.10 22"]}
    monkeypatch.setattr(_connection, "_environment", lambda pid: environments.get(pid, [b"HOME=/root"]))
    assert _connection.ssh_addresses() == ("192.0.2.1", "192.0.2.10")


class Net:
    """Answers ``ping`` and ``ip neigh``; ``after`` is how many questions stay without an answer."""

    def __init__(self, ping=1, neighbour=None, after=0):
        self.ping, self.neighbour, self.after, self.asked = ping, neighbour, after, []

    def run(self, argv, timeout=10):
        self.asked.append(argv)
        if argv[0] == "ping":
            self.after -= 1
            return (self.ping if self.after < 0 else 1), "", ""
        return 0, json.dumps([{"dst": "198.51.100.1", "state": [self.neighbour]}] if self.neighbour else []), ""


GATEWAY = {"family": 4, "via": "198.51.100.1", "dev": "lo"}


@pytest.mark.parametrize(
    ("net", "seconds", "answers"),
    [
        (Net(ping=0), 0, True),
        (Net(ping=1, neighbour="REACHABLE"), 0, True),
        (Net(ping=127, neighbour="REACHABLE"), 0, True),
        (Net(ping=1, neighbour="FAILED"), 0, False),
        (Net(ping=1, neighbour="STALE"), 0, False),
        (Net(ping=1, neighbour="INCOMPLETE"), 0, False),
        (Net(ping=0, after=2), 0, False),
        (Net(ping=0, after=2), 5, True),
    ],
)
def test_a_gateway_answers_by_echo_or_by_having_been_heard_just_now(monkeypatch, net, seconds, answers):
    monkeypatch.setattr(_gateway.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(_gateway, "_knock", lambda _gateway: None)
    assert _gateway.ask(net, [GATEWAY], seconds) == [{**GATEWAY, "answers": answers}]


def test_each_gateway_is_asked_once_and_a_link_local_one_on_its_link():
    routes = [
        {"family": 6, "to": "default", "via": "fe80::1", "dev": "lo"},
        {"family": 6, "to": "default", "via": "fe80::1", "dev": "lo"},
        {"family": 4, "to": "default", "via": None, "dev": "ppp0"},
        {"family": 4, "to": "192.0.2.0/24", "via": "198.51.100.2", "dev": "lo"},
    ]
    net = Net(ping=0)
    assert _gateway.ask(net, _gateway.of(routes), 0) == [{"family": 6, "via": "fe80::1", "dev": "lo", "answers": True}]
    assert [argv[-1] for argv in net.asked] == ["fe80::1%lo"]


@pytest.mark.parametrize(
    ("ad", "told"),
    [
        ({"partner_mac": "00:00:00:00:00:00", "ports": 1}, "bond0 has no LACP partner"),
        ({"partner_mac": "0c:c4:7a:00:11:00", "ports": 2}, "bond0 has the LACP partner 0c:c4:7a:00:11:00 and 2 of its 2 slaves in use"),
    ],
)
def test_a_bond_that_speaks_lacp_is_told_with_its_partner(ad, told):
    state = {
        "links": {
            "bond0": link("bond", mode="802.3ad", slaves=["eth0", "eth1"], ad=ad),
            "bond1": link("bond", mode="balance-rr", slaves=[]),
        }
    }
    assert _info.lacp(state) == [told]
