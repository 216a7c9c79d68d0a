# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Part of the sh library: links of every kind, VLANs, bridges and their ports. It uses what ``_shell_library`` defines."""

from __future__ import annotations

LINKS = r"""
mac_is() { # link address
    must_be_there "$1" || return
    line_of "$NET/$1/address"
    [ "$LINE" != "$2" ] || return 0
    differs "$1: the address is $LINE, not $2" || return
    above "$1"
    keep $ABOVE
    if ! ip link set dev "$1" address "$2" 2>/dev/null; then
        # Some drivers change it only while the link is down.
        act link set dev "$1" down
        act link set dev "$1" address "$2"
    fi
    put_back
    NEWS="$NEWS $1"
    line_of "$NET/$1/address"
    [ "$LINE" = "$2" ]
}

mtu_is() { # link mtu [lower]
    must_be_there "$1" || return
    line_of "$NET/$1/mtu"
    [ "$LINE" != "$2" ] || return 0
    [ -z "$3" ] || [ "$LINE" -gt "$2" ] || return 0
    differs "$1: mtu is $LINE, not $2" || return
    act link set dev "$1" mtu "$2"
}

up_is() { # link up|down
    local now=down
    must_be_there "$1" || return
    ! is_up "$1" || now=up
    [ "$now" != "$2" ] || return 0
    differs "$1 is $now" || return
    act link set dev "$1" "$2"
}

vlan_is() { # vlan link id protocol address
    if there "$1"; then
        shown_word "$1" vlan
        if [ "$LINE" != protocol ]; then
            printf '%s is no VLAN\n' "$1"
            return 1
        fi
        [ -e "$NET/$1/lower_$2" ] && next_word id && [ "$LINE" = "$3" ] && return
        differs "$1 is not VLAN $3 of $2" || return
        above "$1"
        keep $ABOVE
        act link delete dev "$1" || return
        act link add link "$2" name "$1" ${5:+address "$5"} type vlan protocol "$4" id "$3" || return
        put_back
        return
    fi
    differs "$1 does not exist" || return
    act link add link "$2" name "$1" ${5:+address "$5"} type vlan protocol "$4" id "$3"
}

bridge_is() { # bridge stp forward-delay-in-hundredths vlan-filtering address mtu type-words
    local failed=0
    if ! there "$1"; then
        differs "$1 does not exist" || return
        set -- "$1" "stp_state $2 forward_delay $3 vlan_filtering $4 $7" "$5" "$6"
        act link add name "$1" ${3:+address "$3"} ${4:+mtu "$4"} type bridge $2
        return
    fi
    if [ ! -e "$NET/$1/bridge" ]; then
        printf '%s is no bridge\n' "$1"
        return 1
    fi
    bridge_value "$1" stp_state "$2" || failed=1
    bridge_value "$1" forward_delay "$3" || failed=1
    bridge_value "$1" vlan_filtering "$4" || failed=1
    return $failed
}

bridge_value() { # bridge option value
    line_of "$NET/$1/bridge/$2"
    [ "$LINE" != "$3" ] || return 0
    differs "$1: $2 is $LINE, not $3" || return
    act link set dev "$1" type bridge "$2" "$3"
}

port_of() { # master link
    must_be_there "$2" || return
    [ ! -e "$NET/$2/upper_$1" ] || [ ! -e "$NET/$2/master" ] || return 0
    differs "$2 is not a port of $1" || return
    [ ! -e "$NET/$2/bonding_slave" ] || release "$2"
    act link set dev "$2" master "$1"
}

has_vlan() { # port vlans
    local text
    text=$(bridge -compressvlans vlan show dev "$1" 2>/dev/null | tr '\n\t' '  ')
    among "$2" "$text"
}

port_vlan() { # port vlans flags
    ! has_vlan "$1" "$2" || return 0
    differs "$1: VLAN $2 is missing" || return
    bridge vlan add dev "$1" vid "$2" $3
}

port_vlan_off() { # port vlan
    has_vlan "$1" "$2" || return 0
    differs "$1: VLAN $2 is still there" || return
    bridge vlan delete dev "$1" vid "$2"
}

no_master() { # link
    must_be_there "$1" || return
    [ -e "$NET/$1/master" ] || return 0
    differs "$1 still has a master" || return
    if [ -e "$NET/$1/bonding_slave" ]; then
        release "$1"
    else
        act link set dev "$1" nomaster
    fi
}

link_absent() { # link
    local slave kind=
    there "$1" || return 0
    differs "$1 is still there" || return
    if [ -e "$NET/$1/bonding" ]; then
        line_of "$NET/$1/bonding/slaves"
        for slave in $LINE; do
            release "$slave"
        done
    elif [ ! -e "$NET/$1/bridge" ]; then
        shown_word "$1" vlan && kind=$LINE
        if [ "$kind" != protocol ]; then
            printf '%s is neither bond nor bridge nor VLAN\n' "$1"
            return 1
        fi
    fi
    act link delete dev "$1"
}
"""
