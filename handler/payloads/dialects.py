"""A proven document in the forms that take it into NetSuite.

- ``netsuite``: REST record calls; see rest_records.
- ``celigo``: flat header fields and lists of lines; see celigo_records.
- ``csv``: one row for each line, for NetSuite's CSV import; see csv_import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handler.core.errors import RefusedRequest
from handler.payloads import celigo_records, json_text, rest_records
from handler.payloads.csv_import import entry_table
from handler.payloads.netsuite_names import record_of
from handler.payloads.netsuite_rules import Payload, checked
from handler.payloads.references import NO_REFERENCES, References

JSON = "application/json"

_Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document in one dialect.

    Attributes:
        content_type: of ``text``.
        payloads: for JSON dialects, one for each entry; amounts are Decimals.
        text: the whole as text.
    """

    content_type: str
    payloads: list[dict[str, object]]
    text: str


def render(
    document: Mapping[str, Any], dialect: str, references: References = NO_REFERENCES
) -> Rendered:
    """Return what is to be posted of ``document`` in ``dialect``.

    Args:
        document: of a settlement, a correction or a deposit.
        dialect: "netsuite", "celigo" or "csv".
        references: internal ids of names.

    Raises:
        RefusedRequest: ``UNKNOWN_FORMAT``; ``SETTLEMENT_HELD``: a held one posts nothing;
            ``NOT_FOR_NETSUITE``: NetSuite would refuse what was made.
        UnusableMapping: ``NO_INTERNAL_ID``: a name has no id, and the profile asks for ids.
    """
    if dialect not in DIALECTS:
        raise RefusedRequest(
            "UNKNOWN_FORMAT",
            f"There is no format {dialect!r}.",
            f"Use one of: {', '.join(('json', *DIALECTS))}.",
        )
    if document["status"] != "proven":
        codes = sorted({found["code"] for found in document["exceptions"]})
        raise RefusedRequest(
            "SETTLEMENT_HELD",
            f"Settlement {document['settlement_id']} is held and posts nothing: "
            f"{', '.join(codes)}.",
            "Repair what its exceptions name, and settle it again.",
            {"exceptions": codes},
        )
    return DIALECTS[dialect](document, references)


def postable(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the entries that are posted at once: a bank deposit waits for its bank line."""
    yield from document["journal_entries"]
    deposit = document["deposit_entry"]
    if deposit is not None and deposit["post"] == "with_journal":
        yield deposit


def _netsuite(document: _Part, references: References) -> Rendered:
    return _of_entries(document, lambda one: rest_records.entry_call(one, document, references))


def _celigo(document: _Part, references: References) -> Rendered:
    return _of_entries(document, lambda one: celigo_records.entry_record(one, document, references))


def _csv(document: _Part, references: References) -> Rendered:
    del references  # the import reads names
    return Rendered("text/csv", [], entry_table(list(postable(document))))


def _of_entries(document: _Part, write: Callable[[_Part], Payload]) -> Rendered:
    return of_payloads(
        [
            checked(write(entry), record_of(entry), entry["external_id"], entry["currency"])
            for entry in postable(document)
        ]
    )


def of_payloads(payloads: list[dict[str, object]]) -> Rendered:
    """Return payloads with their text."""
    return Rendered(JSON, payloads, json_text.dumps(payloads))


DIALECTS: Mapping[str, Callable[[_Part, References], Rendered]] = {
    "netsuite": _netsuite,
    "celigo": _celigo,
    "csv": _csv,
}
