"""The story's part about both pools of stock."""

from __future__ import annotations

import json
from collections.abc import Iterator

from contract_steps import LEDGER, MUG, NOW, ONE_BAD, RUN, Step
from plugin import ROOT, Plugin


def own_stock() -> Iterator[Step]:
    """The seller's own stock."""
    us = {"profile": "us"}
    at = NOW.isoformat().replace("+00:00", "Z")
    mug = {**MUG, "pool": "FBM", "item": "MUG-220"}
    count = {
        **MUG,
        "source_version": 1,
        "source_time": at,
        "quantities": [{"item": "MUG-220", "location": "Main Warehouse", "available": 40}],
    }
    order = {
        **MUG,
        "order_item_id": "1",
        "order_id": "113-1111111-1111111",
        "quantity": 1,
        "changed_at": at,
    }
    news = json.loads((ROOT / "tests/data/inventory/order_change.json").read_text())
    fbm = "/v1/inventory/fbm"
    for name, records in (("example", [mug]), (ONE_BAD, [mug, {"sku": 1}])):
        yield Step(
            "registerListings", "POST", "/v1/inventory/listings", us, body={"data": records},
            name=name,
        )  # fmt: skip
    yield Step("listListings", "GET", "/v1/inventory/listings", {**us, "limit": "200"})
    yield Step("tellOrders", "POST", f"{fbm}/orders", us, body={"data": [order]})
    yield Step("takeNotifications", "POST", f"{fbm}/notifications", us, body={"data": [news]})
    bad = {**count, "sku": ""}
    for name, records in (("example", [count]), (ONE_BAD, [count, bad])):
        yield Step(
            "decideListings", "POST", f"{fbm}/decide", {**us, "mode": "changes", "feed": "true"},
            body={"data": records}, name=name,
        )  # fmt: skip
    answer = {**MUG, "status": "accepted", "decision": 1, "quantity": 39, "at": at}
    yield Step("acknowledgeListings", "POST", f"{fbm}/acknowledge", us, body={"data": [answer]})
    yield Step("expireListings", "POST", f"{fbm}/expire", us)
    yield Step("getPublished", "GET", f"{fbm}/published", {**us, **MUG})


def amazons_stock() -> Iterator[Step]:
    """The stock at Amazon, up to its list of runs."""
    us = {"profile": "us"}
    fba = "/v1/inventory/fba"
    yield Step(
        "readReport", "POST", f"{fba}/reports", {**us, "made_at": "2026-01-31T10:15:00Z"},
        body=LEDGER, content_type="application/octet-stream",
    )  # fmt: skip
    yield Step("listRuns", "GET", f"{fba}/runs", {**us, "limit": "50"})
    yield Step("explainLedger", "GET", f"{fba}/evidence", us)
    counts = {
        "as_of": "2026-01-31T12:00:00Z",
        "data": [{"item": "MUG-220", "location": "Main Warehouse", "on_hand": 1}],
    }
    yield Step("compareStock", "POST", "/v1/inventory/drift", us, body=counts)
    yield Step(
        "compareStock", "POST", "/v1/inventory/drift", {**us, "record": "true"}, body=counts,
        name="recorded",
    )  # fmt: skip
    yield Step("listDrift", "GET", "/v1/inventory/drift", {**us, "limit": "50"})


def a_run(here: Plugin) -> Iterator[Step]:
    """What a run of the ledger brought forth."""
    (run,) = here.app.inventory.ledger_runs("us", 9).items
    at, path = {RUN: run.run_id}, "/v1/inventory/fba/runs/{run_id}"
    yield Step("getRun", "GET", path, at=at)
    for form in ("json", "netsuite", "celigo", "csv"):
        yield Step(
            "getPostings", "GET", f"{path}/postings", {"format": form, "limit": "20"}, at=at,
            name=form,
        )  # fmt: skip
    entry = {"external_id": run.external_ids[0], "internal_id": "9007"}
    yield Step("noteRunPosted", "POST", f"{path}/posted", at=at, body={"entries": [entry]})
