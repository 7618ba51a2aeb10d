"""The outbox, jobs and uploads, batches of settlements, and NetSuite's rules."""

from __future__ import annotations

from pydantic import BaseModel

from contracts import answers_delivery as answers
from contracts.operation import Body, Operation
from handler.entrypoints import http_job_schemas as jobs
from handler.entrypoints import http_netsuite_schemas as netsuite
from handler.entrypoints import http_outbox_schemas as outbox
from handler.entrypoints import http_settlement_batch_schemas as batches
from handler.entrypoints.http_inventory_schemas import Batch
from handler.entrypoints.http_schemas import NoQuery

OUTBOX, JOBS, BATCHES = "Outbox", "Jobs and uploads", "Settlements in batches"
DELIVER = "outbox:deliver"
READ, WRITE = "settlements:read", "settlements:write"
EACH = " Each record is answered for itself, in the order asked: a bad one fails alone."
OF_REPORTS = " For a report about stock it needs `inventory:write`, for a settlement this:"
READS_REPORTS = " For a report about stock it needs `inventory:read`, for a settlement this:"


class NetsuitePayload(BaseModel):
    """A REST call {method, path, body}, or a flat record with lines."""


OPERATIONS = (
    Operation(
        "leaseMessages", "GET", "/v1/outbox", OUTBOX,
        "Take what is to be posted next",
        "The export of the posting flow: hands out NetSuite records, the caller's alone until "
        "`leased_until`. What is not acknowledged by then is handed out again; within a "
        "settlement or a run later records wait for earlier ones. `more`: ask again.",
        DELIVER, answers.OUTBOX, outbox.LeaseQuery,
    ),
    Operation(
        "acknowledgeMessages", "POST", "/v1/outbox/acknowledge", OUTBOX,
        "Acknowledge messages with NetSuite's ids",
        "The last step of the posting flow: NetSuite's internal id of each record. Told twice, "
        "the answer is the same." + EACH,
        DELIVER, answers.MESSAGES, NoQuery, Body(Batch, {"data": outbox.AcknowledgedMessage}),
    ),
    Operation(
        "returnMessages", "POST", "/v1/outbox/return", OUTBOX,
        "Give messages back",
        "For the error branch of the posting flow: what NetSuite refused (`failed`: true, after "
        "five attempts it is parked for a person), or what was not tried at all." + EACH,
        DELIVER, answers.MESSAGES, NoQuery, Body(Batch, {"data": outbox.ReturnedMessage}),
    ),
    Operation(
        "releaseParcels", "POST", "/v1/outbox/release", OUTBOX,
        "Let parked records go out again",
        "For a person who mended why they were parked." + EACH,
        DELIVER, answers.RELEASED, NoQuery, Body(Batch, {"data": outbox.ReleasedParcel}),
    ),
    Operation(
        "listParcels", "GET", "/v1/outbox/parcels", OUTBOX,
        "List what waits or is parked",
        "For a dashboard: records that came forth together, and where they stand.",
        "outbox:read", answers.PARCELS, outbox.ParcelsQuery,
    ),
    Operation(
        "makeUpload", "POST", "/v1/uploads", JOBS,
        "Make room for a large file",
        "The first step for a file that is larger than a call can carry: send the file with the "
        "`upload` that is answered (one PUT with exactly its headers), then ask `status_url` "
        "until `status` is done or failed." + OF_REPORTS,
        WRITE, answers.UPLOAD, NoQuery, Body(jobs.UploadBody), also=(409,), keyed=True,
    ),
    Operation(
        "submitJob", "POST", "/v1/jobs", JOBS,
        "Have a file of the bucket worked through",
        "The submit step of an asynchronous helper: a 202 at once; then ask `status_url` until "
        "`status` is done or failed, and fetch `result_url`." + OF_REPORTS,
        WRITE, answers.JOB, NoQuery, Body(jobs.JobBody), also=(404, 409), keyed=True, status=202,
    ),
    Operation(
        "getJob", "GET", "/v1/jobs/<job_id>", JOBS,
        "Ask how a job stands",
        "The status step of an asynchronous helper: `status` is waiting_for_upload, in_progress, "
        "done or failed." + READS_REPORTS,
        READ, answers.JOB, NoQuery,
    ),
    Operation(
        "getJobResult", "GET", "/v1/jobs/<job_id>/result", JOBS,
        "Get what a job brought",
        "The result step of an asynchronous helper: what the step that the job stands for would "
        "have answered. 409 `NOT_FINISHED` with `Retry-After` while it is not done; of a failed "
        "one the refusal that step would have given." + READS_REPORTS,
        READ, answers.JOB_RESULT, NoQuery, also=(409, 413, 415),
    ),
    Operation(
        "settleFiles", "POST", "/v1/settlements/batch", BATCHES,
        "Settle files of the bucket",
        "An import step over a list of files, at most ten at a time." + EACH,
        WRITE, answers.FILES, NoQuery, Body(batches.FilesBody, {"data": batches.FileRecord}),
    ),
    Operation(
        "findJournals", "POST", "/v1/settlements/journal", BATCHES,
        "Look up the journals of settlements",
        "A look-up step: one settlement in the place of the body, or many under `data`." + EACH,
        READ, answers.JOURNALS, NoQuery,
        Body(batches.JournalsBody, {"data": batches.JournalRecord}), also=(404, 409),
    ),
    Operation(
        "classifyRows", "POST", "/v1/settlements/classify", BATCHES,
        "Say where rows belong in the books",
        "For a flow that posts rows itself: class and account of each, as settling the file would "
        "find them." + EACH,
        READ, answers.CLASSIFIED, NoQuery, Body(batches.RowsBody, {"data": batches.RowRecord}),
    ),
    Operation(
        "noteAllPosted", "POST", "/v1/settlements/posted", BATCHES,
        "Acknowledge entries of many settlements",
        "The last step of a flow that fetched journals itself." + EACH,
        WRITE, answers.ENTRIES_KEPT, NoQuery,
        Body(batches.PostedBody, {"data": batches.PostedRecord}),
    ),
    Operation(
        "validateRecords", "POST", "/v1/netsuite/validate", "NetSuite",
        "Say what NetSuite would refuse",
        "A step before NetSuite's: records in either dialect are held against its rules; nothing "
        "is stored, and NetSuite is not asked." + EACH,
        READ, answers.CHECKED, NoQuery, Body(netsuite.ValidateBody, {"data": NetsuitePayload}),
    ),
)  # fmt: skip
