# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""A client of QEMU's machine protocol (QMP) on a Unix socket."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from types import TracebackType

from _paths import LabError


class Monitor:
    """One connection to the running guest's monitor; a context manager.

    Raises LabError when QEMU refuses a command, OSError when there is nobody at the socket.
    """

    def __init__(self, path: Path, timeout: float = 120.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._lines.readline()
        self.execute("qmp_capabilities")

    def __enter__(self) -> Monitor:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._lines.close()
        self._socket.close()

    def execute(self, command: str, **arguments: object) -> object:
        """Run a QMP command and return what it returns; events that come in between are left out."""
        request = {"execute": command, **({"arguments": arguments} if arguments else {})}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        for line in self._lines:
            answer = json.loads(line)
            if "error" in answer:
                raise LabError(f"QEMU refused {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise LabError(f"QEMU ended while it ran {command}")

    def human(self, line: str) -> str:
        """Run a command of the human monitor and return its output, which for savevm and loadvm is empty unless they failed."""
        return str(self.execute("human-monitor-command", **{"command-line": line})).strip()
