# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What the bonding driver demands of a value: between two options of one bond, and of the bond itself. ``_options.verdict`` evaluates it,
rules cite it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Optional, Sequence, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils._option_table import AD, ALB, TLB

ACTS = "acts"
INERT = "inert"
CHANGED = "changed"
REFUSED = "refused"
OUTCOMES = (ACTS, INERT, CHANGED, REFUSED)

MIIMON_FORCED = 100
MIIMON_FORCED_IN = (AD, TLB, ALB)


@dataclass(frozen=True)
class Relation:
    """One demand.

    ``kind``: ``needs`` (one of ``others`` is set: not zero, empty, none or false), ``needs_unset`` (none of them is set)
    or ``multiple_of`` (of the one in ``others``).
    ``outcome``: what the kernel makes of a value that breaks the demand. ``modes``: where it holds, None is everywhere.
    ``unless_default``: the demand is not made of the option's default value.
    """

    id: str
    option: str
    kind: str
    others: Tuple[str, ...]
    outcome: str
    reason: str
    modes: Optional[Tuple[str, ...]] = None
    unless_default: bool = True


@dataclass(frozen=True)
class Demand:
    """What a value asks of the bond beside its options. ``broken`` takes the value, the bond's slaves (None: unknown) and its number of
    transmit queues; ``reason`` may name ``{value}`` and ``{tx_queues}``.
    """

    option: str
    outcome: str
    reason: str
    broken: Callable[[Any, Optional[Sequence[str]], int], bool]


def _no_slave(value: Any, slaves: Optional[Sequence[str]], _tx_queues: int) -> bool:
    return slaves is not None and value not in slaves


DEMANDS = (
    Demand("active_slave", REFUSED, "{value} is no slave of the bond", _no_slave),
    Demand("primary", INERT, "the name waits until {value} is a slave of the bond", _no_slave),
    Demand(
        "queue_id", REFUSED, "queue_id must not exceed the bond's {tx_queues} transmit queues",
        lambda value, _slaves, tx_queues: value > tx_queues,
    ),
)  # fmt: skip

_DELAYS = ("updelay", "downdelay", "peer_notif_delay")
_OFF = "the ARP monitor is off while arp_interval is 0"

RELATIONS = (
    *(
        Relation(
            f"{name}-needs-miimon", name, "needs", ("miimon",), REFUSED,
            f"the kernel counts {name} in runs of the MII monitor, which is off while miimon is 0", unless_default=False,
        )
        for name in _DELAYS
    ),
    *(
        Relation(
            f"{name}-multiple-of-miimon", name, "multiple_of", ("miimon",), CHANGED,
            f"the kernel rounds {name} down to a multiple of miimon",
        )
        for name in _DELAYS
    ),
    Relation(
        "one-link-monitor", "arp_interval", "needs_unset", ("miimon",), REFUSED,
        "the kernel runs one link monitor: over netlink both together are refused, through sysfs the later write turns the other off",
    ),
    Relation(
        "arp-validate-without-miimon", "arp_validate", "needs_unset", ("miimon",), REFUSED,
        "probes are validated by the ARP monitor only: over netlink both together are refused, through sysfs a later miimon resets it",
    ),
    Relation(
        "arp-interval-needs-targets", "arp_interval", "needs", ("arp_ip_target", "ns_ip6_target"), INERT,
        "without a target the ARP monitor sends no probe (bonding.rst asks for at least one)",
    ),
    Relation("arp-ip-target-needs-interval", "arp_ip_target", "needs", ("arp_interval",), INERT, _OFF),
    Relation("ns-ip6-target-needs-interval", "ns_ip6_target", "needs", ("arp_interval",), INERT, _OFF),
    Relation("arp-validate-needs-interval", "arp_validate", "needs", ("arp_interval",), INERT, _OFF),
    Relation("arp-missed-max-needs-interval", "arp_missed_max", "needs", ("arp_interval",), INERT, _OFF),
    Relation(
        "arp-all-targets-needs-validate", "arp_all_targets", "needs", ("arp_validate",), INERT,
        "it is looked at for slaves whose probes are validated (bonding.rst)",
    ),
    Relation("use-carrier-needs-miimon", "use_carrier", "needs", ("miimon",), INERT, "only the MII monitor asks for the carrier"),
    Relation(
        "primary-reselect-needs-primary", "primary_reselect", "needs", ("primary", "prio"), INERT,
        "no slave is preferred: neither primary nor the prio of a slave is set",
    ),
    Relation("prio-without-primary", "prio", "needs_unset", ("primary",), INERT, "the driver ignores it while a primary is set"),
    Relation(
        "num-grat-arp-needs-broadcast-neighbor", "num_grat_arp", "needs", ("broadcast_neighbor",), INERT,
        "802.3ad announces addresses only with broadcast_neighbor", modes=(AD,),
    ),
    Relation(
        "alb-hash-needs-static-lb", "xmit_hash_policy", "needs_unset", ("tlb_dynamic_lb",), INERT,
        "balance-alb hashes by policy only while tlb_dynamic_lb is off", modes=(ALB,),
    ),
)  # fmt: skip
