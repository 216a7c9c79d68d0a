# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs all linters, as many at a time as there are processors, and prints one line for each, with its output if it fails.

Called through tests/tools/run; stops for no failure, so that one run shows everything.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

# The slowest come first, so that they do not run alone at the end.
CHECKS = {
    "ansible-lint": ["ansible-lint", "--offline", "--nocolor"],
    # It writes a log into HOME.
    "antsibull-docs": [
        "env",
        f"HOME={os.environ['TRUNKLINE_CACHE']}",
        "antsibull-docs",
        "lint-collection-docs",
        "--plugin-docs",
        "--validate-collection-refs=self",
        ".",
    ],
    "antsibull-changelog": ["antsibull-changelog", "lint"],
    "docs": [sys.executable, "tests/check_docs.py"],
    "findings page": [sys.executable, "tests/tools/findings_page.py", "--check"],
    "generated files": [sys.executable, "tests/update_docs.py", "--check"],
    "yamllint": ["yamllint", "--strict", "."],
    "ruff": ["ruff", "check", "--quiet", "."],
    "ruff format": ["ruff", "format", "--check", "--quiet", "."],
}


def shell_scripts() -> list[str]:
    """Files, ignored ones left out, whose first line names a POSIX shell or bash."""
    with tempfile.TemporaryDirectory() as empty:
        # An empty repository, so that all files count, and that the checkout need not be a clone.
        subprocess.run(["git", "init", "--quiet", empty], check=True)
        git = ["git", f"--git-dir={empty}/.git", "--work-tree=."]
        listing = subprocess.run(
            [*git, "ls-files", "--others", "--exclude-standard", "-z"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
    scripts = []
    for name in filter(None, listing.split("\0")):
        path = pathlib.Path(name)
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as stream:
                first = stream.readline(64)
            interpreters = {word.rpartition(b"/")[2] for word in first[2:].split()}
            if first.startswith(b"#!") and interpreters & {b"sh", b"bash"}:
                scripts.append(name)
    return scripts


def run(command: list[str]) -> tuple[int, str, float]:
    start = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout, time.monotonic() - start


def main() -> int:
    checks = dict(CHECKS)
    scripts = shell_scripts()
    if not shutil.which("shellcheck"):
        print("shellcheck is not installed: shell scripts are not checked", flush=True)
    elif scripts:
        checks["shellcheck"] = ["shellcheck", *scripts]
    failed = []
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        running = {pool.submit(run, command): name for name, command in checks.items()}
        for future in as_completed(running):
            name, (code, output, seconds) = running[future], future.result()
            print(f"{'failed' if code else 'passed'}  {name} ({seconds:.1f} s)", flush=True)
            if code:
                failed.append(name)
                print(output, flush=True)
    if failed:
        print(f"lint: {len(failed)} of {len(checks)} checks failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
