# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrong intents, each with exactly the findings that it must give; and the good intents that they are made of, which give none."""

from __future__ import annotations

import copy
import pathlib

import pytest
import yaml

from ansible_collections.trunkline.bonding.plugins.module_utils import _findings, _intent

HERE = pathlib.Path(__file__).parent
GOOD = yaml.safe_load((HERE / "good_intents.yml").read_text())
BAD = yaml.safe_load((HERE / "bad_intents.yml").read_text())


def changed(variables, changes):
    """The variables of a good intent with some values set, by path; None removes a value."""
    found = copy.deepcopy(variables)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = found
        for depth, key in enumerate(["bonding_" + (parents or [last])[0], *parents[1:]]):
            if depth == 0 and not parents:
                last = key
                break
            place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
        if isinstance(place, list):
            position = int(last)
            place[position : position + 1] = [value]
        elif value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return found


def findings_of(hostvars, host=None):
    return _intent.normalise(_intent.from_hostvars(hostvars), host)[1]


@pytest.mark.parametrize("name", GOOD)
def test_good_intent_has_no_finding(name):
    assert [found.as_text() for found in findings_of(GOOD[name])] == []


@pytest.mark.parametrize("case", BAD, ids=lambda case: case["name"])
def test_wrong_intent_has_its_findings_and_no_other(case):
    found = findings_of(changed(GOOD[case["of"]], case["set"]), case.get("host"))
    told = [item.as_text() for item in found]
    assert sorted((item.id, item.path) for item in found) == sorted(map(tuple, case["gives"])), told
    assert case.get("says", "") in " ".join(told)
    for item in found:
        assert "<" not in item.message + item.cure, "a word of the template is missing"
        assert item.message.endswith("."), item.message
        assert item.cure.endswith((".", "?")), item.cure


def test_the_table_is_long_enough():
    assert len({case["name"] for case in BAD}) == len(BAD) >= 80


def test_every_rule_of_the_intent_is_in_the_table():
    parts = {"schema", "options", "topology", "mtu", "bridge", "address", "gateway", "route", "dns", "lag", "bmc"}
    known = {id_ for id_ in _findings.CATALOGUE if id_.partition(".")[0] in parts}
    # No value of the option table is changed silently but the delays, which have a finding of their own; variables are never missing a
    # task's option.
    unseen = known - {id_ for case in BAD for id_, _path in case["gives"]} - {"options.changed", "schema.profiles-missing"}
    assert unseen == set()
