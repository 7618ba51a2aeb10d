"""Corrections: other content or another mapping posts the difference, and names what it mends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from builders import AFile, a_file, a_profile, a_row, mappings
from plugin import STOCK_MAPPINGS

from handler.core.errors import Conflict, RefusedRequest, UnusableFile
from handler.flows.app import App
from handler.flows.posted import repost, settle_posted
from handler.flows.settle_call import Wish
from handler.flows.what_would_change import what_would_change
from handler.payloads.dialects import render
from handler.settlement.profile import Policies, ProfileHint, UnmappedPolicy
from handler.settlement.settle import Mappings
from handler.settlement.vocabulary import Rule, Vocabulary
from handler.wiring import in_memory

ID = "11700000001"


class Mapped:
    """Mappings that a test may change, as an accountant does."""

    def __init__(self) -> None:
        self.now = mappings()

    def load(self, profile: str) -> Mappings:
        return self.now

    def hints(self) -> list[ProfileHint]:
        return [ProfileHint("test", frozenset({"Amazon.com"}), frozenset({"USD"}))]

    def remap(self, kind: tuple[str, str, str], accounting_class: str) -> None:
        old = self.now
        rules = [rule for rule in old.vocabulary.rules if rule.cells != Rule(*kind, "", 0).cells]
        version = str(hash((old.version, kind, accounting_class)))
        vocabulary = Vocabulary([*rules, Rule(*kind, accounting_class, 1)])
        self.now = replace(old, vocabulary=vocabulary, version=version)

    def close(self, day: date) -> None:
        profile = self.now.profile
        closed = replace(profile.subsidiaries["US"], closed_through=day)
        changed = replace(profile, subsidiaries={"US": closed})
        self.now = replace(self.now, profile=changed, version=f"{self.now.version}+{day}")


@pytest.fixture
def mapped() -> Mapped:
    return Mapped()


@pytest.fixture
def app(mapped: Mapped) -> App:
    now = datetime(2025, 9, 1, tzinfo=UTC)
    return replace(in_memory(now=lambda: now), mappings=mapped, stock_mappings=STOCK_MAPPINGS)


PRINCIPAL = ("Order", "ItemPrice", "Principal")
FEE = a_row(amount_type="ItemFees", amount_description="Commission", amount="-1.50")
FILE = a_file([a_row(), FEE], total="8.50")


def lines(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (x["account"], x["debit"], x["credit"])
        for entry in document["journal_entries"]
        for x in entry["lines"]
    ]


def balances(documents: Iterable[dict[str, Any]]) -> dict[str, Decimal]:
    sums: Counter[str] = Counter()
    for document in documents:
        for payload in render(document, "celigo").payloads:
            for line in payload["lines"]:  # type: ignore[attr-defined]
                sums[line["account"]] += line.get("debit", 0) - line.get("credit", 0)
    return {account: amount for account, amount in sums.items() if amount}


def first(app: App, file: AFile = FILE) -> dict[str, Any]:
    return settle_posted(app, file.content()).document


def test_a_changed_mapping_posts_the_difference_and_names_what_it_corrects(app, mapped) -> None:
    before = first(app)
    mapped.remap(PRINCIPAL, "other_income")
    answer = repost(app, ID, b"")
    assert lines(answer.document) == [
        ("acct other_income", "0.00", "10.00"),
        ("acct product_sales", "10.00", "0.00"),
    ]
    assert answer.document["corrects"] == ["AMZ-US-11700000001-202508"]
    assert [e["external_id"] for e in answer.document["journal_entries"]] == [
        "AMZ-US-11700000001-202508-R2"
    ]
    assert answer.record is not None
    assert (answer.record.version, answer.record.status) == (2, "proven")
    assert balances([before, answer.document])["acct other_income"] == Decimal("-10.00")
    assert "acct product_sales" not in balances([before, answer.document])


def test_changed_content_posts_the_difference_through_the_clearing_account(app) -> None:
    first(app)
    more = a_file([a_row(), FEE, a_row(amount="3.00")], total="11.50")
    answer = repost(app, ID, more.content())
    assert lines(answer.document) == [
        ("1050 Clearing", "3.00", "0.00"),
        ("acct product_sales", "0.00", "3.00"),
    ]
    assert answer.document["clearing"]["after_deposit"] == "0.00"


def test_the_same_again_is_a_replay_and_posts_nothing_more(app, mapped) -> None:
    first(app)
    mapped.remap(PRINCIPAL, "other_income")
    once, again = repost(app, ID, b""), repost(app, ID, b"")
    assert again.replayed
    assert again.document == once.document
    assert len(app.settlements.versions(ID)) == 2


def test_without_repost_a_changed_mapping_is_refused(app, mapped) -> None:
    first(app)
    mapped.remap(PRINCIPAL, "other_income")
    with pytest.raises(Conflict) as refused:
        first(app)
    assert refused.value.code == "SETTLEMENT_CONFLICT"
    assert len(app.settlements.versions(ID)) == 1


def test_a_mapping_edit_that_does_not_touch_the_settlement_posts_nothing(app, mapped) -> None:
    first(app)
    mapped.remap(("Refund", "ItemPrice", "Principal"), "other_income")
    answer = repost(app, ID, b"")
    assert answer.document["journal_entries"] == answer.document["changes"] == []
    assert answer.record is not None
    assert answer.record.version == 2


def test_back_to_what_was_before_takes_the_correction_back(app, mapped) -> None:
    documents = [first(app)]
    before = balances(documents)
    mapped.remap(PRINCIPAL, "other_income")
    documents.append(repost(app, ID, b"").document)
    mapped.remap(PRINCIPAL, "product_sales")
    documents.append(repost(app, ID, b"").document)
    assert balances(documents) == before
    assert documents[2]["corrects"] == [
        "AMZ-US-11700000001-202508",
        "AMZ-US-11700000001-202508-R2",
    ]


def test_a_dry_run_shows_the_difference_and_records_nothing(app, mapped) -> None:
    first(app)
    mapped.remap(PRINCIPAL, "other_income")
    answer = repost(app, ID, b"", Wish(dry_run=True))
    assert len(answer.document["changes"]) == 2
    assert len(app.settlements.versions(ID)) == 1


def test_peer_fault_a_closed_month_is_not_reopened_by_a_correction(app, mapped) -> None:
    """Another tool's roll-back breaks reconciled periods."""
    first(app)
    mapped.remap(PRINCIPAL, "other_income")
    mapped.close(date(2025, 8, 31))
    (entry,) = repost(app, ID, b"").document["journal_entries"]
    assert (entry["posting_period"], entry["tran_date"]) == ("2025-09", "2025-09-01")
    assert entry["external_id"] == "AMZ-US-11700000001-202509-R2"


def test_closing_a_month_alone_changes_nothing_that_is_posted(app, mapped) -> None:
    first(app)
    mapped.close(date(2025, 8, 31))
    assert repost(app, ID, b"").document["journal_entries"] == []


def test_a_correction_that_would_be_held_changes_nothing(app) -> None:
    first(app)
    wrong = a_file([a_row(), FEE], total="9.99")
    answer = repost(app, ID, wrong.content())
    assert answer.document["status"] == "held"
    assert answer.record is None
    assert len(app.settlements.versions(ID)) == 1


def test_what_is_owed_to_amazon_is_corrected_with_the_rest(app) -> None:
    documents = [first(app, a_file([FEE], total="-1.50"))]
    more = a_file([FEE, FEE], total="-3.00")
    documents.append(repost(app, ID, more.content()).document)
    assert balances(documents) == {
        "acct referral_fees": Decimal("3.00"),
        "acct balance_brought_forward": Decimal("-3.00"),
    }


def test_a_file_of_another_settlement_is_refused(app) -> None:
    first(app)
    with pytest.raises(UnusableFile) as refused:
        repost(app, ID, a_file(settlement_id="999").content())
    assert refused.value.code == "WRONG_SETTLEMENT"


def test_a_settlement_nobody_sent_is_refused(app) -> None:
    with pytest.raises(RefusedRequest) as refused:
        repost(app, ID, b"")
    assert refused.value.code == "SETTLEMENT_NOT_FOUND"


def test_a_held_settlement_is_settled_anew_with_its_whole_journal(app, mapped) -> None:
    mapped.now = mappings(a_profile(policies=Policies(unmapped=UnmappedPolicy.HOLD)))
    strange = ("Order", "ItemFees", "Moon fee")
    row = a_row(amount_type="ItemFees", amount_description="Moon fee", amount="-1.50")
    held = first(app, a_file([a_row(), row], total="8.50"))
    assert held["status"] == "held"
    mapped.remap(strange, "referral_fees")
    answer = repost(app, ID, b"")
    assert answer.document["status"] == "proven"
    assert len(lines(answer.document)) == 4
    assert app.settlements.exceptions(10).items == []


def test_splits_of_a_correction_balance_each(app, mapped) -> None:
    kinds = [f"Fee {n}" for n in range(9)]
    rows = [a_row(amount_type="ItemFees", amount_description=k, amount="-1.00") for k in kinds]
    mapped.now = mappings(lines_per_entry=4)
    first(app, a_file([a_row(amount="20.00"), *rows], total="11.00"))
    names = ["referral_fees", "closing_fees", "advertising", "fba_prep_fees", "awd_fees"]
    for number, kind in enumerate(kinds):
        mapped.remap(("Order", "ItemFees", kind), names[number % 5])
    document = repost(app, ID, b"").document
    assert len(document["journal_entries"]) == 2
    for entry in document["journal_entries"]:
        assert len(entry["lines"]) <= 4
        assert sum(Decimal(x["debit"]) - Decimal(x["credit"]) for x in entry["lines"]) == 0


def test_what_would_change_names_each_settlement_a_mapping_edit_touches(app, mapped) -> None:
    first(app)
    first(app, a_file([FEE], total="-1.50", settlement_id="222"))
    assert what_would_change(app, "", 10).items == []
    mapped.remap(PRINCIPAL, "other_income")
    (changed,) = what_would_change(app, "", 10).items
    assert changed["settlement_id"] == ID
    assert [(c["account"], c["delta"]) for c in changed["changes"]] == [  # type: ignore[attr-defined]
        ("acct other_income", "-10.00"),
        ("acct product_sales", "10.00"),
    ]
    assert len(app.settlements.versions(ID)) == 1


def test_the_first_upload_told_again_after_a_correction_gets_its_own_answer(app) -> None:
    before = first(app)
    more = a_file([a_row(), FEE, a_row(amount="3.00")], total="11.50")
    repost(app, ID, more.content())
    again = settle_posted(app, FILE.content())
    assert again.replayed
    assert again.document == before
    assert len(app.settlements.versions(ID)) == 2
