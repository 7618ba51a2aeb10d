"""The HTTP step that says what NetSuite would refuse, before it is asked."""

from __future__ import annotations

from flask import Response, request

from handler.entrypoints.http_answers import success
from handler.entrypoints.http_auth import needs
from handler.flows.api_keys import SETTLEMENTS_READ

# The schemas (pydantic) are imported where a request needs them, as in http_settlement.


@needs(SETTLEMENTS_READ)
def validate() -> Response:
    """Hold records against NetSuite's rules; nothing is stored, and NetSuite is not asked."""
    from pydantic import ValidationError  # noqa: PLC0415

    from handler.entrypoints import http_netsuite_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints import http_schemas  # noqa: PLC0415
    from handler.entrypoints.netsuite_check import checked  # noqa: PLC0415
    from handler.payloads import json_text  # noqa: PLC0415

    http_schemas.query(http_schemas.NoQuery, request.args)
    try:
        # Not pydantic's own reader: an amount must not become a float on the way.
        told = schemas.ValidateBody.model_validate(json_text.loads(request.get_data()))
    except ValidationError as error:
        raise http_schemas.refused_body("BAD_BODY", http_schemas.faults_of(error)) from None
    except ValueError as error:
        fault = {"field": "(body)", "expected": f"JSON ({type(error).__name__})"}
        raise http_schemas.refused_body("BAD_BODY", [fault]) from None
    return success(checked(told.data))
