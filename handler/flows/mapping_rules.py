"""Rules added while the plugin runs: what they would change, and keeping them as a new version.

    read -> change -> preview (nothing is kept) -> save -> retry what waits for the rule

A change names the number of the book it was made over. Where somebody else has saved since, it is
refused: what was previewed would not be what is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from handler.core.errors import Conflict, RefusedRequest
from handler.flows.kept_rules import keep_rules
from handler.flows.moment import moment
from handler.flows.what_would_change import what_would_change, would_change
from handler.payloads import json_text
from handler.settlement.stored_rules import (
    MOST_RULES,
    cells_of,
    changed,
    rule_faults,
    stored,
    with_rules,
)

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import MappingSource, Page
    from handler.flows.rule_ports import RuleBook
    from handler.settlement.profile import ProfileHint
    from handler.settlement.settle import Mappings
    from handler.settlement.vocabulary import Rule

Document: TypeAlias = dict[str, Any]
_LARGEST_BOOK: Final = 350_000  # bytes; an item of DynamoDB holds 400 KB
_LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What somebody wants of the stored rules.

    Attributes:
        number: of the book it was made over; 0 where there was none.
        add: rules to add; one for the same kinds takes the other's place.
        remove: the cells of rules to take away.
        note: why, in the words of who asks.
    """

    number: int
    add: tuple[Rule, ...] = ()
    remove: tuple[tuple[str, str, str], ...] = ()
    note: str = ""


def deployed(app: App) -> Mappings:
    """Return the deployed mappings of a profile: classes and vocabulary are the same for all.

    Raises:
        UnusableMapping: they are wrong.
    """
    return app.deployed_mappings.load(app.deployed_mappings.hints()[0].name)


def rules_now(app: App) -> Document:
    """Return the stored rules, with who saved them last.

    Raises:
        OutsideFailure: the store did not answer.
    """
    return book_document(app.rules.newest())


def rule_history(app: App, limit: int) -> Sequence[Document]:
    """Return the last books, the newest first.

    Raises:
        OutsideFailure: the store did not answer.
    """
    return [book_document(book) for book in app.rules.books(limit)]


def preview(
    app: App,
    change: RuleChange,
    profile: str,
    limit: int,
    cursor: str = "",
    but: Collection[str] = (),
) -> Page[Document]:
    """Return what recorded settlements would come out otherwise; nothing is kept.

    Args:
        app: the ports.
        change: what is wanted.
        profile: whose settlements; every profile's where empty.
        limit: how many settlements to look at in this call, changed or not.
        cursor: where the call before ended.
        but: settlements that are not to be looked at.

    Raises:
        Conflict: ``RULES_CHANGED``; ``RAW_FILE_CHANGED``.
        RefusedRequest: ``BAD_RULE``; ``RULE_NOT_FOUND``; ``TOO_MANY_RULES``; ``BAD_CURSOR``.
        UnusableMapping: the deployed mappings are wrong.
        OutsideFailure: a store did not answer.
    """
    return what_would_change(trial(app, change), profile, limit, cursor, but)


def preview_of(app: App, change: RuleChange, settlement_ids: Sequence[str]) -> list[Document]:
    """Return the same of settlements that are named, as those that wait for the rule.

    Raises:
        as :func:`preview`.
    """
    tried = trial(app, change)
    records = [app.settlements.get(settlement_id) for settlement_id in settlement_ids]
    found = [would_change(tried, record) for record in records if record is not None]
    return [document for document in found if document is not None]


def trial(app: App, change: RuleChange) -> App:
    """Return the ports with the mappings as they would be; it must not record.

    Raises:
        as :func:`preview`.
    """
    book = _wanted(app, change)
    return replace(app, mappings=_Tried(app.deployed_mappings, book.rules))


def save(app: App, change: RuleChange, by: str) -> Document:
    """Keep a change as the next book; what is settled from then on is settled with it.

    Args:
        app: the ports.
        change: what is wanted.
        by: who asks.

    Returns:
        The book. Where nothing would be different, the one there is.

    Raises:
        Conflict: ``RULES_CHANGED``.
        RefusedRequest: as :func:`preview`; ``BAD_NOTE``.
        UnusableMapping: the deployed mappings are wrong.
        OutsideFailure: the store did not answer; saving again is safe.
    """
    if len(change.note) > _LONGEST_NOTE or not change.note.isprintable():
        raise RefusedRequest(
            "BAD_NOTE",
            f"The note must have at most {_LONGEST_NOTE} visible characters on one line.",
            "Say in a few words why.",
        )
    newest = app.rules.newest()
    if newest.number == change.number + 1 and _is_made(newest, change, by):
        keep_rules(app, newest)
        return book_document(newest)  # the same call again, after a lost answer
    book = _wanted(app, change)
    if book.rules == newest.rules:
        return book_document(newest)
    kept = replace(
        book, saved_at=moment(app.now()), saved_by=by, note=change.note, number=change.number + 1
    )
    if not app.rules.save(kept):
        raise _moved(change.number, app.rules.newest().number)
    keep_rules(app, kept)  # after: of two calls at once, what is kept is what was saved
    return book_document(kept)


def book_document(book: RuleBook) -> Document:
    """Return a book as answers tell it."""
    return {
        "number": book.number,
        "saved_at": book.saved_at,
        "saved_by": book.saved_by,
        "note": book.note,
        "rules": [
            {name: value for name, value in asdict(rule).items() if name != "line"}
            for rule in book.rules
        ],
    }


@dataclass(frozen=True, slots=True)
class _Tried:
    """The deployed mappings with rules that are not kept."""

    deployed: MappingSource
    rules: tuple[Rule, ...]

    def load(self, profile: str) -> Mappings:
        return with_rules(self.deployed.load(profile), self.rules)

    def hints(self) -> Sequence[ProfileHint]:
        return self.deployed.hints()


def _wanted(app: App, change: RuleChange) -> RuleBook:
    """Return the book there is with the change made; its number is still the old one."""
    there = app.rules.newest()
    if there.number != change.number:
        raise _moved(change.number, there.number)
    _refuse_faulty(app, change.add)
    known = {rule.cells for rule in there.rules}
    remove = {cells_of(*cells) for cells in change.remove}
    for cells in sorted(remove - known):
        raise RefusedRequest(
            "RULE_NOT_FOUND",
            f"No stored rule is for {' / '.join(cells)}.",
            "Only stored rules can be taken away here; those of the table by a deployment.",
        )
    rules = changed(there.rules, [stored(rule) for rule in change.add], remove)
    book = replace(there, rules=rules)
    size = len(json_text.dumps(book_document(book)).encode())
    if len(rules) > MOST_RULES or size > _LARGEST_BOOK:
        raise RefusedRequest(
            "TOO_MANY_RULES",
            f"There would be {len(rules)} stored rules of {size:,} bytes; at most {MOST_RULES} of "
            f"{_LARGEST_BOOK:,} are kept.",
            "Bring those there are into mappings/vocabulary.csv with the next deployment, and take "
            "them away here.",
        )
    return book


def _is_made(book: RuleBook, change: RuleChange, by: str) -> bool:
    """Return whether a book is what this change, asked for by the same, brought forth."""
    cells = {rule.cells for rule in book.rules}
    return (
        (book.saved_by, book.note) == (by, change.note)
        and {stored(rule) for rule in change.add} <= set(book.rules)
        and not {cells_of(*each) for each in change.remove} & cells
    )


def _refuse_faulty(app: App, rules: Sequence[Rule]) -> None:
    classes = deployed(app).classes
    for place, rule in enumerate(rules, 1):
        faults = rule_faults(stored(rule), classes)
        if faults:
            raise RefusedRequest(
                "BAD_RULE",
                f"Rule {place} cannot be used. {'; '.join(faults)}.",
                "Mend what is named; README tells how a rule is written.",
                {"rule": place, "faults": faults},
            )


def _moved(over: int, there: int) -> Conflict:
    return Conflict(
        "RULES_CHANGED",
        f"The change was made over version {over} of the stored rules, and they are at {there}.",
        "Read them again, and make and preview the change over these.",
        {"number": there},
    )
