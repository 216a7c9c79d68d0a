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
    intents = {name: _intent.normalise(variables)[0] for name, variables in hosts.items()}
    return _fleet.merge(intents, SWITCHES if switches is None else switches)


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
            ["fleet.address-twice"],
            id="one address on two hosts",
        ),
        pytest.param(
            {}, {"leaf1": {**LINUX, "bonding_switch": {"peer": "leaf1"}}}, ["fleet.peer-not-mutual"], id="a switch that is its own peer"
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
