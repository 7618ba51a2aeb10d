"""Golden journals: each real-shaped file with its demo profile, the whole document as reviewed.

`pytest tests/golden --regenerate` writes them anew; review the difference before you commit it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import FILES, ROOT

from handler.adapters.mapping_files import load_mappings, profile_hints
from handler.core.source import content_hash, from_bytes
from handler.payloads.dialects import DIALECTS, render
from handler.payloads.result import document
from handler.payloads.table import table
from handler.settlement import readers
from handler.settlement.choose_profile import choose
from handler.settlement.settle import settle

HERE = Path(__file__).parent
MAPPINGS = ROOT / "mappings"


def settled_document(path: Path) -> dict[str, object]:
    source = from_bytes(path.read_bytes())
    currency = readers.header(source).currency.code
    profile = choose(profile_hints(MAPPINGS), readers.marketplaces(source), currency)
    found = settle(source, load_mappings(MAPPINGS, profile))
    return document(found, content_hash(source))


def compare(name: str, made: str, regenerate: bool) -> None:
    golden = HERE / name
    if regenerate:
        golden.write_text(made, encoding="utf-8")
    assert golden.exists(), f"{golden.name} is missing: run with --regenerate and review it"
    assert made == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_document_is_the_reviewed_one(path: Path, request: pytest.FixtureRequest) -> None:
    made = settled_document(path)
    # Any edit of the mappings changes the version; what it does to the journal is what counts.
    made["mapping_version"] = "(varies)"
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    compare(f"{path.stem}.json", text, request.config.getoption("--regenerate"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_table_is_the_reviewed_one(path: Path, request: pytest.FixtureRequest) -> None:
    text = table(settled_document(path)) + "\n"
    assert max(len(line) for line in text.splitlines()) <= 100
    compare(f"{path.stem}.table.txt", text, request.config.getoption("--regenerate"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_dialects_are_the_reviewed_ones(dialect: str, request: pytest.FixtureRequest) -> None:
    path = next(path for path in FILES if path.stem == "ca_v1_2025-08a_negative_again")
    rendered = render(settled_document(path), dialect)
    ending = "csv" if dialect == "csv" else "json"
    compare(
        f"{path.stem}.{dialect}.{ending}", rendered.text.rstrip("\n") + "\n",
        request.config.getoption("--regenerate"),
    )  # fmt: skip


def test_no_golden_file_is_left_without_its_case() -> None:
    stems = {path.stem for path in FILES}
    assert {path.name.split(".")[0] for path in HERE.glob("*.*") if path.suffix != ".py"} == stems
