# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The back end ifupdown with ifenslave and bridge-utils.

``ifdown`` of a bond deletes it, so it runs only for links that go and for NICs that become slaves. Everything else that changes on a link
that exists is left to the caller's look at the kernel; ``ifstate`` is kept true, so that a later ``ifdown`` or ``ifup`` does what it says.
"""

from __future__ import annotations

import shlex
from typing import Any, Collection, Dict, Iterable, Iterator, List, Mapping, Optional

from ansible_collections.trunkline.bonding.plugins.module_utils import _stack
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _common
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _ifupdown_files as _files
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _ifupdown_parse as _parse
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding

_IFSTATE = "/run/network/ifstate"
_VARIANTS = {"/usr/share/ifupdown2": "ifupdown2", "/usr/libexec/ifupdown-ng": "ifupdown-ng"}
_PACKAGES = {"bond": ("ifenslave", "/etc/network/if-pre-up.d/ifenslave"), "bridge": ("bridge-utils", "/etc/network/if-pre-up.d/bridge")}
# resolvconf's script and the one of ifupdown for systemd-resolved.
_DNS_HOOKS = {"/etc/network/if-up.d/000resolvconf": "/sbin/resolvconf", "/etc/network/if-up.d/resolved": "/run/systemd/resolve"}
_PORTS = ("bond-slaves", "slaves", "bridge-ports", "vlan-raw-device")


class Ifupdown:
    """Debian's ifupdown, as ``_base`` describes a back end."""

    name = "ifupdown"
    title = "ifupdown"

    def detect(self, machine: Any) -> Optional[Dict[str, Any]]:
        """``{"version", "active", "claims": {NIC: [paths]}, "variant": the name of a rewrite or None}``, None without ifupdown."""
        if not machine.exists(_parse.MAIN) or not any(machine.exists(path) for path in ("/sbin/ifup", "/usr/sbin/ifup")):
            return None
        claims: Dict[str, List[str]] = {}
        present = _common.nics(machine)
        for link, stanza in _parse.in_use(machine):
            words = [link, *(word for key in _PORTS for value in stanza.options.get(key, ()) for word in value.split())]
            for nic in words:
                if nic in present and stanza.path not in claims.setdefault(nic, []):
                    claims[nic].append(stanza.path)
        up = [line.partition("=")[0] for line in (machine.read(_IFSTATE) or "").split()]
        return {
            "version": _common.version_of(machine, ["ifup", "--version"]),
            "active": bool(claims or set(up) - {"lo"}),
            "claims": claims,
            "variant": next((name for path, name in _VARIANTS.items() if machine.exists(path)), None),
        }

    def unsupported(self, intent: Mapping[str, Any], facts: Mapping[str, Any], machine: Any = None) -> List[Finding]:
        """``host.backend-variant``, ``host.backend-option``; with a machine ``host.backend-package`` and ``host.dns-unserved``."""
        if facts.get("variant"):
            return [finding("host.backend-variant", "bonding_backend", facts["variant"])]
        found = _common.refusals(self.title, facts["version"], intent, _files.sort_out(intent)[1])
        if machine is None:
            return found
        for kind, (package, path) in _PACKAGES.items():
            first = next((name for name, _link in _common.of_kind(intent["links"], kind)), None)
            if first is not None and not machine.exists(path):
                found.append(finding("host.backend-package", _common.link_path(intent, first), package, link=first))
        if not any(machine.exists(hook) and machine.exists(needs) for hook, needs in _DNS_HOOKS.items()):
            found += _common.dns_findings(intent, "neither resolvconf nor systemd-resolved is there to take them")
        return found

    def render(self, intent: Mapping[str, Any], facts: Mapping[str, Any], machine: Any) -> Dict[str, Optional[Dict[str, Any]]]:
        """Our file, and the files of others without the stanzas of the intent's links.

        A file of others keeps everything else byte for byte and carries ``"shared": True``: it is changed, and never ours to remove.
        """
        bonds = [name for name, _link in _common.of_kind(intent["links"], "bond")]
        texts = _parse.read(machine)
        edited = {path: _parse.without(text, intent["links"], bonds) for path, text in texts.items() if path != _files.FILE}
        if intent["links"] and not _parse.includes(texts, _files.FILE):
            main = edited.get(_parse.MAIN, "")
            edited[_parse.MAIN] = main + ("" if main.endswith("\n") or not main else "\n") + f"source {_files.FILE}\n"
        files: Dict[str, Optional[Dict[str, Any]]] = {
            path: {"content": text, "mode": 0o644, "shared": True} for path, text in edited.items() if text != texts.get(path)
        }
        if intent["links"]:
            files[_files.FILE] = {"content": _files.render(intent), "mode": 0o644}
        files.update(_common.modprobe_files(intent, machine))
        return files

    def remember(self, machine: Any, links: List[str]) -> Dict[str, Any]:
        """``{"ifstate": what ifupdown takes to be up, "clients": the files of running DHCP clients}``."""
        clients = [f"/run/{name}" for name in machine.listdir("/run") if name.startswith("dhclient")]
        return {"ifstate": machine.read(_IFSTATE) or "", "clients": clients}

    def apply(self, change: Mapping[str, Any], facts: Mapping[str, Any]) -> List[Dict[str, Any]]:
        """Links go with the old files in place and come with the new ones, each only if its structure changes."""
        before, after = change["before"]["links"], change["desired"]["links"]
        moved = _common.moved(change)
        going = _common.going(change)
        # An address that stays on a slave would keep its route, so a NIC is taken down before it becomes one.
        joining = [name for name in moved if after[name]["kind"] == "nic" and before[name]["up"] and before[name].get("master") is None]
        commands = [
            _common.command(["ifdown", name], timeout=20, when=_common.BEFORE)
            for name in [*reversed(_common.bottom_up(going, before)), *joining]
        ]
        commands += _common.remove_links(going, change["before"])
        for name in [*_common.dropped(change), *moved]:
            if before[name].get("master") not in (None, *going):
                commands += _common.release(name)
        commands += self._make_room(change)
        first = _common.enslave_first(change)
        bond = after.get(change.get("first") or "", {}).get("master")
        # ifenslave takes the slaves in their order; only if another one has to be first, the bond is made here.
        if first and after[bond]["slaves"][:1] != [change["first"]]:
            commands += [_common.command(_common.unless_there(bond, _common.create_words(bond, after[bond])), must=True), *first]
        # The hooks of each link take their time, so what the host is reached by does not wait for the others.
        way = _stack.below(after, *(route["dev"] for route in change["desired"]["routes"] if route["to"] == "default" and route["dev"]))
        for name in sorted(_common.bottom_up(self._to_bring_up(change), after), key=lambda name: name not in way):
            commands.append(_common.command(["ifup", name], timeout=30))
        if first:
            # ifenslave takes every slave down, and puts up those only that it enslaves itself.
            commands.append(_common.command(["ip", "link", "set", "dev", change["first"], "up"]))
        commands += _common.join_existing(change)
        commands += self._addressing(change)
        slaves = self._slaves(after)
        commands.append(_ifstate([*slaves, *change["delete"]], [name for name in after if name not in slaves]))
        return commands

    def rollback(self, change: Mapping[str, Any], facts: Mapping[str, Any]) -> List[Dict[str, Any]]:
        """What came with the change goes; what was up before and had to go down comes up by the old files; ``ifstate`` is as it was."""
        before = change["before"]["links"]
        remembered = (facts.get("remembered") or {}).get("ifstate") or ""
        up = [line.partition("=")[0] for line in remembered.split()]
        new = _common.coming(change)
        again = [name for name in {*_common.restructured(change), *_common.going(change)} if name in before and name in up]
        # What was a slave or a port before, and has addresses now, gives them up.
        back = [name for name in _common.moved(change) if before[name].get("master")]
        commands = [_common.command(_stop_dhcp(name), timeout=5) for name in [*new, *back]]
        commands += self._clients(change, (facts.get("remembered") or {}).get("clients") or (), {*new, *back, *again})
        commands += _common.remove_links(new, change["desired"])
        for name in back:
            commands.append(_common.command(["ip", "address", "flush", "dev", name], timeout=5))
            commands.append(_common.command(["ip", "route", "flush", "dev", name], timeout=5))
        commands.append(_ifstate([*new, *again], []))
        commands += [_common.command(["ifup", name], timeout=12) for name in _common.bottom_up(again, before)]
        commands.append(_ifstate([name for name in change["desired"]["links"] if name not in up], up))
        return commands

    def bounces(self, change: Mapping[str, Any]) -> List[str]:
        """None: nothing runs that would read the files."""
        return []

    def daemon(self, change: Mapping[str, Any], facts: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        """None: ``ifup`` and ``ifdown`` end, one way or the other."""
        return None

    def persisted(self, path: str) -> bool:
        """ifupdown's files hold no secret of ours."""
        return False

    @staticmethod
    def _make_room(change: Mapping[str, Any]) -> List[Dict[str, Any]]:
        """What stands in the way of an ``ifup`` on top: an MTU that is too small, addresses and routes that move to a bridge."""
        before, after = change["before"]["links"], change["desired"]["links"]
        commands = []
        for name in _common.bottom_up((name for name in after if name in before and name not in _common.coming(change)), after):
            if (after[name].get("mtu") or 0) > before[name]["mtu"]:
                commands.append(_common.command(["ip", "link", "set", "dev", name, "mtu", str(after[name]["mtu"])]))
            ported = name in _common.moved(change) and after[name].get("master") and after[name]["kind"] != "nic"
            if ported and any(entry["scope"] == "global" for entry in before[name].get("addresses") or ()):
                commands.append(_common.command(["ip", "address", "flush", "dev", name, "scope", "global"]))
                commands.append(_common.command(["ip", "route", "flush", "dev", name]))
        return commands

    @staticmethod
    def _to_bring_up(change: Mapping[str, Any]) -> List[str]:
        before, after = change["before"]["links"], change["desired"]["links"]
        new = [name for name in _common.coming(change) if after[name]["kind"] != "nic"]
        freed = [name for name in _common.moved(change) if after[name].get("master") is None]
        down = [name for name in change["touched"] if after.get(name, {}).get("kind") == "nic" and not before.get(name, {}).get("up")]
        slaves = Ifupdown._slaves(after)
        return [name for name in dict.fromkeys([*new, *freed, *down]) if name not in slaves]

    @staticmethod
    def _slaves(links: Mapping[str, Any]) -> List[str]:
        return [name for name, link in links.items() if (links.get(link.get("master") or "") or {}).get("kind") == "bond"]

    @staticmethod
    def _clients(change: Mapping[str, Any], running: Collection[str], done: Collection[str]) -> Iterator[Dict[str, Any]]:
        """On links that stayed up, the DHCP clients that were there before."""
        addresses = (change.get("intent") or {}).get("addresses") or {}
        for name in change["touched"]:
            for family in (4, 6):
                wanted = (addresses.get(name) or {}).get(f"dhcp{family}")
                before = _pid_file(name, family) in running
                if name in done or bool(wanted) == before or name not in change["before"]["links"]:
                    continue
                start = _start_dhcp(name, family, {"addresses": {}})
                yield _common.command(start if before else _stop_dhcp(name, family), timeout=8)

    @staticmethod
    def _addressing(change: Mapping[str, Any]) -> List[Dict[str, Any]]:
        """DHCP starts and stops, and DNS servers are handed over, on links that stay up."""
        before, after = change["before"]["links"], change["desired"]["links"]
        addresses = (change.get("intent") or {}).get("addresses") or {}
        commands = []
        for name in change["touched"]:
            if name not in before or name not in after or name in _common.coming(change):
                continue
            wanted = _common.addressing({"addresses": addresses}, name)
            leased = {_common.family(entry["address"]) for entry in before[name].get("addresses") or () if entry["dynamic"]}
            for family in (4, 6):
                if not wanted[f"dhcp{family}"] and family not in leased:
                    continue
                if not wanted[f"dhcp{family}"]:
                    commands.append(_common.command(_stop_dhcp(name, family), timeout=5))
                elif name not in _common.moved(change):
                    commands.append(_common.command(_start_dhcp(name, family, {"addresses": addresses}), timeout=30))
            if wanted["dns"] or wanted["search"]:
                settings = [f"{key}={value}" for key, value in _files.dns_environment(name, wanted).items()]
                script = "for hook in " + _common.shell(_DNS_HOOKS) + '; do [ ! -x "$hook" ] || "$hook"; done'
                commands.append(_common.command(["env", *settings, "sh", "-c", script], timeout=15))
        return commands


# ifupdown keeps one file with all links that are up, and one for each link.
_BOOKKEEPING = (
    "cd /run/network 2>/dev/null || exit 0; up=; for name; do case $name in -) up=; continue;; +) up=1; continue;; esac; "
    'if [ -e ifstate ]; then grep -v "^$name=" ifstate > .trunkline; cat .trunkline > ifstate; rm -f .trunkline; fi; '
    'echo "${up:+$name}" > "ifstate.$name"; [ -z "$up" ] || echo "$name=$name" >> ifstate; done'
)


def _ifstate(down: Iterable[str], up: Iterable[str]) -> Dict[str, Any]:
    """Tells ifupdown which links are down and which are up, without doing anything to them."""
    return _common.command(["sh", "-c", _BOOKKEEPING, "ifstate", "-", *down, "+", *up], timeout=5)


# As ifupdown sets it for the method dhcp of inet6. A link without addresses was told to make none of its own.
_READY_FOR_SIX = (
    "conf=/proc/sys/net/ipv6/conf/{name}; {accept}read -r mode <$conf/addr_gen_mode; [ $mode != 1 ] || echo 0 >$conf/addr_gen_mode; "
    "IFACE={name} IF_LL_ATTEMPTS=60 IF_LL_INTERVAL=0.1 /lib/ifupdown/wait-for-ll6.sh; "
)


def _pid_file(name: str, family: int) -> str:
    return f"/run/dhclient{'' if family == 4 else 6}.{shlex.quote(name)}.pid"


def _start_dhcp(name: str, family: int, intent: Mapping[str, Any]) -> List[str]:
    """The call of ifupdown's method dhcp, unless the client runs."""
    accept_ra, metric = _common.addressing(intent, name)["accept_ra"], _files.metric_of_leases(intent, name)
    leases, other = (f"/var/lib/dhcp/dhclient{number}.{name}.leases" for number in (("", "6") if family == 4 else ("6", "")))
    pid = _pid_file(name, family)
    call = ["dhclient", f"-{family}", "-nw", *(["-i"] if family == 4 else []), "-pf", pid, "-lf", leases, "-I", "-df", other, name]
    call += ["-e", f"IF_METRIC={metric}"] if family == 4 and metric else []
    accept = "" if accept_ra is False else "echo 1 >$conf/accept_ra; "
    ready = _READY_FOR_SIX.format(name=shlex.quote(name), accept=accept) if family == 6 else ""
    switch = _files.router_switch(intent, name)
    first = f"{switch}; " if switch else ""
    return ["sh", "-c", f'{first}[ -r {pid} ] && kill -0 "$(cat {pid})" 2>/dev/null && exit; {ready}exec {_common.shell(call)}']


def _stop_dhcp(name: str, *families: int) -> List[str]:
    files = " ".join(_pid_file(name, family) for family in families or (4, 6))
    return ["sh", "-c", f'for file in {files}; do [ ! -r "$file" ] || kill "$(cat "$file")"; done']
