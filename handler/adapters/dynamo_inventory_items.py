"""Values of the stock as items of the table, and back. Where each lies is said in dynamo.py."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from handler.adapters.dynamo_items import short
from handler.adapters.moments import as_text
from handler.flows.inventory_ports import StoredListing
from handler.inventory.listing import Component, Listing, ListingKey, Pool, Rules
from handler.inventory.mfn_order import MfnOrder
from handler.inventory.published import Published

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item

STATE: Final = "STATE"
LISTING_PREFIX: Final = "LISTING#"
ORDER_PREFIX: Final = "ORDER#"


def name_of(*parts: str) -> str:
    """Return one name of several, in which no sign of a part can pass for a border of two."""
    return short(json.dumps(parts, ensure_ascii=False, separators=(",", ":")))


def new_writer() -> str:
    """Return what tells one call's writes from all others'."""
    return uuid4().hex


def attributes(value: Any) -> Item:  # noqa: ANN401 - any dataclass of plain fields
    """Return the fields of a dataclass as DynamoDB types them; those that are ``None`` are missing.

    Texts, whole numbers, truth, days, moments (in UTC) and tuples of texts.
    """
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: _typed(each) for name, each in found.items() if each is not None}


def plain(item: Item, kind: type[Any]) -> dict[str, Any]:
    """Return the values of an item that are fields of ``kind``; days and moments as texts."""
    names = {field.name for field in fields(kind)}
    return {name: _plain(value) for name, value in item.items() if name in names}


def _typed(value: object) -> Item:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case datetime():
            return {"S": as_text(value)}
        case date():
            return {"S": value.isoformat()}
        case tuple():
            return {"L": [{"S": str(each)} for each in value]}
    return {"S": str(value)}


def _plain(value: Item) -> object:
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return int(content)
        case "L":
            return tuple(each["S"] for each in content)
    return content


def as_it_was(value: Any) -> Item:  # noqa: ANN401 - any dataclass of plain fields
    """Return the condition that an item still has every value of a dataclass, as request parts."""
    names = [field.name for field in fields(value)]
    known = attributes(value)
    tests = [
        f"#{name} = :was_{name}" if name in known else f"attribute_not_exists(#{name})"
        for name in names
    ]
    return {
        "ConditionExpression": " AND ".join(tests),
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
        "ExpressionAttributeValues": {f":was_{name}": each for name, each in known.items()},
    }


def put_revision(table: str, item: Item, revision: int) -> Item:
    """Return the action that writes an item over its revision less one (0: it is not there)."""
    put: Item = {"TableName": table, "Item": item}
    if revision == 1:
        put["ConditionExpression"] = "attribute_not_exists(pk)"
    else:
        put["ConditionExpression"] = "revision = :before"
        put["ExpressionAttributeValues"] = {":before": {"N": str(revision - 1)}}
    return {"Put": put}


def published_partition(profile: str, key: ListingKey) -> str:
    """Return the partition of a listing's state: each has its own, so that none is hot."""
    return f"PUBLISHED#{name_of(profile, *key)}"


def published_item(profile: str, state: Published, written_by: str) -> Item:
    """Return the item of a listing's state."""
    values = attributes(state)
    del values["key"]
    values["trace"] = {"S": json.dumps(state.trace, ensure_ascii=False, separators=(",", ":"))}
    place = {"pk": {"S": published_partition(profile, state.key)}, "sk": {"S": STATE}}
    writer = {"profile": {"S": profile}, "written_by": {"S": written_by}}
    return values | attributes_of_key(state.key) | writer | place


def published(item: Item) -> Published:
    """Return the state of an item."""
    values = plain(item, Published)
    values["trace"] = json.loads(values["trace"])
    for name in ("sent_at", "seen_at", "source_time"):
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    return Published(key=_key(item), **values)


def attributes_of_key(key: ListingKey) -> Item:
    """Return a listing's key as attributes."""
    return {name: {"S": value} for name, value in key._asdict().items()}


def _key(item: Item) -> ListingKey:
    return ListingKey(*(item[name]["S"] for name in ListingKey._fields))


def listings_partition(profile: str) -> str:
    """Return the partition of a profile's listings."""
    return f"LISTINGS#{short(profile)}"


def listing_item(profile: str, stored: StoredListing, written_by: str) -> Item:
    """Return the item of a registered listing."""
    listing, rules = stored.listing, stored.listing.rules
    values = attributes(stored) | attributes(rules) | attributes(listing)
    del values["key"], values["listing"], values["rules"]
    values["components"] = {"S": json.dumps(listing.components, ensure_ascii=False)}
    values["locations"] = {"L": [{"S": each} for each in sorted(rules.locations)]}
    place = {
        "pk": {"S": listings_partition(profile)},
        "sk": {"S": f"{LISTING_PREFIX}{name_of(*listing.key)}"},
        "written_by": {"S": written_by},
    }
    return values | attributes_of_key(listing.key) | place


def stored_listing(item: Item) -> StoredListing:
    """Return the registered listing of an item."""
    rules = plain(item, Rules)
    rules["locations"] = frozenset(rules["locations"])
    values = plain(item, Listing)
    values["pool"] = Pool(values["pool"])
    components = json.loads(values["components"])
    values["components"] = tuple(Component(*component) for component in components)
    listing = Listing(key=_key(item), rules=Rules(**rules), **values)
    return StoredListing(listing=listing, **plain(item, StoredListing))


def orders_partition(profile: str) -> str:
    """Return the partition of a profile's orders."""
    return f"MFNORDERS#{short(profile)}"


def order_key(order_item_id: str) -> str:
    """Return the sort key of an order's item."""
    return f"{ORDER_PREFIX}{short(order_item_id)}"


def order(item: Item) -> MfnOrder:
    """Return the order of an item."""
    values = plain(item, MfnOrder)
    for name in ("changed_at", "booked_at"):
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    return MfnOrder(**values)
