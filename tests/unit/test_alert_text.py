"""What leaves in an alert names no buyer, and nobody writes a line of it but the plugin."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plugin import HELD, Plugin, plugin

from handler.flows.alert_text import of_exception, plain


@pytest.fixture
def here() -> Plugin:
    made = plugin()
    made.post(HELD)
    return made


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("order 111-2222222-3333333 of 12.50 USD", "order ***3333 of *** USD"),
        ("order_111-2222222-3333333 paid 1,234.00", "order_***3333 paid ***"),
        ("s01-1234567-1234567_1", "***4567_1"),
        ("Order 503-1234567-1234567 of 4510 JPY", "Order ***4567 of *** JPY"),
        ("jane.doe+x@mail.example.com wrote", "*** wrote"),
        ("the sum of 12.50 USD is wrong", "the sum of 12.50 USD is wrong"),
        ("first\nSee: https://elsewhere.example\r\n\tlast", None),
    ],
)
def test_a_text_is_hidden_where_it_says_too_much(text: str, left: str | None) -> None:
    found = plain(text)
    assert "\n" not in found
    assert "\r" not in found
    if left is not None:
        assert found == left


def test_a_very_long_text_is_cut_before_it_is_read() -> None:
    assert len(plain("a." * 30_000)) < 1_600
    assert len(plain("1," * 30_000 + " 111-2222222-3333333")) < 1_600


def test_an_order_in_one_part_hides_the_amounts_of_all(here: Plugin) -> None:
    one = next(one for one in here.open_exceptions() if one.severity == "error")
    finding = {**one.finding, "subject": "order 111-2222222-3333333", "what": "It paid 12.50 USD."}
    told = of_exception(here.app, replace(one, finding=finding))
    assert told["what"] == "It paid *** USD."
    assert "12.50" not in str(told)


def test_what_others_answered_is_not_sent_on(here: Plugin) -> None:
    one = next(one for one in here.open_exceptions() if one.severity == "error")
    said = "INVALID_KEY: customer Jane Doe, 12 Main Street"
    finding = {**one.finding, "code": "DELIVERY_PARKED", "what": said}
    told = of_exception(here.app, replace(one, finding=finding))
    assert "Jane" not in str(told)
    assert "page" in told["what"]
