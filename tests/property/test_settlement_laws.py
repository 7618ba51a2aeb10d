"""The laws, for any settlement: every amount posted once, balanced, clearing to zero, order moot.

The oracle is independent: it adds the generated rows up by itself, in Decimal.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from builders import V1_COLUMNS, AFile, a_file, a_profile, a_row, mappings
from hypothesis import given, settings
from hypothesis import strategies as st

from handler.core.source import from_bytes
from handler.payloads.result import document
from handler.settlement import readers
from handler.settlement.profile import ClearingPolicy, Marketplace, Policies, Subsidiary
from handler.settlement.settle import Settled, settle
from handler.settlement.trace import trace

KINDS = [
    ("Order", "ItemPrice", "Principal"),
    ("Order", "ItemPrice", "Tax"),
    ("Order", "ItemFees", "Commission"),
    ("Order", "ItemFees", "FBAPerUnitFulfillmentFee"),
    ("Order", "Promotion", "Shipping"),
    ("Order", "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal"),
    ("Refund", "ItemPrice", "Principal"),
    ("Refund", "ItemFees", "RefundCommission"),
    ("other-transaction", "other-transaction", "Current Reserve Amount"),
    ("other-transaction", "other-transaction", "Previous Reserve Amount Balance"),
    ("other-transaction", "other-transaction", "Payable to Amazon"),
    ("ServiceFee", "Cost of Advertising", "TransactionTotalAmount"),
    ("other-transaction", "other-transaction", "A fee of next year"),
    ("Brand new", "thing", "of Amazon's"),
]
MARKETS = ["Amazon.com", "Amazon.com.mx", "Amazon.in", ""]
START = datetime(2025, 7, 20, tzinfo=UTC)


def profile(closed: date | None, clearing: ClearingPolicy, limit: int):
    base = a_profile()
    zones = {"Amazon.com.mx": "America/Mexico_City", "Amazon.in": "Asia/Kolkata"}
    more = tuple(
        Marketplace((name,), "XX", "USD", ZoneInfo(zone), name[-2:].upper())
        for name, zone in zones.items()
    )
    return replace(
        base,
        marketplaces=(*base.marketplaces, *more),
        subsidiaries={
            "US": replace(base.subsidiaries["US"], closed_through=closed),
            "MX": Subsidiary("MX", "Mexico", "MXN", None, "1401 Due from US", "2401 Due to MX"),
            "IN": Subsidiary("IN", "India", "INR", None, "1402 Due from US", "2402 Due to IN"),
        },
        policies=Policies(clearing_lines=clearing, lines_per_entry=limit),
    )


profiles = st.builds(
    profile,
    st.sampled_from([None, date(2025, 7, 31), date(2025, 8, 31)]),
    st.sampled_from(list(ClearingPolicy)),
    st.sampled_from([3, 6, 900]),
)
movements = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(MARKETS),
        st.sampled_from(["AFN", "MFN", ""]),
        st.integers(0, 55 * 24 * 3600),
        st.integers(-99_999, 99_999) | st.integers(-(10**12), 10**12) | st.just(0),
    ),
    min_size=1,
    max_size=40,
)
notations = st.tuples(
    st.sampled_from([".", ","]),
    st.sampled_from(["%Y-%m-%d %H:%M:%S UTC", "%d.%m.%Y %H:%M:%S UTC", "%Y-%m-%dT%H:%M:%S+00:00"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)


def amount_text(minor: int, mark: str) -> str:
    return f"{Decimal(minor) / 100:.2f}".replace(".", mark)


def written(moves, notation) -> AFile:
    mark, form, end_of_line, _ = notation
    rows = [
        a_row(
            transaction_type=kind[0],
            amount_type=kind[1],
            amount_description=kind[2],
            marketplace_name=market,
            fulfillment_id=channel,
            posted_date_time=(START + timedelta(seconds=at)).strftime(form),
            amount=amount_text(minor, mark),
        )
        for kind, market, channel, at, minor in moves
    ]
    return a_file(
        rows,
        total=amount_text(sum(move[4] for move in moves), mark),
        start=START.strftime(form),
        end=(START + timedelta(days=56)).strftime(form),
        deposit=(START + timedelta(days=58)).strftime(form),
        end_of_line=end_of_line,
    )


def content(moves, notation) -> bytes:
    return (b"\xef\xbb\xbf" if notation[3] else b"") + written(moves, notation).content()


def assert_laws(found: Settled, moves) -> None:
    """Check the laws anew, on the finished values alone."""
    assert found.status == "proven", [f.what for f in found.findings]
    assert found.proof.holds
    clearing: Counter[str] = Counter()
    posted: Counter[tuple[str, str]] = Counter()
    for entry in found.journal.entries:
        assert sum(x.debit for x in entry.lines) == sum(x.credit for x in entry.lines)
        for line in entry.lines:
            assert (line.debit > 0) != (line.credit > 0)
            if line.accounting_class == "clearing":
                clearing[entry.subsidiary] += line.signed
            elif not line.derived:
                posted[entry.subsidiary, line.accounting_class] -= line.signed
    assert {code: held for code, held in clearing.items() if held} in (
        {},
        {"US": sum(move[4] for move in moves)},
    )
    assert found.clearing_after == 0
    expected: defaultdict[tuple[str, str], int] = defaultdict(int)
    vocabulary = mappings().vocabulary
    for kind, market, _, _, minor in moves:
        rule = vocabulary.rule(kind)
        of_class = rule.accounting_class if rule else "unmapped"
        expected[{"": "US", "Amazon.com": "US"}.get(market, market[-2:].upper()), of_class] += minor
    assert {k: v for k, v in posted.items() if v} == {k: v for k, v in expected.items() if v}


@given(movements, notations, profiles)
@settings(max_examples=150, deadline=None)
def test_any_settlement_keeps_every_law(moves, notation, chosen) -> None:
    found = settle(from_bytes(content(moves, notation)), mappings(chosen))
    assert_laws(found, moves)
    numbered = list(found.journal.numbered())
    rows = [x for _, _, x in numbered if x.accounting_class != "clearing"]
    assert sum(line.row_count for line in rows) == len(moves)


@given(movements, notations, profiles, st.randoms(use_true_random=False))
@settings(max_examples=75, deadline=None)
def test_the_order_of_rows_and_the_notation_change_nothing(
    moves, notation, chosen, shuffle
) -> None:
    plain = (".", "%Y-%m-%d %H:%M:%S UTC", "\n", False)
    first = settle(from_bytes(content(moves, plain)), mappings(chosen))
    shuffled = list(moves)
    shuffle.shuffle(shuffled)
    second = settle(from_bytes(content(shuffled, notation)), mappings(chosen))
    assert second.journal == first.journal
    assert second.proof == first.proof


@given(movements, notations, profiles)
@settings(max_examples=50, deadline=None)
def test_replay_gives_the_same_document(moves, notation, chosen) -> None:
    made = content(moves, notation)
    once, again = (document(settle(from_bytes(made), mappings(chosen)), "hash") for _ in range(2))
    assert once == again


@given(movements, notations, profiles)
@settings(max_examples=50, deadline=None)
def test_every_row_is_found_behind_exactly_one_line(moves, notation, chosen) -> None:
    source = from_bytes(content(moves, notation))
    found = settle(source, mappings(chosen))
    traces = trace(found.journal, chosen.grouping)
    seen: Counter[int] = Counter()
    for number, _, line in found.journal.numbered():
        behind = list(traces.rows(source, number))
        if line.derived:
            assert behind == []  # worked out, not in the file
            continue
        signed = sum(row.amount for row in behind)
        assert len(behind) == line.row_count
        if line.accounting_class == "clearing":
            assert signed == line.signed
            continue
        assert signed == -line.signed
        seen.update(row.line for row in behind)
    assert set(seen.values()) == {1}
    assert len(seen) == len(moves)


@given(movements, notations)
@settings(max_examples=50, deadline=None)
def test_the_fast_sum_and_the_row_by_row_one_agree(moves, notation) -> None:
    grouping = a_profile().grouping
    source = from_bytes(content(moves, notation))
    report = readers.read(source, grouping)
    by_row: Counter[object] = Counter()
    count: Counter[object] = Counter()
    for row in readers.rows(source, grouping):
        by_row[row.key] += row.amount
        count[row.key] += 1
    assert {g.key: (g.amount, g.rows) for g in report.groups} == {
        key: (by_row[key], count[key]) for key in count
    }


@given(movements, st.integers(1, 10**6))
@settings(max_examples=50, deadline=None)
def test_a_total_that_is_off_by_anything_holds(moves, off) -> None:
    file = written(moves, (".", "%Y-%m-%d %H:%M:%S UTC", "\n", False))
    wrong = replace(file, total=amount_text(sum(move[4] for move in moves) + off, "."))
    found = settle(
        from_bytes(wrong.content()), mappings(profile(None, ClearingPolicy.SECTION, 900))
    )
    assert found.status == "held"
    assert any(finding.code == "SETTLEMENT_VARIANCE" for finding in found.findings)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-9999, 9999)), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_v1_and_v2_of_the_same_movements_give_the_same_journal(moves) -> None:
    columns = [
        ("price-type", "price-amount", "ItemPrice"),
        ("item-related-fee-type", "item-related-fee-amount", "ItemFees"),
        ("promotion-type", "promotion-amount", "Promotion"),
        ("shipment-fee-type", "shipment-fee-amount", "ShipmentFees"),
    ]
    v1, v2 = [], []
    for choice, minor in moves:
        type_column, amount_column, amount_type = columns[choice % 4]
        name = ["Principal", "Shipping", "Commission"][choice % 3]
        text = amount_text(minor, ".")
        common = {"posted-date": "2025-08-05T12:00:00+00:00", "marketplace-name": "Amazon.com"}
        v1.append({"transaction-type": "Order", type_column: name, amount_column: text, **common})
        v2.append(
            a_row(amount_type=amount_type, amount_description=name, amount=text, fulfillment_id="")
        )
    total = amount_text(sum(minor for _, minor in moves), ".")
    first = AFile(rows=tuple(v1), total=total, columns=tuple(V1_COLUMNS))
    second = a_file(v2, total=total)
    chosen = mappings()
    a, b = (settle(from_bytes(f.content()), chosen) for f in (first, second))
    assert a.journal == b.journal
    assert a.report.format != b.report.format


def test_generated_settlements_are_not_all_alike() -> None:
    """Guards the generator: a property that only ever sees one shape proves little."""
    chooser = random.Random(7)
    kinds = {chooser.choice(KINDS) for _ in range(200)}
    assert len(kinds) == len(KINDS)
