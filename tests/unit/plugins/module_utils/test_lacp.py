# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""LACP port states: values as drivers and analysers show them, judged as IEEE 802.1AX means them."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _lacp

SYSTEM, OTHER = "52:54:00:00:00:10", "52:54:00:00:01:10"


# Numbers and names side by side as ``ip -d -j link`` of iproute2 6.1 printed them.
@pytest.mark.parametrize(
    ("state", "names"),
    [
        (63, ["activity", "timeout", "aggregation", "synchronization", "collecting", "distributing"]),
        (61, ["activity", "aggregation", "synchronization", "collecting", "distributing"]),
        (69, ["activity", "aggregation", "defaulted"]),
        (71, ["activity", "timeout", "aggregation", "defaulted"]),
        (0, []),
        (255, [bit.name for bit in _lacp.BITS]),
    ],
)
def test_bits(state, names):
    assert _lacp.names(state) == names
    assert _lacp.number(names) == state
    assert _lacp.rate(state) == ("fast" if state & 2 else "slow")


@pytest.mark.parametrize(
    ("actor", "partner", "said"),
    [
        (63, 63, None),
        (61, 61, None),
        (63, 60, None),
        (60, 60, "both ends are passive"),
        (63, 7, "the partner is in no or another aggregator"),
        (7, 63, "this end sends no frames"),
        (63, 31, "the partner sends no frames"),
        (71, 0, "this end has heard no LACP"),
        (191, 63, "this end has not heard LACP in time"),
        (63, 127, "the partner has heard no LACP"),
        (59, 63, "this end is an individual link"),
        (None, 63, "unknown"),
    ],
)
def test_faults_of_a_port(actor, partner, said):
    faults = _lacp.faults(actor, partner)
    assert bool(faults) is (said is not None)
    assert said is None or any(said in fault for fault in faults), faults


def slave(aggregator, system=OTHER, key=15):
    return {"aggregator": aggregator, "partner": {"system": system, "key": key, "port": 1, "state": 63}}


def test_slaves_by_aggregator_and_by_partner():
    slaves = {"eth0": slave(1), "eth1": slave(2, key=16), "eth2": slave(1), "eth3": slave(None, "00:00:00:00:00:00")}
    assert _lacp.aggregators(slaves) == {1: ["eth0", "eth2"], 2: ["eth1"]}
    assert _lacp.partners(slaves) == {(OTHER, 15): ["eth0", "eth2"], (OTHER, 16): ["eth1"]}
    assert [_lacp.heard(body["partner"]) for body in slaves.values()] == [True, True, True, False]
    assert not _lacp.heard(None)


def end(system, key, port):
    return {"system": system, "key": key, "port": port, "state": 63}


@pytest.mark.parametrize(
    ("there", "faults"),
    [
        ({"actor": end(OTHER, 15, 7), "partner": end(SYSTEM, 9, 1)}, 0),
        ({"actor": end(OTHER, 15, 8), "partner": end(SYSTEM, 9, 1)}, 1),
        ({"actor": end(OTHER, 15, 8), "partner": end(SYSTEM, 9, 2)}, 2),
        ({"actor": end("52:54:00:00:02:10", 3, 7), "partner": end(SYSTEM, 9, 1)}, 2),
        ({"actor": end(OTHER, 15, None), "partner": end(None, None, None)}, 0),
        ({}, 0),
    ],
)
def test_two_ends_of_a_cable_mirror_each_other(there, faults):
    here = {"actor": end(SYSTEM, 9, 1), "partner": end(OTHER, 15, 7)}
    for one, other in ((here, there), (there, here)):
        assert len(_lacp.mirrored(one, other)) == faults
