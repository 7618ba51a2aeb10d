"""Reader of the Finances API v0: `listFinancialEvents` answers of one event group.

The answers name no group and no total, so the group itself is needed with them: an answer of
`listFinancialEventGroups` (or one FinancialEventGroup) among the pages. Its OriginalTotal is the
declared total, its FundTransferDate the deposit. More than one group is refused unless
``settlement.id`` names the one meant. Several answers have been seen without OriginalTotal for a
closed group; then the settlement is held (NO_DECLARED_TOTAL) unless ``settlement.total`` is given.

BeginningBalance counts as a movement: what Amazon pays for a group is the balance it began with
plus its events, as a V2 report has its "Payable to Amazon" row. It is dated to the group's start.
Were it left out, every group after an unpaid negative one would fail to tie; were it also among the
events, the tie-out would show it. A zero balance is no movement.

v0 does not list deferred transactions, so none are told apart here.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator
from typing import Any

from handler.core.finding import Finding
from handler.core.money import Currency, currency
from handler.core.source import Source
from handler.settlement.group import Kind
from handler.settlement.grouping import Grouping
from handler.settlement.readers import exact_json, moments
from handler.settlement.readers.exact_json import unusable
from handler.settlement.readers.finances_input import (
    Given,
    Object,
    checked_id,
    checked_moment,
    group_id_used,
    mixed,
    no_declared_total,
    page_faults,
    read_input,
)
from handler.settlement.readers.finances_v0_events import Event, is_money, minor, transaction_type
from handler.settlement.readers.marketplace_ids import marketplace_name
from handler.settlement.readers.moments import DateOrder
from handler.settlement.readers.movement import Movement
from handler.settlement.readers.movement import rows as traced
from handler.settlement.readers.notes import Notes, shown
from handler.settlement.report import Header, Moment, SettlementReport
from handler.settlement.row import Row

_KEYS = re.compile(rb'"FinancialEvent(?:s|GroupList|Group|GroupId)"\s*:')
_POSTED = ("PostedDate", "postedDate", "TransactionPostedDate", "TransactionCreationDate")
_CHANNELS = frozenset({"AFN", "MFN"})
BALANCE = Kind("FinancialEventGroup", "BeginningBalance", "BeginningBalance")


def looks_like(first_bytes: bytes) -> bool:
    """Return whether the content is JSON with the keys of the v0 API near its beginning."""
    return exact_json.starts(first_bytes) and _KEYS.search(first_bytes) is not None


def read(source: Source, grouping: Grouping) -> SettlementReport:
    """Read an event group into groups.

    Raises:
        UnusableFile: there are no financial events, or more than one event group.
    """
    batch = _Batch(source)
    return batch.notes.report(
        "finances_v0", batch.header, batch.movements, grouping, batch.findings()
    )


def rows(source: Source, grouping: Grouping) -> Iterator[Row]:
    """Yield every amount with the number of its event, in the input's order: the trace.

    Raises:
        UnusableFile: as :func:`read`.
    """
    return traced(_Batch(source).movements, grouping)


def header(source: Source) -> Header:
    """Read the facts of the settlement.

    Raises:
        UnusableFile: as :func:`read`.
    """
    return _Batch(source).header


def marketplaces(source: Source) -> frozenset[str]:
    """Return the marketplaces the events name; the name of an id where only that is given.

    Raises:
        UnusableFile: as :func:`read`.
    """
    return frozenset(movement.marketplace for movement in _Batch(source).movements) - {""}


class _Batch:
    """All events of an input, read once."""

    def __init__(self, source: Source) -> None:
        found = read_input(source)
        self._pages = found.pages
        self.notes = Notes("record")
        self._group = _group(found.pages, found.given.identity)
        self._by_group = not found.given.identity
        given = found.given.over(_facts(self._group))
        events = list(_events(found.pages, self._group))
        if not events and not self._group:
            unusable("There are neither financial events nor an event group.")
        self.money = given.currency or _currency([event for _, _, event in events])
        start, end = _span([event for _, _, event in events], given)
        total = given.minor(self.money)
        draft = given.header(self.money, total or 0, start, end)
        self.movements = [*self._balance(draft)]
        for number, name, event in events:
            self.movements += self._movements(number, name, event, draft)
        computed = sum(movement.amount for movement in self.movements)
        self._undeclared = total is None
        self.header = given.header(self.money, computed if total is None else total, start, end)

    def findings(self) -> Iterator[Finding]:
        """Yield what concerns the input as a whole."""
        pages = tuple(page for page in self._pages if "FinancialEvents" in page)
        yield from page_faults(pages, "NextToken")
        subject = f"settlement {self.header.settlement_id}"
        if self._undeclared:
            yield no_declared_total(
                self.header,
                "The event group has no OriginalTotal, and settlement.total is not given.",
            )
        status = str(self._group.get("ProcessingStatus") or "")
        if self._group and status.casefold() != "closed":
            yield Finding(
                "SETTLEMENT_OPEN",
                subject,
                f"The event group's ProcessingStatus is {shown(status)}, expected 'Closed': its "
                "total is only the balance so far.",
                {"status": status},
            )
        if self._by_group and self._group:
            yield group_id_used(self.header)

    def _balance(self, draft: Header) -> Iterator[Movement]:
        balance = self._group.get("BeginningBalance")
        if isinstance(balance, dict):
            value = minor(balance, 0, "BeginningBalance", self.money, self.notes)
            if value:
                facts = {"FinancialEventGroupId": str(self._group.get("FinancialEventGroupId"))}
                yield Movement(0, BALANCE, value, draft.start, cells=facts)

    def _movements(
        self, number: int, name: str, event: Object, draft: Header
    ) -> Iterator[Movement]:
        found = Event(number, name, event, self.money, self.notes).amounts()
        field = next((field for field in _POSTED if event.get(field)), _POSTED[0])
        if not found:
            return
        posted = self.notes.moment(number, field, event.get(field), draft.end)
        if posted is None:
            return
        channel = str(event.get("FulfillmentChannel") or "").upper()
        facts = {key: value for key, value in event.items() if isinstance(value, str) and value}
        for each in found:
            yield Movement(
                line=number,
                kind=each.kind,
                amount=each.value,
                posted=posted,
                marketplace=marketplace_name(
                    event.get("MarketplaceName"), event.get("MarketplaceId")
                ),
                channel=channel if channel in _CHANNELS else "",
                sku=each.sku,
                # Chained, not copied: an event has as many amounts as it likes.
                cells=ChainMap(facts, {"event": name, "path": each.path}),
            )


def _group(pages: tuple[Object, ...], wanted: str) -> Object:
    """Return the one event group of the input, empty where there is none."""
    groups: dict[str, Object] = {}
    for page in pages:
        listed = page.get("FinancialEventGroupList") or []
        single = page.get("FinancialEventGroup")
        if "FinancialEventGroupId" in page and "FinancialEvents" not in page:
            single = page
        for each in [*(listed if isinstance(listed, list) else []), single]:
            if isinstance(each, dict):
                groups.setdefault(repr(sorted(each.items())), each)
    chosen = [each for each in groups.values() if each.get("FinancialEventGroupId") == wanted]
    if len(groups) > 1 and len(chosen) != 1:
        raise mixed(
            f"The input has {len(groups)} event groups, and the events do not say whose they are; "
            "expected one, or settlement.id naming one of them."
        )
    return (chosen or [*groups.values()] or [{}])[0]


def _facts(group: Object) -> Given:
    if not group:
        return Given()
    total = group.get("OriginalTotal")
    money = None
    for field in ("OriginalTotal", "BeginningBalance"):
        found = group.get(field)
        if isinstance(found, dict) and money is None:
            money = currency(str(found.get("CurrencyCode")))
    dates = {
        name: checked_moment(group[field], f"FinancialEventGroup, {field}")
        for name, field in (
            ("start", "FinancialEventGroupStart"),
            ("end", "FinancialEventGroupEnd"),
            ("deposit", "FundTransferDate"),
        )
        if group.get(field)
    }
    amount = total.get("CurrencyAmount") if isinstance(total, dict) else ""
    if not isinstance(amount, str):
        unusable(f"FinancialEventGroup, OriginalTotal: found {shown(amount)}, expected an amount.")
    return Given(
        identity=checked_id(group.get("FinancialEventGroupId"), "FinancialEventGroupId"),
        currency=money,
        total=amount,
        **dates,
    )


def _events(pages: tuple[Object, ...], group: Object) -> Iterator[tuple[int, str, Object]]:
    """Yield each event with its number over all pages and what it is."""
    number, own = 0, group.get("FinancialEventGroupId")
    for page in pages:
        lists: Any = page.get("FinancialEvents")
        if lists is None:
            continue
        if not isinstance(lists, dict):
            unusable(f"FinancialEvents: found {shown(lists)}, expected an object of event lists.")
        for name, listed in lists.items():
            for event in listed if isinstance(listed, list) else [listed]:
                number += 1
                if event is None:
                    continue
                if not isinstance(event, dict):
                    unusable(f"Record {number}, {name}: found {shown(event)}, expected an event.")
                said = event.get("FinancialEventGroupId")
                if said and own and said != own:
                    raise mixed(
                        f"Record {number}, {name}/FinancialEventGroupId: found {shown(said)}, "
                        f"expected {own!r}."
                    )
                yield number, transaction_type(name), event


def _currency(events: list[Object]) -> Currency:
    waiting: list[Any] = list(reversed(events))
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and is_money(node):
            money = currency(str(node.get("CurrencyCode")))
            if money is not None:
                return money
        elif isinstance(node, (dict, list)):
            waiting += reversed(list(node.values() if isinstance(node, dict) else node))
    return unusable("No amount has an ISO 4217 CurrencyCode.")


def _span(events: list[Object], given: Given) -> tuple[Moment, Moment]:
    """Return the first and the last posting time, for what the group does not state."""
    found = [
        moment
        for event in events
        for field in _POSTED
        if isinstance(text := event.get(field), str)
        and (moment := moments.moment(text, DateOrder.NOT_NEEDED))
    ]
    found.sort(key=lambda moment: (moment.day, moment.text))
    ends = [*found[:1], *found[-1:]] or [m for m in (given.start, given.end) if m]
    if not ends:
        unusable("No event has a posting date that can be read, and no end is given.")
    return ends[0], ends[-1]
