"""`python -m handler inventory`: what it prints, refuses and exits with, on files alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from builders import ROOT

from handler.entrypoints.cli.main import main

SAMPLES = ROOT / "tests" / "data" / "inventory"
DETAIL = SAMPLES / "sandbox_ledger_detail.tsv"
SUMMARY = SAMPLES / "sandbox_ledger_summary.tsv"
MYI = SAMPLES / "sandbox_GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA.tsv"
RESERVED = SAMPLES / "sandbox_GET_RESERVED_INVENTORY_DATA.tsv"
COUNTS = SAMPLES / "netsuite_counts.csv"
MORNING, NOON = SAMPLES / "decide_morning.json", SAMPLES / "decide_noon.json"
NOW = ("--now", "2024-12-02T08:00:00Z")
AS_OF = ("--as-of", "2024-12-13T08:00:00Z")
# One row of the sandbox's detail has a reason that is none of the ledger's codes, so it waits.
WAITING = b"2024-12-11"
Run = Callable[..., tuple[int, str, str]]
Told = Callable[..., tuple[int, dict[str, Any]]]
Write = Callable[[bytes | str, str], Path]


@pytest.fixture(autouse=True)
def without_a_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """No table, no bucket: files alone must do."""
    for name in ("TABLE_NAME", "BUCKET_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str | Path, profile: str = "us") -> tuple[int, str, str]:
        code = main(["inventory", *map(str, arguments), "--profile", profile])
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def told(run: Run) -> Told:
    def command(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
        code, out, _ = run(*arguments, "--format", "json")
        return code, json.loads(out)

    return command


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(content: bytes | str, name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def only_known_reasons() -> bytes:
    lines = DETAIL.read_bytes().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(WAITING))


def with_ten_more_coffee_makers() -> bytes:
    return DETAIL.read_bytes().replace(b"\t100\tSDF8", b"\t110\tSDF8")


# decide


def test_decisions_are_printed_and_a_second_file_shows_what_changes(run: Run) -> None:
    # 100 less 2 ordered, half of it the mug's: 49 * 80% - 5 = 34. Of 50 bottles, 3 parts of 4: 37.
    # At noon 60 are left and the order still counts: 29 * 80% - 5 = 18.
    code, out, err = run("decide", MORNING, NOON, *NOW)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        str(MORNING),
        "Decisions: 2 publish",
        "",
        "Listings",
        "  Marketplace    SKU                 Action   Before  Now  Reason",
        "  ATVPDKIKX0DER  SKU-MUG-220         publish       -   34  CHANGED",
        "  ATVPDKIKX0DER  SKU-BOTTLE-150-OWN  publish       -   37  CHANGED",
        "",
        str(NOON),
        "Decisions: 1 publish, 1 unchanged",
        "",
        "Listings",
        "  Marketplace    SKU                 Action     Before  Now  Reason",
        "  ATVPDKIKX0DER  SKU-MUG-220         publish        34   18  CHANGED",
        "  ATVPDKIKX0DER  SKU-BOTTLE-150-OWN  unchanged      37   37  UNCHANGED",
    ]


def test_decisions_as_json_have_the_call_to_make(told: Told) -> None:
    code, document = told("decide", MORNING, *NOW)
    assert code == 0
    assert document["profile"] == "us"
    (call,) = document["calls"]
    assert call["file"] == str(MORNING)
    assert call["send"] == [0, 1]
    mug = call["data"][0]
    value = mug["patch"]["body"]["patches"][0]["value"]
    assert value == [{"fulfillment_channel_code": "DEFAULT", "quantity": 34}]
    assert mug["trace"]["items"][0]["pending"] == 2


def test_assert_sends_what_has_not_changed_too(told: Told) -> None:
    _, document = told("decide", MORNING, NOON, *NOW, "--mode", "assert")
    assert [one["action"] for one in document["calls"][1]["data"]] == ["publish", "publish"]


def test_an_older_count_is_refused_with_exit_2(run: Run) -> None:
    code, out, _ = run("decide", NOON, MORNING, *NOW)
    assert code == 2
    assert "Decisions: 2 refused" in out
    assert "  SKU-MUG-220: Version 1 of the count came after version 2, which stands." in out


def test_without_a_moment_it_is_decided_now_so_an_old_count_publishes_zero(told: Told) -> None:
    code, document = told("decide", MORNING)
    assert code == 0
    assert [(one["quantity"], one["reason"]) for one in document["calls"][0]["data"]] == [
        (0, "SOURCE_STALE"),
        (0, "SOURCE_STALE"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (
            '"available": 100',
            '"available": "100"',
            (
                ", line 18, field data.0.quantities.0.available: found '100'; "
                "expected a valid integer."
            ),
        ),
        (
            '"available": 50',
            '"available": 5.5',
            ", line 25, field data.1.quantities.0.available: found 5.5; expected a valid integer.",
        ),
        (
            '"quantity": 2,',
            '"quantity": 2, "qty": 2,',
            ", line 8, field orders.0.qty: found 2; expected no field of this name.",
        ),
        (
            '"sku": "SKU-BOTTLE-150-OWN",',
            "",
            ", line 20, field data.1.sku: found nothing; expected this field.",
        ),
    ],
)
def test_a_wrong_field_is_named_with_its_line(
    run: Run, written: Write, old: str, new: str, wanted: str
) -> None:
    text = MORNING.read_text()
    assert text.count(old) == 1
    path = written(text.replace(old, new), "body.json")
    code, out, err = run("decide", path, *NOW)
    assert (code, out) == (1, "")
    assert err.splitlines()[0] == f"BAD_JSON: {path}{wanted}"


def test_what_is_no_json_is_refused_with_its_line(run: Run, written: Write) -> None:
    path = written(MORNING.read_text().replace('"orders": [', '"orders": [,'), "body.json")
    code, _, err = run("decide", path, *NOW)
    assert code == 1
    assert err.startswith(f"BAD_JSON: {path}: found no JSON (")
    assert "line 2 " in err


def test_a_file_with_one_fault_decides_nothing_of_the_others(run: Run, written: Write) -> None:
    broken = written(MORNING.read_text().replace("100", "true").replace("50}", "null}"), "b.json")
    code, out, err = run("decide", NOON, broken, *NOW)
    assert (code, out) == (1, "")
    assert "It has 2 faults in all." in err


def test_a_list_and_bytes_that_are_no_text_are_no_body(run: Run, written: Write) -> None:
    path = written("[1]", "body.json")
    _, _, err = run("decide", path, *NOW)
    assert err.startswith(f"BAD_JSON: {path}, line 1, field (body): found [1]; expected an object.")
    path = written(b'{"data": "\xff"}', "body.json")
    assert run("decide", path, *NOW)[2].startswith(f"BAD_JSON: {path}: found no JSON (")


def test_a_byte_order_mark_is_no_fault(told: Told, written: Write) -> None:
    path = written(b"\xef\xbb\xbf" + MORNING.read_bytes(), "body.json")
    assert told("decide", path, *NOW)[0] == 0


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2024-12-02", "2024-12-02T08:00:00", "2024-13-02T08:00:00Z", "0001-01-01T00:00Z"],
)
def test_a_moment_needs_a_day_a_time_and_a_zone(run: Run, text: str) -> None:
    code, _, err = run("decide", MORNING, "--now", text)
    assert code == 1
    assert err.startswith(f"BAD_OPTION: --now: found '{text}'; expected a moment with its time")


# ledger


def test_the_sandbox_ledger_is_posted_and_what_nobody_knows_waits(run: Run) -> None:
    code, out, err = run("ledger", DETAIL)
    assert (code, err) == (2, "")
    assert out.splitlines()[:6] == [
        str(DETAIL),
        "Ledger detail of profile us, 2024-12-02 to 2024-12-12, 10 rows",
        "",
        "Receipt AMZ-INV-US-20241202-RCP1-1   2024-12-02   Amazon FBA US   REC-20241202-001",
        "  Item          Units  Why",
        "  CONSOLE-2025    +25  Receipts",
    ]
    assert "  COFFEE-401   +100  Receipts\n" in out
    assert "  BOTTLE-150   +200  Receipts\n" in out
    assert "  X0003IJ3KL  SKU-BOTTLE-150  2024-12-11     -1  UNKNOWN_LEDGER_REASON\n" in out
    assert out.endswith("3 to post, 1 waiting.\n")


def test_a_ledger_whose_reasons_are_all_known_is_clean(run: Run, written: Write) -> None:
    code, out, _ = run("ledger", written(only_known_reasons(), "detail.tsv"))
    assert code == 0
    assert "Findings: none\n" in out
    assert out.endswith("3 to post.\n")


def test_of_a_second_report_of_the_same_days_only_the_difference_is_posted(
    told: Told, written: Write
) -> None:
    later = written(with_ten_more_coffee_makers(), "later.tsv")
    _, document = told("ledger", DETAIL, later)
    first, second = document["reports"]
    assert [(one["file"], one["status"]) for one in (first, second)] == [
        (str(DETAIL), "posted"),
        (str(later), "posted"),
    ]
    assert first["told_at"] < second["told_at"]
    assert units(first) == [("CONSOLE-2025", 25), ("COFFEE-401", 100), ("BOTTLE-150", 200)]
    assert units(second) == [("COFFEE-401", 10)]


def test_amazon_going_back_to_what_it_said_before_takes_the_difference_back(
    told: Told, written: Write
) -> None:
    later = written(with_ten_more_coffee_makers(), "later.tsv")
    _, document = told("ledger", DETAIL, later, DETAIL)
    back = document["reports"][2]
    assert units(back) == [("COFFEE-401", 10)]
    (posting,) = back["postings"]
    assert (posting["source"], posting["target"]) == ("Amazon FBA US", "Amazon FBA US In Transit")
    assert "RECEIPT_TAKEN_BACK" in {one["code"] for one in back["exceptions"]}


def test_the_same_report_twice_brings_nothing_twice(told: Told) -> None:
    _, document = told("ledger", DETAIL, DETAIL)
    assert [len(one["postings"]) for one in document["reports"]] == [3, 0]
    assert document["reports"][1]["status"] == "no_difference"


def test_a_report_without_a_row_brings_nothing(run: Run, written: Write) -> None:
    head = DETAIL.read_bytes().splitlines(keepends=True)[0]
    code, out, _ = run("ledger", written(head, "empty.tsv"))
    assert code == 0
    assert "Ledger detail of profile us, 0 rows" in out
    assert out.endswith("Nothing to post.\n")


def test_a_summary_is_proven(run: Run, told: Told) -> None:
    code, out, _ = run("ledger", SUMMARY)
    assert code == 0
    assert "Ledger summary of profile us, 4 rows\n" in out
    assert "Balances: rows 4, balanced 4, proven yes, read outflows unsigned" in out
    assert out.endswith("Kept for the comparison of stock.\n")
    _, document = told("ledger", SUMMARY)
    assert document["reports"][0]["equation"]["proven"] is True


def test_a_summary_that_does_not_balance_asks_for_somebody(run: Run, written: Write) -> None:
    content = SUMMARY.read_bytes().replace(b"\t535\t", b"\t536\t")
    code, out, _ = run("ledger", written(content, "summary.tsv"))
    assert code == 2
    assert "Balances: rows 4, balanced 3, proven no" in out
    assert "ERROR LEDGER_DRIFT: " in out


def test_a_summary_is_compared_with_the_detail_named_before_it(told: Told, written: Write) -> None:
    same_day = DETAIL.read_bytes().replace(b"2024-12-02T08:15", b"2024-12-01T08:15")
    detail = written(same_day, "detail.tsv")
    _, document = told("ledger", detail, SUMMARY)
    codes = {one["code"] for one in document["reports"][1]["exceptions"]}
    assert codes == {"LEDGER_DISAGREES"}
    _, alone = told("ledger", SUMMARY)
    assert alone["reports"][0]["exceptions"] == []


def test_any_other_report_of_stock_is_kept(told: Told) -> None:
    code, document = told("ledger", RESERVED)
    assert code == 0
    assert [(one["kind"], one["rows"], one["status"]) for one in document["reports"]] == [
        ("reserved", 3, "kept")
    ]
    code, document = told("ledger", MYI)
    assert code == 2  # one SKU has an offer in each pool
    assert document["reports"][0]["both_channels"] == ["SKU-BOTTLE-150"]


def test_the_marketplace_may_stand_in_the_files_name(told: Told, written: Write) -> None:
    path = written(RESERVED.read_bytes(), "reserved_ATVPDKIKX0DER.tsv")
    assert told("ledger", path)[1]["reports"][0]["marketplace"] == "ATVPDKIKX0DER"


def test_a_report_with_a_row_that_cannot_be_read_is_held(run: Run, written: Write) -> None:
    path = written(DETAIL.read_bytes().replace(b"\t25\tPHX7", b"\t2x\tPHX7"), "detail.tsv")
    code, out, _ = run("ledger", path)
    assert code == 2
    assert "ERROR BAD_INVENTORY_ROW: " in out
    assert out.endswith("Held: nothing of it is posted or kept.\n")


def test_the_postings_in_netsuites_form(run: Run) -> None:
    code, out, _ = run("ledger", DETAIL, SUMMARY, "--format", "netsuite")
    assert code == 2
    calls = json.loads(out)
    assert [(one["method"], one["path"].rpartition("/eid:")[2]) for one in calls] == [
        ("POST", "REC-20241202-001/!transform/itemReceipt"),
        ("POST", "REC-20241205-003/!transform/itemReceipt"),
        ("POST", "REC-20241208-005/!transform/itemReceipt"),
    ]
    assert calls[0]["body"]["item"]["items"][0]["quantity"] == 25


def test_the_postings_in_celigos_form(run: Run) -> None:
    _, out, _ = run("ledger", DETAIL, "--format", "celigo")
    first = json.loads(out)[0]
    assert first["externalId"] == "AMZ-INV-US-20241202-RCP1-1"
    assert first["transferOrderExternalId"] == "REC-20241202-001"
    assert [(one["item"], one["quantity"]) for one in first["lines"]] == [("CONSOLE-2025", 25)]


def test_the_postings_as_csv_of_several_reports_stand_under_one_header(
    run: Run, written: Write
) -> None:
    later = written(with_ten_more_coffee_makers(), "later.tsv")
    _, out, _ = run("ledger", DETAIL, later, SUMMARY, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(one["External ID"], one["Item"], one["Quantity"]) for one in rows] == [
        ("AMZ-INV-US-20241202-RCP1-1", "CONSOLE-2025", "25"),
        ("AMZ-INV-US-20241205-RCP1-1", "COFFEE-401", "100"),
        ("AMZ-INV-US-20241208-RCP1-1", "BOTTLE-150", "200"),
        ("AMZ-INV-US-20241205-RCP2-1", "COFFEE-401", "10"),
    ]


# drift


def test_amazon_is_compared_with_netsuite(run: Run) -> None:
    code, out, err = run("drift", DETAIL, SUMMARY, MYI, "--netsuite", COUNTS, *AS_OF)
    assert (code, err) == (2, "")
    assert out.splitlines()[:14] == [
        f"{DETAIL}: ledger detail, 10 rows, posted, waiting: 1, findings: 1",
        f"{SUMMARY}: ledger summary, 4 rows, kept",
        f"{MYI}: myi, 3 rows, kept, findings: 1",
        "",
        (
            "Stock as of 2024-12-13T08:00:00+00:00: 10 compared, 8 agreed, 0 tolerated, "
            "2 drifted, 10 units, 0 unregistered, 0 uncounted, 2 findings"
        ),
        "",
        "By cause",
        "  Pool  Cause        Pairs  Units",
        "  FBA   unexplained      2     10",
        "",
        "Counts that differ",
        "  Item        Location       Measure    Amazon  NetSuite  Difference  Cause",
        "  COFFEE-401  Amazon FBA US  available     535       530          +5  unexplained",
        "  COFFEE-401  Amazon FBA US  on hand       535       530          +5  unexplained",
    ]


def test_counts_that_agree_or_are_tolerated_are_no_drift(run: Run, written: Write) -> None:
    # Two units of the coffee maker are tolerated.
    on_hand = COUNTS.read_text().replace("530,530", "533,")
    code, out, _ = run("drift", SUMMARY, "--netsuite", written(on_hand, "counts.csv"), *AS_OF)
    assert code == 0
    assert "1 tolerated, 0 drifted, 0 units" in out
    assert "Findings: none" in out


def test_drift_as_json_has_the_reports_in_brief(told: Told) -> None:
    code, document = told("drift", DETAIL, SUMMARY, MYI, "--netsuite", COUNTS, *AS_OF)
    assert code == 2
    assert document["counts"]["drifted"] == 2
    assert (document["as_of"], document["stock_at"]) == ("2024-12-13T08:00:00+00:00",) * 2
    assert document["balance_day"] == "2024-12-01"
    assert [one["lines"] for one in document["reports"][0]["postings"]] == [1, 1, 1]
    assert [one["told_at"][11:19] for one in document["reports"]] == [
        "07:59:58",
        "07:59:59",
        "08:00:00",
    ]


def test_a_report_that_is_held_is_never_clean(run: Run, written: Write) -> None:
    held = written(RESERVED.read_bytes().replace(b"\t12\t8\t", b"\t12\tx\t"), "reserved.tsv")
    agree = written(COUNTS.read_text().replace("530,530", "535,"), "counts.csv")
    assert run("drift", SUMMARY, "--netsuite", agree, *AS_OF)[0] == 0
    code, out, _ = run("drift", SUMMARY, held, "--netsuite", agree, *AS_OF)
    assert code == 2
    assert f"{held}: reserved, 3 rows, held, findings: 1" in out


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("item,location,on_hand,available\nA,B,1.0,\n",
         ", line 2, column on_hand: found '1.0'; expected whole units, such as '12' or '-3'."),
        ("item,location,available\nA,B,1_0\n",
         ", line 2, column available: found '1_0'; expected whole units, such as '12' or '-3'."),
        ("item,location,on_hand\nA,B,٣\n",
         ", line 2, column on_hand: found '٣'; expected whole units, such as '12' or '-3'."),
        ("item,location\nA,B\n",
         ", line 2, column on_hand: found ''; expected whole units here or under available."),
        ("item,location,on_hand\n ,B,1\n", ", line 2, column item: found ' '; expected a text."),
        ("item,place,on_hand\nA,B,1\n",
         (", line 1: found the column 'place'; expected none but item, location, on_hand, "
          "available.")),
        ("item,location,on_hand\n", ", line 2: found nothing; expected a count."),
    ],
)  # fmt: skip
def test_a_wrong_count_is_named_with_its_line_and_column(
    run: Run, written: Write, content: str, wanted: str
) -> None:
    path = written(content, "counts.csv")
    code, out, err = run("drift", SUMMARY, "--netsuite", path, *AS_OF)
    assert (code, out) == (1, "")
    assert err.splitlines()[0] == f"BAD_CSV: {path}{wanted}"


# what all three refuse


@pytest.mark.parametrize("action", ["decide", "ledger"])
def test_a_file_that_is_not_there_is_one_clear_line(run: Run, action: str) -> None:
    code, out, err = run(action, "nowhere.tsv")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "UNUSABLE_FILE: nowhere.tsv: No such file or directory.",
        "Repair: Name a file that can be read.",
    ]


def test_an_empty_file_and_a_foreign_one_are_named(run: Run, written: Write) -> None:
    empty = written(b"", "empty.tsv")
    assert run("ledger", DETAIL, empty)[2].startswith(f"UNUSABLE_FILE: {empty}: the file is empty.")
    foreign = written(b"a\tb\n1\t2\n", "foreign.tsv")
    code, out, err = run("ledger", DETAIL, foreign)
    assert (code, out) == (1, "")
    assert f": {foreign}: " in err


@pytest.mark.parametrize(
    "arguments",
    [("decide", MORNING), ("ledger", DETAIL), ("drift", SUMMARY, "--netsuite", COUNTS)],
    ids=lambda arguments: arguments[0],
)
def test_an_unknown_profile_is_refused(run: Run, arguments: tuple[str | Path, ...]) -> None:
    code, out, err = run(*arguments, profile="zz")
    assert (code, out) == (1, "")
    assert err.startswith('UNKNOWN_PROFILE: No profile "zz" keeps stock; there are: us.')


def test_another_mappings_folder_is_used(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    copytree(ROOT / "mappings", folder)
    reasons = folder / "ledger_reasons.csv"
    reasons.write_text(reasons.read_text() + "Adjustments,DAMAGED,adjust,discrepancy,Damaged\n")
    code, out, _ = run("ledger", DETAIL, "--mappings", folder)
    assert code == 0
    assert "5130 Inventory Discrepancies" in out
    assert out.endswith("4 to post.\n")


def units(report: dict[str, Any]) -> list[tuple[str, int]]:
    return [(line["item"], line["quantity"]) for one in report["postings"] for line in one["lines"]]
