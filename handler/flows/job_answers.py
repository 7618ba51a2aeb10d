"""How a job stands and what it brought, as its caller reads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import (
    Conflict,
    OutsideFailure,
    PluginError,
    RefusedRequest,
    UnusableFile,
    UnusableMapping,
)
from handler.flows.job_healing import healed
from handler.flows.job_ports import Job, JobState
from handler.flows.job_progress import is_finished
from handler.flows.jobs import missing
from handler.flows.kept_result import missing as no_settlement
from handler.flows.kept_result import read_result
from handler.flows.read_settlement import shown_record
from handler.payloads import json_text

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]

# An answer ends at 6 MB; its headers and the JSON around the document are in it.
MOST_SHOWN: Final = 4_000_000  # bytes
_ASK_AGAIN: Final = 5  # seconds
_KINDS: Final[Mapping[str, type[PluginError]]] = {
    kind.__name__: kind
    for kind in (UnusableFile, UnusableMapping, RefusedRequest, Conflict, OutsideFailure)
}


def known_job(app: App, job_id: str) -> Job:
    """Return a job as it is stored.

    Raises:
        RefusedRequest: ``JOB_NOT_FOUND``.
        OutsideFailure: the store did not answer.
    """
    job = app.jobs.job(job_id)
    if job is None:
        raise missing(job_id)
    return job


def standing(app: App, job: Job) -> Document:
    """Return how a job stands, mending it where it was left behind.

    Raises:
        OutsideFailure: a store did not answer.
    """
    return shown_job(healed(app, job))


def shown_job(job: Job) -> Document:
    """Return a job as plain values."""
    address = f"/v1/jobs/{job.job_id}"
    shown: Document = {
        "job_id": job.job_id,
        "kind": str(job.kind),
        "profile": job.profile,
        "status": str(job.state),
        "key": job.key,
        "created_at": job.created_at,
        "changed_at": job.changed_at,
        "expires_at": datetime.fromtimestamp(job.expires_at, UTC).isoformat(timespec="seconds"),
        "status_url": address,
        "result_url": f"{address}/result",
        "attempt": int(job.outcome.get("attempt", 0)),
    }
    if job.state is JobState.FAILED:
        names = ("code", "message", "repair", "retryable")
        shown["error"] = {name: job.outcome.get(name, "") for name in names}
    elif job.state is JobState.DONE:
        shown |= _brought(job.outcome)
    return shown


def result(app: App, job: Job) -> list[Document]:
    """Return what a job brought, as the step it stands for would have answered.

    Of a settlement that no answer can carry, the record and its links.

    Raises:
        OutsideFailure: ``NOT_FINISHED``; a store did not answer.
        PluginError: the job failed: this is why, as the step would have said it.
    """
    job = healed(app, job)
    if not is_finished(job):
        raise OutsideFailure(
            "NOT_FINISHED",
            f"Job {job.job_id} is {job.state}.",
            f"Ask GET /v1/jobs/{job.job_id} until its status is done or failed.",
            {"status": str(job.state), "retry_after": _ASK_AGAIN},
        )
    if job.state is JobState.FAILED:
        raise _error(job.outcome)
    if "documents" in job.outcome:
        return [_with_links(dict(document)) for document in job.outcome["documents"]]
    return [_settled(app, job.outcome)]


def _settled(app: App, brought: Mapping[str, Any]) -> Document:
    settlement_id, version = str(brought["settlement_id"]), int(brought.get("version", 0))
    versions = app.settlements.versions(settlement_id)
    record = next((one for one in reversed(versions) if version in (0, one.version)), None)
    if record is None:
        raise no_settlement(settlement_id)
    document = read_result(app, record).document
    if len(json_text.dumps(document).encode()) <= MOST_SHOWN:
        return dict(document)
    links = _links(settlement_id, record.status)
    return {**shown_record(record), "shortened": True, "links": links}


def _brought(outcome: Mapping[str, Any]) -> Document:
    if "documents" in outcome:
        documents = outcome["documents"]
        runs = [str(document["run_id"]) for document in documents if "run_id" in document]
        return {
            "statuses": [str(document["status"]) for document in documents],
            "run_ids": runs,
            "links": {f"run {one}": f"/v1/inventory/fba/runs/{one}" for one in runs},
        }
    settlement_id, status = str(outcome["settlement_id"]), str(outcome["settlement_status"])
    return {
        "settlement_id": settlement_id,
        "settlement_status": status,
        "external_ids": [str(name) for name in outcome.get("external_ids", ())],
        "links": _links(settlement_id, status),
    }


def _links(settlement_id: str, status: str) -> Document:
    address = f"/v1/settlements/{settlement_id}"
    return {"self": address} | ({"journal": f"{address}/journal"} if status != "held" else {})


def _with_links(document: Document) -> Document:
    if document.get("shortened") and "run_id" in document:
        document["links"] = {"self": f"/v1/inventory/fba/runs/{document['run_id']}"}
    return document


def _error(outcome: Mapping[str, Any]) -> PluginError:
    kind = _KINDS.get(str(outcome.get("kind", "")), RefusedRequest)
    return kind(
        str(outcome["code"]),
        str(outcome["message"]),
        str(outcome.get("repair", "")),
        dict(outcome.get("details", {})),
    )
