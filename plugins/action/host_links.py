# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.trunkline.bonding.plugins.module_utils import _engine, _intent
from ansible_collections.trunkline.bonding.plugins.plugin_utils._host_action import HostAction


class ActionModule(HostAction):
    module = "host_links"

    def validate(self, args: dict[str, t.Any]) -> dict[str, t.Any] | None:
        variables = {name: args[name] for name in _engine.VARIABLES if args.get(name) is not None}
        known = self._task_vars or {}
        settings, findings = _intent.settings(args)
        findings += _intent.unknown_arguments(self.module, args)
        # A misspelled variable is no argument of this task: only its name tells of it.
        findings += _intent.unknown_variables(known)
        findings += _intent.normalise(variables, known.get("inventory_hostname"))[1]
        return self.refused(findings, settings["accept"], "bonding_accept")
