"""The vocabulary's rules that people add while the plugin runs, as values and a protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from handler.settlement.vocabulary import Rule


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All stored rules, as they were from one change to the next. Never written over.

    Attributes:
        number: 1, 2, ... of the change; 0 before the first.
        rules: each with the line 0: they stand in no table.
        saved_at: ISO 8601 in UTC.
        saved_by: who: "cli:<user>", "key:<name>" ...
        note: why, in the words of who changed them.
    """

    number: int = 0
    rules: tuple[Rule, ...] = ()
    saved_at: str = ""
    saved_by: str = ""
    note: str = ""


class RuleStore(Protocol):
    """Where stored rules are kept. Every method may raise OutsideFailure."""

    def newest(self) -> RuleBook:
        """Return the rules as they were last written; number 0 where there are none."""

    def save(self, book: RuleBook) -> bool:
        """Write a book of the next number.

        Returns:
            False where the number is taken: somebody came first, and nothing was written. True
            also where the very same book stands there: a call made twice.
        """

    def books(self, limit: int) -> Sequence[RuleBook]:
        """Return the last books, the newest first."""
