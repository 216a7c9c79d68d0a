# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans: nothing where nothing differs, one step where one thing does, and what each step costs."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _desired, _plan, _state
from ansible_collections.trunkline.bonding.tests.unit.plugins.module_utils.recorded import (
    Recorded,
    addressing,
    bond,
    bridge,
    intent,
    nic,
    vlan,
)


@pytest.fixture
def state():
    return _state.read(Recorded("lacp_stack"))


@pytest.fixture
def plain():
    return _state.read(Recorded("plain"))


def as_it_is():
    """The intent that the recorded host fulfils."""
    options = {"miimon": 100, "lacp_rate": "fast", "xmit_hash_policy": "layer3+4", "min_links": 1}
    wanted = intent(
        {
            "eth0": nic(), "eth1": nic(slave_options={"queue_id": 1}), "bond0": bond("802.3ad", ["eth0", "eth1"], options, mtu=9000),
            "bond0.20": vlan(20, "bond0"), "br0": bridge(["bond0"]),
        },
        {
            "br0": addressing("198.51.100.10/24", "2001:db8::10/64", gateway="198.51.100.1", gateway6="2001:db8::1"),
            "bond0.20": addressing("192.0.2.110/24"),
        },
    )  # fmt: skip
    wanted["links"]["eth1"]["slave_options"] = {"queue_id": 1}
    return wanted


def steps(wanted, state, **more):
    return _plan.plan(state, _desired.from_intent(wanted, state, **more))


def brief(found):
    return [(step["action"], step["link"], step["what"], step["cost"]) for step in found]


def test_no_step_where_nothing_differs(state):
    found = steps(as_it_is(), state)
    assert found == []
    assert _plan.cost(found) == "none"


def test_no_step_on_the_way_back_to_where_one_is(state, plain):
    for there in (state, plain):
        assert _plan.plan(there, _desired.from_state(there, list(there["links"]))) == []


@pytest.mark.parametrize(
    ("option", "value", "cost"),
    [
        # Flags of the driver's option table: none, "bond must be down" (lacp_rate, ad_select), "no slaves" (fail_over_mac).
        ("miimon", 50, "live"),
        ("xmit_hash_policy", "layer2", "live"),
        ("min_links", 2, "live"),
        ("lacp_rate", "slow", "flap"),
        ("ad_select", "count", "flap"),
        ("lacp_active", False, "flap"),
        ("fail_over_mac", "active", "rebuild"),
    ],
)
def test_one_option_is_one_step(state, option, value, cost):
    wanted = as_it_is()
    wanted["links"]["bond0"]["options"][option] = value
    found = steps(wanted, state)
    assert brief(found) == [("option", "bond0", option, cost)]
    assert found[0]["before"] == state["links"]["bond0"]["options"][option]
    assert found[0]["after"] == value


CHANGES = [
    ("mtu", lambda w: w["links"]["br0"].update(mtu=1500), {("mtu", "br0", "mtu", "live")}),
    ("mac", lambda w: w["links"]["bond0"].update(mac="02:00:00:00:00:77"), {("mac", "bond0", "mac", "flap")}),
    ("stp", lambda w: w["links"]["br0"].update(stp=True), {("bridge", "br0", "stp", "live")}),
    ("forward delay", lambda w: w["links"]["br0"].update(forward_delay=4), {("bridge", "br0", "forward_delay", "live")}),
    (
        "address",
        lambda w: w["addresses"]["br0"]["addresses"].append("203.0.113.9/24"),
        {("address", "br0", "203.0.113.9/24", "live")},
    ),
    (
        "gateway",
        lambda w: w["addresses"]["br0"].update(gateway="198.51.100.254"),
        {("route", "br0", "default via 198.51.100.1", "live"), ("route", "br0", "default via 198.51.100.254", "live")},
    ),
    ("queue", lambda w: w["links"]["eth1"].update(slave_options={"queue_id": 2}), {("slave_option", "eth1", "queue_id", "live")}),
    ("vlan id", lambda w: w["links"]["bond0.20"].update(id=21), {("create", "bond0.20", "vlan", "rebuild")}),
    (
        "mode",
        lambda w: w["links"]["bond0"].update(mode="balance-xor", options={"miimon": 100}),
        {("mode", "bond0", "mode", "rebuild")},
    ),
]


@pytest.mark.parametrize(("change", "wanted"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_one_change_is_no_more_than_its_steps(state, change, wanted):
    after = as_it_is()
    change(after)
    found = set(brief(steps(after, state)))
    recreated = {step for step in found if step[1] == "bond0.20" and step[0] in ("mtu", "up")}
    assert found - recreated == wanted
    assert not recreated or ("create", "bond0.20", "vlan", "rebuild") in wanted


def test_a_slave_comes_and_goes_live_while_others_stay(state):
    fewer = as_it_is()
    fewer["links"]["bond0"]["slaves"] = ["eth0"]
    del fewer["links"]["eth1"]
    assert brief(steps(fewer, state)) == [("release", "eth1", "bond0", "live")]
    more = as_it_is()
    more["links"]["bond0"]["slaves"].append("eth2")
    more["links"]["eth2"] = nic(master="bond0")
    state["links"]["eth2"] = {**copy.deepcopy(state["links"]["eth0"]), "master": None, "addresses": [], "slave_options": {}}
    assert brief(steps(more, state)) == [("enslave", "eth2", "bond0", "live")]


def test_a_bond_that_loses_all_its_slaves_is_rebuilt(state):
    other = as_it_is()
    other["links"]["bond0"]["slaves"] = ["eth2"]
    other["links"]["eth2"] = nic(master="bond0")
    del other["links"]["eth0"], other["links"]["eth1"]
    state["links"]["eth2"] = {**copy.deepcopy(state["links"]["eth0"]), "master": None, "addresses": [], "slave_options": {}}
    assert brief(steps(other, state))[:2] == [("release", "eth0", "bond0", "rebuild"), ("release", "eth1", "bond0", "rebuild")]


def test_a_nic_in_use_becomes_a_slave(plain):
    wanted = intent({"eth0": nic(), "bond0": bond("active-backup", ["eth0"], {"miimon": 100})}, {"bond0": addressing("198.51.100.10/24")})
    found = brief(steps(wanted, plain))
    assert found[0] == ("create", "bond0", "bond", "live")
    assert ("enslave", "eth0", "bond0", "rebuild") in found
    off = found.index(("address", "eth0", "198.51.100.10/24", "live"))
    assert off < found.index(("address", "bond0", "198.51.100.10/24", "live"))
    assert _plan.cost(steps(wanted, plain)) == "rebuild"


def test_a_new_bond_over_idle_nics_disturbs_nothing(plain):
    wanted = intent({"swp1": nic(), "swp2": nic(), "bond0": bond("802.3ad", ["swp1", "swp2"], {"miimon": 100, "lacp_rate": "fast"})})
    found = steps(wanted, plain)
    assert _plan.cost(found) == "live"
    assert [step["what"] for step in found if step["action"] == "option"] == ["lacp_rate"], "what is the default need not be set"


def test_an_address_that_somebody_gave_to_a_slave(state):
    entry = {"address": "192.0.2.200/24", "scope": "global", "dynamic": False, "flags": []}
    desired = _desired.from_intent(as_it_is(), state)
    state["links"]["eth0"]["addresses"].append(entry)
    assert brief(_plan.plan(state, desired)) == [("address", "eth0", "192.0.2.200/24", "live")]


def test_deleting_what_carries_the_address_is_the_dearest(state):
    owned = {name: {"kind": state["links"][name]["kind"], "options": []} for name in ("bond0", "br0", "bond0.20")}
    back = intent({"eth0": nic(), "eth1": nic()}, {"eth0": addressing("198.51.100.10/24")})
    found = brief(steps(back, state, owned=owned))
    assert {step for step in found if step[0] == "delete"} == {
        ("delete", "br0", "bridge", "rebuild"),
        ("delete", "bond0.20", "vlan", "rebuild"),
        ("delete", "bond0", "bond", "rebuild"),
    }
    assert ("release", "eth0", "bond0", "live") not in found, "they are free when the bond is gone"
    assert ("address", "eth0", "198.51.100.10/24", "live") in found


def test_a_lease_of_the_wanted_address_is_not_the_wanted_address(plain):
    wanted = intent({"eth0": nic()}, {"eth0": addressing("198.51.100.10/24", "198.51.100.50/24", "10.31.0.1/32", "2001:db8::10/64")})
    assert brief(steps(wanted, plain)) == [("address", "eth0", "198.51.100.10/24", "live")]


def test_a_metric_that_nobody_asked_for_is_not_judged(plain):
    wanted = intent({"eth0": nic()}, {"eth0": addressing("198.51.100.50/24", gateway="198.51.100.1")})
    assert not [step for step in steps(wanted, plain) if step["action"] == "route"]
    with_metric = copy.deepcopy(wanted)
    with_metric["addresses"]["eth0"].update(gateway=None, routes=[{"to": "0.0.0.0/0", "via": "198.51.100.1", "metric": 7, "table": None}])
    assert [step["what"] for step in steps(with_metric, plain) if step["action"] == "route"] == ["default via 198.51.100.1 metric 7"]


def test_the_way_back_to_addresses_of_networkmanager_waits_for_no_route_that_a_state_does_not_tell(plain):
    back = _desired.from_state(plain, ["eth0"])
    subnet = {**back["routes"][0], "to": "198.51.100.0/24", "via": None, "dev": "eth0", "metric": 100, "protocol": "kernel"}
    assert _plan.plan(plain, {**back, "routes": [*back["routes"], subnet]}) == []


@pytest.mark.parametrize(
    ("costs", "dearest"), [([], "none"), (["live"], "live"), (["live", "flap"], "flap"), (["rebuild", "flap", "live"], "rebuild")]
)
def test_the_cost_of_a_plan_is_its_dearest_step(costs, dearest):
    assert _plan.cost([{"cost": cost} for cost in costs]) == dearest
