"""Sessions and roles: what a browser carries opens nothing unless we signed it, and not long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import URLSafeSerializer
from outbox_world import Clock

from handler.adapters.memory_outbox import MemorySecrets
from handler.dashboard.safe_address import OVERVIEW, safe_next
from handler.flows import api_keys
from handler.flows.app import App
from handler.flows.session import (
    IDLE,
    LONGEST,
    NoSessionSecret,
    is_own_token,
    key_of,
    open_session,
    read_session,
    renewed,
    written,
)
from handler.flows.session_roles import Role, role_of
from handler.flows.session_secret import SESSION_SECRET
from handler.wiring import in_memory

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
READS = ["exceptions:read", "settlements:read", "inventory:read"]
WRITES = ["settlements:write", "inventory:write", "exceptions:write", "mappings:write"]


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def app(clock: Clock) -> App:
    return in_memory(now=clock)


def key(app: App) -> object:
    found = api_keys.find(app, api_keys.create(app, "jane", READS))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("scopes", "role"),
    [
        (["*"], Role.ADMIN),
        (READS, Role.VIEWER),
        ([*READS, "outbox:read"], Role.VIEWER),
        ([*READS, "settlements:write"], Role.VIEWER),
        (READS + WRITES, Role.ACCOUNTANT),
        (api_keys.SCOPES[:-1], Role.ACCOUNTANT),
        (READS[:2], None),
        (WRITES, None),
        ([], None),
    ],
)
def test_roles_come_of_scopes(scopes: list[str], role: Role | None) -> None:
    assert role_of(scopes) is role


def test_what_is_written_is_read_back(app: App) -> None:
    session = open_session(app, key(app))
    assert read_session(app, written(app, session)) == session
    assert key_of(app, session) is not None
    assert key_of(app, open_session(app)) is None


def test_no_two_sessions_have_anything_in_common(app: App) -> None:
    one, other = (open_session(app, key(app)) for _ in range(2))
    assert one.session_id != other.session_id
    assert one.csrf != other.csrf
    assert is_own_token(one, one.csrf)
    assert not is_own_token(one, other.csrf)
    assert not is_own_token(one, "")
    assert not is_own_token(one, "\xe9")


def test_half_an_hour_without_use_ends_it(app: App, clock: Clock) -> None:
    text = written(app, open_session(app, key(app)))
    clock.at = START + IDLE - timedelta(seconds=1)
    assert read_session(app, text) is not None
    clock.at = START + IDLE
    assert read_session(app, text) is None


def test_use_prolongs_it_but_not_over_eight_hours(app: App, clock: Clock) -> None:
    session = open_session(app, key(app))
    while clock.at < START + LONGEST - timedelta(minutes=20):
        clock.at += timedelta(minutes=20)
        found = read_session(app, written(app, session))
        assert found is not None
        session = renewed(app, found)
    clock.at = START + LONGEST
    assert read_session(app, written(app, session)) is None


def test_what_we_did_not_sign_is_no_session(app: App) -> None:
    text = written(app, open_session(app, key(app)))
    body, _, signature = text.rpartition(".")
    foreign = URLSafeSerializer("x" * 32, salt="dashboard session, form 1").dumps(["a"])
    own = app.secrets.read(SESSION_SECRET)
    other_use = URLSafeSerializer(own, salt="another use").dumps(["a", "b", "c", 1, 1])
    for bad in ("", body, f"{body}.", f"{body}.{signature[:-2]}", f"A{text}", foreign, other_use):
        assert read_session(app, bad) is None
    assert read_session(app, text + "A" * 2_000) is None


def test_a_signed_text_of_another_form_is_no_session(app: App) -> None:
    made = open_session(app)
    odd = written(app, replace(made, seen="1"))  # type: ignore[arg-type]
    assert read_session(app, odd) is None


def test_a_new_secret_ends_sessions_unless_the_old_one_stays_behind_it(app: App) -> None:
    text = written(app, open_session(app))
    old = app.secrets.read(SESSION_SECRET)
    app.secrets.write(SESSION_SECRET, f"{'n' * 32}\n{old}")
    assert read_session(app, text) is not None
    newer = written(app, open_session(app))
    app.secrets.write(SESSION_SECRET, "n" * 32)
    assert read_session(app, text) is None
    assert read_session(app, newer) is not None


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        (None, "SESSION_SECRET_MISSING"),
        ("", "SESSION_SECRET_WEAK"),
        ("short", "SESSION_SECRET_WEAK"),
        ("n" * 32 + "\nshort", "SESSION_SECRET_WEAK"),
    ],
)
def test_without_a_good_secret_nothing_is_signed(app: App, secret: str | None, code: str) -> None:
    secrets = MemorySecrets()
    if secret is not None:
        secrets.write(SESSION_SECRET, secret)
    text = written(app, open_session(app))
    app = replace(app, secrets=secrets)
    for tried in (lambda: written(app, open_session(app)), lambda: read_session(app, text)):
        with pytest.raises(NoSessionSecret) as refused:
            tried()
        assert refused.value.code == code
        assert refused.value.repair


@pytest.mark.parametrize(
    "wanted",
    ["/dashboard", "/dashboard/settlements?state=held&cursor=ab%3D", "/dashboard/settlements/123"],
)
def test_own_pages_are_led_back_to(wanted: str) -> None:
    assert safe_next(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "https://evil.example/dashboard",
        "//evil.example/dashboard",
        "/\\evil.example",
        "/dashboard/\\evil.example",
        "/dashboard//evil.example",
        "/dashboard/../v1/settlements",
        "/dashboard@evil.example",
        "/dashboard.evil.example",
        "/dashboardx",
        "/v1/settlements",
        "javascript:alert(1)",
        "/dashboard\n/x",
        "/dashboard/x\n",
        "\t//evil.example",
        "/dashboard/sign-in",
        "/dashboard/sign-out",
        "/dashboard/" + "x" * 2_000,
    ],
)
def test_nowhere_else_is_led_to(wanted: str) -> None:
    assert safe_next(wanted) == OVERVIEW
