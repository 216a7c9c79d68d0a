# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proof of a link from both ends: one bond of two cables to leaf1, and everything that can be wrong with it."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _intent
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _proof
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import vlans
from ansible_collections.trunkline.bonding.tests.unit.plugins.plugin_utils._switches._states import lag, port, state

HOST, SWITCH, OTHER = "0c:c4:7a:00:01:00", "0c:c4:7a:00:11:01", "0c:c4:7a:00:12:01"
# active, fast, aggregation, in sync, collecting, distributing (IEEE 802.1AX, 6.4.2.3)
GOOD, SLOW = 0x3F, 0x3D
NICS = {"eth0": {"switch": "leaf1", "port": "swp1"}, "eth1": {"switch": "leaf1", "port": "swp2"}}


def end(system, number, bits=GOOD, key=15):
    return {"system": system, "key": key, "port": number, "state": bits}


def intent(mode="802.3ad", **options):
    bonds = [{"name": "bond0", "mode": mode, "options": {"miimon": 100, **options}, "slaves": ["eth0", "eth1"]}]
    return {"kvm1": _intent.normalise({"nics": NICS, "bonds": bonds})[0]}


def slave(number, mac, carrier=True, aggregator=1, partner=None, bits=GOOD):
    return {
        "kind": "nic", "mac": HOST, "permanent_mac": mac, "carrier": carrier,
        "lacp": {
            "aggregator": aggregator, "mii_status": "up" if carrier else "down", "failures": 0,
            "actor": end(HOST, number, bits), "partner": partner or end(SWITCH, number),
        },
    }  # fmt: skip


def host(mode="802.3ad", active_slave=None, **options):
    bond = {"kind": "bond", "mode": mode, "mac": HOST, "slaves": ["eth0", "eth1"], "options": options, "active_slave": active_slave}
    bond["ad"] = {"aggregator": 1} if mode == "802.3ad" else None
    return {"links": {"bond0": bond, "eth0": slave(1, HOST), "eth1": slave(2, "0c:c4:7a:00:01:01")}}


def leaf(kind="lacp"):
    if kind == "independent":
        return state(swp1=port(vlan=vlans(10)), swp2=port(vlan=vlans(10)))
    found = state([lag("1", ["swp1", "swp2"], kind)])
    if kind == "lacp":
        found["lacp"] = {f"swp{n}": {"aggregator": 1, "actor": end(SWITCH, n), "partner": end(HOST, n)} for n in (1, 2)}
    return found


def heard(found, **ports):
    found["lldp"] = {name: [{"system": "kvm1", "chassis": None, "port": nic, "description": nic}] for name, nic in ports.items()}
    return found


def proved(intents, there, switches):
    (one,) = _proof.prove(intents, {"kvm1": there}, switches)
    return one["verdict"], [found["id"] for found in one["findings"]], one


def changed(there, path, value):
    there = copy.deepcopy(there)
    *keys, last = path.split(".")
    found = there["links"]
    for key in keys:
        found = found[key]
    found[last] = value
    return there


def test_both_ends_mirror_each_other():
    verdict, findings, one = proved(intent(), host(), {"leaf1": leaf()})
    assert (verdict, findings) == ("proved", [])
    assert one["line"] == "kvm1 bond0: proved: eth0 = leaf1 swp1 (LACP at both ends); eth1 = leaf1 swp2 (LACP at both ends)"


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        pytest.param(changed(host(), "eth1.carrier", False), ["proof.slave-down"], id="a slave down"),
        pytest.param(
            changed(changed(host(), "eth1.carrier", False), "eth1.lacp.actor.key", 0), ["proof.slave-down"], id="and what it said before"
        ),
        pytest.param(changed(host(), "bond0.slaves", ["eth0"]), ["proof.slave-missing"], id="a slave that is none"),
        pytest.param(
            changed(host(), "eth1.lacp", slave(2, "", partner=end("00:00:00:00:00:00", 1))["lacp"]), ["proof.no-partner"], id="no partner"
        ),
        pytest.param(changed(host(), "eth1.lacp.aggregator", 2), ["proof.other-aggregator"], id="another aggregator"),
        pytest.param(changed(host(), "eth1.lacp.partner.state", SLOW), ["proof.rate-differs"], id="another rate"),
        pytest.param(changed(host(), "eth1.lacp.partner.state", GOOD & ~0x20), ["proof.not-carrying"], id="a port that does not send"),
        pytest.param(changed(host(), "eth1.lacp.partner.key", 16), ["proof.not-mirrored"], id="another key than the switch's"),
        pytest.param({"links": {}}, ["proof.bond-missing"], id="no bond"),
    ],
)
def test_what_is_wrong_on_the_host(there, expected):
    verdict, findings, _one = proved(intent(), there, {"leaf1": leaf()})
    assert (verdict, sorted(findings)) == ("failed", expected)


@pytest.mark.parametrize(("slaves", "verdict"), [(["eth0"], "proved"), (["eth0", "eth1"], "failed")])
def test_an_individual_partner_is_right_for_a_bond_of_one_slave_alone(slaves, verdict):
    bonds = [{"name": "bond0", "mode": "802.3ad", "options": {"miimon": 100}, "slaves": slaves}]
    wanted = {"kvm1": _intent.normalise({"nics": {name: NICS[name] for name in slaves}, "bonds": bonds})[0]}
    there = changed(changed(host(), "bond0.slaves", slaves), "eth0.lacp.partner.state", GOOD & ~0x04)
    assert proved(wanted, there, {"leaf1": leaf()})[0] == verdict


def test_too_few_links():
    there = changed(changed(host(min_links=2), "eth1.carrier", False), "bond0.options", {"min_links": 2})
    verdict, findings, _one = proved(intent(min_links=2), there, {"leaf1": leaf()})
    assert verdict == "failed"
    assert sorted(findings) == ["proof.min-links", "proof.slave-down"]


def test_too_few_links_for_the_inventory_whatever_the_driver_has():
    verdict, findings, one = proved(intent(min_links=2), changed(host(), "eth1.carrier", False), {"leaf1": leaf()})
    assert verdict == "failed"
    assert sorted(findings) == ["proof.min-links", "proof.slave-down"]
    assert "bond0 has 1 usable slaves, and min_links is 2. [proof.min-links]" in one["line"]


def test_crossed_cables_are_told_by_lacp():
    there = host()
    for one, other in (("eth0", 2), ("eth1", 1)):
        there["links"][one]["lacp"]["partner"] = end(SWITCH, other)
    far = leaf()
    far["lacp"]["swp1"]["partner"], far["lacp"]["swp2"]["partner"] = end(HOST, 2), end(HOST, 1)
    verdict, findings, one = proved(intent(), there, {"leaf1": far})
    assert (verdict, findings) == ("failed", ["proof.wrong-cable", "proof.wrong-cable"])
    assert "LACP at both ends says that it ends in leaf1 swp2" in one["findings"][0]["message"]


def test_what_lldp_heard_before_the_cables_were_crossed_does_not_outweigh_lacp():
    there = host()
    for one, other in (("eth0", 2), ("eth1", 1)):
        there["links"][one]["lacp"]["partner"] = end(SWITCH, other)
    far = heard(leaf(), swp1="eth0", swp2="eth1")
    far["lacp"]["swp1"]["partner"], far["lacp"]["swp2"]["partner"] = end(HOST, 2), end(HOST, 1)
    one = proved(intent(), there, {"leaf1": far})[2]
    assert one["evidence"] == ["eth0: no evidence for leaf1 swp1", "eth1: no evidence for leaf1 swp2"]


def test_a_cable_to_another_switch_is_told_by_lacp():
    there = changed(changed(host(), "eth1.lacp.partner", end(OTHER, 7)), "eth1.lacp.aggregator", 2)
    far = state([lag("7", ["swp7"])])
    far["lacp"] = {"swp7": {"aggregator": 1, "actor": end(OTHER, 7), "partner": end(HOST, 2)}}
    near = leaf()
    del near["lacp"]["swp2"]
    _verdict, findings, one = proved(intent(), there, {"leaf1": near, "leaf2": far})
    assert "proof.wrong-cable" in findings
    assert "leaf2 swp7" in one["line"]


@pytest.mark.parametrize(
    ("mode", "kind", "expected"),
    [
        ("802.3ad", "static", "proof.one-side-static"),
        ("802.3ad", "independent", "proof.one-side-static"),
        ("balance-xor", "lacp", "proof.one-side-static"),
        ("balance-xor", "independent", "proof.one-side-static"),
        ("active-backup", "lacp", "proof.one-side-static"),
        ("active-backup", "static", "proof.one-side-static"),
    ],
)
def test_the_two_ends_are_of_different_kinds(mode, kind, expected):
    verdict, findings, _one = proved(intent(mode), host(mode), {"leaf1": leaf(kind)})
    assert verdict == "failed"
    assert expected in findings


@pytest.mark.parametrize(
    ("mode", "kind", "heard_on", "verdict", "words"),
    [
        pytest.param("active-backup", "independent", {}, "unproved", "no evidence for leaf1 swp1", id="no evidence"),
        pytest.param("active-backup", "independent", {"swp1": "eth0", "swp2": "eth1"}, "proved", "leaf1 swp2 (LLDP)", id="LLDP"),
        pytest.param("active-backup", "independent", {"swp1": "eth0"}, "unproved", "eth1: no evidence", id="LLDP of one cable only"),
        pytest.param("active-backup", "independent", {"swp1": "eth1", "swp2": "eth0"}, "failed", "on leaf1 swp2", id="crossed by LLDP"),
        pytest.param("balance-xor", "static", {"swp1": "eth0", "swp2": "eth1"}, "proved", "(LLDP)", id="a static LAG"),
        pytest.param("balance-xor", "static", {}, "unproved", "no evidence", id="a static LAG without LLDP"),
    ],
)
def test_evidence_without_lacp(mode, kind, heard_on, verdict, words):
    found = proved(intent(mode), host(mode, active_slave="eth0"), {"leaf1": heard(leaf(kind), **heard_on)})
    assert found[0] == verdict
    assert words in found[2]["line"]


def test_the_mac_table_is_evidence_for_an_independent_port():
    far = heard(leaf("independent"), swp2="eth1")
    far["macs"] = {"swp1": [HOST]}
    verdict, _findings, one = proved(intent("active-backup"), host("active-backup", active_slave="eth0"), {"leaf1": far})
    assert verdict == "proved"
    assert "eth0 = leaf1 swp1 (MAC table)" in one["line"]


def test_and_against_it():
    far = leaf("independent")
    far["macs"] = {"swp9": [HOST]}
    verdict, findings, one = proved(intent("active-backup"), host("active-backup", active_slave="eth0"), {"leaf1": far})
    assert (verdict, findings) == ("failed", ["proof.wrong-cable"])
    assert "swp9" in one["line"]


def test_for_a_lag_it_is_no_evidence_of_a_single_cable():
    far = leaf("static")
    far["macs"] = {"swp1": [HOST], "swp2": [HOST]}
    verdict, _findings, one = proved(intent("balance-xor"), host("balance-xor"), {"leaf1": far})
    assert verdict == "unproved"
    assert "though the LAG of this port has learned the bond's address" in one["line"]


@pytest.mark.parametrize(
    ("there", "switches"),
    [
        pytest.param(host(), {"leaf1": None}, id="the switch was not read"),
        pytest.param(host(), {}, id="the switch is not in the inventory"),
        pytest.param(None, {"leaf1": leaf()}, id="the host was not read"),
    ],
)
def test_one_end_alone_proves_nothing(there, switches):
    assert proved(intent(), there, switches)[0] == "unproved"
