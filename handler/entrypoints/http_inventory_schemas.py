"""What requests about stock may say. Imported when a request is read: pydantic is heavy.

A batch is checked record by record: one that is wrong is answered as wrong, the others go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError

from handler.core.errors import RefusedRequest
from handler.entrypoints.http_schemas import (
    Cursor,
    InternalId,
    Profile,
    Strict,
    faults_of,
    refused_body,
)
from handler.flows.register_listings import Registration
from handler.inventory.listing import Component, Listing, ListingKey, Pool, Rules
from handler.inventory.mfn_order import MfnOrder
from handler.inventory.registry import components_of
from handler.inventory.source_stock import ListingSource, OnShelf, SourceStock

MOST_RECORDS: Final = 1_000
_MOST_UNITS: Final = 1_000_000_000
_EARLIEST: Final = 2000
_LATEST: Final = 9000

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
Sku = Annotated[str, Field(min_length=1, max_length=100)]
Marketplace = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")]
Seller = Annotated[str, Field(pattern=r"^[A-Z0-9]{0,20}$")]
Units = Annotated[int, Field(strict=True, ge=0, le=_MOST_UNITS)]
SignedUnits = Annotated[int, Field(strict=True, ge=-_MOST_UNITS, le=_MOST_UNITS)]


def _in_utc(moment: datetime) -> datetime:
    if not _EARLIEST <= moment.year <= _LATEST:  # at the calendar's ends no day can be added
        raise ValueError(f"a time of the years {_EARLIEST} to {_LATEST}")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class ProfileQuery(Strict):
    """Addresses that only ask whose stock it is."""

    profile: Profile


class DecideQuery(ProfileQuery):
    """POST /v1/inventory/fbm/decide."""

    mode: Literal["changes", "assert"] = "changes"
    feed: Literal["true", "false"] = "false"
    dry_run: Literal["true", "false"] = "false"


class ListingQuery(ProfileQuery):
    """GET /v1/inventory/fbm/published."""

    marketplace: Marketplace
    sku: Sku


class PageQuery(ProfileQuery):
    """Lists of a profile's."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Cursor = ""


class ListingsQuery(ProfileQuery):
    """GET /v1/inventory/listings."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    cursor: Cursor = ""


class ReportQuery(ProfileQuery):
    """POST /v1/inventory/fba/reports."""

    marketplace: Annotated[str, Field(pattern=r"^[A-Z0-9]{0,20}$")] = ""
    made_at: Moment | None = None
    first_day: date | None = None
    last_day: date | None = None
    dry_run: Literal["true", "false"] = "false"


class PostingsQuery(Strict):
    """GET /v1/inventory/fba/runs/{id}/postings."""

    format: Literal["json", "netsuite", "celigo", "csv"] = "json"
    limit: Annotated[int, Field(ge=1, le=50)] = 20  # of 900 lines each: below Lambda's 6 MB
    cursor: Cursor = ""


class EvidenceQuery(ProfileQuery):
    """GET /v1/inventory/fba/evidence."""

    first_day: date | None = None
    last_day: date | None = None


class DriftQuery(ProfileQuery):
    """POST /v1/inventory/drift."""

    record: Literal["true", "false"] = "false"


class DriftListQuery(PageQuery):
    """GET /v1/inventory/drift."""

    item: Annotated[str, Field(max_length=100)] = ""


class Batch(Strict):
    """A body of records that are checked each for itself."""

    data: Annotated[list[Any], Field(min_length=1, max_length=MOST_RECORDS)]


class DecideBody(Batch):
    """POST /v1/inventory/fbm/decide."""

    orders: Annotated[tuple[Any, ...], Field(max_length=10 * MOST_RECORDS)] = ()


class DriftBody(Strict):
    """POST /v1/inventory/drift."""

    as_of: Moment
    data: Annotated[list[NetsuiteRow], Field(min_length=1, max_length=50_000)]


class NetsuiteRow(Strict):
    """NetSuite's count of an item at a location."""

    item: Name
    location: Name
    on_hand: SignedUnits | None = None
    available: SignedUnits | None = None


class Shelf(Strict):
    """Units of one item at one location."""

    item: Name
    location: Name
    available: SignedUnits


class ListingCount(Strict):
    """One listing to decide, with NetSuite's count."""

    marketplace: Marketplace
    sku: Sku
    seller: Seller = ""
    source_version: Annotated[int, Field(strict=True, ge=1, lt=10**18)]
    source_time: Moment
    quantities: Annotated[list[Shelf], Field(min_length=1, max_length=1000)]

    def source(self) -> ListingSource:
        """Return it as the engine takes it."""
        shelves = tuple(OnShelf(one.item, one.location, one.available) for one in self.quantities)
        return ListingSource(
            ListingKey(self.seller, self.marketplace, self.sku),
            SourceStock(self.source_version, self.source_time, shelves),
        )


class Order(Strict):
    """One item of an Amazon order for the seller's own stock."""

    order_item_id: Name
    order_id: Name
    marketplace: Marketplace
    sku: Sku
    quantity: Units
    changed_at: Moment
    booked_at: Moment | None = None

    def order(self) -> MfnOrder:
        """Return it as a value."""
        return MfnOrder(**dict(self))


class KitPart(Strict):
    """What a kit takes of one item."""

    item: Name
    quantity: Annotated[int, Field(strict=True, ge=1, le=10_000)]


class ListingRecord(Strict):
    """A listing to register, whole: what is not named has its default."""

    marketplace: Marketplace
    sku: Sku
    seller: Seller = ""
    pool: Pool
    item: Annotated[str, Field(max_length=100)] = ""
    fnsku: Annotated[str, Field(pattern=r"^[A-Z0-9]{0,20}$")] = ""
    components: Annotated[tuple[KitPart, ...], Field(max_length=100)] = ()
    share: Annotated[int, Field(strict=True, ge=0, le=100)] = 100
    safety: Units = 0
    cap: Units | None = None
    weight: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    locations: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    tolerance: Units = 0
    product_type: Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,100}$")] = "PRODUCT"
    remove: bool = False
    change_pool: bool = False

    def registration(self, seller: str) -> Registration:
        """Return it as the registry takes it; the profile's seller where none is named."""
        rules = Rules(
            self.share, self.safety, self.cap, self.weight, frozenset(self.locations),
            self.tolerance,
        )  # fmt: skip
        return Registration(
            Listing(
                ListingKey(self.seller or seller, self.marketplace, self.sku),
                self.pool,
                self.item,
                self.fnsku,
                components_of(Component(one.item, one.quantity) for one in self.components),
                rules,
                self.product_type,
                "registered over HTTP",
            ),
            self.remove,
            self.change_pool,
        )


class Answer(Strict):
    """What Amazon answered, or was seen to have."""

    marketplace: Marketplace
    sku: Sku
    seller: Seller = ""
    status: Literal["accepted", "rejected", "seen"]
    decision: Annotated[int, Field(strict=True, ge=0)] = 0
    quantity: Units = 0
    at: Moment | None = None


class Posted(Strict):
    """POST /v1/inventory/fba/runs/{id}/posted."""

    entries: Annotated[list[PostedEntry], Field(min_length=1, max_length=1000)]


class PostedEntry(Strict):
    """A posting NetSuite has."""

    external_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
    internal_id: InternalId


R = TypeVar("R", bound=Strict)


class Records(Generic[R]):
    """A batch's records: each as its model, or why it is none."""

    def __init__(self, model: type[R], data: Sequence[Any]) -> None:
        """Check ``data`` record by record."""
        self.checked: list[R | RefusedRequest] = []
        for record in data:
            try:
                self.checked.append(model.model_validate(record))
            except ValidationError as error:
                self.checked.append(refused_body("BAD_RECORD", faults_of(error)))

    def good(self) -> list[tuple[int, R]]:
        """Return the usable ones with their places."""
        return [
            (place, one)
            for place, one in enumerate(self.checked)
            if not isinstance(one, RefusedRequest)
        ]
