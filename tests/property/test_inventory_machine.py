"""In whatever order things are told, doubled, late or never: nothing is oversold or posted twice.

The use cases run over the store in memory, and a simple model of the world beside them is counted
anew after each step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from inventory_world import (
    ATTIC,
    DAYS,
    FBA,
    MARKET,
    MOST_REJECTIONS,
    OWN,
    PROFILE,
    SELLABLE,
    SKUS,
    BuiltMappings,
    Clock,
    FbmWorld,
    LedgerWorld,
    Report,
    Row,
    an_app,
    key,
    posted,
)

from handler.flows import ledger_runs, mfn_orders
from handler.flows.acknowledge_fbm import Answered, Told, acknowledge
from handler.flows.decide_fbm import FbmAnswer, decide
from handler.flows.read_stock_report import read_posted
from handler.flows.stock_files import ReportWish
from handler.inventory.decision import Action, Decision, Mode
from handler.inventory.listing import ListingKey, Split
from handler.inventory.mfn_order import MfnOrder
from handler.inventory.source_stock import ListingSource, OnShelf, SourceStock
from handler.payloads.decision_documents import decision_document

Kept = TypeVar("Kept")
UNSEEN = {Action.REFUSED, Action.QUARANTINED, Action.PARKED}  # nothing was decided on the count

minutes = st.integers(0, 150)
which = st.integers(0, 9)
sellable_skus = st.sampled_from(tuple(SELLABLE))
shelves = st.fixed_dictionaries(
    {(item, place): st.integers(-2, 14) for item in "ABC" for place in OWN}
)
modes = st.sampled_from(Mode)
answers = st.sampled_from([Answered.ACCEPTED, Answered.REJECTED])


class Sent(NamedTuple):
    """A quantity given to the flow that calls Amazon."""

    key: ListingKey
    number: int
    quantity: int


def recent(kept: Sequence[Kept], which: int) -> list[Kept]:
    """Return one of what is kept, the latest for 0; nothing while nothing is."""
    return [kept[-1 - which % len(kept)]] if kept else []


class FbmMachine(RuleBasedStateMachine):
    """The seller's own stock: counts, orders, decisions, and what Amazon answers."""

    @initialize(split=st.sampled_from(Split), own=shelves)
    def start(self, split: Split, own: Mapping[tuple[str, str], int]) -> None:
        self.clock = Clock()
        self.app = an_app(self.clock, BuiltMappings(split))
        self.world = FbmWorld(split)
        self.counts: list[SourceStock] = []
        self.tellings: list[MfnOrder] = []
        self.sent: list[Sent] = []
        self.last: dict[str, Sent] = {}
        self.most: dict[str, int] = {}
        self.refusals: dict[str, int] = {}
        self.count_is_under_way(own, 0)

    @rule(by=st.integers(1, 90))
    def time_passes(self, by: int) -> None:
        self.clock.goes_on(by)

    @rule(own=shelves, ago=st.integers(0, 100))
    def count_is_under_way(self, own: Mapping[tuple[str, str], int], ago: int) -> None:
        elsewhere = {(item, place): 100_000 for item in "ABC" for place in (*FBA.all, ATTIC)}
        rows = tuple(OnShelf(*place, units) for place, units in {**own, **elsewhere}.items())
        self.counts.append(SourceStock(len(self.counts) + 1, self.clock.ago(ago), rows))

    @rule(own=shelves, ago=st.integers(0, 100), mode=modes)
    def count_comes_at_once(self, own: Mapping[tuple[str, str], int], ago: int, mode: Mode) -> None:
        self.count_is_under_way(own, ago)
        self.count_comes(0, mode)

    @rule(which=which, mode=modes)
    def count_comes(self, which: int, mode: Mode) -> None:
        (count,) = recent(self.counts, which)
        self._decide([ListingSource(key(sku), count) for sku in SKUS], mode)

    @rule(
        some=st.lists(st.tuples(st.sampled_from(SKUS), which), min_size=1, max_size=5),
        order=which,
        twice=st.booleans(),
    )
    def some_listings_come(self, some: Sequence[tuple[str, int]], order: int, twice: bool) -> None:
        """Listings come on a count of their own each, or on that and the latest in one call."""
        every = [*some, *((sku, 0) for sku, _ in some if twice)]
        asked = [ListingSource(key(sku), *recent(self.counts, count)) for sku, count in every]
        self._decide(asked, Mode.CHANGES, recent(self.tellings, order))

    @rule(sku=sellable_skus, units=st.integers(1, 3), ago=minutes, at_once=st.booleans())
    def customer_orders(self, sku: str, units: int, ago: int, at_once: bool) -> None:
        name = str(len(self.tellings))
        order = MfnOrder(name, f"111-{name}", MARKET, sku, units, self.clock.ago(ago))
        self._changed(order, at_once)

    @rule(which=which, units=st.integers(0, 3), at_once=st.booleans())
    def order_changes(self, which: int, units: int, at_once: bool) -> None:
        for order in recent(self.tellings, which):
            self._changed(replace(order, quantity=units, changed_at=self.clock()), at_once)

    @rule(which=which, ago=minutes, at_once=st.booleans())
    def netsuite_books(self, which: int, ago: int, at_once: bool) -> None:
        for order in recent(self.tellings, which):
            self._changed(replace(order, booked_at=self.clock.ago(ago)), at_once)

    def _changed(self, order: MfnOrder, at_once: bool) -> None:
        self.tellings.append(order)
        if at_once:
            self.order_is_told(0)

    @rule(which=which)
    def order_is_told(self, which: int) -> None:
        for order in recent(self.tellings, which):
            mfn_orders.tell(self.app, PROFILE, [order])
            self.world.tell(order)

    @rule(which=which, answered=answers)
    def amazon_answers(self, which: int, answered: Answered) -> None:
        for sent in recent(self.sent, which):
            self._answered(sent, answered)

    @rule(answered=answers)
    def amazon_answers_all(self, answered: Answered) -> None:
        for sent in list(self.last.values()):
            self._answered(sent, answered)

    def _answered(self, sent: Sent, answered: Answered) -> None:
        told = Told(sent.key, answered, sent.number, sent.quantity)
        (kept,) = acknowledge(self.app, PROFILE, [told])
        sku = sent.key.sku
        if kept.changed:
            assert sent == self.last[sku], "an answer to an older decision counted"
            is_refused = answered is Answered.REJECTED
            self.refusals[sku] = self.refusals.get(sku, 0) + 1 if is_refused else 0
        (again,) = acknowledge(self.app, PROFILE, [told])
        assert not again.changed

    @rule(sku=sellable_skus, units=st.integers(0, 20), ago=minutes)
    def amazon_is_read_back(self, sku: str, units: int, ago: int) -> None:
        told = Told(key(sku), Answered.SEEN, quantity=units, at=self.clock.ago(ago))
        acknowledge(self.app, PROFILE, [told])

    @invariant()
    def nothing_is_oversold(self) -> None:
        for sku, sent in self.last.items():
            state = self._state(sku)
            assert state.decision == sent.number
            assert state.quantity in (None, sent.quantity), "it is not what was sent"
            assert state.quantity is None or state.quantity <= self.most[sku]
            assert state.source_version == self.world.newest[sku].version

    @invariant()
    def amazons_stock_is_never_published(self) -> None:
        states = self.app.inventory.published(PROFILE, [key(sku) for sku in SKUS])
        assert {name.sku for name in states} <= set(SELLABLE)

    def _state(self, sku: str) -> Any:
        return self.app.inventory.published(PROFILE, [key(sku)])[key(sku)]

    def _decide(
        self, asked: Sequence[ListingSource], mode: Mode, told: Sequence[MfnOrder] = ()
    ) -> None:
        """Ask, hold every answer against the world, and ask the same again."""
        answer = decide(self.app, PROFILE, asked, told, mode)
        for order in told:
            self.world.tell(order)
        numbers = {sku: sent.number for sku, sent in self.last.items()}
        for request, decision in zip(asked, answer.decisions, strict=True):
            assert request.source
            self._judge(decision, request.source)
        self.sent += self._sent(answer, numbers)
        if len({one.source.version for one in asked if one.source}) == 1:
            self._is_within_the_pools(answer.decisions, asked[0].source)
        again = decide(self.app, PROFILE, asked, told, Mode.CHANGES)
        assert again.emission == (), "a replay sent something"
        assert not any(one.action is Action.PUBLISH for one in again.decisions)

    def _sent(self, answer: FbmAnswer, before: dict[str, int]) -> list[Sent]:
        """Return what the flow is to send: of each listing its last quantity, lowering first."""
        found = []
        for decision in (answer.decisions[place] for place in answer.emission):
            assert decision.quantity is not None
            sent = Sent(decision.key, decision.number, decision.quantity)
            assert sent == self.last[sent.key.sku], "an older quantity is sent after a newer one"
            assert sent.number > before.get(sent.key.sku, 0)
            found.append(sent)
        published = {one.key for one in answer.decisions if one.action is Action.PUBLISH}
        assert sorted(one.key for one in found) == sorted(published)
        return found

    def _judge(self, decision: Decision, source: SourceStock) -> None:
        sku = decision.key.sku
        if sku not in SELLABLE:
            assert decision.action in UNSEEN
            assert decision_document(decision)["patch"] is None
            assert decision.quantity is None
            return
        newest = self.world.newest.get(sku)
        if newest and source.version < newest.version:
            assert (decision.action, decision.reason) == (Action.REFUSED, "OUT_OF_ORDER")
            return
        if decision.action is Action.PARKED:
            assert self.refusals[sku] >= MOST_REJECTIONS
            return
        assert decision.action not in UNSEEN, decision.message
        self.world.newest[sku] = source
        self.most[sku] = most = self.world.most(sku, source, self.clock())
        quantity = decision.quantity
        assert quantity is not None
        assert 0 <= quantity <= most
        assert quantity == most or sku == "KIT"  # a kit's orders may be thought worse than they are
        match decision.action:
            case Action.PUBLISH:
                number = self.last[sku].number + 1 if sku in self.last else 1
                assert decision.number == number
                self.last[sku] = Sent(decision.key, decision.number, quantity)
            case Action.UNCHANGED:
                assert quantity == self.last[sku].quantity
            case Action.HELD_BACK:
                assert self.last[sku].quantity < quantity

    def _is_within_the_pools(
        self, decisions: Sequence[Decision], source: SourceStock | None
    ) -> None:
        """Where listings split an item, together they never sell more than there is."""
        if self.world.split is not Split.WEIGHTED or source is None:
            return
        quantities = {one.key.sku: one.quantity or 0 for one in decisions}
        for item in "ABC":
            taken = sum(
                units * need.quantity
                for sku, units in quantities.items()
                if sku in SELLABLE
                for need in SELLABLE[sku].needs
                if need.item == item
            )
            assert taken <= max(0, self.world.pool(item, source))


ledger_days = st.sampled_from(DAYS)


@st.composite
def events(draw: st.DrawFn) -> tuple[Row, ...]:
    """Draw what happened to some units at Amazon: one row, or the two of a change of condition."""
    event, reason = draw(
        st.sampled_from(
            [*(("Adjustments", code) for code in "MFDE"), ("VendorReturns", ""), ("Shipments", "")]
        )
    )
    units = draw(st.integers(1, 3))
    row = Row(
        day=draw(ledger_days),
        fnsku=draw(st.sampled_from(["X-A", "X-A", "X-B", "X-?"])),
        event=event,
        reason=reason,
        quantity=units if reason == "F" else -units,
        disposition=draw(st.sampled_from(["SELLABLE", "WAREHOUSE_DAMAGED"])),
        centre=draw(st.sampled_from(["PHX7", "BFI4"])),
        reference=draw(st.sampled_from(["paper 1", "paper 2"])),
    )
    if reason != "E":
        return (row,)
    out = row._replace(disposition="SELLABLE")
    back = row._replace(
        reason="P", quantity=units, disposition="WAREHOUSE_DAMAGED", reference="other"
    )
    return (out, back)


class LedgerMachine(RuleBasedStateMachine):
    """The stock at Amazon: what happens there, and the reports that tell of it."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.app = an_app(self.clock, BuiltMappings(Split.SHARED))
        self.world = LedgerWorld()
        self.reports: list[Report] = []
        self.gone: list[tuple[Row, ...]] = []

    @rule(some=st.lists(events(), min_size=1, max_size=4))
    def units_move(self, some: list[tuple[Row, ...]]) -> None:
        self.world.events += some

    @rule(which=which)
    def amazon_takes_back(self, which: int) -> None:
        for event in recent(self.world.events, which):
            self.world.events.remove(event)
            self.gone.append(event)

    @rule(which=which)
    def amazon_goes_back_to_it(self, which: int) -> None:
        self.world.events += recent(self.gone, which)
        self.gone = []

    @rule(first=ledger_days, last=ledger_days, at_once=st.booleans())
    def report_is_made(self, first: date, last: date, at_once: bool) -> None:
        self.clock.goes_on(1)
        self.reports.append(self.world.report(self.clock(), min(first, last), max(first, last)))
        if at_once:
            self.report_is_told(0)

    @rule(which=which)
    def report_is_told(self, which: int) -> None:
        for report in recent(self.reports, which):
            first = self._send(report)
            self.world.tell(report)
            runs = self._runs()
            again = self._send(report)
            assert again["postings"] == first["postings"]
            assert again["run_id"] == first["run_id"]
            assert self._runs() == runs, "a replay made another run"

    @invariant()
    def books_say_what_was_told(self) -> None:
        every = [
            posting
            for run in self._runs()
            for posting in ledger_runs.postings(self.app, run["run_id"], 500, "").items
        ]
        names = [posting["external_id"] for posting in every]
        assert len(set(names)) == len(names), "one external id stands for two records"
        assert all(0 < len(posting["lines"]) <= 2 for posting in every)
        assert posted(every) == self.world.books()

    def _runs(self) -> list[dict[str, Any]]:
        return list(ledger_runs.runs(self.app, PROFILE, 200, "").items)

    def _send(self, report: Report) -> dict[str, Any]:
        wish = ReportWish(
            PROFILE, made_at=report.made_at, first_day=report.days[0], last_day=report.days[-1]
        )
        (document,) = read_posted(self.app, report.content, wish)
        assert document["status"] in ("posted", "no_difference")
        return document


TestOwnStock = FbmMachine.TestCase
TestOwnStock.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestAmazonsLedger = LedgerMachine.TestCase
TestAmazonsLedger.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


def test_a_report_told_anew_stands_against_one_made_between() -> None:
    """Equal reports of two moments are two: what was made between them never wins."""
    machine = LedgerMachine()
    lost = Row(DAYS[0], "X-A", "Adjustments", "M", -1, "SELLABLE", "PHX7", "")
    machine.units_move([(lost,)])
    machine.report_is_made(DAYS[0], DAYS[1], at_once=True)
    machine.units_move([(lost,)])
    machine.report_is_made(DAYS[0], DAYS[1], at_once=False)
    machine.amazon_takes_back(0)
    machine.report_is_made(DAYS[0], DAYS[1], at_once=True)
    machine.report_is_told(1)  # late
    machine.books_say_what_was_told()


def test_a_repeated_call_is_answered_with_its_own_postings() -> None:
    """Amazon goes back to what it said: a retry of that call gets what that call brought."""
    machine = LedgerMachine()
    lost = Row(DAYS[0], "X-A", "Adjustments", "M", -1, "SELLABLE", "PHX7", "")
    machine.units_move([(lost,)])
    machine.report_is_made(DAYS[0], DAYS[1], at_once=True)
    machine.units_move([(lost,)])
    machine.report_is_made(DAYS[0], DAYS[1], at_once=True)
    machine.amazon_takes_back(0)
    machine.report_is_made(DAYS[0], DAYS[1], at_once=True)  # asks twice
    machine.books_say_what_was_told()
