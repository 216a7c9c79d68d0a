# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Variables -> (intent, findings). The intent's shape is in docs/architecture.md, section 3.2; the variables' in docs/data-model.md."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _normalise
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, sort
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model
from ansible_collections.trunkline.bonding.plugins.module_utils._resolve import resolve_nics
from ansible_collections.trunkline.bonding.plugins.module_utils._rules import (
    addresses,
    bmc,
    bridges,
    lag,
    monitoring,
    mtu,
    options,
    topology,
)
from ansible_collections.trunkline.bonding.plugins.module_utils._schema import INTENT, PREFIX, PROFILE_PREFIX, SETTINGS, SWITCH
from ansible_collections.trunkline.bonding.plugins.module_utils._schema_validate import unknown_variables, validate, validate_variables

__all__ = ["from_hostvars", "normalise", "one", "resolve_nics", "settings", "switch", "unknown_variables"]

Intent = Dict[str, Any]

# Each rule looks at a whole model and yields findings; the order does not matter.
RULES: Tuple[Callable[[Model], Iterable[Finding]], ...] = (
    options.check,
    monitoring.check,
    topology.check,
    mtu.check,
    bridges.check,
    addresses.check,
    lag.check,
    bmc.check,
)


def from_hostvars(hostvars: Mapping[str, Any]) -> Dict[str, Any]:
    """The variables of a host that are ours: ``bonding_nics`` -> ``nics``, ``bonding_profile_compute`` -> ``profiles["compute"]``."""
    variables: Dict[str, Any] = {}
    for name, value in hostvars.items():
        if not isinstance(name, str) or not name.startswith(PREFIX):
            continue
        short = name[len(PREFIX) :]
        if short.startswith(PROFILE_PREFIX):
            variables.setdefault("profiles", {})[short[len(PROFILE_PREFIX) :]] = value
        else:
            # It would look like what the profiles are collected in, and nobody would hear that it is none of ours.
            variables[name if short == "profiles" else short] = value
    return variables


def normalise(variables: Any, host: Optional[str] = None) -> Tuple[Intent, List[Finding]]:
    """Variables ``{"nics": ..., "profiles": {name: body}, "bonds": ..., ...}`` -> (intent, all findings).

    ``host`` is the inventory name of the host, where it is known: a cable may end in another host, and never in its own NIC.
    Never raises. While there is an error among the findings the intent is what could be understood, and must not be applied.
    """
    sound, findings, trace = validate_variables(variables)
    model, unresolved = _normalise.build(sound, trace, host)
    findings += unresolved
    for rule in RULES:
        findings += rule(model)
    return model.intent, sort(findings)


def settings(variables: Any) -> Tuple[Dict[str, Any], List[Finding]]:
    """How a run behaves: ``{"backend", "purge", "deadline" (s), "confirm", "connect_host", "transaction", "accept"}`` with defaults."""
    given = {name: value for name, value in variables.items() if name in SETTINGS} if isinstance(variables, dict) else variables
    sound, findings, _trace = validate_variables(given)
    return _normalise.filled(sound, SETTINGS), sort(findings)


def one(collection: str, task: str, args: Mapping[str, Any]) -> List[Finding]:
    """The findings about the types of what a task says of one bond or bridge; what it means beside the others is for the host to say.

    ``collection`` is ``bonds`` or ``bridges``, ``task`` the beginning of the paths.
    """
    element = INTENT[collection]["element"]
    known = {name: field for name, field in element["keys"].items() if name != "profile"}
    field = {**element, "keys": {**known, "addressing": INTENT["addresses"]["values"]}}
    given = {name: value for name, value in args.items() if name not in SETTINGS and name != "state"}
    return sort(validate(given, field, task)[1])


def switch(value: Any) -> Tuple[Dict[str, Any], List[Finding]]:
    """The variable ``bonding_switch`` of a switch: ``{"peer", "platform", "create_vlans"}`` with defaults."""
    sound, findings = validate(value, SWITCH, PREFIX + "switch")
    return _normalise.filled(sound or {}, SWITCH["keys"]), sort(findings)
