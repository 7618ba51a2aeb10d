"""GET /v1/fees/watch: effective fee rates against their own past, with the rows of a jump."""

from __future__ import annotations

from typing import Any

import pytest
from builders import a_file, a_row
from plugin import Plugin, data_of, error_of, plugin


def a_month(month: int, commission: str, fulfilment: str, units: int = 6) -> bytes:
    """A settlement with six sales of 10.00 of one SKU."""
    rows, total = [], 0.0
    day = f"2025-{month:02}-10"
    for number in range(units):
        common = {
            "order-id": f"111-00000{month:02}-00000{number:02}",
            "posted-date": day,
            "posted-date-time": f"{day} 12:00:00 UTC",
        }
        rows += [
            a_row() | common,
            a_row() | common | _fee("Commission", commission),
            a_row() | common | _fee("FBAPerUnitFulfillmentFee", fulfilment),
        ]
        total += 10 + float(commission) + float(fulfilment)
    return a_file(
        rows,
        total=f"{total:.2f}",
        settlement_id=f"117000000{month:02}",
        start=f"2025-{month:02}-01 12:00:00 UTC",
        end=f"2025-{month:02}-15 12:00:00 UTC",
        deposit=f"2025-{month:02}-17 12:00:00 UTC",
    ).content()


def _fee(description: str, amount: str) -> dict[str, str]:
    return {"amount-type": "ItemFees", "amount-description": description, "amount": amount}


@pytest.fixture
def here() -> Plugin:
    made = plugin()
    for month in range(3, 8):
        content = a_month(month, "-1.50", "-3.00")
        data_of(made.post(content, "/v1/settlements?profile=us"))
    return made


def watched(here: Plugin, period: str = "2025-08") -> dict[str, Any]:
    (document,) = data_of(here.get(f"/v1/fees/watch?profile=us&period={period}"))
    assert isinstance(document, dict)
    return document


def test_a_jump_is_told_with_its_rows(here: Plugin) -> None:
    data_of(here.post(a_month(8, "-1.80", "-3.00"), "/v1/settlements?profile=us"))
    document = watched(here)
    (jump,) = document["jumps"]
    assert (jump["sku"], jump["marketplace"], jump["fee"]) == ("SKU-1", "Amazon.com", "referral")
    assert (jump["sales"], jump["units"], jump["charged"]) == ("60.00", 6, "10.80")
    assert jump["excess"] == "1.80"
    assert jump["past"] == ["2025-03", "2025-04", "2025-05", "2025-06", "2025-07"]
    assert jump["rows_in_all"] == 6
    assert jump["rows"][0] == {
        "settlement_id": "11700000008",
        "file_line": 4,
        "amount": "-1.80",
    }
    (finding,) = document["findings"]
    assert (finding["code"], finding["severity"]) == ("FEE_JUMP", "notice")
    assert "18.00 %" in finding["what"]
    assert document["complete"] is True


def test_a_fulfilment_fee_is_watched_by_unit(here: Plugin) -> None:
    data_of(here.post(a_month(8, "-1.50", "-3.60"), "/v1/settlements?profile=us"))
    (jump,) = watched(here)["jumps"]
    assert (jump["fee"], jump["excess"]) == ("fulfilment", "3.60")


def test_the_rows_are_capped_and_counted(here: Plugin) -> None:
    data_of(here.post(a_month(8, "-1.80", "-3.00", 30), "/v1/settlements?profile=us"))
    (jump,) = watched(here)["jumps"]
    assert (len(jump["rows"]), jump["rows_in_all"], jump["units"]) == (20, 30, 30)


def test_no_jump_no_notice(here: Plugin) -> None:
    document = watched(here, "2025-07")
    assert document["jumps"] == document["findings"] == []
    assert len(document["settlement_ids"]) == 5
    # Later months are not looked at, nor those before the past that counts.
    assert watched(here, "2025-04")["settlement_ids"] == ["11700000004", "11700000003"]
    assert watched(here, "2026-03")["settlement_ids"] == []


def test_a_missing_fee_row_is_a_fall_of_the_rate(here: Plugin) -> None:
    data_of(here.post(a_month(8, "-1.00", "-3.00"), "/v1/settlements?profile=us"))
    (jump,) = watched(here)["jumps"]
    assert jump["excess"] == "-3.00"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("profile=us", "BAD_PARAMETER"),
        ("period=2025-08", "BAD_PARAMETER"),
        ("profile=us&period=2025-13", "BAD_PARAMETER"),
        ("profile=us&period=2025-8", "BAD_PARAMETER"),
        ("profile=us&period=2025-08&limit=1", "BAD_PARAMETER"),
        ("profile=nobody&period=2025-08", "UNKNOWN_PROFILE"),
    ],
)
def test_refused(query: str, code: str) -> None:
    response = plugin().get(f"/v1/fees/watch?{query}")
    assert (response.status_code, error_of(response)["code"]) == (422, code)
