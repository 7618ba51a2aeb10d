"""The steps of settlement accounting."""

from __future__ import annotations

from contracts import answers_settlement as answers
from contracts.answers_delivery import JOB
from contracts.operation import Body, Operation
from handler.entrypoints import http_reconciliation_schemas as reconciliation
from handler.entrypoints import http_schemas as schemas

TAG = "Settlements"
READ, WRITE = "settlements:read", "settlements:write"

OPERATIONS = (
    Operation(
        "settle", "POST", "/v1/settlements", TAG,
        "Settle a file",
        "The first step of a flow: the settlement report of Amazon goes in, the balanced journal "
        "with its proof comes out. The body is the file itself, or `{bucket, key}` of one in the "
        "plugin's bucket. The same file again gives the same answer and records nothing twice; "
        "other content of a proven settlement is a 409 and changes nothing. With the header "
        "`Prefer: respond-async` a file of the bucket is settled by the queue: 202.",
        WRITE, answers.SETTLED, schemas.SettleQuery,
        Body(schemas.BucketFile, raw=True), also=(403, 404, 409, 415), keyed=True, replays=True,
        accepted=JOB,
    ),
    Operation(
        "repost", "POST", "/v1/settlements/<settlement_id>/repost", TAG,
        "Correct a settlement",
        "Called by a person's flow after a correction: settles the corrected file in the body, or "
        "without a body the recorded file under the mappings as they are now, and posts the "
        "difference. Look at it first with `dry_run=true`.",
        WRITE, answers.SETTLED, schemas.SettleQuery, Body(raw=True, needed=False),
        also=(409,), keyed=True, replays=True,
    ),
    Operation(
        "listSettlements", "GET", "/v1/settlements", TAG,
        "List settlements",
        "Lists what is recorded, the latest first; a flow pages with `next_cursor` until it is "
        "empty.",
        READ, answers.SETTLEMENTS, schemas.ListQuery,
    ),
    Operation(
        "getSettlement", "GET", "/v1/settlements/<settlement_id>", TAG,
        "Show a settlement",
        "A look-up step: status, totals, clearing account, exceptions and versions of one "
        "settlement.",
        READ, answers.SETTLEMENT, schemas.NoQuery,
    ),
    Operation(
        "getJournal", "GET", "/v1/settlements/<settlement_id>/journal", TAG,
        "Get the journal",
        "A look-up step before posting: the journal as `json`, as `netsuite` REST calls, as "
        "`celigo` flat records with lines, or as `csv` for NetSuite's CSV import. A held "
        "settlement posts nothing: 409.",
        READ, answers.JOURNAL, schemas.JournalQuery, also=(409,), csv=True,
    ),
    Operation(
        "getRows", "GET", "/v1/settlements/<settlement_id>/rows", TAG,
        "Get the file's rows behind a journal line",
        "Called by whoever asks what a line is made of: the rows of Amazon's file, as they stand "
        "there.",
        READ, answers.ROWS, schemas.RowsQuery, also=(409,),
    ),
    Operation(
        "noteDelivered", "POST", "/v1/settlements/<settlement_id>/delivered", TAG,
        "Note that the flow has the entries",
        "Called by a flow that fetched the journal itself, before it posts. A flow that takes its "
        "entries from the outbox need not.",
        WRITE, answers.ACKNOWLEDGED, schemas.NoQuery, Body(schemas.NoQuery, needed=False),
        also=(409,),
    ),
    Operation(
        "notePosted", "POST", "/v1/settlements/<settlement_id>/posted", TAG,
        "Acknowledge entries with NetSuite's ids",
        "The last step of a flow that fetched the journal itself: NetSuite's internal id of each "
        "entry. A flow that takes its entries from the outbox acknowledges there.",
        WRITE, answers.ACKNOWLEDGED, schemas.NoQuery, Body(reconciliation.PostedBody),
        also=(409,),
    ),
)  # fmt: skip
