"""The plugin's own description: OpenAPI, as flow builders import it.

It is made beforehand (`python3 infra/dev.py contracts`) and served as it is.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, request

from handler.entrypoints.http_answers import JSON

_FILE = Path(__file__).with_name("openapi.json")


def describe() -> Response:
    """Give the description; 304 where the caller has it already."""
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    schemas.query(schemas.NoQuery, request.args)
    content, tag = _description()
    response = Response(content, 200, content_type=JSON)
    response.set_etag(tag)
    response.make_conditional(request)
    return response


@cache
def _description() -> tuple[bytes, str]:
    """Return the file and what names its content."""
    content = _FILE.read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:32]
