"""What requests for the scorecard may say. Imported when one is read: pydantic is heavy."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from handler.entrypoints.http_schemas import Profile, Strict


class ScorecardQuery(Strict):
    """GET /v1/scorecard."""

    profile: Profile
    months: Annotated[int, Field(ge=1, le=24)] = 6
