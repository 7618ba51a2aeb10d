"""Rebuilding from the bucket alone: whatever is missing, cut off or different is named."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from cut_off import Died, Scissors
from plugin import CA_ID
from restore_facts import Lost, ledger_of, lived, parcels_of, unposted, versions_of
from restore_world import LESS, Copied, InMemory, edited_mappings, with_mappings

from handler.flows import outbox
from handler.flows.outbox import Asked, lease
from handler.flows.parcel import ParcelState
from handler.flows.read_stock_report import read_posted
from handler.flows.state_ports import Noted
from handler.flows.state_posted import tell_posted
from handler.flows.state_rebuild import rebuild
from handler.flows.stock_files import ReportWish
from handler.wiring import mapping_source

CUTS = (1, 3, 8, 13, 20)


@pytest.fixture(scope="module")
def once() -> Lost:
    """Everything was done once; each test loses the table anew."""
    return lived(InMemory())


@pytest.fixture
def lost(once: Lost) -> Lost:
    once.mended()
    return once


def test_a_copied_bucket_tells_no_times_and_gives_the_same(lost: Lost) -> None:
    done = rebuild(lost.world.app, Copied(lost.world.bucket))
    assert (done.same, done.as_recorded) == (12, 0)
    assert lost.world.journals() == lost.journals
    assert unposted(versions_of(lost.world)) == unposted(lost.versions)


@pytest.mark.parametrize("at", CUTS)
def test_cut_off_at_a_write_and_run_again(lost: Lost, at: int) -> None:
    scissors = Scissors()
    scissors.cut(at, after=bool(at % 2))
    with pytest.raises(Died):
        lost.rebuilt(scissors.over(lost.world.app))
    done = lost.rebuilt()
    assert (done.same + done.there, done.as_recorded) == (12, 0)
    assert unposted(versions_of(lost.world)) == unposted(lost.versions)
    assert ledger_of(lost.world)[1:] == lost.ledger[1:]
    assert lease(lost.world.app, Asked("flow", limit=100)).messages == ()


def test_other_mappings_are_told_and_nothing_is_posted_for_them(lost: Lost, tmp_path: Path) -> None:
    edited = edited_mappings(tmp_path)
    told = lost.rebuilt(with_mappings(lost.world.app, edited))
    assert (told.same, told.as_recorded) == (4, 8)  # of the other profiles, and of Canada
    assert [one.code for one in told.noted].count("OTHER_MAPPINGS") == 8
    assert lost.world.journals() == lost.journals
    assert unposted(versions_of(lost.world)) == unposted(lost.versions)
    assert parcels_of(lost.world, ParcelState.PARKED) == lost.waiting | lost.done
    # With the folder of then beside it, all is proven again.
    here = with_mappings(lost.world.lose_table(), edited)
    again = lost.rebuilt(here, earlier=[mapping_source()])
    assert (again.same, again.as_recorded) == (12, 0)


def test_a_result_that_comes_out_otherwise_is_told_and_stands(lost: Lost) -> None:
    """As after an update of the plugin that settles something differently."""
    key = next(key for key in lost.files if "/72743017832/v1" in key)
    told = gzip.decompress(lost.files[key]).replace(b"Product Sales", b"Product Salts")
    lost.world.put(key, gzip.compress(told))
    done = lost.rebuilt()
    (noted,) = [one for one in done.noted if one.code == "COMES_OUT_OTHERWISE"]
    assert "72743017832, version 1" in noted.of
    assert (done.same, done.as_recorded) == (11, 1)
    assert unposted(versions_of(lost.world)) == unposted(lost.versions)


def test_what_is_missing_in_the_bucket_is_named(lost: Lost) -> None:
    gone = [
        next(key for key in lost.files if f"/{CA_ID}/v2" in key),
        next(key for key in lost.files if "raw-settlements/ca/september" in key),
    ]
    for key in gone:
        lost.world.delete(key)
    done = lost.rebuilt()
    for key in gone:
        lost.world.put(key, lost.files[key])
    told = [(one.code, one.of) for one in done.noted]
    assert ("RESULT_MISSING", f"settlement {CA_ID}, version 3") in told
    assert ("RESULT_MISSING", f"settlement {CA_ID}, version 4") in told
    assert ("RAW_FILE_MISSING", "settlement 57036297021, version 1") in told
    assert ("DEPOSIT_WITHOUT_SETTLEMENT", f"settlement {CA_ID}, version 4") in told
    # Mended, the same command goes on.
    again = lost.rebuilt()
    assert unposted(versions_of(lost.world))[0] == unposted(lost.versions)[0]
    assert {one.code for one in again.noted} <= {"SETTLED_NOW"}
    assert len(lost.world.app.settlements.versions(CA_ID)) == 4


def test_released_by_hand_goes_out_once(lost: Lost) -> None:
    lost.rebuilt()
    app = lost.world.app
    parked = list(outbox.parcels(app, "parked", 100).items)
    assert all(one["last_error"].startswith("REBUILT") for one in parked)
    (august,) = [one for one in parked if one["settlement_id"] == "72743017832"]
    outbox.release(app, [august["parcel_id"]])
    messages = lease(app, Asked("flow", limit=100)).messages
    assert {one["settlement_id"] for one in messages} == {"72743017832"}


def test_without_any_result_raw_files_are_settled_in_the_order_of_their_periods(
    lost: Lost,
) -> None:
    for key in lost.files:
        if key.startswith("results/"):
            lost.world.delete(key)
    done = lost.rebuilt()
    now = {name for one in lost.world.settlements() for name in one.external_ids}
    first = {name for each in lost.versions for name in each[0].external_ids}
    assert first <= now
    assert {"SETTLED_NOW", "REPORT_LEFT"} <= {one.code for one in done.noted}
    assert lease(lost.world.app, Asked("flow", limit=100)).messages == ()
    for key, content in lost.files.items():
        lost.world.put(key, content)


def test_what_netsuite_has_is_done_wherever_its_parcel_stands(lost: Lost) -> None:
    """As after an older moment of the table was restored: nothing is handed out again."""
    rebuilt = lost.rebuilt()
    app = lost.world.app
    ids = dict(pair.split("=", 1) for pair in lost.ids)
    parked = list(outbox.parcels(app, "parked", 100).items)
    outbox.release(app, [one["parcel_id"] for one in parked])
    told = tell_posted(app, ids | {"AMZ-NOT-OURS": "77"}, rebuilt.deposits.matched, [])
    assert (told.parked, told.unknown) == (0, ("AMZ-NOT-OURS",))
    assert (told.posted, told.posted + told.waiting) == (7, len(parked))
    assert parcels_of(lost.world, ParcelState.DONE) == lost.done
    again = tell_posted(app, ids, rebuilt.deposits.matched, [])
    assert (again.posted, again.waiting) == (0, told.waiting)
    leased = lease(app, Asked("flow", limit=100)).messages
    assert not {one["external_id"] for one in leased} & ids.keys()


def test_netsuites_ids_that_contradict_are_noted_and_their_parcel_waits(lost: Lost) -> None:
    lost.rebuilt()
    names = [f"AMZ-CA-{CA_ID}-202508", f"AMZ-CA-{CA_ID}-202508-R3"]
    noted: list[Noted] = []
    told = tell_posted(lost.world.app, dict.fromkeys(names, "7"), (), noted)
    assert [one.code for one in noted] == ["ACKNOWLEDGED_OTHERWISE"]
    assert told.posted == 1


def test_a_report_sent_again_posts_nothing_more(lost: Lost) -> None:
    """The listings it was posted by are there again: nothing is taken back for want of them."""
    done = lost.rebuilt()
    assert done.stock.listings == 1
    (answer,) = read_posted(lost.world.app, LESS, ReportWish("us"))
    assert answer["postings"] == []
    assert ledger_of(lost.world)[3] == lost.ledger[3]
    assert {one.revision for one in lost.ledger[3]} == {2}


def test_without_the_listings_it_would_be_taken_back(lost: Lost) -> None:
    """What restore.md warns of, where they were registered before they were kept."""
    for key in lost.files:
        if key.startswith("results/listings/"):
            lost.world.delete(key)
    assert lost.rebuilt().stock.listings == 0
    (answer,) = read_posted(lost.world.app, LESS, ReportWish("us"))
    assert {line["item"] for posting in answer["postings"] for line in posting["lines"]} == {
        "COFFEE-401",
        "COFFEE-403",
    }
