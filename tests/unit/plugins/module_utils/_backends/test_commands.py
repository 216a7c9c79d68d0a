# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a back end does to a running host: no more than the change needs, and in an order that keeps the connection."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _options, _plan
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _base, _networkmanager_files
from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _scripts
from ansible_collections.trunkline.bonding.tests.unit.plugins.module_utils._backends import fake_host

FACTS = {
    "networkd": {"version": "252"},
    "networkmanager": {"version": "1.42.4", "systemd": True, "remembered": {"active": {"eth0": "11111111-2222-3333-4444-555555555555"}}},
    "ifupdown": {"version": "0.8.41", "variant": None, "remembered": {"ifstate": "lo=lo\neth0=eth0\n"}},
}
ADDRESSES = ("192.0.2.10/24", "2001:db8::10/64")
PLAIN = fake_host.state(eth0=fake_host.nic(addresses=ADDRESSES), eth1=fake_host.nic(up=False))
OPTIONS = {name: _options.default(name, "802.3ad") for name in ("min_links", "updelay")} | {
    "miimon": 100,
    "lacp_rate": "fast",
    "xmit_hash_policy": "layer3+4",
}
BONDED = fake_host.state(
    eth0=fake_host.nic("bond0"), eth1=fake_host.nic("bond0"), bond0=fake_host.bond(["eth0", "eth1"], options=OPTIONS, addresses=ADDRESSES)
)
# Words that take a link down, up, apart or away.
DISTURBING = ("down", "up", "ifup", "ifdown", "master", "nomaster", "delete", "reconfigure", "add", "flush")


def lines(name, variables, before, rollback=False, files=None):
    backend = _base.BACKENDS[name]
    host = fake_host.Host({**fake_host.NETWORKD, **fake_host.IFUPDOWN, **(files or {})})
    change = fake_host.change(backend, FACTS[name], variables, before, host)
    commands = (backend.rollback if rollback else backend.apply)(change, FACTS[name])
    for command in commands:
        assert (set(command) - {"held"}, command["timeout"] <= (12 if rollback else 30)) == ({"argv", "timeout", "must", "when"}, True)
    return [" ".join(command["argv"]) for command in commands], [command["when"] for command in commands]


def position(found, *words):
    return next((number for number, line in enumerate(found) if all(word in line for word in words)), None)


@pytest.mark.parametrize("name", list(FACTS))
@pytest.mark.parametrize(("option", "value"), [("miimon", 50), ("min_links", 1), ("xmit_hash_policy", "layer2+3"), ("lacp_rate", "slow")])
def test_a_changed_option_of_a_bond_of_ours_disturbs_no_link(name, option, value):
    options = {"miimon": 100, "lacp_rate": "fast", "xmit_hash_policy": "layer3+4"}
    bond = {"name": "bond0", "mode": "802.3ad", "options": options, "slaves": ["eth0", "eth1"]}
    variables = {"bonds": [bond], "addresses": {"bond0": {"addresses": list(ADDRESSES)}}}
    ours = _base.BACKENDS[name].render(fake_host.completed(variables, BONDED), FACTS[name], fake_host.Host())
    files = {path: target["content"] for path, target in ours.items() if target is not None}
    changed = {**variables, "bonds": [{**bond, "options": {**options, option: value}}]}
    found, _when = lines(name, changed, BONDED, files=files)
    touching = [line for line in found if not line.startswith("sh -c cd /run/network") and set(line.split()) & set(DISTURBING)]
    assert touching == []


FIRST = {
    "networkd": [
        ("ip link add name bond0",),
        ("ip link set dev eth0 down",),
        ("ip link set dev eth0 master bond0",),
        ("ip address flush dev eth0",),
        ("networkctl reload",),
    ],
    "networkmanager": [
        ("connection load", "trunkline-bond0"),
        ("connection up", "ifname eth0"),
        ("connection up", "ifname eth1"),
        ("connection reload",),
    ],
    "ifupdown": [("ifdown eth0",), ("ifup bond0",)],
}


@pytest.mark.parametrize("name", list(FACTS))
def test_the_slave_with_the_connection_goes_first(name):
    found, _when = lines(name, fake_host.VARIABLES["bond"], PLAIN)
    places = [position(found, *words) for words in FIRST[name]]
    assert None not in places
    assert places == sorted(places)


def test_ifupdown_takes_links_down_while_their_old_stanza_is_there():
    found, when = lines("ifupdown", fake_host.VARIABLES["bond"], PLAIN)
    assert [line for line, moment in zip(found, when, strict=True) if moment == "before-files"] == ["ifdown eth0"]
    found, when = lines("ifupdown", fake_host.VARIABLES["plain"], BONDED)
    assert [line for line, moment in zip(found, when, strict=True) if moment == "before-files"] == ["ifdown bond0"]


def test_ifupdown_enslaves_another_slave_first_if_it_has_the_connection():
    bond = {**fake_host.BOND0, "slaves": ["eth1", "eth0"]}
    found, _when = lines("ifupdown", {"bonds": [bond], "addresses": {"bond0": fake_host.STATIC}}, PLAIN)
    places = [position(found, words) for words in ("ip link add name bond0", "dev eth0 master bond0", "ifup bond0", "dev eth0 up")]
    assert None not in places
    assert places == sorted(places)


def test_networkmanager_knows_the_other_slaves_only_after_the_first_is_up():
    bond = {**fake_host.BOND0, "slaves": ["eth1", "eth0"]}
    found, _when = lines("networkmanager", {"bonds": [bond], "addresses": {"bond0": fake_host.STATIC}}, PLAIN)
    places = [position(found, *words) for words in (("load", "bond0", "eth0"), ("connection up", "ifname eth0"), ("load", "eth1"))]
    assert places == [0, 1, 2]
    assert "eth1" not in found[0]


@pytest.mark.parametrize("name", list(FACTS))
def test_slaves_go_down_before_they_are_released(name):
    found, _when = lines(name, fake_host.VARIABLES["plain"], BONDED)
    delete = position(found, "ip link delete dev bond0")
    downs = [position(found, f"ip link set dev {slave} down") for slave in ("eth0", "eth1")]
    assert None not in (*downs, delete)
    assert max(downs) < delete


@pytest.mark.parametrize("name", list(FACTS))
def test_a_slave_that_is_no_longer_wanted_leaves_down_first(name):
    bond = {**fake_host.BOND0, "slaves": ["eth0"], "mac": "52:54:00:00:00:00"}
    found, _when = lines(name, {"bonds": [bond], "addresses": {"bond0": fake_host.STATIC}}, BONDED)
    down, out = position(found, "ip link set dev eth1 down"), position(found, "ip link set dev eth1 nomaster")
    assert None not in (down, out)
    assert down < out
    assert position(found, "dev eth0") is None


@pytest.mark.parametrize("name", list(FACTS))
def test_the_way_back_removes_what_came_and_brings_back_what_was(name):
    found, _when = lines(name, fake_host.VARIABLES["bond"], PLAIN, rollback=True)
    back = {
        "networkd": "networkctl reload",
        "networkmanager": "connection up uuid 11111111-2222-3333-4444-555555555555",
        "ifupdown": "ifup eth0",
    }
    places = [position(found, "ip link delete dev bond0"), position(found, back[name])]
    assert None not in places
    assert places == sorted(places)


def test_networkmanager_activates_again_only_what_was_moved():
    bridged = {
        "bonds": [{**fake_host.BOND0, "mac": "52:54:00:00:00:00"}], "bridges": [{"name": "br0", "ports": ["bond0"]}],
        "addresses": {"br0": fake_host.STATIC},
    }  # fmt: skip
    found, _when = lines("networkmanager", bridged, BONDED)
    always = [line for line in found if line.startswith("nmcli -w 10 connection up")]
    assert len(always) == 1
    assert position(found, always[0]) < position(found, "sh -c", "ifname eth0")


def test_remembered_connections_are_those_of_the_links_that_matter():
    host = fake_host.Host(outputs={"nmcli": "eth0:uuid-one\neth9:uuid-two\nbond0.20:uuid-three\n"})
    assert _base.BACKENDS["networkmanager"].remember(host, ["eth0", "bond0.20"]) == {
        "active": {"eth0": "uuid-one", "bond0.20": "uuid-three"}
    }


@pytest.mark.parametrize("name", ["networkd", "networkmanager"])
def test_a_daemon_is_held_while_a_bond_gets_another_mode(name):
    backend, facts = _base.BACKENDS[name], {**FACTS[name], "systemd": True}
    bond = {**fake_host.BOND0, "mode": "active-backup", "options": {"miimon": 100}}
    variables = {"bonds": [bond], "addresses": {"bond0": {"addresses": list(ADDRESSES)}}}
    change = fake_host.change(backend, facts, variables, BONDED, fake_host.Host(fake_host.NETWORKD))
    commands = backend.apply(change, facts)
    place = next(number for number, command in enumerate(commands) if "held" in command)
    held = commands[place]["held"]
    assert [held[turn][0]["argv"][-2] for turn in ("hold", "resume")] == ["STOP", "CONT"]
    found = [" ".join(command["argv"]) for command in commands]
    if name == "networkd":
        assert found[place + 1] == "networkctl reload"
    else:
        assert "connection load" in found[0] and place == 1
        assert "ifname eth1" in found[place + 1]
    assert not [command for command in commands if command["argv"][-2:] == ["reapply", "bond0"]]
    script = _scripts._step(commands[place]).splitlines()
    assert ["STOP" in script[0], script[1], "CONT" in script[2], len(script)] == [True, "look || mend", True, 3]


@pytest.mark.parametrize("name", list(FACTS))
def test_the_way_back_takes_no_nic_down_that_never_became_a_slave(name):
    found, _when = lines(name, fake_host.VARIABLES["bond"], PLAIN, rollback=True)
    downs = [line for line in found if line.endswith("ip link set dev eth0 down")]
    assert downs == ["sh -c [ ! -e /sys/class/net/bond0/lower_eth0 ] || exec ip link set dev eth0 down"]


@pytest.mark.parametrize(
    ("name", "systemd", "unit", "afterwards"),
    [
        ("networkd", True, "systemd-networkd.service", None),
        ("networkmanager", True, "NetworkManager.service", "connection up uuid 11111111-2222-3333-4444-555555555555"),
        ("networkmanager", False, "/etc/init.d/network-manager", "connection up uuid 11111111-2222-3333-4444-555555555555"),
    ],
)
def test_a_daemon_is_held_where_it_stands_and_killed_before_it_is_started_anew(name, systemd, unit, afterwards):
    backend = _base.BACKENDS[name]
    facts = {**FACTS[name], "systemd": systemd}
    change = fake_host.change(backend, facts, fake_host.VARIABLES["bond"], PLAIN, fake_host.Host({**fake_host.NETWORKD}))
    daemon = backend.daemon(change, facts)
    found = {turn: [" ".join(command["argv"]) for command in daemon[turn]] for turn in ("hold", "start", "stop")}
    assert len(found["hold"]) == 1 and "STOP" in found["hold"][0].split()
    # One that is held would not even end by itself.
    assert all("KILL" in found[turn][0].split() for turn in ("start", "stop"))
    assert unit in found["start"][1]
    # It takes links that are up for somebody else's, so each gets its connection again.
    assert (afterwards is None) == (len(found["start"]) == 2)
    assert afterwards is None or afterwards in found["start"][2]


def test_ifupdown_has_no_daemon():
    assert _base.BACKENDS["ifupdown"].daemon({}, FACTS["ifupdown"]) is None


def test_ifupdown_brings_up_what_the_host_is_reached_by_before_the_rest():
    variables = {
        "bonds": [fake_host.BOND0],
        "vlans": [{"name": "bond0.20", "id": 20, "link": "bond0"}],
        "bridges": [{"name": "br0", "ports": ["bond0"]}],
        "addresses": {"br0": fake_host.STATIC},
    }
    found, _when = lines("ifupdown", variables, PLAIN)
    assert [line for line in found if line.startswith("ifup ")] == ["ifup bond0", "ifup br0", "ifup bond0.20"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("networkd", ["networkctl reload"]),
        ("networkmanager", ["device reapply bond0"]),
        ("ifupdown", ["dhclient -4 -nw -i -pf /run/dhclient.bond0.pid", "dhclient -6 -nw -pf /run/dhclient6.bond0.pid"]),
    ],
)
def test_a_client_starts_on_a_link_that_stays_up(name, words):
    """ifupdown's own calls are in its inet.defn and inet6.defn."""
    variables = {"bonds": [fake_host.BOND0], "addresses": {"bond0": {"dhcp4": True, "dhcp6": True}}}
    found, _when = lines(name, variables, BONDED)
    for text in words:
        assert [line for line in found if text in line]


def test_a_client_of_ifupdown_beside_the_configured_gateway_brings_none():
    before = fake_host.state(eth0=fake_host.nic(addresses=ADDRESSES), eth1=fake_host.nic())
    default = {"addresses": list(ADDRESSES), "gateway": "192.0.2.1", "gateway6": "2001:db8::1"}
    variables = {"nics": {"eth1": {"mtu": 1400}}, "addresses": {"eth0": default, "eth1": {"dhcp4": True, "dhcp6": True}}}
    found, _when = lines("ifupdown", variables, before)
    started = [line for line in found if "exec dhclient" in line]
    assert [
        ("-4" in line, "IF_METRIC=1024" in line, "echo 0 > /proc/sys/net/ipv6/conf/eth1/accept_ra_defrtr" in line) for line in started
    ] == [
        (True, True, True),
        (False, False, True),
    ]


@pytest.mark.parametrize(
    ("wanted", "running", "words"),
    [
        ({"dhcp4": True}, [], ["kill"]),
        ({"addresses": list(ADDRESSES)}, ["/run/dhclient.bond0.pid"], ["exec dhclient -4"]),
        ({"dhcp4": True}, ["/run/dhclient.bond0.pid"], []),
    ],
)
def test_the_way_back_of_ifupdown_has_the_clients_that_ran_before(wanted, running, words, monkeypatch):
    monkeypatch.setitem(FACTS, "ifupdown", {**FACTS["ifupdown"], "remembered": {"ifstate": "", "clients": running}})
    found, _when = lines("ifupdown", {"bonds": [fake_host.BOND0], "addresses": {"bond0": wanted}}, BONDED, rollback=True)
    clients = [line for line in found if "dhclient" in line]
    assert len(clients) == len(words)
    for line, text in zip(clients, words, strict=True):
        assert text in line


def test_networkd_gives_the_bond_its_new_address_before_the_card_that_had_it_comes_up():
    bond = {**fake_host.BOND0, "slaves": ["eth1"], "mac": "52:54:00:00:00:ab"}
    found, _when = lines("networkd", {"bonds": [bond], "addresses": {"bond0": {"addresses": list(ADDRESSES)}}}, BONDED)
    assert found.index("ip") < found.index("networkctl reload")


PRIMARY = {**fake_host.BOND0, "mode": "active-backup", "options": {"miimon": 100, "primary": "eth1"}, "mac": "52:54:00:00:00:00"}


@pytest.mark.parametrize(
    ("variables", "before", "bounced"),
    [
        # adopted: networkd sets up slaves anew whose file is another one, NetworkManager every link whose profile is another one
        (
            {"bonds": [{**fake_host.BOND0, "mac": None}], "addresses": {"bond0": {"addresses": list(ADDRESSES)}}},
            BONDED,
            {"networkd": ["eth0", "eth1"], "networkmanager": ["eth0", "eth1", "bond0"], "ifupdown": []},
        ),
        (fake_host.VARIABLES["plain"], PLAIN, {"networkd": [], "networkmanager": ["eth0"], "ifupdown": []}),
        # a card that joins a bond is set up anyway, and the plan says so
        (fake_host.VARIABLES["bond"], PLAIN, {"networkd": [], "networkmanager": [], "ifupdown": []}),
    ],
)
@pytest.mark.parametrize("name", list(FACTS))
def test_what_a_daemon_interrupts_by_itself_is_known_before(name, variables, before, bounced):
    backend = _base.BACKENDS[name]
    change = fake_host.change(backend, FACTS[name], variables, before, fake_host.Host({**fake_host.NETWORKD, **fake_host.IFUPDOWN}))
    assert backend.bounces(change) == bounced[name]
    steps = _plan.bounces(before, backend.bounces(change), backend.title)
    assert {(step["action"], step["cost"]) for step in steps} <= {("bounce", "flap")}
    assert [step["link"] for step in steps] == bounced[name]


def test_networkmanager_takes_over_a_bond_that_is_in_no_profile():
    """It shows such a link as connected (externally), see nmcli(1), and activates no profile on it by itself. What has a profile of its
    own goes over before that is dropped, and not by way of being down."""
    variables = {"bonds": [{**fake_host.BOND0, "mac": None}], "addresses": {"bond0": {"addresses": list(ADDRESSES)}}}
    found, _when = lines("networkmanager", variables, BONDED)
    taken = position(found, "up " + _networkmanager_files.uuid_of("bond0"))
    assert taken is not None and taken < found.index("nmcli connection reload")
    calls = [line.split()[1] for line in found[taken].splitlines() if line.startswith("up ")]
    assert calls == [_networkmanager_files.uuid_of(name) for name in ("bond0", "eth0", "eth1")]


def test_networkmanager_leaves_cards_without_a_task_to_themselves():
    """One without a cable cannot be activated, and would be waited for."""
    before = fake_host.state(eth0=fake_host.nic(addresses=ADDRESSES), eth1=fake_host.nic())
    variables = {"nics": {"eth1": None}, "addresses": {"eth0": {"addresses": list(ADDRESSES)}}}
    found, _when = lines("networkmanager", variables, before)
    assert position(found, "up " + _networkmanager_files.uuid_of("eth1")) is None


def test_the_primary_is_said_in_the_slaves_files_of_networkd_so_it_interrupts_them():
    options = {"miimon": 100, "primary": "eth0"}
    before = fake_host.state(**{**BONDED["links"], "bond0": {**BONDED["links"]["bond0"], "mode": "active-backup", "options": options}})
    variables = {"bonds": [PRIMARY], "addresses": {"bond0": {"addresses": list(ADDRESSES)}}}
    backend = _base.BACKENDS["networkd"]
    earlier = fake_host.completed({**variables, "bonds": [{**PRIMARY, "options": options}]}, before)
    files = {path: target["content"] for path, target in backend.render(earlier, FACTS["networkd"], fake_host.Host()).items()}
    change = fake_host.change(backend, FACTS["networkd"], variables, before, fake_host.Host({**fake_host.NETWORKD, **files}))
    assert backend.bounces(change) == ["eth0", "eth1"]
