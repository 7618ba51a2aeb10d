"""Look for listings whose count grew too old because the flow that reads NetSuite has stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handler.flows.decide_fbm import register_decisions
from handler.flows.stock_registry import standing
from handler.inventory.expire import expired
from handler.inventory.listing import Pool

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.inventory.decision import Decision

_AT_ONCE: Final = 1_000


def expire(app: App, profile: str) -> list[Decision]:
    """Publish zero for every listing that nobody can vouch for; up to 1,000 in one call.

    Where another call came first, that listing has a newer count, and is left alone.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    now = standing(app, profile)
    listings = [one for one in now.registry if one.pool is Pool.FBM]
    done: list[Decision] = []
    for start in range(0, len(listings), _AT_ONCE):
        some = listings[start : start + _AT_ONCE]
        states = app.inventory.published(profile, [one.key for one in some])
        known = [(one, states[one.key]) for one in some if one.key in states]
        found = list(expired(known, now.policy.fbm, app.now()))[: _AT_ONCE - len(done)]
        if found:
            written = app.inventory.put_published(
                profile, [one.state for one in found if one.state is not None]
            )
            done += [one for one, wrote in zip(found, written, strict=True) if wrote]
        if len(done) >= _AT_ONCE:
            break
    register_decisions(app, profile, done, now, were_stale=False)
    return done
