"""What a reader of nested formats notices on its way, and the report it ends in.

A bad value never disappears: it becomes a BAD_ROW finding with where it stands, the text found and
what was expected, and the settlement is held. The first faults are named, all are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from handler.core.finding import Finding
from handler.core.money import Currency
from handler.settlement.grouping import Grouping
from handler.settlement.readers import moments
from handler.settlement.readers.amounts import amount
from handler.settlement.readers.moments import DateOrder
from handler.settlement.readers.movement import Movement, groups
from handler.settlement.report import Header, Moment, SettlementReport

# Enough to repair a file by, few enough to read; the rest is counted.
MOST_NAMED = 50
_SHOWN = 80
_UNDATED_SHOWN = 20
# No ledger holds an amount this long; a hostile one must not cost time.
_LONGEST_AMOUNT = 40


class Notes:
    """The faults of one pass over one file.

    Args:
        unit: what the numbers count: "line" of the file, or "record" of an API answer.
    """

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._named: list[Finding] = []
        self._undated: dict[int, None] = {}
        self._undated_rows = 0
        self.bad = 0

    def bad_value(self, number: int, path: str, found: object, expected: str) -> None:
        """Note a value that is not what it must be.

        Args:
            number: of the line or record.
            path: the column, element or field, as the format names it.
            found: the value as it stands; ``None`` where there is none.
            expected: in words.
        """
        self.bad += 1
        if len(self._named) >= MOST_NAMED:
            return
        text = shown(found)
        unit = self._unit
        self._named.append(
            Finding(
                "BAD_ROW",
                f"{unit} {number}, {path}",
                f"{unit.capitalize()} {number}, {path}: found {text}, expected {expected}.",
                {unit: number, "path": path, "found": text, "expected": expected},
            )
        )

    def money(self, number: int, path: str, text: object, currency: Currency) -> int | None:
        """Return an amount with a decimal point in minor units; ``None``, noted, if it is none."""
        value = None
        if isinstance(text, str) and len(text) <= _LONGEST_AMOUNT:
            value = amount(text, ".", currency.exponent)
        if value is None:
            self.bad_value(
                number,
                path,
                text,
                f"an amount in {currency.code}: digits with the decimal mark '.' and at most "
                f"{currency.exponent} decimals",
            )
        return value

    def moment(self, number: int, path: str, text: object, otherwise: Moment) -> Moment | None:
        """Return the moment ``text`` names; ``otherwise`` where there is no text at all.

        Amazon gives some reserve, balance and service records no date: they take effect at the
        end, and a notice says so. Returns ``None``, noted, where the text is no date.
        """
        if text is None or text == "":
            self._undated_rows += 1
            if len(self._undated) < _UNDATED_SHOWN:
                self._undated[number] = None
            return otherwise
        found = moments.moment(text, DateOrder.NOT_NEEDED) if isinstance(text, str) else None
        if found is None:
            self.bad_value(number, path, text, moments.EXPECTED)
        return found

    def findings(self, header: Header) -> Iterator[Finding]:
        """Yield everything noted."""
        yield from self._named
        if self.bad > len(self._named):
            yield Finding(
                "BAD_ROW",
                "more rows",
                f"{self.bad} values are bad in all; the first {len(self._named)} are named.",
                {"bad_rows": self.bad, "named": len(self._named)},
            )
        if self._undated:
            yield Finding(
                "UNDATED_ROWS",
                f"settlement {header.settlement_id}",
                f"{self._undated_rows} {self._unit}(s) carry no posting date; they are dated to "
                f"the settlement's end, {header.end.text}.",
                {
                    "rows": self._undated_rows,
                    f"{self._unit}s": sorted(self._undated),
                    "dated": header.end.text,
                },
            )

    def report(
        self,
        name: str,
        header: Header,
        movements: Iterable[Movement],
        grouping: Grouping,
        others: Iterable[Finding] = (),
    ) -> SettlementReport:
        """Return the report of all movements, which are read to their end first."""
        found = groups(movements, grouping)
        amounts = sum(group.rows for group in found)
        return SettlementReport(
            format=name,
            header=header,
            groups=found,
            findings=(*self.findings(header), *others),
            rows=amounts + self.bad,
            amounts=amounts,
            blank_lines=0,
        )


def shown(found: object) -> str:
    """Return a value as messages show it: quoted, cut where long, "nothing" for an empty one."""
    if found is None or found == "":
        return "nothing"
    if isinstance(found, (dict, list)):
        return "an object" if isinstance(found, dict) else "a list"
    text = str(found)
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
