"""Whatever is done with keys and however time passes, what opens the door is what should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from handler.core.errors import RefusedRequest
from handler.flows import api_keys, audit, key_lookup, key_rotation
from handler.wiring import in_memory

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
NAMES = st.sampled_from(["celigo", "boomi"])
SCOPES = st.sampled_from([("*",), ("inventory:read",), ("inventory:read", "outbox:read")])
LIMITS = st.sampled_from([0, 0, 5])
ENDS = st.none() | st.integers(1, 5)  # hours from now
TOKENS = st.sampled_from([f"token-{letter}-0123456789-abcdefgh" for letter in "abcd"])


@dataclass
class Known:
    """What the model knows of a key: hours since the start, where time passes in whole hours."""

    name: str
    scopes: frozenset[str]
    limit: int
    ends: int | None = None
    revoked: bool = False
    imported: bool = False

    def accepted(self, hour: int) -> bool:
        return not self.revoked and (self.ends is None or hour < self.ends)


@dataclass
class Model:
    """Every key by its text."""

    keys: dict[str, Known] = field(default_factory=dict)
    hour: int = 0
    changes: int = 0

    def end(self, hours: int | None) -> int | None:
        return None if hours is None else self.hour + hours

    def accepted(self, name: str) -> list[Known]:
        return [k for k in self.keys.values() if k.name == name and k.accepted(self.hour)]


def refusal_of(call: Callable[[], object]) -> str:
    """The code of what a call refuses; empty where it does not."""
    try:
        call()
    except RefusedRequest as refused:
        return refused.code
    return ""


class Keys(RuleBasedStateMachine):
    """The real thing beside the model."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.app = in_memory(now=lambda: self.now)

    @property
    def now(self) -> datetime:
        return START + timedelta(hours=self.model.hour)

    def moment(self, hours: int | None) -> datetime | None:
        return None if hours is None else self.now + timedelta(hours=hours)

    def revoked(self, which: str, count: int) -> None:
        assert api_keys.revoke(self.app, which) == count

    @rule(hours=st.integers(1, 4))
    def time_passes(self, hours: int) -> None:
        self.model.hour += hours

    @rule(name=NAMES, scopes=SCOPES, limit=LIMITS, ends=ENDS)
    def create(self, name: str, scopes: tuple[str, ...], limit: int, ends: int | None) -> None:
        text = api_keys.create(
            self.app, name, scopes, per_minute=limit, expires_at=self.moment(ends)
        )
        assert text not in self.model.keys
        self.model.keys[text] = Known(name, frozenset(scopes), limit, self.model.end(ends))
        self.model.changes += 1

    @rule(token=TOKENS, name=NAMES, scopes=SCOPES, ends=ENDS)
    def take(self, token: str, name: str, scopes: tuple[str, ...], ends: int | None) -> None:
        code = refusal_of(
            lambda: api_keys.import_token(
                self.app, token, name, scopes, expires_at=self.moment(ends)
            )
        )
        if code:
            assert code == "KEY_KNOWN"
            assert token in self.model.keys
            return
        assert token not in self.model.keys
        self.model.keys[token] = Known(
            name, frozenset(scopes), 0, self.model.end(ends), imported=True
        )
        self.model.changes += 1

    @rule(name=NAMES, grace=st.integers(0, 4), ends=ENDS, token=st.none() | TOKENS)
    def rotate(self, name: str, grace: int, ends: int | None, token: str | None) -> None:
        model, old = self.model, self.model.accepted(name)
        more = {"grace": timedelta(hours=grace), "expires_at": self.moment(ends)}
        made: list[str] = []

        def change() -> None:
            if token is None:
                made.append(key_rotation.rotate(self.app, name, **more))
            else:
                key_rotation.replace_by_token(self.app, name, token, **more)
                made.append(token)

        code = refusal_of(change)
        if code:
            expected = {
                "KEY_KNOWN": token in model.keys,
                "KEY_NOT_FOUND": not old,
                "KEY_IMPORTED": token is None and any(key.imported for key in old),
                "KEYS_DIFFER": len({(key.scopes, key.limit) for key in old}) > 1,
            }
            assert expected[code]
            return
        (text,) = made
        assert old
        assert token is not None or not any(key.imported for key in old)
        for key in old:
            key.ends = min(model.hour + grace, model.hour + 10**6 if key.ends is None else key.ends)
        assert text not in model.keys
        model.keys[text] = Known(
            name, old[0].scopes, old[0].limit, model.end(ends), imported=token is not None
        )
        model.changes += 1

    @rule(name=NAMES)
    def revoke(self, name: str) -> None:
        left = [k for k in self.model.keys.values() if k.name == name and not k.revoked]
        code = refusal_of(lambda: self.revoked(name, len(left)))
        assert code == ("" if left else "KEY_NOT_FOUND")
        if code:
            return
        for key in left:
            key.revoked = True
        self.model.changes += 1

    @precondition(lambda self: self.model.keys)
    @rule(data=st.data())
    def revoke_one(self, data: st.DataObject) -> None:
        text = data.draw(st.sampled_from(list(self.model.keys)))
        known = self.model.keys[text]
        code = refusal_of(lambda: self.revoked(api_keys.hashed(text)[:12], 1))
        assert code == ("KEY_NOT_FOUND" if known.revoked else "")
        if code:
            return
        known.revoked = True
        self.model.changes += 1

    @invariant()
    def the_door_opens_to_whom_the_model_says(self) -> None:
        for text, known in self.model.keys.items():
            key = api_keys.find(self.app, text)
            assert (key is not None) == known.accepted(self.model.hour), known
            if key is not None:
                assert (key.name, key.scopes, key.per_minute) == (
                    known.name,
                    known.scopes,
                    known.limit,
                )
            assert api_keys.find(self.app, text[:-1]) is None

    @invariant()
    def every_change_left_one_entry(self) -> None:
        assert len(audit.listing(self.app, 1000).items) == self.model.changes
        assert len(key_lookup.listing(self.app)) == len(self.model.keys)


class TestKeys(Keys.TestCase):
    """As pytest finds it."""

    settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
