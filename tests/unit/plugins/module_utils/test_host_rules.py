# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about the host: each case is a host and an intent, and the findings that a careful administrator would want to hear."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _desired, _host_rules, _state
from ansible_collections.trunkline.bonding.tests.unit.plugins.module_utils.recorded import (
    Recorded,
    addressing,
    bond,
    bridge,
    intent,
    nic,
    vlan,
)

DRIVER = {"bonding": True, "options": None, "unknown": [], "hash_policies": None}


@pytest.fixture(autouse=True)
def driver(monkeypatch):
    """The answer of the bonding driver, which needs a kernel; the tests change it."""
    answer = dict(DRIVER)
    asked = []

    def probe(_run, may_load=True):
        asked.append(may_load)
        return answer

    monkeypatch.setattr(_host_rules._capabilities, "probe", probe)
    answer["asked"] = asked
    return answer


def known(*without, hashes=("layer2", "layer2+3", "layer3+4")):
    names = [name for name in _host_rules._options.OPTIONS if name not in without]
    return {"options": names, "hash_policies": list(hashes)}


def judge(wanted, recording="plain", change=None, files=None, link=None, **more):
    machine = Recorded(recording, files)
    state = copy.deepcopy(_state.read(machine))
    if change is not None:
        change(state)
    owned = more.pop("owned", {})
    complete = _desired.complete(wanted, state)
    desired = _desired.from_intent(wanted, state, owned=owned)
    return _host_rules.check(machine, complete, state, desired, link, owned=owned, **more)


def ids(found):
    return sorted({item.id for item in found} - {"host.driver-unasked"})


def bonded(*addresses, slaves=("eth0",), mode="active-backup", more=None, **body):
    links = {name: nic() for name in slaves}
    links["bond0"] = bond(mode, list(slaves), {"miimon": 100}, **body)
    links.update(more or {})
    return intent(links, {"bond0": addressing(*addresses)})


ALL = ("198.51.100.10/24", "198.51.100.50/24", "198.51.100.51/32", "10.31.0.1/32", "2001:db8::10/64")
ROUTES = {
    "routes": [
        {"to": "10.9.0.0/16", "via": "198.51.100.2", "metric": None, "table": 100},
        {"to": "10.43.0.0/16", "via": "10.99.0.1", "metric": None, "table": None},
        {"to": "2001:db8:43::/48", "via": "2001:db8::fd", "metric": None, "table": None},
    ],
    "gateway": "198.51.100.1",
    "gateway6": "2001:db8::1",
}


def covered(**more):
    """The intent that loses nothing of the recorded plain host."""
    wanted = bonded(*ALL, **more)
    wanted["addresses"]["bond0"].update(copy.deepcopy(ROUTES))
    wanted["links"]["eth0.7"] = vlan(7, "bond0")
    return wanted


def test_nothing_to_say():
    assert ids(judge(covered())) == []


CASES = [
    ("an address that nobody gets", lambda w: w["addresses"]["bond0"]["addresses"].remove("198.51.100.50/24"), {"host.address-lost"}),
    ("a route that nobody gets", lambda w: w["addresses"]["bond0"]["routes"].pop(1), {"host.route-lost"}),
    ("a route of a DHCP client", lambda w: w["addresses"]["bond0"].update(gateway=None), set()),
    ("a VLAN of others on a slave", lambda w: w["links"].pop("eth0.7"), {"host.link-stranded"}),
    ("a name that is taken", lambda w: w["links"].update({"br0": bond("802.3ad", [])}), {"host.name-taken"}),
    (
        "a slave in a bridge of others",
        lambda w: (w["links"].update(eth1=nic(master="bond0")), w["links"]["bond0"]["slaves"].append("eth1")),
        {"host.link-claimed"},
    ),
    ("an MTU that is too large", lambda w: w["links"]["bond0"].update(mtu=65536), {"host.mtu-too-large"}),
]


@pytest.mark.parametrize(("change", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_in_the_way_or_lost(change, wanted):
    body = covered()
    change(body)
    found = judge(body)
    assert set(ids(found)) == wanted
    assert all(item.path.startswith("bonding_") for item in found)


def test_what_is_ours_is_not_lost_by_surprise():
    body = covered()
    body["addresses"]["bond0"]["addresses"] = ["192.0.2.1/24"]
    assert "host.address-lost" in ids(judge(body))
    assert ids(judge(body, owned={"eth0": {"kind": "nic", "options": []}})) == []


def test_a_lease_is_kept_by_a_client_on_the_bond():
    body = covered()
    body["addresses"]["bond0"].update(addresses=[text for text in ALL if text != "198.51.100.10/24"], dhcp4=True)
    assert ids(judge(body)) == []


def test_a_bridge_in_the_intent_is_no_claim_of_others():
    body = intent({"eth1": nic(), "bond0": bond("802.3ad", ["eth1"]), "br0": bridge(["bond0"])})
    assert "host.link-claimed" not in ids(judge(body))


def speeds(**values):
    def change(state):
        for name, value in values.items():
            state["links"][name].update(value)

    return change


@pytest.mark.parametrize(
    ("change", "mode", "wanted"),
    [
        (speeds(swp1={"speed": 1000}, swp2={"speed": 10000}), "802.3ad", ["host.slave-speeds-differ"]),
        (speeds(swp1={"speed": 1000}, swp2={"speed": 10000}), "active-backup", []),
        (speeds(swp1={"speed": 1000}, swp2={"speed": None, "carrier": None}), "802.3ad", []),
        (speeds(swp1={"speed": None, "carrier": True}, swp2={"speed": 1000}), "802.3ad", ["host.slave-speed-unknown"]),
        (speeds(swp1={"duplex": "half", "speed": 1000}, swp2={"speed": 1000}), "802.3ad", ["host.slave-half-duplex"]),
    ],
)
def test_slaves_that_do_not_aggregate(change, mode, wanted):
    assert ids(judge(bonded(slaves=("swp1", "swp2"), mode=mode), change=change)) == wanted


FREE = "52:54:00:00:00:99"


@pytest.mark.parametrize(
    ("mac", "change", "wanted"),
    [
        (FREE, None, []),
        # The card stays in the host, but not in the bond.
        (FREE, speeds(swp1={"permanent_mac": FREE}), ["host.mac-taken"]),
        (FREE, speeds(eth0={"permanent_mac": FREE}), []),
        (None, speeds(swp1={"permanent_mac": FREE}), []),
    ],
)
def test_an_address_that_is_pinned_and_belongs_to_a_card_elsewhere(mac, change, wanted):
    assert ids(judge(covered(mac=mac), change=change)) == wanted


# What bond_xdp_check() of the driver says.
@pytest.mark.parametrize(
    ("mode", "options", "program", "wanted"),
    [
        ("802.3ad", {}, True, []),
        ("802.3ad", {"xmit_hash_policy": "vlan+srcmac"}, True, ["host.xdp-mode"]),
        ("balance-xor", {"xmit_hash_policy": "layer3+4"}, True, []),
        ("active-backup", {}, True, []),
        ("broadcast", {}, True, ["host.xdp-mode"]),
        ("balance-alb", {}, True, ["host.xdp-mode"]),
        ("balance-alb", {}, False, []),
    ],
)
def test_a_mode_in_which_the_program_of_the_bond_cannot_run(mode, options, program, wanted):
    change = speeds(bond0={"xdp": True}) if program else None
    links = {"eth0": nic(), "eth1": nic(), "bond0": bond(mode, ["eth0", "eth1"], {"miimon": 100, **options})}
    found = judge(intent(links), "lacp_stack", change=change)
    assert [item.id for item in found if item.id == "host.xdp-mode"] == wanted


OWNED = {name: {"kind": "bond", "options": []} for name in ("bond0", "br0", "bond0.20")}


def lone(state):
    """Without the VLAN that has an address of its own."""
    state["links"]["bond0.20"]["addresses"] = []


@pytest.mark.parametrize(
    ("wanted", "change", "owned", "link", "found"),
    [
        # Everything goes, and no other link has an address.
        (intent({"eth0": nic()}), None, OWNED, "br0", "host.cuts-connection"),
        # The address goes to the NIC: the connection is the same.
        (intent({"eth0": nic()}, {"eth0": addressing("198.51.100.10/24")}), None, OWNED, "br0", None),
        # Another address, or another link that nobody touches.
        (intent({"eth0": nic()}, {"eth0": addressing("192.0.2.77/24")}), None, OWNED, "br0", "host.connection-moves"),
        (intent({"eth0": nic()}, {"eth0": addressing(dhcp4=True)}), None, OWNED, "br0", None),
        # Only what is below goes away, and the bridge stays without a port.
        (intent({"eth0": nic()}), None, {"bond0": OWNED["bond0"], "bond0.20": OWNED["bond0.20"]}, "br0", "host.cuts-connection"),
        # Nothing of ours.
        (intent({"eth0": nic(master="bond0"), "eth1": nic(master="bond0")}), lone, {}, "br0", None),
        # The controller comes in by something that this host does not know.
        (intent({"eth0": nic()}), None, OWNED, None, None),
    ],
)
def test_the_way_in(wanted, change, owned, link, found):
    there = ids(judge(wanted, "lacp_stack", change=change, owned=owned, link=link))
    assert [item for item in there if item in ("host.cuts-connection", "host.connection-moves")] == ([found] if found else [])


@pytest.mark.parametrize(
    ("other", "id_"),
    [
        ({}, "host.connection-moves"),
        # nobody comes in over a card without a cable, or over a link that is in the host alone
        ({"carrier": False}, "host.cuts-connection"),
        ({"type": "dummy"}, "host.cuts-connection"),
    ],
)
def test_another_link_that_stays_is_a_way_in_if_it_leads_out_of_the_host(other, id_):
    def change(state):
        state["links"]["eth9"] = {
            **copy.deepcopy(state["links"]["eth0"]),
            "master": None,
            "carrier": True,
            "addresses": [{"address": "203.0.113.9/24", "scope": "global", "dynamic": False, "flags": []}],
            **other,
        }

    found = judge(intent({"eth0": nic()}), "lacp_stack", change=change, owned=OWNED, link="br0")
    about = [item for item in found if item.id in ("host.connection-moves", "host.cuts-connection")]
    assert [item.id for item in about] == [id_]
    assert ("203.0.113.9/24 of eth9" in about[0].message) == (id_ == "host.connection-moves")


def test_guests_on_a_bridge_that_is_deleted():
    def change(state):
        state["links"]["vnet0"] = {**copy.deepcopy(state["links"]["eth0"]), "master": "br0", "type": "tun"}
        state["links"]["br0"]["ports"].append("vnet0")

    found = judge(intent({"eth0": nic()}), "lacp_stack", change=change, owned=OWNED)
    assert [(item.id, item.value) for item in found if item.id == "host.port-stranded"] == [("host.port-stranded", "vnet0")]


def test_no_driver(driver):
    driver["bonding"] = False
    assert ids(judge(covered())) == ["host.driver-missing"]


@pytest.mark.parametrize(
    ("options", "able", "wanted"),
    [
        ({"miimon": 100}, known(), []),
        ({"miimon": 100, "coupled_control": False}, known("coupled_control"), ["host.option-unknown"]),
        ({"miimon": 100, "xmit_hash_policy": "vlan+srcmac"}, known(), ["host.option-unknown"]),
        ({"miimon": 100, "xmit_hash_policy": "layer3+4"}, known(), []),
    ],
)
def test_options_that_the_kernel_does_not_know(driver, options, able, wanted):
    driver.update(able)
    body = covered()
    body["links"]["bond0"]["options"] = options
    found = judge(body)
    assert ids(found) == wanted
    assert all(item.path.startswith("bonding_bonds.bond0.options.") for item in found)


def test_a_driver_that_may_not_be_loaded_is_owned_up_to(driver):
    found = judge(covered(), may_load=False)
    assert driver["asked"] == [False]
    assert [item.severity for item in found if item.id == "host.driver-unasked"] == ["note"]


def test_the_driver_is_not_asked_for_what_a_bond_shows_already(driver):
    links = {"eth0": nic(), "eth1": nic(), "bond0": bond("802.3ad", ["eth0", "eth1"], {"miimon": 50, "lacp_rate": "slow"})}
    judge(intent(links), "lacp_stack")
    assert driver["asked"] == []


@pytest.mark.parametrize(
    ("file", "content", "heard"),
    [
        ("/etc/firewalld/zones/work.xml", '<zone><interface name="eth0"/></zone>', True),
        ("/etc/firewalld/zones/work.xml", '<zone><!-- <interface name="eth0"/> --></zone>', False),
        ("/etc/firewalld/zones/work.xml", '<zone><interface name="eth01"/></zone>', False),
        ("/etc/firewalld/zones/work.xml", '<zone><interface name="eth0.7"/></zone>', False),
        ("/etc/nftables.conf", 'iifname "eth0" tcp dport 22 accept\n', True),
        ("/etc/nftables.conf", '# iifname "eth0" accept\n', False),
        ("/etc/nftables.d/host.nft", "iif eth0 accept\n", True),
        ("/etc/iptables/rules.v4", "-A INPUT -i eth0 -j ACCEPT\n", True),
        ("/etc/sysconfig/iptables", "-A INPUT -i eth1 -j ACCEPT\n", False),
    ],
)
def test_firewalls_that_name_what_becomes_a_slave(file, content, heard):
    found = judge(covered(), files={file: content})
    assert [(item.path, item.value) for item in found if item.id == "host.firewall-binds"] == ([(file, "eth0")] if heard else [])


THERE = {"/usr/bin/cloud-init": ""}


@pytest.mark.parametrize(
    ("files", "heard"),
    [
        ({}, False),
        (THERE, True),
        ({**THERE, "/etc/cloud/cloud-init.disabled": ""}, False),
        ({**THERE, "/etc/cloud/cloud.cfg.d/99.cfg": "network: {config: disabled}\n"}, False),
        ({**THERE, "/etc/cloud/cloud.cfg.d/99.cfg": "network:\n  config: disabled\n"}, False),
        ({**THERE, "/etc/cloud/cloud.cfg.d/99.cfg": 'network:\n  # ours\n  config: "disabled"\n'}, False),
        ({**THERE, "/etc/cloud/cloud.cfg.d/99.cfg": "# network: {config: disabled}\n"}, True),
        ({**THERE, "/etc/cloud/cloud.cfg.d/99.bak": "network: {config: disabled}\n"}, True),
        ({**THERE, "/etc/cloud/cloud.cfg": "network:\n  version: 2\n"}, True),
        ({**THERE, "/proc/cmdline": "root=/dev/vda network-config=disabled\n"}, False),
    ],
)
def test_cloud_init_that_would_write_the_network_at_boot(files, heard):
    assert ("host.cloud-init" in ids(judge(covered(), files=files))) is heard
