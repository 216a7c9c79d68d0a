# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The dead man of a switch that has a POSIX shell: the scripts of one transaction, with everything expanded. Pure functions, text only.

A transaction holds the change of a whole run, in stages: one for each push. Each stage has its own undo commands and its own deadline, so
that what was pushed last is taken back first, with the hosts' own rollback in between. ``/var/lib/trunkline-bonding-switch`` holds

* ``open``: link to the transaction that is open; made exclusively, so that a second one is refused
* ``last``: link to the one that was confirmed last
* ``transactions/ID/armed``: renamed to ``confirmed`` or ``rolling_back`` (at its end ``rolled_back``); the rename decides who wins
* ``transactions/ID/N/``: a stage: ``apply.sh``, ``undo.sh``, ``deadman.sh``, ``before.json``, ``progress``, ``status``, ``log``, ``undone``

Configuration files are written when the change is confirmed, not before, so that a power cut brings the old configuration back. Where every
change is permanent at once, a unit of systemd takes it back at the next start.
"""

from __future__ import annotations

import json
import shlex
from typing import Any, NamedTuple

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._deadman_library import LIBRARY

BASE = "/var/lib/trunkline-bonding-switch"
UNIT = "trunkline-bonding-switch"
UNITS = "/etc/systemd/system"
# There only where systemd is the first process, see sd_booted(3).
SYSTEMD = "/run/systemd/system"
KEPT_TRANSACTIONS = 5


class Stage(NamedTuple):
    """One push.

    ``deadline``: seconds from now. ``groups``: ``{"commands", "undo", "settle"}``; the last is a list of ``(seconds, must, command)``: at
    most so long, until the command succeeds; without a command just so long. ``before``: the model of what it touches. ``permanent``:
    whether its commands survive a restart by themselves.
    """

    transaction: str
    number: int
    deadline: int
    groups: list[dict[str, Any]]
    before: dict[str, Any]
    permanent: bool


def push(stage: Stage, wait: int) -> str:
    """Opens or continues a transaction, arms the dead man, applies detached, and waits for the end.

    Tells ``status``: ``applied``; ``failed`` with ``command`` and ``answer``; ``applying``; ``busy`` with ``transaction``; ``closed`` with
    ``state``; ``pushed-before``; ``unarmed``. With the last four nothing was changed.
    """
    here = f'"$T/{stage.number}'
    return _script(
        stage.transaction,
        "open_transaction || exit 0",
        f"new_stage {stage.number} || exit 0",
        *(['[ -e "$T/permanent" ] || : >"$T/permanent"'] if stage.permanent else []),
        _write('"$T/lib.sh"', _script(stage.transaction)),
        _write('"$BASE/guard.sh"', _script(None, "guard")),
        _write(f'{here}/before.json"', json.dumps(stage.before, sort_keys=True) + "\n"),
        _write(f'{here}/undo.sh"', undo_script(stage)),
        _write(f'{here}/apply.sh"', apply_script(stage)),
        _write(f'{here}/deadman.sh"', deadman_script(stage)),
        f'arm {stage.number} || {{ rm -rf {here}"; exit 0; }}',
        f'detached {here}/apply.sh"',
        f"await {stage.number} {wait * 10}",
    )


def look(transaction: str, number: int, wait: int) -> str:
    """Tells what became of a stage, for a controller whose connection was cut."""
    return _script(transaction, f"await {number} {wait * 10}")


def status() -> str:
    """Tells of the open transaction: ``state`` (``none`` if there is none), ``transaction``, ``reason``, ``stages``,
    ``restarted``; and ``guard`` ``yes`` where a restart within the window is provided for.
    """
    return _script(None, "open_status")


def before(transaction: str | None) -> str:
    """Prints, a line for each stage, what was there before a transaction; None is the one confirmed last. Nothing: there is none."""
    where = '"$BASE/last' if transaction is None else '"$T'
    return _script(transaction, f'cat {where}"/[1-9]/before.json 2>/dev/null || true')


def confirm(transaction: str, files: dict[str, str]) -> str:
    """Makes a change permanent.

    Tells ``state``: ``confirmed``; what came first, with its ``reason``; or ``unstaged`` where a file cannot be written: then nothing is
    confirmed.
    """
    paths = " ".join(shlex.quote(path) for path in files)
    staging = []
    for path, content in files.items():
        quoted, new = shlex.quote(path), shlex.quote(path + ".trunkline-new")
        # A full disk may cut a file off without a word.
        length = len(content.encode("utf-8", "surrogateescape"))
        staging += [f"{{ [ ! -e {quoted} ] || cp -p {quoted} {new}; }}", _write(new, content), f'[ "$(wc -c <{new})" -eq {length} ]']
    return _script(
        transaction,
        "umask 022",
        *([f"{' && '.join(staging)} || {{ unstage {paths}; exit 0; }}"] if staging else []),
        "sync",
        f"confirm {paths}",
        f"prune {KEPT_TRANSACTIONS}",
    )


def roll_back(transaction: str, stage: int, reason: str) -> str:
    """Takes back the stages from ``stage`` on; with stage 1 the transaction is over. Tells ``state``."""
    body = [f"if take_back {shlex.quote(reason)}; then undo_from 1; close_rollback; fi"]
    if stage > 1:
        body = [f'if [ -e "$T/armed" ] || [ -e "$T/rolling_back" ]; then undo_from {stage}; fi']
    return _script(transaction, *body, 'say state "$(state)"')


def parse(text: str) -> dict[str, str]:
    """The last value of each line ``tb:KEY VALUE``."""
    return dict(line[3:].partition(" ")[::2] for line in text.splitlines() if line.startswith("tb:"))


def undo_script(stage: Stage) -> str:
    """Takes back the groups that were begun, the last first. A command whose object is as before already may fail."""
    lines = [f"progress=$(cat {_here(stage)}/progress 2>/dev/null || echo 0)"]
    for number, group in reversed(list(enumerate(stage.groups, 1))):
        lines += [f'if [ "$progress" -ge {number} ]; then :', *(f"    {shlex.join(argv)} || true" for argv in group["undo"]), "fi"]
    return "\n".join(lines) + "\n"


def apply_script(stage: Stage) -> str:
    """Runs the groups in order, with their pauses."""
    lines = [f". {_folder(stage.transaction)}/lib.sh", f"STAGE={stage.number}", f"echo $$ >{_here(stage)}/apply.pid"]
    for number, group in enumerate(stage.groups, 1):
        lines.append(f"echo {number} >{_here(stage)}/progress")
        lines += [f"run {shlex.join(argv)}" for argv in group["commands"]]
        for seconds, must, until in group["settle"]:
            lines.append(f"settle {seconds} {'must' if must else 'may'} {shlex.join(until)}" if until else f"sleep {seconds}")
    return "\n".join([*lines, f"rm -f {_here(stage)}/apply.pid", f"echo applied >{_here(stage)}/status"]) + "\n"


def deadman_script(stage: Stage) -> str:
    """Waits for its deadline, then takes its stage back and those after it, unless the change was confirmed or taken back before."""
    lines = [
        f". {_folder(stage.transaction)}/lib.sh",
        f"echo $$ >{_here(stage)}/deadman.pid",
        f"sleep {stage.deadline}",
        f"[ ! -e {_here(stage)}/undone ] || exit 0",
        f"take_back 'nobody confirmed it within {stage.deadline} s' || exit 0",
        f"undo_from {stage.number}",
        "close_rollback",
    ]
    return "\n".join(lines) + "\n"


def _script(transaction: str | None, *lines: str) -> str:
    folder = [] if transaction is None else [f"T={_folder(transaction)}"]
    places = [f"BASE={BASE}", f"UNIT={UNIT}", f"UNITS={UNITS}", f"SYSTEMD={SYSTEMD}"]
    return "\n".join([*places, *folder, LIBRARY.strip(), *lines]) + "\n"


def _folder(transaction: str) -> str:
    return f"{BASE}/transactions/{shlex.quote(transaction)}"


def _here(stage: Stage) -> str:
    return f"{_folder(stage.transaction)}/{stage.number}"


def _write(path: str, content: str) -> str:
    return f"printf %s {shlex.quote(content)} >{path}"
