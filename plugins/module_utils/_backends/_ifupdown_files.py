# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""An intent as stanzas of interfaces(5), with the keys of ifenslave and bridge-utils and hooks for what those cannot say.

Bonds, VLANs and bridges are made by a ``pre-up`` of ours, which runs before the packages' scripts: so a bond has its address before it has
slaves, a VLAN may have any name and needs no package, and a bridge does not wait the second that bridge-utils takes to give it an address.
"""

from __future__ import annotations

import shlex
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _options
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _common

FILE = "/etc/network/interfaces.d/trunkline"
BACKEND = "ifenslave"
# A hook that fails must not keep the rest of the stack, and so the host, from coming up.
_GO_ON = " || true"
# Of a default route that gives way to one without metric.
_LATER = 1024
# ifenslave writes the mode again after our creation, which clears these.
_CLEARED_BY_MODE = ("broadcast_neighbor",)

Setting = Tuple[str, Any]


def reason(name: str, value: Any, mode: str, options: Mapping[str, Any]) -> Optional[str]:
    """Why ifenslave does not write this option; None if it does."""
    return _options.inexpressible(name, BACKEND, value)


def _at_creation(name: str) -> bool:
    option = _options.get(name)
    return option.level == "bond" and option.iproute2 is not None and (option.bond_down or option.no_slaves)


def can_hook(name: str) -> bool:
    """Whether a hook can set it: when the bond is made, or after it is up."""
    return _at_creation(name) or _common.can_hook(name)


def sort_out(intent: Mapping[str, Any]) -> Any:
    """(options for hooks, options that nothing carries), see ``_common.sort_out``."""
    return _common.sort_out(intent["links"], reason, can_hook)


def render(intent: Mapping[str, Any]) -> str:
    """The stanzas of all links, in the order in which they come up."""
    hooked, _refused = sort_out(intent)
    blocks = [_common.MARK]
    for name in _common.bottom_up(intent["links"], intent["links"]):
        link = intent["links"][name]
        # A slave's stanza would bring it up before its bond; the bond takes it as it is.
        if (intent["links"].get(link.get("master") or "") or {}).get("kind") == "bond":
            continue
        blocks.append("\n".join(_link(name, link, intent, hooked)))
    return "\n\n".join(blocks) + "\n"


def _link(name: str, link: Mapping[str, Any], intent: Mapping[str, Any], hooked: Iterable[_common.Hooked]) -> Iterator[str]:
    wanted = _common.addressing(intent, name)
    four, six = _common.by_family(wanted["addresses"])
    yield f"auto {name}"
    inet: List[Tuple[str, List[Setting]]] = [("static", [("address", address)]) for address in four]
    if wanted["dhcp4"]:
        inet.insert(0, ("dhcp", [("metric", metric_of_leases(intent, name))]))
    elif inet:
        inet[-1][1].append(("gateway", wanted["gateway"]))
    else:
        inet = [("manual", [])]
    inet[0][1].extend([*_structure(name, link, intent, hooked), *_dns(wanted)])
    inet6 = list(_six(wanted, six))
    # What a route goes through is there only after the addresses of its family.
    inet[-1][1].extend(_routes(name, wanted, 4))
    (inet6 or inet)[-1][1].extend(_routes(name, wanted, 6))
    for family, stanzas in (("inet", inet), ("inet6", inet6)):
        for method, settings in stanzas:
            yield from _stanza(name, family, method, settings)


def metric_of_leases(intent: Mapping[str, Any], name: str) -> Optional[int]:
    """What puts the gateway of a lease behind the configured one, or None; dhclient cannot be told to leave it out."""
    return _LATER if _common.default_elsewhere(intent, name, 4) else None


def router_switch(intent: Mapping[str, Any], name: str) -> Optional[str]:
    """A command that says whether an advertising router may become the default gateway, or None. Source: ip-sysctl of the kernel."""
    if not _common.takes_ra(intent, name):
        return None
    return f"echo {int(not _common.default_elsewhere(intent, name, 6))} > /proc/sys/net/ipv6/conf/{shlex.quote(name)}/accept_ra_defrtr"


def _stanza(name: str, family: str, method: str, settings: Iterable[Setting]) -> Iterator[str]:
    yield f"iface {name} {family} {method}"
    for key, value in settings:
        if value is not None:
            yield f"    {key} {_common.one_line(value)}"


def _six(wanted: Mapping[str, Any], addresses: List[str]) -> Iterator[Tuple[str, List[Setting]]]:
    accept = wanted["accept_ra"]
    switch = None if accept is None else int(accept)
    if wanted["dhcp6"]:
        yield "dhcp", [("accept_ra", switch)]
    elif accept and not addresses:
        yield "auto", [("accept_ra", switch)]
    for number, address in enumerate(addresses):
        gateway = wanted["gateway6"] if number == len(addresses) - 1 else None
        # Waiting for duplicate address detection would wait for a bond that has no partner yet.
        yield (
            "static",
            [("address", address), ("gateway", gateway), ("accept_ra", None if wanted["dhcp6"] else switch), ("dad-attempts", 0)],
        )


def _dns(wanted: Mapping[str, Any]) -> Iterator[Setting]:
    yield "dns-nameservers", " ".join(wanted["dns"]) or None
    yield "dns-search", " ".join(wanted["search"]) or None


def _structure(name: str, link: Mapping[str, Any], intent: Mapping[str, Any], hooked: Iterable[_common.Hooked]) -> Iterator[Setting]:
    wanted = _common.addressing(intent, name)
    kind = link["kind"]
    mine = [item for item in hooked if item.link == name]
    if kind != "nic":
        made = {item.name: item.value for item in mine if _at_creation(item.name)}
        yield "pre-up", _unless_there(name, _common.create_words(name, link, {"mode": link.get("mode"), **made}))
    if not _common.has_addressing(intent, name):
        yield "pre-up", _common.shell(["ip", "link", "set", "dev", name, "addrgenmode", "none"]) + _GO_ON
    if wanted["accept_ra"] is False and not wanted["dhcp6"] and not _common.by_family(wanted["addresses"])[1]:
        yield "pre-up", f"echo 0 > /proc/sys/net/ipv6/conf/{shlex.quote(name)}/accept_ra || true"
    if _common.takes_ra(intent, name) and _common.default_elsewhere(intent, name, 6):
        yield "pre-up", f"{router_switch(intent, name)}{_GO_ON}"
    if kind == "bond":
        yield "bond-slaves", " ".join(link["slaves"]) or "none"
        for option, value in _common.bond_options(link).items():
            if reason(option, value, link["mode"], {}) is None and value not in (None, []):
                yield _options.to_backend(option, BACKEND, value)
    elif kind == "bridge":
        yield "bridge_ports", " ".join(link["ports"]) or "none"
        yield "bridge_stp", "on" if link["stp"] else "off"
        yield "bridge_fd", link["forward_delay"]
        yield "bridge_maxwait", 0
        yield "bridge_vlan_aware", "yes" if link["vlan_filtering"] else None
    if wanted["dhcp4"] and link.get("mtu"):
        # The method dhcp has no mtu of its own.
        yield "pre-up", _common.shell(["ip", "link", "set", "dev", name, "mtu", str(link["mtu"])])
    else:
        yield "mtu", link.get("mtu")
    if kind == "bond":
        for item in [*mine, *(item for item in hooked if item.link in link["slaves"])]:
            if not _at_creation(item.name) or item.name in _CLEARED_BY_MODE:
                yield "post-up", _common.shell(_common.set_option(item)) + _GO_ON
    if wanted["zone"]:
        yield "post-up", _common.shell(["firewall-cmd", "--quiet", f"--zone={wanted['zone']}", f"--change-interface={name}"]) + _GO_ON
    if kind == "vlan":
        yield "post-down", f"{_common.shell(['ip', 'link', 'delete', 'dev', name])} 2>/dev/null || true"


def _unless_there(name: str, words: Iterable[str]) -> str:
    return f"[ -e /sys/class/net/{shlex.quote(name)} ] || {_common.shell(words)}"


def _routes(name: str, wanted: Mapping[str, Any], family: int) -> Iterator[Setting]:
    """One that does not work must not take along the addresses of the stanzas that follow."""
    for route in wanted["routes"]:
        if _common.route_family(route) == family:
            yield "post-up", _common.shell(_route(route, name)) + _GO_ON


def _route(route: Mapping[str, Any], name: str) -> List[str]:
    words = ["ip"] + (["-6"] if _common.route_family(route) == 6 else []) + ["route", "replace", route["to"]]
    if route.get("via"):
        words += ["via", route["via"]]
    words += ["dev", name]
    for key in ("metric", "table"):
        if route.get(key) is not None:
            words += [key, str(route[key])]
    return words


def dns_environment(name: str, wanted: Mapping[str, Any]) -> Dict[str, str]:
    """What ifupdown hands to the scripts that take DNS servers, see interfaces(5)."""
    return {
        "IFACE": name, "LOGICAL": name, "ADDRFAM": "inet", "METHOD": "static", "MODE": "start", "PHASE": "post-up",
        "IF_DNS_NAMESERVERS": " ".join(wanted["dns"]), "IF_DNS_SEARCH": " ".join(wanted["search"]),
    }  # fmt: skip
