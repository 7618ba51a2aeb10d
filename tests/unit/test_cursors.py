"""Cursors: what a list gave leads back into it; everything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.core.errors import RefusedRequest
from handler.flows import cursors

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@given(NAMES, st.lists(NAMES, min_size=1, max_size=4))
def test_a_position_comes_back(listing: str, position: list[str]) -> None:
    cursor = cursors.encode(listing, *position)
    assert cursors.decode(cursor, listing, len(position)) == tuple(position)
    assert cursor.replace("-", "").replace("_", "").isalnum()  # no address has to escape it


@given(st.integers(0, 10**12 - 1))
def test_a_number_comes_back(number: int) -> None:
    assert cursors.offset(cursors.encode("rows:1", str(number)), "rows:1") == number


def test_no_cursor_is_the_beginning() -> None:
    assert cursors.offset("", "rows:1") == 0


@given(NAMES)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(RefusedRequest) as refused:
        cursors.offset(text, "rows:1")
    assert refused.value.code == "BAD_CURSOR"


@pytest.mark.parametrize(
    "cursor",
    [
        cursors.encode("rows:2", "1"),
        cursors.encode("rows:1", "1", "2"),
        cursors.encode("rows:1"),
        *(cursors.encode("rows:1", text) for text in ("-1", "+1", "1_0", "٣", "", "9" * 13)),
    ],
)
def test_another_lists_or_no_number_is_refused(cursor: str) -> None:
    with pytest.raises(RefusedRequest):
        cursors.offset(cursor, "rows:1")
