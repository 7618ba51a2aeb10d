"""JSON is written as the standard library writes it, but that a Decimal stays what it is."""

from __future__ import annotations

import json
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.payloads import json_text


class State(StrEnum):
    HELD = 'é"'


class Level(IntEnum):
    TWO = 2


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from([State.HELD, Level.TWO, "\ud800", "\x00\u2028\\/"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(VALUES)
def test_what_has_no_decimals_is_written_as_by_the_standard_library(value: Any) -> None:
    written = json_text.dumps(value)
    assert json.loads(written) == json.loads(json.dumps(value))
    assert written == spelled(value)


def spelled(value: Any) -> str:
    """Part by part: names in ASCII, texts as they are, no blanks."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(n)}:{spelled(v)}" for n, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(spelled, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def test_decimals_are_written_digit_for_digit() -> None:
    amounts = (Decimal("1.10"), Decimal("-0.00"), Decimal("1E+3"))
    assert json_text.dumps(amounts) == "[1.10,-0.00,1000]"
    assert json_text.dumps(MappingProxyType({1: Decimal("2"), "é": ()})) == '{"1":2,"\\u00e9":[]}'


@pytest.mark.parametrize("value", [1.5, {"a": [float("nan")]}])
def test_a_float_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="float"):
        json_text.dumps(value)
