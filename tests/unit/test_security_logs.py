"""Whatever fails, and wherever: no secret and no buyer reaches the logs, or a caller the inside."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from plugin import BUCKET, CA, CA_ID, Plugin, plugin
from test_dashboard_pages import OVERVIEW, Browser
from test_http_front import ADDRESSES, request_of
from test_security_scopes import PAGES

from handler import logs
from handler.entrypoints.celigo.functions.catalogue import OFFERED
from handler.entrypoints.s3_events import handle
from handler.flows import api_keys

# Each stands in one place of a request that may hold a secret or a person; none may come out.
MARKS = {
    "cookie": "MARKcookie0123456789abcdef",
    "proxy": "MARKproxy0123456789abcdef",
    "signature": "MARKsignature0123456789abcdef",
    "query": "MARKquery0123456789abcdef",
    "body": "MARKbody0123456789abcdef",
    "password": "MARKpassword0123456789abcdef",
    "buyer": "MARKbuyer Jane Doe",
    "mail": "MARKmail@example.com",
    "street": "MARKstreet 12",
    "phone": "+1 206 555 0199",
    "amazon": "AKIAMARKMARKMARKMARK",
}
HEADERS = {
    "Cookie": f"session={MARKS['cookie']}",
    "Proxy-Authorization": f"Basic {MARKS['proxy']}",
    "X-Signature": f"sha256={MARKS['signature']}",
    "Webhook-Signature": f"v1,{MARKS['signature']}",
}
SECRETS_IN_BODY = {
    "access_token": MARKS["body"],
    "password": MARKS["password"],
    "buyer_name": MARKS["buyer"],
    "buyer_email": MARKS["mail"],
    "ship_address_1": MARKS["street"],
    "phone": MARKS["phone"],
}
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
HARM = [
    'x\n{"event":"request","status":200}', "x\r\ny", "x\x1b[2Jy", "x\x9b2Jy", "x\u2028y",
    "x\x85y", 'x","level":"info","event":"y', "x\\", "%0a%0dx", "\u202ex", "${jndi:ldap://x}",
]  # fmt: skip
SCHEMES = ("Bearer {}", "Basic {}", "{}", "Token token={}", "Bearer {},Bearer {}", "bearer {}")


class Exploding:
    """A store that fails at each call, with everything the call carries in what it says."""

    def __init__(self, told: str, bucket: str = BUCKET) -> None:
        self._told = told
        self.bucket = bucket

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fail(*given: object, **more: object) -> Any:
            raise RuntimeError(f"{name} of {given!r} {more!r} failed: {self._told}")

        return fail


def told_of(key: str) -> str:
    """What libraries quote of a request when it fails: headers, an address, a body, one by one."""
    headers = {**HEADERS, "Authorization": f"Bearer {key}"}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    address = f"https://plugin.example/function?access_token={MARKS['query']}&x=1"
    signed = f"https://b.s3.amazonaws.com/k?X-Amz-Credential={MARKS['amazon']}&X-Amz-Signature="
    parts = [repr(headers), json.dumps(headers), *lines, address, signed + MARKS["signature"]]
    return "\n".join([*parts, json.dumps(SECRETS_IN_BODY), repr(SECRETS_IN_BODY)])


def assert_silent(text: str, *more: str) -> None:
    for mark in (*MARKS.values(), *more):
        assert mark not in text, f"{mark} in {text[max(0, text.find(mark) - 200) :][:400]}"


@pytest.fixture
def here() -> Plugin:
    logs.configure("DEBUG")
    return plugin()


@pytest.fixture
def broken(here: Plugin) -> Plugin:
    """Every store fails but that of the keys, so that each call gets as far as it can."""
    here.post()
    store: Any = Exploding(told_of(here.key))
    here.app = replace(
        here.app, settlements=store, inventory=store, outbox=store, jobs=store, files=store,
        queue=store, rules=store, targets=store,
    )  # fmt: skip
    return here


def test_no_call_that_fails_logs_a_secret_or_tells_of_the_inside(
    broken: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    client, failed = broken.client, 0
    headers = {**HEADERS, "Authorization": f"Bearer {broken.key}"}
    capsys.readouterr()
    for method, path, _ in ADDRESSES:
        request = request_of(method, path)
        for more in ("", f"access_token={MARKS['query']}&buyer_email={MARKS['mail']}"):
            asked = f"{path}{'&' if '?' in path else '?'}{more}" if more else path
            answer = client.open(asked, method=method, headers=headers, **request)
            assert_silent(answer.text + str(answer.headers), broken.key)
            assert "Traceback" not in answer.text
            assert "RuntimeError" not in answer.text
            assert "/handler/" not in answer.text
            failed += answer.status_code == 500
        if "json" in request:
            body = {**request["json"], **SECRETS_IN_BODY}
            answer = client.open(path, method=method, headers=headers, json=body)
            assert_silent(answer.text, broken.key)
    out = capsys.readouterr().out
    assert failed > 40
    assert out.count('"exception": "Traceback') >= failed
    assert_silent(out, broken.key, api_keys.hashed(broken.key))


def test_nor_does_the_extension(broken: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    client = broken.client
    options = {"data": [{**SECRETS_IN_BODY}], "preMapData": [{}], "postMapData": [SECRETS_IN_BODY],
               "responseData": [{}], "connection": {"encrypted": {"password": MARKS["password"]}},
               "bearerToken": MARKS["body"], "settings": {"profile": "ca"}}  # fmt: skip
    capsys.readouterr()
    for one in OFFERED:
        body = {"diy": True, "type": one.kind.value, "function": one.name, "options": options}
        for sent in (
            {"headers": {**HEADERS, "Authorization": f"Bearer {broken.key}"}, "json": body},
            {"json": {**body, "access_token": broken.key}},
            {"json": body, "query_string": {"access_token": broken.key}},
            {"json": {**body, "access_token": MARKS["body"]}},
            {"json": body, "query_string": {"access_token": MARKS["query"]}},
        ):
            answer = client.post("/function", **sent)
            assert "Traceback" not in answer.text
            assert "RuntimeError" not in answer.text
            assert broken.key not in answer.text
    out = capsys.readouterr().out
    assert '"exception": "Traceback' in out
    assert_silent(out, broken.key)


def test_nor_do_the_pages(here: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    browser = Browser(here)
    browser.sign_in(here.key)
    token, cookie = browser.token(OVERVIEW), browser.cookie
    store: Any = Exploding(told_of(here.key) + f"\nCookie: {cookie}\nX-CSRF-Token: {token}")
    here.app = replace(here.app, settlements=store, inventory=store, outbox=store, rules=store)
    broken = Browser(here)
    broken.cookie = cookie
    capsys.readouterr()
    form = {"csrf_token": token, "key": here.key, **SECRETS_IN_BODY, "action": "ignore",
            "number": "0", "profile": "us", "code": "BAD_ROW", "reason": "x"}  # fmt: skip
    failed = 0
    for method, rule in sorted(PAGES):
        path = rule.replace("<exception_id>", "x").replace("<settlement_id>", CA_ID)
        if path.endswith(("sign-out", "sign-in")):
            continue
        asked = f"{path}?profile=us&line=1&format=json"
        sent = broken.get(asked) if method == "GET" else broken.send(asked, form)
        failed += sent.status_code == 500
        assert_silent(sent.text, here.key)
        assert "RuntimeError" not in sent.text
    assert failed > 8
    assert_silent(capsys.readouterr().out, here.key, token, cookie)


def test_nor_do_uploads(broken: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    for attempt in (1, 5, 6):
        detail = {"bucket": {"name": BUCKET}, "object": {"key": "raw-settlements/ca/x", "size": 9}}
        event = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
        message = {"messageId": "m", "body": json.dumps(event), "eventSource": "aws:sqs",
                   "attributes": {"ApproximateReceiveCount": str(attempt)}}  # fmt: skip
        handle(broken.app, {"Records": [message, {**message, "body": told_of(broken.key)}]})
    out = capsys.readouterr().out
    assert "RuntimeError" in out
    assert_silent(out, broken.key)


def test_a_wrong_key_is_in_no_log_whatever_its_scheme(
    here: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    client = here.client
    store: Any = Exploding("x")
    keys, here.app = here.app.keys, replace(here.app, keys=store)
    for given in SCHEMES:
        mark = "MARKwrong0123456789abcdef0123456789"
        for app_client in (client, here.client):  # with and without a store that answers
            for path in ("/v1/settlements", "/nope", "/function", OVERVIEW):
                app_client.open(path, headers={"Authorization": given.replace("{}", mark)})
                assert "MARKwrong" not in capsys.readouterr().out, (given, path)
    assert keys is not None


def test_no_text_of_a_caller_makes_a_line_of_its_own(
    here: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor sends a terminal that shows the log anything but letters."""
    client = here.client
    for harm in HARM:
        agent = re.sub(r"[^ -~]", " ", harm)
        headers = {"Authorization": f"Bearer {here.key}", "User-Agent": agent}
        for name in ("X_REQUEST_ID", "X_FLOW_ID", "IDEMPOTENCY_KEY", "PREFER", "ORIGIN"):
            odd = {f"HTTP_{name}": harm}
            client.get("/v1/settlements", headers=headers, environ_overrides=odd)
        for path in (f"/v1/settlements/{harm}", f"/{harm}", f"/dashboard/{harm}"):
            client.get(path, headers=headers)
        client.get("/v1/settlements", query_string={"profile": harm, harm: "x"}, headers=headers)
        client.post("/v1/settlements?profile=ca", headers=headers,
                    data=CA.replace(CA_ID.encode(), harm.encode()))  # fmt: skip
        client.post("/function", headers=headers, json={"diy": True, "function": harm,
                    "type": harm, "options": {"_flowId": harm}})  # fmt: skip
        detail = {"bucket": {"name": BUCKET}, "object": {"key": f"raw-settlements/ca/{harm}"}}
        body = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
        for text in (json.dumps(body), harm):
            message = {"messageId": harm, "body": text, "eventSource": "aws:sqs",
                       "attributes": {"ApproximateReceiveCount": "1"}}  # fmt: skip
            handle(here.app, {"Records": [message]})
    out = capsys.readouterr().out
    assert not CONTROL.search(out), CONTROL.findall(out)
    lines = out.split("\n")[:-1]
    assert len(lines) > 10 * len(HARM)
    for line in lines:
        entry = json.loads(line)
        assert {"event", "level", "timestamp"} <= entry.keys(), line
        assert line.count('"event": ') == 1 or '\\"event\\"' in line, line
