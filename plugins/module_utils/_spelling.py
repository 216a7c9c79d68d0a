# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Spellings that the data model and the option table share: switches and MAC addresses as people, YAML and Jinja write them."""

from __future__ import annotations

import re
from typing import Any, Optional

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
# As Linux prints them, as Windows does, and as many switches do.
MAC_FORMS = ("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", "(?:[0-9a-f]{2}-){5}[0-9a-f]{2}", r"(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")
_MAC = re.compile("|".join(MAC_FORMS))


def switch(value: Any) -> Optional[bool]:
    """``true`` or ``false`` as a boolean, as the number 1 or 0, or as one of the words of YAML; None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return {0: False, 1: True}.get(value)
    if isinstance(value, str):
        text = value.strip().lower()
        return True if text in _TRUE else False if text in _FALSE else None
    return None


def mac(text: str) -> Optional[str]:
    """A MAC address in lower case with colons, from any of its usual forms; None for anything else."""
    lower = text.strip().lower()
    if not _MAC.fullmatch(lower):
        return None
    digits = re.sub("[^0-9a-f]", "", lower)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def is_group(address: str) -> bool:
    """Whether a MAC address in its usual form is a multicast or broadcast address."""
    return bool(int(address[:2], 16) & 1)
