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
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "molecule"))

from harness import Lab, Run, ansible, environment, playbook  # noqa: E402
from order_library import BONDED, SWITCH, pinged, steps, walk  # noqa: E402

from ansible_collections.trunkline.bonding.plugins.filter import fleet  # noqa: E402

HOST = PROJECT / "benchmarks" / "host.yml"
ROUNDS = 10
DEADLINE = 20
# Server hosts of the two switches, side by side: each row of the order table once on Linux, and once on Open vSwitch where that can do it.
WALKERS = ["kvm3", "kvm2"]


def well(run: Run) -> Run:
    if run.rc:
        raise SystemExit(run.last())
    return run


def one_task(host: str, task: str, rounds: int = 1, args: tuple = (), **extra) -> Run:
    return well(ansible(HOST, BONDED, limit=host, extra={"task": task, "rounds": rounds, **extra}, args=args))


def bonded(lab: Lab, host: str) -> None:
    """The host behind its LAG, as site.yml makes it; nothing to do where an earlier figure has left it so."""
    if "bond0" not in lab.links(host):
        lab.reset()
    well(playbook("site", BONDED, limit=f"{host},{SWITCH[host]}"))


def cpu(lab: Lab, node: str) -> int:
    """Microseconds of CPU that everything on a host has used."""
    text = lab.node(node, "cat", "/sys/fs/cgroup/cpu.stat")
    return int(re.search(r"usage_usec (\d+)", text).group(1))


def steady(lab: Lab) -> None:
    """Steady-state host_links against ansible.builtin.ping: module executions, and CPU of the whole host."""
    host = "kvm1"
    bonded(lab, host)
    cost = {"ping": 0.0, "host_links": 0.0}
    executions = {}
    for task in cost:
        # an untimed round makes the connection and lets the host remember its answer
        one_task(host, task)
    for task in [*cost, *cost]:
        start = cpu(lab, host)
        run = one_task(host, task, ROUNDS, args=("-vvv",))
        cost[task] += (cpu(lab, host) - start) / ROUNDS / 2e6
        executions[task] = len(re.findall(r"EXEC ssh .*python3", run.output)) / ROUNDS
    for task, seconds in cost.items():
        print(f"  {task:12} {seconds:6.3f} s of CPU on the host, {executions[task]:g} module execution(s) a task")
    print(f"  ratio        {cost['host_links'] / cost['ping']:6.2f}   (at most 1.5)")


def changes(lab: Lab) -> None:
    """A live change and a flap, with a ping every 20 ms running."""
    host = "kvm1"
    bonded(lab, host)
    for title, options in (("live: miimon 100 -> 50", {"miimon": 50}), ("flap: lacp_rate fast -> slow", {"lacp_rate": "slow"})):
        before = (lab.links(host), lab.routes(host))
        with pinged(lab, [host]) as seen:
            one_task(host, "host_links", changed_options=options)
        told = seen[host]
        same = "as before" if (lab.links(host), lab.routes(host)) == before else "CHANGED"
        print(
            f"  {title:30} {told['lost']} of {told['sent']} pings lost, longest gap {told['longest_gap_seconds']:.2f} s; "
            f"addresses and routes {same}"
        )


def order(lab: Lab) -> None:
    """Each cell of the order table, by site.yml, with a ping every 20 ms running."""
    lab.reset()
    for step in steps(WALKERS):
        run, cells = walk(lab, step)
        well(run)
        for cell in cells:
            print(f"  {cell}", flush=True)


def rollback(lab: Lab) -> None:
    """From a confirmation that never comes to the old configuration, on each back end."""
    lab.reset()
    for host in ("kvm1", "kvm2", "kvm3"):
        one_task(host, "host_links", bonding_confirm="later", bonding_deadline=DEADLINE)
        start = time.monotonic()
        while "bond0" in lab.links(host) or lab.answers(host, 1) is None:
            if time.monotonic() - start > 120:
                raise SystemExit(f"{host} did not come back")
            time.sleep(0.5)
        seconds = time.monotonic() - start
        log = lab.shell(host, "cat /var/lib/trunkline-bonding/transactions/*/log")
        print(f"  {host}: answers on its old configuration {seconds:.1f} s after the task, deadline {DEADLINE} s; {took(log)}", flush=True)


def took(log: str) -> str:
    """How long the way back itself took, by the times in its log."""
    times = [re.match(r"(\d+):(\d+):(\d+) rollback", line) for line in log.splitlines()]
    seconds = [int(m[1]) * 3600 + int(m[2]) * 60 + int(m[3]) for m in times if m]
    return f"the way back itself took {(seconds[-1] - seconds[0]) % 86400} s" if seconds else "no log of the way back"


def large(hosts: int, switches: int) -> dict:
    """Variables of an inventory: each host with a LACP bond of two ports of one switch."""
    each = -(-hosts // switches)
    lag = {"vlans": {"native": 10, "tagged": ["20-29"]}, "edge_port": True}
    found: dict = {f"leaf{number + 1}": {"ansible_network_os": "trunkline.bonding.linux"} for number in range(switches)}
    for number in range(hosts):
        leaf, place = number // each + 1, number % each
        nics = {
            f"eth{n}": {
                "mac": f"0c:c4:7a:{number >> 8:02x}:{number & 255:02x}:{n:02x}",
                "switch": f"leaf{leaf}",
                "port": f"swp{2 * place + n + 1}",
            }
            for n in range(2)
        }
        found[f"kvm{number + 1}"] = {
            "bonding_nics": nics,
            "bonding_profile_compute": {"mode": "802.3ad", "options": {"miimon": 100, "xmit_hash_policy": "layer3+4"}, "lag": lag},
            "bonding_bonds": [{"name": "bond0", "profile": "compute", "slaves": ["eth0", "eth1"]}],
            "bonding_addresses": {"bond0": {"addresses": [f"198.18.{number // 250}.{number % 250 + 1}/15"]}},
        }
    return found


def merge(_lab: Lab) -> None:
    """What all hosts want of all switches: the merge with the text for each switch, and the whole of render.yml."""
    for hosts, switches in ((1000, 50), (10000, 500)):
        variables = large(hosts, switches)
        start = time.process_time()
        merged = fleet.fleet_lags(variables)
        between = time.process_time()
        lines = sum(fleet.fleet_commands(merged, name).count("\n") for name in merged["switches"])
        end = time.process_time()
        if any(found["severity"] == "error" for found in merged["findings"]):
            raise SystemExit(str(merged["findings"][0]))
        seconds = f"merge {between - start:.2f} s, {lines} commands rendered in {end - between:.2f} s of one core"
        print(f"  {hosts:5} hosts on {switches:3} switches: {seconds}")
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder) / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": large(1000, 50)}}))
        command = ["ansible-playbook", "-i", str(inventory), "trunkline.bonding.render", "-e", f"links_rendered={folder}/rendered"]
        start = time.monotonic()
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=600)
        seconds = time.monotonic() - start
        if done.returncode:
            raise SystemExit(done.stdout[-3000:] + done.stderr)
        written = len(list(Path(folder, "rendered").iterdir()))
        listing = time.monotonic()
        subprocess.run(
            ["ansible-inventory", "-i", str(inventory), "--list"], env=environment(), capture_output=True, check=True, timeout=600
        )
        parsing = time.monotonic() - listing
        print(f"  render.yml of 1000 hosts: {seconds:.1f} s for {written} files; ansible-inventory --list of it {parsing:.1f} s")


FIGURES = {"merge": merge, "steady": steady, "changes": changes, "rollback": rollback, "order": order}


def main() -> None:
    wanted = sys.argv[1:] or list(FIGURES)
    unknown = [name for name in wanted if name not in FIGURES]
    if unknown:
        raise SystemExit(f"no such figure: {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    lab = Lab()
    lab.up()
    for name in wanted:
        start = time.monotonic()
        print(f"{name}: {FIGURES[name].__doc__}", flush=True)
        FIGURES[name](lab)
        print(f"  {time.monotonic() - start:.0f} s; again: tests/tools/run python benchmarks/bench.py {name}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.TimeoutExpired as error:
        raise SystemExit(str(error)) from error
