# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""From what a switch has and what is wanted of it to ordered steps, those that undo them, and what they risk. Pure functions.

A step is ``{"do": ...}`` with

* ``create-lag``: ``lag`` (the wanted LAG, still without members; with ``warm`` its first member comes after a ``settle``)
* ``set-lag``: ``lag`` (id), ``name``, ``changes`` (attribute -> (before, after))
* ``leave``: ``port``, ``lag`` (id): shut, out of the LAG, everything that it had as a member forgotten; it stays shut
* ``join``: ``port``, ``lag`` (id): shut, own VLANs forgotten, into the LAG, up again
* ``set-port``: ``port``, ``changes``
* ``delete-lag``: ``lag`` (id), ``name``
* ``learning``: ``port``, ``on``: whether the port learns addresses. The LACP frames of its host have the address of the whole bond, whose
  traffic comes in elsewhere meanwhile
* ``pause``: ``seconds``: the ports that were shut before it are seen to be down
* ``settle``: ``seconds``, ``ports``, ``must``: at most so long, until LACP is up on all ``ports``; with ``must`` it is a failure if it is
  not; without ``ports`` just so long

Steps between two ``settle`` belong together; a platform that has transactions makes them one.
"""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model

Step = dict[str, Any]
Model = _model.Model

# A shut port is seen by a host that looks at its links no less often than once a second (miimon).
SHUT_SECONDS = 1
# IEEE 802.1AX, receive machine: a port that comes up, or that hears nothing for the short timeout of 3 s, is EXPIRED for 3 s and then
# DEFAULTED. Only then does the host use it without a partner; with the second that may pass before it starts to count, 7.
LEAVE_LACP_SECONDS = 7
# Without LACP the host uses a link as soon as it sees it.
LEAVE_SECONDS = 1
# For 8 s from its first slave on a bond of the kernel lets no port with a partner carry traffic: AD_AGGREGATOR_SELECTION_TIMER, bond_3ad.c.
# That is so for the bond of the host, which may have been made a moment ago, and for that of a switch.
WARM_SECONDS = 9
# The longest that a negotiation may take: two periods of the fast rate, 2 s that ports wait for others (Aggregate_Wait_Time), and as much
# again for a slow machine.
JOIN_LACP_SECONDS = 10


def plan(have: Model, want: Model, keep: frozenset[str] = frozenset(), gentle: bool = True) -> list[Step]:
    """The steps from ``have`` to ``want``. Empty when there is nothing to do.

    ``keep`` names ports that carry the traffic now: they move last. ``gentle`` moves the members of a LAG in two rounds with time between
    them, so that some member always forwards; the way back does not wait.
    """
    return _Planner(have, want, keep, gentle).steps()


def touched(steps: list[Step]) -> tuple[set[str], set[str]]:
    """The ids of the LAGs and the names of the ports that steps change."""
    lags = {step["lag"]["id"] if isinstance(step["lag"], dict) else step["lag"] for step in steps if "lag" in step}
    return lags, {step["port"] for step in steps if "port" in step and step["do"] != "learning"}


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

    A group is ``{"steps", "undo", "settle", "have", "after"}``: its steps, the steps that undo just these, the ``settle`` steps behind it,
    and the model before and after it.
    """
    cut: list[dict[str, Any]] = []
    model, part = have, []
    for step in [*steps, {"do": "end"}]:
        if step["do"] not in ("settle", "end"):
            part.append(step)
            continue
        if part:
            after = simulate(model, part)
            undo = plan(after, before(model, *touched(part)), gentle=False)
            cut.append({"steps": part, "undo": undo, "settle": [], "have": model, "after": after})
            model, part = after, []
        if step["do"] == "settle":
            cut[-1]["settle"].append(step)
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
            lags[step["lag"]].pop("warm", None)
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
        created = set(self.rebuilt)
        steps += self._warm_up(created)
        first, last = self._rounds()
        quiet = [port for port in first if self._stands_alone(port)] if self.gentle and last else []
        steps += self._round(first, created, quiet)
        if last:
            steps += self._settle(first)
            steps += [{"do": "learning", "port": port, "on": True} for port in quiet]
            steps += self._round(last, created, [])
        steps += self._deletions()
        for name, port in self.want["ports"].items():
            if name not in self.moves:
                steps += self._set_port(name, self.have["ports"].get(name) or {}, port)
        return steps + (self._settle([port for port in last or first if self.moves[port][1] is not None], last=True) if self.gentle else [])

    def _warm_up(self, created: set[str]) -> list[Step]:
        """LACP LAGs in front of hosts that are heard exist for a while before their first member joins."""
        warm = [
            id_
            for id_, lag in self.lags.items()
            if lag["mode"] == "lacp" and id_ not in self.have["lags"] and self.keep & set(lag["members"])
        ]
        if not self.gentle or not warm:
            return []
        created.update(warm)
        steps: list[Step] = [{"do": "create-lag", "lag": {**_memberless(self.lags[id_]), "warm": True}} for id_ in warm]
        return [*steps, {"do": "settle", "seconds": WARM_SECONDS, "ports": [], "must": False}]

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
        """Which ports move first, and which when that has settled.

        A LAG that is formed as a whole begins with the port that carries the traffic: an 802.3ad host stays in the aggregator that it uses
        if that is the first to get a partner, and else waits for the negotiation of another one without traffic. A LAG that is given up as
        a whole keeps one member until the host uses the others as individual links.
        """
        forming: dict[str, list[str]] = {}
        leaving: dict[str | None, list[str]] = {}
        for port, (old, new) in sorted(self.moves.items(), key=self._order):
            if new is not None:
                forming.setdefault(new, []).append(port)
            else:
                leaving.setdefault(old, []).append(port)
        first, last = [], []
        for id_, ports in forming.items():
            whole = self._as_a_whole(id_, ports)
            first += ports[:1] if whole else ports
            last += ports[1:] if whole else []
        for id_, ports in leaving.items():
            whole = self._as_a_whole(id_, ports)
            first += ports[:-1] if whole else ports
            last += ports[-1:] if whole else []
        return first, last

    def _stands_alone(self, port: str) -> bool:
        """Whether a port has left a LACP LAG whose other member still carries the traffic."""
        old, new = self.moves[port]
        return new is None and self.have["lags"].get(old or "", {}).get("mode") == "lacp"

    def _as_a_whole(self, id_: str | None, ports: list[str]) -> bool:
        staying = set(self.have["lags"].get(id_ or "", {}).get("members", ())) - set(self.moves)
        return self.gentle and len(ports) > 1 and not staying and id_ not in self.rebuilt

    def _order(self, move: tuple[str, tuple[str | None, str | None]]) -> tuple[Any, ...]:
        """First the ports that carry traffic, and those that the host uses by themselves afterwards; those that stay shut last."""
        port, (old, new) = move
        want = self.want["ports"].get(port, {})
        members = self.lags[new]["members"] if new in self.lags else self.have["lags"].get(old or "", {}).get("members", [])
        place = members.index(port) if port in members else len(members)
        return want.get("enabled") is False, not want.get("used"), new is None or port not in self.keep, place, port

    def _round(self, ports: list[str], created: set[str], quiet: list[str]) -> list[Step]:
        leaving = [port for port in ports if self.moves[port][0] is not None and self.moves[port][0] not in self.rebuilt]
        steps: list[Step] = [{"do": "leave", "port": port, "lag": self.moves[port][0]} for port in leaving]
        if self.gentle and any(self.moves[port][1] is None and self.want["ports"].get(port, {}).get("enabled") for port in leaving):
            steps.append({"do": "pause", "seconds": SHUT_SECONDS})
        for port in ports:
            move = self._move(port, created)
            steps += self._unheard(port, move) if port in quiet else move
        return steps

    @staticmethod
    def _unheard(port: str, move: list[Step]) -> list[Step]:
        """The port learns nothing from the first frame on: a host speaks LLDP as soon as it sees the link."""
        steps: list[Step] = []
        opened: list[Step] = []
        for step in move:
            changes = dict(step.get("changes", {}))
            if "enabled" in changes:
                opened.append({**step, "changes": {"enabled": changes.pop("enabled")}})
            if changes or "changes" not in step:
                steps.append({**step, "changes": changes} if changes else step)
        return [*steps, {"do": "learning", "port": port, "on": False}, *opened]

    def _settle(self, ports: list[str], last: bool = False) -> list[Step]:
        joining = [port for port in ports if self.lags.get(self.moves[port][1] or "", {}).get("mode") == "lacp"]
        left = {self.have["lags"].get(self.moves[port][0] or "", {}).get("mode") for port in ports if self.moves[port][1] is None}
        leaving = LEAVE_LACP_SECONDS if "lacp" in left else LEAVE_SECONDS if left - {None} else 0
        steps: list[Step] = []
        if joining:
            # A host that was heard and does not speak LACP now must not be cut off: then the rest does not follow.
            must = not last and bool(self.keep & set(joining))
            steps.append({"do": "settle", "seconds": JOIN_LACP_SECONDS, "ports": joining, "must": must})
        if leaving and not last:
            steps.append({"do": "settle", "seconds": leaving, "ports": [], "must": False})
        return steps

    def _move(self, port: str, created: set[str]) -> list[Step]:
        old, new = self.moves[port]
        steps: list[Step] = []
        if new is not None and new not in self.have["lags"] and new not in created and new in self.lags:
            created.add(new)
            steps.append({"do": "create-lag", "lag": _memberless(self.lags[new])})
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
                gone.append({"do": "delete-lag", "lag": id_, "name": lag["name"], "warm": bool(lag.get("warm"))})
        return gone


def _memberless(lag: dict[str, Any]) -> dict[str, Any]:
    return {key: copy.deepcopy(value) for key, value in lag.items() if key not in ("members", "paths")}
