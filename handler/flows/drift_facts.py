"""What the causes of a drift are sought in: what NetSuite lacks of the ledger, what is new."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.flows.ledger_state import stored_days
from handler.flows.netsuite_ids import acknowledged
from handler.inventory.amazon_counts import Spot
from handler.inventory.disposition_pairs import location_of
from handler.inventory.drift_causes import CountTimes, DriftFacts
from handler.inventory.identify import identified_by
from handler.inventory.ledger_moves import moves_of_day
from handler.inventory.listing import Pool
from handler.inventory.posting import Posting, PostingKind
from handler.inventory.totals import SHIPMENTS
from handler.payloads import packed
from handler.payloads.ledger_documents import posting_of

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.stock_registry import Standing
    from handler.inventory.ledger_day import LedgerDay

_RECENT_DAYS: Final = 14
_MOST_RUNS: Final = 50
_ONE_DAY: Final = timedelta(days=1)


def drift_facts(
    app: App, profile: str, now: Standing, times: CountTimes, read_at: datetime
) -> DriftFacts:
    """Return what is known beside the counts, of the last two weeks of the ledger.

    Raises:
        OutsideFailure: a store did not answer.
    """
    last = read_at.astimezone(UTC).date() + _ONE_DAY
    days = stored_days(app, profile, last - _RECENT_DAYS * _ONE_DAY, last)
    units: Counter[Spot] = Counter()
    names: defaultdict[Spot, set[str]] = defaultdict(set)
    until = times.balance_day or date.max  # what came later is in neither count
    for spot, count, name in (
        *_unacknowledged(app, profile, until),
        *_held(days, now, until),
    ):
        units[spot] += count
        names[spot].add(name)
    since, shipped = _movements(days, now, times.balance_day)
    return DriftFacts(
        times,
        unposted={spot: count for spot, count in units.items() if count},
        unposted_ids={spot: tuple(sorted(found)) for spot, found in names.items()},
        moved_since=since,
        recent_shipments=shipped,
        registered=frozenset(one.item for one in now.registry if one.pool is Pool.FBA and one.item),
    )


def _unacknowledged(app: App, profile: str, until: date) -> Iterator[tuple[Spot, int, str]]:
    """Yield what NetSuite will have more, of each posting it has not acknowledged."""
    for run in app.inventory.ledger_runs(profile, _MOST_RUNS).items:
        missing = set(run.external_ids) - set(acknowledged(run.netsuite_ids))
        if missing:
            for document in packed.unpack(app.files.read(run.result_key))["postings"]:
                posting = posting_of(document)
                if posting.external_id in missing and posting.ledger_day <= until:
                    yield from _effect(posting)


def _effect(posting: Posting) -> Iterator[tuple[Spot, int, str]]:
    for line in posting.lines:
        yield Spot(line.item, posting.target), line.quantity, posting.external_id
        if posting.kind is PostingKind.TRANSFER:
            yield Spot(line.item, posting.source), -line.quantity, posting.external_id


def _held(
    days: Mapping[date, LedgerDay], now: Standing, until: date
) -> Iterator[tuple[Spot, int, str]]:
    """Yield the units of known items that wait."""
    item_of = identified_by(now.registry)
    for day, state in days.items():
        if day > until:
            continue
        before, after = days.get(day - _ONE_DAY), days.get(day + _ONE_DAY)
        moves = moves_of_day(
            state.totals,
            before.totals if before else {},
            now.policy,
            item_of,
            after.totals if after else None,
        )
        for held in moves.held:
            spot = _spot(now, held.key.fnsku, held.key.sku, held.key.disposition, held.key.country)
            if spot is not None and held.units:
                yield spot, held.units, f"{held.code} {held.key.event} {day.isoformat()}"


def _movements(
    days: Mapping[date, LedgerDay], now: Standing, balance_day: date | None
) -> tuple[dict[Spot, int], dict[Spot, int]]:
    """Return what moved after the balance day, and what was shipped on the last two days."""
    since: Counter[Spot] = Counter()
    shipped: Counter[Spot] = Counter()
    newest = max(days, default=date.min)
    for day, state in days.items():
        for key, total in state.totals.items():
            is_recent = key.event == SHIPMENTS and day > newest - 2 * _ONE_DAY
            is_since = balance_day is not None and day > balance_day
            if not (is_recent or is_since):
                continue
            spot = _spot(now, key.fnsku, key.sku, key.disposition, key.country)
            if spot is not None:
                since[spot] += total.quantity if is_since else 0
                shipped[spot] -= total.quantity if is_recent else 0
    return _set(since), _set(shipped)


def _spot(now: Standing, fnsku: str, sku: str, disposition: str, country: str) -> Spot | None:
    item = now.registry.item_of(fnsku, sku)
    location = location_of(disposition, now.policy.at_amazon(country))
    return Spot(item, location) if item and location else None


def _set(units: Counter[Spot]) -> dict[Spot, int]:
    return {spot: count for spot, count in units.items() if count}
