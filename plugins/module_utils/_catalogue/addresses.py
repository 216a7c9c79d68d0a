# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Findings about addresses, gateways, routes and name servers."""

from __future__ import annotations

from ansible_collections.trunkline.bonding.plugins.module_utils._catalogue.rule import error, warning

RULES = {
    "address.invalid": error(
        "An address is written in digits.",
        "Names are not resolved here, and shortened forms mean different things to different tools.",
        "{shown} is no {expected}.",
        "Write it as in {like}.",
    ),
    "address.zone": error(
        "An address has no zone.",
        "The link is named by the key that the address stands at.",
        "{shown} names a zone.",
        "Leave out {zone}.",
    ),
    "address.prefix-length": error(
        "The length of a network is a number from 1 to 32 (IPv6: 128) without leading zeroes, or the mask of the network.",
        "With 0 every address of the world would be a neighbour; a mask of the hosts, as in access lists, and leading zeroes are read in "
        "different ways.",
        "{shown} has no such length.",
        "Write {likely}, if that is the size of the network.",
    ),
    "address.family": error(
        "gateway takes IPv4, gateway6 IPv6.",
        "The two have different files, routes and rules.",
        "{shown} is an {family} address.",
        "Write it as {key}.",
    ),
    "address.prefixless": error(
        "An address has a prefix length.",
        "Without one some tools take a class from the 1980s, others a network of one address.",
        "{shown} has no prefix length.",
        "Write {shown_with_prefix}, if that is the size of the network.",
    ),
    "address.is-network": error(
        "An address is not the first of its network.",
        "That one names the network itself.",
        "{shown} is the network, not a host in it.",
        "Write an address inside, as in {example}.",
    ),
    "address.is-broadcast": error(
        "An address is not the last of its network.",
        "That one is the broadcast address.",
        "{shown} is the broadcast address of {network}.",
        "Write an address below it.",
    ),
    "address.not-unicast": error(
        "An address of a link is a unicast address.",
        "Multicast, unspecified, loopback and broadcast addresses cannot be a link's own.",
        "{shown} is {kind}.",
        "Write an address of the network that the link is connected to.",
    ),
    "address.duplicate": error(
        "An address is used once on a host.",
        "Answers would come from either link, and on the switch its MAC address would flap.",
        "{shown} is already an address of {other}.",
        "Remove one of them.",
    ),
    "address.overlap": warning(
        "Two links are not in the same network.",
        "The kernel answers on one for the other and sends over whichever route it finds first.",
        "{shown} is in the network {network} of {other}.",
        "Bond the links, or use different networks.",
    ),
    "gateway.off-link": error(
        "A gateway is in a network of its link.",
        "The kernel refuses a route through a gateway that it cannot reach directly.",
        "{shown} is in none of the networks of {link}.",
        "Correct the gateway or the prefix length; an IPv6 gateway may be a link-local address.",
    ),
    "gateway.own-address": error(
        "A gateway is another machine.", "A route through oneself leads nowhere.", "{shown} is an address of {link} itself.", "Correct it."
    ),
    "gateway.not-a-host": error(
        "A gateway is a host in its network.",
        "The first and the last address of an IPv4 network name the network and everybody in it.",
        "{shown} is the {kind} address of {network}.",
        "Correct it.",
    ),
    "gateway.second-default": error(
        "A host has one default route of each family in a table.",
        "With two of the same metric the kernel refuses the second or chooses by chance.",
        "{shown} is a second default route{where}; {other} has one already.",
        "Keep one, or write the second as a route with a metric or table of its own.",
    ),
    "gateway.with-dhcp": error(
        "A link with DHCP has no static gateway.",
        "The lease brings a gateway, and then there are two.",
        "{shown} is a static gateway on a link with dhcp4.",
        "Remove gateway, or use static addresses.",
    ),
    "gateway.two-leases": warning(
        "DHCP runs on one link, or the default route is configured.",
        "Every lease may bring a gateway, and then there are two default routes. A configured one leaves those of leases no effect.",
        "{shown} uses dhcp4, and {other} uses it too.",
        "Give all but one link static addresses, write the gateway, or make sure that one lease brings none.",
    ),
    "route.host-bits": error(
        "A route leads to a network.",
        "The kernel refuses a destination with bits beyond its prefix length.",
        "{shown} is an address inside {network}.",
        "Write {network}.",
    ),
    "route.prefixless": error(
        "The network that a route leads to has a prefix length.",
        "An address alone is a single host; one that ends in zeroes most likely is a network whose length was forgotten.",
        "{shown} has no prefix length and ends as a network does.",
        "Write {likely}.",
    ),
    "route.loopback": error(
        "A route leads out of the host.",
        "The kernel drops packets to loopback addresses on any link but the loopback device.",
        "{shown} is the host itself.",
        "Remove the route.",
    ),
    "route.local-table": error(
        "The table local, 255, is the kernel's own.",
        "It lists the host's own addresses and is looked at first: another route in it takes packets away from the host.",
        "{shown} is the table local.",
        "Leave table out, or choose another number.",
    ),
    "route.via-inside": warning(
        "A network on the link is not reached through a gateway in it.",
        "The link is connected to this network: its hosts, the gateway among them, are reached directly. The kernel refuses the same"
        " network a second time; a part of it, or another metric, sends all its traffic over the gateway.",
        "{shown} is a network of {link}, and the gateway {via} is in it.",
        "Remove the route; or accept this finding where the hosts of the network may not speak to each other.",
    ),
    "route.family": error(
        "Destination and gateway of a route have one family.",
        "The kernel sends no IPv4 through an IPv6 gateway in this form.",
        "{shown} and via {via} are of different families.",
        "Correct one of them.",
    ),
    "route.default-without-via": error(
        "A default route has a gateway.",
        "Without one the host would ask by ARP for every address of the world.",
        "The route to default has no via.",
        "Add via.",
    ),
    "route.via-unreachable": error(
        "The gateway of a route is in a network of its link.",
        "The kernel refuses a route through a gateway that it cannot reach directly.",
        "via {shown} is in none of the networks of {link}.",
        "Correct it, or put the route on the link that is connected to it.",
    ),
    "route.duplicate": error(
        "A route is written once.",
        "The kernel refuses a second one with the same destination, metric and table.",
        "{shown} is already a route of {other}.",
        "Remove one of them, or give them different metrics.",
    ),
    "dns.server": error(
        "A name server is a host.",
        "Queries go to one address, and the answer must come from it.",
        "{shown} is {kind}.",
        "Write the address of a name server.",
    ),
    "dns.duplicate": warning(
        "A name server is listed once on a link.",
        "A second entry is no second server: it costs a timeout more, and most resolvers read three entries only.",
        "{shown} is listed twice.",
        "Remove one of them, or name another server.",
    ),
    "dns.search": error(
        "A search domain is a domain name.",
        "Labels have 1 to 63 letters, digits, hyphens and underscores, and the whole at most 253.",
        "{shown} is no domain name.",
        "Write a name such as example.net.",
    ),
}
