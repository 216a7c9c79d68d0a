# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab promises without being started: its cabling, its carriers, its cache, its care for other people's processes."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import itertools
import json
import os
import shutil
from pathlib import Path

import _guest
import _image
import _inventory
import _links
import _ssh
import _topology as topology
import pytest
import yaml
from _paths import LabError, run_dir

LAB = Path(topology.__file__).parent


def nic(identifier: str) -> topology.Nic:
    return next(found for found in topology.NICS if found.id == identifier)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TRUNKLINE_CACHE", str(tmp_path))
    monkeypatch.setattr("_paths.LONGEST_RUN_DIR", 400)
    return tmp_path / "lab"


# The cabling as the lab's README.md shows it.
CABLES = (
    [("kvm1", f"eth{n}", "leaf1", f"swp{n + 1}") for n in range(3)]
    + [("kvm2", f"eth{n}", "leaf2", f"swp{n + 1}") for n in range(3)]
    + [("kvm3", f"eth{n}", "leaf1", f"swp{n + 4}") for n in range(3)]
    + [("kvm4", f"eth{n}", "leaf2", f"swp{n + 4}") for n in range(2)]
    + [("leaf1", "uplink", "leaf2", "uplink"), ("guest", "core0", "leaf1", "core")]
)


@pytest.mark.parametrize(("node", "name", "far_node", "far_name"), CABLES)
def test_a_cable_ends_where_the_documentation_says(node, name, far_node, far_name):
    far = topology.peer_of(nic(f"{node}-{name}"))
    assert (far.node, far.name) == (far_node, far_name)


def test_no_two_nics_share_a_mac_and_every_mac_is_a_unicast_address_of_a_vendor():
    macs = [found.mac for found in topology.NICS] + [topology.MANAGEMENT_MAC]
    assert len(set(macs)) == len(macs)
    assert all(int(mac[:2], 16) & 3 == 0 for mac in macs)


def test_an_unknown_nic_is_named_with_the_known_ones():
    with pytest.raises(KeyError, match=r"kvm4 has no NIC eth2 \(it has eth0, eth1\)"):
        topology.cable_of("kvm4", "eth2")


@pytest.mark.parametrize(
    ("seen_by", "pulled", "down", "has_carrier"),
    [
        ("leaf1-swp1", (), (), True),
        ("leaf1-swp1", (), ("kvm1-eth0",), False),
        ("kvm1-eth0", (), ("leaf1-swp1",), False),
        ("kvm1-eth0", (), ("kvm1-eth0",), True),
        ("kvm1-eth0", (), ("kvm1-eth1", "leaf1-swp2"), True),
        ("kvm1-eth0", ("kvm1-eth0", "leaf1-swp1"), (), False),
        ("leaf1-mgmt0", (), ("leaf2-mgmt0",), True),
        ("leaf1-mgmt0", ("leaf1-mgmt0",), (), False),
    ],
)
def test_an_end_has_a_carrier_while_its_cable_is_in_and_the_far_end_is_up(seen_by, pulled, down, has_carrier):
    assert _links.carrier(nic(seen_by), set(pulled), set(down)) is has_carrier


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda lab: (lab / "image" / "build.sh").open("a").write("\n"), id="the build script"),
        pytest.param(lambda lab: (lab / "_topology.py").open("a").write("\n"), id="the topology"),
        pytest.param(lambda lab: (lab / "image" / "files" / "node" / "new").write_text(""), id="a new file"),
        pytest.param(lambda lab: (lab / "image" / "build.sh").chmod(0o755), id="a mode"),
    ],
)
def test_a_changed_source_gives_another_image(tmp_path, monkeypatch, change):
    copy = tmp_path / "source"
    shutil.copytree(LAB, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "image" / "build.sh").chmod(0o644)
    monkeypatch.setattr(_image, "SOURCE", copy)
    before = _image.image_key()
    change(copy)
    assert _image.image_key() != before


def test_other_sources_of_packages_give_another_image(monkeypatch):
    before = _image.image_key()
    monkeypatch.setenv("TRUNKLINE_MIRROR", "http://mirror.example/debian")
    assert _image.image_key() != before


def test_images_of_other_keys_are_removed_and_the_current_one_stays(cache):
    for name in (_image.image_key(), "0123456789abcdef", "build-left-behind", "run"):
        (cache / name).mkdir(parents=True)
    _image.drop_old_images()
    assert sorted(path.name for path in cache.iterdir()) == sorted([_image.image_key(), "run"])


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("a.list", "deb http://m/debian bookworm main contrib\n", ["deb http://m/debian bookworm main"]),
        ("a.list", "deb [signed-by=/k arch=amd64] http://m/debian bookworm main\n", ["deb http://m/debian bookworm main"]),
        ("a.list", "# deb http://m/debian bookworm main\ndeb-src http://m/debian bookworm main\n", []),
        ("a.list", "deb http://m/debian trixie main\ndeb http://elsewhere/packages bookworm main\n", []),
        (
            "a.sources",
            "Types: deb\nURIs: http://m/debian\nSuites: bookworm bookworm-updates\nComponents: main\n\n"
            "Types: deb\nURIs: http://m/debian-security\nSuites: bookworm-security\nComponents: main\n",
            [
                "deb http://m/debian bookworm main",
                "deb http://m/debian bookworm-updates main",
                "deb http://m/debian-security bookworm-security main",
            ],
        ),
        ("a.sources", "Enabled: no\nTypes: deb\nURIs: http://m/debian\nSuites: bookworm\n", []),
    ],
)
def test_the_machines_own_sources_of_the_suite_are_used(tmp_path, name, text, lines):
    path = tmp_path / name
    path.write_text(text)
    assert _image._source_lines(path) == lines


def test_a_process_that_only_has_the_number_of_the_guest_is_not_taken_for_it():
    run_dir().mkdir(parents=True)
    (run_dir() / "qemu.pid").write_text(str(os.getpid()))
    assert _guest.pid() is None


def test_the_guest_is_on_no_network_but_its_own():
    line = _guest.command_line("tcg", Path("image"), Path("disk"), 2222)
    backends = [value for option, value in itertools.pairwise(line) if option == "-netdev"]
    outside = [value for value in backends if not value.startswith("hubport,")]
    assert outside == ["user,id=management,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22"]
    assert "none" in line[line.index("-display") + 1]


def test_every_end_is_plugged_into_its_cables_hub():
    line = _guest.command_line("tcg", Path("image"), Path("disk"), 2222)
    hubs = dict(value.removeprefix("hubport,id=port-").split(",hubid=") for value in line if value.startswith("hubport,id=port-"))
    for cable in topology.CABLES:
        assert len({hubs[end.id] for end in cable}) == 1
    assert len(set(hubs.values())) == len(topology.CABLES)


def test_a_run_directory_too_long_for_a_socket_is_refused(monkeypatch):
    monkeypatch.setattr("_paths.LONGEST_RUN_DIR", 10)
    with pytest.raises(LabError, match="TRUNKLINE_CACHE"):
        run_dir()


def test_the_inventory_reaches_hosts_in_band_and_never_turns_off_host_key_checking(tmp_path):
    (tmp_path / "hostkeys").mkdir()
    for name in (topology.GUEST, *topology.NODES):
        (tmp_path / "hostkeys" / f"{name}.pub").write_text(f"ssh-ed25519 KEY-OF-{name} {name}\n")
    _ssh.write_config(tmp_path, 2222)
    parsed = yaml.safe_load(_inventory.render(tmp_path))["all"]
    hosts = parsed["children"]["hosts"]["hosts"]
    assert {name: values["ansible_host"] for name, values in hosts.items()} == {f"kvm{n}": f"198.51.100.1{n}" for n in (1, 2, 3, 4)}
    assert hosts["kvm1"]["lab_nics"]["eth1"] == {"mac": "0c:c4:7a:00:01:01", "switch": "leaf1", "port": "swp2"}
    assert parsed["children"]["switches"]["hosts"]["leaf2"]["ansible_network_os"] == "trunkline.bonding.openvswitch"
    config = _ssh.config_file().read_text()
    assert "StrictHostKeyChecking no" not in config
    assert "StrictHostKeyChecking" not in json.dumps(parsed)
    assert "kvm2,198.51.100.12,2001:db8:10::12 ssh-ed25519 KEY-OF-kvm2" in (run_dir() / "known_hosts").read_text()


@pytest.fixture(name="pinger")
def fixture_pinger(monkeypatch):
    path = str(LAB / "image" / "files" / "guest" / "usr" / "local" / "lib" / "lab" / "pinger")
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    loader = importlib.machinery.SourceFileLoader("pinger", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("pinger", loader))
    loader.exec_module(module)
    found = module.Pinger.__new__(module.Pinger)
    found.address, found.sent, found.answered = "198.51.100.11", [], set()
    return found


@pytest.mark.parametrize(
    ("answered", "lost", "gaps"),
    [
        ("11111", 0, []),
        ("11011", 1, [0.02]),
        ("10011", 2, [0.04]),
        ("01101", 2, [0.02, 0.02]),
        ("11100", 2, [0.04]),
        ("00000", 5, [0.1]),
        ("", 0, []),
    ],
)
def test_a_gap_lasts_from_the_first_lost_echo_to_the_next_answered_one(pinger, answered, lost, gaps):
    pinger.sent = [1000 + number * 0.02 for number in range(len(answered))]
    pinger.answered = {number for number, character in enumerate(answered) if character == "1"}
    result = pinger.result()
    assert (result["sent"], result["lost"]) == (len(answered), lost)
    assert [gap["seconds"] for gap in result["gaps"]] == pytest.approx(gaps)
    assert result["longest_gap_seconds"] == pytest.approx(max(gaps, default=0))
