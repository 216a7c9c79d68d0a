# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which back end a host has, and what happens to the files of others."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _base, _ifupdown_parse
from ansible_collections.trunkline.bonding.tests.unit.plugins.module_utils._backends import fake_host

WIRED = "[Match]\nName=eth0\n\n[Network]\nDHCP=yes\n"
KEYFILE = "[connection]\nid=wired\nuuid=1\ntype=ethernet\ninterface-name=eth0\n"
STANZA = "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n"


def host(*parts, **files):
    found = {}
    for part in parts:
        found.update(part)
    return fake_host.Host({**found, **files}, fake_host.OUTPUTS)


NETWORKD_CLAIMS = {**fake_host.NETWORKD, "/etc/systemd/network/20-wired.network": WIRED}
NM_CLAIMS = {**fake_host.NETWORK_MANAGER, "/etc/NetworkManager/system-connections/wired.nmconnection": KEYFILE}
IFUPDOWN_CLAIMS = {**fake_host.IFUPDOWN, "/etc/network/interfaces": STANZA}


@pytest.mark.parametrize(
    ("files", "wanted", "name", "version", "findings"),
    [
        ([fake_host.NETWORKD], "auto", "networkd", "252", []),
        ([fake_host.NETWORK_MANAGER], "auto", "networkmanager", "1.42.4", []),
        ([IFUPDOWN_CLAIMS], "auto", "ifupdown", "0.8.41", []),
        ([fake_host.IFUPDOWN], "auto", None, None, ["host.backend-none"]),
        ([], "auto", None, None, ["host.backend-none"]),
        ([fake_host.IFUPDOWN, NM_CLAIMS], "auto", "networkmanager", "1.42.4", []),
        ([IFUPDOWN_CLAIMS, fake_host.NETWORK_MANAGER], "auto", "ifupdown", "0.8.41", []),
        ([NETWORKD_CLAIMS, fake_host.NETWORK_MANAGER], "auto", "networkd", "252", []),
        ([fake_host.NETWORKD, fake_host.NETWORK_MANAGER], "auto", None, None, ["host.backend-ambiguous"]),
        ([NETWORKD_CLAIMS, NM_CLAIMS], "auto", None, None, ["host.two-managers", "host.backend-ambiguous"]),
        ([NETWORKD_CLAIMS, NM_CLAIMS], "networkd", "networkd", "252", ["host.two-managers"]),
        ([NETWORKD_CLAIMS], "networkmanager", None, None, ["host.backend-missing"]),
    ],
)
def test_the_back_end_is_what_manages_the_host(files, wanted, name, version, findings):
    backend, facts, found = _base.choose(host(*files), wanted)
    assert (backend and backend.name, facts and facts["version"], [item.id for item in found]) == (name, version, findings)


def test_detection_asks_each_program_for_its_version_only():
    machine = host(NETWORKD_CLAIMS, NM_CLAIMS, IFUPDOWN_CLAIMS)
    _base.choose(machine)
    assert machine.ran == ["networkctl --version", "nmcli --version", "ifup --version"]


def test_a_link_that_networkmanager_leaves_alone_is_not_claimed_by_it():
    unmanaged = {"/run/NetworkManager/devices/2": "[device]\nmanaged=false\n", "/sys/class/net/eth0/ifindex": "2\n"}
    assert _base.choose(host(NM_CLAIMS, IFUPDOWN_CLAIMS, unmanaged))[0].name == "ifupdown"


def test_other_nics_of_the_host_do_not_matter():
    assert [item.id for item in _base.choose(host(NETWORKD_CLAIMS, NM_CLAIMS), "networkd", ["eth1"])[2]] == []


@pytest.mark.parametrize(
    ("folder", "file", "text", "goes", "blocks"),
    [
        ("/etc/systemd/network", "20-wired.network", WIRED, True, False),
        ("/etc/systemd/network", "20-mac.network", "[Match]\nMACAddress=52:54:00:00:00:00\n[Network]\nDHCP=yes\n", True, False),
        ("/etc/systemd/network", "20-all.network", "[Match]\nName=e*\n[Network]\nDHCP=yes\n", False, False),
        ("/etc/systemd/network", "05-all.network", "[Match]\nName=e*\n[Network]\nDHCP=yes\n", False, True),
        ("/etc/systemd/network", "05-both.network", "[Match]\nName=eth0 eth9\n[Network]\nDHCP=yes\n", False, True),
        ("/etc/systemd/network", "05-other.network", "[Match]\nName=eth9\n[Network]\nDHCP=yes\n", False, False),
        ("/etc/systemd/network", "30-slave.network", "[Match]\nName=eth9\n[Network]\nBond=bond0\n", True, False),
        ("/etc/systemd/network", "bond.netdev", "[NetDev]\nName=bond0\nKind=bond\n", True, False),
        ("/etc/systemd/network", "bond9.netdev", "[NetDev]\nName=bond9\nKind=bond\n", False, False),
        ("/run/systemd/network", "10-netplan-eth0.network", WIRED, False, True),
        ("/usr/lib/systemd/network", "80-wired.network", WIRED, False, False),
    ],
)
def test_networkd_files_of_others(folder, file, text, goes, blocks):
    machine = host(fake_host.NETWORKD, {f"{folder}/{file}": text})
    backend, facts = _base.BACKENDS["networkd"], {"version": "252"}
    intent = fake_host.completed(fake_host.VARIABLES["bond"])
    found = [item.value for item in backend.unsupported(intent, facts, machine) if item.id == "host.file-in-the-way"]
    assert (backend.render(intent, facts, machine).get(f"{folder}/{file}", "kept") is None, f"{folder}/{file}" in found) == (goes, blocks)


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        (KEYFILE, True),
        ("[connection]\nuuid=2\ntype=ethernet\n[ethernet]\nmac-address=52:54:00:00:00:01\n", True),
        ("[connection]\nuuid=2\ntype=ethernet\ninterface-name=eth9\nmaster=bond0\nslave-type=bond\n", True),
        ("[connection]\nuuid=2\ntype=bond\ninterface-name=bond0\n", True),
        ("[connection]\nuuid=2\ntype=ethernet\ninterface-name=eth9\n", False),
        ("[connection]\nuuid=2\ntype=ethernet\n", False),
        ("not a keyfile", False),
    ],
)
def test_networkmanager_profiles_of_others(text, goes):
    path = "/etc/NetworkManager/system-connections/other.nmconnection"
    files = _base.BACKENDS["networkmanager"].render(
        fake_host.completed(fake_host.VARIABLES["bond"]), {"version": "1.42.4"}, host({path: text})
    )
    assert (files.get(path, "kept") is None) == goes


def test_slaves_of_an_adopted_bond_may_name_it_by_uuid():
    folder = "/etc/NetworkManager/system-connections"
    machine = host({
        f"{folder}/bond": "[connection]\nuuid=abc\ntype=bond\ninterface-name=bond0\n",
        f"{folder}/slave": "[connection]\nuuid=def\ntype=ethernet\ninterface-name=eth9\nmaster=abc\nslave-type=bond\n",
    })  # fmt: skip
    files = _base.BACKENDS["networkmanager"].render(fake_host.completed(fake_host.VARIABLES["bond"]), {"version": "1.42.4"}, machine)
    assert files[f"{folder}/slave"] is None


INTERFACES = """\
# first line
auto lo
iface lo inet loopback

# the uplink
auto eth0 eth9
allow-hotplug eth1
iface eth0 inet static
    # office
    address 192.0.2.10/24
    gateway \\
        192.0.2.1

iface eth0 inet6 auto
iface eth9 inet dhcp
\tmetric 5   # kept
iface eth8 inet manual
    bond-master bond0
mapping eth1
    script /bin/true
iface eth1 inet manual
"""
LEFT = """\
# first line
auto lo
iface lo inet loopback

# the uplink
auto eth9
    # office

iface eth9 inet dhcp
\tmetric 5   # kept
"""


def test_interfaces_loses_what_is_adopted_and_keeps_the_rest_byte_for_byte():
    assert _ifupdown_parse.without(INTERFACES, ["eth0", "eth1", "bond0"], ["bond0"]) == LEFT


@pytest.mark.parametrize("text", [INTERFACES, LEFT, "", "auto lo", "iface lo inet loopback\n\\\n", "auto eth9 \\\n  eth7\n"])
def test_interfaces_without_anything_of_ours_is_not_changed(text):
    assert _ifupdown_parse.without(text, ["br7"], []) == text


@pytest.mark.parametrize(
    ("main", "added"),
    [
        ("source /etc/network/interfaces.d/*\n", ""),
        ("source interfaces.d/*\n", ""),
        ("source-directory /etc/network/interfaces.d\n", ""),
        ("source /etc/network/interfaces.d/*.cfg\n", "source /etc/network/interfaces.d/trunkline\n"),
        ("auto lo", "\nsource /etc/network/interfaces.d/trunkline\n"),
    ],
)
def test_our_file_is_read(main, added):
    machine = host(fake_host.IFUPDOWN, {"/etc/network/interfaces": main})
    files = _base.BACKENDS["ifupdown"].render(fake_host.completed(fake_host.VARIABLES["bond"]), {"version": "0.8.41"}, machine)
    shared = files.get("/etc/network/interfaces")
    assert (shared or {"content": main})["content"] == main + added
    assert shared is None or shared["shared"]


def test_included_files_are_searched_too():
    more = {
        "/etc/network/interfaces.d/office": "auto eth0\niface eth0 inet dhcp\n",
        "/etc/network/interfaces.d/lab": "auto eth9\niface eth9 inet dhcp\n",
    }
    machine = host(fake_host.IFUPDOWN, more)
    files = _base.BACKENDS["ifupdown"].render(fake_host.completed(fake_host.VARIABLES["bond"]), {"version": "0.8.41"}, machine)
    assert files["/etc/network/interfaces.d/office"]["content"] == ""
    assert "/etc/network/interfaces.d/lab" not in files


@pytest.mark.parametrize("name", list(_base.BACKENDS))
def test_a_second_run_writes_nothing(name):
    machine = host(NETWORKD_CLAIMS, NM_CLAIMS, IFUPDOWN_CLAIMS)
    backend, facts = _base.BACKENDS[name], {"version": "252" if name == "networkd" else "1.42.4"}
    intent = fake_host.completed(fake_host.VARIABLES["stack"])
    for path, target in backend.render(intent, facts, machine).items():
        machine.files.pop(path, None)
        if target is not None:
            machine.files[path] = target["content"]
    again = backend.render(intent, facts, machine)
    assert [path for path, target in again.items() if target is None or machine.files.get(path) != target["content"]] == []
