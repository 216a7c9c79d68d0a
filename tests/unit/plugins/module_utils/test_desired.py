# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an intent asks of the kernel on a host that has something already: addresses of links, options, MTU, what must go."""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _desired, _state
from ansible_collections.trunkline.bonding.tests.unit.plugins.module_utils.recorded import (
    Recorded,
    addressing,
    bond,
    bridge,
    intent,
    nic,
    vlan,
)

FIRST, SECOND = "52:54:00:00:00:10", "52:54:00:00:00:11"
EMPTY = {"links": {}, "routes": [], "rules": None, "neighbours": None}


@pytest.fixture
def lacp():
    machine = Recorded("lacp_stack")
    return _state.read_surroundings(machine, _state.read(machine))


@pytest.fixture
def plain():
    machine = Recorded("plain")
    return _state.read_surroundings(machine, _state.read(machine))


def card(mac, current=None, **more):
    base = {"kind": "nic", "type": None, "mac": current or mac, "permanent_mac": mac, "addr_assign_type": 0, "mtu": 1500, "up": True}
    return {
        **base,
        "carrier": True,
        "speed": 10000,
        "duplex": "full",
        "master": None,
        "link": None,
        "max_mtu": 9216,
        "addresses": [],
        **more,
    }


def given(text, **more):
    return {"address": text, "scope": "global", "dynamic": False, "flags": [], **more}


def host(links, routes=()):
    return {"links": links, "routes": list(routes), "rules": None, "neighbours": None}


def route(to, dev, via=None, **more):
    base = {"family": 4, "to": to, "via": via, "dev": dev, "metric": None, "table": None, "protocol": "static", "type": "unicast"}
    return {**base, "hops": [], "exact": True, "words": [], **more}


def two(options=None, mode="802.3ad", **more):
    return intent({"eth0": nic(), "eth1": nic(), "bond0": bond(mode, ["eth0", "eth1"], options or {}, **more)})


A, B, OTHER = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:99"
CARDS = {"eth0": card(A), "eth1": card(B)}
TALKING = {"eth0": card(A), "eth1": card(B, addresses=[given("198.51.100.10/24")])}
BONDED = {
    "eth0": card(A, OTHER, master="bond0"),
    "eth1": card(B, OTHER, master="bond0"),
    "bond0": {
        "kind": "bond", "type": "bond", "mac": OTHER, "addr_assign_type": 3, "mtu": 1500, "up": True, "carrier": True, "master": None,
        "link": None, "addresses": [], "mode": "802.3ad", "options": {"fail_over_mac": "none"}, "slaves": ["eth0", "eth1"],
        "active_slave": None,
    },
}  # fmt: skip

LED_BY_ETH0 = {
    "eth0": card(A, master="bond0"),
    "eth1": card(B, A, master="bond0"),
    "bond0": {**BONDED["bond0"], "mac": A, "mode": "active-backup"},
}
WITHOUT_ETH0 = intent({"eth0": nic(), "eth1": nic(), "bond0": bond("active-backup", ["eth1"])})


@pytest.mark.parametrize(
    ("links", "wanted", "mac", "why"),
    [
        (CARDS, two(), A, "the first listed slave's permanent address"),
        (CARDS, two(mac=OTHER), OTHER, "the address that is set"),
        (TALKING, two(), B, "the address of the slave that carries the host's address"),
        (
            {**TALKING, "eth1": card(B, OTHER, addresses=[given("198.51.100.10/24")])},
            two(),
            OTHER,
            "the address in use, not the permanent one",
        ),
        (BONDED, two(), OTHER, "an existing bond keeps its own"),
        (
            {**BONDED, "bond0": {**BONDED["bond0"], "addr_assign_type": 1, "slaves": []}},
            two(),
            A,
            "the random one of an empty bond is nobody's",
        ),
        (LED_BY_ETH0, two(), A, "its own slave's"),
        (LED_BY_ETH0, WITHOUT_ETH0, B, "a card that leaves and stays in the host takes its address along"),
        (dict(LED_BY_ETH0, eth0=card(OTHER)), WITHOUT_ETH0, A, "that of a card which is not in the host any more serves on"),
        (CARDS, two({"fail_over_mac": "active"}, "active-backup"), None, "it follows the active slave"),
        (CARDS, two({"fail_over_mac": "follow"}, "active-backup"), None, "it follows the active slave"),
        (CARDS, two({"fail_over_mac": "active"}, "802.3ad"), A, "inert in this mode"),
        ({}, two(), None, "no NIC is known yet"),
    ],
)
def test_the_address_of_a_bond(links, wanted, mac, why):
    assert _desired.from_intent(wanted, host(links))["links"]["bond0"]["mac"] == mac, why


def under_bridge(**more):
    return intent({"eth0": nic(), "eth1": nic(), "bond0": bond("802.3ad", ["eth0", "eth1"]), "br0": bridge(["bond0"], **more)})


BRIDGED = {
    "eth0": card(A, master="br0"),
    "eth1": card(B),
    "br0": {
        "kind": "bridge", "type": "bridge", "mac": OTHER, "addr_assign_type": 3, "mtu": 1500, "up": True, "carrier": True, "master": None,
        "link": None, "addresses": [given("198.51.100.10/24")], "ports": ["eth0"], "stp": False, "forward_delay": 0,
        "vlan_filtering": False,
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("links", "wanted", "of_bond", "of_bridge"),
    [
        (CARDS, under_bridge(), A, A),
        (TALKING, under_bridge(), B, B),
        (CARDS, under_bridge(mac=OTHER), A, OTHER),
        (BRIDGED, under_bridge(), A, OTHER),
    ],
)
def test_the_address_of_a_bridge_is_that_of_the_bond_unless_it_has_one_in_use(links, wanted, of_bond, of_bridge):
    links = _desired.from_intent(wanted, host(links))["links"]
    assert (links["bond0"]["mac"], links["br0"]["mac"]) == (of_bond, of_bridge)


def test_a_bridge_over_a_bond_that_follows_its_slave_is_pinned_all_the_same():
    wanted = under_bridge()
    wanted["links"]["bond0"].update(mode="active-backup", options={"fail_over_mac": "active"})
    links = _desired.from_intent(wanted, host(CARDS))["links"]
    assert (links["bond0"]["mac"], links["br0"]["mac"]) == (None, A)


@pytest.mark.parametrize(
    ("mode", "options", "owned", "settled"),
    [
        # bond_option_mode_set() forces the MII monitor in these modes.
        ("802.3ad", {}, (), {"miimon": 100}),
        ("balance-alb", {}, (), {"miimon": 100}),
        ("active-backup", {}, (), {}),
        ("active-backup", {"arp_interval": 200, "arp_ip_target": ["198.51.100.1"]}, (), {"miimon": 0}),
        # What was ours and is gone from the intent goes back to the driver's default.
        ("802.3ad", {"miimon": 50}, ("lacp_rate", "min_links"), {"lacp_rate": "slow", "min_links": 0}),
        ("802.3ad", {}, ("miimon",), {"miimon": 100}),
        ("active-backup", {}, ("miimon", "primary"), {"miimon": 0, "primary": None}),
        # The kernel refuses these in the new mode, so they cannot be reset there.
        ("active-backup", {"miimon": 100}, ("lacp_rate", "ad_actor_system"), {}),
        # Rounded down to a multiple of miimon, and refused, even as 0, without one.
        ("802.3ad", {"miimon": 100, "updelay": 250}, (), {"updelay": 200}),
        ("active-backup", {"arp_interval": 200, "arp_ip_target": ["198.51.100.1"]}, ("updelay",), {"miimon": 0}),
    ],
)
def test_options_as_the_kernel_will_show_them(mode, options, owned, settled):
    desired = _desired.from_intent(two(options, mode), host(CARDS), owned={"bond0": {"kind": "bond", "options": list(owned)}})
    assert desired["links"]["bond0"]["options"] == {**options, **settled}


def test_slave_options_that_are_gone_go_back():
    before = two()
    before["links"]["eth1"]["slave_options"] = {"queue_id": 2}
    desired = _desired.from_intent(two(), host(BONDED), previous=before)
    assert desired["links"]["eth1"]["slave_options"] == {"queue_id": 0}
    assert desired["links"]["eth0"]["slave_options"] == {}


def test_the_mtu_goes_through_the_stack():
    wanted = intent(
        {
            "eth0": nic(), "eth1": nic(), "bond0": bond("802.3ad", ["eth0", "eth1"], mtu=9000), "bond0.20": vlan(20, "bond0"),
            "bond0.30": vlan(30, "bond0", mtu=1500), "br0": bridge(["bond0.20"]),
        }
    )  # fmt: skip
    sizes = {name: link["mtu"] for name, link in _desired.from_intent(wanted, host(CARDS))["links"].items()}
    assert sizes == {"eth0": 9000, "eth1": 9000, "bond0": 9000, "bond0.20": 9000, "bond0.30": 1500, "br0": 9000}


def test_an_mtu_that_is_gone_from_the_intent_goes_back_everywhere():
    large, small = under_bridge(), under_bridge()
    large["links"]["bond0"]["mtu"] = 9000
    sizes = {name: link["mtu"] for name, link in _desired.from_intent(small, host(BONDED), previous=large)["links"].items()}
    assert sizes == {"eth0": 1500, "eth1": 1500, "bond0": 1500, "br0": 1500}
    assert _desired.from_intent(small, host(BONDED))["links"]["bond0"]["mtu"] is None


def test_the_default_mtu_is_written_down_and_stays_so():
    """Whoever activates the link again gives it the MTU of its configuration, or the one with which it was made."""
    large = intent({"eth0": nic(), "eth1": nic(), "bond0": bond("802.3ad", ["eth0", "eth1"], mtu=9000), "bond0.20": vlan(20, "bond0")})
    small = intent({"eth0": nic(), "eth1": nic(), "bond0": bond("802.3ad", ["eth0", "eth1"]), "bond0.20": vlan(20, "bond0")})
    state, last = host(BONDED), _desired.complete(large, host(BONDED))
    for _run in range(2):
        full = _desired.complete(small, state)
        last = _desired.with_default_mtus(full, _desired.from_intent(full, state, previous=last))
        assert {name: link["mtu"] for name, link in last["links"].items()} == dict.fromkeys(last["links"], 1500)
    untouched = _desired.with_default_mtus(full, _desired.from_intent(full, state))
    assert {link["mtu"] for link in untouched["links"].values()} == {None}


def test_links_come_bottom_up_and_go_top_down(lacp):
    owned = {name: {"kind": lacp["links"][name]["kind"], "options": []} for name in ("bond0", "eth0", "br0", "bond0.20", "eth1")}
    back = intent({"eth0": nic()}, {"eth0": addressing("198.51.100.10/24")})
    desired = _desired.from_intent(back, lacp, owned=owned)
    assert desired["absent"].index("bond0") > max(desired["absent"].index("br0"), desired["absent"].index("bond0.20"))
    assert set(desired["absent"]) == {"bond0", "br0", "bond0.20"}
    assert _desired.from_intent(back, lacp, owned=owned, purge=False)["absent"] == []
    assert _desired.from_intent(back, lacp)["absent"] == [], "what is not ours stays"
    shuffled = {"br0": bridge(["bond0"]), "bond0.20": vlan(20, "bond0"), "bond0": bond("802.3ad", ["eth0"]), "eth0": nic()}
    order = list(_desired.from_intent(intent(shuffled), lacp)["links"])
    assert order.index("eth0") < order.index("bond0") < min(order.index("br0"), order.index("bond0.20"))


def on_eth0(*addresses, **more):
    return intent({"eth0": nic()}, {"eth0": addressing(*addresses, **more)})


@pytest.mark.parametrize(
    ("wanted", "previous", "on", "off"),
    [
        # Taken over: what the intent does not want goes, except addresses that clusters move about.
        (on_eth0("198.51.100.50/24"), None, ["198.51.100.50/24"], ["198.51.100.10/24"]),
        (on_eth0("198.51.100.10/24"), None, ["198.51.100.10/24"], ["198.51.100.50/24"]),
        # Ours already: only what we had put there goes.
        (on_eth0("192.0.2.1/24"), on_eth0("198.51.100.50/24"), ["192.0.2.1/24"], ["198.51.100.50/24"]),
        (on_eth0("192.0.2.1/24"), on_eth0("192.0.2.1/24"), ["192.0.2.1/24"], []),
        (on_eth0("192.0.2.1/24"), on_eth0(dhcp4=True), ["192.0.2.1/24"], ["198.51.100.10/24"]),
        # A client decides.
        (on_eth0(dhcp4=True), None, None, []),
        (on_eth0(dhcp4=True), on_eth0("198.51.100.50/24"), None, ["198.51.100.50/24"]),
        (on_eth0("192.0.2.1/24", dhcp4=True), None, ["192.0.2.1/24"], []),
    ],
)
def test_which_addresses_come_and_go(plain, wanted, previous, on, off):
    link = _desired.from_intent(wanted, plain, previous=previous)["links"]["eth0"]
    assert link["addresses"] == on
    assert [text for text in link["addresses_off"] if ":" not in text] == off


def test_addresses_are_spelled_as_the_kernel_spells_them():
    link = _desired.from_intent(on_eth0("2001:DB8:0:0::10/64", "198.51.100.10/24"), host(CARDS))["links"]["eth0"]
    assert link["addresses"] == ["2001:db8::10/64", "198.51.100.10/24"]


def test_a_slave_loses_every_address(plain):
    wanted = intent({"eth0": nic(), "bond0": bond("active-backup", ["eth0"])}, {"bond0": addressing("198.51.100.10/24")})
    link = _desired.from_intent(wanted, plain)["links"]["eth0"]
    assert link["addresses"] == []
    assert {"198.51.100.10/24", "198.51.100.50/24", "198.51.100.51/32", "10.31.0.1/32", "2001:db8::10/64"} <= set(link["addresses_off"])


def test_routes_of_an_intent():
    wanted = intent(
        {"eth0": nic()},
        {
            "eth0": addressing(
                "198.51.100.10/24", "2001:db8::10/64", gateway="198.51.100.1", gateway6="2001:DB8::1",
                routes=[
                    {"to": "192.0.2.0/24", "via": "198.51.100.2", "metric": 50, "table": 100},
                    {"to": "192.0.2.9/32", "via": "198.51.100.2", "metric": None, "table": None},
                    {"to": "::/0", "via": "fe80::1", "metric": 5, "table": None},
                ],
            )
        },
    )  # fmt: skip
    found = [(r["family"], r["to"], r["via"], r["dev"], r["metric"], r["table"]) for r in _desired.from_intent(wanted, EMPTY)["routes"]]
    assert found == [
        (4, "default", "198.51.100.1", "eth0", None, None),
        (6, "default", "2001:db8::1", "eth0", None, None),
        (4, "192.0.2.0/24", "198.51.100.2", "eth0", 50, "100"),
        (4, "192.0.2.9", "198.51.100.2", "eth0", None, None),
        (6, "default", "fe80::1", "eth0", 5, None),
    ]


OLD, NEW, LEASED = (
    route("default", "eth0", "198.51.100.254"),
    route("default", "eth0", "198.51.100.1"),
    route("default", "eth0", "198.51.100.253", protocol="dhcp"),
)


@pytest.mark.parametrize(
    ("there", "previous", "off"),
    [
        ([OLD, NEW], None, [OLD]),
        ([LEASED, NEW], None, []),
        ([OLD], on_eth0("198.51.100.10/24", gateway="198.51.100.254"), [OLD]),
        ([OLD], on_eth0("198.51.100.10/24"), []),
        ([route("default", "eth7", "192.0.2.1")], None, []),
    ],
)
def test_which_routes_go(there, previous, off):
    wanted = on_eth0("198.51.100.10/24", gateway="198.51.100.1")
    assert _desired.from_intent(wanted, host(CARDS, there), previous=previous)["routes_off"] == off


@pytest.mark.parametrize(
    ("links", "routes", "first"),
    [
        (CARDS, [], None),
        (TALKING, [], "eth1"),
        ({**TALKING, "eth0": card(A, addresses=[given("192.0.2.1/24")])}, [route("default", "eth1", "198.51.100.1")], "eth1"),
        ({**TALKING, "eth0": card(A, addresses=[given("192.0.2.1/24")])}, [], "eth0"),
        (BONDED, [], None),
    ],
)
def test_the_slave_with_the_traffic_comes_first(links, routes, first):
    assert _desired.from_intent(two(), host(links, routes))["links"]["bond0"]["enslave_first"] == first
    assert _desired.from_intent(two(), host(links, routes), first="eth1")["links"]["bond0"]["enslave_first"] == "eth1"


def test_the_intent_is_not_changed(lacp):
    wanted = under_bridge()
    before = copy.deepcopy(wanted)
    _desired.from_intent(wanted, lacp)
    assert wanted == before


def test_the_way_back_holds_the_state_and_what_must_go(lacp):
    forward = _desired.from_intent(on_eth0("198.51.100.10/24", gateway="198.51.100.1"), lacp)
    forward["links"]["bond7"] = {"kind": "bond", "slaves": [], "addresses": []}
    back = _desired.from_state(lacp, ["eth0", "bond7"], forward)
    assert back["absent"] == ["bond7"]
    assert list(back["links"]) == ["eth0", "eth1", "bond0", "br0", "bond0.20"], "all that stands on eth0 comes with it"
    assert back["links"]["bond0"]["slaves"] == ["eth0", "eth1"]
    assert back["links"]["eth0"]["addresses_off"] == ["198.51.100.10/24"]
    assert [(item["to"], item["dev"]) for item in back["routes_off"]] == [("default", "eth0")]
    assert {item["to"] for item in back["routes"]} == {"default", "192.0.2.0/24", "203.0.113.0/24"}
    assert back["rules"] == lacp["rules"]
    assert back["neighbours"] == lacp["neighbours"]
    assert json.loads(json.dumps(back)) == back


def test_the_way_back_makes_no_vlan_leave_the_address_of_its_link(lacp):
    assert _desired.from_state(lacp, ["bond0"])["links"]["bond0.20"]["mac"] is None


def test_the_way_back_puts_ipv6_addresses_in_the_order_in_which_they_came(plain):
    there = [text for text in _desired.from_state(plain, ["eth0"])["links"]["eth0"]["addresses"] if ":" in text]
    shown = [entry["address"] for entry in plain["links"]["eth0"]["addresses"] if ":" in entry["address"] and entry["scope"] == "global"]
    assert there == shown[::-1]


def backup(active, mac, *slaves):
    """A host with an active-backup bond0 of those cards in use."""
    there = {**BONDED["bond0"], "mode": "active-backup", "mac": mac, "slaves": list(slaves), "active_slave": active}
    cards = {
        name: card(own, mac if name in slaves else own, master="bond0" if name in slaves else None)
        for name, own in (("eth0", A), ("eth1", B))
    }
    return {**cards, "bond0": there}


@pytest.mark.parametrize(
    ("links", "options", "leader"),
    [
        # new: the card whose address the bond takes over, in whatever order they come up
        (CARDS, {}, "eth0"),
        (TALKING, {}, "eth1"),
        # as it was, or after a failover: nobody changes over without need
        (backup("eth0", A, "eth0", "eth1"), {}, "eth0"),
        (backup("eth1", A, "eth0", "eth1"), {}, None),
        # the one in use is new in the bond, or the kernel chooses
        (backup("eth9", A, "eth0"), {}, "eth0"),
        (CARDS, {"primary": "eth1"}, None),
        (CARDS, {"fail_over_mac": "active"}, None),
    ],
)
def test_the_slave_whose_address_a_waiting_bond_has_carries_the_traffic(links, options, leader):
    """lldpd sends from a card's own address even while the card waits; a Linux bridge learns from it (seen with lldpd 1.0.16 on 6.1)."""
    desired = _desired.from_intent(two({"miimon": 100, **options}, mode="active-backup"), host(links))
    assert desired["links"]["bond0"]["leader"] == leader


def test_only_active_backup_has_such_a_slave():
    assert _desired.from_intent(two({"miimon": 100}, mode="balance-xor"), host(CARDS))["links"]["bond0"]["leader"] is None
