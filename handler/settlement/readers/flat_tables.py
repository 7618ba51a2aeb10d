"""What the cells of one flat file have been found to mean, and the strict way to learn more.

The reader only looks things up here. What it does not find it hands to :meth:`FlatTables.learn`,
which runs the grammars over the whole row, keeps what the row teaches, or notes what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from operator import itemgetter

from handler.core.errors import UnusableFile
from handler.core.finding import Finding
from handler.settlement.group import GroupKey, Kind
from handler.settlement.grouping import Grouping
from handler.settlement.readers import flat_layout, moments
from handler.settlement.readers.amounts import amount
from handler.settlement.readers.encoding import Encoding
from handler.settlement.readers.flat_days import Days
from handler.settlement.readers.flat_head import FlatHead
from handler.settlement.readers.flat_slot import ONE, Cells, Posts, Slot, Tally

# Enough to repair a file by, few enough to read; the rest is counted.
MOST_BAD_ROWS = 50
# Bound of the look-up table: a hostile file must not fill the memory.
_MOST_AMOUNTS = 1 << 16
_SHOWN = 80
# Stands for the amount column of a V1 row that has none.
_QUANTITY_ONLY = -1


class Amounts(dict[bytes, int]):
    """Amount cell -> coded minor units, and nothing for an empty cell. Others are read strictly."""

    def __init__(self, mark: str, exponent: int) -> None:
        super().__init__({b"": 0})
        self._mark, self._exponent = mark, exponent

    def __missing__(self, cell: bytes) -> int:
        value = amount(cell.decode("utf-8", "replace"), self._mark, self._exponent)
        if value is None:
            raise KeyError(cell)
        if len(self) >= _MOST_AMOUNTS:
            self.clear()
            self[b""] = 0
        self[cell] = value + ONE
        return value + ONE


class FlatTables:
    """The look-up tables of one pass over a flat file, and the findings of that pass.

    Attributes:
        picked: places of the columns that tell rows apart, but for the day.
        pick: takes those cells from a row.
        known: place of an amount column -> those cells -> their tally.
        sums: likewise, to the sums of that tally: what the loop over a large file needs of it.
        amounts: amount cell -> coded value.
        days: posting time cell -> its day.
    """

    def __init__(self, head: FlatHead, grouping: Grouping) -> None:
        columns, layout = head.columns, head.layout
        names = [*layout.classifying, flat_layout.MARKETPLACE, flat_layout.CHANNEL]
        if grouping.sku_groups:
            names.append(flat_layout.SKU)
        if grouping.by_order:
            names.append(flat_layout.ORDER)
        self._picked = [name for name in names if name in columns]
        self.picked = [columns[name] for name in self._picked]
        self.pick = itemgetter(*self.picked)
        self.amount_places = {
            columns[column.name]: column for column in layout.amounts if column.name in columns
        }
        self.known: dict[int, dict[Cells, Tally]] = {place: {} for place in self.amount_places}
        self.sums: dict[int, dict[Cells, dict[Slot, int]]] = {place: {} for place in self.known}
        self._by_place = tuple(self.known.items())
        self.known[_QUANTITY_ONLY] = {}
        self.sums[_QUANTITY_ONLY] = {}
        self.amounts = Amounts(head.mark, head.header.currency.exponent)
        self.findings: list[Finding] = []
        self.blank_lines = self.bad_rows = 0
        self.undated: list[int] = []
        self._head, self._grouping = head, grouping
        self._places = (
            len(columns),
            columns["settlement-id"],
            columns[flat_layout.TOTAL],
            head.posted[0],
        )
        self._identity = head.header.settlement_id.encode()
        zones = sorted({grouping.default_zone, *grouping.zones.values()}, key=str)
        self.days = Days(head.order, zones)
        self.encoding = Encoding(head.header.currency.code)
        self._classes = [name for name in layout.classifying if name in columns]
        self._absent = dict.fromkeys(set(layout.classifying) - set(self._classes), "")

    def tallies(self) -> Iterator[Tally]:
        """Yield every tally made."""
        for known in self.known.values():
            yield from known.values()

    def look_up(self, line: int, cells: list[bytes]) -> Posts:
        """Return the posts of one row: looked up where all of it is known, else learned."""
        posts: Posts = ()
        width, identity_at, total_at, posted_at = self._places
        try:
            if len(cells) == width and cells[identity_at] == self._identity and not cells[total_at]:
                slot, picked = self.days[cells[posted_at]], self.pick(cells)
                posts = [
                    (known[picked], slot, self.amounts[cells[place]])
                    for place, known in self._by_place
                    if cells[place]
                ]
        except KeyError:
            posts = ()
        return posts or self.learn(line, cells)

    def learn(self, line: int, cells: list[bytes]) -> Posts:
        """Read one row by the grammars, keep what it teaches, and return its posts.

        Returns:
            Nothing for a blank line, a line of the head, and a bad row, which is noted.

        Raises:
            UnusableFile: the row belongs to another settlement.
        """
        head = self._head
        if line < head.line:
            return ()
        if not any(cell.strip() for cell in cells):
            self.blank_lines += 1
            return ()
        if len(cells) != len(head.columns):
            self.bad_rows += 1
            expected = f"{len(head.columns)} cells, as the header line names"
            self._note(line, "(whole row)", f"{len(cells)} cells", expected)
            return ()
        self._refuse_second_settlement(line, cells)
        filled = [place for place in self.amount_places if cells[place].strip()]
        if line == head.line and not filled:
            return ()
        slot = self._slot(line, cells)
        values = {place: self._value(line, place, cells[place]) for place in filled}
        if not filled and self._may_lack_amount(line, cells):
            values = {_QUANTITY_ONLY: ONE}
        if slot is None or not values or None in values.values():
            self.bad_rows += 1
            return ()
        return [
            (self._tally(place, cells), slot, value)
            for place, value in values.items()
            if value is not None
        ]

    def _refuse_second_settlement(self, line: int, cells: list[bytes]) -> None:
        identity = cells[self._head.columns["settlement-id"]].strip()
        total = cells[self._head.columns[flat_layout.TOTAL]].strip()
        own = self._head.header.settlement_id
        if identity != self._identity:
            raise UnusableFile(
                "MIXED_SETTLEMENTS",
                f"Line {line}, column 'settlement-id': found {_shown(identity)}, expected {own!r}: "
                "the file holds more than one settlement.",
                "Send each settlement as a file of its own.",
            )
        if total and line != self._head.line:
            raise UnusableFile(
                "MIXED_SETTLEMENTS",
                f"Line {line}, column 'total-amount': found {_shown(total)}, expected nothing: the "
                f"facts of the settlement stand on line {self._head.line} already.",
                "The file seems to be two joined into one: download the report again.",
            )

    def _slot(self, line: int, cells: list[bytes]) -> Slot | None:
        """Return the slot of the row's day; ``None``, with a finding, where it cannot be read."""
        filled = [place for place in self._head.posted if cells[place].strip()]
        if not filled:
            # Reserve and balance rows come without a date at times: they take effect at the end.
            self.undated.append(line)
            return self.days.of(self._head.header.end)
        cell = cells[filled[0]]
        try:
            return self.days[cell]
        except KeyError:
            self._note(line, self._name(filled[0]), _shown(cell), moments.EXPECTED)
            return None

    def _value(self, line: int, place: int, cell: bytes) -> int | None:
        try:
            return self.amounts[cell]
        except KeyError:
            money = self._head.header.currency
            self._note(
                line,
                self._name(place),
                _shown(cell),
                f"an amount in {money.code}: digits with the decimal mark {self._head.mark!r} and "
                f"at most {money.exponent} decimals",
            )
            return None

    def _may_lack_amount(self, line: int, cells: list[bytes]) -> bool:
        """Whether a row without any amount is whole: in V1 it may carry the quantity alone."""
        names = " or ".join(self._name(place) for place in self.amount_places)
        if not self._head.layout.may_lack_amount:
            self._note(line, names, "nothing", "an amount")
            return False
        place = self._head.columns.get(flat_layout.QUANTITY)
        cell = cells[place].strip() if place is not None else b""
        if cell.isdigit():
            return True
        found = _shown(cell) if cell else "nothing"
        self._note(line, flat_layout.QUANTITY, found, "a whole number, as no amount stands")
        return False

    def _tally(self, place: int, cells: list[bytes]) -> Tally:
        known, picked = self.known[place], self.pick(cells)
        if picked not in known:
            key = self._key(place, dict(zip(self._picked, picked, strict=True)))
            known[picked] = Tally(key, self._grouping.zone(key.marketplace))
            self.sums[place][picked] = known[picked].sums
        return known[picked]

    def _key(self, place: int, picked: Mapping[str, bytes]) -> GroupKey:
        """Return the key of a group, but for its day."""
        text = {name: self.encoding.text(cell).strip() for name, cell in picked.items()}
        cells = self._absent | {name: text[name] for name in self._classes}
        kind = (
            Kind(cells["transaction-type"], "", "")
            if place == _QUANTITY_ONLY
            else self.amount_places[place].kind(cells)
        )
        marketplace = text.get(flat_layout.MARKETPLACE, "")
        return GroupKey(
            kind=kind,
            marketplace=marketplace,
            channel=text.get(flat_layout.CHANNEL, "").upper(),
            sku_group=self._grouping.sku_groups.get(text.get(flat_layout.SKU, ""), ""),
            day=date.min,
            order=text.get(flat_layout.ORDER, ""),
        )

    def _name(self, place: int) -> str:
        return next(name for name, at in self._head.columns.items() if at == place)

    def _note(self, line: int, column: str, found: str, expected: str) -> None:
        if len(self.findings) >= MOST_BAD_ROWS:
            return
        self.findings.append(
            Finding(
                "BAD_ROW",
                f"line {line}, column {column}",
                f"Line {line}, column '{column}': found {found}, expected {expected}.",
                {"line": line, "column": column, "found": found, "expected": expected},
            )
        )


def _shown(cell: bytes) -> str:
    text = cell.decode("utf-8", "replace")
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
