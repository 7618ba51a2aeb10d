"""The HTTP steps of settlement accounting: each reads the request, calls one use case, answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from flask import Response, request

from handler.core.errors import RefusedRequest
from handler.entrypoints import http_jobs
from handler.entrypoints.http_answers import success
from handler.entrypoints.http_auth import needs
from handler.entrypoints.http_plugin import plugin
from handler.entrypoints.http_settlement_id import settlement_of_address
from handler.flows import read_settlement
from handler.flows.api_keys import SETTLEMENTS_READ, SETTLEMENTS_WRITE
from handler.flows.settle_call import Wish

if TYPE_CHECKING:
    from handler.entrypoints.http_schemas import SettleQuery

# http_schemas (pydantic), payloads.dialects and the settling itself are imported where a request
# needs them: refused keys and what only reads answer without.


_RAW: Final = ("application/octet-stream", "application/gzip", "application/x-gzip")
_REPLACED: Final = "\N{REPLACEMENT CHARACTER}".encode()


@needs(SETTLEMENTS_WRITE)
def settle() -> Response:
    """Settle the file in the body, or the one of the bucket that a JSON body names."""
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415
    from handler.flows import posted  # noqa: PLC0415

    query = schemas.query(schemas.SettleQuery, request.args)
    wish = _wish(query)
    if _is_json():
        file = schemas.body(schemas.BucketFile, request.get_data())
        if http_jobs.prefers_async():
            return http_jobs.settled_by_the_queue(plugin(), file.bucket, file.key, wish)
        answer = posted.settle_kept(
            plugin(),
            file.bucket,
            file.key,
            wish,
        )
    else:
        answer = posted.settle_posted(plugin(), _raw_body(), wish)
    structlog.contextvars.bind_contextvars(settlement_id=answer.document["settlement_id"])
    response = success([answer.document])
    if answer.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


@needs(SETTLEMENTS_WRITE)
def repost(settlement_id: str) -> Response:
    """Settle a settlement anew, from the body or from its recorded file; post the difference."""
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415
    from handler.flows import posted  # noqa: PLC0415

    query = schemas.query(schemas.SettleQuery, request.args)
    answer = posted.repost(
        plugin(),
        settlement_of_address(settlement_id),
        _raw_body() if request.content_length else b"",
        _wish(query),
    )
    response = success([answer.document])
    if answer.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


@needs(SETTLEMENTS_READ)
def settlements() -> Response:
    """List what is recorded."""
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    query = schemas.query(schemas.ListQuery, request.args)
    page = read_settlement.listing(plugin(), query.profile or "", query.limit, query.cursor)
    return success(page.items, next_cursor=page.cursor)


@needs(SETTLEMENTS_READ)
def settlement(settlement_id: str) -> Response:
    """Show one settlement: record, clearing, exceptions, and where its parts are."""
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    schemas.query(schemas.NoQuery, request.args)
    found = read_settlement.one(plugin(), settlement_of_address(settlement_id))
    address = f"/v1/settlements/{settlement_id}"
    links = {"self": address, "journal": f"{address}/journal"}
    if found["status"] == "held":
        del links["journal"]
    else:
        links["rows"] = f"{address}/rows?line=1"
    return success([{**found, "links": links}])


@needs(SETTLEMENTS_READ)
def journal(settlement_id: str) -> Response:
    """Give the journal: the whole document, or what NetSuite takes."""
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    query = schemas.query(schemas.JournalQuery, request.args)
    document = read_settlement.journal(
        plugin(), settlement_of_address(settlement_id), query.version
    )
    if query.format == "json":
        return success([document])
    from handler.payloads.dialects import render  # noqa: PLC0415

    rendered = render(document, query.format, plugin().references.load(str(document["profile"])))
    if query.format != "csv":
        return success(rendered.payloads)
    response = Response(rendered.text, content_type=f"{rendered.content_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{settlement_id}.csv"'
    return response


@needs(SETTLEMENTS_READ)
def rows(settlement_id: str) -> Response:
    """Give the file's rows behind a line of the journal."""
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    query = schemas.query(schemas.RowsQuery, request.args)
    page = read_settlement.rows(
        plugin(), settlement_of_address(settlement_id), query.line, query.limit, query.cursor
    )
    return success(page.items, next_cursor=page.cursor)


def _wish(query: SettleQuery) -> Wish:
    return Wish(
        profile=query.profile or "",
        settlement_id=query.settlement_id,
        exchange_rate=query.exchange_rate,
        dry_run=query.dry_run == "true",
        idempotency_key=http_jobs.idempotency_key(),
    )


def _is_json() -> bool:
    kind, encoding = request.mimetype, request.headers.get("Content-Encoding", "").strip().lower()
    packed = encoding == "gzip"
    if kind == "application/json" and not packed:
        return True
    raw = kind in ("", *_RAW) or kind.startswith("text/")
    if not raw or not (packed or encoding in ("", "identity")):
        found = (
            f"{kind or 'of no named type'}, {f'packed as {encoding}' if encoding else 'unpacked'}"
        )
        raise RefusedRequest(
            "UNSUPPORTED_MEDIA_TYPE",
            f"The body is {found}.",
            f"Send the file as text/plain, {' or '.join(_RAW[:2])}, unpacked or packed with gzip; "
            'or {"bucket", "key"} as application/json.',
        )
    return False


def _raw_body() -> bytes:
    content = request.get_data()
    # API Gateway hands text bodies on as UTF-8 and replaces what is none. Amazon's files are often
    # in another encoding; recorded so, the file would be another than the one it is.
    if request.mimetype.startswith("text/") and _REPLACED in content:
        raise RefusedRequest(
            "BODY_DAMAGED",
            "The body holds U+FFFD, which stands for characters lost on the way.",
            "Send the file as application/octet-stream, which nothing on the way touches.",
        )
    return content
