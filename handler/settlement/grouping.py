"""How rows are told apart: what a profile asks of a reader, and nothing more of the profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Grouping:
    """How rows are told apart.

    Attributes:
        default_zone: of rows that name no marketplace, or an unknown one.
        zones: casefolded marketplace name -> its time zone.
        sku_groups: SKU -> the profile's group; empty where accounts do not depend on SKUs.
        by_order: whether each order is a group of its own.
        by_day: whether a journal line holds one day only; else it may hold a month.
        settlement_id: which settlement is read, of a file that holds several; empty for the only
            one. Only date-range reports hold several.
    """

    default_zone: ZoneInfo
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    sku_groups: Mapping[str, str] = field(default_factory=dict)
    by_order: bool = False
    by_day: bool = False
    settlement_id: str = ""

    def zone(self, marketplace: str) -> ZoneInfo:
        """Return the time zone that rows of ``marketplace`` are dated in."""
        return self.zones.get(marketplace.casefold(), self.default_zone)
