# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Accessors of the option table: pure functions over ``_option_table``, ``_option_relations`` and ``_option_keys``.

A canonical value is what intent, state and desired hold: an enumeration as the kernel's name, an on/off option as bool, a number as int,
a list of addresses as list of str, a MAC address in lower case with colons, an interface as str. ``canonical`` is idempotent.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from ansible_collections.trunkline.bonding.plugins.module_utils import _spelling
from ansible_collections.trunkline.bonding.plugins.module_utils._option_keys import BACKENDS, DEAD_KEYS, KEYS, SYNTAX, Key
from ansible_collections.trunkline.bonding.plugins.module_utils._option_relations import (
    ACTS,
    CHANGED,
    DEMANDS,
    INERT,
    MIIMON_FORCED,
    MIIMON_FORCED_IN,
    OUTCOMES,
    REFUSED,
    RELATIONS,
    Relation,
)
from ansible_collections.trunkline.bonding.plugins.module_utils._option_table import (
    ALIASES,
    DEFAULT_TX_QUEUES,
    MAX_TARGETS,
    MODES,
    OPTIONS,
    Option,
)

__all__ = [
    "ACTS", "ALIASES", "BACKENDS", "CHANGED", "DEFAULT_TX_QUEUES", "INERT", "MAX_TARGETS", "MODES", "OPTIONS", "OUTCOMES",
    "REFUSED", "RELATIONS", "Key", "Option", "Relation", "Verdict", "backend_key", "canonical", "canonical_name", "cost",
    "default", "expected", "foreign_names", "from_backend", "from_iproute2", "from_sysfs", "get", "inexpressible", "nearest",
    "nearest_value", "outcome", "read_info", "to_backend", "to_iproute2", "to_sysfs", "verdict",
]  # fmt: skip

OptionOrName = Union[Option, str]

_INTERFACE = re.compile(r"[^\s/:]{1,15}")
# Without leading zeroes, which some read to the base of 8.
_DIGITS = re.compile(r"0|-?[1-9][0-9]{0,9}")
_UNITS = {"ms": (" of milliseconds", ", without a unit"), "s": (" of seconds", ", without a unit")}


@dataclass(frozen=True)
class Verdict:
    """What the kernel makes of a value: ``outcome`` (one of OUTCOMES), the ``value`` that it stores (None if refused), the ``reason``,
    and the id of the ``relation`` that it broke, if it is one.
    """

    outcome: str
    value: Any
    reason: str
    relation: Optional[str] = None


def get(name: OptionOrName) -> Option:
    """The option of that name or alias. Raises KeyError."""
    return name if isinstance(name, Option) else OPTIONS[ALIASES.get(name, name)]


def canonical_name(name: str) -> str:
    """``num_unsol_na`` -> ``num_grat_arp``; any other known name is its own. Raises KeyError."""
    return get(name).name


def foreign_names(name: OptionOrName) -> List[str]:
    """What back ends' files call an option, where it is not its own name: ``bond-miimon``, ``mii-monitor-interval``, ``MIIMonitorSec``."""
    option = get(name)
    keys = (backend_key(option, backend) for backend in KEYS)
    return sorted({key.key for key in keys if key is not None} - {option.name, *option.aliases})


def from_backend(name: str) -> Optional[str]:
    """The option that some back end's files call by this name, such as ``mii-monitor-interval`` or ``bond-miimon``; else None."""
    lower = str(name).lower()
    return next((option for keys in KEYS.values() for option, key in keys.items() if key.key.lower() == lower), None)


def nearest(name: str, level: Optional[str] = None) -> Optional[str]:
    """The known option name closest to an unknown one; None if nothing is close. ``level`` limits it to bond or slave options."""
    names = {known: get(known) for known in (*OPTIONS, *ALIASES)}
    foreign = from_backend(name)
    if foreign is not None and level in (None, names[foreign].level):
        return foreign
    spelled = str(name).lower().replace("-", "_")
    found = difflib.get_close_matches(spelled, [known for known, option in names.items() if level in (None, option.level)], n=1, cutoff=0.6)
    return found[0] if found else None


def default(name: OptionOrName, mode: str) -> Any:
    """The driver's default in that mode: 100 ms for miimon in the three modes that force the MII monitor, lists as list."""
    option = get(name)
    if option.name == "mode":
        return mode
    if option.name == "miimon" and mode in MIIMON_FORCED_IN:
        return MIIMON_FORCED
    return list(option.default) if isinstance(option.default, tuple) else option.default


def canonical(name: OptionOrName, value: Any) -> Any:
    """The canonical form of what a user wrote. Raises ValueError with one sentence that names the rule."""
    option = get(name)
    return _CANONICAL[option.type](option, value)


def nearest_value(name: OptionOrName, value: Any) -> Optional[Union[str, int]]:
    """The value of an option that is most like one that ``canonical`` refuses; None if none is like it."""
    option = get(name)
    if option.type == "enum" and isinstance(value, str):
        plain = {re.sub("[^a-z0-9]", "", known.name): known.name for known in option.values}
        found = difflib.get_close_matches(re.sub("[^a-z0-9]", "", value.lower()), list(plain), n=1, cutoff=0.6)
        return plain[found[0]] if found else None
    if option.type == "int" and not isinstance(value, bool):
        number = re.fullmatch(r" *(-?[0-9]{1,20})(?:\.0+)? *([a-z]*) *", str(value)) if isinstance(value, (str, float)) else None
        if number is not None and number.group(2) in ("", option.unit):
            value = int(number.group(1))
        if isinstance(value, int):
            return max(option.minimum, min(option.maximum, value))  # type: ignore[type-var]
    return None


def expected(name: OptionOrName) -> str:
    """What to write as value of an option, in words that follow "Write"."""
    option = get(name)
    if option.type == "int":
        return f"a number from {option.minimum} to {option.maximum}"
    if option.type == "enum":
        return "one of " + ", ".join(known.name for known in option.values)
    return _EXPECTED[option.type]


_EXPECTED = {
    "bool": "true or false",
    "mac": 'a MAC address in quotes, as in "02:00:00:00:00:01"',
    "interface": "the name of a slave, as in eth0",
    "ipv4_list": f"up to {MAX_TARGETS} different addresses, as in [198.51.100.1, 198.51.100.2]",
    "ipv6_list": f'up to {MAX_TARGETS} different addresses, as in ["2001:db8::1", "2001:db8::2"]',
}


def _number(option: Option, value: Any) -> int:
    unit, bare = _UNITS.get(option.unit or "", ("", ""))
    rule = f"must be a whole number{unit} from {option.minimum} to {option.maximum}{bare}"
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not option.minimum <= value <= option.maximum:  # type: ignore[operator]
        raise ValueError(rule)
    return value


def _switch(_option: Option, value: Any) -> bool:
    found = _spelling.switch(value)
    if found is None:
        raise ValueError("must be true or false")
    return found


def _named(option: Option, value: Any) -> str:
    if isinstance(value, (int, str)) and not isinstance(value, bool):
        text = str(value).strip().lower()
        for known in option.values:
            if text in (known.name, str(known.number)):
                return known.name
    raise ValueError("must be one of " + ", ".join(f"{known.name} ({known.number})" for known in option.values))


def _items(value: Any, what: str) -> List[str]:
    if isinstance(value, str):
        return [item for item in re.split(r"[\s,]+", value) if item]
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return [item.strip() for item in value]
    raise ValueError(f"must be a list of {what} addresses")


def _targets(value: Any, family: Any, what: str) -> List[str]:
    targets: List[str] = []
    strange: List[str] = []
    problems: List[str] = []
    for item in _items(value, what):
        try:
            address = family(item)
        except ValueError:
            strange.append(item)
            continue
        # bond_is_ip_target_ok() and bond_is_ip6_target_ok() in the driver's header; kernels before 5.3 refuse all of 0.0.0.0/8.
        if family is ipaddress.IPv4Address and str(address) in ("0.0.0.0", "255.255.255.255"):
            problems.append(f"must not hold {address}: the kernel takes it for no target")
        elif family is ipaddress.IPv6Address and (address.is_unspecified or address.is_loopback or address.is_multicast):
            problems.append(f"must not hold {address}: the kernel takes no unspecified, loopback or multicast target")
        elif str(address) in targets:
            problems.append(f"must not hold {address} twice")
        else:
            targets.append(str(address))
    if strange:
        problems.insert(0, f"must be a list of {what} addresses; {' and '.join(strange)} {'is' if len(strange) == 1 else 'are'} none")
    if len(targets) > MAX_TARGETS:
        problems.append(f"must hold at most {MAX_TARGETS} addresses, not {len(targets)}")
    if problems:
        raise ValueError("; it ".join(dict.fromkeys(problems)))
    return targets


def _mac(_option: Option, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError('must be a MAC address as text; quote it, as in "02:00:00:00:00:01", because YAML reads some of them as numbers')
    found = _spelling.mac(value)
    if found is None:
        raise ValueError('must be a MAC address of six pairs of hexadecimal digits, as in "02:00:00:00:00:01"')
    if _spelling.is_group(found):
        raise ValueError("must not be a multicast address")
    return found


def _interface(_option: Option, value: Any) -> str:
    if not isinstance(value, str) or not _INTERFACE.fullmatch(value) or value in (".", ".."):
        raise ValueError("must be the name of an interface: 1 to 15 characters without space, slash and colon")
    return value


_CANONICAL = {
    "int": _number,
    "bool": _switch,
    "enum": _named,
    "mac": _mac,
    "interface": _interface,
    "ipv4_list": lambda _option, value: _targets(value, ipaddress.IPv4Address, "IPv4"),
    "ipv6_list": lambda _option, value: _targets(value, ipaddress.IPv6Address, "IPv6"),
}


def _is_set(value: Any) -> bool:
    return value not in (None, False, 0, "", "none") and value != [] and value != ()


def _broken(relation: Relation, option: Option, mode: str, value: Any, options: Mapping[str, Any]) -> bool:
    if relation.modes is not None and mode not in relation.modes:
        return False
    if relation.unless_default and value == default(option, mode):
        return False
    others = [options.get(name, default(name, mode)) for name in relation.others]
    if relation.kind == "needs":
        return not any(_is_set(other) for other in others)
    if relation.kind == "needs_unset":
        return any(_is_set(other) for other in others)
    return bool(others[0]) and value % others[0] != 0


def verdict(
    name: OptionOrName,
    mode: str,
    value: Any,
    options: Optional[Mapping[str, Any]] = None,
    slaves: Optional[Sequence[str]] = None,
    tx_queues: int = DEFAULT_TX_QUEUES,
) -> Verdict:
    """What the kernel makes of ``value`` on a bond of that mode.

    ``options``: the other options of the same bond, canonical; what is missing there has its default. Without ``options`` no relation is
    looked at. For slave options it holds the bond's options, and for primary_reselect ``prio`` may stand for any slave's priority.
    ``slaves``: the bond's slaves, for options that name one. Options and values that came with a later kernel are judged as if the
    running one had them: what it has is for ``_capabilities`` to say.
    """
    option = get(name)
    try:
        value = canonical(option, value)
    except ValueError as error:
        return Verdict(REFUSED, None, f"{option.name} {error}")
    if mode not in option.accepted:
        return Verdict(REFUSED, None, f"the kernel takes {option.name} in {', '.join(option.accepted)} only")
    for demand in DEMANDS:
        if demand.option == option.name and demand.broken(value, slaves, tx_queues):
            reason = demand.reason.format(value=value, tx_queues=tx_queues)
            return Verdict(demand.outcome, None if demand.outcome == REFUSED else value, reason)
    found = Verdict(ACTS, value, "")
    limited = next((known.acts for known in option.values if known.name == value), None)
    if mode not in (limited if limited is not None else option.acts):
        found = Verdict(INERT, value, option.inert)
    if options is None:
        return found
    for relation in RELATIONS:
        if relation.option == option.name and _broken(relation, option, mode, value, options):
            if relation.outcome == REFUSED:
                return Verdict(REFUSED, None, relation.reason, relation.id)
            if relation.outcome == CHANGED:
                miimon = options.get("miimon", default("miimon", mode))
                return Verdict(CHANGED, value - value % miimon, relation.reason, relation.id)
            if found.outcome == ACTS:
                found = Verdict(INERT, value, relation.reason, relation.id)
    return found


def outcome(name: OptionOrName, mode: str, value: Any, options: Optional[Mapping[str, Any]] = None) -> str:
    """``acts``, ``inert``, ``changed`` or ``refused``: the outcome of ``verdict``."""
    return verdict(name, mode, value, options).outcome


def cost(name: OptionOrName, mode: Optional[str] = None) -> str:
    """What a change costs: ``live``, ``flap`` (the bond goes down and up) or ``rebuild`` (it must lose its slaves first).

    Raises ValueError if ``mode`` is given and the kernel does not take the option there.
    """
    option = get(name)
    if mode is not None and mode not in option.accepted:
        raise ValueError(f"{option.name} cannot change in {mode}: the kernel does not take it there")
    if option.no_slaves:
        return "rebuild"
    return "flap" if option.bond_down else "live"


def _kernel_text(option: Option, value: Any) -> str:
    """The spelling that sysfs and iproute2 share."""
    if option.type == "bool":
        return str(int(value))
    return str(value)


# iproute2 wants on or off for these and 0 or 1 for the other switches.
_ON_OFF = ("lacp_active", "coupled_control", "broadcast_neighbor")


def to_iproute2(name: OptionOrName, value: Any) -> List[str]:
    """The words after ``type bond`` or ``type bond_slave``. Raises ValueError where iproute2 has no way to say it."""
    option = get(name)
    if option.iproute2 is None:
        raise ValueError(f"iproute2 has no known keyword for {option.name}")
    if option.type in ("ipv4_list", "ipv6_list"):
        return [option.iproute2, ",".join(value)]
    if option.type == "interface" and not value:
        raise ValueError(f"iproute2 cannot clear {option.name}; an empty line in its sysfs file can")
    if option.name in _ON_OFF:
        return [option.iproute2, "on" if value else "off"]
    return [option.iproute2, _kernel_text(option, value)]


def to_sysfs(name: OptionOrName, value: Any, current: Sequence[str] = (), slave: Optional[str] = None) -> List[str]:
    """The lines to write to the option's sysfs file, one write each.

    Lists need ``current``, the addresses that are there already; queue_id needs ``slave``, because its file belongs to the bond.
    Raises ValueError where there is no file.
    """
    option = get(name)
    if option.sysfs is None:
        raise ValueError(f"{option.name} has no file in sysfs")
    if option.type == "ipv4_list":
        return [f"-{item}" for item in current if item not in value] + [f"+{item}" for item in value if item not in current]
    if option.name == "queue_id":
        return [f"{slave}:{value}"]
    return [_kernel_text(option, value) if value is not None else ""]


def from_iproute2(name: OptionOrName, value: Any) -> Any:
    """Canonical value of what ``ip -j -d link`` prints; an attribute that is not printed is None, an empty list or no primary."""
    option = get(name)
    if option.type in ("ipv4_list", "ipv6_list"):
        return canonical(option, value or [])
    # iproute2 6.1 prints null for the arp_validate of 0.
    if value is None:
        return option.default if option.name == "arp_validate" else None
    if option.type == "interface":
        return str(value)
    return canonical(option, value)


def read_info(info: Mapping[str, Any], level: str = "bond") -> Dict[str, Any]:
    """``linkinfo.info_data`` (level bond) or ``info_slave_data`` (level slave) as {option: canonical value}.

    Scalars that are not printed are left out: this kernel, this mode or this iproute2 does not show them. Lists and interfaces are always
    there.
    """
    found = {}
    for option in OPTIONS.values():
        if option.level != level or option.json is None:
            continue
        if option.json in info or option.type in ("ipv4_list", "ipv6_list", "interface"):
            found[option.name] = from_iproute2(option, info.get(option.json))
    return found


def from_sysfs(name: OptionOrName, text: str) -> Any:
    """Canonical value of a sysfs file's content (``802.3ad 4``, ``100``, addresses with spaces); None for an empty file that is no list."""
    option = get(name)
    words = text.split()
    if option.type == "ipv4_list":
        return canonical(option, words)
    if not words:
        return None
    return canonical(option, words[0])


def backend_key(name: OptionOrName, backend: str) -> Optional[Key]:
    """The back end's key of an option, None if it has none that works. Raises KeyError for an unknown back end."""
    return KEYS[backend].get(get(name).name)


def _version(text: str) -> Tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", text))


def inexpressible(name: OptionOrName, backend: str, value: Any, version: Optional[str] = None) -> Optional[str]:
    """Why that back end (in that version, if given) cannot say this canonical value; None if it can."""
    option = get(name)
    key = backend_key(option, backend)
    if key is None:
        return DEAD_KEYS.get((backend, option.name), f"{backend} has no key for {option.name}")
    if version is not None and key.since is not None and _version(version) < _version(key.since):
        return f"{key.key} came with {backend} {key.since}, this is {version}"
    if key.values is not None and value not in key.values:
        return f"{key.key} takes {', '.join(key.values)} only"
    if key.minimum is not None and value < key.minimum:
        return f"{key.key} cannot be less than {key.minimum}"
    if key.maximum is not None and value > key.maximum:
        return f"{key.key} cannot be more than {key.maximum}"
    return None


def to_backend(name: OptionOrName, backend: str, value: Any, version: Optional[str] = None) -> Tuple[str, str]:
    """(key, text) of a canonical value in a back end's file. Raises ValueError with the reason of ``inexpressible``.

    networkd's ``primary`` is a switch in the slave's own file: hand over True there. A line feed in the text of ifupdown2 separates
    repeated keys.
    """
    option = get(name)
    reason = inexpressible(option, backend, value, version)
    key = backend_key(option, backend)
    if reason is not None or key is None:
        raise ValueError(reason)
    syntax = SYNTAX[backend]
    spelled = key.key
    if key.older is not None and version is not None and _version(version) < _version(key.older[0]):
        spelled = key.older[1]
    if isinstance(value, bool):
        return spelled, (key.boolean or syntax.boolean)[int(value)]
    if isinstance(value, (list, tuple)):
        return spelled, syntax.separator.join(value)
    return spelled, str(value) + (syntax.ms if option.unit == "ms" else "")
