"""The stock's pages: two pools beside each other, each figure as it was told, none invented."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from plugin import Plugin, data_of, plugin, unreachable
from stock_http import (
    ACKNOWLEDGE,
    CONSOLE,
    DECIDE,
    DRIFT,
    LISTINGS,
    MUG,
    MYI_ONE_CHANNEL,
    SUMMARY,
    US,
    Row,
    answer,
    count,
    ledger,
    listing,
    order,
    report,
    send,
)
from test_dashboard_pages import READS, Browser, assert_signed_out

from handler.flows import amazon_told, api_keys

PAGE = "/dashboard/inventory"
DRIFTS = f"{PAGE}/drift?profile=us"
ENDS = SUMMARY.replace(b"2024-12-01", b"2026-01-05")
HOSTILE = "<script>alert(1)</script>\"'&"
SLASH = "A/B c?&#%2F"


@pytest.fixture
def here() -> Plugin:
    return plugin()


@pytest.fixture
def inside(here: Plugin) -> Browser:
    browser = Browser(here)
    assert browser.sign_in(here.key).status_code == 303
    return browser


def address(sku: str, marketplace: str = US, profile: str = "us") -> str:
    asked = {"profile": profile, "marketplace": marketplace, "sku": sku}
    return f"{PAGE}/listing?{urlencode(asked)}"


def page(browser: Browser, path: str) -> str:
    found = browser.get(path)
    assert found.status_code == 200, found.text
    return found.text


def cells(row: str) -> list[str]:
    """The words of each cell of a row."""
    found = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]


def row_of(text: str, name: str) -> list[str]:
    """The cells of the one row whose first cell begins with a name."""
    rows = [cells(row) for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL)]
    (found,) = [row for row in rows if row and row[0].split(" ")[0] == name]
    return found


def facts(text: str) -> dict[str, str]:
    """The list of a listing's state."""
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text, re.DOTALL)
    return {name: re.sub(r"<[^>]+>", "", value) for name, value in found}


def compared(here: Plugin, on_hand: int, as_of: str = "2026-01-31T12:00:00Z") -> Any:
    row = {"item": "CONSOLE-2025", "location": "Amazon FBA US", "on_hand": on_hand}
    path = f"{DRIFT}&record=true"
    return data_of(here.call("POST", path, json={"as_of": as_of, "data": [row]}))[0]


def test_without_a_report_nothing_is_shown_as_zero(inside: Browser) -> None:
    text = page(inside, PAGE)
    assert "No report of Amazon&#39;s stock yet." in text
    assert "No summary of Amazon&#39;s ledger yet." in text
    assert "were not compared yet" in text
    assert "no drift found" not in text
    assert row_of(text, MUG)[1:] == ["undecided", *["unknown"] * 3, "not yet"]
    assert row_of(text, CONSOLE)[1:] == ["", *["unknown"] * 5]
    one = page(inside, address(CONSOLE))
    assert {value for name, value in facts(one).items()} == {"unknown"}
    for told in ("No report of Amazon&#39;s stock yet.", "were not compared yet",
                 "No report of the ledger's events yet."):  # fmt: skip
        assert told in one
    own = facts(page(inside, address(MUG)))
    assert (own["Available in NetSuite"], own["Published"]) == ("unknown", "unknown")
    assert (own["Seen at Amazon"], own["Refusals in a row"]) == ("never", "never sent")
    assert "were not compared yet" in page(inside, DRIFTS)


def test_own_stock_shows_what_is_held_back(here: Plugin, inside: Browser) -> None:
    send(here, DECIDE, [count(200)], orders=[order("1", 4)])
    assert row_of(page(inside, PAGE), MUG)[1:] == ["differs sent", "200", "127", "73", "not yet"]
    send(here, ACKNOWLEDGE, [answer("accepted", decision=1, quantity=73)])
    text = page(inside, PAGE)
    assert row_of(text, MUG)[1:] == ["differs acknowledged", "200", "127", "73", "73"]


def test_published_as_available_has_no_badge(here: Plugin, inside: Browser) -> None:
    send(here, LISTINGS, [listing("SKU-LAMP", item="LAMP")])
    send(here, DECIDE, [count(1_200, sku="SKU-LAMP")])
    assert row_of(page(inside, PAGE), "SKU-LAMP")[1:] == ["sent", "1,200", "0", "1,200", "not yet"]


def test_the_trace_is_shown_rule_by_rule(here: Plugin, inside: Browser) -> None:
    send(here, DECIDE, [count(200)], orders=[order("1", 4)])
    text = page(inside, address(MUG))
    rows = [cells(row) for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL)]
    figures = {row[0]: row[1] for row in rows}
    assert figures["Available of MUG-220 in NetSuite"] == "200"
    assert figures["Sold of MUG-220, not yet out of NetSuite's count"] == "4"
    assert (figures["Base"], figures["Share in percent"], figures["Safety"]) == ("98", "80", "5")
    assert (figures["Cap"], figures["Published"]) == ("500", "73")
    assert "902-1" in text
    assert "split weighted" in text


def test_what_amazon_refuses_is_seen_and_its_exception_led_to(
    here: Plugin, inside: Browser
) -> None:
    send(here, DECIDE, [count(200)])
    for number in range(1, 6):
        send(here, ACKNOWLEDGE, [answer("rejected", decision=number)])
        send(here, DECIDE, [count(200)])
    assert row_of(page(inside, PAGE), MUG)[1].startswith("differs parked")
    text = page(inside, address(MUG))
    assert facts(text)["Refusals in a row"] == "5"
    assert "LISTING_REJECTED" in text
    (link,) = re.findall(r'href="(/dashboard/exceptions/[^"]+)"', text)
    assert "LISTING_REJECTED" in page(inside, html.unescape(link))


def test_the_pools_are_never_added_up(here: Plugin, inside: Browser) -> None:
    report(here, ENDS)
    report(here, MYI_ONE_CHANNEL, f"&marketplace={US}")
    send(here, DECIDE, [count(200, sku="SKU-COFFEE-401-OWN")])
    text = page(inside, PAGE)
    own, theirs = text.split('<h2 id="fba">')
    coffee = row_of(theirs, "SKU-COFFEE-401")
    assert (coffee[2], coffee[-1]) == ("535", "535")
    assert row_of(own, "SKU-COFFEE-401-OWN")[2] == "200"
    assert "735" not in text
    assert "SKU-COFFEE-401-OWN" not in theirs
    assert "2026-01-05" in theirs


def test_a_listing_at_amazon_shows_drift_exceptions_and_its_ledger(
    here: Plugin, inside: Browser
) -> None:
    report(here, ENDS)
    report(
        here, ledger(Row(5, 25, "Receipts", "", "FBA1"), Row(6, -1, sku="SKU-OTHER", fnsku="X9"))
    )
    compared(here, 150, "2026-01-31T10:00:00Z")
    compared(here, 156, "2026-01-31T11:00:00Z")
    compared(here, 131)
    text = page(inside, address(CONSOLE))
    (figure,) = [
        json.loads(html.unescape(one)) for one in re.findall(r'data-chart="([^"]+)"', text)
    ]
    (series,) = [one for one in figure["series"] if one["name"] == "Amazon FBA US, on hand"]
    assert series["values"] == [6, 0, 25]
    rows = [cells(row) for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL)]
    assert ["2026-01-31 12:00 UTC", "156", "131", "25"] in rows
    assert ["2026-01-31 11:00 UTC", "", "", "none"] in rows
    assert ["2026-01-05", "Receipts", "PHX7, US", "sellable", "FBA1", "25"] in rows
    assert "2026-01-06" not in text  # of another label
    assert "STOCK_DRIFT" in text
    assert "drift" in row_of(page(inside, PAGE), CONSOLE)[1]


def test_drift_over_time_is_a_chart_and_a_table_with_causes(here: Plugin, inside: Browser) -> None:
    report(here, ENDS)
    told = compared(here, 150, "2026-01-31T10:00:00Z")
    later = compared(here, 140)
    text = page(inside, DRIFTS)
    (figure,) = [
        json.loads(html.unescape(one)) for one in re.findall(r'data-chart="([^"]+)"', text)
    ]
    assert figure["labels"] == ["2026-01-31 10:00", "2026-01-31 12:00"]
    assert figure["series"][0]["values"] == [told["counts"]["units"], later["counts"]["units"]]
    rows = [cells(row) for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL)]
    (latest,) = [row for row in rows if row[0] == "2026-01-31 12:00 UTC"]
    assert latest[3] == f"{later['counts']['units']:,}"
    assert "unexplained" in latest[4]
    (pair,) = [row for row in rows if row[:3] == ["CONSOLE-2025", "FBA", "Amazon FBA US, on hand"]]
    assert pair[3:7] == ["156", "140", "16", "drift"]
    assert any("not named" in row for row in rows) == any(one["missing"] for one in later["pairs"])
    for run in here.app.inventory.drift_runs("us", 1).items:
        del here.files._files[run.result_key]
    assert "The file of this comparison is gone" in page(inside, DRIFTS)


@pytest.mark.parametrize("sku", [HOSTILE, SLASH])
def test_a_sku_may_hold_any_sign(here: Plugin, inside: Browser, sku: str) -> None:
    send(here, LISTINGS, [listing(sku, item="ODD")])
    text = page(inside, PAGE)
    assert "<script>alert" not in text
    (link,) = [
        html.unescape(href)
        for href, name in re.findall(r'<a href="([^"]+)">([^<]*)</a>', text)
        if html.unescape(name) == sku
    ]
    one = page(inside, link)
    (heading,) = re.findall(r'<h1 class="sku">(.*?)</h1>', one)
    assert html.unescape(heading) == sku
    assert "<script>alert" not in one
    found = page(inside, f"{PAGE}?{urlencode({'profile': 'us', 'sku': sku[:5].lower()})}")
    assert "1 listing." in found


def test_pages_lead_on_and_keep_what_was_asked(here: Plugin, inside: Browser) -> None:
    send(here, LISTINGS, [listing(f"LAMP-{n:03}", item="LAMP") for n in range(60)])
    seen: list[str] = []
    path = f"{PAGE}?profile=us&sku=lamp-"
    for _ in range(2):
        text = page(inside, path)
        assert "60 listings." in text
        seen += re.findall(r">(LAMP-\d+)</a>", text)
        links = re.findall(r'rel="next" href="([^"]+)"', text)
        path = html.unescape(links[0]) if links else ""
    assert seen == [f"LAMP-{n:03}" for n in range(60)]
    assert path == ""
    assert "None on this page." in page(inside, f"{PAGE}?profile=us&sku=nothing-like-it")


def test_a_report_too_long_for_a_page_is_named(
    here: Plugin, inside: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(here, ENDS)
    monkeypatch.setattr(amazon_told, "MOST_ROWS", 1)
    text = page(inside, PAGE)
    assert "too many to read for a page" in text
    assert row_of(text, CONSOLE)[-1] == "unknown"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{PAGE}?profile=nobody", 422, "UNKNOWN_PROFILE"),
        (f"{PAGE}/drift?profile=nobody", 422, "UNKNOWN_PROFILE"),
        (f"{PAGE}/drift", 422, "UNKNOWN_PROFILE"),
        (address(MUG, profile="nobody"), 422, "UNKNOWN_PROFILE"),
        (address(HOSTILE), 404, "NOT_FOUND"),
        (address(MUG, marketplace="A1F83G8C2ARO7P"), 404, "NOT_FOUND"),
        (f"{PAGE}/listing", 422, "UNKNOWN_PROFILE"),
        (f"{PAGE}?profile=us&cursor=odd", 422, "BAD_CURSOR"),
        (f"{DRIFTS}&cursor=odd", 422, "BAD_CURSOR"),
    ],
)
def test_what_is_not_there_is_refused(inside: Browser, path: str, status: int, code: str) -> None:
    refused = inside.get(path)
    assert (refused.status_code, code in refused.text) == (status, True)
    assert "<script>alert" not in refused.text


def test_whoever_may_read_may_look_and_nobody_else(here: Plugin) -> None:
    paths = (PAGE, address(MUG), DRIFTS)
    browser = Browser(here)
    for path in paths:
        assert_signed_out(browser.get(path))
    browser.sign_in(api_keys.create(here.app, "jane", READS))
    for path in paths:
        text = page(browser, path)
        assert text.count("<h1") == 1
        assert '<a href="/dashboard/inventory" aria-current="page">Inventory</a>' in text


def test_a_store_that_does_not_answer_is_told(
    here: Plugin, inside: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise unreachable()

    monkeypatch.setattr(here.app.inventory, "snapshots", failing)
    refused = inside.get(PAGE)
    assert (refused.status_code, "STORE_UNREACHABLE" in refused.text) == (503, True)
