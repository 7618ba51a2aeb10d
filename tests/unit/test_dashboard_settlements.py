"""The pages of the settlements: sums to the cent, rows behind each line, texts that stay texts."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from plugin import CA, CA_ID, HELD, SETTLEMENTS, Plugin, plugin, with_total
from test_dashboard_pages import READS, Browser, assert_signed_out

from handler.core.money import known_currency
from handler.dashboard.view_settlement import (
    entries_shown,
    lines_by_number,
    of_rows,
    steps,
    waterfall,
    whole_entries,
)
from handler.flows import api_keys, read_settlement
from handler.flows.settlement_page import MOST_LOOKED_AT, in_state

LIST = "/dashboard/settlements"
FILES = sorted(SETTLEMENTS.glob("*.txt"))


@pytest.fixture
def here() -> Plugin:
    return plugin()


@pytest.fixture
def browser(here: Plugin) -> Browser:
    made = Browser(here)
    assert_signed_out(made.get(f"{LIST}/{CA_ID}"))
    made.sign_in(here.key)
    return made


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_way_ends_at_the_deposit_and_rows_add_up_to_lines(here: Plugin, path: Path) -> None:
    profile = "ca" if path.name.startswith("ca") else "eu"
    here.post(path.read_bytes(), f"/v1/settlements?profile={profile}")
    (record,) = here.settlements.settlements("", 1).items
    assert record.status == "proven"
    document = read_settlement.journal(here.app, record.settlement_id)
    money = known_currency(record.currency)
    way = steps(document)
    assert sum(step.amount for step in way) == record.declared_total
    bars = waterfall(way, record.currency)["series"][0]["values"]  # type: ignore[index]
    assert bars[-1] == [0, record.declared_total / 10**money.exponent]
    for entry in entries_shown(whole_entries(document), record.currency):
        assert entry.debit == entry.credit > 0
    for number, line in lines_by_number(document).items():
        if line["row_count"]:
            rows = read_settlement.rows(here.app, record.settlement_id, number, 100_000).items
            assert len(rows) == line["row_count"]
            assert sum(money.minor(str(row["amount"])) for row in rows) == of_rows(line, money)


def test_the_list_leads_to_each_and_filters(here: Plugin, browser: Browser) -> None:
    assert "None." in browser.get(LIST).text
    here.post(CA)
    for query in ("", "?profile=ca", "?state=proven", "?profile=ca&state=proven"):
        assert f'href="{LIST}/{CA_ID}"' in browser.get(LIST + query).text
    for query in ("?profile=us", "?state=held", "?state=nonsense"):
        assert CA_ID not in browser.get(LIST + query).text
    assert browser.get(f"{LIST}?cursor=x").status_code == 422


def test_a_state_is_looked_for_in_a_bounded_number(here: Plugin) -> None:
    here.post(CA)
    (one,) = here.settlements.settlements("", 1).items
    many = MOST_LOOKED_AT + 20
    for at in range(many):
        made = replace(one, settlement_id=f"x{at}", content_hash=f"{at}")
        here.settlements.record(made, [])
    found = in_state(here.app, "", "held", 50)
    assert (found.items, found.looked_at) == ((), MOST_LOOKED_AT)
    rest = in_state(here.app, "", "held", 50, found.cursor)
    assert (rest.looked_at, rest.cursor) == (many + 1 - MOST_LOOKED_AT, "")
    page = Browser(here)
    page.sign_in(here.key)
    assert "older ones were not" in page.get(f"{LIST}?state=held").text


def test_one_shows_its_figures_and_its_rows(here: Plugin, browser: Browser) -> None:
    here.post(CA)
    record = here.settlements.get(CA_ID)
    assert record is not None
    page = browser.get(f"{LIST}/{CA_ID}")
    assert page.status_code == 200
    assert f"<title>Settlement {CA_ID}" in page.text
    assert f"{record.declared_total / 100:,.2f} CAD" in page.text
    assert record.external_ids[0] in page.text
    assert "balanced." in page.text
    assert "not balanced" not in page.text
    links = re.findall(rf'href="({LIST}/{CA_ID}/rows[^"]+)"', page.text)
    assert links
    for link in links:
        rows = browser.get(html.unescape(link))
        assert rows.status_code == 200
        assert "add up to" in rows.text


def test_the_journal_is_handed_out_as_a_file(here: Plugin, browser: Browser) -> None:
    here.post(CA)
    table = browser.get(f"{LIST}/{CA_ID}/journal?format=csv")
    assert table.headers["Content-Disposition"] == f'attachment; filename="{CA_ID}.csv"'
    assert table.text.startswith("External ID,")
    whole = browser.get(f"{LIST}/{CA_ID}/journal?format=json")
    assert whole.get_json() == read_settlement.journal(here.app, CA_ID)
    assert browser.get(f"{LIST}/{CA_ID}/journal?format=exe").status_code == 422


def test_a_corrected_one_shows_the_difference_and_the_whole(here: Plugin, browser: Browser) -> None:
    here.post(CA)
    more = with_total(CA, "1017.08").replace(b"\t60.00\t", b"\t61.00\t", 1)
    assert here.post(more, f"/v1/settlements/{CA_ID}/repost").status_code == 200
    record = here.settlements.get(CA_ID)
    assert record is not None
    assert (record.version, record.status, record.declared_total) == (2, "proven", 101_708)
    document = read_settlement.journal(here.app, CA_ID)
    assert sum(step.amount for step in steps(document)) == 101_708
    page = browser.get(f"{LIST}/{CA_ID}").text
    assert "The whole journal, as corrected" in page
    assert record.external_ids[0] in page
    assert "not balanced" not in page
    assert page.count('<th scope="row">journal</th>') == 2  # a parcel for each version
    assert f'href="{LIST}/{CA_ID}/rows?line=2"' in page


def test_a_held_one_says_why(here: Plugin, browser: Browser) -> None:
    here.post(HELD)
    page = browser.get(f"{LIST}/{CA_ID}").text
    assert "It is held" in page
    assert 'href="/dashboard/exceptions/' in page
    assert "do not plug the difference" in page
    assert "Journal as CSV" not in page
    assert browser.get(f"{LIST}/{CA_ID}/rows?line=1").status_code == 409


@pytest.mark.parametrize("path", ["nope", "nope/rows?line=1", "nope/journal?format=csv"])
def test_an_unknown_one_is_not_found(browser: Browser, path: str) -> None:
    page = browser.get(f"{LIST}/{path}")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "SETTLEMENT_NOT_FOUND" in page.text


def test_texts_of_the_file_stay_texts(here: Plugin, browser: Browser) -> None:
    here.post(CA.replace(b"ZTNYT42-RWQQ", b"<script>alert(1)</script>"))
    page = browser.get(f"{LIST}/{CA_ID}").text
    links = re.findall(rf'href="({LIST}/{CA_ID}/rows[^"]+)"', page)
    pages = [browser.get(html.unescape(link)).text for link in links]
    assert all("<script>alert" not in text for text in (page, *pages))
    assert any("&lt;script&gt;alert(1)" in text for text in pages)


def test_a_held_one_is_settled_again_by_an_accountant(here: Plugin) -> None:
    path = f"{LIST}/{CA_ID}"
    here.post(HELD)
    viewer, accountant = Browser(here), Browser(here)
    viewer.sign_in(api_keys.create(here.app, "viewer", READS))
    assert "Settle it again" not in viewer.get(path).text
    assert viewer.send(path, {"csrf_token": viewer.token(path)}).status_code == 403
    writes = [*READS, "settlements:write", "inventory:write", "exceptions:write", "mappings:write"]
    accountant.sign_in(api_keys.create(here.app, "accountant", writes))
    assert "Settle it again" in accountant.get(path).text
    assert accountant.send(path, {}).status_code == 403  # no token
    before = here.settlements.get(CA_ID)
    assert accountant.send(path, {"csrf_token": accountant.token(path)}).location == path
    assert here.settlements.get(CA_ID) == before  # the same file and mappings give the same
    here.post(CA)
    assert "Settle it again" not in accountant.get(path).text
    proven = here.settlements.get(CA_ID)
    accountant.send(path, {"csrf_token": accountant.token(path)})
    assert here.settlements.get(CA_ID) == proven
