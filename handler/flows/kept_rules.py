"""The stored rules beside the results: without them no settlement could be made anew from files."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.flows.rule_ports import RuleBook
from handler.payloads import packed
from handler.settlement.vocabulary import Rule

if TYPE_CHECKING:
    from handler.flows.app import App

RULES: Final = "results/rules/"


def keep_rules(app: App, book: RuleBook) -> None:
    """Keep a book that is saved; again, the same. Earlier ones that are not there are kept too.

    Raises:
        OutsideFailure: the bucket or the store did not answer.
    """
    _keep(app, book)
    if book.number > 1 and not _is_kept(app, book.number - 1):
        # They were saved before rules were kept, or by calls that were cut off.
        for older in app.rules.books(book.number):
            _keep(app, older)


def _keep(app: App, book: RuleBook) -> None:
    content = packed.pack({"schema": 1, **asdict(book)})
    app.files.keep(_key(book.number), content, "application/gzip")


def _is_kept(app: App, number: int) -> bool:
    try:
        app.files.source(_key(number))
    except RefusedRequest:
        return False
    return True


def _key(number: int) -> str:
    return f"{RULES}v{number:06}.json.gz"


def kept_rules(content: bytes) -> RuleBook:
    """Return the book of a file that :func:`keep_rules` kept."""
    told = packed.unpack(content)
    return RuleBook(
        number=told["number"],
        rules=tuple(Rule(**rule) for rule in told["rules"]),
        saved_at=told["saved_at"],
        saved_by=told["saved_by"],
        note=told["note"],
    )
