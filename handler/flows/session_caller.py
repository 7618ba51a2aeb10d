"""Who is signed in at the pages: somebody with a key, or a person whom a provider vouches for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handler.flows.session import Session, key_of
from handler.flows.session_roles import Role, scopes_of

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.key_ports import ApiKey

_PERSON: Final = "oidc:"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody, and what they may do.

    Attributes:
        by: who did something, as histories and the audit name them: "key:<name>", or
            "oidc:<e-mail address, or the provider's own id>".
        name: how the pages name them.
        scopes: what they may do.
        key_hash: what their calls are counted by, and logs tell them by: of the key, or of who
            they are at the provider; no key has the latter.
        per_minute: how many calls a minute they may make; 0 for the installation's own limit.
    """

    by: str
    name: str
    scopes: frozenset[str]
    key_hash: str
    per_minute: int = 0

    @property
    def is_person(self) -> bool:
        """Whether a provider vouches for them, and no key."""
        return self.by.startswith(_PERSON)


def of_key(key: ApiKey) -> Caller:
    """Return who calls with a key."""
    return Caller(f"key:{key.name}", key.name, key.scopes, key.key_hash, key.per_minute)


def of_person(name: str, subject: str, role: Role | None) -> Caller:
    """Return a person whom a provider vouches for; of no role, they may do nothing."""
    scopes = scopes_of(role) if role is not None else frozenset[str]()
    return Caller(f"{_PERSON}{name}", name, scopes, subject)


def caller_of(app: App, session: Session) -> Caller | None:
    """Return whose a session is, now; ``None`` where it is nobody's, or is accepted no more.

    Raises:
        OutsideFailure: the store of keys did not answer.
    """
    if session.subject:
        if app.identity is None or session.role not in set(Role):
            return None
        return of_person(session.name, session.subject, Role(session.role))
    key = key_of(app, session)
    return of_key(key) if key is not None else None
