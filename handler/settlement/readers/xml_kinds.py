"""What an amount in the XML settlement report is called, told in the words of the V2 flat file.

XML says by nesting what V2 says in columns: Order > Fulfillment > Item > ItemPrice > Component is
V2's Order / ItemPrice / <Type>. One table of rules then serves both. An element not known here
keeps its own path as its name: it is counted, and shows as an unmapped transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from handler.settlement.group import Kind
from handler.settlement.readers.xml_records import Node

OTHER = "other-transaction"
ADVERTISING = "AdvertisingTransactionDetails"

# Record -> V2's transaction type, where the two differ and the record does not say it itself.
_TRANSACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "GuaranteeClaim": "A-to-z Guarantee Refund",
        "Chargeback": "Chargeback Refund",
        "Retrocharge": "Order_Retrocharge",
        "RetrochargeReversal": "Refund_Retrocharge",
        "OtherTransaction": OTHER,
        "SellerCouponPayment": "CouponRedemptionFee",
        "SellerDealPayment": "Lightning Deal Fee",
    }
)
# Element around an amount -> V2's amount type, where the two differ.
_AMOUNT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "ItemPriceAdjustments": "ItemPrice",
        "ItemFeeAdjustments": "ItemFees",
        "PromotionAdjustment": "Promotion",
        "PromotionAdjustments": "Promotion",
        "Promotions": "Promotion",
        "ShipmentFeeAdjustments": "ShipmentFees",
        "OrderFeeAdjustments": "OrderFees",
        "DirectPayments": "DirectPayment",
    }
)
# Elements that only hold others together and say nothing of an amount's kind.
_STRUCTURE = frozenset(
    {"Fulfillment", "Item", "AdjustedItem", "Component", "Fee", "Charge", "Amount"}
)
# V2 has an amount type of its own for tax that Amazon withholds; XML lists it with the prices.
_WITHHELD = ("MarketplaceFacilitatorTax", "MarketplaceFacilitatorVAT", "LowValueGoods")
_TAXES = MappingProxyType({"BaseTax": "Tax", "ShippingTax": "ShippingTax"})
_ADVERTISING = MappingProxyType({"BaseAmount": "TransactionTotalAmount", "TaxAmount": "TaxAmount"})


def kind(record: Node, inner: Sequence[Node]) -> Kind:
    """Return the kind of an amount.

    Args:
        record: the element below SettlementReport.
        inner: the elements from below the record down to the amount itself.
    """
    amount, around = inner[-1], (inner[-2] if len(inner) > 1 else record)
    said = around.value("Type")
    if record.tag == ADVERTISING:
        refund = record.value("TransactionType").casefold() == "refund"
        name = "Refund for Advertiser" if refund else "Cost of Advertising"
        return Kind("ServiceFee", name, _ADVERTISING.get(amount.tag, "TransactionTotalAmount"))
    transaction = _TRANSACTIONS.get(record.tag, record.tag)
    path = [node.tag for node in inner if node.tag not in _STRUCTURE]
    if said.startswith(_WITHHELD):
        return Kind(transaction, "ItemWithheldTax", said)
    if record.tag == "OtherTransaction" and not (path and said):
        return Kind(OTHER, OTHER, record.value("TransactionType"))
    if record.tag in ("Retrocharge", "RetrochargeReversal") and path and path[0] in _TAXES:
        return Kind(transaction, "ItemPrice", _TAXES[path[0]])
    if record.tag in ("SellerCouponPayment", "SellerDealPayment"):
        return _marketing(record, amount, said, transaction)
    amount_type = "/".join(_AMOUNT_TYPES.get(tag, tag) for tag in path)
    if record.tag == "OtherTransaction" and path == ["Fees"]:
        amount_type = "ItemFees"
    return Kind(transaction, amount_type or record.tag, said or amount.tag)


def _marketing(record: Node, amount: Node, said: str, transaction: str) -> Kind:
    """Deals and coupons: V2 has the fee's name as amount type and its reason as description."""
    transaction = record.value("TransactionType") or transaction
    if "tax" in amount.tag.casefold():
        return Kind(transaction, transaction, "Tax")
    stem = amount.tag.removesuffix("Amount")
    fee = record.value(f"{stem}Type") or said or transaction
    reason = record.value("PaymentReason") or record.value("DealDescription") or fee
    return Kind(transaction, fee, reason)
