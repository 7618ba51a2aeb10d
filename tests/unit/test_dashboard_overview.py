"""The first page: what waits is counted, and no figure is told that was not read whole."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from plugin import CA, CA_ID, HELD, BrokenMappings, Plugin, plugin
from test_dashboard_pages import OVERVIEW, Browser

from handler.dashboard import page_overview
from handler.flows import scorecard
from handler.flows.exception_ports import ExceptionState, RegisteredException
from handler.flows.inventory_ports import DriftRun
from handler.flows.moment import moment
from handler.flows.ports import SettlementRecord
from handler.flows.scorecard import in_brief


@pytest.fixture
def here() -> Plugin:
    return plugin()


@pytest.fixture
def browser(here: Plugin) -> Browser:
    made = Browser(here)
    made.sign_in(here.key)
    return made


def register(here: Plugin, severity: str, count: int, days: int, start: int = 0) -> None:
    at = moment(here.app.now() - timedelta(days=days))
    here.settlements.register(
        [
            RegisteredException(
                "bank:ca", f"{severity}{start + n}", {"code": "X", "severity": severity},
                ExceptionState.OPEN, 1, at, at,
            )
            for n in range(count)
        ]
    )  # fmt: skip


def words(page: str) -> str:
    """What a reader sees, a blank between cells."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def brief(here: Plugin, profiles: list[str], months: int, most: int) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", in_brief(here.app, profiles, months, most))


def section(browser: Browser, name: str) -> str:
    page = browser.get(OVERVIEW).text
    found = re.search(rf'<section aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL)
    assert found
    return found[1]


def test_open_exceptions_are_counted_to_the_bound_and_no_further(
    here: Plugin, browser: Browser
) -> None:
    register(here, "error", 500, 2)
    assert "error 0 500 0 0 500 warning 0 0 0 0 0" in words(section(browser, "open"))
    register(here, "error", 1, 10, start=500)
    register(here, "warning", 3, 0)
    told = section(browser, "open")
    # What is not counted is of the third age: the second stays exact.
    assert "error 0 500 0+ 0+ 500+ warning 3 0 0 0 3" in words(told)
    assert "there are more" in words(told)
    assert 'href="/dashboard/exceptions?severity=error"' in told
    assert told.count('href="/dashboard/exceptions/') == 10


def test_the_scorecard_in_brief_says_what_the_scorecard_says(
    here: Plugin, browser: Browser
) -> None:
    here.post(HELD)
    profiles = sorted({hint.name for hint in here.app.mappings.hints()})
    told = section(browser, "scorecard")
    for told_of in brief(here, profiles, 6, 100):
        whole = cast("Any", scorecard.scorecard(here.app, told_of["profile"], 6))
        for one, full in zip(told_of["answers"], whole["answers"], strict=True):
            assert one["figure"] == full["figure"]
            assert one["status"] == full["status"]
            address = f"/dashboard/scorecard?profile={told_of['profile']}#{one['question']}"
            (cell,) = re.findall(rf'<a href="{re.escape(address)}">(.*?)</a>', told)
            assert words(cell) == " ".join(filter(None, (full["status"], full["figure"])))


def test_a_figure_that_the_rest_could_change_is_left_out(here: Plugin) -> None:
    here.post(CA)
    record = here.settlements.get(CA_ID)
    assert record is not None
    day = here.app.now().date()
    for n in range(4):  # all cleared, on days before
        end = (day - timedelta(days=n + 1)).isoformat()
        cleared = replace(
            record, settlement_id=f"c{n}", content_hash=f"{n}", end=end, state="cleared"
        )
        here.settlements.record(cleared, [])
    (whole,) = brief(here, ["ca"], 6, 100)
    assert whole["answers"][0]["figure"] is not None
    (cut,) = brief(here, ["ca"], 6, 2)
    payouts, _, close, errors = cut["answers"]
    assert (payouts["figure"], close["figure"]) == (None, None)
    assert payouts["status"] in ("unknown", "attention")
    assert errors["figure"] == whole["answers"][3]["figure"]
    held = replace(record, settlement_id="h", content_hash="h", end=day.isoformat(), state="held")
    here.settlements.record(held, [])
    # One of those read is held: that is known, but not that it is more than one in twenty.
    (known,) = brief(here, ["ca"], 6, 2)
    assert (known["answers"][0]["status"], known["answers"][0]["figure"]) == ("attention", None)


def test_a_register_that_was_not_read_whole_changes_what_rests_on_it(here: Plugin) -> None:
    here.post(CA)
    record = here.settlements.get(CA_ID)
    assert record is not None
    ended = here.app.now().date().isoformat()
    here.settlements.record(
        replace(record, settlement_id="c", content_hash="c", end=ended, state="cleared"), []
    )

    def figures(most: int) -> list[bool]:
        (told,) = brief(here, ["ca"], 6, most)
        return [told["answers"][place]["figure"] is not None for place in (0, 3)]

    register(here, "warning", 3, 0)
    here.settlements.resolve("bank:ca", moment(here.app.now()))
    assert figures(3) == [True, True]
    assert figures(2) == [True, False]  # one that was resolved is not read
    register(here, "warning", 4, 0)  # open again, the resolved ones too
    assert figures(4) == [True, False]  # none is resolved
    assert figures(3) == [False, False]  # one of those not read may be about a payout


def test_few_corrected_settlements_are_looked_into(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.post(CA)
    record = here.settlements.get(CA_ID)
    assert record is not None
    for n in range(13):
        first = replace(
            record,
            settlement_id=f"c{n}",
            content_hash=f"{n}",
            end=here.app.now().date().isoformat(),
        )
        here.settlements.record(first, [])
        here.settlements.record(replace(first, version=2), [])
    asked: list[str] = []
    versions = here.settlements.versions

    def counted(settlement_id: str) -> Sequence[SettlementRecord]:
        asked.append(settlement_id)
        return versions(settlement_id)

    monkeypatch.setattr(here.settlements, "versions", counted)
    (told,) = brief(here, ["ca"], 6, 100)
    assert len(asked) == 10
    assert told["answers"][0]["figure"] is None


def test_wrong_mappings_hide_only_what_needs_them(here: Plugin) -> None:
    here.post(HELD)
    here.app = replace(here.app, mappings=BrokenMappings())
    browser = Browser(here)
    browser.sign_in(here.key)
    told = words(section(browser, "scorecard"))
    assert "unknown mappings/profiles: wrong. Mend." in told
    assert CA_ID in section(browser, "waiting")


def test_the_last_comparison_of_stock_is_told(
    here: Plugin, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "us no comparison yet" in words(section(browser, "stock"))
    differences = {("A", "L", "fulfillable"): (5, 2), ("B", "L", "fulfillable"): (1, 2)}
    for at, units in (("2026-01-29T00:00:00+00:00", 77), ("2026-01-30T00:00:00+00:00", 3)):
        run = DriftRun("us", at, 1_234, units, differences, {"timing": 2}, "results/none")
        here.app.inventory.put_drift(run)
    assert "us 2026-01-30 00:00 UTC 1,234 2 3" in words(section(browser, "stock"))
    monkeypatch.setattr(page_overview, "_INVENTORY", "dashboard.nowhere.index")
    assert "<a " not in section(browser, "stock")  # there is no such page
