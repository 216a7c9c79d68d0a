# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One change on a host of each back end at once, and what the kernels show before, between and after.

A step is a row of a story: what is asked for, what it may cost, and what the kernel must show then. Each step is one playbook run over
all three hosts: look, check mode, look, run, look, check mode, run, look.
"""

from __future__ import annotations

import itertools
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import ADDRESSES, CONFIGURATION, LAB, Lab, ansible

# kvm1 is networkd's, kvm2 NetworkManager's, kvm3 ifupdown's; a developer may want one alone
HOSTS = tuple(os.environ.get("TRUNKLINE_HOSTS", "kvm1 kvm2 kvm3").split())
STORE = "/var/lib/trunkline-bonding"
GATEWAY, GATEWAY6 = "198.51.100.1", "2001:db8:10::1"
NET = {"native": 10}
# The gaps in the rows are those of a machine with nothing else to do. A loss of nothing has no slack.
SLACK = 2.5
# state that a bond has by itself
_VOLATILE = ("active_slave", "ad_", "mii_status", "slaves")
_AD_OPTIONS = ("ad_select", "ad_actor_sys_prio", "ad_user_port_key")

_LOOK = """
printf '{"links": '; ip -j -d address show
printf ', "four": '; ip -4 -j route show table all type unicast
printf ', "six": '; ip -6 -j route show table all type unicast
printf '}\\n'
for file in /sys/class/net/*/bonding/*; do
    [ -f "$file" ] && { read -r line <"$file"; } 2>/dev/null && echo "option $file $line"
done
find %s -type f -exec sha256sum {} + 2>/dev/null | while read -r sum file; do echo "file $file $sum"; done
true
""" % " ".join(CONFIGURATION)


def start_afresh(lab: Lab) -> None:
    """Plain NICs, unless a developer continues from what the last run has left."""
    if not os.environ.get("TRUNKLINE_CONTINUE"):
        lab.reset()


def number(host: str) -> int:
    return int(host[-1])


def mac(host: str, nic: int) -> str:
    """The permanent address of a NIC of the lab."""
    return f"0c:c4:7a:00:0{number(host)}:0{nic}"


def nics(host: str, *names: str) -> dict:
    return {name: {"mac": mac(host, int(name[3:]))} for name in names}


def addressing(host: str, **more) -> dict:
    """How the host is reached: its own two addresses, gateways, DNS."""
    return {
        "addresses": [f"{ADDRESSES[host]}/24", f"2001:db8:10::1{number(host)}/64"],
        "gateway": GATEWAY, "gateway6": GATEWAY6, "dns": [GATEWAY], "search": ["lab.example"], **more,
    }  # fmt: skip


def bond(
    name: str = "bond0", slaves: tuple[str, ...] = ("eth0", "eth1"), mode: str = "802.3ad", options: dict | None = None, **more
) -> dict:
    return {"name": name, "mode": mode, "slaves": list(slaves), "options": {"miimon": 100, **(options or {})}, **more}


@dataclass
class Look:
    """A host's kernel and files at one moment."""

    links: dict[str, dict]
    routes: list[dict]
    options: dict[str, dict[str, str]]
    files: dict[str, str]

    @classmethod
    def of(cls, text: str) -> Look:
        lines = text.replace("\r", "").splitlines()
        end = (
            next(index for index, line in enumerate(lines) if line.startswith(("option ", "file ")))
            if any(line.startswith(("option ", "file ")) for line in lines)
            else len(lines)
        )
        kernel = json.loads("".join(lines[:end]))
        options: dict[str, dict[str, str]] = {}
        files = {}
        for line in lines[end:]:
            kind, path, value = [*line.split(" ", 2), ""][:3]
            if kind == "option":
                options.setdefault(path.split("/")[4], {})[path.split("/")[-1]] = value
            else:
                files[path] = value
        return cls({link["ifname"]: link for link in kernel["links"]}, kernel["four"] + kernel["six"], options, files)

    def option(self, bond: str, name: str) -> str:
        """As sysfs has it, without the number behind a name."""
        return self.options[bond][name].split(" ")[0]

    def addresses(self, link: str) -> list[str]:
        return sorted(f"{a['local']}/{a['prefixlen']}" for a in self.links[link]["addr_info"] if a["scope"] == "global")

    def slaves(self, bond: str) -> list[str]:
        return self.options[bond]["slaves"].split()

    def route(self, to: str, family: int = 4) -> list[tuple]:
        found = [route for route in self.routes if route["dst"] == to and (family == 6) == (":" in route.get("gateway", to))]
        return sorted((route.get("gateway"), route["dev"]) for route in found)

    def way_out(self, family: int = 4) -> tuple:
        """The default route that the kernel takes: the one with the lowest metric."""
        found = [route for route in self.routes if route["dst"] == "default" and "table" not in route and route.get("gateway")]
        found = [route for route in found if (":" in route["gateway"]) == (family == 6)]
        return min((route.get("metric", 0), route["gateway"], route["dev"]) for route in found)[1:]

    def way(self) -> dict:
        """Addresses and routes of the links that carry traffic: what must be as before after a link was down."""
        links = {name: self.addresses(name) for name in self.links}
        routes = sorted(
            f"{route['dst']} via {route.get('gateway')} dev {route['dev']} table {route.get('table', 'main')}"
            for route in self.routes
            if not route["dst"].startswith(("fe80", "ff00"))
        )
        return {"addresses": {name: found for name, found in links.items() if found}, "routes": routes}

    def lasting(self) -> dict:
        """All that configuration decides on: what check mode and a second run leave alone."""
        links = {
            name: (link.get("linkinfo", {}).get("info_kind"), link.get("master"), link["mtu"], link["address"], "UP" in link["flags"])
            for name, link in self.links.items()
        }
        options = {
            name: {
                option: sorted(value.split())
                for option, value in values.items()
                if option in _AD_OPTIONS or not option.startswith(_VOLATILE)
            }
            for name, values in self.options.items()
        }
        return {"links": links, "options": options, "files": self.files, **self.way()}


def difference(before: dict, now: dict) -> str:
    words = []
    for part in before:
        if before[part] == now[part]:
            continue
        if isinstance(before[part], dict):
            for name in {**before[part], **now[part]}:
                old, new = before[part].get(name), now[part].get(name)
                if isinstance(old, dict) and isinstance(new, dict):
                    words += [f"{name}: {inner}" for inner in [difference({"": old}, {"": new})] if inner]
                elif old != new:
                    words.append(f"{name}: {old} -> {new}")
        else:
            words += [f"- {entry}" for entry in before[part] if entry not in now[part]]
            words += [f"+ {entry}" for entry in now[part] if entry not in before[part]]
    return "; ".join(words)


@dataclass
class Taken:
    """What became of one step on one host: the looks, and the four results."""

    looks: list[Look]
    results: list[dict]
    ping: dict

    @property
    def after(self) -> Look:
        return self.looks[-1]


@dataclass
class Step:
    """One row: ``arguments(host)`` of the module, the cost that the result must name, the longest gap between pings in seconds (0: none is
    lost), and ``expect(look, host)`` with what the kernel must show. Cost and gap may be given for each host."""

    name: str
    arguments: Callable[[str], dict]
    expect: Callable[[Look, str], None]
    cost: str | dict[str, str] = "live"
    gap: float | dict[str, float] = 2.0
    module: str = "host_links"
    # the finding that refuses it, instead
    finding: str | None = None
    # begins with plain NICs, and not with what the row before has left
    fresh: bool = False
    # sh lines, run on the host before by a way that is not its data network
    before: Callable[[str], str] | None = None
    # a sh condition that comes true some seconds after the change: what a DHCP client does is no part of it
    until: str | None = None
    accept: tuple[str, ...] = ()
    same_way: bool = False
    changed: bool = True
    # which of check mode, run, check mode, run
    runs: tuple[bool, ...] = (False, False)


def of(host: str, value):
    """What a row says for a host."""
    return value[host] if isinstance(value, dict) else value


ALONE, TOGETHER = "alone", "together"
GO_ON = {"ignore_errors": True, "ignore_unreachable": True}
FULL = (True, False, True, False)


def take(tasks: list[dict], hosts: tuple[str, ...] = HOSTS, extra: dict | None = None, **play) -> dict[str, dict]:
    """Runs tasks on the hosts. Returns host -> ``{"answers": the results of the tasks in their order, "pings": what was lost in each of the
    changes}``. A task with ``change`` has an echo every 20 ms to its host meanwhile. ``ALONE``, it runs on one host after the other: three
    at once would take the processors from each other, and no gap would be true. Where nothing may be lost at all, ``TOGETHER`` is enough.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "play.yml"
        file.write_text(json.dumps(list(_plays(tasks, hosts, folder, play))))
        run = ansible(file, extra=extra)
        found = {}
        for host in hosts:
            try:
                found[host] = json.loads((Path(folder) / host).read_text())
            except (OSError, ValueError) as error:
                raise AssertionError(f"nothing is known of {host} ({error}):\n{run.last(120)}") from error
            lost = [answer["msg"] for answer in found[host]["answers"] if answer.get("unreachable")]
            assert not lost, f"{host} was not reached: {lost}"
            found[host]["pings"] = [json.loads(text) for text in found[host]["pings"]]
    return found


def _plays(tasks: list[dict], hosts: tuple[str, ...], folder: str, more: dict) -> Iterator[dict]:
    listed = [{"name": f"Step {number}", **GO_ON, **task, "register": f"outcome_{number}"} for number, task in enumerate(tasks)]
    changes = [number for number, task in enumerate(tasks) if task.get("change")]
    for change, group in itertools.groupby(listed, key=lambda task: task.pop("change", None)):
        steps = list(group)
        if change:
            steps = [step for task in steps for step in (_ping("start"), task, {**_ping("stop"), "register": "ping_" + task["register"]})]
        yield {
            "name": "Hosts",
            "hosts": ",".join(hosts),
            "gather_facts": False,
            "serial": 1 if change == ALONE else len(hosts),
            **more,
            "tasks": steps,
        }
    answers = ", ".join(f"outcome_{number}" for number in range(len(tasks)))
    pings = ", ".join(f"ping_outcome_{number}.stdout" for number in changes)
    content = '{{ {"answers": [%s], "pings": [%s]} | to_json }}' % (answers, pings)
    keep = {
        "name": "Keep",
        "ansible.builtin.copy": {"content": content, "dest": folder + "/{{ inventory_hostname }}"},
        "delegate_to": "localhost",
    }
    yield {"name": "Results", "hosts": ",".join(hosts), "gather_facts": False, "tasks": [keep]}


def _ping(verb: str) -> dict:
    words = [str(LAB), "ping", verb, "{{ inventory_hostname }}"] + (["{{ ansible_host }}"] if verb == "start" else [])
    return {
        "name": f"Ping {verb}",
        "ansible.builtin.command": {"argv": words},
        "delegate_to": "localhost",
        "connection": "local",
        "become": False,
    }


def look_task(until: str | None = None) -> dict:
    wait = f"n=0; until {until} || [ $n = 40 ]; do n=$((n + 1)); sleep 1; done\n" if until else ""
    return {"ansible.builtin.raw": wait + _LOOK, "changed_when": False}


def look(lab: Lab, host: str) -> Look:
    """By the lab's own way."""
    return Look.of(lab.shell(host, _LOOK))


def module_task(module: str, check: bool) -> dict:
    return {f"trunkline.bonding.{module}": {}, "args": "{{ arguments[inventory_hostname] }}", "check_mode": check, "diff": True}


def run_step(lab: Lab, step: Step, hosts: tuple[str, ...] = HOSTS) -> dict[str, Taken]:
    """Runs a step on all hosts at once, with an echo every 20 ms to each."""
    common = {"deadline": 150, **({"accept": list(step.accept)} if step.accept else {})}
    arguments = {host: {**common, **step.arguments(host)} for host in hosts}
    if step.fresh:
        lab.reset()
    for host in hosts:
        if step.before:
            lab.shell(host, step.before(host))
    tasks = [look_task()]
    quiet = step.finding or not any(of(host, step.gap) for host in hosts)
    for number, check in enumerate(step.runs):
        change = {"change": TOGETHER if quiet else ALONE} if number == step.runs.index(False) else {}
        tasks += [{**module_task(step.module, check), **change}, look_task(step.until if change else None)]
    taken = {}
    for host, found in take(tasks, hosts, extra={"arguments": arguments}).items():
        looks = [Look.of(answer["stdout"]) for answer in found["answers"][::2]]
        taken[host] = Taken(looks, found["answers"][1::2], found["pings"][0])
    return taken


def told(result: dict) -> str:
    """What to read where a step went wrong."""
    return "\n".join([str(result.get("msg", "")), *map(str, result.get("log") or ()), *map(str, result.get("evidence") or ())])


def judge(step: Step, host: str, taken: Taken) -> None:
    """What holds for every change: check mode tells and touches nothing, the run does it at its price, then there is nothing to do."""
    ping, looks = taken.ping, taken.looks
    place = step.runs.index(False)
    done, tried, idle = taken.results[place], taken.results[:place], taken.results[place + 1 :]
    seen = f"{ping.get('lost')} of {ping.get('sent')} pings lost, longest gap {ping.get('longest_gap_seconds')} s"
    print(f"\n  {host} {step.name}: cost {done.get('cost')}, {seen}", end=" ")
    if step.finding:
        refused(step, taken)
        return
    for result in taken.results:
        assert not result.get("failed"), told(result)
    assert done["changed"] == step.changed, done["plan"]
    if step.changed:
        assert done["transaction"]["status"] == "confirmed"
        assert done["cost"] == of(host, step.cost), done["plan"]
    for result in tried:
        assert (result["changed"], result["transaction"]) == (True, None)
        assert (result["plan"], result["cost"], result["diff"]) == (done["plan"], done["cost"], done["diff"])
    for look in looks[: place + 1]:
        assert difference(looks[0].lasting(), look.lasting()) == "", "check mode changes nothing"
    step.expect(looks[place + 1], host)
    for result in idle:
        assert not result["changed"], (result["plan"], result["diff"])
    for look in looks[place + 2 :]:
        assert difference(looks[place + 1].lasting(), look.lasting()) == "", "a second run changes nothing"
    if step.same_way:
        assert difference(looks[0].way(), looks[-1].way()) == ""
    gap = of(host, step.gap)
    assert ping["lost"] == 0 or gap > 0
    assert ping["longest_gap_seconds"] <= SLACK * gap


def refused(step: Step, taken: Taken) -> None:
    """The finding comes each time, and nothing was touched."""
    for result in taken.results:
        assert result.get("failed") and not result.get("changed"), told(result)
        assert step.finding in [found["id"] for found in result["findings"]], told(result)
    assert difference(taken.looks[0].lasting(), taken.after.lasting()) == ""
    assert taken.ping["lost"] == 0
