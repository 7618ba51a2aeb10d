"""What holds for every request: keys, scopes, request ids, refusals, logs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from plugin import BUCKET, CA, CA_ID, POISON, ROOT, Plugin, data_of, error_of, plugin, unreachable

from handler import __version__, logs
from handler.core.errors import OutsideFailure
from handler.core.finding import Finding
from handler.entrypoints.http_app import create_app
from handler.flows import api_keys
from handler.flows.exception_record import exception_id
from handler.flows.job_ports import JobKind, JobState
from handler.flows.jobs import new_job
from handler.flows.ports import SettlementRecord
from handler.flows.registered import registered

# Every address with a method it knows and the scope it asks for.
ADDRESSES = [
    ("POST", "/v1/settlements", "settlements:write"),
    ("GET", "/v1/settlements", "settlements:read"),
    ("GET", f"/v1/settlements/{CA_ID}", "settlements:read"),
    ("GET", f"/v1/settlements/{CA_ID}/journal", "settlements:read"),
    ("GET", f"/v1/settlements/{CA_ID}/rows?line=1", "settlements:read"),
    ("POST", f"/v1/settlements/{CA_ID}/repost", "settlements:write"),
    ("GET", "/v1/accruals?profile=ca&period=2025-08", "settlements:read"),
    ("GET", "/v1/exceptions", "exceptions:read"),
    ("GET", "/v1/exceptions/catalogue", "exceptions:read"),
    ("GET", "/v1/exceptions/EXCEPTION", "exceptions:read"),
    ("POST", "/v1/exceptions/EXCEPTION", "exceptions:write"),
    ("POST", "/v1/exceptions/retry", "exceptions:write"),
    ("POST", f"/v1/settlements/{CA_ID}/delivered", "settlements:write"),
    ("POST", f"/v1/settlements/{CA_ID}/posted", "settlements:write"),
    ("POST", "/v1/deposits/match", "settlements:read"),
    ("POST", "/v1/deposits/match?record=true", "settlements:write"),
    ("POST", "/v1/orders/reconcile", "settlements:read"),
    ("POST", "/v1/orders/reconcile?record=true", "settlements:write"),
    ("POST", "/v1/clearing/reconcile", "settlements:read"),
    ("POST", "/v1/clearing/reconcile?record=true", "settlements:write"),
    ("GET", "/v1/reserves?profile=ca", "settlements:read"),
    ("GET", "/v1/sequence?profile=ca", "settlements:read"),
    ("GET", "/v1/fees/watch?profile=ca&period=2025-08", "settlements:read"),
    ("GET", "/v1/scorecard?profile=ca", "settlements:read"),
    ("GET", "/v1/mappings/changes?profile=ca", "settlements:read"),
    ("GET", "/v1/mappings/unmapped", "exceptions:read"),
    ("GET", "/v1/mappings/rules", "settlements:read"),
    ("POST", "/v1/mappings/rules/preview", "mappings:write"),
    ("POST", "/v1/mappings/rules", "mappings:write"),
    ("POST", "/v1/inventory/listings?profile=us", "inventory:write"),
    ("GET", "/v1/inventory/listings?profile=us", "inventory:read"),
    ("POST", "/v1/inventory/fbm/orders?profile=us", "inventory:write"),
    ("POST", "/v1/inventory/fbm/notifications?profile=us", "inventory:write"),
    ("POST", "/v1/inventory/fbm/decide?profile=us", "inventory:write"),
    ("POST", "/v1/inventory/fbm/acknowledge?profile=us", "inventory:write"),
    ("POST", "/v1/inventory/fbm/expire?profile=us", "inventory:write"),
    (
        "GET",
        "/v1/inventory/fbm/published?profile=us&marketplace=ATVPDKIKX0DER&sku=SKU-MUG-220",
        "inventory:read",
    ),
    ("POST", "/v1/inventory/fba/reports?profile=us", "inventory:write"),
    ("GET", "/v1/inventory/fba/runs?profile=us", "inventory:read"),
    ("GET", "/v1/inventory/fba/runs/RUN", "inventory:read"),
    ("GET", "/v1/inventory/fba/runs/RUN/postings?format=netsuite", "inventory:read"),
    ("POST", "/v1/inventory/fba/runs/RUN/posted", "inventory:write"),
    ("GET", "/v1/inventory/fba/evidence?profile=us", "inventory:read"),
    ("POST", "/v1/inventory/drift?profile=us", "inventory:read"),
    ("POST", "/v1/inventory/drift?profile=us&record=true", "inventory:write"),
    ("GET", "/v1/inventory/drift?profile=us", "inventory:read"),
    ("POST", "/v1/netsuite/validate", "settlements:read"),
    ("GET", "/v1/outbox?profile=ca", "outbox:deliver"),
    ("POST", "/v1/outbox/acknowledge", "outbox:deliver"),
    ("POST", "/v1/outbox/return", "outbox:deliver"),
    ("POST", "/v1/outbox/release", "outbox:deliver"),
    ("GET", "/v1/outbox/parcels?state=parked", "outbox:read"),
    ("POST", "/v1/settlements/batch", "settlements:write"),
    ("POST", "/v1/settlements/journal", "settlements:read"),
    ("POST", "/v1/settlements/classify", "settlements:read"),
    ("POST", "/v1/settlements/posted", "settlements:write"),
    ("POST", "/v1/uploads", "settlements:write"),
    ("POST", "/v1/jobs", "settlements:write"),
    ("GET", "/v1/jobs/JOB", "settlements:read"),
    ("GET", "/v1/jobs/JOB/result", "settlements:read"),
]
MUG = {"marketplace": "ATVPDKIKX0DER", "sku": "SKU-MUG-220"}
COUNT = {
    **MUG,
    "source_version": 1,
    "source_time": "2026-01-31T12:00:00Z",
    "quantities": [{"item": "MUG-220", "location": "Main Warehouse", "available": 40}],
}
ORDER = {
    **MUG,
    "order_item_id": "1",
    "order_id": "111-1",
    "quantity": 1,
    "changed_at": "2026-01-31T12:00:00Z",
}
LEDGER = (ROOT / "tests" / "data" / "inventory" / "sandbox_ledger_detail.tsv").read_bytes()
# By whole address: what it takes.
STOCK_BODIES: dict[str, dict[str, Any]] = {
    "/v1/inventory/listings": {"data": [{**MUG, "pool": "FBM", "item": "MUG-220"}]},
    "/v1/inventory/fbm/orders": {"data": [ORDER]},
    "/v1/inventory/fbm/notifications": {"data": [{}]},
    "/v1/inventory/fbm/decide": {"data": [COUNT]},
    "/v1/inventory/fbm/expire": {},
    "/v1/inventory/fbm/acknowledge": {"data": [{**MUG, "status": "accepted", "decision": 1}]},
    "/v1/inventory/drift": {
        "as_of": "2026-01-31T12:00:00Z",
        "data": [{"item": "MUG-220", "location": "Main Warehouse", "on_hand": 1}],
    },
}
EXCEPTION_BODIES: dict[str, dict[str, Any]] = {
    "/v1/exceptions/EXCEPTION": {"action": "reopen"},
    "/v1/exceptions/retry": {"code": "BAD_ROW"},
    "/v1/mappings/rules/preview": {"number": 0},
    "/v1/mappings/rules": {"number": 0},
}
OUTBOX_BODIES: dict[str, dict[str, Any]] = {
    "/v1/outbox/acknowledge": {"data": [{"message_id": "none", "internal_id": "7"}]},
    "/v1/outbox/return": {"data": [{"message_id": "none"}]},
    "/v1/outbox/release": {"data": [{"parcel_id": "none"}]},
}
CA_KEY = f"raw-posted/{hashlib.sha256(CA).hexdigest()}"
LONG_WORK_BODIES: dict[str, dict[str, Any]] = {
    "/v1/settlements/batch": {"data": [{"bucket": BUCKET, "key": CA_KEY}]},
    "/v1/settlements/journal": {"settlement_id": CA_ID},
    "/v1/settlements/classify": {"profile": "ca", "data": [{}]},
    "/v1/settlements/posted": {"data": [{}]},
    "/v1/uploads": {"profile": "ca", "kind": "settlement", "file_name": "x.txt"},
    "/v1/jobs": {"kind": "settle", "bucket": BUCKET, "key": CA_KEY},
}
# What each address takes as its body, where that is not a settlement report.
BODIES: dict[str, dict[str, Any]] = {
    "delivered": {},
    "posted": {"entries": []},
    "deposits": {"profile": "ca", "as_of": "2025-09-30", "bank_lines": []},
    "orders": {"profile": "ca", "as_of": "2025-09-30", "orders": []},
    "clearing": {"profile": "ca", "entries": []},
    "validate": {"data": [{}]},
}


def request_of(method: str, path: str) -> dict[str, Any]:
    """A body the address takes."""
    if method == "GET":
        return {}
    address = path.split("?", maxsplit=1)[0]
    by_address = STOCK_BODIES | OUTBOX_BODIES | LONG_WORK_BODIES | EXCEPTION_BODIES
    if address in by_address:
        return {"json": by_address[address]}
    if address.endswith("/fba/reports"):
        return {"data": LEDGER}
    if address.endswith("/posted") and "/fba/" in address:
        return {"json": {"entries": [{"external_id": "POSTING", "internal_id": "7"}]}}
    parts = address.split("/")
    known = next((BODIES[part] for part in parts if part in BODIES), None)
    return {"data": CA} if known is None else {"json": known}


def done_job(here: Plugin) -> str:
    """A job that settled the sample."""
    job = new_job(here.app, f"job-{'a' * 32}", JobKind.SETTLE, "ca", CA_KEY, {}, "flow")
    brought = {"settlement_id": CA_ID, "settlement_status": "proven", "version": 1}
    assert here.app.jobs.put_job(replace(job, state=JobState.DONE, outcome=brought))
    return job.job_id


def an_exception(here: Plugin) -> str:
    """One that waits for somebody."""
    finding = Finding("BAD_ROW", "line 7", "x", {})
    here.app.settlements.register(registered(here.app, "settlement:1", [finding]))
    return exception_id(here.app.settlements.exceptions_of("settlement:1")[0])


@pytest.fixture
def here() -> Plugin:
    return plugin()


def test_health_needs_no_key_and_no_store(here: Plugin) -> None:
    here.settlements.failing = [unreachable()]
    (health,) = data_of(here.get("/health", key=""))
    assert health == {"status": "ok", "version": __version__}


def test_every_address_is_tested_here(here: Plugin) -> None:
    rules = {
        (m, str(r))
        for r in create_app(here.app).url_map.iter_rules()
        if not r.endpoint.startswith("dashboard.")  # pages: a session opens them, not a scope
        for m in r.methods or ()
    }
    names = {
        CA_ID: "<settlement_id>",
        "RUN": "<run_id>",
        "JOB": "<job_id>",
        "EXCEPTION": "<exception_id>",
    }
    paths = set()
    for method, path, _ in ADDRESSES:
        for given, name in names.items():
            path = path.replace(given, name)  # noqa: PLW2901 - as the rules spell it
        paths.add((method, path.split("?")[0]))
    celigo = {
        ("POST", "/function"),
        *(("GET", p) for p in ("/", "/healthCheck", "/livez", "/readyz")),
    }
    others = {("GET", "/health"), ("GET", "/openapi.json")}  # of no scope
    assert {(m, r) for m, r in rules if m != "HEAD"} == paths | celigo | others


@pytest.mark.parametrize(("method", "path", "_scope"), ADDRESSES)
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer ans_" + "x" * 43,
        "Bearer " + "x" * 4000,
        "Bearer ans_\xe9",
        "Basic dXNlcjpwYXNz",
        "KEY",
    ],
)
def test_no_valid_key(
    here: Plugin, method: str, path: str, _scope: str, header: str | None
) -> None:
    if header == "KEY":  # without its scheme
        header = here.key
    headers = {} if header is None else {"Authorization": header}
    response = here.call(method, path, key="", headers=headers)
    error = error_of(response)
    assert (response.status_code, error["code"]) == (401, "UNAUTHORIZED")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert here.written() == ([], 0, 0)


@pytest.mark.parametrize("path", ["/nope", "/function", "/v1", "/v2/settlements"])
def test_without_a_key_no_address_is_told_from_another(here: Plugin, path: str) -> None:
    assert here.get(path, key="").status_code == 401


def test_scheme_in_any_case(here: Plugin) -> None:
    response = here.get("/v1/settlements", key="", headers={"Authorization": f"bearer {here.key}"})
    assert response.status_code == 200


def test_revoked_key_is_refused_at_once(here: Plugin) -> None:
    assert here.get("/v1/settlements").status_code == 200
    api_keys.revoke(here.app, "flow")
    assert here.get("/v1/settlements").status_code == 401


@pytest.mark.parametrize(("method", "path", "scope"), ADDRESSES)
def test_scopes(here: Plugin, method: str, path: str, scope: str) -> None:
    path = path.replace("JOB", done_job(here))
    others = set(api_keys.SCOPES) - {scope, api_keys.EVERYTHING}
    without = api_keys.create(here.app, "without", others)
    request = request_of(method, path)
    response = here.call(method, path, key=without, **request)
    error = error_of(response)
    assert (response.status_code, error["code"]) == (403, "SCOPE_MISSING")
    assert error["details"] == {"scope": scope}
    assert here.written() == ([], 0, 0)
    here.post()
    here.call("POST", "/v1/inventory/fbm/decide?profile=us", json={"data": [COUNT]})
    here.call("POST", "/v1/inventory/fba/reports?profile=us", data=LEDGER)
    (run,) = here.app.inventory.ledger_runs("us", 9).items
    if "json" in request and "entries" in request["json"] and "RUN" in path:
        request["json"]["entries"][0]["external_id"] = run.external_ids[0]
    with_it = api_keys.create(here.app, "with", [scope])
    path = path.replace("RUN", run.run_id).replace("EXCEPTION", an_exception(here))
    wanted = 202 if (method, path) == ("POST", "/v1/jobs") else 200
    assert here.call(method, path, key=with_it, **request).status_code == wanted


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nope"),
        ("GET", "/v1/settlements/"),
        ("GET", "/v1//settlements"),
    ],
)
def test_unknown_address(here: Plugin, method: str, path: str) -> None:
    response = here.call(method, path)
    assert (response.status_code, error_of(response)["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v1/settlements"),
        ("PUT", f"/v1/settlements/{CA_ID}"),
        ("POST", f"/v1/settlements/{CA_ID}/journal"),
        ("OPTIONS", "/v1/exceptions"),
        ("POST", "/health"),
    ],
)
def test_unknown_method(here: Plugin, method: str, path: str) -> None:
    response = here.call(method, path)
    assert (response.status_code, error_of(response)["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (OutsideFailure("STORE_UNREACHABLE", "No answer.", "Again."), 503),
        (OutsideFailure("BUSY", "Several at once.", "Again."), 503),
        (OutsideFailure("STORE_BUSY", "Throttled.", "Again."), 429),
    ],
)
def test_outside_failures_say_when_to_come_again(
    here: Plugin, failure: OutsideFailure, status: int
) -> None:
    here.settlements.failing = [failure]
    response = here.get(f"/v1/settlements/{CA_ID}")
    assert response.status_code == status
    assert response.headers["Retry-After"] == "5"
    assert error_of(response)["retryable"] is True


def test_unexpected_fault_tells_nothing_of_the_inside(
    here: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    secret = "jane.doe@example.com 123-1234567-1234567 at /opt/code"
    here.settlements.failing = [RuntimeError(secret)]
    response = here.get(f"/v1/settlements/{CA_ID}")
    error = error_of(response)
    assert (response.status_code, error["code"]) == (500, "INTERNAL")
    assert response.headers["X-Request-Id"] in error["repair"]
    for inside in ("RuntimeError", "Traceback", "jane", "/opt"):
        assert inside not in response.text
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert "jane.doe" not in logged
    assert "123-1234567-1234567" not in logged
    assert "***4567" in logged


def test_request_id_comes_back(here: Plugin) -> None:
    given = {"X-Request-Id": "flow-7:step.2"}
    assert here.get("/health", headers=given).headers["X-Request-Id"] == "flow-7:step.2"
    refused = here.get("/nope", headers=given)
    assert error_of(refused)["code"] == "NOT_FOUND"
    assert refused.headers["X-Request-Id"] == "flow-7:step.2"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, '"><script>', "\xe9"])
def test_request_id_that_could_do_harm_is_replaced(here: Plugin, given: str) -> None:
    first = here.get("/health", headers={"X-Request-Id": given}).headers["X-Request-Id"]
    second = here.get("/health", headers={"X-Request-Id": given}).headers["X-Request-Id"]
    assert len({first, second, given}) == 3
    assert first.isalnum()


def test_gateways_request_id_is_taken(here: Plugin) -> None:
    environ = {"apig_wsgi.request_context": {"requestId": "Jw8uFj2bIAMEPqQ="}}
    response = here.get("/health", environ_overrides=environ)
    assert response.headers["X-Request-Id"] == "Jw8uFj2bIAMEPqQ="


def test_answers_are_not_cached(here: Plugin) -> None:
    for path in ("/health", "/nope", "/v1/settlements"):
        assert here.get(path).headers["Cache-Control"] == "no-store"


def test_logs_say_what_happened_and_no_secret(
    here: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    here.post(headers={"X-Request-Id": "r-1"})
    here.post(POISON)
    here.get(f"/v1/settlements/{CA_ID}/rows?line=1")
    here.get("/v1/settlements?profile=jane@example.com")
    here.get("/nope/702-1234567-7654321")
    out = capsys.readouterr().out
    first, *_ = entries = [json.loads(line) for line in out.splitlines()]
    assert len(entries) == 5
    assert first["event"] == "request"
    assert first["level"] == "info"
    assert first["timestamp"].endswith("Z")
    assert (first["request_id"], first["settlement_id"]) == ("r-1", CA_ID)
    assert (first["status"], first["route"], first["caller"]) == (200, "/v1/settlements", "flow")
    assert first["key_id"] == api_keys.hashed(here.key)[:12]
    assert entries[1]["code"] == "UNUSABLE_FILE"
    assert "settlement_id" not in entries[1]  # nothing of one request stays for the next
    assert here.key not in out
    assert "jane" not in out
    order_ids = {cell for cell in CA.decode().split() if len(cell) == 19 and cell[3] == "-"}
    assert order_ids
    assert not [order_id for order_id in order_ids if order_id in out]
    assert "7654321" not in out


def test_answer_to_details_that_are_no_json(here: Plugin) -> None:
    here.settlements.failing = [OutsideFailure("ODD", "Odd.", "Mend.", {"of": {SettlementRecord}})]
    assert here.get(f"/v1/settlements/{CA_ID}").status_code == 503
