# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands on a bond: MTU through the stack, VLANs, DHCP of both families, DNS, routes. Each row continues from the one before."""

from __future__ import annotations

import pytest
from hosts_library import HOSTS, Look, Step, addressing, bond, judge, nics, run_step, start_afresh

PORTS = {"kvm1": ("leaf1", 1), "kvm2": ("leaf2", 1), "kvm3": ("leaf1", 4)}
# How each back end names the servers and domains that a link gave it.
RESOLVER = {
    "kvm1": "resolvectl --no-pager status br0",
    "kvm2": "nmcli -g IP4.DNS,IP4.SEARCHES device show br0; cat /etc/resolv.conf",
    "kvm3": "cat /etc/resolv.conf",
}


def stack(host: str, mtu: int | None, vlans: tuple[int, ...], more: dict | None = None, **own) -> dict:
    return {
        "nics": nics(host, "eth0", "eth1"),
        "bonds": [bond(mode="active-backup", mtu=mtu)],
        "vlans": [{"name": f"bond0.{number}", "id": number, "link": "bond0"} for number in vlans],
        "bridges": [{"name": "br0", "ports": ["bond0"], "hypervisor": "kvm"}],
        "addresses": {"br0": addressing(host, **own), **(more or {})},
    }


def sizes(mtu: int, *vlans: int):
    def expect(look: Look, host: str) -> None:
        names = ["eth0", "eth1", "bond0", "br0", *(f"bond0.{number}" for number in vlans)]
        assert {name: look.links[name]["mtu"] for name in names} == dict.fromkeys(names, mtu)
        numbers = {name: link["linkinfo"]["info_data"]["id"] for name, link in look.links.items() if name.startswith("bond0.")}
        assert numbers == {f"bond0.{number}": number for number in vlans}
        # whatever gateway a lease or an advertisement has brought
        assert (look.way_out(), look.way_out(6)) == (("198.51.100.1", "br0"), ("2001:db8:10::1", "br0"))

    return expect


LEASES = "ip -4 address show dev bond0.20 | grep -q global && ip -6 address show dev bond0.20 scope global | grep -q 2001:db8:20::1"


def leased(look: Look, host: str) -> None:
    """The router's ranges are 203.0.113.100-199 and 2001:db8:20::100-1ff, see the lab's dnsmasq."""
    sizes(1500, 20)(look, host)
    found = [entry["local"] for entry in look.links["bond0.20"]["addr_info"] if entry["scope"] == "global"]
    assert [text for text in found if text.startswith("203.0.113.") and 100 <= int(text.rpartition(".")[2]) <= 199], found
    assert [text for text in found if text.startswith("2001:db8:20::1")], found


def routed(look: Look, host: str) -> None:
    assert look.route("192.0.2.0/24") == [("198.51.100.2", "br0")]
    assert [route["metric"] for route in look.routes if route["dst"] == "192.0.2.0/24"] == [50]
    assert look.route("2001:db8:99::/48", 6) == [("2001:db8:10::2", "br0")]
    assert [route["gateway"] for route in look.routes if route.get("table") == "77" and route["dst"] == "default"] == ["198.51.100.1"]


# The gateway of each default route has to answer before a change is confirmed, in whatever table it is.
ROUTES = [
    {"to": "192.0.2.0/24", "via": "198.51.100.2", "metric": 50},
    {"to": "2001:db8:99::/48", "via": "2001:db8:10::2"},
    {"to": "default", "via": "198.51.100.1", "table": 77},
]
NAMES = {"dns": ["198.51.100.1", "198.51.100.7"], "search": ["a.example", "b.example"]}
DHCP = {"bond0.20": {"dhcp4": True, "dhcp6": True}}
STEPS = (
    Step("jumbo", lambda host: stack(host, 9000, (20, 30)), sizes(9000, 20, 30), cost="rebuild", gap=8),
    Step("smaller", lambda host: stack(host, 4000, (20, 30, 40)), sizes(4000, 20, 30, 40), gap=0),
    Step("default-mtu-and-dhcp", lambda host: stack(host, None, (20,), DHCP), leased, gap=0, until=LEASES),
    Step("routes-and-names", lambda host: stack(host, None, (20,), DHCP, routes=ROUTES, **NAMES), routed, gap=0),
)


@pytest.fixture(scope="module")
def trunks(lab):
    """The first cable of each host carries VLAN 10 untagged and 20 tagged."""
    start_afresh(lab)
    for host in HOSTS:
        switch, port = PORTS[host]
        if switch == "leaf1":
            lab.node(switch, "bridge", "vlan", "add", "dev", f"swp{port}", "vid", "20")
        else:
            lab.node(switch, "ovs-vsctl", "set", "port", f"swp{port}", "vlan_mode=native-untagged", "trunks=20")
    return lab


@pytest.fixture(scope="module", params=STEPS, ids=lambda step: step.name)
def taken(request, trunks):
    return request.param, run_step(trunks, request.param)


@pytest.mark.parametrize("host", HOSTS)
def test_stack(taken, host, lab):
    step, hosts = taken
    judge(step, host, hosts[host])
    if step.name == "routes-and-names":
        told = lab.shell(host, RESOLVER[host])
        missing = [word for word in (*NAMES["dns"], *NAMES["search"]) if word not in told]
        assert not missing, told
