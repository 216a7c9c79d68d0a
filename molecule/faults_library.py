# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong while a remote host's network changes, done to the lab's hosts from outside the product.

A fault is a function ``(lab, host)``; it injects, runs a playbook, and asserts what must hold. ``FAULTS`` names them all.
"""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from harness import ADDRESSES, Lab, Run, ansible, playbook

BONDED = "default/inventory/bonded"
HOST = Path(__file__).resolve().parent / "faults" / "host.yml"
DEADLINE = 20
STORE = "/var/lib/trunkline-bonding"
SWITCH = {"kvm1": "leaf1", "kvm2": "leaf2", "kvm3": "leaf1", "kvm4": "leaf2"}
# what the back end calls when it takes over files, and its daemon
TOOL = {"kvm1": "networkctl", "kvm2": "nmcli", "kvm3": "ifup", "kvm4": "ifup"}
DAEMON = {"kvm1": "systemd-networkd.service", "kvm2": "NetworkManager.service"}


@dataclass
class Before:
    """A host as it was: what a rollback must bring back."""

    files: dict
    links: dict
    routes: list


def look(lab: Lab, host: str) -> Before:
    return Before(lab.files(host), lab.links(host), lab.routes(host))


def change(host: str, confirm: str = "auto", deadline: int = DEADLINE, extra: dict | None = None, **options) -> Run:
    """The host's own change alone, by the role; the switch ports stay as they are, which an 802.3ad bond tolerates."""
    variables = {"bonding_deadline": deadline, "bonding_confirm": confirm, **(extra or {})}
    return ansible(HOST, BONDED, limit=host, extra=variables, **options)


def both_ends(host: str, extra: dict | None = None, **options) -> Run:
    return playbook("site", BONDED, limit=f"{host},{SWITCH[host]}", extra={"bonding_deadline": 60, **(extra or {})}, **options)


def survived(lab: Lab, host: str, before: Before, seconds: float) -> None:
    """The host answers on its old configuration within ``seconds``, and nothing of the change is left."""
    end = time.monotonic() + seconds
    difference = "it was not looked at"
    while time.monotonic() < end:
        if lab.answers(host, 2) is not None:
            now = look(lab, host)
            difference = differences(before, now)
            if not difference and lab.node(host, "test", "!", "-e", f"{STORE}/open", check=False) == "" and not is_open(lab, host):
                return
        time.sleep(0.5)
    raise AssertionError(f"{host} is not as it was: {difference or 'the transaction is still open'}\n{log(lab, host)}")


def is_open(lab: Lab, host: str) -> bool:
    return lab.shell(host, f"[ -L {STORE}/open ] && echo open; true").strip() == "open"


def differences(before: Before, now: Before) -> str:
    words = []
    for name in ("files", "links"):
        old, new = getattr(before, name), getattr(now, name)
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                words.append(f"{key}: {old.get(key)} -> {new.get(key)}")
    if before.routes != now.routes:
        words.append(f"routes: {before.routes} -> {now.routes}")
    return "; ".join(words)


def log(lab: Lab, host: str) -> str:
    return lab.shell(host, f"tail -n 40 {STORE}/transactions/*/log {STORE}/transactions/*/status 2>/dev/null; true")


def wait_for(lab: Lab, host: str, mark: str, seconds: float) -> None:
    """Waits until a transaction of the host has reached a status."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if mark in lab.shell(host, f"cat {STORE}/transactions/*/status 2>/dev/null; true").split():
            return
        time.sleep(0.3)
    raise AssertionError(f"{host} never became {mark}\n{log(lab, host)}")


@contextmanager
def wrapped(lab: Lab, host: str, tools: tuple[str, ...], body: str):
    """Puts a program of the same name before the real one; ``body`` is sh, ``exec_real`` goes on with the real program."""
    for tool in tools:
        text = f'#!/bin/sh\nreal=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v {tool})\n{body}\nexec "$real" "$@"\n'
        lab.shell(host, f"cat >/usr/local/sbin/{tool} <<'END'\n{text}END\nchmod 755 /usr/local/sbin/{tool}")
    try:
        yield
    finally:
        lab.shell(host, "rm -f " + " ".join(f"/usr/local/sbin/{tool}" for tool in tools))


@contextmanager
def cut_off(lab: Lab, host: str):
    """The controller's packets to the host are dropped in the core router."""
    lab("ssh", f"ip route add blackhole {ADDRESSES[host]}/32")
    try:
        yield
    finally:
        lab("ssh", f"ip route del blackhole {ADDRESSES[host]}/32")


def wrong_gateway(lab: Lab, host: str) -> None:
    before = look(lab, host)
    addresses = variables_of(host)["bonding_addresses"]
    addresses["br0"]["gateway"] = "198.51.100.99"
    start = time.monotonic()
    run = change(host, extra={"bonding_addresses": addresses})
    assert run.rc != 0
    assert "198.51.100.99" in run.output and "rolled_back" in run.output, run.last()
    survived(lab, host, before, max(5, DEADLINE - (time.monotonic() - start)))


def slaves_that_do_not_exist(lab: Lab, host: str) -> None:
    before = look(lab, host)
    run = change(host, extra={"bonding_nics": {}, "bonding_bonds": [{"name": "bond0", "profile": "compute", "slaves": ["eth0", "eth7"]}]})
    assert run.rc != 0
    assert "host.nic-missing" in run.output and "eth7" in run.output, run.last()
    survived(lab, host, before, 5)
    assert lab.shell(host, f"ls {STORE}/transactions 2>/dev/null; true") == ""


def back_end_fails_half_way(lab: Lab, host: str) -> None:
    before = look(lab, host)
    # the first call that changes something works, the next ones do not
    complain = 'echo "out of order" >&2; exit 1'
    if host == "kvm1":
        body = f'case "$1" in reload|reconfigure) "$real" "$@"; {complain} ;; esac'
    else:
        body = f'case "$*" in *up*|*load*|*bond0*|*br0*) [ ! -e /run/failed-once ] || {{ {complain}; }}; touch /run/failed-once ;; esac'
    with wrapped(lab, host, (TOOL[host],), body):
        run = change(host)
        assert run.rc != 0
        assert "rolled_back" in run.output and "the back end failed at" in run.output, run.last()
    survived(lab, host, before, DEADLINE)


def daemon_hangs_during_rollback(lab: Lab, host: str) -> None:
    before = look(lab, host)
    run = change(host, confirm="later")
    assert run.rc == 0, run.last()
    wait_for(lab, host, "applied", DEADLINE)
    start = time.monotonic()
    if host in DAEMON:
        lab.node(host, "systemctl", "kill", "-s", "STOP", DAEMON[host])
        survived(lab, host, before, DEADLINE)
        lab.node(host, "systemctl", "kill", "-s", "CONT", DAEMON[host])
    else:
        with wrapped(lab, host, ("ifup", "ifdown"), "sleep 600"):
            survived(lab, host, before, DEADLINE)
    assert time.monotonic() - start <= DEADLINE + 2
    # awake again, the daemon does not undo it
    time.sleep(3)
    survived(lab, host, before, 5)


def ssh_cut_during_apply(lab: Lab, host: str) -> None:
    before = look(lab, host)
    cut = threading.Event()

    def cutter() -> None:
        wait_for(lab, host, "applying", 120)
        with cut_off(lab, host):
            cut.set()
            time.sleep(DEADLINE + 4)

    thread = threading.Thread(target=cutter)
    thread.start()
    run = change(host)
    thread.join()
    assert cut.is_set()
    assert run.rc != 0
    assert "rolled_back" in run.output or "unreachable" in run.output.lower(), run.last()
    survived(lab, host, before, 5)


def container_restarted(lab: Lab, host: str) -> None:
    before = look(lab, host)
    assert change(host, confirm="later", deadline=300).rc == 0
    wait_for(lab, host, "applied", 30)
    lab("restart", host)
    survived(lab, host, before, 60)


def power_cut(lab: Lab, host: str) -> None:
    before = look(lab, host)
    assert change(host, confirm="later", deadline=300).rc == 0
    wait_for(lab, host, "applied", 30)
    lab("power-cut")
    survived(lab, host, before, 60)


def disk_full(lab: Lab, host: str) -> None:
    lab.shell(host, f"mkdir -p {STORE} && mount -t tmpfs -o size=16k tmpfs {STORE}")
    before = look(lab, host)
    run = change(host)
    assert run.rc != 0
    assert "No space left" in run.output or "space" in run.output, run.last()
    survived(lab, host, before, 5)
    lab.shell(host, f"umount {STORE}")


def var_noexec(lab: Lab, host: str) -> None:
    lab.shell(host, "mount --bind /var /var && mount -o remount,bind,noexec /var")
    wrong_gateway(lab, host)
    run = change(host, deadline=60)
    assert run.rc == 0, run.last()
    assert "bond0" in lab.links(host)


def answer_of_confirmation_lost(lab: Lab, host: str) -> None:
    # On the host itself, because only there the moment between the confirmation and its answer can be caught.
    watcher = (
        f"rm -f /run/lost; while :; do for f in {STORE}/transactions/*/confirmed; do [ -e $f ] && break 2; done; sleep 0.02; done; "
        "ip route add blackhole 198.51.100.1/32; touch /run/lost; sleep 12; ip route del blackhole 198.51.100.1/32"
    )
    lab.shell(host, f"setsid sh -c '{watcher}' </dev/null >/dev/null 2>&1 &")
    run = change(host, deadline=60)
    assert lab.shell(host, "ls /run/lost").strip() == "/run/lost"
    now = lab.links(host)
    assert f"{ADDRESSES[host]}/24" in now["br0"]["addresses"], "what was confirmed must stand"
    assert run.rc == 0 or "unknown" in run.output, run.last()
    again = change(host)
    assert again.rc == 0 and "changed=0" in again.output, again.last()


def two_controllers(lab: Lab, host: str) -> None:
    first = change(host, confirm="later", deadline=120)
    assert first.rc == 0, first.last()
    second = change(host)
    assert second.rc != 0
    assert "host.transaction-open" in second.output, second.last()
    confirmed = ansible(HOST, BONDED, limit=host, extra={"close": "confirmed"})
    assert confirmed.rc == 0, confirmed.last()
    assert "bond0" in lab.links(host)
    assert not is_open(lab, host)


def wrong_switch_port(lab: Lab, host: str) -> None:
    """The inventory names the port of the third cable, so LACP never comes up on the second."""
    before = look(lab, host)
    port = {"kvm1": "swp3", "kvm2": "swp3", "kvm3": "swp6"}[host]
    nics = variables_of(host)["bonding_nics"]
    nics["eth1"]["port"] = port
    run = both_ends(host, extra={"bonding_nics": nics})
    assert run.rc != 0
    assert port in run.output, run.last()
    survived(lab, host, before, 60)


def variables_of(host: str) -> dict:
    return yaml.safe_load((Path(__file__).resolve().parent / BONDED / "host_vars" / f"{host}.yml").read_text())


def controller_killed(lab: Lab, host: str) -> None:
    """Killed at each task of the change at both ends; each time the old configuration comes back at both ends."""
    before = look(lab, host)
    lab.reset()
    titles = tasks_of_site(host)
    for title in titles:
        lab.reset()
        run = both_ends(host, extra={"bonding_deadline": 45}, kill_after=rf"^TASK \[{title}")
        assert run.rc != 0
        if "confirm" in title.lower():
            continue
        survived(lab, host, before, 75)


def tasks_of_site(host: str) -> list[str]:
    run = both_ends(host, args=("--list-tasks",))
    return [re.escape(line.split("TAGS")[0].strip()) for line in run.output.splitlines() if "TAGS" in line and "play #" not in line]


FAULTS = {
    function.__name__: function
    for function in (
        wrong_switch_port,
        wrong_gateway,
        slaves_that_do_not_exist,
        back_end_fails_half_way,
        daemon_hangs_during_rollback,
        controller_killed,
        ssh_cut_during_apply,
        container_restarted,
        power_cut,
        disk_full,
        var_noexec,
        answer_of_confirmation_lost,
        two_controllers,
    )
}
