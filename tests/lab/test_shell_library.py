# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sh library against the kernel of the lab's guest: runs ``shell_library.py`` there, with the pytest of this machine."""

from __future__ import annotations

import importlib.util
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = "ansible_collections/trunkline/bonding"
SCRIPTS = ("shell_library.py", "namespace.py")
# pytest and what it needs, all of it Python: the guest has no use for them otherwise.
TOOLS = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments")
# All of it is removed again, and the exit status of pytest comes back.
REMOTE = (
    'd=$(mktemp -d) && tar -x -m -C "$d" && cd "$d" && modprobe bonding max_bonds=0; '
    'PYTHONPATH="$d" python3 -B -m pytest -q -p no:cacheprovider shell_library.py; rc=$?; cd /; rm -rf "$d"; exit $rc'
)


def plain(item: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in item.name else item


def bundle() -> bytes:
    """A tar of the tests, of the code that they test in the layout that they import it from, and of pytest."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name in SCRIPTS:
            archive.add(HERE / name, name)
        for path in sorted((ROOT / "plugins/module_utils").glob("_*.py")):
            archive.add(path, f"{PACKAGE}/plugins/module_utils/{path.name}")
        for name in TOOLS:
            spec = importlib.util.find_spec(name)
            if spec is None or spec.origin is None:
                continue
            path = Path(spec.origin)
            package = path.name == "__init__.py"
            archive.add(path.parent if package else path, name if package else path.name, filter=plain)
    return content.getvalue()


@pytest.mark.lab
def test_the_library_does_to_the_kernel_what_it_says():
    done = subprocess.run([ROOT / "molecule/lab/lab", "ssh", REMOTE], input=bundle(), capture_output=True, timeout=3600, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    print(said)
    assert done.returncode == 0, said
    assert " passed" in said
