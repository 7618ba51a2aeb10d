"""POST /v1/clearing/reconcile: NetSuite's clearing account against what was handed over."""

from __future__ import annotations

from typing import Any

import pytest
from ca_run import AUGUST, IDS, JULY, MATCH, NAMES, acknowledged, posted, send, states
from plugin import CA, Plugin, data_of, error_of
from test_http_repost import CORRECTED, REPOST

PATH = "/v1/clearing/reconcile"
RECORD = PATH + "?record=true"
ENTRY = f"AMZ-CA-{AUGUST}-202508"


@pytest.fixture
def here() -> Plugin:
    return posted(NAMES[2:3])


@pytest.fixture
def deposited(here: Plugin) -> Plugin:
    send(here, "/v1/deposits/match?record=true", MATCH)
    assert states(here) == ["deposited"]
    return here


def balance(amount: str = "0.00", of: str = AUGUST, currency: str = "CAD") -> dict[str, Any]:
    return {"balances": [{"settlement_id": of, "amount": amount, "currency": currency}]}


def entry(external_id: str = ENTRY, amount: str = "1016.08", **changes: Any) -> dict[str, Any]:
    made = {
        "external_id": external_id,
        "amount": amount,
        "currency": "CAD",
        "period": "2025-08",
        "record": f"JE-{external_id[-6:]}",
    }
    return made | changes


def reconciled(here: Plugin, body: dict[str, Any], path: str = PATH) -> dict[str, Any]:
    (document,) = data_of(send(here, path, body))
    assert isinstance(document, dict)
    return document


def deposit(**changes: Any) -> dict[str, Any]:
    made = {"external_id": f"AMZ-CA-{AUGUST}-DEP", "amount": "-1016.08", "period": "2025-09"}
    return entry(**{**made, **changes})


def test_before_the_deposit_the_total_stands_on_clearing(here: Plugin) -> None:
    document = reconciled(here, balance("1016.08"))
    (row,) = document["rows"]
    assert (row["ours"], row["difference"], row["deposited"]) == ("1016.08", "0.00", False)
    assert (row["state"], document["findings"]) == ("posted", [])


def test_a_difference_has_its_cause(deposited: Plugin) -> None:
    document = reconciled(deposited, balance("1016.08"))
    (row,) = document["rows"]
    assert row["difference"] == "1016.08"
    # The deposit entry missing, or the other one posted twice: a total alone cannot tell.
    assert [cause["kind"] for cause in row["causes"]] == ["unknown"]
    told = reconciled(deposited, {"entries": [entry()]})["rows"][0]["causes"]
    assert [cause["kind"] for cause in told] == ["deposit_entry_missing"]
    assert {found["code"] for found in document["findings"]} == {
        "CLEARING_DIFFERS",
        "CLEARING_NOT_ZERO",
    }


def test_zero_clears_a_deposited_settlement_once(deposited: Plugin) -> None:
    assert "moves" not in reconciled(deposited, balance())
    assert states(deposited) == ["deposited"]
    for before in ("deposited", "cleared"):
        (move,) = reconciled(deposited, balance(), RECORD)["moves"]
        assert (move["from"], move["to"], move["error"]) == (before, "cleared", None)
    assert states(deposited) == ["cleared"]


def test_zero_clears_nobody_who_is_not_deposited(here: Plugin) -> None:
    document = reconciled(here, balance(), RECORD)
    assert document["moves"] == []
    assert document["rows"][0]["difference"] == "-1016.08"
    assert states(here) == ["posted"]


def test_findings_are_registered_and_resolved(deposited: Plugin) -> None:
    document = reconciled(deposited, balance("1016.08"), RECORD)
    assert document["registered"] == 2
    assert {found.scope for found in deposited.open_exceptions()} == {"clearing:ca"}
    reconciled(deposited, balance(), RECORD)
    assert deposited.open_exceptions() == []
    assert states(deposited) == ["cleared"]


def test_entries_by_external_id_and_by_memo(deposited: Plugin) -> None:
    by_hand = deposit(external_id="", memo=f"Amazon {AUGUST} deposit", record="77")
    document = reconciled(deposited, {"entries": [entry(), by_hand]}, RECORD)
    (row,) = document["rows"]
    assert (row["netsuite"], row["causes"]) == ("0.00", [])
    assert [move["to"] for move in document["moves"]] == ["cleared"]


def test_nothing_posted_at_all_is_no_zero(deposited: Plugin) -> None:
    document = reconciled(deposited, {"entries": [], "profile": "ca"}, RECORD)
    (row,) = document["rows"]
    assert (row["netsuite"], row["difference"]) == ("0.00", "0.00")
    assert {cause["kind"] for cause in row["causes"]} == {
        "entry_missing",
        "deposit_entry_missing",
    }
    assert document["moves"] == []
    assert states(deposited) == ["deposited"]


def test_posted_twice_another_period_and_nobodys(deposited: Plugin) -> None:
    twice = entry(record="JE-2")
    foreign = entry("", "5.00", memo="bank fee", record="JE-9")
    moved = deposit(period="2025-10")
    document = reconciled(
        deposited, {"entries": [entry(), twice, moved, foreign], "profile": "ca"}, RECORD
    )
    (row,) = document["rows"]
    assert [cause["kind"] for cause in row["causes"]] == ["posted_twice"]
    assert row["moved"][0]["netsuite"] == "2025-10"
    assert [one["record"] for one in document["unattributed"]] == ["JE-9"]
    assert document["registered"] == len(document["findings"]) == 4


def test_all_versions_count() -> None:
    here = posted(NAMES[2:3])
    data_of(here.post(CORRECTED, REPOST))
    (row,) = reconciled(here, balance("1016.08"))["rows"]
    assert (row["ours"], row["difference"]) == ("1076.08", "-60.00")
    assert row["causes"][0]["entry"] == f"{ENTRY}-R2"


def test_a_correction_keeps_the_deposit_that_was_recorded(deposited: Plugin) -> None:
    data_of(deposited.post(CA.replace(b"\tPrincipal\t60.00", b"\tShipping\t60.00", 1), REPOST))
    acknowledged(deposited, AUGUST)
    (row,) = reconciled(deposited, balance())["rows"]
    assert (row["ours"], row["difference"], row["state"]) == ("0.00", "0.00", "posted")


def test_what_is_owed_to_amazon_stands_at_zero_at_once() -> None:
    here = posted(NAMES[:1])
    (row,) = reconciled(here, balance(of=JULY))["rows"]
    assert (row["ours"], row["deposited"], row["difference"]) == ("0.00", True, "0.00")


def test_a_settlement_not_known_here_is_told(here: Plugin) -> None:
    document = reconciled(here, balance("3.00", of="99999999999"), RECORD)
    assert document["rows"] == []
    assert document["unattributed"][0]["settlement_id"] == "99999999999"
    assert [found["code"] for found in document["findings"]] == ["CLEARING_UNATTRIBUTED"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "BAD_BODY"),
        ({**balance(), "entries": []}, "BAD_BODY"),
        (balance("0"), "BAD_BODY"),
        (balance(currency="XXX"), "BAD_BODY"),
        ({"entries": [entry(period="Aug 2025")]}, "BAD_BODY"),
        ({"entries": [], "profile": "nobody"}, "UNKNOWN_PROFILE"),
        (
            {"entries": [entry(f"AMZ-CA-{10**10 + number}-202508") for number in range(201)]},
            "TOO_MANY_SETTLEMENTS",
        ),
    ],
)
def test_refused(here: Plugin, body: dict[str, Any], code: str) -> None:
    response = send(here, PATH, body)
    assert (response.status_code, error_of(response)["code"]) == (422, code)


def test_the_four_settlements_are_in_their_order() -> None:
    here = posted()
    zeros = [balance(of=of)["balances"][0] for of in IDS]
    rows = reconciled(here, {"balances": zeros})["rows"]
    assert sorted(row["settlement_id"] for row in rows) == [row["settlement_id"] for row in rows]
