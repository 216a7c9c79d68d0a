# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.
"""Build, start and handle the lab: real bonds, hosts and switches inside one emulated machine."""

from __future__ import annotations

import sys

sys.dont_write_bytecode = True

from _cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
