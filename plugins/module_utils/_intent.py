# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Variables -> (intent, findings). The intent's shape is in docs/architecture.md, section 3.2; the variables' in docs/data-model.md."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _normalise
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, child, errors, sort
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
from ansible_collections.trunkline.bonding.plugins.module_utils._schema import PREFIX, PROFILE_PREFIX, SETTINGS, SWITCH, TASKS
from ansible_collections.trunkline.bonding.plugins.module_utils._schema_validate import unknown_variables, validate, validate_variables

__all__ = [
    "from_hostvars", "normalise", "resolve_nics", "settings", "switch", "task", "understand", "unknown_arguments", "unknown_variables",
]  # fmt: skip

Intent = Dict[str, Any]

# What is wrong with one bond or bridge whatever else is on its host, which alone knows that.
_ALONE = re.compile(r"(options|address|gateway|route|dns)\.|topology\.(duplicate-(slave|port)|bond-without-slaves)$|bridge\.forward-delay$")
_COLLECTIONS = {"bond": "bonds", "bridge": "bridges"}

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
    # There are profiles even where there is none: only a task can forget to hand them over.
    profiles: Dict[str, Any] = {}
    variables: Dict[str, Any] = {}
    for name, value in hostvars.items():
        if not isinstance(name, str) or not name.startswith(PREFIX):
            continue
        short = name[len(PREFIX) :]
        if short.startswith(PROFILE_PREFIX):
            profiles[short[len(PROFILE_PREFIX) :]] = value
        else:
            # It would look like what the profiles are collected in, and nobody would hear that it is none of ours.
            variables[name if short == "profiles" else short] = value
    return {"profiles": profiles, **variables}


def normalise(variables: Any, host: Optional[str] = None) -> Tuple[Intent, List[Finding]]:
    """Variables ``{"nics": ..., "profiles": {name: body}, "bonds": ..., ...}`` -> (intent, all findings).

    ``host`` is the inventory name of the host, where it is known: a cable may end in another host, and never in its own NIC.
    Never raises. While there is an error among the findings the intent is what could be understood, and must not be applied.
    """
    model, findings = understand(variables, host)
    return model.intent, findings


def understand(variables: Any, host: Optional[str] = None) -> Tuple[Model, List[Finding]]:
    """The same, with the intent in a model that knows where each value is written."""
    sound, findings, trace = validate_variables(variables)
    model, unresolved = _normalise.build(sound, trace, host)
    findings += unresolved
    for rule in RULES:
        findings += rule(model)
    model.intent = _named(model)
    return model, sort(findings)


def _named(model: Model) -> Intent:
    """The intent without the links that have no name of their own."""
    links = {name: link for name, link in model.links.items() if name not in model.stand_ins}
    for link in links.values():
        if link["master"] in model.stand_ins:
            link["master"] = None
    return {**model.intent, "links": links}


def settings(variables: Any) -> Tuple[Dict[str, Any], List[Finding]]:
    """How a run behaves: ``{"backend", "purge", "deadline" (s), "confirm", "connect_host", "transaction", "accept"}`` with defaults."""
    given = {name: value for name, value in variables.items() if name in SETTINGS} if isinstance(variables, dict) else variables
    sound, findings, _trace = validate_variables(given)
    return _normalise.filled(sound, SETTINGS), sort(findings)


def task(name: str, args: Mapping[str, Any]) -> Tuple[Dict[str, Any], List[Finding]]:
    """How a task of the module of that name behaves, as ``settings`` says it, and all that is wrong with its arguments.

    Paths begin with the module's name. What one bond or bridge means beside the others is for the host to say.
    """
    sound, findings = validate(dict(args), TASKS[name], name)
    if name in _COLLECTIONS and args.get("state") != "absent":
        findings += _alone(name, args)
    return _normalise.filled(sound or {}, SETTINGS), sort(findings)


def _alone(name: str, args: Mapping[str, Any]) -> List[Finding]:
    """The errors in what a task says of one bond or bridge that do not depend on other links."""
    collection, link = _COLLECTIONS[name], args.get("name")
    body = {key: value for key, value in args.items() if key not in SETTINGS and key not in ("state", "addressing", "profile")}
    addresses = {link: args.get("addressing")} if isinstance(link, str) else {}
    renamed = ((f"{PREFIX}{collection}[0]", name), (child(f"{PREFIX}addresses", link), f"{name}.addressing"))
    found = []
    for one in errors(normalise({collection: [body], "addresses": addresses})[1]):
        for written, path in renamed:
            if _ALONE.match(one.id) and one.path.startswith(written):
                found.append(one._replace(path=path + one.path[len(written) :]))
    return found


def unknown_arguments(name: str, args: Mapping[str, Any]) -> List[Finding]:
    """The findings about those arguments of a task that its module does not have. Values are not shown."""
    return validate({key: None for key in args if key not in TASKS[name]["keys"]}, TASKS[name], name)[1]


def switch(value: Any) -> Tuple[Dict[str, Any], List[Finding]]:
    """The variable ``bonding_switch`` of a switch: ``{"peer", "platform", "create_vlans"}`` with defaults."""
    sound, findings = validate(value, SWITCH, PREFIX + "switch")
    return _normalise.filled(sound or {}, SWITCH["keys"]), sort(findings)
