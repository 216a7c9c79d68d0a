# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One bond and one bridge beside what the host has, by a user who is not root: check mode, run, check mode, run.

The host was never changed by this collection, and its plain eth0 is not in the intent: no ping may be lost.
"""

from __future__ import annotations

import pytest
from hosts_library import HOSTS, TOGETHER, Look, addressing, difference, look_task, start_afresh, take, told

BOND = {"name": "bond1", "mode": "active-backup", "options": {"miimon": 100, "primary": "eth2"}, "slaves": ["eth1", "eth2"]}
BRIDGE = {"name": "br1", "ports": ["bond1"], "addressing": {"addresses": ["192.0.2.10/24"]}}
FULL, SHORT = (True, False, True, False), (False, True)
ROUNDS = (
    ("bond", BOND, FULL),
    ("bridge", BRIDGE, FULL),
    ("bridge", {"name": "br1", "state": "absent"}, SHORT),
    ("bond", {"name": "bond1", "state": "absent"}, SHORT),
)


def tasks() -> list[dict]:
    listed = [look_task()]
    for module, arguments, runs in ROUNDS:
        for number, check in enumerate(runs):
            task = {f"trunkline.bonding.{module}": {**arguments, "deadline": 150}, "check_mode": check, "diff": True}
            listed.append({**task, "change": TOGETHER if number == runs.index(False) else None})
        listed += [{"trunkline.bonding.host_links_info": {}, "check_mode": True}, look_task()]
    return listed


@pytest.fixture(scope="module")
def done(lab):
    start_afresh(lab)
    return take(tasks(), remote_user="ansible", become=True)


def part(done, host: str, index: int) -> tuple[Look, list[dict], dict, Look]:
    """(look before, the results, what host_links_info says, look after) of a round."""
    answers = done[host]["answers"]
    start = 1 + sum(len(runs) + 2 for _module, _arguments, runs in ROUNDS[:index])
    end = start + len(ROUNDS[index][2])
    return Look.of(answers[start - 1]["stdout"]), answers[start:end], answers[end], Look.of(answers[end + 1]["stdout"])


def expect_bond(look: Look) -> None:
    assert look.option("bond1", "mode") == "active-backup"
    assert look.option("bond1", "primary") == "eth2"
    assert sorted(look.slaves("bond1")) == ["eth1", "eth2"]


def expect_bridge(look: Look) -> None:
    expect_bond(look)
    assert look.links["bond1"]["master"] == "br1"
    assert look.addresses("br1") == ["192.0.2.10/24"]


def expect_no_bridge(look: Look) -> None:
    expect_bond(look)
    assert "br1" not in look.links


def expect_nothing(look: Look) -> None:
    assert not {"bond1", "br1"} & set(look.links)
    assert not [file for file in look.files if "bond1" in file or "br1" in file]


EXPECT = ((expect_bond, {"bond1"}), (expect_bridge, {"bond1", "br1"}), (expect_no_bridge, {"bond1"}), (expect_nothing, set()))


@pytest.mark.parametrize("index", range(len(ROUNDS)), ids=[f"{module}-{given.get('state', 'present')}" for module, given, _runs in ROUNDS])
@pytest.mark.parametrize("host", HOSTS)
def test_object(done, host, index):
    before, results, info, after = part(done, host, index)
    for result in (*results, info):
        assert not result.get("failed"), told(result)
    place = ROUNDS[index][2].index(False)
    run = results[place]
    assert [result["changed"] for result in results] == [number <= place for number in range(len(results))]
    assert not info["changed"]
    for tried in results[:place]:
        assert (tried["plan"], tried["diff"]) == (run["plan"], run["diff"])
    assert run["transaction"]["status"] == "confirmed"
    assert run["plan"] and run["diff"]
    expect, ours = EXPECT[index]
    expect(after)
    assert {name for name, link in info["owned"]["links"].items() if link["kind"] != "nic"} == ours
    assert after.addresses("eth0") == sorted(addressing(host)["addresses"])
    assert before.links["eth0"]["ifindex"] == after.links["eth0"]["ifindex"]


@pytest.mark.parametrize("host", HOSTS)
def test_host_is_as_before_and_lost_nothing(done, host):
    first, last = part(done, host, 0)[0], part(done, host, len(ROUNDS) - 1)[3]
    lost = [ping["lost"] for ping in done[host]["pings"]]
    print(f"\n  {host}: pings lost in each change: {lost}", end=" ")
    assert difference(first.way(), last.way()) == ""
    assert lost == [0] * len(ROUNDS)
