# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run on a switch behaves: judged like the variables of a server, before the switch is spoken to."""

from __future__ import annotations

import pytest

from ansible_collections.trunkline.bonding.plugins.plugin_utils import _order, _switch_action

STAGE = {"transaction": "t1", "confirm": "later"}


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ({"deadline": 120, "confirm": "auto", "accept": []}, []),
        ({"deadline": "120"}, []),
        ({"deadline": -5}, [("schema.range", "bonding_deadline")]),
        ({"deadline": 3}, [("schema.range", "bonding_deadline")]),
        ({"deadline": 3, "confirm": "later"}, [("schema.range", "bonding_deadline")]),
        ({"deadline": "2m"}, [("schema.type", "bonding_deadline")]),
        ({"deadline": 0, **STAGE}, [("schema.range", "bonding_deadline")]),
        ({"confirm": "wat"}, [("schema.choice", "bonding_confirm")]),
        ({"accept": "switch.nothing-seen"}, [("schema.type", "bonding_accept")]),
        ({"transaction": "; reboot"}, [("schema.format", "bonding_transaction")]),
    ],
)
def test_settings_are_judged(args, found):
    assert [(one.id, one.path) for one in _switch_action.settled(args)[1]] == found


@pytest.mark.parametrize("seconds", [10, 120, 3600])
def test_the_stages_of_a_change_have_deadlines_of_their_own(seconds):
    # What site.yml gives where the user has said this; the form stage may be late by all of its time.
    for deadline in {*_order.deadlines(seconds).values(), 1}:
        args, found = _switch_action.settled({"deadline": str(deadline), "limit": None, **STAGE})
        assert (args, found) == ({"deadline": deadline, "limit": None, **STAGE}, [])
