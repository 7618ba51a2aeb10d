"""No way past the keys: other headers, other methods, other spellings of an address."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apig_wsgi import make_lambda_handler
from flask.testing import FlaskClient
from plugin import CA_ID, Plugin, plugin
from test_http_front import ADDRESSES

from handler import logs
from handler.entrypoints.http_app import MOST_BYTES, create_app
from handler.entrypoints.http_event import with_plain_address
from handler.flows import api_keys

# Of an open endpoint each: what routing, a gateway or a proxy could read as another address.
SPELLINGS = [
    "/V1/settlements",
    "//v1/settlements",
    "/v1//settlements",
    "/v1/settlements/",
    "/v1/settlements//",
    "/./v1/settlements",
    "/v1/./settlements",
    "/health/../v1/settlements",
    "/health/v1/settlements",
    "/health;/v1/settlements",
    "/livez/../v1/settlements",
    "/function/../v1/settlements",
    "/openapi.json/../v1/settlements",
    "/dashboard/../v1/settlements",
    "/dashboard/static/../../v1/settlements",
    "/dashboard/static/..%2f..%2fv1/settlements",
    "/dashboard/sign-in/../overview",
    "/dashboard/static/../overview",
    "/dashboard/oidc/start/../../overview",
    "/dashboard/overview;/sign-in",
    "/v1%2fsettlements",
    "/%76%31/settlements",
    "/v1/settlements%00",
    "/v1/settlements%20",
    "/v1/settlements%0a",
    "/v1/settlements.json",
    "/v1/settlements;x=1",
    "/v1\\settlements",
    "\\v1\\settlements",
    "/ｖ1/settlements",
    f"/v1/settlements/{CA_ID}/../{CA_ID}",
    f"/v1/settlements/{CA_ID}%2f..%2f{CA_ID}",
    f"/v1/settlements/%2e%2e/settlements/{CA_ID}",
]
MASKS = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "CONNECT"]


@pytest.fixture
def here() -> Plugin:
    """With a settlement, which nobody is to see."""
    logs.configure("ERROR")
    made = plugin()
    assert made.post().status_code == 200
    return made


def assert_closed(client: FlaskClient, method: str, path: str, **request: Any) -> None:
    answer = client.open(path, method=method, **request)
    said = f"{method} {path}: {answer.status_code}"
    # The style sheets are open; below them there is nothing else.
    closed = (303, 404) if path.startswith("/dashboard/static/") else (401, 303)
    assert answer.status_code in closed, said
    if answer.status_code == 303:
        assert answer.location.startswith("/dashboard/sign-in?next=/dashboard"), said
    assert CA_ID not in answer.text.replace(path, ""), said


def wrong_keys(here: Plugin) -> dict[str, Any]:
    """Headers that open nothing, by what is wrong with them."""
    soon = datetime(2026, 1, 31, 12, 1, tzinfo=UTC)
    revoked = api_keys.create(here.app, "gone", ["*"])
    expired = api_keys.create(here.app, "over", ["*"], expires_at=soon)
    api_keys.revoke(here.app, "gone")
    object.__setattr__(here.app, "now", lambda: soon + timedelta(minutes=1))
    good, bad = here.key, "ans_" + "x" * 43
    encoded = base64.b64encode(f"{good}:".encode()).decode()
    as_password = base64.b64encode(f"flow:{good}".encode()).decode()
    named = {
        "revoked": f"Bearer {revoked}",
        "expired": f"Bearer {expired}",
        "its hash": f"Bearer {api_keys.hashed(good)}",
        "its key id": f"Bearer {api_keys.hashed(good)[:12]}",
        "its name": "Bearer flow",
        "basic, as the user": f"Basic {encoded}",
        "basic, as the password": f"Basic {as_password}",
        "another scheme": f"Token {good}",
        "a scheme that begins alike": f"Bearerx {good}",
        "no blank": f"Bearer{good}",
        "a tab": f"Bearer\t{good}",
        "quoted": f'Bearer "{good}"',
        "as a parameter": f"Bearer token={good}",
        "two in one, the bad one first": f"Bearer {bad},Bearer {good}",
        "two in one, the good one first": f"Bearer {good}, Bearer {bad}",
        "in capitals": f"Bearer {good.upper()}",
        "one letter more": f"Bearer {good}A",
        "one letter less": f"Bearer {good[:-1]}",
    }
    headers: dict[str, Any] = {name: {"Authorization": text} for name, text in named.items()}
    headers["as two headers"] = [("Authorization", "Bearer x"), ("Authorization", f"Bearer {good}")]
    headers["in a header of another name"] = {
        "X-Api-Key": good,
        "X-Authorization": f"Bearer {good}",
        "X-Forwarded-Authorization": f"Bearer {good}",
        "Proxy-Authorization": f"Bearer {good}",
    }
    headers["as a cookie"] = {"Cookie": f"Authorization=Bearer {good}; access_token={good}"}
    return headers


def test_no_wrong_key_opens_any_address(here: Plugin) -> None:
    headers = wrong_keys(here)
    client = here.client
    before = here.written()
    for method, path, _ in ADDRESSES:
        for wrong in headers.values():
            assert_closed(client, method, path, headers=wrong)
    assert here.written() == before
    assert client.get("/v1/settlements", headers=[("Authorization", f"Bearer {here.key}")]).json


def test_a_key_in_the_query_or_the_body_opens_no_address_but_the_extensions(here: Plugin) -> None:
    client = here.client
    before = here.written()
    for method, path, _ in ADDRESSES:
        asked = f"{path}{'&' if '?' in path else '?'}access_token={here.key}"
        assert_closed(client, method, asked)
        if method == "POST":
            assert_closed(client, method, path, json={"access_token": here.key})
            assert_closed(client, method, path, data={"access_token": here.key})
    assert here.written() == before


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PATCH", "DELETE", "PUT", "MOVE"])
def test_no_other_method_opens_any_address(here: Plugin, method: str) -> None:
    client = here.client
    reader = api_keys.create(here.app, "reader", ["exceptions:read"], per_minute=1_000)
    for _, path, _ in ADDRESSES:
        assert_closed(client, method, path)
        answer = client.open(
            path, method=method, headers={"Authorization": f"Bearer {reader}", "Origin": "null"}
        )
        # HEAD is GET without its body, and asks for its scope; the others are no methods here.
        own = {200, 403, 404, 405, 422} if method == "HEAD" else {405, 404}
        assert answer.status_code in own, f"{method} {path}: {answer.status_code}"
        assert CA_ID not in answer.text
        # No other site is let in by the browser of somebody.
        assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("mask", MASKS)
def test_a_method_that_a_header_or_parameter_claims_is_not_believed(
    here: Plugin, mask: str
) -> None:
    reader = api_keys.create(here.app, "reader", ["settlements:read"])
    claims = {
        "X-HTTP-Method-Override": mask,
        "X-HTTP-Method": mask,
        "X-Method-Override": mask,
        "Authorization": f"Bearer {reader}",
    }
    before = here.written()
    posted = here.client.post(f"/v1/settlements?profile=ca&_method={mask}", headers=claims)
    assert posted.status_code == 403
    read = here.client.get("/v1/settlements", headers=claims)
    assert (read.status_code, read.get_json()["success"]) == (200, True)
    assert here.written() == before


def test_no_spelling_of_an_address_is_open(here: Plugin) -> None:
    client = here.client
    for path in SPELLINGS:
        for method in ("GET", "HEAD", "POST"):
            assert_closed(client, method, path)


def test_nor_as_the_gateway_hands_it_over(here: Plugin) -> None:
    """API Gateway does not tidy up a path; what it says of the caller is no key."""
    call = make_lambda_handler(create_app(here.app))
    for path in SPELLINGS:
        answer = call(with_plain_address(gateway_event(path)), None)
        static = path.startswith("/dashboard/static/")
        assert answer["statusCode"] in ((303, 404) if static else (303, 401)), path
        assert CA_ID not in answer["body"].replace(path, ""), path


def gateway_event(path: str, **headers: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "plugin.example", **headers},
        "requestContext": {
            "authorizer": {"jwt": {"claims": {"scope": "*"}}, "iam": {"userId": "admin"}},
            "http": {
                "method": "GET",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
            },
            "requestId": "r-1",
        },
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize("letter", ["é", "€", "ｖ", "😀", "\ud800"])
def test_an_address_in_any_script_is_an_address(here: Plugin, letter: str) -> None:
    """It ended the function before it had asked for a key."""
    call = make_lambda_handler(create_app(here.app))
    for path, query in ((f"/v1/{letter}", ""), ("/v1/settlements", f"profile={letter}")):
        event = {**gateway_event(path), "rawQueryString": query}
        assert call(with_plain_address(event), None)["statusCode"] == 401
        event["headers"] |= {"authorization": f"Bearer {here.key}"}
        answer = call(with_plain_address(event), None)
        assert answer["statusCode"] in (404, 422)
    plain = gateway_event("/v1/settlements%2f")
    assert with_plain_address(plain) is plain


def test_what_the_gateway_joins_of_two_headers_is_no_key(here: Plugin) -> None:
    call = make_lambda_handler(create_app(here.app))
    good = f"Bearer {here.key}"
    assert call(gateway_event("/v1/settlements", authorization=good), None)["statusCode"] == 200
    for both in (f"{good},{good}", f"Bearer x,{good}", f"{good},Bearer x"):
        event = gateway_event("/v1/settlements", authorization=both)
        assert call(event, None)["statusCode"] == 401


def test_headers_from_proxies_make_nobody_trusted(here: Plugin) -> None:
    """No address of a caller opens anything, and no header moves a request to another path."""
    claims = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Real-Ip": "127.0.0.1",
        "X-Original-Url": "/health",
        "X-Rewrite-Url": "/health",
        "X-Forwarded-Prefix": "/health",
        "X-Forwarded-Host": "localhost",
        "Forwarded": "for=127.0.0.1;host=localhost",
        "X-Amzn-Oidc-Identity": "admin",
        "Remote-User": "admin",
    }
    client = here.client
    for method, path, _ in ADDRESSES:
        assert_closed(client, method, path, headers=claims)
    claims |= {"X-Original-Url": "/v1/settlements", "X-Rewrite-Url": "/v1/settlements"}
    assert CA_ID not in client.get("/health", headers=claims).text


@pytest.mark.parametrize("name", ["Authorization", "X-Request-Id", "Cookie", "X-Flow-Id", "Prefer"])
def test_a_header_of_64_kb_is_refused_or_left_out(here: Plugin, name: str) -> None:
    long = "ans_" + "x" * 65_536
    answer = here.client.get("/v1/settlements", headers={name: long})
    assert answer.status_code == 401
    assert "x" * 200 not in answer.text + str(answer.headers)


def test_a_body_past_the_limit_is_refused_before_it_is_looked_at(here: Plugin) -> None:
    large = b"x" * (MOST_BYTES + 1)
    assert_closed(here.client, "POST", "/v1/settlements?profile=ca", data=large)  # the key first
    answer = here.call("POST", "/v1/settlements?profile=ca", data=large)
    assert answer.status_code == 413
