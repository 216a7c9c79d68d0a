# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wanted of one switch, in its own terms: what was not said stays, and what then is nothing is told."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _engine, _platforms
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import vlans
from ansible_collections.trunkline.bonding.tests.unit.plugins.plugin_utils._switches._states import lag, model, port, state

FACTS = {
    "trunkline.bonding.linux": {"bridge": "br0", "default_pvid": 1, "stp": False, "files": {}},
    "trunkline.bonding.openvswitch": {"bridge": "br0", "bridges": ["br0"], "bridged": {}, "stp": False, "interfaces": []},
}
WANTED = lag("1", ["swp1", "swp2"], id_from="given", host="kvm1", bond="bond0")


def assessed(platform, now, wanted):
    entry = {**model([wanted]), "platform": platform, "peer": None}
    want, findings = _engine.Switch("leaf1", _platforms.get(platform), {}).assess(entry, {**now, "facts": FACTS[platform]}, {})
    return want["lags"]["1"], [found for found in findings if found.id != "switch.nothing-seen"]


@pytest.mark.parametrize("platform", _platforms.names())
def test_vlans_that_are_not_given_stay(platform):
    now = state(swp1=port(vlan=vlans(10, [20])), swp2=port(vlan=vlans(10, [20])))
    wanted, findings = assessed(platform, now, {**WANTED, "vlans": None})
    assert (wanted["vlans"], findings) == (vlans(10, [20]), [])


@pytest.mark.parametrize("platform", _platforms.names())
def test_a_lag_that_would_carry_nothing_is_an_error_that_says_what_happens(platform):
    now = state(swp1=port(), swp2=port())
    for given in (None, vlans()):
        (found,) = assessed(platform, now, {**WANTED, "vlans": given})[1]
        assert (found.id, found.severity) == ("switch.no-vlans", "error")
        assert {"trunkline.bonding.linux": "forwards nothing", "trunkline.bonding.openvswitch": "every VLAN"}[platform] in found.message


@pytest.mark.parametrize("platform", _platforms.names())
def test_a_lag_of_the_switch_that_carries_nothing_may_stay_so(platform):
    now = state([lag("1", ["swp1", "swp2"], vlan=vlans())])
    assert assessed(platform, now, {**WANTED, "vlans": None})[1] == []
