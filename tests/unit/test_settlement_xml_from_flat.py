"""Any flat settlement turned into XML has the same groups, and damage is refused or held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from builders import a_file, a_row
from hypothesis import given
from hypothesis import strategies as st
from settlement_twin import (
    PACIFIC,
    class_totals,
    flat_report,
    grouped,
    traced,
)
from xml_texts import SAMPLE, other, read, xml

from handler.core.errors import UnusableFile
from handler.settlement.grouping import Grouping
from handler.settlement.readers import settlement_xml

_ELEMENTS = {
    "Order": "Order",
    "Refund": "Refund",
    "A-to-z Guarantee Refund": "GuaranteeClaim",
    "Chargeback Refund": "Chargeback",
}
_HOLDERS = {
    "ItemPrice": ("ItemPrice", "Component"),
    "ItemWithheldTax": ("ItemPrice", "Component"),
    "ItemFees": ("ItemFees", "Fee"),
}


def _typed(name: str, row: Mapping[str, str]) -> str:
    return (
        f"<{name}><Type>{escape(row['amount-description'])}</Type>"
        f'<Amount currency="USD">{row["amount"]}</Amount></{name}>'
    )


def as_xml(rows: Iterable[Mapping[str, str]], total: str) -> bytes:
    """The rows as Amazon's XML would nest them, each in a record of its own."""
    body = []
    for row in rows:
        posted = row["posted-date-time"].replace(" UTC", "+00:00").replace(" ", "T")
        kind = row["amount-type"]
        if row["transaction-type"] == "other-transaction":
            body.append(other(escape(row["amount-description"]), row["amount"]))
            continue
        element, item = _ELEMENTS[row["transaction-type"]], "Item"
        if element != "Order":
            item = "AdjustedItem"
        if kind == "Promotion":
            inside = _typed("Promotion" if item == "Item" else "PromotionAdjustment", row)
        else:
            holder, part = _HOLDERS[kind]
            if item != "Item":
                holder = {"ItemPrice": "ItemPriceAdjustments", "ItemFees": "ItemFeeAdjustments"}[
                    holder
                ]
            inside = f"<{holder}>{_typed(part, row)}</{holder}>"
        body.append(
            f"<{element}><AmazonOrderID>{row['order-id']}</AmazonOrderID>"
            f"<MarketplaceName>{row['marketplace-name']}</MarketplaceName><Fulfillment>"
            f"<MerchantFulfillmentID>{row['fulfillment-id']}</MerchantFulfillmentID>"
            f"<PostedDate>{posted}</PostedDate><{item}><SKU>{escape(row['sku'])}</SKU>{inside}"
            f"</{item}></Fulfillment></{element}>"
        )
    return xml("\n".join(body), total)


_KINDS = st.one_of(
    st.tuples(
        st.sampled_from(sorted(_ELEMENTS)),
        st.one_of(
            st.tuples(
                st.just("ItemPrice"),
                st.sampled_from(["Principal", "Tax", "Shipping", "ShippingTax", "Unseen <&>"]),
            ),
            st.tuples(
                st.just("ItemFees"),
                st.sampled_from(["Commission", "RefundCommission", "FBAPerUnitFulfillmentFee"]),
            ),
            st.tuples(st.just("Promotion"), st.sampled_from(["Principal", "Shipping"])),
            st.tuples(
                st.just("ItemWithheldTax"),
                st.sampled_from(
                    ["MarketplaceFacilitatorTax-Principal", "MarketplaceFacilitatorVAT-Shipping"]
                ),
            ),
        ),
    ),
    st.tuples(
        st.just("other-transaction"),
        st.tuples(
            st.just("other-transaction"),
            st.sampled_from(["Subscription Fee", "Current Reserve Amount", "Payable to Amazon"]),
        ),
    ),
)


@st.composite
def v2_rows(draw: st.DrawFn) -> dict[str, str]:
    transaction, (amount_type, description) = draw(_KINDS)
    cents = draw(st.integers(-(10**9), 10**9))
    own = {"fulfillment-id": "", "sku": "", "order-id": "", "marketplace-name": ""}
    return a_row(
        transaction_type=transaction,
        amount_type=amount_type,
        amount_description=description,
        amount=f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}",
        fulfillment_id=draw(st.sampled_from(["AFN", "MFN"])),
        sku=draw(st.sampled_from(["SKU-1", "SKU <2>"])),
    ) | (own if transaction == "other-transaction" else {})


@given(st.lists(v2_rows(), min_size=1, max_size=20))
def test_a_flat_settlement_turned_into_xml_has_the_same_groups(
    rows: list[dict[str, str]],
) -> None:
    grouping = Grouping(PACIFIC.default_zone, sku_groups={"SKU <2>": "TWO"})
    flat = flat_report(a_file(rows))
    content = as_xml(rows, flat.header.currency.text(flat.computed_total))
    report = read(content)
    assert class_totals(report) == class_totals(flat)
    assert {g.key: (g.rows, g.amount) for g in report.groups} == {
        g.key: (g.rows, g.amount) for g in flat.groups
    }
    assert report.computed_total == report.header.declared_total
    assert traced(settlement_xml, content) == grouped(report)
    assert len(read(content, grouping).groups) >= len(report.groups)


@given(st.data())
def test_no_damage_does_anything_but_refuse_or_hold(data: st.DataObject) -> None:
    """Whatever is done to a file, it is read or refused; nothing else is ever raised."""
    at = data.draw(st.integers(0, len(SAMPLE)))
    until = data.draw(st.integers(at, min(len(SAMPLE), at + 40)))
    content = SAMPLE[:at] + data.draw(st.binary(max_size=8)) + SAMPLE[until:]
    try:
        report = read(content)
    except UnusableFile:
        return
    assert traced(settlement_xml, content) == grouped(report)
