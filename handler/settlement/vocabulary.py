"""Rules from Amazon's vocabulary to accounting classes: which rule wins, and what comes closest.

Amazon publishes no complete list of its transaction kinds, so a kind without a rule is a normal
result, never an error, and never silently dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from handler.settlement.group import Kind

ANY = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of mappings/vocabulary.csv.

    Each of the three cells is an exact text, a prefix ending in ``*``, ``*`` for anything, or
    empty for an empty value. Case and inner blanks do not matter.

    Attributes:
        accounting_class: what a matching kind is in the books.
        line: where the rule stands, for messages; 0 for a stored one, which no table has.
        why: the accountant's reason.
    """

    transaction_type: str
    amount_type: str
    amount_description: str
    accounting_class: str
    line: int
    why: str = ""

    @property
    def cells(self) -> tuple[str, str, str]:
        """The three patterns, folded as they are compared."""
        return (
            fold(self.transaction_type),
            fold(self.amount_type),
            fold(self.amount_description),
        )

    @property
    def place(self) -> str:
        """Where the rule stands, as messages say it."""
        return f"vocabulary.csv line {self.line}" if self.line else "a stored rule"

    @property
    def rank(self) -> tuple[int, ...]:
        """How specific the rule is; the higher wins.

        More exact cells win. At a tie the transaction type counts before the amount type before
        the description, an exact cell before a prefix, and a longer prefix before a shorter.
        """
        specific = [_specific(cell) for cell in self.cells]
        exact = sum(1 for kind, _ in specific if kind == 2)
        return (exact, *(kind for kind, _ in specific), *(length for _, length in specific))

    def matches(self, kind: tuple[str, str, str]) -> bool:
        """Return whether a folded kind falls under the rule."""
        return _covers(self.cells, kind)


def _covers(cells: tuple[str, str, str], kind: tuple[str, str, str]) -> bool:
    for cell, value in zip(cells, kind, strict=True):
        if not (value.startswith(cell[:-1]) if cell.endswith(ANY) else value == cell):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Proposal:
    """The nearest rule to a kind that has none: a hint for the accountant, never applied."""

    accounting_class: str
    rule: Rule


class Vocabulary:
    """All rules, asked by kind."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._exact: dict[tuple[str, str, str], Rule] = {}
        patterns: list[Rule] = []
        for rule in self.rules:
            if any(cell.endswith(ANY) for cell in rule.cells):
                patterns.append(rule)
            else:
                self._exact[rule.cells] = rule
        patterns.sort(key=lambda rule: rule.rank, reverse=True)
        # Folded once: a file may have as many kinds as it likes.
        self._patterns = [(rule.cells, rule) for rule in patterns]

    def rule(self, kind: Kind) -> Rule | None:
        """Return the most specific rule that ``kind`` falls under, or ``None``."""
        folded = (fold(kind[0]), fold(kind[1]), fold(kind[2]))
        exact = self._exact.get(folded)
        if exact is not None:
            return exact
        return next((rule for cells, rule in self._patterns if _covers(cells, folded)), None)

    def nearest(self, kind: Kind) -> Proposal | None:
        """Return the rule whose wording is closest to ``kind``, if any is close at all."""
        wanted = [fold(part) for part in kind]
        best: tuple[float, Rule] | None = None
        for rule in self.rules:
            # The description says most of what a movement is, the transaction type least.
            description = _likeness(wanted[2], rule.cells[2])
            if description < 0.4:
                continue
            score = 0.7 * description + 0.2 * _likeness(wanted[1], rule.cells[1])
            score += 0.1 * _likeness(wanted[0], rule.cells[0])
            if score > 0.5 and (best is None or score > best[0]):
                best = (score, rule)
        return Proposal(best[1].accounting_class, best[1]) if best else None


def _likeness(text: str, cell: str) -> float:
    """Return how alike two texts are, from 0 to 1; what a wildcard leaves open is not alike."""
    other = cell.removesuffix(ANY)
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    if not other or matcher.real_quick_ratio() < 0.4 or matcher.quick_ratio() < 0.4:
        return 0.0
    return matcher.ratio()


def fold(text: str) -> str:
    """Return ``text`` as it is compared: without case and without superfluous blanks."""
    return " ".join(text.split()).casefold()


def misplaced_any(cell: str) -> bool:
    """Return whether a cell has a ``*`` where it is no wildcard: anywhere but once at the end."""
    return ANY in fold(cell)[:-1]


def equal_rank(rules: Iterable[Rule]) -> Mapping[Rule, Rule]:
    """Return each rule that says the same as an earlier one, with that earlier one.

    Two different patterns never tie: of two rules with the same exact cells and the same lengths
    of prefixes, none matches what the other does, unless they are the same.
    """
    seen: dict[tuple[str, str, str], Rule] = {}
    twice = {}
    for rule in rules:
        first = seen.setdefault(rule.cells, rule)
        if first is not rule:
            twice[rule] = first
    return twice


def _specific(cell: str) -> tuple[int, int]:
    if cell == ANY:
        return (0, 0)
    return (1, len(cell)) if cell.endswith(ANY) else (2, 0)
