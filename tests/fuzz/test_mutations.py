"""Files of real shape, broken as files break: a diagnosis, or books that still balance."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from builders import DATA
from fuzz_readers import settlement, stock
from mutations import mutants

MOST = 10  # of each kind of mutation, for each file

SETTLEMENTS = {
    "settlements/ca_v1_2025-08a_negative_again.txt": "\t",
    "settlements/fr_v2_2024-11_zero_total.txt": "\t",
    "settlements_other/us_settlement.xml": "",
    "settlements_other/us_finances_2024.json": "",
    "settlements_other/us_finances_v0.json": "",
    "date_range/us_date_range_2026_synthetic.csv": ",",
    "../golden/formats/date_range_DE.csv": ",",
}
STOCK = {
    f"inventory/{path.name}": "\t"
    for path in sorted((DATA / "inventory").iterdir())
    if path.suffix in (".tsv", ".txt") and not path.name.startswith(("ledger_", "report_"))
}


@pytest.mark.parametrize(
    ("name", "delimiter", "run"),
    [
        *((name, sign, settlement) for name, sign in SETTLEMENTS.items()),
        *((name, sign, stock) for name, sign in STOCK.items()),
    ],
    ids=[*SETTLEMENTS, *STOCK],
)
def test_a_broken_file_is_refused_held_or_still_balances(
    name: str, delimiter: str, run: Callable[[bytes], None]
) -> None:
    broken = 0
    for what, content in mutants((DATA / name).read_bytes(), delimiter, MOST):
        try:
            run(content)
        except Exception as error:
            raise AssertionError(f"{name}, {what}: {error!r}") from error
        broken += 1
    assert broken > 5 * MOST
