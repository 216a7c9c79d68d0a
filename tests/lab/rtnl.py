# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small rtnetlink writer and reader for bonds: it sends what iproute2 would not let through. Standard library only."""

from __future__ import annotations

import ipaddress
import os
import socket
import struct

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE = 1, 4, 0x200, 0x400
NLMSG_ERROR = 2
IFLA_IFNAME, IFLA_MASTER, IFLA_LINKINFO, IFLA_EXT_MASK = 3, 10, 18, 29
IFLA_INFO_KIND, IFLA_INFO_DATA, IFLA_INFO_SLAVE_KIND, IFLA_INFO_SLAVE_DATA = 1, 2, 4, 5
NLA_F_NESTED, NLA_TYPE_MASK = 0x8000, 0x3FFF
IFF_UP = 1

_FORMATS = {"u8": "=B", "u16": "=H", "u32": "=I", "s32": "=i", "ifindex": "=I"}


def attribute(number: int, payload: bytes) -> bytes:
    length = 4 + len(payload)
    return struct.pack("=HH", length, number) + payload + b"\0" * (-length % 4)


def attributes(data: bytes) -> dict:
    """{number: payload} of a run of attributes."""
    found = {}
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        if length < 4:
            break
        found[number & NLA_TYPE_MASK] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found


def encode(kind: str, value) -> bytes:
    """A value as the payload of a netlink type of the option table. Raises struct.error where the type cannot hold it."""
    if kind in ("ipv4[]", "ipv6[]"):
        return b"".join(attribute(index, ipaddress.ip_address(item).packed) for index, item in enumerate(value))
    if kind == "mac":
        return bytes.fromhex(value.replace(":", ""))
    if kind == "ifindex" and isinstance(value, str):
        value = socket.if_nametoindex(value) if value else 0
    return struct.pack(_FORMATS[kind], value)


def decode(kind: str, payload):
    """The reverse of ``encode``; an absent list is empty, an absent interface is the empty string, another absent attribute is None."""
    if kind in ("ipv4[]", "ipv6[]"):
        return [str(ipaddress.ip_address(item)) for _number, item in sorted(attributes(payload or b"").items())]
    if kind == "ifindex":
        return socket.if_indextoname(struct.unpack("=I", payload)[0]) if payload else ""
    if payload is None:
        return None
    if kind == "mac":
        return ":".join(f"{byte:02x}" for byte in payload)
    return struct.unpack(_FORMATS[kind], payload)[0]


class Rtnl:
    """Links of the network namespace that the process is in. Every call returns 0 or the errno of the kernel's refusal."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._socket.bind((0, 0))
        self._sequence = 0

    def _talk(self, kind: int, flags: int, body: bytes) -> tuple:
        self._sequence += 1
        header = struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | flags, self._sequence, 0)
        self._socket.send(header + body)
        answer = self._socket.recv(1 << 17)
        _length, answered, _flags, _sequence, _pid = struct.unpack_from("=IHHII", answer)
        if answered == NLMSG_ERROR:
            return -struct.unpack_from("=i", answer, 16)[0], b""
        return 0, answer[16:]

    @staticmethod
    def _ifinfo(index: int = 0, flags: int = 0, change: int = 0) -> bytes:
        return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, flags, change)

    def add(self, name: str, kind: str, data: bytes = b"") -> int:
        info = attribute(IFLA_INFO_KIND, kind.encode()) + (attribute(IFLA_INFO_DATA | NLA_F_NESTED, data) if data else b"")
        body = self._ifinfo() + attribute(IFLA_IFNAME, name.encode() + b"\0") + attribute(IFLA_LINKINFO | NLA_F_NESTED, info)
        return self._talk(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, body)[0]

    def delete(self, name: str) -> int:
        return self._talk(RTM_DELLINK, NLM_F_ACK, self._ifinfo(socket.if_nametoindex(name)))[0]

    def up(self, name: str, wanted: bool = True) -> int:
        return self._talk(RTM_NEWLINK, NLM_F_ACK, self._ifinfo(socket.if_nametoindex(name), IFF_UP if wanted else 0, IFF_UP))[0]

    def enslave(self, name: str, master: str) -> int:
        index = socket.if_nametoindex(master) if master else 0
        return self._talk(
            RTM_NEWLINK, NLM_F_ACK, self._ifinfo(socket.if_nametoindex(name)) + attribute(IFLA_MASTER, struct.pack("=I", index))
        )[0]

    def change(self, name: str, data: bytes, level: str = "bond") -> int:
        """Hand ``data``, a run of IFLA_BOND_* or IFLA_BOND_SLAVE_* attributes, to a bond or to a slave in one message."""
        kind, where = (IFLA_INFO_KIND, IFLA_INFO_DATA) if level == "bond" else (IFLA_INFO_SLAVE_KIND, IFLA_INFO_SLAVE_DATA)
        info = attribute(kind, b"bond") + attribute(where | NLA_F_NESTED, data)
        body = self._ifinfo(socket.if_nametoindex(name)) + attribute(IFLA_LINKINFO | NLA_F_NESTED, info)
        return self._talk(RTM_NEWLINK, NLM_F_ACK, body)[0]

    def read(self, name: str, level: str = "bond") -> dict:
        """{number: payload} of the bond's or the slave's attributes."""
        error, answer = self._talk(RTM_GETLINK, 0, self._ifinfo(socket.if_nametoindex(name)))
        if error:
            raise OSError(error, os.strerror(error))
        info = attributes(attributes(answer[16:]).get(IFLA_LINKINFO, b""))
        return attributes(info.get(IFLA_INFO_DATA if level == "bond" else IFLA_INFO_SLAVE_DATA, b""))
