"""The pages of the register: found, understood, repaired, without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from plugin import CA, CA_ID, HELD, POISON, Plugin, plugin
from test_dashboard_pages import READS, Browser

from handler.core.finding import Finding
from handler.flows import api_keys
from handler.flows.exception_record import exception_id
from handler.flows.registered import registered

LIST = "/dashboard/exceptions"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def here() -> Plugin:
    made = plugin()
    made.post(HELD)
    made.post(POISON)
    return made


@pytest.fixture
def browser(here: Plugin) -> Browser:
    made = Browser(here)
    made.sign_in(here.key)
    return made


def address(here: Plugin, code: str) -> str:
    (one,) = [one for one in here.open_exceptions() if one.code == code]
    return f"{LIST}/{exception_id(one)}"


def press(browser: Browser, path: str, **form: str) -> Any:
    return browser.send(path, {"csrf_token": browser.token(path), **form})


def test_the_list_leads_to_each(here: Plugin, browser: Browser) -> None:
    page = browser.get(LIST)
    assert page.status_code == 200
    for code in ("SETTLEMENT_VARIANCE", "UNUSABLE_FILE"):
        assert f'href="{address(here, code)}"' in page.text
    narrowed = browser.get(f"{LIST}?code=UNUSABLE_FILE").text
    assert address(here, "UNUSABLE_FILE") in narrowed
    assert address(here, "SETTLEMENT_VARIANCE") not in narrowed
    assert "Retry all of UNUSABLE_FILE" in narrowed
    assert "None." in browser.get(f"{LIST}?severity=warning").text


def test_the_overview_leads_to_the_latest(here: Plugin, browser: Browser) -> None:
    page = browser.get("/dashboard/overview").text
    assert f'href="{address(here, "SETTLEMENT_VARIANCE")}"' in page


def test_one_says_what_why_how_and_who(here: Plugin, browser: Browser) -> None:
    page = browser.get(address(here, "SETTLEMENT_VARIANCE")).text
    for word in ("What broke:", "Why:", "How to repair it:", "Who:", "Evidence", "Retry"):
        assert word in page
    assert "do not plug the difference" in page


def test_buttons_do_what_they_say(here: Plugin, browser: Browser) -> None:
    path = address(here, "SETTLEMENT_VARIANCE")
    assert press(browser, path, action="assign", owner="Ann").status_code == 303
    assert press(browser, path, action="note", note="asked Amazon").status_code == 303
    assert press(browser, path, action="retry").status_code == 303
    page = browser.get(path).text
    assert "Ann sees to it" in page
    assert "asked Amazon" in page
    assert "Retried 1 of 5 times." in page
    here.post(CA)
    assert 'badge-resolved">resolved' in browser.get(path).text
    assert press(browser, path, action="reopen").status_code == 303
    assert 'badge-open">open' in browser.get(path).text


def test_all_of_a_code_are_retried(here: Plugin, browser: Browser) -> None:
    form = {"csrf_token": browser.token(LIST), "code": "SETTLEMENT_VARIANCE"}
    page = browser.send(LIST, form)
    assert page.status_code == 200
    assert address(here, "SETTLEMENT_VARIANCE") in page.text
    (one,) = [one for one in here.open_exceptions() if one.code == "SETTLEMENT_VARIANCE"]
    assert one.attempts == 1


@pytest.mark.parametrize("form", [{"action": "note"}, {"action": "delete"}, {}])
def test_what_is_no_action_changes_nothing(
    here: Plugin, browser: Browser, form: dict[str, str]
) -> None:
    before = here.open_exceptions()
    assert press(browser, address(here, "UNUSABLE_FILE"), **form).status_code == 422
    assert here.open_exceptions() == before


def test_a_viewer_sees_and_does_nothing(here: Plugin) -> None:
    viewer = Browser(here)
    viewer.sign_in(api_keys.create(here.app, "viewer", READS))
    path = address(here, "UNUSABLE_FILE")
    page = viewer.get(path).text
    assert "What broke:" in page
    assert 'name="action"' not in page
    assert press(viewer, path, action="ignore", note="x").status_code == 403
    assert press(viewer, LIST, code="UNUSABLE_FILE").status_code == 403


def test_a_form_of_another_site_does_nothing(here: Plugin, browser: Browser) -> None:
    before = here.open_exceptions()
    path = address(here, "UNUSABLE_FILE")
    assert browser.send(path, {"action": "ignore", "note": "x"}).status_code == 403
    assert here.open_exceptions() == before


def test_hostile_texts_stay_text(here: Plugin, browser: Browser) -> None:
    finding = Finding("BAD_ROW", HOSTILE, HOSTILE, {HOSTILE: [HOSTILE, {"x": HOSTILE}]})
    here.app.settlements.register(registered(here.app, "settlement:1", [finding]))
    path = address(here, "BAD_ROW")
    press(browser, path, action="note", note=HOSTILE)
    for page in (browser.get(LIST).text, browser.get(path).text):
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page


def test_pages_lead_on_and_keep_the_filter(here: Plugin, browser: Browser) -> None:
    findings = [Finding("COST_MISSING", f"SKU {number}", "x", {}) for number in range(60)]
    here.app.settlements.register(registered(here.app, "settlement:1", findings))
    first = browser.get(f"{LIST}?code=COST_MISSING").text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert "code=COST_MISSING" in following
    second = browser.get(following.replace("&amp;", "&")).text
    seen = [re.findall(r">(SKU \d+|x)</a>", page) for page in (first, second)]
    assert [len(found) for found in seen] == [50, 10]


def test_an_unknown_one_is_a_page_that_says_so(browser: Browser) -> None:
    page = browser.get(f"{LIST}/none")
    assert page.status_code == 404
    assert "There is no exception with this id." in page.text


def test_those_marked_are_done_together_and_each_tells_what_became_of_it(
    here: Plugin, browser: Browser
) -> None:
    ids = [
        address(here, code).rpartition("/")[2] for code in ("SETTLEMENT_VARIANCE", "UNUSABLE_FILE")
    ]
    page = browser.get(LIST).text
    for name in ids:
        assert f'form="marked" name="id" value="{name}"' in page
    token = browser.token(LIST)
    form: dict[str, Any] = {"csrf_token": token, "id": ids, "owner": "Ann", "note": ""}
    done = browser.send(f"{LIST}/marked", {**form, "action": "assign"})
    assert done.status_code == 200
    assert [one.owner for one in here.open_exceptions()] == ["Ann", "Ann"]
    assert browser.send(f"{LIST}/marked", {**form, "action": "ignore"}).status_code == 200
    assert len(here.open_exceptions()) == 2  # without a note nothing is closed
    form["note"] = "test files"
    browser.send(f"{LIST}/marked", {**form, "id": ids[0], "action": "ignore"})
    told = browser.send(f"{LIST}/marked", {**form, "action": "resolve"}).text
    assert "EXCEPTION_CLOSED" in told
    assert here.open_exceptions() == []
    assert browser.send(f"{LIST}/marked", {**form, "action": "delete"}).status_code == 422


def test_only_a_few_are_retried_at_once_and_the_others_say_so(
    here: Plugin, browser: Browser
) -> None:
    for number in range(6):
        here.post(HELD.replace(CA_ID.encode(), f"2270000000{number}".encode()))
    ids = [exception_id(one) for one in here.open_exceptions() if one.code == "SETTLEMENT_VARIANCE"]
    form: dict[str, Any] = {"csrf_token": browser.token(LIST), "id": ids, "action": "retry"}
    told = browser.send(f"{LIST}/marked", form).text
    assert told.count("Only 5 are done at once") == 2
    tried = [one.attempts for one in here.open_exceptions() if one.code == "SETTLEMENT_VARIANCE"]
    assert sorted(tried) == [0, 0, 1, 1, 1, 1, 1]


def test_a_viewer_can_mark_nothing(here: Plugin) -> None:
    viewer = Browser(here)
    viewer.sign_in(api_keys.create(here.app, "viewer", READS))
    assert 'name="id"' not in viewer.get(LIST).text
    form = {"csrf_token": viewer.token(LIST), "action": "ignore", "note": "x"}
    assert viewer.send(f"{LIST}/marked", form).status_code == 403


def test_those_of_a_settlement_are_found_open_or_closed(here: Plugin, browser: Browser) -> None:
    path = address(here, "SETTLEMENT_VARIANCE")
    assert path in browser.get(f"{LIST}?settlement={CA_ID}").text
    here.post(CA)  # the file as it should be: what held it is resolved
    assert path not in browser.get(LIST).text
    found = browser.get(f"{LIST}?settlement={CA_ID}").text
    assert path in found
    assert '<span class="badge badge-resolved">resolved</span>' in found
    assert "None." in browser.get(f"{LIST}?settlement=1").text


def test_what_needs_a_rule_leads_to_its_form(here: Plugin, browser: Browser) -> None:
    evidence = {"transaction_type": "Order", "amount_type": "Odd&", "amount_description": "x y"}
    finding = Finding("UNMAPPED_TRANSACTION", "Order / Odd& / x y", "", evidence)
    here.app.settlements.register(registered(here.app, "settlement:9", [finding]))
    page = browser.get(address(here, "UNMAPPED_TRANSACTION")).text
    wanted = "transaction_type=Order&amp;amount_type=Odd%26&amp;amount_description=x+y"
    assert f"/dashboard/mappings/rule?{wanted}" in page
    assert "/dashboard/mappings/rule" not in browser.get(address(here, "UNUSABLE_FILE")).text
