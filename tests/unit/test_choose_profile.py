"""Which profile a file belongs to: the one it can only be, or a refusal."""

from __future__ import annotations

import pytest

from handler.core.errors import RefusedRequest
from handler.settlement.choose_profile import choose
from handler.settlement.profile import ProfileHint


def hint(name: str, marketplaces: list[str], *currencies: str) -> ProfileHint:
    return ProfileHint(name, frozenset(marketplaces), frozenset(currencies))


US = hint("us", ["Amazon.com", "Non-Amazon"], "USD")
CA = hint("ca", ["Amazon.ca", "Non-Amazon CA"], "CAD")
EU = hint("eu", ["Amazon.de", "Amazon.fr"], "EUR", "PLN")
IE = hint("ie", ["Amazon.ie"], "EUR")
ALL = (US, CA, EU, IE)


@pytest.mark.parametrize(
    ("marketplaces", "currency", "name"),
    [
        (["Amazon.ca"], "CAD", "ca"),
        (["AMAZON.CA", " amazon.ca "], "CAD", "ca"),
        (["", "Amazon.ca", "Non-Amazon CA"], "CAD", "ca"),
        (["Amazon.de", "Amazon.fr"], "EUR", "eu"),
        (["Amazon.ca", "Amazon.nowhere"], "CAD", "ca"),  # the unknown one is a finding later
        (["Amazon.com"], "CAD", "us"),  # the name decides; the currency is a finding later
        ([], "CAD", "ca"),
        (["", " "], "PLN", "eu"),
    ],
)
def test_takes_the_profile_that_fits(marketplaces: list[str], currency: str, name: str) -> None:
    assert choose(ALL, marketplaces, currency) == name
    assert choose(reversed(ALL), marketplaces, currency) == name


@pytest.mark.parametrize(
    ("marketplaces", "currency", "candidates", "message"),
    [
        (
            ["Non-Amazon", "Amazon.ca"],
            "CAD",
            ["ca", "us"],
            "The file names Amazon.ca, Non-Amazon, which points to several profiles: ca, us.",
        ),
        (
            [],
            "EUR",
            ["eu", "ie"],
            (
                "The file names no marketplace and settles in EUR, which points to several "
                "profiles: eu, ie."
            ),
        ),
        (
            [],
            "JPY",
            ["ca", "eu", "ie", "us"],
            (
                "The file names no marketplace and settles in JPY; no profile settles in JPY. "
                "There are: ca, eu, ie, us."
            ),
        ),
        (
            ["Amazon.co.jp"],
            "CAD",  # not the currency's profile: the file says where it sold
            ["ca", "eu", "ie", "us"],
            "The file names Amazon.co.jp; no profile sells there. There are: ca, eu, ie, us.",
        ),
    ],
)
def test_never_guesses(
    marketplaces: list[str], currency: str, candidates: list[str], message: str
) -> None:
    with pytest.raises(RefusedRequest) as caught:
        choose(ALL, marketplaces, currency)
    assert caught.value.code == "PROFILE_NEEDED"
    assert caught.value.message == message
    assert caught.value.details["candidates"] == candidates


def test_two_companies_on_one_marketplace_must_be_told_apart_by_the_caller() -> None:
    with pytest.raises(RefusedRequest, match="several profiles: ca, other"):
        choose([CA, hint("other", ["amazon.CA"], "CAD")], ["Amazon.ca"], "CAD")


def test_without_any_profile_it_says_so() -> None:
    with pytest.raises(RefusedRequest, match="There are: none"):
        choose([], ["Amazon.ca"], "CAD")
