# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""One switch from its table to its commands, and back to what a transaction did. Talks to it by a transport only."""

from __future__ import annotations

import copy
import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _lag_ids, _order
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _deadman, _look, _model, _plan, _platforms
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._transport import Shell

Model = _model.Model

RELEASE = "release"
FORM = "form"
PHASES = (RELEASE, FORM)


class Reading(NamedTuple):
    """What a switch told: its state, and the transaction that is open (``tb:`` lines of ``_deadman.status``)."""

    state: Model
    window: dict[str, str]


class Change(NamedTuple):
    """What would be done: what is wanted in this phase, the model afterwards, the steps in groups with commands, the files that keep it."""

    want: Model
    after: Model
    steps: list[_plan.Step]
    groups: list[dict[str, Any]]
    before: Model
    files: dict[str, str]
    risks: list[str]

    @property
    def needed(self) -> bool:
        return bool(self.steps or self.files)

    @property
    def commands(self) -> list[str]:
        return [line for group in self.groups for line in [*map(shlex.join, group["commands"]), *_pause(group)]]

    @property
    def undo_commands(self) -> list[str]:
        return [shlex.join(argv) for group in reversed(self.groups) for argv in group["undo"]]


class Switch:
    """A switch of one platform behind a transport."""

    def __init__(self, name: str, platform: _platforms.Platform, variables: Mapping[str, Any], transport: Shell | None = None) -> None:
        self.name, self.platform, self.variables, self.transport = name, platform, dict(variables), transport

    def read(self) -> Reading:
        """One round trip. Raises PlatformError and TransportError."""
        commands = self.platform.read(self.variables)
        outputs = self.transport.run([*commands.values(), ["sh", "-c", _deadman.status()]])
        state = self.platform.parse(dict(zip(commands, outputs, strict=False)), self.variables)
        return Reading(state, _deadman.parse(outputs[-1]["out"]))

    def assess(self, entry: dict[str, Any], state: Model, stations: Mapping[str, str]) -> tuple[Model, list[Finding]]:
        """What is wanted of this switch in its own terms, and everything that speaks against it. ``entry`` is its part of the LAG table."""
        table, findings = _lag_ids.settle({self.name: entry}, {self.name: state})
        want = _model.complete(state, {"lags": table[self.name]["lags"], "ports": table[self.name]["ports"]})
        findings += [*self.platform.judge(want, self.name), *self._without_vlans(want, state)]
        want, unfit = self.platform.adapt(want, state, self.name)
        return want, [*findings, *unfit, *_look.look(want, state, stations, self.name)]

    def _without_vlans(self, want: Model, state: Model) -> list[Finding]:
        """LAGs that would carry nothing. One that the switch has already may stay as it is."""
        found = []
        for id_, lag in want["lags"].items():
            stays = id_ in state["lags"] and lag["vlans"] is None
            if not stays and not _model.switches(lag["vlans"]):
                path = _model.path(lag, "vlans", f"{self.name}.lags.{id_}.vlans")
                found.append(finding("switch.no-vlans", path, id_, then=self.platform.WITHOUT_VLANS))
        return found

    def change(self, want: Model, state: Model, phase: str = FORM) -> Change:
        """The way from a state to what is wanted of it, or as far as it goes before the hosts change. Raises PlatformError."""
        if phase == RELEASE:
            want = _order.before_host(state, want)
        steps = _plan.plan(state, want, keep=_carriers(want, state))
        facts = state["facts"]
        groups = [
            {
                "commands": self.platform.commands(group["steps"], group["have"], facts),
                "undo": self.platform.commands(group["undo"], group["after"], facts),
                "settle": [
                    (step["seconds"], step["must"], self.platform.ready(step["ports"]) if step["ports"] else []) for step in group["settle"]
                ],
            }
            for group in _plan.groups(state, steps)
        ]
        after = _plan.simulate(state, steps)
        files = {} if phase == RELEASE else self.platform.files(after, state, _names(want, state, after), set(want["ports"]))
        risks = [*_plan.risks(state, steps), *self.platform.risks(steps)]
        before = _plan.before(state, *_plan.touched(steps))
        # On the way back these ports must not be those that stay shut meanwhile.
        for name in _in_use(want, state) & set(before["ports"]):
            before["ports"][name]["used"] = True
        return Change(want, after, steps, groups, before, files, risks)

    def render(self, entry: dict[str, Any]) -> list[str]:
        """The commands of a whole table, as for a switch that nobody has configured. Needs no device."""
        want, blank, _findings = self._on_paper(entry)
        steps = _plan.plan(blank, want, gentle=False)
        return [shlex.join(argv) for argv in self.platform.commands(steps, blank, blank["facts"])]

    def doubts(self, entry: dict[str, Any]) -> list[Finding]:
        """What speaks against, or belongs to, what ``render`` gives."""
        return self._on_paper(entry)[2]

    def _on_paper(self, entry: dict[str, Any]) -> tuple[Model, Model, list[Finding]]:
        """What is wanted, the state of a switch that nobody has configured, and the findings about both."""
        table, findings = _lag_ids.settle({self.name: entry}, {})
        want = {"lags": table[self.name]["lags"], "ports": table[self.name]["ports"]}
        findings += [*self.platform.judge(want, self.name), *self._open_vlans(want)]
        blank = self.platform.blank(want, self.variables)
        want, unfit = self.platform.adapt(want, blank, self.name)
        return want, blank, [*findings, *unfit]

    def _open_vlans(self, want: Model) -> list[Finding]:
        return [
            finding("switch.vlans-open", _model.path(lag, "vlans", self.name), id_, then=self.platform.WITHOUT_VLANS)
            for id_, lag in want["lags"].items()
            if lag["vlans"] is None
        ]

    def push(self, change: Change, transaction: str, number: int, deadline: int, wait: int) -> dict[str, str]:
        """Pushes a change as a stage of a transaction; the answer is that of ``_deadman.push``. Raises TransportError."""
        permanent = not self.platform.KEEPS_FILES
        stage = _deadman.Stage(transaction, number, deadline, change.groups, change.before, permanent)
        return _deadman.parse(self.transport.script(_deadman.push(stage, wait)))

    def await_stage(self, transaction: str, number: int, wait: int) -> dict[str, str]:
        """What became of a stage whose answer was lost."""
        return _deadman.parse(self.transport.script(_deadman.look(transaction, number, wait)))

    def before(self, transaction: str | None) -> Model | None:
        """What was there before a transaction, of everything that it touched; None for the last confirmed one. None: there is none."""
        text = self.transport.script(_deadman.before(transaction))
        stages = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        if not stages:
            return None
        whole: Model = {"lags": {}, "ports": {}}
        for stage in reversed(stages):
            for part in whole:
                whole[part].update(stage[part])
        return whole

    def confirm(self, transaction: str) -> dict[str, str]:
        """Makes a transaction permanent: the files get what the kernel has. Raises PlatformError and TransportError."""
        touched = self.before(transaction)
        files = {}
        if touched is not None:
            state = self.read().state
            files = self.platform.files(state, state, _names(touched, state, state) | self._gone(touched), set(touched["ports"]))
        return _deadman.parse(self.transport.script(_deadman.confirm(transaction, files)))

    def roll_back(self, transaction: str, stage: int, reason: str) -> dict[str, str]:
        """Takes a transaction back, or its stages from ``stage`` on."""
        return _deadman.parse(self.transport.script(_deadman.roll_back(transaction, stage, reason)))

    def _gone(self, touched: Model) -> set[str]:
        return {self.platform.lag_name(id_) for id_ in touched["lags"]}


def restricted(want: Model, limit: Sequence[str] | None) -> Model:
    """The part of what is wanted that belongs to these hosts, or to the LAGs with these ids. None is everything."""
    if limit is None:
        return want
    lags = {id_: lag for id_, lag in want["lags"].items() if id_ in limit or (lag and lag.get("host") in limit)}
    members = {member for lag in lags.values() if lag for member in lag["members"]}
    ports = {name: port for name, port in want["ports"].items() if name in members or port.get("host") in limit}
    return {"lags": lags, "ports": ports}


def of_hosts(before: Model, want: Model, hosts: Sequence[str] | None) -> Model:
    """The part of an old model that concerns the ports of these hosts in what is wanted: what undoes their part of a change."""
    if hosts is None:
        return before
    part = restricted(want, hosts)
    ports = {name: port for name, port in before["ports"].items() if name in part["ports"]}
    ids = set(part["lags"]) | {port["lag"] for port in ports.values() if port["lag"] is not None}
    return {"lags": {id_: lag for id_, lag in before["lags"].items() if id_ in ids}, "ports": ports}


def differences(state: Model, want: Model) -> list[Finding]:
    """What is still not as wanted after a push: a finding for each LAG or port."""
    found = []
    for step in _plan.plan(state, want, gentle=False):
        where = f"lags.{step['lag'] if isinstance(step['lag'], str) else step['lag']['id']}" if "lag" in step else f"ports.{step['port']}"
        told = {name: f"is {old}, not {new}" for name, (old, new) in step.get("changes", {}).items()} or {step["do"]: step.get("port", "")}
        text = "; ".join(f"{name} {words}".strip() for name, words in told.items())
        found.append(finding("switch.ignored", where, text, difference=text))
    return found


def diff(before: Model, after: Model, steps: list[_plan.Step]) -> dict[str, dict[str, Any]]:
    """The touched part of two models, for ``--diff``."""
    lags, ports = _plan.touched(steps)
    sides = []
    for model in (before, after):
        sides.append(
            {
                "lags": {id_: copy.deepcopy(model["lags"][id_]) for id_ in sorted(lags) if id_ in model["lags"]},
                "ports": {name: copy.deepcopy(model["ports"][name]) for name in sorted(ports) if name in model["ports"]},
            }
        )
    return {"before": sides[0], "after": sides[1]}


def _carriers(want: Model, state: Model) -> frozenset[str]:
    """Of each LAG that is formed the port that carries its host's traffic now."""
    found = {_loudest(lag["members"], want, state) for lag in want["lags"].values() if lag}
    return frozenset(found - {None})


def _in_use(want: Model, state: Model) -> set[str]:
    """Of each host's independent ports the one that carries its traffic now."""
    ports: dict[str, list[str]] = {}
    for name, port in want["ports"].items():
        if port.get("host") and state["ports"].get(name, {}).get("lag") is None:
            ports.setdefault(port["host"], []).append(name)
    return {name for name in (_loudest(names, want, state) for names in ports.values()) if name is not None}


def _loudest(names: Sequence[str], want: Model, state: Model) -> str | None:
    """The port where the most addresses were heard besides the NIC's own; None if none was heard anywhere.

    The NIC's own address is heard on every port, from LACP and LLDP; those of the bond and of guests where the traffic is.
    """
    heard = {name: set(state.get("macs", {}).get(name, ())) for name in names}
    if not any(heard.values()):
        return None
    own = {name: want["ports"].get(name, {}).get("mac") for name in heard}
    return max(heard, key=lambda name: (len(heard[name] - {own[name]}), bool(heard[name])))


def _names(want: Model, state: Model, after: Model) -> set[str]:
    """The devices' names of the LAGs that are wanted, and of those that are gone afterwards."""
    names = {lag["name"] for lag in want["lags"].values() if lag}
    return names | {lag["name"] for id_, lag in state["lags"].items() if id_ not in after["lags"] or id_ in want["lags"]}


def _pause(group: dict[str, Any]) -> list[str]:
    return [f"# at most {seconds} s, until LACP is up" if until else f"sleep {seconds}" for seconds, _must, until in group["settle"]]
