# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What site.yml does before it changes anything, and rollback.yml after it: both ends of kvm1 (networkd) and kvm2 (NetworkManager)."""

from __future__ import annotations

import re

import pytest
from harness import Lab, Run, overlay, playbook
from order_library import BONDED, SWITCH

HOSTS = ["kvm1", "kvm2"]
ALL = "kvm1,kvm2,switches"
STORE = "/var/lib/trunkline-bonding"


def picture(lab: Lab) -> dict:
    """Configuration and kernel of hosts and switches: byte for byte what must not change, or must come back."""
    seen = {host: (lab.files(host), lab.links(host), lab.routes(host)) for host in [*HOSTS, "leaf1"]}
    seen["vlans"] = lab.node("leaf1", "bridge", "vlan")
    columns = "--columns=name,tag,trunks,vlan_mode,lacp,other_config"
    seen["database"] = sorted(port.strip() for port in lab.node("leaf2", "ovs-vsctl", columns, "list", "port").split("\n\n"))
    return seen


def changes(run: Run) -> dict[str, int]:
    return {host: int(number) for host, number in re.findall(r"^(\w+) +: ok=.*changed=(\d+)", run.output, re.MULTILINE)}


@pytest.fixture(scope="module")
def plain(lab):
    lab.reset()
    return lab, picture(lab)


def test_one_bad_host_keeps_all_others_untouched(plain, tmp_path):
    lab, before = plain
    wrong = {"bonding_nics": {"eth0": {"mac": "0c:c4:7a:00:02:00"}, "eth7": {"mac": "0c:c4:7a:00:02:77"}}}
    bonds = [{"name": "bond0", "profile": "compute", "slaves": ["eth0", "eth7"]}]
    bad = overlay(tmp_path / "bad", {"kvm2": {**wrong, "bonding_bonds": bonds}})
    run = playbook("site", BONDED, bad, limit=ALL)
    assert run.rc == 2
    assert "host.nic-missing" in run.output and "eth7" in run.output, run.last()
    assert "Change both ends of this batch" not in run.output
    assert picture(lab) == before


def test_a_port_that_two_hosts_name_stops_the_run(plain, tmp_path):
    lab, before = plain
    bad = overlay(tmp_path / "bad", {"kvm4": {"bonding_nics": {"eth0": {"switch": "leaf1", "port": "swp1"}}}})
    run = playbook("site", BONDED, bad, limit=ALL)
    assert run.rc == 2
    assert "fleet.port-twice" in run.output, run.last()
    assert picture(lab) == before


def test_check_mode_shows_both_ends_and_touches_nothing(plain):
    lab, before = plain
    run = playbook("site", BONDED, limit=ALL, args=("--check", "--diff"))
    assert run.rc == 0, run.last()
    for words in ("bond0", "swp1", "198.51.100.11", "198.51.100.12"):
        assert re.search(rf"^\+.*{words}", run.output, re.MULTILINE), words
    assert all(changes(run)[host] for host in HOSTS), run.last()
    assert picture(lab) == before
    assert lab.shell("kvm1", f"ls {STORE} 2>/dev/null; true") == ""


def test_a_limit_changes_its_host_alone_and_the_way_back_is_whole(plain):
    lab, before = plain
    run = playbook("site", BONDED, limit="kvm2")
    assert run.rc == 0, run.last(120)
    assert re.search(r'"kvm2 bond0: proved: ', run.output), run.last(120)
    now = picture(lab)
    assert [now[name] for name in ("kvm1", "leaf1", "vlans")] == [before[name] for name in ("kvm1", "leaf1", "vlans")]
    assert "bond0" in now["kvm2"][1]
    # Nothing of kvm1 was ever changed: there is nothing to undo, and only kvm2 goes back.
    back = playbook("rollback", BONDED, limit=ALL)
    assert back.rc == 0, back.last(120)
    assert re.search(r"kvm1.*nothing to undo|nothing to undo.*kvm1", back.output), back.last(120)
    assert picture(lab) == before


def test_rollback_brings_both_ends_back_byte_for_byte(plain):
    lab, before = plain
    run = playbook("site", BONDED, limit=ALL)
    assert run.rc == 0, run.last(120)
    assert all("bond0" in lab.links(host) for host in HOSTS)
    back = playbook("rollback", BONDED, limit=ALL)
    assert back.rc == 0, back.last(120)
    assert picture(lab) == before
    for host in HOSTS:
        assert lab.answers(host) is not None
        assert lab.shell(host, f"ls {STORE}/open 2>/dev/null; true") == "", SWITCH[host]


def test_a_second_rollback_says_that_there_is_nothing_to_undo(plain):
    lab, before = plain
    run = playbook("rollback", BONDED, limit=ALL)
    assert run.rc == 0, run.last(120)
    assert len(re.findall("nothing to undo", run.output)) >= 1, run.last(120)
    assert set(changes(run).values()) == {0}, run.last()
    assert picture(lab) == before
