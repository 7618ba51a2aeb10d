"""What an alert says: what broke, why, how to repair it, by whom, and where to look.

It leaves the plugin, so nothing in it names a buyer: no evidence, no address, no whole order
number, and no amount where the text is about an order.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from handler.flows.app import App
from handler.flows.exception_ports import RegisteredException
from handler.flows.exception_record import exception_id, shown
from handler.flows.moment import moment

Message = dict[str, Any]
_HIDDEN: Final = "***"
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_KEY: Final = re.compile(r"\b(?:ans_|whsec_)[\w+/=-]*")
_ORDER: Final = re.compile(r"\b[A-Z\d]\d\d-\d{7}-\d{3}(\d{4})\b")
_AMOUNT: Final = re.compile(r"(?<![\w.,])-?\d[\d,. ]*[.,]\d{2}(?![\w.,]*\d)")
_LONGEST: Final = 1_500


def plain(text: str) -> str:
    """Return a text without what could name a buyer or say what one paid."""
    about_order = _ORDER.search(text) is not None
    text = _ORDER.sub(rf"{_HIDDEN}\1", _KEY.sub(_HIDDEN, _EMAIL.sub(_HIDDEN, text)))
    if about_order:
        text = _AMOUNT.sub(_HIDDEN, text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def link(app: App, path: str) -> str:
    """Return the address of a page; empty where the installation does not say where it is."""
    address = app.alerting.dashboard.rstrip("/")
    return f"{address}/dashboard/{path}" if address else ""


def of_exception(app: App, one: RegisteredException) -> Message:
    """Return what is told of an exception."""
    told = shown(app, one)
    parts = {
        "code": one.code,
        "severity": one.severity,
        "subject": plain(str(told.get("subject", ""))),
        "what": plain(str(told.get("what", ""))),
        "why": plain(str(told.get("why", ""))),
        "repair": plain(str(told.get("repair", ""))),
        "who": str(told["who"]),
        "opened_at": one.opened_at or one.first_seen,
        "link": link(app, f"exceptions/{exception_id(one)}"),
    }
    lines = [
        f"What broke: {parts['what']}",
        f"Why: {parts['why']}",
        f"Repair: {parts['repair']}",
        f"Who: {parts['who']}",
        f"Since: {parts['opened_at']}",
    ]
    if parts["link"]:
        lines.append(f"See: {parts['link']}")
    title = f"{one.severity}: {one.code}, {parts['subject']}"
    return {"alert": "exception", "title": title, "text": "\n".join(lines), **parts}


def of_test(now: datetime) -> Message:
    """Return a message that tells nothing."""
    return {
        "alert": "test",
        "title": "Test of the alerts",
        "text": f"Sent {moment(now)} to see that alerts arrive. Nothing is to be done.",
    }
