# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which change is the last one that a user would undo, and what is said where there is none."""

from __future__ import annotations

import json
import os

import pytest
import yaml

from ansible_collections.trunkline.bonding.plugins.module_utils import _closing
from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _status, _store
from ansible_collections.trunkline.bonding.plugins.modules import links_transaction


class Ended(Exception):
    def __init__(self, result):
        super().__init__(result.get("msg"))
        self.result = result


class Module:
    check_mode = False

    def __init__(self):
        self.params = {"state": "reverted", "transaction": None, "deadline": 120, "confirm": "auto", "accept": []}

    def exit_json(self, **result):
        raise Ended(result)

    def fail_json(self, **result):
        raise Ended({"failed": True, **result})


@pytest.fixture
def store(tmp_path, monkeypatch):
    made = _store.Store(str(tmp_path))
    monkeypatch.setattr(_closing._store, "Store", lambda: made)
    monkeypatch.setattr(_closing._status, "read", lambda _store_, name: {"id": name, "status": _status.CONFIRMED})
    return made


def keep(store, *changes):
    """Transactions in the order in which they were made: (id, mark) or (id, mark, id of the change that it undid)."""
    for number, (name, mark, *undone) in enumerate(changes):
        folder = store.path(name)
        os.makedirs(folder)
        with open(store.path(name, "change.json"), "w") as stream:
            json.dump({"created": number, "reverts": undone[0] if undone else None}, stream)
        with open(store.path(name, mark), "w"):
            pass


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param([("a", _store.ROLLING_BACK)], None, id="one that was taken back"),
        pytest.param([("a", _store.CONFIRMED), ("b", _store.CONFIRMED), ("c", _store.ROLLING_BACK)], "b", id="the last that was kept"),
        pytest.param([("a", _store.CONFIRMED), ("a-end", _store.CONFIRMED)], "a", id="a change of both ends and its end are one"),
        pytest.param([("a-end", _store.CONFIRMED)], "a-end", id="an end whose beginning is not kept any more"),
        pytest.param([("a", _store.CONFIRMED), ("a-end", _store.CONFIRMED), ("b", _store.CONFIRMED)], "b", id="a later one"),
    ],
)
def test_the_last_change(store, changes, expected):
    keep(store, *changes)
    assert _closing._last_confirmed(store) == expected


@pytest.mark.parametrize(
    ("changes", "words", "reverts"),
    [
        pytest.param([], "no change was confirmed on this host", None, id="nothing was ever confirmed"),
        pytest.param(
            [("a", _store.CONFIRMED), ("b", _store.CONFIRMED, "a")], "the last change was itself the undoing of a", "a", id="it was undone"
        ),
    ],
)
def test_nothing_to_undo_is_said_and_is_no_failure(store, changes, words, reverts):
    keep(store, *changes)
    with pytest.raises(Ended) as ended:
        _closing.run(Module())
    result = ended.value.result
    assert not result.get("failed") and result["changed"] is False
    assert result["msg"].startswith("There is nothing to undo: ") and words in result["msg"]
    assert result.get("reverts") == reverts
    assert set(result) - {"changed"} <= set(yaml.safe_load(links_transaction.RETURN))
