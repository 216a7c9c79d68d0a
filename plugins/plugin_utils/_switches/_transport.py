# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""How commands reach a switch. A transport has one method, ``run(commands) -> outputs``; here over the user's own connection and become.

Nothing is installed on the switch and no Python is needed there: commands travel as one sh script on standard input, in one round trip.
"""

from __future__ import annotations

import re
import secrets
import shlex
from collections.abc import Callable, Sequence
from typing import Any, Protocol

Output = dict[str, Any]


class TransportError(Exception):
    """The switch could not be reached, or its answer was cut off; the message says which."""


class Transport(Protocol):
    """The way to a switch."""

    def run(self, commands: Sequence[Sequence[str]]) -> list[Output]:
        """``{"rc", "out", "err"}`` of each command, in order; one that fails does not keep the others back. Raises TransportError."""


class Shell:
    """A switch with a POSIX shell.

    ``execute(script) -> (rc, stdout, stderr)`` runs a script there, with the rights to configure the switch.
    """

    def __init__(self, execute: Callable[[str], tuple[int, str, str]]) -> None:
        self._execute = execute

    def run(self, commands: Sequence[Sequence[str]]) -> list[Output]:
        return self._run([shlex.join(argv) for argv in commands])

    def script(self, text: str) -> str:
        """The output of a script, which tells its own results. Raises TransportError if there is no answer."""
        # Not as an argument of sh: an argument has at most 128 KiB (MAX_ARG_STRLEN of the kernel).
        return self._run([f"(\n{text}\n)"])[0]["out"]

    def _run(self, parts: Sequence[str]) -> list[Output]:
        # No output holds this by chance.
        marker = f"trunkline-{secrets.token_hex(8)}"
        lines = [f"end() {{ printf '\\n{marker} %s\\n' \"$1\"; printf '\\n{marker}-err %s\\n' \"$1\" >&2; }}"]
        lines += [f"{part} </dev/null; end $?" for part in parts]
        rc, out, err = self._execute("\n".join(lines) + "\nexit 0\n")
        outs, errs = _split(out, marker), _split(err, f"{marker}-err")
        if len(outs) != len(parts):
            raise TransportError((err.strip() or out.strip() or f"exit status {rc}")[-500:])
        # A connection may mix the two: then standard error holds no marker, and everything is in the output.
        errs = errs if len(errs) == len(outs) else [("", 0)] * len(outs)
        return [{"rc": rc, "out": text, "err": error} for (text, rc), (error, _rc) in zip(outs, errs, strict=True)]


def _split(text: str, marker: str) -> list[tuple[str, int]]:
    """The text before each marker, and the number behind it."""
    found = []
    rest = text.replace("\r\n", "\n")
    rest = re.sub(rf"\n{marker}-err \d+\n", "", rest)
    while f"\n{marker} " in rest:
        part, _marker, rest = rest.partition(f"\n{marker} ")
        number, _newline, rest = rest.partition("\n")
        found.append((part, int(number)))
    return found
