"""Parcels, targets, jobs, keys and audit entries for the tests of the stores."""

from dataclasses import replace
from typing import Any

from store_samples import RECORD

from handler.flows.delivery_ports import WebhookTarget
from handler.flows.job_ports import Job, JobKind, JobState
from handler.flows.key_ports import ApiKey, AuditEntry
from handler.flows.parcel import Parcel, ParcelKind, ParcelState

GROUP = f"settlement:{RECORD.settlement_id}"
AT = "2025-01-16T00:00:00+00:00"
DAY_SECONDS = 86_400
NOW_SECONDS = 1_736_985_600  # the clock's first moment


def parcel(place: str = "000001-journal", **other: Any) -> Parcel:
    given = Parcel(
        group=GROUP,
        place=place,
        profile="us",
        kind=ParcelKind.JOURNAL,
        subject=RECORD.settlement_id,
        external_ids=("AMZ-US-1", "AMZ-é-2"),
        document_key="results/us/é.json.gz",
        state=ParcelState.WAITING,
        ready_at=AT,
        created_at=AT,
    )
    return replace(given, **other)


def leased(standing: Parcel, holder: str) -> Parcel:
    """A parcel as the next one to have it writes it."""
    return replace(
        standing,
        state=ParcelState.LEASED,
        holder=holder,
        lease=f"lease of {holder}",
        leased=standing.external_ids,
        attempts=standing.attempts + 1,
        ready_at="2025-01-16T00:05:00+00:00",
        revision=standing.revision + 1,
    )


def target(name: str = "celigo-prod", revision: int = 1, **other: Any) -> WebhookTarget:
    given = WebhookTarget(
        name, "https://example.com/é?a=b", ("ca", "us"), "celigo", f"webhooks/{name}",
        active=True, created_at=AT, revision=revision,
    )  # fmt: skip
    return replace(given, **other)


def entry(number: int = 1, **other: Any) -> AuditEntry:
    change = {"scopes": ["outbox:deliver", "*"], "revoked": False, "per_minute": 5, "é": None}
    given = AuditEntry(AT, "cli:somebody", "key.create", "flow é", change, f"e{number:04}")
    return replace(given, **other)


def key(number: int = 1, **other: Any) -> ApiKey:
    given = ApiKey(f"{number:064x}", f"flow {number}", frozenset({"outbox:read", "*"}), AT)
    return replace(given, **other)


def job(job_id: str = "job-" + "a" * 32, revision: int = 1, **other: Any) -> Job:
    given = Job(
        job_id, JobKind.SETTLE, "us", "raw-settlements/us/é 1.txt", {"marketplace": "é", "b": ""},
        JobState.WAITING, "flow", AT, AT, NOW_SECONDS + DAY_SECONDS, {}, revision,
    )  # fmt: skip
    return replace(given, **other)
