# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings about the options of a bond: values, mode against option, option against option."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error, note, warning

_ONE_MONITOR = (
    "The driver runs one link monitor: over netlink both together are refused, through sysfs the later write turns the other off."
)

RULES = {
    "options.mode-missing": error(
        "A bond has a mode, from its own keys or its profile.",
        "The driver's own default is balance-rr, which needs a static LAG and reorders packets: too much to happen by accident.",
        "The bond has no mode.",
        "Add mode: one of {choices}.",
    ),
    "options.mode-in-options": error(
        "The mode is a key of the bond, beside its options.",
        "It decides which options make sense, and it cannot change while the bond has slaves.",
        "The mode is written among the options.",
        "Move it one level up: mode: {mode}.",
    ),
    "options.unknown": error(
        "An option is one of the kernel's bonding options, by the kernel's name.",
        "An option that is not understood is never dropped.",
        "The bonding driver has no option {name}.",
        "{nearest}",
    ),
    "options.level": error(
        "Options of the bond stand in options, those of a slave in slave_options.",
        "The kernel keeps queue_id, prio and actor_port_prio for each slave.",
        "{name} is an option of the {level}.",
        "Move it to {place}.",
    ),
    "options.value": error(
        "An option has a value that the driver knows.",
        "The driver refuses any other.",
        "{shown} is no value of {name}: it {problem}.",
        "{nearest}",
    ),
    "options.active-slave": error(
        "active_slave is state, not intent.",
        "The driver changes it by itself at every failover, so it would never stay as written.",
        "active_slave cannot be wanted.",
        "Name the preferred slave as primary: {shown}.",
    ),
    "options.refused": error(
        "The driver must accept an option in the bond's mode and beside its other options.",
        "It answers with an error, and whatever comes after it in the same request is not set.",
        "{name} {shown} is refused in {mode}: {problem}.",
        "Remove {name}, or choose another mode.",
    ),
    "options.changed": error(
        "The driver must keep a value as it is written.",
        "A value that is changed in silence differs from the intent for ever.",
        "The kernel makes {becomes} of {name} {shown}: {problem}.",
        "Write {becomes}.",
    ),
    "options.inert": warning(
        "An option should have an effect in the bond's mode and beside its other options.",
        "The driver accepts it and does nothing with it, which is easily taken for a setting.",
        "{name} {shown} does nothing in {mode}: {problem}.",
        "Remove {name}.",
    ),
    "options.miimon-and-arp": error(
        "A bond has one link monitor: miimon or arp_interval.",
        _ONE_MONITOR,
        "arp_interval {shown} and miimon {miimon} exclude each other.",
        "Keep miimon for carrier loss, or arp_interval with targets for what lies behind the switch.",
    ),
    "options.arp-monitor-with-lacp": error(
        "802.3ad has no ARP monitor.",
        "The mode is defined over the state of the link itself: the driver forces the MII monitor and refuses arp_interval.",
        "arp_interval {shown} is refused in 802.3ad.",
        "Remove arp_interval and its targets and set miimon, for example 100.",
    ),
    "options.arp-monitor-with-alb": error(
        "balance-tlb and balance-alb have no ARP monitor.",
        "Both steer by the MAC addresses of their slaves, so probes would tell nothing: the driver forces the MII monitor.",
        "arp_interval {shown} is refused in {mode}.",
        "Remove arp_interval and its targets and set miimon, for example 100.",
    ),
    "options.no-link-monitor": warning(
        "A bond needs a link monitor: miimon or arp_interval.",
        "Without one the driver takes every link for up, keeps sending into a dead one and loses those packets until somebody notices.",
        "The bond has no link monitor.",
        "Set miimon, for example 100; or arp_interval with targets in a mode that has the ARP monitor.",
    ),
    "options.monitor-forced": note(
        "miimon should be written out where the driver forces it.",
        "When a bond enters 802.3ad, balance-tlb or balance-alb without a monitor the driver sets miimon to 100; tools differ in whether "
        "they know.",
        "miimon is not set; the kernel makes it 100 in {mode}.",
        "Write miimon: 100.",
    ),
    "options.delay-without-miimon": error(
        "updelay, downdelay and peer_notif_delay need miimon.",
        "The driver counts them in runs of the MII monitor and refuses them while that is off.",
        "{name} {shown} needs miimon, which is 0.",
        "Set miimon, or remove {name}.",
    ),
    "options.delay-not-multiple": error(
        "updelay, downdelay and peer_notif_delay are multiples of miimon.",
        "The driver stores how often the MII monitor runs in that time and rounds down.",
        "{name} {shown} is no multiple of miimon {miimon}: the kernel makes {becomes} of it.",
        "Write {becomes} or {next}.",
    ),
    "options.arp-interval-without-targets": error(
        "arp_interval needs at least one arp_ip_target or ns_ip6_target.",
        "Without a target no probe is sent, and the monitor sees slaves go down for want of traffic, or never.",
        "arp_interval {shown} has no target.",
        "Add arp_ip_target, best with more than one address.",
    ),
    "options.arp-targets-without-interval": error(
        "arp_ip_target and ns_ip6_target need arp_interval.",
        "The ARP monitor is off while arp_interval is 0, so the targets are never asked.",
        "{name} {shown} is never asked, because arp_interval is 0.",
        "Set arp_interval and remove miimon, or remove {name}.",
    ),
    "options.arp-validate-without-arp-monitor": error(
        "arp_validate needs the ARP monitor.",
        "It tells that monitor which probes count; with miimon both together are refused, and loading the module with it alone fails.",
        "arp_validate {shown} needs arp_interval, which is 0.",
        "Set arp_interval and targets and remove miimon, or remove arp_validate.",
    ),
    "options.single-arp-target": warning(
        "The ARP monitor should have more than one target.",
        "When the only target reboots or stops answering, every slave is taken for dead.",
        "{shown} is the only target of the ARP monitor.",
        "Add a second target that does not fail together with the first.",
    ),
    "options.arp-targets-per-switch": warning(
        "With slaves on several switches the ARP monitor should have a target behind each of them.",
        "Whichever switch is in use, there must be somebody to ask behind it.",
        "There are fewer targets ({targets}) than switches ({switches}).",
        "Add a target behind each switch.",
    ),
    "options.arp-target-own-address": error(
        "A target of the ARP monitor is another machine.",
        "Nobody answers a host's question for its own address.",
        "{shown} is an address of {link} on this very host.",
        "Name the gateway or another machine on the same network.",
    ),
    "options.arp-target-off-link": warning(
        "A target of the ARP monitor is on a network that the bond is connected to.",
        "ARP does not pass a router: a target behind one never answers.",
        "{shown} is in none of the networks on top of the bond.",
        "Name a machine on the same network, for example the gateway.",
    ),
    "options.arp-monitor-in-etherchannel": warning(
        "In balance-rr and balance-xor the ARP monitor needs a switch that spreads packets evenly over all members.",
        "A switch that hashes sends all answers of a target over one member, and the driver takes the other slaves for dead.",
        "arp_interval {shown} is used in {mode}, in front of a static LAG.",
        "Use miimon, or make sure that the switch spreads its packets evenly.",
    ),
    "options.primary-not-slave": error(
        "The primary is one of the bond's slaves.",
        "The driver waits for a slave of that name, and nothing is ever preferred.",
        "{shown} is no slave of {bond}.",
        "Name one of {slaves}.",
    ),
    "options.prio-with-primary": warning(
        "prio of a slave and primary of the bond exclude each other.",
        "The driver ignores every prio while a primary is set.",
        "prio {shown} does nothing, because primary is {primary}.",
        "Remove primary, or remove prio.",
    ),
    "options.use-carrier-off": warning(
        "use_carrier should be true.",
        "The calls behind false are deprecated and slow, and later kernels refuse it. It was meant for drivers that do not report carrier.",
        "use_carrier is false.",
        "Remove use_carrier.",
    ),
    "options.updelay-for-alb": warning(
        "In balance-tlb and balance-alb updelay should be no less than the switch port's forwarding delay.",
        "balance-alb tells its peers about a slave that came back by ARP replies, and balance-tlb by learning packets; a port that is not "
        "forwarding yet swallows them, and traffic goes into the void.",
        "updelay is {updelay} ms in {mode}, and no edge port is known to forward at once.",
        "Set updelay to the forwarding delay (30000 for classic spanning tree), or make the ports edge ports in lag.",
    ),
    "options.min-links-above-slaves": error(
        "min_links is not more than the number of slaves.",
        "The bond would never have carrier.",
        "min_links {shown} is more than the {count} slaves of the bond.",
        "Write {count} or less.",
    ),
    "options.peer-notif-differ": error(
        "num_grat_arp and num_unsol_na are one value.",
        "The driver keeps one number under both names; the later write wins.",
        "{name} {shown} differs from {other} {before}.",
        "Keep one of them.",
    ),
    "options.queue-id-twice": error(
        "A queue_id other than 0 belongs to one slave.",
        "The driver refuses a number that another slave of the bond has.",
        "queue_id {shown} is already that of {other}.",
        "Give each slave a number of its own.",
    ),
    "options.slave-options-unknown-slave": error(
        "slave_options names slaves of the bond.",
        "Options of a link that is no slave cannot be set.",
        "{name} is no slave of this bond.",
        "{nearest}",
    ),
    "options.mac-with-fail-over-mac": error(
        "A bond with fail_over_mac active or follow has no pinned address.",
        "With active the bond takes the address of its active slave at every failover; with follow its slaves keep different addresses.",
        "mac {shown} cannot hold while fail_over_mac is {policy}.",
        "Remove mac, or remove fail_over_mac.",
    ),
    "options.layer2-behind-gateway": warning(
        "A bond whose traffic leaves through a gateway should not hash by layer2.",
        "layer2 looks at MAC addresses, and all traffic that leaves the network has the gateway's: it all takes one slave.",
        "xmit_hash_policy {shown} sends everything for the gateway {gateway} over one slave.",
        "Set xmit_hash_policy to layer3+4, or to layer2+3 if fragments must not be reordered.",
    ),
}
