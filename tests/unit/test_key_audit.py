"""Whoever changes a key leaves one entry of the audit, and no secret in it."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from builders import ROOT

from handler.core.errors import OutsideFailure, RefusedRequest
from handler.flows import api_keys, audit, key_lookup, key_rotation
from handler.flows.app import App
from handler.wiring import in_memory

TOKEN = "9f8e7d6c5b4a392817061504"
NEXT = "Zm9vYmFyIGJhegpxdXV4"
BY = "cli:jo"
END = datetime(2027, 1, 1, tzinfo=UTC)
# Every way to change a key, with what the audit says of it.
CHANGES: dict[Callable[..., object], tuple[Callable[[App], object], str]] = {
    api_keys.create: (
        lambda app: api_keys.create(app, "celigo", ["*"], BY, per_minute=5, expires_at=END),
        "key.create",
    ),
    api_keys.import_token: (
        lambda app: api_keys.import_token(app, TOKEN, "celigo", ["*"], BY),
        "key.import",
    ),
    api_keys.revoke: (lambda app: api_keys.revoke(app, "celigo", BY), "key.revoke"),
    key_rotation.rotate: (lambda app: key_rotation.rotate(app, "celigo", BY), "key.rotate"),
    key_rotation.replace_by_token: (
        lambda app: key_rotation.replace_by_token(app, "celigo", NEXT, BY),
        "key.rotate",
    ),
}


@pytest.fixture
def app() -> App:
    seconds = itertools.count()
    start = datetime(2026, 1, 31, 12, tzinfo=UTC)
    made = in_memory(now=lambda: start + timedelta(seconds=next(seconds)))
    api_keys.create(made, "celigo", ["*"])
    return made


def test_every_way_to_change_a_key_is_tested_here() -> None:
    public = {
        function
        for module in (api_keys, key_rotation, key_lookup)
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and "by" in inspect.signature(function).parameters
    }
    assert public == set(CHANGES)


def test_no_other_file_changes_keys() -> None:
    writers = set()
    for path in sorted((ROOT / "handler").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                ("keys.put", "keys.keep")
            ):
                writers.add(path.name)
    assert writers == {"api_keys.py", "key_rotation.py"}


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_one_entry_for_each_change(app: App, change: Callable[..., object]) -> None:
    call, action = CHANGES[change]
    before = {one.entry_id for one in audit.listing(app, 100).items}
    made = call(app)
    (entry,) = [one for one in audit.listing(app, 100).items if one.entry_id not in before]
    assert (entry.by, entry.action, entry.subject) == (BY, action, "celigo")
    assert datetime.fromisoformat(entry.at).utcoffset() == timedelta()
    told = json.dumps(entry.change)
    for secret in (TOKEN, NEXT, made, *(key.key_hash for key in key_lookup.listing(app))):
        if isinstance(secret, str):
            assert secret not in told
    changed = {key_lookup.key_id(key) for key in key_lookup.listing(app)}
    assert any(key in told for key in changed)


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_what_is_refused_leaves_no_entry_and_no_change(
    app: App, change: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    api_keys.revoke(app, "celigo")
    call, _ = CHANGES[change]
    if change in (api_keys.create, api_keys.import_token):
        monkeypatch.setattr(api_keys, "SCOPES", ())
    keys, entries = list(app.keys.keys()), list(audit.listing(app, 100).items)
    with pytest.raises(RefusedRequest):
        call(app)
    assert (list(app.keys.keys()), list(audit.listing(app, 100).items)) == (keys, entries)


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_without_the_audit_nothing_changes(
    app: App, change: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are written by one call of the store, which is all or nothing."""
    writes: list[object] = []

    def fail(keys: object, entry: object) -> None:
        writes.append((keys, entry))
        raise OutsideFailure("STORE_UNREACHABLE", "No answer.", "Again.")

    monkeypatch.setattr(app.keys, "put", fail)
    keys = list(app.keys.keys())
    with pytest.raises(OutsideFailure):
        CHANGES[change][0](app)
    assert len(writes) == 1
    assert list(app.keys.keys()) == keys


def test_entries_come_latest_first_and_in_pages(app: App) -> None:
    key_rotation.rotate(app, "celigo", BY)
    api_keys.revoke(app, "celigo", BY)
    first = audit.listing(app, 2)
    second = audit.listing(app, 2, first.cursor)
    assert [one.action for one in (*first.items, *second.items)] == [
        "key.revoke",
        "key.rotate",
        "key.create",
    ]
    assert not second.cursor
    rotated = first.items[1].change
    (replaced,) = rotated["replaces"]
    assert replaced["expires_at"] > first.items[1].at
    assert rotated["key_id"] != replaced["key_id"]
