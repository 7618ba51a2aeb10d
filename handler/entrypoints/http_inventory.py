"""The HTTP steps of the seller's own stock: register, tell orders, decide, acknowledge.

Batches are answered in the order asked, one answer for each record; a bad record fails alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, g, request

from handler import metrics
from handler.core.errors import PluginError, RefusedRequest
from handler.entrypoints.decide_batch import decide_batch, outcome
from handler.entrypoints.http_answers import success
from handler.entrypoints.http_auth import needs
from handler.entrypoints.http_plugin import plugin
from handler.flows import mfn_orders, read_stock
from handler.flows.acknowledge_fbm import Answered, Told, acknowledge
from handler.flows.api_keys import INVENTORY_READ, INVENTORY_WRITE
from handler.flows.register_listings import register
from handler.inventory.decision import Mode
from handler.inventory.listing import ListingKey
from handler.payloads.decision_documents import decision_document

# The schemas (pydantic) are imported where a request needs them, as in http_settlement.


Document = dict[str, Any]


@needs(INVENTORY_WRITE)
def register_listings() -> Response:
    """Register listings, whole."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import body, query  # noqa: PLC0415

    profile = query(schemas.ProfileQuery, request.args).profile
    records = schemas.Records(schemas.ListingRecord, body(schemas.Batch, request.get_data()).data)
    seller = plugin().stock_mappings.load(profile).policy.seller
    good = records.good()
    done = register(
        plugin(), profile, [record.registration(seller) for _, record in good], g.caller.name
    )
    answers = [
        {
            **_named(one.key),
            **outcome(one.refused),
            "revision": one.revision,
            "changed": one.changed,
        }
        for one in done
    ]
    return _in_order(records.checked, dict(zip((place for place, _ in good), answers, strict=True)))


@needs(INVENTORY_READ)
def listings() -> Response:
    """List what is registered, with what is in quarantine and why."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415

    asked = query(schemas.ListingsQuery, request.args)
    page = read_stock.listings(plugin(), asked.profile, asked.limit, asked.cursor)
    return success(page.items, next_cursor=page.cursor)


@needs(INVENTORY_WRITE)
def tell_orders() -> Response:
    """Keep orders for the seller's own stock until NetSuite's count has them."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import body, query  # noqa: PLC0415

    profile = query(schemas.ProfileQuery, request.args).profile
    records = schemas.Records(schemas.Order, body(schemas.Batch, request.get_data()).data)
    good = records.good()
    mfn_orders.tell(plugin(), profile, [record.order() for _, record in good])
    answers = {
        place: {"order_item_id": record.order_item_id, **outcome(None)} for place, record in good
    }
    return _in_order(records.checked, answers)


@needs(INVENTORY_WRITE)
def notifications() -> Response:
    """Take Amazon's notifications as they come: ORDER_CHANGE and changed MFN quantities."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import body, query  # noqa: PLC0415
    from handler.flows import amazon_news  # noqa: PLC0415

    profile = query(schemas.ProfileQuery, request.args).profile
    told = body(schemas.Batch, request.get_data()).data
    return success([_taken(news) for news in amazon_news.take(plugin(), profile, told)])


def _taken(news: PluginError | Document) -> Document:
    if isinstance(news, PluginError):
        return outcome(news)
    return {**news, **outcome(None)}


@needs(INVENTORY_WRITE)
def decide_listings() -> Response:
    """Decide what each listing has on Amazon, and give the patches to send."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import body, query  # noqa: PLC0415

    asked = query(schemas.DecideQuery, request.args)
    told = body(schemas.DecideBody, request.get_data())
    decided = decide_batch(
        plugin(),
        asked.profile,
        told.data,
        told.orders,
        Mode(asked.mode),
        dry_run=asked.dry_run == "true",
    )
    beside = {"feed": decided.feed()} if asked.feed == "true" else {}
    return success(decided.data, send=decided.send, **beside)


@needs(INVENTORY_WRITE)
def expire_listings() -> Response:
    """Give the zero of every listing whose count grew too old; none where all are fresh."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415
    from handler.flows.expire_fbm import expire  # noqa: PLC0415

    profile = query(schemas.ProfileQuery, request.args).profile
    expired = expire(plugin(), profile)
    metrics.count("FbmDecisions", len(expired), profile=profile)
    metrics.count("FbmPublished", len(expired), profile=profile)
    return success([decision_document(one) for one in expired])


@needs(INVENTORY_WRITE)
def acknowledge_listings() -> Response:
    """Keep what Amazon accepted, refused, or was seen to have."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import body, query  # noqa: PLC0415

    profile = query(schemas.ProfileQuery, request.args).profile
    records = schemas.Records(schemas.Answer, body(schemas.Batch, request.get_data()).data)
    good = records.good()
    told = [
        Told(
            ListingKey(one.seller, one.marketplace, one.sku),
            Answered(one.status),
            one.decision,
            one.quantity,
            one.at or plugin().now(),
        )
        for _, one in good
    ]
    kept = acknowledge(plugin(), profile, told)
    answers = [
        {
            **_named(one.key),
            **outcome(one.refused),
            "changed": one.changed,
            "drift": one.drift.as_dict() if one.drift else None,
        }
        for one in kept
    ]
    return _in_order(records.checked, dict(zip((place for place, _ in good), answers, strict=True)))


@needs(INVENTORY_READ)
def published() -> Response:
    """Show what a listing has on Amazon, and how its quantity came about."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415

    asked = query(schemas.ListingQuery, request.args)
    return success([read_stock.published(plugin(), asked.profile, asked.marketplace, asked.sku)])


def _in_order(checked: Sequence[object], answers: Mapping[int, Document]) -> Response:
    """Return an answer for each record: what became of it, or why it could not be read."""
    data = [
        outcome(one) if isinstance(one, RefusedRequest) else answers[place]
        for place, one in enumerate(checked)
    ]
    return success(data)


def _named(key: ListingKey) -> Document:
    return {"marketplace": key.marketplace, "sku": key.sku}
