"""No key and no session does more than it may: every address with every scope and every role."""

from __future__ import annotations

import ast
import importlib
import json
from typing import Any

import pytest
from plugin import CA_ID, ROOT, Plugin, error_of, plugin
from test_dashboard_pages import READS, Browser
from test_http_front import ADDRESSES, an_exception, done_job, request_of

from handler import logs
from handler.entrypoints.celigo.functions.catalogue import OFFERED
from handler.entrypoints.http_app import create_app
from handler.flows import api_keys, key_lookup
from handler.flows.session_roles import ACCOUNTANT_SCOPES, Role

SINGLE = [scope for scope in api_keys.SCOPES if scope != api_keys.EVERYTHING]
# What a key of either of two scopes may ask for: which of them it needs, its body says.
EITHER = {
    ("POST", "/v1/uploads"): {"settlements:write", "inventory:write"},
    ("POST", "/v1/jobs"): {"settlements:write", "inventory:write"},
    ("GET", "/v1/jobs/JOB"): {"settlements:read", "inventory:read"},
    ("GET", "/v1/jobs/JOB/result"): {"settlements:read", "inventory:read"},
}
# Every page, and the least role it is shown to; None where it is open to all.
PAGES: dict[tuple[str, str], Role | None] = {
    ("GET", "/dashboard"): Role.VIEWER,
    ("GET", "/dashboard/sign-in"): None,
    ("POST", "/dashboard/sign-in"): None,
    ("POST", "/dashboard/theme"): None,
    ("POST", "/dashboard/sign-out"): Role.VIEWER,
    ("GET", "/dashboard/oidc/start"): None,
    ("GET", "/dashboard/oidc/return"): None,
    ("GET", "/dashboard/overview"): Role.VIEWER,
    ("GET", "/dashboard/exceptions"): Role.VIEWER,
    ("POST", "/dashboard/exceptions"): Role.ACCOUNTANT,
    ("POST", "/dashboard/exceptions/marked"): Role.ACCOUNTANT,
    ("GET", "/dashboard/exceptions/<exception_id>"): Role.VIEWER,
    ("POST", "/dashboard/exceptions/<exception_id>"): Role.ACCOUNTANT,
    ("GET", "/dashboard/settlements"): Role.VIEWER,
    ("GET", "/dashboard/settlements/<settlement_id>"): Role.VIEWER,
    ("POST", "/dashboard/settlements/<settlement_id>"): Role.ACCOUNTANT,
    ("GET", "/dashboard/settlements/<settlement_id>/rows"): Role.VIEWER,
    ("GET", "/dashboard/settlements/<settlement_id>/journal"): Role.VIEWER,
    ("GET", "/dashboard/inventory"): Role.VIEWER,
    ("GET", "/dashboard/inventory/listing"): Role.VIEWER,
    ("GET", "/dashboard/inventory/drift"): Role.VIEWER,
    ("GET", "/dashboard/mappings"): Role.VIEWER,
    ("GET", "/dashboard/mappings/rule"): Role.ACCOUNTANT,
    ("POST", "/dashboard/mappings/preview"): Role.ACCOUNTANT,
    ("POST", "/dashboard/mappings/rules"): Role.ACCOUNTANT,
    ("GET", "/dashboard/scorecard"): Role.VIEWER,
}


@pytest.fixture
def here() -> Plugin:
    logs.configure("ERROR")
    return plugin()


@pytest.mark.parametrize("scope", SINGLE)
def test_a_key_of_one_scope_opens_what_the_table_says_and_nothing_else(
    here: Plugin, scope: str
) -> None:
    here.post()
    job, exception = done_job(here), an_exception(here)
    key = api_keys.create(here.app, "single", [scope], per_minute=10_000)
    client = here.client
    opened = set()
    for method, path, _ in ADDRESSES:
        request = request_of(method, path)
        headers = {"Authorization": f"Bearer {key}", **request.pop("headers", {})}
        asked = path.replace("JOB", job).replace("EXCEPTION", exception)
        answer = client.open(asked, method=method, headers=headers, **request)
        assert answer.status_code not in (401, 500), f"{method} {path}: {answer.text}"
        if answer.status_code != 403:
            opened.add((method, path))
            continue
        assert error_of(answer)["code"] == "SCOPE_MISSING"
    # Of the either-or addresses the sample is a settlement's, so the other scope ends in a 403 too.
    assert opened == {(method, path) for method, path, needed in ADDRESSES if needed == scope}


@pytest.mark.parametrize("scope", SINGLE)
def test_a_refused_key_learns_nothing_and_changes_nothing(here: Plugin, scope: str) -> None:
    """Whatever it asks for is answered alike, be it there or not, right or wrong."""
    here.post()
    key = api_keys.create(here.app, "single", [scope], per_minute=10_000)
    client, before = here.client, here.written()
    for method, path, needed in ADDRESSES:
        if scope == needed or scope in EITHER.get((method, path), ()):
            continue
        told = []
        other = path.replace(CA_ID, "nobody").replace("RUN", "x").replace("JOB", "x")
        for asked, body in ((path, b""), (other, b"{"), (path, b'{"data": []}')):
            answer = client.open(
                asked, method=method, data=body, headers={"Authorization": f"Bearer {key}"}
            )
            told.append((answer.status_code, json.dumps(error_of(answer))))
        assert {status for status, _ in told} == {403}, path
        assert len(set(told)) == 1, path
    assert here.written() == before


RECORDS = [
    "record=True", "record=1", "record=", "record=yes", "record=true&record=false", "Record=true",
    "record=false&record=true", "record[]=true", "record=%74rue%00",
]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["deposits/match", "orders/reconcile", "clearing/reconcile", "inventory/drift"]
)
def test_who_may_only_look_records_by_no_spelling(here: Plugin, path: str) -> None:
    reads = ["settlements:read", "inventory:read"]
    key = api_keys.create(here.app, "reader", reads)
    request = request_of("POST", f"/v1/{path}")
    profile = "profile=us&" if path.startswith("inventory") else ""
    for record in RECORDS:
        answer = here.call("POST", f"/v1/{path}?{profile}{record}", key=key, **request)
        assert answer.status_code in (403, 422), answer.text
    assert here.written() == ([], 0, 0)


@pytest.mark.parametrize("scope", [*SINGLE, api_keys.EVERYTHING])
def test_the_extension_asks_for_the_scope_of_each_function(here: Plugin, scope: str) -> None:
    key = api_keys.create(here.app, "single", [scope], per_minute=10_000)
    client = here.client
    for one in OFFERED:
        for kind in (one.kind.value, ""):
            body = {"diy": True, "function": one.name, "type": kind, "options": {"x": 1}}
            answer = client.post("/function", json=body, headers={"Authorization": f"Bearer {key}"})
            codes = [
                fault["code"] for fault in (answer.get_json(silent=True) or {}).get("errors", [])
            ]
            may = one.scope in ("", scope) or scope == api_keys.EVERYTHING
            assert ("SCOPE_MISSING" not in codes) is may, f"{one.name} {kind}: {answer.text}"


def test_only_the_command_line_makes_or_changes_keys_and_targets() -> None:
    """No call and no form reaches the functions that make a key: there is nothing to widen."""
    changes = {
        "api_keys": {"create", "import_token", "revoke", "keep"},
        "key_rotation": {"rotate", "replace_by_token"},
        "webhook_targets": {"add", "change", "rotate", "remove", "retire"},
    }
    found = set()
    for folder in ("entrypoints", "dashboard"):
        for path in sorted((ROOT / "handler" / folder).rglob("*.py")):
            if "cli" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module:
                    module = node.module.rpartition(".")[2]
                    names = {alias.name for alias in node.names}
                    found |= {f"{path.name}: {name}" for name in names & changes.get(module, set())}
                    if module == "flows":
                        assert not names & {"key_rotation", "webhook_targets"}, path.name
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    owner = ast.unparse(node.func.value)
                    if node.func.attr in changes.get(owner, set()):
                        found.add(f"{path.name}: {ast.unparse(node.func)}")
    assert not found
    for module, names in changes.items():  # so that a new name is not overlooked
        known = vars(importlib.import_module(f"handler.flows.{module}"))
        assert names <= known.keys(), module


def test_a_key_with_every_scope_still_cannot_make_another(here: Plugin) -> None:
    before = key_lookup.listing(here.app)
    client = here.client
    words = ("/v1/keys", "/v1/key", "/keys", "/v1/api-keys", "/v1/tokens", "/v1/webhooks",
             "/v1/scopes", "/v1/audit", "/dashboard/keys", "/admin")  # fmt: skip
    for path in words:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            answer = client.open(
                path, method=method, json={"name": "x", "scopes": ["*"]},
                headers={"Authorization": f"Bearer {here.key}"},
            )  # fmt: skip
            assert answer.status_code in (404, 405, 303), f"{method} {path}"
    assert key_lookup.listing(here.app) == before


MORE: dict[str, Any] = {
    "scopes": ["*"], "scope": "*", "role": "admin", "key_hash": "0", "caller": {"scopes": ["*"]},
    "by": "key:boss", "name": "boss", "__class__": "x", "__proto__": {"scopes": ["*"]},
    "per_minute": 100_000, "state": "posted", "status": "proven", "revision": 99,
}  # fmt: skip


def test_no_body_or_query_says_more_than_its_address_takes(here: Plugin) -> None:
    """Mass assignment: what a schema does not name is refused, or lies in a record of a flow."""
    here.post()
    client, before = here.client, here.written()
    headers = {"Authorization": f"Bearer {here.key}"}
    for name, value in MORE.items():
        for method, path, _ in ADDRESSES:
            address = path.partition("?")[0]
            if name in OWN.get(address, ()):
                continue
            asked = f"{path}{'&' if '?' in path else '?'}{name}=x"
            answer = client.open(asked, method=method, headers=headers, **request_of(method, path))
            assert answer.status_code in (404, 409, 422), f"{asked}: {answer.text}"
            request = request_of(method, path)
            if isinstance(request.get("json"), dict) and address not in TAKES_NO_BODY:
                body = {**request["json"], name: value}
                answer = client.open(path, method=method, headers=headers, json=body)
                assert answer.status_code in (404, 409, 422), f"{path} {name}: {answer.text}"
    assert here.written() == before


TAKES_NO_BODY = ("/v1/inventory/fbm/expire", f"/v1/settlements/{CA_ID}/delivered")
# What an address takes by such a name.
OWN: dict[str, tuple[str, ...]] = {
    "/v1/exceptions": ("state",),
    "/v1/exceptions/retry": ("state",),
    "/v1/outbox/parcels": ("state",),
}


def test_every_page_is_in_the_table(here: Plugin) -> None:
    rules = {
        (method, str(rule))
        for rule in create_app(here.app).url_map.iter_rules()
        if str(rule).startswith("/dashboard") and not str(rule).startswith("/dashboard/static/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert rules == set(PAGES)


@pytest.mark.parametrize("role", [None, *Role])
def test_each_role_gets_to_its_pages_and_no_further(here: Plugin, role: Role | None) -> None:
    here.post()
    exception = an_exception(here)
    scopes = {Role.VIEWER: READS, Role.ACCOUNTANT: sorted(ACCOUNTANT_SCOPES), Role.ADMIN: ["*"]}
    browser, token = Browser(here), ""
    if role is not None:
        key = api_keys.create(here.app, "jane", scopes[role], per_minute=10_000)
        assert browser.sign_in(key).status_code == 303
        token = browser.token("/dashboard/overview")
    before = here.written()
    for (method, rule), least in PAGES.items():
        if least is None or rule.endswith("sign-out"):
            continue
        path = rule.replace("<exception_id>", exception).replace("<settlement_id>", CA_ID)
        form = {"csrf_token": token}
        answer = browser.get(path) if method == "GET" else browser.send(path, form)
        said = f"{method} {path} as {role}: {answer.status_code}"
        if role is None:
            assert answer.status_code in (303, 403), said
            assert CA_ID not in answer.text.replace(path, ""), said
        elif role < least:
            assert answer.status_code == 403, said
            assert "ROLE_MISSING" in answer.text, said
        else:
            assert "ROLE_MISSING" not in answer.text, said
            assert answer.status_code < 500, said
        if role in (None, Role.VIEWER):
            assert here.written() == before, said


def test_a_session_loses_what_its_key_loses(here: Plugin) -> None:
    """The role is that of the key now, not of the moment of the sign-in."""
    text = api_keys.create(here.app, "jane", sorted(ACCOUNTANT_SCOPES))
    browser = Browser(here)
    browser.sign_in(text)
    assert browser.get("/dashboard/mappings/rule").status_code != 403
    stored = api_keys.find(here.app, text)
    assert stored is not None
    narrowed = type(stored)(stored.key_hash, stored.name, frozenset(READS), stored.created_at)
    here.app.keys._keys[stored.key_hash] = narrowed
    assert browser.get("/dashboard/mappings/rule").status_code == 403
    assert browser.get("/dashboard/overview").status_code == 200
