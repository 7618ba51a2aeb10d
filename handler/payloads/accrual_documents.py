"""The refund accrual of a month as a document: the entries proposed, and what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handler.core.money import Currency, known_currency
from handler.payloads.deposit_documents import entry_document
from handler.payloads.dialects import render
from handler.payloads.references import NO_REFERENCES, References

if TYPE_CHECKING:
    from handler.payloads.result import Document
    from handler.settlement.period import Period
    from handler.settlement.profile import Profile
    from handler.settlement.refund_accrual import AccrualProposal, RefundAccrual


def accrual_document(
    proposal: AccrualProposal,
    closing: Period,
    currency: str,
    profile: Profile,
    references: References = NO_REFERENCES,
) -> dict[str, object]:
    """Return a proposal; nothing of it is posted by itself.

    Args:
        proposal: as :func:`~handler.settlement.refund_accrual.propose` gave it.
        closing: the month.
        currency: ISO 4217 code of the settlements it was learnt from.
        profile: whose books.
        references: internal ids of names.

    Raises:
        UnusableMapping: ``NO_INTERNAL_ID``.
    """
    money = known_currency(currency)
    buckets = proposal.curve.buckets if proposal.curve else ()
    return {
        "period": str(closing),
        "currency": currency,
        "accruals": [_accrual(one, money, profile, references) for one in proposal.accruals],
        "why_none": proposal.why_none,
        "sales_through": proposal.sales_through.isoformat() if proposal.sales_through else "",
        "curve": [
            {
                "age_days": bucket.name,
                "items": bucket.items,
                "sales": money.text(bucket.sales),
                "refunded": money.text(bucket.refunded),
                "known": bucket.share is not None,
            }
            for bucket in buckets
        ],
    }


def _accrual(
    one: RefundAccrual, money: Currency, profile: Profile, references: References
) -> Document:
    entry = entry_document(one.entry, profile)
    document = {
        "settlement_id": one.entry.external_id,
        "status": "proven",
        "journal_entries": [entry],
        "deposit_entry": None,
    }
    return {
        "entry": entry,
        "reversal_date": one.reversal_date.isoformat(),
        "sales": money.text(one.sales),
        "not_refunded": money.text(one.not_refunded),
        "netsuite": render(document, "netsuite", references).payloads,
        "celigo": render(document, "celigo", references).payloads,
    }
