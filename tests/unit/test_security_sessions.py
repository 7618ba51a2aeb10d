"""Sessions, forms and pages: nothing planted, copied, framed, forged or led astray."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from oidc_world import provider, with_provider
from outbox_world import Clock
from plugin import CA_ID, Plugin, error_of, plugin, unreachable
from test_dashboard_oidc import done
from test_dashboard_pages import HOME, OVERVIEW, READS, SIGN_IN, Browser, assert_signed_out
from test_http_front import an_exception
from test_security_scopes import PAGES

from handler import logs
from handler.dashboard.safe_address import safe_next
from handler.flows import api_keys
from handler.flows.session import LONGEST, open_session, renewed, written

FORMS = sorted(rule for method, rule in PAGES if method == "POST")
SIGN_OUT = "/dashboard/sign-out"
# What leads elsewhere in one browser or another, or back to where one signs in.
ELSEWHERE = [
    "https://evil.example", "//evil.example", "///evil.example", "////evil.example/dashboard",
    "\\\\evil.example", "/\\evil.example", "\\/evil.example", "/dashboard\\..\\..\\evil",
    "/dashboard//evil.example", "/dashboard/../..//evil.example", "/dashboard/\nSet-Cookie:x=1",
    "/dashboard/\r\nLocation: https://evil.example", "/dashboard/\tx", " /dashboard/overview",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "http:evil.example",
    "http:/evil.example", "https:///evil.example", "//evil.example/%2e%2e", "/%09/evil.example",
    "/dashboard@evil.example", "/dashboard.evil.example", "/dashboardevil", "//dashboard/overview",
    "/dashboard/overview#@evil.example", "/dashboard/overview?x=<script>", "/dashboard/ｅvil",
    "/v1/settlements", "/", "", "overview", "?next=//evil.example", "/dashboard/sign-out",
    "/dashboard/oidc/start?next=//evil.example", "https://plugin.example/dashboard/overview",
    "/dashboard/" + "x" * 3_000,
]  # fmt: skip
HOSTS = [
    "evil.example", "plugin.example@evil.example", "evil.example:80", "evil.example#",
    "evil.example\\x", 'evil.example"><script>', "[::1]", "a" * 300,
]  # fmt: skip


@pytest.fixture
def here() -> Plugin:
    logs.configure("ERROR")
    made = plugin()
    made.post()
    return made


@pytest.fixture
def inside(here: Plugin) -> Browser:
    browser = Browser(here)
    assert browser.sign_in(here.key).status_code == 303
    return browser


def address_of(here: Plugin, rule: str) -> str:
    exception = an_exception(here)
    return rule.replace("<exception_id>", exception).replace("<settlement_id>", CA_ID)


def state_of(here: Plugin) -> tuple[Any, ...]:
    """All that a form could change."""
    exceptions = [(one.fingerprint, one.state, one.revision) for one in here.open_exceptions()]
    return here.written(), exceptions, here.app.rules.newest()


def test_a_copied_cookie_opens_nothing_after_its_owner_signed_out(here: Plugin) -> None:
    """Whoever copied it kept it for up to eight hours before."""
    clock = Clock(here.app.now())
    here.app = replace(here.app, now=clock)
    browser, thief = Browser(here), Browser(here)
    browser.sign_in(here.key)
    stolen, token = browser.cookie, browser.token(OVERVIEW)
    thief.cookie = stolen
    assert thief.get(OVERVIEW).status_code == 200
    later = thief.cookie  # renewed for the thief, and still the same session
    assert_signed_out(browser.send(SIGN_OUT, {"csrf_token": token}))
    for cookie in (stolen, later):
        thief.cookie = cookie
        assert_signed_out(thief.get(OVERVIEW))
        assert_signed_out(thief.send("/dashboard/mappings/rules", {"csrf_token": token}))
    other = Browser(here)  # another session of the same key goes on
    other.sign_in(here.key)
    assert other.get(OVERVIEW).status_code == 200
    for _ in range(3):  # nor does it come back as time goes by, while others are counted
        clock.at += LONGEST / 4
        Browser(here).sign_in(here.key)
        thief.cookie = later
        assert_signed_out(thief.get(OVERVIEW))


def test_a_person_who_signed_out_is_out_everywhere(here: Plugin) -> None:
    with provider() as known:
        browser = Browser(with_provider(here, known))
        assert done(browser, known).status_code == 303
        stolen, token = browser.cookie, browser.token(OVERVIEW)
        assert browser.send(SIGN_OUT, {"csrf_token": token}).status_code == 200
        browser.cookie = stolen
        assert_signed_out(browser.get(OVERVIEW))


def test_who_could_not_be_signed_out_is_told_so(inside: Browser) -> None:
    token = inside.token(OVERVIEW)
    keys = inside.here.app.keys
    count = keys.count_call

    def failing(key_hash: str, minute: int) -> int:
        known = api_keys.hashed(inside.here.key)
        if key_hash != known:
            raise unreachable()
        return count(key_hash, minute)

    keys.count_call = failing  # type: ignore[method-assign]
    refused = inside.send(SIGN_OUT, {"csrf_token": token})
    assert (refused.status_code, "STORE_UNREACHABLE" in refused.text) == (503, True)
    assert inside.get(OVERVIEW).status_code == 200
    keys.count_call = count  # type: ignore[method-assign]
    assert_signed_out(inside.send(SIGN_OUT, {"csrf_token": token}))


def test_a_planted_session_becomes_nobodys_by_the_sign_in(here: Plugin) -> None:
    """Fixation: who planted a session, of nobody or their own, is not let in by another's key."""
    own = api_keys.find(here.app, api_keys.create(here.app, "thief", READS))
    for planted in (open_session(here.app), open_session(here.app, own)):
        text = written(here.app, planted)
        victim, thief = Browser(here), Browser(here)
        victim.cookie = text
        victim.send(SIGN_IN, {"key": here.key, "csrf_token": planted.csrf})
        assert "flow, admin" in victim.get(OVERVIEW).text
        assert victim.cookie != text
        for cookie in (text, written(here.app, renewed(here.app, planted))):
            thief.cookie = cookie
            assert "flow, admin" not in thief.get(OVERVIEW).text
        assert victim.send("/dashboard/theme", {"csrf_token": planted.csrf}).status_code == 403


def test_every_form_wants_the_token_of_its_own_session(inside: Browser) -> None:
    here = inside.here
    other, before_sign_in = Browser(here), Browser(here)
    other.sign_in(here.key)
    foreign = [other.token(OVERVIEW), before_sign_in.token(), "", "x" * 43, inside.cookie]
    for rule in FORMS:
        assert_wants_its_token(inside, address_of(here, rule), foreign)


def assert_wants_its_token(inside: Browser, path: str, foreign: list[str]) -> None:
    here = inside.here
    form = {"action": "ignore", "reason": "x", "number": "0", "key": here.key, "code": "BAD_ROW"}
    before = state_of(here)
    for token in foreign:
        refused = inside.send(path, {**form, "csrf_token": token})
        assert (refused.status_code, "FORGED_FORM" in refused.text) == (403, True), path
        refused = inside.send(path, form, X_CSRF_Token=token)
        assert refused.status_code == 403, path
    own = inside.token(OVERVIEW)
    for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
        assert inside.send(path, {**form, "csrf_token": own}, **headers).status_code == 403
    # As a page elsewhere could send it: in the address, as plain text, as JSON.
    asked = f"{path}?csrf_token={own}&action=ignore&reason=x"
    assert inside.client.post(asked, base_url=HOME).status_code == 403
    for kind in ("text/plain", "application/json"):
        sent = inside.client.post(
            path, base_url=HOME, data=f'csrf_token={own}&a="', content_type=kind
        )
        assert sent.status_code == 403
    assert state_of(here) == before


def test_no_address_of_a_form_does_it_by_being_looked_at(inside: Browser) -> None:
    here, token = inside.here, inside.token(OVERVIEW)
    said = f"csrf_token={token}&action=ignore&reason=x&key={here.key}&number=0&code=BAD_ROW"
    for rule in FORMS:
        path = address_of(here, rule)
        before = state_of(here)
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
            headers = {"X-CSRF-Token": token}
            inside.client.open(f"{path}?{said}", method=method, base_url=HOME, headers=headers)
        assert state_of(here) == before, path
    assert inside.get(OVERVIEW).status_code == 200


def test_every_form_on_every_page_carries_the_token_and_leads_to_a_page(inside: Browser) -> None:
    seen = set()
    for method, rule in sorted(PAGES):
        if method != "GET" or "oidc" in rule:
            continue
        text = inside.get(f"{address_of(inside.here, rule)}?format=json&line=1&profile=us").text
        for attributes, content in re.findall(r"<form([^>]*)>(.*?)</form>", text, re.DOTALL):
            if 'method="post"' not in attributes:
                assert "csrf_token" not in content  # it would stand in the address
                continue
            seen.add(rule)
            assert content.count('name="csrf_token"') == 1, rule
            (action,) = re.findall(r'action="([^"]+)"', attributes)
            assert urlsplit(action).path.startswith("/dashboard/"), rule
            assert not urlsplit(action).netloc, rule
    assert len(seen) >= 5


def test_every_answer_of_the_pages_is_closed_to_frames_and_foreign_scripts(
    inside: Browser,
) -> None:
    outside = Browser(inside.here)
    for browser in (inside, outside):
        for method, rule in sorted(PAGES):
            path = address_of(inside.here, rule)
            for headers in ({}, {"HX_Request": "true"}):
                sent = browser.get(path, **headers) if method == "GET" else browser.send(path, {})
                policy = sent.headers["Content-Security-Policy"]
                for told in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'",
                             "form-action 'self'", "script-src 'self'"):  # fmt: skip
                    assert told in policy, path
                assert "unsafe" not in policy
                assert "http" not in policy
                assert sent.headers["X-Frame-Options"] == "DENY", path
                assert sent.headers["X-Content-Type-Options"] == "nosniff", path
                assert sent.headers["Cache-Control"] == "no-store", path
                assert sent.headers["Referrer-Policy"] == "same-origin", path
                if sent.mimetype == "text/html":
                    assert not re.search(r"<script(?! src=)|\son\w+=|javascript:", sent.text), path


def test_no_next_leads_elsewhere(inside: Browser) -> None:
    outside = Browser(inside.here)
    token = inside.token(OVERVIEW)
    for wanted in ELSEWHERE:
        assert safe_next(wanted) == OVERVIEW
        page = outside.get(f"{SIGN_IN}?next={quote(wanted)}")
        assert f'name="next" value="{OVERVIEW}"' in page.text, wanted
        form = {"theme": "dark", "next": wanted, "csrf_token": token}
        assert inside.send("/dashboard/theme", form).location == OVERVIEW, wanted
    for wanted in ELSEWHERE[:4]:
        assert Browser(inside.here).sign_in(inside.here.key, wanted).location == OVERVIEW


def test_the_name_of_the_host_stands_in_no_answer(here: Plugin) -> None:
    client = Browser(here).client
    for host in HOSTS:
        told = dict.fromkeys(("Host", "X-Forwarded-Host", "X-Host"), host)
        for path in ("/dashboard", OVERVIEW, SIGN_IN, "/v1/settlements", "/health", "/nope"):
            for key in ("", here.key):
                answer = client.get(path, headers={**told, "Authorization": f"Bearer {key}"})
                assert not answer.headers.get("Location", "/x").startswith(("http", "//")), path
                assert host not in str(answer.headers) + answer.text, path


def test_a_name_that_is_no_host_is_refused_and_no_fault_of_ours(here: Plugin) -> None:
    """The page of the refusal asked for the address of its style sheet, which has no host."""
    for path in (OVERVIEW, SIGN_IN, "/health"):
        answer = Browser(here).client.get(path, headers={"Host": "a" * 300})
        assert (answer.status_code, error_of(answer)["code"]) == (422, "BAD_REQUEST")
