"""What the stored rules answer."""

from __future__ import annotations

from contracts.answer_kinds import Moment, Shown, answer


class Rule(Shown):
    """A rule from Amazon's words to a class."""

    transaction_type: str
    amount_type: str
    amount_description: str
    accounting_class: str
    why: str


class RuleBook(Shown):
    """All stored rules of a version; number 0 where there are none."""

    number: int
    saved_at: str
    saved_by: str
    note: str
    rules: list[Rule]


class UnmappedValue(Shown):
    """One of Amazon's words without a rule."""

    transaction_type: str
    amount_type: str
    amount_description: str
    proposed_class: str
    proposed_from: str
    holds: bool
    rows: int
    amounts: dict[str, str]
    settlements: list[str]
    since: Moment


UNMAPPED = answer("UnmappedAnswer", UnmappedValue)
RULE_BOOKS = answer("RuleBooksAnswer", RuleBook)
RULE_BOOK = answer("RuleBookAnswer", RuleBook)
