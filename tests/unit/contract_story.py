"""One run through every address of the plugin in memory, with the clock standing still.

What it asks and what is answered are the examples of the description (`openapi.json`), and what the
answer models are held against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from contract_steps import (
    JOB,
    ONE_BAD,
    SETTLEMENT,
    SMALL,
    SMALL_ID,
    Step,
    StoryPlugin,
    Told,
    call,
    work_through,
)
from contract_stock import a_run, amazons_stock, own_stock
from plugin import BUCKET, CA, OTHER, Plugin

from handler.core.finding import Finding
from handler.flows import cursors

JULY = "raw-settlements/us/july.txt"
Asking = Callable[[Plugin, Step], Told]


def settlements() -> Iterator[Step]:
    """From a file to a cleared settlement."""
    raw = "application/octet-stream"
    path = "/v1/settlements/{settlement_id}"
    one, us = {SETTLEMENT: SMALL_ID}, {"profile": "us"}
    yield Step(
        "settle", "POST", "/v1/settlements", {**us, "dry_run": "true"}, body=SMALL,
        content_type=raw, name="dry_run",
    )  # fmt: skip
    yield Step(
        "settle", "POST", "/v1/settlements", us, body=SMALL, content_type=raw,
        headers={"Idempotency-Key": "drive-file-1a2b3c"},
    )  # fmt: skip
    for name, content in (("large", CA), ("negative", OTHER)):
        yield Step(
            "settle", "POST", "/v1/settlements", {"profile": "ca"}, body=content,
            content_type=raw, name=name,
        )  # fmt: skip
    yield Step("listSettlements", "GET", "/v1/settlements", {**us, "limit": "50"})
    yield Step("getSettlement", "GET", path, at=one)
    for form in ("json", "netsuite", "celigo", "csv"):
        yield Step("getJournal", "GET", f"{path}/journal", {"format": form}, at=one, name=form)
    yield Step("getRows", "GET", f"{path}/rows", {"line": "2", "limit": "100"}, at=one)
    yield Step("repost", "POST", f"{path}/repost", {"dry_run": "true"}, at=one, content_type=raw)
    yield from batches()
    held = SMALL.replace(b"79.60", b"79.61").replace(SMALL_ID.encode(), b"11700000002")
    yield Step("settle", "POST", "/v1/settlements", us, body=held, content_type=raw, name="held")
    yield Step("listExceptions", "GET", "/v1/exceptions", {"state": "open", "limit": "50"})
    yield Step("listCatalogue", "GET", "/v1/exceptions/catalogue")
    yield from handled_exceptions()
    yield Step("getScorecard", "GET", "/v1/scorecard", {**us, "months": "6"})


def handled_exceptions() -> Iterator[Step]:
    """What is done about the settlement that is held."""
    held = Finding("SETTLEMENT_VARIANCE", "settlement 11700000002", "", {})
    scope = "settlement:11700000002"
    name = cursors.encode("exception", *scope.split(":"), held.fingerprint(scope))
    path, at = "/v1/exceptions/{exception_id}", {"exception_id": name}
    said = {"action": "note", "note": "Downloaded again; waiting for Amazon."}
    yield Step("handleException", "POST", path, at=at, body=said, name="note")
    retry = {"action": "retry"}
    yield Step("handleException", "POST", path, at=at, body=retry, name="retry")
    yield Step("getException", "GET", path, at=at)
    alike = {"code": "SETTLEMENT_VARIANCE", "limit": 10}
    yield Step("retryExceptions", "POST", "/v1/exceptions/retry", body=alike)


def batches() -> Iterator[Step]:
    """The same for many at once."""
    path = "/v1/settlements"
    file = {"bucket": BUCKET, "key": JULY}
    for name, files in (("example", [file]), (ONE_BAD, [file, {"bucket": BUCKET}])):
        yield Step("settleFiles", "POST", f"{path}/batch", body={"data": files}, name=name)
    asked = {"settlement_id": SMALL_ID, "format": "celigo"}
    yield Step("findJournals", "POST", f"{path}/journal", body={"data": [asked]})
    row = {
        "transaction_type": "Order",
        "amount_type": "ItemPrice",
        "amount_description": "Principal",
        "marketplace": "Amazon.com",
    }
    odd = {**row, "amount_description": "Bribe"}
    yield Step(
        "classifyRows", "POST", f"{path}/classify", body={"profile": "us", "data": [row, odd]}
    )


def outbox(here: StoryPlugin, asked: Asking) -> Iterator[Told]:
    """What is to be posted, taken and acknowledged."""
    path = "/v1/outbox"
    yield asked(here, Step("listParcels", "GET", f"{path}/parcels", {"state": "waiting"}))
    for form in ("netsuite", "celigo"):
        taken = asked(
            here, Step("leaseMessages", "GET", path, {"format": form, "limit": "20"}, name=form)
        )
        yield taken
        messages = taken.shown["data"]
        named = [{"message_id": one["message_id"]} for one in messages]
        back = [
            {**one, "code": "INVALID_KEY_OR_REF", "message": "No account 4010."} for one in named
        ]
        if form == "netsuite":
            yield asked(here, Step("returnMessages", "POST", f"{path}/return", body={"data": back}))
            payloads = [one["payload"] for one in messages]
            yield asked(
                here,
                Step(
                    "validateRecords", "POST", "/v1/netsuite/validate",
                    body={"data": [*payloads[:1], {"externalId": "X"}]},
                ),
            )  # fmt: skip
            here.clock.at += timedelta(hours=2)  # what was returned is tried again later
    posted = [{**one, "internal_id": str(48211 + place)} for place, one in enumerate(named)]
    posted.append({"message_id": "unknown", "internal_id": "1"})
    yield asked(
        here, Step("acknowledgeMessages", "POST", f"{path}/acknowledge", body={"data": posted})
    )
    yield asked(
        here,
        Step(
            "releaseParcels", "POST", f"{path}/release", body={"data": [{"parcel_id": "unknown"}]}
        ),
    )


def jobs(here: StoryPlugin, asked: Asking) -> Iterator[Told]:
    """A large file, and a file of the bucket that nobody waits for."""
    wanted = {"profile": "us", "kind": "settlement", "file_name": "september.txt"}
    yield asked(here, Step("makeUpload", "POST", "/v1/uploads", body=wanted))
    file = {"bucket": BUCKET, "key": "raw-settlements/us/august.txt"}
    here.files.put(file["key"], SMALL.replace(SMALL_ID.encode(), b"11700000003"))
    body = {"kind": "settle", **file, "profile": "us"}
    submitted = asked(here, Step("submitJob", "POST", "/v1/jobs", body=body, status=202))
    yield submitted
    at = {JOB: submitted.shown["id"]}
    yield asked(here, Step("getJob", "GET", "/v1/jobs/{job_id}", at=at, name="in_progress"))
    result = Step("getJobResult", "GET", "/v1/jobs/{job_id}/result", at=at)
    yield asked(here, replace(result, status=409))
    work_through(here)
    yield asked(here, Step("getJob", "GET", "/v1/jobs/{job_id}", at=at, name="done"))
    yield asked(here, result)
    yield asked(
        here,
        Step(
            "settle", "POST", "/v1/settlements", {"profile": "us"}, body=file, status=202,
            headers={"Prefer": "respond-async"}, name="asynchronous",
        ),
    )  # fmt: skip


def without_the_outbox() -> Iterator[Step]:
    """How a flow acknowledges that fetched the journal itself."""
    path, one = "/v1/settlements", {SETTLEMENT: "11700000003"}
    yield Step("noteDelivered", "POST", f"{path}/{{settlement_id}}/delivered", at=one)
    entry = {"external_id": "AMZ-US-11700000003-202508", "internal_id": "48219"}
    yield Step(
        "notePosted", "POST", f"{path}/{{settlement_id}}/posted", at=one, body={"entries": [entry]}
    )
    yield Step(
        "noteAllPosted", "POST", f"{path}/posted",
        body={"data": [{"settlement_id": "11700000003", **entry}]},
    )  # fmt: skip


def reconciliation() -> Iterator[Step]:
    """Bank, orders, clearing account, and what is watched over."""
    line = {
        "id": "bank-2025-08-19-1",
        "date": "2025-08-19",
        "amount": "79.60",
        "currency": "USD",
        "descriptor": "AMAZON.COM PAYMENTS",
    }
    deposits = {"profile": "us", "as_of": "2025-09-30", "bank_lines": [line]}
    yield Step("matchDeposits", "POST", "/v1/deposits/match", body=deposits)
    yield Step(
        "matchDeposits", "POST", "/v1/deposits/match", {"record": "true"}, body=deposits,
        name="recorded",
    )  # fmt: skip
    order = {
        "order_id": "111-1111111-1111111",
        "date": "2025-08-05",
        "amount": "100.00",
        "currency": "USD",
        "record": "SO-1001",
    }
    yield Step(
        "reconcileOrders", "POST", "/v1/orders/reconcile",
        body={"profile": "us", "as_of": "2025-09-30", "orders": [order]},
    )  # fmt: skip
    balance = {"settlement_id": SMALL_ID, "amount": "0.00", "currency": "USD"}
    yield Step(
        "reconcileClearing", "POST", "/v1/clearing/reconcile",
        body={"profile": "us", "balances": [balance]},
    )  # fmt: skip
    us = {"profile": "us"}
    yield Step("rollReservesForward", "GET", "/v1/reserves", {**us, "limit": "52"})
    yield Step("checkSequence", "GET", "/v1/sequence", {**us, "limit": "52"})
    month = {**us, "period": "2025-08"}
    yield Step("proposeAccruals", "GET", "/v1/accruals", month)
    yield Step("watchFees", "GET", "/v1/fees/watch", month)
    yield Step("listMappingChanges", "GET", "/v1/mappings/changes", {**us, "limit": "10"})
    yield from rules()


def rules() -> Iterator[Step]:
    """A rule is previewed over none, and kept."""
    path = "/v1/mappings/rules"
    yield Step("listUnmapped", "GET", "/v1/mappings/unmapped")
    rule = {
        "transaction_type": "Order",
        "amount_type": "ItemFees",
        "amount_description": "Commission",
        "accounting_class": "closing_fees",
        "why": "The month's audit asks for it",
    }
    wanted = {"number": 0, "add": [rule], "note": "As agreed with the auditor"}
    yield Step("previewRules", "POST", f"{path}/preview", body={**wanted, "limit": 10})
    yield Step("saveRules", "POST", path, body=wanted)
    yield Step("listRules", "GET", path, {"limit": "5"})


def the_front() -> Iterator[Step]:
    """Whether it is up, what it is, and the extension's door."""
    yield Step("health", "GET", "/health", key="")
    yield Step("healthCheck", "GET", "/healthCheck", key="")
    yield Step("root", "GET", "/", key="")
    yield Step("livez", "GET", "/livez", key="")
    yield Step("readyz", "GET", "/readyz", key="")
    yield Step("describe", "GET", "/openapi.json", name="large")


def refusals() -> Iterator[Step]:
    """Calls that cannot go on."""
    one, raw = "/v1/settlements", "application/octet-stream"
    yield Step("settle", "POST", one, body=CA, content_type=raw, key="", status=401)
    yield Step("getSettlement", "GET", f"{one}/{{settlement_id}}", at={SETTLEMENT: "1"}, status=404)
    changed = CA.replace(b"60.00", b"61.00")
    yield Step("settle", "POST", one, {"profile": "ca"}, body=changed, content_type=raw, status=409)
    yield Step("settle", "POST", one, body=b"x" * 5_500_001, content_type=raw, status=413)
    yield Step("settle", "POST", one, body=b"<x/>", content_type="image/png", status=415)
    yield Step("settle", "POST", one, {"dryrun": "true"}, body=CA, content_type=raw, status=422)


def story(here: StoryPlugin, asked: Asking = call) -> Iterator[Told]:
    """Every step with its answer, in the order a flow goes."""
    here.files.put(JULY, SMALL.replace(SMALL_ID.encode(), b"11700000004"))
    for step in settlements():
        yield asked(here, step)
    yield from outbox(here, asked)
    yield from jobs(here, asked)
    for part in (without_the_outbox, reconciliation, own_stock, amazons_stock):
        for step in part():
            yield asked(here, step)
    for step in a_run(here):
        yield asked(here, step)
    for part in (the_front, refusals):
        for step in part():
            yield asked(here, step)
