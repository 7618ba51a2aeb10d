"""The command line: what it prints, and its exit codes."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from builders import FILES, ROOT, a_file, a_row

from handler.entrypoints.cli.main import main

REAL = ROOT / "tests" / "data" / "settlements"
AUGUST = str(REAL / "ca_v1_2025-08b_blank_line_inside.txt")
NEGATIVE = str(REAL / "ca_v1_2025-07_negative.txt")


@pytest.fixture
def written(tmp_path: Path):
    def write(content: bytes | str, name: str = "report.txt") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_real_file_is_proven_without_naming_a_profile(path, capsys) -> None:
    code, out, err = printed(capsys, "settle", str(path), "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert document["status"] == "proven"
    assert f"Profile '{document['profile']}' taken" in err
    clearing = document["clearing"]
    assert clearing["before_deposit"] == clearing["deposit"] == document["declared_total"]
    assert Decimal(clearing["after_deposit"]) == 0
    for entry in document["journal_entries"]:
        debit, credit = (sum(Decimal(x[s]) for x in entry["lines"]) for s in ("debit", "credit"))
        assert debit == credit
    assert all(law["kept"] for law in document["proof"])


def test_the_json_has_every_field_of_the_contract(capsys) -> None:
    _, out, _ = printed(capsys, "settle", AUGUST, "--format", "json")
    document = json.loads(out)
    assert {
        "settlement_id", "format", "currency", "declared_total", "computed_total", "status",
        "journal_entries", "clearing", "vocabulary", "exceptions",
    } <= set(document)  # fmt: skip
    assert {
        "external_id", "tran_date", "posting_period", "subsidiary", "currency", "memo", "lines",
    } <= set(document["journal_entries"][0])  # fmt: skip
    assert {"account", "accounting_class", "debit", "credit", "memo", "row_count"} <= set(
        document["journal_entries"][0]["lines"][0]
    )
    assert {
        "transaction_type", "amount_type", "amount_description", "accounting_class", "rows",
        "amount",
    } == set(document["vocabulary"][0])  # fmt: skip
    assert sum(use["rows"] for use in document["vocabulary"]) == document["amounts"]


def test_an_unmapped_value_goes_to_suspense_with_its_exception(written, capsys) -> None:
    rows = [a_row(), a_row(amount_type="ItemFees", amount_description="Moon fee", amount="-1.00")]
    code, out, _ = printed(
        capsys, "settle", written(a_file(rows, total="9.00").text()), "--format", "json"
    )
    document = json.loads(out)
    assert (code, document["status"]) == (0, "proven")
    (exception,) = document["exceptions"]
    assert exception["code"] == "UNMAPPED_TRANSACTION"
    assert {"code", "severity", "subject", "what", "why", "repair", "evidence"} == set(exception)
    classes = [x["accounting_class"] for e in document["journal_entries"] for x in e["lines"]]
    assert "unmapped" in classes


def test_a_held_settlement_posts_nothing_and_exits_with_2(written, capsys) -> None:
    file = written(a_file(total="10.01").text())
    code, out, _ = printed(capsys, "settle", file, "--format", "json")
    document = json.loads(out)
    assert code == 2
    assert document["status"] == "held"
    assert document["journal_entries"] == document["nil_lines"] == []
    assert document["deposit_entry"] is None
    code, out, _ = printed(capsys, "settle", file)
    assert code == 2
    assert "SETTLEMENT_VARIANCE" in out
    assert out.rstrip().endswith("HELD: 1 error(s). Nothing is posted until they are repaired.")


@pytest.mark.parametrize("style", ["netsuite", "celigo", "csv"])
def test_a_held_settlement_gives_no_payload(style: str, written, capsys) -> None:
    file = written(a_file(total="10.01").text())
    code, out, err = printed(capsys, "settle", file, "--format", style)
    assert (code, out) == (1, "")
    assert "SETTLEMENT_HELD" in err


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "The file is empty"), (b"hello\n", "has not the columns"), (b"\x1f\x8bxx", "damaged")],
)
def test_a_file_that_is_no_settlement_exits_with_1_and_one_reason(
    content: bytes, words: str, written, capsys
) -> None:
    file = written(content, "nonsense.txt")
    code, out, err = printed(capsys, "settle", file)
    assert (code, out) == (1, "")
    assert words in err
    assert "nonsense.txt" in err


def test_a_file_that_is_not_there_exits_with_1(capsys) -> None:
    code, _, err = printed(capsys, "settle", "nowhere.txt")
    assert code == 1
    assert "nowhere.txt: No such file" in err


def test_an_unknown_profile_exits_with_1(capsys) -> None:
    code, _, err = printed(capsys, "settle", AUGUST, "--profile", "mars")
    assert code == 1
    assert "UNKNOWN_PROFILE" in err


def test_the_wrong_profile_holds_and_says_why(capsys) -> None:
    code, out, _ = printed(capsys, "settle", AUGUST, "--profile", "us", "--format", "json")
    assert code == 2
    found = {exception["code"] for exception in json.loads(out)["exceptions"]}
    assert found == {"UNKNOWN_MARKETPLACE", "CURRENCY_MISMATCH"}


def test_a_packed_file_is_settled_as_it_is(written, capsys) -> None:
    packed = written(gzip.compress(Path(AUGUST).read_bytes()), "august.txt.gz")
    plain, same = (printed(capsys, "settle", f, "--format", "json")[1] for f in (AUGUST, packed))
    assert plain == same


def test_the_table_is_one_an_accountant_can_add_up(capsys) -> None:
    code, out, _ = printed(capsys, "settle", AUGUST)
    assert code == 0
    assert "PROVEN: balanced, and the clearing account returns to 0.00." in out
    assert "3,511.00     3,511.00" in out
    assert "Proof: 10 of 10 laws hold" in out


def test_explain_lists_the_rows_whose_sum_is_the_line(capsys) -> None:
    _, out, _ = printed(capsys, "settle", AUGUST, "--format", "json")
    document = json.loads(out)
    file_lines = Path(AUGUST).read_text().split("\n")
    for line in document["journal_entries"][0]["lines"]:
        code, out, _ = printed(
            capsys, "settle", AUGUST, "--explain", str(line["line"]), "--format", "json"
        )
        rows = json.loads(out)
        assert code == 0
        assert len(rows) == line["row_count"]
        signed = Decimal(line["credit"]) - Decimal(line["debit"])
        own = -signed if line["accounting_class"] == "clearing" else signed
        assert sum(Decimal(row["amount"]) for row in rows) == own
        for row in rows:
            assert row["cells"].get("order-id", "") in file_lines[row["file_line"] - 1]


def test_explain_of_a_line_that_is_not_there_says_which_are(capsys) -> None:
    code, _, err = printed(capsys, "settle", AUGUST, "--explain", "99")
    assert code == 1
    assert "Its lines are 1 to 25." in err


def test_explain_for_the_eye_adds_up(capsys) -> None:
    _, out, _ = printed(capsys, "settle", AUGUST, "--explain", "5")
    assert out.splitlines()[0].endswith("4110 Product Refunds, Product refunds, debit 60.00 CAD")
    assert out.splitlines()[-1].split() == ["1", "amounts", "-60.00"]


def test_netsuite_calls_carry_exact_numbers_and_one_side(capsys) -> None:
    _, out, _ = printed(capsys, "settle", NEGATIVE, "--format", "netsuite")
    calls = json.loads(out, parse_float=Decimal)
    assert [call["path"].split("eid:")[1] for call in calls] == [
        "AMZ-CA-13111134249-202506?replace=line",
        "AMZ-CA-13111134249-202507?replace=line",
        "AMZ-CA-13111134249-DEP?replace=line",  # a debt is a fact at once
    ]
    for call in calls:
        lines = call["body"]["line"]["items"]
        assert all(("debit" in line) != ("credit" in line) for line in lines)
        assert sum(x.get("debit", 0) for x in lines) == sum(x.get("credit", 0) for x in lines)
    assert '"debit":321.69' in out


def test_the_deposit_of_a_positive_total_is_not_posted_before_the_bank_shows_it(capsys) -> None:
    _, out, _ = printed(capsys, "settle", AUGUST, "--format", "celigo")
    assert [record["externalId"] for record in json.loads(out)] == ["AMZ-CA-03177986348-202508"]


def test_csv_is_one_row_for_each_line(capsys) -> None:
    _, out, _ = printed(capsys, "settle", AUGUST, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 25
    assert sum(Decimal(row["Debit"] or 0) for row in rows) == Decimal("3511.00")


def test_mappings_check_is_content_with_what_is_shipped(capsys) -> None:
    code, out, _ = printed(capsys, "mappings", "check")
    assert (code, out) == (0, "The mappings are sound.\n")


def test_mappings_check_lists_what_a_file_would_leave_unmapped(written, capsys) -> None:
    rows = [a_row(), a_row(amount_type="ItemFees", amount_description="Moon fee", amount="-1.00")]
    code, out, _ = printed(capsys, "mappings", "check", written(a_file(rows, total="9.00").text()))
    assert code == 1
    assert "1 of 2 kinds have a rule." in out
    assert "Order / ItemFees / Moon fee" in out


def test_mappings_check_names_file_and_line_of_a_fault(tmp_path: Path, capsys) -> None:
    import shutil

    folder = tmp_path / "mappings"
    shutil.copytree(ROOT / "mappings", folder)
    table = folder / "vocabulary.csv"
    table.write_text(table.read_text() + "Order,ItemPrice,Principal,product_sales,again\n")
    code, out, _ = printed(capsys, "mappings", "check", "--mappings", str(folder))
    assert code == 1
    assert f"vocabulary.csv:{len(table.read_text().splitlines())}:" in out
    assert "1 fault(s)" in out


def test_it_runs_as_a_module_and_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m handler settle {AUGUST} | head -1"
    done = subprocess.run(
        command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("Settlement 03177986348")
    assert "Traceback" not in done.stderr


MONTH = str(ROOT / "tests" / "data" / "date_range" / "us_date_range_2026_synthetic.csv")


def test_a_month_of_several_settlements_is_refused_until_one_is_named(capsys) -> None:
    code, _, err = printed(capsys, "settle", MONTH)
    assert code == 1
    assert "MIXED_SETTLEMENTS" in err
    assert "222 (2 rows, no Transfer row)" in err
    code, out, _ = printed(capsys, "settle", MONTH, "--settlement", "222", "--format", "json")
    document = json.loads(out)
    assert (code, document["settlement_id"], document["status"]) == (2, "222", "held")
    assert "NO_DECLARED_TOTAL" in {found["code"] for found in document["exceptions"]}


def test_naming_another_settlement_than_the_file_has_is_refused(capsys) -> None:
    code, _, err = printed(capsys, "settle", AUGUST, "--settlement", "111")
    assert code == 1
    assert "The file is of settlement '03177986348', not of '111'" in err
