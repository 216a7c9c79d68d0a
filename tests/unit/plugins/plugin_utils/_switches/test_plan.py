# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner's rules: what moves in which order, and that nothing else is touched."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model, _plan
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import vlans
from ansible_collections.trunkline.bonding.tests.unit.plugins.plugin_utils._switches._states import kinds, lag, model, port

ACCESS = port(vlan=vlans(10))
TRUNK = port(vlan=vlans(10, [20]))
SHUT = {**TRUNK, "enabled": False}
LACP = lag("1", ["swp1", "swp2"])

CASES = [
    pytest.param(
        model(swp1=TRUNK, swp2=TRUNK),
        model([LACP]),
        {},
        ["create-lag 1", "join swp1", "settle swp1", "join swp2", "settle swp2"],
        id="a new LAG gets one member, then the others",
    ),
    pytest.param(
        model(swp1=TRUNK, swp2=TRUNK),
        model([LACP]),
        {"keep": frozenset({"swp2"})},
        ["create-lag 1", "settle 9", "join swp2", "settle swp2 must", "join swp1", "settle swp1"],
        id="the port with the traffic joins first, when the LAG is ready for it, and must come up",
    ),
    pytest.param(
        model([LACP]),
        model(swp1=TRUNK, swp2=SHUT),
        {},
        [
            "leave swp1", "pause 1", "set-port swp1", "learning swp1 off", "set-port swp1", "settle 7",
            "learning swp1 on", "leave swp2", "set-port swp2", "delete-lag bond1",
        ],
        id="a LAG is left one by one, LACP gets time to notice, the last one stays shut",
    ),
    pytest.param(
        model([LACP]),
        model(swp1=SHUT, swp2=TRUNK),
        {},
        [
            "leave swp2", "pause 1", "set-port swp2", "learning swp2 off", "set-port swp2", "settle 7",
            "learning swp2 on", "leave swp1", "set-port swp1", "delete-lag bond1",
        ],
        id="whichever that is",
    ),
    pytest.param(
        model([lag("1", ["swp1", "swp2"], "static")]),
        model(swp1=TRUNK, swp2=SHUT),
        {},
        ["leave swp1", "pause 1", "set-port swp1", "settle 1", "leave swp2", "set-port swp2", "delete-lag bond1"],
        id="without LACP there is less to wait for",
    ),
    pytest.param(
        model([LACP]),
        model(swp1=TRUNK, swp2=TRUNK),
        {"gentle": False},
        ["leave swp1", "leave swp2", "set-port swp1", "set-port swp2", "delete-lag bond1"],
        id="the way back does not wait",
    ),
    pytest.param(
        model([LACP], swp3=TRUNK),
        model([lag("1", ["swp1", "swp2", "swp3"])]),
        {},
        ["join swp3", "settle swp3"],
        id="a further member does not touch the others",
    ),
    pytest.param(
        model([lag("1", ["swp1", "swp2", "swp3"])]),
        model([LACP], swp3=ACCESS),
        {},
        ["leave swp3", "pause 1", "set-port swp3"],
        id="a member leaves and becomes independent",
    ),
    pytest.param(
        model([lag("1", ["swp1", "swp2", "swp3"])]),
        {"lags": {"1": LACP}, "ports": model([LACP])["ports"]},
        {},
        ["leave swp3"],
        id="a member that nobody names any more leaves and stays shut",
    ),
    pytest.param(
        model([LACP, lag("2", ["swp3", "swp4"])]),
        model([lag("1", ["swp1"]), lag("2", ["swp2", "swp3", "swp4"])]),
        {},
        ["leave swp2", "join swp2", "settle swp2"],
        id="a member moves to another LAG: leave, then join",
    ),
    pytest.param(
        model([lag("1", ["swp1", "swp2"], "static")]),
        model([LACP]),
        {},
        ["leave swp1", "leave swp2", "delete-lag bond1", "create-lag 1", "join swp1", "join swp2", "settle swp1,swp2"],
        id="another mode drains the LAG first",
    ),
    pytest.param(
        model([LACP]),
        model([lag("1", ["swp1", "swp2"], rate="slow", vlan=vlans(10, [30]))]),
        {},
        ["set-lag bond1"],
        id="attributes change in place",
    ),
    pytest.param(model([LACP], swp3=ACCESS), model([LACP]), {}, [], id="nothing to do, and a port that is not named stays"),
]  # fmt: skip


@pytest.mark.parametrize(("have", "want", "more", "expected"), CASES)
def test_steps(have, want, more, expected):
    assert kinds(_plan.plan(have, want, **more)) == expected


@pytest.mark.parametrize(("have", "want", "more", "_expected"), CASES)
def test_a_second_run_has_nothing_to_do(have, want, more, _expected):
    after = _plan.simulate(have, _plan.plan(have, want, **more))
    assert _plan.plan(after, want) == []


def told(found, names):
    """Each port with its LAG and what it forwards by; the order of members says nothing."""
    lags = {id_: {**one, "members": sorted(one["members"])} for id_, one in found["lags"].items()}
    return {name: (found["ports"][name]["lag"], _model.effective({**found, "lags": lags}, name)) for name in names}


@pytest.mark.parametrize(("have", "want", "more", "_expected"), CASES)
def test_undone_group_by_group_the_switch_is_as_before(have, want, more, _expected):
    groups = _plan.groups(have, _plan.plan(have, want, **more))
    for number in range(len(groups) + 1):
        # Whatever number of groups was begun, their undo steps, the last first, lead back.
        now = groups[number - 1]["after"] if number else have
        for group in reversed(groups[:number]):
            now = _plan.simulate(now, group["undo"])
        assert told(now, have["ports"]) == told(have, have["ports"])
        assert sorted(now["lags"]) == sorted(have["lags"])


def test_vlans_of_a_lag_are_not_compared_with_its_members():
    have = model([LACP])
    want = model([LACP])
    want["ports"]["swp1"].update(vlans=vlans(10, [20]), mtu=9000)
    assert _plan.plan(have, want) == []


def test_a_lag_that_others_use_too_is_not_deleted():
    have = model([lag("9", ["swp1", "swp9"])])
    steps = _plan.plan(have, {"lags": {}, "ports": {"swp1": TRUNK}})
    assert kinds(steps) == ["leave swp1", "pause 1", "set-port swp1"]


@pytest.mark.parametrize(
    ("have", "want", "words"),
    [
        (model(swp1=port(vlan=vlans(1))), model(swp1=port(vlan=vlans(10))), "native VLAN changes from 1 to 10"),
        (model(swp1=port(vlan=vlans(10, [20, 30]))), model(swp1=port(vlan=vlans(10, [30]))), "VLANs 20 are removed"),
        (model([lag("1", ["swp1"], "static")]), model([lag("1", ["swp1"])]), "made anew"),
        (model([LACP]), model(swp1=TRUNK, swp2=TRUNK), "loses its last member"),
    ],
)
def test_what_can_be_felt_is_named(have, want, words):
    assert words in " ".join(_plan.risks(have, _plan.plan(have, want)))
