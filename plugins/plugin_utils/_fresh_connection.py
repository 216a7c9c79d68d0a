# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""New sessions to the same host, for whatever connection plugin the user has chosen.

A session that was open before a change says nothing about the change: it may have survived on what is about to vanish. So it is given
up, and the next command makes a new one; with OpenSSH that ends the master connection of ControlPersist too.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure

# What ssh says when no session came about at all: then nothing has run on the host.
_NEVER_CONNECTED = (
    "ssh: connect to host",
    "Could not resolve hostname",
    "Permission denied",
    "Host key verification failed",
    "kex_exchange_identification",
    "banner exchange",
    "Invalid/incorrect",
)
# A session whose host has vanished is given up after about ten seconds, not after the quarter of an hour that TCP takes.
_KEEP_ALIVE = "-o ServerAliveInterval=3 -o ServerAliveCountMax=3"


def never_connected(error: AnsibleConnectionFailure) -> bool:
    """Whether a failure says that no session was made."""
    return any(words in str(error) for words in _NEVER_CONNECTED)


class FreshConnection:
    """The task's connection with short time limits; its options are put back on leaving the context."""

    def __init__(self, action: t.Any, seconds: int) -> None:
        self._connection = action._connection
        self._play_context = action._play_context
        self._seconds = seconds
        self._options: dict[str, t.Any] = {}
        self._address = self._play_context.remote_addr
        self._elsewhere: str | None = None

    @property
    def plugin(self) -> str:
        """Name of the connection plugin."""
        return getattr(self._connection, "ansible_name", None) or self._connection.transport

    @property
    def can_renew(self) -> bool:
        """Whether the plugin knows how to give up its session."""
        return callable(getattr(self._connection, "reset", None)) and self.plugin.rpartition(".")[2] != "local"

    def __enter__(self) -> FreshConnection:
        limit = self._get("timeout")
        if isinstance(limit, int):
            self._set("timeout", min(limit, self._seconds))
        extra = self._get("ssh_extra_args")
        if extra is not None or self._knows("ssh_extra_args"):
            self._set("ssh_extra_args", f"{extra or ''} {_KEEP_ALIVE}".strip())
        return self

    def __exit__(self, *_exception: object) -> None:
        for name, value in self._options.items():
            self._connection.set_option(name, value)
        self._play_context.remote_addr = self._address

    def aim(self, host: str) -> None:
        """Makes the next sessions go to another address of the same host, which keeps its host key's name."""
        port = self._get("port")
        known = self._get("host") or self._get("remote_addr") or self._address
        self._elsewhere = host
        self._go(host)
        if self._knows("ssh_extra_args"):
            alias = f"[{known}]:{port}" if port not in (None, 22) else known
            self._set("ssh_extra_args", f"{self._get('ssh_extra_args')} -o HostKeyAlias={alias}")

    def swap(self) -> None:
        """Makes the next sessions go to the other one of the host's two addresses, if it has been aimed at another one."""
        if self._elsewhere is None:
            return
        if self._play_context.remote_addr == self._elsewhere:
            for name in ("host", "remote_addr"):
                if name in self._options:
                    self._connection.set_option(name, self._options[name])
            self._play_context.remote_addr = self._address
        else:
            self._go(self._elsewhere)

    def _go(self, host: str) -> None:
        for name in ("host", "remote_addr"):
            if self._knows(name):
                self._set(name, host)
        self._play_context.remote_addr = host

    def renew(self) -> None:
        """Gives up the session; the next command makes a new one. A session that cannot be ended any more is no error."""
        if self.can_renew:
            try:
                self._connection.reset()
            except AnsibleConnectionFailure:
                self._connection.close()
        # The directory for temporary files may not be there any more, and pipelining needs none.
        self._connection._shell.tmpdir = None

    def _knows(self, name: str) -> bool:
        return bool(self._connection.has_option(name))

    def _get(self, name: str) -> t.Any:
        return self._connection.get_option(name) if self._knows(name) else None

    def _set(self, name: str, value: t.Any) -> None:
        self._options.setdefault(name, self._get(name))
        self._connection.set_option(name, value)
