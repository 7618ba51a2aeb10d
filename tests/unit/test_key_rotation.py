"""One key takes over from others, which are accepted for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handler.core.errors import RefusedRequest
from handler.flows import api_keys, key_lookup, key_rotation
from handler.flows.app import App
from handler.flows.key_ports import ApiKey
from handler.wiring import in_memory

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOKENS = ("9f8e7d6c5b4a392817061504", "Zm9vYmFyIGJhegpxdXV4")


@pytest.fixture
def app() -> App:
    return in_memory(now=lambda: NOON)


def accepted(app: App, text: str, after: timedelta = timedelta()) -> bool:
    return api_keys.find(replace(app, now=lambda: NOON + after), text) is not None


def id_of(app: App, text: str) -> str:
    key = api_keys.find(app, text)
    assert key is not None
    return key_lookup.key_id(key)


def code_of(call, *given, **more) -> str:
    with pytest.raises(RefusedRequest) as refused:
        call(*given, **more)
    return refused.value.code


def test_old_key_is_accepted_for_a_day_and_the_new_one_for_good(app: App) -> None:
    old = api_keys.create(app, "celigo", ["inventory:read"], per_minute=9)
    new = key_rotation.rotate(app, "celigo")
    key = api_keys.find(app, new)
    assert key is not None
    assert (key.name, key.scopes, key.per_minute) == ("celigo", {"inventory:read"}, 9)
    assert key.expires_at == ""
    day = timedelta(hours=24)
    assert accepted(app, old, day - timedelta(microseconds=1))
    assert not accepted(app, old, day)
    assert accepted(app, new, 1000 * day)


def test_without_grace_the_old_key_is_refused_at_once(app: App) -> None:
    old = api_keys.create(app, "celigo", ["*"])
    new = key_rotation.rotate(app, "celigo", grace=timedelta())
    assert (accepted(app, old), accepted(app, new)) == (False, True)


def test_no_key_lives_longer_for_being_rotated(app: App) -> None:
    old = api_keys.create(app, "celigo", ["*"], expires_at=NOON + HOUR)
    key_rotation.rotate(app, "celigo", expires_at=NOON + 90 * HOUR)
    assert not accepted(app, old, HOUR)
    key_rotation.rotate(app, "celigo", grace=5 * HOUR)
    ends = {key.expires_at for key in key_lookup.listing(app)}
    assert ends == {"", "2026-01-31T13:00:00+00:00", "2026-01-31T17:00:00+00:00"}


def test_only_the_key_that_is_named_expires(app: App) -> None:
    first, second = (api_keys.create(app, "celigo", ["*"]) for _ in range(2))
    other = api_keys.create(app, "boomi", ["*"])
    key_rotation.rotate(app, id_of(app, first), grace=timedelta())
    assert [accepted(app, text) for text in (first, second, other)] == [False, True, True]
    key_rotation.rotate(app, "celigo", grace=timedelta())
    assert [accepted(app, text) for text in (first, second, other)] == [False, False, True]


def test_keys_that_may_do_different_things_have_no_common_successor(app: App) -> None:
    first = api_keys.create(app, "celigo", ["inventory:read"])
    second = api_keys.create(app, "celigo", ["*"])
    before = list(app.keys.keys())
    assert code_of(key_rotation.rotate, app, "celigo") == "KEYS_DIFFER"
    assert list(app.keys.keys()) == before
    new = key_rotation.rotate(app, id_of(app, first), grace=timedelta())
    key = api_keys.find(app, new)
    assert key is not None
    assert key.scopes == {"inventory:read"}
    assert accepted(app, second)


def test_what_is_revoked_or_expired_has_no_successor_and_stays_so(app: App) -> None:
    api_keys.create(app, "revoked", ["*"])
    api_keys.revoke(app, "revoked")
    api_keys.create(app, "expired", ["*"], expires_at=NOON + HOUR)
    later = replace(app, now=lambda: NOON + HOUR)
    for name in ("revoked", "expired", "nobody"):
        assert code_of(key_rotation.rotate, later, name) == "KEY_NOT_FOUND"
    old = api_keys.create(app, "mixed", ["*"])
    api_keys.revoke(app, "mixed")
    api_keys.create(app, "mixed", ["*"])
    key_rotation.rotate(app, "mixed")
    assert not accepted(app, old)


def test_key_revoked_since_the_list_was_made_stays_revoked(app: App) -> None:
    old = api_keys.create(app, "celigo", ["*"])
    stale = list(app.keys.keys())
    api_keys.revoke(app, "celigo")
    newer = api_keys.create(app, "celigo", ["*"])

    class Late:
        """A list that is a moment old."""

        def keys(self) -> list[ApiKey]:
            return [*stale, *(key for key in key_lookup.listing(app) if not key.revoked)]

        def __getattr__(self, name: str):
            return getattr(app.keys, name)

    key_rotation.rotate(replace(app, keys=Late()), "celigo")
    assert (accepted(app, old), accepted(app, newer)) == (False, True)


@pytest.mark.parametrize("hours", [-1, 90 * 24 + 1])
def test_grace_has_bounds(app: App, hours: int) -> None:
    api_keys.create(app, "celigo", ["*"])
    assert code_of(key_rotation.rotate, app, "celigo", grace=hours * HOUR) == "BAD_GRACE"
    assert len(app.keys.keys()) == 1


def test_next_token_takes_over_from_the_one_before(app: App) -> None:
    api_keys.import_token(app, TOKENS[0], "integrator", ["inventory:write"], per_minute=60)
    made = key_rotation.replace_by_token(app, "integrator", TOKENS[1], grace=2 * HOUR)
    assert api_keys.find(app, TOKENS[1]) == made
    assert (made.name, made.scopes, made.per_minute) == ("integrator", {"inventory:write"}, 60)
    assert made.imported
    assert accepted(app, TOKENS[0], 2 * HOUR - timedelta(seconds=1))
    assert not accepted(app, TOKENS[0], 2 * HOUR)
    for token, code in ((TOKENS[1], "KEY_KNOWN"), ("short", "BAD_TOKEN")):
        assert code_of(key_rotation.replace_by_token, app, "integrator", token) == code


def test_only_who_generates_a_token_can_change_it(app: App) -> None:
    """A new key of ours would reach no integrator.io, and its flows stop when the token ends."""
    made = api_keys.import_token(app, TOKENS[0], "integrator", ["inventory:write"])
    assert code_of(key_rotation.rotate, app, "integrator") == "KEY_IMPORTED"
    assert list(app.keys.keys()) == [made]
    ours = api_keys.create(app, "ours", ["inventory:write"])
    token = key_rotation.replace_by_token(app, "ours", TOKENS[1])
    assert token.imported
    old = api_keys.find(app, ours)
    assert old is not None
    assert not old.imported


def test_revoking_by_a_list_that_is_a_moment_old_counts_what_was_still_valid(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = (api_keys.create(app, "celigo", ["*"]) for _ in range(2))
    stale = list(app.keys.keys())
    api_keys.revoke(app, id_of(app, first))
    monkeypatch.setattr(app.keys, "keys", lambda: stale)
    assert api_keys.revoke(app, "celigo") == 1
    assert code_of(api_keys.revoke, app, "celigo") == "KEY_NOT_FOUND"
