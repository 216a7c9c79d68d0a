# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine made of a dictionary of files, and the intents that the tests of the back ends share."""

from __future__ import annotations

from typing import Any

from ansible_collections.trunkline.bonding.plugins.module_utils import _desired, _intent, _plan

NICS = {"eth0": "52:54:00:00:00:00", "eth1": "52:54:00:00:00:01"}
SYSTEMD = "/run/systemd/units/"


class Host:
    """``files``: path -> content; folders follow from it. ``outputs``: program -> what it prints. Each NIC is in /sys."""

    def __init__(
        self, files: dict[str, str] | None = None, outputs: dict[str, str] | None = None, nics: dict[str, str] | None = None
    ) -> None:
        self.files = dict(files or {})
        self.outputs = outputs or {}
        self.macs = NICS if nics is None else nics
        for name, mac in self.macs.items():
            folder = f"/sys/class/net/{name}"
            self.files.update({f"{folder}/type": "1\n", f"{folder}/uevent": "IFINDEX=2\n", f"{folder}/address": mac + "\n"})
        self.ran: list[str] = []

    def run(self, argv: list[str], timeout: float = 10, stdin: str | None = None) -> tuple[int, str, str]:
        self.ran.append(" ".join(argv))
        return (0, self.outputs[argv[0]], "") if argv[0] in self.outputs else (127, "", "not found")

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def exists(self, path: str) -> bool:
        return path in self.files or any(other.startswith(path + "/") for other in self.files)

    def listdir(self, path: str) -> list[str]:
        return sorted({other[len(path) + 1 :].split("/")[0] for other in self.files if other.startswith(path.rstrip("/") + "/")})

    def permanent_mac(self, name: str) -> str | None:
        return self.macs.get(name)


NETWORKD = {SYSTEMD + "invocation:systemd-networkd.service": "", "/run/systemd/netif/state": "", "/usr/lib/modprobe.d/systemd.conf": ""}
NETWORK_MANAGER = {SYSTEMD + "invocation:NetworkManager.service": "", "/run/NetworkManager/devices/2": "[device]\nmanaged=true\n"}
IFUPDOWN = {
    "/sbin/ifup": "",
    "/etc/network/interfaces": "auto lo\niface lo inet loopback\n\nsource /etc/network/interfaces.d/*\n",
    "/etc/network/if-pre-up.d/ifenslave": "",
    "/etc/network/if-pre-up.d/bridge": "",
    "/run/network/ifstate": "lo=lo\n",
}
OUTPUTS = {
    "networkctl": "systemd 252 (252.39-1~deb12u2)\n+PAM +AUDIT\n",
    "nmcli": "nmcli tool, version 1.42.4\n",
    "ifup": "ifup version 0.8.41\n\nCopyright\n",
}


def nic(master: str | None = None, up: bool = True, addresses: tuple[str, ...] = ()) -> dict[str, Any]:
    """A NIC as _state.read gives it."""
    return _link("nic", master, up, addresses, permanent_mac="52:54:00:00:00:00", slave_options={})


def _link(kind: str, master: str | None, up: bool, addresses: tuple[str, ...], **more: Any) -> dict[str, Any]:
    found = [{"address": text, "scope": "global", "dynamic": False, "flags": []} for text in addresses]
    link = {
        "kind": kind, "type": None, "ifindex": 2, "mac": "52:54:00:00:00:00", "permanent_mac": None, "addr_assign_type": 3, "mtu": 1500,
        "max_mtu": None, "up": up, "carrier": up, "speed": 10000, "duplex": "full", "master": master, "link": None, "addresses": found,
    }  # fmt: skip
    return {**link, **more}


def bond(
    slaves: list[str], mode: str = "802.3ad", options: dict[str, Any] | None = None, addresses: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A bond as _state.read gives it."""
    return _link("bond", None, True, addresses, mode=mode, active_slave=None, options=options or {}, slaves=slaves, ad=None)


def state(**links: dict[str, Any]) -> dict[str, Any]:
    return {"links": links, "routes": [], "rules": None, "neighbours": None}


def intent(variables: dict[str, Any]) -> dict[str, Any]:
    """The intent of variables that must be sound."""
    wanted, findings = _intent.normalise(variables)
    assert [found.as_text() for found in findings if found.severity == "error"] == []
    return wanted


def completed(variables: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The intent as the engine hands it to a back end."""
    return _desired.complete(intent(variables), before or state(eth0=nic(), eth1=nic(up=False)))


def change(backend: Any, facts: dict[str, Any], variables: dict[str, Any], before: dict[str, Any], host: Host) -> dict[str, Any]:
    """The change as the engine hands it to a back end. ``host`` holds the files of before."""
    full = completed(variables, before)
    owned = {name: {"kind": link["kind"], "options": []} for name, link in before["links"].items() if link["kind"] != "nic"}
    desired = _desired.from_intent(full, before, owned)
    steps = _plan.plan(before, desired)
    wanted = backend.render(full, facts, host)
    files = {}
    for path, target in wanted.items():
        if target is None:
            files[path] = "remove"
        elif host.read(path) != target["content"]:
            files[path] = "create" if host.read(path) is None else "change"
    create = [name for name in desired["links"] if name not in before["links"]]
    return {
        "before": before, "desired": desired, "intent": full, "steps": steps, "files": files, "create": create, "delete": desired["absent"],
        "touched": sorted({step["link"] for step in steps if step["link"]} | set(create) | set(desired["absent"])),
        "first": "eth0",
    }  # fmt: skip


LACP = {"miimon": 100, "lacp_rate": "fast", "xmit_hash_policy": "layer3+4", "updelay": 200, "min_links": 1}
BOND0 = {"name": "bond0", "mode": "802.3ad", "options": LACP, "slaves": ["eth0", "eth1"], "mac": "52:54:00:00:00:aa"}
STATIC = {"addresses": ["192.0.2.10/24", "2001:db8::10/64"], "gateway": "192.0.2.1", "dns": ["192.0.2.53"], "search": ["example.net"]}

VARIABLES: dict[str, dict[str, Any]] = {
    "plain": {"nics": {"eth0": {"mac": "52:54:00:00:00:00"}}, "addresses": {"eth0": STATIC}},
    "bond": {"bonds": [BOND0], "addresses": {"bond0": STATIC}},
    "stack": {
        "nics": {"eth0": {"mac": "52:54:00:00:00:00"}, "eth1": {"mac": "52:54:00:00:00:01"}},
        "bonds": [{**BOND0, "mtu": 9000}],
        "vlans": [{"name": "bond0.20", "id": 20, "link": "bond0"}, {"name": "storage", "id": 30, "link": "bond0", "mtu": 1500}],
        "bridges": [{"name": "br0", "ports": ["bond0"]}, {"name": "br20", "ports": ["bond0.20"], "vlan_filtering": True}],
        "addresses": {
            "br0": STATIC,
            "storage": {
                "addresses": ["203.0.113.10/24"],
                "routes": [
                    {"to": "198.51.100.0/24", "via": "203.0.113.1", "metric": 50},
                    {"to": "198.18.0.0/15", "via": "203.0.113.2", "table": 7},
                ],
            },
        },
    },
    "backup": {
        "bonds": [
            {
                "name": "bond0", "mode": "active-backup", "slaves": ["eth0", "eth1"],
                "slave_options": {"eth1": {"queue_id": 2, "prio": 10}},
                "options": {
                    "arp_interval": 1000, "arp_ip_target": ["192.0.2.1", "192.0.2.2"], "arp_validate": "all", "primary": "eth1",
                    "fail_over_mac": "active",
                },
            }
        ],
        "addresses": {"bond0": {"dhcp4": True, "dhcp6": True, "accept_ra": False}},
    },
}  # fmt: skip
