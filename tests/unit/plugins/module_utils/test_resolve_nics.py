# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NICs that are known by permanent MAC address, by name or by both, on hosts that have them or not."""

from __future__ import annotations

import copy

import pytest
import yaml

from ansible_collections.trunkline.bonding.plugins.module_utils import _intent

A, B, C = "0c:c4:7a:00:00:0a", "0c:c4:7a:00:00:0b", "0c:c4:7a:00:00:0c"


def host(*nics, **others):
    """A state: (name, permanent MAC, current MAC, master) for each NIC, and the kind of other links by name."""
    links = {name: {"kind": "nic", "permanent_mac": permanent, "mac": mac, "master": master} for name, permanent, mac, master in nics}
    links.update({name: {"kind": kind, "permanent_mac": None, "mac": A, "master": None} for name, kind in others.items()})
    return {"links": links}


def intent_of(text):
    return _intent.normalise(_intent.from_hostvars(yaml.safe_load(text)))[0]


PLAIN = host(("eth0", A, A, None), ("eth1", B, B, None))
# Slaves carry their bond's address; the permanent one stays.
ENSLAVED = host(("eth0", A, A, "bond0"), ("eth1", B, A, "bond0"), bond0="bond")
# veth and macvlan have no permanent address.
VIRTUAL = host(("eth0", None, A, None), ("eth1", None, B, None))
VIRTUAL_ENSLAVED = host(("eth0", None, A, "bond0"), ("eth1", None, A, "bond0"), bond0="bond")
BRIDGED = host(("eth0", None, A, "br0"), ("eth1", None, B, "br0"), br0="bridge")


@pytest.mark.parametrize(
    ("nics", "state", "wanted"),
    [
        ("{eth0: {}, eth1: {}}", PLAIN, ["eth0", "eth1"]),
        (f'{{eth0: {{mac: "{A}"}}, eth1: {{mac: "{B}"}}}}', PLAIN, ["eth0", "eth1"]),
        (f'{{eth0: {{mac: "{A}"}}, eth1: {{mac: "{B}"}}}}', ENSLAVED, ["eth0", "eth1"]),
        (f'{{up0: {{mac: "{A}"}}, up1: {{mac: "{B}"}}}}', PLAIN, ["eth0", "eth1"]),
        (f'{{up0: {{mac: "{B}"}}, up1: {{mac: "{A}"}}}}', ENSLAVED, ["eth1", "eth0"]),
        (f'{{up0: {{mac: "{A}"}}, eth1: {{}}}}', PLAIN, ["eth0", "eth1"]),
        (f'{{eth0: {{mac: "{A}"}}, up1: {{mac: "{B}"}}}}', VIRTUAL, ["eth0", "eth1"]),
        (f'{{eth0: {{mac: "{A}"}}, eth1: {{mac: "{B}"}}}}', VIRTUAL_ENSLAVED, ["eth0", "eth1"]),
        (f'{{eth0: {{mac: "{A}"}}, up1: {{mac: "{B}"}}}}', BRIDGED, ["eth0", "eth1"]),
    ],
)
def test_nics_are_found(nics, state, wanted):
    intent, findings = _intent.resolve_nics(intent_of(f"bonding_nics: {nics}"), state)
    assert findings == []
    assert list(intent["links"]) == wanted


@pytest.mark.parametrize(
    ("nics", "state", "wanted", "says"),
    [
        ("{eth2: {}}", PLAIN, ("host.nic-missing", "bonding_nics.eth2"), "eth2"),
        (f'{{up0: {{mac: "{C}"}}}}', PLAIN, ("host.nic-missing", "bonding_nics.up0"), C),
        ("{ib0: {}}", {**PLAIN, "foreign": {"ib0": "infiniband"}}, ("host.nic-type", "bonding_nics.ib0"), "infiniband"),
        ("{bond0: {}}", ENSLAVED, ("host.nic-missing", "bonding_nics.bond0"), "it is a bond"),
        (f'{{eth0: {{mac: "{B}"}}}}', PLAIN, ("host.nic-mismatch", "bonding_nics.eth0"), "eth1 has that one"),
        (f'{{eth0: {{mac: "{C}"}}}}', PLAIN, ("host.nic-mismatch", "bonding_nics.eth0"), A),
        (f'{{eth0: {{}}, up0: {{mac: "{A}"}}}}', PLAIN, ("host.nic-ambiguous", "bonding_nics.up0"), "eth0"),
        (
            f'{{up0: {{mac: "{A}"}}}}',
            host(("eth0", A, A, None), ("eth1", A, A, None)),
            ("host.nic-ambiguous", "bonding_nics.up0"),
            "eth0 and eth1",
        ),
    ],
)
def test_nics_that_are_not_what_the_intent_says(nics, state, wanted, says):
    before = intent_of(f"bonding_nics: {nics}")
    intent, findings = _intent.resolve_nics(before, state)
    assert [(found.id, found.path) for found in findings] == [wanted]
    assert says in findings[0].message
    assert list(intent["links"]) == list(before["links"])


def test_a_name_of_the_intent_is_not_taken_twice():
    intent = intent_of(f"""
        bonding_nics: {{up0: {{mac: "{A}"}}}}
        bonding_bonds: [{{name: eth0, mode: 1, slaves: [up0, eth1]}}]
    """)
    _resolved, findings = _intent.resolve_nics(intent, PLAIN)
    assert [found.id for found in findings] == ["host.nic-ambiguous"]


def test_renaming_reaches_every_place():
    before = intent_of(f"""
        bonding_nics: {{up0: {{mac: "{A}"}}, up1: {{mac: "{B}"}}, side: {{mac: "{C}"}}}}
        bonding_bonds: [{{name: bond0, mode: 1, slaves: [up0, up1], options: {{miimon: 100, primary: up1}}}}]
        bonding_vlans: [{{name: v20, id: 20, link: side}}]
        bonding_bridges: [{{name: br0, ports: [side]}}]
        bonding_addresses: {{side: {{dhcp4: true}}}}
        bonding_bmc: {{mode: shared, nic: up1}}
    """)
    kept = copy.deepcopy(before)
    intent, findings = _intent.resolve_nics(before, host(("eth0", A, A, None), ("eth1", B, B, None), ("eth2", C, C, None)))
    assert findings == []
    assert before == kept
    links = intent["links"]
    assert list(links) == ["eth0", "eth1", "eth2", "bond0", "v20", "br0"]
    assert (links["bond0"]["slaves"], links["bond0"]["options"]["primary"]) == (["eth0", "eth1"], "eth1")
    assert (links["v20"]["link"], links["br0"]["ports"], list(intent["addresses"]), intent["bmc"]["nic"]) == (
        "eth2",
        ["eth2"],
        ["eth2"],
        "eth1",
    )
