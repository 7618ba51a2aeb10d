"""Amazon against NetSuite: like with like, with a cause proposed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handler.inventory.amazon_counts import (
    AmazonCounts,
    CountKey,
    Elsewhere,
    Measure,
    Spot,
    Unregistered,
)
from handler.inventory.drift import DriftOutcome, compare
from handler.inventory.drift_causes import CauseKind, CountTimes, DriftFacts
from handler.inventory.drift_pair import FbmCount, NetsuiteCount
from handler.inventory.listing import ListingKey
from handler.inventory.published import Published
from handler.payloads.drift_documents import (
    cause_counts,
    differences,
    drift_document,
    drifted_units,
)

READ = datetime(2024, 12, 2, 8, tzinfo=UTC)
FACTS = DriftFacts(CountTimes(READ, date(2024, 12, 1), READ))
FBA = frozenset({"FBA", "FBA bad", "FBA transit", "FBA removal"})
SPOT = Spot("A", "FBA")
AMAZON = AmazonCounts(
    {CountKey("A", "FBA", Measure.ON_HAND): 156, CountKey("A", "FBA", Measure.AVAILABLE): 144},
    frozenset({("FBA", Measure.ON_HAND), ("FBA", Measure.AVAILABLE), ("FBA bad", Measure.ON_HAND)}),
)
STATE = Published(ListingKey("S", "ATV", "SKU"), 1, 1, 10, READ, 10)
SEEN_LATER = replace(STATE, seen=7, seen_at=READ.replace(hour=9))
SEEN_BEFORE = replace(STATE, seen=7, seen_at=READ.replace(hour=7))


def run(
    amazon: AmazonCounts = AMAZON,
    netsuite: tuple[NetsuiteCount, ...] = (),
    fbm: tuple[FbmCount, ...] = (),
    facts: DriftFacts = FACTS,
    tolerance: int = 0,
) -> DriftOutcome:
    return compare(amazon, netsuite, fbm, facts, lambda _item: tolerance, FBA)


def test_equal_counts_agree_and_say_nothing() -> None:
    outcome = run(netsuite=(NetsuiteCount("A", "FBA", 156, 144),))
    assert [pair.difference for pair in outcome.pairs] == [0, 0]
    assert outcome.findings == ()


def test_a_difference_is_told_with_both_figures_and_times() -> None:
    outcome = run(netsuite=(NetsuiteCount("A", "FBA", 150, 144),))
    (finding,) = outcome.findings
    assert finding.code == "STOCK_DRIFT"
    assert finding.subject == "item A at FBA, on hand"
    assert finding.what == (
        "Item A at FBA: Amazon has 156 on hand (ledger, end of 2024-12-01), NetSuite 150 (read "
        "2024-12-02T08:00:00+00:00); they differ by +6, and 0 is tolerated. Likely cause: nothing "
        "known here explains 6 units."
    )
    assert finding.evidence["cause"] == "unexplained"


@pytest.mark.parametrize(("tolerance", "found"), [(5, 1), (6, 0)])
def test_tolerance_is_the_last_difference_that_is_no_drift(tolerance: int, found: int) -> None:
    outcome = run(netsuite=(NetsuiteCount("A", "FBA", 150, 144),), tolerance=tolerance)
    assert len(outcome.findings) == found
    assert len(differences(outcome)) == 1


def test_an_item_one_system_lacks_is_a_pair_with_zero() -> None:
    outcome = run(netsuite=(NetsuiteCount("B", "FBA bad", 3),))
    assert [(p.item, p.amazon, p.netsuite, p.missing) for p in outcome.pairs] == [
        ("A", 156, 0, "netsuite"),
        ("B", 0, 3, "amazon"),
    ]  # NetSuite was asked for no available units, so these are not compared


def test_what_no_report_counts_is_set_aside_and_other_locations_enter_nothing() -> None:
    removal = NetsuiteCount("A", "FBA removal", 9)
    outcome = run(
        netsuite=(NetsuiteCount("A", "FBA", 156, 144), removal, NetsuiteCount("A", "Own", 7))
    )
    assert outcome.uncounted == (removal,)
    assert outcome.findings == ()


def test_bins_of_one_location_add_up() -> None:
    rows = (NetsuiteCount("A", "FBA", 100, 144), NetsuiteCount("A", "FBA", 56))
    assert run(netsuite=rows).findings == ()


KEPT = Elsewhere(0, 3, 8, 12)
MOVED = {SPOT: -6}
LOST = Unregistered("X9", "NEW", "FBA", Measure.ON_HAND, 4)


@pytest.mark.parametrize(
    ("on_hand", "available", "amazon", "facts", "kind", "units", "whole"),
    [
        (150, 144, {}, {"unposted": {SPOT: 6}}, CauseKind.UNPOSTED_EVENTS, 6, True),
        (150, 144, {}, {"unposted": {SPOT: 4}}, CauseKind.UNPOSTED_EVENTS, 4, False),
        (150, 144, {}, {"unposted": {SPOT: 7}}, CauseKind.UNEXPLAINED, 0, False),
        (150, 144, {}, {"unposted": {SPOT: -6}}, CauseKind.UNEXPLAINED, 0, False),
        (160, 144, {"unregistered": (LOST,)}, {}, CauseKind.MISSING_SKU, -4, True),
        (161, 144, {"elsewhere": {SPOT: Elsewhere(5, 3)}}, {}, CauseKind.IN_TRANSIT, -5, True),
        (164, 144, {"elsewhere": {SPOT: Elsewhere(5, 3)}}, {}, CauseKind.IN_TRANSIT, -8, True),
        (156, 156, {"elsewhere": {SPOT: KEPT}}, {}, CauseKind.RESERVED, -12, True),
        (156, 152, {"elsewhere": {SPOT: KEPT}}, {}, CauseKind.RESERVED, -8, True),
        (168, 144, {"elsewhere": {SPOT: KEPT}}, {}, CauseKind.IN_TRANSIT, -3, False),
        (151, 144, {}, {"moved_since": {SPOT: -5}}, CauseKind.TIMING, 5, True),
        (151, 144, {}, {"moved_since": {SPOT: -9}}, CauseKind.TIMING, 5, True),
        (151, 144, {}, {"moved_since": {SPOT: 5}}, CauseKind.UNEXPLAINED, 0, False),
        (160, 144, {}, {"recent_shipments": {SPOT: 3}}, CauseKind.TIMING, -3, False),
        (160, 144, {}, {"unfulfilled": {SPOT: 4}}, CauseKind.SHIPMENTS_NOT_FULFILLED, -4, True),
        (150, 144, {}, {"unposted": {SPOT: 2}, "moved_since": MOVED}, CauseKind.TIMING, 6, True),
    ],
)  # fmt: skip
def test_a_cause_is_proposed(  # type: ignore[no-untyped-def]
    on_hand, available, amazon, facts, kind, units, whole
) -> None:
    outcome = run(
        replace(AMAZON, **amazon),
        (NetsuiteCount("A", "FBA", on_hand, available),),
        facts=replace(FACTS, **facts),
    )
    (pair,) = (pair for pair in outcome.pairs if pair.difference)
    assert pair.cause is not None
    assert (pair.cause.kind, pair.cause.units, pair.cause.whole) == (kind, units, whole)


def test_an_item_without_a_listing_is_a_missing_sku() -> None:
    outcome = run(
        netsuite=(NetsuiteCount("A", "FBA", 156, 144), NetsuiteCount("B", "FBA", 3)),
        facts=replace(FACTS, registered=frozenset({"A"})),
    )
    assert cause_counts(outcome) == {"missing_sku": 1}


def test_units_of_no_item_are_told() -> None:
    outcome = run(replace(AMAZON, unregistered=(LOST,)), (NetsuiteCount("A", "FBA", 156, 144),))
    assert [finding.code for finding in outcome.findings] == ["UNREGISTERED_SKU"]


@pytest.mark.parametrize(
    ("fbm", "difference", "kind"),
    [
        (FbmCount("A", STATE), 0, None),
        (FbmCount("A", replace(STATE, accepted=8)), -2, CauseKind.TIMING),
        (FbmCount("A", SEEN_LATER, ordered=3), -3, CauseKind.TIMING),
        (FbmCount("A", SEEN_LATER), -3, CauseKind.UNEXPLAINED),
        (FbmCount("A", SEEN_BEFORE), 0, None),
        (FbmCount("A", STATE, due=12), -2, CauseKind.TIMING),
    ],
)  # fmt: skip
def test_a_listing_of_the_own_stock_is_compared_with_what_is_due(
    fbm: FbmCount, difference: int, kind: CauseKind | None
) -> None:
    (pair,) = run(AmazonCounts(), fbm=(fbm,)).pairs
    assert (pair.location, pair.measure) == ("ATV/SKU", Measure.PUBLISHED)
    assert pair.difference == difference
    assert (pair.cause.kind if pair.cause else None) == kind


def test_a_listing_never_decided_is_no_pair() -> None:
    assert run(AmazonCounts(), fbm=(FbmCount("A", Published(STATE.key)),)).pairs == ()


def test_the_document_totals_by_pool_and_cause() -> None:
    fbm = (FbmCount("A", replace(STATE, accepted=8)),)
    outcome = run(netsuite=(NetsuiteCount("A", "FBA", 150, 144),), fbm=fbm)
    document = drift_document(outcome)
    assert document["counts"] == {
        "compared": 3, "agreed": 1, "tolerated": 0, "drifted": 2, "units": 8, "unregistered": 0,
        "uncounted": 0, "findings": 2,
    }  # fmt: skip
    assert document["totals"] == [
        {"pool": "FBA", "cause": "unexplained", "pairs": 1, "units": 6},
        {"pool": "FBM", "cause": "timing", "pairs": 1, "units": 2},
    ]
    assert differences(outcome) == {
        ("A", "FBA", "on_hand"): (156, 150),
        ("A", "ATV/SKU", "published"): (8, 10),
    }
    assert drifted_units(outcome) == 8
