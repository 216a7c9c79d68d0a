# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the converged hosts and switches must show, asked of their kernels and daemons and not of the collection."""

from __future__ import annotations

import pytest

testinfra_hosts = ["ansible://kvm1", "ansible://kvm2"]

# IEEE 802.1AX: activity, short timeout, aggregation, synchronization, collecting, distributing
ESTABLISHED = 0x3F


def proc(host) -> dict[str, str]:
    """Key -> first value of /proc/net/bonding/bond0 above the slaves."""
    text = host.file("/proc/net/bonding/bond0").content_string
    head = text.split("Slave Interface:")[0]
    return {key.strip(): value.strip() for key, _colon, value in (line.partition(":") for line in head.splitlines()) if value}


def test_bond_is_lacp_with_both_slaves(host):
    options = proc(host)
    assert options["Bonding Mode"] == "IEEE 802.3ad Dynamic link aggregation"
    assert options["Transmit Hash Policy"] == "layer3+4 (1)"
    assert options["LACP rate"] == "fast"
    assert options["MII Polling Interval (ms)"] == "100"
    assert options["Number of ports"] == "2"
    assert options["Partner Mac Address"] != "00:00:00:00:00:00"


@pytest.mark.parametrize("slave", ["eth0", "eth1"])
def test_slave_is_established(host, slave):
    state = int(host.file(f"/sys/class/net/{slave}/bonding_slave/ad_actor_oper_port_state").content_string)
    partner = int(host.file(f"/sys/class/net/{slave}/bonding_slave/ad_partner_oper_port_state").content_string)
    assert state & ESTABLISHED == ESTABLISHED
    assert partner & ESTABLISHED == ESTABLISHED


def test_address_is_on_the_bridge_alone(host):
    me = host.ansible.get_variables()["inventory_hostname"]
    address = f"198.51.100.1{me[-1]}"
    assert address in host.interface("br0").addresses
    assert host.interface("bond0").addresses == [] or address not in host.interface("bond0").addresses
    assert host.check_output("cat /sys/class/net/bond0/master/uevent | grep ^INTERFACE") == "INTERFACE=br0"


def test_vlan_reaches_its_router(host):
    assert host.run("ping -c2 -W2 203.0.113.1").rc == 0


def test_default_route_leaves_by_the_bridge(host):
    assert "dev br0" in host.check_output("ip route show default")
    assert "dev br0" in host.check_output("ip -6 route show default")


def test_nothing_is_left_of_the_transaction(host):
    assert not host.file("/var/lib/trunkline-bonding/open").exists
    assert host.run("systemctl list-timers --all | grep trunkline").rc != 0
