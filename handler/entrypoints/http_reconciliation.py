"""The HTTP steps of reconciliation: each reads the request, calls one use case, answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Response, request

from handler.entrypoints.http_answers import success
from handler.entrypoints.http_auth import needs, require
from handler.entrypoints.http_plugin import plugin
from handler.entrypoints.http_settlement_id import settlement_of_address
from handler.flows import (
    acknowledge,
    match_deposits,
    reconcile_clearing,
    reconcile_orders,
    roll_forward,
    watch_fees,
    what_would_change,
)
from handler.flows.api_keys import SETTLEMENTS_READ, SETTLEMENTS_WRITE
from handler.flows.record_deposits import record_deposits
from handler.settlement.period import Period

# The schemas (pydantic) are imported where a request needs them, as in http_settlement.


P = ParamSpec("P")
R = TypeVar("R")


def _reads_or_records(view: Callable[P, R]) -> Callable[P, R]:
    """Let a view be called with a key that may read, and record with one that may write."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        records = request.args.getlist("record") not in ([], ["false"])
        require(SETTLEMENTS_WRITE if records else SETTLEMENTS_READ)
        return view(*args, **kwargs)

    return guarded


@needs(SETTLEMENTS_WRITE)
def delivered(settlement_id: str) -> Response:
    """Note that the flow has taken over the entries."""
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    schemas.query(schemas.NoQuery, request.args)
    if request.get_data():
        schemas.body(schemas.NoQuery, request.get_data())
    return success([acknowledge.delivered(plugin(), settlement_of_address(settlement_id))])


@needs(SETTLEMENTS_WRITE)
def posted(settlement_id: str) -> Response:
    """Keep NetSuite's internal ids of the entries."""
    from handler.entrypoints import http_reconciliation_schemas as bodies  # noqa: PLC0415
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    schemas.query(schemas.NoQuery, request.args)
    body = schemas.body(bodies.PostedBody, request.get_data())
    given = [(entry.external_id, entry.internal_id) for entry in body.entries]
    return success([acknowledge.acknowledge(plugin(), settlement_of_address(settlement_id), given)])


@_reads_or_records
def deposits() -> Response:
    """Match bank lines to settlements."""
    from handler.entrypoints import http_reconciliation_schemas as bodies  # noqa: PLC0415
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    query = schemas.query(bodies.RecordQuery, request.args)
    body = schemas.body(bodies.DepositsBody, request.get_data())
    asked = match_deposits.Asked(
        profile=body.profile,
        as_of=date.fromisoformat(body.as_of),
        lines=tuple(line.value() for line in body.bank_lines),
        decisions=tuple(one.value() for one in body.decisions),
        policy=body.matching_policy(),
        fx_account=body.fx_account,
    )
    if query.record == "true":
        return success([record_deposits(plugin(), asked)])
    return success([match_deposits.match_deposits(plugin(), asked).document])


@_reads_or_records
def orders() -> Response:
    """Reconcile NetSuite's orders to settlements."""
    from handler.entrypoints import http_reconciliation_schemas as bodies  # noqa: PLC0415
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    query = schemas.query(bodies.RecordQuery, request.args)
    body = schemas.body(bodies.OrdersBody, request.get_data())
    asked = reconcile_orders.AskedOrders(
        as_of=date.fromisoformat(body.as_of),
        orders=tuple(order.value() for order in body.orders),
        profile=body.profile or "",
        settlement_ids=tuple(body.settlement_ids or ()),
        overdue_days=body.overdue_days,
    )
    record = query.record == "true"
    return success([reconcile_orders.compare_orders(plugin(), asked, record=record)])


@_reads_or_records
def clearing() -> Response:
    """Reconcile NetSuite's clearing account with ours."""
    from handler.entrypoints import http_reconciliation_schemas as bodies  # noqa: PLC0415
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    query = schemas.query(bodies.RecordQuery, request.args)
    body = schemas.body(bodies.ClearingBody, request.get_data())
    asked = reconcile_clearing.AskedClearing(
        totals=tuple(one.value() for one in body.balances or ()),
        entries=tuple(one.value() for one in body.entries or ()),
        profile=body.profile or "",
    )
    record = query.record == "true"
    return success([reconcile_clearing.compare_clearing(plugin(), asked, record=record)])


@needs(SETTLEMENTS_READ)
def reserves() -> Response:
    """Roll the reserve of a profile forward."""
    from handler.entrypoints import http_reconciliation_schemas as bodies  # noqa: PLC0415
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    query = schemas.query(bodies.ProfileQuery, request.args)
    return success([roll_forward.reserves(plugin(), query.profile, query.limit)])


@needs(SETTLEMENTS_READ)
def sequence() -> Response:
    """Show gaps and overlaps among a profile's settlements."""
    from handler.entrypoints import http_reconciliation_schemas as bodies  # noqa: PLC0415
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    query = schemas.query(bodies.ProfileQuery, request.args)
    return success([roll_forward.gaps(plugin(), query.profile, query.limit)])


@needs(SETTLEMENTS_READ)
def fees() -> Response:
    """Show fees that jumped in a month."""
    from handler.entrypoints import http_reconciliation_schemas as bodies  # noqa: PLC0415
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    query = schemas.query(bodies.FeesQuery, request.args)
    period = Period.parsed(query.period)
    return success([watch_fees.watch_fees(plugin(), query.profile, period)])


@needs(SETTLEMENTS_READ)
def accruals() -> Response:
    """Propose the accrual of refunds still to come of a month's sales."""
    from handler.entrypoints import http_reconciliation_schemas as bodies  # noqa: PLC0415
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415
    from handler.flows import accrue_refunds  # noqa: PLC0415

    query = schemas.query(bodies.FeesQuery, request.args)
    period = Period.parsed(query.period)
    return success(accrue_refunds.propose_accruals(plugin(), query.profile, period))


@needs(SETTLEMENTS_READ)
def changes() -> Response:
    """Show what the mappings as they are now would change in the books."""
    from handler.entrypoints import http_reconciliation_schemas as bodies  # noqa: PLC0415
    from handler.entrypoints import http_schemas as schemas  # noqa: PLC0415

    query = schemas.query(bodies.ChangesQuery, request.args)
    page = what_would_change.what_would_change(
        plugin(), query.profile or "", query.limit, query.cursor
    )
    return success(page.items, next_cursor=page.cursor)
