# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook render: which files it writes and where, and that it writes none where something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

LEAVES = {f"leaf{n}": {"ansible_network_os": "trunkline.bonding.linux", "ansible_connection": "ssh", "ansible_port": 1} for n in (1, 2)}
VLANS = {"native": 10}


def server(switch, port="swp1", **lag):
    bond = {"name": "bond0", "mode": 4, "options": {"miimon": 100}, "slaves": ["eth0"], "lag": {"vlans": VLANS, **lag}}
    return {"bonding_nics": {"eth0": {"switch": switch, "port": port}}, "bonding_bonds": [bond]}


WELL = {**LEAVES, "kvm1": server("leaf1"), "kvm2": server("leaf2"), "printer": {}}


def rendered(folder, hosts, *arguments):
    """(return code, output, files below the folder)."""
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    answer = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "-i", "hosts.json", "trunkline.bonding.render", *arguments],
        cwd=folder,
        env={**os.environ, "PWD": str(folder), "HOME": str(folder / "home"), "ANSIBLE_HOME": str(folder / "home"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    files = {str(path.relative_to(folder)) for path in folder.rglob("*.txt") if path.is_file()}
    return answer.returncode, answer.stdout + answer.stderr, files


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        pytest.param(["--limit", "leaf2"], {"rendered/leaf2.txt"}, id="one switch"),
        pytest.param(["--limit", "kvm1"], {"rendered/leaf1.txt"}, id="the switch of one server"),
        pytest.param(
            ["-e", "links_rendered=~/text"], {"home/text/leaf1.txt", "home/text/leaf2.txt"}, id="all of them, in a directory of the user"
        ),
    ],
)
def test_files_are_written(tmp_path, arguments, files):
    code, output, found = rendered(tmp_path, WELL, *arguments)
    assert (code, found) == (0, files), output


@pytest.mark.parametrize(
    ("hosts", "arguments", "words"),
    [
        pytest.param(WELL, ["--limit", "printer"], "There is no switch to render", id="what has no cable"),
        pytest.param({"kvm1": server("leaf9")}, [], "There is no switch to render", id="no platform is known"),
        pytest.param({**WELL, "kvm2": server("leaf2", id="br0")}, [], "kvm2: bonding_bonds[0].lag.id", id="what only the text knows"),
    ],
)
def test_nothing_is_written(tmp_path, hosts, arguments, words):
    code, output, found = rendered(tmp_path, hosts, *arguments)
    assert (code != 0, found) == (True, set()), output
    assert words in output
    assert "Finalization of task args" not in output
