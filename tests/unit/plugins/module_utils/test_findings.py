# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as such: how they look, sort, travel and are accepted; and what the catalogue says of them."""

from __future__ import annotations

import datetime
import json
import re

import pytest

from ansible_collections.trunkline.bonding.plugins.module_utils import _findings
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import CATALOGUE, finding


def test_a_finding_travels_as_a_dictionary():
    found = finding(
        "options.delay-not-multiple", "bonding_bonds[0].options.updelay", 250, name="updelay", miimon=100, becomes=200, next=300
    )
    assert found.as_dict() == {
        "id": "options.delay-not-multiple",
        "severity": "error",
        "path": "bonding_bonds[0].options.updelay",
        "value": 250,
        "message": "updelay 250 is no multiple of miimon 100: the kernel makes 200 of it.",
        "cure": "Write 200 or 300.",
    }
    assert found.as_text() == (
        "error options.delay-not-multiple at bonding_bonds[0].options.updelay: "
        "updelay 250 is no multiple of miimon 100: the kernel makes 200 of it. Write 200 or 300."
    )


def test_an_id_must_be_in_the_catalogue():
    with pytest.raises(KeyError):
        finding("options.no-such-thing", "x")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (5, "5"),
        (1.5, "1.5"),
        ("eth0", '"eth0"'),
        ("a\nb\x1b[31m", '"a?b?[31m"'),
        ({"a": [1, {"b": {"c": 1}}]}, "{a: [1, {b: {...}}]}"),
        ([1, 2, 3, 4, 5, 6], "[1, 2, 3, 4, 5, ...]"),
        (datetime.date(2001, 1, 2), "2001-01-02"),
        (10**300, "a number of more than 75 digits"),
        ({1, 2}, "a value of type set"),
        ("x" * 5000, '"' + "x" * 80 + '"'),
    ],
)
def test_any_value_can_be_shown_and_stored(value, shown):
    assert _findings.show(value) == shown
    json.dumps(finding("dns.search", "x", value).as_dict(), allow_nan=False)


def test_words_cannot_drive_a_terminal():
    found = finding("schema.unknown-key", "x", 1, name="a\x1b[31m\n", nearest="")
    assert found.message == "There is no key a?[31m? here."
    assert found.cure == ""


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("bmc_password", True),
        ("PassPhrase", True),
        ("api_key", True),
        ("sshKey", True),
        ("private-key", True),
        ("snmp_community", True),
        ("token", True),
        ("psk", True),
        # An option of the driver, and words that only hold one of these.
        ("ad_user_port_key", False),
        ("keyboard", False),
        ("passive", False),
        ("miimon", False),
        (5, False),
    ],
)
def test_names_of_secrets(name, secret):
    assert _findings.secret(name) is secret


def test_secrets_inside_a_value_are_not_shown():
    found = finding("schema.type", "x", {"a": [{"password": "hunter2"}], "b": 1}, expected="a list", cure="Write a list.")
    assert found.value == {"a": [{"password": "(hidden)"}], "b": 1}
    assert "hunter2" not in found.as_text()


def test_texts_sort_as_people_count():
    assert sorted(["eth10", "eth2", "eth1.20", "eth1"], key=_findings.natural) == ["eth1", "eth1.20", "eth2", "eth10"]


def test_a_number_that_python_does_not_print():
    json.dumps(finding("dns.search", "x", 10**5000).as_dict())


def test_a_value_that_contains_itself():
    value = []
    value.append(value)
    assert _findings.show(value) == "[[[[...]]]]"
    json.dumps(finding("dns.search", "x", value).as_dict())


@pytest.mark.parametrize(
    ("key", "path"),
    [("miimon", "a.miimon"), (0, "a[0]"), ("bond0.20", 'a["bond0.20"]'), (True, "a[true]"), (None, "a[null]"), ("", 'a[""]')],
)
def test_paths(key, path):
    assert _findings.child("a", key) == path


def test_errors_come_first_then_paths_as_people_count():
    def at(id_, path):
        return finding(id_, path)

    found = _findings.sort(
        [at("lag.needs-peer", "a"), at("dns.search", "a[10]"), at("dns.search", "a[2]"), at("topology.single-slave", "a")] * 2
    )
    assert [(item.severity, item.path) for item in found] == [("error", "a[2]"), ("error", "a[10]"), ("warning", "a"), ("note", "a")]


def test_warnings_are_silenced_and_acceptable_errors_become_warnings():
    found = [finding("topology.single-slave", "a"), finding("bridge.mode", "b"), finding("dns.search", "c")]
    left = _findings.accepted(found, ["topology.single-slave", "bridge.mode"])
    assert [(item.id, item.severity) for item in left] == [("dns.search", "error"), ("bridge.mode", "warning")]
    assert _findings.accepted(found, []) == _findings.sort(found)


@pytest.mark.parametrize(
    ("accept", "id_"),
    [("dns.search", "accept.refused"), ("bridge.mod", "accept.unknown"), ("", "accept.unknown"), (5, "accept.unknown")],
)
def test_accepting_what_cannot_be_accepted_is_an_error(accept, id_):
    left = _findings.accepted([finding("dns.search", "c")], ["bridge.mode", accept])
    assert [(item.id, item.path) for item in left if item.id.startswith("accept.")] == [(id_, "bonding_accept[1]")]
    assert "dns.search" in [item.id for item in left]


@pytest.mark.parametrize(
    ("name", "known", "wanted"),
    [
        ("slavs", ["slaves", "name"], "Did you mean slaves?"),
        ("LACP-rate", ["lacp_rate", "mode"], "Did you mean lacp_rate?"),
        ("dhcp", ["dhcp4", "dns", "dhcp6"], "Did you mean dhcp4 or dhcp6?"),
        ("zzz", ["b", "a"], "Known: a, b."),
        (5, ["b", "a"], "Known: a, b."),
        ("zzz", [], "No known name is like it."),
    ],
)
def test_the_nearest_known_name(name, known, wanted):
    assert _findings.nearest(name, known) == wanted


@pytest.mark.parametrize("id_", CATALOGUE)
def test_every_entry_of_the_catalogue_is_complete(id_):
    rule = CATALOGUE[id_]
    assert re.fullmatch(r"[a-z]+\.[a-z0-9]+(-[a-zA-Z0-9]+)*", id_)
    assert rule.severity in ("error", "warning", "note")
    assert rule.acceptable or rule.severity == "error", "warnings and notes can be silenced"
    for text in (rule.rule, rule.reason, rule.message, rule.cure):
        assert _findings.placeholders(text).endswith((".", "?", ">")), text
        assert "  " not in text
    for text in (rule.rule, rule.reason):
        assert "{" not in text, "these hold for every value"
