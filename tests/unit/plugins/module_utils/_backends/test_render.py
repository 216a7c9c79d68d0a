# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the files say. The golden files are for reading: what changes in a file of a host is a line in a diff.

That daemons make of such files what is wanted, molecule/hosts/tests/test_restart.py shows with layouts of the same shape; where nmcli or
ifquery is installed, they read them here too.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils._backends import _base
from ansible_collections.trunkline.bonding.tests.unit.plugins.module_utils._backends import fake_host

GOLDEN = Path(__file__).resolve().parent / "golden"
FACTS = {
    "networkd": {"version": "252", "active": True, "claims": {}},
    "networkmanager": {"version": "1.44.2", "active": True, "claims": {}},
    "ifupdown": {"version": "0.8.41", "active": True, "claims": {}, "variant": None},
}
FILES = {"networkd": fake_host.NETWORKD, "networkmanager": fake_host.NETWORKD, "ifupdown": {**fake_host.NETWORKD, **fake_host.IFUPDOWN}}


def rendered(name, layout, **facts):
    host = fake_host.Host(FILES[name])
    intent = fake_host.completed(fake_host.VARIABLES[layout])
    return _base.BACKENDS[name].render(intent, {**FACTS[name], **facts}, host)


def flat(files):
    return "".join(
        f"==> {path} {'removed' if target is None else oct(target['mode'])} <==\n{(target or {}).get('content', '')}\n"
        for path, target in sorted(files.items())
    )


CASES = [(name, layout) for name in FACTS for layout in fake_host.VARIABLES if (name, layout) != ("networkd", "backup")]


@pytest.mark.parametrize(("name", "layout"), CASES)
def test_files_are_those_that_the_daemons_brought_up(name, layout):
    assert flat(rendered(name, layout)) == (GOLDEN / f"{name}-{layout}.txt").read_text()


@pytest.mark.parametrize(("name", "layout"), CASES)
def test_every_file_names_its_owner(name, layout):
    for target in rendered(name, layout).values():
        assert "trunkline.bonding" in "".join(target["content"].splitlines()[:2])


@pytest.mark.parametrize(
    ("version", "there", "absent"),
    [
        ("1.42.4", ["master=bond0", "slave-type=bond", "autoconnect-slaves=1"], ["controller=", "port-type=", "autoconnect-ports="]),
        ("1.46.0", ["controller=bond0", "port-type=bond", "autoconnect-ports=1"], ["master=", "slave-type=", "autoconnect-slaves="]),
        ("1.9.0", ["master=bond0", "slave-type=bond", "autoconnect-slaves=1"], ["controller="]),
    ],
)
def test_networkmanager_gets_the_words_of_its_version(version, there, absent):
    text = flat(rendered("networkmanager", "stack", version=version))
    assert [word for word in there if word not in text] == []
    assert [word for word in absent if f"\n{word}" in text] == []


def test_secrets_could_be_in_keyfiles_so_nobody_else_reads_them():
    backend = _base.BACKENDS["networkmanager"]
    for path, target in rendered("networkmanager", "stack").items():
        if path.endswith(".nmconnection"):
            assert (target["mode"], backend.persisted(path)) == (0o600, True)


BESIDE = {
    "nics": {"eth0": None, "eth1": None},
    "addresses": {
        "eth0": {"addresses": ["198.51.100.10/24", "2001:db8::10/64"], "gateway": "198.51.100.1", "gateway6": "2001:db8::1"},
        "eth1": {"dhcp4": True, "dhcp6": True},
    },
}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        # systemd.network(5), nm-settings-nmcli(5); interfaces(5) and the kernel's ip-sysctl
        ("networkd", ["[DHCPv4]\nUseGateway=no\n", "[IPv6AcceptRA]\nUseGateway=no\n"]),
        ("networkmanager", ["[ipv4]\nmethod=auto\nnever-default=true\n", "[ipv6]\nmethod=auto\nnever-default=true\n"]),
        ("ifupdown", ["    metric 1024\n", "    pre-up echo 0 > /proc/sys/net/ipv6/conf/eth1/accept_ra_defrtr || true\n"]),
    ],
)
def test_a_lease_never_competes_with_the_configured_gateway(name, words):
    def text(variables):
        intent = fake_host.completed(variables)
        return flat(_base.BACKENDS[name].render(intent, FACTS[name], fake_host.Host(FILES[name])))

    assert [word for word in words if text(BESIDE).count(word) != 1] == []
    alone = {**BESIDE, "addresses": {"eth1": BESIDE["addresses"]["eth1"]}}
    assert [word for word in words if word in text(alone)] == []
    # another table, or a metric that the user has chosen, is no competitor
    far = [{"to": "default", "via": "198.51.100.1", "metric": 2000}, {"to": "default", "via": "2001:db8::1", "table": 77}]
    chosen = {"addresses": ["198.51.100.10/24", "2001:db8::10/64"], "routes": far}
    assert [word for word in words if word in text({**BESIDE, "addresses": {**BESIDE["addresses"], "eth0": chosen}})] == []


def test_ifupdown_adds_routes_after_the_addresses_of_their_family():
    """interfaces(5): the stanzas of a link run one after the other, and one that fails ends it."""
    routes = [{"to": "2001:db8:99::/48", "via": "2001:db8::2"}, {"to": "192.0.2.0/24", "via": "203.0.113.2"}]
    two = ["198.51.100.10/24", "203.0.113.10/24", "2001:db8::10/64"]
    variables = {"nics": {"eth0": None}, "addresses": {"eth0": {"addresses": two, "gateway": "203.0.113.1", "routes": routes}}}
    text = flat(_base.BACKENDS["ifupdown"].render(fake_host.completed(variables), FACTS["ifupdown"], fake_host.Host(FILES["ifupdown"])))
    words = [
        "address 198.51.100.10/24", "address 203.0.113.10/24", "gateway 203.0.113.1",
        "post-up ip route replace 192.0.2.0/24 via 203.0.113.2 dev eth0 || true", "iface eth0 inet6 static", "address 2001:db8::10/64",
        "post-up ip -6 route replace 2001:db8:99::/48 via 2001:db8::2 dev eth0 || true",
    ]  # fmt: skip
    places = [text.index(word) for word in words]
    assert places == sorted(places), text


def test_uuids_are_the_same_on_every_run():
    assert rendered("networkmanager", "stack") == rendered("networkmanager", "stack")


@pytest.mark.parametrize("name", FACTS)
def test_a_line_feed_never_begins_a_setting_of_its_own(name):
    intent = fake_host.completed(fake_host.VARIABLES["plain"])
    intent["addresses"]["eth0"]["search"] = ["example.net\nDHCP=yes"]
    with pytest.raises(ValueError, match="control character"):
        _base.BACKENDS[name].render(intent, FACTS[name], fake_host.Host(FILES[name]))


@pytest.mark.skipif(shutil.which("nmcli") is None, reason="nmcli is not installed")
@pytest.mark.parametrize("layout", list(fake_host.VARIABLES))
def test_networkmanager_reads_the_keyfiles_and_keeps_every_bond_option(layout):
    for path, target in rendered("networkmanager", layout, version="1.42.4").items():
        if not path.endswith(".nmconnection"):
            continue
        argv = ["nmcli", "--offline", "connection", "modify", "connection.autoconnect", "yes"]
        done = subprocess.run(argv, input=target["content"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        section = target["content"].partition("[bond]\n")[2].partition("\n\n")[0]
        kept = done.stdout.partition("[bond]\n")[2].partition("\n\n")[0].splitlines()
        assert [line for line in section.split() if line not in kept] == []


@pytest.mark.skipif(shutil.which("ifquery") is None, reason="ifquery is not installed")
@pytest.mark.parametrize("layout", list(fake_host.VARIABLES))
def test_ifupdown_reads_the_stanzas(layout, tmp_path):
    file = tmp_path / "interfaces"
    file.write_text(rendered("ifupdown", layout)["/etc/network/interfaces.d/trunkline"]["content"])
    done = subprocess.run(["ifquery", "--list", "-i", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    links = fake_host.completed(fake_host.VARIABLES[layout])["links"]
    slaves = {slave for link in links.values() for slave in link.get("slaves", ())}
    assert set(done.stdout.split()) - {"lo"} == set(links) - slaves
