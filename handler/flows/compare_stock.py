"""Amazon's counts against NetSuite's: what differs, why it may, and a history of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import RefusedRequest
from handler.flows import mfn_orders
from handler.flows.acknowledge_fbm import ordered_since
from handler.flows.amazon_told import reports_of_stock
from handler.flows.drift_facts import drift_facts
from handler.flows.inventory_ports import DriftRun
from handler.flows.keep_stock_report import kept_report
from handler.flows.register_findings import register_findings
from handler.flows.stock_files import RESULTS
from handler.flows.stock_registry import Standing, standing
from handler.inventory.amazon_counts import AmazonCounts, count_amazon
from handler.inventory.drift import DriftOutcome, compare
from handler.inventory.drift_causes import CountTimes
from handler.inventory.drift_pair import FbmCount, NetsuiteCount
from handler.inventory.fbm_guards import CLOCK_SKEW
from handler.inventory.identify import identified_by
from handler.inventory.listing import Listing, Pool
from handler.payloads import packed
from handler.payloads.drift_documents import (
    cause_counts,
    differences,
    drift_document,
    drifted_units,
)

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.inventory.published import Published

Document = dict[str, Any]
_RECENT_DAYS: Final = 14  # of orders that may have lowered a listing
_AT_ONCE: Final = 1_000
_MOST_PAIRS: Final = 2_000  # shown; a run's document has them all


@dataclass(frozen=True, slots=True)
class Amazon:
    """What Amazon's last reports say.

    Attributes:
        counts: as NetSuite keeps them.
        balance_day: last day of the ledger's summary.
        stock_at: when the report of stock was made.
    """

    counts: AmazonCounts
    balance_day: date | None
    stock_at: datetime | None


def compare_stock(
    app: App,
    profile: str,
    netsuite: Sequence[NetsuiteCount],
    read_at: datetime,
    *,
    record: bool = False,
) -> Document:
    """Compare the two systems on Amazon's last reports.

    Args:
        app: the ports.
        profile: whose stock.
        netsuite: its counts.
        read_at: when NetSuite was read, in UTC.
        record: keep the outcome for the chart, and register what somebody must look at.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``FILE_CHANGED``, ``SOURCE_FROM_FUTURE``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    if read_at > app.now() + CLOCK_SKEW:
        raise RefusedRequest(
            "SOURCE_FROM_FUTURE",
            f"NetSuite is said to be read at {read_at.isoformat()}, which is still to come.",
            "Mend the clock or the time zone of the flow.",
        )
    now = standing(app, profile)
    amazon = _amazon(app, profile, now)
    times = CountTimes(read_at, amazon.balance_day, amazon.stock_at)
    facts = drift_facts(app, profile, now, times, read_at)
    tolerances = _tolerances(now)
    outcome = compare(
        amazon.counts,
        netsuite,
        _fbm(app, profile, now, read_at),
        facts,
        lambda item: tolerances.get(item, 0),
        now.policy.fba_locations,
    )
    document = {"profile": profile, **drift_document(outcome, _MOST_PAIRS)}
    if record:
        _record(app, profile, outcome, read_at)
    return document


def _amazon(app: App, profile: str, now: Standing) -> Amazon:
    reports = reports_of_stock(app, profile)
    item_of = identified_by(now.registry)
    counts = count_amazon(
        [row for one in (*reports.stock, *reports.reserved) for row in kept_report(app, one).stock],
        [row for one in reports.balances for row in kept_report(app, one).balances],
        now.policy,
        lambda fnsku, sku: item_of(fnsku, sku).item,
    )
    told = min((datetime.fromisoformat(one.told_at) for one in reports.stock), default=None)
    return Amazon(counts, counts.balance_day, told)


def _fbm(app: App, profile: str, now: Standing, read_at: datetime) -> Iterator[FbmCount]:
    """Yield the listings of the seller's own stock, as they are on Amazon."""
    listings: list[Listing] = [
        one
        for one in now.registry
        if one.pool is Pool.FBM and one.key not in now.registry.quarantine
    ]
    orders = mfn_orders.counting(app, profile, read_at - timedelta(days=_RECENT_DAYS))
    for start in range(0, len(listings), _AT_ONCE):
        some = listings[start : start + _AT_ONCE]
        states = app.inventory.published(profile, [one.key for one in some])
        for listing in some:
            state = states.get(listing.key)
            # What Amazon has never answered nor shown is no figure to compare: it is on its way.
            if state is not None and not (state.accepted is None and state.seen is None):
                yield FbmCount(
                    listing.item or listing.key.sku,
                    state,
                    due=_decided(state),
                    ordered=ordered_since(state, orders),
                )


def _decided(state: Published) -> int | None:
    """Return what Amazon should have, also where it refused that, or was seen to have another."""
    result = state.trace.get("result")
    return result if state.quantity is None and isinstance(result, int) else state.quantity


def _record(app: App, profile: str, outcome: DriftOutcome, read_at: datetime) -> None:
    content = packed.pack({"profile": profile, **drift_document(outcome)})
    key = f"{RESULTS}{profile}/{hashlib.sha256(content).hexdigest()}.json.gz"
    app.files.keep(key, content, "application/gzip")
    app.inventory.put_drift(
        DriftRun(
            profile=profile,
            as_of=read_at.astimezone(UTC).isoformat(timespec="seconds"),
            compared=len(outcome.pairs),
            units=drifted_units(outcome),
            differences=differences(outcome),
            causes=cause_counts(outcome),
            result_key=key,
        )
    )
    subjects = {f"item {pair.item} at {pair.location}" for pair in outcome.pairs}
    subjects |= {pair.measure.replace("_", " ") for pair in outcome.pairs}
    subjects |= {finding.subject for finding in outcome.findings}
    register_findings(app, f"stock:{profile}", outcome.findings, subjects)


def _tolerances(now: Standing) -> dict[str, int]:
    """Return each item's tolerance: the largest of its listings."""
    found: Counter[str] = Counter()
    for listing in now.registry:
        item = listing.item or listing.key.sku
        found[item] = max(found[item], listing.rules.tolerance)
    return dict(found)
