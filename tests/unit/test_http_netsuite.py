"""POST /v1/netsuite/validate, ids in answers, and `python -m handler netsuite`."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import DATA, ROOT
from fake_netsuite import FakeNetsuite
from netsuite_samples import DIALECTS, KINDS, a_payload, broken
from plugin import CA_ID, CA_NAME, SETTLEMENTS, Plugin, data_of, error_of, plugin

from handler.entrypoints.cli.main import main
from handler.flows import api_keys
from handler.payloads import json_text
from handler.wiring import mapping_source, reference_source

VALIDATE = "/v1/netsuite/validate"


@pytest.fixture
def here() -> Plugin:
    return plugin()


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    folder = tmp_path / "mappings"
    shutil.copytree(ROOT / "mappings", folder)
    (folder / "netsuite").mkdir(exist_ok=True)
    shutil.copy(DATA / "netsuite" / "ca.csv", folder / "netsuite" / "ca.csv")
    return folder


def validated(here: Plugin, payloads: list[Any]) -> list[dict[str, Any]]:
    body = json_text.dumps({"data": payloads}).encode()
    return data_of(here.call("POST", VALIDATE, data=body, content_type="application/json"))


def test_each_record_is_answered_in_its_place(here: Plugin) -> None:
    good = [a_payload(kind, dialect) for kind in KINDS for dialect in DIALECTS]
    bad = broken("three decimals", "deposit", "celigo")
    data = validated(here, [*good, bad, "text"])
    assert [one["success"] for one in data] == [True] * 10 + [False, False]
    assert [one["record"] for one in data[::2][:5]] == [
        "journalEntry", "deposit", "inventoryAdjustment", "inventoryTransfer", "itemReceipt",
    ]  # fmt: skip
    assert data[-2]["external_id"] == "AMZ-US-11700000001-DEP"
    assert data[-2]["errors"] == [
        {
            "code": "NOT_FOR_NETSUITE",
            "message": "line 1: amount: found 96.505; expected at most 2 decimals",
            "source": "settlement-plugin",
            "repair": "Correct line 1: amount: NetSuite would refuse it.",
            "retryable": False,
        }
    ]
    assert data[-1]["errors"][0]["message"] == "payload: found a text; expected an object"
    assert (data[-1]["external_id"], data[-1]["record"]) == ("", "")


def test_amounts_stay_exact_on_the_way_in(here: Plugin) -> None:
    body = json_text.dumps({"data": [a_payload("journal_entry", "celigo")]})
    # As floats, both sides would be the same number.
    odd = body.replace("96.50", "99999999999999.97").replace("90.00", "99999999999993.46")
    (one,) = data_of(
        here.call("POST", VALIDATE, data=odd.encode(), content_type="application/json")
    )
    assert one["errors"][0]["message"].startswith("lines: found 0.01 more debits")


def test_a_record_of_many_faults_names_the_first_fifty(here: Plugin) -> None:
    payload = a_payload("inventory_transfer", "celigo")
    payload["lines"] = [{} for _ in range(100)]
    (one,) = validated(here, [payload])
    assert (one["faults"], len(one["errors"])) == (200, 50)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'{"data": []}', b'{"data": 1}', b'{"data": [{}], "x": 1}',
        b'{"data": [NaN]}', b'{"data": [1e999]}', b'{"data":[1e99999999999999999999]}',
        b"\xff", b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_body_of_another_form_is_refused(here: Plugin, body: bytes) -> None:
    answer = here.call("POST", VALIDATE, data=body, content_type="application/json")
    assert answer.status_code == 422
    assert error_of(answer)["code"] == "BAD_BODY"


def test_it_needs_its_scope_and_knows_no_parameter(here: Plugin) -> None:
    key = api_keys.create(here.app, "other", ["inventory:read"])
    answer = here.call("POST", VALIDATE, key=key, json={"data": [{}]})
    assert (answer.status_code, error_of(answer)["code"]) == (403, "SCOPE_MISSING")
    answer = here.call("POST", f"{VALIDATE}?profile=ca", json={"data": [{}]})
    assert error_of(answer)["code"] == "BAD_PARAMETER"


def test_answers_carry_the_ids_of_the_profile(here: Plugin, mappings: Path) -> None:
    here.post()
    here = replace(here, app=replace(here.app, references=reference_source(str(mappings))))
    (call,) = data_of(here.get(f"/v1/settlements/{CA_ID}/journal?format=netsuite"))
    assert call["body"]["subsidiary"] == {"id": "3"}
    assert "refName" not in str(call)
    (flat,) = data_of(here.get(f"/v1/settlements/{CA_ID}/journal?format=celigo"))
    assert (flat["currency"], flat["currencyInternalId"]) == ("CAD", "1")
    assert "InternalId" not in here.get(f"/v1/settlements/{CA_ID}/journal?format=csv").text


def test_a_missing_id_is_a_fault_of_the_mappings(here: Plugin, mappings: Path) -> None:
    here.post()
    file = mappings / "netsuite" / "ca.csv"
    file.write_text(file.read_text().replace("currency,CAD,1\n", ""))
    here = replace(here, app=replace(here.app, references=reference_source(str(mappings))))
    answer = here.get(f"/v1/settlements/{CA_ID}/journal?format=netsuite")
    error = error_of(answer)
    assert (answer.status_code, error["code"]) == (500, "NO_INTERNAL_ID")
    assert error["details"] == {
        "kind": "currency", "name": "CAD", "file": "mappings/netsuite/ca.csv",
    }  # fmt: skip
    assert error["retryable"] is False


def test_matched_deposits_carry_the_ids_too(here: Plugin, mappings: Path) -> None:
    here.post()
    total = data_of(here.get(f"/v1/settlements/{CA_ID}"))[0]["declared_total"]
    asked = {
        "profile": "ca",
        "as_of": "2025-09-30",
        "bank_lines": [
            {"id": "B1", "date": "2025-09-02", "amount": total, "currency": "CAD",
             "descriptor": "AMAZON.CA"}
        ],
    }  # fmt: skip
    (plain,) = data_of(here.call("POST", "/v1/deposits/match", json=asked))
    here = replace(here, app=replace(here.app, references=reference_source(str(mappings))))
    (found,) = data_of(here.call("POST", "/v1/deposits/match", json=asked))
    assert plain["matches"], plain
    (before,), (after,) = (one["matches"][0]["netsuite"] for one in (plain, found))
    assert before["body"]["subsidiary"] == {"refName": "Demo Goods Canada Ltd."}
    assert after["body"]["subsidiary"] == {"id": "3"}


def test_a_profile_that_asks_for_deposits_gets_them(here: Plugin, mappings: Path) -> None:
    profile = mappings / "profiles" / "ca.toml"
    profile.write_text(profile.read_text() + 'deposit_record = "deposit"\n')
    source = mapping_source(str(mappings))
    here = replace(here, app=replace(here.app, mappings=source))
    (settled,) = data_of(here.post())
    total = settled["declared_total"]
    asked = {
        "profile": "ca",
        "as_of": "2025-09-30",
        "bank_lines": [
            {"id": "B1", "date": "2025-09-02", "amount": total, "currency": "CAD",
             "descriptor": "AMAZON.CA"}
        ],
    }  # fmt: skip
    (found,) = data_of(here.call("POST", "/v1/deposits/match", json=asked))
    (match,) = found["matches"]
    (call,), (flat,) = match["netsuite"], match["celigo"]
    assert call["path"].startswith("/services/rest/record/v1/deposit/eid:AMZ-CA-")
    assert (flat["recordType"], flat["account"]) == ("deposit", "1010 Operating Bank CAD")
    assert [one["account"] for one in flat["otherDeposits"]] == ["1190 Amazon Clearing"]
    assert match["deposit_entries"][0]["record"] == "deposit"
    # The books of both end the same: what the journal left on clearing is gone.
    netsuite = FakeNetsuite()
    journal = data_of(here.get(f"/v1/settlements/{CA_ID}/journal?format=celigo"))
    for payload in (*journal, flat):
        assert netsuite.post(_exact(payload)).ok
    clearing = [
        amount
        for (account, _), amount in netsuite.balances().items()
        if account == "1190 Amazon Clearing"
    ]
    assert sum(clearing) == 0
    assert any(clearing)


def _exact(payload: object) -> Any:
    return json_text.loads(json.dumps(payload).encode())


def test_the_command_checks_what_the_other_commands_print(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for style in ("netsuite", "celigo"):
        main(["settle", str(SETTLEMENTS / CA_NAME), "--profile", "ca", "--format", style])
        file = tmp_path / f"{style}.json"
        file.write_text(capsys.readouterr().out)
        assert main(["netsuite", "check", str(file)]) == 0
        assert "1 of 1 record(s) would be taken." in capsys.readouterr().out
    file.write_text(json_text.dumps({"data": [broken("no account", "deposit", "celigo")]}))
    assert main(["netsuite", "check", str(file)]) == 2
    out = capsys.readouterr().out
    assert "1. deposit AMZ-US-11700000001-DEP: refused\n   line 1: account: found nothing" in out
    file.write_text(json_text.dumps(a_payload("deposit", "celigo")))
    assert main(["netsuite", "check", str(file)]) == 0
    capsys.readouterr()
    for text in ("{", "NaN"):
        file.write_text(text)
        assert main(["netsuite", "check", str(file)]) == 1
        assert "UNUSABLE_FILE" in capsys.readouterr().err
    assert main(["netsuite", "check", str(tmp_path / "none.json")]) == 1
    file.write_text("[]")
    assert main(["netsuite", "check", str(file)]) == 2


def test_the_command_lists_what_has_no_id(
    mappings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--mappings", str(mappings)]
    assert main(["netsuite", "ids", "--profile", "ca", *there]) == 0
    out = capsys.readouterr().out
    assert "missing" not in out
    assert "0 of 56 have no internal id; records that need one are refused." in out
    assert main(["netsuite", "ids", "--profile", "us", *there]) == 2
    out = capsys.readouterr().out
    for name in ("item        MUG", "account     6420 Deals, Coupons and Reviews"):
        assert (name in out) is (name != "item        MUG")
    assert "item        CONSOLE-2025" in out
    assert "With a row strict,, in mappings/netsuite/us.csv they are refused." in out
    assert main(["netsuite", "ids", "--profile", "xx", *there]) == 1


def test_the_command_names_rows_that_nothing_asks_for(
    mappings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = mappings / "netsuite" / "ca.csv"
    file.write_text(file.read_text().replace("class,Amazon CA,", "class,Amazon Ca,"))
    assert main(["netsuite", "ids", "--profile", "ca", "--mappings", str(mappings)]) == 2
    out = capsys.readouterr().out
    assert "nothing of this profile is called class,Amazon Ca" in out
    assert "1 of 56 have no internal id" in out


def test_the_csv_is_the_file_to_fill_in(mappings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = ["--mappings", str(mappings), "--format", "csv"]
    file = mappings / "netsuite" / "us.csv"
    assert main(["netsuite", "ids", "--profile", "us", *there]) == 2
    empty = capsys.readouterr().out
    filled = [
        line + (str(number) if number else "") for number, line in enumerate(empty.splitlines())
    ]
    file.write_text("\n".join([*filled, "strict,,", "posting_period,Jan 2026,212"]))
    assert main(["mappings", "check", "--mappings", str(mappings)]) == 0
    capsys.readouterr()
    assert main(["netsuite", "ids", "--profile", "us", *there]) == 0
    again = capsys.readouterr().out
    assert sorted(again.splitlines()) == sorted(file.read_text().splitlines())
    file.write_text(again)
    assert main(["mappings", "check", "--mappings", str(mappings)]) == 0


def test_a_table_of_ids_that_is_wrong_stops_nothing_that_needs_none(
    mappings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (mappings / "netsuite" / "ca.csv").write_text("kind,name\n")
    call = ["settle", str(SETTLEMENTS / CA_NAME), "--profile", "ca", "--mappings", str(mappings)]
    assert main([*call, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "proven"
    assert main([*call, "--format", "celigo"]) == 1
    assert "mappings/netsuite/ca.csv:1" in capsys.readouterr().err
