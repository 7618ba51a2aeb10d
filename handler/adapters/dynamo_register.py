"""The register of exceptions in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from handler.adapters import dynamo_items as items
from handler.adapters.dynamo import MOST_ACTIONS, Table
from handler.adapters.dynamo_each import write_each
from handler.adapters.dynamo_exception_items import exception, listing, place_of
from handler.adapters.dynamo_exceptions import Met, Standing, changed, resolution, standing
from handler.core.errors import OutsideFailure
from handler.flows.exception_ports import OPEN, ExceptionList, RegisteredException
from handler.flows.page import Page

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

    def exceptions(
        self, limit: int, cursor: str = "", listed: ExceptionList = OPEN
    ) -> Page[RegisteredException]:
        """Return exceptions of a list, the latest first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
            OutsideFailure: the table did not answer.
        """
        index, name = listing(listed)
        found, after = self._table.page(name, limit, cursor, index=index)
        if index == "gsi3":  # holds keys only
            places = [(item["pk"]["S"], item["sk"]["S"]) for item in found]
            read = {(one["pk"]["S"], one["sk"]["S"]): one for one in self._table.get_each(places)}
            found = [read[place] for place in places if place in read]
        return Page([exception(item) for item in found], after)

    def exception(self, scope: str, fingerprint: str) -> RegisteredException | None:
        """Return an exception as it was last written, or ``None``.

        Raises:
            OutsideFailure: the table did not answer.
        """
        item = self._table.get(*place_of(scope, fingerprint))
        return exception(item) if item else None

    def exceptions_of(self, scope: str) -> Sequence[RegisteredException]:
        """Return every open, retrying or parked exception of a scope, as they were last written.

        Raises:
            OutsideFailure: the table did not answer.
        """
        found = standing(self._table, items.partition(scope))
        read = self._table.get_each([(one.pk, one.sk) for one in found])
        known = [exception(item) for item in read]
        return [one for one in known if one.state in items.OPEN_STATES]

    def change(self, after: RegisteredException, before: RegisteredException) -> bool:
        """Put ``after`` in the place of ``before``; see the port.

        Raises:
            OutsideFailure: the table did not answer; it may be written.
        """
        return not self._table.transact([changed(self._table, after, before)])

    def opened(self, severity: str, most: int) -> Sequence[str]:
        """Return when the open exceptions of a severity were first seen, the latest first.

        Raises:
            OutsideFailure: the table did not answer.
        """
        index, name = listing(ExceptionList("severity", severity))
        found, _ = self._table.page(name, most, "", index=index)
        return [item["gsi3sk"]["S"].rpartition("#")[0] for item in found]

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
