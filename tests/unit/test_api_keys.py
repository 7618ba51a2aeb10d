"""Bearer keys: made, taken over, found, revoked; the key itself is kept nowhere."""

from __future__ import annotations

import base64
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from plugin import Plugin, plugin

from handler.core.errors import RefusedRequest
from handler.flows import api_keys, key_lookup
from handler.flows.app import App
from handler.flows.key_ports import ApiKey
from handler.wiring import in_memory

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
TOKEN = "9f8e7d6c5b4a39281706"  # 20 characters, the fewest


@pytest.fixture
def here() -> Plugin:
    return plugin()


def at(app: App, moment: datetime) -> App:
    """The same plugin at another time."""
    return replace(app, now=lambda: moment)


def code_of(call, *given, **more) -> str:
    with pytest.raises(RefusedRequest) as refused:
        call(*given, **more)
    return refused.value.code


def test_key_is_random_and_kept_only_as_its_hash(here: Plugin) -> None:
    made = {api_keys.create(here.app, "celigo", ["settlements:write"]) for _ in range(20)}
    assert len(made) == 20
    for text in made:
        assert text.startswith("ans_")
        assert len(base64.urlsafe_b64decode(text.removeprefix("ans_") + "=")) == 32
        assert text not in repr(key_lookup.listing(here.app))
        assert api_keys.find(here.app, text) is not None


@pytest.mark.parametrize("scopes", [[], ["settlements:delete"], ["settlements:read", ""], ["all"]])
def test_unknown_scopes_are_refused(here: Plugin, scopes: list[str]) -> None:
    before = key_lookup.listing(here.app)
    with pytest.raises(RefusedRequest) as refused:
        api_keys.create(here.app, "celigo", scopes)
    assert refused.value.code == "UNKNOWN_SCOPE"
    assert key_lookup.listing(here.app) == before


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", "0123456789ab"])
def test_names_that_name_nobody_are_refused(here: Plugin, name: str) -> None:
    with pytest.raises(RefusedRequest) as refused:
        api_keys.create(here.app, name, ["*"])
    assert refused.value.code == "BAD_KEY_NAME"


def test_revoking_a_name_revokes_all_its_keys(here: Plugin) -> None:
    old, new = (api_keys.create(here.app, "celigo", ["*"]) for _ in range(2))
    other = api_keys.create(here.app, "boomi", ["*"])
    assert api_keys.revoke(here.app, "celigo") == 2
    assert api_keys.find(here.app, old) is None
    assert api_keys.find(here.app, new) is None
    assert api_keys.find(here.app, other) is not None
    for name in ("celigo", "nobody"):
        with pytest.raises(RefusedRequest) as refused:
            api_keys.revoke(here.app, name)
        assert refused.value.code == "KEY_NOT_FOUND"


def test_listing_is_by_name(here: Plugin) -> None:
    api_keys.create(here.app, "boomi", ["settlements:read"])
    assert [key.name for key in key_lookup.listing(here.app)] == ["boomi", "flow"]


def test_store_that_answers_with_another_key_opens_nothing(here: Plugin) -> None:
    class Wrong:
        def find(self, key_hash: str) -> ApiKey:
            return ApiKey(key_hash[::-1], "x", frozenset({"*"}), "")

    object.__setattr__(here.app, "keys", Wrong())
    assert api_keys.find(here.app, here.key) is None


def test_everything_is_a_scope() -> None:
    key = ApiKey("", "x", frozenset({"*"}), "")
    assert all(api_keys.allows(key, scope) for scope in api_keys.SCOPES)
    reader = ApiKey("", "x", frozenset({"settlements:read"}), "")
    assert [s for s in api_keys.SCOPES if api_keys.allows(reader, s)] == ["settlements:read"]


@pytest.mark.parametrize("which", [[0], [1], [0, 1]])
def test_one_of_several_keys_of_a_name_is_revoked_by_its_key_id(
    here: Plugin, which: list[int]
) -> None:
    texts = [api_keys.create(here.app, "celigo", ["*"]) for _ in range(2)]
    ids = [key_lookup.key_id(api_keys.find(here.app, text)) for text in texts]
    for number in which:
        assert api_keys.revoke(here.app, ids[number]) == 1
    left = [api_keys.find(here.app, text) is not None for text in texts]
    assert left == [number not in which for number in range(2)]
    assert code_of(api_keys.revoke, here.app, ids[which[0]]) == "KEY_NOT_FOUND"
    assert code_of(api_keys.revoke, here.app, ids[0][:11]) == "KEY_NOT_FOUND"
    assert code_of(api_keys.revoke, here.app, "") == "KEY_NOT_FOUND"


def test_key_id_is_the_beginning_of_the_hash() -> None:
    assert key_lookup.key_id(ApiKey("0123456789ab" + "c" * 52, "x", frozenset(), "")) == (
        "0123456789ab"
    )


def test_token_of_somebody_else_opens_what_its_scopes_say() -> None:
    app = in_memory(now=lambda: NOON)
    made = api_keys.import_token(app, TOKEN, " celigo ", ["inventory:read"], per_minute=7)
    assert api_keys.find(app, TOKEN) == made
    assert (made.name, made.scopes, made.per_minute) == ("celigo", {"inventory:read"}, 7)
    assert made.created_at == "2026-01-31T12:00:00+00:00"
    assert TOKEN not in repr(app.keys.__dict__)
    assert api_keys.find(app, TOKEN[:-1]) is None
    assert api_keys.find(app, TOKEN + "x") is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        TOKEN[:-1],
        TOKEN * 11,
        "abcdefghi" * 3,  # nine different ones
        "a" * 40,
        TOKEN[:10] + " " + TOKEN[10:],
        TOKEN + "\n",
        TOKEN + "\x7f",
        TOKEN + "\xe9",
        TOKEN + "\ud800",
        f"Bearer {TOKEN}",
    ],
)
def test_token_that_is_none_or_easy_to_guess_is_refused_without_quoting_it(token: str) -> None:
    app = in_memory(now=lambda: NOON)
    with pytest.raises(RefusedRequest) as refused:
        api_keys.import_token(app, token, "celigo", ["*"])
    assert refused.value.code == "BAD_TOKEN"
    assert not token or token.strip() not in str(refused.value)
    assert not app.keys.keys()
    assert not app.keys.audit(9).items
    assert api_keys.find(app, token) is None


@pytest.mark.parametrize("token", ["abcdefghij" * 2, "!~" + "abcdefghij" * 19 + "abcdefgh"])
def test_tokens_at_the_bounds_are_accepted(token: str) -> None:
    app = in_memory(now=lambda: NOON)
    assert len(token) in (20, 200)
    api_keys.import_token(app, token, "celigo", ["*"])
    assert api_keys.find(app, token) is not None


@pytest.mark.parametrize("state", ["valid", "revoked", "expired"])
def test_token_that_is_known_is_refused_whatever_became_of_it(state: str) -> None:
    app = in_memory(now=lambda: NOON)
    api_keys.import_token(app, TOKEN, "one", ["*"], expires_at=NOON + timedelta(hours=1))
    if state == "revoked":
        api_keys.revoke(app, "one")
    later = at(app, NOON + timedelta(hours=2 if state == "expired" else 0))
    before = list(app.keys.keys())
    assert code_of(api_keys.import_token, later, TOKEN, "two", ["*"]) == "KEY_KNOWN"
    ours = api_keys.create(app, "three", ["*"])
    assert code_of(api_keys.import_token, later, ours, "two", ["*"]) == "KEY_KNOWN"
    assert [key for key in key_lookup.listing(app) if key.name == "one"] == before


def test_key_expires_to_the_second() -> None:
    app = in_memory(now=lambda: NOON)
    end = (NOON + timedelta(hours=1)).astimezone(timezone(timedelta(hours=-5)))
    text = api_keys.create(app, "celigo", ["*"], expires_at=end)
    (key,) = app.keys.keys()
    assert key.expires_at == "2026-01-31T13:00:00+00:00"
    assert api_keys.find(at(app, end - timedelta(microseconds=1)), text) == key
    assert api_keys.find(at(app, end), text) is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"expires_at": NOON}, "BAD_EXPIRY"),
        ({"expires_at": NOON + timedelta(microseconds=5)}, "BAD_EXPIRY"),
        ({"expires_at": datetime(2027, 1, 1)}, "BAD_EXPIRY"),  # noqa: DTZ001 - that is the fault
        ({"per_minute": -1}, "BAD_CALL_LIMIT"),
        ({"per_minute": 100_001}, "BAD_CALL_LIMIT"),
    ],
)
def test_ends_and_limits_that_make_no_sense_are_refused(more, code: str) -> None:
    app = in_memory(now=lambda: NOON)
    assert code_of(api_keys.create, app, "x", ["*"], **more) == code
    assert code_of(api_keys.import_token, app, TOKEN, "x", ["*"], **more) == code
    assert not app.keys.keys()


def test_digests_are_compared_in_constant_time_whatever_became_of_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = in_memory(now=lambda: NOON)
    valid, revoked = (api_keys.create(app, name, ["*"]) for name in ("valid", "revoked"))
    expired = api_keys.create(app, "x", ["*"], expires_at=NOON + timedelta(seconds=1))
    api_keys.revoke(app, "revoked")
    app = at(app, NOON + timedelta(hours=1))
    compared: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    unknown = "ans_" + "x" * 43
    found = [api_keys.find(app, text) for text in (valid, revoked, expired, unknown)]
    assert [key is not None for key in found] == [True, False, False, False]
    assert [other for _, other in compared] == [
        api_keys.hashed(text) for text in (valid, revoked, expired, unknown)
    ]
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: False)
    assert api_keys.find(app, valid) is None


def test_too_many_keys_at_once_are_refused_and_can_be_revoked_one_by_one() -> None:
    app = in_memory(now=lambda: NOON)
    for _ in range(81):
        api_keys.create(app, "celigo", ["*"])
    assert code_of(api_keys.revoke, app, "celigo") == "TOO_MANY_KEYS"
    api_keys.revoke(app, key_lookup.key_id(app.keys.keys()[0]))
    assert api_keys.revoke(app, "celigo") == 80
    assert all(key.revoked for key in key_lookup.listing(app))
