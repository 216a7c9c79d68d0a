# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is made from the schema for people and editors: a JSON Schema, tables for the pages, documentation and arguments of modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from ansible_collections.trunkline.bonding.plugins.module_utils import _options, _spelling
from ansible_collections.trunkline.bonding.plugins.module_utils._schema import INTENT, PREFIX, PROFILE_PREFIX, VARIABLES, Field
from ansible_collections.trunkline.bonding.plugins.module_utils._schema_types import NAME, VLAN_IDS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MAC = "|".join(f"^{form.replace('0-9a-f', '0-9A-Fa-f')}$" for form in _spelling.MAC_FORMS)
_VLAN_RANGE = "^ *[0-9]+(-[0-9]+)?( *, *[0-9]+(-[0-9]+)?)* *$"
# An expression of Jinja may stand for any value that is not a dictionary or a list.
_JINJA = {"type": "string", "pattern": "\\{\\{"}

_TEXTS: dict[str, dict[str, Any]] = {
    "bool": {"enum": [True, False, 1, 0]},
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
    "name_server": {"type": "string", "pattern": "^[0-9A-Fa-f:.]+$"},
    "ipv4": {"type": "string", "pattern": "^[0-9.]+$"},
    "ipv6": {"type": "string", "pattern": "^[0-9A-Fa-f:.]+$"},
    "interface_address": {"type": "string", "pattern": "^[0-9A-Fa-f:.]+/[0-9.]+$"},
    "destination": {"type": "string", "pattern": "^(default|[0-9A-Fa-f:./]+)$"},
    "domain": {"type": "string"},
}

_KINDS = {
    "any": "value",
    "str": "string",
    "int": "integer",
    "bool": "boolean",
    "mode": "string or number",
    "name": "string",
    "mac": "MAC address",
    "vlan_list": "numbers and ranges",
    "address": "address",
    "name_server": "address",
    "ipv4": "IPv4 address",
    "ipv6": "IPv6 address",
    "interface_address": "address/length",
    "destination": "network or default",
    "domain": "domain",
    "dict": "dictionary",
    "map": "dictionary",
}


def json_schema() -> dict[str, Any]:
    """A JSON Schema of the variables for editors: known keys, types and ranges; relations are left to the rules."""
    properties = {PREFIX + name: _json(field) for name, field in VARIABLES.items() if name != "profiles"}
    return {
        "$schema": _DIALECT,
        "title": "Variables of trunkline.bonding",
        "type": "object",
        "properties": properties,
        "patternProperties": {f"^{PREFIX}{PROFILE_PREFIX}[A-Za-z0-9_]+$": _json(VARIABLES["profiles"]["values"])},
    }


def _json(field: Field) -> dict[str, Any]:
    kind = field["type"]
    found: dict[str, Any]
    if kind == "dict":
        names = [(alias, inner) for name, inner in field["keys"].items() for alias in (name, *inner.get("aliases", ()))]
        found = {"type": ["object", "null"], "properties": {name: _json(inner) for name, inner in names}, "additionalProperties": False}
        required = [name for name, inner in field["keys"].items() if inner.get("required")]
        if required:
            found["required"] = required
    elif kind == "map" and field["values"]["type"] == "any":
        options = [option for option in _options.OPTIONS.values() if option.level == field["level"] and _settable(option)]
        names = [(name, option) for option in options for name in (option.name, *option.aliases)]
        found = {
            "type": ["object", "null"],
            "properties": {name: _json_option(option) for name, option in names},
            "additionalProperties": False,
        }
    elif kind == "map":
        found = {"type": ["object", "null"], "additionalProperties": _json(field["values"])}
    elif kind == "list":
        found = {"type": ["array", "null"], "items": _json(field["element"])}
    else:
        found = {"anyOf": [_json_scalar(field), {"type": "null"}, _JINJA]}
    found["description"] = field["description"]
    return found


def _json_option(option: _options.Option) -> dict[str, Any]:
    """The values of one of the kernel's options, as people write them."""
    if option.type == "int":
        value: dict[str, Any] = {"type": "integer", "minimum": option.minimum, "maximum": option.maximum}
    elif option.type == "enum":
        value = {"enum": [spelled for known in option.values for spelled in (known.name, known.number)]}
    elif option.type in ("ipv4_list", "ipv6_list"):
        value = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"anyOf": [_TEXTS[option.type[:4]], _JINJA]}}]}
    else:
        value = _TEXTS[{"interface": "name"}.get(option.type, option.type)]
    return {"anyOf": [value, {"type": "null"}, _JINJA], "description": _option_words(option)}


def _option_words(option: _options.Option) -> str:
    modes = "all modes" if option.accepted == _options.MODES else ", ".join(option.accepted)
    return f"{_values(option).replace('`', '')}; the kernel takes it in {modes}."


def _json_scalar(field: Field) -> dict[str, Any]:
    if field["type"] == "int":
        return {"type": "integer", "minimum": field["minimum"], "maximum": field["maximum"]}
    if field["type"] == "identifier":
        return {"anyOf": [_json_scalar({**field, "type": "int"}), _json_scalar({**field, "type": "str"})]}
    if field["type"] == "choice":
        return {"enum": list(field["choices"])}
    if field["type"] == "str":
        return {"type": "string", **({"pattern": f"^(?:{field['pattern']})$"} if "pattern" in field else {})}
    return dict(_TEXTS[field["type"]])


_PLAIN = {"int": "int", "bool": "bool", "identifier": "raw", "vlan_list": "raw", "any": "raw", "mode": "raw"}
_ARGUMENTS = {"dict": "dict", "map": "dict", "list": "list", **_PLAIN}
# The key under which the documentation shows what stands at names of the user's choice.
ANY_NAME = "NAME"


def arguments(fields: dict[str, Field], defaults: bool = True) -> dict[str, dict[str, Any]]:
    """Fields as arguments of a module, by their outermost type; what is inside is left to the findings of the data model.

    ``defaults`` False leaves them out: for modules where nothing given means that nothing is said.
    """
    return {name: _argument(field, defaults) for name, field in fields.items()}


def _argument(field: Field, defaults: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"type": _ARGUMENTS.get(field["type"], "str")}
    if field["type"] == "list":
        found["elements"] = _ARGUMENTS.get(field["element"]["type"], "str")
    for key in ("choices", "aliases"):
        if key in field:
            found[key] = list(field[key])
    if field.get("required"):
        found["required"] = True
    if defaults and "default" in field:
        found["default"] = field["default"]
    return found


def documentation(fields: dict[str, Field], defaults: bool = True) -> dict[str, Any]:
    """Fields as the ``options`` of a module's documentation, with their keys as suboptions."""
    return {name: _documented(field, defaults) for name, field in fields.items()}


def _documented(field: Field, defaults: bool = True) -> dict[str, Any]:
    found = {"description": _sentences(field, defaults), **_argument(field, defaults)}
    inner = field.get("element", field)
    if inner["type"] == "dict":
        found["suboptions"] = documentation(inner["keys"])
    elif inner["type"] == "map" and inner["values"]["type"] == "map":
        found["suboptions"] = {ANY_NAME: {"description": [inner["values"]["description"]], "type": "dict"}}
    elif inner["type"] == "map" and inner["values"]["type"] == "dict":
        values = inner["values"]
        words = f"{values['description']} The key stands for any name."
        found["suboptions"] = {ANY_NAME: {"description": [words], "type": "dict", "suboptions": documentation(values["keys"])}}
    return found


def _sentences(field: Field, defaults: bool) -> list[str]:
    found = [field["description"]]
    if field["type"] == "int":
        found.append(f"A number{' of ' + _UNITS[field['unit']] if 'unit' in field else ''} from {field['minimum']} to {field['maximum']}.")
    if field["type"] == "mode":
        found.append(f"One of {', '.join(f'V({mode})' for mode in _options.MODES)}, or its number from V(0).")
    if field["type"] == "vlan_list":
        found.append('A number, a list of numbers and ranges, or a text of them, as V([20, "30-39"]) or V(20,30-39).')
    if field["type"] == "identifier":
        found.append(f"A number from {field['minimum']} to {field['maximum']}, or the name of a LAG.")
    if not defaults and field.get("default") not in (None, []):
        found.append(f"It is V({str(field['default']).lower()}) by default.")
    level = field.get("level") or field.get("values", {}).get("level")
    if level:
        names = [option.name for option in _options.OPTIONS.values() if option.level == level and _settable(option)]
        found.append(f"These are {', '.join(f'V({name})' for name in names)}.")
    return found


_UNITS = {"s": "seconds", "bytes": "bytes"}


def _settable(option: _options.Option) -> bool:
    return option.name != "mode" and not option.transient


_FRAGMENTS = '''# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The data model as options of modules. Generated from the schema: make docs."""

from __future__ import annotations


class ModuleDocFragment:
    # What is wanted on a host, as a whole.
    DOCUMENTATION = r"""
{whole}"""

    # One bond.
    BOND = r"""
{bond}"""

    # One bridge.
    BRIDGE = r"""
{bridge}"""
'''


class _Indented(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def object_fields(collection: str) -> dict[str, Field]:
    """The keys of one entry of ``bonds`` or ``bridges`` that its own module takes, and its addressing."""
    keys = INTENT[collection]["element"]["keys"]
    return {**{name: field for name, field in keys.items() if name not in ("name", "profile")}, "addressing": ADDRESSING}


ADDRESSING: Field = {
    **INTENT["addresses"]["values"],
    "description": "Addresses, DHCP, gateways, routes, name servers and search domains of the link. Without it they stay as they are.",
}


def doc_fragments() -> str:
    """The Python file with the documentation fragments that the modules extend."""

    def shown(options: dict[str, Any]) -> str:
        return yaml.dump({"options": options}, Dumper=_Indented, sort_keys=False, width=115, allow_unicode=True)

    return _FRAGMENTS.format(
        whole=shown(documentation(INTENT, False)),
        bond=shown(documentation(object_fields("bonds"), False)),
        bridge=shown(documentation(object_fields("bridges"), False)),
    )


def markdown(*names: str) -> str:
    """Tables of keys for the documentation: one for each dictionary inside the variables of those names."""
    lines: list[str] = []
    for name in names:
        for title, keys in _tables(VARIABLES[name], ""):
            if title:
                lines += [f"{title}:", ""]
            lines += [*_table(keys), ""]
    return "\n".join(lines)


def _tables(field: Field, title: str) -> Iterator[tuple[str, dict[str, Field]]]:
    inner = field.get("values") or field.get("element") or field
    if inner["type"] == "dict":
        yield title, inner["keys"]
        for name, key in inner["keys"].items():
            yield from _tables(key, f"`{name}`" + (f" in {title}" if title else ""))


def _table(keys: dict[str, Field]) -> Iterator[str]:
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
    if field["type"] == "identifier":
        return f"{field['minimum']}-{field['maximum']} or a name"
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
        if not _settable(option):
            continue
        marks = [_mark(option, mode) for mode in modes]
        names = ", ".join(f"`{spelled}`" for spelled in (option.name, *option.aliases))
        where = " (slave)" if option.level == "slave" else ""
        lines.append(f"| {names}{where} | {_values(option)} | {_option_default(option)} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def option_list() -> str:
    """All options of the bond and of slaves, with the modes in which the kernel takes them."""
    lines = ["| option | values | default | the kernel takes it in |", "| --- | --- | --- | --- |"]
    for option in _options.OPTIONS.values():
        names = " or ".join(f"`{spelled}`" for spelled in (option.name, *option.aliases))
        if option.name == "mode":
            names += " (a key of the bond)"
        elif option.transient:
            names += " (state, not to be set)"
        elif option.level == "slave":
            names += " (in `slave_options`)"
        taken = "all modes" if option.accepted == _options.MODES else ", ".join(f"`{mode}`" for mode in option.accepted)
        lines.append(f"| {names} | {_values(option)} | {_option_default(option)} | {taken} |")
    return "\n".join(lines) + "\n"


def _mark(option: _options.Option, mode: str) -> str:
    if mode not in option.accepted:
        return "-"
    if mode not in option.acts:
        return "inert"
    for relation in _options.RELATIONS:
        if relation.option == option.name and relation.modes is not None and mode in relation.modes:
            wants = " or ".join(f"`{other}`" for other in relation.others)
            return f"with {wants}" if relation.kind == "needs" else f"without {wants}"
    return "acts"


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
