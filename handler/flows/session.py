"""Sessions of people at the pages: signed texts that a browser carries, kept nowhere here.

A session names the key it was opened with by the key's hash, and the key is asked of the store for
each request: who revokes a key ends its sessions with it. One that a provider vouched for names the
person and the role instead, and lasts an hour: then the provider is asked again who they are. A
session from before the sign-in names neither; it exists so that the sign-in form too carries a
token that only our own page knows.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from itsdangerous import BadData, URLSafeSerializer

from handler.core.errors import PluginError, RefusedRequest
from handler.flows.key_lookup import usable
from handler.flows.session_secret import SESSION_SECRET

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.key_ports import ApiKey

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=8)
LONGEST_OF_PERSON: Final = timedelta(hours=1)  # until what the provider has taken away is gone
_SHORTEST_SECRET: Final = 32
_SALT: Final = "dashboard session, form 1"
_SHAPE: Final = [str, str, str, int, int, str, str, int]  # of what is signed
_LONGEST_TEXT: Final = 2_048


@dataclass(frozen=True, slots=True)
class Session:
    """What a browser carries.

    Attributes:
        session_id: random; another one after each sign-in.
        key_hash: of the key it was opened with; empty before the sign-in.
        csrf: random; our own forms send it back, nobody else can know it.
        opened: when it began, in seconds since 1970.
        seen: when it was used last.
        subject: a hash of who they are at the provider; empty where it was opened with a key.
        name: what the provider calls them; empty likewise.
        role: the number of their role there; 0 likewise.
    """

    session_id: str
    key_hash: str
    csrf: str
    opened: int
    seen: int
    subject: str = ""
    name: str = ""
    role: int = 0


def open_session(app: App, key: ApiKey | None = None) -> Session:
    """Return a new session, of a key or of nobody yet; nothing of an earlier one is taken over."""
    now = _seconds(app.now())
    key_hash = key.key_hash if key is not None else ""
    return Session(secrets.token_urlsafe(16), key_hash, secrets.token_urlsafe(32), now, now)


def open_session_of(app: App, name: str, subject: str, role: int) -> Session:
    """Return a new session of a person whom a provider vouches for."""
    return replace(open_session(app), name=name, subject=subject, role=role)


def renewed(app: App, session: Session) -> Session:
    """Return the session as used now: its half hour begins anew, its eight hours do not."""
    return replace(session, seen=_seconds(app.now()))


def written(app: App, session: Session) -> str:
    """Return the session as a signed text.

    Raises:
        NoSessionSecret: ``SESSION_SECRET_MISSING``, ``SESSION_SECRET_WEAK``.
        OutsideFailure: the store of secrets did not answer.
    """
    return write_signed(app, _SALT, list(astuple(session)))


def read_session(app: App, text: str) -> Session | None:
    """Return the session that a text holds; ``None`` where it is forged, of another form or over.

    Raises:
        NoSessionSecret: as :func:`written`.
    """
    found = read_signed(app, _SALT, text, _LONGEST_TEXT)
    if not (isinstance(found, list) and [type(part) for part in found] == _SHAPE):
        return None
    session = Session(*found)
    now = app.now()
    idle = now - datetime.fromtimestamp(session.seen, UTC)
    age = now - datetime.fromtimestamp(session.opened, UTC)
    longest = LONGEST_OF_PERSON if session.subject else LONGEST
    return session if idle < IDLE and age < longest else None


def key_of(app: App, session: Session) -> ApiKey | None:
    """Return the key of a session as it is now; ``None`` where it is accepted no more.

    Raises:
        OutsideFailure: the store did not answer.
    """
    key = app.keys.find(session.key_hash) if session.key_hash else None
    return key if key is not None and usable(key, app.now()) else None


def is_own_token(session: Session, given: str) -> bool:
    """Return whether a form brings the session's own token; tells nothing by the time it takes."""
    return hmac.compare_digest(session.csrf.encode(), given.encode())


def write_signed(app: App, salt: str, parts: list[object]) -> str:
    """Return plain values as a signed text, good for one use that the salt names.

    Raises:
        NoSessionSecret: as :func:`written`.
        OutsideFailure: the store of secrets did not answer.
    """
    return _text(_signer(app, salt).dumps(parts))


def read_signed(app: App, salt: str, text: str, longest: int) -> object:
    """Return what a text holds that we signed for this use; ``None`` where we did not.

    Raises:
        NoSessionSecret: as :func:`written`.
        OutsideFailure: the store of secrets did not answer.
    """
    if not 0 < len(text) <= longest:
        return None
    try:
        return _signer(app, salt).loads(text)
    except BadData:
        return None


def _signer(app: App, salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        list(reversed(_keys(app))),  # it signs with the last one and accepts every one
        salt=salt,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def _keys(app: App) -> Sequence[str]:
    """The signing keys, the newest first: one to a line, so that a change ends no session."""
    try:
        found = app.secrets.read(SESSION_SECRET).split()
    except RefusedRequest:
        raise NoSessionSecret(
            "SESSION_SECRET_MISSING",
            "The pages cannot be used yet: there is no secret to sign sessions with.",
            f"Keep a random text of {_SHORTEST_SECRET} or more characters in the Parameter Store, "
            f"as a SecureString named <SECRETS_PREFIX>{SESSION_SECRET}; README says how.",
        ) from None
    if not found or min(map(len, found)) < _SHORTEST_SECRET:
        raise NoSessionSecret(
            "SESSION_SECRET_WEAK",
            "The pages cannot be used yet: the secret to sign sessions with is easy to guess.",
            f"Put a random text of {_SHORTEST_SECRET} or more characters in its place.",
        )
    return found


class NoSessionSecret(PluginError):
    """Nothing can be signed, so nobody can sign in; never is anything accepted unsigned."""


def _text(made: str | bytes) -> str:
    return made.decode() if isinstance(made, bytes) else made


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
