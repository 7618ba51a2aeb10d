"""The frame of the pages: who gets in, what is refused, what every answer carries."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Blueprint, Flask, Response
from flask.testing import FlaskClient
from plugin import CA, CA_ID, Plugin, error_of, plugin, unreachable
from werkzeug.test import TestResponse

from handler.adapters.memory_outbox import MemorySecrets
from handler.dashboard.gate import signed_in
from handler.entrypoints.http_app import create_app
from handler.flows import api_keys
from handler.flows.ports import ExceptionState, RegisteredException
from handler.flows.session import IDLE
from handler.flows.session_roles import ACCOUNTANT_SCOPES, Role

READS = ["exceptions:read", "settlements:read", "inventory:read"]
COOKIE = "__Host-dashboard"
HOME = "https://plugin.example"
OVERVIEW = "/dashboard/overview"
SIGN_IN = "/dashboard/sign-in"


class Browser:
    """Somebody at the pages, with the cookies a browser keeps."""

    def __init__(self, here: Plugin, flask: Flask | None = None) -> None:
        self.here = here
        self.client: FlaskClient = (flask or create_app(here.app)).test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, base_url=HOME, headers=named)

    def send(self, path: str, form: dict[str, str], **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, data=form, base_url=HOME, headers=named)

    def token(self, path: str = SIGN_IN) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found
        return found[1]

    def sign_in(self, key: str, wanted: str = "") -> TestResponse:
        return self.send(SIGN_IN, {"key": key, "next": wanted, "csrf_token": self.token()})

    @property
    def cookie(self) -> str:
        found = self.client.get_cookie(COOKIE, domain="plugin.example")
        return found.value if found else ""

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie(COOKIE, value, domain="plugin.example", secure=True)


def with_a_page_for_each_role(here: Plugin) -> Flask:
    """The plugin with /dashboard/probe/<role> for each, shown to that role and those above."""
    made = Blueprint("probe", __name__, url_prefix="/dashboard/probe")
    for role in Role:

        @made.get(f"/{role.title}", endpoint=role.title)
        @signed_in(role)
        def view() -> Response:
            return Response("here")

    flask = create_app(here.app)
    flask.register_blueprint(made)
    return flask


@pytest.fixture
def here() -> Plugin:
    return plugin()


@pytest.fixture
def browser(here: Plugin) -> Browser:
    return Browser(here)


@pytest.fixture
def inside(browser: Browser) -> Browser:
    assert browser.sign_in(browser.here.key).status_code == 303
    return browser


def assert_signed_out(response: TestResponse) -> None:
    assert response.status_code == 303
    assert response.location.startswith(SIGN_IN)


def test_signing_in_leads_to_the_page_that_was_wanted(browser: Browser) -> None:
    assert browser.get("/dashboard").status_code == 303
    first = browser.get(f"{OVERVIEW}?x=1")
    assert first.location == f"{SIGN_IN}?next=/dashboard/overview?x%3D1"
    form = browser.get(first.location).text
    assert 'name="next" value="/dashboard/overview?x=1"' in form
    answer = browser.sign_in(browser.here.key, "/dashboard/overview?x=1")
    assert (answer.status_code, answer.location) == (303, "/dashboard/overview?x=1")
    page = browser.get(answer.location)
    assert page.status_code == 200
    assert "flow, admin" in page.text
    assert browser.here.key not in page.text


def test_the_cookie_is_hidden_from_scripts_and_other_sites(browser: Browser) -> None:
    browser.sign_in(browser.here.key)
    (set_cookie,) = [
        one
        for one in browser.get(OVERVIEW).headers.getlist("Set-Cookie")
        if one.startswith(f"{COOKIE}=")
    ]
    parts = set(set_cookie.split("; ")[1:])
    assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_on_the_machine_itself_there_is_no_https(here: Plugin) -> None:
    flask = create_app(replace(here.app, is_https=False))
    (set_cookie,) = flask.test_client().get(SIGN_IN).headers.getlist("Set-Cookie")
    assert set_cookie.startswith("dashboard=")
    assert "Secure" not in set_cookie
    assert "HttpOnly" in set_cookie


def test_signing_in_opens_another_session(browser: Browser) -> None:
    token, before = browser.token(), browser.cookie
    browser.send(SIGN_IN, {"key": browser.here.key, "csrf_token": token})
    after = browser.cookie
    assert after != before
    assert browser.token(OVERVIEW) != token
    browser.cookie = before  # whoever planted it has gained nothing
    assert_signed_out(browser.get(OVERVIEW))


@pytest.mark.parametrize("kind", ["unknown", "revoked", "expired", "short", "empty", "odd"])
def test_any_wrong_key_gets_the_same_words(here: Plugin, kind: str) -> None:
    def page(key: str) -> tuple[int, str]:
        browser = Browser(here)
        answer = browser.sign_in(key)
        text = re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)
        text = re.sub(r"X-CSRF-Token[^}]+", "", text)
        assert_signed_out(browser.get(OVERVIEW))
        return answer.status_code, text

    soon = datetime(2026, 1, 31, 12, 0, 30, tzinfo=UTC)
    keys = {
        "unknown": "ans_" + "x" * 43,
        "revoked": api_keys.create(here.app, "gone", ["*"]),
        "expired": api_keys.create(here.app, "over", ["*"], expires_at=soon),
        "short": "x",
        "empty": "",
        "odd": '"><script>alert(1)</script>',
    }
    api_keys.revoke(here.app, "gone")
    here.app = replace(here.app, now=lambda: soon + timedelta(minutes=1))
    expected = page("ans_" + "y" * 43)
    assert expected[0] == 401
    assert "The key opens nothing" in expected[1]
    assert page(keys[kind]) == expected


def test_too_many_calls_are_refused_here_too(here: Plugin) -> None:
    key = api_keys.create(here.app, "jane", READS, per_minute=2)
    here.app = replace(here.app, now=lambda: datetime(2026, 1, 31, 12, 0, 18, tzinfo=UTC))
    browser = Browser(here)
    browser.sign_in(key)
    assert browser.get(OVERVIEW).status_code == 200
    refused = browser.get(OVERVIEW)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "42")
    assert "RATE_LIMITED" in refused.text
    assert Browser(here).sign_in(key).status_code == 429


def test_a_revoked_key_loses_its_session_at_once(inside: Browser) -> None:
    assert inside.get(OVERVIEW).status_code == 200
    api_keys.revoke(inside.here.app, "flow")
    assert_signed_out(inside.get(OVERVIEW))


def test_a_session_ends_by_itself(here: Plugin) -> None:
    moments = [datetime(2026, 1, 31, 12, tzinfo=UTC)]
    here.app = replace(here.app, now=lambda: moments[0])
    browser = Browser(here)
    browser.sign_in(here.key)
    for _ in range(3):  # each use prolongs it
        moments[0] += IDLE - timedelta(minutes=1)
        assert browser.get(OVERVIEW).status_code == 200
    moments[0] += IDLE
    assert_signed_out(browser.get(OVERVIEW))


def test_a_changed_cookie_opens_nothing(inside: Browser) -> None:
    body, _, signature = inside.cookie.rpartition(".")
    inside.cookie = f"{body[:-1]}{'A' if body[-1] != 'A' else 'B'}.{signature}"
    assert_signed_out(inside.get(OVERVIEW))


def test_signing_out_forgets_the_session(inside: Browser) -> None:
    token = inside.token(OVERVIEW)
    assert_signed_out(inside.send("/dashboard/sign-out", {"csrf_token": token}))
    assert inside.cookie == ""
    assert_signed_out(inside.get(OVERVIEW))


@pytest.mark.parametrize("address", ["/dashboard/nope", "/dashboard/", "/dashboard/overview/x"])
def test_nobody_learns_without_a_key_which_pages_there_are(browser: Browser, address: str) -> None:
    assert_signed_out(browser.get(address))
    assert_signed_out(browser.client.post(address, base_url=HOME))
    browser.sign_in(browser.here.key)
    page = browser.get(address)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert page.headers["X-Request-Id"] in page.text


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        (None, {}),
        ("", {}),
        ("wrong", {}),
        ("own", {"Origin": "https://evil.example"}),
        ("own", {"Origin": "https://evil.example/plugin.example"}),
        ("own", {"Origin": "null"}),
        ("own", {"Sec_Fetch_Site": "cross-site"}),
        ("own", {"Sec_Fetch_Site": "same-site"}),
        ("own", {"Sec_Fetch_Site": "none"}),
    ],
)
@pytest.mark.parametrize("path", ["/dashboard/sign-out", SIGN_IN, "/dashboard/theme"])
def test_forged_forms_are_refused(
    inside: Browser, path: str, token: str | None, headers: dict[str, str]
) -> None:
    own = inside.token(OVERVIEW)
    form = {"key": inside.here.key, "theme": "dark"}
    if token is not None:
        form["csrf_token"] = own if token == "own" else token
    refused = inside.send(path, form, **headers)
    assert refused.status_code == 403
    assert "FORGED_FORM" in refused.text
    assert inside.get(OVERVIEW).status_code == 200  # still signed in


def test_a_token_of_another_session_is_refused(inside: Browser) -> None:
    other = Browser(inside.here)
    refused = inside.send("/dashboard/sign-out", {"csrf_token": other.token()})
    assert refused.status_code == 403


def test_scripts_send_the_token_as_a_header(inside: Browser) -> None:
    token = inside.token(OVERVIEW)
    own = {"Origin": HOME, "Sec_Fetch_Site": "same-origin"}
    answer = inside.send("/dashboard/theme", {"theme": "dark"}, X_CSRF_Token=token, **own)
    assert answer.status_code == 303
    assert re.search(r'<html lang="en"[^>]* data-theme="dark">', inside.get(OVERVIEW).text)
    inside.send("/dashboard/theme", {"theme": "system"}, X_CSRF_Token=token)
    assert re.search(r'<html lang="en"(?![^>]*data-theme)', inside.get(OVERVIEW).text)


@pytest.mark.parametrize("path", ["", SIGN_IN, "/dashboard/theme"])
def test_redirects_stay_here(browser: Browser, path: str) -> None:
    evil = "//evil.example/dashboard"
    if not path:
        assert browser.get("/dashboard//evil.example").location.startswith(SIGN_IN)
        return
    form = {"key": browser.here.key, "next": evil, "csrf_token": browser.token()}
    assert browser.send(path, form).location == OVERVIEW


def test_a_key_with_too_few_scopes_gets_no_session(browser: Browser) -> None:
    refused = browser.sign_in(api_keys.create(browser.here.app, "middleware", ["outbox:deliver"]))
    assert refused.status_code == 403
    assert "ROLE_MISSING" in refused.text
    assert_signed_out(browser.get(OVERVIEW))


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        (READS, [200, 403, 403]),
        (sorted(ACCOUNTANT_SCOPES), [200, 200, 403]),
        (["*"], [200, 200, 200]),
    ],
)
def test_pages_ask_for_a_role(here: Plugin, scopes: list[str], statuses: list[int]) -> None:
    browser = Browser(here, with_a_page_for_each_role(here))
    assert_signed_out(browser.get("/dashboard/probe/viewer"))
    browser.sign_in(api_keys.create(here.app, "jane", scopes))
    assert [browser.get(f"/dashboard/probe/{role.title}").status_code for role in Role] == statuses


def test_a_session_is_no_key_of_the_api(inside: Browser) -> None:
    assert error_of(inside.get("/v1/settlements"))["code"] == "UNAUTHORIZED"


def test_every_answer_carries_the_strict_headers(inside: Browser) -> None:
    answers = [inside.get(path) for path in (SIGN_IN, OVERVIEW, "/dashboard/nope", "/dashboard")]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        # Nothing the policy would stop, so nothing that works only without it.
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=", answer.text)


def test_static_files_are_kept_long_where_their_address_names_their_content(
    browser: Browser,
) -> None:
    page = browser.get(SIGN_IN).text
    addresses = re.findall(r'(?:href|src)="(/dashboard/static/[^"]+)"', page)
    assert len(addresses) == 3
    for address in addresses:
        kept = browser.get(address)
        kept.close()  # the file behind it
        assert (kept.status_code, kept.headers["Cache-Control"]) == (
            200,
            "public, max-age=31536000, immutable",
        )
        assert "Set-Cookie" not in kept.headers
        path = address.partition("?")[0]
        for other in (path, f"{path}?v=0"):
            short = browser.get(other)
            short.close()
            assert short.headers["Cache-Control"] == "no-cache"
    assert browser.get("/dashboard/static/../gate.py").status_code in (303, 404)
    assert browser.get("/dashboard/static/none.css?v=1").headers["Cache-Control"] == "no-store"


def test_without_a_secret_nobody_signs_in(here: Plugin) -> None:
    browser = Browser(here)
    browser.sign_in(here.key)
    cookie = browser.cookie
    here.app = replace(here.app, secrets=MemorySecrets())
    browser = Browser(here)
    browser.cookie = cookie
    for path in (SIGN_IN, OVERVIEW):
        refused = browser.get(path)
        assert refused.status_code == 500
        assert "SESSION_SECRET_MISSING" in refused.text
        assert "Parameter Store" in refused.text
        assert "Set-Cookie" not in refused.headers


def test_a_failure_is_told_to_people(inside: Browser) -> None:
    inside.here.settlements.exceptions = failing  # type: ignore[method-assign]
    page = inside.get(OVERVIEW, X_Request_Id="r-77")
    assert (page.status_code, page.mimetype) == (503, "text/html")
    for told in ("STORE_UNREACHABLE", "The store did not answer.", "Try again.", "r-77"):
        assert told in page.text
    part = inside.get(OVERVIEW, HX_Request="true")
    assert part.headers["HX-Retarget"] == "#notice"
    assert "<html" not in part.text


def failing(*_: object) -> None:
    raise unreachable()


def test_part_of_a_page_sends_the_whole_to_the_sign_in(browser: Browser) -> None:
    answer = browser.get(OVERVIEW, HX_Request="true")
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith(SIGN_IN)


def test_only_pages_that_are_there_are_led_to(inside: Browser) -> None:
    page = inside.get(OVERVIEW).text
    menu = page[page.index('aria-label="Main"') : page.index("</nav>")]
    for address in re.findall(r'href="([^"]+)"', menu):
        assert inside.get(address).status_code == 200
    assert f'<a href="{OVERVIEW}" aria-current="page">Overview</a>' in menu


HOSTILE = '<img src=x onerror="alert(1)">&\'"</td><script>alert(2)</script>'


def hostile(severity: str = "error", **more: object) -> RegisteredException:
    finding = {"code": HOSTILE, "severity": severity, "what": HOSTILE, "repair": HOSTILE, **more}
    return RegisteredException(
        f"file:{HOSTILE}", "f1", finding, ExceptionState.OPEN, 1_234,
        "2026-01-01T00:00:00+00:00", "2026-01-31T00:00:00+00:00",
    )  # fmt: skip


@pytest.mark.parametrize("severity", ["error", HOSTILE])
def test_texts_of_findings_stay_texts(inside: Browser, severity: str) -> None:
    inside.here.settlements.register([hostile(severity)])
    page = inside.get(OVERVIEW)
    assert page.status_code == 200
    assert "<img" not in page.text
    assert "<script>" not in page.text
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;" in page.text
    assert "1,234" in page.text


def test_the_overview_shows_what_is_recorded(inside: Browser) -> None:
    empty = inside.get(OVERVIEW).text
    assert "nothing waits for anybody" in empty
    assert "No settlement is recorded yet." in empty
    inside.here.post(CA)
    page = inside.get(OVERVIEW, Accept_Language="de-AT,de;q=0.9").text
    record = inside.here.settlements.get(CA_ID)
    assert record is not None
    # Among the latest, and among those not yet cleared.
    assert page.count(f'href="/dashboard/settlements/{CA_ID}">{CA_ID}</a>') == 2
    shown = f"{record.declared_total / 100:,.2f} CAD".translate(str.maketrans(",.", ".,"))
    assert shown in page
    assert f'<time datetime="{record.end}">{record.end}</time>' in page


def test_logs_name_the_caller_and_no_secret(
    inside: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    inside.get(OVERVIEW)
    inside.sign_in(inside.here.key)
    out = capsys.readouterr().out
    assert "caller" in out
    assert "flow" in out
    assert inside.here.key not in out
    assert inside.cookie not in out
