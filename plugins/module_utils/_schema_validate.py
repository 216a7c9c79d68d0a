# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Validation of variables against the schema: types, ranges and known keys; relations between values are for ``_rules``."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, List, Optional, Set, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import (
    HIDDEN,
    Finding,
    child,
    closest,
    finding,
    nearest,
    secret,
    show,
)
from ansible_collections.trunkline.bonding.plugins.module_utils._schema import INTENT, PREFIX, PROFILE_PREFIX, VARIABLES, Field
from ansible_collections.trunkline.bonding.plugins.module_utils._schema_types import NAME, TYPES, Invalid, wrong_type

# Where a value is in the normalised variables: ("bonds", 0, "options", "miimon").
At = Tuple[Any, ...]

_NOTHING = object()
_NAMES = [name for name in VARIABLES if name != "profiles"]
_PROFILE = re.compile(INTENT["bonds"]["element"]["keys"]["profile"]["pattern"])
_OPTION = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")
_DIGITS = re.compile(r"0|[1-9][0-9]{0,9}")
_PROFILE_LIKE = re.compile(r"profiles?_?$|profils?(_|$)")
_ONE_EACH = "Write one variable bonding_profile_NAME for each profile."


class Trace:
    """Where the normalised values come from.

    ``paths`` maps a place in the normalised variables to the path that the user wrote; ``broken`` holds the places whose values were
    refused and are therefore missing, so that a rule does not complain about what is missing for that reason only.
    """

    def __init__(self) -> None:
        self.paths: Dict[At, str] = {}
        self.broken: Set[At] = set()

    def path(self, at: At) -> str:
        """What the user wrote, or would have to write."""
        known = len(at)
        while known and at[:known] not in self.paths:
            known -= 1
        path = self.paths.get(at[:known], PREFIX)
        for key in at[known:]:
            path = child(path, key)
        return path

    def doubtful(self, at: At) -> bool:
        """Whether something at, above or below that place was refused."""
        return any(at[: len(other)] == other[: len(at)] for other in self.broken)


class _Walk:
    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.findings: List[Finding] = []

    def refuse(self, at: At, id_: str, path: str, value: Any, /, **words: Any) -> Any:
        self.findings.append(finding(id_, path, value, **words))
        self.trace.broken.add(at)
        return _NOTHING

    def invalid(self, at: At, invalid: Invalid, path: str, value: Any) -> Any:
        return self.refuse(at, invalid.id, path, value, **invalid.words)

    def value(self, value: Any, field: Field, path: str, at: At) -> Any:
        """The normalised value, or _NOTHING. ``null`` stays ``None``: it says that a value of the profile does not count."""
        self.trace.paths[at] = path
        if value is None:
            return None
        kind = field["type"]
        if kind in ("dict", "map"):
            if not isinstance(value, dict):
                likely = _as_map(value, field["values"]) if kind == "map" else ""
                return self.invalid(at, wrong_type("a dictionary of keys and values", likely), path, value)
            return self.keys(value, field, path, at) if kind == "dict" else self.names(value, field, path, at)
        if kind == "list":
            return self.items(value, field, path, at)
        try:
            return TYPES[kind](value, field)
        except Invalid as invalid:
            return self.invalid(at, invalid, path, value)

    def keys(self, value: Dict[Any, Any], field: Field, path: str, at: At) -> Dict[str, Any]:
        """A dictionary of documented keys."""
        fields = field["keys"]
        names = {alias: name for name, inner in fields.items() for alias in (name, *inner.get("aliases", ()))}
        found: Dict[str, Any] = {}
        given: Dict[str, str] = {}
        for key, item in value.items():
            name = names.get(key) if isinstance(key, str) else None
            if name is None:
                likely = (closest(key, names) or [""])[0]
                cure = field.get("hints", {}).get(key) or nearest(key, names)
                shown = HIDDEN if secret(key) else item
                # What was meant is not missing where it is said, too.
                meant = names.get(likely, "?")
                place = "?" if any(names.get(other) == meant for other in value if isinstance(other, str)) else meant
                self.refuse((*at, place), "schema.unknown-key", child(path, key), shown, name=key, nearest=cure)
                continue
            if name in given:
                self.refuse((*at, name), "schema.alias-twice", child(path, key), item, name=key, other=given[name])
                continue
            given[name] = key
            inner = self.value(item, fields[name], child(path, key), (*at, name))
            if inner is not _NOTHING:
                found[name] = inner
        for name, inner_field in fields.items():
            if inner_field.get("required") and found.get(name) is None and not self.trace.doubtful((*at, name)):
                self.refuse((*at, name), "schema.missing-key", child(path, name), None, name=name, description=inner_field["description"])
        return found

    def names(self, value: Dict[Any, Any], field: Field, path: str, at: At) -> Dict[str, Any]:
        """A dictionary whose keys are free."""
        found = {}
        for key, item in value.items():
            if not isinstance(key, str):
                self.refuse((*at, "?"), "schema.quote-it", child(path, key), key, kind="the key", expected="a name", likely="")
                continue
            if "names" in field:
                try:
                    TYPES[field["names"]](key, field)
                except Invalid as invalid:
                    self.refuse((*at, "?"), invalid.id, child(path, key), key, **invalid.words)
                    continue
            inner = self.value(item, field["values"], child(path, key), (*at, str(key)))
            if inner is not _NOTHING:
                found[str(key)] = inner
        return found

    def items(self, value: Any, field: Field, path: str, at: At) -> Any:
        if not isinstance(value, (list, tuple)):
            return self.invalid(at, wrong_type("a list", _as_list(value, field["element"])), path, value)
        found: List[Any] = []
        for position, item in enumerate(value):
            inner = self.value(item, field["element"], child(path, position), (*at, len(found)))
            if inner is None:
                inner = self.refuse((*at, "?"), "schema.empty-element", child(path, position), item)
            elif inner is _NOTHING:
                # The place will be that of the next element, which is sound.
                self.trace.broken.discard((*at, len(found)))
                self.trace.broken.add((*at, "?"))
            if inner is not _NOTHING:
                found.append(inner)
        return found


def _as_list(value: Any, element: Field) -> str:
    """How somebody who wrote a text or a dictionary instead of a list would write it."""
    if isinstance(value, dict) and value and "name" in element.get("keys", ()):
        return f"Write a list whose entries have the key name: [{{name: {_word(next(iter(value)))}, ...}}]."
    if isinstance(value, str) and element["type"] == "name" and value.strip():
        return f"Write a list: [{', '.join(_word(word) for word in re.split('[ ,]+', value.strip()))}]."
    return ""


def _as_map(value: Any, values: Field) -> str:
    """The same for a list or text instead of a dictionary whose keys are free: options and their values, or names."""
    if values["type"] == "any":
        pairs = _pairs(value)
        return f"Write a dictionary: {show(pairs)}." if pairs else ""
    first = value[0] if isinstance(value, list) and value else None
    name = first.get("name") if isinstance(first, dict) else first
    if not isinstance(name, str):
        return ""
    return f"Write a dictionary whose keys are the names: {{{_word(name)}: {{{'...' if isinstance(first, dict) else ''}}}}}."


def _pairs(value: Any) -> Dict[str, Any]:
    """The keys and values of ``miimon=100 lacp_rate=fast``, of a list of such texts, and of a list of dictionaries; else none."""
    found: Dict[str, Any] = {}
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            found.update((key, inner) for key, inner in item.items() if isinstance(key, str))
            continue
        for word in item.split() if isinstance(item, str) else ():
            key, sign, text = word.partition("=")
            if not (sign and _OPTION.fullmatch(key)):
                return {}
            found[key] = int(text) if _DIGITS.fullmatch(text) else text
    return found


def _word(text: Any) -> str:
    return text if isinstance(text, str) and NAME.fullmatch(text) else show(text)


def validate(value: Any, field: Field, path: str) -> Tuple[Any, List[Finding]]:
    """Check one value against a field of the schema. Returns what is sound of it, and the findings; never raises."""
    walk = _Walk(Trace())
    found = walk.value(value, field, path, ())
    return (None if found is _NOTHING else found), walk.findings


def validate_variables(variables: Any) -> Tuple[Dict[str, Any], List[Finding], Trace]:
    """Check the variables of a host, ``{"nics": ..., "profiles": {"compute": ...}, "bonds": ...}``.

    Returns the sound ones, the findings with the paths that a user writes (``bonding_bonds[0]``, ``bonding_profile_compute``), and the
    trace.
    """
    walk = _Walk(Trace())
    found: Dict[str, Any] = {}
    if not isinstance(variables, dict):
        walk.invalid((), wrong_type("a dictionary of keys and values"), PREFIX, variables)
        return found, walk.findings, walk.trace
    for name, value in variables.items():
        if not isinstance(name, str) or name not in VARIABLES:
            walk.findings += unknown_variables([full_name(name)])
            walk.trace.broken.add(((closest(name, _NAMES) or ["?"])[0],))
        elif name == "profiles" and isinstance(value, dict):
            found[name] = _profiles(walk, value)
        else:
            inner = walk.value(value, VARIABLES[name], PREFIX + name, (name,))
            if inner is not _NOTHING and inner is not None:
                found[name] = inner
    return found, walk.findings, walk.trace


def full_name(name: Any) -> str:
    """What the user calls a variable: ``bonding_`` and its short name. ``bonding_profiles`` is none, so it has no short name."""
    return name if isinstance(name, str) and name.startswith(PREFIX) else PREFIX + (name if isinstance(name, str) else "?")


def unknown_variables(names: Iterable[Any]) -> List[Finding]:
    """The findings about those of a host's variables that have our prefix and are none of ours. Values are not shown."""
    return [found for found in map(_unknown_variable, names) if found is not None]


def _unknown_variable(name: Any) -> Optional[Finding]:
    if not isinstance(name, str) or not name.startswith(PREFIX):
        return None
    short = name[len(PREFIX) :]
    profile = short[len(PROFILE_PREFIX) :] if short.startswith(PROFILE_PREFIX) else ""
    if short in _NAMES or _PROFILE.fullmatch(profile):
        return None
    cure = _ONE_EACH if _PROFILE_LIKE.match(short) else nearest(short, _NAMES, PREFIX)
    return finding("schema.unknown-variable", name, name=name, nearest=cure)


def _profiles(walk: _Walk, profiles: Dict[Any, Any]) -> Dict[str, Any]:
    """Each profile is a variable of its own, so that is its path."""
    found = {}
    for name, body in profiles.items():
        if not isinstance(name, str):
            walk.refuse(("profiles", "?"), "schema.quote-it", PREFIX + "profiles", name, kind="the key", expected="a name", likely="")
            continue
        unknown = _unknown_variable(PREFIX + PROFILE_PREFIX + name)
        if unknown is not None:
            walk.findings.append(unknown)
            continue
        inner = walk.value(body, VARIABLES["profiles"]["values"], PREFIX + PROFILE_PREFIX + name, ("profiles", name))
        if inner is not _NOTHING:
            found[name] = inner or {}
    return found
