# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""The contract of the back ends, and which of them a host has.

A back end is an object with ``name``, ``title`` and these methods. ``machine`` is a ``_machine.Machine``, ``facts`` is what ``detect``
gave.

* ``detect(machine)``: None, or ``{"version", "active", "claims": {NIC: [paths]}}``. No process but the one that prints the version.
* ``unsupported(intent, facts, machine=None)``: findings, what this back end in this version cannot keep; with a machine also what is in
  its way there.
* ``render(intent, facts, machine)``: ``{path: {"content", "mode"}}`` for every file that is wanted, ``{path: None}`` for files of others
  that claim an adopted link and must go. An entry with ``"shared": True`` is a file of others, changed and never ours. Raises ValueError
  for what ``unsupported`` refuses.
* ``remember(machine, links)``: what the daemon knows and the way back needs, passed to ``rollback`` as ``facts["remembered"]``.
* ``apply(change, facts)`` and ``rollback(change, facts)``: commands ``{"argv", "timeout" (s), "must", "when"}``, see ``_common.command``.
  On the way back ``must`` marks the one that tells whether the daemon listens.
* ``bounces(change)``: links whose traffic the daemon interrupts on its own, where the kernel would need no such step.
* ``daemon(change, facts)``: None where nothing runs on behind the kernel's back, or ``{"title", "hold", "resume", "start", "stop"}``: how
  its process is stopped from acting at once, even if it hangs, and let go on; for the way back, how it is started anew, with nothing in
  mind but the old files, and how it is ended. Each is a list of commands.
* ``persisted(path)``: True for files that must be 0600.

The intent is the completed one (``_desired.complete``). ``change`` is as in docs/architecture.md, section 4.1, and holds ``intent`` too.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils._backends._ifupdown import Ifupdown
from ansible_collections.trunkline.bonding.plugins.module_utils._backends._networkd import Networkd
from ansible_collections.trunkline.bonding.plugins.module_utils._backends._networkmanager import NetworkManager
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding

BACKENDS = {backend.name: backend for backend in (Networkd(), NetworkManager(), Ifupdown())}
AUTO = "auto"
_PATH = "bonding_backend"


def choose(
    machine: Any, wanted: str = AUTO, nics: Optional[Iterable[str]] = None
) -> Tuple[Optional[Any], Optional[Dict[str, Any]], List[Finding]]:
    """(back end, its facts, findings). Without a back end both are None, and a finding says why.

    ``wanted`` is ``auto`` or a name of BACKENDS. ``nics``: kernel names of the NICs that matter; by default all of the host.
    Findings: ``host.backend-missing``, ``host.backend-none``, ``host.backend-ambiguous``, ``host.two-managers``.
    """
    detected = {name: facts for name, facts in ((name, backend.detect(machine)) for name, backend in BACKENDS.items()) if facts is not None}
    active = {name: facts for name, facts in detected.items() if facts["active"]}
    matter = None if nics is None else set(nics)
    claims = {
        name: {nic: paths for nic, paths in facts["claims"].items() if matter is None or nic in matter} for name, facts in active.items()
    }
    findings = _twice(claims)
    if wanted != AUTO:
        if wanted not in active:
            why = "it is not running" if wanted in detected else "it is not on this host"
            title, others = BACKENDS[wanted].title, ", ".join(active) or "none of the known ones"
            return None, None, [*findings, finding("host.backend-missing", _PATH, wanted, manager=title, why=why, others=others)]
        return BACKENDS[wanted], active[wanted], findings
    candidates = [name for name in active if claims[name]] or list(active)
    if not candidates:
        return None, None, [*findings, finding("host.backend-none", _PATH, AUTO)]
    if len(candidates) > 1:
        return None, None, [*findings, finding("host.backend-ambiguous", _PATH, candidates)]
    return BACKENDS[candidates[0]], active[candidates[0]], findings


def _twice(claims: Mapping[str, Mapping[str, List[str]]]) -> List[Finding]:
    found = []
    for nic in sorted({nic for claimed in claims.values() for nic in claimed}):
        managers = [name for name, claimed in claims.items() if nic in claimed]
        if len(managers) > 1:
            titles = " and ".join(BACKENDS[name].title for name in managers)
            paths = ", ".join(path for name in managers for path in claims[name][nic])
            found.append(finding("host.two-managers", f"bonding_nics.{nic}", managers, link=nic, managers=titles, files=paths))
    return found
