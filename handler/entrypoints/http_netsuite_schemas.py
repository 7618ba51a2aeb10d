"""What may be asked about NetSuite's rules."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field

from handler.entrypoints.http_schemas import Strict

MOST_RECORDS: Final = 1_000


class ValidateBody(Strict):
    """POST /v1/netsuite/validate: records in either dialect, each checked for itself."""

    data: Annotated[list[Any], Field(min_length=1, max_length=MOST_RECORDS)]
