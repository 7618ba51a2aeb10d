"""In whatever order things are told, doubled, late or never: nothing is oversold or posted twice.

The use cases run over the store in memory, and a simple model of the world beside them is counted
anew after each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)
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

minutes = st.integers(0, 150)
skus = st.sampled_from(SKUS)
sellable_skus = st.sampled_from(tuple(SELLABLE))
shelves = st.fixed_dictionaries(
    {(item, place): st.integers(-2, 14) for item in "ABC" for place in OWN}
)
UNSEEN = {Action.REFUSED, Action.QUARANTINED, Action.PARKED}  # nothing was decided on the count


class Sent(NamedTuple):
    """A quantity given to the flow that calls Amazon."""

    key: ListingKey
    number: int
    quantity: int


class FbmMachine(RuleBasedStateMachine):
    """The seller's own stock: counts, orders, decisions, and what Amazon answers."""

    counts = Bundle("counts")
    tellings = Bundle("tellings")
    sendings = Bundle("sendings")

    @initialize(split=st.sampled_from(Split))
    def start(self, split: Split) -> None:
        self.clock = Clock()
        self.app = an_app(self.clock, BuiltMappings(split))
        self.world = FbmWorld(split)
        self.version = self.order_number = 0
        self.last: dict[str, Sent] = {}
        self.most: dict[str, int] = {}
        self.refusals: dict[str, int] = {}

    @rule(target=counts, own=shelves, ago=st.integers(0, 100))
    def netsuite_counts(self, own: dict[tuple[str, str], int], ago: int) -> SourceStock:
        self.version += 1
        elsewhere = {(item, place): 100_000 for item in "ABC" for place in (*FBA.all, ATTIC)}
        rows = tuple(OnShelf(*place, units) for place, units in (own | elsewhere).items())
        return SourceStock(self.version, self.clock.ago(ago), rows)

    @rule(by=st.integers(1, 90))
    def time_passes(self, by: int) -> None:
        self.clock.goes_on(by)

    @rule(target=tellings, sku=sellable_skus, units=st.integers(1, 3), ago=minutes)
    def customer_orders(self, sku: str, units: int, ago: int) -> MfnOrder:
        self.order_number += 1
        name = str(self.order_number)
        return MfnOrder(name, f"111-{name}", MARKET, sku, units, self.clock.ago(ago))

    @rule(target=tellings, order=tellings, units=st.integers(0, 3))
    def order_changes(self, order: MfnOrder, units: int) -> MfnOrder:
        return replace(order, quantity=units, changed_at=self.clock())

    @rule(target=tellings, order=tellings, ago=minutes)
    def netsuite_books(self, order: MfnOrder, ago: int) -> MfnOrder:
        return replace(order, booked_at=self.clock.ago(ago))

    @rule(order=tellings)
    def order_is_told(self, order: MfnOrder) -> None:
        mfn_orders.tell(self.app, PROFILE, [order])
        self.world.tell(order)

    @rule(target=sendings, count=counts, mode=st.sampled_from(Mode))
    def all_is_decided(self, count: SourceStock, mode: Mode) -> MultipleResults[Sent]:
        return self._decide([ListingSource(key(sku), count) for sku in SKUS], mode)

    @rule(
        target=sendings,
        older=counts,
        newer=counts,
        some=st.lists(st.tuples(skus, st.booleans()), min_size=1, max_size=4),
        order=tellings,
    )
    def some_is_decided(
        self,
        older: SourceStock,
        newer: SourceStock,
        some: Sequence[tuple[str, bool]],
        order: MfnOrder,
    ) -> MultipleResults[Sent]:
        asked = [ListingSource(key(sku), older if first else newer) for sku, first in some]
        return self._decide(asked, Mode.CHANGES, [order])

    @rule(sent=sendings, answered=st.sampled_from([Answered.ACCEPTED, Answered.REJECTED]))
    def amazon_answers(self, sent: Sent, answered: Answered) -> None:
        told = Told(sent.key, answered, sent.number, sent.quantity)
        (kept,) = acknowledge(self.app, PROFILE, [told])
        if kept.changed:
            assert sent == self.last[sent.key.sku], "an answer to an older decision counted"
        if kept.changed and answered is Answered.REJECTED:
            self.refusals[sent.key.sku] = self.refusals.get(sent.key.sku, 0) + 1
        elif kept.changed:
            self.refusals[sent.key.sku] = 0
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
    ) -> MultipleResults[Sent]:
        """Ask, hold every answer against the world, and ask the same again."""
        answer = decide(self.app, PROFILE, asked, told, mode)
        for order in told:
            self.world.tell(order)
        numbers = {sku: sent.number for sku, sent in self.last.items()}
        for request, decision in zip(asked, answer.decisions, strict=True):
            assert request.source
            self._judge(decision, request.source)
        sent = self._sent(answer, numbers)
        if len({one.source.version for one in asked if one.source}) == 1:
            self._is_within_the_pools(answer.decisions, asked[0].source)
        again = decide(self.app, PROFILE, asked, told, Mode.CHANGES)
        assert again.emission == (), "a replay sent something"
        assert not any(one.action is Action.PUBLISH for one in again.decisions)
        return multiple(*sent)

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
fnskus = st.sampled_from(["X-A", "X-B", "X-?"])
centres = st.sampled_from(["PHX7", "BFI4"])
dispositions = st.sampled_from(["SELLABLE", "WAREHOUSE_DAMAGED"])
SIGN = {"M": -1, "F": 1, "D": -1}


class LedgerMachine(RuleBasedStateMachine):
    """The stock at Amazon: what happens there, and the reports that tell of it."""

    reports = Bundle("reports")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.app = an_app(self.clock, BuiltMappings(Split.SHARED))
        self.world = LedgerWorld()

    @rule(
        day=ledger_days,
        fnsku=fnskus,
        reason=st.sampled_from("MFD"),
        units=st.integers(1, 3),
        disposition=dispositions,
        centre=centres,
    )
    def amazon_adjusts(self, day, fnsku, reason, units, disposition, centre) -> None:
        row = Row(
            day, fnsku, "Adjustments", reason, SIGN[reason] * units, disposition, centre, "adj"
        )
        self.world.events.append((row,))

    @rule(
        day=ledger_days,
        fnsku=fnskus,
        units=st.integers(1, 3),
        disposition=dispositions,
        order=st.sampled_from(["removal-1", "removal-2"]),
    )
    def units_are_sent_back(self, day, fnsku, units, disposition, order) -> None:
        row = Row(day, fnsku, "VendorReturns", "", -units, disposition, "PHX7", order)
        self.world.events.append((row,))

    @rule(day=ledger_days, fnsku=fnskus, units=st.integers(1, 3), centre=centres)
    def units_are_damaged(self, day, fnsku, units, centre) -> None:
        out = Row(day, fnsku, "Adjustments", "E", -units, "SELLABLE", centre, "one")
        back = out._replace(
            reason="P", quantity=units, disposition="WAREHOUSE_DAMAGED", reference="two"
        )
        self.world.events.append((out, back))

    @rule(day=ledger_days, fnsku=fnskus, units=st.integers(1, 3))
    def customers_buy(self, day, fnsku, units) -> None:
        row = Row(day, fnsku, "Shipments", "", -units, "SELLABLE", "PHX7", "111-1")
        self.world.events.append((row,))

    @rule(which=st.integers(0, 30))
    def amazon_takes_back(self, which: int) -> None:
        if self.world.events:
            self.world.events.pop(which % len(self.world.events))

    @rule(target=reports, first=ledger_days, last=ledger_days)
    def amazon_reports(self, first, last) -> Report:
        self.clock.goes_on(1)
        return self.world.report(self.clock(), min(first, last), max(first, last))

    @rule(first=ledger_days, last=ledger_days)
    def report_is_made_and_told(self, first, last) -> None:
        self.report_is_told(self.amazon_reports_now(first, last))

    def amazon_reports_now(self, first, last) -> Report:
        self.clock.goes_on(1)
        return self.world.report(self.clock(), min(first, last), max(first, last))

    @rule(report=reports)
    def report_is_told(self, report: Report) -> None:
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
TestOwnStock.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestAmazonsLedger = LedgerMachine.TestCase
TestAmazonsLedger.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
