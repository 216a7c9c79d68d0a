# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the Markdown pages: relative links and their anchors lead somewhere, and examples in YAML or JSON can be parsed.

Prints one line for each fault, FILE:LINE: TEXT, and exits with 1 if there is any.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
from urllib.parse import unquote

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ("*.md", "docs/**/*.md", "roles/**/*.md", "molecule/**/*.md", "benchmarks/**/*.md")
FENCE = re.compile(r"^\s*(```+|~~~+)\s*(\w*)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$")
LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
CODE = re.compile(r"(`+).*?\1")
ANCHOR = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")
PARSERS = {"yaml": lambda text: list(yaml.safe_load_all(text)), "yml": lambda text: list(yaml.safe_load_all(text)), "json": json.loads}


def slug(heading: str) -> str:
    """The anchor that a forge gives to a heading: lower case, no punctuation, a hyphen for each space."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def read(page: pathlib.Path) -> tuple[set[str], list[tuple[int, str]], list[tuple[int, str, str]]]:
    """Return the anchors of a page, its links as (line, target) and its code blocks as (line, language, text)."""
    anchors: set[str] = set()
    links: list[tuple[int, str]] = []
    blocks: list[tuple[int, str, str]] = []
    fence = language = ""
    start, body = 0, []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if fence:
            if line.strip().startswith(fence):
                blocks.append((start, language, "\n".join(body)))
                fence = ""
            else:
                body.append(line)
        elif opening := FENCE.match(line):
            (fence, language), start, body = opening.groups(), number, []
        else:
            if heading := HEADING.match(line):
                base = name = slug(heading.group(1))
                count = 0
                while name in anchors:
                    count += 1
                    name = f"{base}-{count}"
                anchors.add(name)
            anchors.update(ANCHOR.findall(line))
            links.extend((number, target) for target in LINK.findall(CODE.sub("", line)))
    return anchors, links, blocks


def faults(pages: list[pathlib.Path]) -> list[str]:
    """Return what is wrong in these pages, sorted by page and line."""
    read_pages = {page: read(page) for page in pages}
    found = []
    for page, (_anchors, links, blocks) in read_pages.items():
        name = page.relative_to(ROOT)
        for line, target in links:
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            path, _hash, anchor = target.partition("#")
            other = (page.parent / unquote(path)).resolve() if path else page
            if not other.exists():
                found.append(f"{name}:{line}: there is no {target}")
            elif anchor and other.suffix == ".md":
                known = read_pages[other][0] if other in read_pages else read(other)[0]
                if anchor not in known:
                    found.append(f"{name}:{line}: there is no heading for #{anchor} in {other.relative_to(ROOT)}")
        for line, language, text in blocks:
            try:
                PARSERS.get(language, str)(text)
            except ValueError as error:
                found.append(f"{name}:{line}: not JSON: {error}")
            except yaml.YAMLError as error:
                found.append(f"{name}:{line}: not YAML: {error}")
    return found


def main() -> int:
    pages = sorted({page for pattern in PAGES for page in ROOT.glob(pattern)})
    found = faults(pages)
    print("\n".join(found) or f"{len(pages)} pages are sound")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
