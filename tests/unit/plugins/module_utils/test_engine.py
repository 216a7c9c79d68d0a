# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of the host engine on a recorded host with systemd-networkd: what it answers, and that it touches nothing before its time."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
import yaml

from ansible_collections.trunkline.bonding.plugins.module_utils import _argument_spec, _change, _engine, _object, _ownership, _steady
from ansible_collections.trunkline.bonding.plugins.module_utils._transaction import _begin, _deadline, _scripts, _snapshot, _store
from ansible_collections.trunkline.bonding.plugins.modules import host_links


def _link(index, name, mac, *addresses):
    """A link as ``ip -j -d address show`` prints it."""
    shown = [
        {"family": "inet", "local": text, "prefixlen": 24, "scope": "global", "label": name, "valid_life_time": 4294967295}
        for text in addresses
    ]
    return {
        "ifindex": index, "ifname": name, "flags": ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"], "mtu": 1500, "operstate": "UP",
        "link_type": "ether", "address": mac, "permaddr": mac, "linkinfo": {}, "addr_info": shown,
    }  # fmt: skip


ADDRESSES = [_link(2, "eth0", "0c:c4:7a:00:00:10", "198.51.100.10"), _link(3, "eth1", "0c:c4:7a:00:00:11")]
ROUTES = [
    {"type": "unicast", "dst": "default", "gateway": "198.51.100.1", "dev": "eth0", "protocol": "static", "scope": "global", "flags": []}
]
RETURNED = yaml.safe_load(host_links.RETURN)
THEIRS = "/etc/systemd/network/10-eth0.network"


class Host:
    """A server with two NICs, systemd-networkd 252 and an address on eth0. ``files`` is its disk, as far as it is read."""

    def __init__(self):
        self.files = {
            "/run/systemd/netif/": "",
            "/run/systemd/system/": "",
            "/run/systemd/resolve/": "",
            "/run/systemd/units/invocation:systemd-networkd.service": "",
            "/usr/lib/modprobe.d/systemd.conf": "",
            "/etc/systemd/network/99-x.conf": "",
            THEIRS: "[Match]\nName=eth0\n\n[Network]\nAddress=198.51.100.10/24\n",
        }
        for name, mac in (("eth0", "0c:c4:7a:00:00:10"), ("eth1", "0c:c4:7a:00:00:11")):
            self.files[f"/sys/class/net/{name}/type"] = "1\n"
            self.files[f"/sys/class/net/{name}/uevent"] = f"INTERFACE={name}\n"
            self.files[f"/sys/class/net/{name}/address"] = f"{mac}\n"
        self.answers = {
            "ip -j -d address show": json.dumps(ADDRESSES),
            "ip -j -d route show table all": json.dumps(ROUTES),
            "ip -4 rule show": "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n",
            "ip -6 rule show": "",
            "ip -j neighbour show nud permanent": "[]",
            "networkctl --version": "systemd 252 (252.39-1~deb12u1)\n",
        }
        self.asked = []

    def run(self, argv, timeout=10, stdin=None):
        line = " ".join(argv)
        self.asked.append(line)
        return (0, self.answers[line], "") if line in self.answers else (127, "", "not found")

    def read(self, path):
        return self.files.get(path)

    def exists(self, path):
        return any(other == path or other.startswith(f"{path}/") for other in self.files)

    def listdir(self, path):
        return sorted({other[len(path) + 1 :].split("/")[0] for other in self.files if other.startswith(f"{path}/")} - {""})

    def readlink(self, path):
        return None

    def permanent_mac(self, name):
        return {"eth0": "0c:c4:7a:00:00:10", "eth1": "0c:c4:7a:00:00:11"}.get(name)


PARAMS = {
    **dict.fromkeys(_engine.VARIABLES),
    "backend": "auto",
    "purge": True,
    "deadline": 60,
    "confirm": "auto",
    "connect_host": None,
    "transaction": "t1",
    "accept": [],
}
BOND = {"name": "bond0", "mode": "active-backup", "options": {"miimon": 100}, "slaves": ["eth0", "eth1"]}
BONDED = {"bonds": [BOND], "addresses": {"bond0": {"addresses": ["198.51.100.10/24"], "gateway": "198.51.100.1"}}}
PLAIN = {"addresses": {"eth0": {"addresses": ["198.51.100.10/24"], "gateway": "198.51.100.1"}}}


class Ended(Exception):
    """The module has ended; ``result`` is what it printed."""

    def __init__(self, result):
        super().__init__(result.get("msg"))
        self.result = result


class Module:
    def __init__(self, check=False, **params):
        self.params = {**PARAMS, **params}
        self.check_mode = check
        self.warned = []

    def warn(self, text):
        self.warned.append(text)

    def exit_json(self, **result):
        raise Ended(result)

    def fail_json(self, msg, **result):
        raise Ended({"failed": True, "msg": msg, **result})


class Case:
    """A host, the place of its transactions, and a way to run the engine on it."""

    def __init__(self, root, monkeypatch):
        self.host = Host()
        self.store = _store.Store(str(root / "store"))
        self.windows = []
        self.disk = {}
        monkeypatch.setattr(_engine, "Machine", lambda: self.host)
        monkeypatch.setattr(_engine._store, "Store", lambda: self.store)
        monkeypatch.setattr(_engine.os, "geteuid", lambda: 0)
        monkeypatch.setattr(_begin, "begin", self._begin)
        monkeypatch.setattr(_snapshot, "look", self._look)

    def _begin(self, _machine, _store_, transaction, deadline, work):
        self.windows.append(work)
        return {"id": transaction, "status": "applying", "deadline": deadline}

    def _look(self, path):
        content = self.disk.get(path, self.host.files.get(path))
        return None if content is None else {"sha256": _snapshot.checksum(content), "mode": 0o644, "link": None}

    def run(self, check=False, amend=None, **params):
        self.module = Module(check, **params)
        with pytest.raises(Ended) as ended:
            _engine.run(self.module, amend)
        # What every module may return besides is documented by Ansible.
        assert set(ended.value.result) - {"changed", "diff", "failed", "msg"} <= set(RETURNED)
        return ended.value.result

    def own(self, **owned):
        os.makedirs(self.store.base, exist_ok=True)
        with open(os.path.join(self.store.base, _ownership.NAME), "w") as stream:
            json.dump({**_ownership.nothing(), **owned}, stream)


@pytest.fixture
def case(tmp_path, monkeypatch):
    return Case(tmp_path, monkeypatch)


def ids(result):
    return {found["id"] for found in result["findings"]}


@pytest.mark.parametrize("check", [True, False])
def test_a_plain_host_becomes_a_bond(case, check):
    result = case.run(check, **BONDED)
    assert result["changed"] is True
    assert (result["backend"], result["cost"]) == ("networkd", "rebuild")
    assert {"create", "enslave", "address", "route"} <= {step["action"] for step in result["plan"]}
    plan, kernel, *files = result["diff"]
    assert plan["prepared"].startswith("plan: rebuild\n")
    assert "\n  rebuild  eth0 enslave bond0\n" in plan["prepared"]
    assert kernel["before_header"] == "kernel" and THEIRS in [shown["before_header"] for shown in files]
    assert "eth0 address 198.51.100.10/24" in kernel["before"]
    assert "bond0 address 198.51.100.10/24" in kernel["after"]
    assert len(case.windows) == (0 if check else 1)
    assert (result["transaction"] is None) is check
    if check:
        assert not os.path.exists(case.store.base)
        assert not any(" sh load " in line for line in case.host.asked)


def test_what_a_transaction_gets_is_complete_and_its_scripts_are_sound(case):
    case.run(**BONDED)
    work = case.windows[0]
    assert work["actions"][THEIRS] == "remove"
    assert work["delete"] == ["bond0"]
    assert work["records"]["change.json"]["gateways"] == [{"family": 4, "via": "198.51.100.1", "dev": "eth0", "answers": False}]
    assert work["records"]["back.json"]["links"]["eth0"]["addresses"] == ["198.51.100.10/24"]
    assert work["records"]["owned.json"]["links"]["bond0"] == {"kind": "bond", "options": ["miimon"]}
    assert THEIRS not in work["records"]["owned.json"]["files"]
    plan = {
        "id": "t1", "base": "/b", "directory": "/b/transactions/t1", "schedule": _deadline.schedule(60), "manager": "systemd",
        "guard": "systemd", "files": work["actions"], "kept": [], "folders": [],
        **{key: work[key] for key in ("apply", "rollback", "daemon", "library", "forward", "back", "delete")},
    }  # fmt: skip
    for script in (_scripts.apply_script(plan), _scripts.rollback_script(plan)):
        subprocess.run(["/bin/sh", "-n"], input=script, text=True, check=True)


@pytest.mark.parametrize(
    ("params", "finding", "path"),
    [
        ({"bonds": [{**BOND, "slaves": ["eth0", "eth7"]}]}, "host.nic-missing", "bonding_nics.eth7"),
        ({"bonds": [{**BOND, "options": {"miimon": 100, "arp_interval": 100}}]}, "options.", "bonding_bonds[0].options"),
        ({**BONDED, "backend": "networkmanager"}, "host.backend-missing", "bonding_backend"),
        ({**BONDED, "transaction": "../../etc"}, "host.transaction-id", "bonding_transaction"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_touched(case, params, finding, path):
    result = case.run(**params)
    assert result["failed"] and result["changed"] is False
    assert any(found["id"].startswith(finding) and found["path"].startswith(path) for found in result["findings"])
    assert result["msg"].startswith("Nothing was changed")
    assert case.windows == []
    assert not os.path.exists(case.store.base)


def test_an_open_window_of_another_run_is_refused_with_its_name(case):
    case.store.claim("theirs").drop()
    change = {"created": 0, "uptime": 0, "boot_id": "x", "deadline": 60, "files": {}, "manager": "process", "guard": "none"}
    case.store.write("theirs", "change.json", change)
    _store.write_file(case.store.path("theirs", "armed"), "")
    for check in (True, False):
        result = case.run(check, **BONDED)
        assert ids(result) == {"host.transaction-open"}
        assert "theirs" in result["msg"]


def test_the_same_run_sent_twice_by_the_connection_is_one_change(case):
    case.store.claim("t1").drop()
    change = {"created": 0, "uptime": 0, "boot_id": "x", "deadline": 60, "files": {}, "manager": "process", "guard": "none"}
    case.store.write("t1", "change.json", change)
    _store.write_file(case.store.path("t1", "armed"), "")
    result = case.run(**BONDED)
    assert result["changed"] is True and result["transaction"]["id"] == "t1"
    assert case.windows == []


def test_without_root_nothing_is_tried(case, monkeypatch):
    monkeypatch.setattr(_engine.os, "geteuid", lambda: 1000)
    assert ids(case.run(**BONDED)) == {"host.needs-root"}


def test_a_damaged_record_is_not_taken_for_an_empty_one(case):
    os.makedirs(case.store.base)
    with open(os.path.join(case.store.base, _ownership.NAME), "w") as stream:
        stream.write("{")
    assert ids(case.run(**BONDED)) == {"host.record-damaged"}


def test_a_file_of_ours_that_somebody_edited_is_not_overwritten_in_silence(case):
    path = "/etc/systemd/network/10-trunkline-bond0.network"
    case.own(backend="networkd", files={path: {"sha256": _snapshot.checksum("ours\n"), "mode": 0o644}})
    case.disk[path] = "edited\n"
    refused = case.run(**BONDED)
    assert ids(refused) >= {"host.file-edited"} and path in refused["msg"]
    accepted = case.run(accept=["host.file-edited"], **BONDED)
    assert accepted["changed"] is True and case.windows


def test_what_is_ours_and_no_longer_wanted_goes_unless_purge_is_off(case):
    path = "/etc/systemd/network/10-trunkline-bond7.network"
    case.own(backend="networkd", files={path: {"sha256": _snapshot.checksum("ours\n"), "mode": 0o644}})
    case.disk[path] = "ours\n"
    case.run(**BONDED)
    case.run(purge=False, **BONDED)
    assert [work["actions"].get(path) for work in case.windows] == ["remove", None]
    assert path in case.windows[1]["records"]["owned.json"]["files"]


NIC = {"kind": "nic", "mac": None, "mtu": None, "master": None, "slave_options": {}}
ADDRESSING = {"addresses": [], "gateway": None, "gateway6": None}


def _intent(nics, addresses=None, **bonds):
    masters = {slave: name for name, slaves in bonds.items() for slave in slaves}
    links = {name: {**NIC, "master": masters.get(name)} for name in nics}
    links.update({name: {"kind": "bond", "slaves": slaves, "master": None, "options": {}} for name, slaves in bonds.items()})
    given = {name: {**ADDRESSING, "addresses": list(found)} for name, found in (addresses or {}).items()}
    return {"links": links, "addresses": given, "bmc": None}


MINE = {"eth0": ["198.51.100.10/24"]}
LAST = _intent(["eth0", "eth1", "eth2"], {**MINE, "bond1": ["192.0.2.1/24"]}, bond1=["eth1", "eth2"])


@pytest.mark.parametrize(
    ("intent", "slaves", "addresses"),
    [
        # not named, or named without a use: it stays as it was
        (_intent(["eth0"], MINE), {"bond1": ["eth1", "eth2"]}, {"eth0", "bond1"}),
        (_intent(["eth0", "eth1"], MINE), {"bond1": ["eth1", "eth2"]}, {"eth0", "bond1"}),
        # used elsewhere: the kept bond gives it up, and without a slave its addresses
        (_intent(["eth0", "eth2"], {**MINE, "eth2": ["203.0.113.1/24"]}), {"bond1": ["eth1"]}, {"eth0", "eth2", "bond1"}),
        (_intent(["eth1", "eth2"], bond2=["eth1", "eth2"]), {"bond1": [], "bond2": ["eth1", "eth2"]}, {"eth0"}),
    ],
)
def test_without_purge_what_is_ours_and_not_named_stays_in_its_files(intent, slaves, addresses):
    kept = _ownership.kept(intent, LAST)
    assert {name: link["slaves"] for name, link in kept["links"].items() if link["kind"] == "bond"} == slaves
    assert set(kept["addresses"]) == addresses
    for name, link in kept["links"].items():
        assert link["kind"] != "nic" or (link["master"] is None) == (not any(name in found for found in slaves.values()))


@pytest.mark.parametrize(
    ("collection", "specification", "given"),
    [
        ("bonds", _argument_spec.BOND, {"name": "bond0", "mode": "active-backup", "slaves": ["eth1"], "options": {"miimon": 100}}),
        ("bridges", _argument_spec.BRIDGE, {"name": "br0", "ports": ["eth1"]}),
    ],
)
def test_a_module_for_one_object_needs_no_other_parameters_than_its_own(case, collection, specification, given):
    params = {**{name: facts.get("default") for name, facts in specification.items()}, **given}
    module = Module(True)
    module.params = params
    with pytest.raises(Ended) as ended:
        _engine.run(module, _object.amend(collection, params))
    assert ended.value.result["changed"] is True


@pytest.mark.parametrize(
    ("collection", "given", "gone"),
    [
        ("bridges", {"name": "br1", "state": "present", "ports": []}, set()),
        ("bridges", {"name": "br9", "state": "absent"}, set()),
        ("bonds", {"name": "bond1", "state": "absent"}, {"bond1.netdev", "bond1.network", "eth1.network"}),
    ],
)
def test_one_object_leaves_alone_what_an_earlier_run_without_purge_has_kept(case, collection, given, gone):
    def settle():
        for path, target in case.windows[-1]["wanted"].items():
            case.disk[path] = target["content"] if target else None
        case.own(**case.windows[-1]["records"]["owned.json"])

    bond1 = {**BOND, "name": "bond1", "slaves": ["eth1"]}
    case.run(addresses={**PLAIN["addresses"], "bond1": {"addresses": ["192.0.2.1/24"]}}, bonds=[bond1])
    settle()
    kept = {path for path in case.disk if "bond1" in path or "eth1" in path}
    case.run(purge=False, addresses={"eth0": {**PLAIN["addresses"]["eth0"], "search": ["example.net"]}})
    settle()
    params = {**dict.fromkeys((*_object.KEYS[collection], "addressing")), **given}
    changed = case.run(amend=_object.amend(collection, params), **params)["changed"]
    actions = case.windows[-1]["actions"] if changed else {}
    assert len(kept) == 3
    assert {path.rpartition("-")[2] for path, action in actions.items() if action == "remove"} == gone


@pytest.mark.parametrize("told", [{"dns": ["198.51.100.53"]}, {"search": ["example.net"]}, {"dhcp6": True}])
def test_what_only_a_daemon_is_told_touches_its_link(case, told):
    case.run(**PLAIN)
    case.own(**case.windows[0]["records"]["owned.json"])
    case.run(addresses={"eth0": {**PLAIN["addresses"]["eth0"], **told}})
    assert [work["records"]["change.json"]["touched"] for work in case.windows][1] == ["eth0"]
    assert case.windows[1]["records"]["change.json"]["steps"] == []


def test_a_host_that_is_as_wanted_is_left_alone_and_the_next_run_takes_the_short_way(case, monkeypatch):
    monkeypatch.setattr(_steady, "_code", lambda: "the same code")
    first = case.run(**PLAIN)
    for path, target in case.windows[0]["wanted"].items():
        case.disk[path] = target["content"] if target else None
    del case.host.files[THEIRS]
    case.own(**case.windows[0]["records"]["owned.json"])
    second = case.run(**PLAIN)
    assert (first["changed"], second["changed"]) == (True, False)

    def never(*_arguments):
        raise AssertionError("the long way was taken")

    monkeypatch.setattr(_change, "prepare", never)
    assert case.run(**PLAIN) == second
    assert case.host.asked[-2:] == ["ip -j -d address show", "ip -j -d route show table all"]
    for path in [path for path, content in case.disk.items() if content]:
        case.disk[path] += "# edited\n"
    with pytest.raises(AssertionError, match="the long way"):
        case.run(**PLAIN)


@pytest.mark.parametrize(
    ("params", "bonds", "addresses"),
    [
        ({"name": "bond1", "state": "present", "mode": 1, "slaves": ["eth2"]}, ["bond0", "bond1"], {"bond0": {"dhcp4": True}}),
        ({"name": "bond0", "state": "present", "mode": 4, "slaves": ["eth0"]}, ["bond0"], {"bond0": {"dhcp4": True}}),
        ({"name": "bond0", "state": "present", "mode": 4, "addressing": {}}, ["bond0"], {"bond0": {}}),
        ({"name": "bond0", "state": "absent"}, [], {}),
        ({"name": "bond9", "state": "absent"}, ["bond0"], {"bond0": {"dhcp4": True}}),
    ],
)
def test_one_object_changes_nothing_else(params, bonds, addresses):
    given = {**dict.fromkeys((*_object.KEYS["bonds"], "addressing")), **params}
    recorded = {"nics": {"eth0": {}}, "bonds": [{"name": "bond0", "mode": 0}], "addresses": {"bond0": {"dhcp4": True}}}
    before = json.dumps(recorded)
    after = _object.amend("bonds", given)(recorded)
    assert [entry["name"] for entry in after["bonds"]] == bonds
    assert after["addresses"] == addresses
    assert after["nics"] == {"eth0": {}}
    assert json.dumps(recorded) == before
    for entry in after["bonds"]:
        if entry["name"] == params["name"] and params["state"] == "present":
            assert entry["mode"] == params["mode"]
