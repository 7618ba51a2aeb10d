"""The vocabulary's rules: what waits for one, what one would change, keeping it."""

from __future__ import annotations

from contracts import answers_month_end as month_end
from contracts import answers_rules as answers
from contracts.operation import Body, Operation
from handler.entrypoints import http_rule_schemas as schemas
from handler.entrypoints.http_schemas import NoQuery

TAG = "Rules"
WRITE = "mappings:write"

OPERATIONS = (
    Operation(
        "listUnmapped", "GET", "/v1/mappings/unmapped", TAG,
        "List Amazon's words that wait for a rule",
        "What holds settlements or is posted to suspense, with the nearest rule's class.",
        "exceptions:read", answers.UNMAPPED, NoQuery,
    ),
    Operation(
        "listRules", "GET", "/v1/mappings/rules", TAG,
        "Show the stored rules",
        "Rules added over the deployed vocabulary: their last versions, the newest first.",
        "settlements:read", answers.RULE_BOOKS, schemas.RulesQuery,
    ),
    Operation(
        "previewRules", "POST", "/v1/mappings/rules/preview", TAG,
        "Show what a change of the rules would change",
        "Nothing is kept. Settlements are settled anew, the latest first, and those that would "
        "come out otherwise are told: what each would gain and lose, or what would still hold it.",
        WRITE, month_end.MAPPING_CHANGES, NoQuery, Body(schemas.RulePreview), also=(404, 409),
    ),
    Operation(
        "saveRules", "POST", "/v1/mappings/rules", TAG,
        "Keep a change of the rules",
        "As the next version: what is settled from then on is settled with it. Refused where "
        "somebody saved another since the one it was made over.",
        WRITE, answers.RULE_BOOK, NoQuery, Body(schemas.RuleSaving), also=(409,),
    ),
)  # fmt: skip
