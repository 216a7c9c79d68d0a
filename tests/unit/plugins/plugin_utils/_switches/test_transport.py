# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands that travel to a switch as one script."""

from __future__ import annotations

import subprocess

import pytest

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._transport import Shell, TransportError


def execute(script):
    done = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def through_a_terminal(script):
    """As a connection that mixes both streams and ends lines as terminals do."""
    done = subprocess.run(["sh"], input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout.replace("\n", "\r\n"), ""


def test_outputs_are_kept_apart():
    found = Shell(execute).run([["printf", "one"], ["printf", "two\n"], ["true"], ["sh", "-c", "echo no >&2; exit 3"]])
    assert [(one["rc"], one["out"], one["err"].strip()) for one in found] == [(0, "one", ""), (0, "two\n", ""), (0, "", ""), (3, "", "no")]


@pytest.mark.parametrize("word", ["it's", "$(reboot)", "a;b", "*", "", "two words", "new\nline", "m\u00fcnchen"])
def test_words_arrive_as_they_are(word):
    assert Shell(execute).run([["printf", "%s", word]])[0]["out"] == word


def test_a_command_that_reads_cannot_eat_the_script():
    assert [one["out"] for one in Shell(execute).run([["cat"], ["echo", "still here"]])] == ["", "still here\n"]


def test_a_terminal_in_between():
    found = Shell(through_a_terminal).run([["echo", "one"], ["echo", "two"]])
    assert [one["out"] for one in found if one["rc"] == 0] == ["one\n", "two\n"]


def test_a_script_may_be_long():
    assert Shell(execute).script(f"x='{'a' * 300_000}'\necho ${{#x}}") == "300000\n"


def test_a_script_may_exit():
    assert Shell(execute).script("echo before\nexit 3\necho after") == "before\n"


@pytest.mark.parametrize("cut", [0, 30])
def test_an_answer_that_is_cut_off_is_no_answer(cut):
    def cut_off(script):
        rc, out, _err = execute(script)
        return rc, out[:cut], "the connection was closed"

    with pytest.raises(TransportError, match="the connection was closed"):
        Shell(cut_off).run([["echo", "a" * 100]])
