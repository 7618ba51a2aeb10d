"""The reserve rolls on from settlement to settlement, or a finding says where it does not."""

from __future__ import annotations

import random
from datetime import date, timedelta

from handler.reconciliation.reserve import ReserveFacts, roll_forward

START = date(2025, 8, 1)


def facts(number: int, released: int, held: int, marketplace: str = "Amazon.fr") -> ReserveFacts:
    start = START + timedelta(days=14 * number)
    return ReserveFacts(
        f"S{number}", marketplace, "EUR", start, start + timedelta(days=14), released, held
    )


RUN = [facts(0, 1_000, -2_280), facts(1, 2_280, 0), facts(2, 0, -500), facts(3, 500, -700)]


def test_a_reserve_that_rolls_on() -> None:
    found = roll_forward(RUN)
    assert [(r.opening, r.facts.released, r.closing, r.difference) for r in found.rows] == [
        (None, 1_000, 2_280, None),
        (2_280, 2_280, 0, 0),
        (0, 0, 500, 0),
        (500, 500, 700, 0),
    ]
    assert found.balances == (("Amazon.fr", "EUR", 700),)
    assert found.findings == ()


def test_a_missing_settlement_breaks_it_and_is_named_as_the_cause() -> None:
    found = roll_forward([RUN[0], RUN[3]])
    (finding,) = found.findings
    assert finding.code == "RESERVE_BROKEN"
    assert finding.what == (
        "Settlement S3 of Amazon.fr releases 5.00 EUR, and settlement S0 held back 22.80: a "
        "difference of -17.80. No settlement covers 2025-08-15 to 2025-09-12."
    )
    assert found.rows[1].gap


def test_a_lost_reserve_row_breaks_it_without_a_gap() -> None:
    found = roll_forward([RUN[0], facts(1, 0, 0)])
    assert found.rows[1].difference == -2_280
    assert not found.rows[1].gap
    assert "No settlement covers" not in found.findings[0].what


def test_marketplaces_have_reserves_of_their_own() -> None:
    found = roll_forward([*RUN, facts(0, 0, -9, "Amazon.de"), facts(1, 9, 0, "Amazon.de")])
    assert found.findings == ()
    assert found.balances == (("Amazon.de", "EUR", 0), ("Amazon.fr", "EUR", 700))


def test_order_is_moot_and_nothing_is_lost() -> None:
    first = roll_forward(RUN)
    for seed in range(10):
        mixed = list(RUN)
        random.Random(seed).shuffle(mixed)
        assert roll_forward(mixed) == first
    rows = first.rows
    assert rows[-1].closing == sum(-f.held - f.released for f in RUN) + RUN[0].released
