# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let the real daemon of a throw-away host apply an intent, alone, and compare the kernel with what was wanted.

As root on a host with two free NICs, managed by systemd-networkd, NetworkManager or ifupdown:

    python3 backends.py apply LAYOUT [NIC NIC]      write the files, run the back end's commands, wait, compare
    python3 backends.py check LAYOUT [NIC NIC]      compare only: after a reboot, without any help of ours
    python3 backends.py undo LAYOUT [NIC NIC]       apply and then go back with the back end's rollback, compare with the state before

There is no transaction, no dead man and no mending with ``ip`` here: what is printed as a difference is what the back end left undone.
``LAYOUTS`` are made to follow each other: plain, bond, options, moved, stack, bond, plain. Exit status: 0 no difference, 1 differences.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(parent) for parent in (HERE, *HERE.parents) if (parent / "ansible_collections").is_dir()]

from ansible_collections.trunkline.bonding.plugins.module_utils import _desired, _intent, _plan, _state  # noqa: E402
from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _base  # noqa: E402
from ansible_collections.trunkline.bonding.plugins.module_utils._machine import Machine  # noqa: E402

MEMORY = Path("/var/lib/trunkline-bonding-test.json")
SETTLE = 8.0
ADDRESS = {"addresses": ["192.0.2.10/24", "2001:db8::10/64"], "gateway": "192.0.2.1"}
LACP = {"miimon": 100, "lacp_rate": "fast", "xmit_hash_policy": "layer3+4"}
BACKUP = {"miimon": 100, "num_grat_arp": 3}


def _bond(slaves: list[str], mode: str = "802.3ad", **options: Any) -> dict[str, Any]:
    return {"name": "bond0", "mode": mode, "options": options, "slaves": slaves}


# Layout -> variables, from the names of two NICs.
LAYOUTS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "plain": lambda one, two: {"addresses": {one: ADDRESS}},
    "bond": lambda one, two: {"bonds": [_bond([one, two], **LACP)], "addresses": {"bond0": ADDRESS}},
    "second": lambda one, two: {"bonds": [_bond([two, one], **LACP)], "addresses": {"bond0": ADDRESS}},
    "one": lambda one, two: {"bonds": [_bond([one], **LACP)], "addresses": {"bond0": ADDRESS}},
    "options": lambda one, two: {"bonds": [_bond([one, two], **{**LACP, "miimon": 50, "min_links": 1})], "addresses": {"bond0": ADDRESS}},
    "moved": lambda one, two: {
        "bonds": [_bond([one, two], **LACP)],
        "addresses": {
            "bond0": {"addresses": ["192.0.2.11/24"], "gateway": "192.0.2.2", "routes": [{"to": "198.51.100.0/24", "via": "192.0.2.3"}]}
        },
    },
    "backup": lambda one, two: {"bonds": [_bond([one, two], "active-backup", primary=two, **BACKUP)], "addresses": {"bond0": ADDRESS}},
    "bridge": lambda one, two: {
        "bonds": [_bond([one, two], **LACP)],
        "bridges": [{"name": "br0", "ports": ["bond0"]}],
        "addresses": {"br0": ADDRESS},
    },
    "stack": lambda one, two: {
        "bonds": [{**_bond([one, two], **LACP), "mtu": 9000}],
        "vlans": [{"name": "bond0.20", "id": 20, "link": "bond0"}, {"name": "storage", "id": 30, "link": "bond0", "mtu": 1500}],
        "bridges": [{"name": "br0", "ports": ["bond0"]}, {"name": "br20", "ports": ["bond0.20"], "vlan_filtering": True}],
        "addresses": {"br0": ADDRESS, "storage": {"addresses": ["203.0.113.10/24"]}},
    },
}


class Differences(Exception):
    """The kernel is not as it was wanted."""


def _wanted(layout: str, nics: list[str], machine: Machine) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """(state, completed intent, desired)."""
    intent, findings = _intent.normalise(LAYOUTS[layout](*nics))
    bad = [found.as_text() for found in findings if found.severity == "error"]
    if bad:
        raise SystemExit("\n".join(bad))
    state = _state.read(machine)
    known = json.loads(MEMORY.read_text()) if MEMORY.exists() else {"links": {}, "previous": None}
    full = _desired.complete(intent, state)
    return state, full, _desired.from_intent(intent, state, known["links"], known["previous"])


def _compare(machine: Machine, desired: dict[str, Any]) -> None:
    end, steps = time.monotonic() + SETTLE, []
    while True:
        steps = _plan.plan(_state.read(machine), desired)
        if not steps:
            return
        if time.monotonic() > end:
            raise Differences("\n".join(f"{step['action']} {step['link']}: {step['what']}" for step in steps))
        time.sleep(0.5)


def _run(machine: Machine, commands: list[dict[str, Any]], when: str) -> None:
    for command in commands:
        if command["when"] == when:
            rc, out, err = machine.run(command["argv"], command["timeout"])
            print(f"  [{rc}] {' '.join(command['argv'])}" + (f"\n        {(out + err).strip()}" if rc else ""))
            if rc and command["must"]:
                raise Differences(f"{command['argv']} failed")


def _put(path: str, target: dict[str, Any] | None) -> None:
    if target is None:
        Path(path).unlink(missing_ok=True)
    else:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Machine().write(path, target["content"], target["mode"])


def _old(path: str) -> dict[str, Any] | None:
    file = Path(path)
    return {"content": file.read_text(), "mode": file.stat().st_mode & 0o777} if file.exists() else None


def apply(layout: str, nics: list[str], undo: bool = False) -> None:
    """Change the host to a layout; with ``undo`` and back again."""
    machine = Machine()
    state, intent, desired = _wanted(layout, nics, machine)
    backend, facts, findings = _base.choose(machine, os.environ.get("BACKEND", "auto"), nics)
    findings = [found for found in findings if found.severity == "error"]
    if backend is None or findings:
        raise SystemExit("\n".join(found.as_text() for found in findings))
    print(f"{backend.title} {facts['version']}")
    for found in backend.unsupported(intent, facts, machine):
        print("  " + found.as_text())
    known = json.loads(MEMORY.read_text()) if MEMORY.exists() else {"files": []}
    wanted = backend.render(intent, facts, machine)
    wanted.update({path: None for path in known["files"] if path not in wanted})
    old = {path: _old(path) for path in wanted}
    files = {path: "remove" if target is None else "change" if old[path] else "create" for path, target in wanted.items()}
    files = {path: action for path, action in files.items() if (wanted[path] or {}).get("content") != (old[path] or {}).get("content")}
    steps = _plan.plan(state, desired)
    create = [name for name in desired["links"] if name not in state["links"]]
    change = {
        "before": state, "desired": desired, "steps": steps, "files": files, "intent": intent, "create": create,
        "delete": desired["absent"],
        "touched": sorted({step["link"] for step in steps}),
        "first": next((link["enslave_first"] for link in desired["links"].values() if link.get("enslave_first")), None),
    }  # fmt: skip
    facts["remembered"] = backend.remember(machine, [*state["links"]])
    commands = backend.apply(change, facts)
    _run(machine, commands, "before-files")
    for path in files:
        print(f"  {files[path]} {path}")
        _put(path, wanted[path])
    _run(machine, commands, "after-files")
    if undo:
        print("  and back")
        time.sleep(SETTLE)
        for path in files:
            _put(path, old[path])
        _run(machine, backend.rollback(change, facts), "after-files")
        _compare(machine, _desired.from_state(state, [*desired["links"], *desired["absent"]], desired))
        return
    ours = [path for path, target in wanted.items() if target is not None and not target.get("shared")]
    links = {name: {"kind": link["kind"], "options": sorted(link.get("options") or {})} for name, link in desired["links"].items()}
    MEMORY.write_text(json.dumps({"files": ours, "links": links, "previous": intent}))
    _compare(machine, desired)


def check(layout: str, nics: list[str]) -> None:
    """Compare the kernel with a layout that was applied before; the files must be as they would be written now."""
    machine = Machine()
    _state_now, intent, desired = _wanted(layout, nics, machine)
    _compare(machine, desired)
    backend, facts, _findings = _base.choose(machine, os.environ.get("BACKEND", "auto"), nics)
    stale = [
        path
        for path, target in backend.render(intent, facts, machine).items()
        if (_old(path) or {}).get("content") != (target or {}).get("content")
    ]
    if stale:
        raise Differences(f"would be written again: {stale}")


def main() -> int:
    """Run one verb."""
    verbs = {"apply": apply, "check": check, "undo": lambda layout, nics: apply(layout, nics, undo=True)}
    if len(sys.argv) < 3 or sys.argv[1] not in verbs or sys.argv[2] not in LAYOUTS:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        verbs[sys.argv[1]](sys.argv[2], sys.argv[3:5] or ["eth0", "eth1"])
    except Differences as found:
        print(f"{sys.argv[1]} {sys.argv[2]}: DIFFERENT\n{found}")
        return 1
    print(f"{sys.argv[1]} {sys.argv[2]}: as wanted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
