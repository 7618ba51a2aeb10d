"""Registering listings beside other writers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from plugin import Plugin, plugin
from stock_http import SELLER, US

from handler.core.errors import OutsideFailure
from handler.flows.inventory_ports import StoredListing
from handler.flows.register_listings import Registration, register
from handler.inventory.listing import Listing, ListingKey, Pool

TEA = Listing(ListingKey(SELLER, US, "SKU-TEA"), Pool.FBM, "TEA")
START = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def here() -> Plugin:
    return plugin()


def rivals(here: Plugin, monkeypatch: pytest.MonkeyPatch, most: int) -> list[int]:
    """Let another writer come first at each of the next ``most`` writes; return their revisions."""
    put = here.app.inventory.put_listing
    won: list[int] = []

    def second(profile: str, stored: StoredListing) -> bool:
        if len(won) < most:
            other = replace(TEA, item=f"OTHER-{len(won)}")
            won.append(stored.revision)
            assert put(profile, replace(stored, listing=other))
        return put(profile, stored)

    monkeypatch.setattr(here.app.inventory, "put_listing", second)
    return won


def test_the_last_writer_stands_on_the_revision_before(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    won = rivals(here, monkeypatch, 2)
    (done,) = register(here.app, "us", [Registration(TEA)], "flow")
    assert (done.revision, done.changed, done.refused, won) == (3, True, None, [1, 2])
    (stored,) = here.app.inventory.listings("us")
    assert (stored.listing, stored.revision, stored.changed_by) == (TEA, 3, "flow")
    assert datetime.fromisoformat(stored.changed_at) >= START


def test_writers_that_never_stop_are_told(here: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    rivals(here, monkeypatch, 99)
    with pytest.raises(OutsideFailure, match="kept changing") as failed:
        register(here.app, "us", [Registration(TEA)], "flow")
    assert failed.value.code == "STORE_BUSY"


def test_what_nobody_registered_can_be_removed(here: Plugin) -> None:
    (done,) = register(here.app, "us", [Registration(TEA, remove=True)], "flow")
    assert (done.revision, done.changed, done.refused) == (1, True, None)


def test_a_wrong_listing_can_still_be_removed(here: Plugin) -> None:
    wrong = replace(TEA, item="")
    (refused,) = register(here.app, "us", [Registration(wrong)], "flow")
    assert refused.refused is not None
    assert refused.refused.code == "LISTING_QUARANTINED"
    (removed,) = register(here.app, "us", [Registration(wrong, remove=True)], "flow")
    assert removed.refused is None


def test_nothing_is_asked_and_nothing_is_answered(here: Plugin) -> None:
    assert register(here.app, "us", [], "flow") == []
