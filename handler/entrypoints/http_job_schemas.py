"""What requests about jobs and uploads may say. Imported when a request is read."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from handler.entrypoints.http_inventory_schemas import Moment
from handler.entrypoints.http_schemas import BucketFile, Profile, SettlementIdOrNone, Strict
from handler.flows.job_ports import JobKind
from handler.flows.jobs import Asked
from handler.flows.uploads import AskedUpload

_TYPE = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,60}"
ContentType = Annotated[
    str, Field(pattern=rf"^{_TYPE}/{_TYPE}(; ?charset=[A-Za-z0-9_-]{{1,40}})?$", max_length=140)
]
Marketplace = Annotated[str, Field(pattern=r"^[A-Z0-9]{0,20}$")]
_OF_REPORTS = ("marketplace", "made_at", "first_day", "last_day")


class _AboutReports(Strict):
    """What is said of a report about stock, and of nothing else."""

    marketplace: Marketplace = ""
    made_at: Moment | None = None
    first_day: date | None = None
    last_day: date | None = None

    def _refuse_given(self) -> None:
        given = [name for name in _OF_REPORTS if getattr(self, name)]
        if given:
            raise ValueError(f"{', '.join(given)} only for a report about stock")


class UploadBody(_AboutReports):
    """POST /v1/uploads."""

    profile: Profile
    kind: Literal["settlement", "report"]
    file_name: Annotated[str, Field(min_length=1, max_length=1024)]
    content_type: ContentType = "application/octet-stream"

    @model_validator(mode="after")
    def _fits_its_kind(self) -> UploadBody:
        if self.kind == "settlement":
            self._refuse_given()
        return self

    def asked(self) -> AskedUpload:
        """Return it as the use case takes it."""
        return AskedUpload(
            self.profile,
            JobKind.SETTLE if self.kind == "settlement" else JobKind.REPORT,
            self.file_name,
            self.content_type,
            self.marketplace,
            self.made_at,
            self.first_day,
            self.last_day,
        )


class JobBody(_AboutReports, BucketFile):
    """POST /v1/jobs."""

    kind: Literal["settle", "report"]
    profile: Profile | None = None
    settlement_id: SettlementIdOrNone = ""
    exchange_rate: Annotated[str, Field(max_length=40)] = ""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> JobBody:
        if self.kind == "settle":
            self._refuse_given()
        elif self.settlement_id or self.exchange_rate:
            raise ValueError("settlement_id and exchange_rate only for a settlement")
        return self

    def asked(self) -> Asked:
        """Return it as the use case takes it."""
        return Asked(
            JobKind(self.kind),
            self.bucket,
            self.key,
            self.profile or "",
            self.settlement_id,
            self.exchange_rate,
            self.marketplace,
            self.made_at,
            self.first_day,
            self.last_day,
        )
