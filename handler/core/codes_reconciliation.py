"""The catalogue's part for reconciliation: bank, orders, clearing, sequence, reserves, fees.

None of them holds a settlement: it is proven by its own rows, and what the world outside says of it
is a matter of its own.
"""

from __future__ import annotations

from typing import Final

from handler.core.finding_code import FindingCode, Severity

RECONCILIATION: Final[tuple[FindingCode, ...]] = (
    FindingCode(
        "DEPOSIT_MISSING",
        Severity.WARNING,
        "The money Amazon announced is not on the bank lines given: it is under way, went to "
        "another account, was sent back, or the lines are not complete.",
        "Look for it in the bank and under Payments in Seller Central, then match again with the "
        "lines that were missing.",
    ),
    FindingCode(
        "DEPOSIT_UNEXPECTED",
        Severity.WARNING,
        "The bank shows money that reads like Amazon's, and no settlement explains it: its report "
        "was never sent here, or it belongs to another seller account.",
        "Send the settlement report it belongs to, and match again.",
    ),
    FindingCode(
        "DEPOSIT_AMBIGUOUS",
        Severity.WARNING,
        "More than one way fits as well, or the only one has too little to speak for it.",
        "Choose one of the candidates in the question and match again with the decision.",
    ),
    FindingCode(
        "DEPOSIT_RETURNED",
        Severity.WARNING,
        "The bank sent the payout back, and Amazon has not paid again in what was given.",
        "Check the bank account in Seller Central; Amazon pays again once it is right.",
    ),
    FindingCode(
        "DEPOSIT_SEARCH_CUT",
        Severity.NOTICE,
        "Sums of several are looked for among a bounded number only; here there were more.",
        "Match again with fewer lines at once, such as one month of one bank account.",
    ),
    FindingCode(
        "ORDER_MISSING",
        Severity.WARNING,
        "Amazon settled the order, and NetSuite does not have it: the middleware did not bring it, "
        "or it was deleted.",
        "Bring the order into NetSuite through the flow, then reconcile again.",
    ),
    FindingCode(
        "ORDER_OVERDUE",
        Severity.WARNING,
        "NetSuite has the order, and no settlement shows it for longer than orders take: it was "
        "cancelled, or a settlement report is missing.",
        "Look the order up in Seller Central; cancel it in NetSuite or send the missing report.",
    ),
    FindingCode(
        "ORDER_AMOUNT",
        Severity.WARNING,
        "Amazon settled another amount than NetSuite has for the order.",
        "Compare the order's rows with the sales record, and correct the record.",
    ),
    FindingCode(
        "ORDER_BOOKED_TWICE",
        Severity.WARNING,
        "NetSuite holds more than one record for one Amazon order.",
        "Remove the record that was made by mistake.",
    ),
    FindingCode(
        "CLEARING_DIFFERS",
        Severity.WARNING,
        "NetSuite's clearing balance of the settlement is not what was handed over for posting.",
        "Repair what the causes name; nothing is plugged.",
    ),
    FindingCode(
        "CLEARING_NOT_ZERO",
        Severity.WARNING,
        "The settlement is deposited, so its clearing balance in NetSuite should be zero.",
        "Repair what the causes name; nothing is plugged.",
    ),
    FindingCode(
        "CLEARING_PERIOD",
        Severity.WARNING,
        "An entry stands in NetSuite in another posting period than it was made for.",
        "Move it back, or accept it knowingly: the month's clearing balance is off by the amount.",
    ),
    FindingCode(
        "CLEARING_UNATTRIBUTED",
        Severity.WARNING,
        "The clearing account carries an amount that names no settlement known here: keyed by "
        "hand, or of a settlement that was never sent.",
        "Put the settlement's number into the memo, or move the amount off the clearing account.",
    ),
    FindingCode(
        "SETTLEMENT_GAP",
        Severity.NOTICE,
        "The end of a settlement is the start of the next; here a span has none.",
        "Request the missing settlement report. Amazon keeps reports about 90 days.",
    ),
    FindingCode(
        "SETTLEMENT_OVERLAP",
        Severity.NOTICE,
        "Two settlements of one series cover the same time: another seller account or another kind "
        "of account (such as invoiced orders) is mixed in, or a report was altered.",
        "Name the series apart, or check the two reports.",
    ),
    FindingCode(
        "RESERVE_BROKEN",
        Severity.WARNING,
        "What a settlement releases is not what the last one held back: a settlement between them "
        "is missing, or a reserve row was lost.",
        "Send the missing settlement, or download the report again.",
    ),
    FindingCode(
        "FEE_JUMP",
        Severity.NOTICE,
        "Amazon changed the fee, measured the goods anew, put them in another category, or charged "
        "wrongly.",
        "Compare with the fee preview in Seller Central, and dispute what is wrong.",
    ),
)
