"""What Amazon's answers and sights make of a listing's state."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fbm_stock import NOW, a_key, minutes

from handler.inventory.acknowledge import accepted, doubted, drift_of, parked, rejected, seen
from handler.inventory.published import Published

SENT = Published(a_key(), decision=3, revision=7, quantity=10, sent_at=NOW, rejections=2)


def taken() -> Published:
    found = accepted(SENT, 3, 10)
    assert found is not None
    return found


def test_an_acceptance_is_kept_and_ends_the_refusals() -> None:
    found = taken()
    assert (found.accepted, found.rejections, found.revision) == (10, 0, 8)
    assert found.is_acknowledged


@pytest.mark.parametrize(("number", "quantity"), [(2, 10), (4, 10), (3, 9)])
def test_an_acceptance_of_another_decision_changes_nothing(number: int, quantity: int) -> None:
    assert accepted(SENT, number, quantity) is None


def test_an_answer_told_again_changes_nothing() -> None:
    assert accepted(taken(), 3, 10) is None
    refused = rejected(SENT, 3)
    assert refused is not None
    assert rejected(refused, 3) is None
    assert accepted(refused, 3, 10) is None


def test_a_refusal_makes_what_amazon_has_uncertain() -> None:
    found = rejected(SENT, 3)
    assert found is not None
    assert (found.quantity, found.rejections, found.revision) == (None, 3, 8)
    assert rejected(SENT, 2) is None


def test_refusals_in_a_row_park_a_listing() -> None:
    assert parked(replace(SENT, rejections=4), 5) is None
    found = parked(replace(SENT, rejections=5), 5)
    assert found is not None
    assert found.code == "LISTING_REJECTED"
    assert found.holds


def test_an_older_sight_never_wins() -> None:
    found = seen(SENT, 4, NOW)
    assert found is not None
    assert (found.seen, found.seen_at, found.quantity) == (4, NOW, 10)
    assert seen(found, 4, NOW) is None
    assert seen(found, 9, NOW - minutes(1)) is None


@pytest.mark.parametrize(
    ("units", "ordered", "drifts"),
    [(10, 0, False), (9, 0, True), (8, 2, False), (9, 2, False), (7, 2, True), (11, 2, True)],
)
def test_what_orders_do_not_explain_is_drift(units: int, ordered: int, drifts: bool) -> None:
    state = seen(taken(), units, NOW + minutes(1))
    assert state is not None
    found = drift_of(state, ordered)
    assert (found is not None) is drifts
    if found is not None:
        assert found.code == "FBM_QUANTITY_DRIFT"
        assert found.evidence["accepted"] == 10


def test_nothing_drifts_before_amazon_took_it_or_was_seen_after() -> None:
    early = seen(taken(), 4, NOW)
    open_ = seen(SENT, 4, NOW + minutes(1))
    assert early is not None
    assert open_ is not None
    assert drift_of(early, 0) is None
    assert drift_of(open_, 0) is None
    assert drift_of(taken(), 0) is None


def test_a_doubted_quantity_is_told_once() -> None:
    state = seen(taken(), 4, NOW + minutes(1))
    assert state is not None
    found = doubted(state)
    assert found is not None
    assert (found.quantity, found.revision) == (None, 10)
    assert drift_of(found, 0) is None
    assert doubted(found) is None
