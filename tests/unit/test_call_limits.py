"""How many calls a minute a key may make, on every address and to the second."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from plugin import Plugin, error_of, plugin
from werkzeug.test import TestResponse

from handler import logs
from handler.entrypoints.http_app import create_app
from handler.flows import api_keys, call_limits, key_lookup
from handler.flows.app import App
from handler.flows.call_limits import TooManyCalls
from handler.wiring import in_memory

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
TOKEN = "9f8e7d6c5b4a392817061504"
CALL = {"diy": True, "type": "hook", "function": "nope", "options": {}}


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def set(self, **after: int) -> None:
        self.now = NOON + timedelta(**after)


class Untouchable:
    """A store that must not be asked for anything."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(clock: Clock) -> App:
    return replace(in_memory(now=clock), calls_per_minute=3)


@pytest.fixture
def here(clock: Clock) -> Plugin:
    made = plugin()
    made.app = replace(made.app, now=clock, calls_per_minute=3)
    return made


def refused(app: App, key: str) -> TooManyCalls | None:
    found = api_keys.find(app, key)
    assert found is not None
    try:
        call_limits.count_call(app, found)
    except TooManyCalls as error:
        return error
    return None


def test_the_call_past_the_limit_is_refused_until_the_minute_is_over(
    app: App, clock: Clock
) -> None:
    key = api_keys.create(app, "celigo", ["*"])
    clock.set(seconds=59, microseconds=999_999)
    assert [refused(app, key) is None for _ in range(5)] == [True, True, True, False, False]
    clock.set(minutes=1)
    assert [refused(app, key) is None for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("after", "wait"),
    [
        ({"seconds": 0}, 60),
        ({"microseconds": 1}, 60),
        ({"seconds": 1}, 59),
        ({"seconds": 58, "microseconds": 999_999}, 2),
        ({"seconds": 59}, 1),
        ({"seconds": 59, "microseconds": 999_999}, 1),
        ({"minutes": 1}, 60),
    ],
)
def test_wait_is_the_rest_of_the_minute(
    app: App, clock: Clock, after: dict[str, int], wait: int
) -> None:
    key = api_keys.create(app, "celigo", ["*"], per_minute=1)
    clock.set(**after)
    assert refused(app, key) is None
    error = refused(app, key)
    assert error is not None
    assert error.code == "RATE_LIMITED"
    assert error.retryable is True
    assert error.details == {"limit": 1, "retry_after": wait}
    clock.now += timedelta(seconds=wait)
    assert refused(app, key) is None


def test_each_key_has_its_own_calls_and_its_own_limit(app: App) -> None:
    own, usual, same_name = (
        api_keys.create(app, "celigo", ["*"], per_minute=limit) for limit in (5, 0, 0)
    )
    for key, limit in ((own, 5), (usual, 3), (same_name, 3)):
        assert [refused(app, key) is None for _ in range(limit + 1)] == [True] * limit + [False]


def routes(app: App) -> list[tuple[str, str]]:
    """Every method and address that asks for a key, filled in."""
    found = []
    for rule in create_app(app).url_map.iter_rules():
        if rule.endpoint == "health" or rule.endpoint.startswith(("celigo.", "dashboard.")):
            continue
        values = dict.fromkeys(rule.arguments, "1")
        path = rule.rule
        for name, value in values.items():
            path = path.replace(f"<{name}>", value).replace(f"<path:{name}>", value)
        found += [(method, path) for method in rule.methods or () if method != "HEAD"]
    return found


def assert_limited(response: TestResponse, wait: int) -> None:
    error = error_of(response)
    assert (response.status_code, error["code"]) == (429, "RATE_LIMITED")
    assert error["retryable"] is True
    assert error["details"]["retry_after"] == wait
    assert response.headers["Retry-After"] == str(wait)


def test_every_address_is_limited_and_touches_no_store(here: Plugin, clock: Clock) -> None:
    clock.set(seconds=18)
    spent = api_keys.create(here.app, "spent", ["*"], per_minute=1)
    assert here.get("/nope", key=spent).status_code == 404
    known = {"keys", "now", "upload_attempts", "calls_per_minute"}
    stores = {field.name: Untouchable() for field in fields(here.app) if field.name not in known}
    here.app = replace(here.app, **stores)
    every = routes(here.app)
    assert len(every) > 30
    for method, path in [*every, ("GET", "/nope"), ("DELETE", "/v1/settlements")]:
        assert_limited(here.call(method, path, key=spent, data=b"x"), 42)


def test_limit_comes_before_scopes_and_after_the_key(here: Plugin) -> None:
    reader = api_keys.create(here.app, "reader", ["inventory:read"], per_minute=1)
    assert here.get("/v1/settlements", key=reader).status_code == 403
    assert_limited(here.get("/v1/settlements", key=reader), 60)
    api_keys.revoke(here.app, "reader")
    assert here.get("/v1/settlements", key=reader).status_code == 401


def test_wrong_keys_count_for_nobody(here: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    count = here.app.keys.count_call

    def watched(key_hash: str, minute: int) -> int:
        counted.append(key_hash)
        return count(key_hash, minute)

    monkeypatch.setattr(here.app.keys, "count_call", watched)
    revoked = api_keys.create(here.app, "revoked", ["*"])
    api_keys.revoke(here.app, "revoked")
    for key in ("", "ans_" + "x" * 43, here.key[:-1], here.key + "x", revoked):
        assert here.get("/v1/settlements", key=key).status_code == 401
        assert here.call("POST", "/function", key=key, json=CALL).status_code == 401
    assert counted == []
    assert here.get("/v1/settlements").status_code == 200
    assert counted == [api_keys.hashed(here.key)]


@pytest.mark.parametrize("path", ["/health", "/", "/healthCheck", "/livez", "/readyz"])
def test_health_is_not_limited(here: Plugin, path: str) -> None:
    for _ in range(9):
        assert here.get(path).status_code == 200
    assert here.get("/v1/settlements").status_code == 200


@pytest.mark.parametrize("place", ["header", "body", "query"])
def test_extension_says_it_in_celigos_shape(here: Plugin, clock: Clock, place: str) -> None:
    api_keys.import_token(here.app, TOKEN, "integrator", ["*"], per_minute=1)
    asked: dict[str, Any] = {"path": "/function", "key": "", "json": CALL}
    if place == "header":
        asked["key"] = TOKEN
    elif place == "body":
        asked["json"] = {**CALL, "access_token": TOKEN}
    else:
        asked["path"] = f"/function?access_token={TOKEN}"
    clock.set(seconds=30)
    assert here.call("POST", **asked).status_code == 422
    response = here.call("POST", **asked)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "30")
    (error,) = response.get_json()["errors"]
    assert response.get_json().keys() == {"errors"}
    assert error.keys() == {"code", "message"}
    assert error["code"] == "RATE_LIMITED"
    assert "WWW-Authenticate" not in response.headers
    clock.set(minutes=1)
    assert here.call("POST", **asked).status_code == 422


def test_extension_and_routes_share_one_count(here: Plugin) -> None:
    key = api_keys.create(here.app, "both", ["*"], per_minute=2)
    assert here.get("/v1/settlements", key=key).status_code == 200
    assert here.call("POST", "/function", key=key, json=CALL).status_code == 422
    assert here.call("POST", "/function", key=key, json=CALL).status_code == 429
    assert_limited(here.get("/v1/settlements", key=key), 60)


def test_wrong_token_of_the_extension_is_told_as_ever(here: Plugin) -> None:
    revoked, expired = (api_keys.create(here.app, "x", ["*"]) for _ in range(2))
    api_keys.revoke(here.app, "x")
    seen = set()
    for key in ("ans_" + "x" * 43, revoked, expired, "short", ""):
        response = here.call("POST", "/function", key=key, json=CALL)
        kept = {n: v for n, v in response.headers if n != "X-Request-Id"}
        seen.add((response.status_code, response.text, json.dumps(kept)))
    ((status, text, headers),) = seen
    assert status == 401
    told = {"errors": [{"code": "unauthorized", "message": "Invalid system token."}]}
    assert json.loads(text) == told
    assert json.loads(headers)["WWW-Authenticate"] == "invalid system token"


def test_unknown_revoked_and_expired_keys_get_one_answer(here: Plugin, clock: Clock) -> None:
    revoked = api_keys.create(here.app, "revoked", ["*"])
    api_keys.revoke(here.app, "revoked")
    expired = api_keys.create(here.app, "x", ["*"], expires_at=NOON + timedelta(seconds=1))
    clock.set(seconds=1)
    answers = set()
    for key in (revoked, expired, "ans_" + "x" * 43, TOKEN):
        same_id = {"X-Request-Id": "same"}
        response = here.get("/v1/settlements", key=key, headers=same_id)
        answers.add((response.status_code, response.text, str(response.headers)))
    assert len(answers) == 1


@pytest.mark.parametrize(("path", "method"), [("/v1/settlements", "GET"), ("/function", "POST")])
def test_log_names_caller_and_key_id_also_of_refused_calls_and_never_the_token(
    here: Plugin, capsys: pytest.CaptureFixture[str], path: str, method: str
) -> None:
    made = api_keys.import_token(here.app, TOKEN, "integrator", ["*"], per_minute=1)
    here.settlements.failing = [RuntimeError(f"failed on {TOKEN}")]
    logs.configure("INFO")
    for _ in range(2):
        here.call(method, path, key=TOKEN, json=CALL, headers={"X-Request-Id": TOKEN})
    here.get("/health")
    here.get("/v1/settlements/1", key=TOKEN[::-1])
    out = capsys.readouterr().out
    entries = [json.loads(line) for line in out.splitlines()]
    requests = [entry for entry in entries if entry["event"] == "request"]
    told = [(entry["caller"], entry["key_id"]) for entry in requests]
    named = ("integrator", key_lookup.key_id(made))
    assert told == [named, named, ("", ""), ("", "")]
    assert requests[1]["code"] == "RATE_LIMITED"
    assert TOKEN not in out


def test_traceback_that_quotes_the_token_hides_it(
    here: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    api_keys.import_token(here.app, TOKEN, "integrator", ["*"])
    here.settlements.failing = [RuntimeError(f"failed on {TOKEN}")]
    logs.configure("INFO")
    assert here.get("/v1/settlements/1", key=TOKEN).status_code == 500
    out = capsys.readouterr().out
    assert "failed on ***" in out
    assert TOKEN not in out


def test_token_is_masked_in_its_request_and_forgotten_after_it(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    find = here.app.keys.find

    def watched(key_hash: str) -> Any:
        seen.append(logs.masked_text(TOKEN))
        return find(key_hash)

    monkeypatch.setattr(here.app.keys, "find", watched)
    here.get("/v1/settlements", key=TOKEN)
    assert seen == ["***"]
    assert logs.masked_text(TOKEN) == TOKEN
