"""What an amount of a date-range report is, in the words of the vocabulary.

The report lumps: "selling fees" is commission with closing fees (on a refund, commission given back
less what Amazon keeps), "promotional rebates" is discount on goods and on shipping, "other
transaction fees" is shipping chargebacks, commission on shipping and digital services fees
together. Such an amount gets the class of what is nearly always most of it, or the general class
of its section; the rules in mappings/vocabulary.csv say so one by one. Class totals therefore
agree with the V2 file of the same settlement where the report tells the classes apart, and in sum
over selling fees, over promotions and over the price where it does not.

What belongs to the account and not to an order (service fees, adjustments, storage) has its amount
in a lumped column and its name in the description. There the description is the kind: the V2
report uses the same words, so its rules serve here too.
"""

from __future__ import annotations

from handler.settlement.group import Kind
from handler.settlement.readers.date_range_locale import DESCRIPTIONS, TYPES, folded

AMOUNT_TYPE = "date-range"
_BY_DESCRIPTION = frozenset(
    {
        "Amazon Fees",
        "Service Fee",
        "Adjustment",
        "Fee Adjustment",
        "FBA Inventory Fee",
        "FBA Transaction fees",
        "Shipping Services",
        "Transfer",
    }
)
_LUMPED = frozenset({"selling fees", "fba fees", "other transaction fees", "other"})


def english_type(text: str) -> str:
    """Return a transaction type in the report's English; as found where it is not known."""
    return TYPES.get(folded(text), text.strip())


def kind(transaction_type: str, column: str, description: str) -> Kind:
    """Return what an amount is.

    Args:
        transaction_type: in English.
        column: canonical name of the amount's column; empty for a row without any amount.
        description: as found.
    """
    if transaction_type in _BY_DESCRIPTION and column in _LUMPED and description.strip():
        name = DESCRIPTIONS.get(folded(description), description.strip())
        return Kind(transaction_type, AMOUNT_TYPE, name)
    return Kind(transaction_type, AMOUNT_TYPE, column)
