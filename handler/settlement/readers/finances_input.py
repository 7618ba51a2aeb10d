"""What both Finances APIs' answers have in common: pages, and facts the caller adds.

An input is one page, a list of pages, or pages one after another (JSON lines). Facts that the
answers lack are given in an object of their own, before, between or inside the pages:

    {"settlement": {"id": "11700000001", "currency": "USD", "total": "123.45",
                    "start": "...", "end": "...", "deposit": "..."}}

Each fact is optional. ``total`` is what Amazon pays (below zero: asks), taken from the bank line,
the event group or the settlement report: an independent figure to prove the sum against.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from handler.core.errors import UnusableFile
from handler.core.finding import Finding
from handler.core.money import Currency, currency
from handler.core.source import Source
from handler.settlement.readers import moments
from handler.settlement.readers.amounts import amount
from handler.settlement.readers.exact_json import unusable, values
from handler.settlement.readers.moments import DateOrder
from handler.settlement.readers.notes import shown
from handler.settlement.report import Header, Moment

Object = dict[str, Any]
_FACTS = ("id", "currency", "total", "start", "end", "deposit")
_LONGEST_AMOUNT = 40


@dataclass(frozen=True, slots=True)
class Given:
    """Facts of the settlement that the caller, or the event group, states.

    Attributes:
        total: in major units, as written.
    """

    identity: str = ""
    currency: Currency | None = None
    total: str = ""
    start: Moment | None = None
    end: Moment | None = None
    deposit: Moment | None = None

    def minor(self, money: Currency) -> int | None:
        """Return the total in minor units, ``None`` where none is given.

        Raises:
            UnusableFile: it is no amount in that currency.
        """
        if not self.total:
            return None
        found = (
            amount(self.total, ".", money.exponent) if len(self.total) <= _LONGEST_AMOUNT else None
        )
        if found is None:
            unusable(
                f"The total (settlement.total or OriginalTotal): found {shown(self.total)}, "
                f"expected an amount in {money.code} with at most {money.exponent} decimals."
            )
        return found

    def header(self, money: Currency, total: int, start: Moment, end: Moment) -> Header:
        """Return the header, with what is given before what was found.

        Raises:
            UnusableFile: nothing names the settlement.
        """
        if not self.identity:
            unusable(
                "Nothing names the settlement: no SETTLEMENT_ID, no event group and no "
                "settlement.id."
            )
        return Header(
            settlement_id=self.identity,
            currency=money,
            declared_total=total,
            start=self.start or start,
            end=self.end or end,
            deposit=self.deposit,
        )

    def over(self, other: Given) -> Given:
        """Return these facts, completed by ``other``'s."""
        return replace(
            other,
            **{
                name: value
                for name in self.__dataclass_fields__
                if (value := getattr(self, name)) not in ("", None)
            },
        )


@dataclass(frozen=True, slots=True)
class Input:
    """The answers of an API, unwrapped.

    Attributes:
        pages: what stood in each answer's payload.
        given: facts the caller adds.
    """

    pages: tuple[Object, ...]
    given: Given


def read_input(source: Source) -> Input:
    """Read all pages.

    Raises:
        UnusableFile: it is no JSON, an answer is an error, or the added facts are wrong.
    """
    pages, given, seen = [], Given(), False
    for page in _objects(source):
        errors = page.get("errors")
        if errors:
            first = errors[0] if isinstance(errors, list) else errors
            unusable(f"The API answered with an error: {shown(_words(first))}.")
        if "settlement" in page:
            if seen:
                unusable("The key 'settlement' stands twice: its facts are given once.")
            seen, given = True, _given(page["settlement"])
        content = page.get("payload", page)
        if not isinstance(content, dict):
            unusable(f"A payload is {shown(content)}, expected an object.")
        pages.append({name: value for name, value in content.items() if name != "settlement"})
    return Input(tuple(page for page in pages if page), given)


def _objects(source: Source) -> Iterator[Object]:
    for line, value in values(source):
        for found in value if isinstance(value, list) else [value]:
            if not isinstance(found, dict):
                unusable(
                    f"Line {line}: found {shown(found)}, expected a page: an object of the API."
                )
            pages = found.get("pages")
            if isinstance(pages, list):
                yield {name: part for name, part in found.items() if name != "pages"}
                yield from (page for page in pages if isinstance(page, dict))
                if not all(isinstance(page, dict) for page in pages):
                    unusable(f"Line {line}: a page is no object.")
            else:
                yield found


def _words(error: object) -> object:
    return error.get("message", error.get("code")) if isinstance(error, dict) else error


def _given(facts: object) -> Given:
    if not isinstance(facts, dict):
        unusable(f"settlement: found {shown(facts)}, expected an object.")
    unknown = sorted(set(facts) - set(_FACTS))
    if unknown:
        unusable(f"settlement: found the key {unknown[0]!r}, expected {', '.join(_FACTS)}.")
    bad = [name for name, value in facts.items() if not isinstance(value, str)]
    if bad:
        unusable(f"settlement.{bad[0]}: found {shown(facts[bad[0]])}, expected text or a number.")
    money = currency(facts["currency"]) if "currency" in facts else None
    if "currency" in facts and money is None:
        unusable(
            f"settlement.currency: found {shown(facts['currency'])}, expected an ISO 4217 code."
        )
    return Given(
        identity=checked_id(facts["id"], "settlement.id") if "id" in facts else "",
        currency=money,
        total=facts.get("total", ""),
        **{
            name: checked_moment(facts[name], f"settlement.{name}")
            for name in ("start", "end", "deposit")
            if name in facts
        },
    )


def checked_id(found: object, where: str) -> str:
    """Return an id that can name a settlement: letters, digits, ``-`` and ``_``, 64 at most.

    Raises:
        UnusableFile: it is none.
    """
    text = found if isinstance(found, str) else ""
    if not (text.isascii() and text.replace("-", "").replace("_", "").isalnum() and len(text) < 65):
        unusable(f"{where}: found {shown(found)}, expected letters, digits, '-' and '_'.")
    return str(text)


def checked_moment(found: object, where: str) -> Moment:
    """Return a moment.

    Raises:
        UnusableFile: it is none.
    """
    moment = moments.moment(found, DateOrder.NOT_NEEDED) if isinstance(found, str) else None
    if moment is None:
        unusable(f"{where}: found {shown(found)}, expected {moments.EXPECTED}.")
    return moment


def mixed(message: str) -> UnusableFile:
    """Return the error for an input with more than one settlement."""
    return UnusableFile(
        "MIXED_SETTLEMENTS", message, "Send the answers of each settlement as an input of its own."
    )


def no_declared_total(header: Header, why: str) -> Finding:
    """Return the finding that there is nothing to prove the sum against."""
    money = header.currency
    return Finding(
        "NO_DECLARED_TOTAL",
        f"settlement {header.settlement_id}",
        f"{why} The amounts add up to {money.text(header.declared_total)} {money.code}, and that "
        "sum stands in the total's place: it proves nothing.",
        {"computed": money.text(header.declared_total), "currency": money.code},
        "Add the total as settlement.total, from the bank line or Amazon's settlement report.",
    )


def group_id_used(header: Header) -> Finding:
    """Return the finding that an event group's id stands for the settlement's."""
    return Finding(
        "GROUP_ID_USED",
        f"settlement {header.settlement_id}",
        f"The answers name no settlement id; the event group's, {header.settlement_id!r}, stands "
        "for it. The same settlement read from a report would have another id and be posted again.",
        {"group": header.settlement_id},
    )


def page_faults(pages: tuple[Object, ...], token: str) -> Iterator[Finding]:
    """Yield a finding for pages that are missing or stand twice.

    Args:
        pages: in the order they were fetched.
        token: the field that says another page follows.
    """
    if pages and isinstance(pages[-1].get(token), str) and pages[-1][token]:
        yield Finding(
            "PAGES_MISSING",
            f"page {len(pages)}",
            f"The last page, number {len(pages)}, has a {token}: more pages follow it.",
            {"pages": len(pages)},
        )
    for number, page in enumerate(pages[1:], 2):
        if page == pages[number - 2] and _has_content(page):
            yield Finding(
                "PAGES_MISSING",
                f"page {number}",
                f"Page {number} is the same as the page before it: it was fetched twice, and its "
                "amounts are counted twice.",
                {"pages": len(pages), "page": number},
            )


def _has_content(page: Mapping[str, Any]) -> bool:
    return any(isinstance(value, (dict, list)) and value for value in page.values())
