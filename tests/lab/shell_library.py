# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sh library against a real kernel: what it makes, what it notices, what it mends and what it puts back.

``test_shell_library.py`` runs these tests in the guest of the lab.
"""

from __future__ import annotations

import copy
import itertools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _desired, _options, _plan

sys.path.insert(0, str(Path(__file__).resolve().parent))

from namespace import addressing, bond, bridge, enter, intent, nic, vlan

SHELLS = [shell for shell in (["dash"], ["busybox", "ash"], ["bash"]) if shutil.which(shell[0])]


@pytest.fixture
def net():
    return enter()


def two_nics(net):
    # veth has a speed, so that 802.3ad aggregates; the other ends are a bond of the same mode.
    net.lines(
        """
        ip link add eth0 address 02:00:00:00:00:10 type veth peer name swp1
        ip link add eth1 address 02:00:00:00:00:11 type veth peer name swp2
        ip link add eth2 address 02:00:00:00:00:12 type veth peer name swp3
        ip link add lag1 type bond mode 802.3ad miimon 100 lacp_rate fast
        ip link set swp1 master lag1
        ip link set swp2 master lag1
        ip link set swp3 up
        ip link set lag1 up
        ip link set eth0 up
        ip link set eth1 up
        """
    )


def stack(mode="802.3ad", options=None, **more):
    return intent(
        {
            "eth0": nic(),
            "eth1": nic(),
            "bond0": bond(mode, ["eth0", "eth1"], {"miimon": 100} if options is None else options, **more),
            "bond0.20": vlan(20, "bond0"),
            "br0": bridge(["bond0"]),
        },
        {
            "br0": addressing("198.51.100.10/24", "2001:db8::10/64", gateway="198.51.100.1", gateway6="2001:db8::1"),
            "bond0.20": addressing(
                "192.0.2.10/25", "2001:db8:20::10/64", routes=[{"to": "203.0.113.0/24", "via": "192.0.2.1", "metric": 50, "table": None}]
            ),
        },
    )


MODES = {
    "balance-rr": {"miimon": 100, "packets_per_slave": 4},
    "active-backup": {"arp_interval": 200, "arp_ip_target": ["198.51.100.1", "198.51.100.2"], "arp_validate": "all", "primary": "eth1"},
    "balance-xor": {"miimon": 100, "updelay": 200, "downdelay": 200, "xmit_hash_policy": "layer3+4"},
    "broadcast": {"miimon": 50},
    "802.3ad": {"miimon": 100, "lacp_rate": "fast", "ad_select": "bandwidth", "min_links": 1, "ad_actor_system": "02:00:00:00:00:aa"},
    "balance-tlb": {"miimon": 100, "tlb_dynamic_lb": False, "primary": "eth0"},
    "balance-alb": {"miimon": 100, "lp_interval": 3, "primary_reselect": "failure"},
}


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_makes_a_whole_stack_from_nothing_in_every_shell(net, shell):
    two_nics(net)
    net.shell = shell
    desired, _text = net.to(stack())
    state = net.state()
    assert state["links"]["bond0"]["slaves"] == ["eth0", "eth1"]
    assert state["links"]["br0"]["mac"] == state["links"]["bond0"]["mac"] == "02:00:00:00:00:10"
    assert net.mend(desired) == (0, ""), "a second run has nothing to do"


@pytest.mark.parametrize("mode", MODES)
def test_makes_a_bond_of_every_mode(net, mode):
    two_nics(net)
    net.to(stack(mode, MODES[mode]))
    options = net.state()["links"]["bond0"]["options"]
    assert {name: options[name] for name in MODES[mode]} == MODES[mode]


# Each mode is left and entered at least once, the ones with an active slave and with LACP several times.
CHAIN = (
    "balance-rr", "active-backup", "802.3ad", "balance-xor", "802.3ad", "active-backup", "broadcast", "balance-alb", "balance-tlb",
    "802.3ad", "balance-rr",
)  # fmt: skip


def test_changes_the_mode_and_keeps_what_stands_on_the_bond(net):
    two_nics(net)
    before = stack(CHAIN[0], MODES[CHAIN[0]])
    net.to(before)
    seen = net.made()
    for old, new in itertools.pairwise(CHAIN):
        owned = {"bond0": {"kind": "bond", "options": sorted(MODES[old])}}
        wanted = stack(new, MODES[new])
        desired = _desired.from_intent(wanted, net.state(), owned=owned, previous=before)
        assert _plan.cost(_plan.plan(net.state(), desired)) == "rebuild"
        text = net.reach(desired)
        after = net.state()["links"]["bond0"]
        # The active slave is enslaved first, so that the order may change.
        assert (sorted(after["slaves"]), after["mac"]) == (["eth0", "eth1"], "02:00:00:00:00:10"), text
        assert net.made() == seen, text
        before = wanted


DEVIATIONS = [
    ("ip link set bond0 type bond miimon 200", "miimon", "live"),
    ("ip link set bond0 type bond xmit_hash_policy layer2+3", "xmit_hash_policy", "live"),
    ("ip link set bond0 type bond min_links 2", "min_links", "live"),
    ("ip link set bond0 type bond updelay 500", "updelay", "live"),
    ("ip link set bond0 down; ip link set bond0 type bond lacp_rate slow; ip link set bond0 up", "lacp_rate", "flap"),
    ("ip link set bond0 down; ip link set bond0 type bond ad_select count ad_user_port_key 5; ip link set bond0 up", "ad_select", "flap"),
    ("ip link set eth1 nomaster", "eth1 is not a slave", "live"),
    ("ip link set eth2 down; ip link set eth2 master bond0", "eth2 is still a slave", "live"),
    ("ip link set bond0 address 02:00:00:00:00:77", "bond0: the address", "flap"),
    ("ip link set br0 address 02:00:00:00:00:78", "br0: the address", "flap"),
    ("ip link set bond0 mtu 1400", "bond0: mtu", "live"),
    ("ip link set bond0.20 mtu 1300", "bond0.20: mtu", "live"),
    ("ip link set eth0 mtu 1400", "eth0: mtu", "live"),
    ("ip link set br0 down", "br0 is down", "live"),
    ("ip link set bond0.20 down", "bond0.20 is down", "live"),
    ("ip link set bond0 nomaster", "not a port of br0", "live"),
    ("ip link set br0 type bridge stp_state 1", "stp_state", "live"),
    ("ip link set br0 type bridge forward_delay 1500", "forward_delay", "live"),
    ("ip link set br0 type bridge vlan_filtering 1", "vlan_filtering", "live"),
    ("ip link del bond0.20", "bond0.20 does not exist", "live"),
    ("ip link del bond0.20; ip link add link bond0 name bond0.20 type vlan id 21", "is not VLAN 20", "rebuild"),
    ("ip link del br0", "br0 does not exist", "live"),
    ("ip addr del 198.51.100.10/24 dev br0", "198.51.100.10/24 is missing", "live"),
    ("ip addr del 2001:db8::10/64 dev br0", "2001:db8::10/64 is missing", "live"),
    ("ip addr change 198.51.100.10/24 dev br0 valid_lft 300 preferred_lft 300", "only leased", "live"),
    ("ip addr add 192.0.2.200/24 dev eth0", "eth0 still has addresses", "live"),
    ("ip route del default", "no route to default", "live"),
    ("ip -6 route del default", "no route to default", "live"),
    ("ip route del 203.0.113.0/24", "203.0.113.0/24", "live"),
    ("ip link set eth1 type bond_slave queue_id 3", "queue_id", "live"),
]


def busy():
    options = {"miimon": 100, "lacp_rate": "fast", "xmit_hash_policy": "layer3+4", "min_links": 1, "updelay": 200, "ad_select": "stable"}
    wanted = stack(options={**options, "ad_user_port_key": 0}, mtu=9000)
    wanted["links"]["eth1"]["slave_options"] = {"queue_id": 1}
    return wanted


@pytest.fixture(scope="module")
def shared():
    """One network for all deviations, because each test leaves it as it was."""
    network = enter()
    two_nics(network)
    network.wanted, _text = network.to(busy())
    network.run("sleep 3")
    network.before = network.picture(), network.made()
    return network


@pytest.mark.parametrize(("breakage", "said", "price"), DEVIATIONS)
def test_notices_and_mends_each_deviation(shared, breakage, said, price):
    net, desired = shared, shared.wanted
    # A test that failed leaves something behind.
    net.mend(desired)
    net.run(breakage)
    found = net.look(desired)
    assert said in found
    steps = _plan.plan(net.state(), desired)
    assert _plan.cost(steps) == price, steps
    assert net.look(desired) == found, "looking changes nothing"
    text = net.reach(desired)
    net.run("sleep 2")
    assert net.made() == shared.before[1], text
    assert net.picture() == shared.before[0], text


@pytest.mark.parametrize("option", ["miimon", "xmit_hash_policy", "min_links", "updelay", "resend_igmp", "all_slaves_active"])
def test_a_live_change_never_takes_the_bond_down(net, option):
    two_nics(net)
    wanted = busy()
    net.to(wanted)
    net.prelude = TRACE
    changed = copy.deepcopy(wanted)
    values = {"miimon": 50, "xmit_hash_policy": "layer2", "min_links": 0, "updelay": 500, "resend_igmp": 5, "all_slaves_active": True}
    changed["links"]["bond0"]["options"][option] = values[option]
    downs = net.run("cat /sys/class/net/*/carrier_down_count")
    desired = _desired.from_intent(changed, net.state())
    assert [(step["action"], step["what"], step["cost"]) for step in _plan.plan(net.state(), desired)] == [("option", option, "live")]
    text = net.reach(desired)
    said = [line.split()[-2] for line in text.splitlines() if line.startswith("ip link set dev bond0 type bond ")]
    # The kernel stores delays as multiples of miimon, so that they move with it.
    assert said == ([option, "updelay"] if option == "miimon" else [option])
    assert len(said) == len([line for line in text.splitlines() if line.startswith("ip ")])
    assert net.run("cat /sys/class/net/*/carrier_down_count") == downs


def furnish(net):
    """All that a flap can lose, on the bond itself and on what stands on it."""
    net.lines(
        """
        ip link add link bond0 name bond0.30 type vlan id 30
        ip link add link bond0 name bond0.31 type vlan id 31
        ip link set bond0.30 up
        ip addr add 10.30.0.1/24 brd + dev bond0.30
        ip addr add 10.30.0.2/24 brd + dev bond0.30 label bond0.30:a
        ip addr add 10.31.0.1 peer 10.31.0.2/32 dev bond0.30
        ip addr add 10.33.0.1/24 dev bond0.30 scope link noprefixroute metric 77
        ip addr add 169.254.9.9/16 dev bond0.30 scope link
        ip -6 addr add 2001:db8:30::1/64 dev bond0.30
        ip -6 addr add 2001:db8:30::2/64 dev bond0.30 nodad
        ip -6 addr add 2001:db8:31::1/64 dev bond0.30 noprefixroute
        ip -6 addr add 2001:db8:32::1/64 dev bond0.30 valid_lft 3600 preferred_lft 1800
        ip route add 10.33.0.0/24 dev bond0.30 proto kernel scope link src 10.33.0.1 metric 77
        ip -6 route add 2001:db8:31::/64 dev bond0.30 proto kernel metric 100
        ip route add default via 10.30.0.254 metric 500
        ip route add 10.40.0.0/16 via 10.30.0.254 src 10.30.0.2 mtu 1400 table 100
        ip route add 10.41.0.0/16 dev bond0.30 scope link proto 99
        ip route add 10.42.0.0/16 nexthop via 10.30.0.253 weight 1 nexthop via 10.30.0.254 weight 3
        ip route add 10.43.0.0/16 via 10.99.0.1 dev bond0.30 onlink
        ip -6 route add default via 2001:db8:30::fe metric 700
        ip -6 route add 2001:db8:40::/48 via fe80::1 dev bond0.30
        ip -6 route add 2001:db8:41::/48 via 2001:db8:30::fe dev bond0.30 table 100 pref high
        ip -6 route add 2001:db8:42::/48 via 2001:db8:30::fe dev bond0.30 expires 3000
        ip -6 route add 2001:db8:43::/48 nexthop via 2001:db8:30::fd dev bond0.30 nexthop via 2001:db8:30::fe dev bond0.30 weight 3
        ip rule add from 10.30.0.2 table 100 priority 1000
        ip -6 rule add iif bond0.30 table 100 priority 1001
        ip neigh add 10.30.0.7 lladdr 02:00:00:00:00:07 dev bond0.30 nud permanent
        ip -6 neigh add 2001:db8:30::7 lladdr 02:00:00:00:00:07 dev bond0.30 nud permanent
        ip neigh add proxy 10.30.0.99 dev bond0.30
        ip -6 neigh add proxy 2001:db8:30::99 dev bond0.30
        """
    )


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize("change", ["flap", "rebuild", "mac"])
def test_what_a_change_takes_down_comes_back_as_it_was(net, shell, change):
    two_nics(net)
    net.shell = shell
    net.to(busy())
    furnish(net)
    net.run("sleep 2")
    before, proxies = net.picture(), net.run("ip neigh show proxy; ip -6 neigh show proxy")
    order = net.run("ip -6 addr show dev bond0.30 scope global; ip -4 addr show dev bond0.30")
    code, text = net.call(
        {
            "flap": "options_flap bond0 lacp_rate slow lacp_rate slow ad_select count ad_select count",
            "rebuild": "rebuild bond0 balance-xor none 'eth0 eth1' ''",
            "mac": "mac_is bond0 02:00:00:00:00:55; mac_is bond0 02:00:00:00:00:10",
        }[change]
    )
    assert code == 0, text
    net.run("sleep 2")
    after = net.picture()
    for what in before:
        assert after[what] == before[what], f"{what}: {text}"
    assert net.run("ip neigh show proxy; ip -6 neigh show proxy") == proxies
    assert lifeless(net.run("ip -6 addr show dev bond0.30 scope global; ip -4 addr show dev bond0.30")) == lifeless(order)
    assert net.run("cat /sys/class/net/bond0.31/flags").strip() == "0x1002", "a link that was down stays down"


def lifeless(text):
    return [line for line in text.splitlines() if "valid_lft" not in line]


# Shows the commands that change something, beside running them.
TRACE = """
ip() {
    case " $* " in *" set "*) printf 'ip %s\\n' "$*" ;; esac
    command ip "$@"
}
"""


def test_one_flap_for_several_options(net):
    two_nics(net)
    net.to(busy())
    net.prelude = TRACE
    changed = busy()
    changed["links"]["bond0"]["options"].update(lacp_rate="slow", ad_select="count", ad_user_port_key=7)
    _desired_state, text = net.to(changed)
    assert [line for line in text.splitlines() if line in ("ip link set dev bond0 down", "ip link set dev bond0 up")] == [
        "ip link set dev bond0 down",
        "ip link set dev bond0 up",
    ]


PLAIN = {"eth0": addressing("198.51.100.10/24", "2001:db8::10/64", gateway="198.51.100.1", gateway6="2001:db8::1")}


def plain(net):
    two_nics(net)
    net.lines(
        """
        ip addr add 198.51.100.10/24 brd + dev eth0
        ip -6 addr add 2001:db8::10/64 dev eth0 nodad
        ip route add default via 198.51.100.1
        ip -6 route add default via 2001:db8::1
        ip neigh add 198.51.100.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent
        ip rule add from 198.51.100.10 table 100 priority 1000
        """
    )


def test_a_plain_nic_becomes_a_bond_under_a_bridge_and_back_by_intent(net):
    plain(net)
    net.run("ip link set eth0 address 02:00:00:00:00:99")
    wanted = stack()
    desired, _text = net.to(wanted)
    links = net.state()["links"]
    assert links["bond0"]["mac"] == links["br0"]["mac"] == "02:00:00:00:00:99", "the bond takes over the address that is in use"
    assert links["eth0"]["addresses"] == []
    owned = {name: {"kind": link["kind"], "options": sorted(link.get("options") or ())} for name, link in desired["links"].items()}
    back = intent({"eth0": nic(), "eth1": nic()}, PLAIN)
    desired, _text = net.to(back, owned=owned, previous=wanted)
    assert desired["absent"][-1] == "bond0"
    links = net.state()["links"]
    assert not {"bond0", "br0", "bond0.20"} & set(links)
    assert [entry["address"] for entry in links["eth0"]["addresses"] if entry["scope"] == "global"] == [
        "198.51.100.10/24",
        "2001:db8::10/64",
    ]
    assert [route["dev"] for route in net.state()["routes"] if route["to"] == "default"] == ["eth0", "eth0"]


FURTHER = {
    "plain nic to stack": (plain, None, stack()),
    "bond taken apart": (two_nics, busy(), intent({"eth0": nic(), "eth1": nic()}, PLAIN)),
    "mode": (two_nics, busy(), stack("active-backup", {"miimon": 50, "primary": "eth1", "fail_over_mac": "active"})),
    "options": (
        two_nics,
        busy(),
        stack(options={"miimon": 50, "lacp_rate": "slow", "min_links": 0, "xmit_hash_policy": "layer2"}, mtu=1400),
    ),
    "other slave": (
        two_nics,
        busy(),
        intent({"eth0": nic(), "eth2": nic(), "bond0": bond("802.3ad", ["eth2", "eth0"], {"miimon": 100})}, {"bond0": PLAIN["eth0"]}),
    ),
    "other addresses": (
        plain,
        None,
        intent({"eth0": nic(mtu=9000)}, {"eth0": addressing("198.51.100.11/24", "192.0.2.9/24", gateway="198.51.100.2")}),
    ),
}


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize("case", FURTHER)
def test_the_way_back_restores_the_state(net, shell, case):
    start, first, change = FURTHER[case]
    start(net)
    net.shell = shell
    owned, previous = {}, None
    if first is not None:
        desired, _text = net.to(copy.deepcopy(first))
        furnish(net)
        owned = {name: {"kind": link["kind"], "options": sorted(link.get("options") or ())} for name, link in desired["links"].items()}
        previous = first
    net.run("sleep 2")
    before, state = net.picture(), net.state()
    forward = _desired.from_intent(copy.deepcopy(change), state, owned=owned, previous=previous)
    names = [*forward["links"], *forward["absent"]]
    net.mend(forward)
    assert net.picture() != before
    back = _desired.from_state(state, names, forward)
    text = net.reach(back)
    net.run("sleep 2")
    after, now = net.picture(), net.state()
    for name, link in state["links"].items():
        for key in ("kind", "mac", "mtu", "up", "master", "link", "mode", "options", "slaves", "ports", "stp", "forward_delay"):
            # A VLAN that is down takes the address of its link when it comes up.
            if key != "mac" or link["up"]:
                assert now["links"][name].get(key) == link.get(key), f"{name} {key}: {text}"
        assert kept(now["links"][name]) == kept(link), f"{name}: {text}"
    assert set(now["links"]) == set(state["links"])
    for what in ("-4 route show table all", "-6 route show table all", "rule", "-6 rule", "neighbour show nud permanent"):
        assert after[what] == before[what], f"{what}: {text}"


def test_the_way_back_restores_a_bridge_with_its_vlans_and_guests(net):
    two_nics(net)
    net.lines(
        """
        ip link add br0 type bridge vlan_filtering 1 forward_delay 400 ageing_time 20000
        ip link set eth0 master br0
        ip link set eth2 master br0
        ip link set br0 up
        bridge vlan add dev eth0 vid 10 pvid untagged
        bridge vlan add dev eth0 vid 20-29
        bridge vlan add dev eth2 vid 10 pvid untagged
        bridge vlan del dev eth2 vid 1
        ip addr add 198.51.100.10/24 dev br0
        """
    )
    vlans, before = net.run("bridge vlan show"), net.state()
    wanted = intent({"eth0": nic(), "eth1": nic(), "bond0": bond("802.3ad", ["eth0", "eth1"], {"miimon": 100})}, {"bond0": PLAIN["eth0"]})
    forward = _desired.from_intent(wanted, before, owned={"br0": {"kind": "bridge", "options": []}})
    net.reach(forward)
    net.reach(_desired.from_state(before, [*forward["links"], *forward["absent"]], forward))
    assert net.run("bridge vlan show") == vlans
    after = net.state()["links"]["br0"]
    for key in ("ports", "forward_delay", "vlan_filtering", "bridge_options", "mac", "addresses"):
        assert kept(after) == kept(before["links"]["br0"]) if key == "addresses" else after[key] == before["links"]["br0"][key], key


def kept(link):
    passing = ("valid", "preferred", "flags")
    return [{key: value for key, value in entry.items() if key not in passing} for entry in link["addresses"] if _desired.judged(entry)]


def test_a_lost_slave_is_named_and_the_rest_is_done(net):
    two_nics(net)
    wanted = stack()
    wanted["links"]["bond0"]["slaves"].append("eth9")
    wanted["links"]["eth9"] = nic(master="bond0")
    desired = _desired.from_intent(wanted, net.state())
    code, text = net.mend(desired)
    assert code == 1
    assert "eth9 does not exist" in text
    assert set(net.look(desired).splitlines()) == {"eth9 does not exist"}
    assert net.state()["links"]["bond0"]["slaves"] == ["eth0", "eth1"]


def test_the_slave_with_the_traffic_is_enslaved_first(net):
    two_nics(net)
    net.run("ip addr add 198.51.100.10/24 dev eth1; ip route add default via 198.51.100.1")
    desired, _text = net.to(stack())
    assert desired["links"]["bond0"]["enslave_first"] == "eth1"
    assert net.state()["links"]["bond0"]["slaves"] == ["eth1", "eth0"]
    assert net.state()["links"]["bond0"]["mac"] == "02:00:00:00:00:11"


def test_min_links_falls_before_a_slave_leaves_and_rises_after_it_came(net):
    two_nics(net)
    options = {"miimon": 100, "lacp_rate": "fast", "min_links": 2}
    net.to(stack(options=options))
    net.run("sleep 3")
    downs = net.run("cat /sys/class/net/bond0/carrier_down_count")
    fewer = intent({"eth0": nic(), "bond0": bond("802.3ad", ["eth0"], {**options, "min_links": 1})})
    net.to(fewer)
    assert net.run("cat /sys/class/net/bond0/carrier_down_count") == downs
    net.to(stack(options=options))
    assert net.state()["links"]["bond0"]["options"]["min_links"] == 2


def test_an_address_of_a_cluster_is_left_alone(net):
    two_nics(net)
    wanted = stack()
    desired, _text = net.to(wanted)
    net.run("ip addr add 198.51.100.50/24 dev br0; ip addr add 198.51.100.51/32 dev br0")
    assert net.look(desired) == ""
    changed = stack()
    changed["addresses"]["br0"]["addresses"][0] = "198.51.100.12/24"
    net.to(changed, previous=wanted)
    there = [entry["address"] for entry in net.state()["links"]["br0"]["addresses"] if ":" not in entry["address"]]
    assert set(there) == {"198.51.100.12/24", "198.51.100.50/24", "198.51.100.51/32"}


def test_neighbours_hear_where_an_address_went(net):
    net.lines(
        """
        ip link add eth0 address 02:00:00:00:00:10 type veth peer name far
        ip link set far up
        ip link set eth0 up
        """
    )
    listen = """
import socket, sys
door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
door.bind(("far", 0))
door.settimeout(4)
print("ready", flush=True)
try:
    while True:
        frame = door.recv(2000)
        if frame[12:14] == b"\\x08\\x06":
            print("arp", socket.inet_ntoa(frame[28:32]), flush=True)
        elif frame[12:14] == b"\\x86\\xdd" and frame[20] == 58 and frame[54] == 136:
            print("na", socket.inet_ntop(socket.AF_INET6, frame[62:78]), flush=True)
except TimeoutError:
    pass
"""
    with subprocess.Popen([sys.executable, "-c", listen], stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout.readline() == "ready\n"
        net.to(intent({"eth0": nic()}, {"eth0": addressing("198.51.100.10/24", "2001:db8::10/64")}))
        heard = listener.communicate(timeout=20)[0].splitlines()
    assert "arp 198.51.100.10" in heard
    assert "na 2001:db8::10" in heard


def test_every_option_of_the_table_is_readable_or_owned_up_to(net):
    two_nics(net)
    net.to(stack())
    shown = net.state()["links"]["bond0"]["options"]
    hidden = {name for name, option in _options.OPTIONS.items() if option.level == "bond"} - set(shown) - {"mode", "active_slave"}
    # Later kernels than 6.1, or a later iproute2, brought these.
    assert hidden <= {"coupled_control", "broadcast_neighbor", "lacp_strict"}
