"""listFinancialEvents answers: every amount of every event list counts once."""

from __future__ import annotations

from typing import Any

import json_texts
import pytest
from finances_v0_texts import (
    POSTED,
    charge,
    events,
    fee,
    group,
    groups,
    kinds,
    money,
    read,
)
from settlement_twin import (
    PACIFIC,
    faults,
)

from handler.core.source import from_bytes
from handler.settlement.readers import finances_v0


@pytest.mark.parametrize(
    ("name", "event", "expected"),
    [
        (
            "RetrochargeEventList",
            {
                "RetrochargeEventType": "Retrocharge",
                "BaseTax": money("-1.00"),
                "ShippingTax": money("-0.10"),
                "RetrochargeTaxWithheldList": [
                    {"TaxesWithheld": [charge("MarketplaceFacilitatorTax-Principal", "1.10")]}
                ],
            },
            {
                "Retrocharge / RetrochargeEventType / Retrocharge": -110,
                "Retrocharge / ChargeType / MarketplaceFacilitatorTax-Principal": 110,
            },
        ),
        (
            "DebtRecoveryEventList",
            {
                "DebtRecoveryType": "DebtPayment",
                "RecoveryAmount": money("20.00"),
                "DebtRecoveryItemList": [{"RecoveryAmount": money("20.00")}],
                "ChargeInstrumentList": [{"Tail": "1234", "Amount": money("20.00")}],
            },
            {"DebtRecovery / DebtRecoveryType / DebtPayment": 2000},
        ),
        (
            "LoanServicingEventList",
            {"LoanAmount": money("-9.00"), "SourceBusinessEventType": "LoanPayment"},
            {"LoanServicing / SourceBusinessEventType / LoanPayment": -900},
        ),
        (
            "SAFETReimbursementEventList",
            {
                "ReimbursedAmount": money("5.00"),
                "SAFETReimbursementItemList": [{"itemChargeList": [charge("X", "5.00")]}],
            },
            {"SAFETReimbursement / ReimbursedAmount / SAFETReimbursement": 500},
        ),
        (
            "SellerDealPaymentEventList",
            {
                "feeType": "RunLightningDealFee",
                "feeAmount": money("-150"),
                "taxAmount": money("-15"),
                "totalAmount": money("-165"),
            },
            {
                "SellerDealPayment / FeeType / RunLightningDealFee": -15000,
                "SellerDealPayment / taxAmount / Tax": -1500,
            },
        ),
        (
            "CouponPaymentEventList",
            {"TotalAmount": money("-0.60")},
            {"CouponPayment / TotalAmount / TotalAmount": -60},
        ),
        (
            "FBALiquidationEventList",
            {
                "LiquidationProceedsAmount": money("10.00"),
                "LiquidationFeeAmount": money("3.00"),
            },
            {
                "FBALiquidation / LiquidationProceedsAmount / LiquidationProceedsAmount": 1000,
                "FBALiquidation / LiquidationFeeAmount / LiquidationFeeAmount": -300,
            },
        ),
        (
            "RemovalShipmentEventList",
            {
                "TransactionType": "WHOLESALE_LIQUIDATION",
                "RemovalShipmentItemList": [
                    {
                        "Revenue": money("4.00"),
                        "FeeAmount": money("-1.00"),
                        "TaxAmount": money("0.33"),
                        "TaxWithheld": money("0.33"),
                    }
                ],
            },
            {
                "RemovalShipment / RemovalShipment TransactionType / WHOLESALE_LIQUIDATION": 400,
                "RemovalShipment / FeeAmount / FeeAmount": -100,
                "RemovalShipment / TaxAmount / TaxAmount": 33,
                "RemovalShipment / TaxWithheld / TaxWithheld": -33,
            },
        ),
        (
            "TaxWithholdingEventList",
            {"BaseAmount": money("100.00"), "WithheldAmount": money("-24.00")},
            {"TaxWithholding / WithheldAmount / WithheldAmount": -2400},
        ),
        (
            "ValueAddedServiceChargeEventList",
            {"TransactionType": "Other Support", "TransactionAmount": money("-7.00")},
            {"ValueAddedServiceCharge / TransactionType / Other Support": -700},
        ),
        (
            "PayWithAmazonEventList",
            {"Charge": charge("Principal", "2.00"), "FeeList": [fee("X", "-1.00")]},
            {
                "PayWithAmazon / ChargeType / Principal": 200,
                "PayWithAmazon / FeeType / X": -100,
            },
        ),
        (
            "ShipmentEventList",
            {
                "DirectPaymentList": [
                    {"DirectPaymentType": "COD", "DirectPaymentAmount": money("-2.00")}
                ],
                "ShipmentItemList": [{"CostOfPointsGranted": money("-1.00")}],
            },
            {
                "Shipment / DirectPaymentType / COD": -200,
                "Shipment / CostOfPointsGranted / CostOfPointsGranted": -100,
            },
        ),
        (
            "NewEventList",
            {"Deep": {"Deeper": [{"SomeAmount": money("1.00")}, {"Y": money("2.00")}]}},
            {"New / SomeAmount / SomeAmount": 100, "New / Y / Y": 200},
        ),
        (
            "AdjustmentEventList",
            {"AdjustmentType": "ReserveEvent", "AdjustmentAmount": money("-1.00")},
            {"Adjustment / AdjustmentType / ReserveDebit": -100},
        ),
    ],
)
def test_every_amount_of_every_list_counts_once(
    name: str, event: dict[str, Any], expected: dict[str, int]
) -> None:
    assert kinds(name, event) == expected


def test_a_stated_sum_that_is_not_the_sum_of_its_parts_is_a_bad_row() -> None:
    event = POSTED | {"FeeComponent": fee("X", "-1.00"), "TotalAmount": money("-1.10")}
    report = read(groups(group("-1.00")), events("CouponPaymentEventList", event))
    assert faults(report) == [(1, "TotalAmount", "'-1.10'", "-1.00, the sum of its 1 part(s)")]
    assert report.computed_total == -100


def test_an_adjustment_of_one_product_carries_its_sku() -> None:
    event = POSTED | {
        "AdjustmentType": "FBAInventoryReimbursement",
        "AdjustmentAmount": money("2.00"),
        "AdjustmentItemList": [{"SellerSKU": "A", "TotalAmount": money("2.00")}],
    }
    content = json_texts.text([groups(group()), events("AdjustmentEventList", event)])
    grouping = type(PACIFIC)(PACIFIC.default_zone, sku_groups={"A": "TOYS"})
    (only,) = finances_v0.read(from_bytes(content), grouping).groups
    assert (only.key.sku_group, only.amount) == ("TOYS", 200)


def test_an_event_without_a_date_is_dated_to_the_end() -> None:
    report = read(
        groups(group("-1.00")), events("ServiceFeeEventList", {"FeeList": [fee("X", "-1.00")]})
    )
    assert "UNDATED_ROWS" in [f.code for f in report.findings]
    assert [str(g.key.day) for g in report.groups] == ["2025-08-14"]  # Pacific
