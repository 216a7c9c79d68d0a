# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""State as it is read from recorded answers of Linux 6.1 and iproute2 6.1, whole and with parts missing."""

from __future__ import annotations

import json

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _state
from ansible_collections.trunkline.bonding.tests.unit.plugins.module_utils.recorded import Recorded

SHOW = "ip -j -d address show"
ROUTES = "ip -j -d route show table all"


@pytest.fixture(scope="module")
def lacp():
    machine = Recorded("lacp_stack")
    return _state.read_surroundings(machine, _state.read(machine))


@pytest.fixture(scope="module")
def plain():
    machine = Recorded("plain")
    return _state.read_surroundings(machine, _state.read(machine))


def test_two_processes_are_enough():
    machine = Recorded("lacp_stack")
    state = _state.read(machine)
    assert machine.asked == [SHOW, ROUTES]
    assert (state["rules"], state["neighbours"]) == (None, None)


def test_the_state_survives_json(lacp, plain):
    for state in (lacp, plain):
        assert json.loads(json.dumps(state)) == state


# What the guest was given when the recording was made.
@pytest.mark.parametrize(
    ("link", "key", "value"),
    [
        ("bond0", "kind", "bond"),
        ("bond0", "mode", "802.3ad"),
        ("bond0", "slaves", ["eth0", "eth1"]),
        ("bond0", "master", "br0"),
        ("bond0", "mtu", 9000),
        ("bond0", "speed", 20000),
        ("bond0", "ad", {"aggregator": 1, "ports": 2, "actor_key": 15, "partner_key": 15, "partner_mac": "52:54:00:00:01:10"}),
        ("bond1", "ad", None),
        ("bond1", "up", False),
        ("bond1", "carrier", None),
        ("eth1", "mac", "52:54:00:00:00:10"),
        ("eth1", "permanent_mac", "52:54:00:00:00:11"),
        ("eth1", "slave_options", {"queue_id": 1, "prio": 0}),
        ("eth1", "speed", 10000),
        ("eth1", "duplex", "full"),
        ("eth1", "max_mtu", 65535),
        ("br0", "ports", ["bond0"]),
        ("br0", "stp", False),
        ("br0", "forward_delay", 0),
        ("bond0.20", "id", 20),
        ("bond0.20", "link", "bond0"),
        ("lo", "kind", "loopback"),
    ],
)
def test_links(lacp, link, key, value):
    assert lacp["links"][link][key] == value


@pytest.mark.parametrize(
    ("link", "option", "value"),
    [
        ("bond0", "miimon", 100),
        ("bond0", "lacp_rate", "fast"),
        ("bond0", "xmit_hash_policy", "layer3+4"),
        ("bond0", "min_links", 1),
        ("bond0", "arp_validate", "none"),
        ("bond0", "lacp_active", True),
        ("bond0", "ad_actor_system", "00:00:00:00:00:00"),
        ("bond1", "arp_interval", 200),
        ("bond1", "arp_ip_target", ["198.51.100.1", "198.51.100.2"]),
        ("bond1", "ns_ip6_target", ["2001:db8::1"]),
        ("bond1", "primary", None),
    ],
)
def test_options(lacp, link, option, value):
    assert lacp["links"][link]["options"][option] == value


def test_options_of_another_mode_are_left_out(lacp):
    assert "ad_actor_system" not in lacp["links"]["bond1"]["options"]


def test_lacp_of_a_slave(lacp):
    assert lacp["links"]["eth1"]["lacp"] == {
        "aggregator": 1,
        "actor": {"system": "52:54:00:00:00:10", "key": 15, "port": 2, "state": 63},
        "partner": {"system": "52:54:00:00:01:10", "key": 15, "port": 2, "state": 63},
        "mii_status": "up",
        "failures": 0,
    }


def test_routes_rules_and_neighbours(lacp):
    shown = {(route["family"], route["table"], route["to"]): route for route in lacp["routes"]}
    assert set(shown) == {
        (4, "100", "192.0.2.0/24"),
        (4, None, "default"),
        (4, None, "10.9.0.0/16"),
        (4, None, "203.0.113.0/24"),
        (6, None, "default"),
    }
    assert shown[4, None, "203.0.113.0/24"]["hops"] == [{"via": "198.51.100.3", "dev": "br0"}, {"via": "198.51.100.4", "dev": "br0"}]
    assert lacp["rules"] == [{"family": 4, "priority": 1000, "text": "from 198.51.100.10 lookup 100"}]
    assert lacp["neighbours"] == [{"address": "198.51.100.9", "dev": "br0", "mac": "02:00:00:00:00:09"}]


def test_addresses_keep_what_makes_them(plain):
    there = {entry["address"]: entry for entry in plain["links"]["eth0"]["addresses"] if entry["scope"] != "link"}
    assert set(there) == {
        "198.51.100.10/24",
        "198.51.100.50/24",
        "198.51.100.51/32",
        "10.31.0.1/32",
        "2001:db8::10/64",
        "2001:db8::11/64",
    }
    assert there["198.51.100.10/24"]["dynamic"]
    assert 0 < there["198.51.100.10/24"]["valid"] <= 3600
    assert not there["198.51.100.50/24"]["dynamic"]
    assert "secondary" in there["198.51.100.50/24"]["flags"]
    assert there["198.51.100.51/32"]["label"] == "eth0:vip"
    assert there["10.31.0.1/32"]["peer"] == "10.31.0.2/32"
    assert "broadcast" not in there["10.31.0.1/32"]


def test_routes_keep_what_makes_them(plain):
    words = {route["to"]: " ".join(route["words"]) for route in plain["routes"] if route["family"] == 4}
    assert "mtu 1400" in words["10.9.0.0/16"]
    assert "src 198.51.100.10" in words["10.9.0.0/16"]
    assert words["10.43.0.0/16"].endswith("onlink")
    assert words["10.44.0.0/16"].startswith("blackhole ")
    assert "proto dhcp" in words["default"]
    six = {route["to"]: " ".join(route["words"]) for route in plain["routes"] if route["family"] == 6}
    assert "pref high" in six["default"]
    assert six["2001:db8:43::/48"].count("nexthop via") == 2


def test_a_vlan_aware_bridge(plain):
    assert plain["links"]["br0"]["vlan_filtering"] is True
    assert plain["links"]["br0"]["forward_delay"] == 15
    assert plain["links"]["eth1"]["vlans"] == ["1 untagged", "10 pvid untagged", "20-29"]
    assert plain["links"]["eth0.7"]["protocol"] == "802.1ad"


def test_virtual_nics_have_no_permanent_address(plain):
    assert plain["links"]["eth0"]["permanent_mac"] is None
    assert plain["links"]["eth0"]["kind"] == "nic"
    assert plain["links"]["vnet0"]["type"] == "tun"


def without(recording, *keys):
    """The recording as an older iproute2 would have answered: without these keys, wherever they stand."""

    def strip(item):
        if isinstance(item, dict):
            return {key: strip(value) for key, value in item.items() if key not in keys}
        return [strip(part) for part in item] if isinstance(item, list) else item

    code, out, err = Recorded(recording).tape["run"][SHOW]
    return {SHOW: (code, json.dumps([*strip(json.loads(out)), {}]), err)}


def test_an_old_iproute2_leaves_keys_out():
    files = {f"/sys/class/net/bond0/bonding/{name}": value for name, value in SYSFS.items()}
    files["/sys/class/net/eth1/bonding_slave/perm_hwaddr"] = "52:54:00:00:00:11\n"
    gone = without("lacp_stack", "info_data", "info_slave_data", "permaddr", "max_mtu", "min_mtu")
    state = _state.read(Recorded("lacp_stack", {**gone, **files}))
    assert state["links"]["bond0"]["mode"] == "802.3ad"
    assert state["links"]["bond0"]["options"]["lacp_rate"] == "fast"
    assert state["links"]["bond0"]["options"]["miimon"] == 100
    assert state["links"]["eth1"]["permanent_mac"] == "52:54:00:00:00:11"
    assert state["links"]["bond0"]["slaves"] == ["eth0", "eth1"]


SYSFS = {"mode": "802.3ad 4\n", "lacp_rate": "fast 1\n", "miimon": "100\n", "slaves": "eth0 eth1\n", "ad_user_port_key": "\n"}


def test_a_slave_that_vanished_between_two_answers():
    code, out, err = Recorded("lacp_stack").tape["run"][SHOW]
    left = [item for item in json.loads(out) if item["ifname"] != "eth1"]
    state = _state.read(Recorded("lacp_stack", {SHOW: (code, json.dumps(left), err)}))
    assert state["links"]["bond0"]["slaves"] == ["eth0"]


def test_the_order_of_slaves_is_that_of_sysfs():
    state = _state.read(Recorded("lacp_stack", {"/sys/class/net/bond0/bonding/slaves": "eth1 eth0\n"}))
    assert state["links"]["bond0"]["slaves"] == ["eth1", "eth0"]


def test_a_primary_that_is_no_slave_yet():
    state = _state.read(Recorded("lacp_stack", {"/sys/class/net/bond1/bonding/primary": "eth7\n"}))
    assert state["links"]["bond1"]["options"]["primary"] == "eth7"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((127, "", "ip: not found"), "iproute2"),
        ((255, "", 'Option "-j" is unknown, try "ip -help".\n'), "too old to print JSON"),
        ((1, "", "Cannot open netlink socket: Permission denied\n"), "Permission denied"),
        ((0, "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n", ""), "4.16 or later"),
        ((124, "", "ip: no answer in 10 s"), "no answer"),
    ],
)
@pytest.mark.parametrize("command", [SHOW, ROUTES])
def test_one_sentence_where_the_state_cannot_be_read(command, answer, said):
    with pytest.raises(_state.StateError, match=said):
        _state.read(Recorded("lacp_stack", {command: answer}))


def test_a_kernel_without_policy_routing_has_no_rules():
    machine = Recorded("plain", {"ip -6 rule show": (2, "", "RTNETLINK answers: Operation not supported\n")})
    state = _state.read_surroundings(machine, _state.read(machine))
    assert [rule["family"] for rule in state["rules"]] == [4]


# As NetworkManager 1.42 leaves a link: the kernel makes no route to the subnet of such an address, and the daemon adds one like it.
GIVEN_ADDRESS = {"family": "inet", "local": "192.0.2.5", "prefixlen": 24, "scope": "global", "noprefixroute": True}
GIVEN_ROUTE = {
    "type": "unicast", "dst": "192.0.2.0/24", "dev": "eth7", "table": "main", "protocol": "kernel", "scope": "link",
    "prefsrc": "192.0.2.5", "metric": 100, "flags": [],
}  # fmt: skip


@pytest.mark.parametrize("noprefixroute", [True, False])
def test_the_way_back_knows_the_route_to_a_subnet_only_where_the_kernel_does_not_make_it(noprefixroute):
    link = {"ifname": "eth7", "ifindex": 7, "link_type": "ether", "address": "02:00:00:00:00:07", "flags": ["UP"], "mtu": 1500}
    link["addr_info"] = [{**GIVEN_ADDRESS, "noprefixroute": noprefixroute}]
    machine = Recorded("plain", {SHOW: (0, json.dumps([link]), ""), ROUTES: (0, json.dumps([GIVEN_ROUTE]), "")})
    assert _state.read(machine)["routes"] == []
    found = _state.read_surroundings(machine, _state.read(machine))["routes"]
    words = [route["words"] for route in found]
    assert words == (["192.0.2.0/24 dev eth7 table main proto kernel scope link src 192.0.2.5 metric 100".split()] if noprefixroute else [])


def test_links_that_are_no_ethernet_and_programs_on_links():
    """As iproute2 6.1 prints an InfiniBand port, and a NIC with an XDP program of the driver's kind."""
    ethernet = {"ifname": "eth7", "ifindex": 7, "link_type": "ether", "address": "02:00:00:00:00:07", "flags": ["UP"], "mtu": 1500}
    program = {"xdp": {"mode": 1, "prog": {"id": 42, "tag": "3b185187f1855c4c", "jited": 1}}}
    links = [{"ifname": "ib0", "ifindex": 3, "link_type": "infiniband", "mtu": 2044}, {**ethernet, **program}]
    state = _state.read(Recorded("plain", {SHOW: (0, json.dumps(links), "")}))
    assert state["foreign"] == {"ib0": "infiniband"}
    assert list(state["links"]) == ["eth7"]
    assert state["links"]["eth7"]["xdp"] is True
    del links[1]["xdp"]
    assert "xdp" not in _state.read(Recorded("plain", {SHOW: (0, json.dumps(links), "")}))["links"]["eth7"]
