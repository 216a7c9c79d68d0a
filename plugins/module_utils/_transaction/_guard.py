# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The guard for a power cut: what puts the old files back when a host starts inside an open window.

It runs before anything reads a network configuration, does nothing unless the window is open, and is there only while it is.
"""

from __future__ import annotations

import os
from shlex import quote

from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _store

SYSTEMD = "systemd"
SYSVINIT = "sysvinit"
NONE = "none"
NAME = "trunkline-bonding-guard"
_UNIT = f"/etc/systemd/system/{NAME}.service"
_WANTED = f"/etc/systemd/system/sysinit.target.wants/{NAME}.service"
_INIT_SCRIPT = f"/etc/init.d/{NAME}"
_START = "/etc/rcS.d/S12" + NAME

_UNIT_TEXT = """\
# Here only while a change of the network waits for its confirmation. Written by trunkline.bonding.
[Unit]
Description=Old network configuration after a restart before the confirmation
DefaultDependencies=no
ConditionPathExists={base}/open
RequiresMountsFor={base}
After=local-fs.target
Wants=network-pre.target
Before=network-pre.target systemd-networkd.service NetworkManager.service networking.service cloud-init-local.service shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
ExecStart=/bin/sh {base}/open/rollback.sh boot "the host was restarted before the confirmation"
"""

_INIT_TEXT = """\
#!/bin/sh
### BEGIN INIT INFO
# Provides:          {name}
# Required-Start:    $local_fs
# Required-Stop:
# X-Start-Before:    networking ifupdown-clean
# Default-Start:     S
# Default-Stop:
# Short-Description: Old network configuration after a restart before the confirmation
### END INIT INFO
# Here only while a change of the network waits for its confirmation. Written by trunkline.bonding.
[ "$1" = start ] && [ -e {base}/open ] || exit 0
exec /bin/sh {base}/open/rollback.sh boot "the host was restarted before the confirmation"
"""


def kind(machine):
    """Which guard this host can have. ``none`` for an init system that is neither of the two."""
    if machine.exists("/run/systemd/system"):
        return SYSTEMD
    if machine.exists("/etc/rcS.d") and machine.exists("/etc/init.d"):
        return SYSVINIT
    return NONE


def _remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def install(machine, guard, base):
    """Puts the guard in place, durably. Raises OSError when it can't be, or when init would not run it."""
    if guard == SYSTEMD:
        _store.write_file(_UNIT, _UNIT_TEXT.format(base=base), 0o644)
        os.makedirs(os.path.dirname(_WANTED), exist_ok=True)
        _remove(_WANTED)
        os.symlink(_UNIT, _WANTED)
        _store.sync_directory(os.path.dirname(_WANTED))
    elif guard == SYSVINIT:
        _store.write_file(_INIT_SCRIPT, _INIT_TEXT.format(name=NAME, base=base), 0o755)
        if machine.exists("/usr/sbin/update-rc.d"):
            machine.run(["/usr/sbin/update-rc.d", NAME, "defaults"], 30)
        if not any(name.endswith(NAME) for name in machine.listdir("/etc/rcS.d")):
            os.symlink(f"../init.d/{NAME}", _START)
        _store.sync_directory("/etc/rcS.d")
        # startpar starts only what this file lists.
        order = machine.read("/etc/init.d/.depend.boot")
        if order is not None and NAME not in order:
            raise OSError(f"{NAME} is not in /etc/init.d/.depend.boot, so startpar would not run it")


def remove(machine, guard):
    """Takes the guard away; nothing to take away is no error."""
    for line in removal(guard):
        machine.run(["/bin/sh", "-c", line], 30)


def removal(guard):
    """The same as sh."""
    if guard == SYSTEMD:
        return [f"rm -f {quote(_WANTED)} {quote(_UNIT)}"]
    if guard == SYSVINIT:
        return [
            f"rm -f {quote(_INIT_SCRIPT)}",
            f"[ ! -x /usr/sbin/update-rc.d ] || timeout 30 /usr/sbin/update-rc.d {NAME} remove",
            f"rm -f /etc/rcS.d/S[0-9][0-9]{NAME}",
        ]
    return []
