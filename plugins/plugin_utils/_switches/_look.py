# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The look before a push: who stands behind each port that is named, and what is in the way. Pure functions.

A typed-wrong port must not reconfigure somebody else's server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

try:
    import netaddr
except ImportError:
    netaddr = None

from ansible_collections.trunkline.bonding.plugins.module_utils import _lacp
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._platforms import PlatformError

Model = _model.Model


def look(want: Model, state: Model, stations: Mapping[str, str], path: str) -> list[Finding]:
    """All findings of the look. ``stations`` maps each MAC address of the inventory to its host."""
    found: list[Finding] = []
    hosts = {host.lower(): host for host in stations.values()}
    after = _model.overlay(state, want)
    for name, port in want["ports"].items():
        if port.get("host"):
            found += _behind(name, port, state, stations, hosts, f"{path}.ports.{name}")
        found += _others(name, want, state, f"{path}.ports.{name}")
        found += _native(name, state, after, f"{path}.ports.{name}")
    for id_, lag in want["lags"].items():
        members = state["lags"].get(id_, {}).get("members", [])
        strangers = [member for member in members if member not in want["ports"]]
        if lag and strangers and not set(members) & set(lag["members"]):
            words = {"others": ", ".join(members), "bond": lag.get("bond"), "host": lag.get("host")}
            found.append(finding("switch.lag-id-in-use", f"{path}.lags.{id_}", id_, **words))
    return found


def evidence(name: str, state: Model) -> list[tuple[str, str]]:
    """What was seen behind a port: ``(MAC address or name of a system, where it was seen)``, the best first."""
    seen = []
    partner = state["lacp"].get(name, {}).get("partner")
    if _lacp.heard(partner):
        seen.append((partner["system"].lower(), "LACP"))
    for neighbour in state["lldp"].get(name, ()):
        seen += [(_spelled(value), "LLDP") for value in (neighbour["system"], neighbour["chassis"], neighbour["port"]) if value]
    return seen + [(mac.lower(), "MAC table") for mac in state["macs"].get(name, ())]


def _spelled(value: str) -> str:
    """An address as the inventory has it: neighbours write theirs as they like. Raises PlatformError."""
    if netaddr is None:
        raise PlatformError("The Python package netaddr is needed on the controller")
    return str(netaddr.EUI(value, dialect=netaddr.mac_unix_expanded)) if netaddr.valid_mac(value) else value.lower()


def _behind(
    name: str, port: dict[str, Any], state: Model, stations: Mapping[str, str], hosts: Mapping[str, str], path: str
) -> Iterator[Finding]:
    host = port["host"]
    seen = evidence(name, state)
    owners = [(value, where, stations.get(value) or hosts.get(value.split(".")[0])) for value, where in seen]
    strangers = [(value, where, owner) for value, where, owner in owners if owner not in (None, host)]
    if strangers:
        value, where, other = strangers[0]
        yield finding("switch.other-host", path, value, port=name, other=other, evidence=where, host=host)
    elif not seen:
        yield finding("switch.nothing-seen", path, name, port=name)
    elif all(owner is None for _value, _where, owner in owners) and host.lower() in hosts:
        values = sorted(
            {value for value, where, _owner in owners if where != "LLDP" or ":" in value} or {value for value, _w, _o in owners}
        )
        yield finding("switch.other-station", path, values, port=name, evidence=owners[0][1], host=host)


def _others(name: str, want: Model, state: Model, path: str) -> Iterator[Finding]:
    id_ = state["ports"].get(name, {}).get("lag")
    if id_ is None:
        return
    partner = _lacp.lag(state["lacp"].get(name, {}).get("partner"))
    others = []
    for member in state["lags"][id_]["members"]:
        theirs = _lacp.lag(state["lacp"].get(member, {}).get("partner"))
        live = theirs is not None if state["lags"][id_]["mode"] == "lacp" else state["links"].get(member, False)
        # A member with the same partner is another cable of the same host.
        if member not in want["ports"] and live and (partner is None or theirs != partner):
            others.append(member)
    if others:
        yield finding("switch.lag-not-ours", path, id_, port=name, others=", ".join(others))


def _native(name: str, state: Model, after: Model, path: str) -> Iterator[Finding]:
    now = _model.effective(state, name).get("vlans")
    then = _model.effective(after, name).get("vlans")
    if state["links"].get(name) and _model.switches(now) and then and now["native"] != then["native"]:
        yield finding("switch.native-vlan-changes", path, now["native"], port=name, native=then["native"])
