# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""Which link the session that this process belongs to comes in over.

sshd tells its children by SSH_CONNECTION: the client's address and port, then the server's address and port (sshd(8)). sudo and
others drop it from the environment, so the ancestors are asked too.
"""

from __future__ import annotations

import os


def _environment(pid):
    try:
        with open(f"/proc/{pid}/environ", "rb") as stream:
            return stream.read().split(b"\0")
    except OSError:
        return []


def _parent(pid):
    try:
        with open(f"/proc/{pid}/stat") as stream:
            # The name stands in parentheses and may hold anything, parentheses included.
            return int(stream.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def ssh_addresses():
    """``(client, server)`` addresses of the SSH session, or None when this process does not run in one."""
    value = os.environ.get("SSH_CONNECTION")
    pid = os.getppid()
    while value is None and pid > 1:
        for entry in _environment(pid):
            if entry.startswith(b"SSH_CONNECTION="):
                value = entry.partition(b"=")[2].decode(errors="replace")
        pid = _parent(pid)
    fields = (value or "").split()
    if len(fields) != 4:
        return None
    return fields[0].partition("%")[0], fields[2].partition("%")[0]


def _plain(address):
    # A dual-stack socket shows IPv4 clients as mapped addresses.
    return address[7:] if address.lower().startswith("::ffff:") and "." in address else address


def link_of(state, address):
    """The link that has an address, or None."""
    wanted = _plain(address).lower()
    for name, link in state["links"].items():
        for entry in link.get("addresses") or ():
            if entry["address"].partition("/")[0].lower() == wanted:
                return name
    return None


def session(state):
    """``{"client", "server", "link"}`` of the SSH session, or None for other connections.

    ``link`` is None when no link of this host has the address that the client connected to, as behind address translation.
    """
    addresses = ssh_addresses()
    if addresses is None:
        return None
    return {"client": addresses[0], "server": addresses[1], "link": link_of(state, addresses[1])}
