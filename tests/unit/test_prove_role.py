# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No proof without evidence: for every bond that is wanted the role prove_links has a line, wherever its variables come from.

The hosts cannot be reached, so nothing can be proved.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

BOND = {"name": "bond0", "mode": 4, "options": {"miimon": 100}, "slaves": ["eth0", "eth1"]}
NICS = {"eth0": {"switch": "leaf1", "port": "swp1"}, "eth1": {"switch": "leaf1", "port": "swp2"}}
UNDEFINED = "{{ nowhere_defined }}"

# Name of the case -> variables of the inventory, variables of the play, words of the failure.
CASES = {
    "in_the_inventory": ({"bonding_bonds": [BOND]}, {}, "bond0 is unproved"),
    "in_the_play": ({}, {"bonding_bonds": [BOND], "bonding_nics": NICS}, "bond0 is unproved"),
    "play_beats_inventory": ({"bonding_bonds": []}, {"bonding_bonds": [BOND]}, "bond0 is unproved"),
    "no_list": ({"bonding_bonds": {"oops": 1}}, {}, "what is wanted is failed"),
    "bad_name": ({"bonding_bonds": [{**BOND, "name": "bond 0"}]}, {}, "what is wanted is failed"),
    "undefined": ({"bonding_bonds": UNDEFINED}, {}, "'nowhere_defined' is undefined"),
    "undefined_within": (
        {"bonding_bonds": [BOND], "bonding_addresses": {"bond0": {"addresses": [UNDEFINED]}}}, {}, "'nowhere_defined' is undefined",
    ),
}  # fmt: skip


@pytest.fixture
def prove(tmp_path):
    """Runs the role on one host with variables of its inventory and its play; returns the results of its tasks."""

    def run(inventory, variables):
        away = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
        leaf = {"ansible_network_os": "trunkline.bonding.linux", **away}
        (tmp_path / "hosts.json").write_text(json.dumps({"all": {"hosts": {"server": {**inventory, **away}, "leaf1": leaf}}}))
        role = {"role": "trunkline.bonding.prove_links", "prove_links_fail_on": ["failed", "unproved"]}
        (tmp_path / "play.json").write_text(json.dumps([{"hosts": "server", "gather_facts": False, "vars": variables, "roles": [role]}]))
        answer = subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", "-i", "hosts.json", "play.json"],
            cwd=tmp_path,
            env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.json", "ANSIBLE_HOME": str(tmp_path), "ANSIBLE_NOCOLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        tasks = json.loads(answer.stdout[answer.stdout.index("{") :])["plays"][0]["tasks"]
        return [result for task in tasks for host, result in task["hosts"].items() if host == "server"]

    return run


@pytest.mark.parametrize("name", CASES)
def test_a_wanted_bond_is_never_passed_over(prove, name):
    inventory, variables, words = CASES[name]
    last = prove(inventory, variables)[-1]
    assert last.get("failed"), last
    assert words in last["msg"]


def test_variables_of_the_play_tell_where_the_cables_end(prove):
    _inventory, variables, _words = CASES["in_the_play"]
    asked = [one["item"] for result in prove({}, variables) for one in result.get("results", ())]
    assert asked == ["leaf1"]


def test_where_no_bond_is_wanted_it_says_so(prove):
    results = prove({}, {})
    assert not any(result.get("failed") for result in results)
    assert ["server has no bonds: there is nothing to prove"] in [result.get("msg") for result in results]
