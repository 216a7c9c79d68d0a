# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller does with each answer, and with each answer that does not come: a host that is played by the test."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.trunkline.bonding.plugins.plugin_utils import _closing_action, _host_action

CUT = AnsibleConnectionFailure("Shared connection to 198.51.100.11 closed.")
REFUSED = AnsibleConnectionFailure("ssh: connect to host 198.51.100.11 port 22: Connection refused")
GATEWAY = {"family": 4, "via": "198.51.100.1", "dev": "bond0"}


class Connection:
    """A connection plugin that notes what is asked of it."""

    transport = ansible_name = "ssh"

    def __init__(self):
        self.options = {"host": "198.51.100.11", "timeout": 30, "ssh_extra_args": "", "port": None}
        self.resets = 0
        self.became = []
        self._shell = SimpleNamespace(tmpdir="/tmp/x")

    def has_option(self, name):
        return name in self.options

    def get_option(self, name):
        return self.options[name]

    def set_option(self, name, value):
        self.options[name] = value
        if name == "host":
            self.became.append(value)

    def reset(self):
        self.resets += 1

    def close(self):
        pass


def transaction(status, reason=""):
    return {"id": "t1", "status": status, "reason": reason, "age": 1, "deadline": 60, "remaining": 50}


def info(status="applied", reason="", differences=(), answers=True, expected=True):
    return {
        "changed": False,
        "transaction": transaction(status, reason),
        "differences": list(differences),
        "gateways": [{**GATEWAY, "answers": answers, "expected": expected}],
        "connection": {"evidence": "a new connection came in over 198.51.100.11 on bond0"},
        "lacp": [],
        "log": ["10:00:00 apply: start"],
    }


OPEN = {"changed": True, "findings": [], "plan": [], "transaction": transaction("applying")}
KEPT = {"changed": True, "transaction": transaction("confirmed")}
TAKEN_BACK = {"changed": True, "transaction": transaction("rolling_back")}
DIFFERENCE = {"link": "bond0", "what": "miimon", "before": 100, "after": 200}


@pytest.fixture
def play(monkeypatch):
    """Runs an action against a list of (module, answer or exception); returns (result, modules that ran, connection)."""
    clock = SimpleNamespace(now=0.0)
    fake_time = SimpleNamespace(
        monotonic=lambda: clock.now,
        sleep=lambda seconds: setattr(clock, "now", clock.now + seconds),
        strftime=lambda *_arguments: "20261120T101112",
        gmtime=lambda: None,
    )
    monkeypatch.setattr(_host_action, "time", fake_time)
    monkeypatch.setattr(_closing_action, "time", fake_time)

    def run(script, args=None, check=False, base=_host_action.HostAction, module="host_links"):
        connection = Connection()
        action = base.__new__(base)
        action.module = module
        action._task = SimpleNamespace(
            args={"transaction": "t1", "deadline": 60, **(args or {})}, check_mode=check, async_val=0, action=module
        )
        action._connection = connection
        action._play_context = SimpleNamespace(remote_addr="198.51.100.11")
        waiting = list(script)
        ran = []

        def execute(module_name, module_args, task_vars):
            assert None not in module_args.values(), "a module takes null for a wrong type"
            name = module_name.rpartition(".")[2]
            ran.append((name, module_args.get("state")) if name == "links_transaction" else name)
            clock.now += 1
            if not waiting:
                raise CUT
            expected, answer = waiting[0] if len(waiting) == 1 and waiting[0][0] == "always" else waiting.pop(0)
            assert expected in ("always", name), f"{name} was run, not {expected}"
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(action, "_execute_module", execute, raising=False)
        monkeypatch.setattr(_host_action.ActionBase, "run", lambda *_arguments: {})
        return action.run(task_vars={"inventory_hostname": "kvm1"}), ran, connection

    return run


def test_a_change_that_is_well_is_confirmed_over_a_new_connection(play):
    result, ran, connection = play([("host_links", OPEN), ("host_links_info", info()), ("links_transaction", KEPT)])
    assert result["changed"] is True and not result.get("failed")
    assert result["transaction"]["status"] == "confirmed"
    assert result["evidence"] == [
        "a new connection came in over 198.51.100.11 on bond0",
        "the kernel is as wanted",
        "the gateway 198.51.100.1 on bond0 answers",
        "confirmed",
    ]
    assert ran == ["host_links", "host_links_info", ("links_transaction", "confirmed")]
    assert connection.resets == 1
    assert connection.options == {"host": "198.51.100.11", "timeout": 30, "ssh_extra_args": "", "port": None}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"changed": False, "transaction": None}, id="nothing to do"),
        pytest.param({"failed": True, "msg": "Nothing was changed."}, id="an error"),
        pytest.param({"changed": False, "transaction": transaction("confirmed")}, id="a transaction that is closed"),
    ],
)
def test_without_an_open_window_one_execution_is_all(play, answer):
    result, ran, connection = play([("host_links", answer)])
    assert (result, ran, connection.resets) == (answer, ["host_links"], 0)


@pytest.mark.parametrize(("args", "check"), [({"confirm": "later"}, False), ({}, True)])
def test_an_open_window_is_left_open_when_so_asked(play, args, check):
    result, ran, _connection = play([("host_links", OPEN)], args, check)
    assert (result, ran) == (OPEN, ["host_links"])


@pytest.mark.parametrize(
    ("seen", "args", "why"),
    [
        (info(differences=[DIFFERENCE]), {}, "bond0 miimon is 100, not 200"),
        (info(answers=False), {}, "the gateway 198.51.100.1 on bond0 does not answer"),
    ],
)
def test_what_is_not_well_is_taken_back_and_the_run_says_why(play, seen, args, why):
    back = info("rolled_back", why)
    script = [("host_links", OPEN), ("host_links_info", seen), ("links_transaction", TAKEN_BACK), ("host_links_info", back)]
    result, ran, _connection = play(script, args)
    assert result["failed"] and result["changed"] is False
    assert why in result["msg"] and "the old configuration is in place" in result["msg"]
    assert ran[2] == ("links_transaction", "rolled_back")
    assert result["log"] == ["10:00:00 apply: start"]


@pytest.mark.parametrize(
    ("seen", "args", "words"),
    [
        (info(answers=False, expected=False), {}, "the gateway 198.51.100.1 on bond0 does not answer, as before the change"),
        (info(answers=False), {"accept": ["host.gateway-silent"]}, "the gateway 198.51.100.1 on bond0 does not answer, which is accepted"),
    ],
)
def test_a_gateway_that_was_silent_before_or_may_be_silent_stops_nothing(play, seen, args, words):
    result, _ran, _connection = play([("host_links", OPEN), ("host_links_info", seen), ("links_transaction", KEPT)], args)
    assert words in result["evidence"] and not result.get("failed")


@pytest.mark.parametrize(
    ("script", "args", "base", "module"),
    [
        ([("host_links", OPEN)], {"confirm": "later", "deadline": None, "backend": None}, _host_action.HostAction, "host_links"),
        (
            [("host_links_info", info()), ("links_transaction", KEPT)],
            {"state": "confirmed", "accept": None},
            _closing_action.ClosingAction,
            "links_transaction",
        ),
    ],
)
def test_null_is_as_good_as_not_given(play, script, args, base, module):
    result, _ran, _connection = play(script, args, base=base, module=module)
    assert not result.get("failed")


@pytest.mark.parametrize("state", ["confirmd", "confirmed", "rolled_back", "reverted"])
def test_a_task_with_a_mistake_does_not_get_as_far_as_the_host(play, state):
    args = {"state": state, "foo": 1}
    result, ran, _connection = play([], args, base=_closing_action.ClosingAction, module="links_transaction")
    assert result["failed"] and "links_transaction.foo" in result["msg"] and ran == []


def test_a_host_that_needs_time_is_asked_again(play):
    script = [("host_links", OPEN), ("host_links_info", CUT), ("host_links_info", REFUSED), ("host_links_info", info("applying"))]
    result, _ran, connection = play([*script, ("host_links_info", info()), ("links_transaction", KEPT)])
    assert result["transaction"]["status"] == "confirmed"
    assert connection.resets == 3


def test_a_host_that_never_came_back_has_gone_back_by_itself(play):
    silent = [("host_links_info", REFUSED)] * 33
    back = info("rolled_back", "nobody confirmed within 36 s")
    result, _ran, _connection = play([("host_links", OPEN), *silent, ("host_links_info", back)])
    assert result["failed"]
    assert "nobody confirmed within 36 s" in result["msg"]
    assert result["transaction"]["status"] == "rolled_back"


def test_a_host_that_says_nothing_at_all_is_unknown(play):
    result, _ran, _connection = play([("host_links", OPEN), ("always", CUT)])
    assert result["failed"] and result["transaction"]["status"] == "unknown"
    assert "The next run reads it from the host" in result["msg"]


@pytest.mark.parametrize(
    ("truth", "kept"),
    [(info("confirmed"), True), (info("rolled_back", "nobody confirmed within 36 s"), False)],
)
def test_when_the_answer_of_the_confirmation_is_lost_the_host_is_asked_what_is_true(play, truth, kept):
    script = [("host_links", OPEN), ("host_links_info", info()), ("links_transaction", CUT), ("host_links_info", truth)]
    result, ran, _connection = play([*script, ("host_links_info", truth)])
    assert (result["transaction"]["status"] == "confirmed") is kept
    assert bool(result.get("failed")) is not kept
    assert ran.count(("links_transaction", "confirmed")) == 1


def test_a_confirmation_that_did_not_arrive_is_sent_again(play):
    script = [("host_links", OPEN), ("host_links_info", info()), ("links_transaction", CUT), ("host_links_info", info())]
    result, _ran, _connection = play([*script, ("links_transaction", KEPT)])
    assert result["transaction"]["status"] == "confirmed"


def test_when_the_answer_of_the_change_is_lost_the_host_is_asked_by_the_id_that_the_controller_gave(play):
    script = [("host_links", CUT), ("host_links_info", info()), ("host_links_info", info()), ("links_transaction", KEPT)]
    result, _ran, _connection = play(script)
    assert result["changed"] and result["transaction"]["status"] == "confirmed"
    assert result["evidence"][0] == "the connection broke before the answer of the change came"


@pytest.mark.parametrize("confirm", ["auto", "later"])
@pytest.mark.parametrize(
    ("status", "words"), [("rolled_back", "The change was taken back"), ("rollback_incomplete", "taken back only in part")]
)
def test_a_host_that_went_back_before_it_could_answer_has_failed(play, status, words, confirm):
    went = info(status, "nobody confirmed within 30 s")
    result, ran, _connection = play([("host_links", CUT), ("host_links_info", CUT), ("host_links_info", went)], args={"confirm": confirm})
    assert result["failed"] is True and result["changed"] is False
    assert words in result["msg"] and "nobody confirmed within 30 s" in result["msg"]
    assert result["transaction"]["status"] == status
    assert ("links_transaction", "confirmed") not in ran


def test_a_host_that_was_never_reached_is_unreachable_at_once(play):
    with pytest.raises(AnsibleConnectionFailure, match="Connection refused"):
        play([("host_links", REFUSED)])


def test_the_confirmation_may_use_another_address_and_then_the_old_one_is_put_back(play):
    script = [("host_links", OPEN), ("host_links_info", info()), ("links_transaction", KEPT)]
    result, _ran, connection = play(script, {"connect_host": "192.0.2.7"})
    assert result["transaction"]["status"] == "confirmed"
    assert connection.became == ["192.0.2.7", "198.51.100.11"]


def test_after_a_rollback_the_old_address_is_tried_too(play):
    silent = [("host_links_info", REFUSED)] * 38
    back = info("rolled_back", "nobody confirmed within 36 s")
    result, _ran, connection = play([("host_links", OPEN), *silent, ("host_links_info", back)], {"connect_host": "192.0.2.7"})
    assert result["transaction"]["status"] == "rolled_back"
    assert "198.51.100.11" in connection.became[1:-1]


@pytest.mark.parametrize(
    ("script", "failed", "words"),
    [
        ([("host_links_info", info()), ("links_transaction", KEPT)], False, None),
        ([("host_links_info", info(answers=False))], True, "Not confirmed; the host goes back by itself within 50 s"),
        ([("host_links_info", info("rolled_back")), ("links_transaction", {"failed": True, "msg": "not kept"})], True, "not kept"),
    ],
)
def test_confirming_by_hand_looks_first(play, script, failed, words):
    result, _ran, _connection = play(script, {"state": "confirmed"}, base=_closing_action.ClosingAction, module="links_transaction")
    assert bool(result.get("failed")) is failed
    assert words is None or words in result["msg"]


def test_taking_back_by_hand_waits_for_the_end(play):
    script = [("links_transaction", TAKEN_BACK), ("host_links_info", info("rolling_back")), ("host_links_info", info("rolled_back"))]
    result, _ran, _connection = play(script, {"state": "rolled_back"}, base=_closing_action.ClosingAction, module="links_transaction")
    assert result["transaction"]["status"] == "rolled_back"
