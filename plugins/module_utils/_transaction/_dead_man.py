# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The dead man: a timer outside the session that starts the way back, and the detached start of the way forward.

Where systemd is PID 1 both are transient units in its own cgroups, which outlive the session and its cleaning up. Elsewhere
they are processes in sessions of their own. Either way the script is an argument of ``/bin/sh``: /var may be mounted noexec.
"""

from __future__ import annotations

from shlex import quote

SYSTEMD = "systemd"
PROCESS = "process"
# A rollback that was killed is started again after this many seconds.
RETRY = 10


class NotArmed(Exception):
    """The dead man could not be started or was not seen alive; the text says what was tried."""


def manager(machine):
    """What can run detached work on this host."""
    if machine.exists("/run/systemd/system") and (machine.read("/proc/1/comm") or "").strip() == "systemd":
        return SYSTEMD
    return PROCESS


def _unit(transaction, role=""):
    return f"trunkline-bonding-{transaction}{role}"


def _must(machine, argv, what):
    rc, out, err = machine.run(argv, 10)
    if rc != 0:
        raise NotArmed(f"{what}: {(err or out).strip() or f'code {rc}'}")
    return out.strip()


def _detach(machine, script, what):
    # The shell that starts it ends at once, so init becomes its parent; setsid takes it out of the session.
    line = f"setsid /bin/sh -c {quote(script)} </dev/null >/dev/null 2>&1 & echo $!"
    pid = _must(machine, ["/bin/sh", "-c", line], what)
    if not pid.isdigit():
        raise NotArmed(f"{what}: no process id but {pid!r}")
    return int(pid)


def arm(machine, kind, transaction, directory, seconds):
    """Starts the countdown. Returns the process id, or None for a timer. Raises NotArmed."""
    rollback = f"{directory}/rollback.sh"
    reason = f"nobody confirmed within {seconds} s"
    if kind == SYSTEMD:
        unit = _unit(transaction)
        argv = ["systemd-run", f"--unit={unit}", f"--on-active={seconds}", f"--timer-property=OnUnitInactiveSec={RETRY}"]
        argv += ["--timer-property=AccuracySec=100ms", "--description=Brings back the network configuration unless it is confirmed"]
        _must(machine, [*argv, "/bin/sh", rollback, "dead-man", reason], "systemd-run")
        return None
    way_back = f"[ ! -e {quote(rollback)} ] || /bin/sh {quote(rollback)} dead-man {quote(reason)}"
    script = f"sleep {seconds}; until {way_back}; do sleep {RETRY}; done"
    return _detach(machine, script, "setsid")


def watch(machine, kind, transaction, pid):
    """Sees with its own eyes that the dead man is alive. Raises NotArmed."""
    if kind == SYSTEMD:
        _must(machine, ["systemctl", "is-active", "--quiet", f"{_unit(transaction)}.timer"], "the timer is not active")
        return
    # setsid and the shell need a moment to become what they are to be.
    for _attempt in range(20):
        if f"transactions/{transaction}/rollback.sh" in (machine.read(f"/proc/{pid}/cmdline") or ""):
            return
        machine.run(["sleep", "0.1"], 5)
    raise NotArmed(f"the process {pid} that should wait is gone")


def disarm(machine, kind, transaction, pid):
    """Stops the countdown; nothing to stop is no error."""
    for line in disarm_lines(kind, transaction, pid):
        machine.run(["/bin/sh", "-c", line], 10)


def disarm_lines(kind, transaction, pid=None):
    """The same as sh, for the way back: it must not kill itself when the dead man is its own parent."""
    if kind == SYSTEMD:
        return [f"timeout 5 systemctl --no-block stop {_unit(transaction)}.timer 2>/dev/null"]
    if pid is not None:
        return [f"grep -q -F {quote(transaction)} /proc/{pid}/cmdline 2>/dev/null && kill -KILL -{pid}"]
    return [
        '[ "$BY" = dead-man ] && return',
        'pid=$(cat "$T/dead_man.pid" 2>/dev/null) && ours "$pid" && kill -KILL "-$pid"',
        'rm -f "$T/dead_man.pid"',
    ]


def stop_lines(kind, transaction):
    """sh that kills a way forward which still runs, with everything that it has started."""
    if kind == SYSTEMD:
        return [f"timeout 5 systemctl kill --signal=KILL {_unit(transaction, '-apply')}.service 2>/dev/null"]
    return []


def start(machine, kind, transaction, directory, script, arguments=()):
    """Runs ``apply.sh`` or ``rollback.sh`` detached from this session. Raises NotArmed."""
    role = "-apply" if script == "apply.sh" else "-back"
    argv = ["/bin/sh", f"{directory}/{script}", *arguments]
    if kind == SYSTEMD:
        unit = ["systemd-run", f"--unit={_unit(transaction, role)}", "--collect", "--no-block", "--quiet"]
        _must(machine, [*unit, *argv], "systemd-run")
        return
    _detach(machine, "exec " + " ".join(quote(argument) for argument in argv), "setsid")
