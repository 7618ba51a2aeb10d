"""The HTTP step of the scorecard."""

from __future__ import annotations

from flask import Response, request

from handler.entrypoints.http_answers import success
from handler.entrypoints.http_auth import needs
from handler.entrypoints.http_plugin import plugin
from handler.flows.api_keys import SETTLEMENTS_READ
from handler.flows.scorecard import scorecard


@needs(SETTLEMENTS_READ)
def show() -> Response:
    """Answer the four questions about a profile."""
    from handler.entrypoints import http_scorecard_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415

    asked = query(schemas.ScorecardQuery, request.args)
    return success([scorecard(plugin(), asked.profile, asked.months)])
