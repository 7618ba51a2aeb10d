"""The steps of both pools of stock."""

from __future__ import annotations

from pydantic import BaseModel

from contracts import answers_amazon_stock as amazon
from contracts import answers_own_stock as own
from contracts.operation import Body, Operation
from handler.entrypoints import http_inventory_schemas as schemas
from handler.entrypoints.http_schemas import BucketFile, NoQuery

OWN, AMAZONS = "Own stock (FBM)", "Stock at Amazon (FBA)"
READ, WRITE = "inventory:read", "inventory:write"
EACH = " Each record is answered for itself, in the order asked: a bad one fails alone."


class Notification(BaseModel):
    """One of Amazon's notifications, as it comes from its queue or event bus."""


OPERATIONS = (
    Operation(
        "registerListings", "POST", "/v1/inventory/listings", OWN,
        "Register listings",
        "Called when listings are made or changed: which pool each sells from, its NetSuite item, "
        "its rules." + EACH,
        WRITE, own.REGISTERED, schemas.ProfileQuery,
        Body(schemas.Batch, {"data": schemas.ListingRecord}),
    ),
    Operation(
        "listListings", "GET", "/v1/inventory/listings", OWN,
        "List listings",
        "What is registered, and what is in quarantine and why.",
        READ, own.LISTINGS, schemas.ListingsQuery,
    ),
    Operation(
        "tellOrders", "POST", "/v1/inventory/fbm/orders", OWN,
        "Tell Amazon orders NetSuite may not know of",
        "Called by the order flow: an order counts against the stock until NetSuite has booked "
        "it." + EACH,
        WRITE, own.ORDERS_TOLD, schemas.ProfileQuery,
        Body(schemas.Batch, {"data": schemas.Order}),
    ),
    Operation(
        "takeNotifications", "POST", "/v1/inventory/fbm/notifications", OWN,
        "Take Amazon's notifications",
        "Called by a listener of Amazon's queue: `ORDER_CHANGE` and "
        "`LISTINGS_ITEM_MFN_QUANTITY_CHANGE`, as they come." + EACH,
        WRITE, own.NOTIFICATIONS, schemas.ProfileQuery,
        Body(schemas.Batch, {"data": Notification}),
    ),
    Operation(
        "decideListings", "POST", "/v1/inventory/fbm/decide", OWN,
        "Decide what each listing has on Amazon",
        "The middle step of a stock flow: NetSuite's counts in, the quantity of each listing out, "
        "with the patch to send and how it came about. `send` lists the places to send, in order."
        + EACH,
        WRITE, own.DECIDED, schemas.DecideQuery,
        Body(schemas.DecideBody, {"data": schemas.ListingCount, "orders": schemas.Order}),
    ),
    Operation(
        "expireListings", "POST", "/v1/inventory/fbm/expire", OWN,
        "Take off sale what was counted too long ago",
        "For a schedule: the zero of every listing whose count grew too old, as a flow that has "
        "stopped asks nothing.",
        WRITE, own.EXPIRED, schemas.ProfileQuery,
    ),
    Operation(
        "acknowledgeListings", "POST", "/v1/inventory/fbm/acknowledge", OWN,
        "Acknowledge what Amazon answered",
        "The last step of a stock flow: what Amazon accepted, rejected, or was seen to have."
        + EACH,
        WRITE, own.FBM_ACKNOWLEDGED, schemas.ProfileQuery,
        Body(schemas.Batch, {"data": schemas.Answer}),
    ),
    Operation(
        "getPublished", "GET", "/v1/inventory/fbm/published", OWN,
        "Show what a listing has on Amazon",
        "A look-up step: the quantity, and how it came about.",
        READ, own.PUBLISHED, schemas.ListingQuery, also=(404,),
    ),
    Operation(
        "readReport", "POST", "/v1/inventory/fba/reports", AMAZONS,
        "Read one of Amazon's reports about stock",
        "The first step of a stock flow: the body is the report itself, or `{bucket, key}` of one "
        "in the plugin's bucket. Of the ledger's detail the difference to what is posted is "
        "posted; the others are kept to compare with.",
        WRITE, amazon.REPORT, schemas.ReportQuery, Body(BucketFile, raw=True),
        also=(403, 404, 409),
    ),
    Operation(
        "listRuns", "GET", "/v1/inventory/fba/runs", AMAZONS,
        "List runs of the ledger",
        "What reports of the ledger brought forth, the latest first.",
        READ, amazon.RUNS, schemas.PageQuery,
    ),
    Operation(
        "getRun", "GET", "/v1/inventory/fba/runs/<run_id>", AMAZONS,
        "Show a run of the ledger",
        "Postings in brief, what waits, and exceptions.",
        READ, amazon.RUN, NoQuery,
    ),
    Operation(
        "getPostings", "GET", "/v1/inventory/fba/runs/<run_id>/postings", AMAZONS,
        "Get a run's postings",
        "A look-up step before posting: as `json`, as `netsuite` REST calls, as `celigo` flat "
        "records with lines, or as `csv` for NetSuite's CSV import.",
        READ, amazon.POSTINGS, schemas.PostingsQuery, csv=True,
    ),
    Operation(
        "noteRunPosted", "POST", "/v1/inventory/fba/runs/<run_id>/posted", AMAZONS,
        "Acknowledge postings with NetSuite's ids",
        "The last step of a flow that fetched the postings itself. A flow that takes them from "
        "the outbox acknowledges there.",
        WRITE, amazon.RUN_POSTED, NoQuery, Body(schemas.Posted), also=(409,),
    ),
    Operation(
        "explainLedger", "GET", "/v1/inventory/fba/evidence", AMAZONS,
        "Show what became of lost units",
        "For a person: lost units and the reimbursements that closed them, claims still open, the "
        "orders behind returns and removals.",
        READ, amazon.EVIDENCE, schemas.EvidenceQuery,
    ),
    Operation(
        "compareStock", "POST", "/v1/inventory/drift", AMAZONS,
        "Compare NetSuite's counts with Amazon's",
        "For a daily flow: NetSuite's counts beside Amazon's last reports, each difference with "
        "its likeliest cause. With `record=true` it is kept for the history, and needs "
        "`inventory:write`.",
        READ, amazon.DRIFT, schemas.DriftQuery, Body(schemas.DriftBody), also=(409,),
    ),
    Operation(
        "listDrift", "GET", "/v1/inventory/drift", AMAZONS,
        "Show the history of drift",
        "For a chart: of everything, or of one item.",
        READ, amazon.DRIFT_HISTORY, schemas.DriftListQuery,
    ),
)  # fmt: skip
