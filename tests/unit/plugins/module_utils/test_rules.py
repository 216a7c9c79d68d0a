# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a mode wants on the switch, and what lies on what."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _layers, _options, _pairing


def bond_of(mode, ends, **options):
    """A bond whose slaves end in the switches that are named, one letter a slave; a dot is a slave without a known switch."""
    slaves = [f"eth{number}" for number in range(len(ends))]
    links = {slave: {"kind": "nic", "switch": None if end == "." else end} for slave, end in zip(slaves, ends)}
    return {**links, "bond0": {"kind": "bond", "mode": mode, "options": options, "slaves": slaves}}


# The table of bond mode and switch side in the project's design, and section 5 of the kernel's bonding document.
@pytest.mark.parametrize(
    ("mode", "ends", "options", "wanted"),
    [
        ("802.3ad", "aa", {}, "lacp"),
        ("802.3ad", "ab", {}, "lacp"),
        ("802.3ad", "..", {}, "lacp"),
        ("balance-rr", "aa", {}, "static"),
        ("balance-rr", "..", {}, "static"),
        ("balance-rr", "abc", {}, "independent"),
        ("balance-rr", "aab", {}, "static"),
        ("balance-xor", "aa", {}, "static"),
        ("balance-xor", "ab", {"xmit_hash_policy": "layer3+4"}, "static"),
        ("balance-xor", "aa", {"xmit_hash_policy": "vlan+srcmac"}, "independent"),
        ("broadcast", "aa", {}, "static"),
        ("broadcast", "ab", {}, "independent"),
        ("active-backup", "aa", {}, "independent"),
        ("active-backup", "ab", {}, "independent"),
        ("balance-tlb", "aa", {}, "independent"),
        ("balance-alb", "aa", {}, "independent"),
    ],
)
def test_what_a_mode_wants_on_the_switch(mode, ends, options, wanted):
    assert _pairing.wanted(bond_of(mode, ends, **options), "bond0") == wanted


def test_every_mode_has_its_pairing():
    assert set(_pairing.PAIRING) == set(_options.MODES)


def test_switches_of_a_bond():
    assert _pairing.switches(bond_of("802.3ad", "ab.a"), "bond0") == {"a": ["eth0", "eth3"], "b": ["eth1"]}


STACK = {
    "br0.30": {"kind": "vlan", "link": "br0", "mtu": None},
    "br0": {"kind": "bridge", "ports": ["bond0.20", "eth2"], "mtu": None},
    "bond0.20": {"kind": "vlan", "link": "bond0", "mtu": None},
    "bond0": {"kind": "bond", "slaves": ["eth0", "eth1"], "mtu": 9000},
    "eth0": {"kind": "nic", "mtu": 9000},
    "eth1": {"kind": "nic", "mtu": 9000},
    "eth2": {"kind": "nic", "mtu": None},
}
CIRCLE = {
    "a": {"kind": "vlan", "link": "b", "mtu": None},
    "b": {"kind": "bridge", "ports": ["a", "eth0"], "mtu": None},
    "eth0": {"kind": "nic", "mtu": None},
}


@pytest.mark.parametrize(
    ("links", "name", "under", "over"),
    [
        (STACK, "bond0", ["eth0", "eth1"], ["bond0.20", "br0", "br0.30"]),
        (STACK, "br0.30", ["br0", "bond0.20", "eth2", "bond0", "eth0", "eth1"], []),
        (STACK, "eth2", [], ["br0", "br0.30"]),
        (CIRCLE, "a", ["b", "eth0"], ["b"]),
    ],
)
def test_what_lies_on_what(links, name, under, over):
    assert _layers.underneath(links, name) == under
    assert _layers.above(links, name) == over


def test_what_lies_below_comes_first_and_circles_last():
    assert _layers.order(STACK) == ["eth0", "eth1", "eth2", "bond0", "bond0.20", "br0", "br0.30"]
    assert _layers.order(CIRCLE) == ["eth0", "a", "b"]


def test_a_very_deep_stack():
    deep = {f"v{number}": {"kind": "vlan", "link": f"v{number - 1}", "mtu": None} for number in range(300, 0, -1)}
    deep["v0"] = {"kind": "nic", "mtu": 1400}
    assert _layers.order(deep)[:2] == ["v0", "v1"]
    assert _layers.effective_mtus(deep)["v300"] == 1400


def test_the_mtu_that_a_link_will_have():
    # A bridge takes the smallest of its ports, a VLAN that of its link, and Ethernet's is 1500.
    mtus = _layers.effective_mtus(STACK)
    assert (mtus["bond0.20"], mtus["eth2"], mtus["br0"], mtus["br0.30"]) == (9000, 1500, 1500, 1500)
