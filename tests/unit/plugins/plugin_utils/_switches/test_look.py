# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look before a push: a typed-wrong port must not reconfigure somebody else's server."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._look import look
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import vlans
from ansible_collections.trunkline.bonding.tests.unit.plugins.plugin_utils._switches._states import lag, model, port, state

KVM1, KVM2, STRANGER = "0c:c4:7a:00:01:00", "0c:c4:7a:00:02:00", "52:54:00:00:00:99"
STATIONS = {KVM1: "kvm1", KVM2: "kvm2"}
ACCESS = vlans(10)


def neighbour(system=None, chassis=None, port_id=None):
    return {"system": system, "chassis": chassis, "port": port_id, "description": None}


def ends(system):
    return {"aggregator": 1, "actor": {}, "partner": {"system": system, "key": 15, "port": 1, "state": 63}}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param({"macs": {"swp1": [KVM1]}}, [], id="its own address"),
        pytest.param({"macs": {"swp1": [KVM1.upper()]}}, [], id="in capitals"),
        pytest.param({"macs": {"swp1": [KVM1, STRANGER]}}, [], id="with guests behind it"),
        pytest.param({"macs": {"swp1": [KVM2]}}, ["switch.other-host"], id="another host's address"),
        pytest.param({"macs": {"swp1": [KVM1, KVM2]}}, ["switch.other-host"], id="both addresses"),
        pytest.param({"macs": {"swp1": [STRANGER]}}, ["switch.other-station"], id="somebody else's address"),
        pytest.param({}, ["switch.nothing-seen"], id="nothing"),
        pytest.param({"lacp": {"swp1": ends(KVM1)}}, [], id="its LACP"),
        pytest.param({"lacp": {"swp1": ends(KVM2)}}, ["switch.other-host"], id="another host's LACP"),
        pytest.param({"lacp": {"swp1": ends("00:00:00:00:00:00")}}, ["switch.nothing-seen"], id="a port that has never heard LACP"),
        pytest.param({"lldp": {"swp1": [neighbour("kvm1.example.net")]}}, [], id="its name by LLDP"),
        pytest.param({"lldp": {"swp1": [neighbour("kvm2")]}}, ["switch.other-host"], id="another host's name"),
        pytest.param({"lldp": {"swp1": [neighbour(None, None, KVM1)]}}, [], id="its address by LLDP"),
        pytest.param({"lldp": {"swp1": [neighbour(None, None, "0cc4-7a00-0100")]}}, [], id="its address by LLDP in another notation"),
        pytest.param({"lldp": {"swp1": [neighbour("spine1", STRANGER)]}}, ["switch.other-station"], id="another switch"),
        pytest.param({"lldp": {"swp1": [neighbour("kvm1")]}, "macs": {"swp1": [STRANGER]}}, [], id="a name is enough beside guests"),
    ],
)
def test_who_is_behind_a_port(told, expected):
    now = {**state(swp1=port(vlan=ACCESS)), **told}
    found = look(model(swp1=port(vlan=ACCESS, host="kvm1")), now, STATIONS, "leaf1")
    assert [one.id for one in found] == expected


def test_an_unknown_address_says_nothing_of_a_host_whose_own_are_unknown():
    now = {**state(swp1=port(vlan=ACCESS)), "macs": {"swp1": [STRANGER]}}
    assert look(model(swp1=port(vlan=ACCESS, host="kvm9")), now, STATIONS, "leaf1") == []


@pytest.mark.parametrize(
    ("lags", "told", "expected"),
    [
        pytest.param(
            [lag("9", ["swp1", "swp8"])], {"lacp": {"swp8": ends(STRANGER)}}, ["switch.lag-not-ours"], id="a member with a partner"
        ),
        pytest.param([lag("9", ["swp1", "swp8"])], {}, [], id="a member that hears nothing"),
        pytest.param(
            [lag("9", ["swp1", "swp8"])], {"lacp": {"swp1": ends(KVM1), "swp8": ends(KVM1)}}, [], id="a further cable of the same host"
        ),
        pytest.param([lag("9", ["swp1", "swp8"], "static")], {}, ["switch.lag-not-ours"], id="a static member with a link"),
        pytest.param([lag("9", ["swp1", "swp8"], "static")], {"links": {"swp8": False}}, [], id="a static member without a link"),
    ],
)
def test_a_lag_that_others_use(lags, told, expected):
    now = {**state(lags, swp2=port(vlan=ACCESS)), "macs": {"swp1": [KVM1], "swp2": [KVM1]}}
    now |= {key: {**now[key], **value} for key, value in told.items()}
    want = model([lag("1", ["swp1", "swp2"], host="kvm1", bond="bond0")])
    assert [one.id for one in look(want, now, STATIONS, "leaf1")] == expected


def test_an_id_that_somebody_else_uses():
    now = {**state([lag("1", ["swp7", "swp8"])], swp1=port(vlan=ACCESS)), "macs": {"swp1": [KVM1]}}
    found = look(model([lag("1", ["swp1"], host="kvm1", bond="bond0")]), now, STATIONS, "leaf1")
    assert [one.id for one in found] == ["switch.lag-id-in-use"]
    assert "swp7, swp8" in found[0].message


def test_another_native_vlan_is_told():
    now = {**state(swp1=port(vlan=vlans(1))), "macs": {"swp1": [KVM1]}}
    found = look(model(swp1=port(vlan=vlans(10), host="kvm1")), now, STATIONS, "leaf1")
    assert [(one.id, one.severity) for one in found] == [("switch.native-vlan-changes", "note")]
