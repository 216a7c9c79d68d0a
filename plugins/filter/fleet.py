# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError, AnsibleFilterError
from jinja2 import TemplateError, Undefined

from ansible_collections.trunkline.bonding.plugins.module_utils import _intent
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, accepted, errors, finding, sort
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _fleet, _order, _progress, _proof
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _engine, _platforms, _text

Vars = Mapping[str, Any]


def fleet_lags(hostvars: Any, hosts: list[str] | None = None, packed: bool = False, given: str | None = None) -> dict[str, Any] | str:
    """The variables of all hosts -> what is wanted of every switch. See fleet_lags.yml for the shape."""
    variables, broken = _variables("fleet_lags", hostvars, hosts, given)
    models, findings = _models(variables)
    switches = {host: given for host, given in variables.items() if _fleet.is_switch(given)}
    table, found = _fleet.merge(models, switches)
    findings = [*broken, *_fleet.superseded(findings, table), *found]
    fleet = {
        "switches": table,
        "stations": _fleet.stations({host: model.intent for host, model in models.items()}),
        "findings": [one.as_dict() for one in sort(_left(findings, variables))],
        "accepts": {host: given["bonding_accept"] for host, given in variables.items() if isinstance(given.get("bonding_accept"), list)},
    }
    return _fleet.pack(fleet) if packed else fleet


def fleet_commands(fleet: Any, switch: str) -> str:
    """What ``fleet_lags`` gives -> the commands for one switch as text, as if nobody had configured it."""
    fleet = _read("fleet_commands", fleet)
    entry = fleet["switches"].get(switch)
    if entry is None:
        raise AnsibleFilterError(f"trunkline.bonding.fleet_commands: no host of the inventory names the switch {switch}")
    if entry["platform"] is None:
        raise AnsibleFilterError(f"trunkline.bonding.fleet_commands: the platform of {switch} is not known: add it to the inventory")
    findings = _doubts(fleet, switch)
    if errors(findings):
        raise AnsibleFilterError("\n".join(found.as_text() for found in errors(findings)))
    platform = _platforms.get(entry["platform"])
    return _text.text(switch, platform, _engine.Switch(switch, platform, {}).render(entry), findings)


def fleet_findings(fleet: Any, severity: str | None = None, rendered: bool = False) -> list[dict[str, Any]]:
    """What ``fleet_lags`` gives -> what is wrong or doubtful in the variables of all hosts together, with a sentence for people."""
    fleet = _read("fleet_findings", fleet)
    findings = [Finding(**found) for found in fleet["findings"]]
    if rendered:
        known = [switch for switch, entry in fleet["switches"].items() if entry["platform"]]
        findings = sort([*findings, *(found for switch in known for found in _doubts(fleet, switch))])
    return [{**found.as_dict(), "text": found.as_text()} for found in findings if severity in (None, found.severity)]


def fleet_server(hostvars: Any) -> bool:
    """Whether a host, by its variables, is a server with links that this collection configures."""
    return _fleet.is_server(hostvars)


def fleet_switches(fleet: Any, host: str | None = None, hosts: list[str] | None = None, known: bool = False) -> list[str]:
    """What ``fleet_lags`` gives -> all switches, or those that one of these hosts speaks for: each switch has one."""
    if host is None or hosts is None:
        switches = _read("fleet_switches", fleet)["switches"]
        return [name for name, entry in switches.items() if entry["platform"] or not known]
    return _progress.represented(_read("fleet_switches", fleet), host, hosts)


def fleet_cabled(fleet: Any, hosts: list[str]) -> list[str]:
    """What ``fleet_lags`` gives -> the switches where cables of these hosts end, and which can be reached."""
    return _progress.switches_of(_read("fleet_cabled", fleet), hosts)


def fleet_changing(hostvars: Any, hosts: list[str], host_result: str, switch_results: str) -> list[str]:
    """The hosts that have something to change at one of both ends, by what a look in check mode has registered."""
    return _progress.changing(hostvars, hosts, host_result, switch_results)


def fleet_failures(hostvars: Any, fleet: Any, hosts: list[str], upto: str) -> dict[str, str]:
    """Host -> why it is not well, by what the tasks of a change have registered so far."""
    return _progress.failures(hostvars, _read("fleet_failures", fleet), hosts, upto)


def fleet_late(fleet: Any, hosts: list[str]) -> list[str]:
    """The hosts that are kept after their switches, because they get no LAG."""
    return _progress.late(_read("fleet_late", fleet), hosts)


def fleet_first_bonds(hostvars: Any) -> list[Any]:
    """The variables of one host -> its bonds with min_links of at most 1, as they are before the switch has formed its LAG."""
    return _order.first_bonds(_intent.from_hostvars({key: hostvars[key] for key in hostvars if key.startswith("bonding_")}))


def fleet_deadlines(seconds: Any) -> dict[str, int]:
    """The deadline of a change -> until when each end waits, see fleet_deadlines.yml."""
    return _order.deadlines(int(seconds))


def fleet_proof(hostvars: Any, hosts: list[str], packed: bool = False) -> dict[str, list[dict[str, Any]]] | str:
    """Variables of all hosts, and what the role prove_links has read -> for each of these hosts evidence and verdict of each bond."""
    variables, broken = _variables("fleet_proof", hostvars, hosts, "__prove_links_given")
    models, findings = _models(variables)
    intents = {host: model.intent for host, model in models.items()}
    wrong = errors(_left([*broken, *findings], variables))
    states, switches = {}, {}
    for host in hosts:
        read = hostvars[host]
        states[host] = (read.get("__prove_links_host") or {}).get("state")
        for result in (read.get("__prove_links_switches") or {}).get("results", ()):
            switches[result["item"]] = result.get("state")
    proof: dict[str, list[dict[str, Any]]] = {host: [] for host in hosts}
    for entry in [*_proof.unreadable(wrong), *_proof.prove(intents, states, switches)]:
        proof[entry["host"]].append(entry)
    return _fleet.pack(proof) if packed else proof


def fleet_verdicts(proof: Any, host: str) -> list[dict[str, Any]]:
    """What ``fleet_proof`` gives -> the entries of one host."""
    try:
        proof = _fleet.unpack(proof)
    except ValueError:
        proof = None
    if not isinstance(proof, Mapping) or host not in proof:
        raise AnsibleFilterError(f"trunkline.bonding.fleet_verdicts: the input must be what trunkline.bonding.fleet_proof gives for {host}")
    return list(proof[host])


def _variables(
    name: str, hostvars: Any, hosts: list[str] | None, own: str | None = None
) -> tuple[dict[str, dict[str, Any]], list[Finding]]:
    """Our variables of each host, those of its play where a fact named ``own`` has them.

    A host with one that cannot be read is left out, and a finding says why.
    """
    if not isinstance(hostvars, Mapping):
        raise AnsibleFilterError(f"trunkline.bonding.{name}: the input must be hostvars, not {type(hostvars).__name__}")
    found, broken = {}, []
    for host in hostvars if hosts is None else hosts:
        given, key = hostvars[host], ""
        if own is not None and own in given:
            given = {**{key: given[key] for key in (_fleet.NETWORK_OS,) if key in given}, **given[own]}
        try:
            read = {}
            for key in [key for key in given if key.startswith("bonding_") or key == _fleet.NETWORK_OS]:
                read[str(key)] = _plain(given[key])
            found[str(host)] = read
        except (AnsibleError, TemplateError) as error:
            broken.append(finding("fleet.variable-broken", f"{host}: {key}", reason=str(error).strip().rstrip(".")))
    return found, broken


def _plain(value: Any) -> Any:
    """The value itself, with every template in it resolved. Raises AnsibleError and TemplateError."""
    if isinstance(value, Undefined):
        # What is undefined is told by the exception.
        str(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _models(variables: Mapping[str, Vars]) -> tuple[dict[str, Any], list[Finding]]:
    """What is understood of each server, and what is wrong in the variables of every host."""
    models: dict[str, Any] = {}
    findings: list[Finding] = []
    for host, given in variables.items():
        if _fleet.is_server(given):
            models[host], found = _intent.understand(_intent.from_hostvars(given), host)
        else:
            found = _fleet.own(given)
        findings += [one._replace(path=f"{host}: {one.path}") for one in found]
    return models, findings


def _doubts(fleet: Mapping[str, Any], switch: str) -> list[Finding]:
    """What belongs to the text for a switch, without what was accepted for the switch or its servers."""
    entry = fleet["switches"][switch]
    accepts = fleet.get("accepts", {})
    found = _fleet.taken(_engine.Switch(switch, _platforms.get(entry["platform"]), {}).doubts(entry), accepts.get(switch))
    return _fleet.taken_by_hosts(found, accepts)


def _left(findings: list[Finding], variables: Mapping[str, Vars]) -> list[Finding]:
    """What is left after each host has accepted findings of its own."""
    by_host: dict[str, list[Finding]] = {host: [] for host in variables}
    for one in findings:
        by_host.setdefault(one.path.partition(": ")[0], []).append(one)
    left: list[Finding] = []
    for host, found in by_host.items():
        accept = variables.get(host, {}).get("bonding_accept") or []
        found = accepted(found, accept) if isinstance(accept, list) else found
        left += [one if one.path.startswith(f"{host}: ") else one._replace(path=f"{host}: {one.path}") for one in found]
    return left


def _read(name: str, fleet: Any) -> dict[str, Any]:
    try:
        fleet = _fleet.unpack(fleet)
    except ValueError:
        fleet = None
    if not isinstance(fleet, Mapping) or "switches" not in fleet:
        raise AnsibleFilterError(f"trunkline.bonding.{name}: the input must be what trunkline.bonding.fleet_lags gives")
    return dict(fleet)


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {
            "fleet_cabled": fleet_cabled,
            "fleet_changing": fleet_changing,
            "fleet_commands": fleet_commands,
            "fleet_deadlines": fleet_deadlines,
            "fleet_failures": fleet_failures,
            "fleet_findings": fleet_findings,
            "fleet_first_bonds": fleet_first_bonds,
            "fleet_lags": fleet_lags,
            "fleet_late": fleet_late,
            "fleet_proof": fleet_proof,
            "fleet_server": fleet_server,
            "fleet_switches": fleet_switches,
            "fleet_verdicts": fleet_verdicts,
        }
