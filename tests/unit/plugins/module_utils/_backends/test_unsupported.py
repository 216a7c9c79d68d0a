# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a back end cannot keep is refused by name or carried by its own hook, never left out. Sources: reference of each back end's code."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _base
from ansible_collections.trunkline.bonding.tests.unit.plugins.module_utils._backends import fake_host

VERSIONS = {"networkd": "252", "networkmanager": "1.42.4", "ifupdown": "0.8.41"}


def refused(name, mode, options, version=None, slave_options=None, files=None):
    bond = {"name": "bond0", "mode": mode, "options": options, "slaves": ["eth0", "eth1"], "slave_options": slave_options or {}}
    facts = {"version": version or VERSIONS[name], "active": True, "claims": {}, "variant": None}
    host = fake_host.Host(files or {**fake_host.NETWORKD, **fake_host.IFUPDOWN})
    backend = _base.BACKENDS[name]
    intent = fake_host.completed({"bonds": [bond]})
    found = backend.unsupported(intent, facts)
    if not found:
        text = "".join(target["content"] for target in backend.render(intent, facts, host).values() if target)
        return [], text
    return sorted({item.path.rpartition(".")[2] for item in found}), ""


@pytest.mark.parametrize(
    ("name", "mode", "options", "version", "expected"),
    [
        ("networkd", "802.3ad", {"miimon": 100, "lacp_active": False}, None, ["lacp_active"]),
        ("networkd", "802.3ad", {"miimon": 100, "lacp_active": True}, None, []),
        ("networkd", "active-backup", {"miimon": 100, "use_carrier": False}, None, ["use_carrier"]),
        ("networkd", "balance-xor", {"miimon": 100, "xmit_hash_policy": "vlan+srcmac"}, None, ["xmit_hash_policy"]),
        ("networkd", "balance-tlb", {"miimon": 100, "lp_interval": 5}, None, ["lp_interval"]),
        ("networkd", "balance-tlb", {"miimon": 100, "lp_interval": 1}, None, []),
        ("networkd", "active-backup", {"miimon": 100, "peer_notif_delay": 100}, "255", ["peer_notif_delay"]),
        ("networkd", "active-backup", {"miimon": 100, "peer_notif_delay": 100}, "256", []),
        (
            "networkd",
            "active-backup",
            {"arp_interval": 100, "arp_ip_target": ["192.0.2.1"], "arp_missed_max": 5},
            "252",
            ["arp_missed_max"],
        ),
        (
            "networkd",
            "active-backup",
            {"arp_interval": 100, "arp_ip_target": ["192.0.2.1"], "arp_validate": "filter"},
            None,
            ["arp_validate"],
        ),
        ("networkd", "active-backup", {"arp_interval": 100, "ns_ip6_target": ["2001:db8::1"]}, "257", ["ns_ip6_target"]),
        ("networkd", "802.3ad", {"miimon": 0}, None, ["miimon"]),
        ("networkd", "active-backup", {"miimon": 100, "ad_select": "count"}, None, ["ad_select"]),
        ("networkd", "802.3ad", {"miimon": 100, "fail_over_mac": "active"}, None, ["fail_over_mac"]),
        ("networkmanager", "802.3ad", {"miimon": 100, "lacp_active": False}, "1.42.4", ["lacp_active"]),
        ("networkmanager", "802.3ad", {"miimon": 100, "lacp_active": False}, "1.44.0", []),
        ("networkmanager", "802.3ad", {"miimon": 100, "coupled_control": False}, "1.58.0", ["coupled_control"]),
        ("networkmanager", "802.3ad", {"miimon": 100, "lacp_strict": True}, "1.58.0", ["lacp_strict"]),
        ("ifupdown", "802.3ad", {"miimon": 100, "lacp_strict": True}, None, ["lacp_strict"]),
    ],
)
def test_what_nothing_carries_is_refused(name, mode, options, version, expected):
    assert refused(name, mode, options, version)[0] == expected


@pytest.mark.parametrize(
    ("name", "version", "slave_options"),
    [("networkd", "257", {"queue_id": 2}), ("networkd", "257", {"prio": 10})],
)
def test_networkd_has_no_slave_options(name, version, slave_options):
    assert refused(name, "active-backup", {"miimon": 100}, version, {"eth1": slave_options})[0] == list(slave_options)


@pytest.mark.parametrize(
    ("name", "mode", "options", "slave_options", "lines"),
    [
        ("ifupdown", "802.3ad", {"min_links": 1}, {}, ["post-up ip link set dev bond0 type bond min_links 1 || true"]),
        ("ifupdown", "802.3ad", {"ad_user_port_key": 7}, {}, ["type bond mode 802.3ad ad_user_port_key 7"]),
        ("ifupdown", "802.3ad", {"lacp_active": False}, {}, ["type bond mode 802.3ad lacp_active off"]),
        ("ifupdown", "active-backup", {"resend_igmp": 3}, {}, ["post-up ip link set dev bond0 type bond resend_igmp 3 || true"]),
        ("ifupdown", "active-backup", {}, {"eth1": {"queue_id": 2}}, ["post-up ip link set dev eth1 type bond_slave queue_id 2 || true"]),
        ("ifupdown", "balance-tlb", {"lp_interval": 5}, {}, ["post-up ip link set dev bond0 type bond lp_interval 5 || true"]),
        ("networkmanager", "active-backup", {}, {"eth1": {"prio": 10}}, ['"eth1 up")', "    ip link set dev eth1 type bond_slave prio 10"]),
        ("networkmanager", "802.3ad", {"broadcast_neighbor": True}, {}, ["    ip link set dev bond0 type bond broadcast_neighbor on"]),
    ],
)
def test_what_a_hook_can_carry_is_in_the_hook(name, mode, options, slave_options, lines):
    found, text = refused(name, mode, {"miimon": 100, **options}, slave_options=slave_options)
    assert found == []
    assert [line for line in lines if line.replace('"', "'") not in text.replace('"', "'")] == []


@pytest.mark.parametrize("name", list(VERSIONS))
def test_a_default_is_no_reason_to_refuse(name):
    options = {"miimon": 100, "min_links": 0, "ad_actor_system": "00:00:00:00:00:00", "lp_interval": 1, "ad_user_port_key": 0}
    assert refused(name, "802.3ad", options)[0] == []


@pytest.mark.parametrize(
    ("name", "gone", "wanted", "expected"),
    [
        ("ifupdown", "/etc/network/if-pre-up.d/ifenslave", fake_host.VARIABLES["bond"], "host.backend-package"),
        ("ifupdown", "/etc/network/if-pre-up.d/bridge", fake_host.VARIABLES["stack"], "host.backend-package"),
        ("networkd", "/run/systemd/resolve/x", fake_host.VARIABLES["bond"], "host.dns-unserved"),
        ("ifupdown", "/run/systemd/resolve/x", fake_host.VARIABLES["bond"], "host.dns-unserved"),
    ],
)
def test_what_the_host_lacks_is_said(name, gone, wanted, expected):
    files = {**fake_host.NETWORKD, **fake_host.IFUPDOWN, "/run/systemd/resolve/x": "", "/etc/network/if-up.d/resolved": ""}
    facts = {"version": VERSIONS[name], "active": True, "claims": {}, "variant": None}
    intent = fake_host.completed(wanted)
    whole = _base.BACKENDS[name].unsupported(intent, facts, fake_host.Host(files))
    files.pop(gone)
    lacking = _base.BACKENDS[name].unsupported(intent, facts, fake_host.Host(files))
    assert (expected in [item.id for item in whole], expected in [item.id for item in lacking]) == (False, True)


def test_ifenslave_under_networkmanager_is_refused_because_it_releases_slaves():
    files = {"/etc/NetworkManager/dispatcher.d/01-ifupdown": "", "/etc/network/if-post-down.d/ifenslave": ""}
    intent = fake_host.completed(fake_host.VARIABLES["bond"])
    facts = {"version": "1.42.4", "active": True, "claims": {}}
    assert "host.ifenslave-in-the-way" in [
        item.id for item in _base.BACKENDS["networkmanager"].unsupported(intent, facts, fake_host.Host(files))
    ]


@pytest.mark.parametrize(("name", "expected"), [("networkd", ["host.zone-unserved"]), ("networkmanager", []), ("ifupdown", [])])
def test_a_firewall_zone_is_kept_or_refused(name, expected):
    intent = fake_host.completed({"addresses": {"eth0": {"addresses": ["192.0.2.1/24"], "zone": "dmz"}}})
    facts = {"version": VERSIONS[name], "active": True, "claims": {}, "variant": None}
    assert [item.id for item in _base.BACKENDS[name].unsupported(intent, facts)] == expected
    if not expected:
        assert "dmz" in "".join(
            target["content"] for target in _base.BACKENDS[name].render(intent, facts, fake_host.Host(fake_host.IFUPDOWN)).values()
        )
