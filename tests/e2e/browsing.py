"""A real Chromium at the pages of the plugin, and what a test asks of every page it sees."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NO_CHROMIUM = (
    "No Chromium was found, so the dashboard was not tested in a browser: apt install chromium, or "
    ".venv/bin/python -m playwright install chromium, or name one in CHROMIUM."
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
REFUSED = 400
NO_PAGE = "/dashboard/nope"  # asked for on purpose
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# What axe found, with the elements it names: enough to mend it from a log.
RUN_AXE = """async (rules) => {
  const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  return found.violations.map((one) =>
    `${one.id} (${one.impact}): ${one.help}: ` + one.nodes.map((node) => node.html).join(" | "));
}"""


@cache
def chromium() -> str:
    """The browser's path: CHROMIUM, one of the system, or what playwright installed; or empty."""
    named = os.environ.get("CHROMIUM", "")
    found = [path for name in ((named,) if named else NAMES) if (path := shutil.which(name))]
    if found or named:
        return found[0] if found else ""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else ""


@contextmanager
def person(browser: Browser, url: str, **context: Any) -> Iterator[Page]:
    """Somebody's empty browser at the pages. Whatever it complains about fails the test."""
    complaints: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text} {message.location['url']}")

    def answered(response: Response) -> None:
        if response.status >= REFUSED:
            complaints.append(f"{response.status} {response.request.method} {response.url}")

    with browser.new_context(base_url=url, locale="en-US", **context) as made:
        page = made.new_page()
        page.set_default_timeout(20_000)
        page.on("console", said)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("requestfailed", lambda one: complaints.append(f"failed: {one.url} {one.failure}"))
        page.on("response", answered)
        yield page
        left = [one for one in complaints if NO_PAGE not in one]
        assert not left, "\n".join(left)


def sign_in(page: Page, key: str) -> None:
    page.goto("/dashboard")
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1, name="Overview").wait_for()


def faults(page: Page) -> list[str]:
    """What axe has against the page, and whether it is wider than the window."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    found: list[str] = page.evaluate(RUN_AXE, RULES)
    return [*found, *([f"it is {wide} px wider than the window"] if wide > 0 else [])]


def looks(page: Page) -> Iterator[str]:
    """Puts the page into each width and colour scheme in turn; gives their names."""
    for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            yield f"{width}_{scheme}"


def keep_picture(page: Page, name: str) -> None:
    """A picture of the page in the directory SHOTS, for somebody to look at."""
    directory = os.environ.get("SHOTS", "")
    if directory:
        page.screenshot(path=Path(directory) / f"{name}.png", full_page=True)
