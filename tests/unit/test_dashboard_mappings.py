"""The pages of the mappings: a rule is asked for, previewed, kept, and what waits is retried."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from builders import a_file, a_profile, a_row, mappings
from plugin import Plugin, plugin
from test_dashboard_pages import READS, Browser
from test_repost import Mapped

from handler.flows import api_keys
from handler.flows.posted import settle_posted
from handler.settlement.profile import Policies, UnmappedPolicy
from handler.wiring import ruled

ID = "11700000001"
FEE = a_row(amount_type="ItemFees", amount_description="Mystery <Fee>", amount="-1.50")
FORM = {
    "number": "0",
    "transaction_type": "Order",
    "amount_type": "ItemFees",
    "amount_description": "Mystery <Fee>",
    "accounting_class": "referral_fees",
    "why": "Amazon's letter of May",
}


@pytest.fixture
def here() -> Plugin:
    """A plugin whose profile holds what has no rule, with one settlement that is held."""
    made = plugin()
    deployed = Mapped()
    deployed.now = replace(
        mappings(), profile=a_profile(policies=Policies(unmapped=UnmappedPolicy.HOLD))
    )
    made.app = replace(
        made.app, deployed_mappings=deployed, mappings=ruled(deployed, made.app.rules)
    )
    settle_posted(made.app, a_file([a_row(), FEE], total="8.50", settlement_id=ID).content())
    return made


@pytest.fixture
def inside(here: Plugin) -> Browser:
    browser = Browser(here)
    browser.sign_in(here.key)
    return browser


def send(inside: Browser, path: str, form: dict[str, str]) -> str:
    token = inside.token("/dashboard/mappings/rule")
    answer = inside.send(f"/dashboard/mappings/{path}", {**form, "csrf_token": token})
    assert answer.status_code in (200, 303), answer.text
    return answer.text if answer.status_code == 200 else answer.location


def test_from_the_unknown_fee_to_the_proven_settlement(here: Plugin, inside: Browser) -> None:
    page = inside.get("/dashboard/mappings").text
    assert "Mystery &lt;Fee&gt;" in page
    assert "<Fee>" not in page
    assert "-1.50 USD" in page
    assert "1 settlements 0 have a rule for every row" in page
    (link,) = re.findall(r'href="(/dashboard/mappings/rule\?[^"]+)"', page)
    form = inside.get(link.replace("&amp;", "&")).text
    assert 'value="Mystery &lt;Fee&gt;"' in form
    preview = send(inside, "preview", FORM)
    assert "would be" in preview
    assert preview.count(ID) >= 1
    assert "proven" in preview
    assert here.app.rules.newest().number == 0
    assert here.app.settlements.get(ID).status == "held"  # type: ignore[union-attr]
    location = send(inside, "rules", {**FORM, "note": "May"})
    saved = inside.get(location).text
    assert "The rules are at version 1" in saved
    assert "key:flow" in saved
    assert "Retry all of UNMAPPED_TRANSACTION_HELD<" in saved
    assert "Retry all of UNMAPPED_TRANSACTION<" not in saved
    code = "UNMAPPED_TRANSACTION_HELD"
    token = inside.token("/dashboard/mappings/rule")
    retried = inside.send("/dashboard/exceptions", {"code": code, "csrf_token": token})
    assert "resolved" in retried.text
    assert here.app.settlements.get(ID).status == "proven"  # type: ignore[union-attr]
    after = inside.get("/dashboard/mappings").text
    assert "None: every row that was settled has a rule." in after
    assert "1 settlements 1 have a rule for every row" in after


def test_a_stored_rule_is_taken_away_after_a_preview(here: Plugin, inside: Browser) -> None:
    send(inside, "rules", FORM)
    form = {**FORM, "number": "1", "remove": "1"}
    assert "The rule to take away" in send(inside, "preview", form)
    assert len(here.app.rules.newest().rules) == 1
    send(inside, "rules", form)
    assert here.app.rules.newest().rules == ()


def test_who_comes_second_is_told(here: Plugin, inside: Browser) -> None:
    send(inside, "rules", FORM)
    send(inside, "rules", FORM)  # the button pressed twice
    assert here.app.rules.newest().number == 1
    token = inside.token("/dashboard/mappings/rule")
    other = {**FORM, "accounting_class": "closing_fees", "csrf_token": token}
    for path in ("preview", "rules"):
        refused = inside.send(f"/dashboard/mappings/{path}", other)
        assert refused.status_code == 409
        assert "RULES_CHANGED" in refused.text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"accounting_class": "no_such"}, "BAD_RULE"),
        ({"accounting_class": "<script>"}, "BAD_RULE"),
        ({"amount_type": "a*b"}, "BAD_RULE"),
        ({"number": "x"}, "BAD_FORM"),
        ({"remove": "1"}, "RULE_NOT_FOUND"),
    ],
)
def test_a_faulty_rule_is_not_kept(
    here: Plugin, inside: Browser, change: dict[str, str], code: str
) -> None:
    token = inside.token("/dashboard/mappings/rule")
    for path in ("preview", "rules"):
        form = {**FORM, **change, "csrf_token": token}
        refused = inside.send(f"/dashboard/mappings/{path}", form)
        assert refused.status_code == 422
        assert code in refused.text
        assert "<script>" not in refused.text
    assert here.app.rules.newest().number == 0


def test_a_viewer_sees_and_changes_nothing(here: Plugin) -> None:
    browser = Browser(here)
    browser.sign_in(api_keys.create(here.app, "viewer", READS))
    page = browser.get("/dashboard/mappings")
    assert page.status_code == 200
    assert "Add a rule" not in page.text
    assert browser.get("/dashboard/mappings/rule").status_code == 403
    token = browser.token("/dashboard/mappings")
    for path in ("preview", "rules"):
        form = {**FORM, "csrf_token": token}
        assert browser.send(f"/dashboard/mappings/{path}", form).status_code == 403
    assert here.app.rules.newest().number == 0
