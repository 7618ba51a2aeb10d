"""Signing in at a provider, in a browser: the way there and back, and every way to abuse it."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import yaml
from oidc_world import (
    CLIENT,
    REDIRECT,
    Provider,
    jwk,
    provider,
    rsa_key,
    signed,
    signed_with_public_key,
    unsigned,
    with_provider,
)
from outbox_world import Clock
from plugin import ROOT, Plugin, plugin
from test_dashboard_pages import (
    HOME,
    HOSTILE,
    OVERVIEW,
    SIGN_IN,
    Browser,
    assert_signed_out,
    hostile,
    with_a_page_for_each_role,
)
from werkzeug.test import TestResponse

from handler import logs
from handler.flows import oidc
from handler.flows.exception_record import exception_id
from handler.flows.oidc_ports import Identity, UnusableProvider
from handler.flows.session import LONGEST_OF_PERSON
from handler.flows.session_roles import Role
from handler.flows.session_secret import OIDC_CLIENT_SECRET
from handler.settings import BadSetting, read_settings
from handler.wiring_oidc import identity_of

START = "/dashboard/oidc/start"
RETURN = "/dashboard/oidc/return"
KEPT = "__Host-dashboard-oidc"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def known() -> Iterator[Provider]:
    with provider() as one:
        yield one


@pytest.fixture
def here(known: Provider) -> Plugin:
    return with_provider(plugin(), known)


@pytest.fixture
def browser(here: Plugin) -> Browser:
    return Browser(here)


def begun(browser: Browser, known: Provider, wanted: str = "") -> str:
    """Go to the provider and sign in there; return where it leads back to."""
    away = browser.get(f"{START}?{urlencode({'next': wanted})}")
    assert away.status_code == 303, away.text
    return known.approve(away.location)


def done(browser: Browser, known: Provider, wanted: str = "") -> TestResponse:
    return browser.get(begun(browser, known, wanted))


def kept(browser: Browser) -> str:
    found = browser.client.get_cookie(KEPT, domain="plugin.example")
    return found.value if found else ""


def keep(browser: Browser, value: str) -> None:
    browser.client.set_cookie(KEPT, value, domain="plugin.example", secure=True)


def assert_refused(answer: TestResponse, status: int, code: str, browser: Browser) -> None:
    assert (answer.status_code, answer.mimetype) == (status, "text/html"), answer.text
    assert code in answer.text
    assert not kept(browser)
    assert_signed_out(browser.get(OVERVIEW))


def test_whom_the_provider_vouches_for_is_in(browser: Browser, known: Provider) -> None:
    page = browser.get(f"{SIGN_IN}?next=/dashboard/exceptions?state=new")
    assert f'href="{START}?next=/dashboard/exceptions?state%3Dnew"' in page.text
    away = browser.get(f"{START}?next=/dashboard/exceptions?state%3Dnew")
    asked = dict(parse_qsl(urlsplit(away.location).query))
    assert asked["redirect_uri"] == REDIRECT
    assert asked["scope"] == "openid email"
    (cookie,) = [one for one in away.headers.getlist("Set-Cookie") if one.startswith(f"{KEPT}=")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"} <= set(
        cookie.split("; ")
    )
    back = browser.get(known.approve(away.location))
    assert (back.status_code, back.location) == (303, "/dashboard/exceptions?state=new")
    assert not kept(browser)
    inside = browser.get(back.location)
    assert inside.status_code == 200
    assert "jane@seller.example, admin" in inside.text
    (form,) = known.forms
    assert form["grant_type"] == "authorization_code"
    assert known.authorizations == [""]  # a public client


def test_what_a_person_does_bears_their_name(browser: Browser, known: Provider) -> None:
    one = hostile("error")
    browser.here.settlements.register([one])
    done(browser, known)
    page = f"/dashboard/exceptions/{exception_id(one)}"
    form = {"action": "resolve", "note": "seen", "csrf_token": browser.token(page)}
    assert browser.send(page, form).status_code == 303
    assert "oidc:jane@seller.example" in browser.get(page).text


@pytest.mark.parametrize("verified", [False, None, "false", 1])
def test_an_address_that_is_not_proven_names_nobody(
    browser: Browser, known: Provider, verified: object
) -> None:
    known.said = {"email_verified": verified}
    done(browser, known)
    page = browser.get(OVERVIEW).text
    assert "u-1, admin" in page
    assert "jane@" not in page


def test_what_a_token_says_stays_text(browser: Browser, known: Provider) -> None:
    known.said = {"email": None, "sub": HOSTILE}
    done(browser, known)
    page = browser.get(OVERVIEW).text
    assert "<img" not in page
    assert "&lt;img" in page


@pytest.mark.parametrize(
    ("groups", "statuses"),
    [
        (["viewer"], [200, 403, 403]),
        (["accountant", "viewer"], [200, 200, 403]),
        (["other", "admin"], [200, 200, 200]),
        ("accountant", [200, 200, 403]),
    ],
)
def test_the_group_is_the_role(
    here: Plugin, known: Provider, groups: object, statuses: list[int]
) -> None:
    browser = Browser(here, with_a_page_for_each_role(here))
    known.said = {"cognito:groups": groups}
    done(browser, known)
    answers = [browser.get(f"/dashboard/probe/{role.title}") for role in Role]
    assert [answer.status_code for answer in answers] == statuses
    if 403 in statuses:
        assert "jane@seller.example may not do this" in answers[-1].text


@pytest.mark.parametrize(
    "groups", [None, [], ["Admin"], ["superadmin"], "viewer admin", {"admin": 1}, 3, [["admin"]]]
)
def test_of_no_role_nobody_gets_in(browser: Browser, known: Provider, groups: object) -> None:
    known.said = {"cognito:groups": groups}
    assert_refused(done(browser, known), 403, "ROLE_MISSING", browser)


def test_another_claim_may_list_the_groups(here: Plugin, known: Provider) -> None:
    browser = Browser(with_provider(here, known, role_claim="roles"))
    known.said = {"roles": ["viewer"]}
    done(browser, known)
    assert "jane@seller.example, viewer" in browser.get(OVERVIEW).text


def over(claims: dict[str, Any]) -> str:
    return signed({**claims, "exp": int(time.time()) - 90})


FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "another's key": lambda claims: signed(claims, "a", rsa_key("other")),
    "alg none": unsigned,
    "HS256 by the public key": signed_with_public_key,
    "a key nobody knows": lambda claims: signed(claims, "zz", rsa_key("other")),
    "another audience": lambda claims: signed({**claims, "aud": "other"}),
    "another issuer": lambda claims: signed({**claims, "iss": "https://evil.example"}),
    "another nonce": lambda claims: signed({**claims, "nonce": "n"}),
    "over": over,
    "an access token": lambda claims: signed({**claims, "token_use": "access"}),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_token_that_is_not_the_providers_opens_nothing(
    browser: Browser, known: Provider, kind: str
) -> None:
    known.sign = FORGED[kind]
    assert_refused(done(browser, known), 403, "OIDC_TOKEN_REFUSED", browser)
    assert len(known.forms) == 1  # it was asked, and not believed


def test_a_token_of_an_earlier_sign_in_opens_nothing(browser: Browser, known: Provider) -> None:
    tokens: list[str] = []

    def first(claims: dict[str, Any]) -> str:
        tokens.append(signed(claims))
        return tokens[0]

    known.sign = first
    assert done(browser, known).status_code == 303
    other = Browser(browser.here)
    assert_refused(done(other, known), 403, "OIDC_TOKEN_REFUSED", other)


def test_keys_change_while_people_sign_in(browser: Browser, known: Provider) -> None:
    assert done(browser, known).status_code == 303
    known.keys = [jwk(rsa_key("b"), "b")]
    known.sign = lambda claims: signed(claims, "b", rsa_key("b"))
    # So soon after the last time nobody is asked again, else anybody could have us ask.
    assert "OIDC_TOKEN_REFUSED" in done(browser, known).text
    assert known.asked.count("/jwks") == 1
    known.seconds += 61
    assert done(browser, known).status_code == 303
    assert known.asked.count("/jwks") == 2
    known.sign = signed  # by the key that was taken away
    assert "OIDC_TOKEN_REFUSED" in done(browser, known).text


def test_documents_are_kept_for_an_hour(browser: Browser, known: Provider) -> None:
    for _ in range(3):
        done(browser, known)
    assert known.asked.count("/.well-known/openid-configuration") == 1
    assert known.asked.count("/jwks") == 1
    known.seconds += 3_601
    done(browser, known)
    assert known.asked.count("/.well-known/openid-configuration") == 2


def with_other(address: str, **more: str) -> str:
    path, _, query = address.partition("?")
    return f"{path}?{urlencode({**dict(parse_qsl(query)), **more})}"


@pytest.mark.parametrize("state", ["", "x", "\xe9", "other"])
def test_another_state_is_refused(browser: Browser, known: Provider, state: str) -> None:
    address = with_other(begun(browser, known), state=state)
    assert_refused(browser.get(address), 403, "OIDC_STATE_MISMATCH", browser)
    assert not known.forms  # the code went nowhere


def test_who_has_begun_nothing_is_not_led_into_anothers_account(
    here: Plugin, known: Provider
) -> None:
    address = begun(Browser(here), known)  # the attacker's own, sent as a link
    victim = Browser(here)
    assert_refused(victim.get(address), 403, "OIDC_STATE_MISMATCH", victim)
    begun(victim, known)  # nor with a sign-in on the way
    assert_refused(victim.get(address), 403, "OIDC_STATE_MISMATCH", victim)
    assert not known.forms


def test_a_planted_cookie_leads_nobody_into_anothers_account(here: Plugin, known: Provider) -> None:
    attacker, victim = Browser(here), Browser(here)
    address = begun(attacker, known)
    victim.get(SIGN_IN)
    keep(victim, kept(attacker))
    assert_refused(victim.get(address), 403, "OIDC_STATE_MISMATCH", victim)
    assert not known.forms


def test_a_return_works_once(browser: Browser, known: Provider) -> None:
    address = begun(browser, known)
    session, cookie = browser.cookie, kept(browser)
    code = dict(parse_qsl(urlsplit(address).query))["code"]
    asked = known.codes[code]
    assert browser.get(address).status_code == 303
    thief = Browser(browser.here)  # with everything the browser had
    thief.cookie = session
    keep(thief, cookie)
    known.codes[code] = asked  # and a provider that takes a code twice
    assert_refused(thief.get(address), 403, "OIDC_STATE_MISMATCH", thief)
    assert len(known.forms) == 1
    assert browser.get(OVERVIEW).status_code == 200


def test_a_sign_in_takes_ten_minutes_at_most(here: Plugin, known: Provider) -> None:
    clock = Clock(NOON)
    here.app = replace(here.app, now=clock)
    browser = Browser(here)
    address = begun(browser, known)
    clock.at = NOON + oidc.LASTS
    assert_refused(browser.get(address), 403, "OIDC_STATE_MISMATCH", browser)
    address = begun(browser, known)
    clock.at += oidc.LASTS - timedelta(seconds=1)
    assert browser.get(address).status_code == 303


def test_a_session_from_before_gains_nothing(browser: Browser, known: Provider) -> None:
    address = begun(browser, known)
    before, token = browser.cookie, browser.token()
    browser.get(address)
    assert browser.cookie != before
    assert browser.token(OVERVIEW) != token
    planted = Browser(browser.here)
    planted.cookie = before
    assert_signed_out(planted.get(OVERVIEW))


def test_a_sign_in_with_a_key_meanwhile_ends_it(browser: Browser, known: Provider) -> None:
    address = begun(browser, known)
    browser.sign_in(browser.here.key)
    assert "OIDC_STATE_MISMATCH" in browser.get(address).text
    assert "flow, admin" in browser.get(OVERVIEW).text  # still who they were


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example/dashboard", "https://evil.example", "/dashboard/../x", START, RETURN, ""],
)
def test_nobody_is_led_elsewhere(browser: Browser, known: Provider, wanted: str) -> None:
    assert done(browser, known, wanted).location == OVERVIEW


def test_another_host_name_asks_the_provider_with_that_name(here: Plugin, known: Provider) -> None:
    """Which refuses it: it knows where it may lead to. Who has set the address, needs no host."""
    browser = Browser(here)
    away = browser.client.get(START, base_url="https://evil.example")
    assert dict(parse_qsl(urlsplit(away.location).query))["redirect_uri"].startswith(
        "https://evil.example/"
    )
    set_once = Browser(with_provider(here, known, redirect_url=REDIRECT))
    away = set_once.client.get(START, base_url="https://evil.example")
    assert dict(parse_qsl(urlsplit(away.location).query))["redirect_uri"] == REDIRECT


def test_an_answer_of_another_provider_is_refused(browser: Browser, known: Provider) -> None:
    address = with_other(begun(browser, known), iss="https://evil.example")
    assert_refused(browser.get(address), 403, "OIDC_STATE_MISMATCH", browser)
    assert not known.forms
    address = with_other(begun(browser, known), iss=known.issuer)
    assert browser.get(address).status_code == 303


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        ("access_denied", 403, "OIDC_DENIED"),
        ("<script>alert(1)</script>", 403, "OIDC_DENIED"),
        ("temporarily_unavailable", 503, "OIDC_UNREACHABLE"),
    ],
)
def test_what_the_provider_refuses_is_told(
    browser: Browser, known: Provider, error: str, status: int, code: str
) -> None:
    answer = browser.get(with_other(begun(browser, known), error=error))
    assert "<script>alert" not in answer.text
    assert_refused(answer, status, code, browser)


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ((400, "invalid_grant"), 403, "OIDC_CODE_REFUSED"),
        ((401, "invalid_client"), 500, "OIDC_CLIENT_REFUSED"),
        ((200, ""), 500, "OIDC_UNUSABLE"),
        ((302, ""), 500, "OIDC_CLIENT_REFUSED"),
        ((500, ""), 503, "OIDC_UNREACHABLE"),
        ((429, ""), 503, "OIDC_UNREACHABLE"),
    ],
)
def test_a_code_that_is_not_redeemed_is_told(
    browser: Browser, known: Provider, said: tuple[int, str], status: int, code: str
) -> None:
    known.token_error = said
    assert_refused(done(browser, known), status, code, browser)


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"issuer": "https://evil.example"}, 500),
        ({"authorization_endpoint": None}, 500),
        ({"authorization_endpoint": "javascript:alert(1)"}, 500),
        ({"authorization_endpoint": "https://a@b/x"}, 500),
        ({"authorization_endpoint": "https://a/\r\nx"}, 500),
    ],
)
def test_a_provider_that_is_another_is_not_used(
    browser: Browser, known: Provider, document: dict[str, Any], status: int
) -> None:
    known.document = document
    answer = browser.get(START)
    assert answer.status_code == status
    assert "OIDC_UNUSABLE" in answer.text


def test_a_provider_that_is_away_stops_no_key(here: Plugin) -> None:
    with provider() as gone:
        pass
    browser = Browser(with_provider(here, gone))
    answer = browser.get(START)
    assert (answer.status_code, "OIDC_UNREACHABLE" in answer.text) == (503, True)
    assert browser.sign_in(here.key).status_code == 303


@pytest.mark.parametrize(
    "ways", [None, ["client_secret_basic", "client_secret_post"], ["client_secret_post"]]
)
def test_a_secret_is_sent_as_the_provider_takes_it(
    browser: Browser, known: Provider, ways: list[str] | None
) -> None:
    known.document = {"token_endpoint_auth_methods_supported": ways} if ways else {}
    browser.here.app.secrets.write(OIDC_CLIENT_SECRET, "s:e cret\n")
    assert done(browser, known).status_code == 303
    basic = "Basic " + base64.b64encode(b"client-1:s%3Ae+cret").decode()
    is_basic = ways is None or "client_secret_basic" in ways
    assert known.authorizations == [basic if is_basic else ""]
    assert known.forms[0].get("client_secret") == (None if is_basic else "s:e cret")


def test_after_an_hour_the_provider_is_asked_anew(here: Plugin, known: Provider) -> None:
    clock = Clock(NOON)
    here.app = replace(here.app, now=clock)
    browser = Browser(here)
    done(browser, known)
    while clock.at < NOON + LONGEST_OF_PERSON - timedelta(minutes=20):
        clock.at += timedelta(minutes=20)
        assert browser.get(OVERVIEW).status_code == 200
    clock.at = NOON + LONGEST_OF_PERSON
    assert_signed_out(browser.get(OVERVIEW))


def test_without_the_provider_its_sessions_are_over(browser: Browser, known: Provider) -> None:
    done(browser, known)
    alone = Browser(replace(browser.here, app=replace(browser.here.app, identity=None)))
    alone.cookie = browser.cookie
    assert_signed_out(alone.get(OVERVIEW))
    assert "Sign in with" not in alone.get(SIGN_IN).text
    for path in (START, RETURN):
        assert alone.get(path).status_code == 404


def test_signing_out_ends_the_session_at_the_provider_too(
    browser: Browser, known: Provider
) -> None:
    done(browser, known)
    answer = browser.send("/dashboard/sign-out", {"csrf_token": browser.token(OVERVIEW)})
    assert answer.status_code == 200
    assert browser.cookie == ""
    address = answer.headers["Refresh"].removeprefix("0; url=")
    assert address.startswith(f"{known.issuer}/logout?")
    assert parse_qs(urlsplit(address).query) == {
        "client_id": [CLIENT],
        "post_logout_redirect_uri": [f"{HOME}{SIGN_IN}"],
    }
    assert f'href="{address}"'.replace("&", "&amp;") in answer.text
    assert_signed_out(browser.get(OVERVIEW))


def test_who_came_with_a_key_is_led_to_no_provider(browser: Browser) -> None:
    browser.sign_in(browser.here.key)
    token = browser.token(OVERVIEW)
    assert_signed_out(browser.send("/dashboard/sign-out", {"csrf_token": token}))


@pytest.mark.parametrize("document", [{"end_session_endpoint": None}, {"issuer": "other"}])
def test_who_leaves_gets_away(browser: Browser, known: Provider, document: dict[str, Any]) -> None:
    done(browser, known)
    known.document = document
    known.seconds += 3_601
    token = browser.token(OVERVIEW)
    assert_signed_out(browser.send("/dashboard/sign-out", {"csrf_token": token}))
    assert browser.cookie == ""


def test_cognito_has_a_name_of_its_own_for_the_way_back(here: Plugin, known: Provider) -> None:
    issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a"
    app = with_provider(here, known, issuer=issuer).app
    assert app.identity is not None
    assert app.identity.name == "Amazon Cognito"
    address = oidc.sign_out_address(app, f"{HOME}{SIGN_IN}")
    assert parse_qs(urlsplit(address).query) == {
        "client_id": [CLIENT],
        "logout_uri": [f"{HOME}{SIGN_IN}"],
    }
    assert not replace(app.identity, issuer=f"https://evil.example/{issuer}").is_cognito


NEEDED = {"TABLE_NAME": "table", "BUCKET_NAME": "bucket"}
SET = {**NEEDED, "OIDC_ISSUER": "https://provider.example", "OIDC_CLIENT_ID": CLIENT}


def test_settings_name_the_provider() -> None:
    said = {"OIDC_ROLE_CLAIM": " roles ", "OIDC_REDIRECT_URL": REDIRECT}
    identity = identity_of(read_settings(SET | said), lambda _: None)
    assert identity == Identity("https://provider.example", CLIENT, "roles", REDIRECT, None)
    plain = identity_of(read_settings(SET), lambda _: None)
    assert plain == Identity("https://provider.example", CLIENT, "cognito:groups", "", None)
    assert identity_of(read_settings(NEEDED), lambda _: None) is None
    assert read_settings({**NEEDED, "OIDC_CLIENT_ID": CLIENT}).oidc_client_id == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("OIDC_CLIENT_ID", ""), ("OIDC_ISSUER", "provider"), ("OIDC_REDIRECT_URL", "/return")],
)
def test_settings_of_the_provider_are_checked(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({**SET, name: value})


@pytest.mark.parametrize("stage", ["local", "prod"])
def test_only_this_machine_does_without_https(known: Provider, stage: str) -> None:
    settings = read_settings({**SET, "STAGE": stage, "OIDC_ISSUER": known.issuer})
    identity = identity_of(settings, lambda make: make())
    assert identity is not None
    if stage == "local":
        assert identity.provider.places().sign_in == f"{known.issuer}/authorize"
        return
    with pytest.raises(UnusableProvider):
        identity.provider.places()
    assert not known.asked


def test_the_pool_that_can_be_deployed_fits_the_pages() -> None:
    text = (ROOT / "infra" / "identity.yml").read_text(encoding="utf-8")
    parts = yaml.safe_load(text)
    environments = [part["environment"] for part in parts.values()]
    names = {"OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_ROLE_CLAIM", "OIDC_REDIRECT_URL"}
    serverless = yaml.safe_load((ROOT / "serverless.yml").read_text(encoding="utf-8"))
    assert [set(one) for one in environments] == [names, names]
    assert names <= set(serverless["functions"]["http"]["environment"])
    assert serverless["params"]["default"]["identity"] == "given"
    assert parts["given"]["resources"] == {}
    made = parts["cognito"]["resources"]["Resources"]
    client = made["UserPoolClient"]["Properties"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"] == oidc.SCOPES.split()
    assert client["CallbackURLs"] == [environments[1]["OIDC_REDIRECT_URL"]]
    assert client["CallbackURLs"][0]["Fn::Sub"].endswith(f".${{AWS::URLSuffix}}{RETURN}")
    assert client["LogoutURLs"][0]["Fn::Sub"].endswith(f".${{AWS::URLSuffix}}{SIGN_IN}")
    groups = [
        one["Properties"]["GroupName"]
        for one in made.values()
        if one["Type"] == "AWS::Cognito::UserPoolGroup"
    ]
    assert groups == [role.title for role in Role]


def test_people_too_are_counted(here: Plugin, known: Provider) -> None:
    here.app = replace(here.app, now=lambda: NOON, calls_per_minute=2)
    browser = Browser(here)
    assert done(browser, known).status_code == 303
    assert browser.get(OVERVIEW).status_code == 200
    assert browser.get(OVERVIEW).status_code == 429


def test_logs_hold_neither_code_nor_token_nor_address(
    browser: Browser, known: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    tokens: list[str] = []

    def seen(claims: dict[str, Any]) -> str:
        tokens.append(signed(claims))
        return tokens[-1]

    known.sign = seen
    address = begun(browser, known)
    carried = kept(browser)
    browser.get(address)
    browser.get(OVERVIEW)
    out = capsys.readouterr().out
    code = dict(parse_qsl(urlsplit(address).query))["code"]
    assert RETURN in out
    for secret in (code, tokens[0], carried, browser.cookie, "jane@"):
        assert secret not in out
