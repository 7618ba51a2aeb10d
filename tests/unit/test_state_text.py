"""Items of the table as lines, and back, without loss; what is no such line is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.flows.state_text import expires_by, item_of, key_of, line_of

KEYS = {"pk": {"S": "SETTLEMENT#1"}, "sk": {"S": "HEAD"}}
NUMBERS = st.one_of(
    st.integers(-(10**37), 10**37).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=20).map(str),
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
BYTES = st.binary(max_size=20)
VALUES = st.recursive(
    st.one_of(
        TEXTS.map(lambda text: {"S": text}),
        NUMBERS.map(lambda text: {"N": text}),
        BYTES.map(lambda content: {"B": content}),
        st.booleans().map(lambda flag: {"BOOL": flag}),
        st.just({"NULL": True}),
        st.sets(TEXTS, min_size=1, max_size=3).map(lambda found: {"SS": sorted(found)}),
        st.sets(NUMBERS, min_size=1, max_size=3).map(lambda found: {"NS": sorted(found)}),
        st.sets(BYTES, min_size=1, max_size=3).map(lambda found: {"BS": list(found)}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: {"L": found}),
        st.dictionaries(TEXTS, inner, max_size=3).map(lambda found: {"M": found}),
    ),
    max_leaves=6,
)


def plain(value: Any) -> Any:
    """The value with its sets as sets: they have no order."""
    ((kind, content),) = value.items()
    if kind in ("SS", "NS", "BS"):
        return kind, frozenset(content)
    if kind == "L":
        return kind, tuple(map(plain, content))
    if kind == "M":
        return kind, {name: plain(each) for name, each in content.items()}
    return kind, content


@given(st.dictionaries(TEXTS.filter(lambda name: name not in KEYS), VALUES, max_size=4))
def test_an_item_comes_back_as_it_was(values: dict[str, Any]) -> None:
    item = values | KEYS
    line = line_of(item)
    assert line.count(b"\n") == 1
    assert plain({"M": item_of(line)}) == plain({"M": item})
    assert line_of(item_of(line)) == line


def test_the_same_item_is_the_same_line_however_it_came() -> None:
    one = KEYS | {"a": {"SS": ["y", "x"]}, "b": {"BS": [b"2", b"1"]}}
    other = {"b": {"BS": [b"1", b"2"]}, "a": {"SS": ["x", "y"]}, **KEYS}
    assert line_of(one) == line_of(other)


def test_numbers_are_not_rounded() -> None:
    digits = "12345678901234567890123456789012345678"
    assert item_of(line_of(KEYS | {"n": {"N": digits}}))["n"] == {"N": digits}
    assert item_of(line_of(KEYS | {"n": {"N": "0.10"}}))["n"] == {"N": "0.10"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "{",
        json.dumps({"pk": {"S": "a"}}),
        json.dumps({"pk": {"N": "1"}, "sk": {"S": "a"}}),
        json.dumps(KEYS | {"a": 1}),
        json.dumps(KEYS | {"a": {"N": 1}}),
        json.dumps(KEYS | {"a": {"N": "1", "S": "1"}}),
        json.dumps(KEYS | {"a": {"BOOL": "true"}}),
        json.dumps(KEYS | {"a": {"B": "*"}}),
        json.dumps(KEYS | {"a": {"SS": "x"}}),
        json.dumps(KEYS | {"a": {"NS": [1]}}),
        json.dumps(KEYS | {"a": {"L": {}}}),
        json.dumps(KEYS | {"a": {"M": []}}),
        json.dumps(KEYS | {"a": {"X": "1"}}),
    ],
)
def test_no_such_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        item_of(text.encode())


def test_a_type_dynamodb_does_not_have_is_not_written() -> None:
    with pytest.raises(ValueError, match="'X'"):
        line_of(KEYS | {"a": {"X": "1"}})


def test_whose_time_is_over() -> None:
    assert key_of(KEYS) == ("SETTLEMENT#1", "HEAD")
    assert not expires_by(KEYS, 10)
    assert [expires_by(KEYS | {"expires_at": {"N": str(n)}}, 10) for n in (9, 10, 11)] == [
        True,
        True,
        False,
    ]
    # Not a moment DynamoDB deletes by.
    assert not expires_by(KEYS | {"expires_at": {"S": "1"}}, 10)
