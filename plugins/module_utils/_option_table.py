# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The 36 options of the kernel's bonding driver as data: 33 of the bond, 3 of the slave.

``num_grat_arp`` and ``num_unsol_na`` are two names of one value since Linux 3.0, so they are one entry with an alias.
``slaves`` is membership, not an option. Use the accessors of ``_options`` rather than this file.

Sources: the driver's ``bond_options.c`` and ``bond_netlink.c``, the kernel's ``Documentation/networking/bonding.rst``, and Linux 6.1 itself
(``tests/lab/kernel_options.py`` compares every border and name of this table with the kernel).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Optional, Tuple

RR = "balance-rr"
AB = "active-backup"
XOR = "balance-xor"
BROADCAST = "broadcast"
AD = "802.3ad"
TLB = "balance-tlb"
ALB = "balance-alb"
MODES = (RR, AB, XOR, BROADCAST, AD, TLB, ALB)

WITH_ACTIVE_SLAVE = (AB, TLB, ALB)
WITH_ARP_MONITOR = (RR, AB, XOR, BROADCAST)

INT_MAX = 2147483647
MAX_TARGETS = 16
DEFAULT_TX_QUEUES = 16


@dataclass(frozen=True)
class Netlink:
    """An attribute of IFLA_INFO_DATA (bond) or IFLA_INFO_SLAVE_DATA (slave).

    ``type`` is u8, u16, u32, s32, ifindex, mac, ipv4[] or ipv6[].
    """

    attribute: str
    number: int
    type: str


@dataclass(frozen=True)
class Since:
    """The kernel that brought an option or a value. ``confirmed`` is False where no source was read that names the release."""

    kernel: str
    source: str
    confirmed: bool = True


@dataclass(frozen=True)
class Value:
    """One named value of an enumeration. ``acts``: the modes in which it takes effect, where they are fewer than the option's."""

    name: str
    number: int
    acts: Optional[Tuple[str, ...]] = None
    since: Optional[Since] = None


@dataclass(frozen=True)
class Option:
    """One option.

    ``type`` is enum, int, bool, ipv4_list, ipv6_list, mac or interface; ``unit`` is ms, s, count or None.
    ``accepted``: modes in which the kernel takes it; ``acts``: modes in which it has an effect, ``inert`` says why it has none elsewhere.
    ``bond_down`` and ``no_slaves``: what must hold before the kernel lets it change, even to the value that it has already.
    ``sysfs``: writable file below /sys/class/net/BOND/bonding or None; ``iproute2``: keyword or None;
    ``json``: key in the output of ``ip -d -j link``. ``transient``: state that the driver changes by itself, reported and never intent.
    """

    name: str
    type: str
    netlink: Netlink
    default: Any
    accepted: Tuple[str, ...]
    acts: Tuple[str, ...]
    since: Since
    level: str = "bond"
    aliases: Tuple[str, ...] = ()
    values: Tuple[Value, ...] = ()
    minimum: Optional[int] = None
    maximum: Optional[int] = None
    unit: Optional[str] = None
    inert: str = ""
    bond_down: bool = False
    no_slaves: bool = False
    sysfs: Optional[str] = None
    iproute2: Optional[str] = None
    json: Optional[str] = None
    transient: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if not set(self.acts) <= set(self.accepted) <= set(MODES):
            raise ValueError(f"{self.name}: acts, accepted and the known modes must be subsets of each other in this order")
        if (self.type == "enum") != bool(self.values):
            raise ValueError(f"{self.name}: an enumeration has named values, nothing else has")
        if (self.type == "int") != (self.minimum is not None and self.maximum is not None):
            raise ValueError(f"{self.name}: a number has a minimum and a maximum, nothing else has")
        if len(self.acts) < len(self.accepted) and not self.inert:
            raise ValueError(f"{self.name}: say why it has no effect in the modes that accept it")


def _names(*names: str) -> Tuple[Value, ...]:
    return tuple(Value(name, number) for number, name in enumerate(names))


_DOC = "the driver's version note in bonding.rst"
_EL7 = "in the source of the RHEL 7.9 kernel, 3.10"
_EL8 = "in the source of the RHEL 8.3 kernel, 4.18, but not in RHEL 7.9"
_SEEN_61 = "measured in 6.1, absent from the source of RHEL 8.3, 4.18"
_LIST = "announced on the netdev list"
_ARP_DONE_BY = "only the ARP monitor uses it, and this mode has none"
_LACP_ONLY = "only 802.3ad uses it"
_NO_ACTIVE_SLAVE = "this mode has no active slave to fail over from"
_MULTIPLE = "stored as a multiple of miimon: rounded down, and rescaled when miimon changes"


def _bond(name: str, kind: str, number: int, netlink: str, **more: Any) -> Option:
    """An option of the bond with the names that most of them have: one name in sysfs, iproute2 and JSON."""
    attribute = more.pop("attribute", name.upper())
    names = {"sysfs": name, "iproute2": name, "json": name, "accepted": MODES}
    names.update(more)
    names.setdefault("acts", names["accepted"])
    return Option(name=name, type=kind, netlink=Netlink(f"IFLA_BOND_{attribute}", number, netlink), **names)


def _slave(name: str, kind: str, number: int, netlink: str, **more: Any) -> Option:
    attribute = f"IFLA_BOND_SLAVE_{name.upper()}"
    return Option(name=name, type=kind, level="slave", netlink=Netlink(attribute, number, netlink), iproute2=name, json=name, **more)


_TABLE = (
    _bond(
        "mode", "enum", 1, "u8",
        values=_names(*MODES), default=RR, bond_down=True, no_slaves=True,
        since=Since("2.4", "oldest driver documented"),
        note="setting it resets arp_validate; 802.3ad, balance-tlb and balance-alb also clear arp_interval and turn a miimon of 0 into 100",
    ),
    _bond(
        "miimon", "int", 3, "u32",
        minimum=0, maximum=INT_MAX, unit="ms", default=0, since=Since("2.4", "oldest driver documented"),
        note="above 0 it clears arp_interval and arp_validate; bonding.rst claims a default of 100, the driver forces that in three modes",
    ),
    _bond(
        "updelay", "int", 4, "u32",
        minimum=0, maximum=INT_MAX, unit="ms", default=0, since=Since("2.4", "oldest driver documented"), note=_MULTIPLE,
    ),
    _bond(
        "downdelay", "int", 5, "u32",
        minimum=0, maximum=INT_MAX, unit="ms", default=0, since=Since("2.4", "oldest driver documented"), note=_MULTIPLE,
    ),
    _bond(
        "peer_notif_delay", "int", 28, "u32",
        iproute2="peer_notify_delay", json="peer_notify_delay",
        minimum=0, maximum=300000, unit="ms", default=0, acts=(AB,), inert=_NO_ACTIVE_SLAVE,
        since=Since("5.3", _EL8, confirmed=False), note=_MULTIPLE,
    ),
    _bond(
        "use_carrier", "bool", 6, "u8",
        default=True, since=Since("2.6", "oldest driver documented"),
        note="obsolete in later kernels, which refuse false (announced on the netdev list for about 6.18, unconfirmed)",
    ),
    _bond(
        "arp_interval", "int", 7, "u32",
        minimum=0, maximum=INT_MAX, unit="ms", default=0, accepted=WITH_ARP_MONITOR, since=Since("2.4", "oldest driver documented"),
        note="a value above 0 clears miimon",
    ),
    _bond(
        "arp_ip_target", "ipv4_list", 8, "ipv4[]",
        default=(), acts=WITH_ARP_MONITOR, inert=_ARP_DONE_BY, since=Since("2.4", "oldest driver documented"),
        note="netlink replaces the list and keeps what came before a bad address; sysfs adds and removes one address a write; "
        "iproute2 6.1 sends the first 16 of a longer list without a word",
    ),
    _bond(
        "ns_ip6_target", "ipv6_list", 31, "ipv6[]",
        default=(), acts=WITH_ARP_MONITOR, inert=_ARP_DONE_BY, sysfs=None, since=Since("5.18", _SEEN_61, confirmed=False),
        note="netlink replaces the list and keeps what came before a bad address",
    ),
    _bond(
        "arp_validate", "enum", 9, "u32",
        values=(
            Value("none", 0),
            Value("active", 1),
            Value("backup", 2, acts=(AB,)),
            Value("all", 3),
            Value("filter", 4, since=Since("3.15", _EL7, confirmed=False)),
            Value("filter_active", 5, since=Since("3.15", _EL7, confirmed=False)),
            Value("filter_backup", 6, since=Since("3.15", _EL7, confirmed=False)),
        ),
        default="none", accepted=WITH_ARP_MONITOR, inert="there are no backup slaves in this mode",
        since=Since("2.6.19", f"{_DOC}: driver 3.1.0", confirmed=False), note="reset when the mode is set",
    ),
    _bond(
        "arp_all_targets", "enum", 10, "u32",
        values=_names("any", "all"), default="any", acts=(AB,), inert="it affects active-backup only (bonding.rst)",
        since=Since("3.11", _EL7, confirmed=False),
    ),
    _bond(
        "arp_missed_max", "int", 30, "u8",
        attribute="MISSED_MAX", minimum=1, maximum=255, unit="count", default=2, accepted=WITH_ARP_MONITOR,
        since=Since("5.17", _SEEN_61, confirmed=False),
    ),
    _bond(
        "primary", "interface", 11, "ifindex",
        default=None, accepted=WITH_ACTIVE_SLAVE, since=Since("2.4", "oldest driver documented"),
        note="the driver records the name of a slave still to come and shows it once it is one; netlink needs an interface that exists",
    ),
    _bond(
        "primary_reselect", "enum", 12, "u8",
        values=_names("always", "better", "failure"), default="always", acts=WITH_ACTIVE_SLAVE, inert="this mode has no primary slave",
        since=Since("2.6.33", f"{_DOC}: driver 3.6.0", confirmed=False),
    ),
    _bond(
        "active_slave", "interface", 2, "ifindex",
        default=None, accepted=WITH_ACTIVE_SLAVE, transient=True, since=Since("2.6", "oldest driver documented"),
        note="the driver moves it at each failover; use primary to prefer a slave",
    ),
    _bond(
        "fail_over_mac", "enum", 13, "u8",
        values=(
            Value("none", 0),
            Value("active", 1),
            Value("follow", 2, since=Since("2.6.26", f"{_DOC}: driver 3.3.0", confirmed=False)),
        ),
        default="none", acts=(AB,), inert="it affects active-backup only (bonding.rst)", no_slaves=True,
        since=Since("2.6.24", f"{_DOC}: driver 3.2.0", confirmed=False),
        note="active is forced by a first slave that cannot change its address",
    ),
    _bond(
        "num_grat_arp", "int", 16, "u8",
        attribute="NUM_PEER_NOTIF", aliases=("num_unsol_na",), minimum=0, maximum=255, unit="count", default=1,
        acts=(AB, AD), inert=_NO_ACTIVE_SLAVE, json="num_peer_notif", since=Since("3.0", f"{_DOC}: one shared value since then"),
    ),
    _bond(
        "all_slaves_active", "bool", 17, "u8",
        default=False, acts=(AB, AD, TLB, ALB), inert="all slaves receive in this mode", since=Since("2.6.36", _EL7, confirmed=False),
    ),
    _bond(
        "min_links", "int", 18, "u32",
        minimum=0, maximum=INT_MAX, unit="count", default=0, acts=(AD,), inert=_LACP_ONLY, since=Since("3.1", _EL7, confirmed=False),
    ),
    _bond(
        "resend_igmp", "int", 15, "u32",
        minimum=0, maximum=255, unit="count", default=1, acts=(RR, AB, TLB, ALB), inert="no failover moves multicast traffic in this mode",
        since=Since("2.6.37", f"{_DOC}: driver 3.7.0", confirmed=False),
    ),
    _bond(
        "lp_interval", "int", 19, "u32",
        minimum=1, maximum=INT_MAX, unit="s", default=1, acts=(TLB, ALB), inert="only balance-tlb and balance-alb send learning packets",
        since=Since("3.13", _EL7, confirmed=False),
    ),
    _bond(
        "packets_per_slave", "int", 20, "u32",
        minimum=0, maximum=65535, unit="count", default=1, accepted=(RR,), since=Since("3.14", _EL7, confirmed=False),
        note="0 chooses a slave at random for each packet",
    ),
    _bond(
        "tlb_dynamic_lb", "bool", 27, "u8",
        default=True, accepted=(TLB, ALB), bond_down=True, since=Since("3.17", _EL7, confirmed=False),
        note="set to true when the mode becomes balance-alb; 4.4 accepts it in balance-tlb only",
    ),
    _bond(
        "xmit_hash_policy", "enum", 14, "u8",
        values=(
            Value("layer2", 0),
            Value("layer3+4", 1),
            Value("layer2+3", 2, since=Since("2.6.24", f"{_DOC}: driver 3.2.2", confirmed=False)),
            Value("encap2+3", 3, since=Since("3.13", _EL7, confirmed=False)),
            Value("encap3+4", 4, since=Since("3.13", _EL7, confirmed=False)),
            Value("vlan+srcmac", 5, since=Since("5.12", _SEEN_61, confirmed=False)),
        ),
        default="layer2", acts=(XOR, AD, TLB, ALB), inert="this mode does not hash",
        since=Since("2.6.11", f"{_DOC}: driver 2.6.3", confirmed=False),
    ),
    _bond(
        "lacp_active", "bool", 29, "u8",
        attribute="AD_LACP_ACTIVE", json="ad_lacp_active", default=True, accepted=(AD,), bond_down=True,
        since=Since("5.15", _SEEN_61, confirmed=False),
    ),
    _bond(
        "lacp_rate", "enum", 21, "u8",
        attribute="AD_LACP_RATE", values=_names("slow", "fast"), default="slow", accepted=(AD,), bond_down=True, json="ad_lacp_rate",
        since=Since("2.6", "oldest driver documented"),
    ),
    _bond(
        "ad_select", "enum", 22, "u8",
        values=(
            Value("stable", 0),
            Value("bandwidth", 1),
            Value("count", 2),
            Value("actor_port_prio", 3, since=Since("6.18", _LIST, confirmed=False)),
        ),
        default="stable", acts=(AD,), inert=_LACP_ONLY, bond_down=True, since=Since("2.6.29", f"{_DOC}: driver 3.4.0", confirmed=False),
    ),
    _bond(
        "ad_actor_sys_prio", "int", 24, "u16",
        minimum=1, maximum=65535, default=65535, accepted=(AD,), since=Since("4.2", _EL7, confirmed=False),
        note="shown to privileged readers only",
    ),
    _bond(
        "ad_actor_system", "mac", 26, "mac",
        default="00:00:00:00:00:00", accepted=(AD,), since=Since("4.2", _EL7, confirmed=False),
        note="all zeroes means the bond's own address, which older kernels refuse; shown to privileged readers only",
    ),
    _bond(
        "ad_user_port_key", "int", 25, "u16",
        minimum=0, maximum=1023, default=0, accepted=(AD,), bond_down=True, since=Since("4.2", _EL7, confirmed=False),
        note="shown to privileged readers only",
    ),
    _bond(
        "coupled_control", "bool", 32, "u8",
        default=True, accepted=(AD,), bond_down=True, sysfs=None,
        since=Since("6.9", "bonding.rst of that generation", confirmed=False), note="backported: Debian's 6.1.176 has it",
    ),
    _bond(
        "broadcast_neighbor", "bool", 33, "u8",
        attribute="BROADCAST_NEIGH", default=False, accepted=(AD,), sysfs=None,
        since=Since("6.17", "source of that generation", confirmed=False),
        note="cleared by every change of mode; no sysfs file is known",
    ),
    _bond(
        "lacp_strict", "bool", 34, "u8",
        default=False, accepted=(AD,), sysfs=None, iproute2=None, json=None, since=Since("7.x", _LIST, confirmed=False),
        note="neither its default nor an iproute2 keyword is confirmed",
    ),
    _slave(
        "queue_id", "int", 5, "u16",
        minimum=0, maximum=65535, default=0, accepted=MODES,
        acts=(RR, AB), inert="only balance-rr and active-backup let a queue choose the slave",
        sysfs="queue_id", since=Since("2.6.36", _EL7, confirmed=False),
        note="the sysfs file belongs to the bond and takes SLAVE:N, where it reads N modulo 65536; the slave's own file is read-only",
    ),
    _slave(
        "prio", "int", 9, "s32",
        minimum=-INT_MAX - 1, maximum=INT_MAX, default=0, accepted=WITH_ACTIVE_SLAVE, acts=WITH_ACTIVE_SLAVE,
        since=Since("6.0", "bonding.rst; measured in 6.1", confirmed=False),
    ),
    _slave(
        "actor_port_prio", "int", 10, "u16",
        minimum=0, maximum=65535, default=255, accepted=(AD,), acts=(AD,), since=Since("6.18", _LIST, confirmed=False),
        note="backported: Debian's 6.1.176 has it, without the ad_select of the same name",
    ),
)  # fmt: skip

OPTIONS = OrderedDict((option.name, option) for option in _TABLE)
ALIASES = {alias: option.name for option in _TABLE for alias in option.aliases}
