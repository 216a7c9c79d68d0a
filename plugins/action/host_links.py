# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.trunkline.bonding.plugins.module_utils import _engine, _intent
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import accepted, errors
from ansible_collections.trunkline.bonding.plugins.plugin_utils._host_action import HostAction


class ActionModule(HostAction):
    module = "host_links"

    def validate(self, args: dict[str, t.Any]) -> dict[str, t.Any] | None:
        settings, findings = _intent.settings(args)
        variables = {name: args[name] for name in _engine.VARIABLES if args.get(name) is not None}
        findings += _intent.normalise(variables)[1]
        left = accepted(findings, settings["accept"])
        if not errors(left):
            return None
        shown = [found.as_dict() for found in left]
        return {"failed": True, "changed": False, "findings": shown, "msg": _engine.report(shown)}
