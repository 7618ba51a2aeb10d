"""The pages in a real browser, over the emulator: the way of an unknown fee, and who can use them.

The store is this module's own: its profile holds what has no rule, where the deployed ones post it
to suspense.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import (
    AXE,
    DESKTOP,
    NO_CHROMIUM,
    NO_PAGE,
    PHONE,
    ROOT,
    chromium,
    faults,
    keep_picture,
    looks,
    person,
    sign_in,
)
from builders import a_file, a_row
from local_stack import LocalStack
from playwright.sync_api import Browser, Page, expect, sync_playwright
from test_emulator import data, get
from test_inventory_emulator import AFN, AMAZON_US, BOTTLE, DETAIL, MUG, count, decide, post

# As text: it is then asked only where these tests are to run.
pytestmark = [pytest.mark.e2e, pytest.mark.skipif("not chromium()", reason=NO_CHROMIUM)]

HELD_CODE = "UNMAPPED_TRANSACTION_HELD"
STORIES = {True: ("11700000001", "Mystery <Fee>"), False: ("11700000002", "Enigma & Fee")}
STAYS_HELD, ODD_FEE = "11700000003", "A fee whose name is rather long, as Amazon's names often are"
PROVEN_FILE = ROOT / "tests/data/settlements/ca_v1_2025-08b_blank_line_inside.txt"
PROVEN = "03177986348"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Root, as in a container, may start it only so.
        launched = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def held(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A plugin of its own whose profile `us` holds a settlement for an unknown fee."""
    mappings = tmp_path_factory.mktemp("mappings") / "mappings"
    shutil.copytree(ROOT / "mappings", mappings)
    profile = mappings / "profiles" / "us.toml"
    text = profile.read_text(encoding="utf-8")
    assert text.count('unmapped = "suspense"') == 1
    profile.write_text(text.replace('unmapped = "suspense"', 'unmapped = "hold"'), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAPPINGS_DIR", str(mappings))
        with LocalStack(tmp_path_factory.mktemp("held")) as stack:
            yield stack


@pytest.fixture(scope="module")
def key(held: LocalStack) -> str:
    return held.create_key()


def upload(stack: LocalStack, key: str, directory: Path, settlement_id: str, fee: str) -> None:
    """Puts a settlement with an unknown fee into the bucket, and waits until it is held."""
    odd = a_row(amount_type="ItemFees", amount_description=fee, amount="-1.50")
    made = a_file([a_row(), odd], total="8.50", settlement_id=settlement_id)
    file = directory / f"{settlement_id}.txt"
    file.write_bytes(made.content())
    stack.upload(f"raw-settlements/us/{file.name}", file)
    assert stack.wait_for_settlement(settlement_id, key)["status"] == "held"


def open_page(page: Page, name: str) -> None:
    """Goes by the navigation, as people do."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
    expect_page(page, name)


def expect_page(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
def test_an_unknown_fee_is_mapped_and_its_settlement_proven(
    browser: Browser, held: LocalStack, key: str, tmp_path: Path, scripts: bool
) -> None:
    settlement_id, fee = STORIES[scripts]
    upload(held, key, tmp_path, settlement_id, fee)
    with person(browser, held.url, java_script_enabled=scripts, viewport=DESKTOP) as page:
        sign_in(page, key)
        expect(page.get_by_role("rowheader", name=settlement_id).first).to_be_visible()
        open_page(page, "Mappings")
        row = page.get_by_role("row").filter(has_text=fee)
        expect(row).to_contain_text("-1.50 USD")
        row.get_by_role("link", name="Add a rule").click()
        expect(page.get_by_label("Amount description")).to_have_value(fee)
        page.get_by_label("What it is in the books").select_option("referral_fees")
        page.get_by_label("Why").fill("Amazon's letter of May")
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("heading", level=3)).to_contain_text(settlement_id)
        expect(page.get_by_role("main")).to_contain_text("held would be proven")
        page.get_by_role("button", name="Save as version").click()
        expect(page.get_by_role("heading", name="The rules are at version")).to_be_visible()
        page.get_by_role("button", name=f"Retry all of {HELD_CODE}").click()
        outcome = page.get_by_role("row").filter(has_text=settlement_id)
        expect(outcome).to_contain_text("resolved")
        open_page(page, "Settlements")
        page.get_by_role("link", name=settlement_id).click()
        expect(page.get_by_role("main")).to_contain_text("proven, version 2")
        # A chart needs scripts; its figures stand in the table either way.
        expect(page.locator("canvas")).to_be_visible(visible=scripts)
        expect(page.get_by_role("table", name="By class")).to_contain_text("8.50 USD")
        open_page(page, "Exceptions")
        expect(page.get_by_role("main")).not_to_contain_text(settlement_id)
        page.get_by_label("Settlement", exact=True).fill(settlement_id)
        page.get_by_role("button", name="Show").click()
        closed = page.get_by_role("row").filter(has_text=HELD_CODE)
        expect(closed.get_by_role("cell", name="resolved")).to_be_visible()


@pytest.fixture(scope="module")
def filled(held: LocalStack, key: str, tmp_path_factory: pytest.TempPathFactory) -> LocalStack:
    """The stack with something to see on every page."""
    upload(held, key, tmp_path_factory.mktemp("files"), STAYS_HELD, ODD_FEE)
    held.upload(f"raw-settlements/ca/{PROVEN_FILE.name}", PROVEN_FILE)
    assert held.wait_for_settlement(PROVEN, key)["status"] == "proven"
    books = data(get(held, "/v1/mappings/rules", key))
    rule = {"transaction_type": "*", "amount_type": "ItemFees", "amount_description": "Fee of June"}
    stored = {
        "number": books[0]["number"] if books else 0,
        "add": [{**rule, "accounting_class": "referral_fees"}],
        "note": "So that there is one",
    }
    data(post(held, "/v1/mappings/rules", key, stored))
    reports = "/v1/inventory/fba/reports?profile=us"
    data(post(held, reports, key, DETAIL.read_bytes()))
    made = f"marketplace={AMAZON_US}&made_at=2024-12-13T00:00:00Z"
    data(post(held, f"{reports}&{made}", key, AFN.read_bytes()))
    data(decide(held, key, [count(MUG, 1, 100), count(BOTTLE, 1, 50)]))
    here = {"item": "COFFEE-401", "location": "Amazon FBA US", "available": 530}
    told = {"as_of": "2024-12-13T00:10:00+00:00", "data": [here]}
    data(post(held, "/v1/inventory/drift?profile=us&record=true", key, told))
    return held


LISTING = "/dashboard/inventory/listing?profile=us&marketplace=ATVPDKIKX0DER&sku="
ADDRESSES = {
    "overview": "/dashboard/overview",
    "settlements": "/dashboard/settlements",
    "settlement_proven": f"/dashboard/settlements/{PROVEN}",
    "settlement_held": f"/dashboard/settlements/{STAYS_HELD}",
    "rows": f"/dashboard/settlements/{PROVEN}/rows?line=5",
    "exceptions": "/dashboard/exceptions",
    "mappings": "/dashboard/mappings",
    "scorecard": "/dashboard/scorecard?profile=ca",
    "inventory": "/dashboard/inventory?profile=us",
    "listing_fbm": f"{LISTING}{MUG}",
    "listing_fba": f"{LISTING}SKU-COFFEE-401",
    "drift": "/dashboard/inventory/drift?profile=us",
    "no_page": NO_PAGE,
}


def examine(page: Page, name: str) -> list[str]:
    """The faults of the page at hand in each width and colour scheme, with all of it to be seen."""
    page.add_script_tag(path=AXE)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = []
    for look in looks(page):
        found += [f"{name} {look}: {fault}" for fault in faults(page)]
        keep_picture(page, f"{name}_{look}")
    return found


def test_every_page_is_for_everybody(browser: Browser, filled: LocalStack, key: str) -> None:
    # The pages' own policy would stop axe from being put into them.
    with person(browser, filled.url, bypass_csp=True) as page:
        page.goto("/dashboard/sign-in")
        found = examine(page, "sign_in")
        sign_in(page, key)
        for name, address in ADDRESSES.items():
            page.goto(address)
            found += examine(page, name)
        page.goto(f"/dashboard/exceptions?settlement={STAYS_HELD}")
        page.get_by_role("row").filter(has_text=HELD_CODE).get_by_role("link").click()
        expect_page(page, ODD_FEE)
        found += examine(page, "exception")
        page.get_by_role("link", name="Add a rule for it").click()
        expect_page(page, "Add a rule")
        page.get_by_label("What it is in the books").select_option("referral_fees")
        found += examine(page, "rule")
        page.get_by_role("button", name="Preview").click()
        expect_page(page, "What it would change")
        found += examine(page, "preview")
        page.goto(f"/dashboard/exceptions?code={HELD_CODE}")
        page.get_by_role("button", name="Retry all of").click()
        expect_page(page, "Retried")
        found += examine(page, "retried")
    assert not found, "\n".join(found)


# What has the focus, and the line around it.
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return [one.textContent.trim(), style.outlineStyle, style.outlineWidth];
}"""
BACK = "getComputedStyle(document.body).backgroundColor"


def test_the_keyboard_alone_leads_everywhere(
    browser: Browser, filled: LocalStack, key: str
) -> None:
    with person(browser, filled.url, viewport=PHONE) as page:
        sign_in(page, key)
        page.goto("/dashboard/overview")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        reached = set()
        for _ in range(14):
            seen = page.evaluate(FOCUS)
            assert seen[1:] == ["solid", "3px"], seen
            reached.add(seen[0])
            page.keyboard.press("Tab")
        assert {"Overview", "Mappings", "Scorecard", "Dark", "Sign out"} <= reached
        page.goto("/dashboard/overview")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#content")).to_be_focused()
        page.keyboard.press("Tab")
        inside = "document.querySelector('#content').contains(document.activeElement)"
        assert page.evaluate(inside)


def test_paper_has_the_figures_without_the_navigation(
    browser: Browser, filled: LocalStack, key: str
) -> None:
    with person(browser, filled.url, viewport=DESKTOP) as page:
        sign_in(page, key)
        page.goto(f"/dashboard/settlements/{PROVEN}")
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.get_by_role("navigation")).to_have_count(0)
        expect(page.get_by_role("button")).to_have_count(0)
        expect(page.get_by_role("table", name="By class")).to_be_visible()
        assert page.evaluate(BACK) == "rgb(255, 255, 255)"


def test_a_chosen_colour_scheme_stays(browser: Browser, filled: LocalStack, key: str) -> None:
    with person(browser, filled.url, color_scheme="light") as page:
        sign_in(page, key)
        light = page.evaluate(BACK)
        page.get_by_role("button", name="Dark").click()
        expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
        assert page.evaluate(BACK) != light
        open_page(page, "Exceptions")
        assert page.evaluate(BACK) != light
