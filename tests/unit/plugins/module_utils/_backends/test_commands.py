# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a back end does to a running host: no more than the change needs, and in an order that keeps the connection."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _options
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _base
from ansible_collections.trunkline.bonding.tests.unit.plugins.module_utils._backends import fake_host

FACTS = {
    "networkd": {"version": "252"},
    "networkmanager": {"version": "1.42.4", "remembered": {"active": {"eth0": "11111111-2222-3333-4444-555555555555"}}},
    "ifupdown": {"version": "0.8.41", "variant": None, "remembered": {"ifstate": "lo=lo\neth0=eth0\n"}},
}
ADDRESSES = ("192.0.2.10/24", "2001:db8::10/64")
PLAIN = fake_host.state(eth0=fake_host.nic(addresses=ADDRESSES), eth1=fake_host.nic(up=False))
OPTIONS = {name: _options.default(name, "802.3ad") for name in ("min_links", "updelay")} | {
    "miimon": 100,
    "lacp_rate": "fast",
    "xmit_hash_policy": "layer3+4",
}
BONDED = fake_host.state(
    eth0=fake_host.nic("bond0"), eth1=fake_host.nic("bond0"), bond0=fake_host.bond(["eth0", "eth1"], options=OPTIONS, addresses=ADDRESSES)
)
# Words that take a link down, up, apart or away.
DISTURBING = ("down", "up", "ifup", "ifdown", "master", "nomaster", "delete", "reconfigure", "add", "flush")


def lines(name, variables, before, rollback=False, files=None):
    backend = _base.BACKENDS[name]
    host = fake_host.Host({**fake_host.NETWORKD, **fake_host.IFUPDOWN, **(files or {})})
    change = fake_host.change(backend, FACTS[name], variables, before, host)
    commands = (backend.rollback if rollback else backend.apply)(change, FACTS[name])
    for command in commands:
        assert (set(command), command["timeout"] <= (12 if rollback else 30)) == ({"argv", "timeout", "must", "when"}, True)
    return [" ".join(command["argv"]) for command in commands], [command["when"] for command in commands]


def position(found, *words):
    return next((number for number, line in enumerate(found) if all(word in line for word in words)), None)


@pytest.mark.parametrize("name", list(FACTS))
@pytest.mark.parametrize(("option", "value"), [("miimon", 50), ("min_links", 1), ("xmit_hash_policy", "layer2+3"), ("lacp_rate", "slow")])
def test_a_changed_option_disturbs_no_link(name, option, value):
    bond = {
        "name": "bond0",
        "mode": "802.3ad",
        "options": {"miimon": 100, "lacp_rate": "fast", "xmit_hash_policy": "layer3+4", option: value},
        "slaves": ["eth0", "eth1"],
    }
    found, _when = lines(name, {"bonds": [bond], "addresses": {"bond0": {"addresses": list(ADDRESSES)}}}, BONDED)
    touching = [line for line in found if not line.startswith("sh -c cd /run/network") and set(line.split()) & set(DISTURBING)]
    assert touching == []


FIRST = {
    "networkd": [
        ("ip link add name bond0",),
        ("ip link set dev eth0 down",),
        ("ip link set dev eth0 master bond0",),
        ("networkctl reload",),
    ],
    "networkmanager": [
        ("connection load", "trunkline-bond0"),
        ("connection up", "ifname eth0"),
        ("connection up", "ifname eth1"),
        ("connection reload",),
    ],
    "ifupdown": [("ifdown eth0",), ("ifup bond0",)],
}


@pytest.mark.parametrize("name", list(FACTS))
def test_the_slave_with_the_connection_goes_first(name):
    found, _when = lines(name, fake_host.VARIABLES["bond"], PLAIN)
    places = [position(found, *words) for words in FIRST[name]]
    assert None not in places
    assert places == sorted(places)


def test_ifupdown_takes_links_down_while_their_old_stanza_is_there():
    found, when = lines("ifupdown", fake_host.VARIABLES["bond"], PLAIN)
    assert [line for line, moment in zip(found, when, strict=True) if moment == "before-files"] == ["ifdown eth0"]
    found, when = lines("ifupdown", fake_host.VARIABLES["plain"], BONDED)
    assert [line for line, moment in zip(found, when, strict=True) if moment == "before-files"] == ["ifdown bond0"]


def test_ifupdown_enslaves_another_slave_first_if_it_has_the_connection():
    bond = {**fake_host.BOND0, "slaves": ["eth1", "eth0"]}
    found, _when = lines("ifupdown", {"bonds": [bond], "addresses": {"bond0": fake_host.STATIC}}, PLAIN)
    places = [position(found, words) for words in ("ip link add name bond0", "dev eth0 master bond0", "ifup bond0", "dev eth0 up")]
    assert None not in places
    assert places == sorted(places)


def test_networkmanager_knows_the_other_slaves_only_after_the_first_is_up():
    bond = {**fake_host.BOND0, "slaves": ["eth1", "eth0"]}
    found, _when = lines("networkmanager", {"bonds": [bond], "addresses": {"bond0": fake_host.STATIC}}, PLAIN)
    places = [position(found, *words) for words in (("load", "bond0", "eth0"), ("connection up", "ifname eth0"), ("load", "eth1"))]
    assert places == [0, 1, 2]
    assert "eth1" not in found[0]


@pytest.mark.parametrize("name", list(FACTS))
def test_slaves_go_down_before_they_are_released(name):
    found, _when = lines(name, fake_host.VARIABLES["plain"], BONDED)
    delete = position(found, "ip link delete dev bond0")
    downs = [position(found, f"ip link set dev {slave} down") for slave in ("eth0", "eth1")]
    assert None not in (*downs, delete)
    assert max(downs) < delete


@pytest.mark.parametrize("name", list(FACTS))
def test_a_slave_that_is_no_longer_wanted_leaves_down_first(name):
    bond = {**fake_host.BOND0, "slaves": ["eth0"], "mac": "52:54:00:00:00:00"}
    found, _when = lines(name, {"bonds": [bond], "addresses": {"bond0": fake_host.STATIC}}, BONDED)
    down, out = position(found, "ip link set dev eth1 down"), position(found, "ip link set dev eth1 nomaster")
    assert None not in (down, out)
    assert down < out
    assert position(found, "dev eth0") is None


@pytest.mark.parametrize("name", list(FACTS))
def test_the_way_back_removes_what_came_and_brings_back_what_was(name):
    found, _when = lines(name, fake_host.VARIABLES["bond"], PLAIN, rollback=True)
    back = {
        "networkd": "networkctl reload",
        "networkmanager": "connection up uuid 11111111-2222-3333-4444-555555555555",
        "ifupdown": "ifup eth0",
    }
    places = [position(found, "ip link delete dev bond0"), position(found, back[name])]
    assert None not in places
    assert places == sorted(places)


def test_networkmanager_activates_again_only_what_was_moved():
    bridged = {
        "bonds": [{**fake_host.BOND0, "mac": "52:54:00:00:00:00"}], "bridges": [{"name": "br0", "ports": ["bond0"]}],
        "addresses": {"br0": fake_host.STATIC},
    }  # fmt: skip
    found, _when = lines("networkmanager", bridged, BONDED)
    always = [line for line in found if line.startswith("nmcli -w 10 connection up")]
    assert len(always) == 1
    assert position(found, always[0]) < position(found, "sh -c", "ifname eth0")


def test_remembered_connections_are_those_of_the_links_that_matter():
    host = fake_host.Host(outputs={"nmcli": "eth0:uuid-one\neth9:uuid-two\nbond0.20:uuid-three\n"})
    assert _base.BACKENDS["networkmanager"].remember(host, ["eth0", "bond0.20"]) == {
        "active": {"eth0": "uuid-one", "bond0.20": "uuid-three"}
    }
