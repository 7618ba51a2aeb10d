"""Amazon's notifications about the seller's own stock, as they come.

ORDER_CHANGE tells of orders, LISTINGS_ITEM_MFN_QUANTITY_CHANGE of a quantity as it is on Amazon.
Orders that Amazon ships are of the other pool and enter nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import PluginError, RefusedRequest
from handler.flows import mfn_orders
from handler.flows.acknowledge_fbm import Answered, Told, acknowledge
from handler.flows.stock_registry import standing
from handler.inventory.mfn_order import MfnOrder

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]
# What is told by a flow has the same bounds.
_LONGEST: Final = 100
_MOST_UNITS: Final = 1_000_000_000
_CANCELLED: Final = ("canceled", "cancelled", "unfulfillable")


def take(app: App, profile: str, told: Sequence[object]) -> list[PluginError | Document]:
    """Take notifications, each for itself, answered in order.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    app.stock_mappings.load(profile)
    answers: list[PluginError | Document] = []
    for news in told:
        try:
            answers.append(_take(app, profile, news))
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            answers.append(_unreadable(error))
        except RefusedRequest as refused:
            answers.append(refused)
    return answers


def _take(app: App, profile: str, news: object) -> Document:
    match news:
        case {
            "NotificationType": "ORDER_CHANGE",
            "EventTime": str(at),
            "Payload": {"OrderChangeNotification": change},
        }:
            orders = _orders(change, at)
            changed = mfn_orders.tell(app, profile, orders)
            return {"notification": "ORDER_CHANGE", "orders": len(orders), "changed": changed}
        case {
            "NotificationType": "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
            "EventTime": str(at),
            "Payload": {"Sku": str(sku), "Quantity": int(quantity)},
        }:
            return _seen(app, profile, sku, quantity, _moment(at))
    raise RefusedRequest(
        "UNKNOWN_NOTIFICATION",
        "The record is neither ORDER_CHANGE nor LISTINGS_ITEM_MFN_QUANTITY_CHANGE.",
        "Send Amazon's notifications whole, as they come out of their queue.",
    )


def _orders(change: Mapping[str, Any], event_time: str) -> list[MfnOrder]:
    summary = change["Summary"]
    if summary["FulfillmentType"] != "MFN":
        return []
    trigger = change.get("OrderChangeTrigger") or {}
    at = _moment(trigger.get("TimeOfOrderChange") or event_time)
    whole = str(summary.get("OrderStatus", "")).lower() in _CANCELLED
    return [
        MfnOrder(
            order_item_id=_text(item["OrderItemId"]),
            order_id=_text(change["AmazonOrderId"]),
            marketplace=_text(summary["MarketplaceId"]),
            sku=_text(item["SellerSKU"]),
            quantity=0 if whole or _is_cancelled(item) else _units(item["Quantity"]),
            changed_at=at,
        )
        for item in summary["OrderItems"]
    ]


def _is_cancelled(item: Mapping[str, Any]) -> bool:
    return str(item.get("OrderItemStatus", "")).lower() in _CANCELLED


def _seen(app: App, profile: str, sku: str, quantity: int, at: datetime) -> Document:
    """Keep a quantity Amazon has now; its news names no marketplace, so it is of each."""
    keys = [one.key for one in standing(app, profile).registry if one.key.sku == sku]
    told = [Told(key, Answered.SEEN, quantity=_units(quantity), at=at) for key in keys]
    kept = acknowledge(app, profile, told)
    return {
        "notification": "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
        "listings": len(kept),
        "changed": sum(one.changed for one in kept),
        "drift": [one.drift.as_dict() for one in kept if one.drift],
    }


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"the time {text[:40]!r} has no zone")
    return moment.astimezone(UTC)


def _text(value: object) -> str:
    if not (isinstance(value, str) and 0 < len(value) <= _LONGEST):
        raise ValueError(f"an id or SKU is no text of 1 to {_LONGEST} characters")
    return value


def _units(value: object) -> int:
    if isinstance(value, bool) or not (isinstance(value, int) and 0 <= value <= _MOST_UNITS):
        raise ValueError(f"a quantity is no whole number of 0 to {_MOST_UNITS}")
    return value


def _unreadable(error: Exception) -> PluginError:
    missing = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    return RefusedRequest(
        "BAD_NOTIFICATION",
        f"The notification is not as Amazon writes it: {missing}.",
        "Send Amazon's notifications whole, as they come out of their queue.",
    )
