"""GET /v1/reserves, /v1/sequence and /v1/mappings/changes: what the stored settlements tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from builders import a_file, a_row
from ca_run import AUGUST, EARLY_AUGUST, IDS, JULY, NAMES, SEPTEMBER, settled
from plugin import ROOT, Plugin, data_of, error_of, plugin

from handler.adapters.mapping_source import MappingFiles

_RESERVE = {"transaction-type": "other-transaction", "amount-type": "other-transaction"}


def a_month(number: int, released: str, held: str) -> bytes:
    """A settlement of Amazon.com whose only rows beside a sale are its reserve's."""
    rows = [
        a_row(),
        a_row() | _RESERVE | _named("Previous Reserve Amount Balance", released),
        a_row() | _RESERVE | _named("Current Reserve Amount", f"-{held}"),
    ]
    total = f"{10 + float(released) - float(held):.2f}"
    start, end = f"2025-08-{number * 7 - 6:02}", f"2025-08-{number * 7 + 1:02}"
    return a_file(
        rows,
        total=total,
        settlement_id=f"1170000000{number}",
        start=f"{start} 12:00:00 UTC",
        end=f"{end} 12:00:00 UTC",
    ).content()


def _named(description: str, amount: str) -> dict[str, str]:
    return {"amount-description": description, "amount": amount, "order-id": "", "sku": ""}


def told(here: Plugin, path: str) -> dict[str, Any]:
    (document,) = data_of(here.get(path))
    assert isinstance(document, dict)
    return document


def rolled(*months: bytes) -> dict[str, Any]:
    here = plugin()
    for month in months:
        data_of(here.post(month, "/v1/settlements?profile=us"))
    return told(here, "/v1/reserves?profile=us")


def test_the_reserve_rolls_on_to_zero() -> None:
    document = rolled(
        a_month(1, "0.00", "8.00"), a_month(2, "8.00", "6.50"), a_month(3, "6.50", "0.00")
    )
    assert [
        (row["opening"], row["released"], row["held"], row["difference"])
        for row in document["rows"]
    ] == [
        ("", "0.00", "8.00", ""),
        ("8.00", "8.00", "6.50", "0.00"),
        ("6.50", "6.50", "0.00", "0.00"),
    ]
    assert document["balances"] == [{"series": "us USD", "currency": "USD", "held": "0.00"}]
    assert document["findings"] == []


def test_a_reserve_that_does_not_roll_on_is_told() -> None:
    document = rolled(a_month(1, "0.00", "8.00"), a_month(3, "6.50", "1.00"))
    (finding,) = document["findings"]
    assert finding["code"] == "RESERVE_BROKEN"
    assert finding["evidence"]["gap"] is True
    assert document["rows"][1]["difference"] == "-1.50"


def test_the_run_of_four_has_no_reserve() -> None:
    document = told(settled(), "/v1/reserves?profile=ca")
    assert {row["settlement_id"] for row in document["rows"]} == set(IDS)
    assert document["balances"] == [{"series": "ca CAD", "currency": "CAD", "held": "0.00"}]
    latest = told(settled(), "/v1/reserves?profile=ca&limit=1")
    assert [row["settlement_id"] for row in latest["rows"]] == [SEPTEMBER]


def test_a_run_without_a_gap() -> None:
    document = told(settled(NAMES[:3]), "/v1/sequence?profile=ca")
    assert (document["settlements"], document["breaks"]) == (3, [])


def test_a_gap_is_told_with_its_days() -> None:
    document = told(settled((NAMES[0], NAMES[2])), "/v1/sequence?profile=ca")
    (found,) = document["breaks"]
    assert (found["kind"], found["before"], found["after"]) == ("gap", JULY, AUGUST)
    assert (found["start"], found["end"]) == ("2025-07-31", "2025-08-14")
    assert [one["code"] for one in document["findings"]] == ["SETTLEMENT_GAP"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/reserves", "BAD_PARAMETER"),
        ("/v1/reserves?profile=ca&limit=0", "BAD_PARAMETER"),
        ("/v1/reserves?profile=nobody", "UNKNOWN_PROFILE"),
        ("/v1/sequence?profile=nobody", "UNKNOWN_PROFILE"),
        ("/v1/sequence?profile=ca&since=2025-01-01", "BAD_PARAMETER"),
        ("/v1/mappings/changes?limit=51", "BAD_PARAMETER"),
        ("/v1/mappings/changes?cursor=x", "BAD_CURSOR"),
    ],
)
def test_refused(path: str, code: str) -> None:
    response = plugin().get(path)
    assert (response.status_code, error_of(response)["code"]) == (422, code)


def test_mapping_changes_page_by_page(tmp_path: Path) -> None:
    here = settled()
    assert data_of(here.get("/v1/mappings/changes?profile=ca")) == []
    folder = tmp_path / "mappings"
    copytree(ROOT / "mappings", folder)
    profile = folder / "profiles" / "ca.toml"
    text = profile.read_text()
    profile.write_text(text.replace('"4010 Product Sales"', '"4011 Sales in Canada"'))
    edited = replace(here, app=replace(here.app, mappings=MappingFiles(folder)))
    before = edited.written()
    seen, cursor = [], ""
    while True:
        response = edited.get(f"/v1/mappings/changes?profile=ca&limit=1&cursor={cursor}")
        seen += data_of(response)
        cursor = response.get_json()["next_cursor"]
        if not cursor:
            break
    assert [one["settlement_id"] for one in seen] == [SEPTEMBER, AUGUST, EARLY_AUGUST]
    assert {change["account"] for one in seen for change in one["changes"]} == {
        "4010 Product Sales",
        "4011 Sales in Canada",
    }
    assert edited.written() == before
