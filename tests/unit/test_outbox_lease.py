"""Handing out: who gets what, in which order, for how long, in which form, and how much."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from ca_run import AUGUST, LINES, MATCH, SEPTEMBER, acknowledged, send
from outbox_world import add_stock, corrected, empty, settled, stocked
from plugin import CA, CA_ID, HELD, SETTLEMENTS, data_of, unreachable
from test_http_repost import CORRECTED, REPOST

from handler.core.errors import OutsideFailure, RefusedRequest, UnusableMapping
from handler.flows import outbox, outbox_lease, parcels_made
from handler.flows.kept_result import read_result
from handler.flows.outbox_backoff import backoff
from handler.flows.parcel import Parcel, ParcelState
from handler.flows.ports import Page
from handler.payloads import json_text
from handler.payloads.references import References

ENTRY = f"AMZ-CA-{CA_ID}-202508"


def test_a_settlement_waits_as_a_message() -> None:
    world = settled()
    leased = world.lease(seconds=60)
    (message,) = leased.messages
    payload = message.pop("payload")
    assert payload["externalId"] == ENTRY
    assert payload["lines"]
    group, place, external = json.loads(base64.urlsafe_b64decode(message["message_id"] + "=="))
    assert (group, place, external) == (f"settlement:{CA_ID}", "000001-journal", ENTRY)
    assert "=" not in message["message_id"]
    assert message == {
        "message_id": message["message_id"],
        "external_id": ENTRY,
        "kind": "journal_entry",
        "profile": "ca",
        "settlement_id": CA_ID,
        "run_id": "",
        "sequence": 1,
        "attempt": 1,
        "lease_id": leased.lease_id,
        "leased_until": "2026-02-01T12:01:00+00:00",
        "format": "celigo",
    }
    assert leased.until == message["leased_until"]
    assert leased.more is False


def test_a_run_waits_as_messages_in_their_order() -> None:
    world = stocked()
    (parcel,) = world.parcels()
    messages = world.lease(dialect="netsuite").messages
    assert tuple(one["external_id"] for one in messages) == parcel.external_ids
    assert [one["sequence"] for one in messages] == [1, 2, 3]
    assert {one["kind"] for one in messages} == {"item_receipt"}
    assert {(one["settlement_id"], one["run_id"]) for one in messages} == {("", parcel.subject)}
    assert {one["payload"]["method"] for one in messages} == {"POST"}


def test_held_ones_wait_for_nothing_and_their_repair_does() -> None:
    world = empty()
    data_of(world.here.post(HELD))
    assert world.parcels() == []
    data_of(world.here.post(CA))
    assert [one.place for one in world.parcels()] == ["000002-journal"]
    assert world.taken() == [ENTRY]


def test_a_settlement_sent_again_waits_once() -> None:
    world = settled()
    data_of(world.here.post(CA))
    assert len(world.parcels()) == 1


def test_a_correction_that_changes_nothing_posts_nothing() -> None:
    world = settled()
    twice = CA.rstrip(b"\n") + b"\n\n"  # another file that says the same
    data_of(world.here.post(twice, REPOST))
    assert [one.place for one in world.parcels()] == ["000001-journal"]


def test_what_one_has_nobody_else_gets() -> None:
    world = stocked()
    assert len(world.lease("one", seconds=60).messages) == 3
    assert world.lease("two").messages == ()
    world.clock.later(59)
    assert world.lease("two").messages == ()


def test_peer_never_answers_and_the_next_one_gets_it_when_the_lease_is_over() -> None:
    world = stocked()
    first = world.lease(seconds=60).messages
    world.clock.later(60)
    second = world.lease().messages
    named = ("message_id", "external_id", "payload")
    assert [[m[n] for n in named] for m in first] == [[m[n] for n in named] for m in second]
    assert {m["attempt"] for m in second} == {2}
    assert {m["lease_id"] for m in first}.isdisjoint(m["lease_id"] for m in second)


def test_the_order_in_a_group_is_kept() -> None:
    world = corrected()
    delta = f"AMZ-CA-{CA_ID}-202508-R2"
    leased = world.lease(seconds=60)
    assert [one["external_id"] for one in leased.messages] == [ENTRY]
    assert leased.more is True
    assert world.taken() == []  # the correction waits for what it corrects
    world.clock.later(60)
    first = world.lease().messages
    assert [one["external_id"] for one in first] == [ENTRY]
    assert world.acknowledge(first) == ["done"]
    assert world.taken() == [delta]


def test_a_correction_cancels_nothing_of_what_it_adds_to() -> None:
    world = settled()
    leased = world.lease().messages
    world.clock.later(1)
    data_of(world.here.post(CORRECTED, REPOST))
    assert world.acknowledge(leased) == ["done"]
    (delta,) = world.lease().messages
    assert world.acknowledge([delta]) == ["done"]
    record = world.app.settlements.get(CA_ID)
    assert record is not None
    assert record.state == "posted"
    assert len(record.netsuite_ids) == 2


def test_other_groups_go_on_where_one_is_blocked() -> None:
    world = corrected()
    world.lease()
    data_of(world.here.post((SETTLEMENTS / "ca_v1_2025-09.txt").read_bytes()))
    assert [one["settlement_id"] for one in world.lease().messages] == [SEPTEMBER]


def test_the_longest_ready_goes_first() -> None:
    world = settled()
    world.clock.later(1)
    data_of(world.here.post((SETTLEMENTS / "ca_v1_2025-09.txt").read_bytes()))
    assert [one["settlement_id"] for one in world.lease().messages] == [CA_ID, SEPTEMBER]


def test_filters() -> None:
    world = settled()
    add_stock(world)
    assert world.taken(profiles=("uk",)) == []
    assert world.taken(kinds=("inventory_transfer",)) == []
    assert world.taken(profiles=("us",), kinds=("journal_entry",)) == []
    assert all(one.attempts == 0 for one in world.parcels())
    assert len(world.taken(kinds=("item_receipt",))) == 3
    assert world.taken(profiles=("ca", "us")) == [ENTRY]


def test_kinds_of_one_parcel_go_to_the_flows_of_each_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    world = stocked()
    made = outbox_lease.records

    def mixed(*given: Any) -> Any:
        first, *rest = made(*given).values()
        return {
            first.external_id: replace(first, kind="inventory_adjustment"),
            **{one.external_id: one for one in rest},
        }

    monkeypatch.setattr(outbox_lease, "records", mixed)
    receipts = world.lease(kinds=("item_receipt",)).messages
    assert [one["sequence"] for one in receipts] == [2, 3]
    assert world.acknowledge(receipts) == ["waiting"] * 2
    assert world.taken(kinds=("item_receipt",)) == []
    (adjustment,) = world.lease(kinds=("inventory_adjustment",)).messages
    assert world.acknowledge([adjustment]) == ["done"]


def test_a_large_parcel_goes_out_in_parts() -> None:
    world = stocked()
    one, two, three = world.parcel().external_ids
    first = world.lease(limit=2)
    assert [m["external_id"] for m in first.messages] == [one, two]
    assert first.more is True
    assert world.taken() == []  # the rest follows when these are answered for
    assert world.acknowledge(first.messages) == ["waiting"] * 2
    second = world.lease()
    assert [(m["external_id"], m["attempt"]) for m in second.messages] == [(three, 1)]
    assert second.more is False
    assert world.acknowledge(second.messages) == ["done"]


def test_an_answer_stays_below_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    world = stocked()
    sizes = [len(json_text.dumps(m).encode()) for m in world.lease(seconds=30).messages]
    world.clock.later(30)
    monkeypatch.setattr(outbox_lease, "_MOST_BYTES", sum(sizes[:2]))
    leased = world.lease(seconds=30)
    assert len(leased.messages) == 2
    assert leased.more is True
    world.clock.later(30)
    monkeypatch.setattr(outbox_lease, "_MOST_BYTES", 10)
    assert len(world.lease(seconds=30).messages) == 1  # larger than that, and alone


def test_a_parcel_that_does_not_fit_any_more_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    world = settled()
    world.clock.later(1)
    data_of(world.here.post((SETTLEMENTS / "ca_v1_2025-09.txt").read_bytes()))
    monkeypatch.setattr(outbox_lease, "_MOST_BYTES", 4_000)
    leased = world.lease()
    assert [one["settlement_id"] for one in leased.messages] == [CA_ID]
    assert leased.more is True
    assert [one.state for one in world.parcels()] == [ParcelState.LEASED, ParcelState.WAITING]
    assert world.taken() == [world.parcels()[1].external_ids[0]]


def test_what_is_acknowledged_already_is_not_handed_out() -> None:
    world = stocked()
    run = world.parcel().subject
    first, second, third = world.parcel().external_ids
    body = {"entries": [{"external_id": second, "internal_id": "7"}]}
    data_of(send(world.here, f"/v1/inventory/fba/runs/{run}/posted", body))
    assert world.taken() == [first, third]


def test_what_a_cut_off_acknowledgement_left_is_mended_by_the_next_lease() -> None:
    world = corrected()
    record = world.app.settlements.get(CA_ID)
    assert record is not None
    kept = replace(record, netsuite_ids=(f"{ENTRY}=7",))
    assert world.app.settlements.move(kept, record)  # and not a word to the outbox
    assert world.taken() == [f"AMZ-CA-{CA_ID}-202508-R2"]
    assert [one.state for one in world.parcels()] == [ParcelState.DONE, ParcelState.LEASED]


@pytest.mark.parametrize("stale", ["before", "gone"])
def test_a_list_that_is_out_of_date_hands_out_nothing_twice(
    monkeypatch: pytest.MonkeyPatch, stale: str
) -> None:
    world = stocked()
    old = world.parcels() if stale == "before" else []
    world.lease()
    monkeypatch.setattr(world.here.settlements.outbox, "coming", lambda *_: Page(old))
    assert world.taken() == []


def test_who_comes_second_to_a_write_goes_on_with_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = settled()
    world.clock.later(1)
    data_of(world.here.post((SETTLEMENTS / "ca_v1_2025-09.txt").read_bytes()))
    store = world.here.settlements.outbox
    put, lost = store.put, []

    def contended(parcel: Parcel) -> bool:
        if parcel.subject == CA_ID and not lost:
            lost.append(parcel)
            assert put(replace(parcel, holder="another"))
        return put(parcel)

    monkeypatch.setattr(store, "put", contended)
    assert [one["settlement_id"] for one in world.lease().messages] == [SEPTEMBER]
    assert [one.holder for one in world.parcels()] == ["another", "flow"]


def test_many_blocked_and_foreign_ones_hide_nothing() -> None:
    world = settled()
    mine = world.parcel()
    store = world.here.settlements.outbox
    store.add(
        [
            replace(mine, group=f"settlement:{number}", profile="de", ready_at="2026-01-01")
            for number in range(250)
        ]
    )
    assert world.taken(profiles=("ca",)) == [ENTRY]


class IdsOfCa:
    """Ids of NetSuite, as a test has them for profile ca; other profiles go by their names."""

    def __init__(self, of_ca: References | UnusableMapping) -> None:
        self.of_ca = of_ca

    def load(self, profile: str) -> References:
        if profile == "ca" and isinstance(self.of_ca, UnusableMapping):
            raise self.of_ca
        return self.of_ca if profile == "ca" else References()  # type: ignore[return-value]


def test_what_cannot_be_written_is_parked_and_stops_nobody_else() -> None:
    world = settled()
    add_stock(world)
    sound = world.app.references
    world.here.app = replace(world.app, references=IdsOfCa(References(strict=True)))
    assert len(world.taken()) == 3
    (parked,) = world.parked()
    assert parked["last_error"].startswith("NO_INTERNAL_ID")
    (found,) = world.exceptions()
    assert found.scope == f"delivery:settlement:{CA_ID}"
    assert "no internal id" in str(found.finding["what"])
    world.here.app = replace(world.app, references=sound)
    assert world.taken() == []
    assert outbox.release(world.app, [parked["parcel_id"]])
    assert world.taken() == [ENTRY]
    assert world.exceptions() == []


def test_a_wrong_file_of_ids_parks_nothing_and_stops_no_other_profile() -> None:
    wrong = UnusableMapping("UNUSABLE_MAPPING", "references.csv:7: wrong.", "Mend.")
    world = settled()
    sound = world.app.references
    world.here.app = replace(world.app, references=IdsOfCa(wrong))
    with pytest.raises(UnusableMapping):
        world.taken()
    add_stock(world)
    assert len(world.taken()) == 3
    assert world.parked() == []
    world.here.app = replace(world.app, references=sound)
    assert world.taken() == [ENTRY]


def test_a_document_nobody_can_read_stops_nobody_else() -> None:
    world = settled()
    world.here.files.put(world.parcel().document_key, b"no document")
    add_stock(world)
    assert len(world.taken()) == 3
    (parked,) = world.parked()
    assert parked["last_error"].startswith("PARCEL_DAMAGED")


def test_a_document_that_is_gone_is_parked() -> None:
    world = settled()
    world.here.files._files.clear()
    assert world.taken() == []
    (parked,) = world.parked()
    assert parked["last_error"].startswith("FILE_NOT_FOUND")


def test_a_document_that_was_changed_is_parked() -> None:
    world = settled()
    store = world.here.settlements.outbox
    parcel = world.parcel()
    store.put(replace(parcel, external_ids=("ANOTHER",), revision=parcel.revision + 1))
    assert world.taken() == []
    (parked,) = world.parked()
    assert parked["last_error"].startswith("PARCEL_DAMAGED")


def test_a_bucket_that_does_not_answer_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    world = settled()

    def silent(key: str) -> bytes:
        raise unreachable()

    monkeypatch.setattr(world.here.files, "read", silent)
    with pytest.raises(OutsideFailure):
        world.lease()
    assert world.parcel().state is ParcelState.WAITING
    assert world.parcel().attempts == 0


def test_one_document_that_cannot_be_fetched_stops_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one whose encryption key is withdrawn: S3 refuses it, however often it is asked."""
    world = settled()
    world.clock.later(1)
    add_stock(world)
    mine, read = world.parcels()[1].document_key, world.here.files.read
    assert CA_ID in mine

    def refusing(key: str) -> bytes:
        if key == mine:
            raise unreachable()
        return read(key)

    monkeypatch.setattr(world.here.files, "read", refusing)
    leased = world.lease()
    assert [one["kind"] for one in leased.messages] == ["item_receipt"] * 3
    assert leased.more is True
    with pytest.raises(OutsideFailure):  # alone it is said, not passed over
        world.lease()


def test_a_lease_ends_long_before_the_call_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a call handed out that never answered would count as an attempt, and be parked."""
    world = settled()
    world.clock.later(1)
    add_stock(world)
    made = outbox_lease.records

    def slow(*given: Any) -> Any:
        world.clock.later(10)
        return made(*given)

    monkeypatch.setattr(outbox_lease, "records", slow)
    leased = world.lease()
    assert [one["external_id"] for one in leased.messages] == [ENTRY]
    assert leased.more is True
    assert len(world.taken()) == 3


def test_a_silent_bucket_is_not_asked_for_every_parcel(monkeypatch: pytest.MonkeyPatch) -> None:
    world = settled()
    mine = world.parcel()
    world.here.settlements.outbox.add(
        [replace(mine, group=f"settlement:{number}") for number in range(50)]
    )
    asked: list[str] = []

    def silent(key: str) -> bytes:
        asked.append(key)
        world.clock.later(3)
        raise unreachable()

    monkeypatch.setattr(world.here.files, "read", silent)
    with pytest.raises(OutsideFailure):
        world.lease()
    assert len(asked) <= 4


def test_what_was_handed_out_before_a_store_fell_silent_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = settled()
    world.clock.later(1)
    data_of(world.here.post((SETTLEMENTS / "ca_v1_2025-09.txt").read_bytes()))
    read = world.here.files.read

    def silent(key: str) -> bytes:
        if SEPTEMBER in key:
            raise unreachable()
        return read(key)

    monkeypatch.setattr(world.here.files, "read", silent)
    leased = world.lease()
    assert [one["settlement_id"] for one in leased.messages] == [CA_ID]
    assert leased.more is True


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"dialect": "csv"}, "UNKNOWN_FORMAT"),
        ({"limit": 0}, "BAD_PARAMETER"),
        ({"limit": 101}, "BAD_PARAMETER"),
        ({"seconds": 29}, "BAD_PARAMETER"),
        ({"seconds": 3601}, "BAD_PARAMETER"),
        ({"kinds": ("journal",)}, "BAD_PARAMETER"),
        ({"profiles": ("nope",)}, "UNKNOWN_PROFILE"),
    ],
)
def test_wrong_wishes_are_refused(wrong: dict[str, Any], code: str) -> None:
    world = settled()
    with pytest.raises(RefusedRequest) as refused:
        world.lease(**wrong)
    assert refused.value.code == code
    assert world.parcel().state is ParcelState.WAITING


def test_deposits_wait_for_their_bank_line_and_their_journal() -> None:
    world = empty()
    for name in ("ca_v1_2025-08b_blank_line_inside.txt", "ca_v1_2025-09.txt"):
        data_of(world.here.post((SETTLEMENTS / name).read_bytes()))
    assert not [one for one in world.parcels() if "DEP" in "".join(one.external_ids)]
    for settlement in (AUGUST, SEPTEMBER):
        acknowledged(world.here, settlement)
    assert world.taken() == []  # the old route was told of the journals
    world.clock.later(1)
    data_of(send(world.here, "/v1/deposits/match?record=true", MATCH))
    (first, second) = world.lease(dialect="netsuite").messages
    assert [first["external_id"], second["external_id"]] == [
        f"AMZ-CA-{AUGUST}-DEP",
        f"AMZ-CA-{SEPTEMBER}-DEP",
    ]
    assert world.acknowledge([first, second]) == ["done"] * 2
    data_of(send(world.here, "/v1/deposits/match?record=true", MATCH))
    assert world.taken() == []
    assert len(world.parcels()) == 4


@pytest.mark.parametrize("attempt", range(1, 40))
def test_waits_grow_to_an_hour_and_are_spread(attempt: int) -> None:
    waits = [backoff(f"parcel {number}", attempt).total_seconds() for number in range(50)]
    least = min(30 * 2 ** (attempt - 1), 2880)
    assert all(least <= wait <= min(least * 5 // 4, 3600) for wait in waits)
    assert len(set(waits)) > 5
    assert waits == [backoff(f"parcel {number}", attempt).total_seconds() for number in range(50)]


def test_a_payout_sent_back_later_adds_what_it_adds() -> None:
    world = empty()
    for name in ("ca_v1_2025-08b_blank_line_inside.txt", "ca_v1_2025-09.txt"):
        data_of(world.here.post((SETTLEMENTS / name).read_bytes()))
    for settlement in (AUGUST, SEPTEMBER):
        acknowledged(world.here, settlement)
    record = "/v1/deposits/match?record=true"
    data_of(send(world.here, record, MATCH))
    world.acknowledge(world.lease().messages)
    back = {
        **LINES[0],
        "id": "R",
        "amount": "-1016.08",
        "date": "2025-09-08",
        "descriptor": "RETURNED AMAZON.CA",
    }
    data_of(send(world.here, record, {**MATCH, "bank_lines": [*LINES, back]}))
    # It was deposited before: its first entry is in NetSuite, and only the new one goes.
    assert world.taken() == [f"AMZ-CA-{AUGUST}-DEP-RET"]


def test_a_held_version_makes_no_parcel_whatever_its_document_says() -> None:
    world = settled()
    record = world.app.settlements.get(CA_ID)
    assert record is not None
    document = read_result(world.app, record).document
    now = world.app.now()
    assert len(parcels_made.of_settlement(record, document, now)) == 1
    assert parcels_made.of_settlement(replace(record, status="held"), document, now) == ()
