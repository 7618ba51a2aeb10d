"""`python -m handler reconcile` and `mappings diff`: what they print, refuse and exit with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from builders import a_file
from ca_run import AUGUST, EARLY_AUGUST, IDS, JULY, NAMES, SEPTEMBER, settled
from plugin import HELD, ROOT, SETTLEMENTS
from test_http_fees import a_month
from test_http_orders import SALES

from handler import wiring
from handler.adapters.mapping_source import MappingFiles
from handler.entrypoints.cli.main import main

FILES = [str(SETTLEMENTS / name) for name in NAMES]
BANK = (
    "id,date,amount,currency,descriptor\n"
    "B1,2025-09-02,1016.08,CAD,AMAZON.CA DES:MARKETPLAC\n"
    "B2,2025-09-29,4630.23,CAD,AMAZON.CA DES:MARKETPLAC\n"
)
Write = Callable[..., str]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(content: str | bytes, name: str = "given.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


@pytest.fixture(autouse=True)
def without_a_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """No table, no bucket: files alone must do."""
    for name in ("TABLE_NAME", "BUCKET_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(["reconcile", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def told(run) -> Callable[..., tuple[int, dict[str, Any]]]:
    def command(*arguments: str) -> tuple[int, dict[str, Any]]:
        code, out, _ = run(*arguments, "--format", "json")
        return code, json.loads(out)

    return command


def with_files(action: str, *more: str, files: list[str] | None = None) -> list[str]:
    return [action, "--settlements", *(files or FILES), *more]


def test_deposits_all_matched(run, told, written: Write) -> None:
    arguments = with_files("deposits", "--bank", written(BANK), "--profile", "ca")
    code, out, err = run(*arguments)
    assert code == 0
    assert err == ""
    assert f"  {AUGUST}  B1         one_to_one" in out
    assert "Findings: none" in out
    code, document = told(*arguments)
    assert code == 0
    assert [one["settlement_ids"] for one in document["matches"]] == [[AUGUST], [SEPTEMBER]]
    assert document["matches"][0]["netsuite"][0]["method"] == "PUT"
    assert {one["settlement_id"] for one in document["without_bank_line"]} == {JULY, EARLY_AUGUST}


def test_deposits_missing_or_asked(run, written: Write) -> None:
    arguments = with_files("deposits", "--bank", written(BANK.replace("B2,", "B3,")), "--as-of")
    assert run(*arguments, "2025-12-31")[0] == 0
    lines = BANK.splitlines()
    code, out, _ = run(
        *with_files("deposits", "--bank", written("\n".join(lines[:2]))), "--as-of", "2025-12-31"
    )
    assert code == 2
    assert "DEPOSIT_MISSING" in out
    twins = "\n".join([*lines, lines[1].replace("B1", "B9")])
    code, out, _ = run(*with_files("deposits", "--bank", written(twins)))
    assert code == 2
    assert "Asked: no answer is certain" in out


def test_deposits_in_another_currency(told, written: Write) -> None:
    bank = "id,date,amount,currency\nB1,2025-09-02,731.58,USD\n"
    arguments = with_files("deposits", "--bank", written(bank), files=FILES[2:3])
    assert told(*arguments)[1]["matches"] == []
    code, document = told(*arguments, "--rate", "CAD:USD:0.72:0.72", "--fx-account", "7010 FX")
    assert code == 0
    assert document["matches"][0]["kind"] == "other_currency"


def orders_csv(*, without: str = "") -> str:
    rows = [f"{of},{amount},CAD,2025-08-16" for of, amount in SALES.items() if of != without]
    return "\n".join(["order_id,amount,currency,date", *rows]) + "\n"


def test_orders(run, told, written: Write) -> None:
    arguments = with_files("orders", "--orders", written(orders_csv()), files=FILES[2:3])
    code, document = told(*arguments)
    assert (code, document["counts"]["agreed"]) == (0, len(SALES))
    first = min(SALES)
    path = written(orders_csv(without=first))
    code, out, _ = run(*with_files("orders", "--orders", path, files=FILES[2:3]))
    assert code == 2
    assert "Not in NetSuite" in out
    assert first in out


def test_clearing(run, told, written: Write) -> None:
    rows = [f"{of},0.00,CAD" for of in IDS]
    path = written("\n".join(["settlement_id,amount,currency", *rows]))
    through = ("--deposited-through", "2025-12-31")
    code, document = told(*with_files("clearing", "--balances", path), *through)
    assert code == 0
    assert [row["difference"] for row in document["rows"]] == ["0.00"] * 4
    code, out, _ = run(*with_files("clearing", "--balances", path))  # not deposited yet
    assert code == 2
    assert "CLEARING_DIFFERS" in out
    path = written(f"settlement_id,amount,currency\n{AUGUST},1016.08,CAD\n")
    code, document = told(*with_files("clearing", "--balances", path))
    assert code == 0
    assert set(document["without_balance"]) == {*IDS} - {AUGUST}


def test_reserves(run) -> None:
    code, out, _ = run(*with_files("reserves"))
    assert code == 0
    assert "unknown" in out
    assert out.count("ca CAD") == 4


def test_fees(run, told, written: Write) -> None:
    months = [written(a_month(month, "-1.50", "-3.00"), f"{month}.txt") for month in range(3, 8)]
    jump = written(a_month(8, "-1.80", "-3.00"), "8.txt")
    arguments = with_files("fees", "--profile", "us", files=[*months, jump])
    code, out, _ = run(*arguments, "--period", "2025-08")
    assert code == 2
    assert "11700000008: 4, 7, 10" in out
    code, document = told(*arguments, "--period", "2025-07")
    assert (code, document["jumps"]) == (0, [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "line 1: found nothing; expected the columns id, date, amount, currency"),
        ("id,date,amount\n", "line 1: found no column 'currency'"),
        ("id,date,amount,currency,memo\n", "line 1: found the column 'memo'; expected none but"),
        ("id,id,date,amount,currency\n", "line 1: found the column 'id' twice"),
        (BANK + "B3,2025-09-29\n", "line 4: found 2 cells; expected 5 cells"),
        (BANK + "B3,29.09.2025,1.00,CAD,\n", "line 4, column date: found '29.09.2025'"),
        (BANK + "B3,2025-09-31,1.00,CAD,\n", "line 4, column date"),
        (BANK + "B3,2025-09-29,1.0,CAD,\n", "line 4, column amount: found '1.0'"),
        (BANK + 'B3,2025-09-29,"1,000.00",CAD,\n', "line 4, column amount: found '1,000.00'"),
        (BANK + "B3,2025-09-29,1.00,cad,\n", "line 4, column currency: found 'cad'"),
        (BANK + "\n,2025-09-29,1.00,CAD,\n", "line 5, column id: found ''; expected a text"),
        (BANK + 'B3,2025-09-29,1.00,CAD,"open\n', "line 4: found"),
        (BANK.encode() + b"B3,2025-09-29,1.00,CAD,\xe9\n", "line 4: found the byte 0xE9"),
    ],
)
def test_a_csv_that_is_not_exact(run, written: Write, content: str | bytes, words: str) -> None:
    path = written(content)
    code, out, err = run(*with_files("deposits", "--bank", path))
    assert (code, out) == (1, "")
    assert f"BAD_CSV: {path}, {words}" in err
    assert "expected" in err


def test_a_byte_order_mark_and_crlf_are_fine(run, written: Write) -> None:
    content = b"\xef\xbb\xbf" + BANK.replace("\n", "\r\n").encode()
    assert run(*with_files("deposits", "--bank", written(content)))[0] == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--as-of", "31.12.2025"), "--as-of: found '31.12.2025'"),
        (("--rate", "CAD:USD:0.7"), "--rate"),
        (("--rate", "CAD:USD:0.8:0.7"), "--rate"),
        (("--profile", "nobody"), "UNKNOWN_PROFILE"),
    ],
)
def test_an_option_that_is_not_exact(
    run, written: Write, more: tuple[str, ...], words: str
) -> None:
    code, out, err = run(*with_files("deposits", "--bank", written(BANK), *more))
    assert (code, out) == (1, "")
    assert words in err


def test_settlement_files_that_cannot_be_used(run, written: Write) -> None:
    bank = ("--bank", written(BANK))
    held = written(HELD, "held.txt")
    for files, words in (
        ([written(b"hello\n", "no.txt")], "no.txt: "),
        (["nowhere.txt"], "nowhere.txt"),
        ([held], "held.txt: the settlement is held (SETTLEMENT_VARIANCE)"),
        ([FILES[0], FILES[0]], "DUPLICATE_SETTLEMENT"),
        ([FILES[0], written(a_file().content(), "us.txt")], "PROFILE_NEEDED"),
    ):
        code, out, err = run(*with_files("deposits", *bank, files=files))
        assert (code, out) == (1, ""), words
        assert words in err
    assert run(*with_files("fees", "--period", "2025-9"))[0] == 1
    assert run(*with_files("orders", "--orders", "nowhere.csv"))[0] == 1


def test_mappings_diff(tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    here = settled(NAMES[1:3])
    folder = tmp_path / "mappings"
    copytree(ROOT / "mappings", folder)
    profile = folder / "profiles" / "ca.toml"
    text = profile.read_text()
    profile.write_text(text.replace('"4010 Product Sales"', '"4011 Sales in Canada"'))
    monkeypatch.setenv("TABLE_NAME", "t")
    monkeypatch.setenv("BUCKET_NAME", "b")
    monkeypatch.setattr(wiring, "build", lambda _: here.app)
    capsys.readouterr()
    assert main(["mappings", "diff", "--profile", "ca"]) == 0
    assert capsys.readouterr().out == "Nothing would change.\n"
    assert main(["mappings", "diff", "--mappings", str(folder)]) == 2
    out = capsys.readouterr().out
    assert f"Settlement {AUGUST} of profile ca" in out
    assert "4011 Sales in Canada" in out
    assert out.endswith("2 settlement(s) would change. `repost` posts the difference.\n")
    edited = replace(here.app, mappings=MappingFiles(folder))
    monkeypatch.setattr(wiring, "build", lambda _: edited)
    assert main(["mappings", "diff", "--format", "json"]) == 2
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_mappings_diff_needs_the_store(capsys) -> None:
    assert main(["mappings", "diff"]) == 1
    assert "TABLE_NAME" in capsys.readouterr().err
