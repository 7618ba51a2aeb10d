"""The use cases of stock called at once over one table: the newest stands, nothing is said twice.

A call that meets too many others is told to come again, and comes again, as a flow does.
"""

import random
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

import pytest
from inventory_world import (
    DAYS,
    FBA,
    MAIN,
    MARKET,
    PROFILE,
    SELLABLE,
    SHOP,
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
from store_samples import all_at_once

from handler.adapters.dynamo_inventory import DynamoInventory
from handler.adapters.dynamo_settlements import DynamoSettlements
from handler.core.errors import OutsideFailure
from handler.flows import ledger_runs
from handler.flows.app import App
from handler.flows.decide_fbm import FbmAnswer, decide
from handler.flows.read_stock_report import read_posted
from handler.flows.stock_files import ReportWish
from handler.inventory.decision import Action
from handler.inventory.listing import Split
from handler.inventory.mfn_order import MfnOrder
from handler.inventory.source_stock import ListingSource, OnShelf, SourceStock

pytestmark = pytest.mark.dynamodb_local
R = TypeVar("R")
CALLERS = 8


@pytest.fixture
def told() -> Clock:
    return Clock()


@pytest.fixture
def app(local_client: Any, local_table: str, told: Clock) -> App:
    """The plugin over one table, and files in memory."""
    return an_app(
        told,
        BuiltMappings(Split.WEIGHTED),
        inventory=DynamoInventory(local_client, local_table, told),
        settlements=DynamoSettlements(local_client, local_table, told),
    )


def until_answered(call: Callable[[], R]) -> R:
    """Call again while others come first."""
    for attempt in count(1):
        try:
            return call()
        except OutsideFailure as failure:
            if failure.code != "STORE_BUSY" or attempt == 40:
                raise
    raise AssertionError


def together(calls: list[Callable[[], R]], seed: int) -> list[R]:
    """Return what calls that start at once in any order answer; none may fail."""
    random.Random(seed).shuffle(calls)
    results = all_at_once([lambda call=call: until_answered(call) for call in calls])
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results  # type: ignore[return-value]


def a_count(version: int, told: Clock) -> SourceStock:
    """Each count has other units, so that it shows which one was decided on."""
    own = {
        (item, place): 3 * version + number
        for number, item in enumerate("ABC", start=9)
        for place in (MAIN, SHOP)
    }
    at_amazon = {(item, place): 100_000 for item in "ABC" for place in FBA.all}
    rows = tuple(OnShelf(*place, units) for place, units in (own | at_amazon).items())
    return SourceStock(version, told.ago(CALLERS - version), rows)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_highest_version_stands_whoever_comes_last(app: App, told: Clock, seed: int) -> None:
    world = FbmWorld(Split.WEIGHTED)
    skus = list(SELLABLE)
    orders = [
        MfnOrder(str(n), f"111-{n}", MARKET, skus[n % len(skus)], 1, told.ago(n))
        for n in range(CALLERS)
    ]
    counts = [a_count(version, told) for version in range(1, CALLERS + 1)]

    def asking(place: int, source: SourceStock) -> Callable[[], FbmAnswer]:
        asked = [ListingSource(key(sku), source) for sku in SKUS]
        random.Random(seed * 100 + place).shuffle(asked)
        return lambda: decide(app, PROFILE, asked, [orders[place]])

    # Each count comes twice.
    calls = [asking(place, one) for _ in range(2) for place, one in enumerate(counts)]
    answers = together(calls, seed)
    published = [
        one for answer in answers for one in answer.decisions if one.action is Action.PUBLISH
    ]
    sent = [(one.key.sku, one.number) for one in published]
    assert len(set(sent)) == len(sent), "one number stands for two quantities"
    assert {one.key.sku for one in published} <= set(SELLABLE)
    states = app.inventory.published(PROFILE, [key(sku) for sku in SKUS])
    assert {name.sku for name in states} == set(SELLABLE)
    assert {state.source_version for state in states.values()} == {CALLERS}
    assert all(state.source_print for state in states.values())
    for one in published:
        state = states[one.key]
        assert one.number <= state.decision
        assert one.number < state.decision or one.quantity == state.quantity
    for order in orders:
        world.tell(order)
    late = decide(app, PROFILE, [ListingSource(key(sku), counts[0]) for sku in skus])
    assert {one.reason for one in late.decisions} == {"OUT_OF_ORDER"}
    # No order was lost: the next count is decided on all of them.
    last = a_count(CALLERS + 1, told)
    answer = decide(app, PROFILE, [ListingSource(key(sku), last) for sku in skus])
    for one in answer.decisions:
        most = world.most(one.key.sku, last, told())
        assert one.quantity is not None
        assert one.quantity <= most
        assert one.quantity == most or one.key.sku == "KIT"


def overlapping_reports(world: LedgerWorld, told: Clock, seed: int) -> list[Report]:
    """Return overlapping reports of a ledger that grows and is corrected meanwhile."""
    chance = random.Random(seed)
    reports = []
    for number in range(CALLERS):
        for day in DAYS:
            fnsku, units = chance.choice(["X-A", "X-B"]), chance.randint(1, 4)
            lost = Row(day, fnsku, "Adjustments", "M", -units, "SELLABLE", "PHX7", "")
            damaged = lost._replace(reason="E")
            arrived = lost._replace(reason="P", quantity=units, disposition="WAREHOUSE_DAMAGED")
            removed = lost._replace(event="VendorReturns", reason="", reference="removal-1")
            world.events.append(chance.choice([(lost,), (damaged, arrived), (removed,)]))
        if number % 3 == 2:
            del world.events[chance.randrange(len(world.events))]
        told.goes_on(1)
        first, last = sorted(chance.sample(DAYS, 2))
        reports.append(world.report(told(), first, last))
    return reports


@pytest.mark.parametrize("seed", [1, 2])
def test_the_books_say_what_was_told_last_whoever_comes_last(
    app: App, told: Clock, seed: int
) -> None:
    world = LedgerWorld()
    reports = overlapping_reports(world, told, seed)

    def sending(report: Report) -> Callable[[], tuple[bytes, dict[str, Any]]]:
        wish = ReportWish(
            PROFILE, made_at=report.made_at, first_day=report.days[0], last_day=report.days[-1]
        )
        content = report.content
        return lambda: (content, read_posted(app, content, wish)[0])

    answers = together([sending(report) for _ in range(2) for report in reports], seed)
    for report in reports:
        world.tell(report)
        first, second = (document for content, document in answers if content == report.content)
        assert first == second, "whoever sends the same gets the same"
    runs = ledger_runs.runs(app, PROFILE, 200, "").items
    assert len(runs) == len(reports)
    every = [
        posting
        for run in runs
        for posting in ledger_runs.postings(app, run["run_id"], 500, "").items
    ]
    names = [posting["external_id"] for posting in every]
    assert names
    assert len(set(names)) == len(names), "one external id stands for two records"
    assert posted(every) == world.books()
    told_at = {
        day.day: day.told_at for day in app.inventory.ledger_days(PROFILE, DAYS[0], DAYS[-1])
    }
    assert told_at == {day: made.isoformat() for day, (made, _) in world.told.items()}
