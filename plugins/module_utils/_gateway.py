# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Does the gateway answer? It is asked with one echo request; one that does not answer those is still seen by ARP or ND."""

from __future__ import annotations

import json
import socket
import time

# States of a neighbour entry that say it was heard a moment ago, or need not be heard (ip-neighbour(8)).
_HEARD = {"REACHABLE", "PERMANENT", "NOARP"}


def of(routes):
    """The gateways of the default routes of a state or desired: ``[{"family", "via", "dev"}]``, each once.

    Routers that only advertise themselves are left out: nobody configured them, and they come and go.
    """
    found = []
    for route in routes:
        if route["to"] == "default" and route.get("via") and route.get("protocol") != "ra":
            gateway = {"family": route["family"], "via": route["via"], "dev": route["dev"]}
            if gateway not in found:
                found.append(gateway)
    return found


def _neighbour(machine, gateway):
    rc, out, _err = machine.run(["ip", "-j", f"-{gateway['family']}", "neigh", "show", "to", gateway["via"], "dev", gateway["dev"]], 5)
    try:
        entries = json.loads(out or "[]") if rc == 0 else []
    except ValueError:
        entries = []
    return {state for entry in entries for state in entry.get("state", ())}


def _knock(gateway):
    # Makes the kernel ask for the neighbour where ping is not installed: a datagram to the discard port.
    family = socket.AF_INET if gateway["family"] == 4 else socket.AF_INET6
    try:
        scope = socket.if_nametoindex(gateway["dev"]) if family == socket.AF_INET6 else None
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", (gateway["via"], 9) if scope is None else (gateway["via"], 9, 0, scope))
    except OSError:
        pass


def _answers(machine, gateway):
    target = gateway["via"]
    if target.lower().startswith("fe80:"):
        target += f"%{gateway['dev']}"
    rc = machine.run(["ping", f"-{gateway['family']}", "-n", "-q", "-c", "1", "-W", "1", target], 3)[0]
    if rc == 0:
        return True
    _knock(gateway)
    return bool(_neighbour(machine, gateway) & _HEARD)


def ask(machine, gateways, seconds):
    """``[{"family", "via", "dev", "answers"}]``; asks again those that are silent, for at most so many seconds."""
    end = time.monotonic() + seconds
    answers = [_answers(machine, gateway) for gateway in gateways]
    while not all(answers) and time.monotonic() < end:
        time.sleep(0.5)
        answers = [known or _answers(machine, gateway) for known, gateway in zip(answers, gateways)]
    return [{**gateway, "answers": answer} for gateway, answer in zip(gateways, answers)]
