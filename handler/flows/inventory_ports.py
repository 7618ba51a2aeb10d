"""What the use cases of stock need of the outside, as protocols. adapters/ implements them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from handler.flows.parcel import Parcel
    from handler.flows.ports import Page, RegisteredException
    from handler.inventory.listing import Listing, ListingKey
    from handler.inventory.mfn_order import MfnOrder
    from handler.inventory.policy import InventoryPolicy
    from handler.inventory.published import Published


@dataclass(frozen=True, slots=True)
class InventoryMappings:
    """What the accountants' files say of one profile's stock.

    Attributes:
        policy: locations, accounts, thresholds.
        listings: the rows of the profile's table, wrong ones included: the registry judges them.
        version: changes with any edit of the files, and with nothing else.
    """

    policy: InventoryPolicy
    listings: tuple[Listing, ...]
    version: str


class InventoryMappingSource(Protocol):
    """The accountants' files about stock."""

    def load(self, profile: str) -> InventoryMappings:
        """Return what a profile decided.

        Raises:
            RefusedRequest: ``UNKNOWN_PROFILE``: there is no such file.
            UnusableMapping: the files are wrong; says where.
        """

    def profiles(self) -> Sequence[str]:
        """Return the names of all profiles that keep stock, in alphabetical order."""


@dataclass(frozen=True, slots=True)
class StoredListing:
    """A listing registered over HTTP; it stands before the table's row of the same key.

    Attributes:
        listing: as registered; its rules whole.
        revision: 1, 2, ...: a writer that read an older one must read again.
        removed: whether it is registered no more (the table's row neither).
        changed_at: ISO 8601 in UTC.
        changed_by: name of the key that asked.
    """

    listing: Listing
    revision: int
    removed: bool
    changed_at: str
    changed_by: str


@dataclass(frozen=True, slots=True)
class LedgerDayRecord:
    """Where a day of Amazon's ledger stands; its totals lie in the bucket.

    Attributes:
        day: Amazon's.
        revision: 1, 2, ...: a writer that read an older one must read again.
        told_at: ISO 8601 in UTC: when the report it rests on was made.
        content_hash: SHA-256 of that report, unpacked.
        result_key: of the file in the bucket that holds its totals and what is posted.
    """

    day: date
    revision: int
    told_at: str
    content_hash: str
    result_key: str


@dataclass(frozen=True, slots=True)
class LedgerRun:
    """One report of the ledger, worked through.

    Attributes:
        run_id: names it; the same for the same report under the same mappings and registry.
        profile: whose books.
        kind: of the report ("ledger_detail").
        content_hash: SHA-256 of the report, unpacked.
        version: of mappings and registry together.
        told_at: ISO 8601 in UTC: when the report was made.
        first_day, last_day: ISO dates it covers.
        external_ids: of the postings it brought forth; empty where it brought no difference.
        netsuite_ids: "external id=internal id" of each posting NetSuite has acknowledged.
        state: "ready", "posted" (every posting acknowledged, or none to make).
        raw_key: of the report in the bucket.
        result_key: of the run's document in the bucket.
        recorded_at: ISO 8601 in UTC.
    """

    run_id: str
    profile: str
    kind: str
    content_hash: str
    version: str
    told_at: str
    first_day: str
    last_day: str
    external_ids: tuple[str, ...]
    netsuite_ids: tuple[str, ...]
    state: str
    raw_key: str
    result_key: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """The last whole report of a kind; the one before is replaced, never added to.

    Attributes:
        profile: whose stock.
        kind: of the report ("myi", "ledger_summary").
        marketplace: id, where the caller named one; else empty.
        told_at: ISO 8601 in UTC: when the report was made; an older one never wins.
        content_hash: SHA-256 of the report, unpacked.
        rows: how many it has.
        raw_key: of the report in the bucket.
        result_key: of its values in the bucket.
        recorded_at: ISO 8601 in UTC.
    """

    profile: str
    kind: str
    marketplace: str
    told_at: str
    content_hash: str
    rows: int
    raw_key: str
    result_key: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class DriftRun:
    """One comparison of the two systems, kept for the chart.

    Attributes:
        profile: whose stock.
        as_of: ISO 8601 in UTC: when NetSuite was read. One run for each moment.
        compared: how many pairs of counts.
        units: sum of the absolute differences beyond tolerance.
        differences: (item, location, measure) -> (Amazon's, NetSuite's) wherever the two differ;
            what is not named agreed.
        causes: how many differences beyond tolerance were put down to each cause.
        result_key: of the run's document in the bucket.
    """

    profile: str
    as_of: str
    compared: int
    units: int
    differences: Mapping[tuple[str, str, str], tuple[int, int]]
    causes: Mapping[str, int]
    result_key: str


class InventoryStore(Protocol):
    """The state of both pools. Each write says on which reading it rests."""

    def listings(self, profile: str) -> Sequence[StoredListing]:
        """Return every listing registered over HTTP, removed ones too; reads the last write."""

    def put_listing(self, profile: str, stored: StoredListing) -> bool:
        """Write a listing over revision ``stored.revision - 1`` (0: it is not there).

        Returns:
            False where another writer came first: nothing was written; read again.
        """

    def published(
        self, profile: str, keys: Collection[ListingKey]
    ) -> Mapping[ListingKey, Published]:
        """Return the state of listings; those never decided are missing. Reads the last write."""

    def put_published(self, profile: str, states: Sequence[Published]) -> Sequence[bool]:
        """Write states, each for itself, each over its revision less one (0: it is not there).

        Returns:
            For each, in order, False where another writer came first: that one was not written.
        """

    def orders(self, profile: str) -> Sequence[MfnOrder]:
        """Return the orders that may still count; reads the last write."""

    def tell_orders(self, profile: str, orders: Sequence[MfnOrder]) -> int:
        """Merge orders into what is known of them (:func:`~handler.inventory.mfn_order.newer`).

        Returns:
            How many changed what is known.
        """

    def forget_orders(self, profile: str, orders: Sequence[MfnOrder]) -> None:
        """Forget orders, each only while it is still as given."""

    def ledger_days(self, profile: str, first: date, last: date) -> Sequence[LedgerDayRecord]:
        """Return the days known from ``first`` to ``last``, in order; reads the last write."""

    def post_ledger(
        self,
        run: LedgerRun,
        days: Sequence[LedgerDayRecord],
        exceptions: Sequence[RegisteredException],
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Write a run with the days it changed, its exceptions and parcels, all or nothing.

        Each day is written over its revision less one (0: it is not there); the run only where its
        id is unknown. Exceptions of scope "ledger:<profile>" that are open are left as they are.

        Returns:
            False where another writer came first: nothing was written; read again.

        Raises:
            ValueError: more than 97 days, exceptions and parcels together.
        """

    def ledger_run(self, profile: str, run_id: str) -> LedgerRun | None:
        """Return a run, or ``None``; reads what was last written."""

    def move_ledger_run(self, run: LedgerRun, before: LedgerRun) -> bool:
        """Put ``run`` in the place of ``before``: other state or NetSuite ids, nothing else.

        Returns:
            False where what is recorded is neither ``before`` nor ``run``: nothing was written.
        """

    def ledger_runs(self, profile: str, limit: int, cursor: str = "") -> Page[LedgerRun]:
        """Return runs, the latest recorded first."""

    def snapshot(self, profile: str, kind: str, marketplace: str = "") -> SnapshotRecord | None:
        """Return the last report of a kind, or ``None``; reads what was last written."""

    def snapshots(self, profile: str) -> Sequence[SnapshotRecord]:
        """Return the last report of every kind and marketplace; reads what was last written."""

    def put_snapshot(self, record: SnapshotRecord) -> bool:
        """Write a report over an older one of its kind and marketplace.

        Returns:
            False where a newer one is there: nothing was written. The same one again is no newer
            one: True.
        """

    def put_drift(self, run: DriftRun) -> None:
        """Keep a run; the same moment again replaces it."""

    def drift_runs(self, profile: str, limit: int, cursor: str = "") -> Page[DriftRun]:
        """Return runs, the latest first."""
