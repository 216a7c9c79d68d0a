# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""From what a switch has and what is wanted of it to ordered steps, those that undo them, and what they risk. Pure functions.

A step is ``{"do": ...}`` with

* ``create-lag``: ``lag`` (the wanted LAG, still without members)
* ``set-lag``: ``lag`` (id), ``name``, ``changes`` (attribute -> (before, after))
* ``leave``: ``port``, ``lag`` (id): shut, out of the LAG, everything that it had as a member forgotten; it stays shut
* ``join``: ``port``, ``lag`` (id): shut, own VLANs forgotten, into the LAG, up again
* ``set-port``: ``port``, ``changes``
* ``delete-lag``: ``lag`` (id), ``name``
* ``settle``: ``seconds``, ``why``

Steps between two ``settle`` belong together; a platform that has transactions makes them one.
"""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model

Step = dict[str, Any]
Model = _model.Model

# IEEE 802.1AX, receive machine: who hears nothing is EXPIRED after the short timeout of 3 s and DEFAULTED after another 3 s. Only then does
# it use the port without a partner; with the second that may pass before it starts to count, 7.
LEAVE_LACP_SECONDS = 7
# Linux and Open vSwitch negotiate within two periods of the fast rate.
JOIN_LACP_SECONDS = 3


def plan(have: Model, want: Model, keep: frozenset[str] = frozenset(), gentle: bool = True) -> list[Step]:
    """The steps from ``have`` to ``want``. Empty when there is nothing to do.

    ``keep`` names ports that carry the traffic now: they move last. ``gentle`` moves the members of a LAG in two rounds with time between
    them, so that some member always forwards; the way back does not wait.
    """
    return _Planner(have, want, keep, gentle).steps()


def touched(steps: list[Step]) -> tuple[set[str], set[str]]:
    """The ids of the LAGs and the names of the ports that steps change."""
    lags = {step["lag"]["id"] if isinstance(step["lag"], dict) else step["lag"] for step in steps if "lag" in step}
    return lags, {step["port"] for step in steps if "port" in step}


def ports(after: Model, steps: list[Step], want: Model) -> list[str]:
    """The wanted ports that steps change, members of changed LAGs included."""
    lags, changed = touched(steps)
    members = {member for id_ in lags for member in after["lags"].get(id_, {}).get("members", ())}
    return [name for name in want["ports"] if name in changed | members]


def before(have: Model, lags: set[str], ports: set[str]) -> Model:
    """What must be wanted so that these LAGs and ports become again what they are in ``have``."""
    members = {member for id_ in lags for member in have["lags"].get(id_, {}).get("members", ())}
    return {
        "lags": {id_: copy.deepcopy(have["lags"].get(id_)) for id_ in sorted(lags)},
        "ports": {name: copy.deepcopy(have["ports"][name]) for name in sorted(ports | members) if name in have["ports"]},
    }


def groups(have: Model, steps: list[Step]) -> list[dict[str, Any]]:
    """The steps cut at each ``settle``.

    A group is ``{"steps", "undo", "settle", "have", "after"}``: its steps, the steps that undo just these, the seconds to wait afterwards,
    and the model before and after it.
    """
    cut: list[dict[str, Any]] = []
    model, part = have, []
    for step in [*steps, {"do": "settle", "seconds": 0, "why": ""}]:
        if step["do"] != "settle":
            part.append(step)
        elif part:
            after = simulate(model, part)
            undo = plan(after, before(model, *touched(part)), gentle=False)
            cut.append({"steps": part, "undo": undo, "settle": step["seconds"], "have": model, "after": after})
            model, part = after, []
    return cut


def simulate(have: Model, steps: list[Step]) -> Model:
    """The model after these steps."""
    lags, ports = copy.deepcopy(have["lags"]), copy.deepcopy(have["ports"])
    for step in steps:
        port = ports.setdefault(step["port"], _model.unknown_port()) if "port" in step else None
        if step["do"] == "create-lag":
            lags[step["lag"]["id"]] = {**copy.deepcopy(step["lag"]), "members": []}
        elif step["do"] == "delete-lag":
            lags.pop(step["lag"], None)
        elif step["do"] == "leave":
            lags[step["lag"]]["members"].remove(step["port"])
            port.update(lag=None, vlans=_model.vlans(), enabled=False)
        elif step["do"] == "join":
            lags[step["lag"]]["members"].append(step["port"])
            port.update(lag=step["lag"], vlans=_model.vlans(), enabled=True)
        elif "changes" in step:
            target = lags[step["lag"]] if step["do"] == "set-lag" else port
            target.update({name: after for name, (_before, after) in step["changes"].items()})
    return {"lags": lags, "ports": ports}


def risks(have: Model, steps: list[Step]) -> list[str]:
    """What can be felt while the steps run, in sentences."""
    found = []
    created = {step["lag"]["id"] for step in steps if step["do"] == "create-lag"}
    for step in steps:
        if step["do"] == "delete-lag" and step["lag"] in created:
            found.append(f"LAG {step['lag']} is made anew; nothing passes through it meanwhile.")
        if step["do"] == "leave" and not _survivors(have, steps, step["lag"]):
            found.append(f"LAG {step['lag']} loses its last member {step['port']}.")
        if step["do"] in ("set-lag", "set-port") and "vlans" in step["changes"]:
            old, new = step["changes"]["vlans"]
            where = f"LAG {step['lag']}" if "lag" in step else f"Port {step['port']}"
            if _model.switches(old) and old["native"] != new["native"]:
                found.append(f"{where}: the native VLAN changes from {old['native']} to {new['native']}.")
            gone = _model.vlan_steps(old, new).get("remove")
            if gone:
                found.append(f"{where}: VLANs {_model.ranges(gone)} are removed.")
    return list(dict.fromkeys(found))


def _survivors(have: Model, steps: list[Step], lag: str) -> set[str]:
    left = {step["port"] for step in steps if step["do"] == "leave" and step["lag"] == lag}
    return set(have["lags"].get(lag, {}).get("members", ())) - left


class _Planner:
    def __init__(self, have: Model, want: Model, keep: frozenset[str], gentle: bool) -> None:
        self.have, self.want, self.keep, self.gentle = have, want, keep, gentle
        self.lags = {id_: lag for id_, lag in want["lags"].items() if lag is not None}
        self.rebuilt = {id_ for id_, lag in self.lags.items() if id_ in have["lags"] and have["lags"][id_]["mode"] != lag["mode"]}
        self.moves = self._moves()

    def _moves(self) -> dict[str, tuple[str | None, str | None]]:
        """Port -> (LAG now, LAG wanted), for ports that leave or join."""
        target: dict[str, str | None] = {}
        for id_ in self.want["lags"]:
            target.update(dict.fromkeys(self.have["lags"].get(id_, {}).get("members", ())))
        target.update({name: port.get("lag") for name, port in self.want["ports"].items()})
        target.update({member: id_ for id_, lag in self.lags.items() for member in lag["members"]})
        moves = {}
        for port, new in target.items():
            old = self.have["ports"].get(port, {}).get("lag")
            if old != new or (old is not None and old in self.rebuilt):
                moves[port] = (old, new)
        return moves

    def steps(self) -> list[Step]:
        steps = [step for id_ in self.lags for step in self._set_lag(id_)]
        steps += self._rebuild()
        first, last = self._rounds()
        created = set(self.rebuilt)
        for port in first:
            steps += self._move(port, created)
        if first and last:
            steps += self._settle(first)
        for port in last:
            steps += self._move(port, created)
        steps += self._deletions()
        for name, port in self.want["ports"].items():
            if name not in self.moves:
                steps += self._set_port(name, self.have["ports"].get(name) or {}, port)
        joining = any(self.lags.get(new or "", {}).get("mode") == "lacp" for _old, new in self.moves.values())
        if self.gentle and joining:
            steps.append({"do": "settle", "seconds": JOIN_LACP_SECONDS, "why": "LACP negotiates on the last members"})
        return steps

    def _set_lag(self, id_: str) -> list[Step]:
        have = self.have["lags"].get(id_)
        if have is None or id_ in self.rebuilt:
            return []
        changes = _model.differences(have, self.lags[id_], _model.LAG_ATTRIBUTES)
        return [{"do": "set-lag", "lag": id_, "name": have["name"], "changes": changes}] if changes else []

    def _rebuild(self) -> list[Step]:
        """A LAG of another mode: drained, deleted, created. Its members come back like those of a new LAG."""
        steps: list[Step] = []
        for id_ in self.want["lags"]:
            if id_ in self.rebuilt:
                have = self.have["lags"][id_]
                steps += [{"do": "leave", "port": port, "lag": id_} for port in have["members"]]
                steps.append({"do": "delete-lag", "lag": id_, "name": have["name"]})
                steps.append({"do": "create-lag", "lag": _memberless(self.lags[id_])})
        return steps

    def _rounds(self) -> tuple[list[str], list[str]]:
        """The ports that move first, and the last one of each LAG that is emptied or filled as a whole."""
        groups: dict[Any, list[str]] = {}
        for port, (old, new) in sorted(self.moves.items(), key=lambda move: (move[0] in self.keep, _order(self.have, self.lags, move))):
            groups.setdefault(new if new is not None else ("from", old), []).append(port)
        first, last = [], []
        for key, ports in groups.items():
            id_ = key[1] if isinstance(key, tuple) else key
            staying = set(self.have["lags"].get(id_, {}).get("members", ())) - set(self.moves)
            whole = self.gentle and not staying and len(ports) > 1 and id_ not in self.rebuilt
            first += ports[:-1] if whole else ports
            last += ports[-1:] if whole else []
        return first, last

    def _settle(self, ports: list[str]) -> list[Step]:
        leaving = any(self.have["lags"].get(self.moves[port][0] or "", {}).get("mode") == "lacp" for port in ports)
        joining = any(self.lags.get(self.moves[port][1] or "", {}).get("mode") == "lacp" for port in ports)
        seconds = max(LEAVE_LACP_SECONDS if leaving else 0, JOIN_LACP_SECONDS if joining else 0)
        why = "the hosts notice that these ports have no partner" if leaving else "LACP negotiates on the first members"
        return [{"do": "settle", "seconds": seconds, "why": why}] if seconds else []

    def _move(self, port: str, created: set[str]) -> list[Step]:
        old, new = self.moves[port]
        steps: list[Step] = []
        if new is not None and new not in self.have["lags"] and new not in created and new in self.lags:
            created.add(new)
            steps.append({"do": "create-lag", "lag": _memberless(self.lags[new])})
        if old is not None and old not in self.rebuilt:
            steps.append({"do": "leave", "port": port, "lag": old})
        want = self.want["ports"].get(port, {})
        if new is not None:
            steps.append({"do": "join", "port": port, "lag": new})
            steps += self._set_port(port, self.have["ports"].get(port, {}), {"description": want.get("description")})
        elif want:
            inherited = self.have["lags"].get(old or "", {})
            target = {name: inherited.get(name) if want.get(name) is None else want[name] for name in ("vlans", "mtu")}
            left = {"vlans": _model.vlans(), "enabled": old is None, "description": self.have["ports"].get(port, {}).get("description")}
            steps += self._set_port(port, left, {**want, **target})
        return steps

    def _set_port(self, name: str, have: dict[str, Any], want: dict[str, Any]) -> list[Step]:
        member = (self.have["ports"].get(name, {}).get("lag") if name not in self.moves else self.moves[name][1]) is not None
        changes = _model.differences(have, want, ("description", "enabled") if member else _model.PORT_ATTRIBUTES)
        return [{"do": "set-port", "port": name, "changes": changes}] if changes else []

    def _deletions(self) -> list[Step]:
        """LAGs that are to be gone, and LAGs whose every member was named in what is wanted and left."""
        gone = []
        for id_, lag in self.have["lags"].items():
            wanted = id_ in self.lags
            if wanted or id_ in self.rebuilt:
                continue
            emptied = bool(lag["members"]) and not set(lag["members"]) - set(self.moves)
            if emptied or id_ in self.want["lags"]:
                gone.append({"do": "delete-lag", "lag": id_, "name": lag["name"]})
        return gone


def _order(have: Model, lags: dict[str, Any], move: tuple[str, tuple[str | None, str | None]]) -> tuple[int, str]:
    """The place of a port in the wanted LAG, else in the one that it leaves."""
    port, (old, new) = move
    members = lags[new]["members"] if new in lags else have["lags"].get(old or "", {}).get("members", [])
    return (members.index(port) if port in members else len(members), port)


def _memberless(lag: dict[str, Any]) -> dict[str, Any]:
    return {key: copy.deepcopy(value) for key, value in lag.items() if key != "members"}
