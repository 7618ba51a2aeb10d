"""NetSuite's clearing account against ours: the causes add up to the difference."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from builders import a_file, settled
from hypothesis import given
from hypothesis import strategies as st

from handler.reconciliation.clearing import reconcile_clearing
from handler.reconciliation.clearing_causes import BookedEntry, BookedTotal, CauseKind, OurEntry
from handler.settlement.period import Period

S = "11700000001"
JUL, AUG = Period(2025, 7), Period(2025, 8)
OURS = [
    OurEntry("AMZ-US-11700000001-202507", S, 30_000, "USD", JUL),
    OurEntry("AMZ-US-11700000001-202508", S, 70_000, "USD", AUG),
    OurEntry("AMZ-US-11700000001-DEP", S, -100_000, "USD", AUG, deposit=True),
]


def as_booked(entry: OurEntry, record: str = "") -> BookedEntry:
    return BookedEntry(
        record or f"R-{entry.external_id[-3:]}", entry.external_id,
        f"Amazon settlement {entry.settlement_id}", entry.clearing, entry.currency, entry.period,
    )  # fmt: skip


BOOKED = [as_booked(entry) for entry in OURS]


def only(ours=OURS, booked=(), totals=()):
    found = reconcile_clearing(ours, booked, totals)
    (row,) = found.rows
    assert sum(cause.amount for cause in row.causes) == row.difference
    return found, row, [(cause.kind, cause.entry, cause.amount) for cause in row.causes]


def codes(found) -> list[str]:
    return [finding.code for finding in found.findings]


def test_all_posted_is_silent() -> None:
    found, row, causes = only(booked=BOOKED)
    assert (row.ours, row.netsuite, row.deposited, causes) == (0, 0, True, [])
    assert found.findings == ()


def test_what_awaits_its_deposit_is_no_difference() -> None:
    found, row, _ = only(OURS[:2], BOOKED[:2])
    assert (row.ours, row.netsuite, row.deposited) == (100_000, 100_000, False)
    assert found.findings == ()


def test_the_deposit_entry_is_missing() -> None:
    found, _, causes = only(booked=BOOKED[:2])
    assert causes == [(CauseKind.DEPOSIT_MISSING, OURS[2].external_id, 100_000)]
    assert codes(found) == ["CLEARING_DIFFERS", "CLEARING_NOT_ZERO"]
    assert found.findings[0].what == (
        "NetSuite's clearing balance of settlement 11700000001 is 1000.00 USD, expected 0.00: the "
        "deposit entry AMZ-US-11700000001-DEP is missing (1000.00 USD)."
    )


def test_an_entry_is_missing() -> None:
    _, _, causes = only(booked=BOOKED[1:])
    assert causes == [(CauseKind.ENTRY_MISSING, OURS[0].external_id, -30_000)]


def test_posted_twice_by_id_or_by_hand() -> None:
    again = replace(BOOKED[1], record="R9")
    by_hand = replace(again, external_id="")
    for copy in (again, by_hand):
        _, _, causes = only(booked=[*BOOKED, copy])
        assert causes == [(CauseKind.POSTED_TWICE, OURS[1].external_id, 70_000)]


def test_edited() -> None:
    _, _, causes = only(booked=[replace(BOOKED[0], clearing=30_001), *BOOKED[1:]])
    assert causes == [(CauseKind.EDITED, OURS[0].external_id, 1)]


def test_not_made_here() -> None:
    extra = BookedEntry("R9", "", f"correction {S}", -5, "USD", AUG)
    _, _, causes = only(booked=[*BOOKED, extra])
    assert causes == [(CauseKind.FOREIGN_ENTRY, "R9", -5)]


def test_an_entry_that_lost_its_external_id_is_found_by_memo_and_amount() -> None:
    found, _, causes = only(booked=[replace(BOOKED[0], external_id=""), *BOOKED[1:]])
    assert causes == []
    assert found.findings == ()


def test_another_period_is_told_though_the_total_agrees() -> None:
    found, row, causes = only(booked=[replace(BOOKED[0], period=AUG), *BOOKED[1:]])
    assert causes == []
    assert [(mine.period, theirs.period) for mine, theirs in row.moved] == [(JUL, AUG)]
    assert codes(found) == ["CLEARING_PERIOD"]
    assert found.findings[0].what == (
        "Entry AMZ-US-11700000001-202507 stands in 2025-08, and was made for 2025-07: 300.00 USD."
    )


def test_what_belongs_to_no_settlement() -> None:
    strange = BookedEntry("R9", "", "plug", 7, "USD", AUG)
    euros = replace(BOOKED[0], record="R8", currency="EUR")
    total = BookedTotal("999", "USD", 12)
    found = reconcile_clearing(OURS, [*BOOKED, strange, euros], [total])
    assert set(found.unattributed) == {strange, euros, total}
    assert codes(found) == ["CLEARING_UNATTRIBUTED"] * 3


@pytest.mark.parametrize(
    ("total", "kinds"),
    [
        (0, []),
        (100_000, [CauseKind.DEPOSIT_MISSING]),
        (-30_000, [CauseKind.ENTRY_MISSING]),
        (70_000, [CauseKind.POSTED_TWICE]),
        (30_000 - 70_000, [CauseKind.POSTED_TWICE, CauseKind.ENTRY_MISSING]),
        (1, [CauseKind.UNKNOWN]),
        (-100_000, [CauseKind.POSTED_TWICE]),
    ],
)
def test_a_total_suggests_its_cause(total: int, kinds: list[CauseKind]) -> None:
    _, row, causes = only(totals=[BookedTotal(S, "USD", total)])
    assert row.netsuite == total
    assert sorted(kind for kind, _, _ in causes) == sorted(kinds)


def test_a_total_that_several_causes_would_explain_is_not_guessed() -> None:
    twins = [OURS[0], replace(OURS[0], external_id="AMZ-US-11700000001-202507-2")]
    _, _, causes = only(twins, totals=[BookedTotal(S, "USD", 30_000)])
    assert causes == [(CauseKind.UNKNOWN, "", -30_000)]


def test_entries_of_a_settled_file_clear_to_zero() -> None:
    found = settled(a_file())
    journal = found.journal
    assert journal.deposit
    account = found.profile.clearing
    ours = [OurEntry.of(entry, S, account) for entry in journal.entries]
    ours.append(OurEntry.of(journal.deposit, S, account, deposit=True))
    assert sum(entry.clearing for entry in ours) == 0
    assert reconcile_clearing(ours, [as_booked(entry) for entry in ours]).findings == ()


faults = st.lists(
    st.tuples(st.sampled_from(["drop", "copy", "edit", "anonymous", "move"]), st.integers(0, 2)),
    max_size=6,
)


@given(faults, st.integers(0, 99))
def test_whatever_happened_the_causes_add_up_and_order_is_moot(what, seed: int) -> None:
    booked = list(BOOKED)
    for number, (fault, rank) in enumerate(what):
        if not booked:
            break
        place = rank % len(booked)
        one = booked[place]
        if fault == "drop":
            booked.pop(place)
        elif fault == "copy":
            booked.append(replace(one, record=f"C{number}"))
        else:
            changes = {
                "edit": {"clearing": one.clearing + number + 1},
                "anonymous": {"external_id": ""},
                "move": {"period": AUG.next},
            }[fault]
            booked[place] = replace(one, **changes)
    found, row, _ = only(booked=booked)
    assert row.netsuite == sum(entry.clearing for entry in booked)
    chance = random.Random(seed)
    chance.shuffle(booked)
    assert reconcile_clearing(OURS[::-1], booked).rows == found.rows
