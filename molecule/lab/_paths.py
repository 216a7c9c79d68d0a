# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""Where the lab keeps its files, and what every part of it shares: its error, its progress lines."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
# A Unix socket's path holds 107 bytes; ssh appends up to 17 to a control path, Ansible's own name takes 10.
LONGEST_RUN_DIR = 70

_started = time.monotonic()


class LabError(Exception):
    """Something that the user has to know, in one sentence, with its cure where there is one."""


def say(text: str) -> None:
    """Print a progress line with the seconds since this command began, on standard error."""
    print(f"[lab {time.monotonic() - _started:6.1f}s] {text}", file=sys.stderr, flush=True)


def cache_dir() -> Path:
    """The directory of everything that outlives a run: images, saved states, keys."""
    base = os.environ.get("TRUNKLINE_CACHE")
    if not base:
        base = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "trunkline-bonding")
    return Path(base).absolute() / "lab"


def run_dir() -> Path:
    """The directory of the running guest: sockets, pid file, SSH configuration, inventory.

    Raises LabError if its path is too long for the sockets in it.
    """
    path = cache_dir() / "run"
    if len(str(path)) > LONGEST_RUN_DIR:
        raise LabError(f"{path} is too long for a socket's path: set TRUNKLINE_CACHE to a shorter directory")
    return path
