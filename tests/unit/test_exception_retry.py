"""A retry does the job again, five times at most, and never loses what it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from builders import a_file, a_profile, a_row
from job_world import Cut
from outbox_world import Clock
from plugin import CA, HELD, POISON, plugin
from test_repost import Mapped

from handler.core.errors import Conflict, OutsideFailure, PluginError, RefusedRequest
from handler.flows.app import App
from handler.flows.exception_handling import assign, close, detail, note, reopen
from handler.flows.exception_ports import ExceptionList, ExceptionState, RegisteredException
from handler.flows.exception_record import MOST_ATTEMPTS, exception_id, known
from handler.flows.exception_retry import retry, retry_alike
from handler.flows.file_attempt import Upload
from handler.flows.posted import settle_posted
from handler.flows.settle_call import Wish
from handler.flows.upload import receive
from handler.settlement.profile import Policies, UnmappedPolicy
from handler.wiring import in_memory

MYSTERY = ("Order", "ItemFees", "Mystery Fee")
FEE = a_row(amount_type="ItemFees", amount_description="Mystery Fee", amount="-1.50")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mapped() -> Mapped:
    return Mapped()


@pytest.fixture
def app(clock: Clock, mapped: Mapped) -> App:
    return replace(in_memory(now=clock), mappings=mapped)


def file_of(settlement_id: str) -> bytes:
    return a_file([a_row(), FEE], total="8.50", settlement_id=settlement_id).content()


def only(app: App, kind: str = "open") -> RegisteredException:
    (found,) = app.settlements.exceptions(100, "", ExceptionList(kind)).items
    return found


def holding(mapped: Mapped) -> None:
    """Hold what has no rule, rather than post it to suspense."""
    profile = a_profile(policies=Policies(unmapped=UnmappedPolicy.HOLD))
    mapped.now = replace(mapped.now, profile=profile, version="holding")


def actions(document: dict[str, Any]) -> list[str]:
    return [entry["action"] for entry in document["history"]]


def fails(app: App, call: Callable[[], object]) -> str:
    before = app.settlements.exceptions(100).items
    with pytest.raises(PluginError) as caught:
        call()
    assert app.settlements.exceptions(100).items == before
    return caught.value.code


def test_after_the_rule_is_added_a_held_settlement_is_proven_by_the_retry(
    app: App, mapped: Mapped
) -> None:
    holding(mapped)
    answer = settle_posted(app, file_of("11700000001"))
    assert answer.document["status"] == "held"
    name = exception_id(only(app))
    mapped.remap(MYSTERY, "referral_fees")
    told = retry(app, name, "key:ann")
    assert told["state"] == "resolved"
    assert actions(told) == ["retried", "resolved"]
    assert told["attempts"] == 0
    record = app.settlements.get("11700000001")
    assert record is not None
    assert (record.status, record.version) == ("proven", 2)
    assert not app.settlements.exceptions(100).items


def test_what_went_to_suspense_is_corrected_by_the_difference(app: App, mapped: Mapped) -> None:
    assert settle_posted(app, file_of("11700000001")).document["status"] == "proven"
    name = exception_id(only(app))
    mapped.remap(MYSTERY, "referral_fees")
    assert retry(app, name, "key:ann")["state"] == "resolved"
    versions = app.settlements.versions("11700000001")
    assert [one.status for one in versions] == ["proven", "proven"]
    assert versions[1].external_ids != versions[0].external_ids


def test_without_a_repair_it_is_open_again_and_parked_after_the_fifth(
    app: App, mapped: Mapped
) -> None:
    holding(mapped)
    settle_posted(app, file_of("11700000001"))
    name = exception_id(only(app))
    states = [retry(app, name, "key:ann")["state"] for _ in range(MOST_ATTEMPTS)]
    assert states == ["open"] * 4 + ["parked"]
    assert fails(app, lambda: retry(app, name, "key:ann")) == "ATTEMPTS_USED_UP"
    assert only(app).state is ExceptionState.PARKED
    assert "same as before" in detail(app, name)["history"][-1]["note"]
    assert reopen(app, name, "key:ann")["attempts"] == 0
    mapped.remap(MYSTERY, "referral_fees")
    assert retry(app, name, "key:ann")["state"] == "resolved"


def test_a_retry_that_fails_leaves_the_item_and_says_why(app: App, mapped: Mapped) -> None:
    holding(mapped)
    settle_posted(app, file_of("11700000001"))
    name = exception_id(only(app))

    def gone(_: str) -> object:
        raise OutsideFailure("STORE_BUSY", "The store is busy.", "Wait.", {})

    broken = replace(app, mappings=type("Broken", (), {"load": staticmethod(gone)})())
    told = retry(broken, name, "key:ann")
    assert (told["state"], told["attempts"]) == ("open", 1)
    assert told["history"][-1]["note"] == "STORE_BUSY: The store is busy."


def test_a_fault_nobody_foresaw_leaves_the_item_too(app: App, mapped: Mapped) -> None:
    holding(mapped)
    settle_posted(app, file_of("11700000001"))
    name = exception_id(only(app))

    def gone(_: str) -> object:
        raise ZeroDivisionError("secret 1")

    broken = replace(app, mappings=type("Broken", (), {"load": staticmethod(gone)})())
    with pytest.raises(ZeroDivisionError):
        retry(broken, name, "key:ann")
    told = detail(app, name)
    assert (told["state"], told["attempts"]) == ("open", 1)
    assert told["history"][-1]["note"] == "Unexpected: ZeroDivisionError."


def test_a_retry_cut_off_is_over_when_its_time_is(app: App, mapped: Mapped, clock: Clock) -> None:
    holding(mapped)
    settle_posted(app, file_of("11700000001"))
    name = exception_id(only(app))

    def killed(_: str) -> object:
        raise KeyboardInterrupt

    broken = replace(app, mappings=type("Broken", (), {"load": staticmethod(killed)})())
    with pytest.raises(KeyboardInterrupt):
        retry(broken, name, "key:ann")
    assert detail(app, name)["state"] == "retrying"
    assert fails(app, lambda: retry(app, name, "key:bob")) == "RETRY_UNDER_WAY"
    clock.at += timedelta(minutes=16)
    assert detail(app, name)["state"] == "open"
    mapped.remap(MYSTERY, "referral_fees")
    assert retry(app, name, "key:bob")["state"] == "resolved"


def test_all_alike_are_retried_each_settlement_once(app: App, mapped: Mapped) -> None:
    holding(mapped)
    for number in range(3):
        settle_posted(app, file_of(f"1170000000{number}"))
    held = [record.settlement_id for record in app.settlements.settlements("", 10).items]
    assert len(held) == 3
    code = only_code(app)
    mapped.remap(MYSTERY, "referral_fees")
    first = retry_alike(app, code, "key:ann", 2)
    assert [told["state"] for told in first.items] == ["resolved", "resolved"]
    second = retry_alike(app, code, "key:ann", 2, first.cursor)
    assert [told["state"] for told in second.items] == ["resolved"]
    assert not second.cursor
    for settlement_id in held:
        assert [one.version for one in app.settlements.versions(settlement_id)] == [1, 2]


def only_code(app: App) -> str:
    (code,) = {one.code for one in app.settlements.exceptions(100).items}
    return code


def test_those_that_cannot_be_retried_say_why_and_stop_no_other(app: App, mapped: Mapped) -> None:
    holding(mapped)
    settle_posted(app, file_of("11700000001"))
    code = only_code(app)
    found = only(app)
    app.settlements.register([replace(found, scope="bank:us", fingerprint="b")])
    mapped.remap(MYSTERY, "referral_fees")
    told = {one["scope"]: one for one in retry_alike(app, code, "key:ann", 10).items}
    assert told["bank:us"]["not_retried"].startswith("NOT_RETRYABLE: ")
    assert told["bank:us"]["state"] == "open"
    assert told["settlement:11700000001"]["state"] == "resolved"


def test_an_upload_is_received_again() -> None:
    here = plugin()
    key = "raw-settlements/ca/one.txt"
    here.files.put(key, POISON)
    upload = Upload(here.files.bucket, key)
    assert receive(here.app, upload).what == "parked"
    (parked,) = here.open_exceptions()
    name = exception_id(parked)
    told = retry(here.app, name, "key:ann")
    assert (told["state"], told["attempts"]) == ("parked", 1)
    here.files.put(key, CA)
    assert retry(here.app, name, "key:ann")["state"] == "resolved"
    assert not here.open_exceptions()
    assert here.settlements.settlements("", 10).items[0].status == "proven"


def test_a_posted_file_is_settled_again_from_what_was_kept() -> None:
    here = plugin()
    assert here.post(POISON).status_code == 422
    (found,) = here.open_exceptions()
    told = retry(here.app, exception_id(found), "key:ann")
    assert told["state"] == "open"
    assert told["history"][-1]["note"].startswith("UNUSABLE_FILE") or told["history"][-1]["note"]


def test_a_file_that_does_not_tie_stays_held() -> None:
    here = plugin()
    here.post(HELD)
    found = here.open_exceptions()[0]
    told = retry(here.app, exception_id(found), "key:ann")
    assert told["state"] == "open"
    assert here.settlements.settlements("", 10).items[0].status == "held"


def test_people_say_what_they_do(app: App, mapped: Mapped) -> None:
    holding(mapped)
    settle_posted(app, file_of("11700000001"))
    name = exception_id(only(app))
    assert assign(app, name, "Ann", "key:ann")["owner"] == "Ann"
    note(app, name, " asked Amazon ", "key:ann")
    told = close(app, name, ExceptionState.IGNORED, "known, small", "key:ann")
    assert told["state"] == "ignored"
    assert [(e["action"], e["note"]) for e in told["history"]] == [
        ("assigned", "Ann"),
        ("noted", "asked Amazon"),
        ("ignored", "known, small"),
    ]
    again = close(app, name, ExceptionState.IGNORED, "twice", "key:ann")
    assert actions(again) == actions(told)
    for call in (
        lambda: close(app, name, ExceptionState.RESOLVED, "x", "key:ann"),
        lambda: retry(app, name, "key:ann"),
    ):
        with pytest.raises(Conflict) as caught:
            call()
        assert caught.value.code == "EXCEPTION_CLOSED"
    assert reopen(app, name, "key:ann")["state"] == "open"


@pytest.mark.parametrize("text", ["", "  ", "x" * 1001])
def test_a_note_must_say_something_short(app: App, mapped: Mapped, text: str) -> None:
    holding(mapped)
    settle_posted(app, file_of("11700000001"))
    name = exception_id(only(app))
    assert fails(app, lambda: note(app, name, text, "key:ann")) == "BAD_NOTE"


@pytest.mark.parametrize("name", ["", "x", "é", "WyJleGNlcHRpb24iXQ"])
def test_an_id_of_no_exception_is_refused(app: App, name: str) -> None:
    with pytest.raises(RefusedRequest) as caught:
        known(app, name)
    assert caught.value.code == "EXCEPTION_NOT_FOUND"


def test_what_is_ignored_stays_so_when_it_is_met_again(app: App, mapped: Mapped) -> None:
    holding(mapped)
    settle_posted(app, file_of("11700000001"))
    name = exception_id(only(app))
    close(app, name, ExceptionState.IGNORED, "known", "key:ann")
    mapped.now = replace(mapped.now, version="other")
    settle_posted(app, file_of("11700000001"), Wish())
    assert detail(app, name)["state"] == "ignored"
    assert detail(app, name)["count"] == 2


class CutOff:
    """The store, until the process is killed before or after one of its calls."""

    def __init__(self, store: object, at: int, *, after: bool) -> None:
        self._store = store
        self._left = at
        self._after = after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*given: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Cut
            answer = method(*given, **named)
            if self._left == 0:
                raise Cut
            return answer

        return call


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_call_the_exception_stands_or_is_cured(*, after: bool) -> None:
    for at in range(1, 40):
        clock, mapped = Clock(), Mapped()
        app = replace(in_memory(now=clock), mappings=mapped)
        holding(mapped)
        settle_posted(app, file_of("11700000001"))
        name = exception_id(only(app))
        mapped.remap(MYSTERY, "referral_fees")
        cut: Any = CutOff(app.settlements, at, after=after)
        try:
            retry(replace(app, settlements=cut), name, "key:ann")
        except Cut:
            pass
        else:
            assert at > 3, "the retry asked the store for less than was thought"
            return
        record = app.settlements.get("11700000001")
        assert record is not None
        is_open = [one.fingerprint for one in app.settlements.exceptions(10).items]
        assert len(is_open) == (record.status == "held")  # open as long as it is not cured
        clock.at += timedelta(minutes=16)
        if is_open:
            assert retry(app, name, "key:ann")["state"] == "resolved"
        assert [one.version for one in app.settlements.versions("11700000001")] == [1, 2]
        assert not app.settlements.exceptions(10).items
    pytest.fail("the retry never came to an end")


def test_of_two_retries_at_once_one_does_the_work(app: App, mapped: Mapped) -> None:
    holding(mapped)
    settle_posted(app, file_of("11700000001"))
    name = exception_id(only(app))
    mapped.remap(MYSTERY, "referral_fees")
    said: list[str] = []

    class Meddled(Mapped):
        def load(self, profile: str) -> Any:
            if not said:
                said.append("")
                with pytest.raises(Conflict) as caught:
                    retry(app, name, "key:bob")
                said[0] = caught.value.code
            return mapped.load(profile)

    assert retry(replace(app, mappings=Meddled()), name, "key:ann")["state"] == "resolved"
    assert said == ["RETRY_UNDER_WAY"]
