"""NetSuite's orders against what the settlements hold of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.flows.moves import postable_record
from handler.flows.order_history import kept_index, read_orders
from handler.flows.recorded_file import recorded_file
from handler.flows.recorded_span import proven_between
from handler.flows.register_findings import register_findings
from handler.flows.settled_orders import all_settled
from handler.payloads.order_documents import orders_document
from handler.reconciliation.orders import OVERDUE_DAYS, NetSuiteOrder, reconcile_orders

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord
    from handler.payloads.result import Document
    from handler.settlement.order_index import OrderIndex
    from handler.settlement.settle import Mappings

# An index that is not kept is made from its raw file, and a caller waits 29 s at most.
MOST_SETTLEMENTS: Final = 30


@dataclass(frozen=True, slots=True)
class AskedOrders:
    """A call to reconcile orders.

    Attributes:
        as_of: the day that age is reckoned to.
        orders: NetSuite's.
        profile: whose settlements: those that end from the first order's day on.
        settlement_ids: these instead.
        overdue_days: an order not settled longer than this is overdue.
    """

    as_of: date
    orders: tuple[NetSuiteOrder, ...]
    profile: str = ""
    settlement_ids: tuple[str, ...] = ()
    overdue_days: int = OVERDUE_DAYS


def compare_orders(app: App, asked: AskedOrders, *, record: bool = False) -> Document:
    """Reconcile NetSuite's orders to settlements.

    Args:
        app: the ports.
        asked: the call.
        record: put the findings into the register, under "orders:<profile>".

    Raises:
        RefusedRequest: ``TOO_MANY_SETTLEMENTS``, ``SETTLEMENT_NOT_FOUND``, ``SETTLEMENT_HELD``,
            ``SEVERAL_PROFILES`` (findings of one profile only can be recorded).
        Conflict: ``RAW_FILE_CHANGED``: another file lies where the settled one did.
        UnusableMapping: the mappings are wrong.
        OutsideFailure: a store did not answer.
    """
    records = _records(app, asked)
    outcome = reconcile_orders(
        asked.orders,
        all_settled(indexes(app, records)),
        as_of=asked.as_of,
        overdue_days=asked.overdue_days,
    )
    document = {
        "as_of": asked.as_of.isoformat(),
        "settlement_ids": [one.settlement_id for one in records],
        **orders_document(outcome),
    }
    if record:
        scope = f"orders:{asked.profile or _one_profile(records)}"
        looked_at = {f"order {one.order_id}" for one in asked.orders}
        document["registered"] = register_findings(app, scope, outcome.findings, looked_at)
    return document


def _records(app: App, asked: AskedOrders) -> Sequence[SettlementRecord]:
    if asked.settlement_ids:
        if len(asked.settlement_ids) > MOST_SETTLEMENTS:
            raise RefusedRequest(
                "TOO_MANY_SETTLEMENTS",
                f"{len(asked.settlement_ids)} settlements are named.",
                f"Name at most {MOST_SETTLEMENTS} at once.",
                {"most": MOST_SETTLEMENTS},
            )
        named = dict.fromkeys(asked.settlement_ids)
        return [postable_record(app, settlement_id) for settlement_id in named]
    app.mappings.load(asked.profile)  # a misspelt profile has no settlements, and would seem fine
    first = min((order.day for order in asked.orders), default=asked.as_of)
    until = max(asked.as_of, first)
    return proven_between(app, asked.profile, first, until, MOST_SETTLEMENTS)


def indexes(app: App, records: Sequence[SettlementRecord]) -> Iterator[OrderIndex]:
    """Yield the order index of each settlement: the kept one, or one made from its raw file.

    Raises:
        Conflict: ``RAW_FILE_CHANGED``.
        OutsideFailure: a store did not answer.
    """
    for record in records:
        mappings = app.mappings.load(record.profile)
        yield kept_index(app, record, mappings) or _made(app, record, mappings)


def _made(app: App, record: SettlementRecord, mappings: Mappings) -> OrderIndex:
    return read_orders(recorded_file(app, record), mappings, record.settlement_id)


def _one_profile(records: Sequence[SettlementRecord]) -> str:
    profiles = sorted({record.profile for record in records})
    if len(profiles) != 1:
        raise RefusedRequest(
            "SEVERAL_PROFILES",
            f"The settlements belong to {', '.join(profiles) or 'no profile'}.",
            "Record the findings of one profile at a time.",
            {"profiles": profiles},
        )
    return profiles[0]
