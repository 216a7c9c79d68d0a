# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's own rules about its files: what one file says of another must be so."""

from __future__ import annotations

import ast
import pathlib
import re
import sys

import pytest
import yaml

from ansible_collections.trunkline.bonding.plugins.doc_fragments._attributes import ModuleDocFragment
from ansible_collections.trunkline.bonding.plugins.module_utils import _argument_spec
from ansible_collections.trunkline.bonding.plugins.plugin_utils import _lags_action

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text())
RUNTIME = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())

MODULES = sorted(PLUGINS.glob("modules/[!_]*.py"))
ACTIONS = sorted(PLUGINS.glob("action/[!_]*.py"))
ROLES = sorted(path for path in ROOT.glob("roles/*") if path.is_dir())
ON_HOSTS = sorted([*PLUGINS.glob("modules/*.py"), *PLUGINS.glob("module_utils/**/*.py")])
SOURCES = sorted([*PLUGINS.glob("**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("molecule/**/*.py"), *ROOT.glob("benchmarks/**/*.py")])
FRAGMENTS = "trunkline.bonding._attributes"
# Names and modules that came to the standard library after Python 3.8.
TOO_NEW = {"removeprefix", "removesuffix", "bit_count", "is_relative_to", "with_stem", "pairwise", "batched", "cache", "lcm", "to_thread"}
TOO_NEW_MODULES = {"graphlib", "tomllib", "zoneinfo"}


def by_name(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


def constant(path: pathlib.Path, name: str) -> str:
    """Return the string that a module assigns to a name at its top level."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            return ast.literal_eval(node.value)
    raise AssertionError(f"{by_name(path)} has no {name}")


def attributes(documentation: dict) -> dict:
    """Return a module's attributes, its own merged over those of the fragments that it extends."""
    merged: dict = {}
    parts = [
        yaml.safe_load(getattr(ModuleDocFragment, fragment[len(FRAGMENTS) + 1 :].upper() or "DOCUMENTATION"))
        for fragment in documentation.get("extends_documentation_fragment", [])
        if fragment.startswith(FRAGMENTS)
    ]
    for part in [*parts, documentation]:
        for attribute, body in part.get("attributes", {}).items():
            merged.setdefault(attribute, {}).update(body)
    return merged


def test_version_is_semantic():
    assert re.fullmatch(r"\d+\.\d+\.\d+", GALAXY["version"])


def test_released_versions_are_in_the_changelog():
    changelog = ROOT / "changelogs" / "changelog.yaml"
    fragments = list(ROOT.glob("changelogs/fragments/*.yml"))
    released = yaml.safe_load(changelog.read_text())["releases"] if changelog.exists() else {}
    assert GALAXY["version"] in released or fragments, "neither released nor described by a fragment"


def test_newest_tested_ansible_is_supported():
    pinned = re.search(r"^ansible-core==(\d+)\.(\d+)", (ROOT / "tests" / "requirements.txt").read_text(), re.M)
    least = re.match(r">=(\d+)\.(\d+)", RUNTIME["requires_ansible"])
    assert pinned is not None and least is not None
    assert tuple(map(int, pinned.groups())) >= tuple(map(int, least.groups()))


def test_readme_names_the_supported_ansible():
    least = RUNTIME["requires_ansible"].removeprefix(">=").removesuffix(".0")
    assert f"ansible-core {least}" in (ROOT / "README.md").read_text()


def test_dependencies_have_a_lower_bound_only():
    assert [name for name, least in GALAXY["dependencies"].items() if not re.fullmatch(r">=\d+\.\d+\.\d+", least)] == []


def test_no_package_files():
    assert not list(PLUGINS.glob("**/__init__.py")), "collections need none, and ansible-test refuses code in them"


@pytest.mark.parametrize("path", SOURCES, ids=by_name)
def test_sources_begin_with_their_licence(path):
    head = path.read_text().splitlines()[:5]
    head = head[1:] if head and head[0].startswith("#!") else head
    assert re.match(r"# Copyright: \(c\) \d{4}, ", head[0])
    assert "GNU General Public License v3.0+" in head[1]
    assert head[2] == "# SPDX-License-Identifier: GPL-3.0-or-later"


@pytest.mark.parametrize("path", sorted(PLUGINS.glob("**/_*.py")), ids=by_name)
def test_private_files_say_so(path):
    assert path.read_text().splitlines()[3] == "# Private to this collection: no stable interface."


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_module_documents_its_attributes(path):
    documentation = yaml.safe_load(constant(path, "DOCUMENTATION"))
    assert documentation["module"] == path.stem
    assert documentation["short_description"]
    found = attributes(documentation)
    for attribute in ("check_mode", "diff_mode", "idempotent", "platform"):
        assert found.get(attribute, {}).get("support") in ("full", "partial", "none", "N/A"), attribute
        assert found[attribute]["support"] in ("full", "N/A") or found[attribute].get("details"), f"{attribute}: why not in full?"


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_module_shows_examples_and_results(path):
    assert yaml.safe_load(constant(path, "EXAMPLES"))
    assert yaml.safe_load(constant(path, "RETURN"))


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_module_is_in_the_group_that_it_documents(path):
    documented = attributes(yaml.safe_load(constant(path, "DOCUMENTATION"))).get("action_group", {}).get("membership", [])
    groups = [f"trunkline.bonding.{group}" for group, members in RUNTIME["action_groups"].items() if path.stem in members]
    assert sorted(documented) == sorted(groups)


@pytest.mark.parametrize("group, member", [(group, member) for group, members in RUNTIME["action_groups"].items() for member in members])
def test_group_members_exist(group, member):
    assert PLUGINS / "modules" / f"{member}.py" in MODULES


@pytest.mark.parametrize("group", RUNTIME["action_groups"])
def test_group_documents_the_options_that_all_of_its_members_have(group):
    specs = {
        "host_links": _argument_spec.HOST_LINKS,
        "bond": _argument_spec.BOND,
        "bridge": _argument_spec.BRIDGE,
        "switch_lags": _lags_action.SPEC,
        "switch_lags_info": _lags_action.SPEC_INFO,
    }
    shared = set.intersection(*(set(specs[member]) for member in RUNTIME["action_groups"][group]))
    fragment = yaml.safe_load(getattr(ModuleDocFragment, f"ACTIONGROUP_{group.upper()}"))["attributes"]["action_group"]
    assert set(re.findall(r"O\((\w+)\)", " ".join(fragment["description"]))) == shared


@pytest.mark.parametrize("path", ACTIONS, ids=by_name)
def test_action_has_a_documented_module(path):
    assert PLUGINS / "modules" / path.name in MODULES


@pytest.mark.parametrize("path", ON_HOSTS, ids=by_name)
def test_code_for_hosts_needs_python_3_8_and_nothing_else(path):
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    for node in ast.walk(tree):
        modules, names = [], []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: relative import"
            modules, names = [node.module or ""], [alias.name for alias in node.names]
        elif isinstance(node, ast.Attribute):
            names = [node.attr]
        for name in names:
            assert name not in TOO_NEW, f"line {node.lineno}: {name} came after Python 3.8"
        for module in modules:
            top = module.split(".")[0]
            assert top not in TOO_NEW_MODULES, f"line {node.lineno}: {module} came after Python 3.8"
            ours = module.startswith(("ansible.module_utils.", "ansible_collections.trunkline.bonding.plugins.module_utils"))
            assert ours or top in sys.stdlib_module_names, f"line {node.lineno}: {module} is not on a host"


@pytest.mark.parametrize("role", ROLES, ids=by_name)
def test_role_declares_its_arguments(role):
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    for path in role.glob("tasks/*.yml"):
        if not path.stem.startswith("_"):
            assert path.stem in specs, f"{path.name} is an entry point without argument specs; name it _{path.name} if it is none"
    defaults = role / "defaults" / "main.yml"
    given = yaml.safe_load(defaults.read_text()) or {} if defaults.exists() else {}
    options = {name for spec in specs.values() for name in spec.get("options", {})}
    assert set(given) <= options, "defaults without a declared argument"
    for spec in specs.values():
        for name, option in spec.get("options", {}).items():
            assert option.get("default") == given.get(name, option.get("default")), f"{name}: two defaults"
            assert option.get("description"), name


@pytest.mark.parametrize("role", ROLES, ids=by_name)
def test_role_has_a_page(role):
    assert (role / "README.md").exists()
