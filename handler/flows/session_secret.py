"""What the secrets of the pages are called."""

from __future__ import annotations

from typing import Final

# Their names, which are no secrets.
SESSION_SECRET: Final = "dashboard/session"  # noqa: S105 - sessions are signed with it
OIDC_CLIENT_SECRET: Final = "dashboard/oidc-client-secret"  # noqa: S105 - the provider asks for it
