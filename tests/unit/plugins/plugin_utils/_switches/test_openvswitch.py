# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open vSwitch. Recorded with Open vSwitch 3.1: LAG bond1 to a server's 802.3ad bond, an access port, and a port that trunks everything."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _plan, _platforms
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import vlans
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._openvswitch import OpenVSwitch
from ansible_collections.trunkline.bonding.tests.unit.plugins.plugin_utils._switches._states import answer, lag, model, port, read, state

FACTS = {
    "bridge": "br0",
    "bridges": ["br0"],
    "bridged": {"swp1": "br0", "swp2": "br0"},
    "stp": False,
    "interfaces": ["swp1", "swp2", "swp3"],
}
TRUNK = vlans(10, [20])


@pytest.fixture
def recorded():
    return {
        "bridges": answer(read("ovs-bridges.json")),
        "uuids": answer(read("ovs-uuids.json")),
        "ports": answer(read("ovs-ports.json")),
        "interfaces": answer(read("ovs-interfaces.json")),
        "lacp": answer(read("ovs-lacp.txt")),
        "fdb": answer("=== br0\n" + read("ovs-fdb.txt")),
        "lldp": answer(""),
        "system": answer(read("ovs-system.txt")),
    }


def test_configuration_is_read(recorded):
    found = OpenVSwitch().parse(recorded, {})
    assert found["lags"] == {
        "1": {
            "id": "1", "name": "bond1", "mode": "lacp", "rate": "fast", "members": ["swp1", "swp2"],
            "min_links": 0, "fallback": "individual", "vlans": vlans(10, [20, 30]),
            "mtu": 1500, "edge_port": None, "description": "kvm1 bond0",
        }
    }  # fmt: skip
    ports = {name: (one["lag"], one["vlans"], one["mtu"]) for name, one in found["ports"].items() if name.startswith("swp")}
    assert ports == {
        "swp1": ("1", vlans(), 1500),
        "swp2": ("1", vlans(), 1500),
        "swp3": (None, vlans(10), 9000),
        "swp4": (None, vlans(None, "all"), 1500),
    }
    assert "br0" not in found["ports"]


def test_state_is_read(recorded):
    found = OpenVSwitch().parse(recorded, {})
    macs = {name: found["macs"][name] for name in ("swp1", "swp2", "swp3", "swp4")}
    assert macs == {
        "swp1": ["0c:c4:7a:00:00:10"],
        "swp2": ["0c:c4:7a:00:00:10"],
        "swp3": ["0c:c4:7a:00:00:30"],
        "swp4": ["0c:c4:7a:00:00:31"],
    }
    # The server's eth0 is its port 1; 63 is active, fast, aggregating, in sync, collecting and distributing.
    assert found["lacp"]["swp1"]["partner"] == {"system": "0c:c4:7a:00:00:10", "key": 15, "port": 1, "state": 63}
    assert found["lacp"]["swp1"]["actor"]["state"] == 63
    assert found["facts"]["bridge"] == "br0"


def test_an_answer_that_makes_no_sense_is_named(recorded):
    with pytest.raises(_platforms.PlatformError, match="database connection failed"):
        OpenVSwitch().parse({**recorded, "ports": {"rc": 1, "out": "", "err": "ovs-vsctl: database connection failed"}}, {})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # ovs-vswitchd.conf.db(5), Port table, vlan_mode
        ({"vlan_mode": None, "tag": None, "trunks": None}, vlans(None, "all")),
        ({"vlan_mode": None, "tag": 10, "trunks": None}, vlans(10)),
        ({"vlan_mode": None, "tag": None, "trunks": [10, 20]}, vlans(None, [10, 20])),
        ({"vlan_mode": "access", "tag": 10, "trunks": None}, vlans(10)),
        ({"vlan_mode": "trunk", "tag": None, "trunks": 20}, vlans(None, [20])),
        ({"vlan_mode": "native-untagged", "tag": 10, "trunks": [10, 20]}, vlans(10, [20])),
        ({"vlan_mode": "native-untagged", "tag": 10, "trunks": None}, vlans(10, "all")),
        ({"vlan_mode": "native-tagged", "tag": 10, "trunks": [20]}, vlans(None, [10, 20])),
    ],
)
def test_vlan_columns(row, expected):
    from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _openvswitch

    assert _openvswitch._vlans(row) == expected


def vsctl(commands):
    """The parts of the transaction, without the names of symbols."""
    assert [argv[0] for argv in commands].count("ovs-vsctl") <= 1
    words = next((argv[2:] for argv in commands if argv[0] == "ovs-vsctl"), [])
    return " ".join(words).split(" -- ") if words else []


@pytest.mark.parametrize(
    ("have", "want", "parts"),
    [
        pytest.param(
            model(swp1=port(vlan=TRUNK)),
            model(swp1=port(vlan=vlans(10, [20, 30, 40]))),
            ["add port swp1 trunks 30 40"],
            id="VLANs are added as a set",
        ),
        pytest.param(
            model(swp1=port(vlan=vlans(10, [20, 30]))),
            model(swp1=port(vlan=TRUNK)),
            ["remove port swp1 trunks 30"],
            id="and removed as a set",
        ),
        pytest.param(
            model(swp1=port(vlan=vlans(10))),
            model(swp1=port(vlan=TRUNK)),
            ["clear port swp1 tag trunks vlan_mode", "set port swp1 vlan_mode=native-untagged tag=10 trunks=[20]"],
            id="an empty list of trunks would be all VLANs",
        ),
        pytest.param(
            model(swp1=port(vlan=TRUNK), swp2=port(vlan=TRUNK)),
            model([lag("1", ["swp1", "swp2"], fallback="individual", description="kvm1 bond0")]),
            [
                "--id=@i0 get interface swp1",
                "--id=@i1 get interface swp2",
                "--id=@p0 get port swp1",
                "remove bridge br0 ports @p0",
                "--id=@p1 get port swp2",
                "remove bridge br0 ports @p1",
                "--id=@p2 create port name=bond1 interfaces=[@i0,@i1] lacp=active bond_mode=balance-tcp other_config:lacp-time=fast "
                'other_config:lacp-fallback-ab=true vlan_mode=native-untagged tag=10 trunks=[20] external_ids:description="kvm1 bond0"',
                "add bridge br0 ports @p2",
            ],
            id="a LAG of two ports is one transaction",
        ),
        pytest.param(
            model([lag("1", ["swp1", "swp2"])]),
            model(swp1=port(vlan=TRUNK), swp2=port(vlan=TRUNK)),
            [
                "--id=@i0 get interface swp1",
                "--id=@i1 get interface swp2",
                "--id=@p0 get port bond1",
                "remove bridge br0 ports @p0",
                "--id=@p1 create port name=swp1 interfaces=[@i0] vlan_mode=native-untagged tag=10 trunks=[20]",
                "add bridge br0 ports @p1",
                "--id=@p2 create port name=swp2 interfaces=[@i1] vlan_mode=native-untagged tag=10 trunks=[20]",
                "add bridge br0 ports @p2",
            ],
            id="and so is the way back",
        ),
        pytest.param(
            model([lag("1", ["swp1"])], swp9=port()),
            model([lag("1", ["swp1", "swp9"])]),
            ["--id=@i0 create interface name=swp9", "add port bond1 interfaces @i0"],
            id="a port that the database does not know",
        ),
        pytest.param(
            model([lag("1", ["swp1"])]),
            model([lag("1", ["swp1"], rate="slow", mtu=9000)]),
            ["set port bond1 other_config:lacp-time=slow", "set interface swp1 mtu_request=9000"],
            id="attributes of a LAG",
        ),
    ],
)
def test_commands(have, want, parts):
    steps = _plan.plan(have, want, gentle=False)
    found = vsctl(OpenVSwitch().commands(steps, have, FACTS))
    # An MTU that the planner cannot know is written again; it is the same.
    assert [part for part in found if "mtu_request=1500" not in part] == parts


@pytest.mark.parametrize(
    ("entry", "facts", "ids"),
    [
        (lag("1", ["swp1"], min_links=2), FACTS, []),
        (lag("1", ["swp9"]), FACTS, ["switch.port-missing"]),
        (lag("1", ["swp1"], edge_port=True), {**FACTS, "stp": True}, ["switch.no-edge-port"]),
        (lag("1", ["swp1"]), {**FACTS, "bridge": None, "bridges": ["br0", "br-int"]}, ["switch.no-bridge"]),
    ],
)
def test_what_it_cannot_do_is_a_finding(entry, facts, ids):
    now = state(facts=facts, swp1=port(vlan=vlans(10)))
    _want, findings = OpenVSwitch().adapt(model([entry]), now, "leaf2")
    assert [found.id for found in findings] == ids


@pytest.mark.parametrize(
    ("entry", "ids"),
    [
        (lag("1", ["swp1"], min_links=1, fallback="suspended"), []),
        (lag("1", ["swp1"], min_links=2), ["switch.min-links-host-only"]),
        (lag("1", ["swp/1"]), ["switch.port-name"]),
        (lag("swp1", ["swp1"], name="swp1"), ["switch.lag-name-in-use"]),
    ],
)
def test_what_no_open_vswitch_can_do_needs_no_device(entry, ids):
    assert [found.id for found in OpenVSwitch().judge(model([entry]), "leaf2")] == ids


def test_an_empty_list_of_trunks_is_never_written():
    have, want = model([lag("1", ["swp1"], vlan=vlans(None, [10, 20]))]), model([lag("1", ["swp1"], vlan=vlans())])
    for now in (have, model(swp1=port())):
        assert "trunks=[]" not in str(OpenVSwitch().commands(_plan.plan(now, want, gentle=False), now, FACTS))


def test_it_cannot_be_a_static_lag():
    assert list(OpenVSwitch.REFUSED) == ["static"]


def test_the_recorded_switch_is_as_it_is(recorded):
    found = OpenVSwitch().parse(recorded, {})
    assert _plan.plan(found, {"lags": found["lags"], "ports": found["ports"]}) == []
