# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""One bond or bridge, put into or taken out of the variables of the last change; everything else stays as it was."""

from __future__ import annotations

import copy
from typing import Any, Callable, Dict, Mapping

KEYS = {
    "bonds": ("name", "mode", "options", "slaves", "slave_options", "mac", "mtu", "lag"),
    "bridges": ("name", "ports", "hypervisor", "stp", "forward_delay", "vlan_filtering", "mac", "mtu"),
}


def amend(collection: str, params: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Dict[str, Any]]:
    """A function that makes new variables out of the recorded ones. ``collection`` is a key of KEYS, ``params`` are the module's."""
    name = params["name"]
    body = {key: params[key] for key in KEYS[collection] if params[key] is not None}

    def changed(recorded: Mapping[str, Any]) -> Dict[str, Any]:
        variables = copy.deepcopy(dict(recorded))
        entries = variables.get(collection) or []
        places = [place for place, entry in enumerate(entries) if entry.get("name") == name]
        addresses = dict(variables.get("addresses") or {})
        if params["state"] == "absent":
            entries = [entry for entry in entries if entry.get("name") != name]
            addresses.pop(name, None)
        elif places:
            entries[places[0]] = body
        else:
            entries = [*entries, body]
        if params["state"] == "present" and params["addressing"] is not None:
            addresses[name] = params["addressing"]
        return {**variables, collection: entries, "addresses": addresses}

    return changed
