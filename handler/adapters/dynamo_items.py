"""Values as items of the table, and back. Where each item lies is said in dynamo.py."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from handler.flows.exception_ports import CLOSED_STATES, ExceptionState
from handler.flows.key_ports import ApiKey
from handler.flows.ports import SettlementRecord

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item

HEAD: Final = "HEAD"
LISTED: Final = "LISTED"
KEY: Final = "KEY"
EXCEPTION_PREFIX: Final = "EXCEPTION#"
ALL_SETTLEMENTS: Final = "SETTLEMENTS"
OPEN_EXCEPTIONS: Final = "EXCEPTIONS"
API_KEYS: Final = "APIKEYS"
# What is still to be done; the others are history.
OPEN_STATES: Final = tuple(state for state in ExceptionState if state not in CLOSED_STATES)

# A name takes part in keys, of which DynamoDB allows 1,024 bytes in the index.
_LONGEST_NAME: Final = 1_000  # bytes
# An item may have 400 KB and a transaction of a hundred 4 MB; the stored result has it all.
_LARGEST_FINDING: Final = 32_000  # bytes of JSON
_CUTS: Final = ((500, 2_000), (50, 500), (10, 200))  # items of a list, characters of a text
VERSIONS: Final = "V#"
# Of a settlement, of a file, and of what is found in a profile's money and stock.
_SCOPES: Final = (
    "settlement", "file", "bank", "orders", "clearing", "ledger", "stock", "listing", "delivery",
    "webhook", "feed", "alert",
)  # fmt: skip
MINUTES_KEPT: Final = 10  # of a count of calls: more than clocks differ
_TEXTS: Final = frozenset({"external_ids", "netsuite_ids", "moments"})
_INTEGERS: Final = frozenset({"version", "declared_total", "computed_total"})


def partition(scope: str) -> str:
    """Return the partition of a scope: "settlement:<id>", "file:<key>", "bank:<profile>" ...

    Raises:
        ValueError: it is none.
    """
    kind, _, name = scope.partition(":")
    if kind not in _SCOPES:
        raise ValueError(f"no scope of exceptions: {scope!r}")
    return f"{kind.upper()}#{short(name)}"


def settlement_partition(settlement_id: str) -> str:
    """Return the partition of a settlement."""
    return partition(f"settlement:{settlement_id}")


def version_key(version: int) -> str:
    """Return the sort key of a version; sorts as the numbers do."""
    return f"{VERSIONS}{version:06d}"


def settlement_list(profile: str) -> str:
    """Return the list of a profile's settlements; of all where ``profile`` is empty."""
    return f"{ALL_SETTLEMENTS}#{short(profile)}" if profile else ALL_SETTLEMENTS


def short(name: str) -> str:
    """Return ``name``, or its SHA-256 where it is too long to be part of a key."""
    encoded = name.encode()
    return name if len(encoded) <= _LONGEST_NAME else hashlib.sha256(encoded).hexdigest()


def settlement_items(record: SettlementRecord, written_by: str) -> tuple[Item, Item, Item]:
    """Return the items a record is written as: head, list entry, version.

    Args:
        record: the record.
        written_by: of one call alone, so that a writer can tell its own write.
    """
    place = {"gsi1sk": {"S": f"{record.end}#{short(record.settlement_id)}"}}
    common = {"pk": {"S": settlement_partition(record.settlement_id)}}
    common |= {field.name: typed(getattr(record, field.name)) for field in fields(record)}
    common["written_by"] = {"S": written_by}
    of_profile, of_all = settlement_list(record.profile), settlement_list("")
    return (
        common | place | {"sk": {"S": HEAD}, "gsi1pk": {"S": of_profile}},
        common | place | {"sk": {"S": LISTED}, "gsi1pk": {"S": of_all}},
        common | {"sk": {"S": version_key(record.version)}},
    )


def settlement(item: Item) -> SettlementRecord:
    """Return the record of a head, list entry or version."""
    values: dict[str, Any] = {}
    for field in fields(SettlementRecord):
        if field.name == "moments" and field.name not in item:
            continue  # written before they were kept
        value = item[field.name]
        if field.name in _INTEGERS:
            values[field.name] = int(value["N"])
        elif field.name in _TEXTS:
            values[field.name] = tuple(each["S"] for each in value["L"])
        else:
            values[field.name] = value["S"]
    return SettlementRecord(**values)


def typed(value: object) -> Item:
    """Return a value of a record as DynamoDB types it."""
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, tuple):
        return {"L": [{"S": str(each)} for each in value]}
    return {"S": str(value)}


def finding_text(finding: Mapping[str, object]) -> str:
    """Return a finding as JSON of at most 32,000 bytes; says where it left something out."""
    text = _json(finding)
    for most_items, most_characters in _CUTS:
        if len(text.encode()) <= _LARGEST_FINDING:
            return text
        text = _json({k: _cut(v, most_items, most_characters) for k, v in finding.items()})
    if len(text.encode()) <= _LARGEST_FINDING:
        return text
    bare = {k: _cut(v, 0, 200) for k, v in finding.items()}
    return _json(bare | {"evidence": {"left_out": "all: it is too large; see the stored result"}})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _cut(value: object, most_items: int, most_characters: int) -> object:
    if isinstance(value, str):
        over = len(value) - most_characters
        return value if over <= 0 else f"{value[:most_characters]} (and {over} characters more)"
    if isinstance(value, Mapping):
        kept = {
            k: _cut(v, most_items, most_characters) for k, v in list(value.items())[:most_items]
        }
        over = len(value) - most_items
        return kept | ({"left_out": f"and {over} more"} if over > 0 else {})
    if isinstance(value, list | tuple):
        shown = [_cut(each, most_items, most_characters) for each in value[:most_items]]
        over = len(value) - most_items
        return [*shown, f"(and {over} more)"] if over > 0 else shown
    return value


def idempotency_partition(idempotency_key: str) -> str:
    """Return the partition of a caller's key; hashed, as callers may send anything."""
    return f"IDEMPOTENCY#{hashlib.sha256(idempotency_key.encode()).hexdigest()}"


def idempotency_item(idempotency_key: str, record: SettlementRecord, expires_at: int) -> Item:
    """Return the item that says what a key was used for.

    Args:
        idempotency_key: the caller's.
        record: what it was used for.
        expires_at: seconds since 1970; DynamoDB deletes it some time after that.
    """
    return {
        "pk": {"S": idempotency_partition(idempotency_key)},
        "sk": {"S": KEY},
        "settlement_id": {"S": record.settlement_id},
        "profile": {"S": record.profile},
        "content_hash": {"S": record.content_hash},
        "expires_at": {"N": str(expires_at)},
    }


def api_key_partition(key_hash: str) -> str:
    """Return the partition of a bearer key."""
    return f"APIKEY#{short(key_hash)}"


def api_key_item(key: ApiKey) -> Item:
    """Return the item of a bearer key."""
    return {
        "pk": {"S": api_key_partition(key.key_hash)},
        "sk": {"S": KEY},
        "gsi1pk": {"S": API_KEYS},
        "gsi1sk": {"S": f"{short(key.name)[:200]}#{short(key.key_hash)[:64]}"},
        "key_hash": {"S": key.key_hash},
        "name": {"S": key.name},
        "scopes": {"L": [{"S": scope} for scope in sorted(key.scopes)]},
        "created_at": {"S": key.created_at},
        "revoked": {"BOOL": key.revoked},
        # Not "expires_at": by that the table would forget the key, and who had it.
        "refused_from": {"S": key.expires_at},
        "per_minute": {"N": str(key.per_minute)},
        "imported": {"BOOL": key.imported},
    }


def api_key(item: Item) -> ApiKey:
    """Return the bearer key of an item."""
    return ApiKey(
        key_hash=item["key_hash"]["S"],
        name=item["name"]["S"],
        scopes=frozenset(scope["S"] for scope in item["scopes"]["L"]),
        created_at=item["created_at"]["S"],
        revoked=item["revoked"]["BOOL"],
        # Keys of earlier versions have none of these.
        expires_at=item.get("refused_from", {"S": ""})["S"],
        per_minute=int(item.get("per_minute", {"N": "0"})["N"]),
        imported=item.get("imported", {"BOOL": False})["BOOL"],
    )


def calls_place(key_hash: str, minute: int) -> tuple[str, str]:
    """Return partition and sort key of the count of a key's calls within a minute."""
    return f"CALLS#{short(key_hash)}", f"MINUTE#{minute}"
