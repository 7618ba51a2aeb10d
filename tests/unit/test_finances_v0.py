"""listFinancialEvents answers: the event group's facts, exact numbers, refusals."""

from __future__ import annotations

import json_texts
import pytest
from builders import codes, settled
from finances_v0_texts import (
    POSTED,
    SAMPLE,
    charge,
    events,
    found,
    group,
    groups,
    money,
    read,
    refused,
)
from hypothesis import given
from hypothesis import strategies as st
from settlement_twin import (
    PACIFIC,
    class_totals,
    faults,
    flat_report,
    grouped,
    refusal,
    traced,
    twin,
)

from handler.core.errors import UnusableFile
from handler.core.source import from_bytes
from handler.settlement.readers import finances_transactions, finances_v0


def test_the_sample_ties_and_has_the_class_totals_of_its_flat_twin() -> None:
    report = finances_v0.read(from_bytes(SAMPLE), PACIFIC)
    assert report.format == "finances_v0"
    assert report.header.declared_total == report.computed_total == 1535
    flat = class_totals(flat_report(twin()))
    # v0 does not say whether a promotion is on the goods or on the shipping.
    flat["promotions"] = flat.pop("shipping_promotions")
    assert class_totals(report) == flat
    assert [f.code for f in report.findings] == ["UNDATED_ROWS", "GROUP_ID_USED"]
    assert not any(finding.holds for finding in report.findings)
    header = report.header
    assert (header.settlement_id, header.currency.code) == ("grpExample_2025-08a", "USD")
    assert header.deposit is not None
    assert str(header.deposit.day) == "2025-08-17"
    assert finances_v0.header(from_bytes(SAMPLE)) == header
    assert finances_v0.marketplaces(from_bytes(SAMPLE)) == {"Amazon.com"}


def test_rows_are_the_groups_and_carry_their_evidence() -> None:
    assert traced(finances_v0, SAMPLE) == grouped(finances_v0.read(from_bytes(SAMPLE), PACIFIC))
    row = next(finances_v0.rows(from_bytes(SAMPLE), PACIFIC))
    assert (row.line, row.amount) == (1, 5000)
    assert row.cells["path"] == "ShipmentItemList/0/ItemChargeList/0/ChargeAmount"
    assert row.cells["AmazonOrderId"] == "111-1111111-1111111"


def test_the_whole_way_ends_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handler.settlement.readers.read", finances_v0.read)
    done = settled(SAMPLE)
    assert (done.status, set(codes(done))) == ("proven", {"UNDATED_ROWS", "GROUP_ID_USED"})
    wrong = settled(SAMPLE.replace(b"15.35", b"15.36"))
    assert (wrong.status, "SETTLEMENT_VARIANCE" in codes(wrong)) == ("held", True)


# --- the event group ----------------------------------------------------------------------------


def test_the_beginning_balance_is_a_movement() -> None:
    sale = events("ShipmentEventList", POSTED | {"OrderChargeList": [charge("Principal", "9.00")]})
    report = read(groups(group("6.00", BeginningBalance=money("-3.00"))), sale)
    assert report.computed_total == report.header.declared_total == 600
    assert class_totals(report) == {"balance_brought_forward": -300, "product_sales": 900}
    assert {g.key.day.isoformat() for g in report.groups} == {"2025-07-31", "2025-08-05"}  # Pacific


def test_a_group_that_is_not_closed_holds() -> None:
    codes_found = found(groups(group(ProcessingStatus="Open", FinancialEventGroupEnd=None)), SALE)
    assert "SETTLEMENT_OPEN" in codes_found


SALE = events("ShipmentEventList", POSTED | {"OrderChargeList": [charge("Principal", "0.00")]})


def test_a_closed_group_without_a_total_holds_unless_it_is_given() -> None:
    nothing = groups(group(OriginalTotal=None))
    report = read(nothing, SALE)
    assert "NO_DECLARED_TOTAL" in [f.code for f in report.findings if f.holds]
    report = read({"settlement": {"total": "0.00", "id": "11700000001"}}, nothing, SALE)
    assert (report.findings, report.header.settlement_id) == ((), "11700000001")


def test_events_without_a_group_need_an_id_and_a_total() -> None:
    assert "Nothing names the settlement" in refused(SALE)
    assert found({"settlement": {"id": "117"}}, SALE) == ["NO_DECLARED_TOTAL"]
    assert found({"settlement": {"id": "117", "total": "0"}}, SALE) == []


def test_more_than_one_group_is_refused_unless_one_is_named() -> None:
    two = groups(group(), group("1.00", FinancialEventGroupId="grp-2"))
    assert "MIXED_SETTLEMENTS: The input has 2 event groups" in refused(two, SALE)
    assert read({"settlement": {"id": "grp-2"}}, two, SALE).header.declared_total == 100
    assert read(groups(group()), groups(group()), SALE).header.settlement_id == "grp-1"
    trial = events("TrialShipmentEventList", {"FinancialEventGroupId": "grp-9", "FeeList": []})
    assert "MIXED_SETTLEMENTS: Record 1" in refused(groups(group()), trial)


def test_pages_that_are_missing_or_stand_twice_hold() -> None:
    more = events("ShipmentEventList", NextToken="more")
    assert "PAGES_MISSING" in found(groups(group()), more)
    assert "PAGES_MISSING" in found(groups(group()), SALE, SALE)
    first = {"payload": {"FinancialEvents": {}, "NextToken": "t"}}
    assert "PAGES_MISSING" not in found(
        groups(
            group(),
        ),
        first,
        SALE,
    )


# --- exact numbers and refusals -----------------------------------------------------------------


@pytest.mark.parametrize("text", ["1e400", "1e2", "0.30000000000000004", "10.001"])
def test_a_number_that_is_no_amount_is_a_bad_row(text: str) -> None:
    event = POSTED | {"OrderChargeList": [charge("Principal", text), charge("Tax", "1.00")]}
    report = read(groups(group("1.00")), events("ShipmentEventList", event))
    ((record, path, shown, _),) = faults(report)
    assert (record, path) == (1, "OrderChargeList/0/ChargeAmount/CurrencyAmount")
    assert (shown, report.computed_total) == (repr(text), 100)


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    event = POSTED | {"OrderChargeList": [charge("Principal", "0.1"), charge("Principal", "0.2")]}
    report = read(groups(group("0.3")), events("ShipmentEventList", event))
    assert report.computed_total == report.header.declared_total == 30


def test_another_currency_is_a_bad_row() -> None:
    event = POSTED | {"X": money("1.00", "EUR")}
    report = read(groups(group()), events("NewEventList", event))
    assert faults(report) == [(1, "X/CurrencyCode", "'EUR'", "USD")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (SAMPLE[:3000], f"Line {SAMPLE[:3000].count(10) + 1}"),
        (SAMPLE.replace(b"15.35", b"NaN"), "NaN, which is no JSON number"),
        (SAMPLE.replace(b"15.35", b"1e400", 1), "OriginalTotal): found '1e400'"),
        (SAMPLE.replace(b"grpExample_2025-08a", b"../1"), "FinancialEventGroupId: found '../1'"),
        (SAMPLE.replace(b"2025-08-15T", b"soon"), "FinancialEventGroupEnd: found"),
        (b'{"FinancialEvents": {}}', "neither financial events nor an event group"),
        (b'{"FinancialEvents": [1]}', "expected an object of event lists"),
        (b'{"FinancialEvents": {"A": [1]}}', "expected an event"),
        (b'{"errors": [{"message": "Bad event group ID provided."}]}', "Bad event group"),
    ],
)
def test_what_is_no_whole_input_is_refused(content: bytes, words: str) -> None:
    assert words in refusal(finances_v0, content)


def test_it_is_told_by_content() -> None:
    assert finances_v0.looks_like(SAMPLE[:2000])
    assert not finances_transactions.looks_like(SAMPLE[:2000])
    assert not finances_v0.looks_like(twin().content())
    assert not finances_v0.looks_like(b'<a>"FinancialEvents":</a>')


_WHOLE = json_texts.loaded(SAMPLE)


@given(st.sampled_from(json_texts.spots(_WHOLE)), st.sampled_from(json_texts.SCRAP))
def test_no_damage_does_anything_but_refuse_or_hold(spot: json_texts.Path, scrap: object) -> None:
    """Whatever is done to an input, it is read or refused; nothing else is ever raised."""
    content = json_texts.text(json_texts.damaged(_WHOLE, spot, scrap))
    try:
        report = finances_v0.read(from_bytes(content), PACIFIC)
    except UnusableFile:
        return
    assert traced(finances_v0, content) == grouped(report)
