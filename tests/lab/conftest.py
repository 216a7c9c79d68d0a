# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of this directory run inside the guest of molecule/lab, because they need a kernel with the bonding driver and root."""

from __future__ import annotations

import importlib.util
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LAB = ROOT / "molecule/lab/lab"
PACKAGE = "ansible_collections/trunkline/bonding/plugins/module_utils"
# All of it is removed again, and the command's own exit status comes back.
REMOTE = (
    'd=$(mktemp -d) && tar -x -m -C "$d" && cd "$d" && export PYTHONPATH="$d" PYTHONDONTWRITEBYTECODE=1; '
    '%s; rc=$?; cd /; rm -rf "$d"; exit $rc'
)


@pytest.fixture(scope="session")
def in_guest():
    """A function ``(command, scripts, pattern, tools)`` that runs a shell command of ours in the guest and returns all that it printed.

    scripts: files of this directory; pattern: which files of module_utils go along; tools: Python packages of this machine, pure Python.
    """
    subprocess.run([LAB, "up"], check=True, stdin=subprocess.DEVNULL)

    def run(command: str, scripts: tuple[str, ...], pattern: str, tools: tuple[str, ...] = ()) -> str:
        content = _bundle(scripts, pattern, tools)
        done = subprocess.run([LAB, "ssh", REMOTE % command], input=content, capture_output=True, timeout=3600, check=False)
        said = done.stdout.decode() + done.stderr.decode()
        print(said)
        assert done.returncode == 0, said
        return said

    return run


def _bundle(scripts: tuple[str, ...], pattern: str, tools: tuple[str, ...]) -> bytes:
    """A tar of the scripts, of the code that they test in the layout that they import it from, and of the tools."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name in scripts:
            archive.add(HERE / name, name)
        for path in sorted((ROOT / "plugins/module_utils").glob(pattern)):
            archive.add(path, f"{PACKAGE}/{path.name}")
        for name in tools:
            spec = importlib.util.find_spec(name)
            if spec is not None and spec.origin is not None:
                path = Path(spec.origin)
                package = path.name == "__init__.py"
                archive.add(path.parent if package else path, name if package else path.name, filter=_source)
    return content.getvalue()


def _source(item: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in item.name else item
