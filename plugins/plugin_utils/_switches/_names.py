# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Names of ports and LAGs on switches whose ports are interfaces of the Linux kernel."""

from __future__ import annotations

import re

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model

Model = _model.Model

# dev_valid_name() of the kernel, and IFNAMSIZ of include/uapi/linux/if.h without the final NUL.
LENGTH = 15
_PORT = re.compile(r"[^\s/:]{1,%d}" % LENGTH)


def judge(want: Model, path: str, platform: str) -> list[Finding]:
    """Ports that cannot be, and LAGs with the name of a port."""
    found = []
    for id_, lag in want["lags"].items():
        # A LAG that the device has already has a name that it can have.
        if lag and lag.get("id_from") != "ports" and lag["name"] in want["ports"]:
            found.append(finding("switch.lag-name-in-use", _model.path(lag, "id", f"{path}.lags.{id_}"), lag["name"]))
    for name, port in want["ports"].items():
        if not _PORT.fullmatch(name):
            found.append(finding("switch.port-name", _model.path(port, "name", f"{path}.ports.{name}"), name, platform=platform))
    return found


def there(want: Model, state: Model, path: str) -> list[Finding]:
    """Ports that the device does not have, and LAGs with the name of something else on it."""
    taken = {*state["ports"], state["facts"]["bridge"]} - {*want["ports"]}
    found = []
    for id_, lag in want["lags"].items():
        if lag and id_ not in state["lags"] and lag["name"] in taken:
            found.append(finding("switch.lag-name-in-use", _model.path(lag, "id", f"{path}.lags.{id_}"), lag["name"]))
    for name, port in want["ports"].items():
        if name not in state["ports"]:
            found.append(finding("switch.port-missing", _model.path(port, "name", f"{path}.ports.{name}"), name))
    return found
