"""Parcels as items of the table, and back. Where each lies is said in dynamo.py.

An item may have 400 KB, and a parcel may have thousands of external ids, each of them up to three
times: so they are packed, and what was leased or accepted stands as places among them. Twenty
thousand ids of a run of Amazon's ledger take some 200 KB.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from handler.adapters import dynamo_inventory_items as plain_items
from handler.adapters.dynamo_items import short
from handler.adapters.moments import sortable
from handler.adapters.refusals import parcel_too_large
from handler.flows.parcel import COMING, Parcel, ParcelKind, ParcelState

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item

COMING_LIST: Final = "OUTBOX"
PARKED_LIST: Final = "OUTBOX#PARKED"
PARCEL_PREFIX: Final = "PARCEL#"
MOST_PACKED: Final = 350_000  # bytes
_MOST_ERROR: Final = 2_000  # characters of the last error, which is for a reader
_PACKED: Final = "ids"
_IDS: Final = ("external_ids", "leased", "accepted")
NAMES: Final = (*(field.name for field in fields(Parcel) if field.name not in _IDS), _PACKED)


def group_partition(group: str) -> str:
    """Return the partition of a group of parcels."""
    return f"{COMING_LIST}#{short(group)}"


def parcel_key(place: str) -> str:
    """Return the sort key of a parcel; sorts as the places do."""
    return f"{PARCEL_PREFIX}{place}"


def parcel_item(parcel: Parcel, written_by: str) -> Item:
    """Return the item of a parcel.

    Args:
        parcel: the parcel; of its last error no more than 2,000 characters are kept.
        written_by: of one call alone, so that a writer can tell its own write.

    Raises:
        RefusedRequest: ``PARCEL_TOO_LARGE``.
        ValueError: ``ready_at`` is no moment.
    """
    values = plain_items.attributes(parcel)
    for name in _IDS:
        del values[name]
    values[_PACKED] = {"B": _pack(parcel)}
    values["last_error"] = {"S": parcel.last_error[:_MOST_ERROR]}
    values["written_by"] = {"S": written_by}
    place = {
        "pk": {"S": group_partition(parcel.group)},
        "sk": {"S": parcel_key(parcel.place)},
    }
    return values | place | _listed(parcel)


def parcel(item: Item) -> Parcel:
    """Return the parcel of an item."""
    values = plain_items.plain(item, Parcel)
    values["kind"] = ParcelKind(values["kind"])
    values["state"] = ParcelState(values["state"])
    return Parcel(**values, **_unpack(item[_PACKED]["B"]))


def _listed(parcel: Parcel) -> Item:
    """Return where a parcel stands in a list; nothing where it is done."""
    if parcel.state is ParcelState.DONE:
        return {}
    listing = COMING_LIST if parcel.state in COMING else PARKED_LIST
    # The index allows 1,024 bytes, and the keys of the table tell equals apart.
    order = f"{sortable(parcel.ready_at)}#{parcel.group[:200]}#{parcel.place[:40]}"
    return {"gsi1pk": {"S": listing}, "gsi1sk": {"S": order}}


def _pack(parcel: Parcel) -> bytes:
    at = {external_id: place for place, external_id in enumerate(parcel.external_ids)}
    # A place where there is one: an id said again would not compress, being too far from itself.
    leased, accepted = (
        [at.get(each, each) for each in ids] for ids in (parcel.leased, parcel.accepted)
    )
    text = json.dumps(
        [parcel.external_ids, leased, accepted], ensure_ascii=False, separators=(",", ":")
    )
    packed = zlib.compress(text.encode(), level=9)
    if len(packed) > MOST_PACKED:
        raise parcel_too_large(parcel.group, len(parcel.external_ids), len(packed), MOST_PACKED)
    return packed


def _unpack(packed: bytes) -> dict[str, Any]:
    ids, leased, accepted = json.loads(zlib.decompress(packed))
    return {
        "external_ids": tuple(ids),
        "leased": tuple(ids[each] if isinstance(each, int) else each for each in leased),
        "accepted": tuple(ids[each] if isinstance(each, int) else each for each in accepted),
    }
