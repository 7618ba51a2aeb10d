"""Stored rules within this process, for tests and dry runs."""

from __future__ import annotations

from collections.abc import Sequence

from handler.flows.rule_ports import RuleBook


class MemoryRules:
    """A :class:`~handler.flows.rule_ports.RuleStore` that ends with the process."""

    def __init__(self) -> None:
        """Begin without rules."""
        self._books: list[RuleBook] = []

    def newest(self) -> RuleBook:
        """Return the rules as they were last written."""
        return self._books[-1] if self._books else RuleBook()

    def save(self, book: RuleBook) -> bool:
        """Write a book of the next number; see the port."""
        if 0 < book.number <= len(self._books):
            return self._books[book.number - 1] == book
        if book.number != len(self._books) + 1:
            return False
        self._books.append(book)
        return True

    def books(self, limit: int) -> Sequence[RuleBook]:
        """Return the last books, the newest first."""
        return self._books[::-1][:limit]
