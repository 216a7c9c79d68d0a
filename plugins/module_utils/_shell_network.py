# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Part of the sh library: addresses, routes, rules and neighbours. It uses what ``_shell_library`` defines."""

from __future__ import annotations

NETWORK = r"""
# Links whose addresses came or moved in this run: others are told so at the end.
NEWS=
ADDRESSES=

has_address() { # link shown-address -> LINE, the whole line
    local IFS="$NEWLINE" line
    addresses_now
    set -f
    for line in $ADDRESSES; do
        case $line in
            *": $1 "*" $2 "*)
                set +f
                LINE=$line
                return
                ;;
        esac
    done
    set +f
    return 1
}

address_on() { # link shown-address lasting words
    local link="$1" shown="$2" lasting="$3"
    must_be_there "$link" || return
    shift 3
    if has_address "$link" "$shown"; then
        case $lasting:$LINE in
            1:*' dynamic '*) differs "$link: $shown is only leased" || return ;;
            *) return 0 ;;
        esac
    else
        differs "$link: $shown is missing" || return
    fi
    no_dad "$link"
    case $shown in 'inet6 '*) ;; *) NO_DAD= ;; esac
    act address replace "$@" ${NO_DAD:+nodad} dev "$link"
    set -- $?
    dad_again
    NEWS="$NEWS $link"
    return "$1"
}

# Without promotion the other addresses of the same subnet would go with it.
address_off() { # link shown-address words
    local link="$1" shown="$2" file="/proc/sys/net/ipv4/conf/$1/promote_secondaries" old
    there "$link" && has_address "$link" "$shown" || return 0
    differs "$link: $shown is still there" || return
    shift 2
    line_of "$file"
    old=$LINE
    tell 1 "$file"
    act address delete "$@" dev "$link"
    set -- $?
    tell "$old" "$file"
    return "$1"
}

no_addresses() { # link
    local IFS="$NEWLINE" line found=
    addresses_now
    set -f
    for line in $ADDRESSES; do
        case $line in
            *": $1 "*' inet6 '*' scope link '*) ;;
            *": $1 "*) found=1 ;;
        esac
    done
    set +f
    [ -n "$found" ] || return 0
    differs "$1 still has addresses" || return
    act address flush dev "$1"
}

# Is there a route with all of these parts? They end at --.
has_route() { # family table destination parts... --
    local IFS="$NEWLINE" line part text
    text=$(ip "-$1" -o route show table "$2" exact "$3" 2>/dev/null)
    shift 3
    set -f
    for line in $text; do
        for part in "$@"; do
            if [ "$part" = -- ]; then
                set +f
                return 0
            fi
            # A tab stands before each of several next hops.
            case " $line " in *[' 	']"$part "*) ;; *) break ;; esac
        done
    done
    set +f
    return 1
}

route_is() { # family table destination parts... -- words
    local family="$1" shown="$3 in table $2"
    has_route "$@" && return
    differs "no route to $shown${4:+ $4}" || return
    until [ "$1" = -- ]; do
        shift
    done
    shift
    act "-$family" route replace "$@"
}

route_off() { # family table destination parts... -- words
    local family="$1" shown="$3 in table $2"
    has_route "$@" || return 0
    differs "the route to $shown${4:+ $4} is still there" || return
    until [ "$1" = -- ]; do
        shift
    done
    shift
    act "-$family" route delete "$@"
}

rule_is() { # family priority text
    local IFS="$NEWLINE" line
    set -f
    for line in $(ip "-$1" rule show 2>/dev/null); do
        case $line in
            "$2:	$3" | "$2:	$3 ") set +f; return ;;
        esac
    done
    set +f
    differs "no rule $2: $3" || return
    IFS=' '
    act "-$1" rule add priority "$2" $3
}

neighbour_is() { # link address mac
    local text
    text=$(ip -o neighbour show to "$2" dev "$1" nud permanent 2>/dev/null)
    case " $text " in *" lladdr $3 "*) return ;; esac
    differs "$1: the neighbour $2 is not $3" || return
    act neighbour replace "$2" lladdr "$3" dev "$1" nud permanent
}

# Tells neighbours and switches where addresses are now. The kernel itself sends gratuitous ARP and unsolicited advertisements when a
# link's address is set, even to what it is.
announce() {
    local link told= tries=0 arp ndisc address
    [ "${LOOK:-}" != 1 ] || return 0
    for link in $NEWS; do
        among "$link" "$told" && continue
        told="$told $link"
        is_up "$link" || continue
        # LACP needs a moment; nothing is heard without a carrier.
        while [ "$tries" -lt 20 ] && ! { line_of "$NET/$link/carrier" && [ "$LINE" = 1 ]; }; do
            tries=$((tries + 1))
            sleep 0.1 2>/dev/null || { sleep 1; tries=$((tries + 9)); }
        done
        arp=/proc/sys/net/ipv4/conf/$link/arp_notify
        ndisc=/proc/sys/net/ipv6/conf/$link/ndisc_notify
        line_of "$arp"
        set -- "$LINE"
        line_of "$ndisc"
        set -- "$1" "$LINE"
        tell 1 "$arp"
        tell 1 "$ndisc"
        keep "$link"
        line_of "$NET/$link/address"
        ip link set dev "$link" address "$LINE" 2>/dev/null
        put_back_neighbours
        [ -z "$1" ] || tell "$1" "$arp"
        [ -z "$2" ] || tell "$2" "$ndisc"
    done
    NEWS=
}
"""
