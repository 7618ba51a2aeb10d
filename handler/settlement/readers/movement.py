"""Single movements, for the formats that are not flat: small files, one object for each amount.

XML, date-range CSV and API answers nest or name their amounts in ways of their own. Their readers
turn them into movements; here movements become groups and traced rows like those of a flat file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from handler.settlement.group import Group, GroupKey, Kind
from handler.settlement.grouping import Grouping
from handler.settlement.report import Moment
from handler.settlement.row import Row


@dataclass(frozen=True, slots=True)
class Movement:
    """One amount.

    Attributes:
        line: where it stands: a line of the file, or the number of the record in an API answer.
        kind: what it is, in the vocabulary's words.
        amount: minor units of the settlement's currency.
        posted: when Amazon posted it.
        marketplace: as spelled; empty where none is named.
        channel: "AFN", "MFN" or empty.
        sku: the seller's SKU, or empty.
        order: the order's number, or empty.
        cells: what stands beside it, as evidence.
    """

    line: int
    kind: Kind
    amount: int
    posted: Moment
    marketplace: str = ""
    channel: str = ""
    sku: str = ""
    order: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)

    def key(self, grouping: Grouping) -> GroupKey:
        """Return the key of the group it belongs to."""
        return GroupKey(
            kind=self.kind,
            marketplace=self.marketplace,
            channel=self.channel,
            sku_group=grouping.sku_groups.get(self.sku, ""),
            day=self.posted.day_in(grouping.zone(self.marketplace)),
            order=self.order if grouping.by_order else "",
        )


def groups(movements: Iterable[Movement], grouping: Grouping) -> tuple[Group, ...]:
    """Add movements up by group, in an order that depends on their content alone."""
    found: dict[GroupKey, tuple[int, int, int]] = {}
    for movement in movements:
        key = movement.key(grouping)
        rows, amount, first = found.get(key, (0, 0, movement.line))
        found[key] = (rows + 1, amount + movement.amount, min(first, movement.line))
    return tuple(Group(key, *found[key]) for key in sorted(found))


def rows(movements: Iterable[Movement], grouping: Grouping) -> Iterator[Row]:
    """Yield each movement as a traced row."""
    for movement in movements:
        yield Row(movement.line, movement.key(grouping), movement.amount, movement.cells)
