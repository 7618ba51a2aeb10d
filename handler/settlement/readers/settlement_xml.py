"""Reader of the XML settlement report: AmazonEnvelope > Message > SettlementReport.

Every amount below the report becomes a movement, whatever element holds it. Three things are stated
twice in the format, and each is checked instead of counted twice: an advertising charge (base, tax
and their sum), an OtherTransaction with items (its Amount and theirs), and the settlement's total.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from handler.core.errors import UnusableFile
from handler.core.money import currency
from handler.core.source import Source
from handler.settlement.grouping import Grouping
from handler.settlement.readers import moments, xml_kinds
from handler.settlement.readers.amounts import amount
from handler.settlement.readers.moments import DateOrder
from handler.settlement.readers.movement import Movement
from handler.settlement.readers.movement import rows as traced
from handler.settlement.readers.notes import Notes, shown
from handler.settlement.readers.xml_records import Node, records, unusable
from handler.settlement.report import LONGEST_ID, Header, Moment, SettlementReport
from handler.settlement.row import Row

_FACTS = "SettlementData"
_STARTS = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<|\A(?:\xff\xfe<\x00|\xfe\xff\x00<)")
_CHANNELS = frozenset({"AFN", "MFN"})


def looks_like(first_bytes: bytes) -> bool:
    """Return whether the content is XML at all; :func:`read` says what is wrong with other XML."""
    return _STARTS.match(first_bytes) is not None


def read(source: Source, grouping: Grouping) -> SettlementReport:
    """Read an XML settlement report into groups.

    Raises:
        UnusableFile: it is no settlement report, cannot be parsed, or holds more than one.
    """
    head, notes = header(source), Notes("line")
    return notes.report("settlement_xml", head, _movements(source, head, notes), grouping)


def rows(source: Source, grouping: Grouping) -> Iterator[Row]:
    """Yield every amount with where it stands, in the file's order: the trace.

    Raises:
        UnusableFile: as :func:`read`.
    """
    return traced(_movements(source, header(source), Notes("line")), grouping)


def header(source: Source) -> Header:
    """Read the facts of the settlement, and no amounts.

    Raises:
        UnusableFile: as :func:`read`.
    """
    facts = next((record for _, record in records(source) if record.tag == _FACTS), None)
    if facts is None:
        unusable(f"The SettlementReport has no {_FACTS}: the settlement has no facts.")
    return _header(facts)


def marketplaces(source: Source) -> frozenset[str]:
    """Return the marketplaces the amounts name, as spelled in the file.

    Raises:
        UnusableFile: as :func:`read`.
    """
    found = (movement.marketplace for movement in _movements(source, header(source), Notes("line")))
    return frozenset(found) - {""}


def _header(facts: Node) -> Header:
    def when(tag: str) -> Moment:
        found = moments.moment(facts.value(tag), DateOrder.NOT_NEEDED)
        if found is None:
            _bad_fact(facts, tag, moments.EXPECTED)
        return found

    total = next((node for node in facts.children if node.tag == "TotalAmount"), None)
    code = total.attributes.get("currency", "") if total else ""
    money = currency(code)
    if total is None or money is None:
        unusable(
            f"Line {facts.line}, {_FACTS}/TotalAmount, attribute 'currency': found {shown(code)}, "
            "expected an ISO 4217 code."
        )
    declared = amount(total.text, ".", money.exponent) if len(total.text) < 40 else None
    if declared is None:
        _bad_fact(facts, "TotalAmount", f"an amount in {money.code} with a decimal point")
    identity = facts.value("AmazonSettlementID")
    if not (identity.isascii() and identity.isalnum() and len(identity) <= LONGEST_ID):
        _bad_fact(facts, "AmazonSettlementID", f"letters and digits, {LONGEST_ID} at most")
    return Header(
        settlement_id=identity,
        currency=money,
        declared_total=declared,
        start=when("StartDate"),
        end=when("EndDate"),
        deposit=when("DepositDate") if facts.value("DepositDate") else None,
    )


def _bad_fact(facts: Node, tag: str, expected: str) -> NoReturn:
    line = next((node.line for node in facts.children if node.tag == tag), facts.line)
    unusable(f"Line {line}, {_FACTS}/{tag}: found {shown(facts.value(tag))}, expected {expected}.")


def _movements(source: Source, head: Header, notes: Notes) -> Iterator[Movement]:
    seen = 0
    for number, record in records(source):
        if record.tag == _FACTS:
            seen += 1
        if number > 1 or seen > 1:
            raise UnusableFile(
                "MIXED_SETTLEMENTS",
                f"Line {record.line}: a second settlement begins; the file holds more than one.",
                "Send each settlement as a file of its own.",
            )
        if record.tag != _FACTS:
            yield from _Record(record, head, notes).movements()


@dataclass(frozen=True, slots=True)
class _Found:
    """An amount and the elements from below the record down to it."""

    inner: tuple[Node, ...]
    value: int


class _Record:
    """One element below SettlementReport."""

    def __init__(self, record: Node, head: Header, notes: Notes) -> None:
        self._record, self._head, self._notes = record, head, notes
        self._facts: dict[int, dict[str, str]] = {}

    def movements(self) -> Iterator[Movement]:
        found, bad = [], False
        for inner in _amounts(self._record, ()):
            value = self._value(inner)
            bad = bad or value is None
            if value is not None:
                found.append(_Found(inner, value))
        for each in self._once(found, check=not bad):
            moved = self._movement(each)
            if moved:
                yield moved

    def _value(self, inner: tuple[Node, ...]) -> int | None:
        node, money = inner[-1], self._head.currency
        code = node.attributes.get("currency", money.code)
        path = _path(self._record, inner)
        if code != money.code:
            self._notes.bad_value(node.line, f"{path}@currency", code, money.code)
            return None
        return self._notes.money(node.line, path, node.text, money)

    def _once(self, found: list[_Found], *, check: bool) -> list[_Found]:
        """Return the amounts without those that only state the sum of others."""
        record = self._record
        parts = [each for each in found if _is_part(record, each.inner)]
        sums = [each for each in found if _is_sum(record, each.inner)]
        if not parts or not sums:
            return found
        total, stated = sum(each.value for each in parts), sum(each.value for each in sums)
        if check and total != stated:
            money = self._head.currency
            self._notes.bad_value(
                sums[0].inner[-1].line,
                _path(record, sums[0].inner),
                money.text(stated),
                f"{money.text(total)}, the sum of its {len(parts)} part(s)",
            )
        return [each for each in found if not _is_sum(record, each.inner)]

    def _movement(self, found: _Found) -> Movement | None:
        # Chained, not copied: a record has as many amounts as it likes.
        facts = ChainMap(*map(self._facts_of, (*reversed(found.inner), self._record)))
        node = found.inner[-1]
        path = _path(self._record, found.inner[:-1]) + "/PostedDate"
        posted = self._notes.moment(node.line, path, facts.get("PostedDate"), self._head.end)
        if posted is None:
            return None
        channel = facts.get("MerchantFulfillmentID", "").upper()
        return Movement(
            line=node.line,
            kind=xml_kinds.kind(self._record, found.inner),
            amount=found.value,
            posted=posted,
            marketplace=facts.get("MarketplaceName", ""),
            channel=channel if channel in _CHANNELS else "",
            sku=facts.get("SKU", ""),
            cells=ChainMap(
                {node.tag: node.text},
                *facts.maps,
                {"element": _path(self._record, found.inner)},
            ),
        )

    def _facts_of(self, node: Node) -> dict[str, str]:
        """Return the texts directly inside an element that are no amounts."""
        if id(node) not in self._facts:
            self._facts[id(node)] = {
                child.tag: child.text
                for child in node.children
                if child.text and not _is_amount(child)
            }
        return self._facts[id(node)]


def _amounts(node: Node, above: tuple[Node, ...]) -> Iterator[tuple[Node, ...]]:
    """Yield the way down to every amount inside ``node``, in the file's order."""
    for child in node.children:
        inner = (*above, child)
        if child.children:
            yield from _amounts(child, inner)
        elif _is_amount(child):
            yield inner


def _is_amount(node: Node) -> bool:
    """Whether a leaf is an amount: Amazon gives amounts a currency, and ends their names alike."""
    return not node.children and ("currency" in node.attributes or node.tag.endswith("Amount"))


def _is_sum(record: Node, inner: tuple[Node, ...]) -> bool:
    """Whether an amount states the sum of others in the same record, where those are given."""
    if record.tag == xml_kinds.ADVERTISING:
        return inner[-1].tag == "TransactionAmount"
    return record.tag == "OtherTransaction" and len(inner) == 1


def _is_part(record: Node, inner: tuple[Node, ...]) -> bool:
    """Whether an amount is a part of the record's sum."""
    if record.tag == xml_kinds.ADVERTISING:
        return inner[-1].tag in ("BaseAmount", "TaxAmount")
    return record.tag == "OtherTransaction" and inner[0].tag == "Item"


def _path(record: Node, inner: tuple[Node, ...]) -> str:
    return "/".join(node.tag for node in (record, *inner))
