"""What is recorded of settlements, for reading. Amounts are text in major units."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from handler.core.errors import RefusedRequest
from handler.core.money import Currency, currency
from handler.flows import cursors
from handler.flows.kept_result import read_result
from handler.flows.moves import known
from handler.flows.ports import Page, SettlementRecord
from handler.flows.recorded_file import recorded_file
from handler.payloads.rows import shown_row

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.payloads.result import Document
    from handler.payloads.stored import StoredResult


def one(app: App, settlement_id: str) -> Document:
    """Return a settlement's record with its exceptions and its clearing account.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``.
        OutsideFailure: a store did not answer.
    """
    record = known(app, settlement_id)
    document = read_result(app, record).document
    return {
        **shown_record(record),
        "clearing": document["clearing"],
        "exceptions": document["exceptions"],
        "versions": [
            {
                "version": version.version,
                "status": version.status,
                "external_ids": list(version.external_ids),
                "mapping_version": version.mapping_version,
                "recorded_at": version.recorded_at,
            }
            for version in app.settlements.versions(settlement_id)
        ],
    }


def listing(app: App, profile: str, limit: int, cursor: str = "") -> Page[Document]:
    """Return settlements, the latest end first; of every profile where ``profile`` is empty.

    Raises:
        RefusedRequest: ``BAD_CURSOR``.
        OutsideFailure: the store did not answer.
    """
    page = app.settlements.settlements(profile, limit, cursor)
    return Page([shown_record(record) for record in page.items], page.cursor)


def journal(app: App, settlement_id: str, version: int = 0) -> Document:
    """Return the document of a proven settlement.

    Args:
        app: the ports.
        settlement_id: Amazon's number.
        version: an earlier one; 0 for the latest. A correction's document holds the difference to
            the versions before it.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``; ``NO_SUCH_VERSION``; ``SETTLEMENT_HELD``: it has
            no journal, and ``details`` hold the exceptions that hold it.
        OutsideFailure: a store did not answer.
    """
    return _proven(app, recorded(app, settlement_id, version)).document


def recorded(app: App, settlement_id: str, version: int = 0) -> SettlementRecord:
    """Return a settlement as a version was recorded; as it is now where ``version`` is 0.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``; ``NO_SUCH_VERSION``.
        OutsideFailure: the store did not answer.
    """
    record = known(app, settlement_id)
    if not version:
        return record
    versions = app.settlements.versions(settlement_id)
    by_number = {found.version: found for found in versions}
    if version not in by_number:
        raise RefusedRequest(
            "NO_SUCH_VERSION",
            f"Settlement {settlement_id} has no version {version}.",
            f"Its versions are 1 to {record.version}.",
        )
    return by_number[version]


def rows(
    app: App, settlement_id: str, line: int, limit: int, cursor: str = ""
) -> Page[dict[str, object]]:
    """Return the raw file's rows behind a line of the journal, found by reading the file again.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``, ``SETTLEMENT_HELD``, ``NO_SUCH_LINE``,
            ``BAD_CURSOR``, ``FILE_NOT_FOUND``.
        Conflict: ``RAW_FILE_CHANGED``: another file lies where the settled one did.
        OutsideFailure: a store did not answer.
    """
    listing = f"rows:{settlement_id}:{line}"
    start = cursors.offset(cursor, listing)
    record = known(app, settlement_id)
    trace = _proven(app, record).trace
    if line not in trace.lines:
        raise RefusedRequest(
            "NO_SUCH_LINE",
            f"The journal has no line {line}.",
            f"Its lines are 1 to {max(trace.lines, default=0)}.",
        )
    money = _money(record)
    source = recorded_file(app, record)
    # One more than asked for tells whether there is a next page.
    found = list(islice(trace.rows(source, line), start, start + limit + 1))
    after = cursors.encode(listing, str(start + limit)) if len(found) > limit else ""
    return Page([shown_row(row, money) for row in found[:limit]], after)


def shown_record(record: SettlementRecord) -> Document:
    """Return a record as plain values."""
    money = _money(record)
    return {
        "settlement_id": record.settlement_id,
        "profile": record.profile,
        "status": record.status,
        "state": record.state,
        "version": record.version,
        "format": record.format,
        "currency": record.currency,
        "declared_total": money.text(record.declared_total),
        "computed_total": money.text(record.computed_total),
        "start": record.start,
        "end": record.end,
        "external_ids": list(record.external_ids),
        "moved_at": record.moved_at,
        "netsuite_ids": dict(pair.split("=", 1) for pair in record.netsuite_ids),
        "content_hash": record.content_hash,
        "mapping_version": record.mapping_version,
        "raw_key": record.raw_key,
        "recorded_at": record.recorded_at,
    }


def _proven(app: App, record: SettlementRecord) -> StoredResult:
    result = read_result(app, record)
    if record.status != "held":
        return result
    raise RefusedRequest(
        "SETTLEMENT_HELD",
        f"Settlement {record.settlement_id} is held: it has no journal.",
        "Repair what its exceptions name, and settle the file again.",
        {"settlement_id": record.settlement_id, "exceptions": result.document["exceptions"]},
    )


def _money(record: SettlementRecord) -> Currency:
    found = currency(record.currency)
    if found is None:  # a reader took it from the report as ISO 4217
        raise ValueError(f"settlement {record.settlement_id} is recorded in {record.currency!r}")
    return found
