"""Only the difference between what is told and what is posted is ever posted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from ledger_builders import DAY, US, Books, a_policy, at, item_of, posted, row

from handler.inventory.ledger_difference import difference
from handler.inventory.ledger_moves import Identified
from handler.inventory.posting import Move, PostingKind
from handler.inventory.postings import postings_of
from handler.inventory.totals import totals_by_day

LOST = row("Adjustments", -1, "M")
SPAN = (DAY, DAY)


def test_a_first_report_is_posted_and_the_same_again_posts_nothing() -> None:
    books = Books()
    (posting,) = books.tell([LOST, LOST]).postings
    assert posting.external_id == "AMZ-INV-US-20260110-ADJ1-1"
    assert (posting.subsidiary, posting.target, posting.account) == ("2", US.sellable, "5150")
    (line,) = posting.lines
    assert (line.item, line.quantity, line.memo, line.fnskus) == (
        "2201",
        -2,
        "Adjustments M",
        ("X001",),
    )
    again = books.tell([LOST, LOST])
    assert (again.postings, again.days, again.findings) == ((), (), ())


def test_a_later_report_of_the_same_rows_only_moves_the_time_it_rests_on() -> None:
    books = Books()
    books.tell([LOST], hour=1)
    later = books.tell([LOST], hour=3)
    assert later.postings == ()
    assert [day.told_at for day in later.days] == [at(3)]
    assert [one.code for one in books.tell([LOST, LOST], hour=2).findings] == ["LATE_REPORT"]
    assert posted(books.postings)["2201", US.sellable] == -1


def test_fewer_rows_are_reversed_and_an_empty_day_takes_all_back() -> None:
    books = Books()
    books.tell([LOST, LOST, LOST], hour=1)
    (back,) = books.tell([LOST], hour=2).postings
    assert (back.external_id, back.lines[0].quantity) == ("AMZ-INV-US-20260110-ADJ2-1", 2)
    (rest,) = books.tell([], hour=3, span=SPAN).postings
    assert (rest.lines[0].quantity, rest.lines[0].fnskus) == (1, ("X001",))
    assert posted(books.postings) == {}
    assert books.days[DAY].posted == {}


def test_what_waited_for_its_sku_is_posted_when_it_is_registered() -> None:
    books = Books()
    new = row("Adjustments", -1, "M", fnsku="X999", sku="PLATE")
    first = books.tell([LOST, new])
    assert [one.code for one in first.findings] == ["UNREGISTERED_SKU"]
    assert first.findings[0].subject == "SKU PLATE (FNSKU X999)"
    books.items = lambda fnsku, sku: Identified("2299") if fnsku == "X999" else item_of(fnsku, sku)
    (posting,) = books.tell([LOST, new]).postings
    assert [(line.item, line.quantity) for line in posting.lines] == [("2299", -1)]


def test_one_fault_of_many_days_is_told_once() -> None:
    rows = [row("Adjustments", -1, "?", day=DAY + timedelta(days=n), line=n) for n in range(3)]
    (finding,) = Books().tell(rows).findings
    assert finding.code == "UNKNOWN_LEDGER_REASON"
    assert finding.evidence["units"] == -3
    assert finding.evidence["lines"] == [0, 1, 2]
    assert (finding.evidence["first_day"], finding.evidence["last_day"]) == (
        "2026-01-10",
        "2026-01-12",
    )


def test_a_receipt_taken_back_is_a_transfer_and_is_given_again_by_one() -> None:
    books = Books()

    def receive(units: int, hour: int):
        return books.tell([row("Receipts", units, reference="FBA1")], hour=hour)

    (received,) = receive(10, 1).postings
    assert (received.kind, received.reference) == (PostingKind.RECEIPT, "FBA1")
    fewer = receive(7, 2)
    (back,) = fewer.postings
    assert (back.kind, back.source, back.target) == (
        PostingKind.TRANSFER,
        US.sellable,
        US.in_transit,
    )
    assert back.lines[0].quantity == 3
    assert [one.code for one in fewer.findings] == ["RECEIPT_TAKEN_BACK"]
    more = receive(12, 3)
    assert more.findings == ()
    assert {(one.kind, one.source, one.lines[0].quantity) for one in more.postings} == {
        (PostingKind.RECEIPT, "", 2),
        (PostingKind.TRANSFER, US.in_transit, 3),
    }
    assert posted(books.postings)["2201", US.sellable] == 12


def test_a_negative_receipt_of_another_day_is_a_transfer() -> None:
    outcome = Books().tell([row("Receipts", -2, reference="FBA1")])
    (posting,) = outcome.postings
    assert (posting.kind, posting.source, posting.lines[0].quantity) == (
        PostingKind.TRANSFER,
        US.sellable,
        2,
    )
    assert [one.code for one in outcome.findings] == ["RECEIPT_TAKEN_BACK"]


def test_a_pair_is_posted_when_the_day_before_comes_later() -> None:
    books = Books()
    came = row("Adjustments", 1, "P", disposition="DEFECTIVE")
    assert books.tell([came], hour=2).postings == ()
    left = row("Adjustments", -1, "E", day=DAY - timedelta(days=1))
    outcome = books.tell([left], hour=1)
    assert [one.ledger_day for one in outcome.postings] == [DAY]
    assert [(one.day, one.told_at) for one in outcome.days] == [
        (left.day, at(1)),
        (DAY, at(2)),
    ]
    assert outcome.findings == ()


def test_of_two_reports_of_one_moment_the_order_does_not_matter() -> None:
    one, other = Books(), Books()
    for books, rows in ((one, ([LOST], [LOST, LOST])), (other, ([LOST, LOST], [LOST]))):
        for events in rows:
            books.tell(events, hour=1)
    assert posted(one.postings) == posted(other.postings)


def test_nothing_is_dated_into_a_closed_period() -> None:
    books = Books(a_policy(closed_through=date(2026, 1, 31)))
    outcome = books.tell([LOST])
    (posting,) = outcome.postings
    assert (posting.ledger_day, posting.tran_date) == (DAY, date(2026, 2, 1))
    (finding,) = outcome.findings
    assert finding.code == "LEDGER_PERIOD_CLOSED"
    assert finding.evidence["postings"] == [posting.external_id]
    assert books.tell([LOST]).findings == ()


def test_a_day_outside_the_span_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-01-10 lies outside of 2026-01-11"):
        difference(
            totals_by_day([LOST]),
            at(1),
            "a",
            {},
            a_policy(),
            item_of,
            (DAY + timedelta(days=1), DAY + timedelta(days=2)),
        )


def a_move(number: int, kind=PostingKind.TRANSFER, source="31", target="32") -> Move:
    return Move(kind, f"{number:04}", source, target, "", "Adjustments E", "")


def test_long_records_are_split_below_the_limit_of_netsuite() -> None:
    moves = {a_move(number): 1 for number in range(2500)}
    postings = postings_of(DAY, 3, moves, a_policy(lines_per_posting=5000), {})
    assert [len(one.lines) for one in postings] == [999, 999, 502]
    assert [one.external_id[-6:] for one in postings] == ["TRF3-1", "TRF3-2", "TRF3-3"]


def test_a_transfer_below_zero_goes_the_other_way_with_its_kind() -> None:
    moves = {a_move(1): -2, a_move(2, source="32", target="31"): 5, a_move(3): 0}
    (posting,) = postings_of(DAY, 1, moves, a_policy(), {})
    assert (posting.source, posting.target) == ("32", "31")
    assert [(line.item, line.quantity) for line in posting.lines] == [("0001", 2), ("0002", 5)]


def test_a_profile_of_any_name_makes_an_id_netsuite_takes() -> None:
    (posting,) = postings_of(DAY, 1, {a_move(1): 1}, a_policy(profile="us.köln 2"), {})
    assert posting.external_id == "AMZ-INV-US-K-LN-2-20260110-TRF1-1"


def test_a_receipt_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="a receipt of -1 units"):
        postings_of(DAY, 1, {a_move(1, PostingKind.RECEIPT, ""): -1}, a_policy(), {})
