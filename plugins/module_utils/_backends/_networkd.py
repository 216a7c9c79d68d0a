# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The back end systemd-networkd.

What was seen of it, in systemd 252: a reload creates links that are new to it, takes over links that exist already, and configures anew the
links whose file changed. It changes no parameter of a bond that exists, deletes no link whose file is gone, and does not create again a
link that was deleted under it. So links are created and deleted with ``ip`` here, in the wanted order, and networkd takes them over.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _common
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _networkd_files as _files
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding

_RUNTIME = "/run/systemd/netif"


class Networkd:
    """systemd-networkd, as ``_base`` describes a back end."""

    name = "networkd"
    title = "systemd-networkd"

    def detect(self, machine: Any) -> Optional[Dict[str, Any]]:
        """``{"version", "active", "claims": {NIC: [paths]}}``, None where networkd was never started."""
        if not machine.exists(_RUNTIME):
            return None
        claims = _files.claims(machine)
        claimed: Dict[str, List[str]] = {}
        for nic, macs in _common.nics(machine).items():
            first = next((claim for claim in claims if _files.matches(claim, nic, "nic", macs)), None)
            own = f"{_files.FOLDER}/{_files.PREFIX}{nic}.network"
            paths = [own] if machine.exists(own) else [first.path] if first else []
            if paths:
                claimed[nic] = paths
        return {
            "version": _common.version_of(machine, ["networkctl", "--version"]),
            "active": _common.unit_is_active(machine, "systemd-networkd.service"),
            "claims": claimed,
        }

    def unsupported(self, intent: Mapping[str, Any], facts: Mapping[str, Any], machine: Any = None) -> List[Finding]:
        """``host.backend-option``, ``host.zone-unserved``; with a machine also ``host.file-in-the-way`` and ``host.dns-unserved``."""
        version = facts["version"]
        _hooked, refused = _common.sort_out(intent["links"], lambda *option: _files.reason(version, *option), lambda _name: False)
        found = _common.refusals(self.title, version, intent, refused)
        found += _common.zone_findings(self.title, intent)
        if machine is not None:
            found += [
                finding("host.file-in-the-way", _common.link_path(intent, link), path, link=link, ours=_files.PREFIX + link + ".network")
                for path, link in self._others(intent, machine)[1]
            ]
            if not machine.exists("/run/systemd/resolve"):
                found += _common.dns_findings(intent, "systemd-resolved does not run")
        return found

    def render(self, intent: Mapping[str, Any], facts: Mapping[str, Any], machine: Any) -> Dict[str, Optional[Dict[str, Any]]]:
        """All files of the intent, and None for files of others that only serve links of the intent."""
        files: Dict[str, Optional[Dict[str, Any]]] = dict(_files.render(intent, facts["version"]))
        files.update(dict.fromkeys(self._others(intent, machine)[0]))
        files.update(_common.modprobe_files(intent, machine))
        return files

    def remember(self, machine: Any, links: List[str]) -> Dict[str, Any]:
        """Nothing: networkd's state follows from its files."""
        return {}

    def apply(self, change: Mapping[str, Any], facts: Mapping[str, Any]) -> List[Dict[str, Any]]:
        """Links are deleted, released and created with ``ip``; then networkd reads its files."""
        after = change["desired"]["links"]
        gone = _common.going(change)
        commands = _common.remove_links(gone, change["before"])
        for name in [*_common.dropped(change), *_common.moved(change)]:
            if change["before"]["links"][name].get("master") not in (None, *gone):
                commands += _common.release(name)
        for name in _common.bottom_up(_common.coming(change), after):
            if after[name]["kind"] != "nic":
                commands.append(_common.command(_common.unless_there(name, _common.create_words(name, after[name])), must=True))
        first = _common.enslave_first(change)
        if first:
            # Back up as a slave it would have the route to its old subnet again, until networkd has taken its addresses away.
            first.append(_common.command(["ip", "address", "flush", "dev", change["first"]]))
        commands += [*first, *_common.join_existing(change)]
        daemon = self.daemon(change, facts)
        other_mac = any(step["action"] == "mac" and step["link"] in change["before"]["links"] for step in change["steps"])
        if daemon and (other_mac or _common.rebuilt(change)):
            # A reload takes slaves down whose file changed, which the new mode may bear and the old one not; and it brings up a card that
            # has left its bond, before the bond has given up the card's address.
            commands.append(_common.mend(daemon))
        commands.append(_common.command(["networkctl", "reload"], timeout=20, must=True))
        return commands + self._again(change, after, 20)

    def rollback(self, change: Mapping[str, Any], facts: Mapping[str, Any]) -> List[Dict[str, Any]]:
        """The links that came with the change go, those that went come back, and networkd reads its old files."""
        before = change["before"]["links"]
        commands = _common.remove_links(_common.coming(change), change["desired"])
        for name in _common.bottom_up(_common.going(change), before):
            if before[name]["kind"] != "nic":
                commands.append(_common.command(_common.unless_there(name, _common.create_words(name, before[name])), timeout=5))
        commands.append(_common.command(["networkctl", "reload"], timeout=5, must=True))
        return commands + self._again(change, before, 5)

    def bounces(self, change: Mapping[str, Any]) -> List[str]:
        """Slaves whose file changed: a reload takes them down and up again, all of them at once."""
        after = change["desired"]["links"]
        slaves = [name for name in after if after.get(after[name].get("master") or "", {}).get("kind") == "bond"]
        stay = [name for name in slaves if name in change["before"]["links"] and name not in _common.restructured(change)]
        return [name for name in stay if f"{_files.FOLDER}/{_files.PREFIX}{name}.network" in change["files"]]

    def daemon(self, change: Mapping[str, Any], facts: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        """The service, which its socket would start again."""
        return _common.systemd_daemon(self.title, "systemd-networkd.service", ["systemd-networkd.socket"])

    @staticmethod
    def _again(change: Mapping[str, Any], links: Mapping[str, Any], timeout: int) -> List[Dict[str, Any]]:
        """A reload leaves links alone whose file is the same, even if they are new or were moved."""
        names = [name for name in _common.restructured(change) if f"{_files.FOLDER}/{_files.PREFIX}{name}.network" not in change["files"]]
        names = _common.bottom_up(names, links)
        return [_common.command(["networkctl", "reconfigure", *names], timeout=timeout)] if names else []

    def persisted(self, path: str) -> bool:
        """No file of networkd holds a secret."""
        return False

    def _others(self, intent: Mapping[str, Any], machine: Any) -> Any:
        """(files that go, [(file, link) in the way])."""
        links = intent["links"]
        present = _common.nics(machine)
        going, blocking = [], []
        for claim in _files.claims(machine):
            matched = [
                name for name, link in links.items() if _files.matches(claim, name, link["kind"], [link.get("mac"), *present.get(name, ())])
            ]
            joins = any(master in links for master in claim.masters)
            if not matched and not joins:
                continue
            ours_alone = joins or _files.serves_only(claim, matched, links, present)
            if ours_alone and _files.exact(claim) and claim.path.startswith(_files.FOLDER + "/"):
                going.append(claim.path)
            else:
                base = claim.path.rpartition("/")[2]
                blocking += [(claim.path, name) for name in matched if base < f"{_files.PREFIX}{name}.network"]
        going += _files.netdevs(machine, [name for name, link in links.items() if link["kind"] != "nic"])
        return going, blocking
