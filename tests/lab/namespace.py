# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network of its own for each test: a namespace of this process, with sysfs that shows it, which ends with the next test.

The tests run in the guest of ``molecule/lab``: they need root, the bonding driver and iproute2, and a process that enters a namespace
does not come back.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _desired, _plan, _shell, _state
from ansible_collections.trunkline.bonding.plugins.module_utils._machine import Machine

CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000


class Network:
    """The namespace of the test. ``shell`` is what runs the library."""

    def __init__(self):
        self.shell = ["dash"]
        self.prelude = ""
        self.machine = Machine()

    def run(self, command, check=True):
        done = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True, timeout=60)
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def lines(self, text):
        for line in text.strip().splitlines():
            self.run(line.strip())

    def state(self):
        return _state.read_surroundings(self.machine, _state.read(self.machine))

    def call(self, text):
        """Runs sh after the library; gives the return code and all that it printed."""
        done = subprocess.run(
            [*self.shell, "-c", _shell.LIBRARY + self.prelude + text], check=False, capture_output=True, text=True, timeout=120
        )
        return done.returncode, done.stdout + done.stderr

    def look(self, desired):
        return self.call(_wanted(desired) + "LOOK=1\nwanted\n")[1]

    def mend(self, desired):
        return self.call(_wanted(desired) + "wanted\n")

    def reach(self, desired):
        """Mends, and holds that nothing is left to do, for the library as for the plan."""
        code, text = self.mend(desired)
        left = self.look(desired)
        assert left == "", f"{text}left:\n{left}"
        assert _plan.plan(self.state(), desired) == []
        assert code == 0, text
        return text

    def to(self, intent, **more):
        desired = _desired.from_intent(intent, self.state(), **more)
        return desired, self.reach(desired)

    def picture(self):
        """Addresses, routes, rules and neighbours as ip shows them, without what passes by itself."""
        seen = {}
        for name in ("address", "-4 route show table all", "-6 route show table all", "rule", "-6 rule", "neighbour show nud permanent"):
            family = [word for word in name.split() if word.startswith("-")]
            rest = [word for word in name.split() if not word.startswith("-")]
            items = json.loads(self.run(" ".join(["ip", "-j", *family, *rest])) or "[]")
            # The other ends of the cables are no part of the host.
            ours = [item for item in items if not (item.get("ifname") or item.get("dev") or "").startswith(("swp", "lag"))]
            seen[name] = sorted(json.dumps(_lasting(item), sort_keys=True) for item in ours)
        return seen

    def made(self):
        """Addresses and routes that somebody made; the kernel's own come and go with the carrier."""
        state = self.state()
        links = {name: [entry for entry in link["addresses"] if _desired.judged(entry)] for name, link in state["links"].items()}
        return {name: entries for name, entries in links.items() if entries}, [route["words"] for route in state["routes"]]


def _wanted(desired):
    lines = "".join(f"    {line} || failed=1\n" for line in _shell.calls(desired))
    return f"wanted() {{\n    failed=0\n{lines}    return $failed\n}}\n"


def _lasting(item):
    passing = {"ifindex", "valid_life_time", "preferred_life_time", "operstate", "qdisc", "link_index", "expires"}
    if isinstance(item, dict):
        flags = {"flags": sorted(set(item.get("flags") or ()) - {"linkdown"})} if "flags" in item else {}
        return {key: _lasting(value) for key, value in {**item, **flags}.items() if key not in passing}
    return [_lasting(part) for part in item] if isinstance(item, list) else item


def enter():
    """A new namespace for this process; the one of the test before ends, and with it all that was in it."""
    if os.geteuid() != 0 or not os.path.exists("/sys/class/net/bonding_masters"):
        pytest.fail("these tests need root and the bonding driver: run them in the guest of the lab")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET | CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "-t", "sysfs", "sysfs", "/sys"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return Network()


def nic(**more):
    return {"kind": "nic", "mac": None, "mtu": None, "master": None, "slave_options": {}, "switch": None, "port": None, **more}


def bond(mode, slaves, options=None, **more):
    return {
        "kind": "bond", "mode": mode, "options": options or {}, "slaves": slaves, "mac": None, "mtu": None, "master": None, "lag": None,
        **more,
    }  # fmt: skip


def vlan(number, link, **more):
    return {"kind": "vlan", "id": number, "link": link, "mtu": None, "mac": None, "master": None, **more}


def bridge(ports, **more):
    return {
        "kind": "bridge", "ports": ports, "mac": None, "mtu": None, "master": None, "hypervisor": None, "stp": False, "forward_delay": 0,
        "vlan_filtering": False, **more,
    }  # fmt: skip


def addressing(*addresses, **more):
    return {
        "addresses": list(addresses), "gateway": None, "gateway6": None, "dhcp4": False, "dhcp6": False, "accept_ra": None, "routes": [],
        "dns": [], "search": [], "zone": None, **more,
    }  # fmt: skip


def intent(links, addresses=None):
    """An intent of these links; masters follow from slaves and ports."""
    for name, link in links.items():
        for lower in [*link.get("slaves", ()), *link.get("ports", ())]:
            links[lower]["master"] = name
    return {"links": links, "addresses": addresses or {}, "bmc": None}
