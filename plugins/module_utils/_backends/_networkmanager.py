# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The back end NetworkManager."""

from __future__ import annotations

import itertools
from typing import Any, Collection, Dict, Iterable, List, Mapping, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _common
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _networkmanager_files as _files
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding

_RUNTIME = "/run/NetworkManager"
_INIT_SCRIPTS = "/etc/init.d/network-manager /etc/init.d/NetworkManager"
# Debian's dispatcher script runs the scripts of ifupdown for every link that goes down.
_IFENSLAVE = ("/etc/NetworkManager/dispatcher.d/01-ifupdown", "/etc/network/if-post-down.d/ifenslave")


class NetworkManager:
    """NetworkManager with its keyfiles, as ``_base`` describes a back end."""

    name = "networkmanager"
    title = "NetworkManager"

    def detect(self, machine: Any) -> Optional[Dict[str, Any]]:
        """``{"version", "active", "claims": {NIC: [paths]}, "systemd": whether it runs}``, None where NetworkManager was never started."""
        if not machine.exists(_RUNTIME):
            return None
        claims: Dict[str, List[str]] = {}
        profiles = _files.profiles(machine)
        for nic, macs in _common.nics(machine).items():
            own = _files.path_of(nic)
            paths = [own] if machine.exists(own) else [
                profile.path for profile in profiles if profile.interface == nic or (profile.mac and profile.mac in macs)
            ]  # fmt: skip
            if paths and self._manages(machine, nic):
                claims[nic] = paths
        return {
            "version": _common.version_of(machine, ["nmcli", "--version"]), "active": self._active(machine), "claims": claims,
            "systemd": machine.exists("/run/systemd/system"),
        }  # fmt: skip

    def unsupported(self, intent: Mapping[str, Any], facts: Mapping[str, Any], machine: Any = None) -> List[Finding]:
        """``host.backend-option`` for what neither a keyfile nor the dispatcher script can carry, and ``host.dns-unserved``."""
        found = _common.refusals(self.title, facts["version"], intent, _files.sort_out(intent, facts["version"])[1])
        bonds = _common.of_kind(intent["links"], "bond")
        if machine is not None and bonds and all(machine.exists(path) for path in _IFENSLAVE):
            found.append(finding("host.ifenslave-in-the-way", _common.link_path(intent, bonds[0][0]), _IFENSLAVE[1]))
        without_ipv4 = {
            name: {"dns": [server for server in wanted.get("dns") or () if _common.family(server) == 4]}
            for name, wanted in intent["addresses"].items()
            if not wanted.get("dhcp4") and not _common.by_family(wanted.get("addresses") or ())[0]
        }
        return found + _common.dns_findings({"addresses": without_ipv4}, "NetworkManager keeps no IPv4 server on a link without IPv4")

    def render(self, intent: Mapping[str, Any], facts: Mapping[str, Any], machine: Any) -> Dict[str, Optional[Dict[str, Any]]]:
        """All files of the intent, and None for profiles of others that are for a link of the intent or for a slave or port of one."""
        links = intent["links"]
        present = _common.nics(machine)
        profiles = _files.profiles(machine)
        macs = {mac for name, link in links.items() if link["kind"] == "nic" for mac in [link.get("mac"), *present.get(name, ())] if mac}
        taken = [profile for profile in profiles if profile.interface in links or profile.mac in macs]
        masters = {*links, *(profile.uuid for profile in taken)} - {""}
        going = [profile.path for profile in profiles if profile in taken or profile.master in masters]
        files: Dict[str, Optional[Dict[str, Any]]] = dict(_files.render(intent, facts["version"]))
        files.update({path: None for path in going if not path.startswith("/usr/")})
        files.update(_common.modprobe_files(intent, machine))
        return files

    def remember(self, machine: Any, links: List[str]) -> Dict[str, Any]:
        """``{"active": {link: UUID of the connection that is up on it}}``."""
        _rc, out, _err = machine.run(["nmcli", "-t", "-f", "DEVICE,UUID", "connection", "show", "--active"], 10)
        pairs = (line.rpartition(":") for line in out.splitlines())
        return {"active": {device.replace("\\:", ":"): uuid for device, _colon, uuid in pairs if device in links}}

    def apply(self, change: Mapping[str, Any], facts: Mapping[str, Any]) -> List[Dict[str, Any]]:
        """New profiles are read, and what is new or was moved is activated from below; what only changed is reapplied without a bounce.

        Profiles that are gone are dropped last, because NetworkManager takes their links down with them; where links must go, it is first.
        """
        after = change["desired"]["links"]
        profiles = [path for path, action in change["files"].items() if path.startswith(_files.FOLDER) and action != "remove"]
        forget = _common.command(["nmcli", "connection", "reload"], timeout=20, must=True)
        # A new bond that is read is activated at once, with all slaves that are known then: so the others are read later.
        bond = after.get(change.get("first") or "", {}).get("master")
        later = {_files.path_of(name) for name in after if after[name].get("master") == bond and name != change["first"]} if bond else set()
        later &= set(profiles) if _common.enslave_first(change) else set()
        commands = _load([path for path in profiles if path not in later])
        gone = _common.going(change)
        if gone:
            commands += [forget, *_common.remove_links(gone, change["before"])]
        for name in _common.dropped(change):
            commands += _common.release(name)
        if later:
            commands += [*_up_all([(change["first"], after[change["first"]], True)]), *_load(sorted(later))]
        commands += self._activate(change, later)
        rebuilt = _common.rebuilt(change)
        if rebuilt:
            # Its own way is to take the bond down with all that stands on it. Held, it sees no more than that a slave was away.
            commands.append(_common.mend(self.daemon(change, facts)))
            commands += _up_all([(slave, after[slave], False) for name in rebuilt for slave in after[name]["slaves"]])
        kept = [name for name in change["touched"] if name in change["before"]["links"] and name in after and name not in rebuilt]
        commands += [
            _common.command(["nmcli", "-w", "5", "device", "reapply", name], timeout=10)
            for name in _common.bottom_up(kept, after)
            if _files.path_of(name) in change["files"] and name not in _common.restructured(change)
        ]
        commands += self._hand_over(change)
        return commands if gone else [*commands, forget]

    def rollback(self, change: Mapping[str, Any], facts: Mapping[str, Any]) -> List[Dict[str, Any]]:
        """The old profiles are read, and each link gets the connection that was up on it."""
        commands = [_common.command(["nmcli", "connection", "reload"], timeout=5, must=True)]
        commands += _common.remove_links(_common.coming(change), change["desired"])
        commands += self._reactivate(change, facts)
        return list({tuple(item["argv"]): item for item in commands}.values())

    def bounces(self, change: Mapping[str, Any]) -> List[str]:
        """Links that are handed over from one profile to another: one goes with its file, and the other is activated in its place."""
        handed = [name for name in change["desired"]["links"] if change["files"].get(_files.path_of(name)) in ("create", "remove")]
        return [name for name in handed if name in change["before"]["links"] and name not in _common.restructured(change)]

    def daemon(self, change: Mapping[str, Any], facts: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        """The service, or where systemd does not run the process and its init script."""
        # Started on links that are up, it takes them for somebody else's.
        again = self._reactivate(change, facts)
        if facts["systemd"]:
            daemon = _common.systemd_daemon(self.title, "NetworkManager.service")
            return {**daemon, "start": daemon["start"] + again}
        kill = f'kill "-$1" "$(cat {_RUNTIME}/NetworkManager.pid)"'
        start = f'rm -f {_RUNTIME}/NetworkManager.pid; for name in {_INIT_SCRIPTS}; do [ ! -x "$name" ] || exec "$name" start; done'
        killed = _common.command(["sh", "-c", kill, "kill", "KILL"], timeout=3)
        return {
            "title": self.title,
            "hold": [_common.command(["sh", "-c", kill, "kill", "STOP"], timeout=3)],
            "resume": [_common.command(["sh", "-c", kill, "kill", "CONT"], timeout=3)],
            "start": [killed, _common.command(["sh", "-c", start], timeout=15), *again],
            "stop": [killed],
        }

    def persisted(self, path: str) -> bool:
        """NetworkManager ignores keyfiles that others can read."""
        return path.startswith(_files.FOLDER + "/")

    @staticmethod
    def _reactivate(change: Mapping[str, Any], facts: Mapping[str, Any]) -> List[Dict[str, Any]]:
        active = (facts.get("remembered") or {}).get("active") or {}
        before = change["before"]["links"]
        again = {*_common.restructured(change), *_common.going(change)}
        commands = []
        for name in _common.bottom_up([*again, *change["touched"]], before):
            if name in active and (name in again or _files.path_of(name) in change["files"]):
                device = ["ifname", name] if before[name]["kind"] == "nic" else []
                commands.append(_common.command(["nmcli", "-w", "4", "connection", "up", "uuid", active[name], *device], timeout=5))
        return list({tuple(item["argv"]): item for item in commands}.values())

    @staticmethod
    def _activate(change: Mapping[str, Any], later: Collection[str]) -> List[Dict[str, Any]]:
        """A slave brings up its bond and a port its bridge, so the one with the connection goes first and the rest only where it is not up.

        Activating a link again whose profile was already up takes its slaves and its VLANs down; they come back here too.
        """
        after = change["desired"]["links"]
        again = _common.restructured(change)
        moved = _common.moved(change)
        stale = [name for name in moved if after[name]["kind"] != "nic" or change["files"].get(_files.path_of(name)) == "change"]
        touching = {name for name, link in after.items() if {link.get("master"), link.get("link")} & set(stale)}
        wanted = _common.bottom_up({*again, *touching}, after)
        slaves = sorted(
            (name for name in wanted if after[name]["kind"] == "nic" and after[name].get("master")),
            key=lambda name: name != change.get("first"),
        )
        # A bond that was up loses its slaves for the moment of its activation, so it comes before them.
        bonds = [name for name in stale if after[name]["kind"] == "bond"]
        order = dict.fromkeys([*bonds, *slaves, *wanted])
        # With others to be read later, the first is up already.
        done = change["first"] if later else None
        return _up_all([(name, after[name], name in stale) for name in order if name != done])

    def _hand_over(self, change: Mapping[str, Any]) -> List[Dict[str, Any]]:
        """Adopted links change from their profile to ours. One that was made by hand has none that could go: NetworkManager would watch it
        for ever and leave our profile alone.

        A bond lets go of its slaves meanwhile, so it is first; a VLAN comes up on what is up.
        """
        after = change["desired"]["links"]
        used = [name for name in self.bounces(change) if name in change["touched"] or after[name]["kind"] != "nic" or after[name]["master"]]
        upwards = _common.bottom_up(used, after)
        masters = [name for name in reversed(upwards) if after[name]["kind"] in ("bond", "bridge")]
        cards = sorted((name for name in upwards if after[name]["kind"] == "nic"), key=lambda name: name != change.get("first"))
        return _up_all([(name, after[name], False) for name in dict.fromkeys([*masters, *cards, *upwards])])

    @staticmethod
    def _active(machine: Any) -> bool:
        if _common.unit_is_active(machine, "NetworkManager.service"):
            return True
        pid = (machine.read(f"{_RUNTIME}/NetworkManager.pid") or "").strip()
        return pid.isdigit() and bool(machine.exists(f"/proc/{pid}"))

    @staticmethod
    def _manages(machine: Any, nic: str) -> bool:
        """NetworkManager keeps a file for each device; Debian's plugin for ifupdown leaves those of /etc/network/interfaces alone."""
        index = (machine.read(f"/sys/class/net/{nic}/ifindex") or "").strip()
        return "managed=false" not in (machine.read(f"{_RUNTIME}/devices/{index}") or "")


def _load(paths: List[str]) -> List[Dict[str, Any]]:
    return [_common.command(["nmcli", "connection", "load", *paths], timeout=20, must=True)] if paths else []


def _up(name: str, link: Mapping[str, Any]) -> List[str]:
    return ["nmcli", "-w", "10", "connection", "up", "uuid", _files.uuid_of(name), *(["ifname", name] if link["kind"] == "nic" else [])]


# Most come up with what they are in or below. Each call of nmcli reads all that the daemon knows, so they are asked for together.
_WHERE_NEEDED = """\
look() { active=$(nmcli -g UUID,STATE connection show --active 2>/dev/null); }
up() {
    case "$active" in *"$1:activat"*) return ;; esac
    id=$1
    shift
    nmcli -w 10 connection up uuid "$id" "$@" || failed=1
    look
}
failed=0
look
"""


def _up_all(links: Iterable[Tuple[str, Mapping[str, Any], bool]]) -> List[Dict[str, Any]]:
    """Activates (name, link, even if it is up) in their order."""
    commands: List[Dict[str, Any]] = []
    for again, group in itertools.groupby(links, key=lambda item: item[2]):
        if again:
            commands += [_common.command(_up(name, link), timeout=15) for name, link, _again in group]
        else:
            calls = [_common.shell(["up", *_up(name, link)[6:]]) for name, link, _again in group]
            script = "\n".join([_WHERE_NEEDED + calls[0], *calls[1:], "exit $failed"])
            commands.append(_common.command(["sh", "-c", script], timeout=min(30, 15 * len(calls))))
    return commands
