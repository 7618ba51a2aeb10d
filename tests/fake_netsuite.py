"""A NetSuite in memory, for tests: takes REST calls and Celigo's flat records, keeps a ledger.

It enforces NetSuite's rules in its own words, from what NetSuite is known to refuse, and knows
nothing of handler.payloads.netsuite_rules: what both let through is right twice.

    books = FakeNetsuite(closed=["Jun 2025"])
    answer = books.post(payload)          # Answer(status, internal_id, errors)
    books.balances()["1190 Amazon Clearing", "Aug 2025"]
    books.quantities()["MUG-220", "Amazon FBA US"]
    books.records["journalEntry", "AMZ-US-1-202508"].lines

A table left out (accounts, periods, ...) knows every name; one given refuses all others. A table is
{name: internal id}, or only names.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fake_netsuite_calls import Call, Refused, read_call
from fake_netsuite_lines import Money, Stock, money_lines, stock_lines

MOST_LINES = 1000
KINDS = {
    "account": "accounts",
    "period": "periods",
    "item": "items",
    "location": "locations",
    "subsidiary": "subsidiaries",
    "currency": "currencies",
    "entity": "entities",
}
Table = Mapping[str, str] | Iterable[str] | None


@dataclass(frozen=True)
class Answer:
    """What NetSuite said: an HTTP status, the record's internal id, or why it is refused."""

    status: int
    internal_id: str = ""
    errors: tuple[Mapping[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the record is in the books."""
        return not self.errors

    def response_data(self) -> dict[str, Any]:
        """As integrator.io hands it on to the flow."""
        return {
            "statusCode": self.status,
            "id": self.internal_id or None,
            "ignored": False,
            "errors": [dict(one) for one in self.errors],
        }


@dataclass
class Kept:
    """A record in the books."""

    type: str
    internal_id: str
    body: dict[str, Any]
    lines: list[Money] | list[Stock] = field(default_factory=list)
    period: str = ""
    revision: int = 1


class FakeNetsuite:
    """One account of NetSuite."""

    def __init__(
        self,
        accounts: Table = None,
        periods: Table = None,
        items: Table = None,
        locations: Table = None,
        *,
        subsidiaries: Table = None,
        currencies: Table = None,
        entities: Table = None,
        receivable: Collection[str] = (),
        closed: Iterable[str] = (),
        transfer_orders: Mapping[str, Mapping[str, int]] | None = None,
        ids_only: bool = False,
    ) -> None:
        """Open the books.

        Args:
            receivable: names of the accounts whose lines need a customer.
            closed: names of closed periods; more may be added to ``.closed`` at any time.
            transfer_orders: external id -> units of each item that were sent.
            ids_only: refuse names: NetSuite's REST takes ids, whatever it says.
        """
        given = {
            "account": accounts,
            "period": periods,
            "item": items,
            "location": locations,
            "subsidiary": subsidiaries,
            "currency": currencies,
            "entity": entities,
        }
        self.tables = {
            kind: None if table is None else _table(table, number * 1000)
            for number, (kind, table) in enumerate(given.items(), 1)
        }
        self.receivable = set(receivable)
        self.closed = set(closed)
        self.transfer_orders = {name: dict(all_) for name, all_ in (transfer_orders or {}).items()}
        self.ids_only = ids_only
        self.records: dict[tuple[str, str], Kept] = {}
        self.calls: list[Mapping[str, Any]] = []
        self._ids = itertools.count(5001)

    def post(self, payload: Mapping[str, Any]) -> Answer:
        """Take one record: a REST call {method, path, body}, or Celigo's flat record."""
        self.calls.append(payload)
        try:
            return self._take(read_call(payload))
        except Refused as refused:
            return Answer(refused.status, "", ({"code": refused.code, "message": str(refused)},))

    def balances(self, *, base: bool = False) -> dict[tuple[str, str], Decimal]:
        """Return (account, period) -> debits less credits; with ``base`` in the base currency."""
        found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for one in self.records.values():
            for line in one.lines:
                if isinstance(line, Money):
                    found[line.account, one.period] += line.base if base else line.signed
        return dict(found)

    def quantities(self) -> dict[tuple[str, str], int]:
        """Return (item, location) -> units that the records moved there."""
        found: Counter[tuple[str, str]] = Counter()
        for one in self.records.values():
            for line in one.lines:
                if isinstance(line, Stock):
                    found[line.item, line.location] += line.quantity
        return dict(found)

    def known(self, kind: str, reference: Any, where: str) -> str:
        """Return the name a reference stands for.

        Raises:
            Refused: there is none, or it is of no such record.
        """
        name, internal_id = "", ""
        if isinstance(reference, Mapping):
            name, internal_id = reference.get("refName", ""), reference.get("id", "")
        if not name and not internal_id:
            raise Refused("USER_ERROR", f"Please enter value(s) for: {where}")
        if self.ids_only and not internal_id:
            raise Refused("INVALID_CONTENT", f"{where}: {name!r} is no id")
        table = self.tables.get(kind)
        if table is None:
            return name or internal_id
        if not internal_id and name in table:
            return str(name)
        found = next((known for known, id_ in table.items() if id_ == internal_id), None)
        if found is None:
            raise Refused("INVALID_KEY_OR_REF", f"Invalid {where} reference key {reference}")
        return found

    def _take(self, call: Call) -> Answer:
        key = (call.type, call.external_id)
        before = self.records.get(key)
        if before and call.adds:
            raise Refused("DUP_RCRD", "This entity already exists.", 409)
        body = dict(call.body)
        if before:
            if not call.replaces:  # without replace=, a sublist's lines are added once more
                body["lines"] = [*before.body["lines"], *body["lines"]]
            body = {**before.body, **body}
        if not body["lines"]:
            raise Refused("USER_ERROR", "You must enter at least one line item.")
        if len(body["lines"]) > MOST_LINES:
            raise Refused("SSS_LINE_LIMIT", f"{len(body['lines'])} lines, over {MOST_LINES}")
        made = Kept(call.type, before.internal_id if before else "", body)
        if call.type in ("journalEntry", "deposit"):
            made.period = self.known("period", body.get("period"), "postingPeriod")
            for period in {made.period, before.period if before else made.period}:
                if period in self.closed:
                    raise Refused("PERIOD_CLOSED", f"The period {period} is closed.")
            made.lines = money_lines(call.type, body, self.known, self.receivable)
            _in_base(made.lines, body.get("exchangeRate"))
        else:
            made.lines = stock_lines(call.type, body, self.known)
            if call.type == "itemReceipt":
                self._check_receipt(body["order"], made.lines)
        made.revision = before.revision + 1 if before else 1
        made.internal_id = made.internal_id or str(next(self._ids))
        self.records[key] = made
        return Answer(204 if call.is_rest else 200, made.internal_id)

    def _check_receipt(self, order: str, lines: list[Stock]) -> None:
        """Refuse what no transfer order sent, or more than it sent."""
        sent = self.transfer_orders.get(order)
        if sent is None:
            raise Refused("RCRD_DSNT_EXIST", f"There is no transfer order {order!r}.", 404)
        received: Counter[str] = Counter()
        for one in self.records.values():
            if one.type == "itemReceipt" and one.body["order"] == order:
                received.update({line.item: line.quantity for line in one.lines})  # type: ignore[union-attr]
        for line in lines:
            received[line.item] += line.quantity
            if received[line.item] > sent.get(line.item, 0):
                raise Refused(
                    "USER_ERROR",
                    f"{line.item}: {received[line.item]} received of {sent.get(line.item, 0)}",
                )


def _table(given: Mapping[str, str] | Iterable[str], first: int) -> dict[str, str]:
    if isinstance(given, Mapping):
        return dict(given)
    return {name: str(number) for number, name in enumerate(given, first)}


def _in_base(lines: list[Money], rate: Any) -> None:
    """Convert each line by itself; NetSuite puts what rounding leaves on the first line."""
    factor = Decimal(1) if rate is None else Decimal(rate)
    for line in lines:
        line.base = (line.signed * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)
    lines[0].base -= sum((line.base for line in lines), Decimal(0))
