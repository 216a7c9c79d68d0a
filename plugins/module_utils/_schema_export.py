# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What is made from the schema for people and editors: a JSON Schema, tables for the documentation, suboptions for modules."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _options
from ansible_collections.trunkline.bonding.plugins.module_utils._schema import PREFIX, PROFILE_PREFIX, VARIABLES, Field
from ansible_collections.trunkline.bonding.plugins.module_utils._schema_types import NAME, VLAN_IDS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MAC = "^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$|^([0-9A-Fa-f]{4}\\.){2}[0-9A-Fa-f]{4}$"
_VLAN_RANGE = "^ *[0-9]+(-[0-9]+)?( *, *[0-9]+(-[0-9]+)?)* *$"
# An expression of Jinja may stand for any value that is not a dictionary or a list.
_JINJA = {"type": "string", "pattern": "\\{\\{"}

_TEXTS: Dict[str, Dict[str, Any]] = {
    "any": {},
    "identifier": {"type": ["string", "integer"]},
    "bool": {"type": "boolean"},
    "mode": {"enum": [*_options.MODES, *range(len(_options.MODES))]},
    "name": {"type": "string", "pattern": f"^{NAME.pattern}$"},
    "mac": {"type": "string", "pattern": _MAC},
    "vlan_list": {
        "anyOf": [
            {"type": "integer", "minimum": VLAN_IDS[0], "maximum": VLAN_IDS[1]},
            {"type": "string", "pattern": _VLAN_RANGE},
            {
                "type": "array",
                "items": {
                    "anyOf": [
                        {"type": "integer", "minimum": VLAN_IDS[0], "maximum": VLAN_IDS[1]},
                        {"type": "string", "pattern": _VLAN_RANGE},
                    ]
                },
            },
        ]
    },
    "address": {"type": "string", "pattern": "^[0-9A-Fa-f:.]+$"},
    "ipv4": {"type": "string", "pattern": "^[0-9.]+$"},
    "ipv6": {"type": "string", "pattern": "^[0-9A-Fa-f:.]+$"},
    "interface_address": {"type": "string", "pattern": "^[0-9A-Fa-f:.]+/[0-9.]+$"},
    "destination": {"type": "string", "pattern": "^(default|[0-9A-Fa-f:./]+)$"},
    "domain": {"type": "string"},
}

_KINDS = {
    "any": "value",
    "str": "string",
    "identifier": "string or integer",
    "int": "integer",
    "bool": "boolean",
    "mode": "string or number",
    "name": "string",
    "mac": "MAC address",
    "vlan_list": "numbers and ranges",
    "address": "address",
    "ipv4": "IPv4 address",
    "ipv6": "IPv6 address",
    "interface_address": "address/length",
    "destination": "network or default",
    "domain": "domain",
    "dict": "dictionary",
    "map": "dictionary",
}


def json_schema() -> Dict[str, Any]:
    """A JSON Schema of the variables for editors: known keys, types and ranges; relations are left to the rules."""
    properties = {PREFIX + name: _json(field) for name, field in VARIABLES.items() if name != "profiles"}
    return {
        "$schema": _DIALECT,
        "title": "Variables of trunkline.bonding",
        "type": "object",
        "properties": properties,
        "patternProperties": {f"^{PREFIX}{PROFILE_PREFIX}[A-Za-z0-9_]+$": _json(VARIABLES["profiles"]["values"])},
    }


def _json(field: Field) -> Dict[str, Any]:
    kind = field["type"]
    found: Dict[str, Any]
    if kind == "dict":
        names = [(alias, inner) for name, inner in field["keys"].items() for alias in (name, *inner.get("aliases", ()))]
        found = {"type": ["object", "null"], "properties": {name: _json(inner) for name, inner in names}, "additionalProperties": False}
        required = [name for name, inner in field["keys"].items() if inner.get("required")]
        if required:
            found["required"] = required
    elif kind == "map":
        found = {"type": ["object", "null"], "additionalProperties": _json(field["values"])}
    elif kind == "list":
        found = {"type": ["array", "null"], "items": _json(field["element"])}
    else:
        found = {"anyOf": [_json_scalar(field), {"type": "null"}, _JINJA]} if kind != "any" else {}
    found["description"] = field["description"]
    return found


def _json_scalar(field: Field) -> Dict[str, Any]:
    if field["type"] == "int":
        return {"type": "integer", "minimum": field["minimum"], "maximum": field["maximum"]}
    if field["type"] == "choice":
        return {"enum": list(field["choices"])}
    if field["type"] == "str":
        return {"type": "string", **({"pattern": f"^(?:{field['pattern']})$"} if "pattern" in field else {})}
    return dict(_TEXTS[field["type"]])


def module_options(*names: str) -> Dict[str, Dict[str, Any]]:
    """The ``options`` of a module's documentation for the variables of those names, with suboptions."""
    return {name: _documented(VARIABLES[name]) for name in names}


def _documented(field: Field) -> Dict[str, Any]:
    kinds = {"dict": "dict", "map": "dict", "list": "list", "int": "int", "bool": "bool", "vlan_list": "raw", "any": "raw", "mode": "raw"}
    found: Dict[str, Any] = {"description": [field["description"]], "type": kinds.get(field["type"], "str")}
    if field["type"] == "list":
        element = field["element"]
        found["elements"] = kinds.get(element["type"], "str")
        if element["type"] == "dict":
            found["suboptions"] = {name: _documented(inner) for name, inner in element["keys"].items()}
    if field["type"] == "dict":
        found["suboptions"] = {name: _documented(inner) for name, inner in field["keys"].items()}
    for key in ("choices", "aliases"):
        if key in field:
            found[key] = list(field[key])
    if field.get("required"):
        found["required"] = True
    if "default" in field:
        found["default"] = field["default"]
    return found


def markdown(*names: str) -> str:
    """Tables of keys for the documentation: one for each dictionary inside the variables of those names."""
    lines: List[str] = []
    for name in names:
        for title, keys in _tables(VARIABLES[name], ""):
            if title:
                lines += [f"{title}:", ""]
            lines += [*_table(keys), ""]
    return "\n".join(lines)


def _tables(field: Field, title: str) -> Iterator[Tuple[str, Dict[str, Field]]]:
    inner = field.get("values") or field.get("element") or field
    if inner["type"] == "dict":
        yield title, inner["keys"]
        for name, key in inner["keys"].items():
            yield from _tables(key, f"`{name}`" + (f" in {title}" if title else ""))


def _table(keys: Dict[str, Field]) -> Iterator[str]:
    yield "| key | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for name, field in keys.items():
        names = " or ".join(f"`{spelled}`" for spelled in (name, *field.get("aliases", ())))
        yield f"| {names} | {_kind(field)} | {_default(field)} | {field['description']} |"


def settings_markdown(*names: str) -> str:
    """One table of whole variables."""
    lines = ["| variable | type | default | meaning |", "| --- | --- | --- | --- |"]
    for name in names:
        field = VARIABLES[name]
        lines.append(f"| `{PREFIX}{name}` | {_kind(field)} | {_default(field)} | {field['description']} |")
    return "\n".join(lines) + "\n"


def _kind(field: Field) -> str:
    if field["type"] == "list":
        return f"list of {_kind(field['element']) if field['element']['type'] != 'dict' else 'dictionaries'}"
    if field["type"] == "choice":
        return ", ".join(f"`{choice}`" for choice in field["choices"])
    if field["type"] == "int":
        return f"{field['minimum']}-{field['maximum']}" + (f" {field['unit']}" if "unit" in field else "")
    return _KINDS[field["type"]]


def _default(field: Field) -> str:
    if field.get("required"):
        return "required"
    default = field.get("default")
    if default is None:
        return ""
    if isinstance(default, bool):
        return "`true`" if default else "`false`"
    return "empty" if default == [] else f"`{default}`"


def options_markdown() -> str:
    """The bonding options with their values and what the kernel makes of them in each mode."""
    modes = _options.MODES
    short = [f"{number}" for number, _mode in enumerate(modes)]
    lines = [
        "| option | values | default | " + " | ".join(short) + " |",
        "| --- | --- | --- | " + " | ".join("---" for _mode in modes) + " |",
    ]
    for option in _options.OPTIONS.values():
        if option.name == "mode" or option.transient:
            continue
        marks = [_mark(option, mode) for mode in modes]
        names = ", ".join(f"`{spelled}`" for spelled in (option.name, *option.aliases))
        where = " (slave)" if option.level == "slave" else ""
        lines.append(f"| {names}{where} | {_values(option)} | {_option_default(option)} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def _mark(option: _options.Option, mode: str) -> str:
    if mode not in option.accepted:
        return "-"
    return "acts" if mode in option.acts else "inert"


def _values(option: _options.Option) -> str:
    if option.type == "enum":
        return ", ".join(f"`{value.name}`" for value in option.values)
    if option.type == "int":
        unit = f" {option.unit}" if option.unit in ("ms", "s") else ""
        return f"{option.minimum} to {option.maximum}{unit}"
    texts = {
        "bool": "boolean",
        "ipv4_list": f"up to {_options.MAX_TARGETS} IPv4 addresses",
        "ipv6_list": f"up to {_options.MAX_TARGETS} IPv6 addresses",
    }
    return {**texts, "mac": "MAC address", "interface": "a slave"}[option.type]


def _option_default(option: _options.Option) -> str:
    if option.default is None or option.default == ():
        return ""
    return f"`{str(option.default).lower() if isinstance(option.default, bool) else option.default}`"
