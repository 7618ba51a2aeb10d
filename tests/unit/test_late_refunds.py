"""Refunds and their sales across settlements."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from builders import DATA
from refund_files import ORDER, an_index, index_of, refund, sale

from handler.core.finding import Finding, Severity
from handler.settlement.late_refunds import RefundLinks, bucket, by_age, by_period, link
from handler.settlement.period import Period
from handler.settlement.refund_findings import MOST_NAMED, findings

CA = [
    DATA / "settlements" / f"ca_v1_2025-{name}.txt"
    for name in ("07_negative", "08a_negative_again", "08b_blank_line_inside", "09")
]


def told(links: RefundLinks, code: str) -> list[Finding]:
    found = findings(links)
    assert not any(finding.holds for finding in found)
    return [finding for finding in found if finding.code == code]


def test_a_refund_in_the_settlement_of_its_sale_is_not_late() -> None:
    links = link(an_index(1, sale(), refund("-4.00", "2025-08-10")), [])
    (refunded,) = links.linked
    assert (refunded.sale_settlement, refunded.late) == ("11700000001", False)
    assert (refunded.amount, refunded.age_days) == (-4_00, 5)
    assert links.late == links.orphans == links.exceeding == ()
    assert findings(links) == ()


def test_a_late_refund_is_linked_aged_and_told_once() -> None:
    sold = an_index(1, sale("30.00"), sale("8.00", order="2"))
    links = link(
        an_index(4, refund("-10.00", "2025-09-20"), refund("-8.00", "2025-09-13", order="2")),
        [sold, an_index(2, sale(order="3"))],
    )
    assert [(r.order, r.amount, r.age_days, str(r.sale_period)) for r in links.late] == [
        (ORDER, -10_00, 46, "2025-08"),
        ("2", -8_00, 39, "2025-08"),
    ]
    assert links.looked_in == ("11700000001", "11700000002")
    assert by_period(links.late)[Period(2025, 8)].amount == -18_00
    (late,) = told(links, "LATE_REFUND")
    assert late.entry.severity is Severity.NOTICE
    assert late.evidence["amount"] == "-18.00"
    assert late.evidence["by_age_in_days"] == [
        "0-30: 0, 0.00", "31-60: 2, -18.00", "61-90: 0, 0.00", "90+: 0, 0.00",
    ]  # fmt: skip
    assert "posted where they arrived" in late.what
    assert "not reopened" in late.what


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, "0-30"), (30, "0-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"),
     (91, "90+"), (4000, "90+")],
)  # fmt: skip
def test_buckets(days: int, name: str) -> None:
    assert bucket(days) == name


def test_partial_and_repeated_refunds_are_each_linked() -> None:
    own = an_index(2, refund("-3.00", "2025-08-20"), refund("-2.00", "2025-08-25"))
    links = link(own, [an_index(1, sale("10.00"), refund("-1.00", "2025-08-09"))])
    assert [(r.day, r.amount) for r in links.late] == [
        (date(2025, 8, 20), -3_00), (date(2025, 8, 25), -2_00),
    ]  # fmt: skip
    assert links.exceeding == ()
    assert sum(share.count for share in by_age(links.late).values()) == 2


def test_a_refund_above_the_sale_over_all_settlements_is_a_warning() -> None:
    sold = an_index(1, sale("10.00"), refund("-7.00", "2025-08-10"))
    links = link(an_index(2, refund("-5.00")), [sold])
    (excess,) = links.exceeding
    assert (excess.sale, excess.refunded) == (10_00, 12_00)
    assert excess.settlements == ("11700000001", "11700000002")
    (warning,) = told(links, "REFUND_EXCEEDS_SALE")
    assert warning.entry.severity is Severity.WARNING
    assert (warning.evidence["sale"], warning.evidence["refunded"]) == ("10.00", "12.00")
    assert warning.evidence["excess"] == "2.00"
    assert len(links.linked) == 1  # it is linked all the same


def test_an_excess_of_the_past_is_not_told_again() -> None:
    past = [an_index(1, sale("10.00")), an_index(2, refund("-12.00"))]
    reversal = an_index(3, refund("1.00", "2025-09-05"))
    assert link(reversal, past).exceeding == ()
    assert link(an_index(3, sale(order="9")), past).exceeding == ()


def test_goodwill_is_beyond_the_sale_by_its_nature() -> None:
    own = an_index(
        1, sale("10.00"), refund("-10.00"), refund("-3.00", amount_description="Goodwill")
    )
    links = link(own, [])
    assert links.exceeding == ()
    assert sum(r.amount for r in links.linked) == -13_00


def test_items_of_one_order_are_compared_apart() -> None:
    sold = an_index(1, sale("10.00"), sale("50.00", item="2"))
    (excess,) = link(an_index(2, refund("-12.00")), [sold]).exceeding
    assert (excess.item, excess.sale) == ("1", 10_00)


def test_without_an_item_code_the_order_is_enough() -> None:
    sold = an_index(1, sale("10.00"), sale("50.00", "2025-08-03", item="2"))
    links = link(an_index(2, refund("-12.00", item="")), [sold])
    (refunded,) = links.linked
    assert (refunded.late, refunded.sale_day) == (True, date(2025, 8, 3))
    assert links.exceeding == ()  # 12 of 60
    (excess,) = link(an_index(2, refund("-61.00", item="")), [sold]).exceeding
    assert (excess.item, excess.sale, excess.refunded) == ("", 60_00, 61_00)
    # And the other way round: a sale in a format that names no item.
    assert len(link(an_index(2, refund()), [an_index(1, sale(item=""))]).late) == 1


def test_a_refund_of_another_item_is_an_orphan() -> None:
    links = link(an_index(2, refund(item="2")), [an_index(1, sale(item="1"))])
    assert [(o.order, o.item, o.amount) for o in links.orphans] == [(ORDER, "2", -10_00)]
    assert links.linked == ()


def test_an_orphan_is_a_notice_that_says_where_was_looked() -> None:
    own = an_index(3, refund("-3.00", "2025-08-30"), refund("-4.00", "2025-09-01", item="2"))
    links = link(own, [an_index(1, sale(order="9")), an_index(2, sale(order="8"))])
    (notice,) = told(links, "ORPHAN_REFUND")  # one for the order
    assert notice.entry.severity is Severity.NOTICE
    assert notice.evidence["amount"] == "-7.00"
    assert notice.evidence["order_item_codes"] == ["1", "2"]
    assert notice.evidence["days"] == ["2025-08-30", "2025-09-01"]
    assert notice.evidence["looked_in"] == ["11700000001", "11700000002"]
    assert "look-back is bounded" in notice.what
    assert "90 days" in notice.what
    assert links.exceeding == ()


def test_many_orphans_are_counted() -> None:
    rows = [refund(f"-{n}.00", order=f"order {n:03}") for n in range(1, 31)]
    links = link(an_index(2, *rows), [an_index(1, sale(order="9"))])
    notices = told(links, "ORPHAN_REFUND")
    assert len(notices) == MOST_NAMED + 1
    assert notices[0].subject == "order order 030"  # the largest first
    assert notices[-1].evidence["orders"] == 10
    assert notices[-1].evidence["amount"] == "-55.00"


def test_the_first_settlement_of_all_names_no_orphan_one_by_one() -> None:
    rows = [refund(order=f"order {n}") for n in range(5)]
    (notice,) = told(link(an_index(1, *rows), []), "ORPHAN_REFUND")
    assert notice.evidence["orders"] == 5
    assert "no earlier one is known" in notice.what


def test_many_excesses_are_counted() -> None:
    rows = [sale("1.00", order=f"o{n:02}") for n in range(25)]
    rows += [refund("-3.00", order=f"o{n:02}") for n in range(25)]
    found = told(link(an_index(1, *rows), []), "REFUND_EXCEEDS_SALE")
    assert len(found) == MOST_NAMED + 1
    assert len({finding.fingerprint("s") for finding in found}) == len(found)
    assert found[-1].evidence == {"refunds": 5, "excess": "10.00", "currency": "USD"}


def test_the_oldest_sale_counts() -> None:
    own = an_index(3, sale("5.00", "2025-08-29"), refund("-5.00", "2025-09-01"))
    links = link(own, [an_index(2, sale("5.00", "2025-08-16")), an_index(1, sale("5.00"))])
    assert [r.sale_settlement for r in links.linked] == ["11700000001"]


def test_only_earlier_settlements_in_the_same_currency_are_looked_in() -> None:
    own, sold = an_index(2, refund()), an_index(1, sale())
    foreign = replace(sold, currency="CAD")
    later = an_index(3, sale())
    links = link(own, [own, foreign, later])
    assert links.looked_in == ()
    assert len(links.orphans) == 1
    assert link(own, [sold, sold]).looked_in == ("11700000001",)


def test_a_refund_dated_before_its_sale_is_of_age_zero() -> None:
    links = link(an_index(1, sale("10.00", "2025-08-09"), refund("-1.00", "2025-08-08")), [])
    assert links.linked[0].age_days == 0


def test_the_four_canadian_settlements_in_sequence() -> None:
    indexes = [index_of(path.read_bytes()) for path in CA]
    links = [link(own, indexes[:place]) for place, own in enumerate(indexes)]
    assert [len(found.linked) for found in links] == [0, 0, 1, 3]
    assert [len(found.orphans) for found in links] == [0, 1, 0, 0]
    # August's first refund is of a sale before these reports.
    (orphan,) = links[1].orphans
    assert (orphan.order, orphan.amount) == ("892-7625967-2630260", -60_00)
    assert [finding.code for finding in findings(links[1])] == ["ORPHAN_REFUND"]
    assert [found.late for found in links] == [(), (), (), ()]
    assert sum(len(found.exceeding) for found in links) == 0
