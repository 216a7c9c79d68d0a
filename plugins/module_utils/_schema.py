# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The data model as one table: every key with its type, range, default and one sentence.

Validation, the schema for editors, the documentation and the modules' arguments are made from it.

A field is a dictionary with ``type`` and ``description``, and by type: ``keys`` (dict: the documented keys), ``values`` (map: any name as
key, of the type ``names`` if given; ``level`` where they are the kernel's options of a bond or slave), ``element`` (list), ``minimum`` and
``maximum`` (int), ``choices`` (choice), ``pattern``, ``expected`` and ``example`` (str), ``words`` (int: words for some numbers, which are
suggested and not taken). Besides: ``required``, ``default``,
``aliases``, ``unit``, and ``hints`` (dict: what to say of a key that is not documented, where another one is not simply alike).
Scalar types are those of ``_schema_types``.
"""

from __future__ import annotations

from typing import Any, Dict

from ansible_collections.trunkline.bonding.plugins.module_utils import _options

Field = Dict[str, Any]


def _field(type: str, description: str, **more: Any) -> Field:  # noqa: A002 - the key's name in the table
    return dict(more, type=type, description=description)


# IPv4 needs 68 (RFC 791); 65535 is what a VLAN or bridge takes at most.
_MTU = {"minimum": 68, "maximum": 65535, "unit": "bytes"}

# RT_TABLE_MAIN of rtnetlink(7): where a route goes that names no table; and RT_TABLE_LOCAL, which the kernel fills.
MAIN_TABLE = 254
LOCAL_TABLE = 255

_VLANS = _field(
    "dict",
    "VLANs that the switch ports carry; without it they stay as they are.",
    keys={
        "native": _field("int", "VLAN that travels without a tag.", minimum=1, maximum=4094),
        "tagged": _field("vlan_list", "VLANs that travel with a tag: numbers and ranges.", default=[]),
    },
)
_EDGE_PORT = _field("bool", "Whether the ports forward at once instead of waiting for spanning tree.", default=True)

# Where the kernel's and the back ends' names of an option, written beside the options, belong.
_IN_OPTIONS = {
    spelled: f"Write it into options: {{{option}: ...}}."
    for option, known in _options.OPTIONS.items()
    for spelled in (option, *known.aliases, *_options.foreign_names(option))
    if known.level == "bond" and not known.transient and option != "mode"
}
_IN_SLAVE_OPTIONS = {
    spelled: f"Write it into slave_options, under the slave's name: {{{option}: ...}}."
    for option, known in _options.OPTIONS.items()
    for spelled in (option, *_options.foreign_names(option))
    if known.level == "slave"
}
_BESIDE_OPTIONS = {**_IN_SLAVE_OPTIONS, **_IN_OPTIONS}

_NIC = {
    "mac": _field("mac", "Permanent MAC address of the card; what is known by it may be renamed."),
    "switch": _field(
        "str", "Inventory name of the switch where the cable ends.", pattern=r"\S{1,255}", expected="an inventory name", example="leaf1"
    ),
    "port": _field(
        "str",
        "Port of that switch, as the switch writes it.",
        pattern=r"[A-Za-z0-9][A-Za-z0-9 ./:_-]{0,63}",
        expected="the name of a port",
        example="swp1",
    ),
    "mtu": _field("int", "MTU of a NIC that is no slave; a slave has its bond's.", **_MTU),
    "vlans": _field("dict", "VLANs that the switch port of a NIC without bond carries.", keys=_VLANS["keys"]),
    "edge_port": _field("bool", "Whether the switch port of a NIC without bond forwards at once.", default=True),
}

_LAYOUT = {
    "mode": _field("mode", "Mode of the bond, by the kernel's name or number."),
    "options": _field(
        "map", "The kernel's bonding options, by their own names and in their own units.", level="bond", values=_field("any", "A value.")
    ),
    "slaves": _field(
        "list",
        "The NICs of the bond, in the order in which they are enslaved.",
        element=_field("name", "A NIC."),
        aliases=("ports", "members"),
    ),
    "slave_options": _field(
        "map",
        "Options of single slaves, by their names.",
        names="name",
        values=_field("map", "Options of this slave.", level="slave", values=_field("any", "A value.")),
    ),
    "mtu": _field("int", "MTU of the bond and of its slaves.", **_MTU),
    "lag": _field(
        "dict",
        "What the switch ports of the slaves carry, and how the LAG behaves where the mode wants one.",
        keys={
            "id": _field(
                "identifier",
                "Number of the LAG; else the one that these ports have already, else that of the first member port.",
                # 0 means no LAG on many switches, and the key that LACP makes of the number has 16 bits (802.1AX, 6.3.5).
                minimum=1,
                maximum=65535,
                pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}",
                expected="the number or name of a LAG",
                example="7",
            ),
            "vlans": _VLANS,
            "edge_port": _EDGE_PORT,
            "silent_partner": _field(
                "choice",
                "What member ports do while the host sends no LACP, for example at network boot: individual ports, or none.",
                choices=("individual", "suspended"),
            ),
        },
    ),
}

_BOND = {
    "name": _field("name", "Name of the bond.", required=True),
    "profile": _field(
        "str", "Profile that this bond is based on.", pattern=r"[A-Za-z0-9_]{1,64}", expected="the name of a profile", example="compute"
    ),
    **_LAYOUT,
    "mac": _field("mac", "Address that the bond is pinned to; else the one that its link carries, else that of the first slave."),
}

_VLAN = {
    "name": _field("name", "Name of the VLAN; LINK.ID by default."),
    "id": _field("int", "VLAN id.", minimum=1, maximum=4094, required=True),
    "link": _field("name", "Link that the VLAN lies on.", required=True),
    "mtu": _field("int", "MTU; the one of its link by default.", **_MTU),
}

_BRIDGE = {
    "name": _field("name", "Name of the bridge.", required=True),
    "ports": _field("list", "Links that belong to the bridge.", element=_field("name", "A link."), default=[]),
    "hypervisor": _field("choice", "What attaches virtual machines to the bridge; it turns on the rules for them.", choices=("kvm", "xen")),
    "stp": _field("bool", "Whether the bridge takes part in spanning tree.", default=False),
    "forward_delay": _field(
        "int",
        "Time that a port listens and learns before it forwards; 15 with stp, else 0, by default.",
        minimum=0,
        maximum=30,
        unit="s",
    ),
    "vlan_filtering": _field("bool", "Whether the bridge knows VLANs.", default=False),
    "mac": _field("mac", "Address that the bridge is pinned to."),
    "mtu": _field("int", "MTU; the smallest of its ports by default.", **_MTU),
}

_ROUTE = {
    "to": _field("destination", "Network that the route leads to, or default.", required=True),
    "via": _field("address", "Gateway; without it the network is on the link itself."),
    "metric": _field("int", "Metric; the smaller one wins.", minimum=0, maximum=4294967295),
    "table": _field("int", "Routing table by its number.", minimum=1, maximum=4294967295, words={"default": 253, "main": MAIN_TABLE}),
}

_ROUTE_HINTS = {
    "gateway": "Write via.",
    "dev": "Remove it: a route is written at the link that it leaves by.",
}
_ADDRESSING_HINTS = {
    "mtu": "The mtu of a NIC stands in bonding_nics, that of a bond, VLAN or bridge in its entry of bonding_bonds, bonding_vlans or"
    " bonding_bridges.",
    "mac": "The mac of a NIC stands in bonding_nics, that of a bond or bridge in its entry of bonding_bonds or bonding_bridges.",
    "nameservers": "Write dns for the servers and search for the domains.",
    "ip": "Write a list of addresses with prefix length: addresses.",
    "address": "Write a list of addresses with prefix length: addresses.",
    "netmask": "Write the prefix length behind the address, as in 198.51.100.10/24.",
}

_ADDRESSING = {
    "addresses": _field("list", "Static addresses with prefix length.", element=_field("interface_address", "An address."), default=[]),
    "gateway": _field("ipv4", "Default gateway for IPv4."),
    "gateway6": _field("ipv6", "Default gateway for IPv6; it may be a link-local address."),
    "dhcp4": _field(
        "bool", "Whether an address comes from DHCP; a gateway of the lease gives way to one configured on another link.", default=False
    ),
    "dhcp6": _field("bool", "Whether an address comes from DHCPv6.", default=False),
    "accept_ra": _field(
        "bool", "Whether router advertisements are accepted; by default not where all addresses are static, else the system decides."
    ),
    "routes": _field("list", "Static routes.", element=_field("dict", "A route.", keys=_ROUTE, hints=_ROUTE_HINTS), default=[]),
    "dns": _field("list", "Name servers.", element=_field("name_server", "An address."), default=[]),
    "search": _field("list", "Search domains.", element=_field("domain", "A domain."), default=[]),
    "zone": _field(
        "str",
        "Zone of firewalld that the link belongs to.",
        pattern=r"[A-Za-z0-9_/-]{1,17}",
        expected="the name of a zone",
        example="internal",
    ),
}

_BMC = {
    "mode": _field(
        "choice",
        "Whether the BMC has a port of its own, shares a NIC of the host, or takes a shared one when its own has no link.",
        choices=("dedicated", "shared", "failover"),
        required=True,
    ),
    "nic": _field("name", "NIC that the BMC shares."),
    "vlan": _field("int", "VLAN that the BMC uses with a tag.", minimum=1, maximum=4094),
    "address": _field("address", "Address of the BMC."),
}

_SWITCH = {
    "peer": _field(
        "str",
        "Inventory name of the other switch of an MLAG pair, which must name this one.",
        pattern=r"\S{1,255}",
        expected="an inventory name",
        example="leaf2",
    ),
    "platform": _field(
        "str",
        "Platform of the switch; ansible_network_os by default.",
        pattern=r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*",
        expected="the name of a platform",
        example="trunkline.bonding.linux",
    ),
    "create_vlans": _field(
        "bool",
        "Whether VLANs that are needed and missing in the list of the switch are created; none is ever removed. False is refused where the"
        " platform keeps no such list, as Linux and Open vSwitch.",
        default=True,
    ),
}

# What is wanted on a host: the variables bonding_nics and so on, and the parameters of host_links of the same names.
INTENT: Dict[str, Field] = {
    "nics": _field(
        "map",
        "The NICs of the host and where their cables end, by the name that is used everywhere.",
        names="name",
        values=_field("dict", "A NIC.", keys=_NIC),
    ),
    "profiles": _field(
        "map",
        "Layouts that several hosts share: the variable bonding_profile_NAME for each; what a bond says itself goes first.",
        values=_field("dict", "A layout.", keys=_LAYOUT, hints=_BESIDE_OPTIONS),
    ),
    "bonds": _field("list", "The bonds.", element=_field("dict", "A bond.", keys=_BOND, hints=_BESIDE_OPTIONS), default=[]),
    "vlans": _field("list", "The VLANs on bonds, NICs and bridges.", element=_field("dict", "A VLAN.", keys=_VLAN), default=[]),
    "bridges": _field("list", "The bridges.", element=_field("dict", "A bridge.", keys=_BRIDGE), default=[]),
    "addresses": _field(
        "map",
        "Addresses, gateways, routes and name servers, by link; a link that is not here has none.",
        names="name",
        values=_field("dict", "The addressing of a link.", keys=_ADDRESSING, hints=_ADDRESSING_HINTS),
    ),
    "bmc": _field("dict", "The management controller of the host, where it matters for the switch.", keys=_BMC),
}

# How a run behaves.
SETTINGS: Dict[str, Field] = {
    "backend": _field(
        "choice",
        "What makes the configuration survive a reboot; auto takes what manages the host.",
        choices=("auto", "networkd", "networkmanager", "ifupdown"),
        default="auto",
    ),
    "purge": _field("bool", "Whether links of ours that are no longer wanted are removed.", default=True),
    "deadline": _field(
        "int", "Time after which an unconfirmed host is back on its old configuration.", minimum=10, maximum=3600, unit="s", default=120
    ),
    "confirm": _field(
        "choice",
        "Whether the controller confirms by itself over a new connection, or later by links_transaction.",
        choices=("auto", "later"),
        default="auto",
    ),
    "connect_host": _field(
        "str",
        "Address for the new connection, where the host gets another one.",
        pattern=r"[A-Za-z0-9_.:%\[\]-]{1,255}",
        expected="the address or name of a host",
        example="198.51.100.10",
    ),
    "transaction": _field(
        "str",
        "Id of a transaction that spans hosts and switches.",
        pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}",
        expected="the id of a transaction",
        example="change-42",
    ),
    "accept": _field(
        "list", "Ids of findings that are accepted.", element=_field("str", "An id.", example="topology.single-slave"), default=[]
    ),
}

# What cannot be derived about a switch: its variable bonding_switch.
SWITCH: Field = _field("dict", "What cannot be derived about a switch.", keys=_SWITCH)


def _object(collection: str) -> Dict[str, Field]:
    """The arguments of the module for one bond or bridge: its own keys, its addressing, and how the run behaves."""
    keys = {name: field for name, field in INTENT[collection]["element"]["keys"].items() if name != "profile"}
    behaviour = {name: field for name, field in SETTINGS.items() if name != "purge"}
    state = _field("choice", "Whether there is such a link.", choices=("present", "absent"), default="present")
    return {**keys, "state": state, "addressing": INTENT["addresses"]["values"], **behaviour}


# What tasks take as arguments, by the name of the module.
TASKS: Dict[str, Field] = {
    "host_links": _field("dict", "The links of a server.", keys={**INTENT, **SETTINGS}),
    "bond": _field("dict", "One bond.", keys=_object("bonds"), hints=_BESIDE_OPTIONS),
    "bridge": _field("dict", "One bridge.", keys=_object("bridges")),
    "links_transaction": _field(
        "dict",
        "The end of a change.",
        keys={
            "state": _field("choice", "What becomes of the change.", choices=("confirmed", "rolled_back", "reverted"), required=True),
            "transaction": {**SETTINGS["transaction"], "aliases": ("id",)},
            "reason": _field("any", "Why it is taken back."),
            "stage": _field("int", "First of the stages that a switch takes back.", minimum=1, maximum=99),
            **{name: SETTINGS[name] for name in ("deadline", "confirm", "connect_host", "accept")},
        },
    ),
}

VARIABLES: Dict[str, Field] = {**INTENT, **SETTINGS, "switch": SWITCH}
PREFIX = "bonding_"
PROFILE_PREFIX = "profile_"
