# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a user writes, the model answers with findings, never with a traceback."""

from __future__ import annotations

import copy
import datetime
import json
import pathlib

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.trunkline.bonding.plugins.module_utils import _findings, _intent, _options, _schema

GOOD = yaml.safe_load((pathlib.Path(__file__).parent / "good_intents.yml").read_text())

LINK_KEYS = {
    "nic": {"mac", "mtu", "master", "slave_options", "switch", "port", "vlans", "edge_port"},
    "bond": {"mode", "options", "slaves", "mac", "mtu", "master", "lag"},
    "vlan": {"id", "link", "mac", "mtu", "master"},
    "bridge": {"ports", "mac", "mtu", "master", "hypervisor", "stp", "forward_delay", "vlan_filtering"},
}
ADDRESSING_KEYS = {"addresses", "gateway", "gateway6", "dhcp4", "dhcp6", "accept_ra", "routes", "dns", "search", "zone"}

THOROUGH = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([-1, 0, 1, 100, 4095, 2**31, 2**64, 10**300]),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["eth0", "bond0", "{{ x }}", "198.51.100.1", "fe80::1%eth0", "52:54:00:12:34:56", "1-", "-5", "9" * 30, "\u0660", "a\nb"]
    ),
    st.dates(),
    st.just(datetime.datetime(2001, 1, 2)),
    st.binary(max_size=4),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.none()), inner, max_size=4),
    ),
    max_leaves=20,
)

NAMES = ["eth0", "eth1", "eth2", "bond0", "bond1", "br0", "br1", "bond0.20", "vlan30", "lo", "a", "b"]
ADDRESSES = ["198.51.100.1", "198.51.100.10", "203.0.113.255", "2001:db8::1", "fe80::1"]
# One strategy a type of the schema: values that its converter takes, for it is the rules that must be reached.
SOUND = {
    "str": st.sampled_from(["leaf1", "leaf2", "swp1", "compute", "a"]),
    "identifier": st.sampled_from([1, "7"]),
    "bool": st.booleans(),
    "mode": st.sampled_from(_options.MODES),
    "name": st.sampled_from(NAMES),
    "mac": st.sampled_from(["0c:c4:7a:00:00:10", "0C-C4-7A-00-00-11"]),
    "vlan_list": st.sampled_from([[], 20, "10,20-30", [30, "40-41"]]),
    "address": st.sampled_from(ADDRESSES),
    "name_server": st.sampled_from(["198.51.100.53", "127.0.0.53", "2001:db8::53"]),
    "ipv4": st.sampled_from(ADDRESSES[:3]),
    "ipv6": st.sampled_from(ADDRESSES[3:]),
    "interface_address": st.sampled_from(
        ["198.51.100.10/24", "203.0.113.0/24", "203.0.113.1", "203.0.113.1/32", "2001:db8::1/64", "fe80::2/64"]
    ),
    "destination": st.sampled_from(["default", "0.0.0.0/0", "::/0", "192.0.2.0/24", "192.0.2.1/24", "198.51.100.0/25", "2001:db8:1::/48"]),
    "domain": st.just("example.net"),
}


def option_value(option):
    """A value that an option of the table takes."""
    if option.type == "int":
        low = max(option.minimum, 0)
        return st.sampled_from(sorted({low, *(value for value in (1, 2, 100, 150, 200) if low <= value <= option.maximum)}))
    if option.type == "enum":
        return st.sampled_from([value.name for value in option.values])
    lists = st.lists(st.sampled_from(["198.51.100.1", "198.51.100.10", "192.0.2.1"]), min_size=1, max_size=3, unique=True)
    others = {"bool": st.booleans(), "interface": st.sampled_from(NAMES[:3]), "mac": SOUND["mac"], "ipv4_list": lists}
    return others.get(option.type, st.just(["2001:db8::1"]))


def options(level):
    """A few options of one level, now and then one of the other."""
    table = [*_options.OPTIONS.values()]
    known = [option for option in table if option.level == level and not option.transient and option.name != "mode"]
    chosen = st.integers(0, 49).flatmap(lambda chance: st.sampled_from(table if chance == 49 else known))
    names = st.sampled_from([{}, {"num_grat_arp": "num_unsol_na"}])
    pair = st.tuples(chosen, names).flatmap(
        lambda drawn: st.tuples(st.just(drawn[1].get(drawn[0].name, drawn[0].name)), option_value(drawn[0]))
    )
    monitor = st.sampled_from(
        [{}, {"miimon": 100}, {"miimon": 100, "updelay": 200}, {"arp_interval": 100, "arp_ip_target": ["198.51.100.1"]}]
    )
    return st.tuples(monitor, st.lists(pair, max_size=3).map(dict)).map(lambda parts: {**(parts[0] if level == "bond" else {}), **parts[1]})


def of_field(field, level="bond"):
    """Values that fit a field of the schema, with something else about once in fifty."""
    kind = field["type"]
    if kind == "dict":
        sound = st.fixed_dictionaries(
            {key: of_field(inner) for key, inner in field["keys"].items() if inner.get("required")},
            optional={key: of_field(inner) for key, inner in field["keys"].items() if not inner.get("required")},
        )
    elif kind == "map":
        if field["values"]["type"] == "any":
            sound = options(level)
        else:
            sound = st.dictionaries(st.sampled_from(NAMES[:6]), of_field(field["values"], "slave"), min_size=1, max_size=4)
    elif kind == "list":
        sound = st.lists(of_field(field["element"]), min_size=1, max_size=4)
    elif kind == "int":
        near = [
            value for value in (field["minimum"], 20, 30, 1500, 9000, field["maximum"]) if field["minimum"] <= value <= field["maximum"]
        ]
        sound = st.sampled_from(near)
    elif kind == "choice":
        sound = st.sampled_from(field["choices"])
    else:
        sound = SOUND[kind]
    return st.integers(0, 49).flatmap(lambda chance: LEAVES if chance == 49 else sound)


PROFILES = st.dictionaries(st.sampled_from(["compute", "leaf1", "a"]), of_field(_schema.VARIABLES["profiles"]["values"]), max_size=2)
VARIABLES = st.fixed_dictionaries(
    {name: of_field(field) for name, field in _schema.INTENT.items() if name not in ("profiles", "bmc")},
    optional={"profiles": PROFILES, "bmc": of_field(_schema.INTENT["bmc"]), "backend": LEAVES, "accept": LEAVES},
)


def check(variables):
    """What holds for the answer to any variables."""
    intent, findings = _intent.normalise(copy.deepcopy(variables))
    for found in findings:
        assert found.id in _findings.CATALOGUE
        assert found.severity == _findings.CATALOGUE[found.id].severity
        assert found.path.startswith("bonding_")
        assert "<" not in found.message + found.cure or "<" in repr(variables), found
        json.dumps(found.as_dict(), allow_nan=False)
    assert set(intent) == {"links", "addresses", "bmc"}
    for name, link in intent["links"].items():
        assert isinstance(name, str)
        assert set(link) - {"kind"} == LINK_KEYS[link["kind"]]
        for other in [*link.get("slaves", []), *link.get("ports", [])]:
            assert other in intent["links"]
    for addressing in intent["addresses"].values():
        assert set(addressing) == ADDRESSING_KEYS
    json.dumps(intent, allow_nan=False)
    if not _findings.errors(findings):
        assert set(intent["addresses"]) <= set(intent["links"])
        seen = set()
        for name, link in intent["links"].items():
            below = [*link.get("slaves", []), *link.get("ports", []), *([link["link"]] if link["kind"] == "vlan" else [])]
            assert set(below) <= seen, "what lies below comes first"
            assert link["kind"] != "bond" or link["mode"] in _options.MODES
            seen.add(name)
    return intent, findings


@THOROUGH
@given(ANYTHING)
def test_any_value_as_variables(value):
    check(value)


@THOROUGH
@given(st.dictionaries(st.sampled_from([*_schema.VARIABLES, "bond", "profil"]), ANYTHING, max_size=5))
def test_any_value_in_a_variable(variables):
    check(variables)


@settings(THOROUGH, max_examples=250)
@given(VARIABLES)
def test_values_of_the_right_type_in_any_combination(variables):
    intent, _found = check(variables)
    nics = [name for name, link in intent["links"].items() if link["kind"] == "nic"]
    state = {
        "links": {
            f"x{name}"[:15]: {"kind": "nic", "mac": intent["links"][name]["mac"], "permanent_mac": None, "master": None} for name in nics
        }
    }
    resolved, _found = _intent.resolve_nics(intent, state)
    assert len(resolved["links"]) == len(intent["links"])


def test_values_that_contain_themselves():
    endless = {}
    endless["a"] = endless
    nested = [endless]
    nested.append(nested)
    for value in (endless, nested):
        _intent.normalise(dict.fromkeys(_schema.VARIABLES, value))
        layout = {"mode": 1, "options": {"miimon": value}, "lag": {"vlans": value}, "slave_options": {"eth0": {"prio": value}}}
        _intent.normalise({"profiles": {"p": layout}, "bonds": [{"name": "bond0", "profile": "p", "slaves": ["eth0", "eth1"], **layout}]})


def places(value, path=()):
    """The paths of all values inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def mutated(variables, path, action, value):
    """Variables with the value at a path removed, doubled or replaced."""
    found = copy.deepcopy(variables)
    place = found
    for key in path[:-1]:
        place = place[key]
    if action == "remove":
        del place[path[-1]]
    elif action == "double" and isinstance(place, list):
        place.append(copy.deepcopy(place[path[-1]]))
    elif action == "rename" and isinstance(place, dict):
        place[value if isinstance(value, (str, int)) else "x"] = place.pop(path[-1])
    else:
        place[path[-1]] = value
    return found


@pytest.mark.parametrize("name", GOOD)
@settings(THOROUGH, max_examples=40)
@given(data=st.data())
def test_good_intents_with_mistakes(name, data):
    variables = GOOD[name]
    for _step in range(data.draw(st.integers(1, 3))):
        known = list(places(variables))
        if not known:
            break
        path = data.draw(st.sampled_from(known))
        action = data.draw(st.sampled_from(["remove", "double", "rename", "replace"]))
        variables = mutated(variables, path, action, data.draw(st.one_of(LEAVES, st.sampled_from([*NAMES, *_options.MODES]), ANYTHING)))
    check(_intent.from_hostvars(variables))
