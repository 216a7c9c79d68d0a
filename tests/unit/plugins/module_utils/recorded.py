# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fake of a machine that answers from a recording, and the intents that the tests of the host engine share."""

from __future__ import annotations

import json
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent / "fixtures"


class Recorded:
    """Answers as the host did that ``tests/lab/record_machine.py`` recorded. What was not asked then does not exist.

    ``changed`` replaces answers: a command line -> (rc, out, err), a path -> content. ``asked`` holds the commands that were run.
    """

    def __init__(self, name, changed=None):
        self.tape = json.loads((FIXTURES / f"{name}.json").read_text())
        self.changed = changed or {}
        self.asked = []

    def run(self, argv, timeout=10, stdin=None):
        line = " ".join(argv)
        self.asked.append(line)
        return tuple(self.changed.get(line, self.tape["run"].get(line, (127, "", f"{argv[0]}: not found"))))

    def read(self, path):
        return self.changed.get(path, self.tape["read"].get(path))

    def exists(self, path):
        return path in self.changed or self.tape["exists"].get(path, False)

    def listdir(self, path):
        return sorted({other[len(path) + 1 :].split("/")[0] for other in self.changed if other.startswith(f"{path}/")})

    def permanent_mac(self, name):
        return self.tape["permanent_mac"].get(name)


def nic(**more):
    return {"kind": "nic", "mac": None, "mtu": None, "master": None, "slave_options": {}, "switch": None, "port": None, **more}


def bond(mode, slaves, options=None, **more):
    base = {"kind": "bond", "mode": mode, "options": options or {}, "slaves": slaves, "mac": None, "mtu": None, "master": None, "lag": None}
    return {**base, **more}


def vlan(number, link, **more):
    return {"kind": "vlan", "id": number, "link": link, "mtu": None, "mac": None, "master": None, **more}


def bridge(ports, **more):
    base = {"kind": "bridge", "ports": ports, "mac": None, "mtu": None, "master": None, "hypervisor": None}
    return {**base, "stp": False, "forward_delay": 0, "vlan_filtering": False, **more}


def addressing(*addresses, **more):
    base = {"addresses": list(addresses), "gateway": None, "gateway6": None, "dhcp4": False, "dhcp6": False, "accept_ra": None}
    return {**base, "routes": [], "dns": [], "search": [], "zone": None, **more}


def intent(links, addresses=None):
    """An intent of these links; masters follow from slaves and ports."""
    for name, link in links.items():
        for lower in [*link.get("slaves", ()), *link.get("ports", ())]:
            links[lower]["master"] = name
    return {"links": links, "addresses": addresses or {}, "bmc": None}
