# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What this host's bonding driver and tools can do, measured with a scratch bond in a network namespace of its own.

Version numbers tell little, because distributions backport: Debian's 6.1.176 has the coupled_control of 6.9, RHEL 8's 4.18 the
peer_notif_delay of 5.3.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils._options import OPTIONS, get

Run = Callable[..., Tuple[int, str, str]]

TIMEOUT = 20

# max_bonds=0, because the driver's default makes a bond0 in the host's own network when it is loaded, by "ip link add" too.
# "modprobe -n" loads nothing and says whether there is a driver.
_OUTER = """
if [ ! -d /sys/module/bonding ]; then
    command -v modprobe >/dev/null || { echo driver unknown; exit 0; }
    if [ "$1" = load ]; then
        modprobe bonding max_bonds=0 2>/dev/null
    elif modprobe -n -q bonding; then
        echo driver available; exit 0
    fi
fi
[ -d /sys/module/bonding ] || { echo driver absent; exit 0; }
echo driver loaded
exec unshare -n -m sh -c "$2" sh "$1"
"""

# The lists show themselves only while they hold something. Where nothing may be loaded, only a slave whose driver is there is tried.
_INNER = """
bond=scratch
ip link add name $bond type bond mode 802.3ad || exit 1
echo bond made
if mount -t sysfs sysfs /sys 2>/dev/null && cd /sys/class/net/$bond/bonding 2>/dev/null; then
    ls -l | sed -n 's/^-.w.* /file /p'
    for policy in HASHES; do echo $policy 2>/dev/null >xmit_hash_policy && echo "hash $policy"; done
    cd /
else
    for policy in HASHES; do ip link set dev $bond type bond xmit_hash_policy $policy 2>/dev/null && echo "hash $policy"; done
fi
ip link set dev $bond type bond arp_ip_target 192.0.2.1 2>/dev/null
ip link set dev $bond type bond ns_ip6_target 2001:db8::1 2>/dev/null
for kind in veth dummy; do
    if [ "$1" = load ] || [ -d /sys/module/$kind ]; then
        ip link add name slave type $kind 2>/dev/null && ip link set dev slave master $bond && break
    fi
done
ip -j -d link show 2>/dev/null | tr -d '\\n' | sed 's/^/links /'
"""


def _script() -> str:
    policies = " ".join(value.name for value in get("xmit_hash_policy").values)
    return _INNER.replace("HASHES", policies)


def probe(run: Run, may_load: bool = True) -> Dict[str, Any]:
    """What the host can do; costs one command, which needs root.

    ``run(argv, timeout=seconds) -> (rc, out, err)``. With ``may_load`` false nothing is loaded: a driver that is there and not loaded has
    ``bonding`` True and everything else None.

    Returns ``{"bonding": True, False or None, "options": [...] or None, "unknown": [...], "hash_policies": [...] or None}``.
    ``options`` names what the kernel has and iproute2 or sysfs can set, ``unknown`` what could not be looked at.
    """
    _rc, out, _err = run(["sh", "-c", _OUTER, "sh", "load" if may_load else "keep", _script()], timeout=TIMEOUT)
    facts: Dict[str, List[str]] = {}
    for line in out.splitlines():
        what, _space, rest = line.partition(" ")
        facts.setdefault(what, []).append(rest)
    driver = facts.get("driver", ["unknown"])[0]
    found: Dict[str, Any] = {
        "bonding": {"absent": False, "unknown": None}.get(driver, True),
        "options": None,
        "unknown": [],
        "hash_policies": None,
    }
    if "bond" not in facts:
        return found
    links = _links(facts.get("links", []))
    if links is None and "file" not in facts:
        return found
    found["options"], found["unknown"] = _options(links, facts.get("file", []))
    found["hash_policies"] = facts.get("hash", [])
    return found


def _links(texts: Sequence[str]) -> Optional[List[Mapping[str, Any]]]:
    """The links that ``ip -j`` showed, None where it is too old for JSON."""
    try:
        return [link.get("linkinfo", {}) for link in json.loads("".join(texts))]
    except (ValueError, AttributeError):
        return None


def _options(links: Optional[Sequence[Mapping[str, Any]]], files: Sequence[str]) -> Tuple[List[str], List[str]]:
    shown = {"bond": {key for link in links or () for key in link.get("info_data", {}) if link.get("info_kind") == "bond"}, "slave": set()}
    slaves = [link["info_slave_data"] for link in links or () if link.get("info_slave_kind") == "bond" and "info_slave_data" in link]
    shown["slave"] = {key for slave in slaves for key in slave}
    have, unknown = [], []
    for option in OPTIONS.values():
        # Both name a slave and are shown only while there is one; no kernel lacks them.
        if option.json in shown[option.level] or option.sysfs in files or option.type == "interface":
            have.append(option.name)
        elif option.json is not None and (links is None or (option.level == "slave" and not slaves)):
            unknown.append(option.name)
    return have, unknown


def has(capabilities: Mapping[str, Any], name: str, value: Any = None) -> Optional[bool]:
    """Whether the host can set an option (and, of xmit_hash_policy, a canonical value); None where that is not known."""
    option = get(name)
    if capabilities["options"] is None or option.name in capabilities["unknown"]:
        return None
    if option.name == "xmit_hash_policy" and value is not None and capabilities["hash_policies"] is not None:
        return value in capabilities["hash_policies"]
    return option.name in capabilities["options"]
