"""The catalogue's part for orders across settlements: late refunds, and tax Amazon withholds.

None of them holds a settlement: its rows are proven and posted where they arrived, and what they
say of an order is for an accountant to look at.
"""

from __future__ import annotations

from typing import Final

from handler.core.finding_code import FindingCode, Severity

REFUNDS: Final[tuple[FindingCode, ...]] = (
    FindingCode(
        "LATE_REFUND",
        Severity.NOTICE,
        "The goods were sold in an earlier settlement and given back in this one.",
        "Nothing: the refund is posted where it arrived, and the period of the sale is not "
        "reopened. A refund accrual at month end moves the expectation into the sale's month.",
    ),
    FindingCode(
        "ORPHAN_REFUND",
        Severity.NOTICE,
        "The sale is in none of the settlements looked at: the look-back is bounded, and Amazon "
        "keeps settlement reports for about 90 days, so an older one may never have come here.",
        "Nothing, if the sale is older than the settlements looked at; else send the settlement "
        "report that is missing in between.",
    ),
    FindingCode(
        "REFUND_EXCEEDS_SALE",
        Severity.WARNING,
        "More was given back than the known sale brought: refunded twice, refunded and charged "
        "back, or part of the sale is in a settlement that is not known here.",
        "Look the order up in Seller Central; open a case with Amazon where it was refunded twice.",
    ),
    FindingCode(
        "FACILITATOR_TAX_OPEN",
        Severity.WARNING,
        "Amazon withholds the tax it remits itself, so what it collected and what it withheld of "
        "an order cancel out; here a part is missing or changed, or the seller owes a share of "
        "the tax (as with Canada's GST beside a withheld provincial tax).",
        "See the rows on the lines named. Where the seller owes no share, ask Amazon for the "
        "missing part; the open amount stays on the tax accounts until it comes.",
    ),
)
