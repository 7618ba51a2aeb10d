"""The register of exceptions in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from handler.adapters import dynamo_items as items
from handler.adapters.dynamo import MOST_ACTIONS, Table
from handler.adapters.dynamo_each import write_each
from handler.adapters.dynamo_exceptions import Met, Standing, resolution, standing
from handler.core.errors import OutsideFailure
from handler.flows.ports import Page, RegisteredException

# How often a write is built anew because what it had read changed in between.
ROUNDS: Final = 8


class ExceptionsInTable:
    """The part of :class:`~handler.flows.ports.SettlementStore` about exceptions."""

    _table: Table

    def register(self, exceptions: Sequence[RegisteredException]) -> None:
        """Add exceptions; known ones count up, and are open again unless somebody ignored them.

        A hundred at a time are written all or nothing.
        """
        for start in range(0, len(exceptions), MOST_ACTIONS):
            met = Met(self._table, exceptions[start : start + MOST_ACTIONS])
            for _ in range(ROUNDS):
                reasons = self._table.transact(met.actions())
                if not reasons:
                    break
                met.learn(reasons)
            else:
                raise changing()

    def exceptions(self, limit: int, cursor: str = "") -> Page[RegisteredException]:
        """Return the exceptions that are not resolved or ignored, the latest first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
            OutsideFailure: the table did not answer.
        """
        found, after = self._table.page(items.OPEN_EXCEPTIONS, limit, cursor)
        return Page([items.exception(item) for item in found], after)

    def resolve(self, scope: str, at: str) -> None:
        """Resolve every open exception of ``scope``; again, if cut off, what is left of them."""
        for _ in range(ROUNDS):
            older = standing(self._table, items.partition(scope))
            if not older:
                return
            self._resolve(older, at)
        raise changing()

    def _resolve(self, older: Sequence[Standing], at: str) -> None:
        """Resolve those that are as they were found; leave those that somebody changed since."""
        write_each(self._table, [resolution(self._table, one, at) for one in older])


def changing() -> OutsideFailure:
    """Return what to raise where a write had to be built anew too often."""
    return OutsideFailure(
        "STORE_BUSY",
        "What was to be written kept changing under other writers.",
        "Try again in a few seconds.",
    )
