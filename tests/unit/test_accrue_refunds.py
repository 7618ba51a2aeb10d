"""The refund accrual switched on in a profile: over settlements on file, and over recorded ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from builders import a_file, a_profile, a_row, mappings
from plugin import plugin

from handler.core.errors import RefusedRequest
from handler.core.source import from_bytes
from handler.flows.accrue_refunds import proposals, propose_accruals, refuse_closed
from handler.flows.order_history import read_orders
from handler.flows.posted import settle_posted
from handler.flows.settle_call import Wish
from handler.settlement.period import Period
from handler.settlement.profile import Policies, Profile
from handler.settlement.settle import Mappings

CLOSING = Period(2025, 9)


def books(**changes: object) -> Profile:
    policies = Policies(refund_accrual_items=5)
    made = a_profile(refund_liability="2250 Refund liability", policies=policies)
    return replace(made, **changes)  # type: ignore[arg-type]


def a_year() -> list[bytes]:
    """Ten orders of 100.00 a fortnight; one of them is given back 20 days later."""
    files, start = [], date(2025, 1, 1)
    for number in range(22):
        end = start + timedelta(days=14)
        day = start + timedelta(days=3)
        rows = [
            a_row(
                order_id=f"111-{number:07}-{n:07}", order_item_code=f"{number:05}{n:05}",
                amount="100.00", posted_date_time=f"{day} 20:00:00 UTC",
            )
            for n in range(10)
        ]  # fmt: skip
        if number >= 2:
            rows.append(
                a_row(
                    transaction_type="Refund", order_id=f"111-{number - 2:07}-0000000",
                    order_item_code=f"{number - 2:05}00000", amount="-100.00",
                    posted_date_time=f"{day - timedelta(days=3)} 20:00:00 UTC",
                )
            )  # fmt: skip
        total = "1000.00" if number < 2 else "900.00"
        files.append(
            a_file(
                rows, total=total, settlement_id=f"1170000{number:04}",
                start=f"{start} 08:00:00 UTC", end=f"{end} 08:00:00 UTC",
                deposit=f"{end + timedelta(days=2)} 08:00:00 UTC",
            ).content()
        )  # fmt: skip
        start = end
    return files


class Own:
    def __init__(self, profile: Profile) -> None:
        self.now = mappings(profile)

    def load(self, profile: str) -> Mappings:
        return self.now

    def hints(self) -> list[object]:
        return []


def test_expected_refunds_are_proposed_and_balance() -> None:
    own = mappings(books())
    found = [read_orders(from_bytes(content), own) for content in a_year()]
    (document,) = proposals(found, own.profile, CLOSING)
    assert document["why_none"] == ""
    (accrual,) = document["accruals"]  # type: ignore[misc]
    entry = accrual["entry"]
    assert entry["external_id"] == "AMZ-US-REFACC-USD-202509"
    assert (entry["tran_date"], accrual["reversal_date"]) == ("2025-09-30", "2025-10-01")
    debit, credit = entry["lines"]
    assert (debit["account"], credit["account"]) == (
        "acct product_refunds",
        "2250 Refund liability",
    )
    assert debit["debit"] == credit["credit"]
    assert 0 < float(debit["debit"]) < 300  # a tenth of what was sold late in the month
    assert accrual["netsuite"][0]["body"]["externalId"] == "AMZ-US-REFACC-USD-202509"


def test_recorded_settlements_give_the_same_proposal() -> None:
    here = plugin()
    own = Own(books())
    app = replace(here.app, mappings=own)
    for content in a_year():
        settle_posted(app, content, Wish("test"))
    stored = propose_accruals(app, "test", CLOSING)
    found = [read_orders(from_bytes(content), own.now) for content in a_year()]
    assert stored == proposals(found, own.now.profile, CLOSING)


def test_a_profile_that_does_not_switch_it_on_is_told_so() -> None:
    own = mappings(books(refund_liability=""))
    (document,) = proposals([read_orders(from_bytes(a_year()[0]), own)], own.profile, CLOSING)
    assert document["accruals"] == []
    assert "does not switch refund accruals on" in str(document["why_none"])


def test_a_short_history_is_unknown_and_proposes_nothing() -> None:
    own = mappings(books())
    found = [read_orders(from_bytes(content), own) for content in a_year()[:3]]
    (document,) = proposals(found, own.profile, CLOSING)
    assert document["accruals"] == []
    assert str(document["why_none"]).startswith("Unknown")


def test_a_closed_month_is_refused() -> None:
    base = books()
    closed = {"US": replace(base.subsidiaries["US"], closed_through=date(2025, 9, 30))}
    with pytest.raises(RefusedRequest) as refused:
        refuse_closed(replace(base, subsidiaries=closed), CLOSING)
    assert refused.value.code == "PERIOD_CLOSED"
