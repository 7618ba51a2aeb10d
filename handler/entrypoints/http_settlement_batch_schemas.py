"""What the batch steps of settlements may say. Imported when a request is read."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from handler.entrypoints.http_reconciliation_schemas import ExternalId
from handler.entrypoints.http_schemas import (
    BucketFile,
    InternalId,
    Profile,
    SettlementId,
    SettlementIdOrNone,
    Strict,
)
from handler.flows.acknowledge_each import PostedEntry
from handler.flows.classify_rows import RowKind

MOST_FILES: Final = 10
MOST_JOURNALS: Final = 25
MOST_ROWS: Final = 1_000
MOST_POSTED: Final = 200

Wording = Annotated[str, Field(max_length=200)]


class FilesBody(Strict):
    """POST /v1/settlements/batch."""

    data: Annotated[list[Any], Field(min_length=1, max_length=MOST_FILES)]


class FileRecord(BucketFile):
    """A file of the bucket to settle."""

    profile: Profile | None = None
    settlement_id: SettlementIdOrNone = ""
    exchange_rate: Annotated[str, Field(max_length=40)] = ""
    dry_run: Annotated[bool, Field(strict=True)] = False


class JournalRecord(Strict):
    """A settlement whose journal is asked for."""

    settlement_id: SettlementId
    format: Literal["json", "netsuite", "celigo"] = "json"
    version: Annotated[int, Field(strict=True, ge=0, le=999_999)] = 0


class JournalsBody(Strict):
    """POST /v1/settlements/journal: many records, or one in the place of the body."""

    data: Annotated[list[Any], Field(min_length=1, max_length=MOST_JOURNALS)] | None = None
    settlement_id: SettlementId | None = None
    format: Literal["json", "netsuite", "celigo"] = "json"
    version: Annotated[int, Field(strict=True, ge=0, le=999_999)] = 0

    @model_validator(mode="after")
    def _one_of_both(self) -> JournalsBody:
        alone = self.model_fields_set - {"data"}
        if (self.data is None) == (self.settlement_id is None) or (self.data and alone):
            raise ValueError("either data, or one settlement_id with its format and version")
        return self


class RowsBody(Strict):
    """POST /v1/settlements/classify."""

    profile: Profile
    data: Annotated[list[Any], Field(min_length=1, max_length=MOST_ROWS)]


class RowRecord(Strict):
    """A row to classify, as a settlement report words it."""

    transaction_type: Wording
    amount_type: Wording
    amount_description: Wording
    marketplace: Wording = ""
    fulfillment: Literal["", "AFN", "MFN"] = ""
    sku: Wording = ""

    def row(self) -> RowKind:
        """Return it as the use case takes it."""
        return RowKind(**dict(self))


class PostedBody(Strict):
    """POST /v1/settlements/posted."""

    data: Annotated[list[Any], Field(min_length=1, max_length=MOST_POSTED)]


class PostedRecord(Strict):
    """An entry that NetSuite has."""

    settlement_id: SettlementId
    external_id: ExternalId
    internal_id: InternalId

    def entry(self) -> PostedEntry:
        """Return it as the use case takes it."""
        return PostedEntry(self.settlement_id, self.external_id, self.internal_id)
