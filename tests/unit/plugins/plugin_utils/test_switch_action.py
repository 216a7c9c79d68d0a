# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task on a switch makes of its arguments, before it talks to the switch."""

from __future__ import annotations

from types import SimpleNamespace

from ansible_collections.trunkline.bonding.plugins.plugin_utils import _lags_action, _switch_action


class Action(_switch_action.SwitchAction):
    spec = _lags_action.SPEC

    def work(self, switch, args, task_vars):
        return {"args": args}


def test_null_is_as_good_as_not_given(monkeypatch):
    """Roles hand over ``bonding_deadline: null`` as it is."""
    monkeypatch.setattr(_switch_action.ActionBase, "run", lambda *_arguments: {})
    monkeypatch.setattr(_switch_action, "switch_of", lambda *_arguments: None)
    action = Action.__new__(Action)
    action._task = SimpleNamespace(args={"table": {}, "deadline": None, "confirm": None, "accept": None, "transaction": None})
    args = action.run(task_vars={})["args"]
    assert (args["deadline"], args["confirm"], args["accept"]) == (120, "auto", [])
