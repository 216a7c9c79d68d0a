# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The data model as options of modules. Generated from the schema: make docs."""

from __future__ import annotations


class ModuleDocFragment:
    # What is wanted on a host, as a whole.
    DOCUMENTATION = r"""
options:
  nics:
    description:
      - The NICs of the host and where their cables end, by the name that is used everywhere.
    type: dict
    suboptions:
      NAME:
        description:
          - A NIC. The key stands for any name.
        type: dict
        suboptions:
          mac:
            description:
              - Permanent MAC address of the card; what is known by it may be renamed.
            type: str
          switch:
            description:
              - Inventory name of the switch where the cable ends.
            type: str
          port:
            description:
              - Port of that switch, as the switch writes it.
            type: str
          mtu:
            description:
              - MTU of a NIC that is no slave; a slave has its bond's.
              - A number of bytes from 68 to 65535.
            type: int
          vlans:
            description:
              - VLANs that the switch port of a NIC without bond carries.
            type: dict
            suboptions:
              native:
                description:
                  - VLAN that travels without a tag.
                  - A number from 1 to 4094.
                type: int
              tagged:
                description:
                  - 'VLANs that travel with a tag: numbers and ranges.'
                  - A number, a list of numbers and ranges, or a text of them, as V([20, "30-39"]) or V(20,30-39).
                type: raw
                default: []
          edge_port:
            description:
              - Whether the switch port of a NIC without bond forwards at once.
            type: bool
            default: true
  profiles:
    description:
      - 'Layouts that several hosts share: the variable bonding_profile_NAME for each; what a bond says itself goes first.'
    type: dict
    suboptions:
      NAME:
        description:
          - A layout. The key stands for any name.
        type: dict
        suboptions:
          mode:
            description:
              - Mode of the bond, by the kernel's name or number.
              - One of V(balance-rr), V(active-backup), V(balance-xor), V(broadcast), V(802.3ad), V(balance-tlb), V(balance-alb),
                or its number from V(0).
            type: raw
          options:
            description:
              - The kernel's bonding options, by their own names and in their own units.
              - These are V(miimon), V(updelay), V(downdelay), V(peer_notif_delay), V(use_carrier), V(arp_interval),
                V(arp_ip_target), V(ns_ip6_target), V(arp_validate), V(arp_all_targets), V(arp_missed_max), V(primary),
                V(primary_reselect), V(fail_over_mac), V(num_grat_arp), V(all_slaves_active), V(min_links), V(resend_igmp),
                V(lp_interval), V(packets_per_slave), V(tlb_dynamic_lb), V(xmit_hash_policy), V(lacp_active), V(lacp_rate),
                V(ad_select), V(ad_actor_sys_prio), V(ad_actor_system), V(ad_user_port_key), V(coupled_control), V(broadcast_neighbor),
                V(lacp_strict).
            type: dict
          slaves:
            description:
              - The NICs of the bond, in the order in which they are enslaved.
            type: list
            elements: str
            aliases:
              - ports
              - members
          slave_options:
            description:
              - Options of single slaves, by their names.
              - These are V(queue_id), V(prio), V(actor_port_prio).
            type: dict
            suboptions:
              NAME:
                description:
                  - Options of this slave.
                type: dict
          mtu:
            description:
              - MTU of the bond and of its slaves.
              - A number of bytes from 68 to 65535.
            type: int
          lag:
            description:
              - What the switch ports of the slaves carry, and how the LAG behaves where the mode wants one.
            type: dict
            suboptions:
              id:
                description:
                  - Number of the LAG; else the one that these ports have already, else that of the first member port.
                  - A number from 1 to 65535, or the name of a LAG.
                type: raw
              vlans:
                description:
                  - VLANs that the switch ports carry; without it they stay as they are.
                type: dict
                suboptions:
                  native:
                    description:
                      - VLAN that travels without a tag.
                      - A number from 1 to 4094.
                    type: int
                  tagged:
                    description:
                      - 'VLANs that travel with a tag: numbers and ranges.'
                      - A number, a list of numbers and ranges, or a text of them, as V([20, "30-39"]) or V(20,30-39).
                    type: raw
                    default: []
              edge_port:
                description:
                  - Whether the ports forward at once instead of waiting for spanning tree.
                type: bool
                default: true
              silent_partner:
                description:
                  - 'What member ports do while the host sends no LACP, for example at network boot: individual ports,
                    or none.'
                type: str
                choices:
                  - individual
                  - suspended
  bonds:
    description:
      - The bonds.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the bond.
        type: str
        required: true
      profile:
        description:
          - Profile that this bond is based on.
        type: str
      mode:
        description:
          - Mode of the bond, by the kernel's name or number.
          - One of V(balance-rr), V(active-backup), V(balance-xor), V(broadcast), V(802.3ad), V(balance-tlb), V(balance-alb),
            or its number from V(0).
        type: raw
      options:
        description:
          - The kernel's bonding options, by their own names and in their own units.
          - These are V(miimon), V(updelay), V(downdelay), V(peer_notif_delay), V(use_carrier), V(arp_interval), V(arp_ip_target),
            V(ns_ip6_target), V(arp_validate), V(arp_all_targets), V(arp_missed_max), V(primary), V(primary_reselect),
            V(fail_over_mac), V(num_grat_arp), V(all_slaves_active), V(min_links), V(resend_igmp), V(lp_interval), V(packets_per_slave),
            V(tlb_dynamic_lb), V(xmit_hash_policy), V(lacp_active), V(lacp_rate), V(ad_select), V(ad_actor_sys_prio),
            V(ad_actor_system), V(ad_user_port_key), V(coupled_control), V(broadcast_neighbor), V(lacp_strict).
        type: dict
      slaves:
        description:
          - The NICs of the bond, in the order in which they are enslaved.
        type: list
        elements: str
        aliases:
          - ports
          - members
      slave_options:
        description:
          - Options of single slaves, by their names.
          - These are V(queue_id), V(prio), V(actor_port_prio).
        type: dict
        suboptions:
          NAME:
            description:
              - Options of this slave.
            type: dict
      mtu:
        description:
          - MTU of the bond and of its slaves.
          - A number of bytes from 68 to 65535.
        type: int
      lag:
        description:
          - What the switch ports of the slaves carry, and how the LAG behaves where the mode wants one.
        type: dict
        suboptions:
          id:
            description:
              - Number of the LAG; else the one that these ports have already, else that of the first member port.
              - A number from 1 to 65535, or the name of a LAG.
            type: raw
          vlans:
            description:
              - VLANs that the switch ports carry; without it they stay as they are.
            type: dict
            suboptions:
              native:
                description:
                  - VLAN that travels without a tag.
                  - A number from 1 to 4094.
                type: int
              tagged:
                description:
                  - 'VLANs that travel with a tag: numbers and ranges.'
                  - A number, a list of numbers and ranges, or a text of them, as V([20, "30-39"]) or V(20,30-39).
                type: raw
                default: []
          edge_port:
            description:
              - Whether the ports forward at once instead of waiting for spanning tree.
            type: bool
            default: true
          silent_partner:
            description:
              - 'What member ports do while the host sends no LACP, for example at network boot: individual ports, or
                none.'
            type: str
            choices:
              - individual
              - suspended
      mac:
        description:
          - Address that the bond is pinned to; else the one that its link carries, else that of the first slave.
        type: str
  vlans:
    description:
      - The VLANs on bonds, NICs and bridges.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the VLAN; LINK.ID by default.
        type: str
      id:
        description:
          - VLAN id.
          - A number from 1 to 4094.
        type: int
        required: true
      link:
        description:
          - Link that the VLAN lies on.
        type: str
        required: true
      mtu:
        description:
          - MTU; the one of its link by default.
          - A number of bytes from 68 to 65535.
        type: int
  bridges:
    description:
      - The bridges.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the bridge.
        type: str
        required: true
      ports:
        description:
          - Links that belong to the bridge.
        type: list
        elements: str
        default: []
      hypervisor:
        description:
          - What attaches virtual machines to the bridge; it turns on the rules for them.
        type: str
        choices:
          - kvm
          - xen
      stp:
        description:
          - Whether the bridge takes part in spanning tree.
        type: bool
        default: false
      forward_delay:
        description:
          - Time that a port listens and learns before it forwards; 15 with stp, else 0, by default.
          - A number of seconds from 0 to 30.
        type: int
      vlan_filtering:
        description:
          - Whether the bridge knows VLANs.
        type: bool
        default: false
      mac:
        description:
          - Address that the bridge is pinned to.
        type: str
      mtu:
        description:
          - MTU; the smallest of its ports by default.
          - A number of bytes from 68 to 65535.
        type: int
  addresses:
    description:
      - Addresses, gateways, routes and name servers, by link; a link that is not here has none.
    type: dict
    suboptions:
      NAME:
        description:
          - The addressing of a link. The key stands for any name.
        type: dict
        suboptions:
          addresses:
            description:
              - Static addresses with prefix length.
            type: list
            elements: str
            default: []
          gateway:
            description:
              - Default gateway for IPv4.
            type: str
          gateway6:
            description:
              - Default gateway for IPv6; it may be a link-local address.
            type: str
          dhcp4:
            description:
              - Whether an address comes from DHCP; a gateway of the lease gives way to one configured on another link.
            type: bool
            default: false
          dhcp6:
            description:
              - Whether an address comes from DHCPv6.
            type: bool
            default: false
          accept_ra:
            description:
              - Whether router advertisements are accepted; by default not where all addresses are static, else the system
                decides.
            type: bool
          routes:
            description:
              - Static routes.
            type: list
            elements: dict
            default: []
            suboptions:
              to:
                description:
                  - Network that the route leads to, or default.
                type: str
                required: true
              via:
                description:
                  - Gateway; without it the network is on the link itself.
                type: str
              metric:
                description:
                  - Metric; the smaller one wins.
                  - A number from 0 to 4294967295.
                type: int
              table:
                description:
                  - Routing table by its number.
                  - A number from 1 to 4294967295.
                type: int
          dns:
            description:
              - Name servers.
            type: list
            elements: str
            default: []
          search:
            description:
              - Search domains.
            type: list
            elements: str
            default: []
          zone:
            description:
              - Zone of firewalld that the link belongs to.
            type: str
  bmc:
    description:
      - The management controller of the host, where it matters for the switch.
    type: dict
    suboptions:
      mode:
        description:
          - Whether the BMC has a port of its own, shares a NIC of the host, or takes a shared one when its own has no
            link.
        type: str
        choices:
          - dedicated
          - shared
          - failover
        required: true
      nic:
        description:
          - NIC that the BMC shares.
        type: str
      vlan:
        description:
          - VLAN that the BMC uses with a tag.
          - A number from 1 to 4094.
        type: int
      address:
        description:
          - Address of the BMC.
        type: str
"""

    # One bond.
    BOND = r"""
options:
  mode:
    description:
      - Mode of the bond, by the kernel's name or number.
      - One of V(balance-rr), V(active-backup), V(balance-xor), V(broadcast), V(802.3ad), V(balance-tlb), V(balance-alb),
        or its number from V(0).
    type: raw
  options:
    description:
      - The kernel's bonding options, by their own names and in their own units.
      - These are V(miimon), V(updelay), V(downdelay), V(peer_notif_delay), V(use_carrier), V(arp_interval), V(arp_ip_target),
        V(ns_ip6_target), V(arp_validate), V(arp_all_targets), V(arp_missed_max), V(primary), V(primary_reselect), V(fail_over_mac),
        V(num_grat_arp), V(all_slaves_active), V(min_links), V(resend_igmp), V(lp_interval), V(packets_per_slave), V(tlb_dynamic_lb),
        V(xmit_hash_policy), V(lacp_active), V(lacp_rate), V(ad_select), V(ad_actor_sys_prio), V(ad_actor_system), V(ad_user_port_key),
        V(coupled_control), V(broadcast_neighbor), V(lacp_strict).
    type: dict
  slaves:
    description:
      - The NICs of the bond, in the order in which they are enslaved.
    type: list
    elements: str
    aliases:
      - ports
      - members
  slave_options:
    description:
      - Options of single slaves, by their names.
      - These are V(queue_id), V(prio), V(actor_port_prio).
    type: dict
    suboptions:
      NAME:
        description:
          - Options of this slave.
        type: dict
  mtu:
    description:
      - MTU of the bond and of its slaves.
      - A number of bytes from 68 to 65535.
    type: int
  lag:
    description:
      - What the switch ports of the slaves carry, and how the LAG behaves where the mode wants one.
    type: dict
    suboptions:
      id:
        description:
          - Number of the LAG; else the one that these ports have already, else that of the first member port.
          - A number from 1 to 65535, or the name of a LAG.
        type: raw
      vlans:
        description:
          - VLANs that the switch ports carry; without it they stay as they are.
        type: dict
        suboptions:
          native:
            description:
              - VLAN that travels without a tag.
              - A number from 1 to 4094.
            type: int
          tagged:
            description:
              - 'VLANs that travel with a tag: numbers and ranges.'
              - A number, a list of numbers and ranges, or a text of them, as V([20, "30-39"]) or V(20,30-39).
            type: raw
            default: []
      edge_port:
        description:
          - Whether the ports forward at once instead of waiting for spanning tree.
        type: bool
        default: true
      silent_partner:
        description:
          - 'What member ports do while the host sends no LACP, for example at network boot: individual ports, or none.'
        type: str
        choices:
          - individual
          - suspended
  mac:
    description:
      - Address that the bond is pinned to; else the one that its link carries, else that of the first slave.
    type: str
  addressing:
    description:
      - Addresses, DHCP, gateways, routes, name servers and search domains of the link. Without it they stay as they
        are.
    type: dict
    suboptions:
      addresses:
        description:
          - Static addresses with prefix length.
        type: list
        elements: str
        default: []
      gateway:
        description:
          - Default gateway for IPv4.
        type: str
      gateway6:
        description:
          - Default gateway for IPv6; it may be a link-local address.
        type: str
      dhcp4:
        description:
          - Whether an address comes from DHCP; a gateway of the lease gives way to one configured on another link.
        type: bool
        default: false
      dhcp6:
        description:
          - Whether an address comes from DHCPv6.
        type: bool
        default: false
      accept_ra:
        description:
          - Whether router advertisements are accepted; by default not where all addresses are static, else the system
            decides.
        type: bool
      routes:
        description:
          - Static routes.
        type: list
        elements: dict
        default: []
        suboptions:
          to:
            description:
              - Network that the route leads to, or default.
            type: str
            required: true
          via:
            description:
              - Gateway; without it the network is on the link itself.
            type: str
          metric:
            description:
              - Metric; the smaller one wins.
              - A number from 0 to 4294967295.
            type: int
          table:
            description:
              - Routing table by its number.
              - A number from 1 to 4294967295.
            type: int
      dns:
        description:
          - Name servers.
        type: list
        elements: str
        default: []
      search:
        description:
          - Search domains.
        type: list
        elements: str
        default: []
      zone:
        description:
          - Zone of firewalld that the link belongs to.
        type: str
"""

    # One bridge.
    BRIDGE = r"""
options:
  ports:
    description:
      - Links that belong to the bridge.
    type: list
    elements: str
  hypervisor:
    description:
      - What attaches virtual machines to the bridge; it turns on the rules for them.
    type: str
    choices:
      - kvm
      - xen
  stp:
    description:
      - Whether the bridge takes part in spanning tree.
      - It is V(false) by default.
    type: bool
  forward_delay:
    description:
      - Time that a port listens and learns before it forwards; 15 with stp, else 0, by default.
      - A number of seconds from 0 to 30.
    type: int
  vlan_filtering:
    description:
      - Whether the bridge knows VLANs.
      - It is V(false) by default.
    type: bool
  mac:
    description:
      - Address that the bridge is pinned to.
    type: str
  mtu:
    description:
      - MTU; the smallest of its ports by default.
      - A number of bytes from 68 to 65535.
    type: int
  addressing:
    description:
      - Addresses, DHCP, gateways, routes, name servers and search domains of the link. Without it they stay as they
        are.
    type: dict
    suboptions:
      addresses:
        description:
          - Static addresses with prefix length.
        type: list
        elements: str
        default: []
      gateway:
        description:
          - Default gateway for IPv4.
        type: str
      gateway6:
        description:
          - Default gateway for IPv6; it may be a link-local address.
        type: str
      dhcp4:
        description:
          - Whether an address comes from DHCP; a gateway of the lease gives way to one configured on another link.
        type: bool
        default: false
      dhcp6:
        description:
          - Whether an address comes from DHCPv6.
        type: bool
        default: false
      accept_ra:
        description:
          - Whether router advertisements are accepted; by default not where all addresses are static, else the system
            decides.
        type: bool
      routes:
        description:
          - Static routes.
        type: list
        elements: dict
        default: []
        suboptions:
          to:
            description:
              - Network that the route leads to, or default.
            type: str
            required: true
          via:
            description:
              - Gateway; without it the network is on the link itself.
            type: str
          metric:
            description:
              - Metric; the smaller one wins.
              - A number from 0 to 4294967295.
            type: int
          table:
            description:
              - Routing table by its number.
              - A number from 1 to 4294967295.
            type: int
      dns:
        description:
          - Name servers.
        type: list
        elements: str
        default: []
      search:
        description:
          - Search domains.
        type: list
        elements: str
        default: []
      zone:
        description:
          - Zone of firewalld that the link belongs to.
        type: str
"""
