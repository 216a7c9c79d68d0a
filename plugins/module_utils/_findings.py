# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings: what is wrong or doubtful, with an id that stays the same, a severity, the path that the user wrote and a cure."""

from __future__ import annotations

import datetime
import difflib
import math
import re
from typing import Any, Dict, Iterable, List, NamedTuple, Sequence

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.addresses import RULES as _ADDRESSES
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.backends import RULES as _BACKENDS
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.fleet import RULES as _FLEET
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.host import RULES as _HOST
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.model import RULES as _MODEL
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.options import RULES as _OPTIONS
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.pairing import RULES as _PAIRING
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.proof import RULES as _PROOF
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import ERROR, NOTE, SEVERITIES, WARNING, Rule
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.switch import RULES as _SWITCH
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.topology import RULES as _TOPOLOGY
from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.transaction import RULES as _TRANSACTION

__all__ = [
    "CATALOGUE", "ERROR", "HIDDEN", "NOTE", "WARNING", "Finding", "Rule", "accepted", "child", "closest", "did_you_mean", "errors",
    "finding", "natural", "nearest", "placeholders", "secret", "show", "sort",
]  # fmt: skip

CATALOGUE: Dict[str, Rule] = {
    **_MODEL, **_OPTIONS, **_TOPOLOGY, **_ADDRESSES, **_PAIRING, **_HOST, **_BACKENDS, **_SWITCH, **_FLEET, **_PROOF,
    **_TRANSACTION,
}  # fmt: skip

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SHOWN = 80
_LONGEST_WORD = 1000
_DEPTH = 3
# Names of values that nobody else should read.
_SECRET = re.compile(
    r"pass(word|wd|phrase|code)?(?![a-z])|secret|token|communit|credential|private|psk|(^|[^a-z])(api|auth|access|pre|ssh)?[_-]?key(?![a-z])",
    re.IGNORECASE,
)
# Options of the driver that only sound like one.
_NO_SECRETS = ("ad_user_port_key",)
HIDDEN = "(hidden)"


class Finding(NamedTuple):
    """One finding. ``path`` is what the user wrote, as in ``bonding_bonds[0].options.miimon``; ``value`` survives JSON."""

    id: str
    severity: str
    path: str
    value: Any
    message: str
    cure: str

    def as_dict(self) -> Dict[str, Any]:
        """The finding as it travels: ``{"id", "severity", "path", "value", "message", "cure"}``."""
        return dict(self._asdict())

    def as_text(self) -> str:
        """One line for people."""
        return f"{self.severity} {self.id} at {self.path}: {self.message} {self.cure}".rstrip()


class _Words(dict):
    def __missing__(self, key: str) -> str:
        return f"<{key}>"


def placeholders(template: str) -> str:
    """A template of the catalogue as documentation shows it: ``{mode}`` becomes ``<mode>``, the value ``<value>``."""
    return template.format_map(_Words(shown="<value>"))


def finding(id_: str, path: str, /, value: Any = None, **words: Any) -> Finding:
    """A finding of the catalogue. ``words`` fill the templates of its message and cure. Raises KeyError for an unknown id."""
    rule = CATALOGUE[id_]
    filled = _Words({key: _printable(word[:_LONGEST_WORD]) if isinstance(word, str) else show(word) for key, word in words.items()})
    filled.update(path=path, shown=show(value))
    return Finding(id_, rule.severity, path, _plain(value), rule.message.format_map(filled), rule.cure.format_map(filled).strip())


def errors(findings: Iterable[Finding]) -> List[Finding]:
    """Those that stop a run."""
    return [found for found in findings if found.severity == ERROR]


def sort(findings: Iterable[Finding]) -> List[Finding]:
    """Errors first, then by path as a person counts (``[2]`` before ``[10]``), each finding once."""
    unique = {(found.id, found.path, found.message): found for found in findings}
    return sorted(unique.values(), key=lambda found: (SEVERITIES.index(found.severity), natural(found.path), found.id, found.message))


def accepted(findings: Iterable[Finding], accept: Sequence[str], where: str = "bonding_accept") -> List[Finding]:
    """What is left after the user accepted ids: accepted warnings and notes are gone, accepted errors become warnings.

    An id that is unknown, or that may not be accepted, is an error itself, at the path ``where``.
    """
    taken = {id_ for id_ in accept if isinstance(id_, str) and id_ in CATALOGUE and CATALOGUE[id_].acceptable}
    left = []
    for found in findings:
        if found.id not in taken:
            left.append(found)
        elif found.severity == ERROR:
            left.append(found._replace(severity=WARNING, cure="Accepted by the user."))
    for position, id_ in enumerate(accept):
        path = child(where, position)
        if not isinstance(id_, str) or id_ not in CATALOGUE:
            left.append(finding("accept.unknown", path, id_, nearest=nearest(id_, CATALOGUE)))
        elif id_ not in taken:
            left.append(finding("accept.refused", path, id_))
    return sort(left)


def secret(name: Any) -> bool:
    """Whether a key's name says that its value is nobody else's business."""
    return isinstance(name, str) and name not in _NO_SECRETS and bool(_SECRET.search(name))


def closest(name: Any, known: Iterable[str]) -> List[str]:
    """The known names that are most like another one: all that are equally like it, none if none is."""
    if not isinstance(name, str):
        return []
    names = sorted(known)
    for spelled in (name[:_SHOWN], name[:_SHOWN].lower().replace("-", "_")):
        found = difflib.get_close_matches(spelled, names, n=3, cutoff=0.6)
        likeness = [difflib.SequenceMatcher(None, other, spelled).ratio() for other in found]
        if found:
            return sorted(other for other, like in zip(found, likeness) if like == likeness[0])
    return []


def did_you_mean(names: Iterable[str]) -> str:
    """A question that names these, empty if there is none."""
    text = " or ".join(names)
    return f"Did you mean {text}?" if text else ""


def nearest(name: Any, known: Iterable[str], prefix: str = "") -> str:
    """A sentence that names the closest known name, or the known ones where none is close and they are few."""
    names = sorted(known)
    found = closest(name, names)
    if found:
        return did_you_mean(prefix + other for other in found)
    return f"Known: {', '.join(prefix + known for known in names)}." if 0 < len(names) <= 20 else "No known name is like it."


def child(path: str, key: Any) -> str:
    """The path of an element: ``a`` and ``b`` give ``a.b``, a number ``a[0]``, any other key ``a["b.c"]``."""
    if isinstance(key, int) and not isinstance(key, bool):
        return f"{path}[{show(key)}]"
    if isinstance(key, str) and _PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}"
    return f"{path}[{show(key)}]"


def show(value: Any, depth: int = _DEPTH) -> str:
    """A value as a person would write it in YAML on one line, shortened. Works for anything."""
    if value is None:
        text = "null"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int):
        text = str(int(value)) if value.bit_length() <= 256 else "a number of more than 75 digits"
    elif isinstance(value, str):
        text = '"' + _printable(value[:_SHOWN]) + '"'
    elif isinstance(value, dict):
        shown = [f"{_bare(key)}: {HIDDEN if secret(key) else show(item, depth - 1)}" for key, item in list(value.items())[:5] if depth]
        inner = ", ".join(shown) if depth else "..."
        text = "{" + inner + (", ..." if depth and len(value) > 5 else "") + "}"
    elif isinstance(value, (list, tuple)):
        inner = ", ".join(show(item, depth - 1) for item in list(value)[:5]) if depth else "..."
        text = "[" + inner + (", ..." if depth and len(value) > 5 else "") + "]"
    elif isinstance(value, float):
        text = repr(float(value))
    elif isinstance(value, (datetime.date, datetime.time)):
        text = value.isoformat()
    else:
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= _SHOWN + 2 else text[:_SHOWN] + "..."


def _printable(text: str) -> str:
    """Text without control characters: a terminal would obey them."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _bare(key: Any) -> str:
    return key[:_SHOWN] if isinstance(key, str) and _PLAIN_KEY.fullmatch(key) else show(key, 1)


def _plain(value: Any, depth: int = _DEPTH) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int) and value.bit_length() < 64:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, (list, tuple)) and depth:
        return [_plain(item, depth - 1) for item in value]
    if isinstance(value, dict) and depth and all(isinstance(key, str) for key in value):
        return {key: HIDDEN if secret(key) else _plain(item, depth - 1) for key, item in value.items()}
    return show(value)


def natural(path: str) -> List[Any]:
    """A key to sort texts by as a person counts: ``eth2`` before ``eth10``."""
    parts = re.split(r"([0-9]{1,9})", path)
    return [(int(part), "") if position % 2 else (-1, part) for position, part in enumerate(parts)]
