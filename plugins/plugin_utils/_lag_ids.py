# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Which id each LAG of a switch has, and by which name the device knows it. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding, natural
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model, _platforms

Table = dict[str, dict[str, Any]]

GIVEN, PORTS, DEFAULT = "given", "ports", "default"


def settle(table: Table, states: Mapping[str, _model.Model]) -> tuple[Table, list[Finding]]:
    """(the table with LAGs by their ids, findings): the id that is given, else that which the ports have already, else a free one.

    The free one is the number of the first member port, or the next that nobody has. ``states`` may lack switches.
    """
    settled, findings = {}, []
    for switch, entry in table.items():
        lags, found = _settle(switch, entry, states.get(switch))
        ports = {name: dict(port) for name, port in entry["ports"].items()}
        for id_, lag in lags.items():
            for member in lag["members"]:
                ports[member]["lag"] = id_
        settled[switch] = {**entry, "lags": lags, "ports": ports}
        findings += found
    return settled, findings


def _settle(switch: str, entry: dict[str, Any], state: _model.Model | None) -> tuple[dict[str, Any], list[Finding]]:
    platform = _platforms.get(entry["platform"]) if entry["platform"] else None
    there = state["lags"] if state else {}
    lags: dict[str, Any] = {}
    names: dict[str, Any] = {}
    findings: list[Finding] = []

    def name_of(id_: str) -> str | None:
        return there.get(id_, {}).get("name") or (platform.lag_name(id_) if platform else None)

    def take(id_: str, lag: dict[str, Any], origin: str) -> None:
        lags[id_] = names[name_of(id_) or id_] = {**lag, "id": id_, "id_from": origin, "name": name_of(id_)}

    def is_free(id_: str) -> bool:
        return id_ not in lags and id_ not in there and (name_of(id_) or id_) not in names

    for lag in (lag for lag in entry["lags"].values() if lag["id_from"] == GIVEN):
        other = lags.get(lag["id"]) or names.get(name_of(lag["id"]) or lag["id"])
        if other:
            words = {"switch": switch, "other": f"{other['bond']} of {other['host']}"}
            findings.append(finding("fleet.lag-id-twice", lag["paths"]["id"], lag["id"], **words))
        else:
            take(lag["id"], lag, GIVEN)
    waiting = []
    for lag in (lag for lag in entry["lags"].values() if lag["id_from"] != GIVEN):
        present = _present(lag, state)
        if present is None or present in lags:
            waiting.append(lag)
        else:
            take(present, lag, PORTS)
    # Last, so that a default never takes an id that somebody else has.
    for lag in waiting:
        number = _number(lag["members"][0])
        while not is_free(str(number)):
            number += 1
        take(str(number), lag, DEFAULT)
    return dict(sorted(lags.items(), key=lambda item: natural(item[0]))), findings


def _present(lag: dict[str, Any], state: _model.Model | None) -> str | None:
    """The id of the LAG that most of these ports are members of already."""
    ids = [state["ports"].get(member, {}).get("lag") for member in lag["members"]] if state else []
    ids = [id_ for id_ in ids if id_ is not None]
    return max(ids, key=lambda id_: (ids.count(id_), -ids.index(id_))) if ids else None


def _number(port: str) -> int:
    """The number of a port: the last one in its name; at least 1, since devices count LAGs from there."""
    numbers = re.findall(r"\d+", port)
    return max(1, int(numbers[-1])) if numbers else 1
