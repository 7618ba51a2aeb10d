"""What the cells of one flat file have been found to mean, and the strict way to learn more.

The reader's loop only looks things up here. What it does not find it hands to :meth:`learn`, which
runs the grammars over the whole row, keeps what the row teaches, or notes what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from handler.core.errors import UnusableFile
from handler.core.finding import Finding
from handler.settlement.group import GroupKey, Kind
from handler.settlement.grouping import Grouping
from handler.settlement.readers import flat_layout, moments
from handler.settlement.readers.amounts import amount
from handler.settlement.readers.encoding import Encoding
from handler.settlement.readers.flat_days import Days
from handler.settlement.readers.flat_head import FlatHead
from handler.settlement.readers.flat_slot import Posts, Slot, Tally

# Enough to repair a file by, few enough to read; the rest is counted.
MOST_BAD_ROWS = 50
# Bound of the look-up table: a hostile file must not fill the memory.
_MOST_AMOUNTS = 1 << 16
_SHOWN = 80
# Stands for the amount column of a V1 row that has none.
_QUANTITY_ONLY = -1


class Amounts(dict[bytes, int]):
    """Amount cell -> minor units. A cell not seen before is read by the grammar."""

    def __init__(self, mark: str, exponent: int) -> None:
        super().__init__()
        self._mark, self._exponent = mark, exponent

    def __missing__(self, cell: bytes) -> int:
        value = amount(cell.decode("utf-8", "replace"), self._mark, self._exponent)
        if value is None:
            raise KeyError(cell)
        if len(self) >= _MOST_AMOUNTS:
            self.clear()
        self[cell] = value
        return value


class FlatTables:
    """The look-up tables of one pass over a flat file, and the findings of that pass."""

    def __init__(self, head: FlatHead, grouping: Grouping) -> None:
        columns, layout = head.columns, head.layout
        names = ["settlement-id", *layout.classifying]
        names += [flat_layout.MARKETPLACE, flat_layout.CHANNEL]
        if grouping.sku_groups:
            names.append(flat_layout.SKU)
        if grouping.by_order:
            names.append(flat_layout.ORDER)
        self.picked = [name for name in names if name in columns]
        self.amount_places = {
            columns[column.name]: column for column in layout.amounts if column.name in columns
        }
        self.amounts = Amounts(head.mark, head.header.currency.exponent)
        self.findings: list[Finding] = []
        self.blank_lines = self.bad_rows = 0
        self.undated: list[int] = []
        self._head, self._grouping = head, grouping
        zones = sorted({grouping.default_zone, *grouping.zones.values()}, key=str)
        self.days = Days(head.order, zones)
        self.encoding = Encoding(head.header.currency.code)
        self._classes = [name for name in layout.classifying if name in columns]
        self._keys: dict[tuple[int | bytes, ...], GroupKey] = {}
        self._absent = dict.fromkeys(set(layout.classifying) - set(self._classes), "")

    def tallies(self) -> Iterator[Tally]:
        """Yield every tally made."""
        for slot in self.days.slots():
            for by_place in slot.tallies.values():
                yield from by_place.values()

    def settle(self) -> None:
        """Sum what is pending in every tally."""
        for tally in self.tallies():
            if tally.pending:
                tally.settle()

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
        picked = {name: cells[head.columns[name]] for name in self.picked}
        self._refuse_second_settlement(line, cells)
        filled = [place for place in self.amount_places if cells[place].strip()]
        if line == head.line and not filled:
            return ()
        slot = self._slot(line, cells)
        values = {place: self._value(line, place, cells[place]) for place in filled}
        if not filled and self._may_lack_amount(line, cells):
            values = {_QUANTITY_ONLY: 0}
        if slot is None or not values or None in values.values():
            self.bad_rows += 1
            return ()
        tallies = slot.tallies.setdefault(tuple(picked.values()), {})
        for place in values:
            if place not in tallies:
                tallies[place] = Tally(self._key(place, picked, slot, bool(filled)), line)
                slot.add[tuple(picked.values())] = tallies[place].pending.append
        return [(tallies[place], value) for place, value in values.items() if value is not None]

    def _refuse_second_settlement(self, line: int, cells: list[bytes]) -> None:
        identity = cells[self._head.columns["settlement-id"]].strip()
        total = cells[self._head.columns["total-amount"]].strip()
        own = self._head.header.settlement_id
        if identity != own.encode():
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
            slot = self.days.learn(cell)
        if slot is None:
            self._note(line, self._name(filled[0]), _shown(cell), moments.EXPECTED)
        return slot

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

    def _key(
        self, place: int, picked: Mapping[str, bytes], slot: Slot, has_amount: bool
    ) -> GroupKey:
        """Return the key of a group; all of it but the day is worked out once for all days."""
        cells: tuple[int | bytes, ...] = (place, *picked.values())
        key = self._keys.get(cells)
        if key is None:
            key = self._new_key(place, picked, has_amount)
            if not self._grouping.by_order:  # every order would be kept, and none comes again
                self._keys[cells] = key
        return key._replace(day=slot.days[self._grouping.zone(key.marketplace)])

    def _new_key(self, place: int, picked: Mapping[str, bytes], has_amount: bool) -> GroupKey:
        text = {name: self.encoding.text(cell).strip() for name, cell in picked.items()}
        cells = self._absent | {name: text[name] for name in self._classes}
        kind = (
            self.amount_places[place].kind(cells)
            if has_amount
            else Kind(cells["transaction-type"], "", "")
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
