# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.trunkline.bonding.plugins.plugin_utils import _switch_closing
from ansible_collections.trunkline.bonding.plugins.plugin_utils._closing_action import ClosingAction
from ansible_collections.trunkline.bonding.plugins.plugin_utils._host_action import given
from ansible_collections.trunkline.bonding.plugins.plugin_utils._switch_action import is_switch


class ActionModule(ClosingAction):
    module = "links_transaction"

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        if is_switch(self, task_vars or {}):
            args = given(self._task.args)
            return self.validate(args) or _switch_closing.close(self, task_vars or {}, args)
        return super().run(tmp, task_vars)
