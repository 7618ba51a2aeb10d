"""How long a delivery that failed waits: twice as long each time, and never all at once."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

_FIRST: Final = 30  # seconds
_LONGEST: Final = 3600
_DOUBLINGS: Final = 7  # 30 s doubled this often is more than the longest


def backoff(name: str, attempt: int) -> timedelta:
    """Return how long to wait after an attempt that failed.

    30 s after the first, doubled with each, at most an hour; of that up to a quarter is spread, by
    name and attempt alone, so that what failed together does not come again together.

    Args:
        name: of what failed.
        attempt: 1, 2, ...
    """
    whole = min(_FIRST << min(max(attempt, 1) - 1, _DOUBLINGS), _LONGEST * 4 // 5)
    digest = hashlib.sha256(f"{name}\n{attempt}".encode()).digest()
    spread = int.from_bytes(digest[:8], "big") % (whole // 4 + 1)
    return timedelta(seconds=whole + spread)
