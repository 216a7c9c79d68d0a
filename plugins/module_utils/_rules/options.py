# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Options of a bond and its slaves: what the option table says of mode and relations, and what needs the names of slaves."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _options
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model
from ansible_collections.trunkline.bonding.plugins.module_utils._schema import MAIN_TABLE

_DELAYS = ("updelay", "downdelay", "peer_notif_delay")

# A relation of the option table -> the finding that tells more of it than options.refused, changed and inert do.
_BY_RELATION = {
    **{f"{name}-needs-miimon": "options.delay-without-miimon" for name in _DELAYS},
    **{f"{name}-multiple-of-miimon": "options.delay-not-multiple" for name in _DELAYS},
    "one-link-monitor": "options.miimon-and-arp",
    "arp-interval-needs-targets": "options.arp-interval-without-targets",
    "arp-ip-target-needs-interval": "options.arp-targets-without-interval",
    "ns-ip6-target-needs-interval": "options.arp-targets-without-interval",
    "arp-validate-needs-interval": "options.arp-validate-without-arp-monitor",
    "arp-validate-without-miimon": "options.arp-validate-without-arp-monitor",
    "prio-without-primary": "options.prio-with-primary",
}
_BY_MODE = {
    ("arp_interval", "802.3ad"): "options.arp-monitor-with-lacp",
    ("arp_interval", "balance-tlb"): "options.arp-monitor-with-alb",
    ("arp_interval", "balance-alb"): "options.arp-monitor-with-alb",
}
_BY_OUTCOME = {_options.REFUSED: "options.refused", _options.CHANGED: "options.changed", _options.INERT: "options.inert"}


def check(model: Model) -> Iterator[Finding]:
    for name, bond in model.of_kind("bond"):
        if bond["mode"] is None:
            if not model.doubtful(name, "mode"):
                yield model.finding("options.mode-missing", name, "mode", choices=", ".join(_options.MODES))
            continue
        yield from _verdicts(model, name, bond)
        yield from _of_slaves(model, name, bond)
        yield from _of_addresses(model, name, bond)
        if bond["options"].get("use_carrier") is False:
            yield model.finding("options.use-carrier-off", name, "options", "use_carrier", value=False)


def _verdicts(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    options = bond["options"]
    slaves = [slave for slave in bond["slaves"] if model.links[slave]["master"] == name and model.links[slave]["kind"] == "nic"]
    for slave in slaves:
        own = model.links[slave]["slave_options"]
        for option, value in own.items():
            yield from _verdict(model, name, bond["mode"], option, value, options, ("slave_options", slave))
    # primary_reselect wants a preferred slave, and the prio of any of them makes one.
    prio = next((model.links[slave]["slave_options"]["prio"] for slave in slaves if model.links[slave]["slave_options"].get("prio")), 0)
    for option, value in bond["options"].items():
        yield from _verdict(model, name, bond["mode"], option, value, {**options, "prio": prio}, ("options",))


def _verdict(
    model: Model, name: str, mode: str, option: str, value: Any, options: Mapping[str, Any], keys: Tuple[str, ...]
) -> Iterator[Finding]:
    verdict = _options.verdict(option, mode, value, options)
    if verdict.outcome == _options.ACTS or (verdict.outcome == _options.INERT and value == _options.default(option, mode)):
        return
    relation = _relation(option, verdict.reason)
    if relation is not None and any(model.doubtful(name, "options", other) for other in relation.others):
        return
    # Both monitors together are said once, at arp_interval.
    if relation is not None and relation.id == "arp-validate-without-miimon" and options.get("arp_interval"):
        return
    found = _BY_RELATION.get(relation.id) if relation is not None else _BY_MODE.get((option, mode))
    miimon = options.get("miimon", _options.default("miimon", mode))
    yield model.finding(
        found or _BY_OUTCOME[verdict.outcome],
        name,
        *keys,
        option,
        value=value,
        name=option,
        mode=mode,
        problem=verdict.reason,
        miimon=miimon,
        becomes=verdict.value,
        next=verdict.value + miimon if verdict.outcome == _options.CHANGED else None,
        primary=options.get("primary"),
    )


def _relation(option: str, reason: str) -> Optional[_options.Relation]:
    """The demand of the option table that a verdict's reason comes from."""
    return next((relation for relation in _options.RELATIONS if (relation.option, relation.reason) == (option, reason)), None)


def _of_slaves(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    options, slaves = bond["options"], bond["slaves"]
    if model.doubtful(name, "slaves"):
        return
    primary = options.get("primary")
    if primary is not None and slaves and primary not in slaves:
        words = {"bond": name, "slaves": ", ".join(slaves)}
        yield model.finding("options.primary-not-slave", name, "options", "primary", value=primary, **words)
    if slaves and options.get("min_links", 0) > len(slaves):
        yield model.finding("options.min-links-above-slaves", name, "options", "min_links", value=options["min_links"], count=len(slaves))
    queues: Dict[int, str] = {}
    for slave in dict.fromkeys(slaves):
        queue = model.links[slave].get("slave_options", {}).get("queue_id") if model.links[slave]["master"] == name else None
        if queue and queue in queues:
            keys = ("slave_options", slave, "queue_id")
            yield model.finding("options.queue-id-twice", name, *keys, value=queue, other=queues[queue])
        elif queue:
            queues[queue] = slave


def _of_addresses(model: Model, name: str, bond: Dict[str, Any]) -> Iterator[Finding]:
    options, mode = bond["options"], bond["mode"]
    policy = options.get("fail_over_mac", "none")
    if bond["mac"] and policy != "none" and _options.outcome("fail_over_mac", mode, policy) == _options.ACTS:
        yield model.finding("options.mac-with-fail-over-mac", name, "mac", value=bond["mac"], policy=policy)
    hashing = options.get("xmit_hash_policy", "layer2")
    if hashing == "layer2" and len(bond["slaves"]) > 1 and not model.doubtful(name, "options", "xmit_hash_policy"):
        gateway = next((found for found in map(_gateway(model), [name, *model.above(name)]) if found), None)
        # Whether the policy counts at all: the table does not judge a default.
        if gateway and _options.outcome("xmit_hash_policy", mode, "layer3+4", options) == _options.ACTS:
            keys = ("options", "xmit_hash_policy")
            yield model.finding("options.layer2-behind-gateway", name, *keys, value=hashing, gateway=gateway)


def _gateway(model: Model) -> Any:
    """A function: link -> the gateway that leads out of its network, None if it has none."""

    def of_link(name: str) -> Optional[str]:
        addressing = model.addresses.get(name) or {"gateway": None, "gateway6": None, "routes": []}
        routes = [route["via"] for route in addressing["routes"] if route["to"] == "default" and route["table"] in (None, MAIN_TABLE)]
        return addressing["gateway"] or addressing["gateway6"] or next(filter(None, routes), None)

    return of_link
