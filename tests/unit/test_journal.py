"""How groups become entries: sections, periods, closed months, subsidiaries, limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from builders import a_file, a_profile, a_row, codes, mappings, settled

from handler.settlement.journal import JournalEntry
from handler.settlement.profile import AccountRule, Dimensions, Marketplace, Subsidiary
from handler.settlement.settle import Settled


def lines(entry: JournalEntry) -> list[tuple[str, int, int]]:
    return [(line.account, line.debit, line.credit) for line in entry.lines]


def fee(amount: str = "-1.50", **cells: str) -> dict[str, str]:
    return a_row(amount_type="ItemFees", amount_description="Commission", amount=amount, **cells)


def other(description: str, amount: str, **cells: str) -> dict[str, str]:
    return a_row(
        transaction_type="other-transaction", amount_type="other-transaction",
        amount_description=description, amount=amount, **cells,
    )  # fmt: skip


def test_each_section_stands_against_a_clearing_line_of_its_own_that_comes_first() -> None:
    found = settled(a_file([a_row(), fee()], total="8.50"))
    (entry,) = found.journal.entries
    assert lines(entry) == [
        ("1050 Clearing", 1000, 0),
        ("acct product_sales", 0, 1000),
        ("1050 Clearing", 0, 150),
        ("acct referral_fees", 150, 0),
    ]
    assert entry.external_id == "AMZ-US-11700000001-202508"
    assert found.status == "proven"


def test_one_net_clearing_line_where_the_profile_wants_it() -> None:
    found = settled(a_file([a_row(), fee()], total="8.50"), mappings(clearing_lines="net"))
    (entry,) = found.journal.entries
    assert lines(entry) == [
        ("1050 Clearing", 850, 0),
        ("acct product_sales", 0, 1000),
        ("acct referral_fees", 150, 0),
    ]
    assert found.status == "proven"


def test_the_deposit_brings_the_clearing_account_to_zero() -> None:
    found = settled(a_file())
    deposit = found.journal.deposit
    assert deposit is not None
    assert lines(deposit) == [("1050 Clearing", 0, 1000), ("1010 Bank", 1000, 0)]
    assert deposit.tran_date == date(2025, 8, 16)  # the 17th, 00:00 UTC, is still the 16th there
    assert (found.clearing_before, found.clearing_after) == (1000, 0)


def test_a_negative_total_is_carried_to_what_is_owed_to_amazon() -> None:
    found = settled(a_file([fee("-7.00")], total="-7.00"))
    deposit = found.journal.deposit
    assert deposit is not None
    assert lines(deposit) == [
        ("1050 Clearing", 700, 0),
        ("acct balance_brought_forward", 0, 700),
    ]
    assert codes(found) == ["NEGATIVE_TOTAL"]
    assert found.status == "proven"


def test_the_next_settlement_relieves_what_was_owed() -> None:
    rows = [other("Payable to Amazon", "-7.00"), other("Successful charge", "7.00")]
    found = settled(a_file(rows, total="0.00"))
    assert [lines(entry) for entry in found.journal.entries] == [
        [("acct balance_brought_forward", 700, 0), ("acct card_charges", 0, 700)]
    ]
    assert found.journal.deposit is None
    assert found.status == "proven"


def test_reserves_go_to_an_asset_account() -> None:
    rows = [
        a_row(),
        other("Current Reserve Amount", "-4.00"),
        other("Previous Reserve Amount Balance", "1.00"),
    ]
    (entry,) = settled(a_file(rows, total="7.00")).journal.entries
    assert lines(entry)[2:] == [
        ("1050 Clearing", 0, 300),
        ("acct reserve_held", 400, 0),
        ("acct reserve_released", 0, 100),
    ]


def test_peer_fault_principal_of_order_refund_and_promotion_are_three_things() -> None:
    """Another connector sums them in one bucket."""
    rows = [
        a_row(amount="10.00"),
        a_row(transaction_type="Refund", amount="-4.00"),
        a_row(amount_type="Promotion", amount="-1.00"),
    ]
    found = settled(a_file(rows, total="5.00"))
    amounts = {use.accounting_class: use.amount for use in found.classified.kinds}
    assert amounts == {"product_sales": 1000, "product_refunds": -400, "promotions": -100}


def test_tax_the_marketplace_withholds_nets_and_touches_no_clearing_line() -> None:
    rows = [
        a_row(amount_description="Tax", amount="2.00"),
        a_row(
            amount_type="ItemWithheldTax",
            amount_description="MarketplaceFacilitatorTax-Principal",
            amount="-2.00",
        ),
    ]
    (entry,) = settled(a_file(rows, total="0.00")).journal.entries
    assert lines(entry) == [
        ("acct sales_tax_collected", 0, 200),
        ("acct marketplace_facilitator_tax", 200, 0),
    ]


def test_a_month_end_makes_one_entry_for_each_period_and_clearing_carries_between() -> None:
    rows = [
        a_row(posted_date_time="2025-08-01 06:59:59 UTC"),  # July in Los Angeles
        a_row(posted_date_time="2025-08-01 07:00:00 UTC", amount="5.00"),
    ]
    found = settled(a_file(rows, total="15.00"))
    assert [(e.external_id, str(e.period), e.tran_date) for e in found.journal.entries] == [
        ("AMZ-US-11700000001-202507", "2025-07", date(2025, 7, 31)),
        ("AMZ-US-11700000001-202508", "2025-08", date(2025, 8, 14)),
    ]
    assert (found.clearing_before, found.clearing_after) == (1500, 0)


def with_closed(day: date):
    profile = a_profile()
    closed = replace(profile.subsidiaries["US"], closed_through=day)
    return mappings(replace(profile, subsidiaries={"US": closed}))


def test_a_closed_period_is_never_posted_to() -> None:
    rows = [
        a_row(posted_date_time="2025-07-20 12:00:00 UTC"),
        a_row(posted_date_time="2025-08-02 12:00:00 UTC", amount="5.00"),
    ]
    found = settled(a_file(rows, total="15.00"), with_closed(date(2025, 7, 31)))
    (entry,) = found.journal.entries
    assert str(entry.period) == "2025-08"
    sales = [line for line in entry.lines if line.accounting_class == "product_sales"]
    assert [(line.credit, line.memo, str(line.period)) for line in sales] == [
        (1000, "Product sales (Jul 2025, closed)", "2025-07"),
        (500, "Product sales", "2025-08"),
    ]
    assert codes(found) == ["PERIOD_CLOSED"]
    assert found.status == "proven"


def test_everything_closed_moves_to_the_first_open_month() -> None:
    found = settled(a_file(), with_closed(date(2025, 9, 30)))
    (entry,) = found.journal.entries
    assert (str(entry.period), entry.tran_date) == ("2025-10", date(2025, 10, 1))
    deposit = found.journal.deposit
    assert deposit is not None
    assert (str(deposit.period), deposit.tran_date) == ("2025-10", date(2025, 10, 1))
    assert found.status == "proven"


def test_a_close_within_a_month_never_dates_an_entry_into_the_closed_part() -> None:
    found = settled(a_file(), with_closed(date(2025, 8, 20)))
    (entry,) = found.journal.entries
    assert entry.tran_date > date(2025, 8, 20)
    assert found.status == "proven"


def test_a_class_that_comes_to_nothing_has_no_line_and_keeps_its_rows() -> None:
    rows = [a_row(), fee("-1.00"), fee("1.00")]
    found = settled(a_file(rows, total="10.00"))
    assert [line.accounting_class for line in found.journal.nil_lines] == ["referral_fees"]
    assert found.journal.nil_lines[0].row_count == 2
    assert all(line.debit or line.credit for e in found.journal.entries for line in e.lines)
    assert found.status == "proven"


def two_entities(mexican: Subsidiary) -> Settled:
    profile = a_profile()
    mexico = Marketplace(("Amazon.com.mx",), "MX", "USD", ZoneInfo("America/Mexico_City"), "MX")
    profile = replace(
        profile,
        marketplaces=(*profile.marketplaces, mexico),
        subsidiaries={**profile.subsidiaries, "MX": mexican},
    )
    rows = [a_row(), a_row(marketplace_name="amazon.com.MX", amount="2.00")]
    return settled(a_file(rows, total="12.00"), mappings(profile))


def test_each_entity_balances_and_is_owed_its_share_by_the_one_that_is_paid() -> None:
    mexican = Subsidiary(
        "MX", "Mexico", "MXN", due_from_home="1400 Due from US", due_to="2400 Due to MX"
    )
    found = two_entities(mexican)
    assert {entry.external_id: lines(entry) for entry in found.journal.entries} == {
        "AMZ-MX-11700000001-202508": [
            ("1050 Clearing", 200, 0),
            ("acct product_sales", 0, 200),
            ("1050 Clearing", 0, 200),
            ("1400 Due from US", 200, 0),
        ],
        "AMZ-US-11700000001-202508": [
            ("1050 Clearing", 1000, 0),
            ("acct product_sales", 0, 1000),
            ("1050 Clearing", 200, 0),
            ("2400 Due to MX", 0, 200),
        ],
    }
    assert (found.clearing_before, found.clearing_after) == (1200, 0)
    assert found.status == "proven"


def test_an_entity_without_intercompany_accounts_holds_the_settlement() -> None:
    found = two_entities(Subsidiary("MX", "Mexico", "MXN"))
    assert codes(found) == ["INTERCOMPANY_ACCOUNTS_MISSING"]
    assert found.findings[0].evidence == {"subsidiary": "MX", "amount": "2.00", "home": "US"}
    assert found.status == "held"


def test_the_rule_with_most_conditions_gives_account_and_dimensions() -> None:
    rules = (
        AccountRule("product_sales", channel="MFN", account="4011 Own stock"),
        AccountRule(
            "product_sales", "Amazon.com", "MFN", account="4012 Own stock US",
            dimensions=Dimensions(department="Retail"),
        ),
    )  # fmt: skip
    rows = [a_row(fulfillment_id="MFN"), a_row(amount="1.00")]
    found = settled(a_file(rows, total="11.00"), mappings(a_profile(rules=rules)))
    sales = [x for e in found.journal.entries for x in e.lines if x.section == "sales"][1:]
    assert [(x.account, x.credit, x.dimensions.department) for x in sales] == [
        ("4012 Own stock US", 1000, "Retail"),
        ("acct product_sales", 100, ""),
    ]


@pytest.mark.parametrize("limit", [3, 4, 5, 7])
@pytest.mark.parametrize("clearing", ["section", "net"])
def test_entries_over_the_limit_are_split_and_each_part_balances(limit: int, clearing: str) -> None:
    skus = {f"S{n}": f"G{n}" for n in range(9)}
    rules = tuple(
        AccountRule("product_sales", sku_group=f"G{n}", account=f"40{n}") for n in range(9)
    )
    rows = [a_row(sku=f"S{n}", amount=f"{n + 1}.00") for n in range(9)] + [fee("-3.00")]
    profile = a_profile(sku_groups=skus, rules=rules)
    found = settled(
        a_file(rows, total="42.00"),
        mappings(profile, lines_per_entry=limit, clearing_lines=clearing),
    )
    assert found.status == "proven"
    assert len(found.journal.entries) > 1
    for entry in found.journal.entries:
        assert len(entry.lines) <= limit
        assert entry.imbalance == 0
    assert [e.external_id.split("-")[3:] for e in found.journal.entries][:2] == [
        ["202508"],
        ["202508", "2"],
    ]


def test_an_unmapped_kind_goes_to_suspense_and_says_so() -> None:
    rows = [a_row(), other("Warehouse Teleport Fee", "-3.00")]
    found = settled(a_file(rows, total="7.00"))
    assert found.status == "proven"
    (finding,) = found.findings
    assert finding.code == "UNMAPPED_TRANSACTION"
    assert finding.evidence["amount"] == "-3.00"
    assert finding.evidence["line"] == 4
    accounts = {x.account: x.signed for e in found.journal.entries for x in e.lines}
    assert accounts["acct unmapped"] == 300


def test_an_unmapped_kind_holds_the_settlement_where_the_profile_says_so() -> None:
    rows = [a_row(), other("Warehouse Teleport Fee", "-3.00")]
    found = settled(a_file(rows, total="7.00"), mappings(unmapped="hold"))
    assert found.status == "held"
    assert codes(found) == ["UNMAPPED_TRANSACTION_HELD"]


def test_an_unmapped_kind_proposes_the_nearest_class() -> None:
    rows = [a_row(), other("FBA Inventory Storage Overage Fees", "-3.00")]
    (finding,) = settled(a_file(rows, total="7.00")).findings
    assert finding.evidence["proposed_class"] == "fba_storage_fees"


def test_an_unknown_marketplace_holds_and_names_the_nearest() -> None:
    found = settled(a_file([a_row(marketplace_name="Amazon.co")]))
    (finding,) = found.findings
    assert (finding.code, finding.evidence["nearest"]) == ("UNKNOWN_MARKETPLACE", "Amazon.com")
    assert found.status == "held"


def test_a_foreign_currency_holds() -> None:
    found = settled(a_file(currency="GBP"))
    assert codes(found) == ["CURRENCY_MISMATCH"]
    assert found.status == "held"


def test_a_row_without_a_marketplace_belongs_to_the_home_one() -> None:
    """Real files leave it empty even where there is an order id."""
    found = settled(a_file([a_row(marketplace_name="")]))
    assert [entry.subsidiary for entry in found.journal.entries] == ["US"]
    assert found.status == "proven"
