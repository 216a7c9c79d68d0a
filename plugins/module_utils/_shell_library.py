# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The sh library: functions that look at the kernel, and act only on a difference.

It runs in dash, in busybox's ash and in bash, needs nothing but ``ip`` of iproute2, and writes no file outside /proc/sys and /sys. With
``LOOK=1`` a function prints what is not as wanted and returns 1, without touching anything; where all is as wanted it prints nothing.
``local`` is not in POSIX, but each of those three shells has it. What must survive is held in variables: a full disk cannot lose it.
"""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._shell_bonds import BONDS
from ansible_collections.trunkline.bonding.plugins.module_utils._shell_links import LINKS
from ansible_collections.trunkline.bonding.plugins.module_utils._shell_network import NETWORK

LOOKING = r"""
NET=/sys/class/net
NEWLINE='
'

# Says what is not as wanted. Only looking, the caller stops there.
differs() { # sentence
    printf '%s\n' "$1"
    [ "${LOOK:-}" != 1 ]
}

act() { # arguments of ip
    ADDRESSES=
    ip "$@" && return
    printf 'failed: ip %s\n' "$*"
    return 1
}

# sysfs refuses to read some files while a link is down.
line_of() { # file -> LINE
    LINE=
    { read -r LINE <"$1"; } 2>/dev/null || [ -n "$LINE" ]
}

tell() { # value file
    { printf '%s\n' "$1" >"$2"; } 2>/dev/null
}

there() { # link
    [ -e "$NET/$1/ifindex" ]
}

must_be_there() { # link
    there "$1" && return
    printf '%s does not exist\n' "$1"
    return 1
}

is_up() { # link
    line_of "$NET/$1/flags" && [ $((LINE & 1)) -eq 1 ]
}

among() { # word list
    case " $2 " in *" $1 "*) ;; *) return 1 ;; esac
}

# The link and all that stands on it.
above() { # link -> ABOVE
    local level next lower path name
    ABOVE=$1
    level=$1
    while [ -n "$level" ]; do
        next=
        for lower in $level; do
            for path in "$NET/$lower"/upper_*; do
                name=${path##*/upper_}
                [ -e "$path" ] && ! among "$name" "$ABOVE" || continue
                ABOVE="$ABOVE $name"
                next="$next $name"
            done
        done
        level=$next
    done
}

# The word behind a keyword in what ip shows of a link.
shown_word() { # link keyword -> LINE
    SHOWN=$(ip -d -o link show dev "$1" 2>/dev/null)
    next_word "$2"
}

next_word() { # keyword -> LINE, from SHOWN
    LINE=
    case " $SHOWN " in
        *" $1 "*) ;;
        *) return 1 ;;
    esac
    LINE=${SHOWN#*" $1 "}
    LINE=${LINE%%[ \\]*}
}

# All addresses are asked for once, and again after a change.
look_afresh() {
    ADDRESSES=
}

addresses_now() { # -> ADDRESSES
    [ -n "$ADDRESSES" ] || ADDRESSES=$(ip -o address show 2>/dev/null)
}
"""

KEEPING = r"""
# Remembers what is lost when links go down: addresses, routes, neighbours written by hand, and which links were up.
keep() { # links
    local link
    KEPT=$*
    KEPT_UP=
    for link in $KEPT; do
        ! is_up "$link" || KEPT_UP="$KEPT_UP $link"
    done
    KEPT_ADDRESSES_4=$(ip -4 -o address show 2>/dev/null)
    KEPT_ADDRESSES_6=$(ip -6 -o address show 2>/dev/null)
    KEPT_ROUTES_4=$(ip -4 -o route show table all 2>/dev/null)
    KEPT_ROUTES_6=$(ip -6 -o route show table all 2>/dev/null)
    KEPT_NEIGHBOURS=$(ip -o neighbour show nud permanent 2>/dev/null)
    KEPT_PROXIES=$(ip -4 -o neighbour show proxy 2>/dev/null; ip -6 -o neighbour show proxy 2>/dev/null)
}

made_again() { # link
    line_of "/proc/sys/net/ipv6/conf/$1/addr_gen_mode" || return 0
    [ "$LINE" = 0 ]
}

# One shown address as a line for ip -batch; flags that the kernel sets by itself are left out.
kept_address() { # family shown-line
    local IFS=' 	\' family="$1" dev words
    set -f
    set -- $2 . .
    set +f
    dev=$2
    among "$dev" "$KEPT" || return
    # The kernel makes the link-local address from the MAC address again; one of another form was given by somebody.
    case "$4 $5 $6" in *ff:fe*' scope link') made_again "$dev" && return ;; esac
    words="address add $4"
    shift 4
    while [ $# -gt 0 ]; do
        case $1 in
            peer | brd | scope | metric) words="$words $1 $2"; shift ;;
            valid_lft | preferred_lft) words="$words $1 ${2%sec}"; shift ;;
            any | proto) shift ;;
            noprefixroute | home | mngtmpaddr | autojoin | nodad) words="$words $1" ;;
            temporary | dadfailed) return ;;
            "$dev" | "$dev":*) [ "$family" = 6 ] || words="$words label $1" ;;
        esac
        shift
    done
    words="$words dev $dev"
    # The kernel shows the newest IPv6 address first.
    if [ "$family" = 6 ]; then
        BATCH="$words${NO_DAD:+ nodad}$NEWLINE$BATCH"
    else
        BATCH="$BATCH$words$NEWLINE"
    fi
}

# One shown route as a line for ip -batch. The kernel makes its own again, but not that of an address with noprefixroute.
kept_route() { # shown-line
    local IFS=' 	\' words='route add' ours= gateway=
    case " $1 " in *" table local "* | ' fe80::/64 '*" proto kernel "*) return ;; esac
    set -f
    set -- $1 .
    set +f
    while [ $# -gt 1 ]; do
        case $1 in
            dead | linkdown | pervasive | offload | trap | rt_offload | rt_trap | offload_failed | unresolved | notify) ;;
            error | users | used | age | nhid) shift ;;
            expires) words="$words expires ${2%sec}"; shift ;;
            dev) among "$2" "$KEPT" && ours=1; words="$words $1" ;;
            via) gateway=1; words="$words $1" ;;
            *) words="$words $1" ;;
        esac
        shift
    done
    [ -n "$ours" ] || return
    if [ -n "$gateway" ]; then
        LATER="$LATER$words$NEWLINE"
    else
        BATCH="$BATCH$words$NEWLINE"
    fi
}

kept_neighbour() { # shown-line
    local IFS=' ' dev
    set -f
    set -- $1 . . .
    set +f
    dev=$3
    among "$dev" "$KEPT" || return
    case $4 in
        lladdr) BATCH="${BATCH}neighbour replace $1 lladdr $5 dev $dev nud permanent$NEWLINE" ;;
        proxy) BATCH="${BATCH}neighbour replace proxy $1 dev $dev$NEWLINE" ;;
    esac
}

# Calls a function with each line of a text that another text does not hold.
each_missing() { # text text-now function arguments
    local IFS="$NEWLINE" line text="$1" now="$2"
    shift 2
    set -f
    for line in $text; do
        case "$NEWLINE$now$NEWLINE" in
            *"$NEWLINE$line$NEWLINE"*) ;;
            *) "$@" "$line" ;;
        esac
        set -f
    done
    set +f
}

replay() { # -4|-6|'' lines
    local line
    [ -n "$2" ] || return 0
    printf '%s' "$2" | ip $1 -force -batch - 2>&1 | while read -r line; do
        case $line in
            *'File exists'* | *'already assigned'* | 'Command failed'*) ;;
            *) printf '%s\n' "$line" ;;
        esac
    done
}

# An address that was there a moment ago needs no search for a duplicate, and cannot be used while the kernel searches.
no_dad() { # links
    local link file
    HUSHED=
    NO_DAD=
    for link in $*; do
        file=/proc/sys/net/ipv6/conf/$link/accept_dad
        line_of "$file" && [ "$LINE" != 0 ] || continue
        if tell 0 "$file"; then
            HUSHED="$HUSHED $link=$LINE"
        else
            NO_DAD=1
        fi
    done
}

dad_again() {
    local pair
    for pair in $HUSHED; do
        tell "${pair##*=}" "/proc/sys/net/ipv6/conf/${pair%=*}/accept_dad"
    done
    HUSHED=
    NO_DAD=
}

put_back_neighbours() {
    BATCH=
    each_missing "$KEPT_NEIGHBOURS$NEWLINE$KEPT_PROXIES" "$(ip -o neighbour show nud permanent 2>/dev/null)" kept_neighbour
    replay '' "$BATCH"
}

put_back() {
    local link
    look_afresh
    no_dad $KEPT
    for link in $KEPT; do
        there "$link" || continue
        if among "$link" "$KEPT_UP"; then
            is_up "$link" || act link set dev "$link" up
        else
            ! is_up "$link" || act link set dev "$link" down
        fi
    done
    BATCH=
    each_missing "$KEPT_ADDRESSES_4" "$(ip -4 -o address show 2>/dev/null)" kept_address 4
    replay -4 "$BATCH"
    BATCH=
    each_missing "$KEPT_ADDRESSES_6" "$(ip -6 -o address show 2>/dev/null)" kept_address 6
    replay -6 "$BATCH"
    BATCH= LATER=
    each_missing "$KEPT_ROUTES_4" "$(ip -4 -o route show table all 2>/dev/null)" kept_route
    replay -4 "$BATCH$LATER"
    BATCH= LATER=
    each_missing "$KEPT_ROUTES_6" "$(ip -6 -o route show table all 2>/dev/null)" kept_route
    replay -6 "$BATCH$LATER"
    put_back_neighbours
    dad_again
}
"""

LIBRARY = LOOKING + KEEPING + BONDS + LINKS + NETWORK
