# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What lies on what inside one intent, which may still hold circles and names that do not exist."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping

Link = Dict[str, Any]
ETHERNET_MTU = 1500


def directly_below(links: Mapping[str, Link], name: str) -> List[str]:
    """The slaves of a bond, the ports of a bridge, the link of a VLAN."""
    link = links.get(name, {})
    if link.get("kind") == "vlan":
        return [link["link"]] if link["link"] else []
    return list(link.get("slaves") or link.get("ports") or [])


def underneath(links: Mapping[str, Link], name: str) -> List[str]:
    """Every link that a link lies on, near ones first, without itself."""
    return _reach(name, lambda current: directly_below(links, current))


def above(links: Mapping[str, Link], name: str) -> List[str]:
    """Every link on top of a link, near ones first, without itself."""
    return _reach(name, lambda current: [other for other in links if current in directly_below(links, other)])


def _reach(name: str, step: Callable[[str], List[str]]) -> List[str]:
    found = {name: None}
    todo = [name]
    while todo:
        nearer = [other for other in step(todo.pop(0)) if other not in found]
        found.update(dict.fromkeys(nearer))
        todo += dict.fromkeys(nearer)
    return list(found)[1:]


def order(links: Mapping[str, Link]) -> List[str]:
    """The names so that what lies below comes before what lies on top; links in a circle come last, as they were."""
    left = list(links)
    ordered: Dict[str, None] = {}
    while left:
        ready = [name for name in left if all(other in ordered or other not in links for other in directly_below(links, name))]
        if not ready:
            break
        ordered.update(dict.fromkeys(ready))
        left = [name for name in left if name not in ordered]
    return [*ordered, *left]


def effective_mtus(links: Mapping[str, Link]) -> Dict[str, int]:
    """The MTU that each link will have: its own, else the smallest of those below, else Ethernet's 1500."""
    found: Dict[str, int] = {}
    for name in order(links):
        lower = [found.get(other, ETHERNET_MTU) for other in directly_below(links, name)]
        found[name] = links[name]["mtu"] or min(lower or [ETHERNET_MTU])
    return found
