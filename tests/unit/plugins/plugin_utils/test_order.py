# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order of a change at both ends: the switch never has a LAG that the host of that moment cannot stand."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils._rules import lag as lag_rules
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _order
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model, _plan
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import vlans
from ansible_collections.trunkline.bonding.tests.unit.plugins.plugin_utils._switches._states import lag, model, port

OLD, NEW = vlans(10), vlans(10, [20])


def of_kind(kind, vlan, **more):
    if kind in ("lacp", "static"):
        return model([lag("1", ["swp1", "swp2"], kind, vlan=vlan, **more)])
    return model(**{name: port(vlan=vlan if kind == "independent" else vlans(), **more) for name in ("swp1", "swp2")})


def kinds(found):
    return {_order.kind(found, name) for name in ("swp1", "swp2")}


PAIRS = list(itertools.product(("none", "independent", "lacp", "static"), ("independent", "lacp", "static")))


def test_the_table_has_every_pair():
    assert sorted(_order.ORDER) == sorted(PAIRS)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_host_changes_in_front_of_something_that_it_stands(pair):
    """A host of any mode works in front of independent ports; a LAG is only in front of it where both its old and its new mode want it."""
    have, want = of_kind(pair[0], OLD), of_kind(pair[1], NEW)
    meanwhile = _plan.simulate(have, _plan.plan(have, _order.before_host(have, want)))
    assert kinds(meanwhile) == ({pair[0]} if pair[0] == pair[1] else {"independent"})


@pytest.mark.parametrize("pair", PAIRS)
def test_then_the_switch_is_as_wanted(pair):
    have, want = of_kind(pair[0], OLD), of_kind(pair[1], NEW)
    meanwhile = _plan.simulate(have, _plan.plan(have, _order.before_host(have, want)))
    after = _plan.simulate(meanwhile, _plan.plan(meanwhile, want))
    assert kinds(after) == {pair[1]}
    assert _plan.plan(after, want) == []


@pytest.mark.parametrize("pair", PAIRS)
def test_meanwhile_old_and_new_vlans_pass_at_the_larger_mtu(pair):
    have, want = of_kind(pair[0], vlans(10, [20]), mtu=9000), of_kind(pair[1], vlans(10, [30]), mtu=1500)
    meanwhile = _plan.simulate(have, _plan.plan(have, _order.before_host(have, want)))
    for name in ("swp1", "swp2"):
        found = _model.effective(meanwhile, name)
        assert found["vlans"] == (vlans(10, [30]) if pair[0] == "none" else vlans(10, [20, 30]))
        assert found["mtu"] == 9000


# The order of the design and of docs/modes-and-pairing.md: the ports carry all VLANs first; a LAG that the host's new form cannot stand is
# given up; the host changes, and then the switch forms what is wanted; with LACP min_links is raised last.
PHASES = {
    ("none", "independent"): "prepare apply form",
    ("none", "lacp"): "prepare apply form raise",
    ("none", "static"): "prepare apply form",
    ("independent", "independent"): "prepare apply form",
    ("independent", "lacp"): "prepare apply form raise",
    ("independent", "static"): "prepare apply form",
    ("lacp", "independent"): "prepare release apply form",
    ("lacp", "lacp"): "prepare apply form raise",
    ("lacp", "static"): "prepare release apply form",
    ("static", "independent"): "prepare release apply form",
    ("static", "lacp"): "prepare release apply form raise",
    ("static", "static"): "prepare apply form",
}


@pytest.mark.parametrize("pair", PAIRS)
def test_the_phases_are_those_of_the_design_and_change_something(pair):
    have, want = of_kind(pair[0], OLD), of_kind(pair[1], NEW)
    steps = _plan.plan(have, _order.before_host(have, want))
    phases = _order.phases(have, want)["swp1"]
    assert phases == tuple(("host" if what in ("apply", "raise") else "switch", what) for what in PHASES[pair].split())
    assert (_order.RELEASE in phases) is any(step["do"] == "leave" for step in steps)


@pytest.mark.parametrize(
    ("have", "want", "leaves"),
    [
        pytest.param(model([lag("1", ["swp1", "swp2"])]), model([lag("1", ["swp1", "swp2", "swp3"])]), set(), id="a further member"),
        pytest.param(
            model([lag("1", ["swp1", "swp2", "swp3"])]),
            model([lag("1", ["swp1", "swp2"])], swp3=port(vlan=OLD)),
            {"swp3"},
            id="a member less: its port is independent before the host gives it up",
        ),
        pytest.param(
            model([lag("1", ["swp1", "swp2"])]), model([lag("7", ["swp1", "swp2"])]), {"swp1", "swp2"}, id="another number is another LAG"
        ),
    ],
)
def test_members_that_stay_are_left_alone(have, want, leaves):
    steps = _plan.plan(have, _order.before_host(have, want))
    assert {step["port"] for step in steps if step["do"] == "leave"} == leaves


@pytest.mark.parametrize(
    ("bond", "used", "shut"),
    [
        pytest.param("0c:c4:7a:00:01:00", None, "swp2", id="the first slave's address"),
        pytest.param("0c:c4:7a:00:01:01", None, "swp1", id="the second slave's address"),
        pytest.param("0c:c4:7a:00:01:01", "swp1", "swp2", id="the NIC that the host uses by itself goes before it"),
        pytest.param("00:00:00:00:00:00", None, "swp2", id="no partner, so that nothing is known"),
    ],
)
def test_the_port_that_stays_open_is_that_of_the_slave_whose_address_the_bond_has(bond, used, shut):
    """A Linux bridge learns from LLDP, which bears the card's own address: the bond's frames would go to a slave that only waits."""
    have, want = of_kind("lacp", OLD), of_kind("independent", OLD)
    partner = {"system": bond, "key": 15, "port": 1, "state": 0x3F}
    have["lacp"] = {name: {"actor": partner, "partner": partner} for name in ("swp1", "swp2")}
    for name, mac in (("swp1", "0c:c4:7a:00:01:00"), ("swp2", "0c:c4:7a:00:01:01")):
        want["ports"][name].update(mac=mac, used=name == used)
    meanwhile = _order.before_host(have, want)["ports"]
    assert [name for name, found in meanwhile.items() if not found["enabled"]] == [shut]


@pytest.mark.parametrize("seconds", [20, 60, 90, 120, 240, 3600])
def test_what_was_changed_last_goes_back_first(seconds):
    until = _order.deadlines(seconds)
    # docs/safety.md: the dead man of a host starts half of the deadline early, at most 30 s; by the deadline the host is back.
    assert until["host"] == seconds - min(30, seconds // 2)
    assert until["form"] < until["host"] < seconds < until["release"]


def test_from_the_least_deadline_on_the_switch_has_time_to_form_a_lag():
    """20 s are what docs/safety.md shows for the shortest deadline that has no warning."""
    assert _order.deadlines(lag_rules.LEAST_DEADLINE)["form"] == 20
    assert _order.deadlines(20)["form"] == 1
