# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host and its switch are before a fault, and must be again after it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass

from harness import Lab

# The deadline of a change, in seconds: by then an unconfirmed host is as it was.
DEADLINE = 20
STORE = "/var/lib/trunkline-bonding"
SWITCH = {"kvm1": "leaf1", "kvm2": "leaf2", "kvm3": "leaf1", "kvm4": "leaf2"}


@dataclass
class Before:
    """A host and its switch as they were: what a rollback must bring back."""

    files: dict
    links: dict
    routes: list
    switch: dict


def look(lab: Lab, host: str) -> Before:
    return Before(lab.files(host), lab.links(host), lab.routes(host), lab.switch(SWITCH[host]))


def looks(lab: Lab, hosts: tuple[str, ...]) -> dict[str, Before]:
    return {host: look(lab, host) for host in hosts}


def survived(lab: Lab, host: str, before: Before, seconds: float) -> None:
    """The host answers on its old configuration within ``seconds``, nothing of the change is left, and its window gets closed."""
    end = time.monotonic() + seconds
    difference = "it did not answer"
    while True:
        if lab.answers(host, 2) is not None:
            difference = differences(before, look(lab, host))
            if not difference:
                break
        if time.monotonic() >= end:
            raise AssertionError(f"{host} is not as it was: {difference}\n{log(lab, host)}")
    closed(lab, host)
    # Nor does anything undo it afterwards.
    now = look(lab, host)
    assert not differences(before, now), f"{host} did not stay as it was: {differences(before, now)}\n{log(lab, host)}"
    assert lab.answers(host, 5) is not None


def closed(lab: Lab, host: str, seconds: float = 45) -> None:
    end = time.monotonic() + seconds
    while is_open(lab, host):
        assert time.monotonic() < end, f"the window of {host} is still open\n{log(lab, host)}"
        time.sleep(0.5)
    assert "rollback_incomplete" not in status(lab, host), log(lab, host)


@contextmanager
def in_time(lab: Lab, *hosts: str, deadline: int = DEADLINE):
    """Hosts have their old addresses and routes again before their transaction is as old as the deadline, seen on the host itself.

    A daemon that is started anew once all is back may touch the link for a moment.
    """
    for host in hosts:
        beside(
            lab,
            host,
            "look() { ip -4 -o address show scope global; ip -4 route; }; old=$(look); rm -f /run/left /run/back; "
            'while [ "$(look)" = "$old" ]; do sleep 0.1; done; date +%s >/run/left; '
            'until [ "$(look)" = "$old" ]; do sleep 0.1; done; date +%s >/run/back',
        )
    yield
    created = f"sed -n 's/.*\"created\": \\([0-9]*\\).*/\\1/p' {STORE}/transactions/*/change.json 2>/dev/null | tail -n 1"
    for host in hosts:
        times = lab.shell(host, f"{created}; cat /run/left /run/back 2>/dev/null; true").split()
        if len(times) < 2:
            # It never left what it had.
            continue
        begun, left, back = (int(word) for word in [*times, "0"][:3])
        assert back, f"{host} left what it had, and is not back\n{log(lab, host)}"
        assert left - begun > deadline or back - begun <= deadline, f"{host} was as before only after {back - begun} s\n{log(lab, host)}"


def is_open(lab: Lab, host: str) -> bool:
    return lab.shell(host, f"[ -L {STORE}/open ] && echo open; true").strip() == "open"


def status(lab: Lab, host: str) -> str:
    return lab.shell(host, f"cat {STORE}/transactions/*/status 2>/dev/null; true")


def differences(before: Before, now: Before) -> str:
    words = []
    for name in ("files", "links", "switch"):
        old, new = getattr(before, name), getattr(now, name)
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                words.append(f"{key}: {old.get(key)} -> {new.get(key)}")
    if before.routes != now.routes:
        words.append(f"routes: {before.routes} -> {now.routes}")
    return "; ".join(words)


def log(lab: Lab, host: str) -> str:
    return lab.shell(host, f"tail -n 60 {STORE}/transactions/*/log {STORE}/transactions/*/status 2>/dev/null; true")


def wait_for(lab: Lab, host: str, mark: str, seconds: float) -> None:
    """Waits until a transaction of the host has reached a status."""
    end = time.monotonic() + seconds
    while mark not in status(lab, host).split():
        if time.monotonic() >= end:
            raise AssertionError(f"{host} never became {mark}\n{log(lab, host)}")
        time.sleep(0.3)


def beside(lab: Lab, host: str, script: str) -> None:
    """Runs sh on the host, detached from everything."""
    lab.shell(host, f"setsid sh -c '{script}' </dev/null >/dev/null 2>&1 &")
