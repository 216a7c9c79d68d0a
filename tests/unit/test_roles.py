# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user hears of wrong variables through the role: our findings, with path and cure, and never Ansible's own type errors.

The hosts cannot be reached, so nothing is touched: who gets as far as a connection has no finding.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

BOND = {"name": "bond0", "mode": 4, "options": {"miimon": 100}, "slaves": ["eth0", "eth1"]}

# Name of the case -> variables, id of the finding, its path. The cases are the hosts of one play.
CASES = {
    "bonds_as_dictionary": ({"bonding_bonds": {"bond0": {"mode": 4}}}, "schema.type", "bonding_bonds"),
    "bonds_as_text": ({"bonding_bonds": "bond0"}, "schema.type", "bonding_bonds"),
    "nics_as_list": ({"bonding_nics": ["eth0"]}, "schema.type", "bonding_nics"),
    "bmc_as_text": ({"bonding_bmc": "shared"}, "schema.type", "bonding_bmc"),
    "deadline_with_unit": ({"bonding_bonds": [BOND], "bonding_deadline": "2m"}, "schema.type", "bonding_deadline"),
    "purge_maybe": ({"bonding_bonds": [BOND], "bonding_purge": "maybe"}, "schema.type", "bonding_purge"),
    "accept_as_text": ({"bonding_bonds": [BOND], "bonding_accept": "lag.needs-peer"}, "schema.type", "bonding_accept"),
    "confirm_never": ({"bonding_bonds": [BOND], "bonding_confirm": "never"}, "schema.choice", "bonding_confirm"),
    "variable_misspelled": ({"bonding_bonds": [BOND], "bonding_bridge": [{"name": "br1"}]}, "schema.unknown-variable", "bonding_bridge"),
    "profiles_in_one": ({"bonding_bonds": [BOND], "bonding_profiles": {"a": {}}}, "schema.unknown-variable", "bonding_profiles"),
    "profile_without_name": ({"bonding_bonds": [BOND], "bonding_profile_": {}}, "schema.unknown-variable", "bonding_profile_"),
    "cabled_to_itself": (
        {"bonding_nics": {"eth0": {"switch": "cabled_to_itself", "port": "eth0"}}},
        "lag.cabled-to-itself",
        "bonding_nics.eth0.port",
    ),
}


# Name of the case -> module, arguments, id of the finding, its path: what the modules for one object hear on the controller.
TASKS = {
    "bond_of_a_vendor": ("bond", {**BOND, "mode": "etherchannel"}, "schema.choice", "bond.mode"),
    "bond_with_a_text": ("bond", {**BOND, "slaves": {"eth0": {}}}, "schema.type", "bond.slaves"),
    "bond_in_a_hurry": ("bond", {**BOND, "deadline": "2m"}, "schema.type", "bond.deadline"),
    "bridge_of_a_vendor": ("bridge", {"name": "br0", "hypervisor": "vmware"}, "schema.choice", "bridge.hypervisor"),
    "switch_in_a_hurry": ("switch_lags", {"table": {"switches": {}}, "deadline": -5}, "schema.range", "bonding_deadline"),
    "switch_that_is_not_sure": ("switch_lags", {"table": {"switches": {}}, "confirm": "wat"}, "schema.choice", "bonding_confirm"),
    "undone_in_a_hurry": ("links_transaction", {"state": "reverted", "deadline": "2m"}, "schema.type", "links_transaction.deadline"),
    "links_with_a_slip": ("host_links", {"bonds": [BOND], "deadlne": 60}, "schema.unknown-key", "host_links.deadlne"),
    "links_without_profiles": ("host_links", {"bonds": [{**BOND, "profile": "c"}]}, "schema.profiles-missing", "bonding_bonds[0].profile"),
    "taken_back_with_a_slip": (
        "links_transaction",
        {"state": "rolled_back", "reson": "x"},
        "schema.unknown-key",
        "links_transaction.reson",
    ),
}


@pytest.fixture(scope="module")
def play(tmp_path_factory):
    """Runs the role or the task of each case; returns host -> result of its last task."""
    folder = tmp_path_factory.mktemp("role")
    hosts = {name: given for name, (given, _id, _path) in CASES.items()}
    hosts["sound"] = {"bonding_bonds": [BOND]}
    hosts["nothing_given"] = {"bonding_bonds": [BOND], "bonding_deadline": None, "bonding_backend": None, "bonding_accept": None}
    away = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    switch = {"ansible_network_os": "trunkline.bonding.linux"}
    tasked = {name: {**away, **(switch if task[0] == "switch_lags" else {})} for name, task in TASKS.items()}
    inventory = {"all": {"hosts": {**{name: {**given, **away} for name, given in hosts.items()}, **tasked}}}
    tasks = [
        {f"trunkline.bonding.{module}": arguments, "when": f"inventory_hostname == '{name}'"}
        for name, (module, arguments, _id, _path) in TASKS.items()
    ]
    tasks.append({"ansible.builtin.import_role": {"name": "trunkline.bonding.host_links"}})
    (folder / "hosts.json").write_text(json.dumps(inventory))
    (folder / "play.json").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
    answer = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "--check", "-i", "hosts.json", "play.json"],
        cwd=folder,
        env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.json", "ANSIBLE_HOME": str(folder), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = {}
    for task in json.loads(answer.stdout[answer.stdout.index("{") :])["plays"][0]["tasks"]:
        found.update(task["hosts"])
    return found


@pytest.mark.parametrize("name", [*CASES, *TASKS])
def test_wrong_variables_give_our_findings(play, name):
    id_, path = (CASES.get(name) or TASKS[name])[-2:]
    assert [(found["id"], found["path"]) for found in play[name].get("findings", ())] == [(id_, path)], play[name].get("msg")


@pytest.mark.parametrize("name", ["sound", "nothing_given"])
def test_sound_variables_get_as_far_as_the_host(play, name):
    assert play[name].get("unreachable"), play[name]
