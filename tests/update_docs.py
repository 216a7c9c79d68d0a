# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes what pages and modules say of the data model from the schema and the option table, and the schema for editors.

    python tests/update_docs.py            writes docs/data-model.md, docs/modes-and-pairing.md, docs/variables.schema.json
                                           and plugins/doc_fragments/_model.py
    python tests/update_docs.py --check    exits with 1 if one of them is not what the code says

In a page the text between ``<!-- generated: WHAT -->`` and ``<!-- generated: end -->`` is replaced. Called through tests/tools/run.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys

from ansible_collections.trunkline.bonding.plugins.module_utils import _pairing
from ansible_collections.trunkline.bonding.tests.tools import schema_export

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ("data-model.md", "modes-and-pairing.md")
SCHEMA = ROOT / "docs" / "variables.schema.json"
FRAGMENTS = ROOT / "plugins" / "doc_fragments" / "_model.py"
REGION = re.compile(r"(<!-- generated: (?!end)([a-z]+)((?: [a-z_]+)*) -->\n).*?(<!-- generated: end -->)", re.S)

SIDES = {
    _pairing.LACP: "a LAG with LACP",
    _pairing.STATIC: "a static LAG",
    _pairing.INDEPENDENT: "independent ports with the same VLANs, no LAG",
}


def pairing() -> str:
    """The table of modes and what they want on the switch."""
    lines = ["| mode | switch side | unless |", "| --- | --- | --- |"]
    for mode, wants in _pairing.PAIRING.items():
        unless = []
        if wants.unless:
            unless.append(f"with `{wants.unless[0]}: {wants.unless[1]}`: {SIDES[_pairing.INDEPENDENT]}")
        if wants.spread:
            unless.append(f"every slave ends in a switch of its own: {SIDES[wants.spread]}")
        lines.append(f"| `{mode}` | {SIDES[wants.wants]} | {'; '.join(unless)} |")
    return "\n".join(lines) + "\n"


GENERATED = {
    "keys": schema_export.markdown,
    "settings": schema_export.settings_markdown,
    "options": schema_export.options_markdown,
    "optionlist": schema_export.option_list,
    "pairing": pairing,
}


def page(text: str) -> str:
    """A page with its generated parts as the code has them now."""
    return REGION.sub(lambda found: f"{found[1]}\n{GENERATED[found[2]](*found[3].split()).rstrip()}\n\n{found[4]}", text)


def wanted() -> dict[pathlib.Path, str]:
    """Every file that is written or checked, and its content."""
    files = {ROOT / "docs" / name: page((ROOT / "docs" / name).read_text(encoding="utf-8")) for name in PAGES}
    files[SCHEMA] = json.dumps(schema_export.json_schema(), indent=1) + "\n"
    files[FRAGMENTS] = schema_export.doc_fragments()
    return files


def main() -> int:
    stale = [path for path, text in wanted().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        print("\n".join(f"{path.relative_to(ROOT)} is not what the code says: run make docs" for path in stale) or "the pages are current")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
