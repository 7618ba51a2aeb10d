"""How many calls a minute a key may make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from handler.core.errors import RefusedRequest

if TYPE_CHECKING:
    from handler.flows.app import App

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_SECOND: Final = timedelta(seconds=1)


class Counted(Protocol):
    """Whose calls are counted: a key, or a person at the pages."""

    @property
    def key_hash(self) -> str:
        """What they are counted by."""

    @property
    def name(self) -> str:
        """What they are called."""

    @property
    def per_minute(self) -> int:
        """How many calls a minute they may make; 0 for the installation's own limit."""


class TooManyCalls(RefusedRequest):
    """A key has made its calls of this minute; the same call is right in the next one."""

    retryable = True


def count_call(app: App, key: Counted) -> None:
    """Count a call of a key or a person, whatever becomes of it.

    The minutes are those of the clock: who waits for the next one has its whole number again.

    Raises:
        TooManyCalls: ``RATE_LIMITED``, with ``retry_after`` in its details: seconds, rounded up.
        OutsideFailure: the store did not answer.
    """
    limit = key.per_minute or app.calls_per_minute
    minute, gone = divmod(app.now() - _EPOCH, _MINUTE)
    if app.keys.count_call(key.key_hash, minute) <= limit:
        return
    wait = -((gone - _MINUTE) // _SECOND)
    raise TooManyCalls(
        "RATE_LIMITED",
        f"{key.name!r} has made the {limit} calls it may make in a minute.",
        f"Repeat the call in {wait} second(s); send more records in one call, or fewer flows at "
        "once.",
        {"limit": limit, "retry_after": wait},
    )
