"""POST /v1/deposits/match: what matches, what is asked, what is recorded and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ca_run import AUGUST, IDS, LINES, MATCH, NAMES, SEPTEMBER, acknowledged, posted, send, settled
from ca_run import states as states_of
from plugin import CA, Plugin, data_of, error_of
from test_http_repost import CORRECTED, REPOST

from handler.flows import api_keys, match_deposits
from handler.flows.ports import SettlementRecord

MATCHED = "/v1/deposits/match"
RECORD = "/v1/deposits/match?record=true"


@pytest.fixture
def here() -> Plugin:
    return posted(NAMES[2:])


def asked(**changes: Any) -> dict[str, Any]:
    return {**MATCH, **changes}


def line(number: int = 0, **changes: Any) -> dict[str, Any]:
    return {**LINES[number], **changes}


def matched(here: Plugin, path: str = MATCHED, **changes: Any) -> dict[str, Any]:
    (document,) = data_of(send(here, path, asked(**changes)))
    assert isinstance(document, dict)
    return document


def test_a_match_has_score_reasons_and_entries(here: Plugin) -> None:
    before = here.written()
    document = matched(here)
    first, _ = document["matches"]
    assert (first["kind"], first["settlement_ids"], first["line_ids"]) == (
        "one_to_one",
        [AUGUST],
        ["B1"],
    )
    assert first["score"] >= 70
    assert "same amount" in first["reasons"]
    (entry,) = first["deposit_entries"]
    assert entry["tran_date"] == "2025-09-02"  # the bank's day, not Amazon's
    assert [(x["account"], x["debit"], x["credit"]) for x in entry["lines"]] == [
        ("1190 Amazon Clearing", "0.00", "1016.08"),
        ("1010 Operating Bank CAD", "1016.08", "0.00"),
    ]
    (call,) = first["netsuite"]
    assert (call["method"], call["body"]["line"]["items"][1]["debit"]) == ("PUT", 1016.08)
    assert first["celigo"][0]["externalId"] == f"AMZ-CA-{AUGUST}-DEP"
    assert here.written() == before
    assert states_of(here) == ["posted"] * 2


def test_the_same_call_gives_the_same_answer(here: Plugin) -> None:
    first = send(here, MATCHED, MATCH)
    turned = asked(bank_lines=LINES[::-1])
    assert (
        send(here, MATCHED, turned).get_json()["data"][0]["matches"]
        == (first.get_json()["data"][0]["matches"])
    )
    assert send(here, MATCHED, MATCH).data == first.data


def test_what_is_not_certain_is_asked_and_can_be_decided(here: Plugin) -> None:
    twins = [line(), line(id="B3")]
    document = matched(here, bank_lines=twins)
    assert [q["settlement_ids"] for q in document["questions"]] == [[AUGUST]]
    (question,) = document["questions"]
    assert {c["line_ids"][0] for c in question["candidates"]} == {"B1", "B3"}
    decision = question["candidates"][1]["decision"]
    document = matched(here, RECORD, bank_lines=twins, decisions=[decision])
    (match,) = document["matches"]
    assert match["decided"] is True
    assert match["line_ids"] == decision["line_ids"]
    assert document["questions"] == []


def test_nothing_asked_is_recorded(here: Plugin) -> None:
    document = matched(here, RECORD, bank_lines=[line(), line(id="B3")])
    assert document["matches"] == document["moves"] == []
    assert states_of(here) == ["posted"] * 2
    codes = {found.finding["code"] for found in here.open_exceptions()}
    assert codes == {"DEPOSIT_AMBIGUOUS"}
    assert {found.scope for found in here.open_exceptions()} == {"bank:ca"}


def test_recording_twice_records_once(here: Plugin) -> None:
    first = matched(here, RECORD)
    assert [move["to"] for move in first["moves"]] == ["deposited"] * 2
    kept = list(here.files.kept)
    again = matched(here, RECORD)
    assert again["matches"] == again["moves"] == again["unmatched_lines"] == []
    assert [one["settlement_ids"] for one in again["recorded_before"]] == [[AUGUST], [SEPTEMBER]]
    assert again["findings"] == []
    assert here.files.kept == kept
    assert here.open_exceptions() == []


def test_a_settlement_that_is_not_posted_is_refused_and_the_others_move() -> None:
    here = settled(NAMES[2:])
    acknowledged(here, SEPTEMBER)
    document = matched(here, RECORD)
    first, second = document["moves"]
    assert (first["settlement_id"], first["to"]) == (AUGUST, "proven")
    assert first["error"]["code"] == "ILLEGAL_MOVE"
    assert (second["to"], second["error"]) == ("deposited", None)
    acknowledged(here, AUGUST)
    assert [m["settlement_id"] for m in matched(here, RECORD)["moves"]] == [AUGUST]
    assert states_of(here) == ["deposited"] * 2


def test_half_a_merged_match_is_not_recorded() -> None:
    here = settled(NAMES[2:])
    acknowledged(here, AUGUST)
    merged = [line(id="M", amount="5646.31", date="2025-09-29")]
    decisions = [{"settlement_ids": [AUGUST, SEPTEMBER], "line_ids": ["M"]}]
    document = matched(here, RECORD, bank_lines=merged, decisions=decisions)
    assert document["matches"][0]["kind"] == "merged"
    errors = [move["error"] and move["error"]["code"] for move in document["moves"]]
    assert errors == [None, "ILLEGAL_MOVE"]
    assert states_of(here) == ["posted", "proven"]


def test_totals_that_pay_nothing_need_no_bank_line() -> None:
    here = settled(NAMES[:2])
    july, early = IDS[:2]
    document = matched(here, bank_lines=[], as_of="2025-08-31")
    assert {one["settlement_id"] for one in document["without_bank_line"]} == {july, early}
    assert all("negative" in one["why"] for one in document["without_bank_line"])
    assert document["findings"] == []
    acknowledged(here, july)
    moves = matched(here, RECORD, bank_lines=[], as_of="2025-08-31")["moves"]
    assert {move["settlement_id"]: move["to"] for move in moves} == {
        july: "deposited",
        early: "proven",
    }


def test_they_are_moved_long_after_too() -> None:
    here = posted(NAMES[:2])
    document = matched(here, RECORD, bank_lines=[], as_of="2026-03-31")
    assert {move["settlement_id"] for move in document["moves"]} == set(IDS[:2])
    assert states_of(here) == ["deposited"] * 2


def test_a_missing_deposit_is_registered_and_resolved_when_it_comes(here: Plugin) -> None:
    document = matched(here, RECORD, bank_lines=LINES[1:])
    assert [found["code"] for found in document["findings"]] == ["DEPOSIT_MISSING"]
    (exception,) = here.open_exceptions()
    assert exception.finding["subject"] == f"settlement {AUGUST}"
    matched(here, RECORD)
    assert here.open_exceptions() == []
    assert states_of(here) == ["deposited"] * 2


def test_a_payout_sent_back_later_is_found_beside_its_first_match(here: Plugin) -> None:
    matched(here, RECORD)
    back = line(id="R", amount="-1016.08", date="2025-09-08", descriptor="RETURNED AMAZON.CA")
    document = matched(here, RECORD, bank_lines=[*LINES, back])
    (match,) = document["matches"]
    assert (match["kind"], match["line_ids"]) == ("failed_transfer", ["B1", "R"])
    assert [entry["external_id"] for entry in match["deposit_entries"]] == [
        f"AMZ-CA-{AUGUST}-DEP",
        f"AMZ-CA-{AUGUST}-DEP-RET",
    ]
    assert [found["code"] for found in document["findings"]] == ["DEPOSIT_RETURNED"]
    again = matched(here, RECORD, bank_lines=[*LINES, back])
    assert [one["id"] for one in again["recorded_before"]] == ["B1", "B2", "R"]


def test_a_correction_with_the_same_total_keeps_its_deposit() -> None:
    here = posted(NAMES[2:3])
    matched(here, RECORD, bank_lines=LINES[:1])
    other_class = CA.replace(b"\tPrincipal\t60.00", b"\tShipping\t60.00", 1)
    data_of(here.post(other_class, REPOST))
    acknowledged(here, AUGUST)
    document = matched(here, RECORD, bank_lines=LINES[:1])
    assert document["matches"] == document["findings"] == []
    (one,) = document["without_bank_line"]
    assert "before it was corrected" in one["why"]
    assert [(move["from"], move["to"]) for move in document["moves"]] == [("posted", "deposited")]


def test_a_correction_of_the_total_is_matched_anew() -> None:
    here = posted(NAMES[2:3])
    matched(here, RECORD, bank_lines=LINES[:1])
    data_of(here.post(CORRECTED, REPOST))  # 60.00 more
    document = matched(here, bank_lines=[line(amount="1076.08", id="B9")])
    assert [one["settlement_ids"] for one in document["matches"]] == [[AUGUST]]


def test_another_currency_needs_a_rate_and_an_account(here: Plugin) -> None:
    usd = [line(amount="731.58", currency="USD")]
    rates = [
        {"source": "CAD", "target": "USD", "low": "0.70", "high": "0.74", "booked": "0.71"},
    ]
    given = {"bank_lines": usd, "decisions": [{"settlement_ids": [AUGUST], "line_ids": ["B1"]}]}
    response = send(here, MATCHED, asked(**given, rates=rates))
    assert (response.status_code, error_of(response)["code"]) == (422, "FX_ACCOUNT_MISSING")
    document = matched(here, **given, rates=rates, fx_account="7010 FX")
    (match,) = document["matches"]
    (movement,) = match["movements"]
    assert (movement["bank"], movement["clearing"], movement["fx"]) == ("731.58", "721.42", "10.16")
    assert match["deposit_entries"][0]["currency"] == "USD"


@pytest.mark.parametrize(
    "changes",
    [
        {"bank_lines": [line(amount="1016.8")]},
        {"bank_lines": [line(amount="1,016.08")]},
        {"bank_lines": [line(amount=1016.08)]},
        {"bank_lines": [line(amount="1e3")]},
        {"bank_lines": [line(currency="CAX")]},
        {"bank_lines": [line(date="02.09.2025")]},
        {"bank_lines": [line(date="2025-02-30")]},
        {"bank_lines": [line(memo="x")]},
        {"bank_lines": [line(id="")]},
        {"as_of": 20250930},
        {"policy": {"late_days": "45"}},
        {"policy": {"late": 45}},
        {"rates": [{"source": "CAD", "target": "USD", "low": "0.8", "high": "0.7"}]},
        {"rates": [{"source": "CAD", "target": "USD", "low": 0.7, "high": 0.8}]},
        {"decisions": [{"settlement_ids": [], "line_ids": ["B1"]}]},
        {"profile": "../ca"},
        {"unknown": 1},
    ],
)
def test_a_body_that_is_not_exact_is_refused(here: Plugin, changes: dict[str, Any]) -> None:
    before = here.written()
    response = send(here, RECORD, asked(**changes))
    error = error_of(response)
    assert (response.status_code, error["code"]) == (422, "BAD_BODY")
    assert error["details"]["faults"]
    assert here.written() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"profile": "nobody"}, "UNKNOWN_PROFILE"),
        ({"bank_lines": [line(), line()]}, "DUPLICATE_BANK_LINE"),
        ({"decisions": [{"settlement_ids": ["1"], "line_ids": ["B1"]}]}, "UNKNOWN_DECISION"),
        ({"decisions": [{"settlement_ids": [AUGUST], "line_ids": ["B2"]}]}, "DECISION_AMOUNT"),
    ],
)
def test_refused_calls(here: Plugin, changes: dict[str, Any], code: str) -> None:
    response = send(here, RECORD, asked(**changes))
    assert (response.status_code, error_of(response)["code"]) == (422, code)
    assert states_of(here) == ["posted"] * 2


def test_recording_needs_the_scope_to_write(here: Plugin) -> None:

    reader = api_keys.create(here.app, "reader", ["settlements:read"])
    writer = api_keys.create(here.app, "writer", ["settlements:write"])
    assert send(here, MATCHED, MATCH, key=reader).status_code == 200
    assert send(here, RECORD, MATCH, key=reader).status_code == 403
    assert send(here, MATCHED + "?record=yes", MATCH, key=reader).status_code == 403
    assert send(here, MATCHED, MATCH, key=writer).status_code == 403
    assert send(here, RECORD, MATCH, key=writer).status_code == 200
    assert send(here, MATCHED + "?record=yes", MATCH).status_code == 422


def test_a_call_that_was_cut_off_before_it_kept_the_match_is_healed(here: Plugin) -> None:
    matched(here, RECORD)
    key = f"results/ca/{AUGUST}/deposit.json.gz"
    whole = here.files.read(key)
    del here.files._files[key]
    document = matched(here, RECORD)
    assert [one["settlement_ids"] for one in document["matches"]] == [[AUGUST]]
    assert [(move["from"], move["to"]) for move in document["moves"]] == [("deposited",) * 2]
    assert here.files.read(key) == whole


def test_a_settlement_corrected_while_it_was_matched_is_not_moved(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = here.settlements.get
    calls = []

    def corrected_meanwhile(settlement_id: str) -> SettlementRecord | None:
        calls.append(settlement_id)
        record = get(settlement_id)
        if record is not None and calls.count(AUGUST) > 1 and settlement_id == AUGUST:
            return replace(record, version=record.version + 1)
        return record

    monkeypatch.setattr(here.settlements, "get", corrected_meanwhile)
    moves = {move["settlement_id"]: move for move in matched(here, RECORD)["moves"]}
    assert moves[AUGUST]["error"]["code"] == "CHANGED_MEANWHILE"
    assert moves[AUGUST]["error"]["retryable"] is True
    assert moves[SEPTEMBER]["to"] == "deposited"


def test_more_settlements_than_one_call_can_read_are_refused(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_deposits, "_MOST", 1)
    response = send(here, MATCHED, MATCH)
    assert (response.status_code, error_of(response)["code"]) == (422, "TOO_MANY_SETTLEMENTS")
