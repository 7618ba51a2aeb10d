"""A run of delivery: order, acknowledgement, failures, and what is given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from webhook_world import START, URL, World, at, posted

from handler.core.errors import OutsideFailure, RefusedRequest
from handler.flows import outbox, webhook_targets
from handler.flows.delivery_ports import Sent
from handler.flows.outbox_names import message_named, parcel_id
from handler.flows.parcel import ParcelState
from handler.payloads import json_text
from handler.payloads.webhook_signature import verify

NO_ANSWER = OutsideFailure("NO_ANSWER", "https://hooks.example.com did not answer.", "Wait.")


@pytest.fixture
def world() -> World:
    made = World()
    made.target()
    return made


def test_a_message_is_what_callers_fetch_and_the_time_it_was_sent(world: World) -> None:
    world.settlement("1", ["A"])
    run = world.run()
    assert (run.taken, run.acknowledged, run.failed, run.why) == (1, 0, 0, "")
    ((url, body, headers),) = world.sender.sent
    assert url == URL
    (told,) = world.bodies()
    assert message_named(told["message_id"]) == ("settlement:1", "000001-paid", "A")
    assert set(told) == {
        "message_id", "external_id", "kind", "profile", "settlement_id", "run_id", "sequence",
        "attempt", "format", "payload", "sent_at",
    }  # fmt: skip
    assert told["sent_at"] == "2026-01-31T12:00:00+00:00"
    assert (told["settlement_id"], told["profile"], told["attempt"]) == ("1", "ca", 1)
    assert headers["webhook-id"] == told["message_id"]
    assert headers["Content-Type"] == "application/json"
    verify(headers, body, [world.keys[0].key], int(START.timestamp()))


def test_amounts_are_sent_digit_for_digit(world: World) -> None:
    world.settlement("1", ["A"])
    fetched = outbox.lease(world.app, outbox.Asked(holder="key:flow"))
    (message,) = fetched.messages
    given = outbox.Returned(message["message_id"], failed=False)
    outbox.give_back(world.app, [given])
    world.run()
    assert json_text.dumps(message["payload"]).encode() in world.sender.sent[0][1]


def test_each_target_has_its_dialect_and_its_profiles(world: World) -> None:
    webhook_targets.remove(world.app, "celigo")
    world.target("netsuite", profiles=["ca"], dialect="netsuite")
    world.target("nobody", profiles=["us"])
    world.settlement("1", ["A"])
    netsuite, nobody = world.runs()
    assert (netsuite.taken, nobody.sent) == (1, 0)
    assert {"method", "path", "body"} <= set(world.bodies()[0]["payload"])


def test_records_go_out_in_order_and_later_parcels_wait_for_earlier_ones(world: World) -> None:
    world.settlement("1", ["A", "B", "C"], ["D"])
    world.settlement("2", ["X"])
    assert world.run().taken == 4
    assert [name for name in world.sent() if name < "X"] == ["A", "B", "C"]
    assert world.parcel("1").state is ParcelState.DELIVERED
    world.clock.turn(minutes=1)
    assert world.run().taken == 0  # D waits until A, B and C are acknowledged
    for name in "ABC":
        message_id = next(b["message_id"] for b in world.bodies() if b["external_id"] == name)
        outbox.acknowledge(world.app, [outbox.Posted(message_id, f"9{ord(name)}")])
    assert world.run().taken == 1
    assert world.sent()[-1] == "D"


# ---- acknowledgement ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"external_id": "A", "internal_id": "77"},
        {"external_id": "A", "internal_id": 77},
        {"internal_id": "77"},
        {"data": [{"external_id": "A", "internal_id": "77"}]},
        {"data": [{"external_id": "other", "internal_id": "1"}, {"external_id": "A",
                                                                 "internal_id": "77"}]},
    ],
)  # fmt: skip
def test_an_answer_may_acknowledge_at_once(world: World, body: dict[str, object]) -> None:
    world.settlement("1", ["A"])
    world.answer(posted(**body))
    assert world.run().acknowledged == 1
    assert world.parcel("1").state is ParcelState.DONE
    assert world.netsuite_ids("1") == {"A": "77"}


def test_an_answer_may_name_the_message(world: World) -> None:
    world.settlement("1", ["A"], ["B"])
    world.run()
    message_id = world.bodies()[0]["message_id"]
    world.clock.turn(hours=25)
    world.answer(posted(data=[{"message_id": message_id, "internal_id": "77"}]))
    run = world.run()
    assert (run.taken, run.acknowledged) == (2, 1)  # A once more, and B after it
    assert world.netsuite_ids("1") == {"A": "77"}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"OK", b"[]", b"null", b"1", b'"77"', b"\xff\xfe", b"[" * 60_000, b"{" * 100,
        b'{"data":{}}', b'{"data":[1,null,[]]}', b'{"external_id":"A"}',
        b'{"external_id":"B","internal_id":"77"}', b'{"message_id":"x","internal_id":"77"}',
        b'{"external_id":"A","internal_id":""}', b'{"external_id":"A","internal_id":true}',
        b'{"external_id":"A","internal_id":null}', b'{"external_id":"A","internal_id":{"id":"7"}}',
        b'{"external_id":"A","message_id":"x","internal_id":"77"}',
        b'{"external_id":"A","internal_id":"a b"}',
        b'{"external_id":"A","internal_id":7.5e3}', b'{"external_id":"A","internal_id":NaN}',
        b'[{"internal_id":"1"},{"internal_id":"2"}]',
        b'{"external_id":"A","internal_id":"' + b"7" * 60_000 + b'"}',
    ],
)  # fmt: skip
def test_any_other_answer_leaves_it_taken(world: World, body: bytes) -> None:
    world.settlement("1", ["A"])
    world.answer(Sent(200, 0, body))
    run = world.run()
    assert run.taken == 1
    assert world.netsuite_ids("1") == {}
    parcel = world.parcel("1")
    assert (parcel.state, parcel.accepted) == (ParcelState.DELIVERED, ("A",))


def test_taken_and_not_acknowledged_it_is_sent_again_after_a_day(world: World) -> None:
    world.settlement("1", ["A", "B"])
    world.run()
    parcel = world.parcel("1")
    assert (parcel.state, parcel.ready_at) == (ParcelState.DELIVERED, at(world.clock, hours=24))
    world.clock.turn(hours=23, minutes=59)
    assert world.run().sent == 0
    world.clock.turn(minutes=1)
    assert world.run().taken == 2
    assert world.sent() == ["A", "B", "A", "B"]
    first, _, again, _ = world.bodies()
    assert first["message_id"] == again["message_id"]
    assert (first["attempt"], again["attempt"]) == (1, 2)
    for _ in range(5):
        world.clock.turn(hours=25)
        world.run()
    assert world.parcel("1").state is ParcelState.PARKED
    assert len(world.sent()) == 5 * 2
    assert world.exceptions() == [("delivery:settlement:1", "DELIVERY_PARKED")]


def test_an_answer_lost_after_the_target_took_it_is_sent_again_with_the_same_id(
    world: World,
) -> None:
    world.settlement("1", ["A", "B"])
    world.answer(NO_ANSWER)
    world.run()
    assert world.sent() == ["A"]
    world.clock.turn(minutes=1)
    world.answer(posted(internal_id="77"), posted(internal_id="78"))
    world.run()
    assert world.sent() == ["A", "A", "B"]
    ids = [headers["webhook-id"] for _, _, headers in world.sender.sent]
    assert ids[0] == ids[1] != ids[2]
    assert world.parcel("1").state is ParcelState.DONE


def test_a_target_may_acknowledge_before_it_answers(world: World) -> None:
    """Its flow is quicker than its answer, and calls the outbox meanwhile."""
    world.settlement("1", ["A", "B"])

    class Quick:
        def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
            answer = world.sender.post(url, body, headers)
            internal_id = str(len(world.sender.sent))
            outbox.acknowledge(world.app, [outbox.Posted(headers["webhook-id"], internal_id)])
            return answer

    world.app = replace(world.app, sender=Quick())
    run = world.run()
    assert (run.taken, world.sent()) == (2, ["A", "B"])
    parcel = world.parcel("1")
    assert (parcel.state, parcel.accepted, parcel.lease) == (ParcelState.DONE, (), "")
    assert world.netsuite_ids("1") == {"A": "1", "B": "2"}


def test_an_id_that_contradicts_what_is_acknowledged_leaves_what_is(world: World) -> None:
    world.settlement("1", ["A", "B"])
    world.answer(posted(internal_id="77"), posted(internal_id="77"))
    run = world.run()
    assert (run.taken, run.acknowledged, run.code) == (2, 1, "ACKNOWLEDGED_OTHERWISE")
    assert world.netsuite_ids("1") == {"A": "77"}


# ---- failures -------------------------------------------------------------------------------


def test_what_is_not_taken_stops_its_group_and_no_other(world: World) -> None:
    world.settlement("1", ["A", "B", "C"])
    world.settlement("2", ["X", "Y"])
    world.answer(200, 500)
    run = world.run()
    assert (run.taken, run.failed) == (3, 1)
    assert world.sent() == ["A", "B", "X", "Y"]
    parcel = world.parcel("1")
    assert (parcel.state, parcel.accepted, parcel.lease) == (ParcelState.WAITING, ("A",), "")
    assert "HTTP_500" in parcel.last_error
    wait = at(world.clock, seconds=30), at(world.clock, seconds=38)
    assert wait[0] <= parcel.ready_at <= wait[1]
    world.clock.turn(seconds=40)
    world.run()
    assert world.sent()[4:] == ["B", "C"]  # A is not sent twice
    assert world.parcel("1").state is ParcelState.DELIVERED


def test_what_was_taken_is_sent_again_where_nothing_else_is_left(world: World) -> None:
    """B failed, and a person posted it by hand: A was never acknowledged."""
    world.settlement("1", ["A", "B"])
    world.answer(200, 500)
    world.run()
    message_id = world.bodies()[1]["message_id"]
    outbox.acknowledge(world.app, [outbox.Posted(message_id, "78")])
    world.clock.turn(minutes=1)
    world.answer(posted(internal_id="77"))
    world.run()
    assert world.sent() == ["A", "B", "A"]
    assert world.parcel("1").state is ParcelState.DONE


def _taken_by_both(world: World) -> outbox.Leased:
    """The target has A and refused B and C; a flow has fetched those."""
    world.settlement("1", ["A", "B", "C"], ["D"])
    world.answer(200, 500)
    world.run()
    world.clock.turn(minutes=1)
    fetched = outbox.lease(world.app, outbox.Asked(holder="key:flow", seconds=3600))
    assert [one["external_id"] for one in fetched.messages] == ["B", "C"]
    return fetched


def _posted(message: dict[str, Any]) -> outbox.Posted:
    return outbox.Posted(message["message_id"], f"n{message['external_id']}")


def test_what_a_flow_gives_back_beside_a_target_waits_for_no_lease_to_end(world: World) -> None:
    fetched = _taken_by_both(world)
    given = [outbox.Returned(one["message_id"], failed=False) for one in fetched.messages]
    outbox.give_back(world.app, given)
    parcel = world.parcel("1")
    assert (parcel.state, parcel.ready_at) == (ParcelState.WAITING, at(world.clock))
    assert (parcel.accepted, parcel.holder, parcel.lease) == (("A",), "", "")
    again = outbox.lease(world.app, outbox.Asked(holder="key:flow"))
    assert [one["external_id"] for one in again.messages] == ["B", "C"]


def test_what_a_flow_returns_as_failed_beside_a_target_backs_off(world: World) -> None:
    fetched = _taken_by_both(world)
    one, two = fetched.messages
    outbox.give_back(world.app, [outbox.Returned(one["message_id"], "NO", "no")])
    assert world.parcel("1").state is ParcelState.LEASED  # it still has C
    outbox.acknowledge(world.app, [_posted(two)])
    parcel = world.parcel("1")
    assert (parcel.state, parcel.accepted) == (ParcelState.WAITING, ("A",))
    assert at(world.clock, seconds=30) <= parcel.ready_at <= at(world.clock, seconds=38)


def test_a_target_keeps_its_day_where_a_flow_posts_the_rest(world: World) -> None:
    fetched = _taken_by_both(world)
    outbox.acknowledge(world.app, [_posted(one) for one in fetched.messages])
    parcel = world.parcel("1")
    assert (parcel.state, parcel.accepted, parcel.leased) == (ParcelState.DELIVERED, ("A",), ())
    assert (parcel.ready_at, parcel.holder, parcel.lease) == (at(world.clock, hours=24), "", "")
    assert outbox.lease(world.app, outbox.Asked(holder="key:flow")).messages == ()
    world.clock.turn(hours=24)
    (again,) = outbox.lease(world.app, outbox.Asked(holder="key:flow")).messages
    assert again["external_id"] == "A"
    outbox.acknowledge(world.app, [_posted(again)])
    assert world.parcel("1").state is ParcelState.DONE


def test_after_five_attempts_it_is_parked_and_released_it_goes_out_again(world: World) -> None:
    world.settlement("1", ["A"], ["B"])
    for _ in range(5):
        world.answer(422)
        world.run()
        world.clock.turn(hours=1)
    parcel = world.parcel("1")
    assert (parcel.state, parcel.attempts) == (ParcelState.PARKED, 5)
    assert "HTTP_422" in parcel.last_error
    assert ("delivery:settlement:1", "DELIVERY_PARKED") in world.exceptions()
    assert world.run().sent == 0
    assert world.sent() == ["A"] * 5  # B is blocked behind it
    outbox.release(world.app, [parcel_id(parcel)])
    world.answer(posted(internal_id="77"), posted(internal_id="78"))
    world.clock.turn(hours=1)
    world.run()
    assert world.sent()[5:] == ["A", "B"]
    assert world.exceptions() == []


def test_a_parcel_larger_than_a_lease_goes_out_whole(world: World) -> None:
    names = [f"R{number:03d}" for number in range(47)]
    world.settlement("1", names)
    run = world.run()
    assert run.taken == 47
    assert world.sent() == names
    parcel = world.parcel("1")
    assert (parcel.state, parcel.attempts, len(parcel.accepted)) == (ParcelState.DELIVERED, 1, 47)


def test_a_run_that_died_leaves_what_was_taken_and_the_rest_goes_on(world: World) -> None:
    world.settlement("1", ["A", "B"])

    class Death(BaseException):
        pass

    def dies(url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        if b'"external_id":"B"' in body:
            raise Death
        return world.sender.post(url, body, headers)

    class Dying:
        post = staticmethod(dies)

    alive, world.app = world.app, replace(world.app, sender=Dying())
    with pytest.raises(Death):
        world.run()
    world.app = alive
    assert world.run().sent == 0  # its lease is not over
    world.clock.turn(seconds=301)
    world.run()
    assert world.sent() == ["A", "B"]


def test_a_parcel_that_was_taken_away_meanwhile_is_left_alone(world: World) -> None:
    """Its lease was over, and a flow has it now."""
    world.settlement("1", ["A", "B"])
    fetched: list[outbox.Leased] = []

    class Slow:
        def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
            if not fetched:
                world.clock.turn(seconds=400)
                fetched.append(outbox.lease(world.app, outbox.Asked(holder="key:flow")))
            return Sent(500, 0, b"")

    world.app = replace(world.app, sender=Slow())
    world.run()
    parcel = world.parcel("1")
    assert (parcel.state, parcel.lease) == (ParcelState.LEASED, fetched[0].lease_id)
    assert parcel.leased == ("A", "B")


# ---- bounds ---------------------------------------------------------------------------------


class Ticking:
    """A target that takes its time."""

    def __init__(self, world: World, seconds: float) -> None:
        self.world, self.seconds = world, seconds

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        self.world.clock.turn(seconds=self.seconds)
        return self.world.sender.post(url, body, headers)


def test_what_time_does_not_suffice_for_is_given_back(world: World) -> None:
    world.settlement("1", ["A", "B", "C"])
    world.settlement("2", ["X"])
    world.app = replace(world.app, sender=Ticking(world, 20))
    run = world.run(seconds=55)  # 40 s to send in
    assert (run.taken, run.given_back) == (2, 2)
    first, second = world.parcel("1"), world.parcel("2")
    assert (first.state, first.accepted, first.attempts) == (ParcelState.WAITING, ("A", "B"), 0)
    assert (second.state, second.lease, second.attempts) == (ParcelState.WAITING, "", 0)
    world.run(seconds=60)
    assert world.sent() == ["A", "B", "C", "X"]


def test_in_the_last_fifteen_seconds_nothing_is_leased(world: World) -> None:
    world.settlement("1", ["A"])
    revision = world.parcel("1").revision
    assert world.run(seconds=15).sent == 0
    assert world.parcel("1").revision == revision


def test_a_slow_target_takes_no_time_from_the_others(world: World) -> None:
    world.target("second", profiles=["us"])
    world.settlement("1", ["A", "B", "C"])
    world.settlement("2", ["X"], profile="us")
    webhook_targets.change(world.app, "celigo", webhook_targets.Wish(profiles=["ca"]))
    world.app = replace(world.app, sender=Ticking(world, 20))
    first, second = world.runs(seconds=75)  # 30 s for each
    assert (first.taken, first.given_back, second.taken) == (2, 1, 1)


def test_so_many_messages_and_no_more(world: World) -> None:
    world.settlement("1", [f"R{number:03d}" for number in range(30)])
    run = world.run(messages=25)
    assert (run.taken, run.given_back) == (25, 0)
    assert world.run().taken == 5


def test_paused_and_removed_ones_get_nothing(world: World) -> None:
    world.settlement("1", ["A"])
    webhook_targets.pause(world.app, "celigo")
    assert world.runs() == []
    webhook_targets.resume(world.app, "celigo")
    webhook_targets.remove(world.app, "celigo")
    assert world.runs() == []
    assert world.sent() == []
    assert world.parcel("1").attempts == 0


def test_nothing_goes_out_unsigned_and_somebody_hears_of_it(world: World) -> None:
    world.settlement("1", ["A"])
    world.app.secrets.write("webhooks/celigo", "[]")
    for _ in range(5):
        run = world.run()
        assert (run.sent, run.code) == (0, "NO_SIGNING_KEY")
    assert world.exceptions() == [("webhook:celigo", "WEBHOOK_TARGET_FAILING")]
    webhook_targets.rotate(world.app, "celigo")
    world.clock.turn(minutes=2)
    assert world.run().taken == 1
    assert world.exceptions() == []


def test_one_target_whose_secret_cannot_be_read_does_not_stop_the_next(world: World) -> None:
    world.target("second")
    world.settlement("1", ["A"])
    secrets = world.app.secrets

    class Failing:
        def read(self, name: str) -> str:
            if name.endswith("celigo"):
                raise OutsideFailure("STORE_UNREACHABLE", "The store did not answer.", "Wait.")
            return secrets.read(name)

        def write(self, name: str, text: str) -> None:
            secrets.write(name, text)

    world.app = replace(world.app, secrets=Failing())
    first, second = world.runs()
    assert (first.code, second.taken) == ("STORE_UNREACHABLE", 1)
    assert world.app.targets.circuit("celigo").failures == 0  # it was not the target


def test_a_damaged_secret_is_not_quoted(world: World) -> None:
    world.settlement("1", ["A"])
    world.app.secrets.write("webhooks/celigo", '[{"key": "whsec_hidden"')
    run = world.run()
    assert run.code == "DAMAGED_SECRET"
    assert "hidden" not in run.why


def test_an_address_that_leads_inside_counts_as_a_failure(world: World) -> None:
    world.settlement("1", ["A"])
    world.answer(RefusedRequest("FORBIDDEN_ADDRESS", "It leads to 10.0.0.1.", "Mend it."))
    run = world.run()
    assert (run.failed, run.code) == (1, "FORBIDDEN_ADDRESS")
    assert world.parcel("1").state is ParcelState.WAITING


def test_runs_at_the_same_time_share_the_work(world: World) -> None:
    world.settlement("1", ["A"])
    world.settlement("2", ["X"])

    class Nested:
        inside = False

        def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
            if not Nested.inside:
                Nested.inside = True
                assert world.run().sent == 0  # all of it is leased already
            return world.sender.post(url, body, headers)

    world.app = replace(world.app, sender=Nested())
    world.run(seconds=120)
    assert sorted(world.sent()) == ["A", "X"]
    assert world.clock() - START < timedelta(seconds=1)
