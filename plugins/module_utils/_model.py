# Copyright: (c) 2026, trunkline.bonding contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no stable interface.

"""An intent together with what the rules need to speak about it: where each value was written, and what was refused already."""

from __future__ import annotations

from typing import AbstractSet, Any, Dict, Iterator, List, Optional, Tuple

from ansible_collections.trunkline.bonding.plugins.module_utils import _layers
from ansible_collections.trunkline.bonding.plugins.module_utils._findings import Finding, finding
from ansible_collections.trunkline.bonding.plugins.module_utils._schema_validate import At, Trace


class Model:
    """What every rule gets.

    ``intent`` has the shape of the architecture's section 3.2, as far as the variables are sound. ``places`` maps a link to the places of
    the variables that it is made of, the nearest first: a bond to its entry and its profile. ``stated_mtus`` holds what was written.
    ``host`` is the inventory name of the host, and ``deadline`` that of its changes, where they are known.
    ``stand_ins`` are the names of links whose own is missing or taken: what they have wrong besides is told, and nothing is made of them.
    """

    def __init__(
        self,
        intent: Dict[str, Any],
        trace: Trace,
        places: Dict[str, List[At]],
        stated_mtus: Dict[str, int],
        host: Optional[str] = None,
        deadline: Optional[int] = None,
        stand_ins: AbstractSet[str] = frozenset(),
    ) -> None:
        self.stand_ins = stand_ins
        self.host = host
        self.deadline = deadline
        self.intent = intent
        self.trace = trace
        self.places = places
        self.stated_mtus = stated_mtus

    @property
    def links(self) -> Dict[str, Dict[str, Any]]:
        return self.intent["links"]

    @property
    def addresses(self) -> Dict[str, Dict[str, Any]]:
        return self.intent["addresses"]

    def of_kind(self, kind: str) -> Iterator[Tuple[str, Dict[str, Any]]]:
        """(name, link) of the links of that kind."""
        return ((name, link) for name, link in self.links.items() if link["kind"] == kind)

    def path(self, name: str, *keys: Any) -> str:
        """Where a value of a link is written: in its own entry, else in its profile, else where it would be written."""
        places = self.places.get(name) or [(name,)]
        for place in places:
            if (*place, *keys) in self.trace.paths:
                return self.trace.paths[(*place, *keys)]
        return self.trace.path((*places[0], *keys))

    def address_path(self, name: str, *keys: Any) -> str:
        return self.trace.path(("addresses", name, *keys))

    def doubtful(self, name: str, *keys: Any) -> bool:
        """Whether a value of a link was refused, in its own entry or its profile, so that what is there now is not what was meant."""
        return any(self.trace.doubtful((*place, *keys)) for place in self.places.get(name, []))

    def finding(self, id_: str, link: str, /, *keys: Any, value: Any = None, **words: Any) -> Finding:
        """A finding about a value of a link."""
        return finding(id_, self.path(link, *keys), value, **words)

    def above(self, name: str) -> List[str]:
        """The links on top of a link, near ones first."""
        return _layers.above(self.links, name)

    def underneath(self, name: str) -> List[str]:
        """The links that a link lies on, near ones first."""
        return _layers.underneath(self.links, name)
