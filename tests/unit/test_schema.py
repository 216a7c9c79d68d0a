# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the schema says to editors, modules and readers agrees with what validation does."""

from __future__ import annotations

import importlib.util
import pathlib

import jsonschema
import pytest
import yaml

from ansible_collections.trunkline.bonding.plugins.module_utils import _argument_spec, _schema, _schema_types, _schema_validate
from ansible_collections.trunkline.bonding.tests.tools import schema_export

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOOD = yaml.safe_load((ROOT / "tests/unit/plugins/module_utils/good_intents.yml").read_text())
EDITOR = jsonschema.Draft202012Validator(schema_export.json_schema())


def fields(field, path=()):
    """Every field of the schema below one, with its path."""
    yield path, field
    for name, inner in field.get("keys", {}).items():
        yield from fields(inner, (*path, name))
    for key in ("values", "element"):
        if key in field:
            yield from fields(field[key], (*path, key))


FIELDS = [pair for name, field in _schema.VARIABLES.items() for pair in fields(field, (name,))]


@pytest.mark.parametrize(("path", "field"), FIELDS, ids=lambda value: ".".join(value) if isinstance(value, tuple) else "")
def test_every_field_is_complete(path, field):
    kind = field["type"]
    assert field["description"].endswith("."), path
    assert kind in {*_schema_types.TYPES, "dict", "map", "list"}
    wanted = {"dict": ["keys"], "map": ["values"], "list": ["element"], "int": ["minimum", "maximum"], "choice": ["choices"]}
    for key in wanted.get(kind, []):
        assert key in field
    assert "pattern" not in field or "expected" in field
    if kind in ("str", "identifier"):
        assert _schema_types.TYPES[kind](field["example"], field) == field["example"], "a refusal shows how it is written"


@pytest.mark.parametrize(
    ("path", "field"),
    [pair for pair in FIELDS if "default" in pair[1]],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_defaults_are_values_of_their_field(path, field):
    assert _schema_validate.validate(field["default"], field, "x") == (field["default"], [])


def test_the_schema_for_editors_is_one():
    jsonschema.Draft202012Validator.check_schema(EDITOR.schema)


@pytest.mark.parametrize("name", GOOD)
def test_editors_accept_good_intents(name):
    assert [error.message for error in EDITOR.iter_errors(GOOD[name])] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"bonding_bonds": [{"name": "bond0", "salves": []}]},
        {"bonding_bonds": {}},
        {"bonding_bonds": [{"mode": 1}]},
        {"bonding_bonds": [{"name": "bond0", "mode": 7}]},
        {"bonding_nics": {"eth0": {"mac": 31337}}},
        {"bonding_vlans": [{"id": 4095, "link": "bond0"}]},
        {"bonding_profile_x": {"lag": {"vlans": {"tagged": "all"}}}},
        {"bonding_bonds": [{"name": "bond0", "options": {"mimon": 100}}]},
        {"bonding_bonds": [{"name": "bond0", "options": {"miimon": -4}}]},
        {"bonding_bonds": [{"name": "bond0", "options": {"lacp_rate": "quick"}}]},
        {"bonding_bonds": [{"name": "bond0", "options": {"arp_missed_max": 256}}]},
        {"bonding_bonds": [{"name": "bond0", "options": {"use_carrier": "maybe"}}]},
        {"bonding_bonds": [{"name": "bond0", "options": {"arp_ip_target": [1]}}]},
        {"bonding_bonds": [{"name": "bond0", "options": {"primary": "a name"}}]},
        {"bonding_bonds": [{"name": "bond0", "options": {"mode": 4}}]},
        {"bonding_bonds": [{"name": "bond0", "options": {"active_slave": "eth0"}}]},
        {"bonding_bonds": [{"name": "bond0", "options": {"prio": 4}}]},
        {"bonding_profile_x": {"options": {"xmit_hash_policy": "layer34"}}},
        {"bonding_profile_x": {"slave_options": {"eth0": {"miimon": 100}}}},
        {"bonding_profile_x": {"slave_options": {"eth0": {"queue_id": 65536}}}},
    ],
)
def test_editors_mark_mistakes(wrong):
    assert list(EDITOR.iter_errors(wrong))


@pytest.mark.parametrize(
    "options",
    [
        {"miimon": 100, "updelay": None, "lacp_rate": "fast", "xmit_hash_policy": 1, "use_carrier": True, "num_unsol_na": 2},
        {"miimon": "{{ miimon }}", "lacp_rate": 0, "ad_actor_system": "02:00:00:00:00:01"},
        {"arp_interval": 250, "arp_ip_target": "198.51.100.1, 198.51.100.2", "ns_ip6_target": ["2001:db8::1"], "primary": "eth0"},
    ],
)
def test_editors_accept_options(options):
    assert [error.message for error in EDITOR.iter_errors({"bonding_bonds": [{"name": "bond0", "mode": 1, "options": options}]})] == []


def only(spec, names):
    return {name: spec[name] for name in names}


def test_arguments_of_the_modules_are_those_of_the_schema():
    """The table is written out in plain text, so that a run that has nothing to do need not read the schema."""
    assert only(_argument_spec.HOST_LINKS, _schema.INTENT) == schema_export.arguments(_schema.INTENT, defaults=False)
    assert only(_argument_spec.HOST_LINKS, _schema.SETTINGS) == schema_export.arguments(_schema.SETTINGS)
    for spec, collection in ((_argument_spec.BOND, "bonds"), (_argument_spec.BRIDGE, "bridges")):
        fields = schema_export.object_fields(collection)
        assert only(spec, fields) == schema_export.arguments(fields, defaults=False)


def test_suboptions_for_the_documentation_of_modules():
    options = schema_export.documentation(only(_schema.INTENT, ("nics", "bonds", "bmc")))
    assert options["bonds"]["type"] == "list"
    assert options["bonds"]["elements"] == "dict"
    assert options["bonds"]["suboptions"]["name"] == {"description": ["Name of the bond."], "type": "str", "required": True}
    assert options["bonds"]["suboptions"]["slaves"]["aliases"] == ["ports", "members"]
    assert options["bonds"]["suboptions"]["lag"]["suboptions"]["vlans"]["suboptions"]["tagged"]["type"] == "raw"
    assert "V(miimon)" in " ".join(options["bonds"]["suboptions"]["options"]["description"])
    assert options["nics"]["suboptions"]["NAME"]["suboptions"]["switch"]["type"] == "str"
    assert options["bmc"]["suboptions"]["mode"]["choices"] == ["dedicated", "shared", "failover"]


def test_pages_are_what_the_code_says():
    spec = importlib.util.spec_from_file_location("update_docs", ROOT / "tests" / "update_docs.py")
    update_docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(update_docs)
    for path, text in update_docs.wanted().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run tests/update_docs.py"
