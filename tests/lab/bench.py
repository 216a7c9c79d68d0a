# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One bond with two slaves, set up as a case asks for, written to by every way that the kernel offers. Used by ``kernel_options``."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtnl import Rtnl, attribute, decode, encode

from ansible_collections.trunkline.bonding.plugins.module_utils import _options as options

BOND, SLAVES, STRANGER = "tbond", ("tslave0", "tslave1"), "tslave0p"
IPROUTE2_KERNEL_ERROR = 2


@dataclass(frozen=True)
class Case:
    """One value, as a user would write it, tried in one mode. ``context``: the bond's other options; ``slaves``: how many it has."""

    option: options.Option
    mode: str
    value: Any
    context: tuple[tuple[str, Any], ...] = ()
    slaves: int = 0
    up: bool = False
    expected: str | None = None


@dataclass(frozen=True)
class Difference:
    case: Case
    via: str
    expected: str
    seen: str


class Bench:
    """One bond and its slaves, rebuilt whenever a case needs other ones."""

    def __init__(self) -> None:
        self.rtnl = Rtnl()
        self._shape: Any = None
        for name in SLAVES:
            if subprocess.run(["ip", "link", "add", name, "type", "veth", "peer", "name", f"{name}p"], check=False).returncode != 0:
                raise SystemExit("cannot add interfaces of type veth")
            self.rtnl.up(f"{name}p")
        if self.rtnl.add(BOND, "bond") != 0:
            raise SystemExit("this kernel has no bonding driver")

    def prepare(self, case: Case) -> None:
        shape = (case.option.name, case.mode, case.context, case.slaves, case.up)
        if shape == self._shape:
            return
        self._shape = shape
        self.rtnl.delete(BOND)
        mode = options.get("mode")
        number = next(value.number for value in mode.values if value.name == case.mode)
        self._must(self.rtnl.add(BOND, "bond", attribute(mode.netlink.number, encode("u8", number))), case)
        for name, value in case.context:
            self._must(self.write_netlink(options.get(name), value), case)
        for slave in SLAVES[: case.slaves]:
            self._must(self.enslave(slave), case)
        if case.up:
            self._must(self.rtnl.up(BOND), case)

    def enslave(self, slave: str) -> int:
        return self.rtnl.up(slave, False) or self.rtnl.enslave(slave, BOND)

    @staticmethod
    def _must(error: int, case: Case) -> None:
        if error:
            raise SystemExit(f"cannot prepare {case}: {os.strerror(error)}")

    @staticmethod
    def target(option: options.Option) -> str:
        return BOND if option.level == "bond" else SLAVES[0]

    def read(self, option: options.Option) -> Any:
        """The canonical value that netlink shows, None where it shows none, the raw one where the table does not know it."""
        raw = decode(option.netlink.type, self.rtnl.read(self.target(option), option.level).get(option.netlink.number))
        if raw is None or option.type in ("ipv4_list", "ipv6_list", "interface"):
            return raw
        try:
            return options.canonical(option, raw)
        except ValueError:
            return raw

    @staticmethod
    def sysfs(option: options.Option) -> Path:
        return Path(f"/sys/class/net/{BOND}/bonding/{option.sysfs}")

    def write_netlink(self, option: options.Option, value: Any) -> int:
        number = next((known.number for known in option.values if known.name == value), value)
        payload = encode(option.netlink.type, int(number) if isinstance(number, bool) else number)
        nested = 0x8000 if option.netlink.type.endswith("[]") else 0
        return self.rtnl.change(self.target(option), attribute(option.netlink.number | nested, payload), option.level)

    def write_sysfs(self, option: options.Option, value: Any) -> int:
        current = self.read(option) if option.type == "ipv4_list" else ()
        lines = [f"+{item}" for item in value] if option.type == "ipv4_list" else options.to_sysfs(option, value, slave=SLAVES[0])
        try:
            for line in [f"-{item}" for item in current] + lines:
                self.sysfs(option).write_text(line + "\n", encoding="ascii")
        except OSError as error:
            return error.errno or -1
        return 0

    def write_iproute2(self, option: options.Option, value: Any) -> int:
        """0, the kernel's refusal as 1, or -1 where iproute2 itself refused."""
        kind = "bond" if option.level == "bond" else "bond_slave"
        try:
            said = options.to_iproute2(option, options.canonical(option, value))
        except ValueError:
            said = [option.iproute2, ",".join(value) if isinstance(value, list) else str(value)]
        words = ["ip", "link", "set", "dev", self.target(option), "type", kind, *said]
        code = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
        return {0: 0, IPROUTE2_KERNEL_ERROR: 1}.get(code, -1)
