# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Names of ports and LAGs on switches whose ports are interfaces of the Linux kernel."""

from __future__ import annotations

import re

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import Model

# dev_valid_name() of the kernel, and IFNAMSIZ of include/uapi/linux/if.h without the final NUL.
LENGTH = 15
_PORT = re.compile(r"[^\s/:]{1,%d}" % LENGTH)


def judge(want: Model, state: Model, path: str, platform: str) -> list[Finding]:
    """Ports that are not there or cannot be, and LAGs with the name of something else."""
    taken = {*state["ports"], *want["ports"], state["facts"]["bridge"]}
    found = [
        finding("switch.lag-name-in-use", f"{path}.lags.{id_}", lag["name"])
        for id_, lag in want["lags"].items()
        if lag and id_ not in state["lags"] and lag["name"] in taken
    ]
    return found + [
        finding("switch.port-missing", f"{path}.ports.{name}", name, platform=platform)
        for name in want["ports"]
        if name not in state["ports"] or not _PORT.fullmatch(name)
    ]
