# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the option table with the bonding driver of the running kernel; print all differences at once.

Run it as root as ``python3 kernel_options.py [OPTION...]`` on any Linux with the bonding driver and iproute2: it works in a network
namespace of its own. Every value goes through rtnetlink, sysfs and iproute2, wherever the way exists. What iproute2 will not send
is counted, since it never reaches the kernel. Exit status: 0 no difference, 1 differences, 2 the kernel or the machine cannot do it.
"""

from __future__ import annotations

import functools
import os
import platform
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(parent) for parent in HERE.parents if (parent / "ansible_collections").is_dir())]

import effects  # noqa: E402
from bench import BOND, SLAVES, STRANGER, Bench, Case, Difference  # noqa: E402
from rtnl import attribute, encode  # noqa: E402

from ansible_collections.trunkline.bonding.plugins.module_utils import _options as options  # noqa: E402

VIAS = ("netlink", "sysfs", "iproute2")

# Ways that turn a bad value into another one before the driver sees it: (option, way, value or number of items) -> what is stored.
SPOILED = {
    ("queue_id", "sysfs", 65536): lambda value: 0,
    ("arp_ip_target", "iproute2", 17): lambda value: value[:16],
    ("ns_ip6_target", "iproute2", 17): lambda value: value[:16],
}


def _since(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", text)[:2])


KERNEL = _since(platform.release())


def known(since: Any) -> bool:
    return _since(since.kernel) <= KERNEL


def _border_values(option: options.Option) -> list[Any]:
    if option.type == "enum":
        return [value.name for value in option.values] + [max(value.number for value in option.values) + 1]
    if option.type == "bool":
        return [False, True, 2]
    if option.type == "int":
        edges = [option.minimum, option.maximum, option.minimum - 1, option.maximum + 1]
        return edges + ([16, 17] if option.name == "queue_id" else [])
    if option.type == "mac":
        return ["02:00:00:00:00:01", "00:00:00:00:00:00", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff"]
    if option.type == "ipv4_list":
        return [["192.0.2.1"], _many("192.0.2.", 16), _many("192.0.2.", 17), ["192.0.2.1", "192.0.2.1"], ["0.0.0.0"], ["0.1.2.3"],
                ["255.255.255.255"], ["224.0.0.1"], []]  # fmt: skip
    if option.type == "ipv6_list":
        return [["2001:db8::1"], _many("2001:db8::", 16), _many("2001:db8::", 17), ["2001:db8::1", "2001:db8::1"], ["::"], ["::1"],
                ["ff02::1"], ["fe80::1"], []]  # fmt: skip
    return [SLAVES[1], SLAVES[0], STRANGER]


def _many(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(1, count + 1)]


def cases() -> Iterator[Case]:
    for option in options.OPTIONS.values():
        slaves = 2 if option.level == "slave" or option.type == "interface" else 0
        # A miimon of 1 ms lets the delays take any value, so that their own borders show.
        context = (("miimon", 1),) if any(r.option == option.name and r.kind == "multiple_of" for r in options.RELATIONS) else ()
        for mode in options.MODES:
            for value in _border_values(option):
                yield Case(option, mode, value, context, slaves, up=option.name == "active_slave")
    yield from relation_cases()
    yield from condition_cases()


def relation_cases() -> Iterator[Case]:
    for mode in options.MODES:
        for name in ("updelay", "downdelay", "peer_notif_delay"):
            for value, miimon in ((250, 100), (99, 100), (300, 100), (0, 0), (100, 0)):
                yield Case(options.get(name), mode, value, (("miimon", miimon),))


def condition_cases() -> Iterator[Case]:
    """Each option at its default, written to a bond that is up or has slaves: refused just where the table asks for down or empty."""
    for option in options.OPTIONS.values():
        for mode in option.accepted:
            value = options.default(option, mode)
            if option.level == "slave" or option.type == "interface":
                continue
            context = (("miimon", 100),) if options.verdict(option, mode, value, {}).outcome == options.REFUSED else ()
            yield Case(option, mode, value, context, up=True, expected=options.REFUSED if option.bond_down else options.ACTS)
            yield Case(option, mode, value, context, slaves=1, expected=options.REFUSED if option.no_slaves else options.ACTS)


def ways(case: Case) -> list[str]:
    option = case.option
    found = ["netlink"]
    if option.sysfs is not None:
        found.append("sysfs")
    # What iproute2 makes of a value does not depend on the mode: one that takes the option and one that does not are enough.
    foreign = [mode for mode in options.MODES if mode not in option.accepted]
    if option.iproute2 in keywords(option.level) and case.mode in (option.accepted[0], *foreign[:1]):
        found.append("iproute2")
    return found


@functools.cache
def keywords(level: str) -> frozenset:
    """The words of this iproute2's help for a bond or a slave."""
    kind = "bond" if level == "bond" else "bond_slave"
    done = subprocess.run(["ip", "link", "help", kind], stderr=subprocess.STDOUT, stdout=subprocess.PIPE, check=False)
    return frozenset(re.findall(r"[a-z0-9_]+", done.stdout.decode()))


def expected_verdict(case: Case, via: str, lacking: list[str]) -> options.Verdict:
    verdict = options.verdict(case.option, case.mode, case.value, dict(case.context), SLAVES[: case.slaves])
    if case.expected is not None:
        return options.Verdict(case.expected, None if case.expected == options.REFUSED else verdict.value, "")
    spoil = SPOILED.get((case.option.name, via, len(case.value) if isinstance(case.value, list) else case.value))
    if spoil is not None:
        return options.Verdict(options.CHANGED, spoil(case.value), "spoiled on the way")
    if case.option.name == "primary" and verdict.outcome == options.INERT:
        return options.Verdict(options.INERT, "", "recorded, and shown once it is a slave")
    if f"{case.option.name}={verdict.value}" in lacking:
        return options.Verdict(options.REFUSED, None, "newer than this kernel")
    return verdict


def run_case(bench: Bench, case: Case, lacking: list[str], counts: dict[str, int]) -> Iterator[Difference]:
    for via in ways(case):
        verdict = expected_verdict(case, via, lacking)
        bench.prepare(case)
        before = bench.read(case.option)
        try:
            error = getattr(bench, f"write_{via}")(case.option, case.value)
        except (struct.error, OSError):
            counts["cannot be encoded"] += 1
            continue
        counts[via] += 1
        if error == -1:
            counts["refused by iproute2 itself"] += 1
            if verdict.outcome != options.REFUSED:
                yield Difference(case, via, verdict.outcome, "iproute2 refuses to send it")
            continue
        after = bench.read(case.option)
        if verdict.outcome == options.REFUSED:
            if error == 0:
                yield Difference(case, via, "refused", f"accepted, reads back as {after}")
            elif after != before and not isinstance(before, list):
                yield Difference(case, via, "refused", f"refused, but reads back as {after} instead of {before}")
        elif error:
            yield Difference(case, via, verdict.outcome, f"refused: {os.strerror(error) if via != 'iproute2' else 'by the kernel'}")
        elif after != verdict.value:
            yield Difference(case, via, f"{verdict.outcome} as {verdict.value}", f"accepted, reads back as {after}")


def missing(bench: Bench) -> list[str]:
    """What this kernel lacks: options (a bond in 802.3ad and its slave do not show the attribute) and newer values (``option=value``)."""
    bench.prepare(Case(options.get("mode"), "802.3ad", "802.3ad", slaves=1))
    hidden = ("ipv4_list", "ipv6_list", "interface")
    lacking = [
        option.name
        for option in options.OPTIONS.values()
        if option.type not in hidden and option.netlink.number not in bench.rtnl.read(bench.target(option), option.level)
    ]
    for option in options.OPTIONS.values():
        for value in option.values:
            if value.since is not None and option.name not in lacking:
                bench.prepare(Case(option, option.accepted[0], value.name))
                lacking += [f"{option.name}={value.name}"] * bool(bench.write_netlink(option, value.name))
    return lacking


def versions(lacking: list[str]) -> Iterator[tuple[str, Any]]:
    """(name, since) of everything that has a version: an option by its name, a value as ``option=value``."""
    for option in options.OPTIONS.values():
        yield option.name, option.since
        yield from ((f"{option.name}={value.name}", value.since) for value in option.values if value.since and option.name not in lacking)


def defaults(bench: Bench) -> Iterator[Difference]:
    for mode in options.MODES:
        for option in options.OPTIONS.values():
            if option.level == "slave" or option.type == "interface":
                continue
            case = Case(option, mode, options.default(option, mode))
            bench.prepare(case)
            seen = bench.read(option)
            if seen is not None and seen != case.value:
                yield Difference(case, "netlink", f"default {case.value}", f"default {seen}")


def side_effects(bench: Bench) -> Iterator[Difference]:
    """What the notes of the table say about one option changing another."""
    miimon, arp, validate = options.get("miimon"), options.get("arp_interval"), options.get("arp_validate")
    for mode in ("balance-rr", "active-backup", "balance-xor", "broadcast"):
        for name, value in (("arp_interval", 100), ("arp_validate", 1)):
            option = options.get(name)
            case = Case(option, mode, value, expected=options.REFUSED)
            bench.prepare(case)
            both = attribute(miimon.netlink.number, encode("u32", 100)) + attribute(option.netlink.number, encode("u32", value))
            if bench.rtnl.change(BOND, both) == 0:
                yield Difference(case, "netlink", "refused together with miimon", "accepted")
        for first, second in ((miimon, arp), (arp, miimon)):
            case = Case(second, mode, 100, ((first.name, 100), ("ns_ip6_target", ())))
            bench.prepare(case)
            bench.write_sysfs(second, 100)
            if (bench.read(first), bench.read(second)) != (0, 100):
                yield Difference(case, "sysfs", f"{first.name} turned off", f"{first.name} is {bench.read(first)}")
        for forced in ("802.3ad", "balance-tlb", "balance-alb"):
            case = Case(options.get("mode"), mode, forced, (("arp_interval", 100), ("arp_validate", "all")))
            bench.prepare(case)
            bench.write_netlink(case.option, forced)
            seen = (bench.read(miimon), bench.read(arp), bench.read(validate))
            if seen != (100, 0, "none"):
                yield Difference(case, "netlink", "miimon 100, arp_interval 0, arp_validate none", str(seen))
    dynamic = options.get("tlb_dynamic_lb")
    case = Case(options.get("mode"), "balance-tlb", "balance-alb", (("tlb_dynamic_lb", False),))
    bench.prepare(case)
    bench.write_netlink(case.option, "balance-alb")
    if bench.read(dynamic) is not True:
        yield Difference(case, "netlink", "tlb_dynamic_lb turned on", f"tlb_dynamic_lb is {bench.read(dynamic)}")


def memories(bench: Bench) -> Iterator[Difference]:
    """What the driver keeps or forgets: delays follow miimon, an empty line clears primary, a queue belongs to one slave."""
    updelay, primary, queue = options.get("updelay"), options.get("primary"), options.get("queue_id")
    case = Case(updelay, "active-backup", 100, (("miimon", 100), ("updelay", 200)))
    bench.prepare(case)
    bench.write_netlink(options.get("miimon"), 50)
    if bench.read(updelay) != case.value:
        yield Difference(case, "netlink", "halved with miimon", f"reads back as {bench.read(updelay)}")
    case = Case(primary, "active-backup", None, (("primary", SLAVES[0]),), slaves=2)
    bench.prepare(case)
    error = bench.write_sysfs(primary, None)
    if error or bench.read(primary) != "":
        yield Difference(case, "sysfs", "cleared", f"errno {error}, reads back as {bench.read(primary)}")
    case = Case(queue, "balance-rr", 3, slaves=2)
    bench.prepare(case)
    if bench.write_netlink(queue, 3) or bench.rtnl.change(SLAVES[1], attribute(queue.netlink.number, encode("u16", 3)), "slave") == 0:
        yield Difference(case, "netlink", "refused for a second slave", "accepted")


def observed(bench: Bench) -> Iterator[Difference]:
    """Whether a value has the effect in each mode that the table gives it."""
    for seen in effects.OBSERVATIONS:
        option = options.get(seen.option)
        value = seen.value.format(*SLAVES) if option.type == "interface" else seen.value
        named = {name: other.format(*SLAVES) for name, other in seen.context.items()}
        look = functools.partial(seen.look, BOND, SLAVES)
        for mode in option.accepted:
            case = Case(option, mode, value, tuple(named.items()), slaves=len(SLAVES), up=True)
            bench.prepare(case)
            first = effects.started(look)
            if seen.before_slaves:
                bench.prepare(Case(option, mode, value))
                error = bench.write_netlink(option, value) or any(bench.enslave(slave) for slave in SLAVES)
            else:
                error = bench.write_netlink(option, value)
            second = effects.changed(look, first)
            verdict = options.verdict(option, mode, value, named)
            effect = "refused" if error else options.INERT if first == second else options.ACTS
            if effect != verdict.outcome:
                yield Difference(case, "effect", verdict.outcome, f"{effect}: {seen.look.__name__} {first}, then {second}")


def report(differences: list[Difference]) -> None:
    rows = [("option", "mode", "value", "context", "via", "table", "kernel")]
    for found in differences:
        case = found.case
        extra = " ".join(
            [f"{name}={value}" for name, value in case.context] + ["up"] * case.up + [f"slaves={case.slaves}"] * bool(case.slaves)
        )
        rows.append((case.option.name, case.mode, str(case.value)[:40], extra, found.via, found.expected, found.seen))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(row[column].ljust(widths[column]) for column in range(len(row))).rstrip())


def inside() -> int:
    bench = Bench()
    differences: list[Difference] = []
    counts = dict.fromkeys((*VIAS, "refused by iproute2 itself", "cannot be encoded"), 0)
    lacking = missing(bench)
    backported = [name for name, since in versions(lacking) if name not in lacking and not known(since)]
    for name, since in versions(lacking):
        if name in lacking and known(since):
            case = Case(options.get(name.partition("=")[0]), "802.3ad", name.partition("=")[2])
            differences.append(Difference(case, "netlink", f"there since {since.kernel}", "missing"))
    differences += defaults(bench)
    differences += side_effects(bench)
    differences += memories(bench)
    differences += observed(bench)
    chosen = set(sys.argv[1:]) - {"--inside"}
    for case in cases():
        if case.option.name not in lacking and (not chosen or case.option.name in chosen):
            differences += run_case(bench, case, lacking, counts)
    print(f"kernel {platform.release()}, {subprocess.run(['ip', '-V'], stdout=subprocess.PIPE, check=True).stdout.decode().strip()}")
    print("not in this kernel: " + (", ".join(lacking) or "nothing"))
    print("in this kernel before its mainline version: " + (", ".join(backported) or "nothing"))
    unsaid = [o.name for o in options.OPTIONS.values() if o.iproute2 is None or o.iproute2 not in keywords(o.level)]
    print("no keyword in this iproute2: " + (", ".join(unsaid) or "nothing"))
    print(", ".join(f"{what}: {count}" for what, count in counts.items()))
    print(f"differences: {len(differences)}")
    if differences:
        report(differences)
    return 1 if differences else 0


def main() -> int:
    if "--inside" in sys.argv:
        return inside()
    namespace = f"options-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", namespace], check=False).returncode != 0:
        return 2
    try:
        command = ["ip", "netns", "exec", namespace, sys.executable, __file__, "--inside", *sys.argv[1:]]
        return subprocess.run(command, check=False).returncode
    finally:
        subprocess.run(["ip", "netns", "delete", namespace], check=False)


if __name__ == "__main__":
    sys.exit(main())
