"""The look-back of a settlement: indexes kept, found, made anew, and what the document says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from builders import AFile
from plugin import SETTLEMENTS, Plugin, plugin, unreachable
from refund_files import a_settlement, refund, sale, tax, withheld

from handler.core.errors import OutsideFailure
from handler.entrypoints.cli.main import main
from handler.flows import order_history
from handler.flows.order_history import LOOK_BACK, MOST_ROWS, index_key
from handler.flows.posted import settle_posted
from handler.flows.settle_call import Answer, Wish
from handler.settlement import order_index

CA = ("07_negative", "08a_negative_again", "08b_blank_line_inside", "09")
SOLD = a_settlement(1, sale("30.00"))
BACK = a_settlement(4, refund("-10.00", "2025-09-20"))


@pytest.fixture
def here() -> Plugin:
    return plugin()


def settle(here: Plugin, file: AFile | bytes, *, dry_run: bool = False) -> Answer:
    content = file if isinstance(file, bytes) else file.content()
    return settle_posted(here.app, content, Wish("us", dry_run=dry_run))


def late(answer: Answer) -> dict[str, object]:
    found = answer.document["late_refunds"]
    assert isinstance(found, dict)
    return found


def codes(answer: Answer) -> list[str]:
    found = answer.document["exceptions"]
    assert isinstance(found, list)
    return [each["code"] for each in found]


def key_of(here: Plugin, number: int) -> str:
    record = here.settlements.get(a_settlement(number, sale()).settlement_id)
    assert record is not None
    return index_key(record)


def test_an_index_is_kept_with_every_recorded_settlement(here: Plugin) -> None:
    record = settle(here, SOLD).record
    assert record is not None
    key = f"indexes/us/{record.settlement_id}/{record.content_hash[:16]}.gz"
    assert index_key(record) == key
    index = order_index.unpack(here.files.read(key))
    assert [line.sale for line in index.lines()] == [30_00]


def test_a_late_refund_is_in_the_document_and_among_its_exceptions(here: Plugin) -> None:
    settle(here, SOLD)
    answer = settle(here, BACK)
    assert answer.document["status"] == "proven"
    assert late(answer)["rows"] == [
        {
            "order": "111-1111111-1111111",
            "order_item_code": "1",
            "day": "2025-09-20",
            "amount": "-10.00",
            "sale_settlement": SOLD.settlement_id,
            "sale_period": "2025-08",
            "age_days": 46,
        }
    ]
    assert (late(answer)["count"], late(answer)["amount"]) == (1, "-10.00")
    assert late(answer)["by_period"] == [{"sale_period": "2025-08", "count": 1, "amount": "-10.00"}]
    assert late(answer)["looked_in"] == [SOLD.settlement_id]
    assert "LATE_REFUND" in codes(answer)
    json.dumps(answer.document)


def test_warnings_reach_the_register_and_notices_do_not(here: Plugin) -> None:
    settle(here, SOLD)
    rows = [refund("-40.00", "2025-09-20"), tax("1.00", day="2025-09-20", order="2")]
    rows += [withheld("-0.50", day="2025-09-20", order="2"), refund(order="3", day="2025-09-20")]
    answer = settle(here, a_settlement(4, *rows))
    assert answer.document["status"] == "proven"
    wanted = {"REFUND_EXCEEDS_SALE", "FACILITATOR_TAX_OPEN"}
    assert wanted | {"LATE_REFUND", "ORPHAN_REFUND"} <= set(codes(answer))
    assert {str(each.finding["code"]) for each in here.open_exceptions()} == wanted


def test_the_same_content_gets_what_was_recorded_whatever_came_since(here: Plugin) -> None:
    first = settle(here, BACK)
    assert "ORPHAN_REFUND" in codes(first)
    settle(here, SOLD)
    again = settle(here, BACK)
    assert again.replayed
    assert again.document == first.document
    assert "ORPHAN_REFUND" not in codes(settle(here, BACK, dry_run=True))


def test_a_dry_run_keeps_no_index(here: Plugin) -> None:
    settle(here, SOLD)
    here.files._files.pop(key_of(here, 1))
    before = here.written()
    assert late(settle(here, BACK, dry_run=True))["count"] == 1
    assert here.written() == before


@pytest.mark.parametrize("broken", [None, b"", b"rubbish"])
def test_a_missing_or_broken_index_is_made_anew(here: Plugin, broken: bytes | None) -> None:
    settle(here, SOLD)
    key = key_of(here, 1)
    right = here.files._files.pop(key)
    if broken is not None:
        here.files.put(key, broken)
    assert late(settle(here, BACK))["count"] == 1
    assert here.files.read(key) == right


def test_an_index_of_other_rules_is_made_anew(here: Plugin) -> None:
    settle(here, SOLD)
    key = key_of(here, 1)
    right = here.files.read(key)
    index = order_index.unpack(right)
    roles = dict.fromkeys(index.roles, order_index.Role.NONE)
    here.files.put(key, order_index.pack(replace(index, roles=roles, body=b"")))
    assert late(settle(here, BACK))["count"] == 1
    assert here.files.read(key) == right


def test_what_cannot_be_made_anew_is_told_and_fails_nothing(here: Plugin) -> None:
    record = settle(here, SOLD).record
    assert record is not None
    here.files._files.pop(index_key(record))
    here.files.put(record.raw_key, a_settlement(1, sale("31.00")).content())  # another file
    answer = settle(here, BACK)
    assert answer.document["status"] == "proven"
    assert (late(answer)["looked_in"], late(answer)["not_read"]) == ([], [SOLD.settlement_id])
    here.files._files.pop(record.raw_key)
    assert late(settle(here, BACK, dry_run=True))["not_read"] == [SOLD.settlement_id]


def test_an_index_that_cannot_be_stored_fails_nothing(here: Plugin, monkeypatch) -> None:
    keep = here.files.keep

    def fails(key: str, content: bytes, content_type: str) -> None:
        if key.startswith("indexes/"):
            raise unreachable()
        keep(key, content, content_type)

    monkeypatch.setattr(here.files, "keep", fails)
    assert settle(here, SOLD).record is not None
    assert late(settle(here, BACK))["count"] == 1
    with pytest.raises(OutsideFailure):
        here.files.keep("indexes/x", b"", "")


def test_the_look_back_is_bounded_and_the_latest_count(here: Plugin) -> None:
    for number in range(1, LOOK_BACK + 3):
        settle(here, a_settlement(number, sale(order=f"order {number}")))
    own = a_settlement(LOOK_BACK + 3, refund(order="order 2"), refund(order="order 3"))
    found = late(settle(here, own))
    looked_in = [a_settlement(n, sale()).settlement_id for n in range(3, LOOK_BACK + 3)]
    assert found["looked_in"] == looked_in
    assert (found["count"], found["orphans"]) == (1, {"count": 1, "amount": "-10.00"})


def test_later_settlements_are_not_looked_in(here: Plugin) -> None:
    settle(here, a_settlement(5, sale(order="later")))
    assert late(settle(here, BACK))["looked_in"] == []


def test_a_long_list_is_bounded_with_totals(here: Plugin) -> None:
    count = MOST_ROWS + 7
    settle(here, a_settlement(1, *(sale(order=f"o{n:03}") for n in range(count))))
    found = late(settle(here, a_settlement(2, *(refund(order=f"o{n:03}") for n in range(count)))))
    assert isinstance(found["rows"], list)
    assert (len(found["rows"]), found["rows_left_out"]) == (MOST_ROWS, 7)
    assert (found["count"], found["amount"]) == (count, f"-{count * 10}.00")


def test_the_four_canadian_settlements_one_after_another(here: Plugin) -> None:
    answers = [
        settle_posted(here.app, (SETTLEMENTS / f"ca_v1_2025-{name}.txt").read_bytes(), Wish("ca"))
        for name in CA
    ]
    assert [answer.document["status"] for answer in answers] == ["proven"] * 4
    assert [len(late(answer)["looked_in"]) for answer in answers] == [0, 1, 2, 3]  # type: ignore[arg-type]
    assert [late(answer)["orphans"] for answer in answers] == [
        {"count": 0, "amount": "0.00"},
        {"count": 1, "amount": "-60.00"},
        {"count": 0, "amount": "0.00"},
        {"count": 0, "amount": "0.00"},
    ]
    assert here.open_exceptions() == []


def test_the_command_line_is_given_its_history(tmp_path, capsys) -> None:
    names = []
    for file in (BACK, SOLD):
        path = tmp_path / f"{file.settlement_id}.txt"
        path.write_bytes(file.content())
        names.append(str(path))
    arguments = ["settle", names[0], "--profile", "us", "--format", "json"]
    assert main([*arguments, "--history", names[1], names[0]]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["late_refunds"]["count"] == 1
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["late_refunds"]["orphans"]["count"] == 1


def test_an_earlier_file_that_is_none_is_named(tmp_path, capsys) -> None:
    rubbish = tmp_path / "rubbish.txt"
    rubbish.write_bytes(b"\x00 nothing")
    own = str(SETTLEMENTS / "ca_v1_2025-07_negative.txt")
    assert main(["settle", own, "--history", str(rubbish)]) == 1
    error = capsys.readouterr().err
    assert f"UNUSABLE_HISTORY: {rubbish}" in error


def test_the_pages_of_a_long_list_are_turned(here: Plugin, monkeypatch) -> None:
    monkeypatch.setattr(order_history, "_PAGE", 2)
    settle(here, SOLD)
    for number in range(5, 9):
        settle(here, a_settlement(number, sale(order=f"later {number}")))
    assert late(settle(here, BACK))["count"] == 1
