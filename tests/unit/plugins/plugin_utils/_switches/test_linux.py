# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Linux as a switch. Recorded on Linux 6.1 with iproute2 6.1: a bridge with LAG bond1 to a server's bond, an access and an unused port."""

from __future__ import annotations

import shlex

import pytest

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model, _plan, _platforms
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._linux import Linux
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import vlans
from ansible_collections.trunkline.bonding.tests.unit.plugins.plugin_utils._switches._states import answer, lag, model, port, read, state

FACTS = {"bridge": "br0", "default_pvid": 1, "stp": False, "files": {}}


@pytest.fixture
def recorded():
    return {
        "links": answer(read("linux-links.json")),
        "vlans": answer(read("linux-vlans.json")),
        "fdb": answer(read("linux-fdb.json")),
        "bonding": answer("=== bond1\n" + read("linux-bond1.txt")),
        "lldp": answer(""),
        "files": answer(""),
    }


def test_configuration_is_read(recorded):
    found = Linux().parse(recorded, {})
    assert found["lags"] == {
        "1": {
            "id": "1", "name": "bond1", "mode": "lacp", "rate": "fast", "members": ["swp1", "swp2"],
            "min_links": 1, "fallback": "individual", "vlans": vlans(10, [20, 30]),
            "mtu": 9000, "edge_port": None, "description": "kvm1 bond0",
        }
    }  # fmt: skip
    assert {name: (one["lag"], one["vlans"], one["mtu"]) for name, one in found["ports"].items()} == {
        "swp1": ("1", vlans(), 9000),
        "swp2": ("1", vlans(), 9000),
        "swp3": (None, vlans(10), 1500),
        "swp4": (None, vlans(), 1500),
    }


def test_state_is_read(recorded):
    found = Linux().parse(recorded, {})
    # The server's NICs were made with these addresses; its bond uses that of eth0 on both cables.
    assert found["macs"] == {"swp1": ["0c:c4:7a:00:00:10"], "swp2": ["0c:c4:7a:00:00:10"], "swp3": ["0c:c4:7a:00:00:30"]}
    assert found["lacp"]["swp2"]["partner"] == {"system": "0c:c4:7a:00:00:10", "key": 15, "port": 2, "state": 63}
    assert found["lacp"]["swp1"]["aggregator"] == found["lacp"]["swp2"]["aggregator"] == 1
    assert found["links"] == dict.fromkeys(("swp1", "swp2", "swp3", "swp4"), True)
    assert found["facts"]["bridge"] == "br0"


@pytest.mark.parametrize(
    ("key", "output", "words"),
    [
        ("links", answer("", rc=127), "reading links failed"),
        ("links", {"rc": 1, "out": "", "err": "ip: not found"}, "ip: not found"),
        ("vlans", answer("not json"), "is no JSON"),
    ],
)
def test_answers_that_make_no_sense_are_named(recorded, key, output, words):
    with pytest.raises(_platforms.PlatformError, match=words):
        Linux().parse({**recorded, key: output}, {})


@pytest.mark.parametrize(
    ("have", "want", "commands"),
    [
        pytest.param(
            model(swp1=port(vlan=vlans(10))),
            model(swp1=port(vlan=vlans(10, [20, 30]))),
            ["bridge vlan add dev swp1 vid 20", "bridge vlan add dev swp1 vid 30"],
            id="VLANs are added one by one, the others stay",
        ),
        pytest.param(
            model(swp1=port(vlan=vlans(10, [20, 21, 22, 30]))),
            model(swp1=port(vlan=vlans(10, [30]))),
            ["bridge vlan delete dev swp1 vid 20-22"],
            id="VLANs are removed, never all",
        ),
        pytest.param(
            model(swp1=port(vlan=vlans(1))),
            model(swp1=port(vlan=vlans(10))),
            ["bridge vlan add dev swp1 vid 10 pvid untagged", "bridge vlan delete dev swp1 vid 1"],
            id="the new native VLAN is there before the old one goes",
        ),
        pytest.param(
            model(swp1=port()),
            model(swp1=port(vlan=vlans(10))),
            ["ip link set dev swp1 master br0", "bridge vlan add dev swp1 vid 10 pvid untagged", "bridge vlan delete dev swp1 vid 1"],
            id="an unused port joins the bridge",
        ),
        pytest.param(
            model(swp1=port(vlan=vlans(10))),
            model(swp1=port()),
            ["ip link set dev swp1 nomaster"],
            id="a port that carries nothing leaves it",
        ),
        pytest.param(
            model([lag("1", ["swp1"])]),
            model([lag("1", ["swp1"], mtu=9000, description="kvm1's bond")]),
            ["ip link set dev bond1 mtu 9000", """ip link set dev bond1 alias 'kvm1'"'"'s bond'"""],
            id="MTU and description of a LAG",
        ),
        pytest.param(
            model([lag("1", ["swp1"])]),
            model([lag("1", ["swp1"], rate="slow")]),
            ["ip link set dev bond1 down", "ip link set dev bond1 type bond lacp_rate slow", "ip link set dev bond1 up"],
            id="the rate needs the bond down",
        ),
        pytest.param(
            model([lag("1", ["swp1"])]),
            model([lag("1", ["swp1"], min_links=2)]),
            ["ip link set dev bond1 type bond min_links 2"],
            id="min_links does not",
        ),
        pytest.param(
            model(swp1=port(vlan=vlans(10, [20]))),
            model([lag("7", ["swp1"], "static")]),
            [
                "ip link add name bond7 type bond mode balance-xor miimon 100 xmit_hash_policy layer3+4",
                "ip link set dev bond7 mtu 1500",
                "ip link set dev bond7 alias ''",
                "ip link set dev bond7 master br0",
                "bridge vlan add dev bond7 vid 10 pvid untagged",
                "bridge vlan add dev bond7 vid 20",
                "bridge vlan delete dev bond7 vid 1",
                "ip link set dev bond7 up",
                """sh -c 'printf '"'"'%s\\n'"'"' "$@" | ip -batch -' ip-batch 'link set dev swp1 down' 'link set dev swp1 nomaster' """
                "'link set dev swp1 master bond7' 'link set dev swp1 up'",
            ],
            id="a static LAG; the port is down for one process only",
        ),
        pytest.param(
            model([lag("1", ["swp1"])]),
            model(swp1=port(vlan=vlans(10))),
            [
                "ip link set dev swp1 down",
                "ip link set dev swp1 nomaster",
                "ip link set dev swp1 mtu 1500",
                "ip link set dev swp1 master br0",
                "bridge vlan add dev swp1 vid 10 pvid untagged",
                "bridge vlan delete dev swp1 vid 1",
                "ip link set dev swp1 up",
                "ip link delete dev bond1",
            ],
            id="a member leaves as shutdown, leave, default, join",
        ),
    ],
)
def test_commands(have, want, commands):
    steps = _plan.plan(have, want, gentle=False)
    assert [shlex.join(argv) for argv in Linux().commands(steps, have, FACTS)] == commands


@pytest.mark.parametrize(
    ("entry", "facts", "ids"),
    [
        (lag("1", ["swp1"]), FACTS, []),
        (lag("br0", ["swp1"], name="br0"), FACTS, ["switch.lag-name-in-use"]),
        (lag("1", ["swp9"]), FACTS, ["switch.port-missing"]),
        (lag("1", ["swp1"], edge_port=True), {**FACTS, "stp": True}, ["switch.no-edge-port"]),
        (lag("1", ["swp1"], edge_port=True), FACTS, []),
        (lag("1", ["swp1"]), {**FACTS, "bridge": None, "bridges": ["br0", "br1"]}, ["switch.no-bridge"]),
    ],
)
def test_what_it_cannot_do_is_a_finding(entry, facts, ids):
    now = state(facts=facts, swp1=port(vlan=vlans(10)))
    _want, findings = Linux().adapt(model([entry]), now, "leaf1")
    assert [found.id for found in findings] == ids


@pytest.mark.parametrize(
    ("entry", "ids"),
    [
        (lag("1", ["swp1"], fallback="individual"), []),
        (lag("a-name-that-is-too-long", ["swp1"], name="a-name-that-is-too-long"), ["switch.lag-name"]),
        (lag("swp1", ["swp1"], name="swp1"), ["switch.lag-name-in-use"]),
        (lag("1", ["swp1"], fallback="suspended"), ["switch.unsupported"]),
        (lag("1", ["swp 1"]), ["switch.port-name"]),
    ],
)
def test_what_no_linux_can_do_needs_no_device(entry, ids):
    assert [found.id for found in Linux().judge(model([entry]), "leaf1")] == ids


def test_the_recorded_switch_is_as_it_is(recorded):
    found = Linux().parse(recorded, {})
    assert _plan.plan(found, {"lags": found["lags"], "ports": found["ports"]}) == []
    assert _model.overlay(found, {"lags": {}, "ports": {}})["lags"] == found["lags"]
