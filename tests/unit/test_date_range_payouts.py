"""Settlements of a date-range file: payouts, periods, deferred and released rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from date_range_reading import (
    class_totals,
    codes,
    kinds,
    read,
    real,
    refusal,
)
from date_range_texts import (
    JUNE_2,
    SETTLEMENT,
    Line,
    payout,
    written,
)


def test_transfer_rows_are_the_declared_total_and_no_movement() -> None:
    report = read(written([Line(), payout(400), payout(600)]))
    assert report.header.declared_total == report.computed_total == 1000
    assert (report.rows, report.amounts) == (3, 1)
    assert report.findings == ()


def test_a_transfer_above_zero_puts_money_back() -> None:
    back = Line(
        "Transfer", {"other": 500}, description="Transfer of funds unsuccessful: account closed"
    )
    report = read(written([Line(), back, payout(1500)]))
    assert class_totals(report) == {"product_sales": 1000, "failed_transfers": 500}
    assert report.findings == ()


def test_a_settlement_that_pays_nothing_out() -> None:
    report = read(written([Line(), Line("Refund", {"product sales": -1000}), payout(0)]))
    assert report.header.declared_total == report.computed_total == 0
    assert report.findings == ()


def test_without_a_transfer_the_settlement_is_held_with_its_period() -> None:
    report = read(written([Line(), Line(at=JUNE_2 + timedelta(days=3))]))
    (finding,) = report.findings
    assert finding.holds
    assert finding.what == (
        "No Transfer row states what settlement 111 paid; 2 rows of it come to 20.00 USD. Its "
        "rows run from Jun 2, 2026 7:11:52 AM PDT to Jun 5, 2026 7:11:52 AM PDT, the file's rows "
        "from Jun 2, 2026 7:11:52 AM PDT to Jun 5, 2026 7:11:52 AM PDT."
    )
    assert report.header.deposit is None


def test_deferred_rows_are_left_out_and_told() -> None:
    deferred = Line(amounts={"product sales": 700}, status="Deferred")
    loose = Line(amounts={"product sales": 99}, status="Deferred", settlement="")
    report = read(written([Line(), deferred, loose, payout(1000)]))
    (finding,) = report.findings
    assert finding.code == "DEFERRED_TRANSACTIONS"
    assert not finding.holds
    assert finding.what == (
        "1 rows of settlement 111 (7.00 USD) and 1 rows of no settlement yet (0.99 USD) are "
        "Deferred: none of them is booked."
    )
    assert finding.evidence == {
        "settlement_id": "111",
        "currency": "USD",
        "deferred_rows": 1,
        "deferred_sum": "7.00",
        "lines": [6],
        "unsettled_rows": 1,
        "unsettled_sum": "0.99",
        "unsettled_lines": [7],
    }
    assert kinds(report) == {"Order / product sales": 1000}
    assert (report.rows, report.amounts) == (3, 1)


@pytest.mark.parametrize(("locale", "word"), [("FR", "Différé"), ("JP", "留保中")])
def test_deferred_in_other_words(locale: str, word: str) -> None:
    deferred = Line(amounts={"product sales": 700}, status=word)
    report = read(written([Line(status="Sorti"), deferred, payout(1000)], locale))
    assert codes(report) == ["DEFERRED_TRANSACTIONS"]
    assert report.computed_total == 1000


def test_a_payout_that_deferred_rows_would_explain_says_so_exactly() -> None:
    deferred = Line(amounts={"product sales": 700}, status="Deferred", at=JUNE_2)
    report = read(written([Line(), deferred, payout(1700)]))
    incomplete, notice = report.findings
    assert (incomplete.code, notice.code) == ("PERIOD_INCOMPLETE", "DEFERRED_TRANSACTIONS")
    assert incomplete.holds
    assert incomplete.what == (
        "The rows of settlement 111 come to 10.00 USD, its Transfer pays 17.00: 7.00 is not in "
        "the file. Its rows run from Jun 2, 2026 7:11:52 AM PDT to Jun 2, 2026 7:11:52 AM PDT, "
        "the file's rows from Jun 2, 2026 7:11:52 AM PDT to Jun 14, 2026 7:11:52 AM PDT. It can "
        "be that 1 of its rows are Deferred and left out (7.00, exactly the difference); its "
        "first row is the file's first, so earlier ones can lie before the file; the report goes "
        "by posting date, so rows posted before the file begins and released for this payout "
        "stand in an earlier file."
    )


def test_rows_released_after_the_payout_are_summed() -> None:
    late = Line(amounts={"product sales": 300}, released=JUNE_2 + timedelta(days=30))
    early = Line(amounts={"product sales": 5}, settlement="000", at=JUNE_2 - timedelta(days=1))
    report = read(written([early, Line(), late, payout(1000)]), "111")
    (finding,) = report.findings
    assert finding.code == "PERIOD_INCOMPLETE"
    assert finding.evidence["released_later_rows"] == 1
    assert finding.evidence["released_later_sum"] == "3.00"
    assert finding.evidence["missing"] == "-3.00"
    assert (
        "1 of its rows were released only after the payout (3.00, exactly the difference)"
        in finding.what
    )
    assert "its first row is the file's first" not in finding.what


def test_a_difference_that_nothing_explains_is_left_to_the_proof() -> None:
    early = Line(settlement="000", at=JUNE_2 - timedelta(days=1))
    report = read(written([early, Line(), payout(1500)], status=False), "111")
    assert report.findings == ()
    assert report.header.declared_total != report.computed_total


def test_a_settlement_whose_rows_begin_with_the_file_may_lie_before_it() -> None:
    report = read(written([Line(), payout(1500)], status=False))
    assert codes(report) == ["PERIOD_INCOMPLETE"]
    assert report.findings[0].evidence["reasons"] == [
        "its first row is the file's first, so earlier ones can lie before the file"
    ]


def test_several_settlements_are_refused_with_their_names_and_states() -> None:
    error = refusal(real("us_date_range_2026_synthetic.csv"))
    assert error.code == "MIXED_SETTLEMENTS"
    assert error.message == (
        "The file holds rows of several settlements: 111 (0 rows, pays 100.00, its rows come to "
        "0.00), 222 (2 rows, no Transfer row), 333 (2 rows, no Transfer row)."
    )
    assert error.details == {"settlement_ids": ["111", "222", "333"], "complete": []}


def test_the_only_complete_settlement_is_named_and_still_not_picked() -> None:
    file = written([*SETTLEMENT, Line(settlement="222", at=JUNE_2 + timedelta(days=20))])
    error = refusal(file)
    assert error.code == "MIXED_SETTLEMENTS"
    assert error.details["complete"] == ["111"]
    assert "111 (6 rows, pays 1199.58, complete)" in error.message
    assert codes(read(file, "111")) == []
    assert codes(read(file, "222")) == ["NO_DECLARED_TOTAL"]


def test_a_settlement_the_file_has_not_is_refused() -> None:
    error = refusal(written(), "999")
    assert error.code == "UNUSABLE_FILE"
    assert error.message.startswith("The file has no row of settlement 999; it has 111 (")
