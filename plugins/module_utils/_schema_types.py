# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The types of the data model: from what a user, YAML or Jinja made of a value to its canonical form.

Each converter takes (value, field of the schema) and returns the canonical value, or raises ``Invalid`` with the id of a finding.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from typing import Any, Callable, Dict, Iterable, List, NoReturn, Optional, Set

from ansible_collections.trunkline.bonding.plugins.module_utils import _options, _spelling
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import closest, did_you_mean, show

# if_nametoindex(3) and dev_valid_name() of the kernel; "all" and "default" are directories beside the links in /proc/sys/net/*/conf.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,14}")
# The loopback device has a finding of its own, which tells more.
RESERVED_NAMES = ("all", "default", "bonding_masters")
VLAN_IDS = (1, 4094)
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
# What some read to the base of 8, and others not.
_ZERO_FIRST = re.compile(r"[+-]?0[0-9]+")
_RANGE = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")
_LEADING_ZERO = re.compile(r"^(?:[0-9]+\.)*0[0-9]+(?:\.|/|$)")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
# The prefix length of an address: a number without leading zeroes, or the mask of the network.
_LENGTH = re.compile(r"[1-9][0-9]{0,2}|0|(?:[0-9]{1,3}\.){3}[0-9]{1,3}")
_ADDRESS = "IPv4 or IPv6 address"
_FAMILIES = {4: "IPv4 address", 6: "IPv6 address"}
_WITH_LENGTH = "address with prefix length"
_NETWORK = "network with prefix length, nor default"
_EXAMPLES = {
    _ADDRESS: "198.51.100.10 or 2001:db8::10",
    _FAMILIES[4]: "198.51.100.10",
    _FAMILIES[6]: "2001:db8::10",
    _WITH_LENGTH: "198.51.100.10/24 or 2001:db8::10/64",
    _NETWORK: "192.0.2.0/24 or default",
}
_USUAL_LENGTHS = {4: 24, 6: 64}
# Words for modes of other systems, vendors and standards. They are suggested, never taken.
_MODE_WORDS = {
    "balance-rr": ("rr", "roundrobin", "bonding"),
    "active-backup": ("ab", "backup", "failover", "activepassive", "activestandby", "failoveronly"),
    "balance-xor": ("xor", "static", "staticlag", "on", "loadbalance"),
    "broadcast": ("bcast",),
    "802.3ad": ("lacp", "8021ax", "8023", "8021ad", "8023ax", "etherchannel", "portchannel", "lag", "dynamic", "dynamiclag"),
    "balance-tlb": ("tlb",),
    "balance-alb": ("alb", "adaptive"),
}
_OF_WORD = {word: mode for mode, words in _MODE_WORDS.items() for word in words}


class Invalid(Exception):
    """A value that its type refuses: the id of a finding and the words for its sentence."""

    def __init__(self, id: str, **words: Any) -> None:  # noqa: A002 - the field's name in every shape
        super().__init__(id)
        self.id = id
        self.words = words


def wrong_type(expected: str, cure: str = "") -> Invalid:
    """The refusal of a value of another type; ``cure`` if more can be said than what to write."""
    return Invalid("schema.type", expected=expected, cure=cure or f"Write {expected}.")


def _quote_it(value: Any, expected: str, groups: Optional[int] = None) -> None:
    """Refuse what YAML made of an unquoted text. ``groups``: how many parts between colons the text would have, if that is known."""
    kinds = (
        (bool, "the switch"),
        (int, "the number"),
        (float, "the number"),
        (datetime.datetime, "the time"),
        (datetime.date, "the date"),
    )
    for kind, word in kinds:
        if isinstance(value, kind):
            likely = _sexagesimal(value, groups)
            raise Invalid("schema.quote-it", kind=word, expected=expected, likely=f': it may have been "{likely}"' if likely else "")
    if not isinstance(value, str):
        raise wrong_type(expected)


def _sexagesimal(value: Any, groups: Optional[int] = None) -> Optional[str]:
    """The text that YAML 1.1 may have read as this number to the base of 60, ``52:54:00:12:34:56`` for example."""
    low, high = (60 ** (groups - 1), 60**groups) if groups else (60, 60**6)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value < high:
        return None
    digits: List[str] = []
    while value:
        value, digit = divmod(value, 60)
        digits.insert(0, f"{digit:02d}")
    return ":".join(digits)


def text(value: Any, field: Dict[str, Any]) -> str:
    expected = field.get("expected", "a text")
    _quote_it(value, expected)
    if not re.fullmatch(field.get("pattern", r"[^\x00-\x1f\x7f]+"), value):
        raise Invalid("schema.format", expected=expected, example=field["example"])
    return str(value)


def identifier(value: Any, field: Dict[str, Any]) -> str:
    """A text that may be written as a number, such as the id of a LAG."""
    if (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and _INTEGER.fullmatch(value)):
        return str(number(value, field))
    return text(value, field)


def number(value: Any, field: Dict[str, Any]) -> int:
    if isinstance(value, str) and _ZERO_FIRST.fullmatch(value.strip()):
        raise Invalid("schema.format", expected="a number without leading zeroes", example=str(int(value)))
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        word = field.get("words", {}).get(value) if isinstance(value, str) else None
        raise wrong_type("a whole number", f"Write {word}, the number of {value}." if word is not None else "")
    if not field["minimum"] <= value <= field["maximum"]:
        raise Invalid("schema.range", minimum=field["minimum"], maximum=field["maximum"])
    return int(value)


def switch(value: Any, _field: Dict[str, Any]) -> bool:
    found = _spelling.switch(value)
    if found is None:
        raise wrong_type("true or false")
    return found


def choice(value: Any, field: Dict[str, Any]) -> str:
    choices = ", ".join(field["choices"])
    if isinstance(value, bool):
        raise Invalid("schema.quote-it", kind="the switch", expected=f"one of {choices}", likely="")
    if not isinstance(value, str) or value not in field["choices"]:
        raise _no_choice(choices, closest(value, field["choices"]))
    return str(value)


def _no_choice(choices: str, likely: Iterable[str]) -> Invalid:
    return Invalid("schema.choice", choices=choices, nearest=did_you_mean(likely) or "Write one of them.")


def mode(value: Any, _field: Dict[str, Any]) -> str:
    try:
        if not isinstance(value, int) or 0 <= value < len(_options.MODES):
            return _options.canonical("mode", value)
    except ValueError:
        pass
    choices = ", ".join(f"{name} ({number})" for number, name in enumerate(_options.MODES))
    word = _OF_WORD.get(re.sub("[^a-z0-9]", "", str(value).lower())) if isinstance(value, (str, float)) else None
    raise _no_choice(choices, [word] if word else closest(value, _options.MODES))


def name(value: Any, _field: Dict[str, Any]) -> str:
    _quote_it(value, "the name of a link")
    problems = (
        (not value, "it is empty"),
        (len(value) > 15, f"it has {len(value)} characters, more than 15"),
        (not NAME.fullmatch(value), "it holds a character that is not allowed, or begins with one"),
        (value.isdigit(), "it holds digits only, which tools take for an index"),
        (value in RESERVED_NAMES, "the kernel uses it itself"),
    )
    for found, problem in problems:
        if found:
            raise Invalid("schema.name", problem=problem)
    return str(value)


def mac(value: Any, _field: Dict[str, Any]) -> str:
    _quote_it(value, "a MAC address", groups=6)
    found = _spelling.mac(value)
    if found is None:
        raise Invalid("schema.mac", problem="it is not six pairs of hexadecimal digits")
    if found == "00:00:00:00:00:00":
        raise Invalid("schema.mac", problem="it is all zeroes")
    if _spelling.is_group(found):
        raise Invalid("schema.mac", problem="it is a multicast or broadcast address")
    return found


def vlan_list(value: Any, _field: Dict[str, Any]) -> List[int]:
    """``"20,30-39"``, ``20`` or ``[20, "30-39"]`` -> the ids in ascending order, each once."""
    ids: Set[int] = set()
    problems: List[str] = []
    for item in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(item, str):
            for part in item.split(","):
                _add_vlans(part.strip(), ids, problems)
        elif isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= 9999:
            _add_vlans(str(item), ids, problems)
        else:
            problems.append(f"{show(item)} is neither a number nor a range")
    if problems:
        raise Invalid("schema.vlan-list", problem="; ".join(dict.fromkeys(problems)))
    return sorted(ids)


def _add_vlans(part: str, ids: Set[int], problems: List[str]) -> None:
    """Add a number or a range to the ids, or what is wrong with it to the problems."""
    found = _RANGE.fullmatch(part)
    if not found:
        problems.append(f"{show(part)} is neither a number nor a range")
        return
    low, high = int(found.group(1)), int(found.group(2) or found.group(1))
    if any(_ZERO_FIRST.fullmatch(number or "") for number in found.groups()):
        problems.append(f"{show(part)} begins with zero")
    elif not VLAN_IDS[0] <= low <= high <= VLAN_IDS[1]:
        problems.append(f"{part} is not within 1 to 4094, lowest first")
    else:
        ids.update(range(low, high + 1))


def _refuse_address(expected: str) -> NoReturn:
    raise Invalid("address.invalid", expected=expected, like=_EXAMPLES[expected])


def _parse(value: Any, parser: Callable[[str], Any], expected: str) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and _sexagesimal(value, 8) is None:
        _refuse_address(expected)
    _quote_it(value, expected, groups=8)
    # Older versions of the parser do not know a zone.
    zone = re.search("%[^/]*", value)
    if zone:
        raise Invalid("address.zone", zone=zone.group())
    # A leading zero is octal to some and decimal to others, and versions of the parser differ.
    if _LEADING_ZERO.search(value):
        _refuse_address(expected)
    try:
        return parser(value.strip())
    except ValueError:
        _refuse_address(expected)


def _parse_with_length(value: Any, expected: str) -> Any:
    """An address with its network. The parser takes a mask of the hosts, too, and leading zeroes in the length."""
    plain, slash, length = value.strip().partition("/") if isinstance(value, str) else ("", "", "")
    try:
        found = _parse(value, ipaddress.ip_interface, expected)
    except Invalid as invalid:
        if not slash or invalid.id != "address.invalid":
            raise
        # Only the length may be wrong.
        raise Invalid("address.prefix-length", likely=_with_usual_length(_parse(plain, ipaddress.ip_address, expected), expected)) from None
    if length and (not _LENGTH.fullmatch(length) or ("." in length and length != str(found.network.netmask))):
        raise Invalid("address.prefix-length", likely=str(found.network if expected == _NETWORK else found))
    return found


def _with_usual_length(host: Any, expected: str) -> str:
    """An address with the length that most networks of its family have."""
    usual = ipaddress.ip_interface(f"{host}/{_USUAL_LENGTHS[host.version]}")
    return str(usual.network if expected == _NETWORK else usual)


def _not_of_a_host(host: Any) -> Optional[str]:
    """What an address is that no host on a network has, None if one may have it; loopback addresses are for the caller to judge."""
    kinds = (
        (host.is_multicast, "a multicast address"),
        (host.is_unspecified, "the unspecified address"),
        (host.version == 4 and host.packed[0] == 0, "an address of no network"),
        (host.version == 4 and host.packed[0] >= 240, "a reserved address"),
    )
    return next((kind for wrong, kind in kinds if wrong), None)


def address(value: Any, _field: Dict[str, Any]) -> str:
    """An IPv4 or IPv6 address without prefix length."""
    return str(_parse(value, ipaddress.ip_address, _ADDRESS))


def _of_family(value: Any, family: int, key: str) -> str:
    parsed = _parse(value, ipaddress.ip_address, _FAMILIES[family])
    if parsed.version != family:
        raise Invalid("address.family", family=f"IPv{parsed.version}", key=key)
    return str(parsed)


def ipv4(value: Any, _field: Dict[str, Any]) -> str:
    return _of_family(value, 4, "gateway6")


def ipv6(value: Any, _field: Dict[str, Any]) -> str:
    return _of_family(value, 6, "gateway")


def interface_address(value: Any, _field: Dict[str, Any]) -> str:
    """An address with prefix length, as a link carries it."""
    found = _parse_with_length(value, _WITH_LENGTH)
    host, network = found.ip, found.network
    kind = _not_of_a_host(host)
    if found.version == 6 and host.ipv4_mapped is not None:
        kind = "an IPv4-mapped address, which no host has on a network"
    elif host.is_loopback:
        kind = "a loopback address"
    if kind is not None:
        raise Invalid("address.not-unicast", kind=kind)
    if "/" not in value:
        raise Invalid("address.prefixless", shown_with_prefix=_with_usual_length(host, _WITH_LENGTH))
    if network.prefixlen == 0:
        raise Invalid("address.prefix-length", likely=_with_usual_length(host, _WITH_LENGTH))
    if network.prefixlen < network.max_prefixlen - 1:
        # The first address of an IPv6 subnet is the anycast address of its routers (RFC 4291).
        if host == network.network_address:
            raise Invalid("address.is-network", example=f"{host + 1}/{network.prefixlen}")
        if found.version == 4 and host == network.broadcast_address:
            raise Invalid("address.is-broadcast", network=str(network))
    return str(found)


def destination(value: Any, _field: Dict[str, Any]) -> str:
    """Where a route leads: ``default`` or a network; an address alone is a network of one, unless it looks like a larger one.

    The default routes of one family stay what they are: ``_normalise`` compares them with their gateways.
    """
    if value == "default":
        return "default"
    found = _parse_with_length(value, _NETWORK)
    if "/" not in value:
        _refuse_bare_network(found.ip)
    if found.network.network_address != found.ip:
        raise Invalid("route.host-bits", network=str(found.network))
    if found.network.is_loopback:
        raise Invalid("route.loopback")
    return str(found.network)


def _refuse_bare_network(host: Any) -> None:
    """Refuse an address without length that ends as those of networks do: 10.7.0.0 and 2001:db8::, which may be meant as hosts, too."""
    if host.is_unspecified:
        raise Invalid("route.prefixless", likely="default")
    octets = len(host.packed.rstrip(b"\0"))
    if octets < (4 if host.version == 4 else 9):
        length = 8 * octets if host.version == 4 else 64
        raise Invalid("route.prefixless", likely=f"{host}/{length}, or {host}/{host.max_prefixlen} for a single host")


def name_server(value: Any, _field: Dict[str, Any]) -> str:
    """The address of a name server. One on the host itself is usual: a resolver listens on a loopback address."""
    found = _parse(value, ipaddress.ip_address, _ADDRESS)
    kind = _not_of_a_host(found)
    if kind is not None:
        raise Invalid("dns.server", kind=kind)
    return str(found)


def domain(value: Any, _field: Dict[str, Any]) -> str:
    _quote_it(value, "a domain name")
    plain = value[:-1] if value.endswith(".") else value
    if len(plain) > 253 or not _DOMAIN.fullmatch(plain):
        raise Invalid("dns.search")
    return plain.lower()


def anything(value: Any, _field: Dict[str, Any]) -> Any:
    """A value that the option table judges later."""
    return value


TYPES: Dict[str, Callable[[Any, Dict[str, Any]], Any]] = {
    "any": anything,
    "str": text,
    "identifier": identifier,
    "int": number,
    "bool": switch,
    "choice": choice,
    "mode": mode,
    "name": name,
    "mac": mac,
    "vlan_list": vlan_list,
    "address": address,
    "ipv4": ipv4,
    "ipv6": ipv6,
    "interface_address": interface_address,
    "destination": destination,
    "name_server": name_server,
    "domain": domain,
}
