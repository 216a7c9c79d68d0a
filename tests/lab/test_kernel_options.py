# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option table against the kernel of the lab's guest: every option, border and name in every mode."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = "ansible_collections/trunkline/bonding"
SCRIPTS = ("kernel_options.py", "bench.py", "effects.py", "rtnl.py")
# All of it is removed again, and the script's own exit status comes back.
REMOTE = 'd=$(mktemp -d) && tar -x -C "$d" && cd "$d" && python3 -B kernel_options.py; rc=$?; rm -rf "$d"; exit $rc'


def bundle() -> bytes:
    """A tar of the scripts and of the option table in the layout that they import it from."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name in SCRIPTS:
            archive.add(HERE / name, name)
        for path in sorted((ROOT / "plugins/module_utils").glob("_option*.py")):
            archive.add(path, f"{PACKAGE}/plugins/module_utils/{path.name}")
    return content.getvalue()


@pytest.mark.lab
@pytest.mark.skipif(os.environ.get("TRUNKLINE_LAB") != "1", reason="set TRUNKLINE_LAB=1 and start the lab: molecule/lab/lab up")
def test_the_kernel_agrees_with_the_option_table():
    done = subprocess.run([ROOT / "molecule/lab/lab", "ssh", REMOTE], input=bundle(), capture_output=True, timeout=600, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    print(said)
    assert done.returncode == 0, said
    assert "differences: 0" in said
