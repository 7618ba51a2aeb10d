"""Sessions that were ended by signing out: a copy of the cookie opens nothing either.

A session is kept nowhere, so that one is over is what is kept: as a count in the minute it ends by
itself, and no longer than that.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.flows.session import LONGEST, Session

if TYPE_CHECKING:
    from handler.flows.app import App

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)


def end(app: App, session: Session) -> None:
    """End a session, wherever its cookie is.

    Raises:
        OutsideFailure: the store did not answer; it may go on.
    """
    app.keys.count_call(*_place(session))


def is_ended(app: App, session: Session) -> bool:
    """Return whether somebody has signed out of a session.

    Raises:
        OutsideFailure: the store did not answer.
    """
    return app.keys.calls(*_place(session)) > 0


def _place(session: Session) -> tuple[str, int]:
    mark = hashlib.sha256(f"session ended\n{session.session_id}".encode()).hexdigest()
    ends = datetime.fromtimestamp(session.opened, UTC) + LONGEST
    return mark, (ends - _EPOCH) // _MINUTE
