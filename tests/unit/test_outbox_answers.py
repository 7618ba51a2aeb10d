"""What peers say of messages: acknowledged, given back, twice, late, wrong; parked and released."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ca_run import send
from outbox_world import Outbox, add_stock, corrected, said, settled, stocked
from plugin import CA_ID, data_of, error_of, unreachable

from handler.core.errors import PluginError
from handler.flows import outbox
from handler.flows.outbox import MOST_ATTEMPTS, Posted, Returned
from handler.flows.outbox_backoff import backoff
from handler.flows.outbox_names import message_id
from handler.flows.parcel import ParcelState

ENTRY = f"AMZ-CA-{CA_ID}-202508"


def exhausted(world: Outbox, **told: str) -> None:
    """Hand out and get nowhere, until it is given up."""
    for attempt in range(1, MOST_ATTEMPTS + 1):
        leased = world.lease(seconds=30)
        assert {message["attempt"] for message in leased.messages} == {attempt}
        if told:
            world.give_back(leased.messages, **told)
        world.clock.later(3600)
    assert world.lease().messages == ()


def test_acknowledged_it_is_done_and_the_settlement_posted() -> None:
    world = settled()
    assert world.acknowledge(world.lease().messages) == ["done"]
    record = world.app.settlements.get(CA_ID)
    assert record is not None
    assert (record.state, record.netsuite_ids) == ("posted", (f"{ENTRY}=n{ENTRY}",))
    world.clock.later(10_000)
    assert world.taken() == []
    parcel = world.parcel()
    assert (parcel.lease, parcel.holder, parcel.leased, parcel.attempts) == ("", "", (), 0)


def test_a_run_is_posted_when_all_of_it_is_acknowledged() -> None:
    world = stocked()
    first, *rest = world.lease().messages
    assert world.acknowledge([first]) == ["leased"]
    assert world.acknowledge(rest) == ["done"] * 2
    run = world.app.inventory.ledger_run("us", world.parcel().subject)
    assert run is not None
    assert run.state == "posted"


def test_peer_acknowledges_twice() -> None:
    world = settled()
    messages = world.lease().messages
    assert world.acknowledge(messages) == ["done"]
    before = world.parcels(), world.app.settlements.get(CA_ID)
    assert world.acknowledge(messages) == ["done"]
    assert world.acknowledge([*messages, *messages]) == ["done"] * 2
    assert (world.parcels(), world.app.settlements.get(CA_ID)) == before


def test_peer_posts_twice_and_says_so() -> None:
    world = stocked()
    first, second, third = world.lease().messages
    assert world.acknowledge([first]) == ["leased"]
    given = [
        Posted(first["message_id"], "another"),
        Posted(second["message_id"], "7"),
        Posted(second["message_id"], "8"),
        Posted(third["message_id"], "9"),
    ]
    answers = outbox.acknowledge(world.app, given)
    refused = "ACKNOWLEDGED_OTHERWISE"
    assert [said(one) for one in answers] == [refused, "done", refused, "done"]


def test_two_entries_with_one_internal_id_are_a_fault_of_the_flow() -> None:
    world = corrected()
    (first,) = world.lease().messages
    assert said(outbox.acknowledge(world.app, [Posted(first["message_id"], "7")])[0]) == "done"
    (second,) = world.lease().messages
    (answer,) = outbox.acknowledge(world.app, [Posted(second["message_id"], "7")])
    assert said(answer) == "ACKNOWLEDGED_OTHERWISE"
    assert said(outbox.acknowledge(world.app, [Posted(second["message_id"], "8")])[0]) == "done"


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "x",
        "=",
        "\N{SNOWMAN}",
        "bm90IGpzb24",
        "WyJhIiwiYiJd",
        "WzEsMiwzXQ",
        "WyJhIiwiYiIsImMiXQ",
        "WyJcdWQ4MDAiLCJiIiwiYyJd",
        "[" * 3000,
    ],
)
def test_damaged_ids_fail_alone(damaged: str) -> None:
    world = settled()
    (message,) = world.lease().messages
    returned = outbox.give_back(world.app, [Returned(damaged), Returned(damaged + "A")])
    assert [said(one) for one in returned] == ["UNKNOWN_MESSAGE"] * 2
    whole = message["message_id"]
    given = [Posted(damaged, "7"), Posted(whole, "7"), Posted(whole[:-1], "7")]
    answers = [said(one) for one in outbox.acknowledge(world.app, given)]
    assert answers == ["UNKNOWN_MESSAGE", "done", "UNKNOWN_MESSAGE"]


def test_a_record_the_parcel_has_not_is_unknown() -> None:
    world = settled()
    foreign = message_id(world.parcel(), "AMZ-CA-ANOTHER")
    assert said(outbox.acknowledge(world.app, [Posted(foreign, "7")])[0]) == "UNKNOWN_MESSAGE"
    assert said(outbox.give_back(world.app, [Returned(foreign)])[0]) == "UNKNOWN_MESSAGE"
    record = world.app.settlements.get(CA_ID)
    assert record is not None
    assert record.netsuite_ids == ()


@pytest.mark.parametrize("internal", ["", "a b", "x" * 65, "a=b", "7\n"])
def test_an_internal_id_that_is_none_fails_alone(internal: str) -> None:
    world = stocked()
    first, second, _ = world.lease().messages
    given = [Posted(first["message_id"], internal), Posted(second["message_id"], "7")]
    answers = [said(one) for one in outbox.acknowledge(world.app, given)]
    assert answers == ["BAD_INTERNAL_ID", "leased"]


def test_peer_acknowledges_after_its_lease_was_over() -> None:
    world = settled()
    late = world.lease(seconds=30).messages
    world.clock.later(30)
    assert world.acknowledge(late) == ["done"]


def test_peer_acknowledges_what_another_has_meanwhile() -> None:
    world = stocked()
    late = world.lease("slow", seconds=30).messages
    world.clock.later(30)
    now = world.lease("quick").messages
    assert world.acknowledge(late[:1]) == ["leased"]
    assert world.parcel().leased == tuple(one["external_id"] for one in now[1:])
    assert world.acknowledge(late[1:]) == ["done"] * 2
    # The quick one posted them too: its external ids led NetSuite to the same records.
    assert world.acknowledge(now) == ["done"] * 3


def test_messages_of_many_groups_are_answered_in_order() -> None:
    world = add_stock(corrected())
    messages = world.lease().messages
    assert len(messages) == 4
    turned = [messages[2], messages[0], messages[3], messages[1]]
    assert world.acknowledge(turned) == ["done"] * 4


def test_a_store_that_fails_for_one_group_fails_that_alone() -> None:
    world = add_stock(settled())
    messages = sorted(world.lease().messages, key=lambda one: str(one["run_id"]))
    world.here.settlements.failing = [unreachable()]
    assert world.acknowledge(messages) == ["STORE_UNREACHABLE", "done", "done", "done"]
    assert world.acknowledge(messages) == ["done"] * 4


def test_the_old_routes_settle_the_parcels_too() -> None:
    world = add_stock(settled())
    world.lease()
    journal, stock = world.parcels()[1], world.parcels()[0]
    entries = [{"external_id": ENTRY, "internal_id": "7"}]
    data_of(send(world.here, f"/v1/settlements/{CA_ID}/posted", {"entries": entries}))
    entries = [{"external_id": one, "internal_id": f"n{one}"} for one in stock.external_ids]
    address = f"/v1/inventory/fba/runs/{stock.subject}/posted"
    data_of(send(world.here, address, {"entries": entries}))
    assert journal.external_ids == (ENTRY,)
    assert [one.state for one in world.parcels()] == [ParcelState.DONE] * 2


def test_the_old_route_still_refuses_what_is_not_the_settlements() -> None:
    world = settled()
    entries = [{"external_id": "AMZ-CA-ANOTHER", "internal_id": "7"}]
    response = send(world.here, f"/v1/settlements/{CA_ID}/posted", {"entries": entries})
    assert error_of(response)["code"] == "UNKNOWN_ENTRY"


def test_peer_stops_early() -> None:
    world = stocked()
    messages = world.lease().messages
    assert world.give_back(messages[:2], failed=False) == ["leased"] * 2
    assert world.taken() == []  # one of the lease is still with the flow
    assert world.give_back(messages[2:], failed=False) == ["waiting"]
    parcel = world.parcel()
    assert (parcel.attempts, parcel.last_error, parcel.holder) == (0, "", "")
    assert {one["attempt"] for one in world.lease().messages} == {1}


def test_peer_fails_and_waits_longer_each_time() -> None:
    world = settled()
    waits = []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        messages = world.lease().messages
        assert world.give_back(messages, code="RCRD_LOCKED", message="Locked.") == ["waiting"]
        wait = backoff(f"settlement:{CA_ID} 000001-journal", attempt)
        waits.append(wait.total_seconds())
        world.clock.later(int(wait.total_seconds()) - 1)
        assert world.taken() == []
        world.clock.later(1)
    assert world.parcel().last_error == "RCRD_LOCKED: Locked."
    assert all(30 * 2**at <= wait <= 38 * 2**at for at, wait in enumerate(waits))


def test_one_failure_makes_the_whole_rest_wait_and_progress_starts_anew() -> None:
    world = stocked()
    messages = world.lease().messages
    assert world.give_back(messages[:1], code="E") == ["leased"]
    assert world.give_back(messages[1:2], failed=False) == ["leased"]
    assert world.acknowledge(messages[2:]) == ["waiting"]
    assert world.taken() == []
    world.clock.later(40)
    again = world.lease().messages
    assert [(one["sequence"], one["attempt"]) for one in again] == [(1, 1), (2, 1)]


def test_peer_gives_back_twice() -> None:
    world = settled()
    messages = world.lease().messages
    world.give_back(messages, code="E", message="first")
    before = world.parcel()
    assert world.give_back(messages, code="E", message="second") == ["waiting"]
    assert world.parcel() == before


def test_peer_gives_back_what_it_acknowledged() -> None:
    world = stocked()
    messages = world.lease().messages
    world.acknowledge(messages)
    assert world.give_back(messages, code="E") == ["done"] * 3


def test_peer_gives_back_what_another_has_meanwhile() -> None:
    world = settled()
    late = world.lease("slow", seconds=30)
    world.clock.later(30)
    world.lease("quick")
    assert world.give_back(late.messages, code="E", lease_id=late.lease_id) == ["leased"]
    assert world.parcel().holder == "quick"
    assert world.taken() == []


def test_what_a_flow_says_is_cut() -> None:
    world = settled()
    world.give_back(world.lease().messages, code="E", message="x" * 10_000)
    assert world.parcel().last_error == "E: " + "x" * 497


def test_given_up_after_five_attempts_with_what_was_said_last() -> None:
    world = corrected()
    exhausted(world, code="INVALID_KEY", message="Account 4000 is inactive.")
    (parked,) = world.parked()
    assert parked["attempts"] == MOST_ATTEMPTS
    (found,) = world.exceptions()
    assert found.scope == f"delivery:settlement:{CA_ID}"
    told = found.finding
    assert told["code"] == "DELIVERY_PARKED"
    assert "INVALID_KEY: Account 4000 is inactive." in str(told["what"])
    assert ENTRY in str(told["what"])
    assert parked["parcel_id"] in str(told["repair"])
    world.clock.later(100_000)
    assert world.taken() == []  # nor what comes after it in its group


def test_given_up_without_a_word() -> None:
    world = settled()
    exhausted(world)
    (found,) = world.exceptions()
    assert "handed out 5 times and not acknowledged" in str(found.finding["what"])
    assert "The flow said nothing" in str(found.finding["what"])


def test_released_it_starts_anew() -> None:
    world = settled()
    exhausted(world)
    (parked,) = world.parked()
    name = parked["parcel_id"]
    assert outbox.release(world.app, [name]) == [{"parcel_id": name, "state": "waiting"}]
    assert world.exceptions() == []
    assert outbox.release(world.app, [name]) == [{"parcel_id": name, "state": "waiting"}]
    (message,) = world.lease().messages
    assert message["attempt"] == 1
    assert world.acknowledge([message]) == ["done"]
    assert outbox.release(world.app, [name]) == [{"parcel_id": name, "state": "done"}]


def test_parcels_that_are_none_are_not_released() -> None:
    world = settled()
    answers = outbox.release(world.app, ["", "x", "WyJhIiwiYiJd", "\N{SNOWMAN}"])
    assert [said(one) for one in answers] == ["UNKNOWN_PARCEL"] * 4


def test_acknowledging_what_is_parked_counts() -> None:
    world = stocked()
    first = world.lease(seconds=30).messages
    world.clock.later(30)
    for _ in range(MOST_ATTEMPTS - 1):
        world.lease(seconds=30)
        world.clock.later(30)
    world.lease()
    assert len(world.parked()) == 1
    assert world.acknowledge(first[:1]) == ["parked"]
    assert len(world.exceptions()) == 1
    assert world.acknowledge(first[1:]) == ["done"] * 2
    assert world.exceptions() == []
    assert world.parked() == []


def test_only_the_parked_ones_keep_their_exception() -> None:
    world = corrected()
    exhausted(world)
    delta = f"AMZ-CA-{CA_ID}-202508-R2"
    body = {"entries": [{"external_id": delta, "internal_id": "9"}]}
    data_of(send(world.here, f"/v1/settlements/{CA_ID}/posted", body))
    assert [one.state for one in world.parcels()] == [ParcelState.PARKED, ParcelState.DONE]
    assert len(world.exceptions()) == 1


def test_progress_keeps_a_slow_flow_from_being_given_up() -> None:
    world = stocked()
    for _ in range(2):
        for _ in range(MOST_ATTEMPTS):
            messages = world.lease(seconds=30).messages
            assert messages
            world.clock.later(30)
        assert world.acknowledge(messages[:1]) == ["leased"]
    assert world.parked() == []
    assert world.acknowledge(world.lease().messages) == ["done"]


def test_what_a_target_has_taken_and_gives_back_goes_out_again() -> None:
    world = stocked()
    messages = world.lease().messages
    names = tuple(one["external_id"] for one in messages)
    store, parcel = world.here.settlements.outbox, world.parcel()
    delivered = replace(
        parcel, state=ParcelState.DELIVERED, leased=(), accepted=names,
        ready_at="2026-02-02T12:00:00+00:00", revision=parcel.revision + 1,
    )  # fmt: skip
    assert store.put(delivered)
    assert world.give_back(messages[:1], code="E") == ["delivered"]
    assert world.acknowledge(messages[1:]) == ["waiting"] * 2
    world.clock.later(40)
    assert world.taken() == list(names[:1])


def test_a_parcel_that_keeps_changing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    world = settled()
    messages = world.lease().messages
    monkeypatch.setattr(world.here.settlements.outbox, "put", lambda _: False)
    (answer,) = outbox.give_back(world.app, [Returned(messages[0]["message_id"])])
    assert isinstance(answer, PluginError)
    assert (answer.code, answer.retryable) == ("BUSY", True)
    # What NetSuite has counts, whatever becomes of the parcel.
    assert world.acknowledge(messages) == ["leased"]
    monkeypatch.undo()
    assert world.taken() == []
    world.clock.later(300)
    assert world.taken() == []
    assert world.parcel().state is ParcelState.DONE
