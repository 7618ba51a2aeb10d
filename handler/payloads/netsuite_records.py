"""Documents as records for NetSuite, each with the external id it goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handler.payloads.dialects import postable, render
from handler.payloads.netsuite_names import DEPOSIT, JOURNAL_ENTRY, STOCK_KIND, record_of
from handler.payloads.references import NO_REFERENCES, References
from handler.payloads.stock_dialects import render_postings

__all__ = ["DEPOSIT", "JOURNAL_ENTRY", "NetsuiteRecord", "entry_records", "stock_records"]


@dataclass(frozen=True, slots=True)
class NetsuiteRecord:
    """One record for NetSuite.

    Attributes:
        external_id: names it; sent twice, it is there once.
        kind: "journal_entry", "deposit", "inventory_adjustment", "inventory_transfer",
            "item_receipt".
        payload: in the dialect asked for.
    """

    external_id: str
    kind: str
    payload: Mapping[str, object]


def entry_records(
    document: Mapping[str, Any], dialect: str, references: References = NO_REFERENCES
) -> list[NetsuiteRecord]:
    """Return the entries of a proven document that are posted at once.

    Args:
        document: of a settlement, a correction or a deposit.
        dialect: "netsuite" or "celigo".
        references: internal ids of names.

    Raises:
        RefusedRequest: as :func:`~handler.payloads.dialects.render`; ``NOT_FOR_NETSUITE`` among
            them.
        UnusableMapping: ``NO_INTERNAL_ID``.
    """
    payloads = render(document, dialect, references).payloads
    return [
        NetsuiteRecord(str(entry["external_id"]), record_of(entry), payload)
        for entry, payload in zip(postable(document), payloads, strict=True)
    ]


def stock_records(
    postings: Sequence[Mapping[str, Any]], dialect: str, references: References = NO_REFERENCES
) -> list[NetsuiteRecord]:
    """Return postings of stock as records; see :func:`entry_records`."""
    payloads = render_postings(postings, dialect, references).payloads
    return [
        NetsuiteRecord(str(posting["external_id"]), STOCK_KIND[posting["kind"]], payload)
        for posting, payload in zip(postings, payloads, strict=True)
    ]
