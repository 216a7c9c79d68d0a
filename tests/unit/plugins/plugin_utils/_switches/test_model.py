# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The LAG model: VLAN lists as sets, and what a change leaves open."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import vlans


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        pytest.param(vlans(10), vlans(10), {"add": [], "remove": []}, id="nothing"),
        pytest.param(vlans(10, [20]), vlans(10, [20, 30]), {"add": [30], "remove": []}, id="one more"),
        pytest.param(vlans(10, [20, 30]), vlans(10, [30]), {"add": [], "remove": [20]}, id="one less"),
        pytest.param(vlans(1), vlans(10, [20]), {"native": 10, "add": [20], "remove": []}, id="access to trunk"),
        pytest.param(vlans(10, [20]), vlans(None, [10, 20]), {"native": None, "add": [10], "remove": []}, id="native becomes tagged"),
        pytest.param(vlans(None, "all"), vlans(10, [20]), {"native": 10}, id="from all"),
    ],
)
def test_vlans_change_as_sets(before, after, steps):
    assert _model.vlan_steps(before, after) == steps


@pytest.mark.parametrize(
    ("before", "after", "both"),
    [
        pytest.param(vlans(10), vlans(10, [20]), vlans(10, [20]), id="grows"),
        pytest.param(vlans(10, [20, 30]), vlans(10), vlans(10, [20, 30]), id="shrinks"),
        pytest.param(vlans(1, [20]), vlans(10, [30]), vlans(10, [20, 30]), id="the later native"),
        pytest.param(vlans(None, [10]), vlans(10), vlans(10), id="tagged becomes native"),
        pytest.param(None, vlans(10), vlans(10), id="from nothing"),
        pytest.param(vlans(10), None, vlans(10), id="as it is"),
        pytest.param(vlans(10, "all"), vlans(10, [20]), vlans(10, "all"), id="all"),
    ],
)
def test_both_configurations_pass_meanwhile(before, after, both):
    assert _model.union(before, after) == both


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], ""), ([10], "10"), ([10, 11, 12, 20], "10-12,20"), ([1, 3, 4], "1,3-4"), ("all", "all")],
)
def test_ranges(numbers, text):
    assert _model.ranges(numbers) == text


@pytest.mark.parametrize(
    ("have", "want", "differs"),
    [
        # The kernel's bonding documentation: 0 and 1 have the exact same effect.
        pytest.param({"min_links": 0}, {"min_links": 1}, False, id="min_links 0 is 1"),
        pytest.param({"min_links": 1}, {"min_links": 2}, True, id="min_links 2"),
        pytest.param({"mtu": 1500}, {"mtu": None}, False, id="not said"),
        pytest.param({"mtu": 1500}, {"mtu": 9000}, True, id="mtu"),
        pytest.param({"description": "a"}, {"description": ""}, True, id="description is removed"),
    ],
)
def test_what_counts_as_a_difference(have, want, differs):
    assert bool(_model.differences(have, want, _model.LAG_ATTRIBUTES)) is differs


def test_what_is_left_open_stays():
    have = {"lags": {}, "ports": {name: {**_model.unknown_port(), "vlans": vlans(10, [20]), "mtu": 9000} for name in ("swp1", "swp2")}}
    want = {
        "lags": {"1": {"id": "1", "name": "bond1", "mode": "lacp", "members": ["swp1", "swp2"], "vlans": None, "mtu": None}},
        "ports": {name: {**_model.unknown_port(), "lag": "1"} for name in ("swp1", "swp2")},
    }
    whole = _model.complete(have, want)
    assert whole["lags"]["1"]["vlans"] == vlans(10, [20])
    assert whole["lags"]["1"]["mtu"] == 9000
