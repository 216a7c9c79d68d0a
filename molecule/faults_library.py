# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong while a remote host's network changes, done to the lab's hosts from outside the product.

A fault is a function ``(lab, *hosts)``: it injects, runs a playbook, and asserts what must hold for each of the hosts: it answers on
its old configuration, its files and links are what they were, its switch is what it was and carries it, and the run says what happened.
Where time is no part of the fault, several hosts share one run. ``FAULTS`` names them all.
"""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from harness import ADDRESSES, Lab, Run, ansible, playbook
from survival import DEADLINE, STORE, SWITCH, beside, in_time, is_open, log, look, looks, status, survived, wait_for

BONDED = "default/inventory/bonded"
HOST = Path(__file__).resolve().parent / "faults" / "host.yml"
# Several emulated hosts at once need minutes for what takes seconds on metal.
PATIENT = 240
# what the back end calls when it takes over files, and its daemon
TOOL = {"kvm1": "networkctl", "kvm2": "nmcli", "kvm3": "ifup", "kvm4": "ifup"}
DAEMON = {"kvm1": "systemd-networkd.service", "kvm2": "NetworkManager.service"}
WRONG_GATEWAY = "198.51.100.99"
WRONG_PORT = {"kvm1": "swp3", "kvm2": "swp3", "kvm3": "swp6"}


@contextmanager
def varied(variables: dict[str, dict]):
    """The inventory with other variables for some hosts."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "hosts.yml").write_text(yaml.safe_dump({"hosts": {"hosts": dict.fromkeys(variables)}}))
        # Only variables of the same kind of place outweigh those of the inventory before.
        (place / "host_vars").mkdir()
        for host, body in variables.items():
            (place / "host_vars" / f"{host}.yml").write_text(yaml.safe_dump(body))
        yield (BONDED, place)


def variables_of(host: str) -> dict:
    return yaml.safe_load((Path(__file__).resolve().parent / BONDED / "host_vars" / f"{host}.yml").read_text())


def change(*hosts: str, confirm: str = "auto", deadline: int = DEADLINE, inventory: tuple = (BONDED,), extra: dict | None = None) -> Run:
    """The hosts' own change alone, by the role; the switch ports stay as they are, which an 802.3ad bond tolerates."""
    variables = {"bonding_deadline": deadline, "bonding_confirm": confirm, **(extra or {})}
    return ansible(HOST, *inventory, limit=",".join(hosts), extra=variables)


def both_ends(*hosts: str, deadline: int = PATIENT, inventory: tuple = (BONDED,), **options) -> Run:
    limit = ",".join([*hosts, *sorted({SWITCH[host] for host in hosts})])
    return playbook("site", *inventory, limit=limit, extra={"bonding_deadline": deadline}, **options)


@contextmanager
def wrapped(lab: Lab, host: str, tools: tuple[str, ...], body: str):
    """Puts a program of the same name before the real one; ``body`` is sh that comes first, ``$real`` is the real program."""
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


@contextmanager
def wrong_gateways(hosts: tuple[str, ...]):
    variables = {}
    for host in hosts:
        addresses = variables_of(host)["bonding_addresses"]
        addresses["br0"]["gateway"] = WRONG_GATEWAY
        variables[host] = {"bonding_addresses": addresses}
    with varied(variables) as inventory:
        yield inventory


def wrong_gateway(lab: Lab, *hosts: str) -> None:
    before = looks(lab, hosts)
    with wrong_gateways(hosts) as inventory:
        run = change(*hosts, deadline=PATIENT, inventory=inventory)
    assert run.rc != 0
    assert run.output.count(f"the gateway {WRONG_GATEWAY} on br0 does not answer") >= len(hosts), run.last()
    assert run.output.count('"status": "rolled_back"') >= len(hosts), run.last()
    for host in hosts:
        survived(lab, host, before[host], 5)


def wrong_gateway_and_short_deadline(lab: Lab, host: str) -> None:
    """Whoever is first, the evidence or the dead man: the host is back in time."""
    before = look(lab, host)
    with wrong_gateways((host,)) as inventory, in_time(lab, host):
        run = change(host, inventory=inventory)
        survived(lab, host, before, 5)
    assert run.rc != 0
    assert '"status": "rolled_back"' in run.output, run.last()
    assert f"{WRONG_GATEWAY} on br0 does not answer" in run.output or "nobody confirmed within 10 s" in run.output, run.last()


@contextmanager
def background(function, *arguments, **options):
    """Runs a function beside the block; what is yielded waits for its result."""
    found = []

    def work() -> None:
        found.append(function(*arguments, **options))

    def result():
        thread.join()
        return found[0]

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield result
    finally:
        thread.join()


def slaves_that_do_not_exist(lab: Lab, *hosts: str) -> None:
    before = looks(lab, hosts)
    run = change(*hosts, extra={"bonding_nics": {}, "bonding_bonds": [{"name": "bond0", "profile": "compute", "slaves": ["eth0", "eth7"]}]})
    assert run.rc != 0
    assert "host.nic-missing" in run.output and "eth7" in run.output, run.last()
    for host in hosts:
        assert re.search(rf"fatal: \[{host}\].*eth7", run.output), run.last()
        survived(lab, host, before[host], 5)
        assert lab.shell(host, f"ls {STORE}/transactions 2>/dev/null; true") == ""


def back_end_fails_half_way(lab: Lab, host: str) -> None:
    before = look(lab, host)
    # the first call that changes something works, the next ones do not
    complain = 'echo "out of order" >&2; exit 1'
    if host == "kvm1":
        body = f'case "$1" in reload|reconfigure) "$real" "$@"; {complain} ;; esac'
    elif host == "kvm2":
        body = f'case "$*" in *up*|*load*) [ ! -e /run/failed-once ] || {{ {complain}; }}; touch /run/failed-once ;; esac'
    else:
        # It brings up the bond, says that it could not, and does nothing from then on.
        body = f'case "$*" in *bond0*) "$real" "$@"; touch /run/failed-once ;; esac; [ ! -e /run/failed-once ] || {{ {complain}; }}'
    with wrapped(lab, host, (TOOL[host],), body), in_time(lab, host):
        run = change(host)
        assert run.rc != 0
        assert '"status": "rolled_back"' in run.output, run.last()
        assert "the back end failed at" in run.output or "nobody confirmed within" in run.output, run.last()
        survived(lab, host, before, 5)


def daemon_hangs_during_rollback(lab: Lab, host: str) -> None:
    """It hangs from the moment at which the change is applied, or taken back if it is not applied in time."""
    before = look(lab, host)
    reached = f'grep -qsE "^(applied|rolling_back)" {STORE}/open/status'
    if host in DAEMON:
        beside(lab, host, f"until {reached}; do sleep 0.1; done; systemctl kill -s STOP {DAEMON[host]}")
        with in_time(lab, host):
            assert change(host, confirm="later").rc == 0
            survived(lab, host, before, 2 * DEADLINE)
        # The host's daemon works again, and does not undo it.
        assert lab.node(host, "systemctl", "is-active", DAEMON[host]).strip() == "active"
        pid = lab.node(host, "systemctl", "show", "-p", "MainPID", "--value", DAEMON[host]).strip()
        assert "(sleeping)" in lab.shell(host, f"grep State /proc/{pid}/status")
    else:
        with wrapped(lab, host, ("ifup", "ifdown"), f"! {reached} || sleep 600"), in_time(lab, host):
            assert change(host, confirm="later").rc == 0
            survived(lab, host, before, 2 * DEADLINE)
    assert "nobody confirmed within 10 s" in status(lab, host)
    time.sleep(3)
    survived(lab, host, before, 0)


def ssh_cut_during_apply(lab: Lab, host: str) -> None:
    before = look(lab, host)
    with background(change, host) as result, in_time(lab, host):
        wait_for(lab, host, "applying", 120)
        with cut_off(lab, host):
            wait_for(lab, host, "rolled_back", DEADLINE + 30)
        survived(lab, host, before, 5)
    run = result()
    assert run.rc != 0
    assert '"status": "rolled_back"' in run.output or "nobody confirmed within" in run.output, run.last()


def container_restarted(lab: Lab, *hosts: str) -> None:
    before = looks(lab, hosts)
    assert change(*hosts, confirm="later", deadline=PATIENT).rc == 0
    for host in hosts:
        wait_for(lab, host, "applied", 60)
        lab("restart", host)
    for host in hosts:
        survived(lab, host, before[host], 60)
        assert "the host was restarted before the confirmation" in status(lab, host)


def power_cut(lab: Lab, *hosts: str) -> None:
    before = looks(lab, hosts)
    assert change(*hosts, confirm="later", deadline=600).rc == 0
    for host in hosts:
        wait_for(lab, host, "applied", 60)
    lab("power-cut")
    for host in hosts:
        survived(lab, host, before[host], 90)
        assert "the host was restarted before the confirmation" in status(lab, host)


def disk_full(lab: Lab, *hosts: str) -> None:
    for host in hosts:
        lab.shell(host, f"mkdir -p {STORE} && mount -t tmpfs -o size=16k tmpfs {STORE}")
    before = looks(lab, hosts)
    run = change(*hosts)
    assert run.rc != 0
    for host in hosts:
        assert re.search(rf"fatal: \[{host}\].*No space left", run.output), run.last()
        survived(lab, host, before[host], 5)
        lab.shell(host, f"umount {STORE}")


def var_noexec(lab: Lab, *hosts: str) -> None:
    for host in hosts:
        lab.shell(host, "mount --bind /var /var && mount -o remount,bind,noexec /var")
    before = looks(lab, hosts)
    assert change(*hosts, confirm="later").rc == 0
    for host in hosts:
        wait_for(lab, host, "rolled_back", 60)
        survived(lab, host, before[host], 5)
    run = change(*hosts, deadline=PATIENT)
    assert run.rc == 0, run.last()
    for host in hosts:
        assert "bond0" in lab.links(host)
        assert lab.answers(host, 10) is not None


def answer_of_confirmation_lost(lab: Lab, *hosts: str) -> None:
    # On the host itself, because only there the moment between the confirmation and its answer can be caught.
    for host in hosts:
        beside(
            lab,
            host,
            f"rm -f /run/lost; while :; do for f in {STORE}/transactions/*/confirmed; do [ -e $f ] && break 2; done; sleep 0.02; done; "
            "ip route add blackhole 198.51.100.1/32; touch /run/lost; sleep 12; ip route del blackhole 198.51.100.1/32",
        )
    run = change(*hosts, deadline=PATIENT)
    for host in hosts:
        assert lab.shell(host, "ls /run/lost").strip() == "/run/lost"
        assert f"{ADDRESSES[host]}/24" in lab.links(host)["br0"]["addresses"], "what was confirmed must stand"
        assert not is_open(lab, host)
        assert lab.answers(host, 10) is not None
    assert run.rc == 0 or '"status": "unknown"' in run.output, run.last()
    again = change(*hosts, deadline=PATIENT)
    assert again.rc == 0 and again.output.count("changed=0") == len(hosts), again.last()


def two_controllers(lab: Lab, *hosts: str) -> None:
    first = change(*hosts, confirm="later", deadline=PATIENT)
    assert first.rc == 0, first.last()
    for host in hosts:
        wait_for(lab, host, "applied", 60)
        assert lab.answers(host, 30) is not None
    second = change(*hosts)
    assert second.rc != 0
    for host in hosts:
        assert re.search(rf"fatal: \[{host}\].*host.transaction-open", second.output), second.last()
    confirmed = ansible(HOST, BONDED, limit=",".join(hosts), extra={"close": "confirmed"})
    assert confirmed.rc == 0, confirmed.last()
    for host in hosts:
        assert "bond0" in lab.links(host)
        assert not is_open(lab, host)
        assert lab.answers(host, 10) is not None


def wrong_switch_port(lab: Lab, *hosts: str) -> None:
    """The inventory names the port of the third cable, so LACP never comes up on the second.

    Both ends are taken back as soon as the proof says so, whatever the deadline.
    """
    before = looks(lab, hosts)
    variables = {}
    for host in hosts:
        nics = variables_of(host)["bonding_nics"]
        nics["eth1"]["port"] = WRONG_PORT[host]
        variables[host] = {"bonding_nics": nics}
    with varied(variables) as inventory:
        run = both_ends(*hosts, deadline=600, inventory=inventory)
    assert run.rc != 0
    assert run.seconds < 600
    for host in hosts:
        assert re.search(rf"fatal: \[{host}\].*Taken back at both ends: .*{WRONG_PORT[host]}", run.output), run.last()
        survived(lab, host, before[host], 60)


def controller_killed(lab: Lab, task: str, deadline: int, *hosts: str) -> None:
    """Killed when a task of the change at both ends begins: the old configuration comes back at both ends."""
    before = looks(lab, hosts)
    with in_time(lab, *hosts, deadline=deadline):
        run = both_ends(*hosts, deadline=deadline, kill_after=rf"^TASK \[{re.escape(task)}")
        assert run.rc != 0
        assert f"TASK [{task}" in run.output, f"{task} was never reached: {run.last()}"
        for host in hosts:
            survived(lab, host, before[host], 2 * deadline + 60)


def controller_killed_between_the_confirmations(lab: Lab, *hosts: str) -> None:
    """The hosts' change is permanent, that of their switches is not: all stay reachable, and the next run brings both ends together."""
    before = looks(lab, hosts)
    run = both_ends(*hosts, deadline=PATIENT, kill_after=r"^TASK \[Keep the change of the switches")
    assert run.rc != 0
    for host in hosts:
        assert status(lab, host).split()[0] == "confirmed", log(lab, host)
        assert lab.answers(host, 10) is not None
    # What the switches' own dead men would do at their deadlines.
    transaction = lab.shell(hosts[0], f"ls -t {STORE}/transactions | head -n 1").strip()
    switches = sorted({SWITCH[host] for host in hosts})
    back = ansible(HOST, BONDED, limit=",".join(switches), extra={"close": "rolled_back", "change": transaction})
    assert back.rc == 0, back.last()
    for host in hosts:
        assert lab.switch(SWITCH[host]) == before[host].switch
        assert lab.answers(host, 10) is not None
    again = both_ends(*hosts)
    assert again.rc == 0, again.last()
    for host in hosts:
        assert lab.lacp_ports(host, "bond0") == 2, lab.node(host, "cat", "/proc/net/bonding/bond0")
        assert lab.answers(host, 10) is not None


FAULTS = {
    function.__name__: function
    for function in (
        wrong_switch_port,
        wrong_gateway,
        wrong_gateway_and_short_deadline,
        slaves_that_do_not_exist,
        back_end_fails_half_way,
        daemon_hangs_during_rollback,
        controller_killed_between_the_confirmations,
        ssh_cut_during_apply,
        container_restarted,
        power_cut,
        disk_full,
        var_noexec,
        answer_of_confirmation_lost,
        two_controllers,
    )
}
