# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The sh functions under a switch's transaction: opening, arming, applying, taking back, confirming. POSIX sh; ``_deadman.py`` calls them.

They expect ``BASE``, ``UNIT``, ``UNITS`` and ``SYSTEMD`` (see ``_deadman``) and ``T``, the directory of the transaction, and tell results
as lines ``tb:KEY VALUE``.
"""

from __future__ import annotations

LIBRARY = r"""
say() { printf 'tb:%s %s\n' "$1" "$2"; }

# The same for as long as the system runs. A container shares the boot id of its kernel, and has a first process of its own.
life() { printf '%s-%s\n' "$(cat /proc/sys/kernel/random/boot_id)" "$(sed 's/.*) //' /proc/1/stat | cut -d' ' -f20)"; }

state() {
    for word in confirmed rolled_back rolling_back armed; do
        [ ! -e "$T/$word" ] || { echo "$word"; return; }
    done
    echo unknown
}

# Ends the process group that wrote its number into a file.
end_of() {
    [ -s "$1" ] || return 0
    leader=$(cat "$1")
    rm -f "$1"
    kill -TERM "-$leader" 2>/dev/null || kill -TERM "$leader" 2>/dev/null || true
}

detached() { setsid sh "$1" </dev/null >/dev/null 2>&1 & }

open_transaction() {
    umask 077
    mkdir -p "$BASE/transactions"
    link=transactions/${T##*/}
    if ln -sn "$link" "$BASE/open" 2>/dev/null; then
        if [ -d "$T" ]; then
            rm -f "$BASE/open"
        else
            mkdir "$T" && life >"$T/life" && : >"$T/armed"
        fi
    elif [ "$(readlink "$BASE/open")" != "$link" ]; then
        other=$(readlink "$BASE/open")
        say status busy
        say transaction "${other##*/}"
        return 1
    fi
    [ -e "$T/armed" ] && return 0
    say status closed
    say state "$(state)"
    return 1
}

new_stage() {
    mkdir "$T/$1" 2>/dev/null && return 0
    say status pushed-before
    return 1
}

# The dead man must be seen alive before anything changes.
arm() {
    for script in "$T/lib.sh" "$T/$1/undo.sh" "$T/$1/apply.sh" "$T/$1/deadman.sh"; do
        sh -n "$script" || { say status unarmed; return 1; }
    done
    sync
    if [ -d "$SYSTEMD" ]; then
        guard_on || [ ! -e "$T/permanent" ] || { say status unarmed; return 1; }
        systemd-run --quiet --collect --unit="$UNIT-${T##*/}-$1" /bin/sh "$T/$1/deadman.sh" </dev/null >/dev/null 2>&1 ||
            detached "$T/$1/deadman.sh"
    else
        detached "$T/$1/deadman.sh"
    fi
    waited=0
    until [ -s "$T/$1/deadman.pid" ] && kill -0 "$(cat "$T/$1/deadman.pid")" 2>/dev/null; do
        [ "$waited" -lt 50 ] || { say status unarmed; return 1; }
        sleep 0.1
        waited=$((waited + 1))
    done
}

# Stage, tenths of a second
await() {
    waited=0
    while [ ! -e "$T/$1/status" ] && [ "$waited" -lt "$2" ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
    [ ! -e "$T/$1/command" ] || { say command "$(cat "$T/$1/command")"; say answer "$(cat "$T/$1/answer")"; }
    say status "$(cat "$T/$1/status" 2>/dev/null || echo applying)"
}

# One command of a stage. The first that fails ends the stage, and what the stage has done is undone at once.
run() {
    answer=$("$@" 2>&1) && { printf '%s\n' "$*" ${answer:+"$answer"} >>"$T/$STAGE/log"; return 0; }
    fail "$*" "$answer"
}

fail() {
    printf '%s\n' "$1" >"$T/$STAGE/command"
    printf '%s' "$2" | tr '\n' ' ' | cut -c1-500 >"$T/$STAGE/answer"
    rm -f "$T/$STAGE/apply.pid"
    undo_stage "$STAGE"
    echo failed >"$T/$STAGE/status"
    exit 1
}

# Seconds, must or may, and a command that is tried until it succeeds.
settle() {
    tries=$(($1 * 5))
    must=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ "$tries" -le 0 ]; then
            [ "$must" = may ] || fail "waiting for LACP on the first members" "it does not come up, so the others were not moved"
            return 0
        fi
        sleep 0.2
        tries=$((tries - 1))
    done
}

undo_stage() {
    [ -d "$T/$1" ] || return 0
    if mkdir "$T/$1/undoing" 2>/dev/null; then
        end_of "$T/$1/apply.pid"
        sh "$T/$1/undo.sh" >>"$T/$1/log" 2>&1
        sync
        : >"$T/$1/undone"
    else
        waited=0
        while [ ! -e "$T/$1/undone" ] && [ "$waited" -lt 600 ]; do
            sleep 0.1
            waited=$((waited + 1))
        done
    fi
}

# Every stage from the last one down to this.
undo_from() {
    for number in 9 8 7 6 5 4 3 2 1; do
        [ "$number" -lt "$1" ] || undo_stage "$number"
    done
}

# Whoever renames first decides between keeping a change and taking it back.
take_back() {
    if mv "$T/armed" "$T/rolling_back" 2>/dev/null; then
        printf '%s' "$1" >"$T/reason"
    else
        [ -e "$T/rolling_back" ]
    fi
}

close_rollback() {
    for stage in "$T"/[1-9]; do
        [ ! -d "$stage" ] || [ -e "$stage/undone" ] || return 0
    done
    mv "$T/rolling_back" "$T/rolled_back" 2>/dev/null || return 0
    release
}

release() {
    [ "$(readlink "$BASE/open")" != "transactions/${T##*/}" ] || rm -f "$BASE/open"
    guard_off
    for stage in "$T"/[1-9]; do
        [ "$(cat "$stage/deadman.pid" 2>/dev/null)" = "$$" ] || end_of "$stage/deadman.pid"
    done
}

guard_on() {
    unit=$UNITS/$UNIT.service
    printf '%s\n' '[Unit]' 'Description=Takes back a change of LAGs that nobody confirmed' \
        'After=openvswitch-switch.service network.target' '[Service]' Type=oneshot "ExecStart=/bin/sh $BASE/guard.sh" >"$unit" &&
        chmod 644 "$unit" &&
        mkdir -p "$UNITS/multi-user.target.wants" &&
        ln -sf "../$UNIT.service" "$UNITS/multi-user.target.wants/$UNIT.service"
}

guard_off() {
    rm -f "$UNITS/multi-user.target.wants/$UNIT.service" "$UNITS/$UNIT.service"
}

# Files are staged beside their places, FILE.trunkline-new, before this: what fails then, fails before the change is confirmed.
confirm() {
    if ! mv "$T/armed" "$T/confirmed" 2>/dev/null; then
        say reason "$(cat "$T/reason" 2>/dev/null)"
        say state "$(state)"
        return 0
    fi
    mkdir -p "$T/old"
    for file in "$@"; do
        [ ! -e "$file" ] || cp -p "$file" "$T/old/$(printf %s "$file" | tr / _)"
        mv "$file.trunkline-new" "$file" || say unkept "$file"
    done
    rm -f "$BASE/last"
    ln -s "transactions/${T##*/}" "$BASE/last"
    release
    sync
    say state confirmed
}

unstage() {
    for file in "$@"; do rm -f "$file.trunkline-new"; done
    say state unstaged
}

prune() {
    cd "$BASE/transactions" || return 0
    ls -t | tail -n "+$(($1 + 1))" | while read -r old; do rm -rf "./$old"; done
}

open_status() {
    # Without systemd nothing takes a permanent change back after a restart.
    [ ! -d "$SYSTEMD" ] || say guard yes
    [ -L "$BASE/open" ] || { say state none; return; }
    T=$BASE/$(readlink "$BASE/open")
    say transaction "${T##*/}"
    say reason "$(cat "$T/reason" 2>/dev/null)"
    say stages "$(cd "$T" && ls -d [1-9] 2>/dev/null | tr '\n' ' ')"
    # A transaction that a restart has left open, with no guard that could close it.
    [ "$(life)" = "$(cat "$T/life" 2>/dev/null)" ] || say restarted yes
    say state "$(state)"
}

# Run at the next start of the system.
guard() {
    [ -L "$BASE/open" ] || return 0
    T=$BASE/$(readlink "$BASE/open")
    take_back 'the switch was started again before the change was confirmed' || return 0
    if [ -e "$T/permanent" ]; then
        undo_from 1
    else
        for stage in "$T"/[1-9]; do : >"$stage/undone"; done
    fi
    close_rollback
}
"""
