# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The two scripts of a transaction, as plain sh with every path, command and time expanded.

They need nothing of Ansible, Python or the network, run from the transaction's directory as ``/bin/sh SCRIPT`` and may be called
more than once. Each part below is text; what differs from one transaction to the next is quoted and put between the parts.
"""

from __future__ import annotations

from shlex import quote

from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _dead_man, _guard

BEFORE = "before-files"

_COMMON = r"""
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
umask 022
cd /
exec </dev/null >>"$T/log" 2>&1

now() {
    read -r NOW _ </proc/uptime
    NOW=${NOW%%.*}
}

say() {
    printf '%s %s: %s\n' "$(date +%H:%M:%S)" "$SELF" "$*"
}

status() { # word reason
    printf '%s\n%s\n%s\n' "$1" "$(date +%s)" "$2" >"$T/status.part" && mv -f "$T/status.part" "$T/status"
}

# Runs a command of the back end, but never past LIMIT.
limited() { # seconds command...
    seconds=$1
    shift
    now
    [ "$seconds" -le $((LIMIT - NOW)) ] || seconds=$((LIMIT - NOW))
    if [ "$seconds" -lt 1 ]; then
        say "no time is left for: $*"
        return 124
    fi
    say "$*"
    timeout -k 1 "$seconds" "$@" &
    echo $! >"$T/command.pid"
    wait $!
    rc=$?
    rm -f "$T/command.pid"
    case $rc in
        0) ;;
        124 | 137) say "it was stopped after $seconds s" ;;
        *) say "it ended with code $rc" ;;
    esac
    return "$rc"
}

# Looks at the kernel; what differs from the wanted state is left in DIFFERENCES.
look() {
    DIFFERENCES=$(LOOK=1; wanted 2>&1)
    [ -z "$DIFFERENCES" ]
}

first_difference() {
    printf '%s\n' "$DIFFERENCES" | head -n 1
}

# Waits for the back end, as long as something still moves.
settle() { # seconds, seconds without any movement
    now
    end=$((NOW + $1))
    quiet=$((NOW + $2))
    seen=
    while ! look; do
        now
        [ "$DIFFERENCES" = "$seen" ] || quiet=$((NOW + $2))
        seen=$DIFFERENCES
        [ "$NOW" -lt "$end" ] && [ "$NOW" -lt "$quiet" ] || return 1
        sleep 0.3 2>/dev/null || sleep 1
    done
}

# A daemon that works on behind the kernel's back may yet change what looks well.
stays() { # seconds
    now
    end=$((NOW + $1))
    while [ "$NOW" -lt "$end" ]; do
        sleep 0.3 2>/dev/null || sleep 1
        look || return 1
        now
    done
}

mend() {
    say "what differs is mended with ip:"
    printf '%s\n' "$DIFFERENCES"
    LOOK=
    wanted
}

ours() { # pid: is it a process of this transaction?
    [ -r "/proc/$1/cmdline" ] && grep -q -F "transactions/$ID/" "/proc/$1/cmdline" 2>/dev/null
}
"""

# networkd takes a slave down and up again up to a second after the kernel looks as wanted.
_STAY = 3
_STAY_BACK = 2
# What the way back has beside its deadline before it gives up: so many seconds, so many while the daemon is held, so many starts of it.
_PATIENCE = 60
_PATIENCE_HELD = 15
_STARTS = 3

_APPLY_HEAD = r"""
fail() {
    say "FAILED: $1"
    exec /bin/sh "$T/rollback.sh" apply "$1"
}

put() { # path, how to copy: the staged file takes its place in one step
    folder=${1%/*}
    part=$folder/.trunkline-bonding.$ID
    { mkdir -p "$folder" && cp "$2" "$T/new$1" "$part" && mv -f "$part" "$1"; } || {
        rm -f "$part"
        fail "$1 could not be written"
    }
}

[ -e "$T/armed" ] || exit 0
echo $$ >"$T/apply.pid"
now
LIMIT=$((NOW + WINDOW))
# The answer of the module that started this must leave the host before its link goes down.
sleep 1
say "start"
"""

_APPLY_TAIL = r"""
rounds=3
while :; do
    settle "$SETTLE" 3 || {
        mend
        look || {
            printf '%s\n' "$DIFFERENCES"
            fail "the kernel is not as wanted: $(first_difference)"
        }
    }
    stays "$STAY" && break
    rounds=$((rounds - 1))
    [ "$rounds" -gt 0 ] || fail "the kernel does not stay as wanted: $(first_difference)"
done
[ -e "$T/armed" ] || exit 0
status applied ''
say "applied"
"""

_ROLLBACK_HEAD = r"""
BY=${1:-request}
REASON=${2:-asked for}
BROKEN=
DEAF=

broken() {
    say "$1"
    BROKEN="$BROKEN; $1"
}

# Who renames the mark does the work. A rollback that was killed half-way is taken up again.
win() {
    mv "$T/armed" "$T/rolling_back" 2>/dev/null && return 0
    [ -e "$T/rolling_back" ] || return 1
    case $(head -n 1 "$T/status" 2>/dev/null) in rolled_back | rollback_incomplete) return 1 ;; esac
    [ "$BY" = boot ] && return 0
    other=$(cat "$T/rollback.pid" 2>/dev/null) && ours "$other" && exit 75
    mv "$T/rolling_back" "$T/rolling_back.$$" 2>/dev/null && mv "$T/rolling_back.$$" "$T/rolling_back"
}

stop_apply() {
    [ "$BY" = apply ] && return
    for name in apply command; do
        pid=$(cat "$T/$name.pid" 2>/dev/null) || continue
        rm -f "$T/$name.pid"
        [ "$name" = command ] || ours "$pid" || continue
        kill -KILL "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null
    done
    # What has left its process group is still in the unit.
    stop_unit
}

restore() { # path: the old file comes back with its mode, owner and times
    folder=${1%/*}
    part=$folder/.trunkline-bonding.$ID
    [ -d "$folder" ] || mkdir -p "$folder"
    cp -a "$T/old$1" "$part" && mv -f "$part" "$1" && return
    rm -f "$part"
    # No room for a second copy: the old content goes over the new one.
    { cat "$T/old$1" >"$1" && touch -r "$T/old$1" "$1"; } || broken "$1 could not be put back"
}

forget() { # path: it did not exist before
    rm -f "$1" "${1%/*}/.trunkline-bonding.$ID" || broken "$1 could not be removed"
}

tidy() {
    remove_guard
    [ "$(readlink "$BASE/open")" != "transactions/$ID" ] || rm -f "$BASE/open"
    disarm
}

if ! win; then
    if [ -e "$T/rolling_back" ]; then tidy; else disarm; fi
    exit 0
fi
echo $$ >"$T/rollback.pid"
SELF="rollback ($BY)"
say "start: $REASON"
rm -f "$T/reserve"
stop_apply
status rolling_back "$REASON"
now
LIMIT=$((NOW + BACK_END))
[ "$BY" = boot ] || back_end_before
"""

_ROLLBACK_KERNEL = r"""
as_before() {
    look && stays "$STAY"
}

# One try after the other, until the kernel is as it was and stays so.
insist() { # seconds
    now
    insist_ends=$((NOW + $1))
    until as_before; do
        now
        if [ "$NOW" -ge "$insist_ends" ]; then
            look
            return
        fi
        mend
        look || sleep 1
    done
}

# A daemon that hangs, has not taken its old files back or works against them is held while ip mends. Then it is started
# anew: it has nothing in mind but its old files.
without_daemon() {
    starts=$STARTS
    while :; do
        say "$DAEMON is held"
        daemon_hold
        insist "$PATIENCE_HELD" && alone=1 || alone=
        if [ -n "$alone" ] && [ "$starts" -lt 1 ]; then
            daemon_stop
            look || return
            broken "$DAEMON would not let it stay as it was, and was stopped"
            return 0
        fi
        starts=$((starts - 1))
        say "$DAEMON is started anew"
        daemon_start
        settle 5 2 || :
        as_before && return
        # Not the daemon is what keeps it from there.
        [ -n "$alone" ] || break
    done
    insist "$PATIENCE"
}

kernel_back() {
    # Beside a daemon that does not listen nothing would last: it is held before anything is mended.
    [ -n "$DEAF" ] || settle "$SETTLE" 1 || look || mend
    if [ -z "$DAEMON" ]; then
        insist "$PATIENCE"
    elif [ -n "$DEAF" ] || ! as_before; then
        without_daemon
    fi
}

if [ "$BY" != boot ]; then
    back_end
    delete_created
    kernel_back || {
        printf '%s\n' "$DIFFERENCES"
        broken "the kernel is not as it was: $(first_difference)"
    }
fi
sync
if [ -z "$BROKEN" ]; then
    status rolled_back "$REASON"
    say "the old configuration is back"
else
    status rollback_incomplete "$REASON$BROKEN"
    say "the old configuration is back only in part"
fi
tidy
exit 0
"""


def _assignments(**values):
    return "".join(f"{name}={quote(str(value))}\n" for name, value in values.items())


def _function(name, lines):
    body = "".join(f"    {line}\n" for line in lines) or "    :\n"
    return f"\n{name}() {{\n{body}}}\n"


def _split(commands):
    """Commands for before and for after the files have changed."""
    return [entry for entry in commands if entry["when"] == BEFORE], [entry for entry in commands if entry["when"] != BEFORE]


def _step(entry):
    if entry.get("held"):
        held = entry["held"]
        return "\n".join([*map(_unlimited, held["hold"]), "look || mend", *map(_unlimited, held["resume"])])
    failed = quote(f"the back end failed at: {' '.join(entry['argv'])}")
    return _command(entry) + (f" || fail {failed}" if entry["must"] else "")


def _step_back(entry):
    return _command(entry) + (" || DEAF=1" if entry["must"] else "")


def _unlimited(entry):
    return f"timeout -k 1 {int(entry['timeout'])} {' '.join(quote(argument) for argument in entry['argv'])}"


def _command(entry):
    return f"limited {int(entry['timeout'])} {' '.join(quote(argument) for argument in entry['argv'])}"


def _head(title, plan, name):
    return f"#!/bin/sh\n# {title}\n# Transaction {plan['id']} of trunkline.bonding.\n\n" + _assignments(
        ID=plan["id"], BASE=plan["base"], T=plan["directory"], SELF=name
    )


def apply_script(plan):
    """The way forward. ``plan`` holds:

    ``id``, ``base``, ``directory``; ``schedule`` (_deadline.Schedule); ``manager`` (``systemd`` or ``process``: what runs the dead man);
    ``guard`` (kind of _guard); ``files`` (path -> action) and ``kept`` (those of them that are old versions which come back);
    ``folders`` (directories that the change makes, deepest first); ``apply`` and ``rollback`` (commands of the back end, see
    _backends/_common.command; on the way back one that ``must`` says whether the daemon listens); ``daemon`` (what _base says of it, or
    None); ``library`` (sh functions), ``forward`` and ``back`` (lines that call them); ``delete`` (links that the
    change creates and the way back must delete).
    """
    files = []
    for path, action in plan["files"].items():
        if action == "remove":
            files.append(f"rm -f {quote(path)} || fail {quote(path + ' could not be removed')}")
        else:
            # A new file gets the security label of its directory; an old one that comes back keeps everything of its own.
            files.append(f"put {quote(path)} {'-a' if path in plan['kept'] else '-p'}")
    before, after = _split(plan["apply"])
    settings = plan["schedule"]
    return "".join(
        (
            _head("Brings the host to its new network configuration.", plan, "apply"),
            _assignments(WINDOW=settings.dead_man, SETTLE=settings.apply_settle, STAY=_STAY if plan["apply"] else 0),
            _COMMON,
            plan["library"],
            _function("wanted", plan["forward"]),
            _APPLY_HEAD,
            "\n".join(["", *map(_step, before), "", *files, "", *map(_step, after), ""]),
            _APPLY_TAIL,
        )
    )


def rollback_script(plan):
    """The way back, from any moment after the snapshot. For ``plan`` see apply_script."""
    files = [f"{'forget' if action == 'create' else 'restore'} {quote(path)}" for path, action in plan["files"].items()]
    # Others may have put files into a directory that we made: then it stays.
    files += [f"rmdir {quote(folder)} 2>/dev/null" for folder in plan["folders"]]
    before, after = _split(plan["rollback"])
    daemon = plan["daemon"] or {}
    settings = plan["schedule"]
    links = [f"[ ! -e {quote('/sys/class/net/' + link)} ] || ip link delete {quote(link)}" for link in plan["delete"]]
    return "".join(
        (
            _head("Brings the host back to its old network configuration.", plan, "rollback"),
            _assignments(BACK_END=settings.back_end, SETTLE=settings.rollback_settle, PATIENCE=_PATIENCE),
            _assignments(PATIENCE_HELD=_PATIENCE_HELD, STARTS=_STARTS),
            _assignments(STAY=_STAY_BACK if daemon else 0, DAEMON=daemon["title"] if daemon else ""),
            _COMMON,
            plan["library"],
            _function("wanted", plan["back"]),
            _function("back_end_before", [_step_back(entry) for entry in before]),
            _function("back_end", [_step_back(entry) for entry in after]),
            *(_function(f"daemon_{turn}", [_unlimited(entry) for entry in daemon.get(turn, ())]) for turn in ("hold", "start", "stop")),
            _function("delete_created", links),
            _function("remove_guard", _guard.removal(plan["guard"])),
            _function("disarm", _dead_man.disarm_lines(plan["manager"], plan["id"])),
            _function("stop_unit", _dead_man.stop_lines(plan["manager"], plan["id"])),
            _ROLLBACK_HEAD,
            "\n".join(["", *files, ""]),
            _ROLLBACK_KERNEL,
        )
    )
