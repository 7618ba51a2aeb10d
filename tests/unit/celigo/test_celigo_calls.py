"""What holds for a call by whichever way it comes: order of checks, scopes, sizes, shapes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import structlog
from celigo_sample import CALLER, extension, ping, registry

from handler.entrypoints.celigo import answer_shapes as shapes
from handler.entrypoints.celigo.addressing import Kind
from handler.entrypoints.celigo.answer_shapes import Shape, WrongShape
from handler.entrypoints.celigo.answer_size import MOST_BYTES, body_of, size_of
from handler.entrypoints.celigo.call_refused import CallRefused
from handler.entrypoints.celigo.extension import Extension
from handler.entrypoints.celigo.registry import FunctionRegistry
from handler.flows.key_ports import ApiKey

EXTENSION = extension()
HOOK: dict[str, object] = {"diy": True, "type": "hook"}
ERROR = {"code": "A", "message": "a"}


def refused(fields: Mapping[str, object], options: object, caller: ApiKey = CALLER) -> list[str]:
    """The codes a call is refused with."""
    with pytest.raises(CallRefused) as found:
        EXTENSION.call(fields, options, caller)
    assert found.value.status == 422
    return [fault["code"] for fault in found.value.faults]


def test_everything_that_is_wrong_with_a_call_is_said_at_once_and_in_order() -> None:
    wrong = {"_connectorId": "x", "function": [], "type": 7}
    with pytest.raises(CallRefused) as found:
        EXTENSION.call(wrong, "text", CALLER)
    assert [fault["message"].split(" ")[1] for fault in found.value.faults] == [
        "_connectorId", "function", "type", "options",
    ]  # fmt: skip


def test_the_type_may_be_the_name_of_the_place() -> None:
    assert EXTENSION.call({**HOOK, "type": "hooks", "function": "echo"}, {"value": 1}, CALLER)


def test_a_type_is_looked_for_before_a_function() -> None:
    assert refused({"diy": 1, "type": "setting", "function": "nope"}, {}) == ["object_not_found"]
    assert refused({"diy": 1, "function": "echo"}, {}) == ["invalid_function"]


def test_a_key_without_the_scope_runs_nothing() -> None:
    reader = ApiKey("", "reader", frozenset({"settlements:read"}), "")
    assert refused({**HOOK, "function": "crash"}, {}, reader) == ["SCOPE_MISSING"]
    writer = ApiKey("", "writer", frozenset({"settlements:write"}), "")
    assert EXTENSION.call({**HOOK, "function": "echo"}, {"value": 1}, writer) == b"1"


def test_what_nobody_foresaw_tells_nothing_of_the_inside_and_is_logged() -> None:
    with structlog.testing.capture_logs() as logs, pytest.raises(CallRefused) as found:
        EXTENSION.call({**HOOK, "function": "crash"}, {"token": "x"}, CALLER)
    (fault,) = found.value.faults
    assert fault["code"] == "INTERNAL"
    assert "secret" not in fault["message"]
    assert [(entry["event"], entry["function"]) for entry in logs] == [("unexpected", "crash")]


@pytest.mark.parametrize(
    "value",
    ["2026-01-02T00:00:00.000Z", "2026-01-02T01:00:00+01:00", "2026-01-02", 1767312000000],
)
def test_a_moment_of_a_delta_export_is_a_moment(value: object) -> None:
    seen: list[object] = []
    made = FunctionRegistry()
    made.add(
        Kind.HOOK,
        "look",
        lambda options, _: seen.append(options["currentExportDateTime"]),
        shape=shapes.ANYTHING,
        scope="*",
    )
    Extension(made, EXTENSION.authenticate).call(
        {**HOOK, "function": "look"}, {"currentExportDateTime": value}, CALLER
    )
    assert seen == [datetime(2026, 1, 2, tzinfo=UTC)]


@pytest.mark.parametrize("value", ["yesterday", 10**30, True, [1], {"a": 1}, Decimal("1.5")])
def test_what_is_no_moment_is_refused(value: object) -> None:
    call = {**HOOK, "function": "dateType"}
    assert refused(call, {"lastExportDateTime": value}) == ["invalid_field"]


@pytest.mark.parametrize("data", [None, "text", {"a": 1}])
def test_a_hook_without_its_records_is_not_run(data: object) -> None:
    assert refused({**HOOK, "function": "premapPerRecord"}, {"data": data}) == ["invalid_field"]


def test_two_functions_are_not_called_the_same() -> None:
    with pytest.raises(ValueError, match="WRAPPER 'ping'"):
        registry().add(Kind.WRAPPER, "ping", ping, shape=shapes.PING, scope="*")


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (None, 0), (True, 4), (7, 8), (Decimal("0.5"), 8), ("abc", 6), ("é", 2), ("😀", 4),
        ("\ud800", 2), ([], 0), ({}, 0), (["abc", "abc"], 16), ({"ab": None}, 4),
        ([None] * 11, 2 * 12), ({"a": [1, {"b": False}]}, 2 + 2 + 8 + 2 + 2 + 4),
    ],
)  # fmt: skip
def test_a_result_is_as_large_as_javascript_holds_it(value: object, size: int) -> None:
    assert size_of(value) == size
    if size:
        assert body_of(value, size) is not None
        with pytest.raises(CallRefused, match=f"limit of {size - 1 or -1} bytes"):
            body_of(value, size - 1 or -1)


@pytest.mark.parametrize("most", [None, 0, "20", True, [], Decimal(0)])
def test_five_megabytes_are_the_limit_where_none_is_given(most: object) -> None:
    assert body_of("x" * (5 * 1024 * 1024 // 2 - 1), most)
    with pytest.raises(CallRefused, match="limit of 5242880 bytes"):
        body_of("x" * (5 * 1024 * 1024 // 2 + 1), most)


def test_no_limit_of_a_call_goes_beyond_what_can_be_sent() -> None:
    with pytest.raises(CallRefused, match=f"limit of {MOST_BYTES} bytes"):
        body_of("x" * MOST_BYTES, 50_000_000)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [0.5, datetime(2026, 1, 1, tzinfo=UTC), {1: 2}, {"a": [b""]}, Decimal("NaN"), {1}, 10**5000,
     nested(100_000)],
    ids=["float", "date", "name", "bytes", "nan", "set", "digits", "depth"],
)  # fmt: skip
def test_what_is_no_json_is_not_sent(value: object) -> None:
    with pytest.raises(CallRefused, match="not serializable"):
        body_of(value)


PAGE: dict[str, Any] = {"data": [], "errors": [], "abort": False, "newErrorsAndRetryData": []}
EXPORTED: dict[str, Any] = {"data": [1], "lastPage": True}
RIGHT: list[tuple[Shape, int, Any]] = [
    (shapes.ANYTHING, 0, 1),
    (shapes.PRE_SAVE_PAGE, 0, PAGE),
    (shapes.PRE_SAVE_PAGE, 3, {**PAGE, "errors": [{**ERROR, "retryDataKey": "k"}]}),
    (
        shapes.PRE_SAVE_PAGE,
        1,
        {**PAGE, "newErrorsAndRetryData": [{"retryData": {}, "errors": [ERROR]}]},
    ),
    (shapes.PRE_MAP, 3, [{}, {"data": 1}, {"data": {}, "errors": [ERROR]}]),
    (shapes.POST_MAP, 1, [{"errors": [{"code": 404, "message": ""}]}]),
    (shapes.POST_SUBMIT, 1, [{"statusCode": 429, "_json": None, "dataURI": ""}]),
    (shapes.POST_RESPONSE_MAP, 2, [{}, 1]),
    (shapes.POST_AGGREGATE, 0, None),
    (shapes.FORM_INIT, 0, {"fieldMap": {}}),
    (shapes.PING, 0, {"statusCode": 401, "errors": [ERROR]}),
    (shapes.EXPORT, 0, {**EXPORTED, "state": {}, "connectionOffline": True, "errors": [ERROR]}),
    (shapes.IMPORT, 1, [{"statusCode": 422, "errors": [ERROR], "ignored": True}]),
]
WRONG: list[tuple[Shape, int, Any, str]] = [
    (shapes.PRE_SAVE_PAGE, 0, [], "the page has to be an object"),
    (shapes.PRE_SAVE_PAGE, 0, {"data": []}, "has to have errors, abort, newErrorsAndRetryData"),
    (shapes.PRE_SAVE_PAGE, 0, {**PAGE, "abort": 0}, "abort of the page has to be of type bool"),
    (shapes.PRE_SAVE_PAGE, 0, {**PAGE, "errors": [{"code": "A"}]}, "error 0 has to have message"),
    (shapes.PRE_SAVE_PAGE, 0, {**PAGE, "newErrorsAndRetryData": [{"errors": []}]}, "retryData"),
    (shapes.PRE_MAP, 2, [{}], "one answer for each of 2 record"),
    (shapes.PRE_MAP, 1, {}, "the answer has to be a list"),
    (shapes.PRE_MAP, 1, [{"record": 1}], "nothing but data and errors"),
    (shapes.PRE_MAP, 1, [{"errors": ERROR}], "errors of answer 0 has to be of type list"),
    (shapes.POST_MAP, 1, [None], "answer 0 has to be an object"),
    (shapes.POST_MAP, 1, [{"errors": [{"code": None, "message": ""}]}], "text or a number"),
    (shapes.POST_SUBMIT, 1, [{"id": "1"}], "has to have statusCode"),
    (shapes.POST_SUBMIT, 1, [{"statusCode": True}], "has to be of type int"),
    (shapes.POST_RESPONSE_MAP, 1, [], "one answer for each of 1 record"),
    (shapes.POST_AGGREGATE, 0, {}, "there is no answer to give"),
    (shapes.FORM_INIT, 0, None, "has to be an object"),
    (shapes.PING, 0, {"statusCode": 500}, "has to be 200 or 401"),
    (shapes.EXPORT, 0, {"data": []}, "has to have lastPage"),
    (shapes.EXPORT, 0, {**EXPORTED, "state": []}, "state of the page has to be of type Mapping"),
    (shapes.IMPORT, 1, [{"statusCode": 500}], r"one of \[200, 401, 422\]"),
]


@pytest.mark.parametrize(("shape", "records", "value"), RIGHT)
def test_an_answer_of_the_shape_is_taken(shape: Shape, records: int, value: object) -> None:
    shape.check(value, records)


@pytest.mark.parametrize(("shape", "records", "value", "text"), WRONG)
def test_an_answer_integrator_io_would_misread_is_refused(
    shape: Shape, records: int, value: object, text: str
) -> None:
    with pytest.raises(WrongShape, match=text):
        shape.check(value, records)


def test_a_wrong_answer_of_ours_is_not_sent_and_is_logged() -> None:
    made = FunctionRegistry()
    made.add(Kind.HOOK, "less", lambda _, __: [], shape=shapes.PRE_MAP, scope="*")
    with structlog.testing.capture_logs() as logs, pytest.raises(CallRefused) as found:
        Extension(made, EXTENSION.authenticate).call(
            {**HOOK, "function": "less"}, {"data": [1]}, CALLER
        )
    assert found.value.faults[0]["code"] == "invalid_extension_response"
    assert "one answer for each of 1 record" in found.value.faults[0]["message"]
    assert logs[0]["function"] == "less"
