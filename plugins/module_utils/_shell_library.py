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

# One shown address as a line for ip -batch; flags that the kernel sets by itself are left out.
kept_address() { # family shown-line
    local IFS=' 	\' family="$1" dev words
    set -f
    set -- $2 . .
    set +f
    dev=$2
    among "$dev" "$KEPT" || return
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

# One shown route as a line for ip -batch; the kernel makes its own again.
kept_route() { # shown-line
    local IFS=' 	\' words='route add' ours= gateway=
    case " $1 " in *" table local "* | *" proto kernel "*) return ;; esac
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
    for link in $KEPT; do
        there "$link" || continue
        if among "$link" "$KEPT_UP"; then
            is_up "$link" || act link set dev "$link" up
        else
            ! is_up "$link" || act link set dev "$link" down
        fi
    done
    no_dad $KEPT
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
rebuild() { # bond mode fail_over_mac slaves (option value keyword ip-value)...
    local bond="$1" mode="$2" follow="$3" slaves="$4" slave old mac failed=0
    shift 4
    line_of "$NET/$bond/address"
    mac=$LINE
    line_of "$NET/$bond/bonding/slaves"
    old=$LINE
    above "$bond"
    keep $ABOVE
    for slave in $old; do
        release "$slave"
    done
    act link set dev "$bond" down
    line_of "$NET/$bond/bonding/mode"
    [ "${LINE%% *}" = "$mode" ] || act link set dev "$bond" type bond mode "$mode" || failed=1
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
bond_is() { # bond mode fail_over_mac slaves link-words type-words (option value keyword ip-value)...
    local bond="$1" mode="$2" follow="$3" slaves="$4" link_words="$5" words="$6" found=
    shift 6
    if ! there "$bond"; then
        differs "$bond does not exist" || return
        # Loaded by the first bond, the driver would make a bond0 of its own.
        [ -e "$NET/bonding_masters" ] || modprobe bonding max_bonds=0 2>/dev/null
        ip link add name "$bond" $link_words type bond mode "$mode" $words 2>/dev/null ||
            act link add name "$bond" $link_words type bond mode "$mode"
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
    rebuild "$bond" "$mode" "$follow" "$slaves" "$@"
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
"""

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

vlan_is() { # vlan link id protocol link-words
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
        act link add link "$2" name "$1" $5 type vlan protocol "$4" id "$3" || return
        put_back
        return
    fi
    differs "$1 does not exist" || return
    act link add link "$2" name "$1" $5 type vlan protocol "$4" id "$3"
}

bridge_is() { # bridge stp forward-delay-in-hundredths vlan-filtering link-words type-words
    local failed=0
    if ! there "$1"; then
        differs "$1 does not exist" || return
        act link add name "$1" $5 type bridge stp_state "$2" forward_delay "$3" vlan_filtering "$4" $6
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

port_vlan() { # port vlans flags
    local text
    text=$(bridge -compressvlans vlan show dev "$1" 2>/dev/null | tr '\n\t' '  ')
    case " $text " in
        *" $2 "*) ;;
        *)
            differs "$1: VLAN $2 is missing" || return
            bridge vlan add dev "$1" vid "$2" $3
            ;;
    esac
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

LIBRARY = LOOKING + KEEPING + BONDS + LINKS + NETWORK
