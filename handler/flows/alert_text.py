"""What an alert says: what broke, why, how to repair it, by whom, and where to look.

It leaves the plugin, so nothing in it names a buyer: no evidence, no address, no whole order
number, and no amount where the text is about an order.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from handler.core.personal import EMAIL, ORDER
from handler.flows.exception_record import exception_id, shown
from handler.flows.moment import moment

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.exception_ports import RegisteredException

Message = dict[str, Any]
_HIDDEN: Final = "***"
_EMAIL: Final = re.compile(EMAIL)
_KEY: Final = re.compile(r"\b(?:ans_|whsec_)[\w+/=-]*")
# With decimals, or beside the code of a currency that has none.
_AMOUNT: Final = re.compile(
    r"(?<![\w.,])-?\d[\d,. ]{0,30}[.,]\d{2}(?![\w.,]{0,30}\d)"
    r"|(?<![\w.,])-?\d[\d,.]{0,30}(?= [A-Z]{3}\b)"
)
# Their text quotes what somebody else answered, which may name anybody.
_QUOTING: Final = frozenset({"DELIVERY_PARKED", "WEBHOOK_TARGET_FAILING"})
_SEE: Final = "What was answered stands on its page."
_LONGEST: Final = 1_500


def plain(text: str, *, about_order: bool = False) -> str:
    """Return a text, on one line, without what could name a buyer or say what one paid.

    Args:
        text: whatever it is; what is very long is cut.
        about_order: whether amounts are hidden though no order is named here.
    """
    text = " ".join(text[: 2 * _LONGEST].split())  # a line of its own could look like ours
    about_order = about_order or ORDER.search(text) is not None
    text = ORDER.sub(rf"{_HIDDEN}\1", _KEY.sub(_HIDDEN, _EMAIL.sub(_HIDDEN, text)))
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
    subject, what = str(told.get("subject", "")), str(told.get("what", ""))
    if one.code in _QUOTING:
        what = _SEE
    hides = ORDER.search(f"{subject} {what}"[: 4 * _LONGEST]) is not None
    parts = {
        "code": one.code,
        "severity": one.severity,
        "subject": plain(subject, about_order=hides),
        "what": plain(what, about_order=hides),
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
