# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""What every platform offers, and which platforms there are.

A platform never talks to a device: it names the commands that read it, makes a model of their outputs, and turns steps into commands.
"""

from __future__ import annotations

import importlib
from typing import Any, Protocol

from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._model import Model
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches._plan import Step

Argv = list[str]


class PlatformError(Exception):
    """The device's answers cannot be understood; the message says which one and why."""


class Platform(Protocol):
    """One kind of switch.

    ``facts`` of a state (under the key ``facts``) are what the platform itself needs to know again when it makes commands.
    """

    NAME: str
    # Kinds of LAG ("lacp", "static") that the switch cannot be the other end of, each with the reason.
    REFUSED: dict[str, str]
    # Whether two of them can share one LAG.
    MLAG: bool
    # Whether a VLAN must be in a list of the switch before a port can carry it.
    VLAN_DATABASE: bool
    # What becomes of a LAG without VLANs, in a sentence.
    WITHOUT_VLANS: str
    # What a text that was made without a device takes for granted, in sentences, and what it leaves out.
    ASSUMED: tuple[str, ...]
    # How a change is taken back when nobody confirms it: "sh" for a script on the switch, None for not at all.
    DEAD_MAN: str | None
    # Commands act until the next restart, and files make them last; else every command is permanent at once.
    KEEPS_FILES: bool

    def read(self, variables: dict[str, Any]) -> dict[str, Argv]:
        """The commands that read configuration and state, by the key under which ``parse`` finds their output."""

    def parse(self, outputs: dict[str, dict[str, Any]], variables: dict[str, Any]) -> Model:
        """The state of the switch, see ``_model``. Raises PlatformError."""

    def blank(self, want: Model, variables: dict[str, Any]) -> Model:
        """The state of a switch that nobody has configured, to render text without a device."""

    def lag_name(self, id_: str) -> str:
        """The device's own name of the LAG with this id."""

    def judge(self, want: Model, path: str) -> list[Finding]:
        """What no device of this platform can have, or has otherwise: needs no state. Findings name the variables."""

    def adapt(self, want: Model, state: Model, path: str) -> tuple[Model, list[Finding]]:
        """What is wanted, as far as this platform can express it; what this device cannot have is a finding."""

    def commands(self, steps: list[Step], have: Model, facts: dict[str, Any]) -> list[Argv]:
        """The commands of steps that belong together, in order."""

    def ready(self, ports: list[str]) -> Argv:
        """The command that succeeds when LACP is up on all these ports: collecting and distributing at both ends."""

    def risks(self, steps: list[Step]) -> list[str]:
        """What the device does to traffic while it takes these steps, in sentences."""

    def files(self, after: Model, state: Model, lags: set[str], ports: set[str]) -> dict[str, str]:
        """Path -> content of the files that must change so that a reboot keeps these LAGs (by name) and ports as they are in ``after``.

        Empty where none must, and on a platform whose changes are permanent at once. Raises PlatformError.
        """


_PLATFORMS = {
    "trunkline.bonding.linux": ("_linux", "Linux"),
    "trunkline.bonding.openvswitch": ("_openvswitch", "OpenVSwitch"),
}


def names() -> list[str]:
    """The names of all platforms, as ``ansible_network_os`` holds them."""
    return sorted(_PLATFORMS)


def get(name: str) -> Platform:
    """The platform of this name. Raises KeyError."""
    module, cls = _PLATFORMS[name]
    package = "ansible_collections.trunkline.bonding.plugins.plugin_utils._switches"
    return getattr(importlib.import_module(f"{package}.{module}"), cls)()
