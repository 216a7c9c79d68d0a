# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The merge of all hosts: which LAG each mode gets (docs/modes-and-pairing.md), and what is wrong between hosts."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _intent
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _fleet, _lag_ids
from ansible_collections.trunkline.bonding.tests.unit.plugins.plugin_utils._switches._states import lag, port, state

LINUX = {"ansible_network_os": "trunkline.bonding.linux"}
OVS = {"ansible_network_os": "trunkline.bonding.openvswitch"}
SWITCHES = {"leaf1": LINUX, "leaf2": OVS}


def host(*ports, mode="802.3ad", bond=None, **more):
    """Variables of a host with a bond of NICs that end in ``switch port``."""
    nics = {f"eth{n}": dict(zip(("switch", "port"), place.split(), strict=True)) for n, place in enumerate(ports)}
    bonds = [{"name": "bond0", "mode": mode, "options": {"miimon": 100}, "slaves": list(nics), **(bond or {})}]
    return {"nics": nics, "bonds": bonds, **more}


def merged(hosts, switches=None):
    models = {name: _intent.understand(variables, name)[0] for name, variables in hosts.items()}
    return _fleet.merge(models, SWITCHES if switches is None else switches)


def ids(findings):
    return sorted(found.id for found in findings)


@pytest.mark.parametrize(
    ("mode", "options", "wants"),
    [
        ("802.3ad", {}, "lacp"),
        ("balance-rr", {}, "static"),
        ("balance-xor", {}, "static"),
        ("balance-xor", {"xmit_hash_policy": "vlan+srcmac"}, None),
        ("broadcast", {}, "static"),
        ("active-backup", {}, None),
        ("balance-tlb", {}, None),
        ("balance-alb", {}, None),
    ],
)
def test_each_mode_gets_its_kind_of_lag(mode, options, wants):
    bond = {"options": {"miimon": 100, **options}, "lag": {"vlans": {"native": 10, "tagged": [20]}}, "mtu": 9000}
    table, findings = merged({"kvm1": host("leaf1 swp1", "leaf1 swp2", mode=mode, bond=bond)})
    assert findings == []
    assert [one["mode"] for one in table["leaf1"]["lags"].values()] == ([wants] if wants else [])
    # With or without a LAG every port carries the same.
    for entry in table["leaf1"]["ports"].values():
        assert (entry["vlans"], entry["mtu"]) == ({"native": 10, "tagged": [20]}, 9000)
        assert (entry["lag"] is None) is (wants is None)


def test_a_lag_of_the_table():
    bond = {
        "options": {"miimon": 100, "lacp_rate": "fast", "min_links": 2},
        "mtu": 9000,
        "lag": {"vlans": {"native": 10, "tagged": ["20-22"]}},
    }
    table, findings = merged({"kvm1": host("leaf1 swp3", "leaf1 swp4", bond=bond)})
    assert findings == []
    assert table["leaf1"]["platform"] == "trunkline.bonding.linux"
    # Findings of the platform name the variable.
    paths = table["leaf1"]["lags"]["3"].pop("paths")
    assert paths["min_links"] == "kvm1: bonding_bonds[0].options.min_links"
    assert table["leaf1"]["lags"] == {
        "3": {
            "id": "3", "id_from": "default", "name": "bond3", "mode": "lacp", "rate": "fast", "members": ["swp3", "swp4"], "min_links": 2,
            "fallback": None, "vlans": {"native": 10, "tagged": [20, 21, 22]}, "mtu": 9000, "edge_port": True,
            "description": "kvm1 bond0", "host": "kvm1", "bond": "bond0",
        }
    }  # fmt: skip
    assert table["leaf1"]["ports"]["swp4"]["description"] == "kvm1 eth1"


def test_a_plain_nic_has_a_port():
    nics = {"eth0": {"switch": "leaf1", "port": "swp1", "vlans": {"native": 10}, "mtu": 9000}}
    table, _findings = merged({"kvm1": {"nics": nics, "addresses": {"eth0": {"dhcp4": True}}}})
    entry = table["leaf1"]["ports"]["swp1"]
    assert (entry["lag"], entry["vlans"], entry["mtu"], entry["nic"]) == (None, {"native": 10, "tagged": []}, 9000, "eth0")


TWO = ("leaf1 swp1", "leaf2 swp1")
MAC = "0c:c4:7a:00:00:10"
PASSIVE = {"options": {"miimon": 100, "lacp_active": False}}


def on(*addresses):
    """A host for each of these addresses, all in one segment."""
    return {f"host{n}": {"addresses": {"eth0": {"addresses": [address]}}} for n, address in enumerate(addresses)}


@pytest.mark.parametrize(
    ("mode", "options", "used"),
    [
        pytest.param("active-backup", {"primary": "eth1"}, [False, True], id="the preferred slave"),
        pytest.param("active-backup", {}, [False, False], id="none is preferred"),
        pytest.param("802.3ad", {}, [False, False], id="members of a LAG"),
    ],
)
def test_the_port_of_the_preferred_slave_is_one_that_the_host_uses_by_itself(mode, options, used):
    wanted = host("leaf1 swp1", "leaf1 swp2", mode=mode, bond={"options": {"miimon": 100, **options}})
    table, _findings = merged({"a": wanted})
    assert [table["leaf1"]["ports"][name]["used"] for name in ("swp1", "swp2")] == used


@pytest.mark.parametrize(
    ("hosts", "switches", "expected"),
    [
        pytest.param({"a": host("leaf1 swp1"), "b": host("leaf1 swp1")}, None, ["fleet.port-twice"], id="a port used twice"),
        pytest.param(
            {"a": host("leaf1 swp1", bond={"lag": {"id": 7}}), "b": host("leaf1 swp2", bond={"lag": {"id": 7}})},
            None,
            ["fleet.lag-id-twice"],
            id="an id used twice",
        ),
        pytest.param(
            {"a": host("leaf1 swp1", bond={"lag": {"id": 2}}), "b": host("leaf1 swp2")}, None, [], id="a default gives way to a given id"
        ),
        pytest.param(
            {"a": host("leaf1 swp1", bond={"lag": {"id": "bond9"}}), "b": host("leaf1 swp2", bond={"lag": {"id": 9}})},
            None,
            ["fleet.lag-id-twice"],
            id="two ids with one name on the switch",
        ),
        pytest.param(
            {"a": {"nics": {"eth0": {"mac": "0c:c4:7a:00:00:10"}}}, "b": {"nics": {"eth7": {"mac": "0C:C4:7A:00:00:10"}}}},
            None,
            ["fleet.mac-twice"],
            id="one NIC in two hosts",
        ),
        pytest.param(
            {"a": {"addresses": {"eth0": {"addresses": ["192.0.2.1/24"]}}}, "b": {"addresses": {"eth0": {"addresses": ["192.0.2.1/25"]}}}},
            None,
            ["fleet.address-twice", "fleet.prefix-differs"],
            id="one address on two hosts",
        ),
        pytest.param(
            {}, {"leaf1": {**LINUX, "bonding_switch": {"peer": "leaf1"}}}, ["fleet.peer-self"], id="a switch that is its own peer"
        ),
        pytest.param({"a": host("leaf9 swp1")}, None, ["fleet.switch-unknown"], id="a switch that is not in the inventory"),
        pytest.param(
            {"a": host("leaf1 swp1")}, {"leaf1": {"ansible_network_os": "acme.os"}}, ["fleet.platform-unknown"], id="an unknown platform"
        ),
        pytest.param({}, {"leaf1": {"bonding_switch": {}}}, ["fleet.platform-unknown"], id="no platform"),
        pytest.param(
            {}, {"leaf1": {**LINUX, "bonding_switch": {"pear": "leaf2"}}}, ["schema.unknown-key"], id="an unknown key of bonding_switch"
        ),
        pytest.param(
            {},
            {"leaf1": {**LINUX, "bonding_switch": {"peer": "leaf2"}}, "leaf2": LINUX},
            ["fleet.peer-not-mutual"],
            id="peers that are not mutual",
        ),
        pytest.param({"a": host(*TWO)}, None, ["fleet.lacp-two-switches"], id="LACP to two switches that are no pair"),
        pytest.param(
            {"a": host(*TWO, mode="balance-xor")}, {"leaf1": LINUX, "leaf2": LINUX}, ["fleet.static-two-switches"], id="static to two"
        ),
        pytest.param({"a": host(*TWO, mode="broadcast")}, None, [], id="broadcast to two isolated switches"),
        pytest.param({"a": host(*TWO, mode="active-backup")}, None, [], id="active-backup to two switches"),
        pytest.param(
            {"a": host(*TWO)},
            {"leaf1": {**LINUX, "bonding_switch": {"peer": "leaf2"}}, "leaf2": {**LINUX, "bonding_switch": {"peer": "leaf1"}}},
            ["fleet.no-mlag"],
            id="a pair whose platform has no MLAG",
        ),
        pytest.param(
            {"a": host(*TWO, bond={"options": {"miimon": 100, "min_links": 2}})},
            {"leaf1": LINUX, "leaf2": LINUX},
            ["fleet.lacp-two-switches", "fleet.min-links-unreachable"],
            id="min_links that one aggregator never has",
        ),
        pytest.param(
            {"a": host("leaf1 swp1", "leaf1 swp2", "leaf2 swp1", bond={"options": {"miimon": 100, "min_links": 2}})},
            {"leaf1": LINUX, "leaf2": LINUX},
            ["fleet.lacp-two-switches"],
            id="min_links that the ports of one switch can reach",
        ),
        pytest.param(
            {"a": host(*TWO, bond={"lag": {"id": 7}})},
            None,
            ["fleet.lacp-two-switches", "fleet.lag-id-two-switches"],
            id="one id for what cannot be one LAG",
        ),
        pytest.param(
            {"a": host(*TWO, mode="active-backup", bond={"options": {"miimon": 100, "min_links": 2}})},
            None,
            [],
            id="min_links without a LAG",
        ),
        pytest.param(
            {}, {"leaf1": {**LINUX, "bonding_switch": {"create_vlans": False}}}, ["fleet.no-vlan-database"], id="no list of VLANs on Linux"
        ),
        pytest.param(
            {}, {"leaf2": {**OVS, "bonding_switch": {"create_vlans": False}}}, ["fleet.no-vlan-database"], id="nor on Open vSwitch"
        ),
        pytest.param({}, {"leaf1": {**LINUX, "bonding_switch": {"create_vlans": True}}}, [], id="create_vlans as it is by default"),
        pytest.param(
            {"a": host("leaf1 swp1", bond={"mac": MAC}), "b": host("leaf1 swp2", bond={"mac": MAC})},
            None,
            ["fleet.mac-twice"],
            id="two bonds pinned to one address",
        ),
        pytest.param(
            {"a": {"nics": {"eth0": {"mac": MAC}}}, "b": host("leaf1 swp2", bond={"mac": MAC})},
            None,
            ["fleet.mac-twice"],
            id="a bond pinned to the address of another host's NIC",
        ),
        pytest.param(
            {"a": {"nics": {"eth0": {"mac": MAC}}}, "b": {"bridges": [{"name": "br0", "mac": MAC}]}},
            None,
            ["fleet.mac-twice"],
            id="a bridge pinned to the address of another host's NIC",
        ),
        pytest.param(
            {
                "a": {
                    "nics": {"eth0": {"mac": MAC}},
                    "bonds": [{"name": "bond0", "mode": 1, "slaves": ["eth0"], "mac": MAC}],
                    "bridges": [{"name": "br0", "ports": ["bond0"], "mac": MAC}],
                }
            },
            None,
            [],
            id="one address on a NIC, its bond and its bridge",
        ),
        pytest.param(
            {name: {"bmc": {"mode": "dedicated", "address": "192.0.2.110"}} for name in "ab"}, None, ["fleet.address-twice"], id="two BMCs"
        ),
        pytest.param(
            {
                "a": {"bmc": {"mode": "dedicated", "address": "192.0.2.110"}},
                "b": {"addresses": {"eth0": {"addresses": ["192.0.2.110/24"]}}},
            },
            None,
            ["fleet.address-twice"],
            id="the address of another host's BMC",
        ),
        pytest.param(on("192.0.2.1/24", "192.0.2.2/25"), None, ["fleet.prefix-differs"], id="one network with two prefix lengths"),
        pytest.param(on("192.0.2.1/24", "192.0.2.201/25"), None, ["fleet.prefix-differs"], id="a part of another host's network"),
        pytest.param(on("2001:db8::1/64", "2001:db8::2/48"), None, ["fleet.prefix-differs"], id="the same of IPv6"),
        pytest.param(on("192.0.2.1/24", "192.0.2.2/24"), None, [], id="one network"),
        pytest.param(on("192.0.2.1/24", "198.51.100.1/25"), None, [], id="two networks"),
        pytest.param(on("192.0.2.1/24", "192.0.2.2/32", "192.0.2.4/31"), None, [], id="addresses of their own and links between two"),
        pytest.param(on("192.0.2.1/24", "192.0.2.2/25", "192.0.2.3/25"), None, ["fleet.prefix-differs"], id="told once"),
        pytest.param(
            {"a": host("b eth0", bond=PASSIVE), "b": host("a eth0", bond=PASSIVE)}, None, ["fleet.host-to-host-passive"], id="two that wait"
        ),
        pytest.param({"a": host("b eth0", bond=PASSIVE), "b": host("a eth0")}, None, [], id="one that waits for the other"),
        pytest.param(
            {"a": host("leaf1 swp1", "leaf1 swp2", bond={"lag": {"silent_partner": "suspended"}})},
            None,
            ["switch.unsupported"],
            id="what the platform cannot do",
        ),
        pytest.param(
            {"a": host("leaf1 swp1", bond={"lag": {"id": "a-name-that-is-too-long"}})},
            None,
            ["switch.lag-name"],
            id="a name that is too long",
        ),
        pytest.param({"a": host("leaf1 swp1", bond={"lag": {"id": "swp1"}})}, None, ["switch.lag-name-in-use"], id="the name of a port"),
        pytest.param({"a": host("leaf1 swp_4")}, None, [], id="a port of Linux"),
        *(
            pytest.param({"a": {"nics": {"eth0": {"switch": switch, "port": name}}}}, None, ["switch.port-name"], id=f"{name} of {switch}")
            for switch in SWITCHES
            for name in ("swp 4", "Ten-GigabitEthernet1/0/1", "a-port-of-16-char")
        ),
        pytest.param(
            {"a": host("leaf2 swp1", "leaf2 swp2", bond={"options": {"miimon": 100, "min_links": 2}})},
            None,
            ["switch.min-links-host-only"],
            id="min_links that the switch does not mind",
        ),
        pytest.param({"a": host("leaf2 swp1", mode="balance-xor")}, None, ["fleet.no-static"], id="static to Open vSwitch"),
        pytest.param(
            {"a": host("b eth0", mode="active-backup"), "b": host("a eth0", mode="active-backup")}, None, [], id="two hosts with one cable"
        ),
        pytest.param(
            {"a": host("b eth0"), "b": host("a eth0", mode="balance-rr")}, None, ["fleet.host-to-host-mode"], id="two hosts that disagree"
        ),
        pytest.param(
            {"a": host("b eth0"), "b": host("leaf1 swp1")}, None, ["fleet.host-to-host-cable"], id="a cable that one host names only"
        ),
    ],
)
def test_what_is_wrong_between_hosts(hosts, switches, expected):
    assert ids(merged(hosts, switches)[1]) == expected


BONDS = "bonding_bonds[0]"
FROM_PROFILE = {"profiles": {"p": {"mode": "802.3ad", "options": {"miimon": 100}, "lag": {"id": 7}}}}


@pytest.mark.parametrize(
    ("hosts", "id_", "path"),
    [
        pytest.param(
            {"a": host("leaf1 swp1", bond={"lag": {"id": 7}}), "b": host("leaf1 swp2", bond={"lag": {"id": 7}})},
            "fleet.lag-id-twice",
            f"b: {BONDS}.lag.id",
            id="an id",
        ),
        pytest.param(
            {
                "a": host("leaf1 swp1", bond={"lag": {"id": 7}}),
                "b": {
                    "nics": {"eth0": {"switch": "leaf1", "port": "swp2"}},
                    "bonds": [{"name": "bond0", "profile": "p", "slaves": ["eth0"]}],
                    **FROM_PROFILE,
                },
            },
            "fleet.lag-id-twice",
            "b: bonding_profile_p.lag.id",
            id="an id of a profile",
        ),
        pytest.param(
            {
                "a": {"addresses": {"eth0": {"addresses": ["192.0.2.1/24"]}}},
                "b": {"addresses": {"eth0": {"addresses": ["192.0.2.2/24", "192.0.2.1/24"]}}},
            },
            "fleet.address-twice",
            "b: bonding_addresses.eth0.addresses[1]",
            id="an address",
        ),
        pytest.param({"a": host(*TWO)}, "fleet.lacp-two-switches", f"a: {BONDS}.slaves", id="slaves"),
        pytest.param({"a": host("leaf2 swp1", mode="balance-xor")}, "fleet.no-static", f"a: {BONDS}.mode", id="a mode"),
        pytest.param(
            {"a": host("b eth0"), "b": host("a eth0", mode="balance-rr")}, "fleet.host-to-host-mode", f"a: {BONDS}.mode", id="a mode of two"
        ),
        pytest.param(
            {"a": host("leaf1 swp1", bond={"lag": {"silent_partner": "suspended"}})},
            "switch.unsupported",
            f"a: {BONDS}.lag.silent_partner",
            id="what the platform cannot do",
        ),
        pytest.param(
            {"a": host("leaf2 swp1", "leaf2 swp2", bond={"options": {"miimon": 100, "min_links": 2}})},
            "switch.min-links-host-only",
            f"a: {BONDS}.options.min_links",
            id="what it does not mind",
        ),
        pytest.param({"a": host("leaf1 Eth1/1")}, "switch.port-name", "a: bonding_nics.eth0.port", id="a port"),
    ],
)
def test_a_finding_names_the_variable(hosts, id_, path):
    assert [found.path for found in merged(hosts)[1] if found.id == id_] == [path]


def test_peers_that_are_one_are_told_so():
    (found,) = merged({}, {"leaf1": {**LINUX, "bonding_switch": {"peer": "leaf1"}}})[1]
    assert found.message == "leaf1 names itself as its peer."


def test_the_cure_of_two_switches_fits_their_platform():
    (found,) = merged({"a": host(*TWO)})[1]
    assert "no MLAG" in found.cure


def test_the_finding_names_both():
    _table, findings = merged({"kvm1": host("leaf1 swp1"), "kvm2": host("leaf1 swp1")})
    assert findings[0].path == "kvm2: bonding_nics.eth0.port"
    assert "eth0 of kvm1" in findings[0].message


@pytest.mark.parametrize(
    ("hosts", "now", "expected"),
    [
        pytest.param(
            {"kvm1": host("leaf1 swp1", "leaf1 swp2")},
            state(swp1=port(), swp2=port()),
            {"1": "swp1 swp2"},
            id="the number of the first member",
        ),
        pytest.param(
            {"kvm1": host("leaf1 swp1", "leaf1 swp2")},
            state([lag("42", ["swp1", "swp2"])]),
            {"42": "swp1 swp2"},
            id="the one they have already",
        ),
        pytest.param(
            {"kvm1": host("leaf1 swp1", "leaf1 swp2", bond={"lag": {"id": 5}})},
            state([lag("42", ["swp1", "swp2"])]),
            {"5": "swp1 swp2"},
            id="the one that is given",
        ),
        pytest.param(
            {"kvm1": host("leaf1 swp1"), "kvm2": host("leaf1 swp2")},
            state([lag("2", ["swp1"])], swp2=port()),
            {"2": "swp1", "3": "swp2"},
            id="a default never takes a present one",
        ),
        pytest.param(
            {"kvm1": host("leaf1 Eth1/1", "leaf1 Eth1/2"), "kvm2": host("leaf1 Eth2/1", "leaf1 Eth2/2")},
            state(**{"Eth1/1": port(), "Eth1/2": port(), "Eth2/1": port(), "Eth2/2": port()}),
            {"1": "Eth1/1 Eth1/2", "2": "Eth2/1 Eth2/2"},
            id="ports of the same number on two line cards",
        ),
        pytest.param(
            {"kvm1": host("leaf1 swp1s0"), "kvm2": host("leaf1 swp2s0")},
            state(swp1s0=port(), swp2s0=port()),
            {"1": "swp1s0", "2": "swp2s0"},
            id="the first lanes of two broken out ports",
        ),
        pytest.param(
            {"kvm1": host("leaf1 swp1")},
            state([lag("1", ["swp7"])], swp1=port()),
            {"2": "swp1"},
            id="a default never takes that of somebody else's LAG",
        ),
        pytest.param(
            {"kvm1": host("leaf1 swp1"), "kvm2": host("leaf1 swp2")},
            state([lag("42", ["swp1", "swp2"])]),
            {"2": "swp2", "42": "swp1"},
            id="of two hosts in one LAG the first keeps it",
        ),
    ],
)
def test_ids(hosts, now, expected):
    table, _findings = _lag_ids.settle(merged(hosts)[0], {"leaf1": now})
    assert {id_: " ".join(one["members"]) for id_, one in table["leaf1"]["lags"].items()} == expected
    for id_, members in expected.items():
        assert {table["leaf1"]["ports"][member]["lag"] for member in members.split()} == {id_}
