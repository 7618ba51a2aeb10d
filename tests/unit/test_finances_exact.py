"""listTransactions answers: numbers stay exact, and what is no whole input is refused."""

from __future__ import annotations

from typing import Any

import json_texts
import pytest
from finances_texts import (
    SAMPLE,
    money,
    page,
    read,
    refused,
    transaction,
    transfer,
)
from hypothesis import given
from hypothesis import strategies as st
from settlement_twin import (
    PACIFIC,
    faults,
    grouped,
    refusal,
    traced,
    twin,
)

from handler.core.errors import UnusableFile
from handler.core.source import from_bytes
from handler.settlement.readers import finances_transactions, finances_v0


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    report = read(page(transaction("0.1"), transaction("0.2"), transfer("0.3")))
    assert (report.computed_total, report.header.declared_total) == (30, 30)
    assert report.findings == ()


@pytest.mark.parametrize(
    "text", ["1e400", "1e2", "0.30000000000000004", "10.001", "9" * 5000, "1E-2"]
)
def test_a_number_that_is_no_amount_is_a_bad_row(text: str) -> None:
    report = read(page(transaction("1.00"), transaction(text), transfer("1.00")))
    ((record, path, shown, _),) = faults(report)
    assert (record, path) == (2, "totalAmount/currencyAmount")
    assert shown.startswith(f"'{text[:80]}")
    assert report.computed_total == 100


@pytest.mark.parametrize("value", [None, True, [], {}, "", "ten", "1,00"])
def test_what_is_no_number_is_a_bad_row(value: object) -> None:
    amount = {"currencyCode": "USD", "currencyAmount": value}
    report = read(page(transaction("1.00"), transaction(totalAmount=amount), transfer("1.00")))
    assert [fault[:2] for fault in faults(report)] == [(2, "totalAmount/currencyAmount")]


def test_zeros_behind_a_number_say_nothing_and_decimals_beyond_the_currency_are_refused() -> None:
    def yen(text: str) -> dict[str, Any]:
        return transaction(totalAmount=money(text, "JPY"))

    assert read(page(yen("1000.0"), yen("10"))).computed_total == 1010
    assert len(faults(read(page(yen("1000.0"), yen("10.5"))))) == 1


def test_another_currency_is_a_bad_row() -> None:
    report = read(page(transaction(), transaction(totalAmount=money("1.00", "EUR")), transfer()))
    assert faults(report) == [(2, "totalAmount/currencyCode", "'EUR'", "USD")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b" \n", "The file is empty"),
        (SAMPLE[:9000], f"Line {SAMPLE[:9000].count(10) + 1}"),
        (SAMPLE.replace(b"15.35", b"NaN"), "NaN, which is no JSON number"),
        (SAMPLE.replace(b"15.35", b"-Infinity"), "-Infinity, which is no JSON number"),
        (b'{"transactions": [], "transactions": []}', "the key 'transactions' twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"transactions": "\xff"}', "Line 1 is not UTF-8"),
        (b"[1]", "expected a page"),
        (b'"text"', "expected a page"),
        (b'{"hello": 1}', "has no list 'transactions'"),
        (b'{"payload": 1}', "A payload is"),
        (b'{"transactions": [1]}', "Record 1"),
        (b'{"transactions": []}', "No released transaction"),
        (b'{"errors": [{"code": "InvalidInput", "message": "Bad"}]}', "an error: 'Bad'"),
        (b'{"settlement": {"totel": "1"}}', "the key 'totel'"),
        (b'{"settlement": {"total": true}}', "settlement.total: found 'True'"),
        (b'{"settlement": {"currency": "XXQ"}}', "settlement.currency: found 'XXQ'"),
        (b'{"settlement": {"end": "soon"}}', "settlement.end: found 'soon'"),
        (b'{"settlement": {"id": "../1"}}', "settlement.id: found '../1'"),
        (b'{"settlement": {}} {"settlement": {}}', "stands twice"),
    ],
)
def test_what_is_no_whole_input_is_refused(content: bytes, words: str) -> None:
    assert words in refusal(finances_transactions, content)


def test_an_input_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handler.settlement.readers.exact_json.MOST_BYTES", 1 << 10)
    assert "larger than" in refusal(finances_transactions, SAMPLE)


def test_a_stated_total_that_is_no_amount_is_refused() -> None:
    assert "OriginalTotal): found '1e2'" in refused(
        {"settlement": {"total": "1e2"}}, page(transaction())
    )


def test_it_is_told_by_content() -> None:
    assert finances_transactions.looks_like(SAMPLE[:2000])
    assert not finances_v0.looks_like(SAMPLE[:2000])
    assert not finances_transactions.looks_like(twin().content())
    assert not finances_transactions.looks_like(b"<a/>")


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=20))
def test_any_amounts_add_up_exactly(cents: list[int]) -> None:
    def text(value: int) -> str:
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}"

    report = read(page(*(transaction(text(value)) for value in cents), transfer(text(sum(cents)))))
    assert report.computed_total == report.header.declared_total == sum(cents)
    assert report.findings == ()


_WHOLE = json_texts.loaded(SAMPLE)


@given(st.sampled_from(json_texts.spots(_WHOLE)), st.sampled_from(json_texts.SCRAP))
def test_no_damage_does_anything_but_refuse_or_hold(spot: json_texts.Path, scrap: object) -> None:
    """Whatever is done to an input, it is read or refused; nothing else is ever raised."""
    content = json_texts.text(json_texts.damaged(_WHOLE, spot, scrap))
    try:
        report = finances_transactions.read(from_bytes(content), PACIFIC)
    except UnusableFile:
        return
    assert traced(finances_transactions, content) == grouped(report)
