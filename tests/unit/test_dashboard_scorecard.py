"""The scorecard's page shows what the scorecard says, and nothing greener."""

from __future__ import annotations

import html

from plugin import CA, HELD, plugin
from test_dashboard_pages import Browser

from handler.dashboard.page_scorecard import QUESTIONS
from handler.flows.scorecard import scorecard

PAGE = "/dashboard/scorecard"


def test_it_shows_each_answer_with_its_status_and_reason() -> None:
    here = plugin()
    here.post(CA)
    browser = Browser(here)
    browser.sign_in(here.key)
    told = scorecard(here.app, "ca", 6)["answers"]
    page = html.unescape(browser.get(f"{PAGE}?profile=ca").text)
    assert [one["question"] for one in told] == list(QUESTIONS)
    for one in told:
        assert QUESTIONS[one["question"]] in page
        assert one["why"] in page
        assert all(lack in page for lack in one["missing"])
        assert f'badge-{one["status"]}">{one["status"]}' in page
    assert page.count("badge-good") == sum(one["status"] == "good" for one in told)


def test_without_data_nothing_is_green() -> None:
    here = plugin()
    browser = Browser(here)
    browser.sign_in(here.key)
    page = browser.get(f"{PAGE}?profile=ca").text
    assert "badge-good" not in page
    assert page.count("badge-unknown") == len(QUESTIONS)


def test_it_asks_for_a_profile_first_and_refuses_an_unknown_one() -> None:
    here = plugin()
    here.post(HELD)
    browser = Browser(here)
    browser.sign_in(here.key)
    assert ">ca</option>" in browser.get(PAGE).text
    assert browser.get(f"{PAGE}?profile=nobody").status_code == 422
