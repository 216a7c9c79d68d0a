# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the fleet, with the variables that an inventory gives them: packed or not, they say the same."""

from __future__ import annotations

import base64
import copy
import zlib
from collections import UserDict

import pytest
from ansible.errors import AnsibleError, AnsibleFilterError

from ansible_collections.trunkline.bonding.plugins.filter import fleet


def server(name, *, vlan=10, bonded=True):
    ports = {f"eth{n}": {"mac": f"0c:c4:7a:00:0{name[-1]}:0{n}", "switch": "leaf1", "port": f"swp{name[-1]}{n}"} for n in range(2)}
    lag = {"vlans": {"native": vlan}}
    bonds = [{"name": "bond0", "mode": "802.3ad", "options": {"miimon": 100, "min_links": 2}, "slaves": ["eth0", "eth1"], "lag": lag}]
    return {"bonding_nics": ports, **({"bonding_bonds": bonds} if bonded else {}), "ansible_host": "192.0.2.1"}


HOSTVARS = {
    "leaf1": {"ansible_network_os": "trunkline.bonding.linux"},
    "leaf2": {"ansible_network_os": "trunkline.bonding.openvswitch"},
    "kvm1": server("kvm1"),
    "kvm2": server("kvm2"),
    "plain3": server("kvm3", bonded=False),
    "printer": {"ansible_host": "192.0.2.9"},
}
SAME_PORTS = {nic: {"switch": given["switch"], "port": given["port"]} for nic, given in HOSTVARS["kvm1"]["bonding_nics"].items()}
WRONG = {**HOSTVARS, "kvm2": {**HOSTVARS["kvm2"], "bonding_nics": SAME_PORTS}}

READERS = {
    "fleet_cabled": lambda given: fleet.fleet_cabled(given, ["kvm2"]),
    "fleet_commands": lambda given: fleet.fleet_commands(given, "leaf1"),
    "fleet_failures": lambda given: fleet.fleet_failures(HOSTVARS, given, ["kvm1", "kvm2"], "keep"),
    "fleet_findings": fleet.fleet_findings,
    "fleet_late": lambda given: fleet.fleet_late(given, ["kvm1", "plain3"]),
    "fleet_switches": fleet.fleet_switches,
}


@pytest.mark.parametrize("hostvars", [HOSTVARS, WRONG], ids=["well", "a port twice"])
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_packed_fleet_says_the_same(reader, hostvars):
    packed = fleet.fleet_lags(hostvars, packed=True)
    assert isinstance(packed, str)
    assert reader(packed) == reader(fleet.fleet_lags(hostvars))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({}, id="a dictionary of something else"),
        pytest.param("", id="an empty string"),
        pytest.param("leaf1", id="a name"),
        pytest.param(base64.b64encode(b"leaf1").decode(), id="base64 of something else"),
        pytest.param(base64.b64encode(zlib.compress(b"leaf1")).decode(), id="packed, but something else"),
        pytest.param(base64.b64encode(zlib.compress(b"[1]")).decode(), id="a packed list"),
        pytest.param(str(fleet.fleet_lags(HOSTVARS, packed=True))[:-8], id="a packed fleet that was cut off"),
    ],
)
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_anything_else_is_refused_by_name(reader, given):
    with pytest.raises(AnsibleFilterError, match=r"trunkline\.bonding\.fleet_\w+: the input must be what .*fleet_lags gives"):
        reader(given)


def test_findings_name_host_and_variable():
    (found,) = fleet.fleet_findings(fleet.fleet_lags(WRONG, hosts=["leaf1", "kvm1", "kvm2"]))[:1]
    assert (found["id"], found["severity"]) == ("fleet.port-twice", "error")
    assert found["path"] == "kvm2: bonding_nics.eth0.port"


class Broken(UserDict):
    """Variables of a host, one of which has a template that cannot be resolved."""

    def __getitem__(self, key):
        value = super().__getitem__(key)
        if value == "broken":
            raise AnsibleError("'nope' is undefined")
        return value


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(Broken(bonding_nics="broken"), id="the variable itself"),
        pytest.param({"bonding_nics": {"eth0": Broken(mac="broken")}}, id="deep in the variable"),
    ],
)
def test_a_variable_that_cannot_be_read_is_a_finding_of_its_host(given):
    found = fleet.fleet_findings(fleet.fleet_lags({**HOSTVARS, "kvm9": given}), "error")
    assert [(one["id"], one["path"]) for one in found] == [("fleet.variable-broken", "kvm9: bonding_nics")]
    assert "'nope' is undefined" in found[0]["text"]


def test_each_host_accepts_for_itself():
    addresses = {"bonding_addresses": {"eth0": {"addresses": ["192.0.2.1/24"]}}}
    hosts = {"a": addresses, "b": {**addresses, "bonding_accept": ["fleet.address-twice"]}}
    assert [(one["severity"], one["path"]) for one in fleet.fleet_findings(fleet.fleet_lags(hosts))] == [
        ("warning", "b: bonding_addresses.eth0.addresses[0]")
    ]
    hosts["b"]["bonding_accept"] = ["fleet.no-such"]
    assert {one["path"] for one in fleet.fleet_findings(fleet.fleet_lags(hosts), "error")} == {
        "b: bonding_accept[0]",
        "b: bonding_addresses.eth0.addresses[0]",
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, False),
        ({"ansible_host": "192.0.2.1"}, False),
        ({"bonding_nics": {}}, True),
        ({"bonding_bonds": []}, True),
        ({"bonding_vlans": []}, True),
        ({"bonding_bridges": []}, True),
        ({"bonding_addresses": {}}, True),
        ({"bonding_addresses": {}, "ansible_network_os": "debian"}, True),
        ({"bonding_deadline": 60}, False),
        ({"bonding_nics": {}, "bonding_switch": {}}, False),
        ({"bonding_nics": {}, "ansible_network_os": "trunkline.bonding.linux"}, False),
        ({"bonding_nics": {}, "ansible_network_os": "trunkline.bonding.linx"}, False),
    ],
)
def test_who_is_a_server(given, expected):
    assert fleet.fleet_server(given) is expected


def test_a_platform_with_a_typing_error_stops_everything():
    hosts = {**HOSTVARS, "leaf1": {"ansible_network_os": "trunkline.bonding.linx"}}
    (found,) = fleet.fleet_findings(fleet.fleet_lags(hosts), "error")
    assert (found["id"], found["path"]) == ("fleet.platform-unknown", "leaf1: ansible_network_os")
    assert "trunkline.bonding.linux" in found["cure"]


def changed(*, lag=None, bond=None, nic=None, switch="trunkline.bonding.linux", **more):
    """One server at one switch, with something else in its LAG, bond or first NIC."""
    hosts = copy.deepcopy({"leaf1": {"ansible_network_os": switch}, "kvm1": HOSTVARS["kvm1"], **more})
    hosts["kvm1"]["bonding_bonds"][0].update(bond or {})
    hosts["kvm1"]["bonding_bonds"][0]["lag"].update(lag or {})
    hosts["kvm1"]["bonding_nics"]["eth0"].update(nic or {})
    return hosts


BOND = "kvm1: bonding_bonds[0]"


@pytest.mark.parametrize(
    ("change", "id_", "path"),
    [
        ({"lag": {"silent_partner": "suspended"}}, "switch.unsupported", f"{BOND}.lag.silent_partner"),
        ({"lag": {"id": "a-name-that-is-too-long"}}, "switch.lag-name", f"{BOND}.lag.id"),
        ({"lag": {"id": "swp10"}}, "switch.lag-name-in-use", f"{BOND}.lag.id"),
        ({"nic": {"port": "swp1 mtu 68"}}, "switch.port-name", "kvm1: bonding_nics.eth0.port"),
    ],
)
def test_what_the_platform_cannot_do_is_told_before_anything(change, id_, path):
    found = fleet.fleet_findings(fleet.fleet_lags(changed(**change)), "error")
    assert [(one["id"], one["path"]) for one in found] == [(id_, path)]


@pytest.mark.parametrize(
    ("accepting", "left"),
    [
        ({}, ["switch.min-links-host-only"]),
        ({"kvm1": {"bonding_accept": ["switch.min-links-host-only"]}}, []),
        ({"leaf1": {"bonding_accept": ["switch.min-links-host-only"]}}, []),
    ],
    ids=["nobody", "the server", "the switch"],
)
def test_what_the_platform_does_otherwise_is_told_and_can_be_accepted(accepting, left):
    hosts = changed(switch="trunkline.bonding.openvswitch")
    for host, more in accepting.items():
        hosts[host].update(more)
    assert [one["id"] for one in fleet.fleet_findings(fleet.fleet_lags(hosts))] == left


@pytest.mark.parametrize(
    ("change", "id_", "severity"),
    [
        ({"lag": {"id": "br0"}}, "switch.lag-name-in-use", "error"),
        ({"lag": {"vlans": None}}, "switch.vlans-open", "note"),
    ],
)
def test_findings_about_the_text_are_told_with_it(change, id_, severity):
    packed = fleet.fleet_lags(changed(**change), packed=True)
    assert fleet.fleet_findings(packed) == []
    assert [(one["id"], one["severity"]) for one in fleet.fleet_findings(packed, rendered=True)] == [(id_, severity)]
    if severity == "error":
        with pytest.raises(AnsibleFilterError, match=id_):
            fleet.fleet_commands(packed, "leaf1")
    else:
        assert id_ in fleet.fleet_commands(packed, "leaf1")


@pytest.mark.parametrize("host", ["kvm1", "leaf1"])
def test_findings_about_the_text_can_be_accepted(host):
    hosts = changed(lag={"vlans": None})
    hosts[host]["bonding_accept"] = ["switch.vlans-open"]
    given = fleet.fleet_lags(hosts, packed=True)
    assert fleet.fleet_findings(given, rendered=True) == []
    assert "switch.vlans-open" not in fleet.fleet_commands(given, "leaf1")


@pytest.mark.parametrize("platform", ["linux", "openvswitch"])
def test_the_text_says_what_it_is_and_sets_up_every_port(platform):
    hosts = changed(switch=f"trunkline.bonding.{platform}", plain3=HOSTVARS["plain3"])
    hosts["plain3"]["bonding_nics"]["eth0"]["vlans"] = {"native": 40}
    lines = fleet.fleet_commands(fleet.fleet_lags(hosts), "leaf1").splitlines()
    comments = "\n".join(line for line in lines if line.startswith("#"))
    for words in ("leaf1", f"trunkline.bonding.{platform}", "bridge br0"):
        assert words in comments
    # A port of a switch without configuration is shut.
    for port in ("swp30", "swp31"):
        assert f"ip link set dev {port} up" in lines
    assert any("swp10" in line and "up" in line for line in lines)


@pytest.mark.parametrize(
    ("variables", "id_", "path"),
    [
        ({"bonding_swich": {"peer": "x"}}, "schema.unknown-variable", "leaf1: bonding_swich"),
        ({"bonding_deadlin": 60}, "schema.unknown-variable", "leaf1: bonding_deadlin"),
        ({"bonding_deadline": 3}, "schema.range", "leaf1: bonding_deadline"),
        ({"bonding_confirm": "wat"}, "schema.choice", "leaf1: bonding_confirm"),
        ({"bonding_switch": {"pear": "leaf2"}}, "schema.unknown-key", "leaf1: bonding_switch.pear"),
    ],
)
def test_wrong_variables_of_a_switch_are_errors(variables, id_, path):
    hosts = {**HOSTVARS, "leaf1": {**HOSTVARS["leaf1"], **variables}}
    assert [(one["id"], one["path"]) for one in fleet.fleet_findings(fleet.fleet_lags(hosts), "error")] == [(id_, path)]


def test_wrong_variables_of_what_is_no_server_are_errors():
    hosts = {**HOSTVARS, "leaf7": {"bonding_swich": {"platform": "trunkline.bonding.linux"}}}
    found = fleet.fleet_findings(fleet.fleet_lags(hosts), "error")
    assert [(one["id"], one["path"]) for one in found] == [("schema.unknown-variable", "leaf7: bonding_swich")]


def test_a_note_about_two_switches_gives_way_to_the_merge():
    hosts = changed(nic={"switch": "leaf2"}, bond={"options": {"miimon": 100}}, leaf2=HOSTVARS["leaf1"])
    assert [one["id"] for one in fleet.fleet_findings(fleet.fleet_lags(hosts))] == ["fleet.lacp-two-switches"]


def test_nothing_is_rendered_where_the_platform_is_not_known():
    given = fleet.fleet_lags(changed(nic={"switch": "leaf9"}, bond={"options": {"miimon": 100}}), packed=True)
    assert fleet.fleet_switches(given) == ["leaf1", "leaf9"]
    assert fleet.fleet_switches(given, known=True) == ["leaf1"]
    with pytest.raises(AnsibleFilterError, match="the platform of leaf9 is not known"):
        fleet.fleet_commands(given, "leaf9")


def test_hosts_without_links_and_switches_without_cables():
    found = fleet.fleet_lags(HOSTVARS)
    assert list(found["switches"]) == ["leaf1", "leaf2"]
    assert {port["host"] for port in found["switches"]["leaf1"]["ports"].values()} == {"kvm1", "kvm2", "plain3"}
    assert found["switches"]["leaf2"]["ports"] == {}
    assert found["stations"]["0c:c4:7a:00:03:01"] == "plain3"


def test_each_switch_has_one_host_that_speaks_for_it():
    given = fleet.fleet_lags(HOSTVARS, packed=True)
    batch = ["kvm2", "kvm1"]
    assert [fleet.fleet_switches(given, host, batch) for host in batch] == [["leaf1"], []]


@pytest.mark.parametrize(("hosts", "expected"), [(["kvm1"], ["leaf1"]), (["kvm1", "plain3"], ["leaf1"]), (["printer"], []), ([], [])])
def test_where_the_cables_end(hosts, expected):
    assert fleet.fleet_cabled(fleet.fleet_lags(HOSTVARS, packed=True), hosts) == expected


def test_only_servers_without_a_lag_are_kept_late():
    assert fleet.fleet_late(fleet.fleet_lags(HOSTVARS, packed=True), ["kvm1", "plain3"]) == ["plain3"]


def test_the_first_bonds_need_one_link():
    assert fleet.fleet_first_bonds(HOSTVARS["kvm1"])[0]["options"] == {"miimon": 100, "min_links": 1}


def test_the_commands_of_an_unknown_switch():
    with pytest.raises(AnsibleFilterError, match="no host of the inventory names the switch leaf9"):
        fleet.fleet_commands(fleet.fleet_lags(HOSTVARS, packed=True), "leaf9")


@pytest.mark.parametrize("given", [None, "kvm1", ["kvm1"]])
def test_hostvars_must_be_hostvars(given):
    with pytest.raises(AnsibleFilterError, match=r"trunkline\.bonding\.fleet_lags: the input must be hostvars"):
        fleet.fleet_lags(given)


@pytest.mark.parametrize("packed", [False, True])
def test_each_server_has_its_own_verdicts(packed):
    """Nothing was read, so nothing is proved; a server without bonds has no verdict."""
    proof = fleet.fleet_proof(HOSTVARS, ["kvm1", "kvm2", "plain3"], packed=packed)
    found = {host: [(one["host"], one["bond"], one["verdict"]) for one in fleet.fleet_verdicts(proof, host)] for host in ("kvm2", "plain3")}
    assert found == {"kvm2": [("kvm2", "bond0", "unproved")], "plain3": []}


@pytest.mark.parametrize("given", [None, [], "text", {}, {"kvm2": []}])
def test_verdicts_come_from_a_proof(given):
    with pytest.raises(AnsibleFilterError, match=r"fleet_verdicts: the input must be what trunkline\.bonding\.fleet_proof gives for kvm1"):
        fleet.fleet_verdicts(given, "kvm1")
