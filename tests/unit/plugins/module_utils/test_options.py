# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Expected values come from the kernel's bonding.rst and uapi headers, from Linux 6.1, or from the back ends' manuals."""

from __future__ import annotations

import dataclasses
import re

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _options as options

BOND_OPTIONS = [
    "mode", "packets_per_slave", "xmit_hash_policy", "arp_validate", "arp_all_targets", "fail_over_mac", "arp_interval",
    "arp_missed_max", "arp_ip_target", "ns_ip6_target", "downdelay", "updelay", "peer_notif_delay", "lacp_active", "lacp_rate",
    "min_links", "ad_select", "num_grat_arp", "miimon", "primary", "primary_reselect", "use_carrier", "active_slave",
    "all_slaves_active", "resend_igmp", "lp_interval", "tlb_dynamic_lb", "ad_actor_sys_prio", "ad_actor_system", "ad_user_port_key",
    "coupled_control", "broadcast_neighbor", "lacp_strict",
]  # fmt: skip
SLAVE_OPTIONS = ["queue_id", "prio", "actor_port_prio"]

# Writable files of /sys/class/net/BOND/bonding in Linux 6.1, without slaves and the second name of num_grat_arp.
SYSFS_OF_6_1 = [
    "active_slave", "ad_actor_sys_prio", "ad_actor_system", "ad_select", "ad_user_port_key", "all_slaves_active", "arp_all_targets",
    "arp_interval", "arp_ip_target", "arp_missed_max", "arp_validate", "downdelay", "fail_over_mac", "lacp_active", "lacp_rate",
    "lp_interval", "miimon", "min_links", "mode", "num_grat_arp", "packets_per_slave", "peer_notif_delay", "primary",
    "primary_reselect", "queue_id", "resend_igmp", "tlb_dynamic_lb", "updelay", "use_carrier", "xmit_hash_policy",
]  # fmt: skip

# linkinfo.info_data of "ip -j -d link show" for a fresh bond in 802.3ad: iproute2 6.1.0 on Linux 6.1.
INFO_802_3AD = {
    "mode": "802.3ad", "miimon": 100, "updelay": 0, "downdelay": 0, "peer_notify_delay": 0, "use_carrier": 1, "arp_interval": 0,
    "arp_missed_max": 2, "arp_validate": None, "arp_all_targets": "any", "primary_reselect": "always", "fail_over_mac": "none",
    "xmit_hash_policy": "layer2", "resend_igmp": 1, "num_peer_notif": 1, "all_slaves_active": 0, "min_links": 0, "lp_interval": 1,
    "packets_per_slave": 1, "ad_lacp_active": "on", "ad_lacp_rate": "slow", "ad_select": "stable", "ad_actor_sys_prio": 65535,
    "ad_user_port_key": 0, "ad_actor_system": "00:00:00:00:00:00", "tlb_dynamic_lb": 1,
}  # fmt: skip


def test_the_table_holds_every_option_once():
    assert sorted(name for name, option in options.OPTIONS.items() if option.level == "bond") == sorted(BOND_OPTIONS)
    assert [name for name, option in options.OPTIONS.items() if option.level == "slave"] == SLAVE_OPTIONS
    assert len(options.OPTIONS) == 36


def test_netlink_numbers_are_those_of_if_link_h():
    numbers = {option.netlink.number: name for name, option in options.OPTIONS.items() if option.level == "bond"}
    # 23 is AD_INFO, which is read-only.
    assert sorted(numbers) == [number for number in range(1, 35) if number != 23]
    assert {options.get(name).netlink.number for name in SLAVE_OPTIONS} == {5, 9, 10}
    assert (numbers[11], numbers[20], numbers[28], numbers[31]) == ("primary", "packets_per_slave", "peer_notif_delay", "ns_ip6_target")


def test_sysfs_files_are_those_of_the_kernel():
    assert sorted(option.sysfs for option in options.OPTIONS.values() if option.sysfs) == sorted(SYSFS_OF_6_1)


def test_a_table_entry_that_contradicts_itself_is_refused():
    miimon = options.get("miimon")
    for wrong in ({"minimum": None}, {"acts": ("token-ring",)}, {"acts": ("802.3ad",)}, {"type": "enum"}):
        with pytest.raises(ValueError, match="miimon"):
            dataclasses.replace(miimon, **wrong)


def test_only_state_that_the_driver_moves_is_transient():
    assert [name for name, option in options.OPTIONS.items() if option.transient] == ["active_slave"]


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("mode", "802.3ad", "802.3ad"),
        ("mode", 4, "802.3ad"),
        ("mode", "1", "active-backup"),
        ("lacp_rate", 1, "fast"),
        ("lacp_rate", "FAST", "fast"),
        ("xmit_hash_policy", 5, "vlan+srcmac"),
        ("fail_over_mac", "none", "none"),
        ("use_carrier", True, True),
        ("lacp_active", "off", False),
        ("tlb_dynamic_lb", 0, False),
        ("all_slaves_active", "yes", True),
        ("miimon", 100, 100),
        ("miimon", "100", 100),
        ("num_unsol_na", 3, 3),
        ("prio", -2147483648, -2147483648),
        ("arp_ip_target", "192.0.2.1, 192.0.2.2", ["192.0.2.1", "192.0.2.2"]),
        ("arp_ip_target", ["192.0.2.1"], ["192.0.2.1"]),
        ("arp_ip_target", [], []),
        ("ns_ip6_target", ["2001:DB8:0:0::1"], ["2001:db8::1"]),
        ("ad_actor_system", "02-00-00-00-00-0A", "02:00:00:00:00:0a"),
        ("ad_actor_system", "00:00:00:00:00:00", "00:00:00:00:00:00"),
        ("primary", "eth0", "eth0"),
    ],
)
def test_canonical_form(name, written, expected):
    found = options.canonical(name, written)
    assert found == expected
    assert type(found) is type(expected)
    assert options.canonical(name, found) == found


@pytest.mark.parametrize(
    ("name", "written", "rule"),
    [
        ("mode", 7, r"must be one of balance-rr \(0\)"),
        ("mode", "lacp", "must be one of"),
        ("mode", True, "must be one of"),
        ("lacp_rate", "quick", r"slow \(0\), fast \(1\)"),
        ("miimon", -1, "whole number of milliseconds from 0 to 2147483647, without a unit"),
        ("miimon", "100ms", "without a unit"),
        ("miimon", True, "whole number"),
        ("miimon", 0.1, "whole number"),
        ("miimon", None, "whole number"),
        ("lp_interval", 0, "whole number of seconds from 1 to"),
        ("arp_missed_max", 256, "from 1 to 255$"),
        ("packets_per_slave", 65536, "from 0 to 65535"),
        ("peer_notif_delay", 300001, "from 0 to 300000"),
        ("ad_user_port_key", 1024, "from 0 to 1023"),
        ("prio", 2147483648, "from -2147483648 to 2147483647"),
        ("use_carrier", "maybe", "must be true or false"),
        ("use_carrier", 2, "must be true or false"),
        ("arp_ip_target", "gateway", "gateway is none"),
        ("arp_ip_target", ["2001:db8::1"], "list of IPv4 addresses"),
        ("arp_ip_target", [3221225985], "list of IPv4 addresses"),
        ("arp_ip_target", ["255.255.255.255"], "takes it for no target"),
        ("arp_ip_target", ["192.0.2.1", "192.0.2.1"], "192.0.2.1 twice"),
        ("arp_ip_target", [f"192.0.2.{number}" for number in range(1, 18)], "at most 16 addresses, not 17"),
        ("ns_ip6_target", ["ff02::1"], "unspecified, loopback or multicast"),
        ("ad_actor_system", 3141592, "quote it"),
        ("ad_actor_system", "02:00:00:00:00", "six pairs"),
        ("ad_actor_system", "01:00:5e:00:00:01", "multicast"),
        ("primary", "a-name-that-is-too-long", "1 to 15 characters"),
        ("primary", "../eth0", "without space, slash and colon"),
        ("primary", "", "name of an interface"),
    ],
)
def test_a_value_that_breaks_its_rule_is_refused_with_the_rule(name, written, rule):
    with pytest.raises(ValueError, match=rule):
        options.canonical(name, written)
    assert options.outcome(name, options.get(name).accepted[0], written) == "refused"


@pytest.mark.parametrize(
    ("name", "written", "nearest"),
    [
        ("xmit_hash_policy", "layer3_4", "layer3+4"),
        ("xmit_hash_policy", "L3+4", "layer3+4"),
        ("xmit_hash_policy", "src-dst-ip", None),
        ("lacp_rate", "fst", "fast"),
        ("lacp_rate", 2, None),
        ("miimon", "100ms", 100),
        ("miimon", "100 ms", 100),
        ("miimon", "100s", None),
        ("miimon", 100.0, 100),
        ("miimon", 0.1, None),
        ("miimon", -1, 0),
        ("miimon", True, None),
        ("num_grat_arp", 300, 255),
        ("lp_interval", 0, 1),
        ("use_carrier", "maybe", None),
    ],
)
def test_the_value_that_was_probably_meant(name, written, nearest):
    assert options.nearest_value(name, written) == nearest


@pytest.mark.parametrize(
    ("written", "option"),
    [
        # systemd.netdev(5), netplan's reference and ifenslave's manual.
        ("MIIMonitorSec", "miimon"),
        ("mii-monitor-interval", "miimon"),
        ("bond-miimon", "miimon"),
        ("transmit-hash-policy", "xmit_hash_policy"),
        ("lacp-rat", "lacp_rate"),
        ("zzz", None),
    ],
)
def test_the_option_that_was_probably_meant(written, option):
    assert options.nearest(written) == option


@pytest.mark.parametrize(
    ("name", "mode", "value", "others", "expected"),
    [
        # bonding.rst and BOND_OPTFLAG_*: modes that take an option, and modes in which it has effect.
        ("arp_interval", "802.3ad", 1000, None, "refused"),
        ("arp_interval", "balance-tlb", 1000, None, "refused"),
        ("arp_interval", "broadcast", 1000, None, "acts"),
        ("primary", "802.3ad", "eth0", None, "refused"),
        ("primary", "balance-alb", "eth0", None, "acts"),
        ("lacp_rate", "balance-xor", "fast", None, "refused"),
        ("lacp_rate", "802.3ad", "fast", None, "acts"),
        ("min_links", "802.3ad", 1, None, "acts"),
        ("min_links", "active-backup", 1, None, "inert"),
        ("packets_per_slave", "balance-xor", 2, None, "refused"),
        ("lp_interval", "balance-alb", 5, None, "acts"),
        ("lp_interval", "balance-rr", 5, None, "inert"),
        ("tlb_dynamic_lb", "balance-xor", False, None, "refused"),
        ("xmit_hash_policy", "active-backup", "layer3+4", None, "inert"),
        ("xmit_hash_policy", "balance-xor", "layer3+4", None, "acts"),
        ("fail_over_mac", "802.3ad", "active", None, "inert"),
        ("queue_id", "balance-rr", 16, None, "acts"),
        ("queue_id", "balance-rr", 17, None, "refused"),
        ("prio", "802.3ad", 5, None, "refused"),
        ("arp_validate", "balance-rr", "backup", None, "inert"),
        ("arp_validate", "balance-rr", "active", None, "acts"),
        # Relations to the other options of the bond.
        ("updelay", "active-backup", 250, {"miimon": 100}, "changed"),
        ("updelay", "active-backup", 300, {"miimon": 100}, "acts"),
        ("updelay", "active-backup", 200, {}, "refused"),
        ("updelay", "802.3ad", 200, {}, "acts"),
        ("downdelay", "802.3ad", 50, {}, "changed"),
        ("downdelay", "balance-rr", 0, {"miimon": 0}, "refused"),
        ("peer_notif_delay", "balance-rr", 150, {"miimon": 100}, "changed"),
        ("arp_interval", "balance-rr", 1000, {"miimon": 100}, "refused"),
        ("arp_interval", "balance-rr", 0, {"miimon": 100}, "acts"),
        ("arp_interval", "balance-rr", 1000, {}, "inert"),
        ("arp_interval", "balance-rr", 1000, {"arp_ip_target": ["192.0.2.1"]}, "acts"),
        ("arp_interval", "balance-rr", 1000, {"ns_ip6_target": ["2001:db8::1"]}, "acts"),
        ("arp_validate", "active-backup", "all", {"arp_interval": 1000}, "acts"),
        ("arp_validate", "active-backup", "all", {}, "inert"),
        ("arp_validate", "active-backup", "all", {"miimon": 100}, "refused"),
        ("primary_reselect", "active-backup", "failure", {}, "inert"),
        ("primary_reselect", "active-backup", "failure", {"primary": "eth0"}, "acts"),
        ("primary_reselect", "active-backup", "failure", {"prio": 10}, "acts"),
        ("prio", "active-backup", 10, {"primary": "eth0"}, "inert"),
        # Announced on the netdev list with broadcast_neighbor: only with it does 802.3ad announce its addresses.
        ("num_grat_arp", "802.3ad", 3, {}, "inert"),
        ("num_grat_arp", "802.3ad", 3, {"broadcast_neighbor": True}, "acts"),
        ("num_grat_arp", "balance-xor", 3, {}, "inert"),
        ("xmit_hash_policy", "balance-alb", "layer3+4", {}, "inert"),
        ("xmit_hash_policy", "balance-alb", "layer3+4", {"tlb_dynamic_lb": False}, "acts"),
        ("use_carrier", "balance-rr", False, {"miimon": 0}, "inert"),
    ],
)
def test_outcome(name, mode, value, others, expected):
    found = options.verdict(name, mode, value, others)
    assert found.outcome == expected
    assert options.outcome(name, mode, value, others) == expected
    assert bool(found.reason) == (expected != "acts")


def test_a_delay_is_rounded_down_as_the_kernel_does():
    assert options.verdict("updelay", "active-backup", 250, {"miimon": 100}).value == 200
    assert options.verdict("downdelay", "802.3ad", 99, {}).value == 0


def test_an_option_that_names_a_slave_wants_a_slave():
    slaves = ["eth0", "eth1"]
    assert options.verdict("primary", "active-backup", "eth0", {}, slaves).outcome == "acts"
    assert options.verdict("primary", "active-backup", "eth9", {}, slaves).outcome == "inert"
    assert options.verdict("active_slave", "active-backup", "eth9", {}, slaves).outcome == "refused"


def test_a_bond_with_more_queues_takes_higher_queue_ids():
    assert options.verdict("queue_id", "balance-rr", 17, tx_queues=64).outcome == "acts"


def test_every_inert_value_says_why():
    for option in options.OPTIONS.values():
        for mode in option.accepted:
            for value in option.values or (None,):
                limited = value.acts if value is not None and value.acts is not None else option.acts
                assert mode in limited or option.inert, (option.name, mode)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("miimon", "live"),
        ("xmit_hash_policy", "live"),
        ("primary", "live"),
        ("queue_id", "live"),
        ("lacp_rate", "flap"),
        ("lacp_active", "flap"),
        ("ad_select", "flap"),
        ("ad_user_port_key", "flap"),
        ("tlb_dynamic_lb", "flap"),
        ("coupled_control", "flap"),
        ("mode", "rebuild"),
        ("fail_over_mac", "rebuild"),
    ],
)
def test_cost_of_a_change(name, expected):
    assert options.cost(name) == expected


def test_no_cost_in_a_mode_that_does_not_take_the_option():
    assert options.cost("lacp_rate", "802.3ad") == "flap"
    with pytest.raises(ValueError, match="lacp_rate cannot change in active-backup"):
        options.cost("lacp_rate", "active-backup")


@pytest.mark.parametrize(
    ("mode", "expected"), [("balance-rr", 0), ("active-backup", 0), ("802.3ad", 100), ("balance-tlb", 100), ("balance-alb", 100)]
)
def test_default_of_miimon_depends_on_the_mode(mode, expected):
    assert options.default("miimon", mode) == expected


@pytest.mark.parametrize(
    ("written", "level", "expected"),
    [
        ("mimon", None, "miimon"),
        ("lacp-rate", None, "lacp_rate"),
        ("xmit_hash", "bond", "xmit_hash_policy"),
        ("queueid", "slave", "queue_id"),
        ("queueid", "bond", None),
        ("num_unsol_nas", None, "num_unsol_na"),
        ("colour", None, None),
    ],
)
def test_nearest_name(written, level, expected):
    assert options.nearest(written, level) == expected


def test_the_second_name_of_peer_notifications_is_the_same_option():
    assert options.get("num_unsol_na") is options.get("num_grat_arp")
    assert options.canonical_name("num_unsol_na") == "num_grat_arp"
    with pytest.raises(KeyError):
        options.get("slaves")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("miimon", 100, ["miimon", "100"]),
        ("peer_notif_delay", 200, ["peer_notify_delay", "200"]),
        ("use_carrier", False, ["use_carrier", "0"]),
        ("lacp_active", False, ["lacp_active", "off"]),
        ("lacp_rate", "fast", ["lacp_rate", "fast"]),
        ("arp_ip_target", ["192.0.2.1", "192.0.2.2"], ["arp_ip_target", "192.0.2.1,192.0.2.2"]),
        ("arp_ip_target", [], ["arp_ip_target", ""]),
        ("primary", "eth0", ["primary", "eth0"]),
        ("prio", -5, ["prio", "-5"]),
    ],
)
def test_words_of_iproute2(name, value, words):
    assert options.to_iproute2(name, value) == words


@pytest.mark.parametrize(("name", "value"), [("primary", None), ("lacp_strict", True)])
def test_what_iproute2_cannot_say(name, value):
    with pytest.raises(ValueError, match=name):
        options.to_iproute2(name, value)


def test_lines_for_sysfs():
    assert options.to_sysfs("mode", "802.3ad") == ["802.3ad"]
    assert options.to_sysfs("lacp_active", True) == ["1"]
    assert options.to_sysfs("primary", None) == [""]
    assert options.to_sysfs("queue_id", 2, slave="eth1") == ["eth1:2"]
    assert options.to_sysfs("arp_ip_target", ["192.0.2.2", "192.0.2.3"], current=["192.0.2.1", "192.0.2.2"]) == ["-192.0.2.1", "+192.0.2.3"]
    with pytest.raises(ValueError, match="no file in sysfs"):
        options.to_sysfs("ns_ip6_target", ["2001:db8::1"])


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("mode", "802.3ad 4\n", "802.3ad"),
        ("lacp_active", "on 1\n", True),
        ("use_carrier", "1\n", True),
        ("miimon", "100\n", 100),
        ("arp_ip_target", "192.0.2.1 192.0.2.2 \n", ["192.0.2.1", "192.0.2.2"]),
        ("arp_ip_target", "\n", []),
        ("primary", "\n", None),
        ("active_slave", "eth0\n", "eth0"),
    ],
)
def test_value_read_from_sysfs(name, text, expected):
    assert options.from_sysfs(name, text) == expected


def test_what_iproute2_prints_of_a_fresh_bond_are_the_defaults():
    found = options.read_info(INFO_802_3AD)
    shown = {name: value for name, value in found.items() if name not in ("arp_ip_target", "ns_ip6_target", "primary", "active_slave")}
    assert shown == {name: options.default(name, "802.3ad") for name in shown}
    assert len(shown) == len(INFO_802_3AD)
    assert (found["arp_validate"], found["arp_ip_target"], found["primary"], found["lacp_active"]) == ("none", [], None, True)


def test_what_iproute2_prints_of_a_slave():
    info = {"state": "ACTIVE", "mii_status": "UP", "link_failure_count": 0, "perm_hwaddr": "02:00:00:00:00:01", "queue_id": 2, "prio": -3}
    assert options.read_info(info, "slave") == {"queue_id": 2, "prio": -3}


@pytest.mark.parametrize(
    ("name", "backend", "value", "expected"),
    [
        ("miimon", "networkd", 100, ("MIIMonitorSec", "100ms")),
        ("mode", "networkd", "802.3ad", ("Mode", "802.3ad")),
        ("tlb_dynamic_lb", "networkd", False, ("DynamicTransmitLoadBalancing", "no")),
        ("arp_ip_target", "networkd", ["192.0.2.1", "192.0.2.2"], ("ARPIPTargets", "192.0.2.1 192.0.2.2")),
        ("miimon", "networkmanager", 100, ("miimon", "100")),
        ("lacp_active", "networkmanager", False, ("lacp_active", "off")),
        ("use_carrier", "networkmanager", True, ("use_carrier", "1")),
        ("arp_ip_target", "networkmanager", ["192.0.2.1", "192.0.2.2"], ("arp_ip_target", "192.0.2.1,192.0.2.2")),
        ("queue_id", "networkmanager", 3, ("queue-id", "3")),
        ("miimon", "netplan", 100, ("mii-monitor-interval", "100")),
        ("arp_ip_target", "ifenslave", ["192.0.2.1", "192.0.2.2"], ("bond-arp-ip-target", "192.0.2.1 192.0.2.2")),
        ("xmit_hash_policy", "ifenslave", "layer3+4", ("bond-xmit-hash-policy", "layer3+4")),
        ("use_carrier", "ifupdown2", False, ("bond-use-carrier", "no")),
        ("peer_notif_delay", "ifupdown_ng", 200, ("bond-peer-notify-delay", "200")),
        ("min_links", "initscripts", 1, ("min_links", "1")),
        ("ad_user_port_key", "wicked", 7, ("ad_user_port_key", "7")),
    ],
)
def test_spelling_of_a_back_end(name, backend, value, expected):
    assert options.to_backend(name, backend, value) == expected


@pytest.mark.parametrize(
    ("name", "backend", "value", "version", "reason"),
    [
        ("use_carrier", "networkd", False, None, "networkd has no key for use_carrier"),
        ("lp_interval", "networkd", 2, None, "LearnPacketIntervalSec= is sent only"),
        ("xmit_hash_policy", "networkd", "vlan+srcmac", None, "TransmitHashPolicy takes layer2,"),
        ("arp_missed_max", "networkd", 3, "252", "came with networkd 256, this is 252"),
        ("arp_validate", "networkd", "filter", "252", "ARPValidate takes none, active, backup, all only"),
        ("arp_missed_max", "networkmanager", 3, "1.42.4", "came with networkmanager 1.44"),
        ("actor_port_prio", "networkmanager", 3, None, "no key"),
        ("min_links", "ifenslave", 1, None, "no key"),
        ("queue_id", "ifenslave", 1, None, "file that does not exist"),
        ("miimon", "ifupdown2", 300, None, "cannot be more than 255"),
        ("resend_igmp", "netplan", 0, None, "cannot be less than 1"),
        ("prio", "initscripts", 1, None, "no key"),
    ],
)
def test_what_a_back_end_cannot_say(name, backend, value, version, reason):
    assert reason in options.inexpressible(name, backend, value, version)
    with pytest.raises(ValueError, match=re.escape(reason)):
        options.to_backend(name, backend, value, version)


def test_what_a_back_end_can_say_in_this_version():
    assert options.inexpressible("arp_missed_max", "networkd", 3, "257.4-1") is None
    assert options.to_backend("all_slaves_active", "netplan", True, "0.105") == ("all-slaves-active", "true")
    assert options.to_backend("all_slaves_active", "netplan", True, "0.106") == ("all-members-active", "true")


# Number of bond and slave options that each back end can express, counted in its documentation and source, without active_slave.
@pytest.mark.parametrize(
    ("backend", "count"),
    [("networkd", 25), ("networkmanager", 31), ("netplan", 20), ("ifenslave", 17), ("ifupdown2", 15), ("initscripts", 28), ("wicked", 25)],
)
def test_number_of_options_that_a_back_end_expresses(backend, count):
    assert sum(options.backend_key(name, backend) is not None for name in options.OPTIONS) == count


def test_every_key_belongs_to_an_option():
    for backend in options.BACKENDS:
        assert set(options.KEYS[backend]) <= set(options.OPTIONS)


def test_relations_name_options_and_outcomes():
    for relation in options.RELATIONS:
        assert {relation.option, *relation.others} <= set(options.OPTIONS)
        assert relation.outcome in options.OUTCOMES
        assert relation.kind in ("needs", "needs_unset", "multiple_of")
    assert len({relation.id for relation in options.RELATIONS}) == len(options.RELATIONS)
