"""The pages of the settlements: sums to the cent, rows behind each line, texts that stay texts."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from plugin import CA, CA_ID, HELD, SETTLEMENTS, Plugin, data_of, plugin, with_total
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
from handler.dashboard.view_settlement_proof import timeline, unknown_moves
from handler.flows import api_keys, read_settlement
from handler.flows.acknowledge import acknowledge, delivered
from handler.flows.exception_actions import act as do
from handler.flows.exception_ports import ExceptionState, HistoryEntry, RegisteredException
from handler.flows.exception_record import exception_id
from handler.flows.parcel import ParcelKind
from handler.flows.parcels_made import settlement_group
from handler.flows.settlement_page import MOST_LOOKED_AT, exceptions_met, in_state

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
    here.post(path.read_bytes(), f"/v1/settlements?profile={profile_of(path)}")
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
    assert '<p class="print-only">Printed <time datetime="2026-01-31T12:' in page.text
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


@pytest.mark.parametrize("dialect", ["netsuite", "celigo"])
def test_the_journal_is_handed_out_as_records(here: Plugin, browser: Browser, dialect: str) -> None:
    here.post(CA)
    page = html.unescape(browser.get(f"{LIST}/{CA_ID}").text)
    address = f"{LIST}/{CA_ID}/journal?format={dialect}"
    assert f'href="{address}"' in page
    answer = browser.get(address)
    name = f'attachment; filename="{CA_ID}.{dialect}.json"'
    assert answer.headers["Content-Disposition"] == name
    assert answer.get_json() == data_of(
        here.get(f"/v1/settlements/{CA_ID}/journal?format={dialect}")
    )


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


def test_an_earlier_version_is_shown_as_it_was(here: Plugin, browser: Browser) -> None:
    here.post(CA)
    first = read_settlement.journal(here.app, CA_ID)
    more = with_total(CA, "1017.08").replace(b"\t60.00\t", b"\t61.00\t", 1)
    here.post(more, f"/v1/settlements/{CA_ID}/repost")
    assert f'href="{LIST}/{CA_ID}?version=1"' in browser.get(f"{LIST}/{CA_ID}").text
    page = html.unescape(browser.get(f"{LIST}/{CA_ID}?version=1").text)
    assert f"<title>Settlement {CA_ID}" in page
    assert "This is an earlier version" in page
    assert "1,016.08 CAD" in page
    assert "1,017.08 CAD" not in page.partition("<h2>Versions</h2>")[0]
    assert "/rows?line=" not in page  # rows are those of the latest version
    assert "The whole journal, as corrected" not in page
    (link,) = re.findall(r'href="([^"]+format=json[^"]*)"', page)
    answer = browser.get(link)
    assert answer.get_json() == first
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{CA_ID}-v1.json"'
    latest = browser.get(f"{LIST}/{CA_ID}?version=2").text
    assert "This is an earlier version" not in latest
    assert browser.get(f"{LIST}/{CA_ID}?version=3").status_code == 404


def test_what_came_stands_in_the_order_of_time(here: Plugin, browser: Browser) -> None:
    here.post(HELD)
    (one,) = here.settlements.exceptions_of(f"settlement:{CA_ID}")
    do(here.app, exception_id(one), "note", {"note": "asked Amazon"}, "key:ann")
    here.post(CA)
    versions = here.settlements.versions(CA_ID)
    met = exceptions_met(here.app, versions, here.settlements.exceptions_of(one.scope))
    assert [found.state for found in met] == ["resolved"]  # though the register lists it no more
    parcels = here.app.outbox.group(settlement_group(CA_ID))
    events = timeline(versions[-1], versions, met, parcels)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert {event.what for event in events[:2]} == {
        "SETTLEMENT_VARIANCE first seen",
        "Recorded: held",
    }
    assert (events[2].what, events[2].who, events[2].detail) == (
        "SETTLEMENT_VARIANCE noted", "key:ann", "asked Amazon",
    )  # fmt: skip
    assert {event.what for event in events[3:]} == {
        "Settled again: proven", "SETTLEMENT_VARIANCE resolved", "Handed to the outbox",
    }  # fmt: skip
    page = html.unescape(browser.get(f"{LIST}/{CA_ID}").text)
    table = page[page.index("<h2>What came when</h2>") : page.index("<h2>Versions</h2>")]
    places = [table.index(event.what) for event in events]
    assert places == sorted(places)
    assert f'href="/dashboard/exceptions/{exception_id(one)}"' in table


def test_one_that_was_closed_by_hand_is_told_once(here: Plugin) -> None:
    by_hand = RegisteredException(
        "settlement:1", "f", {"code": "X", "what": "w"}, ExceptionState.RESOLVED, 1, "2026-01-01",
        "2026-01-01", resolved_at="2026-01-02",
        history=(HistoryEntry("2026-01-02", "key:ann", "resolved", "done"),),
    )  # fmt: skip
    here.post(CA)
    record = here.settlements.get(CA_ID)
    assert record is not None
    for one in (by_hand, replace(by_hand, history=())):
        events = timeline(record, [], [one], [])
        assert [event.what for event in events] == ["X first seen", "X resolved"]


def test_a_correction_and_a_matched_deposit_are_told(here: Plugin) -> None:
    here.post(CA)
    more = with_total(CA, "1017.08").replace(b"\t60.00\t", b"\t61.00\t", 1)
    here.post(more, f"/v1/settlements/{CA_ID}/repost")
    versions = here.settlements.versions(CA_ID)
    first, second = here.app.outbox.group(settlement_group(CA_ID))
    paid = replace(second, kind=ParcelKind.DEPOSIT, attempts=2, external_ids=("a",))
    events = timeline(versions[-1], versions, [], [first, paid])
    assert "Corrected: proven" in [event.what for event in events]
    (matched,) = [event for event in events if event.what == "Deposit matched"]
    assert matched.detail == "1 record for NetSuite, now waiting, attempts since it last got on: 2"


def test_its_moves_are_told_as_far_as_they_were_kept(here: Plugin, browser: Browser) -> None:
    here.post(CA)
    document = read_settlement.journal(here.app, CA_ID)
    delivered(here.app, CA_ID)
    ids = [entry["external_id"] for entry in document["journal_entries"]]  # type: ignore[attr-defined]
    acknowledge(here.app, CA_ID, [(name, str(number)) for number, name in enumerate(ids)])
    record = here.settlements.get(CA_ID)
    assert record is not None
    assert record.state == "posted"
    assert unknown_moves(record) == []
    events = timeline(record, [], [], [])
    assert [(event.what, event.at) for event in events] == [
        (f"Came to be {state}", record.moved_at[state]) for state in ("delivered", "posted")
    ]
    page = browser.get(f"{LIST}/{CA_ID}").text
    assert "Came to be posted" in page
    assert "is not recorded" not in page
    before = replace(record, moments=())  # recorded before moments were kept
    assert unknown_moves(before) == ["delivered", "posted"]
    assert unknown_moves(replace(before, state="held")) == ()


@pytest.mark.parametrize(("content", "kept"), [(CA, 10), (HELD, 7)])
def test_the_proof_is_shown_with_its_figures(
    here: Plugin, browser: Browser, content: bytes, kept: int
) -> None:
    here.post(content)
    page = browser.get(f"{LIST}/{CA_ID}").text
    assert f"{kept} of 10 laws are kept." in page
    assert page.count('badge-good">kept') == kept
    assert page.count('badge-bad">broken') == 10 - kept
    assert "amounts in file 192" in page
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "computed 1,016.08 CAD" in words
    assert ("entities left: CA 1,015.08 CAD" in words) == (content is HELD)


def test_notices_are_for_reading(here: Plugin, browser: Browser) -> None:
    found = next(path for path in FILES if notices_of(path))
    here.post(found.read_bytes(), f"/v1/settlements?profile={profile_of(found)}")
    (record,) = here.settlements.settlements("", 1).items
    page = html.unescape(browser.get(f"{LIST}/{record.settlement_id}").text)
    for one in notices_of(found):
        assert f'<th scope="row">{one["code"]}</th><td class="text">{one["what"]}</td>' in page


def profile_of(path: Path) -> str:
    return "ca" if path.name.startswith("ca") else "eu"


def notices_of(path: Path) -> list[dict[str, str]]:
    fresh = plugin()
    answer = fresh.post(path.read_bytes(), f"/v1/settlements?profile={profile_of(path)}")
    return [one for one in data_of(answer)[0]["exceptions"] if one["severity"] == "notice"]


def test_a_held_one_says_why(here: Plugin, browser: Browser) -> None:
    here.post(HELD)
    page = browser.get(f"{LIST}/{CA_ID}").text
    assert "It is held" in page
    assert 'href="/dashboard/exceptions/' in page
    assert "do not plug the difference" in page
    assert "Journal as a file" not in page
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
