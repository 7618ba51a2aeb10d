"""What a bank's text is taken for."""

from __future__ import annotations

import pytest

from handler.reconciliation.descriptor import points, read


@pytest.mark.parametrize(
    "text",
    [
        "AMAZON.C6ZSV7MD DES:MARKETPLAC ID:2Z9K11",
        "AMZN MKTP PMTS",
        "Amazon Payments Europe S.C.A.",
        "amazon.com  svcs   payments",
        "MKTPLACE PMTS 0123",
    ],
)
def test_payouts_name_amazon(text: str) -> None:
    found = read(text)
    assert found.amazon
    assert not found.other


@pytest.mark.parametrize(
    "text",
    [
        "AMZN MKTP US*RT4QK9",
        "AMAZON WEB SERVICES",
        "Amazon Prime",
        "AMAZON REFUND",
        "RENT TENANT 4",
        "AMAZONAS REISEN GIFT CARD",
    ],
)
def test_strangers_and_purchases_do_not(text: str) -> None:
    assert read(text).other


@pytest.mark.parametrize("text", ["", "ACH CREDIT", "wire transfer ref 4711", "SEPA 0815"])
def test_some_say_nothing(text: str) -> None:
    assert read(text).silent


@pytest.mark.parametrize("text", ["RETURNED ITEM", "Reversal", "RÜCKLAUF", "retour sepa"])
def test_returns(text: str) -> None:
    assert read(text).returned
    assert not read("TRANSFER TO SAVINGS").returned


def test_points() -> None:
    ids, known = ("11700000001",), ("11700000001", "11700000002")
    assert points(read("AMAZON.DE"), ids, {"Amazon.de"}, known)[0] == 11
    assert points(read("AMAZON.DE"), ids, {"Amazon.fr"}, known)[0] == 8
    assert points(read("PAY 11700000001"), ids, {""}, known)[0] == 25
    assert points(read("AMAZON 11700000002"), ids, {""}, known)[0] == -25
    assert points(read("AMAZON 99999999999"), ids, {""}, known)[0] == 8
