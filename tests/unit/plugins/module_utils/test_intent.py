# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From variables to the intent whose shape docs/architecture.md documents in section 3.2."""

from __future__ import annotations

import copy
import pathlib

import pytest
import yaml

from ansible_collections.trunkline.bonding.plugins.module_utils import _findings, _intent

# The example of docs/data-model.md, with a BMC on the first NIC.
EXAMPLE = yaml.safe_load("""
bonding_nics:
  eth0: {mac: "0c:c4:7a:00:00:10", switch: leaf1, port: Ten-GigabitEthernet1/0/1}
  eth1: {mac: "0c:c4:7a:00:00:11", switch: leaf1, port: Ten-GigabitEthernet1/0/2}
bonding_addresses:
  br0: {addresses: [198.51.100.10/24], gateway: 198.51.100.1, dns: [198.51.100.53]}
bonding_bmc: {mode: shared, nic: eth0, vlan: 30, address: 192.0.2.110}
bonding_profile_compute:
  mode: 802.3ad
  options: {miimon: 100, lacp_rate: fast, xmit_hash_policy: layer3+4, min_links: 1}
  mtu: 9000
  lag: {vlans: {native: 10, tagged: [20, 30]}, edge_port: true, silent_partner: individual}
bonding_bonds: [{name: bond0, profile: compute, slaves: [eth0, eth1]}]
bonding_vlans: [{name: bond0.20, id: 20, link: bond0}]
bonding_bridges: [{name: br0, ports: [bond0], hypervisor: kvm}]
unrelated: 1
""")


def nic(**known):
    return {
        "kind": "nic",
        "mac": None,
        "mtu": None,
        "master": None,
        "slave_options": {},
        "switch": None,
        "port": None,
        "vlans": None,
        "edge_port": True,
        **known,
    }


def addressing(**known):
    return {
        "addresses": [],
        "gateway": None,
        "gateway6": None,
        "dhcp4": False,
        "dhcp6": False,
        "accept_ra": None,
        "routes": [],
        "dns": [],
        "search": [],
        "zone": None,
        **known,
    }


def intent_of(text, accept=()):
    """The intent of variables that have no finding but the accepted ones."""
    intent, findings = _intent.normalise(_intent.from_hostvars(yaml.safe_load(text)))
    assert [found.as_text() for found in findings if found.id not in accept] == []
    return intent


def test_example_of_the_documentation():
    intent, findings = _intent.normalise(_intent.from_hostvars(EXAMPLE))
    assert [(found.id, found.path) for found in findings] == [("bmc.shared-in-lag", "bonding_bmc.nic")]
    assert list(intent["links"]) == ["eth0", "eth1", "bond0", "bond0.20", "br0"]
    assert intent == {
        "links": {
            "eth0": nic(mac="0c:c4:7a:00:00:10", mtu=9000, master="bond0", switch="leaf1", port="Ten-GigabitEthernet1/0/1"),
            "eth1": nic(mac="0c:c4:7a:00:00:11", mtu=9000, master="bond0", switch="leaf1", port="Ten-GigabitEthernet1/0/2"),
            "bond0": {
                "kind": "bond",
                "mode": "802.3ad",
                "options": {"miimon": 100, "lacp_rate": "fast", "xmit_hash_policy": "layer3+4", "min_links": 1},
                "slaves": ["eth0", "eth1"],
                "mac": None,
                "mtu": 9000,
                "master": "br0",
                "lag": {"id": None, "vlans": {"native": 10, "tagged": [20, 30]}, "edge_port": True, "silent_partner": "individual"},
            },
            "bond0.20": {"kind": "vlan", "id": 20, "link": "bond0", "mac": None, "mtu": None, "master": None},
            "br0": {
                "kind": "bridge",
                "ports": ["bond0"],
                "mac": None,
                "mtu": None,
                "master": None,
                "hypervisor": "kvm",
                "stp": False,
                "forward_delay": 0,
                "vlan_filtering": False,
            },
        },
        "addresses": {"br0": addressing(addresses=["198.51.100.10/24"], gateway="198.51.100.1", dns=["198.51.100.53"])},
        "bmc": {"mode": "shared", "nic": "eth0", "vlan": 30, "address": "192.0.2.110"},
    }


def test_the_page_shows_the_same_example():
    page = (pathlib.Path(__file__).resolve().parents[4] / "docs" / "data-model.md").read_text()
    shown = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    assert shown == {name: value for name, value in EXAMPLE.items() if name not in ("unrelated", "bonding_bmc")}


def test_normalising_changes_nothing_of_the_variables():
    variables = copy.deepcopy(EXAMPLE)
    intent, _found = _intent.normalise(_intent.from_hostvars(variables))
    intent["links"]["bond0"]["options"].clear()
    intent["links"]["bond0"]["lag"]["vlans"]["tagged"].clear()
    assert variables == EXAMPLE


def test_no_variables_are_an_empty_intent():
    assert _intent.normalise({}) == ({"links": {}, "addresses": {}, "bmc": None}, [])
    assert _intent.normalise(dict.fromkeys(("nics", "bonds", "vlans", "bridges", "addresses", "bmc"))) == _intent.normalise({})


def test_profiles_are_collected_by_their_prefix():
    variables = _intent.from_hostvars({"bonding_profile_a": {"mode": 1}, "bonding_profile_b_c": {}, "bonding_bonds": [], "other": 1, 5: 6})
    assert variables == {"profiles": {"a": {"mode": 1}, "b_c": {}}, "bonds": []}


def test_a_task_that_names_a_profile_must_hand_the_profiles_over():
    bonds = [{"name": "bond0", "profile": "compute", "slaves": ["eth0", "eth1"]}]
    (found,) = _intent.normalise({"bonds": bonds})[1]
    assert (found.id, found.path) == ("schema.profiles-missing", "bonding_bonds[0].profile")
    assert 'profiles: {compute: "{{ bonding_profile_compute }}"}' in found.cure
    assert [one.id for one in _intent.normalise({"bonds": bonds, "profiles": {}})[1]] == ["schema.unknown-profile"]
    # Where variables are read there is no option that could be missing.
    assert [one.id for one in _intent.normalise(_intent.from_hostvars({"bonding_bonds": bonds}))[1]] == ["schema.unknown-profile"]


@pytest.mark.parametrize("name", ["bond/1", "bond0", None])
def test_a_link_without_a_name_of_its_own_is_judged_and_left_out(name):
    bonds = [
        {"name": given, "mode": 1, "slaves": [slave], "options": {"miimon": 100}} for given, slave in (("bond0", "eth0"), (name, "eth1"))
    ]
    intent, findings = _intent.normalise({"bonds": bonds})
    assert "bonding_bonds[1].slaves" in [found.path for found in findings if found.id == "topology.single-slave"]
    assert list(intent["links"]) == ["eth0", "eth1", "bond0"]
    assert intent["links"]["eth1"]["master"] is None


def test_a_bond_goes_over_its_profile_key_by_key():
    intent = intent_of("""
        bonding_profile_p:
          mode: active-backup
          mtu: 9000
          slaves: [eth0, eth1, eth2]
          options: {miimon: 100, updelay: 200, arp_ip_target: null, resend_igmp: 2}
          slave_options: {eth0: {queue_id: 1, prio: 3}}
          lag: {vlans: {native: 10, tagged: [20]}}
        bonding_nics: {eth0: {switch: a, port: x}, eth3: {switch: a, port: y}}
        bonding_bonds:
          - name: bond0
            profile: p
            slaves: [eth0, eth3]
            options: {updelay: 300, resend_igmp: null}
            slave_options: {eth0: {prio: 5}}
            lag: {vlans: {tagged: "20-22"}}
    """)
    bond = intent["links"]["bond0"]
    assert bond["options"] == {"miimon": 100, "updelay": 300}
    assert bond["slaves"] == ["eth0", "eth3"], "a list replaces"
    assert bond["lag"]["vlans"] == {"native": 10, "tagged": [20, 21, 22]}
    assert intent["links"]["eth0"]["slave_options"] == {"queue_id": 1, "prio": 5}
    assert intent["links"]["eth0"]["mtu"] == intent["links"]["eth3"]["mtu"] == bond["mtu"] == 9000


@pytest.mark.parametrize("alias", ["slaves", "ports", "members"])
def test_slaves_have_two_aliases(alias):
    intent = intent_of(f"bonding_bonds: [{{name: bond0, mode: 1, {alias}: [eth0, eth1], options: {{miimon: 100}}}}]")
    assert intent["links"]["bond0"]["slaves"] == ["eth0", "eth1"]


# Number, text and name are the table of modes of the kernel's bonding document.
@pytest.mark.parametrize("written", ["4", '"4"', "802.3ad"])
def test_a_mode_is_a_name_or_the_kernels_number(written):
    text = f"bonding_bonds: [{{name: bond0, mode: {written}, slaves: [eth0, eth1], options: {{miimon: 100}}}}]"
    assert intent_of(text)["links"]["bond0"]["mode"] == "802.3ad"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ('{miimon: "100"}', {"miimon": 100}),
        ("{miimon: 100, primary_reselect: 2, primary: eth0}", {"miimon": 100, "primary_reselect": "failure", "primary": "eth0"}),
        ("{miimon: 100, all_slaves_active: on}", {"miimon": 100, "all_slaves_active": True}),
        ('{miimon: 100, all_slaves_active: "no"}', {"miimon": 100, "all_slaves_active": False}),
        ("{miimon: 100, all_slaves_active: 1}", {"miimon": 100, "all_slaves_active": True}),
        ("{miimon: 100, num_unsol_na: 2}", {"miimon": 100, "num_grat_arp": 2}),
        ("{miimon: 100, num_unsol_na: 2, num_grat_arp: 2}", {"miimon": 100, "num_grat_arp": 2}),
        (
            '{arp_interval: 250, arp_ip_target: "192.0.2.1, 192.0.2.2"}',
            {"arp_interval": 250, "arp_ip_target": ["192.0.2.1", "192.0.2.2"]},
        ),
    ],
)
def test_options_become_canonical(written, wanted):
    intent = intent_of(f"bonding_bonds: [{{name: bond0, mode: 1, slaves: [eth0, eth1], options: {written}}}]")
    assert intent["links"]["bond0"]["options"] == wanted


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("20", [20]),
        ('"20"', [20]),
        ('"30-33"', [30, 31, 32, 33]),
        ('[20, "30-31", 20]', [20, 30, 31]),
        ('"40, 20-21"', [20, 21, 40]),
        ("[]", []),
    ],
)
def test_vlan_lists(written, wanted):
    intent = intent_of(f"bonding_nics: {{eth0: {{switch: a, port: b, vlans: {{native: 10, tagged: {written}}}}}}}")
    assert intent["links"]["eth0"]["vlans"] == {"native": 10, "tagged": wanted}


@pytest.mark.parametrize("written", ["0C:C4:7A:00:00:10", "0c-c4-7a-00-00-10", "0cc4.7a00.0010"])
def test_mac_addresses_have_one_form(written):
    assert intent_of(f"bonding_nics: {{eth0: {{mac: '{written}'}}}}")["links"]["eth0"]["mac"] == "0c:c4:7a:00:00:10"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2001:DB8:0::1/64", "2001:db8::1/64"),
        ("198.51.100.10/255.255.255.0", "198.51.100.10/24"),
        ("198.51.100.1/31", "198.51.100.1/31"),
        ("198.51.100.0/31", "198.51.100.0/31"),
        ("198.51.100.7/32", "198.51.100.7/32"),
    ],
)
def test_addresses_have_one_form(written, wanted):
    assert intent_of(f"bonding_addresses: {{eth0: {{addresses: ['{written}']}}}}")["addresses"]["eth0"]["addresses"] == [wanted]


def test_routes_are_filled_in():
    intent = intent_of("""
        bonding_addresses:
          eth0: {addresses: [198.51.100.10/24], routes: [{to: 192.0.2.7}, {to: 0.0.0.0/0, via: 198.51.100.1, metric: "5"}]}
    """)
    assert intent["addresses"]["eth0"]["routes"] == [
        {"to": "192.0.2.7/32", "via": None, "metric": None, "table": None},
        {"to": "default", "via": "198.51.100.1", "metric": 5, "table": None},
    ]


def test_nics_that_are_used_are_links_even_if_unlisted():
    intent = intent_of("""
        bonding_bonds: [{name: bond0, mode: 1, slaves: [eth0, eth1], options: {miimon: 100}}]
        bonding_vlans: [{id: 20, link: eth2}]
        bonding_bridges: [{name: br0, ports: [eth3]}]
        bonding_addresses: {eth4: {dhcp4: true}}
    """)
    masters = {name: link["master"] for name, link in intent["links"].items() if link["kind"] == "nic"}
    assert masters == {"eth0": "bond0", "eth1": "bond0", "eth2": None, "eth3": "br0", "eth4": None}
    assert intent["links"]["eth2.20"]["link"] == "eth2", "a VLAN is called LINK.ID by default"


def test_what_lies_below_comes_first():
    intent = intent_of("""
        bonding_bridges: [{name: br0, ports: [bond0.20]}]
        bonding_vlans: [{id: 30, link: br0}, {id: 20, link: bond0}]
        bonding_bonds: [{name: bond0, mode: 1, slaves: [eth0, eth1], options: {miimon: 100}}]
    """)
    assert list(intent["links"]) == ["eth0", "eth1", "bond0", "bond0.20", "br0", "br0.30"]


@pytest.mark.parametrize(
    ("mode", "bond", "wanted"),
    [
        ("802.3ad", "", {"id": None, "vlans": None, "edge_port": True, "silent_partner": None}),
        ("1", "", {"id": None, "vlans": None, "edge_port": True, "silent_partner": None}),
        ("802.3ad", "lag: {id: 7, edge_port: false}", {"id": "7", "vlans": None, "edge_port": False, "silent_partner": None}),
    ],
)
def test_the_switch_side_has_defaults_once_a_port_is_known(mode, bond, wanted):
    intent = intent_of(f"""
        bonding_nics: {{eth0: {{switch: a, port: x}}, eth1: {{switch: a, port: y}}}}
        bonding_bonds: [{{name: bond0, mode: {mode}, slaves: [eth0, eth1], options: {{miimon: 100}}, {bond}}}]
    """)
    assert intent["links"]["bond0"]["lag"] == wanted


def test_without_ports_there_is_no_switch_side():
    intent = intent_of("bonding_bonds: [{name: bond0, mode: 4, slaves: [eth0, eth1], options: {miimon: 100}}]")
    assert intent["links"]["bond0"]["lag"] is None


def test_spanning_tree_brings_its_forward_delay():
    intent = intent_of("bonding_bridges: [{name: br0, stp: true}, {name: br1}, {name: br2, stp: yes, forward_delay: 4}]")
    assert [intent["links"][name]["forward_delay"] for name in ("br0", "br1", "br2")] == [15, 0, 4]


def test_findings_come_all_at_once_with_the_path_that_was_written():
    _partial, findings = _intent.normalise(
        _intent.from_hostvars(
            yaml.safe_load("""
                bonding_profile_p: {mode: 802.3ad, options: {miimon: 100, updelay: 250, xmit_hash_policy: layer34}}
                bonding_bonds:
                  - {name: bond0, profile: p, members: [eth0, eth0], options: {downdelay: 30}}
                  - {name: bond0123456789abc}
                bonding_addresses: {bond0: {addresses: [198.51.100.10]}, bond0.20: {gateway: 198.51.100.256}}
            """)
        )
    )
    assert [(found.id, found.path) for found in _findings.errors(findings)] == [
        ("address.prefixless", "bonding_addresses.bond0.addresses[0]"),
        ("address.invalid", 'bonding_addresses["bond0.20"].gateway'),
        ("topology.duplicate-slave", "bonding_bonds[0].members[1]"),
        ("options.delay-not-multiple", "bonding_bonds[0].options.downdelay"),
        ("options.mode-missing", "bonding_bonds[1].mode"),
        ("schema.name", "bonding_bonds[1].name"),
        ("topology.bond-without-slaves", "bonding_bonds[1].slaves"),
        ("options.delay-not-multiple", "bonding_profile_p.options.updelay"),
        ("options.value", "bonding_profile_p.options.xmit_hash_policy"),
    ]


def test_settings_have_defaults():
    wanted = {
        "backend": "auto",
        "purge": True,
        "deadline": 120,
        "confirm": "auto",
        "connect_host": None,
        "transaction": None,
        "accept": [],
    }
    assert _intent.settings({"bonds": "ignored"}) == (wanted, [])
    changed, findings = _intent.settings({"purge": "no", "deadline": "60", "accept": ["lag.needs-peer"], "confirm": "never"})
    assert changed == {**wanted, "purge": False, "deadline": 60, "accept": ["lag.needs-peer"]}
    assert [(found.id, found.path) for found in findings] == [("schema.choice", "bonding_confirm")]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [("true", True), ("no", False), ("0", False), ("1", True), ('"0"', False), ('"On"', True), ("2", None), ("0.0", None), ("[]", None)],
)
def test_on_and_off_have_one_rule(written, wanted):
    """Keys, options of the kernel and settings take the same spellings, and refuse the same."""
    settings, refused = _intent.settings(yaml.safe_load(f"purge: {written}"))
    variables = yaml.safe_load(f"""
        bonds: [{{name: bond0, mode: 1, slaves: [eth0, eth1], options: {{miimon: 100, all_slaves_active: {written}}}}}]
        nics: {{eth0: {{}}, eth1: {{}}, eth2: {{edge_port: {written}}}}}
    """)
    intent, findings = _intent.normalise(variables)
    if wanted is None:
        assert [found.id for found in refused] == ["schema.type"]
        assert sorted(found.id for found in findings) == ["options.value", "schema.type"]
    else:
        assert (settings["purge"], refused) == (wanted, [])
        found = intent["links"]["bond0"]["options"]["all_slaves_active"], intent["links"]["eth2"]["edge_port"]
        assert found == (wanted, wanted)


SLAVES = {"name": "bond1", "mode": 1, "slaves": ["eth0", "eth1"]}
MONITORED = {**SLAVES, "options": {"miimon": 100}}


@pytest.mark.parametrize(
    ("module", "args", "wanted"),
    [
        ("bond", {**MONITORED, "deadline": 60, "accept": ["topology.single-slave"]}, []),
        ("bond", {"name": "bond1", "state": "absent"}, []),
        ("bond", {**MONITORED, "mode": "lacp", "deadline": "2m"}, [("schema.choice", "bond.mode"), ("schema.type", "bond.deadline")]),
        ("bond", {**MONITORED, "mtu": "9k", "slaves": "eth0"}, [("schema.type", "bond.mtu"), ("schema.type", "bond.slaves")]),
        ("bond", {**MONITORED, "profile": "compute"}, [("schema.unknown-key", "bond.profile")]),
        ("bond", {**MONITORED, "addressing": {"mtu": 9000}}, [("schema.unknown-key", "bond.addressing.mtu")]),
        ("bond", {**MONITORED, "miimon": 100}, [("schema.unknown-key", "bond.miimon")]),
        ("bond", {**MONITORED, "backend": "netplan"}, [("schema.choice", "bond.backend")]),
        ("bond", {**MONITORED, "purge": True}, [("schema.unknown-key", "bond.purge")]),
        ("bond", {**MONITORED, "state": "gone", "mac": 5}, [("schema.choice", "bond.state"), ("schema.quote-it", "bond.mac")]),
        ("bond", {"mode": 1, "slaves": ["eth0", "eth1"]}, [("schema.missing-key", "bond.name")]),
        # One mistake hides no other.
        (
            "bond",
            {
                "name": "bond1",
                "mode": 1,
                "slavess": [],
                "members": ["eth0", "eth0"],
                "options": {"mimon": 100, "miimon": 100, "updelay": 130},
                "addressing": {"addresses": ["192.0.2.10/24"], "gateway": "198.51.100.1"},
            },
            [
                ("gateway.off-link", "bond.addressing.gateway"),
                ("options.delay-not-multiple", "bond.options.updelay"),
                ("options.unknown", "bond.options.mimon"),
                ("schema.unknown-key", "bond.slavess"),
                ("topology.duplicate-slave", "bond.members[1]"),
            ],
        ),
        (
            "bond",
            {"name": "bond/1", "mode": 1, "slaves": [], "options": {"miimon": 100}, "addressing": {"dns": ["a"]}},
            [("address.invalid", "bond.addressing.dns[0]"), ("schema.name", "bond.name"), ("topology.bond-without-slaves", "bond.slaves")],
        ),
        ("bridge", {"name": "br0", "ports": ["bond0", "bond0.20"], "mtu": 9000, "addressing": {"dhcp4": True}}, []),
        (
            "bridge",
            {"name": "br0", "port": [], "ports": ["eth0", "eth0"], "stp": True, "forward_delay": 1},
            [
                ("bridge.forward-delay", "bridge.forward_delay"),
                ("schema.unknown-key", "bridge.port"),
                ("topology.duplicate-port", "bridge.ports[1]"),
            ],
        ),
        ("links_transaction", {"state": "confirmed", "id": "t1", "deadline": 60}, []),
        ("links_transaction", {"state": "rolled_back", "reason": "two\nlines", "stage": 2}, []),
        ("links_transaction", {}, [("schema.missing-key", "links_transaction.state")]),
        (
            "links_transaction",
            {"state": "confirmd", "deadline": 1, "foo": 1},
            [
                ("schema.choice", "links_transaction.state"),
                ("schema.range", "links_transaction.deadline"),
                ("schema.unknown-key", "links_transaction.foo"),
            ],
        ),
    ],
)
def test_all_that_is_wrong_with_a_task_is_told_at_once_as_the_user_wrote_it(module, args, wanted):
    _settings, findings = _intent.task(module, args)
    assert sorted((found.id, found.path) for found in findings) == sorted(wanted)


def test_a_task_says_how_it_behaves():
    settings, findings = _intent.task("bond", {**MONITORED, "deadline": "60", "accept": ["lag.needs-peer"]})
    assert (settings["deadline"], settings["accept"], settings["confirm"], findings) == (60, ["lag.needs-peer"], "auto", [])


def test_arguments_that_a_module_does_not_have():
    found = _intent.unknown_arguments("host_links", {"nic": {}, "deadlne": 60, "token": "hunter2", "bonds": 5, "purge": False})
    assert [(one.id, one.path) for one in found] == [
        ("schema.unknown-key", "host_links.nic"),
        ("schema.unknown-key", "host_links.deadlne"),
        ("schema.unknown-key", "host_links.token"),
    ]
    assert [one.cure for one in found[:2]] == ["Did you mean nics?", "Did you mean deadline?"]
    assert "hunter2" not in repr(found)


def test_the_values_of_unknown_variables_are_nobodys_business():
    _model, findings = _intent.normalise({"bmc_password": "hunter2", "bmc": {"mode": "dedicated", "token": "hunter2"}})
    assert [(found.id, found.path) for found in findings] == [
        ("schema.unknown-key", "bonding_bmc.token"),
        ("schema.unknown-variable", "bonding_bmc_password"),
    ]
    assert "hunter2" not in repr(findings)


def test_names_of_variables_that_are_none_of_ours():
    ours = ["ansible_host", "bonding_nics", "bonding_switch", "bonding_profile_a"]
    others = ["bonding_bridge", "bonding_profiles", "bonding_profile_"]
    assert [found.path for found in _intent.unknown_variables([*ours, *others])] == others


def test_the_variable_of_a_switch():
    assert _intent.switch({"peer": "leaf2"}) == ({"peer": "leaf2", "platform": None, "create_vlans": True}, [])
    assert _intent.switch(None) == ({"peer": None, "platform": None, "create_vlans": True}, [])
    _found, findings = _intent.switch({"pear": "leaf2"})
    assert [(found.id, found.path) for found in findings] == [("schema.unknown-key", "bonding_switch.pear")]
