# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that is closed by hand, and one that gives the host another address."""

from __future__ import annotations

import pytest
from hosts_library import ADDRESSES, HOSTS, addressing, bond, difference, look, nics, start_afresh, take, told

ELSEWHERE = {host: f"198.51.100.{200 + int(host[-1])}" for host in HOSTS}


def intent(host: str, **more) -> dict:
    addresses = addressing(host)
    moved = more.pop("moved", False)
    if moved:
        addresses["addresses"] = [f"{ELSEWHERE[host]}/24", *addresses["addresses"][1:]]
    links = {"nics": nics(host, "eth0", "eth1"), "bonds": [bond(mode="active-backup")], "addresses": {"bond0": addresses}}
    return {**links, "deadline": 180, **more}


def change(name: str) -> dict:
    return {"trunkline.bonding.host_links": {}, "args": "{{ %s[inventory_hostname] }}" % name}


def close(state: str, check: bool = False) -> dict:
    return {"trunkline.bonding.links_transaction": {"state": state}, "check_mode": check}


# The answer of a change that is left open comes before its links go down.
WAIT = {"ansible.builtin.wait_for_connection": {"delay": 5, "sleep": 1, "timeout": 120}}


def answers(tasks: list[dict], extra: dict) -> dict[str, list[dict]]:
    """What the tasks answered, without the waiting between them."""
    found = {}
    for host, told_by in take(tasks, extra=extra).items():
        found[host] = [answer for task, answer in zip(tasks, told_by["answers"], strict=True) if task is not WAIT]
    return found


def ran(tasks: list[dict], **arguments) -> dict[str, list[dict]]:
    given = {name: {host: make(host) for host in HOSTS} for name, make in arguments.items()}
    return answers(tasks, given)


@pytest.fixture(scope="module")
def plain(lab):
    start_afresh(lab)
    return lab


@pytest.fixture(scope="module")
def taken_back(plain):
    before = {host: look(plain, host) for host in HOSTS}
    tasks = [
        change("later"),
        WAIT,
        change("later"),
        close("rolled_back", True),
        close("rolled_back"),
        WAIT,
        close("rolled_back"),
        close("confirmed"),
    ]
    return before, ran(tasks, later=lambda host: intent(host, confirm="later")), {host: look(plain, host) for host in HOSTS}


@pytest.mark.parametrize("host", HOSTS)
def test_taken_back(taken_back, host):
    before, results, after = taken_back
    first, second, tried, run, again, confirmed = results[host]
    assert not first.get("failed"), told(first)
    assert first["changed"] and first["transaction"]["status"] in ("applying", "applied")
    assert second["failed"] and [found["id"] for found in second["findings"]] == ["host.transaction-open"]
    assert [result["changed"] for result in (tried, run, again)] == [True, True, False], told(again)
    assert run["transaction"]["status"] == "rolled_back"
    assert confirmed["failed"] and not confirmed["changed"]
    assert difference(before[host].lasting(), after[host].lasting()) == ""


@pytest.fixture(scope="module")
def confirmed(plain, taken_back):
    tasks = [change("later"), WAIT, close("confirmed", True), close("confirmed"), close("confirmed"), change("auto")]
    return ran(tasks, later=lambda host: intent(host, confirm="later"), auto=intent), {host: look(plain, host) for host in HOSTS}


@pytest.mark.parametrize("host", HOSTS)
def test_confirmed(confirmed, host):
    results, after = confirmed
    first, tried, run, again, idle = results[host]
    for result in results[host]:
        assert not result.get("failed"), told(result)
    assert [result["changed"] for result in (first, tried, run, again, idle)] == [True, True, True, False, False]
    assert run["transaction"]["status"] == "confirmed"
    assert after[host].addresses("bond0") == sorted(addressing(host)["addresses"])


@pytest.fixture(scope="module")
def moved(plain, confirmed):
    away = ran([change("there")], there=lambda host: intent(host, moved=True, connect_host=ELSEWHERE[host]))
    there = {host: look(plain, host) for host in HOSTS}
    tasks = [{**change("back"), "vars": {"ansible_host": "{{ elsewhere[inventory_hostname] }}"}}]
    extra = {"elsewhere": ELSEWHERE, "back": {host: intent(host, connect_host=ADDRESSES[host]) for host in HOSTS}}
    back = answers(tasks, extra)
    return away, there, back, {host: look(plain, host) for host in HOSTS}


@pytest.mark.parametrize("host", HOSTS)
def test_the_address_changes(moved, host):
    away, there, back, after = moved
    for result, address, found in ((away, ELSEWHERE, there), (back, ADDRESSES, after)):
        assert not result[host][0].get("failed"), told(result[host][0])
        assert result[host][0]["transaction"]["status"] == "confirmed"
        assert any(f"came in over {address[host]} on bond0" in line for line in result[host][0]["evidence"]), result[host][0]["evidence"]
        assert [text for text in found[host].addresses("bond0") if ":" not in text] == [f"{address[host]}/24"]
