# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The only door to the machine: commands, files and the one ioctl that no file answers.

Everything above it takes a Machine as argument, so that it can be tested with recorded answers.
"""

from __future__ import annotations

import array
import errno
import os
import signal
import socket
import struct
import subprocess
import tempfile
from typing import List, Optional, Sequence, Tuple

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

NOT_FOUND = 127
TIMED_OUT = 124

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SIOCETHTOOL = 0x8946
_ETHTOOL_GPERMADDR = 0x20
_MAX_ADDRESS = 32
_MAC_LENGTH = 6


class Machine:
    """``root`` is put before every path of the file helpers; commands and the ioctl always ask the running system."""

    def __init__(self, root: str = "") -> None:
        self.root = root.rstrip("/")

    def _path(self, path: str) -> str:
        return self.root + path

    def run(self, argv: Sequence[str], timeout: float = 10, stdin: Optional[str] = None) -> Tuple[int, str, str]:
        """``(rc, out, err)`` of a command under LC_ALL=C. Never raises: a program that is not there gives 127, one that ran longer than
        ``timeout`` seconds is killed with its children and gives 124."""
        environment = {**os.environ, "LC_ALL": "C", "PATH": os.pathsep.join(part for part in (os.environ.get("PATH"), _PATH) if part)}
        try:
            process = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except OSError as problem:
            return NOT_FOUND if problem.errno == errno.ENOENT else 126, "", f"{argv[0]}: {problem.strerror}"
        try:
            out, err = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except OSError:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
            return TIMED_OUT, "", f"{argv[0]}: no answer in {timeout:g} s"
        return process.returncode, out, err

    def read(self, path: str) -> Optional[str]:
        """Content of a file, None where it is missing or cannot be read: sysfs refuses to read some files while a link is down."""
        try:
            with open(self._path(path), encoding="utf-8", errors="replace") as stream:
                return stream.read()
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        """Is there a file or directory? A symbolic link counts only if its target exists."""
        return os.path.exists(self._path(path))

    def listdir(self, path: str) -> List[str]:
        """Names in a directory, sorted; none where there is no such directory."""
        try:
            return sorted(os.listdir(self._path(path)))
        except OSError:
            return []

    def readlink(self, path: str) -> Optional[str]:
        """Target of a symbolic link as it is written, None for anything else."""
        try:
            return os.readlink(self._path(path))
        except OSError:
            return None

    def write(self, path: str, content: str, mode: int = 0o644) -> None:
        """Writes a file in one step: a reader, or a power cut, sees the old one or the new one. Raises OSError."""
        target = self._path(path)
        folder = os.path.dirname(target)
        os.makedirs(folder, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=".trunkline-", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                os.fchmod(stream.fileno(), mode)
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.rename(part, target)
        except BaseException:
            os.unlink(part)
            raise

    def permanent_mac(self, name: str) -> Optional[str]:
        """The address burnt into a NIC (ETHTOOL_GPERMADDR), in lower case; None where there is none, as for veth."""
        if fcntl is None:
            return None
        answer = array.array("B", struct.pack("II", _ETHTOOL_GPERMADDR, _MAX_ADDRESS) + b"\0" * _MAX_ADDRESS)
        pointer, _length = answer.buffer_info()
        request = struct.pack("16sP", name.encode()[:15], pointer)
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
                fcntl.ioctl(door.fileno(), _SIOCETHTOOL, request.ljust(40, b"\0"))
        except OSError:
            return None
        length = struct.unpack_from("I", answer, 4)[0]
        address = bytes(answer[8 : 8 + length])
        return ":".join(f"{byte:02x}" for byte in address) if length == _MAC_LENGTH and any(address) else None
