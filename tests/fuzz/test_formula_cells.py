"""No cell of a table that people open runs as a formula; an amount below zero stays a number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from builders import a_file, a_row
from contract_steps import LEDGER
from plugin import CA, CA_ID, plugin

from handler.payloads.csv_import import entry_table, inert, stock_table

STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    "＝",
    "＋",
    "－",
    "＠",
    "\x00=",
    "\ufeff=",
    "\u200f=",
)
_SIGNS = frozenset("=+-@＝＋－＠")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_AMOUNTS = ("debit", "credit", "quantity", "exchange_rate")


def cells_of(table: str) -> list[str]:
    rows = list(csv.reader(io.StringIO(table, newline="")))
    assert len({len(row) for row in rows}) == 1
    return [cell for row in rows for cell in row]


def runs(cell: str) -> bool:
    """Whether a spreadsheet may take a cell for a formula."""
    parts = (part.lstrip("\x00\ufeff\u200f ") for part in re.split("[\t\r\n;]", cell))
    return any(part[:1] in _SIGNS for part in parts) and _NUMBER.fullmatch(cell) is None


def hostile(value: Any, start: str, name: str = "") -> Any:
    """The same document, every text in it made to run; amounts and kinds as they are."""
    if isinstance(value, dict):
        return {key: hostile(one, start, key) for key, one in value.items()}
    if isinstance(value, list):
        return [hostile(one, start, name) for one in value]
    is_ours = name in (*_AMOUNTS, "kind", "accounting_class", "record", "deposit_record", "post")
    return value if is_ours or not isinstance(value, str) else f"{start}cmd|' /C calc'!A0"


def postings() -> list[Any]:
    answer = plugin().post(LEDGER, "/v1/inventory/fba/reports?profile=us&dry_run=true")
    return [one for document in answer.get_json()["data"] for one in document["postings"]]


@pytest.mark.parametrize("start", STARTS, ids=ascii)
@pytest.mark.parametrize("of", ["journal", "stock"])
def test_no_text_of_a_table_runs(of: str, start: str) -> None:
    here = plugin()
    made: Callable[[Any], str] = entry_table if of == "journal" else stock_table
    (document,) = here.post(CA).get_json()["data"]
    source = document["journal_entries"] if of == "journal" else postings()
    cells = cells_of(made(hostile(source, start)))
    assert [cell for cell in cells if runs(cell)] == []
    texts = [cell for cell in cells if "cmd|" in cell]
    assert len(texts) > 10
    assert all(cell.startswith("'") for cell in texts)
    # The check sees what it should: without the plugin's quote these cells would run.
    assert all(runs(cell.replace("'", "")) for cell in texts)


def test_units_below_zero_stay_numbers() -> None:
    made = postings()
    made[0]["lines"][0]["quantity"] = -2
    assert "-2" in cells_of(stock_table(made))
    assert inert("Account 1-2") == "Account 1-2"
    assert inert("") == ""


@pytest.mark.parametrize("sign", ["\r", "\n", "\r\n", ";", "\t", "; "], ids=ascii)
def test_no_cell_begins_within_a_cell(sign: str) -> None:
    made = postings()
    made[0]["memo"] = f"Ledger{sign}=1+1"
    table = stock_table(made)
    cells = cells_of(table)  # as many in each row: a CR ends none
    assert "\r" not in table
    assert "Ledger" + sign.replace("\r\n", "\n").replace("\r", "\n") + "'=1+1" in cells


def test_what_an_uploaded_file_says_runs_in_no_export() -> None:
    here = plugin()
    odd = a_row(transaction_type="=1+1", amount_type="@SUM(1)", amount_description="+cmd")
    content = a_file([odd], total="10.00").content()
    (document,) = here.post(content, "/v1/settlements?profile=us").get_json()["data"]
    assert document["status"] == "proven"
    here.post(CA)
    for settlement_id in (document["settlement_id"], CA_ID):
        answer = here.get(f"/v1/settlements/{settlement_id}/journal?format=csv")
        assert answer.mimetype == "text/csv"
        cells = cells_of(answer.get_data(as_text=True))
        assert len(cells) > 30
        assert [cell for cell in cells if runs(cell)] == []
