# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Open vSwitch: one bridge, driven by ovs-vsctl. Its database is its permanent configuration, so nothing else has to be kept.

Sources: ovs-vsctl(8), ovs-vswitchd.conf.db(5) for the columns and their defaults, ovs-appctl's ``lacp/show`` and ``fdb/show``.

A LAG is a Port with several Interfaces, or with one and LACP. Steps that belong together become one transaction of the database.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding, natural
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _lldp, _model, _names, _ovs_show, _plan
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._plan import Step
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._platforms import Argv, Model, PlatformError

_NAME = re.compile(r"bond([0-9]+)")
_PORT = "name,interfaces,tag,trunks,vlan_mode,lacp,bond_mode,other_config,external_ids"
_INTERFACE = "_uuid,name,mtu,admin_state,link_state,type,ofport"
_READ_FDB = 'for b in $(ovs-vsctl list-br); do echo "=== $b"; ovs-appctl fdb/show "$b"; done'
_READY = (
    'up=$(ovs-appctl lacp/show | awk \'/^(member|slave): /{sub(":","",$2); m=$2} /partner state:/ && /collecting distributing/{print m}\') '
    '&& for p; do printf "%s\\n" "$up" | grep -qxF "$p" || exit 1; done'
)
_READ_LLDP = "! command -v lldpctl >/dev/null || lldpctl -f json"
_DESCRIPTION = "description"


class OpenVSwitch:
    """See ``_platforms.Platform``."""

    NAME = "trunkline.bonding.openvswitch"
    REFUSED = {"static": "with LACP off it drops broadcasts on all members but the active one, so half of the cables are deaf"}
    MLAG = False
    VLAN_DATABASE = False
    WITHOUT_VLANS = "Open vSwitch then lets every VLAN pass."
    ASSUMED = (
        "There is one bridge br0, without STP and RSTP.",
        "No port is in the database, and all are shut.",
        "The database keeps what ovs-vsctl writes; that the ports are up is for the system's own network configuration to keep.",
    )
    DEAD_MAN = "sh"
    KEEPS_FILES = False

    def read(self, _variables: dict[str, Any]) -> dict[str, Argv]:
        return {
            "bridges": ["ovs-vsctl", "--format=json", "--columns=name,ports,stp_enable,rstp_enable", "list", "bridge"],
            "uuids": ["ovs-vsctl", "--format=json", "--columns=_uuid,name", "list", "port"],
            "ports": ["ovs-vsctl", "--format=json", f"--columns={_PORT}", "list", "port"],
            "interfaces": ["ovs-vsctl", "--format=json", f"--columns={_INTERFACE}", "list", "interface"],
            "lacp": ["ovs-appctl", "lacp/show"],
            "fdb": ["sh", "-c", _READ_FDB],
            "lldp": ["sh", "-c", _READ_LLDP],
            "system": ["ls", "/sys/class/net"],
        }

    def parse(self, outputs: dict[str, dict[str, Any]], _variables: dict[str, Any]) -> Model:
        interfaces = {row["_uuid"]: row for row in _rows(outputs, "interfaces")}
        names = {row["_uuid"]: row["name"] for row in _rows(outputs, "uuids")}
        bridges = _rows(outputs, "bridges")
        bridged = {names[uuid]: bridge["name"] for bridge in bridges for uuid in _list(bridge["ports"]) if uuid in names}
        lags, ports = {}, {}
        for row in _rows(outputs, "ports"):
            members = [interfaces[uuid] for uuid in _list(row["interfaces"]) if uuid in interfaces]
            if all(member["type"] in ("internal", "patch") for member in members):
                continue
            if len(members) > 1 or row["lacp"] in ("active", "passive"):
                lag = self._lag(row, members)
                lags[lag["id"]] = lag
                ports |= {member["name"]: {**self._port(row, member), "lag": lag["id"], "vlans": _model.vlans()} for member in members}
            else:
                ports[row["name"]] = self._port(row, members[0])
        internal = {row["name"] for row in interfaces.values()} | {"lo", "ovs-system", "bonding_masters"}
        for name in sorted(set(outputs["system"]["out"].split()) - internal):
            ports.setdefault(name, {**_model.unknown_port(), "description": "", "enabled": True})
        of = {row["ofport"]: row["name"] for row in interfaces.values()}
        return {
            "lags": lags,
            "ports": ports,
            "macs": _macs(_ovs_show.fdb(outputs["fdb"]["out"]), of, ports, lags),
            "lldp": _lldp.parse(outputs["lldp"]["out"]),
            "lacp": _ovs_show.lacp(outputs["lacp"]["out"]),
            "links": {row["name"]: row["link_state"] == "up" for row in interfaces.values() if row["name"] in ports},
            "facts": {
                "bridge": bridges[0]["name"] if len(bridges) == 1 else None,
                "bridges": [bridge["name"] for bridge in bridges],
                "bridged": bridged,
                "stp": any(bridge["stp_enable"] or bridge["rstp_enable"] for bridge in bridges),
                "interfaces": sorted(row["name"] for row in interfaces.values()),
            },
        }

    def _lag(self, row: dict[str, Any], members: list[dict[str, Any]]) -> dict[str, Any]:
        lacp = row["lacp"] in ("active", "passive")
        found = _NAME.fullmatch(row["name"])
        config = row["other_config"]
        mtus = {member["mtu"] for member in members}
        return {
            "id": found.group(1) if found else row["name"],
            "name": row["name"],
            "mode": "lacp" if lacp else row["bond_mode"] or "active-backup",
            "rate": config.get("lacp-time", "slow") if lacp else None,
            "members": sorted((member["name"] for member in members), key=natural),
            "min_links": 0,
            "fallback": ("individual" if config.get("lacp-fallback-ab") == "true" else "suspended") if lacp else None,
            "vlans": _vlans(row),
            "mtu": mtus.pop() if len(mtus) == 1 else None,
            "edge_port": None,
            "description": row["external_ids"].get(_DESCRIPTION, ""),
        }

    def _port(self, row: dict[str, Any], interface: dict[str, Any]) -> dict[str, Any]:
        return {
            "lag": None,
            "vlans": _vlans(row),
            "mtu": interface["mtu"],
            "edge_port": None,
            "description": row["external_ids"].get(_DESCRIPTION, "") if row["name"] == interface["name"] else "",
            "enabled": interface["admin_state"] != "down",
        }

    def blank(self, want: Model, _variables: dict[str, Any]) -> Model:
        ports = {name: {**_model.unknown_port(), "enabled": False} for name in want["ports"]}
        facts = {"bridge": "br0", "bridges": ["br0"], "bridged": {}, "stp": False, "interfaces": []}
        return {"lags": {}, "ports": ports, "facts": facts}

    def lag_name(self, id_: str) -> str:
        return f"bond{id_}" if id_.isdigit() else id_

    def judge(self, want: Model, path: str) -> list[Finding]:
        found = []
        for id_, lag in want["lags"].items():
            if lag and (lag.get("min_links") or 0) > 1:
                where = _model.path(lag, "min_links", f"{path}.lags.{id_}.min_links")
                found.append(finding("switch.min-links-host-only", where, lag["min_links"], platform="Open vSwitch"))
        return [*found, *_names.judge(want, path, "Open vSwitch")]

    def adapt(self, want: Model, state: Model, path: str) -> tuple[Model, list[Finding]]:
        want, found = copy.deepcopy(want), []
        if state["facts"]["bridge"] is None:
            found.append(finding("switch.no-bridge", path, state["facts"]["bridges"], platform="Open vSwitch"))
        for lag in filter(None, want["lags"].values()):
            lag["min_links"] = None
        entries = [*filter(None, want["lags"].values()), *want["ports"].values()]
        if state["facts"]["stp"] and any(entry.get("edge_port") for entry in entries):
            found.append(finding("switch.no-edge-port", path, state["facts"]["bridge"], platform="Open vSwitch"))
        for entry in entries:
            entry["edge_port"] = None
        # A Port of the database has one description, that of the LAG.
        for port in want["ports"].values():
            if port.get("lag") is not None:
                port["description"] = None
        return want, [*found, *_names.there(want, state, path)]

    def commands(self, steps: list[Step], have: Model, facts: dict[str, Any]) -> list[Argv]:
        return _Transaction(have, _plan.simulate(have, steps), facts).commands(steps)

    def ready(self, ports: list[str]) -> Argv:
        return ["sh", "-c", _READY, "lacp-is-up", *ports]

    def risks(self, _steps: list[Step]) -> list[str]:
        return []

    def files(self, _after: Model, _state: Model, _lags: set[str], _ports: set[str]) -> dict[str, str]:
        return {}


class _Transaction:
    """The net effect of steps as one call of ovs-vsctl, and what lies outside the database as calls of ip."""

    def __init__(self, have: Model, after: Model, facts: dict[str, Any]) -> None:
        self.have, self.after, self.facts = have, after, facts
        self.parts: list[Argv] = []
        self.interfaces: dict[str, str] = {}
        self.ports = 0

    def commands(self, steps: list[Step]) -> list[Argv]:
        lags, ports = _plan.touched(steps)
        moved = [name for name in ports if self._place(self.have, name) != self._place(self.after, name)]
        moved.sort(key=natural)
        # A LAG that a step before these has named has no row in the database until it has a member.
        there = [id_ for id_ in sorted(lags) if self.have["lags"].get(id_, {}).get("members")]
        gone = [self.have["lags"][id_]["name"] for id_ in there if self._emptied(id_, moved)]
        created = [
            id_ for id_ in sorted(lags) if id_ in self.after["lags"] and self.after["lags"][id_]["members"] and self._is_new(id_, moved)
        ]
        for name in moved:
            self._interface(name)
        for name in gone:
            self._unlist(name)
        for name in moved:
            place = self._place(self.have, name)
            if place == name:
                self._unlist(name)
            elif place is not None and place not in gone:
                self.parts.append(["remove", "port", place, "interfaces", self.interfaces[name]])
        for id_ in created:
            lag = self.after["lags"][id_]
            self._create(lag["name"], lag["members"], [*_lag_columns(lag), *_vlan_columns(lag["vlans"]), *_description(lag)])
        for name in moved:
            place = self._place(self.after, name)
            port = self.after["ports"][name]
            if place == name:
                self._create(name, [name], [*_vlan_columns(port["vlans"]), *_description(port)])
            elif place is not None and place not in [self.after["lags"][id_]["name"] for id_ in created]:
                self.parts.append(["add", "port", place, "interfaces", self.interfaces[name]])
        self._changes(steps, created, moved)
        vsctl = [["ovs-vsctl", *_joined(self.parts)]] if self.parts else []
        return [*self._shut(steps), *vsctl, *self._opened(steps)]

    @staticmethod
    def _shut(steps: list[Step]) -> list[Argv]:
        down = [["ip", "link", "set", "dev", step["port"], "down"] for step in steps if step["do"] == "leave"]
        return down + [["sleep", str(step["seconds"])] for step in steps if step["do"] == "pause"]

    def _opened(self, steps: list[Step]) -> list[Argv]:
        touched = dict.fromkeys(step["port"] for step in steps if step["do"] == "join" or "enabled" in step.get("changes", {}))
        return [["ip", "link", "set", "dev", name, "up" if self.after["ports"][name]["enabled"] else "down"] for name in touched]

    def _changes(self, steps: list[Step], created: list[str], moved: list[str]) -> None:
        for step in steps:
            if step["do"] == "set-lag" and step["lag"] in self.after["lags"] and step["lag"] not in created:
                self._set(step["name"], self.after["lags"][step["lag"]], step["changes"])
            elif step["do"] == "set-port":
                name, port = step["port"], self.after["ports"][step["port"]]
                if name not in moved and port["lag"] is None and _model.switches(port["vlans"]):
                    self._set(name, port, step["changes"])
                if step["changes"].get("mtu") and name in [*self.facts["interfaces"], *moved]:
                    self._mtu(name, step["changes"]["mtu"][1])
        for id_, lag in self.after["lags"].items():
            if lag.get("mtu") is None:
                continue
            before = self.have["lags"].get(id_, {})
            for member in lag["members"]:
                known = before.get("mtu") if member in before.get("members", ()) else self.have["ports"].get(member, {}).get("mtu")
                if known != lag["mtu"]:
                    self._mtu(member, lag["mtu"])

    @staticmethod
    def _place(model: Model, name: str) -> str | None:
        """The name of the Port of the database that an interface belongs to."""
        port = model["ports"].get(name)
        if port is None:
            return None
        if port["lag"] is not None:
            return model["lags"][port["lag"]]["name"]
        return name if _model.switches(port["vlans"]) else None

    def _emptied(self, id_: str, moved: list[str]) -> bool:
        return not set(self.have["lags"][id_]["members"]) - set(moved)

    def _is_new(self, id_: str, moved: list[str]) -> bool:
        return id_ not in self.have["lags"] or not self.have["lags"][id_]["members"] or self._emptied(id_, moved)

    def _interface(self, name: str) -> None:
        symbol = self.interfaces[name] = f"@i{len(self.interfaces)}"
        if name in self.facts["interfaces"]:
            self.parts.append([f"--id={symbol}", "get", "interface", name])
        elif self._place(self.after, name) is not None:
            self.parts.append([f"--id={symbol}", "create", "interface", f"name={name}"])

    def _unlist(self, name: str) -> None:
        symbol = f"@p{self.ports}"
        self.ports += 1
        bridge = self.facts["bridged"].get(name, self.facts["bridge"])
        self.parts += [[f"--id={symbol}", "get", "port", name], ["remove", "bridge", bridge, "ports", symbol]]

    def _create(self, name: str, interfaces: list[str], columns: list[str]) -> None:
        symbol = f"@p{self.ports}"
        self.ports += 1
        members = ",".join(self.interfaces[interface] for interface in interfaces)
        self.parts += [
            [f"--id={symbol}", "create", "port", f"name={name}", f"interfaces=[{members}]", *columns],
            ["add", "bridge", self.facts["bridge"], "ports", symbol],
        ]

    def _set(self, name: str, entry: dict[str, Any], changes: dict[str, tuple[Any, Any]]) -> None:
        if "rate" in changes:
            self.parts.append(["set", "port", name, f"other_config:lacp-time={changes['rate'][1]}"])
        if "fallback" in changes:
            self.parts.append(["set", "port", name, f"other_config:lacp-fallback-ab={_bool(changes['fallback'][1] == 'individual')}"])
        if "description" in changes:
            text = changes["description"][1]
            column = ["set", "port", name, f"external_ids:{_DESCRIPTION}={_string(text)}"]
            self.parts.append(column if text else ["remove", "port", name, "external_ids", _DESCRIPTION])
        if "vlans" in changes:
            self._vlans(name, *changes["vlans"])

    def _vlans(self, name: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        steps = _model.vlan_steps(before, after)
        # With an empty list of trunks every VLAN passes: to and from "all", and to an access port, the columns are written as a whole.
        if "add" not in steps or not (before["tagged"] and after["tagged"]):
            self.parts.append(["clear", "port", name, "tag", "trunks", "vlan_mode"])
            if columns := _vlan_columns(after):
                self.parts.append(["set", "port", name, *columns])
            return
        if steps["add"]:
            self.parts.append(["add", "port", name, "trunks", *map(str, steps["add"])])
        if steps["remove"]:
            self.parts.append(["remove", "port", name, "trunks", *map(str, steps["remove"])])
        if "native" in steps:
            native = steps["native"]
            mode = ["vlan_mode=native-untagged", f"tag={native}"] if native is not None else ["vlan_mode=trunk", "tag=[]"]
            self.parts.append(["set", "port", name, *mode])

    def _mtu(self, name: str, mtu: int) -> None:
        for part in self.parts:
            if part[1:] and part[-1] == f"name={name}" and part[2] == "interface":
                part.append(f"mtu_request={mtu}")
                return
        self.parts.append(["set", "interface", name, f"mtu_request={mtu}"])


def _joined(parts: list[Argv]) -> Argv:
    words: Argv = []
    for part in parts:
        words += ["--", *part]
    return words


def _lag_columns(lag: dict[str, Any]) -> list[str]:
    if lag["mode"] != "lacp":
        # Only met on the way back to what somebody else had configured.
        return ["lacp=off", f"bond_mode={lag['mode']}"]
    fallback = [f"other_config:lacp-fallback-ab={_bool(lag['fallback'] == 'individual')}"] if lag.get("fallback") else []
    return ["lacp=active", "bond_mode=balance-tcp", f"other_config:lacp-time={lag.get('rate') or 'slow'}", *fallback]


def _vlan_columns(vlans: dict[str, Any] | None) -> list[str]:
    # An empty list of trunks would say the same as none: every VLAN passes.
    if vlans is None or not _model.switches(vlans):
        return []
    native, tagged = vlans["native"], vlans["tagged"]
    if native is None:
        return [] if tagged == _model.ALL else ["vlan_mode=trunk", f"trunks={_set(tagged)}"]
    if not tagged:
        return ["vlan_mode=access", f"tag={native}"]
    return ["vlan_mode=native-untagged", f"tag={native}", *([] if tagged == _model.ALL else [f"trunks={_set(tagged)}"])]


def _description(entry: dict[str, Any]) -> list[str]:
    return [f"external_ids:{_DESCRIPTION}={_string(entry['description'])}"] if entry.get("description") else []


def _set(numbers: list[int]) -> str:
    return "[" + ",".join(map(str, numbers)) + "]"


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _string(text: str) -> str:
    """A string as ovs-vsctl parses it: JSON's quotes keep blanks and brackets."""
    return json.dumps(text)


def _vlans(row: dict[str, Any]) -> dict[str, Any]:
    """ovs-vswitchd.conf.db(5): an empty vlan_mode is access with a tag and trunk without; empty trunks are all VLANs."""
    mode = row["vlan_mode"] or ("access" if row["tag"] is not None else "trunk")
    trunks = _list(row["trunks"]) or _model.ALL
    if mode in ("access", "dot1q-tunnel"):
        return _model.vlans(row["tag"])
    if mode == "native-untagged":
        return _model.vlans(row["tag"], trunks if trunks == _model.ALL else set(trunks) - {row["tag"]})
    if mode == "native-tagged" and trunks != _model.ALL:
        return _model.vlans(None, {*trunks, row["tag"]})
    return _model.vlans(None, trunks)


def _rows(outputs: dict[str, dict[str, Any]], key: str) -> list[dict[str, Any]]:
    answer = outputs[key]
    if answer["rc"] != 0:
        raise PlatformError(f"reading {key} failed: {(answer['err'] or answer['out']).strip()[:200]}")
    try:
        told = json.loads(answer["out"])
        return [dict(zip(told["headings"], map(_value, row), strict=True)) for row in told["data"]]
    except (ValueError, KeyError, TypeError) as error:
        raise PlatformError(f"the answer for {key} is not what ovs-vsctl prints: {error}") from error


def _value(told: Any) -> Any:
    """A value of the database's JSON (RFC 7047, 5.1): an optional one is a set of none or one."""
    if not isinstance(told, list):
        return told
    kind, body = told
    if kind == "uuid":
        return body
    if kind == "map":
        return {_value(key): _value(value) for key, value in body}
    return [_value(item) for item in body] or None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _macs(learned: list[tuple[int, str]], of: dict[int, str], ports: dict[str, Any], lags: dict[str, Any]) -> dict[str, list[str]]:
    """Learned addresses by port; those of a LAG, which stand behind one of its members, are told of each."""
    found: dict[str, set[str]] = {}
    for number, mac in learned:
        name = of.get(number)
        lag = lags.get(ports.get(name, {}).get("lag"))
        for port in lag["members"] if lag else [name]:
            if port in ports:
                found.setdefault(port, set()).add(mac)
    return {name: sorted(macs) for name, macs in sorted(found.items())}
