"""Answers about the seller's own stock."""

from __future__ import annotations

from contracts.answer_kinds import (
    NO_ENTRIES,
    NO_FACTS,
    PAGE,
    Finding,
    Free,
    Moment,
    MomentOrNone,
    Outcome,
    Shown,
    answer,
)


class Registered(Outcome):
    """What became of a listing to register; a record that could not be read names no listing."""

    marketplace: str = ""
    sku: str = ""
    revision: int = 0
    changed: bool = False


class KitComponent(Shown):
    """What a kit takes of an item."""

    item: str
    quantity: int


class ListingShown(Shown):
    """A listing as it is registered."""

    seller: str
    marketplace: str
    sku: str
    pool: str
    item: str
    fnsku: str
    components: list[KitComponent]
    share: int
    safety: int
    cap: int | None
    weight: int
    locations: list[str]
    tolerance: int
    product_type: str
    origin: str
    revision: int
    quarantine: Finding | None


class OrderTold(Outcome):
    """What became of an order that was told."""

    order_item_id: str = ""


class NotificationTaken(Outcome):
    """What became of a notification."""

    notification: str = ""
    orders: int = 0
    changed: int = 0
    listings: int = 0
    drift: list[Finding] = NO_ENTRIES


class DecisionShown(Outcome):
    """What a listing is to have on Amazon, with the patch to send and how it came about."""

    marketplace: str = ""
    sku: str = ""
    action: str = ""
    reason: str = ""
    message: str = ""
    quantity: int | None = None
    previous: int | None = None
    decision: int = 0
    patch: Free | None = None
    trace: Free = NO_FACTS


class ListingAcknowledged(Outcome):
    """What became of what Amazon answered."""

    marketplace: str = ""
    sku: str = ""
    changed: bool = False
    drift: Finding | None = None


class PublishedShown(Shown):
    """What a listing has on Amazon."""

    marketplace: str
    sku: str
    decision: int
    quantity: int | None
    sent_at: MomentOrNone
    accepted: int | None
    acknowledged: bool
    rejections: int
    seen: int | None
    seen_at: Moment | None
    source_version: int
    source_time: MomentOrNone
    stale: bool
    trace: Free


REGISTERED = answer("RegisteredAnswer", Registered)
LISTINGS = answer("ListingsAnswer", ListingShown, **PAGE)
ORDERS_TOLD = answer("OrdersToldAnswer", OrderTold)
NOTIFICATIONS = answer("NotificationsAnswer", NotificationTaken)
DECIDED = answer("DecidedAnswer", DecisionShown, send=(list[int], ...), feed=(Free, {}))
EXPIRED = answer("ExpiredAnswer", DecisionShown)
FBM_ACKNOWLEDGED = answer("ListingsAcknowledgedAnswer", ListingAcknowledged)
PUBLISHED = answer("PublishedAnswer", PublishedShown)
