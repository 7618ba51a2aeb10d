"""The reserve rolled forward: what a settlement releases is what the last one held back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from handler.core.finding import Finding
from handler.core.money import known_currency


@dataclass(frozen=True, slots=True)
class ReserveFacts:
    """The reserve rows of a settlement; one without any counts too, with zeros.

    Attributes:
        settlement_id: Amazon's number.
        marketplace: whose reserve.
        currency: ISO 4217 code.
        start: first day of the settlement.
        end: last day.
        released: sum of the rows of class "reserve_released" as the file signs them: positive
            where an earlier reserve is paid. Minor units.
        held: sum of the rows of class "reserve_held" as the file signs them: negative where
            Amazon holds back. Minor units.
    """

    settlement_id: str
    marketplace: str
    currency: str
    start: date
    end: date
    released: int
    held: int


@dataclass(frozen=True, slots=True)
class ReserveRow:
    """One settlement's line of the roll-forward; minor units, what Amazon holds is positive.

    Attributes:
        facts: the settlement.
        opening: what the last settlement held back; ``None`` for the first, whose past is unknown.
        closing: what this one held back.
        difference: released less opening; zero where the reserve rolls on, ``None`` for the first.
        gap: whether the last settlement known ends before this one starts.
    """

    facts: ReserveFacts
    opening: int | None
    closing: int
    difference: int | None
    gap: bool


@dataclass(frozen=True, slots=True)
class ReserveRollForward:
    """All rows, by marketplace, currency and time.

    Attributes:
        rows: one for each settlement.
        balances: (marketplace, currency, minor units still held) after the last settlement.
        findings: every place where the reserve does not roll on.
    """

    rows: tuple[ReserveRow, ...]
    balances: tuple[tuple[str, str, int], ...]
    findings: tuple[Finding, ...]


def roll_forward(facts: Iterable[ReserveFacts]) -> ReserveRollForward:
    """Roll the reserve of each marketplace and currency forward, whatever the order of the facts.

    Rule: Amazon releases the whole reserve with the next settlement ("Previous Reserve Amount
    Balance") and holds a new one back ("Current Reserve Amount").
    """
    by_account: dict[tuple[str, str], list[ReserveFacts]] = defaultdict(list)
    for one in facts:
        by_account[one.marketplace, one.currency].append(one)
    rows: list[ReserveRow] = []
    balances: list[tuple[str, str, int]] = []
    for key, found in sorted(by_account.items()):
        part = _rows(sorted(found, key=lambda one: (one.start, one.end, one.settlement_id)))
        rows += part
        balances.append((*key, part[-1].closing))
    findings = []
    for number, row in enumerate(rows):
        if row.difference:
            findings.append(_finding(row, rows[number - 1].facts))
    return ReserveRollForward(tuple(rows), tuple(balances), tuple(findings))


def _rows(facts: Sequence[ReserveFacts]) -> list[ReserveRow]:
    rows = [ReserveRow(facts[0], None, -facts[0].held, None, gap=False)]
    for one in facts[1:]:
        last = rows[-1]
        rows.append(
            ReserveRow(
                facts=one,
                opening=last.closing,
                closing=-one.held,
                difference=one.released - last.closing,
                gap=(one.start - last.facts.end).days > 1,
            )
        )
    return rows


def _finding(row: ReserveRow, last: ReserveFacts) -> Finding:
    facts = row.facts
    money = known_currency(facts.currency)
    opening, difference = row.opening or 0, row.difference or 0
    cause = (
        f" No settlement covers {last.end.isoformat()} to {facts.start.isoformat()}."
        if row.gap
        else ""
    )
    return Finding(
        "RESERVE_BROKEN",
        f"settlement {facts.settlement_id}",
        f"Settlement {facts.settlement_id} of {facts.marketplace} releases "
        f"{money.text(facts.released)} {money.code}, and settlement {last.settlement_id} held back "
        f"{money.text(opening)}: a difference of {money.text(difference)}.{cause}",
        {
            "marketplace": facts.marketplace,
            "currency": money.code,
            "released": money.text(facts.released),
            "held_before": money.text(opening),
            "difference": money.text(difference),
            "before": last.settlement_id,
            "gap": row.gap,
        },
    )
