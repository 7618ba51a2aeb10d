"""Metrics: what a call did, told to CloudWatch by the JSON lines that are logged anyway.

It is the Embedded Metric Format (EMF): a line with ``_aws`` in it is a log line and a metric at
once, so that nothing is called, nothing waits, and a role needs no more than its logs. The line
that ends a call carries the metrics of it, with the ids as plain properties; dimensions are the
stage, the profile and codes of our own, never an id: each new value of one is a metric to be paid.

Written here and not by Powertools: its Metrics is 35 ms of a cold start, prints lines of its own
past the masking, and has one set of dimensions for all it has gathered.

Outside a call of :func:`begin` nothing is counted: the command line prints no such lines.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import structlog

from handler import logs

NAMESPACE: Final = "AmazonNetSuite"
_COUNT: Final = "Count"
_MILLISECONDS: Final = "Milliseconds"
# Every metric there is, and its unit.
UNITS: Final[Mapping[str, str]] = {
    "SettlementsProven": _COUNT,
    "SettlementsHeld": _COUNT,
    "RowsSettled": _COUNT,
    "SettleMilliseconds": _MILLISECONDS,
    "ExceptionsOpened": _COUNT,
    "ExceptionsResolved": _COUNT,
    "RetriesParked": _COUNT,
    "UploadsParked": _COUNT,
    "ParcelsDelivered": _COUNT,
    "DeliveriesFailed": _COUNT,
    "ParcelsParked": _COUNT,
    "FbmDecisions": _COUNT,
    "FbmPublished": _COUNT,
    "DriftUnits": _COUNT,
    "RequestsRefused": _COUNT,
    "RequestsFailed": _COUNT,
}
# Those that are told one by one, as their sum says nothing.
_EACH: Final = frozenset({"SettleMilliseconds", "DriftUnits"})
_MOST_VALUES: Final = 100  # of one metric in one line, as EMF has it
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
# A function of the Celigo extension answers 422 to a fault of ours as well.
_OUR_FAULTS: Final = frozenset({"INTERNAL", "invalid_extension_response"})

_Group = tuple[str, str]  # profile, code


class _Call:
    """What one call has counted and not told yet."""

    def __init__(self) -> None:
        self.groups: dict[_Group, dict[str, list[int]]] = {}
        self.mark = time.monotonic()


_set_up: Final = {"stage": ""}  # of the process
_call: ContextVar[_Call | None] = ContextVar("call", default=None)


def configure(stage: str) -> None:
    """Count from now on, for this stage; not at all where it is empty."""
    _set_up["stage"] = stage


def begin(service: str, request_id: str, flow_id: str = "") -> None:
    """Begin a call: every line of it says whose it is, and what it counts is told with it."""
    logs.begin(service, request_id, flow_id)
    _call.set(_Call() if _set_up["stage"] else None)


def end() -> None:
    """End a call: tell what no line has told, and leave nothing for the next one."""
    for properties in _told():
        _always("info", "metrics", properties)
    _call.set(None)
    logs.end()


@contextmanager
def call(service: str, request_id: str) -> Iterator[None]:
    """Begin a call and end it, however it ends."""
    begin(service, request_id)
    try:
        yield
    finally:
        end()


def is_counting() -> bool:
    """Return whether a call is under way whose metrics are told."""
    return _call.get() is not None


def count(name: str, value: int = 1, *, profile: str = "", code: str = "") -> None:
    """Count something of the call at hand.

    Args:
        name: one of :data:`UNITS`.
        value: how many; nothing is told of nothing.
        profile: whose books.
        code: one of our own codes.
    """
    under_way = _call.get()
    if under_way is None or not (value or name in _EACH):
        return
    group = (profile, code if _CODE.fullmatch(code) else "")
    values = under_way.groups.setdefault(group, {}).setdefault(name, [])
    if name not in _EACH:
        values[:] = [sum(values) + value]
    elif len(values) < _MOST_VALUES:
        values.append(value)


def answered(status: int, code: str) -> None:
    """Count how a call was answered, where it was not answered well."""
    if status >= 500 or code in _OUR_FAULTS:
        count("RequestsFailed", code=code)
    elif status >= 400:
        count("RequestsRefused", code=code)


def lap() -> int:
    """Return the milliseconds since the call began, or since the last time this was asked."""
    under_way = _call.get()
    if under_way is None:
        return 0
    before, under_way.mark = under_way.mark, time.monotonic()
    return round((under_way.mark - before) * 1000)


def tell(level: str, event: str, **fields: object) -> None:
    """Log a line, and with it what was counted so far.

    Args:
        level: "info" or "warning". A line that carries metrics is written whatever the level is.
        event: what happened.
        fields: of the line.
    """
    first, *others = _told() or [{}]
    if not first:
        getattr(structlog.get_logger(), level)(event, **fields)
        return
    _always(level, event, {**fields, **first})
    for properties in others:
        _always("info", "metrics", properties)


def _told() -> list[dict[str, Any]]:
    """Return what was counted, as the properties of so many lines, and forget it."""
    under_way = _call.get()
    if under_way is None:
        return []
    groups, under_way.groups = under_way.groups, {}
    return [_properties(group, metrics) for group, metrics in groups.items()]


def _properties(group: _Group, metrics: Mapping[str, list[int]]) -> dict[str, Any]:
    profile, code = group
    dimensions = [["Stage"]]
    dimensions += [["Stage", "Profile"]] if profile else []
    dimensions += [["Stage", "Code"]] if code else []
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": dimensions,
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in metrics],
    }
    values = {name: each[0] if len(each) == 1 else each for name, each in metrics.items()}
    named = {"Stage": _set_up["stage"], "Profile": profile, "Code": code}
    return {
        "_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]},
        **{name: value for name, value in named.items() if value},
        **values,
    }


def _always(level: str, event: str, fields: Mapping[str, Any]) -> None:
    log = structlog.wrap_logger(
        structlog.PrintLogger(), wrapper_class=structlog.make_filtering_bound_logger(0)
    )
    getattr(log, level)(event, **fields)
