"""The scorecard: whether the integration works, in four answers."""

from __future__ import annotations

from contracts import answers_scorecard as answers
from contracts.operation import Operation
from handler.entrypoints import http_scorecard_schemas as schemas

OPERATIONS = (
    Operation(
        "getScorecard", "GET", "/v1/scorecard", "Scorecard",
        "Whether the integration works",
        "For the owner: do payouts equal NetSuite without adjustment, is stock the same "
        "everywhere, how many days does the close take, are errors seen and cured. Each with its "
        "figure, its trend by month and the rows behind it; `unknown` where data is missing.",
        "settlements:read", answers.SCORECARD, schemas.ScorecardQuery,
    ),
)  # fmt: skip
