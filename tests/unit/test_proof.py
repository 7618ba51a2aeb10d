"""The proof: it holds for right journals, and each law catches what breaks it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import FILES, a_file, a_profile, a_row, codes, mappings, settled

from handler.settlement.journal import Journal
from handler.settlement.proof import CHECKS, Evidence, prove


def evidence(rows=(), total="10.00", **policies) -> Evidence:
    chosen = mappings(**policies)
    found = settled(a_file(rows, total=total), chosen)
    return Evidence(found.report, found.classified, found.journal, found.profile)


def broken(of: Evidence) -> set[str]:
    return {law.name for law in prove(of).laws if not law.kept}


def with_line(of: Evidence, place: int, **changes) -> Evidence:
    entry = of.journal.entries[0]
    lines = list(entry.lines)
    lines[place] = replace(lines[place], **changes)
    return with_entry(of, lines=tuple(lines))


def with_entry(of: Evidence, **changes) -> Evidence:
    entries = (replace(of.journal.entries[0], **changes), *of.journal.entries[1:])
    return replace(of, journal=replace(of.journal, entries=entries))


def test_a_right_journal_keeps_every_law() -> None:
    proof = prove(evidence())
    assert proof.holds
    assert len(proof.laws) == len(CHECKS) == 10


def test_a_wrong_amount_is_caught_several_ways() -> None:
    assert broken(with_line(evidence(), 1, credit=1001)) == {"lines_equal_rows", "entries_balance"}
    wrong = with_line(with_line(evidence(), 1, credit=1001), 0, debit=1001)
    assert broken(wrong) == {"lines_equal_rows", "clearing_equals_deposit", "clearing_empty"}


def test_a_lost_line_is_caught() -> None:
    of = evidence([a_row(), a_row(transaction_type="Refund", amount="-4.00")], "6.00")
    lost = with_entry(of, lines=of.journal.entries[0].lines[:2])
    assert broken(lost) == {"rows_posted_once", "clearing_equals_deposit", "clearing_empty"}


def test_a_line_posted_twice_is_caught() -> None:
    of = evidence()
    entry = of.journal.entries[0]
    twice = replace(of, journal=replace(of.journal, entries=(entry, entry)))
    assert {"rows_posted_once", "entries_named_once", "clearing_empty"} <= broken(twice)


def test_rows_moved_to_another_line_are_caught() -> None:
    of = evidence([a_row(), a_row(transaction_type="Refund", amount="-4.00")], "6.00")
    groups = of.journal.entries[0].lines[3].groups
    assert "lines_equal_rows" in broken(with_line(of, 1, groups=groups))


@pytest.mark.parametrize(
    "sides",
    [{"debit": 0, "credit": 0}, {"debit": 5, "credit": 1005}, {"debit": -1000, "credit": 0}],
)
def test_a_line_with_no_side_both_sides_or_a_negative_one_is_caught(sides) -> None:
    assert "lines_one_sided" in broken(with_line(evidence(), 1, **sides))


def test_an_entry_outside_its_period_or_its_currency_is_caught() -> None:
    of = evidence()
    entry = of.journal.entries[0]
    assert "entries_postable" in broken(with_entry(of, period=entry.period.next))
    assert "entries_postable" in broken(with_entry(of, currency="EUR"))
    assert "entries_postable" in broken(with_line(of, 1, account=""))
    assert "entries_postable" in broken(with_entry(of, lines=entry.lines[:1]))


def test_an_entry_in_a_closed_period_is_caught() -> None:
    of = evidence()
    day = of.journal.entries[0].period.last_day
    closed = replace(of.profile.subsidiaries["US"], closed_through=day)
    profile = replace(of.profile, subsidiaries={"US": closed})
    assert broken(replace(of, profile=profile)) == {"entries_postable"}


@pytest.mark.parametrize("name", ["", "AMZ US", "AMZ/1", "Ä", "x" * 101])
def test_an_external_id_netsuite_would_refuse_is_caught(name: str) -> None:
    assert broken(with_entry(evidence(), external_id=name)) == {"entries_named_once"}


def test_a_missing_deposit_is_caught() -> None:
    of = evidence()
    assert broken(replace(of, journal=replace(of.journal, deposit=None))) == {"clearing_empty"}


def test_an_empty_journal_of_a_full_file_is_caught() -> None:
    of = replace(evidence(), journal=Journal((), (), None))
    assert broken(of) == {"rows_posted_once", "clearing_equals_deposit"}


def test_a_variance_holds_the_settlement_and_is_never_plugged() -> None:
    found = settled(a_file(total="10.01"))
    assert found.status == "held"
    assert codes(found)[0] == "SETTLEMENT_VARIANCE"
    assert found.findings[0].evidence["difference"] == "-0.01"
    accounts = {line.account for entry in found.journal.entries for line in entry.lines}
    assert accounts == {"1050 Clearing", "acct product_sales"}


def variance(rows, total: str) -> str:
    found = settled(a_file(rows, total=total))
    return str(found.findings[0].evidence["likely_cause"])


def test_a_variance_names_the_likely_line() -> None:
    fee = a_row(amount_type="ItemFees", amount_description="Commission", amount="-1.50")
    assert "may stand twice" in variance([a_row(), fee, fee], "8.50")
    assert "reserve of -2.00 may be missing" in variance([a_row()], "8.00")


def test_peer_fault_the_check_does_not_agree_with_itself_on_a_wrong_mark() -> None:
    """Another tool reads 340,05 as 34005 on both sides of its check and reports no difference."""
    rows = [a_row(amount="340,05"), a_row(amount="0,00")]
    found = settled(a_file(rows, total="340,05"))
    assert found.report.computed_total == 34005
    assert found.status == "proven"
    mixed = settled(a_file([a_row(amount="340.05")], total="340,05"))
    assert codes(mixed)[0] == "BAD_ROW"


def test_peer_fault_no_float_residue() -> None:
    """Others add floats: 340.05000000000007."""
    rows = [a_row(amount="0.10")] * 3 + [a_row(amount="339.75")]
    found = settled(a_file(rows, total="340.05"))
    assert found.report.computed_total == 34005
    assert found.status == "proven"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_real_files_are_proven(path) -> None:
    profile = a_profile()
    home = replace(
        profile.home,
        names=("Amazon.ca", "Non-Amazon CA", "Amazon.fr"),
        currency="EUR" if path.stem.startswith("fr") else "CAD",
    )
    chosen = mappings(replace(profile, home=home, marketplaces=(home,)))
    found = settled(path.read_bytes(), chosen)
    assert found.status == "proven"
    assert found.proof.holds
    assert found.clearing_after == 0
