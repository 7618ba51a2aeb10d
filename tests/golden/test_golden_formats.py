"""Golden journals of the other formats: the raw file beside what it comes to.

One file for each format, and for each of the ten locales of the date-range report the same
settlement in that locale's own words, dates and numbers. `--regenerate` writes the journals anew.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from builders import DATA, a_profile, mappings

from handler.core.source import content_hash, from_bytes
from handler.payloads.result import document
from handler.settlement import readers
from handler.settlement.settle import settle

HERE = Path(__file__).parent / "formats"
LOCALES = sorted(HERE.glob("date_range_*.csv"))
OTHERS = sorted((DATA / "settlements_other").iterdir())
KEPT = (
    "settlement_id", "format", "currency", "declared_total", "computed_total", "status",
    "journal_entries", "nil_lines", "deposit_entry", "clearing", "vocabulary",
)  # fmt: skip


def journal(path: Path) -> dict[str, object]:
    source = from_bytes(path.read_bytes())
    header, base = readers.header(source), a_profile()
    names = (*base.home.names, *sorted(readers.marketplaces(source)))
    home = replace(base.home, names=names, currency=header.currency.code)
    found = settle(source, mappings(replace(base, home=home, marketplaces=(home,))))
    whole = document(found, content_hash(source))
    codes = [exception["code"] for exception in whole["exceptions"]]  # type: ignore[attr-defined]
    return {name: whole[name] for name in KEPT} | {"exceptions": codes}


@pytest.mark.parametrize("path", [*OTHERS, *LOCALES], ids=lambda path: path.stem)
def test_the_journal_is_the_reviewed_one(path: Path, request: pytest.FixtureRequest) -> None:
    made = json.dumps(journal(path), indent=1, ensure_ascii=False) + "\n"
    golden = HERE / f"{path.stem}.journal.json"
    if request.config.getoption("--regenerate"):
        golden.write_text(made, encoding="utf-8")
    assert made == golden.read_text(encoding="utf-8")


def test_there_is_a_file_for_each_locale_and_a_journal_for_each_file() -> None:
    assert len(LOCALES) == 10
    wanted = {path.stem for path in (*OTHERS, *LOCALES)}
    assert {path.name.removesuffix(".journal.json") for path in HERE.glob("*.json")} == wanted


def test_every_locale_comes_to_the_same_accounts() -> None:
    found = []
    for path in LOCALES:
        entries = journal(path)["journal_entries"]
        lines = [x for entry in entries for x in entry["lines"]]  # type: ignore[attr-defined]
        # JPY has no decimals, so the same digits are compared.
        digits = [
            (x["account"], *(int(x[side].replace(".", "")) for side in ("debit", "credit")))
            for x in lines
        ]
        found.append(digits)
        assert journal(path)["status"] == "proven"
    assert all(digits == found[0] for digits in found)
