"""The HTTP steps of long work: uploads past what a call can carry, jobs, and their results.

A flow's asynchronous step asks in three calls: submit, status until it is done or failed, result.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import Response, g, request

from handler.core.errors import RefusedRequest
from handler.entrypoints.http_answers import RETRY_AFTER, success
from handler.entrypoints.http_auth import require
from handler.entrypoints.http_plugin import plugin
from handler.flows import api_keys
from handler.flows.api_keys import (
    INVENTORY_READ,
    INVENTORY_WRITE,
    SETTLEMENTS_READ,
    SETTLEMENTS_WRITE,
)
from handler.flows.job_ports import Job, JobKind

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.settle_call import Wish

# The schemas (pydantic) and the flows are imported where a request needs them.


_VISIBLE: Final = re.compile(r"[!-~]{1,200}")
_JOB_ID: Final = re.compile(r"job-[0-9a-f]{32}")
_READ: Final = {JobKind.SETTLE: SETTLEMENTS_READ, JobKind.REPORT: INVENTORY_READ}
_WRITE: Final = {JobKind.SETTLE: SETTLEMENTS_WRITE, JobKind.REPORT: INVENTORY_WRITE}


def upload() -> Response:
    """Make room for a file: an address that takes one PUT, and a job that waits for it."""
    from handler.entrypoints import http_job_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415
    from handler.flows.job_answers import shown_job  # noqa: PLC0415
    from handler.flows.uploads import make_room  # noqa: PLC0415

    _refuse_strangers(SETTLEMENTS_WRITE, INVENTORY_WRITE)
    query(NoQuery, request.args)
    asked = body(schemas.UploadBody, request.get_data()).asked()
    require(_WRITE[asked.kind])
    room = make_room(plugin(), asked, g.caller.name, idempotency_key())
    shown = shown_job(room.job)
    structlog.contextvars.bind_contextvars(job_id=room.job.job_id)
    return success([{**shown, "upload": room.upload}], **_beside(shown))


def submit_job() -> Response:
    """Have a file of the bucket worked through by the queue."""
    from handler.entrypoints import http_job_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415
    from handler.flows.jobs import submit  # noqa: PLC0415

    _refuse_strangers(SETTLEMENTS_WRITE, INVENTORY_WRITE)
    query(NoQuery, request.args)
    asked = body(schemas.JobBody, request.get_data()).asked()
    require(_WRITE[asked.kind])
    return accepted(submit(plugin(), asked, g.caller.name, idempotency_key()))


def status(job_id: str) -> Response:
    """Say how a job stands."""
    from handler.entrypoints.http_schemas import NoQuery, query  # noqa: PLC0415
    from handler.flows.job_answers import standing  # noqa: PLC0415

    job = _visible(job_id)
    query(NoQuery, request.args)
    shown = standing(plugin(), job)
    response = success([shown], **_beside(shown))
    if shown["status"] not in ("done", "failed"):
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def result(job_id: str) -> Response:
    """Give what a job brought, or why it failed."""
    from handler.entrypoints.http_schemas import NoQuery, query  # noqa: PLC0415
    from handler.flows.job_answers import result as result_of  # noqa: PLC0415

    job = _visible(job_id)
    query(NoQuery, request.args)
    return success(result_of(plugin(), job), id=job.job_id, status="done")


def accepted(job: Job) -> Response:
    """Return the 202 of a job that the queue has."""
    from handler.flows.job_answers import shown_job  # noqa: PLC0415

    structlog.contextvars.bind_contextvars(job_id=job.job_id)
    shown = shown_job(job)
    response = success([shown], **_beside(shown))
    response.status_code = 202
    response.headers["Location"] = shown["status_url"]
    response.autocorrect_location_header = False  # as it is: the gateway's own name is another
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def prefers_async() -> bool:
    """Return whether the caller would rather ask for the result later (RFC 7240)."""
    preferences = ",".join(request.headers.getlist("Prefer")).split(",")
    return any(one.split(";")[0].strip().lower() == "respond-async" for one in preferences)


def settled_by_the_queue(app: App, bucket: str, key: str, wish: Wish) -> Response:
    """Return the 202 of a settling that the caller does not wait for.

    Raises:
        RefusedRequest: ``BAD_PARAMETER``: a dry run leaves nothing to be asked for later; and as
            :func:`~handler.flows.jobs.submit`.
        Conflict, OutsideFailure: likewise.
    """
    from handler.flows.jobs import Asked, submit  # noqa: PLC0415

    if wish.dry_run:
        raise RefusedRequest(
            "BAD_PARAMETER",
            "dry_run records nothing, and respond-async asks for what is recorded.",
            "Send one of the two.",
        )
    asked = Asked(JobKind.SETTLE, bucket, key, wish.profile, wish.settlement_id, wish.exchange_rate)
    job = submit(app, asked, g.caller.name, wish.idempotency_key)
    response = accepted(job)
    response.headers["Preference-Applied"] = "respond-async"
    return response


def idempotency_key() -> str:
    """Return the caller's Idempotency-Key; empty where there is none.

    Raises:
        RefusedRequest: ``BAD_PARAMETER``.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _VISIBLE.fullmatch(key):
        raise RefusedRequest(
            "BAD_PARAMETER",
            "The Idempotency-Key is not 1 to 200 visible ASCII characters.",
            "Send such a key, or none: the same file is recorded once either way.",
        )
    return key or ""


def _beside(shown: dict[str, Any]) -> dict[str, Any]:
    names = ("status", "status_url", "result_url")
    return {"id": shown["job_id"], **{name: shown[name] for name in names}}


def _visible(job_id: str) -> Job:
    """Return a job that the caller may read."""
    from handler.flows.job_answers import known_job  # noqa: PLC0415
    from handler.flows.jobs import missing  # noqa: PLC0415

    _refuse_strangers(SETTLEMENTS_READ, INVENTORY_READ)
    if not _JOB_ID.fullmatch(job_id):
        raise missing(job_id)
    structlog.contextvars.bind_contextvars(job_id=job_id)
    job = known_job(plugin(), job_id)
    require(_READ[job.kind])
    return job


def _refuse_strangers(*scopes: str) -> None:
    """Refuse a key with none of the scopes before anything it says is read or looked up."""
    if not any(api_keys.allows(g.caller, scope) for scope in scopes):
        require(scopes[0])
