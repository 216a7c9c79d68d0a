# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records what a host answers while its state is read: the fixtures of the unit tests.

    python3 record_machine.py TEXT >tests/unit/plugins/module_utils/fixtures/NAME.json

It changes nothing. TEXT says what the host looks like; the versions of kernel and iproute2 are added.
"""

from __future__ import annotations

import json
import os
import sys

from ansible_collections.trunkline.bonding.plugins.module_utils import _state
from ansible_collections.trunkline.bonding.plugins.module_utils._machine import Machine


class Recorder(Machine):
    """A Machine that remembers each answer."""

    def __init__(self):
        super().__init__()
        self.tape = {"run": {}, "read": {}, "exists": {}, "permanent_mac": {}}

    def run(self, argv, timeout=10, stdin=None):
        self.tape["run"][" ".join(argv)] = answer = super().run(argv, timeout, stdin)
        return answer

    def read(self, path):
        self.tape["read"][path] = answer = super().read(path)
        return answer

    def exists(self, path):
        self.tape["exists"][path] = answer = super().exists(path)
        return answer

    def permanent_mac(self, name):
        self.tape["permanent_mac"][name] = answer = super().permanent_mac(name)
        return answer


def main():
    machine = Recorder()
    _state.read_surroundings(machine, _state.read(machine))
    version = Machine().run(["ip", "-V"])[1].strip()
    json.dump({"about": f"{sys.argv[1]}; Linux {os.uname().release}, {version}", **machine.tape}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
