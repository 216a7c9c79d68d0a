# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""There and back by two inventories: from a plain eth0 to a bridge on a LACP bond, with the switches, and to the plain eth0 again."""

from __future__ import annotations

import json

import pytest
from harness import ADDRESSES, playbook
from hosts_library import HOSTS, addressing, look, mac, start_afresh

LIMIT = ",".join([*HOSTS, "switches"])


def site(lab, inventory: str) -> dict:
    for host in HOSTS:
        lab("ping", "start", host, ADDRESSES[host])
    try:
        run = playbook("site", f"default/inventory/{inventory}", limit=LIMIT)
    finally:
        pings = {host: json.loads(lab("ping", "stop", host)) for host in HOSTS}
    assert run.rc == 0, run.last(120)
    return {"run": run, "pings": pings, "looks": {host: look(lab, host) for host in HOSTS}}


@pytest.fixture(scope="module")
def there(lab):
    start_afresh(lab)
    first = {host: look(lab, host) for host in HOSTS}
    return first, site(lab, "bonded")


@pytest.fixture(scope="module")
def back(lab, there):
    return site(lab, "plain")


def tell(host: str, what: str, done: dict) -> None:
    ping = done["pings"][host]
    print(f"\n  {host} {what}: {ping['lost'] * 0.02:.1f} s without a ping, longest gap {ping['longest_gap_seconds']} s", end=" ")


@pytest.mark.parametrize("host", HOSTS)
def test_there(there, host):
    _first, done = there
    tell(host, "to the bridge on the bond", done)
    look = done["looks"][host]
    assert look.option("bond0", "mode") == "802.3ad"
    assert look.options["bond0"]["ad_num_ports"] == "2"
    assert look.addresses("br0") == sorted(addressing(host)["addresses"])


@pytest.mark.parametrize("host", HOSTS)
def test_back(there, back, host):
    first, _done = there
    tell(host, "back to the plain NIC", back)
    look = back["looks"][host]
    assert {name for name, link in look.links.items() if link.get("linkinfo", {}).get("info_kind") in ("bond", "bridge", "vlan")} == set()
    assert look.addresses("eth0") == sorted(addressing(host)["addresses"])
    assert look.links["eth0"]["address"] == mac(host, 0)
    assert look.links["eth1"]["address"] == mac(host, 1)
    assert look.route("default") == first[host].route("default")
    assert look.route("default", 6) == first[host].route("default", 6)
