# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sh library and its calls, as far as text tells: every shell takes them, nothing is unquoted, the order is the one that is safe.

What they do to a kernel is tested in ``tests/lab/shell_library.py``.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _desired, _shell, _state
from ansible_collections.trunkline.bonding.tests.unit.plugins.module_utils.recorded import (
    Recorded,
    addressing,
    bond,
    bridge,
    intent,
    nic,
    vlan,
)

SHELLS = [argv for argv in (["dash"], ["bash", "--posix"], ["busybox", "ash"]) if shutil.which(argv[0])]


def wanted():
    return intent(
        {
            "eth0": nic(),
            "eth1": nic(slave_options={"queue_id": 1}),
            "bond0": bond("802.3ad", ["eth0", "eth1"], {"miimon": 50, "lacp_rate": "fast", "min_links": 2}, mtu=9000),
            "bond0.20": vlan(20, "bond0"),
            "br0": bridge(["bond0"]),
        },
        {"br0": addressing("198.51.100.10/24", gateway="198.51.100.1")},
    )


def lines(**more):
    return _shell.calls(_desired.from_intent(wanted(), _state.read(Recorded("plain")), **more))


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_every_shell_takes_the_library_and_the_calls(shell):
    script = "\n".join([_shell.LIBRARY, *lines()])
    done = subprocess.run([*shell, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_shellcheck_has_nothing_to_say():
    # Word splitting is wanted in lists of names, and what functions leave in variables is used by others.
    excluded = "SC1003,SC1007,SC2015,SC2034,SC2048,SC2086,SC2141"
    argv = ["shellcheck", "-s", "dash", "-e", excluded, "-"]
    done = subprocess.run(argv, input=f"#!/bin/dash\n{_shell.LIBRARY}", capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_each_call_is_a_function_of_the_library():
    functions = {line.split("(")[0] for line in _shell.LIBRARY.splitlines() if "() {" in line}
    state = _state.read_surroundings(machine := Recorded("plain"), _state.read(machine))
    forward = _desired.from_intent(wanted(), state)
    for desired in (forward, _desired.from_state(state, [*forward["links"], "br0"], forward)):
        for line in _shell.calls(desired):
            words = shlex.split(line)
            assert (words[4] if words[0] == "!" else words[0]) in functions, line


# Characters that Linux allows in the name of an interface.
@pytest.mark.parametrize("name", ["a;reboot", "$(id)", "`id`", "a*", "a'b", 'a"b', "a&b", "a|b", "a>b", "a#b", "a\\b", "~", "a[b"])
def test_names_are_quoted(name):
    body = intent(
        {name: nic(), "bond0": bond("active-backup", [name], {"miimon": 100, "primary": name})}, {"bond0": addressing("192.0.2.1/24")}
    )
    found = _shell.calls(_desired.from_intent(body, {"links": {}, "routes": []}))
    assert ["slave_of", "bond0", name] in [shlex.split(line) for line in found]
    for line in found:
        echoed = subprocess.run(["sh", "-c", "set -f; " + "printf '%s\\n' " + line], capture_output=True, text=True, check=True)
        assert echoed.stdout.splitlines() == shlex.split(line)


def position(found, *beginning):
    return next(index for index, line in enumerate(found) if shlex.split(line)[: len(beginning)] == list(beginning))


BEFORE = [
    # Upper links need the lower ones.
    (("bond_is", "bond0"), ("vlan_is", "bond0.20")),
    # The address of a bond is pinned before a slave can give it another.
    (("mac_is", "bond0"), ("slave_of", "bond0", "eth0")),
    # A slave has no addresses when it is enslaved, and the new place is ready before.
    (("bridge_is", "br0"), ("no_addresses", "eth0")),
    (("no_addresses", "eth0"), ("slave_of", "bond0", "eth0")),
    (("slaves_only", "bond0"), ("slave_of", "bond0", "eth0")),
    # Too few slaves for min_links and the bond has no carrier.
    (("min_links_at_most", "bond0"), ("slaves_only", "bond0")),
    (("slave_of", "bond0", "eth1"), ("options_are", "bond0", "min_links")),
    (("up_is", "bond0"), ("options_are", "bond0", "min_links")),
    # Options of a slave need the slave.
    (("slave_of", "bond0", "eth1"), ("options_are", "eth1")),
    (("options_flap", "bond0"), ("address_on", "br0")),
    (("up_is", "br0"), ("address_on", "br0")),
    (("address_on", "br0"), ("route_is",)),
    (("route_is",), ("announce",)),
]


@pytest.mark.parametrize(("first", "then"), BEFORE)
def test_the_order_is_the_safe_one(first, then):
    found = lines()
    assert position(found, *first) < position(found, *then)


def test_the_slave_with_the_traffic_is_enslaved_first():
    found = lines(first="eth1")
    assert position(found, "slave_of", "bond0", "eth1") < position(found, "slave_of", "bond0", "eth0")


def test_what_goes_goes_first_and_from_the_top():
    state = _state.read(Recorded("lacp_stack"))
    owned = {name: {"kind": state["links"][name]["kind"], "options": []} for name in ("bond0", "br0", "bond0.20")}
    found = _shell.calls(_desired.from_intent(intent({"eth0": nic()}, {"eth0": addressing("198.51.100.10/24")}), state, owned=owned))
    assert position(found, "link_absent", "br0") < position(found, "link_absent", "bond0") < position(found, "address_on", "eth0")


def test_a_bond_is_made_with_all_that_can_be_given_at_once():
    words = shlex.split(lines()[position(lines(), "bond_is", "bond0")])
    assert words[2] == "802.3ad"
    assert words[5:7] == ["02:00:00:00:00:10", "9000"]
    assert words[7] == "miimon 50 lacp_rate fast", "min_links must wait for the slaves"


def test_an_mtu_is_lowered_from_the_top_and_raised_from_below():
    sizes = [shlex.split(line) for line in lines() if line.startswith("mtu_is")]
    lowered = [words[1] for words in sizes if words[3:] == ["lower"]]
    raised = [words[1] for words in sizes if words[3:] == []]
    assert raised == ["eth0", "eth1", "bond0", "bond0.20", "br0"]
    assert lowered == raised[::-1]


def test_a_nic_gets_its_own_address_back_after_it_is_released():
    state = _state.read(Recorded("plain"))
    found = _shell.calls(_desired.from_state(state, ["eth0", "eth1"]))
    assert position(found, "no_master", "eth0") < position(found, "mac_is", "eth0")


def test_all_options_that_need_the_bond_down_are_in_one_call():
    desired = _desired.from_intent(wanted(), _state.read(Recorded("plain")))
    desired["links"]["bond0"]["options"].update(ad_select="count", lacp_active=False)
    flaps = [shlex.split(line) for line in _shell.calls(desired) if line.startswith("options_flap")]
    assert len(flaps) == 1
    assert set(flaps[0][2::4]) == {"lacp_rate", "ad_select", "lacp_active"}
    assert flaps[0][flaps[0].index("lacp_active") :][:4] == ["lacp_active", "0", "lacp_active", "off"]


def test_the_way_back_makes_addresses_and_routes_as_they_were():
    machine = Recorded("plain")
    state = _state.read_surroundings(machine, _state.read(machine))
    found = [shlex.split(line) for line in _shell.calls(_desired.from_state(state, ["eth0", "eth1"]))]
    on = {words[2]: words[3:] for words in found if words[0] == "address_on"}
    assert on["inet 10.31.0.1 peer 10.31.0.2/32"][:4] == ["1", "10.31.0.1", "peer", "10.31.0.2/32"]
    assert on["inet 198.51.100.51/32"] == ["1", "198.51.100.51/32", "scope", "global", "label", "eth0:vip"]
    assert on["inet 198.51.100.10/24"][0] == "0", "a lease is put back as a lease"
    assert "valid_lft" in on["inet 198.51.100.10/24"]
    routes = {tuple(words[1:4]): words for words in found if words[0] == "route_is"}
    assert "onlink" in routes["4", "main", "10.43.0.0/16"]
    assert routes["6", "main", "2001:db8:43::/48"].count("nexthop") == 2
    assert ["rule_is", "4", "1000", "from 198.51.100.10 lookup 100"] in found
    assert ["neighbour_is", "eth0", "198.51.100.9", "02:00:00:00:00:09"] in found
    assert ["port_vlan", "eth1", "10", "pvid untagged"] in found
    assert ["port_vlan", "eth1", "20-29", ""] in found
