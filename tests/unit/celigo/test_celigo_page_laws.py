"""Laws: however an export is cut into pages, nothing but whole settlements is recorded."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from celigo_calls import call, page, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st
from plugin import SETTLEMENTS, plugin

from handler.core.errors import RefusedRequest
from handler.entrypoints.celigo.functions.flat_rows import cell_text, flat_file

FILES = [
    rows_of((SETTLEMENTS / name).read_bytes())
    for name in (
        "ca_v1_2025-07_negative.txt",
        "fr_v2_2024-11_zero_total.txt",
        "ca_v1_2025-08a_negative_again.txt",
    )
]
COUNTS = {rows[0]["settlement-id"]: len(rows) for rows in FILES}


@given(st.permutations(FILES), st.integers(1, 70), st.booleans())
@settings(max_examples=40)
def test_what_is_recorded_was_whole(files: list[Any], size: int, numbers: bool) -> None:
    here = plugin()
    rows = [as_numbers(row) if numbers else row for rows in files for row in rows]
    for index, start in enumerate(range(0, len(rows), size)):
        asked = page(rows[start : start + size], pageIndex=index, settings={"page_size": size})
        answer = call(here, "settlePage", asked)
        assert answer["abort"] is False
    for name, count in COUNTS.items():
        record = here.app.settlements.get(name)
        if record is not None:
            (document,) = here.get(f"/v1/settlements/{name}/journal").get_json()["data"]
            # The row of facts is no movement.
            assert document["rows"] in (count, count - 1)
            assert document["rows"] == whole_rows(name)
    if size > len(rows):
        assert here.settlements.recorded == len(FILES)


@cache
def whole_rows(name: str) -> int:
    here = plugin()
    (rows,) = [rows for rows in FILES if rows[0]["settlement-id"] == name]
    call(here, "settlePage", page([rows]))
    (document,) = here.get(f"/v1/settlements/{name}/journal").get_json()["data"]
    found = document["rows"]
    assert isinstance(found, int)
    return found


def as_numbers(row: dict[str, str]) -> dict[str, Any]:
    """Amounts as numbers, as a parser that converts hands them over."""
    return {
        name: Decimal(value) if "amount" in name and plain(value) else value
        for name, value in row.items()
    }


def plain(value: str) -> bool:
    return value.lstrip("-").replace(".", "", 1).isdigit()


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15))
def test_a_number_is_written_as_it_is_or_refused(value: Decimal) -> None:
    digits = "".join(str(digit) for digit in value.as_tuple().digits).strip("0")
    text = None
    with suppress(RefusedRequest):
        text = cell_text(1, "amount", value)
    if text is None:
        assert len(digits) > 15
    else:
        assert Decimal(text) == value
        assert "e" not in text.lower()


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a", "b", "c-d"]),
            st.none()
            | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd")),
        ),
        min_size=1,
    )
)
def test_every_cell_stands_in_its_row_and_column(rows: list[dict[str, Any]]) -> None:
    header, *lines = flat_file(rows).decode().removesuffix("\n").split("\n")
    names = header.split("\t") if any(rows) else []
    assert len(lines) == len(rows)
    for row, line in zip(rows, lines, strict=True):
        if names:
            assert dict(zip(names, line.split("\t"), strict=True)) == {
                name: row.get(name) or "" for name in names
            }


@pytest.mark.parametrize("value", [Decimal("0.30000000000000004"), 10**16 + 1])
def test_what_a_float_left_is_refused(value: object) -> None:
    with pytest.raises(RefusedRequest, match="more than 15 digits"):
        cell_text(3, "amount", value)
