"""Both pools for whoever looks at them: listings with what is known of each, never added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handler.core.errors import RefusedRequest
from handler.core.finding import Finding
from handler.flows import cursors
from handler.flows.amazon_told import AmazonTold, AtAmazon, amazon_told
from handler.flows.decide_fbm import subject_of
from handler.flows.exception_ports import CLOSED_STATES, RegisteredException
from handler.flows.ledger_state import stored_days
from handler.flows.stock_registry import Standing, standing
from handler.inventory.amazon_counts import Measure
from handler.inventory.drift_pair import drift_subject
from handler.inventory.listing import Listing, ListingKey, Pool
from handler.payloads import packed

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.inventory_ports import DriftRun
    from handler.inventory.ledger_day import TotalKey
    from handler.inventory.policy import InventoryPolicy
    from handler.inventory.published import Published

Document = dict[str, Any]
Differences = Mapping[tuple[str, str, str], tuple[int, int]]
_ONE_DAY: Final = timedelta(days=1)
_LOOK_BACK: Final = 60  # days, for the last days the ledger tells of
_MOST_DAYS: Final = 7  # of the ledger: each is a file of the whole account
_MOST_RUNS: Final = 30
# What the register keeps of a listing by its name; the stock's findings go by item.
_LISTING_CODES: Final = (
    "LISTING_QUARANTINED",
    "POOL_CONFLICT",
    "FBM_QUANTITY_DRIFT",
    "LISTING_REJECTED",
    "SOURCE_STALE",
)


@dataclass(frozen=True, slots=True)
class ListedStock:
    """A listing, and what its pool tells of it.

    Attributes:
        listing: as registered.
        quarantine: why it is neither published nor posted; ``None`` where it is sound.
        published: of the seller's own stock; ``None`` where never decided, or of Amazon's.
        at_amazon: of Amazon's stock; ``None`` for the seller's own.
        differences: (item, location, measure) -> (Amazon's, NetSuite's) at the last comparison.
    """

    listing: Listing
    quarantine: Finding | None
    published: Published | None
    at_amazon: AtAmazon | None
    differences: Differences


@dataclass(frozen=True, slots=True)
class StockPage:
    """Some of a profile's listings.

    Attributes:
        policy: of the profile.
        listings: by marketplace and SKU.
        cursor: asks for the next ones; empty at the end.
        found: how many there are in all.
        told: Amazon's last reports.
        compared: the last comparison; ``None`` where there was none yet.
    """

    policy: InventoryPolicy
    listings: Sequence[ListedStock]
    cursor: str
    found: int
    told: AmazonTold
    compared: DriftRun | None


class Movement(NamedTuple):
    """What Amazon's ledger tells of a label on a day."""

    day: date
    key: TotalKey
    units: int


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One listing.

    Attributes:
        policy: of the profile.
        stock: what its pool tells.
        told: Amazon's last reports.
        runs: the last comparisons, the latest first.
        movements: of the ledger's last days, the latest first; none of the seller's own stock.
        first_day: since when the ledger was looked at; ``None`` where it tells of no day.
        exceptions: what is open about the listing.
    """

    policy: InventoryPolicy
    stock: ListedStock
    told: AmazonTold
    runs: Sequence[DriftRun]
    movements: Sequence[Movement]
    first_day: date | None
    exceptions: Sequence[RegisteredException]


def stock_page(app: App, profile: str, sku: str, limit: int, cursor: str) -> StockPage:
    """Return listings whose SKU has ``sku`` in it, whatever its case.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``BAD_CURSOR``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    now, wanted, name = standing(app, profile), sku.casefold(), f"stock:{profile}"
    after = cursors.decode(cursor, name, 3) if cursor else None
    every = sorted(
        (one for one in now.registry if wanted in one.key.sku.casefold()), key=lambda one: one.key
    )
    left = [one for one in every if after is None or tuple(one.key) > after]
    shown = left[:limit]
    told, (run,) = amazon_told(app, profile), _runs(app, profile, 1) or (None,)
    return StockPage(
        now.policy,
        _listed(app, profile, now, shown, told, run),
        cursors.encode(name, *shown[-1].key) if len(left) > limit else "",
        len(every),
        told,
        run,
    )


def listing_page(app: App, profile: str, marketplace: str, sku: str) -> ListingPage:
    """Return one listing with all that leads to its figures.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``; ``NOT_FOUND``: it is not registered.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    now = standing(app, profile)
    listing = now.registry.find(ListingKey(now.policy.seller, marketplace, sku))
    if listing is None:
        raise RefusedRequest(
            "NOT_FOUND",
            f"SKU {sku!r} on marketplace {marketplace!r} is not registered for {profile}.",
            "Look for it in the list of listings; register it where it is missing.",
        )
    told, runs = amazon_told(app, profile), _runs(app, profile, _MOST_RUNS)
    (stock,) = _listed(app, profile, now, [listing], told, runs[0] if runs else None)
    movements, first_day = _movements(app, profile, listing)
    return ListingPage(
        now.policy,
        stock,
        told,
        runs,
        movements,
        first_day,
        list(_open(app, profile, listing, stock.differences)),
    )


def comparison_document(app: App, run: DriftRun) -> Document | None:
    """Return a comparison whole, with its causes; ``None`` where its file is gone.

    Raises:
        OutsideFailure: the store did not answer.
    """
    try:
        document: Document = packed.unpack(app.files.read(run.result_key))
    except RefusedRequest:
        return None
    return document


def item_of(listing: Listing) -> str:
    """Return what comparisons call a listing: a kit that NetSuite does not stock by its SKU."""
    return listing.item or listing.key.sku


def _listed(
    app: App,
    profile: str,
    now: Standing,
    listings: Sequence[Listing],
    told: AmazonTold,
    run: DriftRun | None,
) -> list[ListedStock]:
    own = [one.key for one in listings if one.pool is Pool.FBM]
    states = app.inventory.published(profile, own) if own else {}
    return [
        ListedStock(
            one,
            now.registry.quarantine.get(one.key),
            states.get(one.key),
            told.of(one) if one.pool is Pool.FBA else None,
            differences_of(one, run, now.policy) if run else {},
        )
        for one in listings
    ]


def differences_of(listing: Listing, run: DriftRun, policy: InventoryPolicy) -> Differences:
    """Return where a comparison found the two systems to differ about a listing, in its pool."""
    item, key = item_of(listing), listing.key
    own = {f"{key.marketplace}/{key.sku}"}
    places = own if listing.pool is Pool.FBM else policy.fba_locations
    return {
        place: units
        for place, units in run.differences.items()
        if place[0] == item and place[1] in places
    }


def _runs(app: App, profile: str, most: int) -> Sequence[DriftRun]:
    return app.inventory.drift_runs(profile, most).items


def _movements(app: App, profile: str, listing: Listing) -> tuple[list[Movement], date | None]:
    if listing.pool is not Pool.FBA:
        return [], None
    today = app.now().astimezone(UTC).date()
    known = app.inventory.ledger_days(profile, today - _LOOK_BACK * _ONE_DAY, today + _ONE_DAY)
    if not known:
        return [], None
    first, last = known[-_MOST_DAYS:][0].day, known[-1].day
    days = stored_days(app, profile, first, last)
    return [
        Movement(day, key, total.quantity)
        for day in sorted(days, reverse=True)
        for key, total in sorted(days[day].totals.items(), key=lambda pair: pair[0])
        if (listing.fnsku and key.fnsku == listing.fnsku) or key.sku == listing.key.sku
    ], first


def _open(
    app: App, profile: str, listing: Listing, differences: Differences
) -> Iterator[RegisteredException]:
    """Yield what is open, asked by name: the register's list of a profile may be very long."""
    subject = subject_of(listing.key)
    names = [(f"listing:{profile}", code, subject) for code in _LISTING_CODES]
    names += [
        (f"stock:{profile}", "STOCK_DRIFT", drift_subject(item, location, Measure(measure)))
        for item, location, measure in differences
    ]
    for scope, code, about in names:
        found = app.settlements.exception(scope, Finding(code, about, "", {}).fingerprint(scope))
        if found is not None and found.state not in CLOSED_STATES:
            yield found
