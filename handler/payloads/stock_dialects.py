"""Postings of stock in the forms that take them into NetSuite.

- ``netsuite``: REST record calls; see rest_records.
- ``celigo``: flat header fields and lines; see celigo_records.
- ``csv``: one row for each line, for NetSuite's CSV import. That imports one type of record at a
  time: rows are in the order of types, and the first column tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from handler.core.errors import RefusedRequest
from handler.payloads import celigo_records, rest_records
from handler.payloads.csv_import import stock_table
from handler.payloads.dialects import Rendered, of_payloads
from handler.payloads.netsuite_names import STOCK_KIND
from handler.payloads.netsuite_rules import Payload, checked
from handler.payloads.references import NO_REFERENCES, References

_Posting = Mapping[str, Any]


def render_postings(
    postings: Sequence[_Posting], dialect: str, references: References = NO_REFERENCES
) -> Rendered:
    """Return postings in a dialect.

    Args:
        postings: as :func:`~handler.payloads.ledger_documents.posting_document` writes them.
        dialect: "netsuite", "celigo" or "csv".
        references: internal ids of names.

    Raises:
        RefusedRequest: ``UNKNOWN_FORMAT``; ``NOT_FOR_NETSUITE``: NetSuite would refuse what was
            made.
        UnusableMapping: ``NO_INTERNAL_ID``: a name has no id, and the profile asks for ids.
    """
    if dialect not in STOCK_DIALECTS:
        raise RefusedRequest(
            "UNKNOWN_FORMAT",
            f"There is no format {dialect!r}.",
            f"Use one of: {', '.join(('json', *STOCK_DIALECTS))}.",
        )
    return STOCK_DIALECTS[dialect](postings, references)


def _netsuite(postings: Sequence[_Posting], references: References) -> Rendered:
    return _of_postings(postings, lambda one: rest_records.stock_call(one, references))


def _celigo(postings: Sequence[_Posting], references: References) -> Rendered:
    return _of_postings(postings, lambda one: celigo_records.stock_record(one, references))


def _of_postings(postings: Sequence[_Posting], write: Callable[[_Posting], Payload]) -> Rendered:
    return of_payloads(
        [checked(write(one), STOCK_KIND[one["kind"]], one["external_id"]) for one in postings]
    )


def _csv(postings: Sequence[_Posting], references: References) -> Rendered:
    del references  # the import reads names
    return Rendered("text/csv", [], stock_table(postings))


STOCK_DIALECTS: Final[Mapping[str, Callable[[Sequence[_Posting], References], Rendered]]] = {
    "netsuite": _netsuite,
    "celigo": _celigo,
    "csv": _csv,
}
