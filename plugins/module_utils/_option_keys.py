# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""How each back end spells the options: its key, its unit, the version that brought it and what it cannot say. Data for ``_options``.

Sources: systemd.netdev(5), systemd.network(5) and networkd's ``bond.c``; NetworkManager's NEWS and ``nm-setting-bond.c``;
netplan's ``parse.c``; the scripts of ifenslave 2.13, ifupdown2 3.9, ifupdown-ng 0.11 and the Fedora initscripts; wicked's ``bonding.c``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Optional, Tuple

BACKENDS = ("networkd", "networkmanager", "netplan", "ifenslave", "ifupdown2", "ifupdown_ng", "initscripts", "wicked")


@dataclass(frozen=True)
class Syntax:
    """How a back end writes types.

    ``boolean`` is (false, true); ``separator`` joins a list (a line feed: one key for each item); ``ms`` follows a number of milliseconds.
    """

    boolean: Tuple[str, str]
    separator: str
    ms: str = ""


@dataclass(frozen=True)
class Key:
    """A back end's spelling of one option.

    ``section``: where it stands, None for the place of the bond's other options. ``since``: version of the back end, None if older than
    any supported.
    ``values``, ``minimum``, ``maximum``: what it can say, where that is less than the kernel takes. ``older``: (version, key) used before
    that version.
    ``boolean``: its own spelling of false and true.
    """

    key: str
    section: Optional[str] = None
    since: Optional[str] = None
    values: Optional[Tuple[str, ...]] = None
    minimum: Optional[int] = None
    maximum: Optional[int] = None
    older: Optional[Tuple[str, str]] = None
    boolean: Optional[Tuple[str, str]] = None
    note: str = ""


SYNTAX = {
    "networkd": Syntax(("no", "yes"), " ", ms="ms"),
    "networkmanager": Syntax(("0", "1"), ","),
    "netplan": Syntax(("false", "true"), ", "),
    "ifenslave": Syntax(("0", "1"), " "),
    "ifupdown2": Syntax(("no", "yes"), "\n"),
    "ifupdown_ng": Syntax(("0", "1"), ","),
    "initscripts": Syntax(("0", "1"), ","),
    "wicked": Syntax(("0", "1"), ","),
}

_HASH_WITHOUT_VLAN = ("layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4")
_ON_OFF = ("off", "on")
_SLAVE_FILE = "in the slave's .network file"

_NETWORKD = {
    "mode": Key("Mode", since="216"),
    "miimon": Key("MIIMonitorSec", since="216"),
    "updelay": Key("UpDelaySec", since="216"),
    "downdelay": Key("DownDelaySec", since="216"),
    "peer_notif_delay": Key("PeerNotifyDelaySec", since="256"),
    "arp_interval": Key("ARPIntervalSec", since="220"),
    "arp_ip_target": Key("ARPIPTargets", since="220", note="sent only while ARPIntervalSec is set"),
    "arp_validate": Key("ARPValidate", since="220", values=("none", "active", "backup", "all")),
    "arp_all_targets": Key("ARPAllTargets", since="220"),
    "arp_missed_max": Key("ARPMissedMax", since="256"),
    "primary": Key("PrimarySlave", section="Network", since="235", boolean=_ON_OFF, note=_SLAVE_FILE + "; the version is unconfirmed"),
    "primary_reselect": Key("PrimaryReselectPolicy", since="220"),
    "fail_over_mac": Key("FailOverMACPolicy", since="220", note="sent only in active-backup and to a bond without slaves"),
    "num_grat_arp": Key("GratuitousARP", since="220"),
    "all_slaves_active": Key("AllSlavesActive", since="220"),
    "min_links": Key("MinLinks", since="220", note="0 is never sent"),
    "resend_igmp": Key("ResendIGMP", since="220"),
    "packets_per_slave": Key("PacketsPerSlave", since="220"),
    "tlb_dynamic_lb": Key("DynamicTransmitLoadBalancing", since="240"),
    "xmit_hash_policy": Key("TransmitHashPolicy", since="216", values=_HASH_WITHOUT_VLAN),
    "lacp_rate": Key("LACPTransmitRate", since="216", note="sent only in 802.3ad and while the bond is down"),
    "ad_select": Key(
        "AdSelect", since="220", values=("stable", "bandwidth", "count"), note="sent only in 802.3ad and while the bond is down"
    ),
    "ad_actor_sys_prio": Key("AdActorSystemPriority", since="240"),
    "ad_actor_system": Key("AdActorSystem", since="240"),
    "ad_user_port_key": Key("AdUserPortKey", since="240", note="0 is never sent"),
}

_NM_PLAIN = (
    "mode", "miimon", "updelay", "downdelay", "use_carrier", "arp_interval", "arp_ip_target", "arp_validate", "arp_all_targets",
    "primary", "primary_reselect", "fail_over_mac", "num_grat_arp", "all_slaves_active", "min_links", "resend_igmp", "lp_interval",
    "packets_per_slave", "tlb_dynamic_lb", "xmit_hash_policy", "lacp_rate", "ad_actor_sys_prio", "ad_actor_system", "ad_user_port_key",
)  # fmt: skip
_NETWORKMANAGER = {
    **{name: Key(name) for name in _NM_PLAIN},
    "ad_select": Key("ad_select", values=("stable", "bandwidth", "count")),
    "peer_notif_delay": Key("peer_notif_delay", since="1.34", note="also backported to 1.32.4"),
    "ns_ip6_target": Key("ns_ip6_target", since="1.44"),
    "arp_missed_max": Key("arp_missed_max", since="1.44"),
    "lacp_active": Key("lacp_active", since="1.44", boolean=_ON_OFF),
    "queue_id": Key("queue-id", section="bond-port", since="1.34"),
    "prio": Key("prio", section="bond-port", since="1.44", note="also backported to 1.42.8"),
}

_NETPLAN = {
    "mode": Key("mode"),
    "miimon": Key("mii-monitor-interval"),
    "updelay": Key("up-delay"),
    "downdelay": Key("down-delay"),
    "arp_interval": Key("arp-interval"),
    "arp_ip_target": Key("arp-ip-targets"),
    "arp_validate": Key("arp-validate", values=("none", "active", "backup", "all"), note="others reach NetworkManager unchecked"),
    "arp_all_targets": Key("arp-all-targets"),
    "primary": Key("primary"),
    "primary_reselect": Key("primary-reselect-policy"),
    "fail_over_mac": Key("fail-over-mac-policy"),
    "num_grat_arp": Key("gratuitous-arp", minimum=1, note="0 is read and not written"),
    "all_slaves_active": Key("all-members-active", older=("0.106", "all-slaves-active")),
    "min_links": Key("min-links"),
    "resend_igmp": Key("resend-igmp", minimum=1, note="0 is read and not written"),
    "lp_interval": Key("learn-packet-interval"),
    "packets_per_slave": Key("packets-per-member", older=("0.106", "packets-per-slave"), minimum=1, note="0 is read and not written"),
    "xmit_hash_policy": Key("transmit-hash-policy", values=_HASH_WITHOUT_VLAN, note="others reach NetworkManager unchecked"),
    "lacp_rate": Key("lacp-rate"),
    "ad_select": Key("ad-select", values=("stable", "bandwidth", "count")),
}

_IFENSLAVE = {
    name: Key("bond-" + name.replace("_", "-"))
    for name in (
        "mode", "miimon", "updelay", "downdelay", "use_carrier", "arp_interval", "arp_ip_target", "arp_validate", "primary",
        "primary_reselect", "fail_over_mac", "num_grat_arp", "packets_per_slave", "tlb_dynamic_lb", "xmit_hash_policy", "lacp_rate",
        "ad_select",
    )
}  # fmt: skip

_IFUPDOWN2 = {
    "mode": Key("bond-mode"),
    "miimon": Key("bond-miimon", maximum=255),
    "updelay": Key("bond-updelay", maximum=65535),
    "downdelay": Key("bond-downdelay", maximum=65535),
    "use_carrier": Key("bond-use-carrier"),
    "arp_interval": Key("bond-arp-interval", note="dropped outside balance-rr and balance-xor"),
    "arp_ip_target": Key("bond-arp-ip-target"),
    "primary": Key("bond-primary"),
    "primary_reselect": Key("bond-primary-reselect"),
    "num_grat_arp": Key("bond-num-grat-arp"),
    "min_links": Key("bond-min-links", maximum=255),
    "xmit_hash_policy": Key("bond-xmit-hash-policy"),
    "lacp_rate": Key("bond-lacp-rate"),
    "ad_actor_sys_prio": Key("bond-ad-actor-sys-prio"),
    "ad_actor_system": Key("bond-ad-actor-system"),
}

# Its script hands every bond-* key to "ip link add ... type bond" with dashes turned into underscores, and it never changes a bond that
# exists.
_IFUPDOWN_NG_KEYS = (
    "mode", "miimon", "updelay", "downdelay", "use_carrier", "arp_interval", "arp_ip_target", "ns_ip6_target", "arp_validate",
    "arp_all_targets", "arp_missed_max", "primary", "primary_reselect", "fail_over_mac", "num_grat_arp", "all_slaves_active", "min_links",
    "resend_igmp", "lp_interval", "packets_per_slave", "tlb_dynamic_lb", "xmit_hash_policy", "lacp_rate", "ad_select",
    "ad_actor_sys_prio", "ad_actor_system", "ad_user_port_key",
)  # fmt: skip
_IFUPDOWN_NG = {
    **{name: Key("bond-" + name.replace("_", "-")) for name in _IFUPDOWN_NG_KEYS},
    "peer_notif_delay": Key("bond-peer-notify-delay"),
    "lacp_active": Key("bond-lacp-active", boolean=_ON_OFF),
    "coupled_control": Key("bond-coupled-control", boolean=_ON_OFF, note="iproute2 later than 6.1"),
    "broadcast_neighbor": Key("bond-broadcast-neighbor", boolean=_ON_OFF, note="iproute2 later than 6.1; the keyword is unconfirmed"),
}

_INITSCRIPTS = {
    name: Key(name)
    for name in (
        "mode", "miimon", "updelay", "downdelay", "peer_notif_delay", "use_carrier", "arp_interval", "arp_ip_target", "arp_validate",
        "arp_all_targets", "arp_missed_max", "primary", "primary_reselect", "fail_over_mac", "num_grat_arp", "all_slaves_active",
        "min_links", "resend_igmp", "lp_interval", "packets_per_slave", "tlb_dynamic_lb", "xmit_hash_policy", "lacp_active", "lacp_rate",
        "ad_select", "ad_actor_sys_prio", "ad_actor_system", "ad_user_port_key",
    )
}  # fmt: skip

_WICKED = {
    **{
        name: Key(name)
        for name in (
            "mode", "miimon", "updelay", "downdelay", "use_carrier", "arp_interval", "arp_ip_target", "arp_validate", "arp_all_targets",
            "primary", "primary_reselect", "fail_over_mac", "num_grat_arp", "all_slaves_active", "min_links", "resend_igmp",
            "lp_interval", "packets_per_slave", "tlb_dynamic_lb", "lacp_rate", "ad_select", "ad_actor_sys_prio", "ad_actor_system",
        )
    },
    "xmit_hash_policy": Key("xmit_hash_policy", values=_HASH_WITHOUT_VLAN),
    "ad_user_port_key": Key("ad_user_port_key", minimum=1),
}  # fmt: skip

KEYS: Dict[str, Dict[str, Key]] = {
    "networkd": _NETWORKD,
    "networkmanager": _NETWORKMANAGER,
    "netplan": _NETPLAN,
    "ifenslave": _IFENSLAVE,
    "ifupdown2": _IFUPDOWN2,
    "ifupdown_ng": _IFUPDOWN_NG,
    "initscripts": _INITSCRIPTS,
    "wicked": _WICKED,
}

# Why a key that the back end documents is not in the table above.
DEAD_KEYS = {
    ("networkd", "lp_interval"): "LearnPacketIntervalSec= is sent only together with an ARP interval, which the modes that learn refuse",
    ("ifenslave", "queue_id"): "bond-queue-id writes to a file that does not exist (ifenslave 2.13)",
    ("ifenslave", "active_slave"): "bond-active-slave is written before there are slaves (ifenslave 2.13)",
    ("initscripts", "queue_id"): "it is written before there are slaves",
    ("initscripts", "active_slave"): "it is written before there are slaves",
}
