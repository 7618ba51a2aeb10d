"""What people may do on the pages, derived from the scopes of their key."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum
from typing import Final

from handler.flows import api_keys


class Role(IntEnum):
    """What somebody is on the pages; each role may do what those before it may."""

    VIEWER = 1
    ACCOUNTANT = 2
    ADMIN = 3

    @property
    def title(self) -> str:
        """How people read it."""
        return self.name.lower()


VIEWER_SCOPES: Final = frozenset(
    {api_keys.EXCEPTIONS_READ, api_keys.SETTLEMENTS_READ, api_keys.INVENTORY_READ}
)
ACCOUNTANT_SCOPES: Final = VIEWER_SCOPES | {
    api_keys.SETTLEMENTS_WRITE,
    api_keys.INVENTORY_WRITE,
    api_keys.EXCEPTIONS_WRITE,
    api_keys.MAPPINGS_WRITE,
}


def scopes_of(role: Role) -> frozenset[str]:
    """Return the scopes of somebody who has a role and no key."""
    return {
        Role.VIEWER: VIEWER_SCOPES,
        Role.ACCOUNTANT: ACCOUNTANT_SCOPES,
        Role.ADMIN: frozenset({api_keys.EVERYTHING}),
    }[role]


def role_of(scopes: Collection[str]) -> Role | None:
    """Return the highest role that scopes amount to; ``None`` where they are too few for any."""
    held = frozenset(scopes)
    if api_keys.EVERYTHING in held:
        return Role.ADMIN
    if held >= ACCOUNTANT_SCOPES:
        return Role.ACCOUNTANT
    return Role.VIEWER if held >= VIEWER_SCOPES else None
