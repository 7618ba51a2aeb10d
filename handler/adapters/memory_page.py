"""Pages of what a store in memory holds."""

from __future__ import annotations

from handler.flows import cursors
from handler.flows.page import Page, T


def page(found: dict[tuple[str, str], T], listing: str, limit: int, cursor: str) -> Page[T]:
    """Return a page of what is found, the last key first.

    Raises:
        RefusedRequest: ``BAD_CURSOR``.
    """
    keys = sorted(found, reverse=True)
    if cursor:
        position = cursors.decode(cursor, listing, 2)
        keys = [key for key in keys if key < position]
    taken = keys[: max(limit, 1)]
    after = cursors.encode(listing, *taken[-1]) if len(keys) > len(taken) else ""
    return Page([found[key] for key in taken], after)
