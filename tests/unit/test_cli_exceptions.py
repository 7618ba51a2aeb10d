"""`python -m handler exceptions`: the register by hand."""

from __future__ import annotations

import json

import pytest
from plugin import CA, CA_ID, HELD, POISON, Plugin, plugin

from handler import wiring
from handler.entrypoints.cli import exceptions
from handler.entrypoints.cli.main import main
from handler.flows.exception_record import exception_id


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Plugin:
    made = plugin()
    made.post(HELD)
    made.post(POISON)
    monkeypatch.setenv("TABLE_NAME", "t")
    monkeypatch.setenv("BUCKET_NAME", "b")
    monkeypatch.setenv("LOGNAME", "ann")
    monkeypatch.setattr(wiring, "build", lambda _: made.app)
    capsys.readouterr()
    return made


def name_of(here: Plugin, code: str) -> str:
    (one,) = [one for one in here.open_exceptions() if one.code == code]
    return exception_id(one)


def test_they_are_listed_and_narrowed(here: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exceptions", "list"]) == 0
    printed = capsys.readouterr().out
    for code in ("SETTLEMENT_VARIANCE", "UNUSABLE_FILE"):
        assert code in printed
        assert name_of(here, code) in printed
    assert main(["exceptions", "list", "--code", "UNUSABLE_FILE", "--format", "json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert one["id"] == name_of(here, "UNUSABLE_FILE")
    assert main(["exceptions", "list", "--severity", "warning"]) == 0
    assert capsys.readouterr().out == "There are none.\n"


def test_what_is_done_is_kept_by_name(here: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    name = name_of(here, "UNUSABLE_FILE")
    for arguments in (["assign", name, "Bob"], ["ignore", name, "a test"], ["reopen", name]):
        assert main(["exceptions", *arguments]) == 0
    capsys.readouterr()
    assert main(["exceptions", "show", name]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["owner"], told["state"]) == ("Bob", "open")
    assert [entry["by"] for entry in told["history"]] == ["cli:ann"] * 3


def test_a_retry_says_by_its_exit_whether_it_helped(
    here: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    name = name_of(here, "SETTLEMENT_VARIANCE")
    assert main(["exceptions", "retry", name]) == 1
    assert "open" in capsys.readouterr().out
    assert main(["exceptions", "retry", "--code", "SETTLEMENT_VARIANCE"]) == 1
    here.post(CA)
    assert main(["exceptions", "retry", name]) == 1  # it is closed already
    assert "EXCEPTION_CLOSED" in capsys.readouterr().err
    assert main(["exceptions", "retry", "--code", "SETTLEMENT_VARIANCE"]) == 0


def test_all_of_a_code_are_retried_though_they_are_more_than_a_page(
    here: Plugin, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exceptions, "_AT_ONCE", 2)
    for number in range(4):
        here.post(HELD.replace(CA_ID.encode(), f"2270000000{number}".encode()))
    assert main(["exceptions", "retry", "--code", "SETTLEMENT_VARIANCE"]) == 1
    assert capsys.readouterr().out.count("SETTLEMENT_VARIANCE") == 5
    alike = [one for one in here.open_exceptions() if one.code == "SETTLEMENT_VARIANCE"]
    assert [one.attempts for one in alike] == [1] * 5


def test_a_misspelt_code_is_no_success(here: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exceptions", "retry", "--code", "SETTLEMENT_VARIENCE"]) == 1
    assert "UNKNOWN_CODE" in capsys.readouterr().err
    assert [one.attempts for one in here.open_exceptions()] == [0, 0]


def test_an_unknown_one_is_said_to_be(here: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exceptions", "show", "none"]) == 1
    assert "EXCEPTION_NOT_FOUND" in capsys.readouterr().err
    assert len(here.open_exceptions()) == 2
