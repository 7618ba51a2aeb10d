"""The outbox under flows that take, post, give back, forget, repeat, come late, and die.

Whatever they do: nothing is lost, nothing is with two of them at once, the order within a
settlement is kept, and in the end everything is posted or parked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from ca_run import AUGUST, SEPTEMBER
from cut_off import Died, Scissors
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from outbox_world import Outbox, empty
from plugin import CA, SETTLEMENTS
from test_http_front import LEDGER
from test_http_repost import CORRECTED

from handler.core.errors import PluginError
from handler.flows import outbox, posted
from handler.flows.match_deposits import Asked as Matching
from handler.flows.netsuite_ids import acknowledged
from handler.flows.outbox import MOST_ATTEMPTS, Asked, Posted, Returned
from handler.flows.outbox_names import parcel_id
from handler.flows.parcel import Parcel, ParcelState
from handler.flows.read_stock_report import read_posted
from handler.flows.record_deposits import record_deposits
from handler.flows.settle_call import Wish
from handler.flows.stock_files import ReportWish
from handler.reconciliation.bank_line import BankLine

LINES = (
    BankLine("B1", date(2025, 9, 2), 101608, "CAD", "AMAZON"),
    BankLine("B2", date(2025, 9, 29), 463023, "CAD", "AMAZON"),
)
NEXT = (SETTLEMENTS / "ca_v1_2025-09.txt").read_bytes()
WAITS = st.sampled_from([0, 1, 29, 30, 31, 60, 299, 300, 3600])
# At which write a call dies; mostly at none.
CUTS = st.one_of(st.just((0, False)), st.tuples(st.integers(0, 6), st.booleans()))


@dataclass(frozen=True)
class Hand:
    """A message in somebody's hand."""

    name: str  # (group, place, external id) as one
    external_id: str
    lease_id: str
    until: str


class OutboxMachine(RuleBasedStateMachine):
    """Flows and the outbox, beside what must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.world: Outbox = empty()
        self.scissors = Scissors()
        self.world.here.app = self.scissors.over(self.world.app)
        self.hands: list[Hand] = []  # ever given, for those who come late
        self.holding: dict[str, Hand] = {}  # by message: who has it, until when
        self.told: set[tuple[str, str]] = set()  # (external id, internal id) ever told
        self.is_matched = False

    @initialize()
    def reports_come(self) -> None:
        posted.settle_posted(self.world.app, CA, Wish("ca"))
        posted.settle_posted(self.world.app, NEXT, Wish("ca"))
        read_posted(self.world.app, LEDGER, ReportWish("us"))

    @rule(cut=CUTS)
    def a_correction_comes(self, cut: tuple[int, bool]) -> None:
        self.cut_off(cut, lambda: posted.repost(self.world.app, AUGUST, CORRECTED, Wish("ca")))

    @rule(cut=CUTS)
    def the_bank_lines_come(self, cut: tuple[int, bool]) -> None:
        asked = Matching("ca", date(2025, 9, 30), LINES)
        self.cut_off(cut, lambda: record_deposits(self.world.app, asked))

    @rule(seconds=WAITS)
    def time_passes(self, seconds: int) -> None:
        self.world.clock.later(seconds)

    @rule(
        holder=st.sampled_from(["one", "two"]),
        limit=st.integers(1, 4),
        seconds=st.sampled_from([30, 60, 300]),
        kinds=st.sampled_from([(), (), ("journal_entry",), ("item_receipt",)]),
        cut=CUTS,
    )
    def lease(
        self, holder: str, limit: int, seconds: int, kinds: tuple[str, ...], cut: tuple[int, bool]
    ) -> None:
        asked = Asked(holder, limit=limit, seconds=seconds, kinds=kinds)
        leased = self.cut_off(cut, lambda: outbox.lease(self.world.app, asked))
        if leased is None:
            return  # nobody got anything
        assert len(leased.messages) <= limit
        assert leased.messages or not leased.more
        names = [str(message["message_id"]) for message in leased.messages]
        assert len(set(names)) == len(names)
        for message in leased.messages:
            assert not kinds or message["kind"] in kinds
            self.take(message)

    def take(self, message: dict[str, Any]) -> None:
        name, external_id = str(message["message_id"]), str(message["external_id"])
        ids = self.truth()
        assert external_id not in ids, "what NetSuite has is not handed out"
        had = self.holding.get(name)
        assert had is None or had.until <= self.now(), "two have it"
        assert 1 <= message["attempt"] <= MOST_ATTEMPTS
        (mine,) = [one for one in self.parcels() if one.lease == message["lease_id"]
                   and external_id in one.external_ids]  # fmt: skip
        for earlier in self.parcels():
            if earlier.group == mine.group and earlier.place < mine.place:
                assert all(one in ids for one in earlier.external_ids), "the order is kept"
        self.holding[name] = Hand(name, external_id, message["lease_id"], message["leased_until"])
        self.hands.append(self.holding[name])

    @precondition(lambda self: self.hands)
    @rule(data=st.data(), cut=CUTS, other=st.booleans())
    def acknowledge(self, data: st.DataObject, cut: tuple[int, bool], other: bool) -> None:
        """In any order, some twice, some long after their lease, now and then another id."""
        chosen = data.draw(st.lists(st.sampled_from(self.hands), min_size=1, max_size=6))
        before = self.truth()
        given = [
            Posted(one.name, internal_of(one.external_id, other and not place))
            for place, one in enumerate(chosen)
        ]
        self.told |= {
            (one.external_id, p.internal_id) for one, p in zip(chosen, given, strict=True)
        }
        answers = self.cut_off(cut, lambda: outbox.acknowledge(self.world.app, given))
        for one in chosen:
            self.holding.pop(one.name, None)
        if answers is None:
            return
        ids = self.truth()
        for one, wish, answer in zip(chosen, given, answers, strict=True):
            is_kept = ids.get(one.external_id) == wish.internal_id
            assert isinstance(answer, PluginError) != is_kept
            assert before.get(one.external_id, ids.get(one.external_id)) == ids.get(one.external_id)

    @precondition(lambda self: self.hands)
    @rule(data=st.data(), failed=st.booleans(), cut=CUTS)
    def give_back(self, data: st.DataObject, failed: bool, cut: tuple[int, bool]) -> None:
        """In any order, some twice, some when another has them."""
        chosen = data.draw(st.lists(st.sampled_from(self.hands), min_size=1, max_size=6))
        before = self.truth()
        given = [Returned(one.name, "E", "No.", failed, one.lease_id) for one in chosen]
        answers = self.cut_off(cut, lambda: outbox.give_back(self.world.app, given))
        assert answers is None or not any(isinstance(one, PluginError) for one in answers)
        for one in chosen:
            if self.holding.get(one.name) == one:
                del self.holding[one.name]
        assert self.truth() == before

    @rule(cut=CUTS)
    def a_person_releases(self, cut: tuple[int, bool]) -> None:
        names = [parcel_id(one) for one in self.parcels() if one.state is ParcelState.PARKED]
        if names:
            self.cut_off(cut, lambda: outbox.release(self.world.app, names))

    @invariant()
    def nothing_is_lost(self) -> None:
        ids = self.truth()
        assert set(ids.items()) <= self.told
        for parcel in self.parcels():
            is_whole = all(name in ids for name in parcel.external_ids)
            assert is_whole or parcel.state is not ParcelState.DONE
            assert set(parcel.leased) <= set(parcel.external_ids)
            assert 0 <= parcel.attempts <= MOST_ATTEMPTS
            assert (parcel.state is ParcelState.LEASED) == bool(parcel.lease)

    @invariant()
    def what_is_parked_is_said(self) -> None:
        said = {one.scope for one in self.world.exceptions()}
        parked = {
            f"delivery:{one.group}" for one in self.parcels() if one.state is ParcelState.PARKED
        }
        assert parked <= said

    def teardown(self) -> None:
        self.cut_off((0, False), lambda: None)
        self.nobody_answers()
        self.everybody_answers()

    def nobody_answers(self) -> None:
        for _ in range(MOST_ATTEMPTS + 2):
            self.world.clock.later(3600)
            while outbox.lease(self.world.app, Asked("last", limit=100)).messages:
                pass
        heads: dict[str, Parcel] = {}
        for parcel in self.parcels():
            if parcel.state is not ParcelState.DONE:
                heads.setdefault(parcel.group, parcel)
        assert {one.state for one in heads.values()} <= {ParcelState.PARKED}

    def everybody_answers(self) -> None:
        names = [parcel_id(one) for one in self.parcels()]
        outbox.release(self.world.app, names)
        for _ in range(20):
            messages = outbox.lease(self.world.app, Asked("last", limit=100)).messages
            if not messages:
                break
            given = [
                Posted(str(one["message_id"]), internal_of(str(one["external_id"]), other=False))
                for one in messages
            ]
            answers = outbox.acknowledge(self.world.app, given)
            assert not any(isinstance(one, PluginError) for one in answers)
        assert {one.state for one in self.parcels()} <= {ParcelState.DONE}
        assert self.world.exceptions() == []
        for settlement in (AUGUST, SEPTEMBER) if self.parcels() else ():
            record = self.world.app.settlements.get(settlement)
            assert record is not None
            assert record.state in ("posted", "deposited")

    def cut_off(self, cut: tuple[int, bool], call: Any) -> Any:
        at, after = cut
        self.scissors.cut(at, after=after)
        try:
            return call()
        except Died:
            return None
        finally:
            self.scissors.cut(0, after=False)

    def now(self) -> str:
        return self.world.clock.at.isoformat(timespec="seconds")

    def parcels(self) -> Sequence[Parcel]:
        return self.world.parcels()

    def truth(self) -> dict[str, str]:
        store = self.world.here.settlements
        runs = self.world.app.inventory._runs.values()  # type: ignore[attr-defined]
        kept = [*store._heads.values(), *runs]
        return {
            name: internal
            for one in kept
            for name, internal in acknowledged(one.netsuite_ids).items()
        }


def internal_of(external_id: str, other: bool) -> str:
    """NetSuite's id of a record; or, of a flow that posted it a second time, another."""
    return f"{'second' if other else 'n'}-{external_id}"


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
class TestOutbox(OutboxMachine.TestCase):  # type: ignore[name-defined,misc]
    """Runs the machine."""

    settings = settings(
        max_examples=60,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
