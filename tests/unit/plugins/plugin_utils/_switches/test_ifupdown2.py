# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/etc/network/interfaces of ifupdown2: what is edited, and that everything else stays as it was written."""

from __future__ import annotations

import difflib
import shlex
import subprocess

import pytest

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _ifupdown2
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._ifupdown2 import MAIN, FilesError, Scope
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import vlans
from ansible_collections.trunkline.bonding.tests.unit.plugins.plugin_utils._switches._states import lag, model, port, read

ORIGINAL = read("interfaces")
SCOPE = Scope(frozenset({"swp1", "swp2"}), frozenset({"bond1"}))
LACP = lag("1", ["swp1", "swp2"], vlan=vlans(10, [20]), description="kvm1 bond0")


def changed(before, after):
    """The lines that went, with -, and that came, with +."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line[0] + line[2:].strip() for line in lines if line[0] in "+-" and line[2:].strip()]


def rewritten(text, found, scope=SCOPE):
    return _ifupdown2.rewrite({MAIN: text}, found, scope, "br0").get(MAIN, text)


def test_a_lag_takes_the_place_of_its_members():
    assert changed(ORIGINAL, rewritten(ORIGINAL, model([LACP]))) == [
        "-bridge-access 10",
        "-bridge-access 10",
        "-bridge-ports swp1 swp2 swp3 swp4 swp5 swp6 uplink core",
        "+bridge-ports swp3 swp4 swp5 swp6 uplink core bond1",
        "+auto bond1",
        "+iface bond1",
        "+bond-slaves swp1 swp2",
        "+bond-mode 802.3ad",
        "+bond-lacp-rate fast",
        "+bond-min-links 0",
        "+alias kvm1 bond0",
        "+bridge-pvid 10",
        "+bridge-vids 20",
        "+bond-miimon 100",
        "+bond-xmit-hash-policy layer3+4",
    ]


def test_written_once_it_stays():
    once = rewritten(ORIGINAL, model([LACP]))
    assert rewritten(once, model([LACP])) == once


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ORIGINAL, id="a stanza for each port"),
        pytest.param(ORIGINAL + "\n", id="a blank line at the end"),
        pytest.param(ORIGINAL.replace(" swp3", " swp3 swp10"), id="more than nine ports"),
        pytest.param(ORIGINAL + "\nauto swp7\niface swp7\n    bridge-access 10\n\n# kept\n", id="a comment at the end"),
    ],
)
def test_and_back_byte_for_byte(text):
    once = rewritten(text, model([LACP]))
    ports = {"swp1": port(vlan=vlans(10)), "swp2": port(vlan=vlans(10))}
    assert once != text
    assert rewritten(once, model(**ports)) == text


def test_a_lag_between_other_stanzas_goes_alone():
    once = rewritten(ORIGINAL, model([LACP])) + "\nauto swp9\niface swp9\n"
    back = rewritten(once, model(swp1=port(vlan=vlans(10)), swp2=port(vlan=vlans(10))))
    assert back == ORIGINAL + "\nauto swp9\niface swp9\n"


@pytest.mark.parametrize(
    ("stanza", "found", "lines"),
    [
        pytest.param("bridge-access 10", port(vlan=vlans(10)), [], id="access as it is"),
        pytest.param("bridge-pvid 10\n    bridge-vids 20-22", port(vlan=vlans(10, [20, 21, 22])), [], id="a range is its numbers"),
        pytest.param("bridge-vids 20 30", port(vlan=vlans(1, [20, 30])), [], id="the native VLAN comes from the bridge"),
        pytest.param("bridge-pvid 10\n    bridge-vids 10 20", port(vlan=vlans(10, [20])), [], id="the native VLAN may be in the list"),
        pytest.param("bridge-vids 20\n    bridge-allow-untagged no", port(vlan=vlans(None, [20])), [], id="only tagged"),
        pytest.param(
            "bridge-access 10",
            port(vlan=vlans(10, [20, 30, 31])),
            ["-bridge-access 10", "+bridge-pvid 10", "+bridge-vids 20 30-31"],
            id="access to trunk",
        ),
        pytest.param(
            "address 192.0.2.1/24\n    bridge-access 10\n    # by hand",
            port(vlan=vlans(20)),
            ["-bridge-access 10", "+bridge-access 20"],
            id="what is not ours stays in the stanza",
        ),
        pytest.param("bridge-access 10", port(vlan=vlans(10), mtu=9000), ["+mtu 9000"], id="MTU"),
        pytest.param("mtu 9000\n    bridge-access 10", port(vlan=vlans(10), mtu=1500), ["-mtu 9000"], id="the usual MTU needs no line"),
    ],
)
def test_a_port(stanza, found, lines):
    text = (
        f"auto swp1\niface swp1\n    {stanza}\n\nauto br0\niface br0\n    bridge-vlan-aware yes\n    bridge-ports swp1\n    bridge-pvid 1\n"
    )
    after = rewritten(text, model(swp1=found), Scope(frozenset({"swp1"}), frozenset()))
    assert sorted(changed(text, after)) == sorted(lines)


def test_a_stanza_in_another_file_is_edited_there():
    other = f"{MAIN}.d/swp1"
    files = {MAIN: "auto br0\niface br0\n    bridge-ports swp1\n", other: "auto swp1\niface swp1\n    bridge-access 10"}
    found = _ifupdown2.rewrite(files, model(swp1=port(vlan=vlans(20))), Scope(frozenset({"swp1"}), frozenset()), "br0")
    assert found == {other: "auto swp1\niface swp1\n    bridge-access 20\n"}


@pytest.mark.parametrize("ports", ["glob swp1-6", "regex (swp[1-6])"])
def test_a_pattern_is_not_guessed_at(ports):
    text = f"auto br0\niface br0\n    bridge-ports {ports}\n"
    with pytest.raises(FilesError, match="write the ports one by one"):
        rewritten(text, model([LACP]))


def test_a_bridge_that_no_file_knows():
    with pytest.raises(FilesError, match="no bridge-ports of br0"):
        rewritten("auto lo\niface lo inet loopback\n", model([LACP]))


def test_a_system_without_these_files_has_none():
    assert _ifupdown2.rewrite({}, model([LACP]), SCOPE, "br0") == {}


@pytest.mark.parametrize("content", ["", "one line", "line\n", "a\n=== /etc/passwd 3\nb\n\n", "m\u00fcnchen\n"])
def test_files_travel_exactly(tmp_path, content):
    main = tmp_path / "interfaces"
    main.write_text(content, encoding="utf-8")
    script = _ifupdown2.READ.replace(MAIN, shlex.quote(str(main)))
    told = subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout.decode()
    assert _ifupdown2.split_files(told) == {str(main): content}
