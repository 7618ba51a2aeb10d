"""What a story of the harness is, and what becomes of it when it is struck."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aws_world import AwsWorld
from fast_moto import State
from final_state import differences, final_state
from wire import Kind, kinds_of

SEED: Final = int(os.environ.get("FAULTS_SEED", "7"))


def nothing(_: AwsWorld) -> None:
    """Need nothing before."""


@dataclass(frozen=True)
class Story:
    """One job of the plugin's, told to its end by those who repeat what got no answer.

    Attributes:
        tell: does it.
        before: brings forth what it begins with; never struck.
        at_least: how many faults it is struck by, one at a time, when each call has had its turn.
        thinned: of the faults of each call every so manieth is taken; each call has some.
        looks_itself: whether it says itself what must be, as what it makes is drawn by chance.
    """

    name: str
    tell: Callable[[AwsWorld], object]
    before: Callable[[AwsWorld], object] = nothing
    at_least: int = 0
    thinned: int = 1
    looks_itself: bool = False


class Stage:
    """A story in its world: told without a fault once, then with faults as often as wanted.

    Attributes:
        calls: of the run without a fault.
        expected: what is left in its end.
    """

    def __init__(self, world: AwsWorld, empty: State, story: Story) -> None:
        self._world, self._story = world, story
        world.begin(empty)
        story.before(world)
        self._start, self._hooked, self._now = world.keep(), dict(world.hooked), world.now
        self.expected = self._told({})
        self.calls = tuple(world.wire.calls)
        assert self._told({}) == self.expected, "the story does not end the same without a fault"

    def strike(self, plan: Mapping[int, Kind]) -> int:
        """Tell the story with faults; return how many struck.

        Raises:
            AssertionError: it ends otherwise than without them.
        """
        where = "; ".join(f"call {at} {self._call(at)}: {kind}" for at, kind in plan.items())
        try:
            found = self._told(plan)
        except Exception as error:
            error.add_note(f"{self._story.name}: {where}")
            raise
        told = differences(found, self.expected)
        assert not told, "\n".join([f"{self._story.name}: {where}", *told])
        return len(self._world.wire.struck)

    def _told(self, plan: Mapping[int, Kind]) -> dict[str, Any]:
        world = self._world
        world.begin(self._start)
        world.hooked, world.now = dict(self._hooked), self._now
        world.wire.mend(plan)
        self._story.tell(world)
        return {} if self._story.looks_itself else final_state(world)

    def _call(self, at: int) -> str:
        return self.calls[at - 1] if at <= len(self.calls) else "of a repetition"

    def is_writing(self, at: int) -> bool:
        """Return whether a call changes something."""
        return Kind.DIES_BEFORE in kinds_of(self.calls[at - 1])

    def drawn(self, rng: random.Random) -> dict[int, Kind]:
        """Return two or three faults at once, some of them in what is done again."""
        plan = {}
        for _ in range(rng.randint(2, 3)):
            at = rng.randint(1, len(self.calls) + 1 + len(self.calls) // 5)
            call = self.calls[at - 1] if at <= len(self.calls) else "dynamodb.Query"
            plan[at] = rng.choice(kinds_of(call))
        return plan

    def each_fault(self) -> list[tuple[int, Kind]]:
        """Return every fault of every call, in order.

        Of many equal calls in a row, as a file is read part by part, the first two and the last
        stand for all.
        """
        found = []
        for at, call in enumerate(self.calls, 1):
            around = self.calls[max(at - 3, 0) : at + 1]
            if len(around) == 4 and len(set(around)) == 1:
                continue
            kinds = kinds_of(call)
            first = at % min(self._story.thinned, len(kinds))
            found += [(at, kind) for kind in kinds[first :: self._story.thinned]]
        return found
