# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""/etc/network/interfaces of ifupdown2: what makes a Linux switch come back as it is after a reboot.

Only the stanzas of LAGs and ports in scope are touched, and of the bridge's its list of ports; in them only the attributes that the LAG
model holds. A stanza that means what is wanted stays as it was written.

Source: interfaces(5) and ifupdown-addons-interfaces(5) of ifupdown2.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ansible_collections.trunkline.bonding.plugins.plugin_utils._switches import _model

Model = _model.Model

MAIN = "/etc/network/interfaces"
# Each file is preceded by its path and its length in bytes, since its last line may lack the newline.
READ = (
    f"for f in {MAIN} {MAIN}.d/*; do "
    '[ ! -f "$f" ] || { printf "=== %s %s\\n" "$f" "$(wc -c <"$f" | tr -d " ")"; cat "$f"; printf "\\n"; }; done'
)

_KEYWORDS = re.compile(r"(auto|allow-[a-z]+|iface|source|source-directory|mapping|template|vlan|vxlan)\b")
_MODES = {"lacp": "802.3ad", "static": "balance-xor"}
_MODE_NUMBERS = {"4": "802.3ad", "2": "balance-xor"}
_RATES = {"0": "slow", "1": "fast"}
_VLAN_ATTRIBUTES = ("bridge-access", "bridge-pvid", "bridge-vids", "bridge-allow-untagged")
_MANAGED = ("bond-slaves", "bond-ports", "bond-mode", "bond-lacp-rate", "bond-min-links", *_VLAN_ATTRIBUTES, "mtu", "alias")


class FilesError(Exception):
    """The files hold something that cannot be edited safely; the message says what and where."""


class Scope(NamedTuple):
    """What may be touched: ports by name, LAGs by their names in the system."""

    ports: frozenset[str]
    lags: frozenset[str]


def split_files(text: str) -> dict[str, str]:
    """Path -> content, from the output of ``READ``."""
    files: dict[str, str] = {}
    data = text.encode("utf-8", "surrogateescape")
    while match := re.match(rb"=== (\S+) ([0-9]+)\n", data):
        end = match.end() + int(match.group(2))
        files[match.group(1).decode()] = data[match.end() : end].decode("utf-8", "surrogateescape")
        data = data[end + 1 :]
    return files


def rewrite(files: dict[str, str], after: Model, scope: Scope, bridge: str) -> dict[str, str]:
    """Path -> new content of the files that must change so that a reboot brings ``after``. Raises FilesError."""
    if not files:
        return {}
    book = _Book(files)
    lags = {lag["name"]: lag for lag in after["lags"].values()}
    members = {member for lag in lags.values() for member in lag["members"]}
    home = book.file_of(bridge)
    inherited = _vlans(book.attributes(bridge), _model.vlans())
    attached = {name for name, lag in lags.items() if _model.switches(lag["vlans"])}
    attached |= {name for name, port in after["ports"].items() if name not in members and _model.switches(port["vlans"])}
    for name in sorted(scope.lags):
        if name in lags:
            book.set(name, _lag_attributes(lags[name]), inherited, home, new=["bond-miimon 100", "bond-xmit-hash-policy layer3+4"])
        else:
            book.remove(name)
    for name in sorted(scope.ports):
        if name in after["ports"]:
            book.set(name, _port_attributes(after["ports"][name], name in members), inherited, home)
    book.set_list(bridge, "bridge-ports", scope.ports | scope.lags, attached)
    return book.changed()


def _lag_attributes(lag: dict[str, Any]) -> dict[str, str]:
    found = {"bond-slaves": " ".join(lag["members"]), "bond-mode": _MODES.get(lag["mode"], lag["mode"])}
    if lag["mode"] == "lacp":
        found |= {"bond-lacp-rate": lag["rate"] or "slow", "bond-min-links": str(lag["min_links"] or 0)}
    return {**found, **_common(lag), **_vlan_attributes(lag["vlans"])}


def _port_attributes(port: dict[str, Any], member: bool) -> dict[str, str]:
    if member:
        return {key: value for key, value in _common(port).items() if key != "mtu"}
    return {**_common(port), **_vlan_attributes(port["vlans"])}


def _common(entry: dict[str, Any]) -> dict[str, str]:
    # 1500 is what an interface has without the attribute.
    mtu = {"mtu": str(entry["mtu"])} if entry.get("mtu") not in (None, 1500) else {}
    return {**mtu, **({"alias": entry["description"]} if entry.get("description") else {})}


def _vlan_attributes(vlans: dict[str, Any]) -> dict[str, str]:
    if not _model.switches(vlans):
        return {}
    if not vlans["tagged"]:
        return {"bridge-access": str(vlans["native"])}
    tagged = [*range(1, 4095)] if vlans["tagged"] == _model.ALL else vlans["tagged"]
    native = {"bridge-allow-untagged": "no"} if vlans["native"] is None else {"bridge-pvid": str(vlans["native"])}
    return {**native, "bridge-vids": _model.ranges(tagged).replace(",", " ")}


def _vlans(attributes: dict[str, str], inherited: dict[str, Any]) -> dict[str, Any]:
    """The VLANs that a port gets from its stanza; what it does not say comes from the bridge's."""
    if "bridge-access" in attributes:
        return _model.vlans(int(attributes["bridge-access"]))
    native = int(attributes["bridge-pvid"]) if "bridge-pvid" in attributes else inherited["native"]
    if attributes.get("bridge-allow-untagged") == "no":
        native = None
    tagged = inherited["tagged"] if "bridge-vids" not in attributes else _numbers(attributes["bridge-vids"])
    return _model.vlans(native, set(tagged) - {native})


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.replace(",", " ").split():
        first, _dash, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def _meaning(attributes: dict[str, str], inherited: dict[str, Any]) -> dict[str, Any]:
    """What a stanza says about the model, whatever spelling it uses."""
    mode = attributes.get("bond-mode", "")
    rate = attributes.get("bond-lacp-rate", "slow")
    return {
        "members": set(attributes.get("bond-slaves", attributes.get("bond-ports", "")).split()),
        "mode": _MODE_NUMBERS.get(mode, mode),
        "rate": _RATES.get(rate, rate),
        "min_links": max(int(attributes.get("bond-min-links", 0)), 1),
        "mtu": attributes.get("mtu", "1500"),
        "alias": attributes.get("alias", ""),
        "vlans": _vlans(attributes, inherited),
        "own_vlans": any(name in attributes for name in _VLAN_ATTRIBUTES),
    }


class _Book:
    """The files as blocks of lines: a block is a stanza with the comments and blank lines behind it."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.blocks = {path: _blocks(text) for path, text in files.items()}

    def changed(self) -> dict[str, str]:
        joined = {path: "".join(line for block in blocks for line in block) for path, blocks in self.blocks.items()}
        return {path: text for path, text in joined.items() if text != self.files[path]}

    def file_of(self, name: str) -> str:
        return next((path for path, blocks in self.blocks.items() if any(_is_iface(block, name) for block in blocks)), MAIN)

    def attributes(self, name: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for block in self._stanzas(name):
            for line in block[1:]:
                key, _space, value = line.strip().partition(" ")
                if key and not key.startswith("#"):
                    found[key] = f"{found[key]} {value.strip()}" if key in found and key == "bridge-vids" else value.strip()
        return found

    def set(self, name: str, wanted: dict[str, str], inherited: dict[str, Any], home: str, new: tuple[str, ...] | list[str] = ()) -> None:
        stanzas = self._stanzas(name)
        if not stanzas:
            if wanted:
                lines = [f"    {line}\n" for line in [*(f"{key} {value}" for key, value in wanted.items()), *new]]
                self._append(home, [[f"auto {name}\n"], [f"iface {name}\n", *lines]])
            return
        if _meaning(self.attributes(name), inherited) == _meaning(wanted, inherited):
            return
        for block in stanzas:
            block[1:] = [line for line in block[1:] if line.strip().partition(" ")[0] not in _MANAGED]
        indent = next((re.match(r"\s*", line).group() for line in stanzas[0][1:] if line.strip()), "    ")
        if not stanzas[0][0].endswith("\n"):
            stanzas[0][0] += "\n"
        stanzas[0][1:1] = [f"{indent}{key} {value}\n" for key, value in wanted.items()]

    def remove(self, name: str) -> None:
        for path, blocks in self.blocks.items():
            left = []
            for block in blocks:
                if self._is_of(block, name):
                    left += [[line] for line in block[1:] if line.strip().startswith("#")]
                else:
                    left.append(block)
            # The blank line in front of a stanza at the end goes with it.
            if blocks and self._is_of(blocks[-1], name) and left and len(left[-1]) > 1 and not left[-1][-1].strip():
                left[-1] = left[-1][:-1]
            self.blocks[path] = left

    @staticmethod
    def _is_of(block: list[str], name: str) -> bool:
        return _is_iface(block, name) or block[0].split() == ["auto", name]

    def set_list(self, name: str, key: str, scope: frozenset[str], attached: set[str]) -> None:
        """Names of the scope are in the list or not, as they are attached or not; all others stay."""
        for block in self._stanzas(name):
            for position, line in enumerate(block):
                words = line.split()
                if not words or words[0] != key:
                    continue
                listed = words[1:]
                gone = [word for word in listed if word in scope and word not in attached]
                missing = sorted((word for word in scope & attached if word not in listed), key=_natural)
                if {"glob", "regex"} & set(listed) and (missing or scope - attached):
                    raise FilesError(f"{key} of {name} is written with a pattern ({line.strip()}): write the ports one by one")
                if gone or missing:
                    indent = re.match(r"\s*", line).group()
                    stays = [word for word in listed if word not in gone]
                    for word in missing:
                        stays.insert(_place(stays, word), word)
                    block[position] = f"{indent}{' '.join([key, *stays])}\n"
                return
        raise FilesError(f"no {key} of {name} in {', '.join(self.files)}")

    def _stanzas(self, name: str) -> list[list[str]]:
        return [block for blocks in self.blocks.values() for block in blocks if _is_iface(block, name)]

    def _append(self, path: str, blocks: list[list[str]]) -> None:
        last = self.blocks[path][-1] if self.blocks[path] else None
        if last is not None and not last[-1].endswith("\n"):
            last[-1] += "\n"
        self.blocks[path] += [["\n"], *blocks]


def _natural(word: str) -> tuple[str, int]:
    name, number = re.fullmatch(r"(.*?)([0-9]*)", word).groups()
    return name, int(number or -1)


def _place(listed: list[str], word: str) -> int:
    """Before the first of the same name with a larger number, where it was written if it was ever there; else at the end."""
    name, number = _natural(word)
    return next((place for place, other in enumerate(listed) if _natural(other)[0] == name and _natural(other)[1] > number), len(listed))


def _is_iface(block: list[str], name: str) -> bool:
    words = block[0].split()
    return words[:1] == ["iface"] and words[1:2] == [name]


def _blocks(text: str) -> list[list[str]]:
    blocks: list[list[str]] = []
    for line in text.splitlines(keepends=True):
        if not blocks or _KEYWORDS.match(line.strip()):
            blocks.append([line])
        else:
            blocks[-1].append(line)
    return blocks
