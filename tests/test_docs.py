"""README tells the truth: transcripts are what the program prints, and nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders import ROOT

from handler.entrypoints.cli.main import main

README = (ROOT / "README.md").read_text(encoding="utf-8")
SAMPLE = "tests/data/settlements/ca_v1_2025-08b_blank_line_inside.txt"


def transcript(opening: str) -> list[str]:
    """The fenced block that opens with these words, without the command and the left-out parts."""
    block = next(
        b for b in re.findall(r"^```\w*\n(.*?)^```", README, re.S | re.M) if b.startswith(opening)
    )
    return [line for line in block.splitlines() if line != "..." and not line.startswith("$ ")]


def assert_in_order(wanted: list[str], printed: str) -> None:
    lines = iter(printed.splitlines())
    for line in wanted:
        assert line in lines, f"README shows a line the program does not print there: {line!r}"


def test_the_transcript_is_what_settle_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settle", str(ROOT / SAMPLE)]) == 0
    assert_in_order(transcript("Settlement 03177986348"), capsys.readouterr().out)


def test_the_explanation_is_what_explain_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settle", str(ROOT / SAMPLE), "--explain", "5"]) == 0
    assert transcript("$ .venv/bin/python") == capsys.readouterr().out.splitlines()


def test_every_environment_variable_is_told() -> None:
    names = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+|STAGE)"', source("settings.py")))
    assert {"TABLE_NAME", "BUCKET_NAME", "STAGE"} <= names
    for name in names - {"BAD_SETTING"}:
        assert f"`{name}`" in README, name


def test_every_route_is_told() -> None:
    found = set()
    for path in (ROOT / "handler" / "entrypoints").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'\.(?:get|post|put|delete|route)\(\s*"(/[^"]*)"', text))
    assert len(found) >= 5
    for route in found:
        told = re.sub(r"<(?:\w+:)?\w+>", "{id}", route)
        assert told in README, route


def test_every_command_is_told() -> None:
    for command in (
        "settle",
        "mappings check",
        "mappings diff",
        "reconcile deposits",
        "inventory decide",
        "inventory ledger",
        "inventory drift",
        "show",
        "keys create",
        "keys rotate",
        "keys revoke",
        "keys import",
        "webhooks add",
        "outbox list",
        "alerts test",
        "exceptions list",
        "exceptions retry",
        "netsuite ids",
        "netsuite check",
        "state export",
        "state import",
        "state check",
        "state rebuild",
    ):
        assert command in README, command
    for command in re.findall(r"python3 infra/dev.py (\w+)", README):
        assert f"  {command} " in (ROOT / "infra" / "dev.py").read_text(encoding="utf-8")


def test_every_file_readme_names_is_there() -> None:
    told = r"(?<![\w/])((?:handler|mappings|infra|tests)/[\w./-]*[\w/])"
    for name in re.findall(told, README):
        assert (ROOT / name).exists(), name


def test_every_test_the_threats_name_is_there() -> None:
    threats = (ROOT / "infra" / "docs" / "threats.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+)::(test_\w+)`", threats)
    assert len(named) > 40
    assert threats.count("::") == len(named) + 1  # and what says how they are written
    files = {
        path.stem: path.read_text(encoding="utf-8") for path in ROOT.rglob("tests/**/test_*.py")
    }
    for file, test in named:
        assert f"\ndef {test}(" in files[file], f"{file}::{test}"


def source(name: str) -> str:
    return Path(ROOT / "handler" / name).read_text(encoding="utf-8")
