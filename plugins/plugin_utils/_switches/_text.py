# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The commands of a switch as a text for people: what it is for, what it takes for granted, what is doubtful. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, sort
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._platforms import Platform

_PURPOSE = (
    "For review, and for a switch that Ansible does not reach.",
    "Written without a look at the switch, as for one that nobody has configured.",
    "The module switch_lags and the playbook site look first, give no more than the difference, and move one member after the other.",
)


def text(switch: str, platform: Platform, commands: Iterable[str], findings: Iterable[Finding]) -> str:
    """Comments of a shell, then the commands, one a line."""
    head = [f"Switch {switch}, platform {platform.NAME}.", *_PURPOSE, "", "Taken for granted:"]
    head += [f"* {sentence}" for sentence in platform.ASSUMED]
    doubts = [found.as_text() for found in sort(findings)]
    head += ["", "To know:", *(f"* {doubt}" for doubt in doubts)] if doubts else []
    lines = [*(f"# {line}".rstrip() for line in head), "", *commands]
    return "".join(f"{line}\n" for line in lines)
