# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Linux as a switch: a VLAN-aware bridge, with bonds of the kernel as its LAGs, driven by iproute2 and kept by ifupdown2.

Sources: iproute2's JSON output, bridge(8), ip-link(8), the kernel's bonding documentation.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding
from ansible_collections.trunkline.bonding.plugins.module_utils._state import lacp_details
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _ifupdown2, _lldp, _model, _names
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._plan import Step
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._platforms import Argv, Model, PlatformError

_MODES = {"802.3ad": "lacp", "balance-xor": "static"}
_KERNEL_MODES = {mode: name for name, mode in _MODES.items()}
_VIRTUAL = {"bond", "bridge", "vlan", "dummy", "vxlan", "gre", "tun", "ipip", "sit", "ifb", "macvlan"}
_NAME = re.compile(r"bond([0-9]+)")

_READ_PROC = 'for f in /proc/net/bonding/*; do [ ! -f "$f" ] || { echo "=== ${f##*/}"; cat "$f"; }; done'
# 48: collecting and distributing, see module_utils/_lacp.py.
_READY = (
    'for p; do for e in actor partner; do s=$(cat "/sys/class/net/$p/bonding_slave/ad_${e}_oper_port_state") && '
    "[ $((s & 48)) -eq 48 ] || exit 1; done; done"
)
# A slave that leads nowhere starts the timer of _plan.WARM_SECONDS. Without it the change only takes longer to carry traffic.
_WARM_UP = 'ip link add name "$2" type veth && ip link set dev "$2" master "$1" || true'
_BATCH = "printf '%s\\n' \"$@\" | ip -batch -"
# A port without a partner carries traffic at once, and goes on when it gets one. If the partner is heard first, it waits for 2 s
# (AD_WAIT_WHILE_TIMER, bond_3ad.c). So the LACP frames (0x8809) of the host are kept from it for the first half of a second.
_FIRST = (
    'port=$1; shift; end() { [ -z "$held" ] || tc qdisc delete dev "$port" ingress; held=; }; trap "end; exit 1" TERM INT HUP; held=; '
    'if tc qdisc add dev "$port" ingress 2>/dev/null; then held=yes; '
    'tc filter add dev "$port" ingress protocol 0x8809 matchall action drop || true; fi; '
    f"{_BATCH}; rc=$?; sleep 0.5; end; exit $rc"
)
_COOL_DOWN = 'ip link delete dev "$1" || true'
_READ_LLDP = "! command -v lldpctl >/dev/null || lldpctl -f json"


class Linux:
    """See ``_platforms.Platform``."""

    NAME = "trunkline.bonding.linux"
    REFUSED: dict[str, str] = {}
    MLAG = False
    VLAN_DATABASE = False
    WITHOUT_VLANS = "Its bond stays outside of the bridge and forwards nothing."
    ASSUMED = (
        "There is one VLAN-aware bridge br0, with the default VLAN 1 and without spanning tree.",
        "No port is in a bond or bridge, and all are shut.",
        "The commands act until the next restart; what lasts is in /etc/network/interfaces, which this text leaves out.",
    )
    DEAD_MAN = "sh"
    KEEPS_FILES = True

    def read(self, _variables: dict[str, Any]) -> dict[str, Argv]:
        return {
            "links": ["ip", "-j", "-d", "link", "show"],
            "vlans": ["bridge", "-j", "vlan", "show"],
            "fdb": ["bridge", "-j", "fdb", "show"],
            "bonding": ["sh", "-c", _READ_PROC],
            "lldp": ["sh", "-c", _READ_LLDP],
            "files": ["sh", "-c", _ifupdown2.READ],
        }

    def parse(self, outputs: dict[str, dict[str, Any]], _variables: dict[str, Any]) -> Model:
        links = {link["ifname"]: link for link in _json(outputs, "links")}
        vlans = {entry["ifname"]: _vlans(entry["vlans"]) for entry in _json(outputs, "vlans")}
        parts = re.split(r"^=== (\S+)$", outputs["bonding"]["out"], flags=re.MULTILINE)
        slaves = {name: lacp_details(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}
        facts = {**_facts(links), "files": _ifupdown2.split_files(outputs["files"]["out"])}
        names: dict[str | None, list[str]] = {link.get("master"): [] for link in links.values()}
        for name, link in links.items():
            names[link.get("master")].append(name)
        lags, ports, by_name = {}, {}, {}
        for name, link in links.items():
            if _kind(link) == "bond":
                lag = self._lag(name, link, vlans, names.get(name, []), list(slaves.get(name, ())))
                lags[lag["id"]] = lag
                by_name[name] = lag["id"]
        for name, link in links.items():
            if link.get("link_type") == "ether" and _kind(link) not in _VIRTUAL:
                ports[name] = {
                    "lag": by_name.get(link.get("master")),
                    "vlans": vlans.get(name, _model.vlans()) if _kind_of(links, link.get("master")) == "bridge" else _model.vlans(),
                    "mtu": link["mtu"],
                    "edge_port": None,
                    "description": link.get("ifalias", ""),
                    "enabled": "UP" in link["flags"],
                }
        return {
            "lags": lags,
            "ports": ports,
            "macs": _macs(_json(outputs, "fdb"), {lag["name"]: lag["members"] for lag in lags.values()}),
            "lldp": _lldp.parse(outputs["lldp"]["out"]),
            "lacp": {
                slave: _lacp(links[slave], ends) for bond in slaves.values() for slave, ends in bond.items() if ends and slave in links
            },
            "links": {name: "LOWER_UP" in link["flags"] for name, link in links.items() if name in ports},
            "facts": facts,
        }

    def _lag(self, name: str, link: dict[str, Any], vlans: dict[str, Any], members: list[str], order: list[str]) -> dict[str, Any]:
        data = link["linkinfo"]["info_data"]
        mode = _MODES.get(data["mode"], data["mode"])
        found = _NAME.fullmatch(name)
        return {
            "id": found.group(1) if found else name,
            "name": name,
            "mode": mode,
            "rate": data.get("ad_lacp_rate") if mode == "lacp" else None,
            # The order of the slaves, which `ip` does not show.
            "members": sorted(members, key=lambda slave: order.index(slave) if slave in order else len(order)),
            "min_links": data.get("min_links", 0),
            "fallback": "individual" if mode == "lacp" else None,
            "vlans": vlans.get(name, _model.vlans()) if link.get("master") else _model.vlans(),
            "mtu": link["mtu"],
            "edge_port": None,
            "description": link.get("ifalias", ""),
        }

    def blank(self, want: Model, _variables: dict[str, Any]) -> Model:
        return {
            "lags": {},
            "ports": {name: {**_model.unknown_port(), "enabled": False} for name in want["ports"]},
            "facts": {"bridge": "br0", "default_pvid": 1, "stp": False, "files": {}},
        }

    def lag_name(self, id_: str) -> str:
        return f"bond{id_}" if id_.isdigit() else id_

    def judge(self, want: Model, path: str) -> list[Finding]:
        found = []
        for id_, lag in want["lags"].items():
            if lag is None:
                continue
            where = f"{path}.lags.{id_}"
            if len(lag["name"]) > _names.LENGTH:
                found.append(finding("switch.lag-name", _model.path(lag, "id", where), lag["name"], limit=str(_names.LENGTH)))
            if lag.get("fallback") == "suspended" and lag["mode"] == "lacp":
                reason = "a bond of the kernel always lets one port without a partner forward"
                words = {"name": "silent_partner", "platform": "Linux", "reason": reason}
                found.append(finding("switch.unsupported", _model.path(lag, "fallback", f"{where}.fallback"), "suspended", **words))
        return [*found, *_names.judge(want, path, "Linux")]

    def adapt(self, want: Model, state: Model, path: str) -> tuple[Model, list[Finding]]:
        want, found = copy.deepcopy(want), []
        if state["facts"]["bridge"] is None:
            found.append(finding("switch.no-bridge", path, state["facts"].get("bridges", []), platform="Linux"))
        for entry in [*filter(None, want["lags"].values()), *want["ports"].values()]:
            if entry.get("edge_port") and state["facts"]["stp"]:
                found.append(finding("switch.no-edge-port", path, state["facts"]["bridge"], platform="Linux"))
                break
        for entry in [*filter(None, want["lags"].values()), *want["ports"].values()]:
            entry["edge_port"] = None
        alone = [name for name, port in want["ports"].items() if port.get("bond") and port.get("lag") is None]
        if alone and state["facts"].get("learns_link_local"):
            bridge = state["facts"]["bridge"]
            found.append(finding("switch.learns-link-local", f"{path}.ports.{alone[0]}", bridge, port=alone[0], bridge=bridge))
        return want, [*found, *_names.there(want, state, path)]

    def commands(self, steps: list[Step], have: Model, facts: dict[str, Any]) -> list[Argv]:
        return _Commands(have, facts).of(steps)

    def ready(self, ports: list[str]) -> Argv:
        return ["sh", "-c", _READY, "lacp-is-up", *ports]

    def risks(self, steps: list[Step]) -> list[str]:
        return [
            f"LAG {step['lag']} goes down and up: the kernel changes lacp_rate only while the bond is down."
            for step in steps
            if step["do"] == "set-lag" and "rate" in step["changes"]
        ]

    def files(self, after: Model, state: Model, lags: set[str], ports: set[str]) -> dict[str, str]:
        try:
            return _ifupdown2.rewrite(
                state["facts"]["files"], after, _ifupdown2.Scope(frozenset(ports), frozenset(lags)), state["facts"]["bridge"]
            )
        except _ifupdown2.FilesError as error:
            raise PlatformError(str(error)) from error


class _Commands:
    """Commands of steps, with a look at what each interface is by then."""

    def __init__(self, have: Model, facts: dict[str, Any]) -> None:
        self.names = {id_: lag["name"] for id_, lag in have["lags"].items()}
        self.warm = {id_ for id_, lag in have["lags"].items() if lag.get("warm")}
        self.bridge, self.default = facts["bridge"], _model.vlans(facts["default_pvid"])

    def of(self, steps: list[Step]) -> list[Argv]:
        found: list[Argv] = []
        for step in steps:
            found += getattr(self, "_" + step["do"].replace("-", "_"))(step)
        return found

    def _create_lag(self, step: Step) -> list[Argv]:
        lag = step["lag"]
        name = self.names[lag["id"]] = lag["name"]
        options = ["mode", _KERNEL_MODES.get(lag["mode"], lag["mode"]), "miimon", "100", "xmit_hash_policy", "layer3+4"]
        if lag["mode"] == "lacp":
            options += ["lacp_rate", lag.get("rate") or "slow", "min_links", str(lag.get("min_links") or 0)]
        changes = {key: (None, lag[key]) for key in ("mtu", "description") if lag.get(key) is not None}
        if lag.get("vlans") is not None:
            changes["vlans"] = (_model.vlans(), lag["vlans"])
        commands = [["ip", "link", "add", "name", name, "type", "bond", *options], *self._attributes(name, changes), _link(name, "up")]
        if lag.get("warm"):
            self.warm.add(lag["id"])
            commands.append(["sh", "-c", _WARM_UP, "warm-up", name, _warm(name)])
        return commands

    def _set_lag(self, step: Step) -> list[Argv]:
        name, changes = step["name"], step["changes"]
        commands = self._attributes(name, changes)
        if "min_links" in changes:
            commands.append(_link(name, "type", "bond", "min_links", str(changes["min_links"][1] or 0)))
        if "rate" in changes:
            commands += [_link(name, "down"), _link(name, "type", "bond", "lacp_rate", changes["rate"][1]), _link(name, "up")]
        return commands

    def _delete_lag(self, step: Step) -> list[Argv]:
        warm = [["sh", "-c", _COOL_DOWN, "cool-down", _warm(step["name"])]] if step.get("warm") else []
        return [*warm, ["ip", "link", "delete", "dev", step["name"]]]

    def _leave(self, step: Step) -> list[Argv]:
        return [_link(step["port"], "down"), _link(step["port"], "nomaster")]

    def _join(self, step: Step) -> list[Argv]:
        port = step["port"]
        lines = [f"link set dev {port} {word}" for word in ("down", "nomaster", f"master {self.names[step['lag']]}", "up")]
        # bond_enslave() refuses an interface that is up. In one process the port is down for less than a period of the host's miimon.
        if step["lag"] not in self.warm:
            return [["sh", "-c", _BATCH, "ip-batch", *lines]]
        self.warm.remove(step["lag"])
        return [
            ["sh", "-c", _FIRST, "first-member", port, *lines],
            ["sh", "-c", _COOL_DOWN, "cool-down", _warm(self.names[step["lag"]])],
        ]

    def _learning(self, step: Step) -> list[Argv]:
        # A bridge learns from link-local frames, too.
        return [["bridge", "link", "set", "dev", step["port"], "learning", "on" if step["on"] else "off"]]

    def _pause(self, step: Step) -> list[Argv]:
        return [["sleep", str(step["seconds"])]]

    def _set_port(self, step: Step) -> list[Argv]:
        name, changes = step["port"], step["changes"]
        commands = self._attributes(name, changes)
        if "enabled" in changes:
            commands.append(_link(name, "up" if changes["enabled"][1] else "down"))
        return commands

    def _attributes(self, name: str, changes: dict[str, tuple[Any, Any]]) -> list[Argv]:
        commands = []
        if "mtu" in changes:
            commands.append(_link(name, "mtu", str(changes["mtu"][1])))
        if "description" in changes:
            commands.append(_link(name, "alias", changes["description"][1]))
        if "vlans" in changes:
            commands += self._vlans(name, *changes["vlans"])
        return commands

    def _vlans(self, name: str, before: dict[str, Any], after: dict[str, Any]) -> list[Argv]:
        if not _model.switches(after):
            return [_link(name, "nomaster")]
        commands = []
        if not _model.switches(before):
            # A new port of the bridge starts with the bridge's default VLAN.
            commands.append(_link(name, "master", self.bridge))
            before = self.default
        old, new = _flags(before), _flags(after)
        for vid, native in new.items():
            if old.get(vid) != native:
                commands.append(["bridge", "vlan", "add", "dev", name, "vid", str(vid), *(["pvid", "untagged"] if native else [])])
        gone = sorted(set(old) - set(new))
        commands += [["bridge", "vlan", "delete", "dev", name, "vid", part] for part in _model.ranges(gone).split(",") if part]
        return commands


def _link(name: str, *words: str) -> Argv:
    return ["ip", "link", "set", "dev", name, *words]


def _warm(name: str) -> str:
    return f"w-{name}"[: _names.LENGTH]


def _flags(vlans: dict[str, Any]) -> dict[int, bool]:
    """VLAN -> whether it is the native one. The native one comes first, so that untagged frames have a VLAN at any time."""
    tagged = range(1, 4095) if vlans["tagged"] == _model.ALL else vlans["tagged"]
    native = {} if vlans["native"] is None else {vlans["native"]: True}
    return {**native, **{vid: False for vid in tagged if vid not in native}}


def _json(outputs: dict[str, dict[str, Any]], key: str) -> list[dict[str, Any]]:
    answer = outputs[key]
    if answer["rc"] != 0:
        raise PlatformError(f"reading {key} failed: {(answer['err'] or answer['out']).strip()[:200]}")
    try:
        # Old iproute2 prints empty objects for links that a filter hides.
        return [entry for entry in json.loads(answer["out"] or "[]") if entry]
    except ValueError as error:
        raise PlatformError(f"the answer for {key} is no JSON: {error}") from error


def _kind(link: dict[str, Any]) -> str | None:
    return link.get("linkinfo", {}).get("info_kind")


def _kind_of(links: dict[str, dict[str, Any]], name: str | None) -> str | None:
    return _kind(links.get(name, {}))


def _facts(links: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The VLAN-aware bridge that the ports belong to: the only one, else None and the names of all."""
    bridges = [link for link in links.values() if _kind(link) == "bridge" and link["linkinfo"]["info_data"].get("vlan_filtering")]
    data = bridges[0]["linkinfo"]["info_data"] if len(bridges) == 1 else {}
    return {
        "bridge": bridges[0]["ifname"] if len(bridges) == 1 else None,
        "bridges": [bridge["ifname"] for bridge in bridges],
        "default_pvid": data.get("vlan_default_pvid") or None,
        "stp": bool(data.get("stp_state")),
        "learns_link_local": not data.get("no_linklocal_learn", 1),
    }


def _lacp(link: dict[str, Any], ends: dict[str, dict[str, Any]]) -> dict[str, Any]:
    data = link.get("linkinfo", {}).get("info_slave_data", {})
    found: dict[str, Any] = {"aggregator": data.get("ad_aggregator_id")}
    for end in ("actor", "partner"):
        found[end] = {**ends.get(end, {}), "state": data.get(f"ad_{end}_oper_port_state")}
    return found


def _vlans(entries: list[dict[str, Any]]) -> dict[str, Any]:
    native, tagged = None, set()
    for entry in entries:
        vids = range(entry["vlan"], entry.get("vlanEnd", entry["vlan"]) + 1)
        if {"PVID", "Egress Untagged"} <= set(entry.get("flags", ())):
            native = entry["vlan"]
        else:
            tagged.update(vids)
    return _model.vlans(native, tagged)


def _macs(entries: list[dict[str, Any]], members: dict[str, list[str]]) -> dict[str, list[str]]:
    """Addresses that the bridge has learned, by port; those of a LAG are told of each of its members.

    The bridge's own and multicast addresses are permanent, or belong to the port itself.
    """
    found: dict[str, set[str]] = {}
    for entry in entries:
        if entry.get("state") or "self" in entry.get("flags", ()) or "ifname" not in entry:
            continue
        for port in members.get(entry["ifname"], [entry["ifname"]]):
            found.setdefault(port, set()).add(entry["mac"])
    return {name: sorted(macs) for name, macs in sorted(found.items())}
