# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Reading and editing of /etc/network/interfaces and what it includes (interfaces(5)). What is not taken out stays byte for byte."""

from __future__ import annotations

import fnmatch
import re
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _common

MAIN = "/etc/network/interfaces"
_MARKERS = ("no-auto-down", "no-scripts", "rename")
_BEGINS = ("iface", "mapping", "auto", "source", "source-directory", "template", *_MARKERS)
_IN_FOLDER = re.compile(r"[A-Za-z0-9_-]+")


class Line(NamedTuple):
    """A logical line: its raw text with continuation lines and line feeds, and its words (none for a comment or an empty line)."""

    raw: str
    words: List[str]


class Stanza(NamedTuple):
    """One ``iface``: its link, address family, method and options, each with all its values."""

    path: str
    link: str
    family: str
    method: str
    options: Dict[str, List[str]]


def lines(text: str) -> List[Line]:
    """The logical lines of a file; a backslash at the end of a line that is no comment joins the next one."""
    found, raw = [], ""
    for line in text.splitlines(keepends=True):
        raw += line
        comment = raw.lstrip().startswith("#")
        if line.rstrip("\r\n").endswith("\\") and not comment:
            continue
        found.append(Line(raw, [] if comment else raw.replace("\\\n", " ").split()))
        raw = ""
    if raw:
        found.append(Line(raw, raw.replace("\\\n", " ").split()))
    return found


def begins(line: Line) -> bool:
    """Whether a line ends the stanza before it."""
    return bool(line.words) and (line.words[0] in _BEGINS or line.words[0].startswith("allow-"))


def stanzas(path: str, text: str) -> List[Stanza]:
    """The ``iface`` stanzas of one file. Options have the spelling that the scripts see: dashes for underscores."""
    found: List[Stanza] = []
    current: Optional[Stanza] = None
    for line in lines(text):
        if begins(line):
            current = None
            if line.words[0] == "iface" and len(line.words) > 1:
                rest = [*line.words[2:], "", ""]
                current = Stanza(path, line.words[1], rest[0], rest[1], {})
                found.append(current)
        elif line.words and current is not None:
            current.options.setdefault(line.words[0].replace("_", "-"), []).append(" ".join(line.words[1:]))
    return found


def read(machine: Any) -> Dict[str, str]:
    """{path: text} of the main file and of all that it includes, in the order in which ifupdown reads them."""
    found: Dict[str, str] = {}
    _read(machine, MAIN, found)
    return found


def _read(machine: Any, path: str, found: Dict[str, str]) -> None:
    text = machine.read(path)
    if text is None or path in found:
        return
    found[path] = text
    folder = path.rpartition("/")[0]
    for line in lines(text):
        if not line.words or line.words[0] not in ("source", "source-directory"):
            continue
        for pattern in line.words[1:]:
            pattern = pattern if pattern.startswith("/") else f"{folder}/{pattern}"
            if line.words[0] == "source":
                included = _common.expand(machine, pattern)
            else:
                included = [f"{pattern.rstrip('/')}/{name}" for name in machine.listdir(pattern) if _IN_FOLDER.fullmatch(name)]
            for each in included:
                _read(machine, each, found)


def includes(texts: Dict[str, str], path: str) -> bool:
    """Whether a file of that path is, or would be, read."""
    folder, _slash, name = path.rpartition("/")
    for source, text in texts.items():
        for line in lines(text):
            if not line.words or line.words[0] not in ("source", "source-directory"):
                continue
            for pattern in line.words[1:]:
                pattern = pattern if pattern.startswith("/") else f"{source.rpartition('/')[0]}/{pattern}"
                if line.words[0] == "source-directory":
                    pattern = pattern.rstrip("/") + "/*"
                within, _slash, last = pattern.rpartition("/")
                if within == folder and fnmatch.fnmatchcase(name, last):
                    return True
    return False


def joins(stanza: Stanza) -> List[str]:
    """The bonds that a stanza puts its link into."""
    return [word for value in stanza.options.get("bond-master", ()) for word in value.split()]


def without(text: str, links: Iterable[str], bonds: Iterable[str]) -> str:
    """The text without the stanzas of those links, the stanzas that join those bonds, and the links in ``auto`` and ``allow-`` lines."""
    names: Set[str] = set(links)
    masters = set(bonds)
    going = [stanza.link in names or bool(masters & set(joins(stanza))) for stanza in stanzas("", text)]
    names |= {stanza.link for stanza, goes in zip(stanzas("", text), going) if goes}
    kept: List[str] = []
    number, dropping = 0, False
    for line in lines(text):
        if begins(line):
            dropping = False
            if line.words[0] == "iface" and len(line.words) > 1:
                dropping = going[number]
                number += 1
            elif line.words[0] == "auto" or line.words[0].startswith("allow-") or line.words[0] in _MARKERS:
                kept.append(_without_words(line, names))
                continue
            elif line.words[0] == "mapping":
                dropping = len(line.words) > 1 and set(line.words[1:]) <= names
        if not (dropping and line.words):
            kept.append(line.raw)
    return "".join(kept)


def _without_words(line: Line, names: Set[str]) -> str:
    if not names & set(line.words[1:]):
        return line.raw
    if set(line.words[1:]) <= names:
        return ""
    raw = line.raw
    for name in names & set(line.words[1:]):
        raw = re.sub(rf"[ \t]+{re.escape(name)}(?=[\s\\]|$)", "", raw)
    return raw


def in_use(machine: Any) -> List[Tuple[str, Stanza]]:
    """(link, stanza) of every ``iface`` but the loopback's."""
    found = []
    for path, text in read(machine).items():
        found += [(stanza.link, stanza) for stanza in stanzas(path, text) if stanza.link != "lo"]
    return found
