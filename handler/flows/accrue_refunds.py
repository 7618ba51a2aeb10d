"""The refunds still to come of a month's sales, proposed for its close."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.flows.reconcile_orders import indexes
from handler.flows.recorded_span import proven_between
from handler.payloads.accrual_documents import accrual_document
from handler.payloads.references import NO_REFERENCES, References
from handler.settlement.period import Period, open_period
from handler.settlement.refund_accrual import RefundAccrualPolicy, propose

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.payloads.result import Document
    from handler.settlement.order_index import OrderIndex
    from handler.settlement.profile import Profile

# A refund's age is told up to 90 days, so a curve needs the months before those too.
_LOOK_BACK: Final = timedelta(days=270)
# Settlements end after the month whose sales they hold.
_LOOK_AHEAD: Final = timedelta(days=45)
MOST_SETTLEMENTS: Final = 60


def propose_accruals(app: App, profile: str, closing: Period) -> list[Document]:
    """Return the proposal of a month, one for each currency; nothing is recorded.

    A profile that does not switch accruals on gets none, and is told why.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``PERIOD_CLOSED``, ``TOO_MANY_SETTLEMENTS``.
        UnusableMapping: the mappings are wrong; ``NO_INTERNAL_ID``.
        Conflict: ``RAW_FILE_CHANGED``.
        OutsideFailure: a store did not answer.
    """
    books = app.mappings.load(profile).profile
    refuse_closed(books, closing)
    records = proven_between(
        app,
        profile,
        closing.first_day - _LOOK_BACK,
        closing.last_day + _LOOK_AHEAD,
        MOST_SETTLEMENTS,
    )
    return proposals(indexes(app, records), books, closing, app.references.load(profile))


def refuse_closed(books: Profile, closing: Period) -> None:
    """Refuse a month that nothing may be posted to any more.

    Raises:
        RefusedRequest: ``PERIOD_CLOSED``.
    """
    for subsidiary in books.subsidiaries.values():
        if open_period(closing, subsidiary.closed_through) != closing:
            raise RefusedRequest(
                "PERIOD_CLOSED",
                f"{closing.label} is closed for {subsidiary.code}.",
                "Accrue before the month is closed.",
            )


def proposals(
    found: Iterable[OrderIndex],
    books: Profile,
    closing: Period,
    references: References = NO_REFERENCES,
) -> list[Document]:
    """Return what is proposed from settlements' order indexes, one for each currency."""
    policy = RefundAccrualPolicy(
        enabled=bool(books.refund_liability),
        refunds_account=books.accounts["product_refunds"],
        liability_account=books.refund_liability,
        minimum_items=books.policies.refund_accrual_items,
    )

    def subsidiary_of(marketplace: str) -> str:
        return (books.marketplace(marketplace) or books.home).subsidiary

    ordered = sorted(found, key=lambda index: index.currency)
    return [
        accrual_document(
            propose(tuple(own), closing, policy, subsidiary_of), closing, code, books, references
        )
        for code, own in groupby(ordered, key=lambda index: index.currency)
    ]
