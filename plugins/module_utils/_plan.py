# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The difference between state and desired, as steps with their cost, in the order in which the sh library takes them."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from ansible_collections.trunkline.bonding.plugins.module_utils import _desired, _options, _stack

NONE, LIVE, FLAP, REBUILD = COSTS = ("none", "live", "flap", "rebuild")

Step = Dict[str, Any]

_BRIDGE = ("stp", "forward_delay", "vlan_filtering")


def cost(steps: Sequence[Mapping[str, Any]]) -> str:
    """The dearest of the steps' costs: ``none``, ``live``, ``flap`` or ``rebuild``."""
    return max((step["cost"] for step in steps), key=COSTS.index, default=NONE)


def plan(state: Mapping[str, Any], desired: Mapping[str, Any]) -> List[Step]:
    """Steps ``{"action", "link", "what", "before", "after", "cost"}``; none means that the kernel is as desired.

    Costs: ``live`` interrupts nothing that works now; ``flap`` takes a link down and up, or moves addresses to another link, and puts back
    what is lost by it; ``rebuild`` takes a bond or a whole stack apart.
    """
    there, links = state["links"], desired["links"]
    order = list(links)
    steps: List[Step] = []
    for name in desired["absent"]:
        if name in there:
            steps.append(_step("delete", name, there[name]["kind"], True, None, REBUILD if _in_use(state, name) else LIVE))
    for name in order:
        steps += _creation(name, links[name], there.get(name))
    for name in order:
        steps += _release(name, links[name], there)
    for name in order:
        steps += _body(name, links[name], there.get(name), state, desired)
    for name in order:
        steps += _addresses(name, links[name], there.get(name, {}), _enslaved(name, links))
    return steps + _routes(state, desired)


def bounces(state: Mapping[str, Any], links: Sequence[str], manager: str) -> List[Step]:
    """Steps for links that the host's manager takes down and up, or sets up anew, for its own reasons, where traffic runs over them."""
    return [_step("bounce", name, manager, None, None, FLAP) for name in links if _in_use(state, name)]


def _step(action: str, link: str, what: str, before: Any, after: Any, price: str) -> Step:
    return {"action": action, "link": link, "what": what, "before": before, "after": after, "cost": price}


def _in_use(state: Mapping[str, Any], name: str) -> bool:
    """Does traffic of this host run over the link or what stands on it?"""
    stack = _stack.above(state["links"], name)
    return any(entry["scope"] == "global" for link in stack for entry in state["links"][link]["addresses"])


def _recreated(link: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    return link["kind"] == "vlan" and there["kind"] == "vlan" and (link["id"], link["link"]) != (there["id"], there["link"])


def _creation(name: str, link: Mapping[str, Any], there: Optional[Mapping[str, Any]]) -> List[Step]:
    if there is None:
        return [_step("create", name, link["kind"], None, True, LIVE)]
    if _recreated(link, there):
        return [_step("create", name, "vlan", f"{there['link']} {there['id']}", f"{link['link']} {link['id']}", REBUILD)]
    if link["kind"] == "bond" and there["kind"] == "bond" and there["mode"] != link["mode"]:
        return [_step("mode", name, "mode", there["mode"], link["mode"], REBUILD)]
    return []


def _release(name: str, link: Mapping[str, Any], links: Mapping[str, Any]) -> List[Step]:
    old = links.get(name, {}).get("slaves") or ()
    staying = set(old) & set(link.get("slaves") or ())
    return [_step("release", slave, name, name, None, LIVE if staying else REBUILD) for slave in old if slave not in staying]


def _master(name: str, link: Mapping[str, Any], old: Mapping[str, Any], state: Mapping[str, Any], desired: Mapping[str, Any]) -> List[Step]:
    before, after = old.get("master"), link["master"]
    links = desired["links"]
    # Slaves that come and go are steps of their bond, and a master that is deleted lets go of its ports.
    done_by_bond = "bond" in (links.get(after or "", {}).get("kind"), links.get(before or "", {}).get("kind") if after is None else None)
    if before == after or done_by_bond or (after is None and before in desired["absent"]):
        return []
    # What a port brings with it has to move; a bridge that loses a port may lose its way out.
    moving = any(entry["scope"] == "global" for entry in old.get("addresses") or ())
    losing = before in state["links"] and _in_use(state, before)
    return [_step("master", name, after or before, before, after, FLAP if moving or losing else LIVE)]


def _body(
    name: str, link: Mapping[str, Any], there: Optional[Mapping[str, Any]], state: Mapping[str, Any], desired: Mapping[str, Any]
) -> List[Step]:
    old = there or {}
    if there is not None and _recreated(link, there):
        old = {}
    steps = []
    if link.get("mac") and old.get("mac") != link["mac"]:
        steps.append(_step("mac", name, "mac", old.get("mac"), link["mac"], FLAP if old and _in_use(state, name) else LIVE))
    if link["kind"] == "bond":
        steps += _bond(name, link, old, state)
    elif link["kind"] == "bridge":
        for key in _BRIDGE:
            if link[key] is not None and old and old.get(key) != link[key]:
                steps.append(_step("bridge", name, key, old.get(key), link[key], LIVE))
    if link["mtu"] is not None and old.get("mtu") != link["mtu"]:
        steps.append(_step("mtu", name, "mtu", old.get("mtu"), link["mtu"], LIVE))
    steps += _master(name, link, old, state, desired)
    steps += _slave_options(name, link, old)
    if link["up"] != old.get("up"):
        steps.append(_step("up", name, "up", old.get("up"), link["up"], LIVE if link["up"] or not _in_use(state, name) else FLAP))
    return steps


def _bond(name: str, link: Mapping[str, Any], old: Mapping[str, Any], state: Mapping[str, Any]) -> List[Step]:
    steps = []
    first = link.get("enslave_first")
    rebuilt = bool(old) and old.get("mode") != link["mode"]
    for slave in sorted(link["slaves"], key=lambda slave: slave != first):
        if slave not in (old.get("slaves") or ()):
            before = state["links"].get(slave, {}).get("master")
            steps.append(
                _step("enslave", slave, name, before, name, REBUILD if slave in state["links"] and _in_use(state, slave) else LIVE)
            )
    known = old.get("options") or {}
    for option, value in sorted(link["options"].items(), key=lambda item: item[0] == "min_links"):
        if old and known.get(option) == value:
            continue
        if not old and value == _options.default(option, link["mode"]):
            continue
        price = _options.cost(option) if old and not rebuilt else LIVE
        steps.append(_step("option", name, option, known.get(option), value, price))
    return steps


def _slave_options(name: str, link: Mapping[str, Any], old: Mapping[str, Any]) -> List[Step]:
    known = old.get("slave_options") or {}
    return [
        _step("slave_option", name, option, known.get(option), value, LIVE)
        for option, value in (link.get("slave_options") or {}).items()
        if known.get(option) != value
    ]


def _enslaved(name: str, links: Mapping[str, Any]) -> bool:
    return links.get(links[name]["master"] or "", {}).get("kind") == "bond"


def _addresses(name: str, link: Mapping[str, Any], there: Mapping[str, Any], enslaved: bool) -> List[Step]:
    entries = {entry["address"]: entry for entry in there.get("addresses") or ()}
    details = link.get("address_details") or {}
    # A slave has none at all, wherever they came from.
    gone = [text for text, entry in entries.items() if _desired.judged(entry)] if enslaved else link["addresses_off"]
    steps = [_step("address", name, text, text, None, LIVE) for text in gone if text in entries]
    for text in link["addresses"] or ():
        # A lease that happens to be the wanted address would run out.
        lasting = text in entries and (not entries[text]["dynamic"] or details.get(text, {}).get("dynamic"))
        if not lasting:
            steps.append(_step("address", name, text, None, text, LIVE))
    return steps


def describe(route: Mapping[str, Any]) -> str:
    """A route in the words of ``ip route``, as far as a person needs them."""
    words = [route["to"]]
    for key in ("via", "metric", "table"):
        words += [key, str(route[key])] if route.get(key) else []
    return " ".join(words)


def _routes(state: Mapping[str, Any], desired: Mapping[str, Any]) -> List[Step]:
    steps = []
    for route in desired["routes_off"]:
        if any(_desired.same_route(route, there) for there in state["routes"]):
            steps.append(_step("route", route["dev"], describe(route), describe(route), None, LIVE))
    for route in desired["routes"]:
        # Those to the subnets of addresses are put back with the rest; a state does not tell of them.
        if route.get("protocol") != "kernel" and not any(_desired.same_route(route, there) for there in state["routes"]):
            dev = route["dev"] or route["hops"][0]["dev"]
            steps.append(_step("route", dev, describe(route), None, describe(route), LIVE))
    return steps
