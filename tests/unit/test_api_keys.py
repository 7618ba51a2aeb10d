"""Bearer keys: made, found, revoked; the key itself is kept nowhere."""

from __future__ import annotations

import base64

import pytest
from plugin import Plugin, plugin

from handler.core.errors import RefusedRequest
from handler.flows import api_keys
from handler.flows.key_ports import ApiKey


@pytest.fixture
def here() -> Plugin:
    return plugin()


def test_key_is_random_and_kept_only_as_its_hash(here: Plugin) -> None:
    made = {api_keys.create(here.app, "celigo", ["settlements:write"]) for _ in range(20)}
    assert len(made) == 20
    for text in made:
        assert text.startswith("ans_")
        assert len(base64.urlsafe_b64decode(text.removeprefix("ans_") + "=")) == 32
        assert text not in repr(api_keys.listing(here.app))
        assert api_keys.find(here.app, text) is not None


@pytest.mark.parametrize("scopes", [[], ["settlements:delete"], ["settlements:read", ""], ["all"]])
def test_unknown_scopes_are_refused(here: Plugin, scopes: list[str]) -> None:
    before = api_keys.listing(here.app)
    with pytest.raises(RefusedRequest) as refused:
        api_keys.create(here.app, "celigo", scopes)
    assert refused.value.code == "UNKNOWN_SCOPE"
    assert api_keys.listing(here.app) == before


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb"])
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
    assert [key.name for key in api_keys.listing(here.app)] == ["boomi", "flow"]


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
