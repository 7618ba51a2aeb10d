"""Any settlement under any policies: proven, clearing empty, the sums of the classes the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from builders import a_file, a_profile, a_row, mappings
from hypothesis import given, settings
from hypothesis import strategies as st
from test_settlement_laws import KINDS, START, amount_text

from handler.core.source import from_bytes
from handler.payloads import stored
from handler.payloads.dialects import DIALECTS, render
from handler.payloads.result import document
from handler.payloads.stored import StoredResult
from handler.settlement.profile import (
    RELIEVED_BY_DEFAULT,
    ClearingPolicy,
    CostAccounts,
    CustomerPolicy,
    Granularity,
    Marketplace,
    Policies,
    PostingPolicy,
    Profile,
    Subsidiary,
)
from handler.settlement.settle import Mappings, Settled, settle
from handler.settlement.trace import trace

MARKETS = {"Amazon.com": "US", "Amazon.com.mx": "MX", "Amazon.in": "IN", "": "US"}
ZONES = {"Amazon.com.mx": "America/Mexico_City", "Amazon.in": "Asia/Kolkata"}
PERCENTS = ["", "", "20", "5.5", "100"]
RECEIVABLE = "1110 Receivable"

policies = st.builds(
    Policies,
    clearing_lines=st.sampled_from(list(ClearingPolicy)),
    lines_per_entry=st.sampled_from([3, 5, 900]),
    posting=st.sampled_from(list(PostingPolicy)),
    relieved=st.frozensets(st.sampled_from(sorted(RELIEVED_BY_DEFAULT))),
    granularity=st.sampled_from(list(Granularity)),
    customers=st.sampled_from(list(CustomerPolicy)),
)


def profile(chosen: Policies, percents: list[str], closed: date | None, costed: bool) -> Profile:
    base = a_profile()
    home = replace(base.home, vat_percent=percents[0])
    more = tuple(
        Marketplace((name,), "XX", "USD", ZoneInfo(zone), MARKETS[name], vat_percent=percent)
        for (name, zone), percent in zip(ZONES.items(), percents[1:], strict=True)
    )
    return replace(
        base,
        home=home,
        marketplaces=(home, *more),
        subsidiaries={
            "US": replace(base.subsidiaries["US"], closed_through=closed),
            "MX": Subsidiary("MX", "Mexico", "MXN", closed, "1401 Due from US", "2401 Due to MX"),
            "IN": Subsidiary("IN", "India", "INR", None, "1402 Due from US", "2402 Due to IN"),
        },
        sku_groups={"SKU-1": "BOOKS", "SKU-2": "TOYS"},
        policies=chosen,
        orders_receivable=RECEIVABLE,
        customer="881",
        cost=CostAccounts("5010 COGS", {"AFN": "1310 FBA"}, "costs/x.csv") if costed else None,
    )


profiles = st.builds(
    profile,
    policies,
    st.lists(st.sampled_from(PERCENTS), min_size=3, max_size=3),
    st.sampled_from([None, date(2025, 7, 31)]),
    st.booleans(),
)
movements = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(sorted(MARKETS)),
        st.sampled_from(["AFN", "MFN", ""]),
        st.integers(0, 30 * 24 * 3600),
        st.integers(-99_999, 99_999) | st.just(0),
        st.sampled_from(["", "111-1111111-1111111", "222-2222222-2222222"]),
        st.sampled_from(["SKU-1", "SKU-2", "SKU-3", ""]),
        st.sampled_from(["", "1", "3"]),
    ),
    min_size=1,
    max_size=25,
)


def content(moves) -> bytes:
    form = "%Y-%m-%d %H:%M:%S UTC"
    rows = [
        a_row(
            transaction_type=kind[0],
            amount_type=kind[1],
            amount_description=kind[2],
            marketplace_name=market,
            fulfillment_id=channel,
            posted_date_time=(START + timedelta(seconds=at)).strftime(form),
            amount=amount_text(minor, "."),
            order_id=order,
            sku=sku,
            quantity_purchased=quantity,
        )
        for kind, market, channel, at, minor, order, sku, quantity in moves
    ]
    return a_file(
        rows,
        total=amount_text(sum(move[4] for move in moves), "."),
        start=START.strftime(form),
        end=(START + timedelta(days=31)).strftime(form),
        deposit=(START + timedelta(days=33)).strftime(form),
    ).content()


def books(chosen: Profile) -> Mappings:
    costs = {("SKU-1", "USD"): Fraction("2.345"), ("SKU-2", "USD"): Fraction("0.0049")}
    return replace(mappings(chosen), unit_costs=costs)


def settled(moves, chosen: Profile) -> Settled:
    return settle(from_bytes(content(moves)), books(chosen))


def by_class(found: Settled) -> dict[tuple[str, str], int]:
    """Sums of what the file says, by subsidiary and class, from the finished lines alone."""
    sums: Counter[tuple[str, str]] = Counter()
    for entry in found.journal.entries:
        for line in entry.lines:
            if line.accounting_class != "clearing" and not line.derived:
                sums[entry.subsidiary, line.accounting_class] -= line.signed
    return {key: amount for key, amount in sums.items() if amount}


@given(movements, profiles)
@settings(max_examples=150, deadline=None)
def test_any_settlement_under_any_policies_keeps_every_law(moves, chosen) -> None:
    found = settled(moves, chosen)
    assert found.status == "proven", [finding.what for finding in found.findings]
    entries = [*found.journal.entries]
    if found.journal.deposit:
        entries.append(found.journal.deposit)
    clearing: Counter[str] = Counter()
    for entry in entries:
        assert sum(x.debit for x in entry.lines) == sum(x.credit for x in entry.lines)
        assert len(entry.lines) <= chosen.policies.lines_per_entry
        assert sum(x.signed for x in entry.lines if x.derived) == 0
        for line in entry.lines:
            assert (line.debit > 0) != (line.credit > 0)
            clearing[entry.subsidiary] += line.signed * (line.account == "1050 Clearing")
    assert not any(clearing.values())
    assert found.clearing_before == sum(move[4] for move in moves)


@given(movements, profiles)
@settings(max_examples=75, deadline=None)
def test_the_classes_are_the_same_however_they_are_posted(moves, chosen) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for kind, market, _, _, minor, *_ in moves:
        rule = mappings().vocabulary.rule(kind)
        expected[MARKETS[market], rule.accounting_class if rule else "unmapped"] += minor
    for granularity in Granularity:
        policies_ = replace(chosen.policies, granularity=granularity)
        found = settled(moves, replace(chosen, policies=policies_))
        assert by_class(found) == {key: amount for key, amount in expected.items() if amount}


@given(movements, profiles)
@settings(max_examples=75, deadline=None)
def test_what_is_relieved_is_booked_nowhere_else(moves, chosen) -> None:
    found = settled(moves, chosen)
    by_order = chosen.policies.posting is PostingPolicy.BY_ORDER
    relieved = chosen.policies.relieved if by_order else frozenset()
    for _, _, line in found.journal.numbered():
        on_receivable = line.account == RECEIVABLE
        if line.accounting_class == "clearing" or line.derived:
            assert not on_receivable
            continue
        assert on_receivable == (line.accounting_class in relieved)
        individual = chosen.policies.customers is CustomerPolicy.INDIVIDUAL and line.order
        assert line.entity == ("881" if on_receivable and not individual else "")


@given(movements, profiles)
@settings(max_examples=40, deadline=None)
def test_every_row_is_behind_one_line_and_every_line_can_be_posted(moves, chosen) -> None:
    found = settled(moves, chosen)
    kept = StoredResult(document(found, "hash"), trace(found.journal, chosen.grouping))
    again = stored.unpack(stored.pack(kept))
    assert again == kept
    seen: Counter[int] = Counter()
    source = from_bytes(content(moves))
    for number, _, line in found.journal.numbered():
        behind = list(again.trace.rows(source, number))
        assert len(behind) == line.row_count
        if line.accounting_class != "clearing":
            assert sum(row.amount for row in behind) == (0 if line.derived else -line.signed)
            seen.update(row.line for row in behind)
    assert set(seen.values()) == {1}
    assert len(seen) == len(moves)
    for dialect in DIALECTS:
        assert render(kept.document, dialect).text
