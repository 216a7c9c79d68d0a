# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Which hosts of a batch are well so far, told from the results that the tasks of site.yml and rollback.yml registered. Pure functions.

Each task goes on where another host has failed. A host that is not well is taken back at both ends, and the others are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Vars = Mapping[str, Any]

# In this order; each is the name of what must have gone well, and of the registered variable. On switches that is a loop.
STAGES = ("release", "apply", "revert", "alive", "form", "proof", "keep")
REGISTERED = {
    "release": "__links_release",
    "apply": "host_links_result",
    "revert": "__links_reverted",
    "alive": "__links_alive",
    "form": "__links_form",
    "proof": "__links_proof",
    "keep": "__links_keep",
}
_SWITCH_STAGES = ("release", "form")


def switches_of(fleet: Mapping[str, Any], hosts: Iterable[str]) -> list[str]:
    """The switches where cables of these hosts end, and which can be reached."""
    hosts = set(hosts)
    entries = fleet["switches"].items()
    return [name for name, entry in entries if entry["platform"] and any(port["host"] in hosts for port in entry["ports"].values())]


def represented(fleet: Mapping[str, Any], host: str, hosts: Sequence[str]) -> list[str]:
    """The switches that this host is the first of these to be cabled to: so each switch is spoken to by one host of a batch."""
    found = []
    for name in switches_of(fleet, hosts):
        cabled = {port["host"] for port in fleet["switches"][name]["ports"].values()}
        if next(one for one in hosts if one in cabled) == host:
            found.append(name)
    return found


def changing(hostvars: Mapping[str, Vars], hosts: Sequence[str], host_result: str, switch_results: str) -> list[str]:
    """The hosts that have something to change, at their own end or on a switch."""
    on_switches = {host for result in _loops(hostvars, hosts, switch_results) for host in result.get("hosts", ())}
    return [host for host in hosts if host in on_switches or _result(hostvars, host, host_result).get("changed")]


def failures(hostvars: Mapping[str, Vars], fleet: Mapping[str, Any], hosts: Sequence[str], upto: str) -> dict[str, str]:
    """Host -> why it is not well, looking at the stages up to this one."""
    found: dict[str, str] = {}
    for stage in STAGES[: STAGES.index(upto) + 1]:
        if stage in _SWITCH_STAGES:
            for result in _loops(hostvars, hosts, REGISTERED[stage]):
                if _bad(result):
                    for host in hosts:
                        if result["item"] in switches_of(fleet, [host]):
                            found.setdefault(host, f"{result['item']}: {_words(result)}")
            continue
        for host in hosts:
            result = _result(hostvars, host, REGISTERED[stage])
            bad = _bad(result) or (stage == "alive" and _not_alive(result)) or (stage == "proof" and result.get("verdict") == "failed")
            if bad:
                found.setdefault(host, result.get("line") or _words(result))
    return found


def late(fleet: Mapping[str, Any], hosts: Iterable[str]) -> list[str]:
    """The hosts that get no LAG. They are kept after their switch, which could otherwise still put them in front of its old LAG."""
    with_lag = {lag["host"] for entry in fleet["switches"].values() for lag in entry["lags"].values()}
    return [host for host in hosts if host not in with_lag]


def _result(hostvars: Mapping[str, Vars], host: str, name: str) -> Vars:
    return hostvars[host].get(name) or {}


def _loops(hostvars: Mapping[str, Vars], hosts: Iterable[str], name: str) -> list[Vars]:
    return [one for host in hosts for one in _result(hostvars, host, name).get("results", ()) if not one.get("skipped")]


def _bad(result: Vars) -> bool:
    return bool(result.get("failed") or result.get("unreachable"))


def _not_alive(result: Vars) -> bool:
    """A change that is not there, or that is not what was wanted."""
    if not result or result.get("skipped"):
        return False
    transaction = result.get("transaction") or {}
    return transaction.get("status") not in ("applied", "confirmed") or bool(result.get("differences"))


def _words(result: Vars) -> str:
    if _not_alive(result) and not _bad(result):
        transaction = result.get("transaction") or {}
        steps = "; ".join(f"{step['link']} {step['what']}" for step in result.get("differences", ()))
        why = transaction.get("reason") or (f"{steps} differs" if steps else "")
        return f"the change is {transaction.get('status', 'unknown')}{f': {why}' if why else ''}"
    return str(result.get("msg") or "failed")
