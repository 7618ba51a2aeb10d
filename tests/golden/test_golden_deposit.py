"""Golden deposits: a payout with a gain of exchange, as NetSuite's deposit in every dialect.

`pytest tests/golden --regenerate` writes them anew; review the difference before you commit it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders import a_profile
from netsuite_samples import books, deposit_document

from handler.payloads import json_text
from handler.payloads.dialects import render
from handler.payloads.netsuite_records import entry_records
from handler.payloads.references import NO_REFERENCES, References
from handler.reconciliation.deposit_matching import (
    Candidate,
    DepositMatch,
    MatchKind,
    Movement,
    Purpose,
)

HERE = Path(__file__).parent / "netsuite"
IDS = References(
    {
        ("account", "1010"): "210",
        ("account", "1050"): "214",
        ("currency", "USD"): "1",
        ("class", "Amazon US"): "7",
    }
)
MATCH = DepositMatch(
    Candidate(MatchKind.OTHER_CURRENCY, ("11700000001",), ("B1",), "", 100, 100, ()),
    (
        Movement(
            "11700000001", Purpose.DEPOSIT, "B1", date(2025, 8, 19), "USD", 72_400, 72_000, 400
        ),
    ),
)


@pytest.mark.parametrize("dialect", ["netsuite", "celigo", "csv"])
@pytest.mark.parametrize("ids", [NO_REFERENCES, IDS], ids=["names", "ids"])
def test_the_deposit_is_the_reviewed_one(
    dialect: str, ids: References, request: pytest.FixtureRequest
) -> None:
    made = deposit_document(MATCH, books())
    text = render(made, dialect, ids).text.rstrip("\n") + "\n"
    if dialect != "csv":
        records = [record.payload for record in entry_records(made, dialect, ids)]
        assert json_text.dumps(records) + "\n" == text
    name = "deposit" if ids is NO_REFERENCES or dialect == "csv" else "deposit_ids"
    golden = HERE / f"{name}.{dialect}.{'csv' if dialect == 'csv' else 'json'}"
    if request.config.getoption("--regenerate"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_without_the_policy_it_is_a_journal_entry() -> None:
    made = deposit_document(MATCH, a_profile())
    (record,) = entry_records(made, "netsuite")
    assert record.kind == "journal_entry"
    assert "record" not in made["journal_entries"][0]
