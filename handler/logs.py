"""Logs: one JSON object a line, with nothing in it that names a buyer or opens a door."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, Final

import structlog

from handler.core.personal import EMAIL, ORDER

_HIDDEN: Final = "***"
# Names of fields, small and with underscores. What is meant is the value, whatever it looks like.
_SECRET_OR_PERSONAL: Final = re.compile(
    r"authorization|password|secret|token|credential|cookie|signature|api_?key|key_hash|bearer"
    r"|buyer|recipient|customer|e_?mail|phone|address|street|postal|city|ship_to"
)
_ORDER: Final = re.compile(r"order_?(item_?)?(id|code)$")
# The same within a text: messages and tracebacks quote what they failed on.
_IN_TEXT: Final = re.compile(
    r"\bans_[\w-]{16,}"  # our own keys
    r"|\bwhsec_[\w+/=-]*"  # secrets of webhooks
    r"|\bv1a?,[\w+/=-]{16,}"  # their signatures
    r"|\bbearer\s+[^\s\"',]+"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    rf"|{EMAIL}",
    re.IGNORECASE,
)
# A header or parameter that opens a door, quoted with its value as JSON, Python or HTTP write it.
# A token of somebody else's has no form of its own, so all of the value goes: to its closing quote,
# or to the end of the line.
_NAMED_IN_TEXT: Final = re.compile(
    r"\b((?:proxy-)?authorization|x-signature|webhook-signature|(?:set-)?cookie|password|x-api-key"
    r"|(?:access|refresh|id|bearer|session|csrf|x-csrf)[-_]?token|client_secret|code_verifier"
    r"|x-amz-(?:signature|security-token|credential))"
    r"((?:\\*[\"']\s*[:=,]|\s*[:=])\s*)"
    r"(?:b?(\\*[\"'])(?:(?!\3)[^\r\n])*|[^\r\n]+)",
    re.IGNORECASE,
)
# Amazon's and NetSuite's names for what is personal, quoted with the value likewise; and the value
# that a failed check quotes.
_PERSONAL_IN_TEXT: Final = re.compile(
    r"\b((?:buyer|recipient|customer|ship(?:ping)?|bill(?:ing)?)[-_ ]?(?:to[-_ ]?)?"
    r"(?:name|e-?mail|phone|address|street|city|postal|zip)[\w-]*"
    r"|address[-_]?(?:line)?[-_]?[1-3]|phone[-_]?(?:number)?|input_value)"
    r"((?:\\*[\"']\s*[:=,]|\s*[:=])\s*)"
    r"(?:b?(\\*[\"'])(?:(?!\3)[^\r\n])*|[^\r\n]+)",
    re.IGNORECASE,
)
# A telephone number: with its country's code, or in groups as it is written in North America.
_PHONE_IN_TEXT: Final = re.compile(
    r"(?<![\w.-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?(?:\d[ .-]?){6,11}\d"
    r"|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])"
)
# What JSON leaves as it is, and terminals or readers of lines take for an order.
_ORDERS: Final = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}
# An id that others may give: it says nothing to a log or an answer but itself.
_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._:=+/-]{1,128}")
# What the request at hand carries as its key, whatever its form.
_carried: ContextVar[str] = ContextVar("carried", default="")
_SHORTEST: Final = 20  # of a key; what is shorter is a word


def hide(text: str = "") -> None:
    """Hide this text wherever it is logged, until another one is; none where it is empty."""
    _carried.set(text if len(text) >= _SHORTEST else "")


def given_id(text: object) -> str:
    """Return an id that a caller gives, or nothing where it could do harm."""
    return text if isinstance(text, str) and _GIVEN_ID.fullmatch(text) else ""


def begin(service: str, request_id: str, flow_id: str = "") -> None:
    """Begin a call: every line says so, and nothing of the call before.

    Args:
        service: "http", "upload", "deadletters", "backfill", "celigo" or "deliver".
        request_id: of the call.
        flow_id: of the middleware's flow that calls; empty where none is told.
    """
    end()
    flow = {"flow_id": flow_id} if flow_id else {}
    structlog.contextvars.bind_contextvars(service=service, request_id=request_id, **flow)


def end() -> None:
    """End a call: a warm Lambda goes on to the next one, which is somebody else's."""
    hide()
    structlog.contextvars.clear_contextvars()


def configure(level: str) -> None:
    """Log as JSON to the standard output, from ``level`` up."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
            structlog.processors.format_exc_info,
            mask,  # last, so that nothing is added after it
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )


def mask(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Return the event with secrets and personal data hidden, order ids by their last four."""
    return {name: _masked(name, value) for name, value in event.items()}


def masked_text(text: str) -> str:
    """Return a text with what looks like a secret, an address or an order id hidden."""
    carried = _carried.get()
    if carried:
        text = text.replace(carried, _HIDDEN)
    for named in (_NAMED_IN_TEXT, _PERSONAL_IN_TEXT):
        text = named.sub(rf"\1\2\3{_HIDDEN}", text)
    text = _PHONE_IN_TEXT.sub(_HIDDEN, text)
    return ORDER.sub(rf"{_HIDDEN}\1", _IN_TEXT.sub(_HIDDEN, text))


def _masked(name: str, value: object) -> object:
    plain = name.lower().replace("-", "_")
    if value is not None and _SECRET_OR_PERSONAL.search(plain):
        return _HIDDEN
    if value is not None and _ORDER.search(plain):
        return _HIDDEN + str(value)[-4:]
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _masked(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked("", item) for item in value]
    return masked_text(str(value))


def _dumps(event: object, **_: object) -> str:
    return json.dumps(event, ensure_ascii=False, default=str).translate(_ORDERS)
