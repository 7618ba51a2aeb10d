"""What closes lost units, asked over HTTP."""

from __future__ import annotations

from plugin import Plugin, data_of, error_of, plugin

LEDGER = (
    "Date\tFNSKU\tASIN\tMSKU\tTitle\tEventType\tReferenceID\tQuantity\tFulfillmentCenter\t"
    "Disposition\tReason\tCountry\tReconciledQuantity\tUnreconciledQuantity\n"
    "2025-11-01\tX0001AB1CD\tB0\tSKU-CONSOLE-2025\tT\tAdjustments\tA1\t-3\tPHX7\tSELLABLE\tM\tUS\t0\t3\n"
    "2025-11-05\tX0001AB1CD\tB0\tSKU-CONSOLE-2025\tT\tAdjustments\tA2\t1\tPHX7\tSELLABLE\tF\tUS\t1\t0\n"
    "2025-11-09\tX0001AB1CD\tB0\tSKU-CONSOLE-2025\tT\tCustomerReturns\tR1\t1\tPHX7\tDEFECTIVE\t\tUS\t1\t0\n"
)
PAID = (
    "approval-date\treimbursement-id\tcase-id\tamazon-order-id\treason\tsku\tfnsku\tasin\t"
    "product-name\tcondition\tcurrency-unit\tamount-per-unit\tamount-total\t"
    "quantity-reimbursed-cash\tquantity-reimbursed-inventory\tquantity-reimbursed-total\t"
    "original-reimbursement-id\toriginal-reimbursement-type\n"
    "2025-11-20\tR500\tC1\t\tLost_Warehouse\tSKU-CONSOLE-2025\tX0001AB1CD\tB0\tT\tNew\tUSD\t"
    "300.00\t300.00\t1\t0\t1\t\t\n"
)
RETURNED = (
    "return-date\torder-id\tsku\tasin\tfnsku\tproduct-name\tquantity\tfulfillment-center-id\t"
    "detailed-disposition\treason\tstatus\tlicense-plate-number\tcustomer-comments\n"
    "2025-11-09\t111-7\tSKU-CONSOLE-2025\tB0\tX0001AB1CD\tT\t1\tPHX7\tDEFECTIVE\tDEFECTIVE\tU\tL\t\n"
)


def told() -> Plugin:
    here = plugin()
    for report in (LEDGER, PAID, RETURNED):
        data_of(here.post(report.encode(), "/v1/inventory/fba/reports?profile=us"))
    return here


def test_lost_units_are_closed_by_what_was_found_and_paid_and_the_rest_is_a_claim() -> None:
    (found,) = data_of(
        told().get("/v1/inventory/fba/evidence?profile=us&first_day=2025-10-01&last_day=2025-12-31")
    )
    assert {name: found[name] for name in found if name.startswith("units_")} == {
        "units_lost": 3,
        "units_found": 1,
        "units_reimbursed": 1,
        "units_open": 1,
        "units_claimable": 1,
    }
    (lost,) = found["lost"]
    assert lost["reimbursements"] == [
        {
            "reimbursement_id": "R500",
            "day": "2025-11-20",
            "reason": "Lost_Warehouse",
            "currency": "USD",
            "amount": "300.00",
            "units_paid": 1,
            "units_given": 0,
        }
    ]
    (returned,) = found["returns"]
    assert returned["orders"] == [{"order_id": "111-7", "quantity": 1, "reason": "DEFECTIVE"}]


def test_days_outside_the_span_explain_nothing() -> None:
    (found,) = data_of(
        told().get("/v1/inventory/fba/evidence?profile=us&first_day=2025-12-01&last_day=2025-12-31")
    )
    assert (found["units_lost"], found["lost"], found["returns"]) == (0, [], [])


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    response = told().get(
        "/v1/inventory/fba/evidence?profile=us&first_day=2025-12-31&last_day=2025-12-01"
    )
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_SPAN")
