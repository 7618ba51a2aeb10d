"""What flows/delivery_ports.py promises of the outbox, kept by each store alike."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from delivery_samples import AT, GROUP, leased, parcel
from store_samples import settlement

from handler.core.errors import RefusedRequest
from handler.flows import cursors
from handler.flows.delivery_ports import OutboxStore
from handler.flows.parcel import COMING, Parcel, ParcelKind, ParcelState
from handler.flows.ports import Page, SettlementStore

Listing = Callable[[int, str], Page[Parcel]]


def _all(listing: Listing, limit: int) -> tuple[list[Parcel], int]:
    found: list[Parcel] = []
    cursor, pages = "", 0
    while cursor or not pages:
        page = listing(limit, cursor)
        assert len(page.items) <= limit
        found += page.items
        cursor, pages = page.cursor, pages + 1
    return found, pages


def test_gives_back_what_was_put(outbox: OutboxStore) -> None:
    assert list(outbox.group(GROUP)) == []
    new = parcel(
        kind=ParcelKind.STOCK, attempts=3, lease="l é", holder="flow é", last_error="no “answer”",
        leased=("AMZ-é-2", "another"), accepted=("AMZ-US-1",), failed=True,
    )  # fmt: skip
    assert outbox.put(new)
    assert list(outbox.group(GROUP)) == [new]
    assert outbox.coming(10) == Page([new])
    assert outbox.parked(10) == Page([])


def test_a_parcel_may_be_empty(outbox: OutboxStore) -> None:
    new = parcel(external_ids=(), document_key="", profile="", subject="")
    assert outbox.put(new)
    assert list(outbox.group(GROUP)) == [new]


def test_revisions_follow_one_another(outbox: OutboxStore) -> None:
    first = parcel()
    assert not outbox.put(replace(first, revision=2))
    assert list(outbox.group(GROUP)) == []
    assert outbox.put(first)
    assert not outbox.put(replace(first, profile="ca"))
    second = leased(first, "flow")
    assert outbox.put(second)
    assert not outbox.put(replace(second, holder="another"))
    assert not outbox.put(replace(second, revision=4))
    assert list(outbox.group(GROUP)) == [second]


def test_a_group_is_in_the_order_of_places_and_holds_no_other(outbox: OutboxStore) -> None:
    places = ["000002-journal", "000001-journal", "000001-paid-00ff", "000010-journal"]
    for place in places:
        assert outbox.put(parcel(place))
        assert outbox.put(parcel(place, group=f"{GROUP}9"))
    done = parcel("000000-journal", state=ParcelState.DONE)
    assert outbox.put(done)
    found = outbox.group(GROUP)
    assert [one.place for one in found] == ["000000-journal", *sorted(places)]
    assert {one.group for one in found} == {GROUP}


@pytest.mark.parametrize("odd", ["a#b", "run:é 日本", "run:" + "x" * 5000])
def test_odd_groups_are_groups(outbox: OutboxStore, odd: str) -> None:
    parcels = [parcel(f"00000{n}-journal", group=odd) for n in range(3)]
    for one in parcels:
        assert outbox.put(one)
    assert list(outbox.group(odd)) == parcels
    found, pages = _all(outbox.coming, 1)
    assert (found, pages) == (parcels, 3)


MOMENTS = [
    AT,
    "2025-01-16T00:00:01+00:00",
    "2025-01-15T23:30:00-02:00",  # later than these, said elsewhere
    "2025-01-17T00:00:00+00:00",
    "2024-12-31T23:59:59+00:00",
]


@pytest.mark.parametrize("seed", [1, 2])
def test_coming_are_the_earliest_first_page_by_page(outbox: OutboxStore, seed: int) -> None:
    parcels = [
        parcel("000001-journal", group=f"run:{n}", ready_at=moment, state=state)
        for n, (moment, state) in enumerate(
            (moment, state) for moment in MOMENTS for state in COMING
        )
    ]
    expected = sorted(parcels, key=lambda one: (datetime.fromisoformat(one.ready_at), one.group))
    random.Random(seed).shuffle(parcels)
    for one in parcels:
        assert outbox.put(one)
    outbox.put(parcel("000001-journal", group="run:done", state=ParcelState.DONE))
    outbox.put(parcel("000001-journal", group="run:parked", state=ParcelState.PARKED))
    for limit in (1, 4, 15, 100):
        assert _all(outbox.coming, limit) == (expected, -(-15 // limit))


def test_parked_are_the_latest_first_page_by_page(outbox: OutboxStore) -> None:
    parcels = [
        parcel(group=f"run:{n}", ready_at=f"2025-01-1{n}T00:00:00+00:00", state=ParcelState.PARKED)
        for n in range(5)
    ]
    for one in (*parcels, parcel(group="run:coming")):
        assert outbox.put(one)
    for limit in (1, 2, 5):
        assert _all(outbox.parked, limit) == (parcels[::-1], -(-5 // limit))


def test_a_parcel_stands_in_the_list_of_its_state_alone(outbox: OutboxStore) -> None:
    standing = parcel()
    assert outbox.put(standing)
    for state, coming, parked in (
        (ParcelState.LEASED, 1, 0),
        (ParcelState.PARKED, 0, 1),
        (ParcelState.WAITING, 1, 0),
        (ParcelState.DELIVERED, 1, 0),
        (ParcelState.DONE, 0, 0),
    ):
        standing = replace(standing, state=state, revision=standing.revision + 1)
        assert outbox.put(standing)
        assert list(outbox.coming(9).items) == [standing] * coming
        assert list(outbox.parked(9).items) == [standing] * parked
        assert list(outbox.group(GROUP)) == [standing]


def _refused(listing: Callable[..., Any], *given: Any) -> str:
    with pytest.raises(RefusedRequest) as refused:
        listing(*given)
    return refused.value.code


def test_a_cursor_opens_no_other_list(
    settlements_and_outbox: tuple[SettlementStore, OutboxStore],
) -> None:
    settlements, outbox = settlements_and_outbox
    for n in range(3):
        outbox.put(parcel(group=f"run:{n}"))
        outbox.put(parcel(group=f"run:parked {n}", state=ParcelState.PARKED))
        settlements.record(settlement(str(n)), [])
    coming, parked = outbox.coming(1).cursor, outbox.parked(1).cursor
    assert coming
    assert parked
    assert _refused(outbox.parked, 9, coming) == "BAD_CURSOR"
    assert _refused(outbox.coming, 9, parked) == "BAD_CURSOR"
    assert _refused(outbox.coming, 9, settlements.settlements("", 1).cursor) == "BAD_CURSOR"
    assert _refused(settlements.settlements, "", 9, coming) == "BAD_CURSOR"


@pytest.mark.parametrize(
    "cursor", ["%%%", "é", "a" * 20_000, cursors.encode("OUTBOX", "x"), cursors.encode("OUTBOX")]
)
def test_bad_cursors_are_refused(outbox: OutboxStore, cursor: str) -> None:
    outbox.put(parcel())
    for listing in (outbox.coming, outbox.parked):
        assert _refused(listing, 9, cursor) == "BAD_CURSOR"


def test_what_a_page_was_left_at_may_be_gone(outbox: OutboxStore) -> None:
    parcels = [parcel(group=f"run:{n}") for n in range(3)]
    for one in parcels:
        outbox.put(one)
    cursor = outbox.coming(1).cursor
    assert outbox.put(replace(parcels[0], state=ParcelState.DONE, revision=2))
    assert list(outbox.coming(9, cursor).items) == parcels[1:]
