# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbooks make of variables before they touch anything: the tasks themselves, run on this machine alone."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOTH_ENDS = yaml.safe_load((ROOT / "playbooks" / "tasks" / "both_ends.yml").read_text())

# Batch -> the deadlines of its servers, and the one that the change has.
BATCHES = {
    "none": ([{}], 120),
    "null": ([{"bonding_deadline": None}], 120),
    "text": ([{"bonding_deadline": "60"}], 60),
    "many": ([{"bonding_deadline": 60}, {"bonding_deadline": 240}, {}], 240),
    "default": ([{"bonding_deadline": 60}, {"bonding_deadline": None}], 120),
}


@pytest.fixture(scope="module")
def changes(tmp_path_factory):
    """Batch -> what its change is called and how long each end waits."""
    folder = tmp_path_factory.mktemp("both_ends")
    groups = {
        batch: {"hosts": {f"{batch}{number}": {**given, "batch": batch} for number, given in enumerate(servers)}}
        for batch, (servers, _expected) in BATCHES.items()
    }
    last = next(place for place, task in enumerate(BOTH_ENDS) if task["name"] == "Name the change")
    plays = [
        {
            "hosts": batch,
            "connection": "local",
            "gather_facts": False,
            "vars": {"__links_back": False, "__links_batch": list(groups[batch]["hosts"])},
            "tasks": [*BOTH_ENDS[: last + 1], {"ansible.builtin.debug": {"var": "__links_change"}}],
        }
        for batch in BATCHES
    ]
    (folder / "hosts.json").write_text(json.dumps({"all": {"children": groups}}))
    (folder / "play.json").write_text(json.dumps(plays))
    answer = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "-i", "hosts.json", "play.json"],
        cwd=folder,
        env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.json", "ANSIBLE_HOME": str(folder), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    told = [play["tasks"][-1]["hosts"] for play in json.loads(answer.stdout[answer.stdout.index("{") :])["plays"]]
    return {host: result for play in told for host, result in play.items()}


@pytest.mark.parametrize("batch", BATCHES)
def test_a_change_has_the_longest_deadline_of_its_servers(changes, batch):
    servers, expected = BATCHES[batch]
    for number in range(len(servers)):
        change = changes[f"{batch}{number}"]["__links_change"]
        assert int(change["seconds"]) == expected
        # docs/safety.md: the hosts go back 30 s before a deadline of 60 s and more.
        assert change["until"]["host"] == expected - 30
