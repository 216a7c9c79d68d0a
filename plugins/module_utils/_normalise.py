# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Variables that are sound one by one -> intent: profiles merged, options canonical, names and masters resolved, defaults filled in."""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _layers, _options
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import HIDDEN, Finding, child, finding, nearest, secret
from ansible_collections.trunkline.bonding.plugins.module_utils._model import Model
from ansible_collections.trunkline.bonding.plugins.module_utils._schema import INTENT, Field
from ansible_collections.trunkline.bonding.plugins.module_utils._schema_validate import At, Trace

# What 802.1D recommends with spanning tree; without it nothing is to be waited for.
_FORWARD_DELAY = {True: 15, False: 0}
# A bond's deepest dictionaries are lag.vlans and slave_options.NAME; what lies below is one value.
_MERGED_DEPTH = 3


def filled(values: Dict[str, Any], fields: Dict[str, Field]) -> Dict[str, Any]:
    """Every key of the schema, with its default where nothing is given; ``None`` where there is no default."""
    found = {}
    for name, field in fields.items():
        value = values.get(name)
        if value is None:
            default = field.get("default", {} if field["type"] == "map" else None)
            value = list(default) if isinstance(default, list) else default
        found[name] = value
    return found


def merged(low: Dict[str, Any], high: Dict[str, Any], depth: int = _MERGED_DEPTH) -> Dict[str, Any]:
    """Dictionaries key by key; anything else replaces, ``None`` included."""
    found = dict(low)
    for key, value in high.items():
        both = depth > 1 and isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = merged(found[key], value, depth - 1) if both else value
    return found


class _Builder:
    def __init__(self, variables: Dict[str, Any], trace: Trace, host: Optional[str]) -> None:
        self.variables = variables
        self.trace = trace
        self.host = host
        self.findings: List[Finding] = []
        self.links: Dict[str, Dict[str, Any]] = {}
        self.places: Dict[str, List[At]] = {}
        self.stated_mtus: Dict[str, int] = {}
        self.stand_ins: Set[str] = set()

    def build(self) -> Model:
        for name, values in self.variables.get("nics", {}).items():
            self.nic(name, values or {}, ("nics", name))
        for position, values in enumerate(self.variables.get("bonds", [])):
            self.bond(values, ("bonds", position))
        for position, values in enumerate(self.variables.get("vlans", [])):
            self.vlan(values, ("vlans", position))
        for position, values in enumerate(self.variables.get("bridges", [])):
            self.bridge(values, ("bridges", position))
        addresses = self.addresses()
        for name, at in self.mentioned():
            if name not in self.links:
                self.nic(name, {}, at)
        self.masters()
        intent = {
            "links": {name: self.links[name] for name in _layers.order(self.links)},
            "addresses": addresses,
            "bmc": self.bmc(),
        }
        self.profiles()
        deadline = self.variables.get("deadline")
        return Model(intent, self.trace, self.places, self.stated_mtus, self.host, deadline, self.stand_ins)

    def add(self, name: Optional[str], at: At, link: Dict[str, Any], *more: At) -> None:
        """Enter a link under its name; where that is missing or taken, under its path, for the rules to look at the rest of it."""
        if name in self.links:
            other = self.trace.path(self.places[name][0])
            kind = self.links[name]["kind"]
            path = self.trace.path(at if at[0] == "nics" else (*at, "name"))
            self.findings.append(finding("topology.duplicate-name", path, name, kind=kind, other=other))
            name = None
        if name is None:
            name = self.trace.path(at)
            self.stand_ins.add(name)
        self.links[name] = link
        self.places[name] = [at, *more]
        if link["mtu"] is not None:
            self.stated_mtus[name] = link["mtu"]

    def nic(self, name: str, values: Dict[str, Any], at: At) -> None:
        nic = filled(values, INTENT["nics"]["values"]["keys"])
        vlans = _vlans(nic["vlans"])
        self.add(
            name,
            at,
            {
                "kind": "nic",
                "mac": nic["mac"],
                "mtu": nic["mtu"],
                "master": None,
                "slave_options": {},
                "switch": nic["switch"],
                "port": nic["port"],
                "vlans": vlans,
                "edge_port": nic["edge_port"],
            },
        )

    def bond(self, own: Dict[str, Any], at: At) -> None:
        profile_at: Tuple[At, ...] = ()
        profiles = self.variables.get("profiles", {})
        wanted = own.get("profile")
        if wanted is None and self.trace.doubtful((*at, "profile")):
            # Nobody knows what it would have brought.
            self.trace.broken.add(at)
        if wanted is not None and wanted not in profiles:
            self.trace.broken.add(at)
            path = self.trace.path((*at, "profile"))
            if "profiles" not in self.variables and not self.trace.doubtful(("profiles",)):
                self.findings.append(finding("schema.profiles-missing", path, wanted, name=wanted))
            elif not self.trace.doubtful(("profiles", wanted)):
                self.findings.append(finding("schema.unknown-profile", path, wanted, name=wanted, nearest=nearest(wanted, profiles)))
        elif wanted is not None:
            profile_at = (("profiles", wanted),)
        values = merged(profiles.get(wanted, {}), own)
        name = values.get("name")
        bond = filled(values, INTENT["bonds"]["element"]["keys"])
        places = [at, *profile_at]
        slave_options = {
            slave: self.options(given or {}, "slave", places, ("slave_options", slave)) for slave, given in bond["slave_options"].items()
        }
        link = {
            "kind": "bond",
            "mode": bond["mode"],
            "options": self.options(bond["options"], "bond", places, ("options",)),
            "slaves": bond["slaves"] or [],
            "mac": bond["mac"],
            "mtu": bond["mtu"],
            "master": None,
            "lag": bond["lag"],
            "slave_options": slave_options,
        }
        self.add(name, at, link, *profile_at)

    def profiles(self) -> None:
        """Look at the options of every profile: a bond may hide some, and there may be no bond yet."""
        for name, profile in self.variables.get("profiles", {}).items():
            place: At = ("profiles", name)
            self.options(profile.get("options") or {}, "bond", [place], ("options",))
            for slave, given in (profile.get("slave_options") or {}).items():
                self.options(given or {}, "slave", [place], ("slave_options", slave))

    def options(self, given: Dict[str, Any], level: str, places: List[At], keys: At) -> Dict[str, Any]:
        """Canonical options of one level; what is no option of it is a finding."""
        found: Dict[str, Any] = {}
        spelled: Dict[str, str] = {}
        for key, value in given.items():
            if value is None:
                continue
            at, path = self.source(places, (*keys, key))
            refusal = _refuse_option(key, value, level, path)
            if refusal is not None:
                self.findings.append(refusal)
                # What was meant is not missing where it is said, too.
                meant = _options.nearest(key, level) or key
                self.trace.broken.add((*at[:-1], meant if given.get(meant) is None else key))
                continue
            name = _options.canonical_name(key)
            canonical = _options.canonical(name, value)
            if name in found and found[name] != canonical:
                words = {"name": key, "other": spelled[name], "before": found[name]}
                self.findings.append(finding("options.peer-notif-differ", path, value, **words))
                continue
            found[name] = canonical
            spelled[name] = key
            # What was written under an alias is found under the option's own name from here on.
            self.trace.paths.setdefault((*at[:-1], name), path)
        return found

    def source(self, places: List[At], keys: At) -> Tuple[At, str]:
        """(place, path) of a value that is in a bond's own entry or in its profile."""
        for place in places:
            if (*place, *keys) in self.trace.paths:
                return (*place, *keys), self.trace.paths[(*place, *keys)]
        return (*places[0], *keys), self.trace.path((*places[0], *keys))

    def vlan(self, values: Dict[str, Any], at: At) -> None:
        vlan = filled(values, INTENT["vlans"]["element"]["keys"])
        name = vlan["name"]
        if name is None and vlan["id"] and vlan["link"] and not self.trace.doubtful((*at, "name")):
            name = f"{vlan['link']}.{vlan['id']}"
            if len(name) > 15:
                problem = f"{name}, its name by default, has {len(name)} characters, more than 15"
                self.findings.append(finding("schema.name", child(self.trace.path(at), "name"), name, problem=problem))
                return
        self.add(name, at, {"kind": "vlan", "id": vlan["id"], "link": vlan["link"], "mac": None, "mtu": vlan["mtu"], "master": None})

    def bridge(self, values: Dict[str, Any], at: At) -> None:
        bridge = filled(values, INTENT["bridges"]["element"]["keys"])
        name = bridge.pop("name")
        delay = bridge["forward_delay"]
        bridge["forward_delay"] = delay if delay is not None else _FORWARD_DELAY[bridge["stp"]]
        self.add(name, at, {"kind": "bridge", **bridge, "master": None})

    def addresses(self) -> Dict[str, Dict[str, Any]]:
        fields = INTENT["addresses"]["values"]["keys"]
        found = {}
        for name, values in self.variables.get("addresses", {}).items():
            addressing = filled(values or {}, fields)
            route_fields = fields["routes"]["element"]["keys"]
            addressing["routes"] = [filled(route, route_fields) for route in addressing["routes"]]
            for position, route in enumerate(addressing["routes"]):
                route["to"] = self.destination(route["to"], route["via"], ("addresses", name, "routes", position))
            found[name] = addressing
        return found

    def destination(self, to: Optional[str], via: Optional[str], at: At) -> Optional[str]:
        """Where a route leads: ``default`` for everything of the gateway's family, None where the gateway is of the other one."""
        if to in (None, "default") or ipaddress.ip_network(to).prefixlen:
            return to
        if via is not None and ipaddress.ip_address(via).version != ipaddress.ip_network(to).version:
            self.findings.append(finding("route.family", self.trace.path(at), to, via=via))
            return None
        return "default"

    def bmc(self) -> Optional[Dict[str, Any]]:
        given = self.variables.get("bmc")
        return filled(given, INTENT["bmc"]["keys"]) if given else None

    def mentioned(self) -> Iterator[Tuple[str, At]]:
        """Names that are used as slave, port, link of a VLAN or for addresses, with the place of that use."""
        for name, link in list(self.links.items()):
            place = self.places[name][0]
            key = {"bond": "slaves", "bridge": "ports"}.get(link["kind"])
            for position, other in enumerate(link[key] if key else []):
                yield other, self.source(self.places[name], (key, position))[0]
            if link["kind"] == "vlan" and link["link"]:
                yield link["link"], (*place, "link")
        for name in self.variables.get("addresses", {}):
            yield name, ("addresses", name)

    def masters(self) -> None:
        """Enter masters, and give slaves their options and the MTU of their bond."""
        for name, link in self.links.items():
            options = link.pop("slave_options", {}) if link["kind"] == "bond" else {}
            for lower in link.get("slaves") or link.get("ports") or []:
                below = self.links.get(lower)
                if below is None or below["master"] is not None:
                    continue
                below["master"] = name
                if link["kind"] == "bond" and below["kind"] == "nic":
                    below["slave_options"] = options.get(lower, {})
                    below["mtu"] = link["mtu"]
            if link["kind"] == "bond":
                self.unknown_slave_options(name, link, options)
                link["lag"] = self.lag(link)

    def unknown_slave_options(self, name: str, link: Dict[str, Any], options: Dict[str, Any]) -> None:
        for slave in options:
            if slave not in link["slaves"] and not self.trace.doubtful((*self.places[name][0], "slaves")):
                _at, path = self.source(self.places[name], ("slave_options", slave))
                hint = nearest(slave, link["slaves"])
                self.findings.append(finding("options.slave-options-unknown-slave", path, slave, name=slave, nearest=hint))

    def lag(self, link: Dict[str, Any]) -> Optional[Dict[str, Any]]:
        """What is said of the switch side, with defaults as soon as a slave's switch port is known."""
        cabled = any(self.links.get(slave, {}).get("switch") for slave in link["slaves"])
        if link["lag"] is None and not cabled:
            return None
        lag = filled(link["lag"] or {}, INTENT["bonds"]["element"]["keys"]["lag"]["keys"])
        lag["vlans"] = _vlans(lag["vlans"])
        return lag


def _vlans(given: Optional[Dict[str, Any]]) -> Optional[Dict[str, Any]]:
    return filled(given, INTENT["nics"]["values"]["keys"]["vlans"]["keys"]) if given is not None else None


def _nearest_value(option: _options.Option, value: Any) -> str:
    """What to write instead of a value that an option does not take."""
    found = _options.nearest_value(option, value)
    if found is None:
        return f"Write {_options.expected(option)}."
    return f"The nearest is {found}." if isinstance(value, int) else f"Did you mean {found}?"


def _refuse_option(key: str, value: Any, level: str, path: str) -> Optional[Finding]:
    """The finding about an option that has no place among those of a level, None if it has."""
    if key == "mode":
        return finding("options.mode-in-options", path, value, mode=value)
    try:
        option = _options.get(key)
    except KeyError:
        hint = _options.nearest(key, level)
        words = f"Did you mean {hint}?" if hint else "The list is in docs/data-model.md."
        return finding("options.unknown", path, HIDDEN if secret(key) else value, name=key, nearest=words)
    if option.transient:
        return finding("options.active-slave", path, value)
    if option.level != level:
        place = "slave_options of the bond, under the slave's name" if option.level == "slave" else "options of the bond"
        return finding("options.level", path, value, name=key, level=option.level, place=place)
    try:
        _options.canonical(option, value)
    except ValueError as error:
        return finding("options.value", path, value, name=key, problem=str(error), nearest=_nearest_value(option, value))
    return None


def build(variables: Dict[str, Any], trace: Trace, host: Optional[str] = None) -> Tuple[Model, List[Finding]]:
    """The model of variables that ``validate_variables`` found sound, and the findings about what it could not resolve."""
    builder = _Builder(variables, trace, host)
    model = builder.build()
    return model, builder.findings
