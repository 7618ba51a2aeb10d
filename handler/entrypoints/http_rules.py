"""The HTTP steps of the mappings' rules: what waits for one, what one would change, keeping it."""

from __future__ import annotations

from flask import Response, g, request

from handler.entrypoints.http_answers import success
from handler.entrypoints.http_auth import needs
from handler.entrypoints.http_plugin import plugin
from handler.flows import mapping_rules
from handler.flows.api_keys import EXCEPTIONS_READ, MAPPINGS_WRITE, SETTLEMENTS_READ
from handler.flows.unmapped_values import unmapped_document, unmapped_values

# The schemas (pydantic) are imported where a request needs them, as in http_settlement.


@needs(EXCEPTIONS_READ)
def unmapped() -> Response:
    """List Amazon's words that wait for a rule."""
    from handler.entrypoints.http_schemas import NoQuery, query  # noqa: PLC0415

    query(NoQuery, request.args)
    return success([unmapped_document(value) for value in unmapped_values(plugin()).values])


@needs(SETTLEMENTS_READ)
def rules() -> Response:
    """Give the stored rules: the last versions, the newest first."""
    from handler.entrypoints import http_rule_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415

    asked = query(schemas.RulesQuery, request.args)
    return success(mapping_rules.rule_history(plugin(), asked.limit))


@needs(MAPPINGS_WRITE)
def preview() -> Response:
    """Show which settlements would come out otherwise with a change of the rules."""
    from handler.entrypoints import http_rule_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415

    query(NoQuery, request.args)
    asked = body(schemas.RulePreview, request.get_data())
    page = mapping_rules.preview(
        plugin(), asked.change(), asked.profile or "", asked.limit, asked.cursor
    )
    return success(page.items, next_cursor=page.cursor)


@needs(MAPPINGS_WRITE)
def save() -> Response:
    """Keep a change of the rules as their next version."""
    from handler.entrypoints import http_rule_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415

    query(NoQuery, request.args)
    asked = body(schemas.RuleSaving, request.get_data())
    return success([mapping_rules.save(plugin(), asked.change(), f"key:{g.caller.name}")])
