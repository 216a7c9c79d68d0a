# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The form of one entry of the catalogue of findings."""

from __future__ import annotations

from typing import NamedTuple

ERROR = "error"
WARNING = "warning"
NOTE = "note"
SEVERITIES = (ERROR, WARNING, NOTE)


class Rule(NamedTuple):
    """What is known of a finding's id.

    ``rule`` says what must hold, ``reason`` why, ``message`` what is wrong this time and ``cure`` what to do. ``message`` and ``cure`` are
    templates: ``{shown}`` is the value, other words come from the caller. ``acceptable`` errors may be taken into account by the user.
    """

    severity: str
    rule: str
    reason: str
    message: str
    cure: str
    acceptable: bool = False


def error(rule: str, reason: str, message: str, cure: str, acceptable: bool = False) -> Rule:
    """A rule whose breach stops the run before anything is touched, unless ``acceptable`` and accepted."""
    return Rule(ERROR, rule, reason, message, cure, acceptable)


def warning(rule: str, reason: str, message: str, cure: str) -> Rule:
    """A rule whose breach probably is a mistake; it can be silenced."""
    return Rule(WARNING, rule, reason, message, cure, True)


def note(rule: str, reason: str, message: str, cure: str) -> Rule:
    """Something worth knowing; it can be silenced."""
    return Rule(NOTE, rule, reason, message, cure, True)
