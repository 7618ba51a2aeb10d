"""A batch of a backfill: every file has its turn, and says what became of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from plugin import (
    BUCKET,
    CA,
    CA_ID,
    HELD,
    OTHER,
    OTHER_ID,
    POISON,
    Plugin,
    plugin,
    unreachable,
    with_total,
)

from handler.core.errors import OutsideFailure
from handler.entrypoints.backfill import OutOfTime, handle
from handler.flows.outbox_names import parcel_id
from handler.flows.upload import Upload, receive

FOLDER = "raw-settlements/ca/"
LAST = 4  # retries before the fifth attempt


@pytest.fixture
def here() -> Plugin:
    return plugin()


def batch(here: Plugin, *files: tuple[str, bytes], retries: int = 0) -> dict[str, Any]:
    for name, content in files:
        here.files.put(FOLDER + name, content)
    items = [{"Key": FOLDER + name, "Size": len(content)} for name, content in files]
    return {"Items": items, "BatchInput": {"profile": "ca", "retries": retries}}


def became(answer: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    return [
        (one["key"].removeprefix(FOLDER), one["outcome"], one["code"], one["replayed"])
        for one in answer["files"]
    ]


def test_each_file_says_what_became_of_it(here: Plugin) -> None:
    changed = with_total(OTHER, "9.99")
    files = (("a", OTHER), ("b", POISON), ("c", HELD), ("d", changed), ("e/f", OTHER), ("", b""))
    event = batch(here, *files)
    assert became(handle(here.app, event)) == [
        ("a", "proven", "", False),
        ("b", "parked", "UNUSABLE_FILE", False),
        ("c", "held", "", False),
        ("d", "parked", "SETTLEMENT_CONFLICT", False),
        ("e/f", "parked", "UPLOAD_REFUSED", False),
        ("", "ignored", "", False),
    ]
    again = handle(here.app, event)
    assert again["counts"] == {"ignored": 1, "parked": 3, "replayed": 2}
    assert here.settlements.recorded == 2
    assert [one["settlement_id"] for one in again["files"]] == [OTHER_ID, "", CA_ID, "", "", ""]


def test_it_is_the_very_same_as_an_upload(here: Plugin) -> None:
    there = plugin()
    there.files.put(FOLDER + "a", CA)
    receive(there.app, Upload(BUCKET, FOLDER + "a", len(CA)), 1)
    handle(here.app, batch(here, ("a", CA)))
    one, other = here.settlements.get(CA_ID), there.settlements.get(CA_ID)
    assert one is not None
    assert other is not None
    assert one.content_hash == other.content_hash
    assert here.files.read(one.result_key) == there.files.read(other.result_key)
    parcels = [
        [parcel_id(each) for each in made.settlements.outbox.group(f"settlement:{CA_ID}")]
        for made in (here, there)
    ]
    assert parcels[0] == parcels[1] != []


@pytest.mark.parametrize("error", [unreachable(), RuntimeError("nobody foresaw it")])
def test_what_may_pass_is_raised_when_all_had_their_turn(here: Plugin, error: Exception) -> None:
    event = batch(here, ("a", CA), ("b", OTHER))
    here.settlements.failing = [error]
    with pytest.raises(type(error)):
        handle(here.app, event)
    assert here.settlements.get(OTHER_ID) is not None
    assert here.open_exceptions() == []
    event["BatchInput"]["retries"] = 1
    assert handle(here.app, event)["counts"] == {"proven": 1, "replayed": 1}
    assert here.settlements.recorded == 2


@pytest.mark.parametrize("retries", [LAST, LAST + 7])  # throttles of Lambda count as retries too
def test_the_last_attempt_parks_and_the_batch_is_done(here: Plugin, retries: int) -> None:
    event = batch(here, ("a", CA), ("b", OTHER), retries=retries)
    here.settlements.failing = [unreachable()]
    answer = handle(here.app, event)
    assert answer["counts"] == {"parked": 1, "proven": 1}
    (found,) = here.open_exceptions()
    assert found.code == "UPLOAD_FAILED"
    assert handle(here.app, event)["counts"] == {"proven": 1, "replayed": 1}
    assert here.open_exceptions() == []


def test_a_register_that_does_not_answer_is_raised_even_then(here: Plugin) -> None:
    here.settlements.register_fails = True
    with pytest.raises(OutsideFailure):
        handle(here.app, batch(here, ("a", POISON), retries=LAST))


def test_no_file_keeps_those_behind_it_from_their_turn(here: Plugin) -> None:
    """One that ends the process, at any place: in two attempts all others had their turn."""
    names = [f"{number}" for number in range(10)]
    for deadly in names:
        tried: set[str] = set()
        for retries in range(2):
            event = batch(here, *((name, POISON) for name in names), retries=retries)
            tried |= _until_it_ends(here, event, FOLDER + deadly)
        assert tried >= {FOLDER + name for name in names}


class _End(BaseException):
    """The process is gone: no handler of errors sees it."""


def _until_it_ends(here: Plugin, event: dict[str, Any], deadly: str) -> set[str]:
    tried: set[str] = set()
    source = here.files.source

    def ends(key: str) -> Any:
        tried.add(key)
        if key == deadly:
            raise _End
        return source(key)

    here.files.source = ends  # type: ignore[method-assign]
    try:
        with pytest.raises(_End):
            handle(here.app, event)
    finally:
        here.files.source = source  # type: ignore[method-assign]
    return tried


def test_nothing_is_begun_that_might_be_cut_off(here: Plugin) -> None:
    left = iter([900_000, 59_999])
    context = SimpleNamespace(
        aws_request_id="r", get_remaining_time_in_millis=lambda: next(left, 59_999)
    )
    event = batch(here, ("a", CA), ("b", OTHER))
    with pytest.raises(OutOfTime):
        handle(here.app, event, context)
    assert here.settlements.get(CA_ID) is not None
    assert here.settlements.get(OTHER_ID) is None
    assert handle(here.app, event)["counts"] == {"proven": 1, "replayed": 1}


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Items": [], "BatchInput": {}},
        {"Items": [{"Key": "x", "Size": 1}]},
        {"Items": [{"Key": "x"}], "BatchInput": {}},
        {"Items": [{"Key": "x", "Size": 1}], "BatchInput": {"retries": -1}},
        {"Items": [{"Key": "x", "Size": 1}], "BatchInput": {"retries": "1"}},
    ],
)
def test_what_is_no_batch_is_an_error(here: Plugin, event: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="batch"):
        handle(here.app, event)
    assert here.written() == ([], 0, 0)
