# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Part of the sh library: bonds, their options and slaves. It uses what ``_shell_library`` defines."""

from __future__ import annotations

BONDS = r"""
# The value of an option: one line as sysfs has it, or the word that ip shows where there is no file.
option_now() { # file link keyword -> LINE, FROM
    FROM=sysfs
    [ ! -e "$1" ] || { line_of "$1"; return 0; }
    FROM=ip
    [ -n "$3" ] || return 1
    # What ip leaves out is an empty list, unless it does not know the option.
    shown_word "$2" "$3" || case $3 in ns_ip6_target | arp_ip_target) LINE= ;; *) return 1 ;; esac
}

option_file() { # link option -> FILE
    FILE=$NET/$1/bonding/$2
    [ -e "$NET/$1/bonding" ] || FILE=$NET/$1/bonding_slave/$2
}

# Is an option as wanted? NOW is what it is. sysfs shows a name with its number behind it, for some switches, too.
option_is() { # link option value keyword ip-value
    option_file "$1" "$2"
    NOW='not readable'
    option_now "$FILE" "$1" "$4" || return 1
    NOW=${LINE:-not set}
    if [ "$FROM" = ip ]; then
        [ "$LINE" = "$5" ]
    else
        case $LINE in "$3" | "$3 "[0-9] | "on $3" | "off $3") ;; *) return 1 ;; esac
    fi
}

# Netlink first: sysfs cannot say everything, and an old ip does not know every word.
set_option() { # link option value keyword ip-value
    local kind=bond master item
    [ -e "$NET/$1/bonding" ] || kind=bond_slave
    if [ -n "$4" ] && ip link set dev "$1" type "$kind" "$4" "$5" 2>/dev/null; then
        return
    fi
    case $2 in
        queue_id)
            for master in "$NET/$1"/upper_*; do
                tell "$1:$3" "$master/bonding/queue_id" && return
            done
            ;;
        arp_ip_target)
            line_of "$NET/$1/bonding/$2"
            for item in $LINE; do
                among "$item" "$3" || tell "-$item" "$NET/$1/bonding/$2"
            done
            for item in $3; do
                among "$item" "$LINE" || tell "+$item" "$NET/$1/bonding/$2" || return
            done
            return
            ;;
        *) [ -e "$NET/$1/bonding/$2" ] && tell "$3" "$NET/$1/bonding/$2" && return ;;
    esac
    printf 'failed: the kernel refused %s %s for %s\n' "$2" "$3" "$1"
    return 1
}

# Options that may change while the link is in use.
options_are() { # link (option value keyword ip-value)...
    local link="$1" failed=0
    must_be_there "$link" || return
    shift
    while [ $# -gt 3 ]; do
        if ! option_is "$link" "$1" "$2" "$3" "$4"; then
            differs "$link: $1 is $NOW, not ${2:-empty}" && set_option "$link" "$1" "$2" "$3" "$4" || failed=1
        fi
        shift 4
    done
    return $failed
}

set_differing() { # link (option value keyword ip-value)...
    local link="$1" failed=0
    shift
    while [ $# -gt 3 ]; do
        option_is "$link" "$1" "$2" "$3" "$4" || set_option "$link" "$1" "$2" "$3" "$4" || failed=1
        shift 4
    done
    return $failed
}

# Options that the kernel takes only while the bond is down: one down and up for all of them.
options_flap() { # link (option value keyword ip-value)...
    local link="$1" found= failed=0
    must_be_there "$link" || return
    shift
    # The loop shifts the arguments away, so it looks in a function of its own.
    flap_needed "$link" "$@" || found=1
    [ -n "$found" ] || return 0
    [ "${LOOK:-}" != 1 ] || return 1
    above "$link"
    keep $ABOVE
    act link set dev "$link" down
    set_differing "$link" "$@" || failed=1
    put_back
    return $failed
}

flap_needed() { # link (option value keyword ip-value)...
    local link="$1" same=0
    shift
    while [ $# -gt 3 ]; do
        option_is "$link" "$1" "$2" "$3" "$4" || {
            differs "$link: $1 is $NOW, not ${2:-empty}"
            same=1
        }
        shift 4
    done
    return $same
}

enslave() { # bond slave
    ! is_up "$2" || act link set dev "$2" down || return
    act link set dev "$2" master "$1"
}

release() { # slave
    act link set dev "$1" down
    act link set dev "$1" nomaster
}

# Mode and fail_over_mac need a bond without slaves, and the kernel gives an empty bond a new address.
rebuild() { # bond mode fail_over_mac slaves address (option value keyword ip-value)...
    local bond="$1" mode="$2" follow="$3" slaves="$4" mac="$5" slave old failed=0
    shift 5
    line_of "$NET/$bond/address"
    mac=${mac:-$LINE}
    line_of "$NET/$bond/bonding/slaves"
    old=$LINE
    above "$bond"
    keep $ABOVE
    for slave in $old; do
        release "$slave"
    done
    act link set dev "$bond" down
    line_of "$NET/$bond/bonding/mode"
    if [ "${LINE%% *}" != "$mode" ]; then
        # A mode without a primary would keep it, and the next one that has it would take it up again.
        tell '' "$NET/$bond/bonding/primary"
        act link set dev "$bond" type bond mode "$mode" || failed=1
    fi
    [ -z "$follow" ] || option_is "$bond" fail_over_mac "$follow" fail_over_mac "$follow" ||
        set_option "$bond" fail_over_mac "$follow" fail_over_mac "$follow" || failed=1
    set_differing "$bond" "$@" || failed=1
    case $mode:$follow in
        active-backup:active | active-backup:follow) ;;
        *) act link set dev "$bond" address "$mac" || failed=1 ;;
    esac
    for slave in $slaves; do
        ! among "$slave" "$old" || enslave "$bond" "$slave" || failed=1
    done
    put_back
    return $failed
}

# A bond of that mode. What the kernel takes only from a bond that is down, or empty, is given here too.
bond_is() { # bond mode fail_over_mac slaves address mtu type-words (option value keyword ip-value)...
    local bond="$1" mode="$2" follow="$3" slaves="$4" mac="$5" mtu="$6" words="$7" found=
    shift 7
    if ! there "$bond"; then
        differs "$bond does not exist" || return
        # Loaded by the first bond, the driver would make a bond0 of its own.
        [ -e "$NET/bonding_masters" ] || modprobe bonding max_bonds=0 2>/dev/null
        words="mode $mode $words"
        ip link add name "$bond" ${mac:+address "$mac"} ${mtu:+mtu "$mtu"} type bond $words 2>/dev/null ||
            act link add name "$bond" ${mac:+address "$mac"} ${mtu:+mtu "$mtu"} type bond mode "$mode"
        return
    fi
    if [ ! -e "$NET/$bond/bonding" ]; then
        printf '%s is no bond\n' "$bond"
        return 1
    fi
    line_of "$NET/$bond/bonding/mode"
    [ "${LINE%% *}" = "$mode" ] || found="mode is ${LINE%% *}, not $mode"
    if [ -z "$found" ] && [ -n "$follow" ]; then
        option_is "$bond" fail_over_mac "$follow" fail_over_mac "$follow" || found="fail_over_mac is ${NOW%% *}, not $follow"
    fi
    [ -n "$found" ] || return 0
    differs "$bond: $found" || return
    rebuild "$bond" "$mode" "$follow" "$slaves" "$mac" "$@"
}

# Lowered before slaves leave: a bond with fewer loses its carrier.
min_links_at_most() { # bond number
    line_of "$NET/$1/bonding/min_links" || return 0
    [ "$LINE" -gt "$2" ] || return 0
    differs "$1: min_links is $LINE, not $2" || return
    set_option "$1" min_links "$2" min_links "$2"
}

slaves_only() { # bond slaves
    local slave failed=0
    line_of "$NET/$1/bonding/slaves" || return 0
    for slave in $LINE; do
        among "$slave" "$2" && continue
        differs "$slave is still a slave of $1" && release "$slave" || failed=1
    done
    return $failed
}

slave_of() { # bond slave
    must_be_there "$2" || return
    line_of "$NET/$1/bonding/slaves"
    ! among "$2" "$LINE" || return 0
    differs "$2 is not a slave of $1" || return
    [ ! -e "$NET/$2/master" ] || release "$2"
    act address flush dev "$2"
    enslave "$1" "$2"
}

# Which slave of an active-backup bond is in use.
carries() { # bond slave
    line_of "$NET/$2/bonding_slave/mii_status" && [ "$LINE" = up ] || return 0
    line_of "$NET/$1/bonding/active_slave"
    [ "$LINE" != "$2" ] || return 0
    differs "$1: ${LINE:-no slave} is active, not $2" || return
    tell "$2" "$NET/$1/bonding/active_slave"
}

# In front of ports that do not speak LACP one slave carries everything. It must be the one whose own address the bond has: LACPDUs
# leave with a slave's own address, and a switch that learns from them would send the bond's frames to that slave.
leads() { # bond slave slaves
    local slave mine tries=20
    line_of "$NET/$1/bonding/ad_partner_mac" && [ "$LINE" = 00:00:00:00:00:00 ] || return 0
    line_of "$NET/$2/bonding_slave/mii_status" && [ "$LINE" = up ] || return 0
    line_of "$NET/$2/bonding_slave/ad_aggregator_id" || return 0
    mine=$LINE
    line_of "$NET/$1/bonding/ad_aggregator"
    [ "$LINE" != "$mine" ] || return 0
    differs "$1: aggregator $LINE is active, not that of $2" || return
    for slave in $3; do
        [ "$slave" = "$2" ] || act link set dev "$slave" down
    done
    while [ "$LINE" != "$mine" ] && [ "$tries" -gt 0 ]; do
        tries=$((tries - 1))
        sleep 0.1 2>/dev/null || sleep 1
        line_of "$NET/$1/bonding/ad_aggregator"
    done
    for slave in $3; do
        [ "$slave" = "$2" ] || act link set dev "$slave" up
    done
    [ "$LINE" = "$mine" ]
}
"""
