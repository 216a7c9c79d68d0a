# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers recorded on Debian's 6.1.176 with iproute2 6.1, and what is known of older kernels and tools."""

from __future__ import annotations

import json
import subprocess

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _capabilities, _options

FILES_6_1 = [
    "active_slave", "ad_actor_sys_prio", "ad_actor_system", "ad_select", "ad_user_port_key", "all_slaves_active", "arp_all_targets",
    "arp_interval", "arp_ip_target", "arp_missed_max", "arp_validate", "downdelay", "fail_over_mac", "lacp_active",
    "lacp_rate", "lp_interval",
    "miimon", "min_links", "mode", "num_grat_arp", "num_unsol_na", "packets_per_slave", "peer_notif_delay", "primary", "primary_reselect",
    "queue_id", "resend_igmp", "slaves", "tlb_dynamic_lb", "updelay", "use_carrier", "xmit_hash_policy",
]  # fmt: skip
HASHES_6_1 = ["layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4", "vlan+srcmac"]
BOND_6_1 = {
    "ifname": "scratch",
    "linkinfo": {
        "info_kind": "bond",
        "info_data": {
            "mode": "802.3ad", "miimon": 100, "updelay": 0, "downdelay": 0, "peer_notify_delay": 0, "use_carrier": 1, "arp_interval": 0,
            "arp_missed_max": 2, "arp_ip_target": ["192.0.2.1"], "ns_ip6_target": ["2001:db8::1"], "arp_validate": None,
            "arp_all_targets": "any",
            "primary_reselect": "always", "fail_over_mac": "none", "xmit_hash_policy": "vlan+srcmac", "resend_igmp": 1,
            "num_peer_notif": 1,
            "all_slaves_active": 0, "min_links": 0, "lp_interval": 1, "packets_per_slave": 1, "ad_lacp_active": "on",
            "ad_lacp_rate": "slow",
            "ad_select": "stable", "ad_actor_sys_prio": 65535, "ad_user_port_key": 0, "ad_actor_system": "00:00:00:00:00:00",
            "tlb_dynamic_lb": 1,
        },
    },
}  # fmt: skip
SLAVE_6_1 = {
    "ifname": "slave",
    "linkinfo": {
        "info_kind": "veth",
        "info_slave_kind": "bond",
        "info_slave_data": {"state": "BACKUP", "mii_status": "DOWN", "link_failure_count": 0, "queue_id": 0, "prio": 0},
    },
}
LOOPBACK = {"ifname": "lo"}
# The driver of RHEL 7.9 has neither peer_notif_delay nor anything newer.
NEWER_THAN_EL7 = {"peer_notif_delay", "arp_missed_max", "lacp_active"}


def answer(links=None, files=None, hashes=None):
    files, hashes = FILES_6_1 if files is None else files, HASHES_6_1 if hashes is None else hashes
    lines = ["driver loaded", "bond made", *(f"file {name}" for name in files), *(f"hash {name}" for name in hashes)]
    return "\n".join(lines + ([f"links {json.dumps(links)}"] if links is not None else ["links "])) + "\n"


def probe(out, may_load=True):
    calls = []

    def run(argv, timeout):
        calls.append(argv)
        return 0, out, ""

    return _capabilities.probe(run, may_load), calls


def test_debian_12_has_all_but_what_later_kernels_brought():
    found, calls = probe(answer([LOOPBACK, BOND_6_1, SLAVE_6_1]))
    missing = {name for name in _options.OPTIONS if name not in found["options"]}
    assert missing == {"coupled_control", "broadcast_neighbor", "lacp_strict", "actor_port_prio"}
    assert found["hash_policies"] == HASHES_6_1
    assert (found["bonding"], found["unknown"]) == (True, [])
    assert len(calls) == 1


def test_without_a_slave_its_netlink_options_are_unknown():
    found, _calls = probe(answer([LOOPBACK, BOND_6_1]))
    assert found["unknown"] == ["prio", "actor_port_prio"]
    assert _capabilities.has(found, "prio") is None
    assert _capabilities.has(found, "queue_id") is True


def test_an_old_iproute2_without_json_leaves_sysfs_to_tell():
    found, _calls = probe(answer(None, [name for name in FILES_6_1 if name not in NEWER_THAN_EL7], HASHES_6_1[:5]))
    assert _capabilities.has(found, "min_links") is True
    assert _capabilities.has(found, "peer_notif_delay") is None
    assert _capabilities.has(found, "xmit_hash_policy", "layer3+4") is True
    assert _capabilities.has(found, "xmit_hash_policy", "vlan+srcmac") is False


def test_without_sysfs_netlink_tells():
    found, _calls = probe(answer([BOND_6_1, SLAVE_6_1], files=[]))
    assert _capabilities.has(found, "lacp_active") is True
    assert _capabilities.has(found, "primary") is True
    assert _capabilities.has(found, "lacp_strict") is False


@pytest.mark.parametrize(
    ("out", "bonding"),
    [
        ("driver absent\n", False),
        ("driver available\n", True),
        ("driver unknown\n", None),
        ("driver loaded\n", True),  # unshare was not allowed
        ("", None),  # no shell, no answer in time
        ("driver loaded\nbond made\nlinks \n", True),
    ],
)
def test_what_cannot_be_known_is_none(out, bonding):
    found, _calls = probe(out, may_load=False)
    assert found == {"bonding": bonding, "options": None, "unknown": [], "hash_policies": None}
    assert _capabilities.has(found, "miimon") is None


def test_the_scripts_are_valid_shell_and_keep_out_of_the_hosts_network():
    _found, [[shell, flag, outer, _name, _load, inner]] = probe("")
    assert (shell, flag) == ("sh", "-c")
    for script in (outer, inner):
        subprocess.run(["sh", "-n"], input=script, text=True, check=True)
    # The driver's default max_bonds of 1 would make a bond0 on the host, and "ip link add" loads the driver with it.
    assert "modprobe bonding max_bonds=0" in outer
    assert "ip link" not in outer
    assert outer.index("/sys/module/bonding ] ||") < outer.index("unshare -n -m")


@pytest.mark.parametrize(("may_load", "word"), [(True, "load"), (False, "keep")])
def test_check_mode_hands_on_that_nothing_may_be_loaded(may_load, word):
    _found, [argv] = probe("", may_load)
    assert argv[4] == word
