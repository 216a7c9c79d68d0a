# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What stands on what: the order of links in a stack. ``links`` is that of an intent, a state or a desired state."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping


def lower(links: Mapping[str, Any], name: str) -> List[str]:
    """The links that ``name`` stands on: a VLAN's link, a bond's slaves, a bridge's ports, and whatever names it as its master."""
    link = links.get(name) or {}
    found = [link["link"]] if link.get("kind") == "vlan" and link.get("link") else []
    found += [*(link.get("slaves") or ()), *(link.get("ports") or ())]
    found += [other for other, body in links.items() if body.get("master") == name]
    return [other for other in dict.fromkeys(found) if other in links and other != name]


def upper(links: Mapping[str, Any], name: str) -> List[str]:
    """The links that stand on ``name``."""
    return [other for other in links if name in lower(links, other)]


def _reach(links: Mapping[str, Any], names: Iterable[str], step: Any) -> List[str]:
    found: List[str] = []
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting += step(links, name)
    return found


def above(links: Mapping[str, Any], *names: str) -> List[str]:
    """``names`` and all that stands on them, nearest first."""
    return _reach(links, names, upper)


def below(links: Mapping[str, Any], *names: str) -> List[str]:
    """``names`` and all that they stand on, nearest first."""
    return _reach(links, names, lower)


def bottom_up(links: Mapping[str, Any], names: Iterable[str]) -> List[str]:
    """The names that are in ``links``, what lies below first; links that depend on nothing keep their order."""
    depth: Dict[str, int] = {}

    def measure(name: str, seen: frozenset) -> int:
        if name not in depth:
            # A circle cannot exist in the kernel; in an intent it is somebody else's finding.
            under = [other for other in lower(links, name) if other not in seen]
            depth[name] = 1 + max((measure(other, seen | {name}) for other in under), default=0)
        return depth[name]

    return sorted((name for name in names if name in links), key=lambda name: measure(name, frozenset()))
