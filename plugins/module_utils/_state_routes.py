# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Routes, rules, neighbours and the VLANs of bridge ports, as the kernel has them.

A route keeps, beside what it means, the words that ``ip route add`` needs to make it again, because the way back must be exact.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Dict, List, Mapping, Optional

# The keys of a route that are understood here; a route with another one, such as encap, cannot be made again from what ip shows.
_KNOWN = frozenset(
    ("type", "dst", "gateway", "via", "dev", "table", "protocol", "scope", "prefsrc", "metric", "flags", "nexthops", "pref", "metrics")
    + ("expires", "error", "used", "users", "age", "cache", "uid", "nhid", "from", "tos")
)
_KERNELS_OWN = ("local", "broadcast", "multicast", "anycast")
_TABLE_LOCAL = ("local", "255")
_TABLE_MAIN = ("main", "254", None)


def _family(item: Mapping[str, Any], gateway: Optional[str]) -> int:
    for text in (item.get("dst"), item.get("prefsrc"), gateway, item.get("from")):
        if text and text not in ("default", "all"):
            return 6 if ":" in text else 4
    # Only IPv6 routes have a preference (RFC 4191), and all of them show it.
    return 6 if "pref" in item else 4


def _via(item: Mapping[str, Any]) -> Optional[str]:
    via = item.get("via")
    return item.get("gateway") or (via.get("host") if isinstance(via, dict) else None)


def _via_words(item: Mapping[str, Any]) -> List[str]:
    via = item.get("via")
    if isinstance(via, dict):
        return ["via", str(via.get("family", "inet6")), str(via["host"])]
    return ["via", str(item["gateway"])] if item.get("gateway") else []


def _metric_words(item: Mapping[str, Any]) -> List[str]:
    # The JSON of iproute2 6.1 does not tell which metrics are locked.
    metrics = {key: value for part in item.get("metrics") or () for key, value in part.items()}
    return [word for key, value in metrics.items() if isinstance(value, int) for word in (key, str(value))]


def _words(item: Mapping[str, Any], family: int) -> List[str]:
    words = [] if item.get("type", "unicast") == "unicast" else [str(item["type"])]
    words.append(str(item["dst"]))
    if family == 6 and item.get("from"):
        words += ["from", str(item["from"])]
    if item.get("tos"):
        words += ["tos", str(item["tos"])]
    words += _via_words(item)
    if item.get("dev") and not item.get("nexthops"):
        words += ["dev", str(item["dev"])]
    for key, keyword in (("table", "table"), ("protocol", "proto"), ("scope", "scope"), ("prefsrc", "src"), ("metric", "metric")):
        # The scope of an IPv6 route says nothing, and no metric of 0 can be asked for.
        if item.get(key) in (None, 0) or (key == "scope" and family == 6):
            continue
        words += [keyword, str(item[key])]
    words += _metric_words(item)
    if item.get("pref") not in (None, "medium"):
        words += ["pref", str(item["pref"])]
    if isinstance(item.get("expires"), int):
        words += ["expires", str(item["expires"])]
    if "onlink" in (item.get("flags") or ()):
        words.append("onlink")
    for hop in item.get("nexthops") or ():
        words += ["nexthop", *_via_words(hop), "dev", str(hop["dev"]), "weight", str(hop.get("weight", 1))]
        if "onlink" in (hop.get("flags") or ()):
            words.append("onlink")
    return words


def route(item: Mapping[str, Any], kernels: bool = False) -> Optional[Dict[str, Any]]:
    """One element of ``ip -j -d route show``; None for the routes that the kernel makes and removes by itself, unless ``kernels``."""
    if (item.get("protocol") == "kernel" and not kernels) or item.get("table") in _TABLE_LOCAL or item.get("type") in _KERNELS_OWN:
        return None
    if not item.get("dst") or "cache" in (item.get("flags") or ()):
        return None
    hops = [hop for hop in item.get("nexthops") or () if hop.get("dev")]
    via = _via(item)
    family = _family(item, via or (_via(hops[0]) if hops else None))
    table = None if item.get("table") in _TABLE_MAIN else str(item["table"])
    return {
        "family": family,
        "to": item["dst"],
        "via": via,
        "dev": item.get("dev"),
        "metric": item.get("metric") or None,
        "table": table,
        "protocol": item.get("protocol"),
        "type": item.get("type", "unicast"),
        "hops": [{"via": _via(hop), "dev": hop["dev"]} for hop in hops],
        "exact": _KNOWN.issuperset(item),
        "words": _words(item, family),
    }


def devices(item: Mapping[str, Any]) -> List[str]:
    """The links that a route of state or desired runs over."""
    return [name for name in [item.get("dev"), *(hop["dev"] for hop in item.get("hops") or ())] if name]


def routes(document: List[Mapping[str, Any]]) -> List[Dict[str, Any]]:
    """``ip -j -d route show table all`` as the list of state."""
    found = [route(item) for item in document]
    return [item for item in found if item is not None]


def given_prefixes(document: List[Mapping[str, Any]], links: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """The routes to the subnets of addresses that have ``noprefixroute``: they look like the kernel's, but a daemon made them.

    NetworkManager gives such addresses; without their routes a link has an address and reaches nobody.
    """
    given = {
        (name, str(ipaddress.ip_interface(entry["address"]).network))
        for name, link in links.items()
        for entry in link.get("addresses") or ()
        if "noprefixroute" in entry.get("flags", ()) and entry["scope"] == "global"
    }
    found = [
        route(item, kernels=True) for item in document if item.get("protocol") == "kernel" and (item.get("dev"), item.get("dst")) in given
    ]
    return [item for item in found if item is not None]


def rules(text: str, family: int) -> List[Dict[str, Any]]:
    """``ip rule show`` as ``[{"family", "priority", "text"}]``: text is what ``ip rule add`` takes, without the kernel's own three."""
    found = []
    for line in text.splitlines():
        match = re.match(r"([0-9]+):\s+(.*\S)", line)
        if not match:
            continue
        priority, words = int(match.group(1)), match.group(2).replace("[detached]", " ").split()
        if words in (["from", "all", "lookup", "local"], ["from", "all", "lookup", "main"], ["from", "all", "lookup", "default"]):
            continue
        found.append({"family": family, "priority": priority, "text": " ".join(words)})
    return found


def neighbours(document: List[Mapping[str, Any]]) -> List[Dict[str, Any]]:
    """The entries that somebody wrote by hand: ``[{"address", "dev", "mac"}]``. All others come again by themselves."""
    return [
        {"address": item["dst"], "dev": item["dev"], "mac": item["lladdr"]}
        for item in document
        if "PERMANENT" in (item.get("state") or ()) and item.get("lladdr") and item.get("dev")
    ]


def bridge_vlans(document: List[Mapping[str, Any]]) -> Dict[str, List[str]]:
    """``bridge -j -compressvlans vlan show`` as port -> words behind ``bridge vlan add dev PORT vid``: ``["10 pvid untagged"]``."""
    found: Dict[str, List[str]] = {}
    for port in document:
        entries = []
        for entry in port.get("vlans") or ():
            span = str(entry["vlan"]) if entry.get("vlanEnd") in (None, entry["vlan"]) else f"{entry['vlan']}-{entry['vlanEnd']}"
            flags = {"PVID": "pvid", "Egress Untagged": "untagged"}
            entries.append(" ".join([span, *(word for flag, word in flags.items() if flag in (entry.get("flags") or ()))]))
        if port.get("ifname"):
            found[port["ifname"]] = entries
    return found
