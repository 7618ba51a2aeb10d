"""NetSuite's internal ids of what mappings call by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class References:
    """What NetSuite calls the things that mappings name.

    Attributes:
        ids: (kind, name) -> internal id; kinds are "account", "subsidiary", "department", "class",
            "location", "tax_code", "entity", "item", "currency", "posting_period".
        strict: whether a name without an id is refused instead of sent as a name.
    """

    ids: Mapping[tuple[str, str], str] = field(default_factory=dict)
    strict: bool = False


NO_REFERENCES = References()
