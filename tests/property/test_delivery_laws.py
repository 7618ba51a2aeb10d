"""Whatever a target answers: in order, at least once, and never without end."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from webhook_world import World

from handler.core.errors import OutsideFailure
from handler.flows.delivery_ports import Sent
from handler.flows.outbox_parking import MOST_ATTEMPTS
from handler.flows.parcel import COMING, ParcelState

# "lost": the target took it, and its answer never came. "late": it acknowledges another time.
ANSWERS = ("taken", "acknowledged", "lost", "none", "500", "422", "429", "moved", "garbage")
_ROUNDS = 400


@dataclass
class Target:
    """Answers as told, and then well."""

    world: World
    answers: list[str]
    acknowledges: bool
    seconds: float
    sent: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    message_ids: dict[str, set[str]] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        self.world.clock.turn(seconds=self.seconds)
        name = json.loads(body)["external_id"]
        self.sent.append(name)
        self.message_ids.setdefault(name, set()).add(headers["webhook-id"])
        last = "acknowledged" if self.acknowledges else "taken"
        answer = self.answers.pop(0) if self.answers else last
        if answer in ("taken", "acknowledged", "lost", "garbage"):
            self.reached.append(name)
        match answer:
            case "acknowledged":
                # NetSuite knows a record it has: told again, the same id.
                internal = str(1000 + int(name[1:]))
                return Sent(200, 0, json.dumps({"internal_id": internal}).encode())
            case "taken":
                return Sent(202, 0, b"")
            case "garbage":
                return Sent(200, 0, b"[" * 50)
            case "lost" | "none":
                raise OutsideFailure("NO_ANSWER", "It did not answer.", "Wait.")
            case "429":
                return Sent(429, 700, b"")
            case "moved":
                return Sent(307, 0, b"")
        return Sent(int(answer), 0, b"no")


@settings(max_examples=120, deadline=None)
@given(
    shape=st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=2), min_size=1, max_size=3),
    answers=st.lists(st.sampled_from(ANSWERS), max_size=40),
    acknowledges=st.booleans(),
    seconds=st.sampled_from([0, 1, 13]),
    messages=st.sampled_from([1, 2, 500]),
)
def test_in_order_at_least_once_and_bounded(
    shape: list[list[int]], answers: list[str], acknowledges: bool, seconds: float, messages: int
) -> None:
    world = World()
    world.target()
    target = Target(world, answers, acknowledges, seconds)
    world.app = replace(world.app, sender=target)
    names = (f"R{number:03d}" for number in itertools.count(1))
    groups: list[list[list[str]]] = [
        [[next(names) for _ in range(count)] for count in parcels] for parcels in shape
    ]
    for number, parcels in enumerate(groups):
        world.settlement(str(number), *parcels)

    def everything() -> list[ParcelState]:
        return [
            world.parcel(str(number), place).state
            for number, parcels in enumerate(groups)
            for place in range(1, len(parcels) + 1)
        ]

    for _ in range(_ROUNDS):
        world.run(messages=messages)
        if all(_is_over(world, number, len(parcels)) for number, parcels in enumerate(groups)):
            break
        world.clock.turn(hours=2)
    else:
        raise AssertionError(f"it never ends: {everything()}")

    counts = Counter(target.sent)
    for number, parcels in enumerate(groups):
        of_group = list(itertools.chain(*parcels))
        # The order in which a group's records first arrive is the order of the records.
        arrived = list(dict.fromkeys(name for name in target.reached if name in of_group))
        assert arrived == of_group[: len(arrived)]
        acknowledged = world.netsuite_ids(str(number))
        blocked = False
        for place, records in enumerate(parcels, start=1):
            state = world.parcel(str(number), place).state
            if blocked:
                assert state is ParcelState.WAITING
                assert not any(counts[name] for name in records)
            elif state is ParcelState.DONE:
                assert set(records) <= set(acknowledged)
                assert set(records) <= set(arrived)
            else:
                assert state is ParcelState.PARKED
                blocked = True
            # Each acknowledgement gives its parcel its attempts anew; nothing else does.
            most = MOST_ATTEMPTS * (1 + len(records))
            assert all(counts[name] <= most for name in records)
    assert all(len(ids) == 1 for ids in target.message_ids.values())


def _is_over(world: World, number: int, parcels: int) -> bool:
    states = [world.parcel(str(number), place).state for place in range(1, parcels + 1)]
    first = next((state for state in states if state is not ParcelState.DONE), None)
    return first not in COMING
