# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of the collection, measured in the lab: ratios within one run, pings lost, seconds to come back.

Usage: make bench, or: tests/tools/run python benchmarks/bench.py [FIGURE...]
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "molecule"))

from harness import ADDRESSES, Lab, ansible, playbook  # noqa: E402

BONDED, PLAIN, STATIC = "default/inventory/bonded", "default/inventory/plain", "default/inventory/static"
HOST = PROJECT / "benchmarks" / "host.yml"
ROUNDS = 8
# hosts on the Linux switch and on Open vSwitch: the order table has rows that only the first can show
CELLS = (
    ("independent", "lacp", BONDED, ("kvm1", "kvm2", "kvm3")),
    ("lacp", "independent", PLAIN, ("kvm1", "kvm2", "kvm3")),
    ("independent", "static", STATIC, ("kvm1",)),
    ("static", "lacp", BONDED, ("kvm1",)),
    ("lacp", "static", STATIC, ("kvm1",)),
    ("static", "independent", PLAIN, ("kvm1",)),
)
SWITCH = {"kvm1": "leaf1", "kvm2": "leaf2", "kvm3": "leaf1", "kvm4": "leaf2"}


def cpu(lab: Lab, node: str) -> int:
    """Microseconds of CPU that everything on a host has used."""
    text = lab.node(node, "cat", "/sys/fs/cgroup/cpu.stat")
    return int(re.search(r"usage_usec (\d+)", text).group(1))


def site(lab: Lab, inventory: str, host: str, extra: dict | None = None):
    run = playbook("site", inventory, limit=f"{host},{SWITCH[host]}", extra=extra)
    if run.rc:
        raise SystemExit(run.last())
    return run


def watched(lab: Lab, host: str, work) -> dict:
    """Does ``work()`` while the core router pings the host every 20 ms; returns what the pinger saw."""
    name = f"bench-{host}"
    lab("ping", "start", name, ADDRESSES[host])
    time.sleep(1)
    try:
        work()
        time.sleep(2)
    finally:
        seen = json.loads(lab("ping", "stop", name))
    return seen


def show(seen: dict) -> str:
    return f"{seen['lost']} of {seen['sent']} pings lost, longest gap {seen['longest_gap_seconds']:.2f} s"


def steady(lab: Lab) -> None:
    """Steady-state host_links against ansible.builtin.ping."""
    lab.reset()
    host = "kvm1"
    site(lab, BONDED, host)
    cost = {}
    for task in ("ping", "host_links"):
        # one untimed round makes the SSH connection and warms the caches
        ansible(HOST, BONDED, limit=host, extra={"task": task, "rounds": 1})
        start = cpu(lab, host)
        run = ansible(HOST, BONDED, limit=host, extra={"task": task, "rounds": ROUNDS}, args=("-vvv",))
        cost[task] = (cpu(lab, host) - start) / ROUNDS / 1e6
        executions = len(re.findall(r"EXEC ssh .*python3", run.output)) / ROUNDS
        print(f"  {task:12} {cost[task]:6.2f} s of CPU on the host, {executions:g} module execution(s) a task")
    print(f"  ratio        {cost['host_links'] / cost['ping']:6.2f}   (at most 1.5)")


def changes(lab: Lab) -> None:
    """A live change and a flap, with a ping running."""
    lab.reset()
    host = "kvm1"
    site(lab, BONDED, host)
    for title, options in (("live: miimon 100 -> 50", {"miimon": 50}), ("flap: lacp_rate fast -> slow", {"lacp_rate": "slow"})):
        before = (lab.links(host), lab.routes(host))
        seen = watched(lab, host, lambda options=options: changed_options(host, options))
        same = "as before" if (lab.links(host), lab.routes(host)) == before else "CHANGED"
        print(f"  {title:30} {show(seen)}; addresses and routes {same}")


def changed_options(host: str, options: dict) -> None:
    run = ansible(HOST, BONDED, limit=host, extra={"task": "host_links", "rounds": 1, "changed_options": options})
    if run.rc:
        raise SystemExit(run.last())


def order(lab: Lab) -> None:
    """Each cell of the order table, with a ping running."""
    for host in ("kvm1", "kvm2", "kvm3"):
        lab.reset()
        for before, after, inventory, hosts in CELLS:
            if host in hosts:
                seen = watched(lab, host, lambda inventory=inventory, host=host: site(lab, inventory, host))
                print(f"  {host} on {SWITCH[host]}: {before:11} -> {after:11} {show(seen)}")


def rollback(lab: Lab) -> None:
    """From a confirmation that never comes to the old configuration."""
    for host in ("kvm1", "kvm2", "kvm3"):
        lab.reset()
        start = time.monotonic()
        run = ansible(
            HOST, BONDED, limit=host, extra={"task": "host_links", "rounds": 1, "bonding_confirm": "later", "bonding_deadline": 20}
        )
        if run.rc:
            raise SystemExit(run.last())
        while "bond0" in lab.links(host) or lab.answers(host, 1) is None:
            if time.monotonic() - start > 120:
                raise SystemExit(f"{host} did not come back")
            time.sleep(0.5)
        log = lab.node(host, "sh", "-c", "cat /var/lib/trunkline-bonding/transactions/*/log")
        print(f"  {host}: {time.monotonic() - start:.1f} s after the start of the task, deadline 20 s; {took(log)}")


def took(log: str) -> str:
    """How long the way back itself took, by the times in its log."""
    times = [re.match(r"(\d+):(\d+):(\d+) rollback", line) for line in log.splitlines()]
    seconds = [int(m[1]) * 3600 + int(m[2]) * 60 + int(m[3]) for m in times if m]
    return f"the way back took {(seconds[-1] - seconds[0]) % 86400} s" if seconds else "no log of the way back"


FIGURES = {"steady": steady, "changes": changes, "order": order, "rollback": rollback}


def main() -> None:
    wanted = sys.argv[1:] or list(FIGURES)
    unknown = [name for name in wanted if name not in FIGURES]
    if unknown:
        raise SystemExit(f"no such figure: {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    lab = Lab()
    lab.up()
    for name in wanted:
        print(f"{name}: {FIGURES[name].__doc__}", flush=True)
        FIGURES[name](lab)
    print("repeat with: tests/tools/run python benchmarks/bench.py " + " ".join(wanted))


if __name__ == "__main__":
    try:
        main()
    except subprocess.TimeoutExpired as error:
        raise SystemExit(str(error)) from error
