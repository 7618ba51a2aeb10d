"""The steps of reconciliation."""

from __future__ import annotations

from contracts import answers_matching as matching
from contracts import answers_month_end as month_end
from contracts.operation import Body, Operation
from handler.entrypoints import http_reconciliation_schemas as schemas

TAG = "Reconciliation"
READ = "settlements:read"
RECORDS = " With `record=true` it needs `settlements:write`."

OPERATIONS = (
    Operation(
        "matchDeposits", "POST", "/v1/deposits/match", TAG,
        "Match bank lines to settlements",
        "Called after the bank's lines are imported: matches with their deposit entries, "
        "questions for a person, and what is missing. `record=true` keeps the certain matches "
        "and moves their settlements to deposited." + RECORDS,
        READ, matching.DEPOSITS, schemas.RecordQuery, Body(schemas.DepositsBody), also=(404, 409),
    ),
    Operation(
        "reconcileOrders", "POST", "/v1/orders/reconcile", TAG,
        "Compare NetSuite's orders with what was settled",
        "Called by a month-end flow with NetSuite's orders of a period. `record=true` registers "
        "what it found as exceptions." + RECORDS,
        READ, matching.ORDERS, schemas.RecordQuery, Body(schemas.OrdersBody), also=(404, 409),
    ),
    Operation(
        "reconcileClearing", "POST", "/v1/clearing/reconcile", TAG,
        "Compare NetSuite's clearing account with ours",
        "Called by a month-end flow with NetSuite's balances or entries of the clearing account. "
        "`record=true` clears deposited settlements that stand at zero." + RECORDS,
        READ, matching.CLEARING, schemas.RecordQuery, Body(schemas.ClearingBody), also=(404, 409),
    ),
    Operation(
        "rollReservesForward", "GET", "/v1/reserves", TAG,
        "Roll the reserve forward",
        "For a month-end flow or a person: what Amazon held back and released, settlement by "
        "settlement.",
        READ, month_end.RESERVES, schemas.ProfileQuery,
    ),
    Operation(
        "checkSequence", "GET", "/v1/sequence", TAG,
        "Find gaps among the settlements",
        "For a daily flow: settlements that are missing or overlap.",
        READ, month_end.SEQUENCE, schemas.ProfileQuery,
    ),
    Operation(
        "proposeAccruals", "GET", "/v1/accruals", TAG,
        "Propose the accrual of refunds to come",
        "For a month-end flow: refunds still to come of a month's sales, from the seller's own "
        "curve, as an entry and the day it is reversed.",
        READ, month_end.ACCRUALS, schemas.FeesQuery, also=(404,),
    ),
    Operation(
        "watchFees", "GET", "/v1/fees/watch", TAG,
        "Find fees that jumped",
        "For a month-end flow: fee rates of a SKU that jumped, with the rows of the file.",
        READ, month_end.FEES, schemas.FeesQuery, also=(404,),
    ),
    Operation(
        "listMappingChanges", "GET", "/v1/mappings/changes", TAG,
        "Show what changed mappings would change in the books",
        "For a person who changed a mapping, before reposting: what each settlement would gain "
        "and lose.",
        READ, month_end.MAPPING_CHANGES, schemas.ChangesQuery, also=(404,),
    ),
)  # fmt: skip
