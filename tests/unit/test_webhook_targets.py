"""Targets added, changed, paused, removed; their keys changed; and everything in the audit."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from webhook_world import URL, World

from handler.core.errors import Conflict, OutsideFailure, PluginError, RefusedRequest
from handler.flows import webhook_targets
from handler.flows.app import App
from handler.flows.webhook_keys import signing_keys
from handler.flows.webhook_targets import MOST_KEYS, Wish


@pytest.fixture
def app() -> App:
    return World().app


def refused(call: Callable[..., Any], *arguments: Any, **named: Any) -> PluginError:
    with pytest.raises(PluginError) as error:
        call(*arguments, **named)
    assert error.value.repair
    return error.value


def audit(app: App) -> list[tuple[str, str, str, dict[str, object]]]:
    found = app.keys.audit(100).items
    return [(one.by, one.action, one.subject, dict(one.change)) for one in reversed(found)]


def test_added_it_has_a_key_of_256_random_bits_in_the_form_of_the_scheme(app: App) -> None:
    target, key = webhook_targets.add(app, "celigo", Wish(url=URL), "cli:somebody")
    assert (target.name, target.url, target.dialect) == ("celigo", URL, "celigo")
    assert (target.profiles, target.active, target.revision) == ((), True, 1)
    assert key.key.startswith("whsec_")
    assert len(base64.b64decode(key.key.removeprefix("whsec_"), validate=True)) == 32
    kept = json.loads(app.secrets.read("webhooks/celigo"))
    assert kept == [{"id": key.id, "key": key.key, "created_at": "2026-01-31T12:00:00+00:00"}]
    _, other = webhook_targets.add(app, "other", Wish(url=URL))
    assert other.key != key.key


def test_every_change_is_in_the_audit_without_key_path_or_token(app: App) -> None:
    url = URL + "?token=hidden"
    _, key = webhook_targets.add(app, "celigo", Wish(url, ["us", "ca"], "netsuite"), "cli:ann")
    webhook_targets.change(app, "celigo", Wish(url="https://b.example.com:8443/t"), "cli:ben")
    webhook_targets.pause(app, "celigo", "cli:ben")
    webhook_targets.resume(app, "celigo", "cli:ben")
    new = webhook_targets.rotate(app, "celigo", "cli:cat")
    assert webhook_targets.retire(app, "celigo", "cli:cat") == 1
    webhook_targets.remove(app, "celigo", "cli:dan")
    # All in the clock's one moment, so in no order of their own.
    assert sorted(audit(app), key=str) == [
        ("cli:ann", "webhook.add", "celigo", {
            "url": "https://hooks.example.com", "profiles": ["ca", "us"], "dialect": "netsuite",
            "key_id": key.id,
        }),
        ("cli:ben", "webhook.change", "celigo", {"url": "https://b.example.com:8443"}),
        ("cli:ben", "webhook.pause", "celigo", {"active": False}),
        ("cli:ben", "webhook.resume", "celigo", {"active": True}),
        ("cli:cat", "webhook.retire", "celigo", {"key_ids": [key.id]}),
        ("cli:cat", "webhook.rotate", "celigo", {"key_id": new.id}),
        ("cli:dan", "webhook.remove", "celigo", {"active": False}),
    ]  # fmt: skip
    text = repr(app.keys.audit(100).items)
    for hidden in (key.key, new.key, "token"):
        assert hidden not in text


def test_what_is_told_twice_is_done_once(app: App) -> None:
    webhook_targets.add(app, "celigo", Wish(url=URL))
    assert webhook_targets.resume(app, "celigo").revision == 1
    webhook_targets.pause(app, "celigo")
    assert webhook_targets.pause(app, "celigo").revision == 2
    assert webhook_targets.retire(app, "celigo") == 0
    assert len(audit(app)) == 2


def test_a_change_leaves_the_rest_as_it_is(app: App) -> None:
    webhook_targets.add(app, "celigo", Wish(URL, ["ca"], "netsuite"))
    changed = webhook_targets.change(app, "celigo", Wish(profiles=[]))
    assert (changed.url, changed.profiles, changed.dialect) == (URL, (), "netsuite")


@pytest.mark.parametrize("name", ["", "-a", "a-", "a b", "a/b", "ü", "a" * 65, "../x"])
def test_names_are_letters_and_digits(app: App, name: str) -> None:
    assert refused(webhook_targets.add, app, name, Wish(url=URL)).code == "BAD_TARGET"


@pytest.mark.parametrize(
    ("wish", "code", "said"),
    [
        (Wish(), "BAD_TARGET", "No address"),
        (Wish(url=""), "FORBIDDEN_ADDRESS", "no host"),
        (Wish(url="http://hooks.example.com/"), "FORBIDDEN_ADDRESS", "https"),
        (Wish(url="https://10.0.0.1/"), "FORBIDDEN_ADDRESS", "inside"),
        (Wish(url="http://localhost:8000/"), "FORBIDDEN_ADDRESS", "https"),
        (Wish(URL, dialect="csv"), "BAD_TARGET", "'csv'"),
        (Wish(URL, profiles=["c a"]), "BAD_TARGET", "'c a'"),
        (Wish(URL, profiles=["ca", "nobody"]), "UNKNOWN_PROFILE", "nobody"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    app: App, wish: Wish, code: str, said: str
) -> None:
    error = refused(webhook_targets.add, app, "celigo", wish)
    assert error.code == code
    assert said in error.message
    assert webhook_targets.listing(app) == []
    assert audit(app) == []


def test_a_wrong_change_is_refused_too(app: App) -> None:
    webhook_targets.add(app, "celigo", Wish(url=URL))
    assert refused(webhook_targets.change, app, "celigo", Wish(url="https://[::1]/"))
    assert refused(webhook_targets.change, app, "celigo", Wish(dialect="csv"))
    assert webhook_targets.find(app, "celigo").revision == 1


def test_this_machine_only_where_it_is_allowed(app: App) -> None:
    local = Wish(url="http://localhost:8000/hook")
    target, _ = webhook_targets.add(app, "local", local, allow_local=True)
    assert target.url == "http://localhost:8000/hook"


def test_a_name_is_taken_once_and_free_again_after_removal(app: App) -> None:
    _, first = webhook_targets.add(app, "celigo", Wish(url=URL))
    error = refused(webhook_targets.add, app, "celigo", Wish(url=URL))
    assert isinstance(error, Conflict)
    assert error.code == "TARGET_EXISTS"
    assert json.loads(app.secrets.read("webhooks/celigo"))[0]["key"] == first.key
    webhook_targets.remove(app, "celigo")
    assert webhook_targets.listing(app) == []
    assert "whsec_" not in app.secrets.read("webhooks/celigo")
    for call in (webhook_targets.pause, webhook_targets.resume, webhook_targets.rotate):
        assert refused(call, app, "celigo").code == "TARGET_NOT_FOUND"
    target, second = webhook_targets.add(app, "celigo", Wish(url=URL))
    assert (target.active, target.revision) == (True, 3)
    assert [key.key for key in signing_keys(app, target)] == [second.key]


def test_who_comes_second_overwrites_no_key(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two add the same name at once: the second read the list before the first wrote."""
    _, key = webhook_targets.add(app, "celigo", Wish(url=URL))
    monkeypatch.setattr(app.targets, "targets", list)
    error = refused(webhook_targets.add, app, "celigo", Wish(url="https://other.example.com/"))
    assert error.code == "TARGET_CHANGED"
    assert json.loads(app.secrets.read("webhooks/celigo"))[0]["key"] == key.key


def test_rotated_the_new_key_stands_in_front_and_the_old_one_stays(app: App) -> None:
    target, old = webhook_targets.add(app, "celigo", Wish(url=URL))
    new = webhook_targets.rotate(app, "celigo")
    assert [key.key for key in signing_keys(app, target)] == [new.key, old.key]
    assert webhook_targets.retire(app, "celigo") == 1
    assert [key.key for key in signing_keys(app, target)] == [new.key]


def test_keys_do_not_heap_up(app: App) -> None:
    webhook_targets.add(app, "celigo", Wish(url=URL))
    for _ in range(MOST_KEYS - 1):
        webhook_targets.rotate(app, "celigo")
    assert refused(webhook_targets.rotate, app, "celigo").code == "TOO_MANY_KEYS"
    assert webhook_targets.retire(app, "celigo") == MOST_KEYS - 1


def test_where_the_keys_could_not_be_kept_rotate_makes_them(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(name: str, text: str) -> None:
        raise OutsideFailure("STORE_UNREACHABLE", "The store did not answer.", "Wait.")

    with monkeypatch.context() as broken:
        broken.setattr(app.secrets, "write", fails)
        assert refused(webhook_targets.add, app, "celigo", Wish(url=URL))
    target = webhook_targets.find(app, "celigo")
    assert signing_keys(app, target) == ()
    key = webhook_targets.rotate(app, "celigo")
    assert [one.key for one in signing_keys(app, target)] == [key.key]


def test_a_key_is_not_printed_with_what_it_is_in(app: App) -> None:
    _, key = webhook_targets.add(app, "celigo", Wish(url=URL))
    assert key.key not in f"{key!r} {key!s} {[key]}"


def test_one_that_is_not_there(app: App) -> None:
    for call in (webhook_targets.pause, webhook_targets.remove, webhook_targets.retire):
        error = refused(call, app, "nobody")
        assert isinstance(error, RefusedRequest)
        assert (error.code, "nobody" in error.message) == ("TARGET_NOT_FOUND", True)


def test_a_target_of_alerts_takes_no_profiles(app: App) -> None:
    with pytest.raises(RefusedRequest, match="every profile"):
        webhook_targets.add(app, "pager", Wish(url=URL, profiles=["us"], event="alert"))
    webhook_targets.add(app, "one", Wish(url=URL, profiles=["us"]))
    with pytest.raises(RefusedRequest, match="every profile"):
        webhook_targets.change(app, "one", Wish(event="alert"))
    assert webhook_targets.find(app, "one").event == "results"
    changed = webhook_targets.change(app, "one", Wish(event="alert", profiles=[]))
    assert (changed.event, changed.profiles) == ("alert", ())
