"""A settlement beside the earlier ones: late refunds linked, its own orders kept for later ones.

Each recorded settlement leaves an index of its orders in the bucket. It is a convenience: where it
is missing, broken or made under other rules, it is made anew from the raw file, and where that
fails too the settlement goes without it and says so. No settlement fails because of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from handler.core.errors import OutsideFailure, PluginError, RefusedRequest
from handler.core.money import Currency, known_currency
from handler.core.source import Source, content_hash, unpacked
from handler.flows.settled_orders import classifier
from handler.settlement import facilitator_tax, order_index, refund_findings
from handler.settlement.late_refunds import (
    LinkedRefund,
    RefundLinks,
    Share,
    by_age,
    by_period,
    link,
)
from handler.settlement.order_index import BrokenIndex, OrderIndex

if TYPE_CHECKING:
    from handler.core.finding import Finding
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord
    from handler.payloads.result import Document
    from handler.settlement.settle import Mappings, Settled

# Settlements come every two weeks: three months, about as long as buyers may send goods back.
LOOK_BACK: Final = 6
# Rows of the document; the totals count all.
MOST_ROWS: Final = 50
_PAGE: Final = 50
# A file settled years late looks past all that came after it, but not without end.
_MOST_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class History:
    """A settlement's orders and refunds beside the earlier settlements.

    Attributes:
        own: the settlement's index.
        links: its refunds and their sales.
        findings: of late refunds and of tax withheld; none of them holds.
        not_read: earlier settlements that should have been looked in and could not be read.
    """

    own: OrderIndex
    links: RefundLinks
    findings: tuple[Finding, ...]
    not_read: tuple[str, ...]

    def told(self, settled: Settled) -> Settled:
        """Return the settlement with what its history has to say."""
        found = sorted((*settled.findings, *self.findings), key=lambda each: not each.holds)
        return replace(settled, findings=tuple(found))


def look_back(
    app: App, source: Source, mappings: Mappings, settlement_id: str = "", *, keep: bool
) -> History:
    """Place a settlement beside the latest earlier ones of its profile.

    Args:
        app: the ports.
        source: the settlement's raw file.
        mappings: whose books.
        settlement_id: which settlement, of a file that holds several.
        keep: whether an index that had to be made anew is kept.

    Raises:
        UnusableFile: the file is no settlement report.
        OutsideFailure: the store of settlements did not answer.
    """
    own = read_orders(source, mappings, settlement_id)
    earlier: list[OrderIndex] = []
    not_read: list[str] = []
    for record in islice(_earlier(app, own, mappings.profile.name), LOOK_BACK):
        index = _index(app, record, mappings, keep=keep)
        if index is None:
            not_read.append(record.settlement_id)
        else:
            earlier.append(index)
    return beside(own, source, mappings, earlier, not_read)


def beside(
    own: OrderIndex,
    source: Source,
    mappings: Mappings,
    earlier: Iterable[OrderIndex],
    not_read: Sequence[str] = (),
) -> History:
    """Place a settlement beside the earlier ones given.

    Args:
        own: the settlement's index.
        source: its raw file.
        mappings: whose books.
        earlier: indexes of earlier settlements, in any order.
        not_read: settlements that could not be read.
    """
    links = link(own, earlier)
    grouping = replace(mappings.profile.grouping, settlement_id=own.settlement_id)
    taxes = facilitator_tax.check(own, source, grouping, classifier(mappings))
    findings = (*taxes, *refund_findings.findings(links))
    return History(own, links, findings, tuple(not_read))


def read_orders(source: Source, mappings: Mappings, settlement_id: str = "") -> OrderIndex:
    """Return the index of a raw file.

    Args:
        source: the file.
        mappings: whose books.
        settlement_id: which settlement of the file; its only one where empty.

    Raises:
        UnusableFile: the file is no settlement report.
    """
    grouping = mappings.profile.grouping
    if settlement_id:
        grouping = replace(grouping, settlement_id=settlement_id)
    return order_index.build(source, grouping, classifier(mappings))


def keep_index(app: App, history: History, record: SettlementRecord) -> None:
    """Keep a recorded settlement's index. It can be made anew, so a failure is let pass."""
    _keep(app, history.own, record)


def index_key(record: SettlementRecord) -> str:
    """Return where a settlement's index lies in the bucket."""
    content = record.content_hash[:16]
    return f"indexes/{record.profile}/{record.settlement_id}/{content}.gz"


def late_refunds(history: History) -> Document:
    """Return what the document says of late refunds, the largest rows first."""
    links = history.links
    money = known_currency(links.currency)
    late = links.late
    shown = sorted(late, key=lambda one: (-abs(one.amount), one.order, one.item, one.day))
    return {
        "count": len(late),
        "amount": money.text(sum(refund.amount for refund in late)),
        "by_period": [
            {"sale_period": str(period), **_share(share, money)}
            for period, share in by_period(late).items()
        ],
        "by_age": [
            {"age_days": age, **_share(share, money)} for age, share in by_age(late).items()
        ],
        "rows": [_row(refund, money) for refund in shown[:MOST_ROWS]],
        "rows_left_out": max(len(late) - MOST_ROWS, 0),
        "orphans": _share(
            Share(len(links.orphans), sum(one.amount for one in links.orphans)), money
        ),
        "looked_in": list(links.looked_in),
        "not_read": list(history.not_read),
    }


def _share(share: Share, money: Currency) -> Document:
    return {"count": share.count, "amount": money.text(share.amount)}


def _row(refund: LinkedRefund, money: Currency) -> Document:
    return {
        "order": refund.order,
        "order_item_code": refund.item,
        "day": refund.day.isoformat(),
        "amount": money.text(refund.amount),
        "sale_settlement": refund.sale_settlement,
        "sale_period": str(refund.sale_period),
        "age_days": refund.age_days,
    }


def _earlier(app: App, own: OrderIndex, profile: str) -> Iterator[SettlementRecord]:
    """Yield the profile's settlements in the same currency that end no later, the latest first."""
    cursor = ""
    for _ in range(_MOST_PAGES):
        page = app.settlements.settlements(profile, _PAGE, cursor)
        for record in page.items:
            if (
                record.settlement_id != own.settlement_id
                and record.currency == own.currency
                and record.end <= own.end.isoformat()
            ):
                yield record
        cursor = page.cursor
        if not cursor:
            return


def kept_index(app: App, record: SettlementRecord, mappings: Mappings) -> OrderIndex | None:
    """Return the index kept of a settlement; ``None`` where none is that can be used.

    Raises:
        OutsideFailure: the bucket did not answer.
    """
    try:
        kept = order_index.unpack(app.files.read(index_key(record)))
    except (RefusedRequest, BrokenIndex):
        return None
    # Made under other rules, a sale may have been taken for something else.
    fits = kept.settlement_id == record.settlement_id and kept.agrees(classifier(mappings))
    return kept if fits else None


def _index(
    app: App, record: SettlementRecord, mappings: Mappings, *, keep: bool
) -> OrderIndex | None:
    """Return an earlier settlement's index, kept or made anew; ``None`` where neither can be."""
    with suppress(OutsideFailure):
        kept = kept_index(app, record, mappings)
        if kept is not None:
            return kept
    try:
        source = unpacked(app.files.source(record.raw_key))
        if content_hash(source) != record.content_hash:
            return None  # another file was put in its place
        made = read_orders(source, mappings, record.settlement_id)
    except PluginError:
        return None
    if keep:
        _keep(app, made, record)
    return made


def _keep(app: App, index: OrderIndex, record: SettlementRecord) -> None:
    with suppress(OutsideFailure):
        app.files.keep(index_key(record), order_index.pack(index), "application/gzip")
