# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the list of all findings into docs/findings.md, from the catalogue that the code uses.

    python tests/tools/findings_page.py            writes the page
    python tests/tools/findings_page.py --check    exits with 1 if the page is old, or if a page names a finding that does not exist

Called through tests/tools/run.
"""

from __future__ import annotations

import pathlib
import re
import sys

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import CATALOGUE, ERROR, Rule, placeholders

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "findings.md"
BEGIN = "<!-- The list is generated: make docs -->\n"
END = "<!-- The end of the generated list -->\n"
IN_CODE = re.compile(r"(?<![\w/.-])([a-z]+\.[a-z0-9]+(?:-[a-z0-9]+)*)(?![\w/.(-])")


def entry(name: str, rule: Rule) -> str:
    """One finding as Markdown."""
    kind = f"{rule.severity}, can be accepted" if rule.severity == ERROR and rule.acceptable else rule.severity
    return "\n".join(
        [
            f"### {name}",
            "",
            f"*{kind}*: {sentence(rule.rule)}",
            "",
            f"* Why: {sentence(rule.reason)}",
            f"* Message: {sentence(placeholders(rule.message))}",
            f"* Cure: {sentence(placeholders(rule.cure))}",
            "",
        ]
    )


def sentence(text: str) -> str:
    """Begins with a capital, ends with a full stop, and keeps words in angle brackets visible."""
    text = text[:1].upper() + text[1:]
    text = re.sub(r"<([^>]*)>", r"\\<\1>", text)
    return text if text.endswith((".", "?", "!")) else f"{text}."


def listing() -> str:
    """All findings, by part and then by name."""
    lines = []
    part = None
    for name, rule in sorted(CATALOGUE.items()):
        if name.partition(".")[0] != part:
            part = name.partition(".")[0]
            lines.append(f"## Findings of {part}\n")
        lines.append(entry(name, rule))
    return "\n".join(lines)


def unknown_ids() -> list[str]:
    """What stands in code marks in a page, looks like a finding's id and is none."""
    parts = {name.partition(".")[0] for name in CATALOGUE}
    found = []
    for page in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]:
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            for code in re.findall(r"`([^`]+)`", line):
                match = IN_CODE.fullmatch(code)
                if match and code.partition(".")[0] in parts and code not in CATALOGUE:
                    found.append(f"{page.relative_to(ROOT)}:{number}: no finding is called {code}")
    return found


def main() -> int:
    text = PAGE.read_text(encoding="utf-8")
    before, _begin, _rest = text.partition(BEGIN)
    wanted = f"{before}{BEGIN}\n{listing()}\n{END}"
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    found = unknown_ids()
    if text != wanted:
        found.append("docs/findings.md is not what the catalogue says: run make docs")
    print("\n".join(found) or f"{len(CATALOGUE)} findings are documented")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
