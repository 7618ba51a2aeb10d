"""The HTTP steps of the stock at Amazon: its reports, what they post, and drift."""

from __future__ import annotations

import structlog
from flask import Response, request

from handler import metrics
from handler.core.errors import RefusedRequest
from handler.entrypoints.http_answers import success
from handler.entrypoints.http_auth import needs, require
from handler.entrypoints.http_plugin import plugin
from handler.flows import ledger_runs, read_stock
from handler.flows.api_keys import INVENTORY_READ, INVENTORY_WRITE
from handler.payloads.ledger_run import in_brief

# The schemas (pydantic) and the readers are imported where a request needs them: a cold start
# answers /health and refused keys without.


@needs(INVENTORY_WRITE)
def report() -> Response:
    """Read one of Amazon's reports about stock: post the ledger's difference, or keep it."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import BucketFile, body, query  # noqa: PLC0415
    from handler.flows.read_stock_report import read_kept, read_posted  # noqa: PLC0415
    from handler.flows.stock_files import ReportWish  # noqa: PLC0415

    asked = query(schemas.ReportQuery, request.args)
    wish = ReportWish(
        asked.profile,
        asked.marketplace,
        asked.made_at,
        asked.first_day,
        asked.last_day,
        asked.dry_run == "true",
    )
    content = request.get_data()
    if request.mimetype == "application/json" and not _is_a_report(content):
        named = body(BucketFile, content)
        documents = read_kept(plugin(), named.bucket, named.key, wish)
    else:
        documents = read_posted(plugin(), content, wish)
    return success(documents if wish.dry_run else [in_brief(one) for one in documents])


@needs(INVENTORY_READ)
def runs() -> Response:
    """List what reports of the ledger brought forth, the latest first."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415

    asked = query(schemas.PageQuery, request.args)
    page = ledger_runs.runs(plugin(), asked.profile, asked.limit, asked.cursor)
    return success(page.items, next_cursor=page.cursor)


@needs(INVENTORY_READ)
def run(run_id: str) -> Response:
    """Show one run: postings in brief, what waits, exceptions."""
    from handler.entrypoints.http_schemas import NoQuery, query  # noqa: PLC0415

    query(NoQuery, request.args)
    return success([ledger_runs.one(plugin(), _bound(run_id))])


@needs(INVENTORY_READ)
def postings(run_id: str) -> Response:
    """Give a run's postings, as they are or as NetSuite takes them."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415
    from handler.payloads.stock_dialects import render_postings  # noqa: PLC0415

    asked = query(schemas.PostingsQuery, request.args)
    page = ledger_runs.postings(plugin(), _bound(run_id), asked.limit, asked.cursor)
    if asked.format == "json":
        return success(page.items, next_cursor=page.cursor)
    references = ledger_runs.references_of(plugin(), run_id)
    rendered = render_postings(page.items, asked.format, references)
    if asked.format != "csv":
        return success(rendered.payloads, next_cursor=page.cursor)
    response = Response(rendered.text, content_type=f"{rendered.content_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{run_id}.csv"'
    if page.cursor:
        response.headers["X-Next-Cursor"] = page.cursor
    return response


@needs(INVENTORY_WRITE)
def posted(run_id: str) -> Response:
    """Keep NetSuite's internal ids of a run's postings."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415

    query(NoQuery, request.args)
    entries = body(schemas.Posted, request.get_data()).entries
    given = [(entry.external_id, entry.internal_id) for entry in entries]
    return success([ledger_runs.acknowledge(plugin(), _bound(run_id), given)])


@needs(INVENTORY_READ)
def evidence() -> Response:
    """Say what returns, removals and reimbursements tell of the ledger's units."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415
    from handler.flows.explain_ledger import explain_ledger  # noqa: PLC0415

    asked = query(schemas.EvidenceQuery, request.args)
    return success([explain_ledger(plugin(), asked.profile, asked.first_day, asked.last_day)])


def drift() -> Response:
    """Compare NetSuite's counts with Amazon's last reports."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import body, query  # noqa: PLC0415
    from handler.flows.compare_stock import compare_stock  # noqa: PLC0415
    from handler.inventory.drift_pair import NetsuiteCount  # noqa: PLC0415

    require(INVENTORY_READ if request.args.get("record", "false") == "false" else INVENTORY_WRITE)
    asked = query(schemas.DriftQuery, request.args)
    told = body(schemas.DriftBody, request.get_data())
    counts = [
        NetsuiteCount(one.item, one.location, one.on_hand, one.available) for one in told.data
    ]
    record = asked.record == "true"
    compared = compare_stock(plugin(), asked.profile, counts, told.as_of, record=record)
    metrics.count("DriftUnits", compared["counts"]["units"], profile=asked.profile)
    return success([compared])


@needs(INVENTORY_READ)
def drift_history() -> Response:
    """Give the history of drift, of everything or of one item."""
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415

    asked = query(schemas.DriftListQuery, request.args)
    page = read_stock.drift(plugin(), asked.profile, asked.item, asked.limit, asked.cursor)
    return success(page.items, next_cursor=page.cursor)


def _is_a_report(content: bytes) -> bool:
    """Return whether a JSON body is Amazon's answer itself, not the name of a file."""
    return b'"inventorySummaries"' in content


def _bound(run_id: str) -> str:
    if not (run_id.isascii() and run_id.isprintable() and len(run_id) <= 64):
        raise RefusedRequest(
            "RUN_NOT_FOUND", "There is no such run.", "Look at GET /v1/inventory/fba/runs."
        )
    structlog.contextvars.bind_contextvars(run_id=run_id)
    return run_id
