"""Reader of the Finances API 2024-06-19: `listTransactions` answers of one settlement.

What counts. A transaction's cash moves when it is RELEASED. A DEFERRED one (invoiced orders,
delivery date policy) is no cash yet. A DEFERRED_RELEASED one that names a RELEASE_TRANSACTION_ID is
the early record of a sale whose money moves with that later, RELEASED record: counting both would
book the sale twice, so the early one is left out, and a notice names every one left out. Without
such an id it counts. An absent status is the API's older way to say RELEASED.

The declared total. The API states none for a settlement. It is, in this order: ``settlement.total``
as the caller gives it; the amount of the settlement's one Transfer transaction (the payout, as the
API signs it: above zero where money went to the bank), which is no movement of the settlement
itself. Where there is neither, or more than one Transfer, the settlement is held
(NO_DECLARED_TOTAL) rather than proved against its own sum.
"""

from __future__ import annotations

from collections.abc import Iterator

from handler.core.finding import Finding
from handler.core.money import Currency, currency
from handler.core.source import Source
from handler.settlement.group import Kind
from handler.settlement.grouping import Grouping
from handler.settlement.readers import exact_json, finances_v0, moments
from handler.settlement.readers.exact_json import unusable
from handler.settlement.readers.finances_breakdowns import Amounts
from handler.settlement.readers.finances_facts import (
    Facts,
    deferral,
    ids,
    part,
    transactions,
)
from handler.settlement.readers.finances_input import (
    Given,
    Object,
    checked_id,
    group_id_used,
    mixed,
    no_declared_total,
    page_faults,
    read_input,
)
from handler.settlement.readers.marketplace_ids import marketplace_name
from handler.settlement.readers.moments import DateOrder
from handler.settlement.readers.movement import Movement
from handler.settlement.readers.movement import rows as traced
from handler.settlement.readers.notes import Notes, shown
from handler.settlement.report import Header, Moment, SettlementReport
from handler.settlement.row import Row

TRANSFER = "Transfer"
_SETTLEMENT, _GROUP = "SETTLEMENT_ID", "FINANCIAL_EVENT_GROUP_ID"
_RELEASED = frozenset({"", "RELEASED", "DEFERRED_RELEASED"})
_CHANNELS = frozenset({"AFN", "MFN"})
_NAMED = 20


def looks_like(first_bytes: bytes) -> bool:
    """Return whether the content is JSON, and not of the older API."""
    return exact_json.starts(first_bytes) and not finances_v0.looks_like(first_bytes)


def read(source: Source, grouping: Grouping) -> SettlementReport:
    """Read transactions into groups.

    Raises:
        UnusableFile: they are no transactions, or those of more than one settlement.
    """
    batch = _Batch(source)
    return batch.notes.report(
        "finances_2024_06_19", batch.header, batch.movements, grouping, batch.findings()
    )


def rows(source: Source, grouping: Grouping) -> Iterator[Row]:
    """Yield every amount with the number of its transaction, in the input's order: the trace.

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
    """Return the marketplaces the transactions name; the name of an id where only that is given.

    Raises:
        UnusableFile: as :func:`read`.
    """
    return frozenset(movement.marketplace for movement in _Batch(source).movements) - {""}


class _Batch:
    """All transactions of an input, read once."""

    def __init__(self, source: Source) -> None:
        found = read_input(source)
        self._pages = found.pages
        self.notes = Notes("record")
        self.movements: list[Movement] = []
        self._deferred: list[tuple[int, Object]] = []
        self._transfers: list[tuple[int, Object]] = []
        self._ids: dict[str, str] = {}
        counted = self._sorted_out()
        given = found.given.over(self._stated(found.given))
        self.money = given.currency or self._currency([*counted, *self._transfers])
        start, end = self._span(counted or self._transfers, given)
        total = given.minor(self.money)
        self._undeclared = ""
        if len(self._transfers) == 1:
            total = self._paid(*self._transfers[0], total)
        if total is None:
            self._undeclared = (
                f"The input has {len(self._transfers)} Transfer transactions that could say what "
                "was paid, and settlement.total is not given."
            )
        draft = given.header(self.money, total or 0, start, end)
        for number, transaction in counted:
            self.movements += self._movements(number, transaction, draft)
        computed = sum(movement.amount for movement in self.movements)
        declared = computed if total is None else total
        self.header = given.header(self.money, declared, start, end)

    def findings(self) -> Iterator[Finding]:
        """Yield what concerns the input as a whole."""
        yield from page_faults(self._pages, "nextToken")
        if self._undeclared:
            yield no_declared_total(self.header, self._undeclared)
        if _SETTLEMENT not in self._ids and self.header.settlement_id == self._ids.get(_GROUP):
            yield group_id_used(self.header)
        yield from self._left_out()

    def _sorted_out(self) -> list[tuple[int, Object]]:
        """Return the transactions whose cash moved, each with its number over all pages."""
        counted: list[tuple[int, Object]] = []
        seen: dict[str, int] = {}
        for number, transaction in transactions(self._pages):
            identity = str(transaction.get("transactionId") or "")
            if identity in seen:
                self.notes.bad_value(
                    number, "transactionId", identity, f"an id not seen in record {seen[identity]}"
                )
            if identity:
                seen.setdefault(identity, number)
            status = str(transaction.get("transactionStatus") or "")
            if status == "DEFERRED" or (
                status == "DEFERRED_RELEASED" and ids(transaction).get("RELEASE_TRANSACTION_ID")
            ):
                self._deferred.append((number, transaction))
                continue
            if status not in _RELEASED:
                self.notes.bad_value(
                    number, "transactionStatus", status, "RELEASED, DEFERRED or DEFERRED_RELEASED"
                )
            self._belongs(number, transaction)
            if transaction.get("transactionType") == TRANSFER:
                self._transfers.append((number, transaction))
            else:
                counted.append((number, transaction))
        if not counted and not self._transfers:
            unusable("No released transaction: there is no settlement to read.")
        return counted

    def _belongs(self, number: int, transaction: Object) -> None:
        found = ids(transaction)
        if not (found.get(_SETTLEMENT) or found.get(_GROUP)):
            self.notes.bad_value(
                number, "relatedIdentifiers", None, f"a {_SETTLEMENT} or a {_GROUP}"
            )
        for name in (_SETTLEMENT, _GROUP):
            if name not in found:
                continue
            known = self._ids.setdefault(name, checked_id(found[name], f"Record {number}, {name}"))
            if found[name] != known:
                raise mixed(
                    f"Record {number}, {name}: found {shown(found[name])}, expected {known!r}: the "
                    "input holds more than one settlement."
                )

    def _stated(self, given: Given) -> Given:
        """Return what the transactions state of the settlement as a whole."""
        known = self._ids.get(_SETTLEMENT, "")
        if known and given.identity and given.identity != known:
            raise mixed(
                f"settlement.id: found {given.identity!r}, expected {known!r} as the transactions "
                "name it."
            )
        text = self._transfers[0][1].get("postedDate") if len(self._transfers) == 1 else None
        return Given(
            identity=known or self._ids.get(_GROUP, ""),
            deposit=moments.moment(text, DateOrder.NOT_NEEDED) if isinstance(text, str) else None,
        )

    def _currency(self, transactions: list[tuple[int, Object]]) -> Currency:
        for _, transaction in transactions:
            total = transaction.get("totalAmount")
            code = total.get("currencyCode") if isinstance(total, dict) else None
            money = currency(code) if isinstance(code, str) else None
            if money is not None:
                return money
        return unusable("No transaction has a totalAmount with an ISO 4217 currencyCode.")

    def _span(self, counted: list[tuple[int, Object]], given: Given) -> tuple[Moment, Moment]:
        """Return the first and the last posting time, where they are not given."""
        found = [
            moment
            for _, transaction in counted
            if isinstance(text := transaction.get("postedDate"), str)
            and (moment := moments.moment(text, DateOrder.NOT_NEEDED))
        ]
        found.sort(key=lambda moment: (moment.day, moment.instant is not None, moment.text))
        ends = [*found[:1], *found[-1:]] or [
            moment for moment in (given.start, given.end) if moment
        ]
        if not ends:
            unusable("No transaction has a postedDate that can be read, and no end is given.")
        return ends[0], ends[-1]

    def _paid(self, number: int, transfer: Object, given: int | None) -> int | None:
        """Return the declared total, from the one Transfer where it is not given."""
        reader = Amounts(number, self.money, self.notes)
        paid = reader.money(transfer.get("totalAmount"), "totalAmount")
        if paid is not None and given not in (None, paid):
            self.notes.bad_value(
                number, "totalAmount", self.money.text(paid), "the amount of settlement.total"
            )
        return paid if given is None else given

    def _movements(self, number: int, transaction: Object, draft: Header) -> Iterator[Movement]:
        leaves = Amounts(number, self.money, self.notes).of(transaction)
        posted = self.notes.moment(number, "postedDate", transaction.get("postedDate"), draft.end)
        if posted is None:
            return
        details, seller = (
            part(transaction, name) for name in ("marketplaceDetails", "sellingPartnerMetadata")
        )
        name = marketplace_name(
            details.get("marketplaceName"),
            details.get("marketplaceId") or seller.get("marketplaceId"),
        )
        facts = Facts(transaction)
        for leaf in leaves:
            sold = facts.product(leaf)
            channel = str(sold.get("fulfillmentNetwork") or sold.get("channel") or "").upper()
            kind = Kind(str(transaction.get("transactionType") or ""), "breakdown", leaf.name)
            yield Movement(
                line=number,
                kind=kind,
                amount=leaf.value,
                posted=posted,
                marketplace=name,
                channel=channel if channel in _CHANNELS else "",
                sku=str(sold.get("sku") or ""),
                cells=facts.cells(leaf),
            )

    def _left_out(self) -> Iterator[Finding]:
        """Yield a notice of the transactions that are no cash of this settlement."""
        for status in ("DEFERRED", "DEFERRED_RELEASED"):
            chosen = [pair for pair in self._deferred if pair[1]["transactionStatus"] == status]
            if not chosen:
                continue
            quiet = Notes("record")
            net = sum(
                Amounts(number, self.money, quiet).money(each.get("totalAmount"), "") or 0
                for number, each in chosen
            )
            text = f"{self.money.text(net)} {self.money.code}"
            why = (
                "Amazon has not released them: they come with a later settlement."
                if status == "DEFERRED"
                else "Their money moves with their release records, in whichever settlement those "
                "are."
            )
            yield Finding(
                "DEFERRED_TRANSACTIONS",
                f"settlement {self.header.settlement_id}, {status}",
                f"{len(chosen)} {status} transactions, net {text}, are not in the sum. {why} A "
                "period taken by posting dates cannot tie to the settlement by them.",
                {
                    "status": status,
                    "transactions": len(chosen),
                    "records": [number for number, _ in chosen[:_NAMED]],
                    "net": self.money.text(net),
                    "reasons": sorted({deferral(each) for _, each in chosen} - {""}),
                },
            )
