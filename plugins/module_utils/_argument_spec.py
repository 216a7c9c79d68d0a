# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The arguments of the modules that work on a host.

Only the outermost types are declared: what is inside is judged by the data model, whose findings name path, rule and cure.
"""

from __future__ import annotations

BEHAVIOUR = {
    "backend": {"type": "str", "choices": ["auto", "networkd", "networkmanager", "ifupdown"], "default": "auto"},
    "deadline": {"type": "int", "default": 120},
    "confirm": {"type": "str", "choices": ["auto", "later"], "default": "auto"},
    "connect_host": {"type": "str"},
    "transaction": {"type": "str"},
    "accept": {"type": "list", "elements": "str", "default": []},
}

HOST_LINKS = {
    "nics": {"type": "dict"},
    "profiles": {"type": "dict"},
    "bonds": {"type": "list", "elements": "dict"},
    "vlans": {"type": "list", "elements": "dict"},
    "bridges": {"type": "list", "elements": "dict"},
    "addresses": {"type": "dict"},
    "bmc": {"type": "dict"},
    "purge": {"type": "bool", "default": True},
    **BEHAVIOUR,
}

_OBJECT = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "mac": {"type": "str"},
    "mtu": {"type": "int"},
    "addressing": {"type": "dict"},
}

BOND = {
    **_OBJECT,
    "mode": {"type": "raw"},
    "options": {"type": "dict"},
    "slaves": {"type": "list", "elements": "str", "aliases": ["ports", "members"]},
    "slave_options": {"type": "dict"},
    "lag": {"type": "dict"},
    **BEHAVIOUR,
}

BRIDGE = {
    **_OBJECT,
    "ports": {"type": "list", "elements": "str"},
    "hypervisor": {"type": "str", "choices": ["kvm", "xen"]},
    "stp": {"type": "bool"},
    "forward_delay": {"type": "int"},
    "vlan_filtering": {"type": "bool"},
    **BEHAVIOUR,
}

HOST_LINKS_INFO = {
    "transaction": {"type": "str"},
    "wait": {"type": "int", "default": 0},
}

LINKS_TRANSACTION = {
    "state": {"type": "str", "choices": ["confirmed", "rolled_back", "reverted"], "required": True},
    "transaction": {"type": "str", "aliases": ["id"]},
    "reason": {"type": "str", "default": "asked for"},
    "stage": {"type": "int", "default": 1},
    **{name: BEHAVIOUR[name] for name in ("deadline", "confirm", "connect_host", "accept")},
}
