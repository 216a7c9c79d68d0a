# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is ours, what becomes ours, what was never ours: slaves and bonds that come and go. Each row continues from the one before."""

from __future__ import annotations

import pytest
from hosts_library import HOSTS, Look, Step, addressing, bond, judge, mac, nics, run_step, start_afresh

# A bond of eth1 and eth2 as a person would write it for each back end, brought up the back end's own way.
HAND_MADE = {
    "kvm1": """
cd /etc/systemd/network
printf '[NetDev]\\nName=bond1\\nKind=bond\\n[Bond]\\nMode=active-backup\\nMIIMonitorSec=100ms\\n' >50-bond1.netdev
printf '[Match]\\nName=eth1 eth2\\n[Network]\\nBond=bond1\\n' >50-slaves.network
printf '[Match]\\nName=bond1\\n[Network]\\nAddress=192.0.2.1/24\\nLinkLocalAddressing=no\\n' >50-bond1.network
networkctl reload; networkctl reconfigure eth1 eth2
""",
    "kvm2": """
cd /etc/NetworkManager/system-connections
umask 077
profile() {
    printf '[connection]\\nid=%s\\nuuid=6a1b3f2e-0001-4c5d-8e9f-00000000000%s\\ntype=%s\\ninterface-name=%s\\n' "$@"
}
{
    profile hand 0 bond bond1
    printf '[bond]\\nmode=active-backup\\nmiimon=100\\n[ipv4]\\nmethod=manual\\naddress1=192.0.2.2/24\\n[ipv6]\\nmethod=disabled\\n'
} >hand.nmconnection
for n in 1 2; do
    { profile hand-$n $n ethernet eth$n; printf 'master=bond1\\nslave-type=bond\\n'; } >hand-$n.nmconnection
done
nmcli connection reload; nmcli connection up hand-1; nmcli connection up hand-2
""",
    "kvm3": """
cat >>/etc/network/interfaces <<'END'

auto bond1
iface bond1 inet static
    address 192.0.2.3/24
    bond-slaves eth1 eth2
    bond-mode active-backup
    bond-miimon 100
END
ifup bond1
""",
}
# The same by a person's commands, in no file of anybody.
KERNEL_ONLY = """
ip link add bond1 index 471 type bond mode active-backup miimon 100
for nic in eth1 eth2; do ip link set $nic down; ip link set $nic master bond1; done
ip link set bond1 up
ip address add 192.0.2.%s/24 broadcast + dev bond1
"""
OURS = {
    "kvm1": "/etc/systemd/network/10-trunkline-bond1.netdev",
    "kvm2": "/etc/NetworkManager/system-connections/trunkline-bond1.nmconnection",
    "kvm3": "/etc/network/interfaces.d/trunkline",
}
# Never ours: a link with an address that only the kernel knows.
FOREIGN = "ip link add other0 type dummy; ip link set other0 up; ip address add 192.0.2.129/32 dev other0; "


def hand_made(host: str) -> str:
    wait = "for n in 1 2 3 4 5 6 7 8 9 10; do [ $(wc -w </sys/class/net/bond1/bonding/slaves) = 2 ] && break; sleep 1; done"
    return FOREIGN + HAND_MADE[host] + wait


def intent(host: str, *bonds: dict, addresses: dict | None = None, names: tuple[str, ...] = ("eth0", "eth1", "eth2"), **more) -> dict:
    """eth0 as it is, and bonds of the other two."""
    return {"nics": nics(host, *names), "bonds": list(bonds), "addresses": {"eth0": addressing(host), **(addresses or {})}, **more}


def waiting(*slaves: str, name: str = "bond1") -> dict:
    return bond(name, slaves, mode="active-backup")


def carrying(host: str, *slaves: str, **more) -> dict:
    return {
        "nics": nics(host, *sorted({"eth0", "eth1", *slaves})),
        "bonds": [waiting(*slaves, name="bond0")],
        "addresses": {"bond0": addressing(host)},
        **more,
    }


def unreached(host: str, *slaves: str) -> dict:
    return {"nics": nics(host, "eth0", "eth2"), "bonds": [waiting(*slaves, name="bond0")] if slaves else []}


def by_address(host: str) -> dict:
    cards = {"left": {"mac": mac(host, 0)}, "right": {"mac": mac(host, 2)}}
    return {"nics": cards, "bonds": [waiting("left", "right", name="bond0")], "addresses": {"bond0": addressing(host)}}


def with_bond1(*slaves: str):
    return lambda host: intent(host, waiting(*slaves), addresses={"bond1": {"addresses": [f"192.0.2.{host[-1]}/24"]}})


def expect_other(look: Look) -> None:
    assert look.addresses("other0") == ["192.0.2.129/32"]


def adopted(look: Look, host: str) -> None:
    expect_other(look)
    assert look.option("bond1", "mode") == "active-backup"
    assert sorted(look.slaves("bond1")) == ["eth1", "eth2"]
    assert look.addresses("bond1") == [f"192.0.2.{host[-1]}/24"]
    assert look.addresses("eth0") == sorted(addressing(host)["addresses"])
    assert not [file for file in look.files if "hand" in file or "/50-" in file]


def taken_over(look: Look, host: str) -> None:
    adopted(look, host)
    assert look.links["bond1"]["ifindex"] == 471, "it was not made anew"
    assert OURS[host] in look.files


def has(bond_name: str, *slaves: str):
    def expect(look: Look, host: str) -> None:
        expect_other(look)
        assert sorted(look.slaves(bond_name)) == sorted(slaves)
        for nic in {"eth0", "eth1", "eth2"} - set(slaves):
            assert look.links[nic].get("master") is None
        if bond_name == "bond0":
            assert look.addresses("bond0") == sorted(addressing(host)["addresses"])

    return expect


def with_address(card: int, *slaves: str):
    def expect(look: Look, host: str) -> None:
        has("bond0", *slaves)(look, host)
        assert look.links["bond0"]["address"] == mac(host, card)

    return expect


def without_bond1(look: Look, host: str) -> None:
    expect_other(look)
    assert "bond1" not in look.links
    assert look.links["eth1"].get("master") is None
    assert not [file for file in look.files if "bond1" in file]


EDIT = """
for file in /etc/systemd/network/10-trunkline-bond0.network /etc/NetworkManager/system-connections/trunkline-bond0.nmconnection \
    /etc/network/interfaces.d/trunkline; do
    [ ! -e $file ] || echo '# our proxy needs this' >>$file
done
"""

STEPS = (
    # What no file says is taken over, too, and is the same bond as before.
    Step(
        "adopt-from-kernel",
        with_bond1("eth1", "eth2"),
        taken_over,
        cost={"kvm1": "flap", "kvm2": "flap", "kvm3": "none"},
        gap={"kvm1": 0, "kvm2": 4, "kvm3": 0},
        before=lambda host: FOREIGN + KERNEL_ONLY % host[-1],
    ),
    # As it is in the kernel; only the files change hands. networkd takes slaves down whose file is another one, NetworkManager every link.
    Step(
        "adopt",
        with_bond1("eth1", "eth2"),
        adopted,
        cost={"kvm1": "flap", "kvm2": "flap", "kvm3": "none"},
        gap={"kvm1": 0, "kvm2": 4, "kvm3": 0},
        before=hand_made,
        fresh=True,
    ),
    Step("remove-slave", with_bond1("eth2"), has("bond1", "eth2"), gap=0),
    Step("add-slave", with_bond1("eth2", "eth1"), has("bond1", "eth2", "eth1"), gap=0),
    Step("keep-unwanted", lambda host: intent(host, purge=False), has("bond1", "eth2", "eth1"), gap=0, changed=False),
    Step("delete", intent, without_bond1, cost="rebuild", gap=0),
    Step("carry", lambda host: carrying(host, "eth0", "eth1"), has("bond0", "eth0", "eth1"), cost="rebuild", gap=8),
    # the bond gives up the address of the card that leaves and stays in the host
    Step("replace-in-use", lambda host: carrying(host, "eth1", "eth2"), with_address(1, "eth1", "eth2"), cost="flap", gap=2),
    # known by their addresses alone; one of them is another card than before
    Step("new-card", by_address, with_address(2, "eth0", "eth2"), cost="flap", gap=2),
    # the address of the connection in no place any more; and no link for it at all
    Step("cut", lambda host: unreached(host, "eth0", "eth2"), has("bond0", "eth0", "eth2"), finding="host.cuts-connection"),
    Step("cut-all", unreached, has("bond0", "eth0", "eth2"), finding="host.cuts-connection"),
    Step(
        "edited",
        lambda host: {
            **carrying(host, "eth0", "eth2"),
            "bonds": [bond("bond0", ("eth0", "eth2"), "active-backup", {"miimon": 200})],
            "addresses": {"bond0": addressing(host, search=["other.example"])},
        },
        has("bond0", "eth0", "eth2"),
        before=lambda host: EDIT,
        finding="host.file-edited",
    ),
)


@pytest.fixture(scope="module")
def plain(lab):
    start_afresh(lab)
    return lab


@pytest.fixture(scope="module", params=STEPS, ids=lambda step: step.name)
def taken(request, plain):
    return request.param, run_step(plain, request.param)


@pytest.mark.parametrize("host", HOSTS)
def test_ownership(taken, host):
    step, hosts = taken
    judge(step, host, hosts[host])
