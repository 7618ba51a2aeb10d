"""Negative, negative, charged, positive: the whole way of four settlements, to the cent."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from ca_run import AUGUST, IDS, JULY, MATCH, SEPTEMBER, acknowledged, send, settled, states
from plugin import Plugin, data_of

CLEARING, BANK = "1190 Amazon Clearing", "1010 Operating Bank CAD"
PAYABLE, CARD = "2120 Payable to Amazon", "2110 Company Credit Card"


def balances(entries: list[dict[str, Any]]) -> Counter[str]:
    """Account -> balance, debits positive, in cents."""
    sums: Counter[str] = Counter()
    for entry in entries:
        before = sum(sums.values())
        for line in entry["lines"]:
            sums[line["account"]] += int((Decimal(line["debit"]) - Decimal(line["credit"])) * 100)
        assert sum(sums.values()) == before, f"{entry['external_id']} does not balance"
    return sums


def journal(here: Plugin, settlement_id: str) -> list[dict[str, Any]]:
    """What is posted with a settlement's journal."""
    (document,) = data_of(here.get(f"/v1/settlements/{settlement_id}/journal"))
    deposit = document["deposit_entry"]
    return [
        *document["journal_entries"],
        *([deposit] if deposit and deposit["post"] == "with_journal" else []),
    ]


def test_four_settlements_from_proven_to_cleared() -> None:
    here = settled()
    assert states(here) == ["proven"] * 4

    data_of(send(here, f"/v1/settlements/{JULY}/delivered", {}))
    assert states(here)[0] == "delivered"
    for of in IDS:
        answer = acknowledged(here, of)
        assert (answer["state"], answer["missing"]) == ("posted", [])
    assert states(here) == ["posted"] * 4

    (matched,) = data_of(send(here, "/v1/deposits/match?record=true", MATCH))
    assert [one["settlement_ids"] for one in matched["matches"]] == [[AUGUST], [SEPTEMBER]]
    assert [one["kind"] for one in matched["matches"]] == ["one_to_one"] * 2
    assert matched["questions"] == matched["unmatched_lines"] == matched["findings"] == []
    assert {one["settlement_id"] for one in matched["without_bank_line"]} == set(IDS[:2])
    assert {one["settlement_id"] for one in matched["moves"]} == set(IDS)
    assert all(one["to"] == "deposited" and one["error"] is None for one in matched["moves"])
    assert states(here) == ["deposited"] * 4

    zeros = [{"settlement_id": of, "amount": "0.00", "currency": "CAD"} for of in IDS]
    (cleared,) = data_of(send(here, "/v1/clearing/reconcile?record=true", {"balances": zeros}))
    assert [row["difference"] for row in cleared["rows"]] == ["0.00"] * 4
    assert cleared["findings"] == []
    assert states(here) == ["cleared"] * 4

    deposits = [entry for one in matched["matches"] for entry in one["deposit_entries"]]
    emitted = [*(entry for of in IDS for entry in journal(here, of)), *deposits]
    sums = balances(emitted)
    assert sums[CLEARING] == 0
    assert sums[PAYABLE] == 0
    # The two payouts, and the cent that Amazon sent in August to try the account.
    assert sums[BANK] == 1016_08 + 4630_23 + 1
    # Each subscription and each negative settlement is charged to the card, once.
    assert sums[CARD] == -(32_09 + 321_69 + 62_31)


def test_the_balances_roll_from_settlement_to_settlement() -> None:
    here = settled()
    (matched,) = data_of(send(here, "/v1/deposits/match", MATCH))
    deposits = {one["settlement_ids"][0]: one["deposit_entries"] for one in matched["matches"]}
    sums: Counter[str] = Counter()
    walked = []
    for of in IDS:
        sums.update(balances([*journal(here, of), *deposits.get(of, [])]))
        walked.append((sums[CLEARING], sums[PAYABLE], sums[CARD]))
    # What one settlement leaves owed to Amazon, the next one takes off and puts on the card.
    assert walked == [
        (0, -321_69, -32_09),
        (0, -62_31, -32_09 - 321_69),
        (0, 0, -32_09 - 321_69 - 62_31),
        (0, 0, -32_09 - 321_69 - 62_31),
    ]


def test_the_entries_matched_are_the_ones_the_settlements_announced() -> None:
    here = settled()
    (matched,) = data_of(send(here, "/v1/deposits/match", MATCH))
    for one in matched["matches"]:
        (document,) = data_of(here.get(f"/v1/settlements/{one['settlement_ids'][0]}/journal"))
        (entry,) = one["deposit_entries"]
        assert entry["external_id"] == document["deposit_entry"]["external_id"]
        (call,) = one["netsuite"]
        assert call["path"].endswith(f"eid:{entry['external_id']}?replace=line")
        (record,) = one["celigo"]
        assert record["settlementId"] == one["settlement_ids"][0]
