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

from ansible_collections.trunkline.bonding.plugins.module_utils import _schema, _schema_export, _schema_types, _schema_validate

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[3]
GOOD = yaml.safe_load((HERE / "good_intents.yml").read_text())
EDITOR = jsonschema.Draft202012Validator(_schema_export.json_schema())


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
    ],
)
def test_editors_mark_mistakes(wrong):
    assert list(EDITOR.iter_errors(wrong))


def test_arguments_of_a_module_are_declared_by_their_outermost_type():
    assert _schema.argument_spec("nics", "bonds", "bmc", "purge", "deadline", "confirm", "accept") == {
        "nics": {"type": "dict", "default": {}},
        "bonds": {"type": "list", "elements": "raw", "default": []},
        "bmc": {"type": "dict"},
        "purge": {"type": "bool", "default": True},
        "deadline": {"type": "int", "default": 120},
        "confirm": {"type": "str", "choices": ["auto", "later"], "default": "auto"},
        "accept": {"type": "list", "elements": "raw", "default": []},
    }


def test_suboptions_for_the_documentation_of_modules():
    options = _schema_export.module_options("bonds", "bmc")
    assert options["bonds"]["type"] == "list"
    assert options["bonds"]["elements"] == "dict"
    assert options["bonds"]["suboptions"]["name"] == {"description": ["Name of the bond."], "type": "str", "required": True}
    assert options["bonds"]["suboptions"]["slaves"]["aliases"] == ["ports", "members"]
    assert options["bonds"]["suboptions"]["lag"]["suboptions"]["vlans"]["suboptions"]["tagged"]["type"] == "raw"
    assert options["bmc"]["suboptions"]["mode"]["choices"] == ["dedicated", "shared", "failover"]


def test_pages_are_what_the_code_says():
    spec = importlib.util.spec_from_file_location("update_docs", ROOT / "tests" / "update_docs.py")
    update_docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(update_docs)
    for path, text in update_docs.wanted().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run tests/update_docs.py"
