"""Metrics: what a line says to CloudWatch, and that infra/ asks for what is told."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog
import yaml
from plugin import CA, HELD, POISON, ROOT, Plugin, plugin

from handler import logs, metrics
from handler.adapters.counted import counted
from handler.entrypoints.http_app import create_app
from handler.flows.parcel import ParcelState
from handler.flows.ports import ExceptionState

Line = dict[str, Any]
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring: EMF specification.
EMF_UNITS = {"Count", "Milliseconds", "Seconds", "Microseconds", "Bytes", "Percent", "None"}


@pytest.fixture(autouse=True)
def counting() -> Iterator[None]:
    logs.configure("INFO")
    metrics.configure("test")
    yield
    metrics.end()
    metrics.configure("")
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[Line]:
    return [json.loads(text) for text in capsys.readouterr().out.splitlines()]


def told(some: list[Line]) -> dict[tuple[str, str, str], Any]:
    """Every metric of some lines by name, profile and code; each line is checked to be EMF."""
    found: dict[tuple[str, str, str], Any] = {}
    for line in some:
        if "_aws" not in line:
            continue
        check(line)
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]:
            name = (metric["Name"], line.get("Profile", ""), line.get("Code", ""))
            assert name not in found
            found[name] = line[metric["Name"]]
    return found


def check(line: Line) -> None:
    """The document is as the EMF specification asks."""
    assert len(json.dumps(line)) < 1_000_000
    assert set(line["_aws"]) == {"Timestamp", "CloudWatchMetrics"}
    assert abs(line["_aws"]["Timestamp"] - time.time() * 1000) < 60_000
    assert isinstance(line["_aws"]["Timestamp"], int)
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == metrics.NAMESPACE
        assert 1 <= len(directive["Metrics"]) <= 100
        assert len({metric["Name"] for metric in directive["Metrics"]}) == len(directive["Metrics"])
        for names in directive["Dimensions"]:
            assert 1 <= len(names) <= 30
            for name in names:
                assert name in {"Stage", "Profile", "Code"}  # never an id
                assert isinstance(line[name], str)
                assert 1 <= len(line[name]) <= 1024
        for metric in directive["Metrics"]:
            assert set(metric) == {"Name", "Unit"}
            assert metric["Unit"] in EMF_UNITS
            value = line[metric["Name"]]
            each = value if isinstance(value, list) else [value]
            assert 1 <= len(each) <= 100
            assert all(type(one) is int for one in each)


def front(here: Plugin) -> Plugin:
    here.app = counted(here.app)
    return here


def test_a_settlement_is_told_with_the_line_of_its_call(
    capsys: pytest.CaptureFixture[str],
) -> None:
    here = front(plugin())
    posted = here.post(CA)
    (line,) = lines(capsys)
    assert line["event"] == "request"
    assert line["settlement_id"] == "03177986348"
    found = told([line])
    assert found["SettlementsProven", "ca", ""] == 1
    assert found["RowsSettled", "ca", ""] == posted.get_json()["data"][0]["rows"] > 100
    assert found["SettleMilliseconds", "ca", ""] > 0
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Stage"], ["Stage", "Profile"]]
    assert line["Stage"] == "test"
    here.post(CA)
    here.post(CA, "/v1/settlements?profile=ca&dry_run=true")
    assert told(lines(capsys)) == {}  # nothing was recorded, so nothing is counted


def test_exceptions_are_counted_by_code_once_and_when_they_are_gone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    here = front(plugin())
    here.post(HELD)
    found = told(lines(capsys))
    assert found["SettlementsHeld", "ca", ""] == 1
    opened = {name[2]: value for name, value in found.items() if name[0] == "ExceptionsOpened"}
    codes = [one.code for one in here.open_exceptions()]
    assert opened == {code: codes.count(code) for code in codes} != {}
    here.post(CA)
    assert told(lines(capsys))["ExceptionsResolved", "", ""] == len(codes)
    here.post(POISON)
    found = told(lines(capsys))
    assert found["ExceptionsOpened", "", "UNUSABLE_FILE"] == 1
    assert found["RequestsRefused", "", "UNUSABLE_FILE"] == 1
    here.post(POISON)
    found = told(lines(capsys))  # the second time it was known
    assert found == {("RequestsRefused", "", "UNUSABLE_FILE"): 1}


def test_a_retry_given_up_and_an_exception_resolved_by_hand() -> None:
    here = front(plugin())
    here.post(POISON)
    (one,) = here.open_exceptions()
    metrics.begin("http", "r")
    for before, after in (
        (ExceptionState.OPEN, ExceptionState.RETRYING),
        (ExceptionState.RETRYING, ExceptionState.PARKED),
        (ExceptionState.PARKED, ExceptionState.RESOLVED),
    ):
        known = here.app.settlements.exception(one.scope, one.fingerprint)
        assert known is not None
        assert known.state is before
        assert here.app.settlements.change(replace(known, state=after), known)
    assert not here.app.settlements.change(one, one)  # it lost, and counts nothing
    under_way = metrics._call.get()
    assert under_way is not None
    assert under_way.groups == {("", ""): {"RetriesParked": [1], "ExceptionsResolved": [1]}}


def test_parcels_are_counted_when_they_are_done_or_given_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    here = front(plugin())
    here.post(CA)
    (parcel,) = here.app.outbox.group("settlement:03177986348")
    capsys.readouterr()
    metrics.begin("http", "r")
    for state in (ParcelState.PARKED, ParcelState.WAITING, ParcelState.DONE):
        parcel = replace(parcel, state=state, revision=parcel.revision + 1)
        assert here.app.outbox.put(parcel)
        assert not here.app.outbox.put(parcel)
    metrics.end()
    found = told(lines(capsys))
    assert found == {("ParcelsParked", "ca", ""): 1, ("ParcelsDelivered", "ca", ""): 1}


def test_requests_refused_and_failed(capsys: pytest.CaptureFixture[str]) -> None:
    here = front(plugin())
    here.get("/v1/settlements", key="wrong")
    here.settlements.failing = [RuntimeError("x")]
    here.get("/v1/settlements/03177986348")
    here.get("/health")
    found = told(lines(capsys))
    assert found == {
        ("RequestsRefused", "", "UNAUTHORIZED"): 1,
        ("RequestsFailed", "", "INTERNAL"): 1,
    }


def test_nothing_of_a_call_is_counted_for_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.begin("upload", "r-1")
    metrics.count("UploadsParked")
    metrics.end()
    metrics.count("UploadsParked")  # of no call
    metrics.begin("upload", "r-2")
    metrics.end()
    (line,) = lines(capsys)
    assert (line["event"], line["request_id"], line["service"]) == ("metrics", "r-1", "upload")
    assert told([line]) == {("UploadsParked", "", ""): 1}


def test_a_call_that_crashes_tells_what_it_counted(capsys: pytest.CaptureFixture[str]) -> None:
    def crash() -> None:
        with metrics.call("upload", "r-1"):
            metrics.count("UploadsParked", 2)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash()
    assert told(lines(capsys)) == {("UploadsParked", "", ""): 2}
    assert structlog.contextvars.get_contextvars() == {}


def test_values_that_have_no_sum_are_told_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    with metrics.call("upload", "r"):
        for number in range(150):
            metrics.count("SettleMilliseconds", number)
            metrics.count("RowsSettled", number)
        metrics.count("UploadsParked", 0)
        metrics.count("ExceptionsOpened", code="no code: jane@example.com")
        metrics.tell("info", "upload")
    found = told(lines(capsys))
    assert found["SettleMilliseconds", "", ""] == list(range(100))
    assert found["RowsSettled", "", ""] == sum(range(150))
    assert found["ExceptionsOpened", "", ""] == 1
    assert "UploadsParked" not in {name for name, *_ in found}


def test_a_quiet_log_still_carries_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("ERROR")
    with metrics.call("upload", "r"):
        metrics.tell("info", "quiet")
        metrics.count("UploadsParked")
        metrics.tell("warning", "upload", buyer_name="Jane Doe")
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["buyer_name"]) == ("upload", "warning", "***")


def test_without_a_stage_nothing_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.configure("")
    here = front(plugin())
    create_app(here.app)
    here.post(CA)
    assert "_aws" not in capsys.readouterr().out


def test_masking_leaves_names_of_metrics_alone() -> None:
    for name in metrics.UNITS:
        assert logs.mask(None, "", {name: 1, "x": [name]}) == {name: 1, "x": [name]}


def test_infra_asks_for_what_the_code_tells_and_for_all_of_it() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "handler").rglob("*.py"))
    counts = re.findall(r'\bcount\(\s*"([A-Z]\w+)"(?: if \w+ else "(\w+)")?', code)
    emitted = {name for pair in counts for name in pair if name}
    assert emitted == set(metrics.UNITS)
    assert shown() == emitted
    assert alarmed() == {"UploadsParked", "DeliveriesFailed", "ParcelsParked"}


def body() -> Line:
    text = resources("dashboard.yml")["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    found: Line = json.loads(text)
    return found


def resources(name: str) -> Line:
    found: Line = yaml.safe_load((ROOT / "infra" / name).read_text(encoding="utf-8"))["Resources"]
    return found


def shown() -> set[str]:
    names = set()
    for widget in body()["widgets"]:
        for metric in widget["properties"]["metrics"]:
            if metric[0] == metrics.NAMESPACE:
                assert metric[2:4] == ["Stage", "${sls:stage}"]
                names.add(metric[1])
            elif isinstance(metric[0], dict):
                asked = re.findall(
                    r'\{(\w+),Stage,(?:Code|Profile)\} MetricName="(\w+)"', str(metric)
                )
                assert [namespace for namespace, _ in asked] == [metrics.NAMESPACE]
                names |= {name for _, name in asked}
    return names


def alarmed() -> set[str]:
    own = [
        one["Properties"]
        for one in resources("alarms.yml").values()
        if one["Type"] == "AWS::CloudWatch::Alarm"
        and one["Properties"].get("Namespace") == metrics.NAMESPACE
    ]
    for alarm in own:
        assert alarm["Dimensions"] == [{"Name": "Stage", "Value": "${sls:stage}"}]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    return {alarm["MetricName"] for alarm in own}


def test_the_dashboard_is_whole_and_composed() -> None:
    places = [(one["x"], one["y"]) for one in body()["widgets"]]
    assert len(set(places)) == len(places)
    assert all(one["x"] + one["width"] <= 24 for one in body()["widgets"])
    asked = {
        (metric[0], metric[1])
        for one in body()["widgets"]
        for metric in one["properties"]["metrics"]
        if str(metric[0]).startswith("AWS/")
    }
    assert asked >= {
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Duration"),
        ("AWS/Lambda", "Throttles"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/DynamoDB", "ReadThrottleEvents"),
        ("AWS/DynamoDB", "WriteThrottleEvents"),
    }
    serverless = (ROOT / "serverless.yml").read_text(encoding="utf-8")
    assert "- ${file(infra/dashboard.yml)}" in serverless
    assert "STAGE: ${sls:stage}" in serverless  # the dimension's value
