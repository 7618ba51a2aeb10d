"""What the secret is called that sessions are signed with."""

from __future__ import annotations

from typing import Final

SESSION_SECRET: Final = "dashboard/session"  # noqa: S105 - its name, which is no secret
