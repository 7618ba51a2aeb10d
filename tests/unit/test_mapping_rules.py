"""Rules added while the plugin runs: previewed without a trace, kept once, seen by what follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders import a_file, a_profile, a_row, mappings
from plugin import Plugin, data_of, error_of, plugin, unreachable
from test_repost import Mapped

from handler.core.errors import Conflict, OutsideFailure, RefusedRequest
from handler.core.finding import Finding
from handler.flows import mapping_rules
from handler.flows.classify_rows import ClassifiedRow, RowKind, classify_rows
from handler.flows.mapping_rules import RuleChange, preview, preview_of, save
from handler.flows.posted import settle_posted
from handler.flows.registered import registered
from handler.flows.rule_ports import RuleBook
from handler.flows.settle_call import Wish
from handler.flows.unmapped_values import unmapped_values
from handler.settlement.profile import Policies, UnmappedPolicy
from handler.settlement.vocabulary import Rule
from handler.wiring import ruled

MYSTERY = a_row(amount_type="ItemFees", amount_description="Mystery Fee", amount="-1.50")
ENIGMA = a_row(amount_type="ItemFees", amount_description="Enigma Fee", amount="-0.25")
RULE = Rule("Order", "ItemFees", "Mystery Fee", "referral_fees", 0, "a letter")
ADD = RuleChange(0, (RULE,))
BODY = {
    "number": 0,
    "add": [
        {
            "transaction_type": "Order",
            "amount_type": "ItemFees",
            "amount_description": "Mystery Fee",
            "accounting_class": "referral_fees",
        }
    ],
}


def world(policy: UnmappedPolicy) -> Plugin:
    made = plugin()
    deployed = Mapped()
    deployed.now = replace(mappings(), profile=a_profile(policies=Policies(unmapped=policy)))
    made.app = replace(
        made.app, deployed_mappings=deployed, mappings=ruled(deployed, made.app.rules)
    )
    return made


@pytest.fixture
def holding() -> Plugin:
    return world(UnmappedPolicy.HOLD)


@pytest.fixture
def suspense() -> Plugin:
    return world(UnmappedPolicy.SUSPENSE)


def settle(here: Plugin, settlement_id: str, *more: Any) -> None:
    rows = [a_row(), *more]
    total = 10 - (1.5 if MYSTERY in more else 0) - (0.25 if ENIGMA in more else 0)
    content = a_file(rows, total=f"{total:.2f}", settlement_id=settlement_id).content()
    settle_posted(here.app, content)


def states(here: Plugin) -> dict[str, tuple[str, int]]:
    found = here.app.settlements.settlements("", 20).items
    return {one.settlement_id: (one.status, one.version) for one in found}


def test_a_preview_tells_what_would_be_proven_and_what_still_holds(holding: Plugin) -> None:
    settle(holding, "1", MYSTERY)
    settle(holding, "2", MYSTERY, ENIGMA)
    settle(holding, "3", ENIGMA)
    settle(holding, "4")
    before = states(holding)
    told = {one["settlement_id"]: one for one in preview(holding.app, ADD, "", 20).items}
    assert {name: one["status"] for name, one in told.items()} == {"1": "proven", "2": "held"}
    assert {one["status_before"] for one in told.values()} == {"held"}
    (left,) = told["2"]["exceptions"]
    assert "Enigma Fee" in left["what"]
    assert states(holding) == before
    assert holding.app.rules.newest() == RuleBook()
    named = preview_of(holding.app, ADD, ["3", "1", "unknown"])
    assert [one["settlement_id"] for one in named] == ["1"]


def test_a_preview_tells_what_would_leave_suspense(suspense: Plugin) -> None:
    settle(suspense, "1", MYSTERY)
    (told,) = preview(suspense.app, ADD, "", 20).items
    assert (told["status_before"], told["status"]) == ("proven", "proven")
    changes = {change["accounting_class"]: change["delta"] for change in told["changes"]}
    assert changes == {"referral_fees": "1.50", "unmapped": "-1.50"}


def test_what_is_settled_after_saving_is_settled_with_the_rule(suspense: Plugin) -> None:
    settle(suspense, "1", MYSTERY)
    book = save(suspense.app, replace(ADD, note="May"), "key:ann")
    assert (book["number"], book["saved_by"], book["note"]) == (1, "key:ann", "May")
    settle(suspense, "2", MYSTERY)
    first, second = (suspense.app.settlements.get(name) for name in "12")
    assert first is not None
    assert second is not None
    assert first.mapping_version != second.mapping_version
    assert [one.scope for one in suspense.open_exceptions()] == ["settlement:1"]
    (row,) = classify_rows(suspense.app, "test", [RowKind("Order", "ItemFees", "mystery  FEE")])
    assert isinstance(row, ClassifiedRow)
    assert (row.accounting_class, row.rule_line) == ("referral_fees", 0)


def test_a_rule_is_proposed_from_where_it_stands(holding: Plugin) -> None:
    save(holding.app, ADD, "key:ann")
    odd = a_row(amount_type="ItemFees", amount_description="Mystery Fees", amount="-1.50")
    settle_posted(holding.app, a_file([a_row(), odd], total="8.50", settlement_id="1").content())
    (value,) = unmapped_values(holding.app).values
    assert (value.proposed_class, value.proposed_from) == ("referral_fees", "a stored rule")


def test_values_are_counted_over_all_settlements_they_wait_in(holding: Plugin) -> None:
    settle(holding, "1", MYSTERY)
    settle(holding, "2", MYSTERY, MYSTERY, ENIGMA)  # its total is wrong, and it waits all the same
    many, few = unmapped_values(holding.app).values
    assert (many.kind.amount_description, many.rows) == ("Mystery Fee", 3)
    assert {code: str(amount) for code, amount in many.amounts.items()} == {"USD": "-4.50"}
    assert sorted(many.settlements) == ["1", "2"]
    assert (few.rows, few.settlements, few.holds) == (1, ["2"], True)


def test_a_change_over_older_rules_is_refused(holding: Plugin) -> None:
    save(holding.app, ADD, "key:ann")
    for call in (
        lambda: save(holding.app, ADD, "key:bob"),
        lambda: preview(holding.app, ADD, "", 1),
    ):
        with pytest.raises(Conflict, match="at 1") as caught:
            call()
        assert caught.value.code == "RULES_CHANGED"


def test_who_loses_a_race_keeps_nothing(holding: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = holding.app.rules.save

    def overtaken(book: RuleBook) -> bool:
        assert kept(replace(book, saved_by="key:bob"))
        return kept(book)

    monkeypatch.setattr(holding.app.rules, "save", overtaken)
    with pytest.raises(Conflict) as caught:
        save(holding.app, ADD, "key:ann")
    assert caught.value.code == "RULES_CHANGED"
    assert [book.saved_by for book in holding.app.rules.books(9)] == ["key:bob"]


def test_saving_what_is_there_makes_no_version(holding: Plugin) -> None:
    save(holding.app, ADD, "key:ann")
    again = save(holding.app, replace(ADD, number=1), "key:bob")
    assert (again["number"], again["saved_by"]) == (1, "key:ann")


def test_too_many_rules_are_refused(holding: Plugin) -> None:
    many = tuple(replace(RULE, amount_description=f"Fee {n}") for n in range(501))
    with pytest.raises(RefusedRequest) as caught:
        save(holding.app, RuleChange(0, many), "key:ann")
    assert caught.value.code == "TOO_MANY_RULES"
    large = tuple(
        replace(RULE, amount_description=f"{n} {'é' * 190}", why="é" * 500) for n in range(499)
    )
    with pytest.raises(RefusedRequest, match="bytes"):
        save(holding.app, RuleChange(0, large), "key:ann")
    assert holding.app.rules.newest() == RuleBook()


def test_without_the_stored_rules_nothing_is_settled(
    holding: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> RuleBook:
        raise unreachable()

    monkeypatch.setattr(holding.app.rules, "newest", fails)
    with pytest.raises(OutsideFailure):
        settle(holding, "1")
    assert states(holding) == {}


def test_over_http_rules_are_previewed_kept_and_taken_away(holding: Plugin) -> None:
    settle(holding, "1", MYSTERY)
    (value,) = data_of(holding.get("/v1/mappings/unmapped"))
    assert (value["amounts"], value["settlements"]) == ({"USD": "-1.50"}, ["1"])
    answer = holding.call("POST", "/v1/mappings/rules/preview", json=BODY)
    assert [one["status"] for one in data_of(answer)] == ["proven"]
    assert data_of(holding.get("/v1/mappings/rules")) == []
    (book,) = data_of(holding.call("POST", "/v1/mappings/rules", json={**BODY, "note": "May"}))
    assert (book["number"], book["saved_by"]) == (1, "key:flow")
    assert data_of(holding.get("/v1/mappings/rules")) == [book]
    cells = {name: BODY["add"][0][name] for name in list(BODY["add"][0])[:3]}  # type: ignore[index]
    taken = {"number": 1, "remove": [cells]}
    (left,) = data_of(holding.call("POST", "/v1/mappings/rules", json=taken))
    assert (left["number"], left["rules"]) == (2, [])
    assert [b["number"] for b in data_of(holding.get("/v1/mappings/rules?limit=5"))] == [2, 1]
    assert mapping_rules.rules_now(holding.app) == left


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**BODY, "number": 7}, 409, "RULES_CHANGED"),
        ({**BODY, "number": "0"}, 422, "BAD_BODY"),
        ({"add": []}, 422, "BAD_BODY"),
        ({**BODY, "dryrun": True}, 422, "BAD_BODY"),
        ({**BODY, "note": "a\nb"}, 422, "BAD_NOTE"),
        ({"number": 0, "add": [{**BODY["add"][0], "accounting_class": "x"}]}, 422, "BAD_RULE"),  # type: ignore[index]
        ({"number": 0, "add": [{**BODY["add"][0], "amount_type": "a\0b"}]}, 422, "BAD_RULE"),  # type: ignore[index]
        (
            {
                "number": 0,
                "add": [{**BODY["add"][0], **dict.fromkeys(list(BODY["add"][0])[:3], "*")}],
            },  # type: ignore[index]
            422,
            "BAD_RULE",
        ),
    ],
)
def test_a_faulty_change_is_refused_whole(
    holding: Plugin, body: dict[str, Any], status: int, code: str
) -> None:
    refused = holding.call("POST", "/v1/mappings/rules", json=body)
    assert (refused.status_code, error_of(refused)["code"]) == (status, code)
    assert holding.app.rules.newest() == RuleBook()


OTHER_RULE = replace(RULE, amount_description="Never seen")


def test_a_rule_for_something_else_leaves_a_file_the_same_call(suspense: Plugin) -> None:
    settle(suspense, "1", MYSTERY)
    save(suspense.app, RuleChange(0, (OTHER_RULE,)), "key:ann")
    content = a_file([a_row(), MYSTERY], total="8.50", settlement_id="1").content()
    answer = settle_posted(suspense.app, content)
    assert answer.replayed
    assert states(suspense) == {"1": ("proven", 1)}
    # One that is about it is a correction, and nobody makes one by sending the file again.
    save(suspense.app, RuleChange(1, (RULE,)), "key:ann")
    with pytest.raises(Conflict):
        settle_posted(suspense.app, content)
    assert states(suspense) == {"1": ("proven", 1)}


def test_a_key_tells_the_same_call_though_a_rule_was_added(suspense: Plugin) -> None:
    content = a_file([a_row(), MYSTERY], total="8.50", settlement_id="1").content()
    first = settle_posted(suspense.app, content, Wish(idempotency_key="k"))
    save(suspense.app, ADD, "key:ann")
    again = settle_posted(suspense.app, content, Wish(idempotency_key="k"))
    assert again.replayed
    assert again.document == first.document


def test_one_that_cannot_be_settled_anew_hides_no_other(suspense: Plugin) -> None:
    settle(suspense, "1", MYSTERY)
    settle(suspense, "2", MYSTERY)
    record = suspense.app.settlements.get("1")
    assert record is not None
    del suspense.files._files[record.raw_key]
    told = {one["settlement_id"]: one for one in preview(suspense.app, ADD, "", 20).items}
    assert told["1"]["status"] == "unknown"
    assert told["1"]["exceptions"][0]["code"] == "FILE_NOT_FOUND"
    assert told["2"]["changes"]


def test_what_looks_back_at_others_is_no_change(holding: Plugin) -> None:
    settle(holding, "3", ENIGMA)
    finding = Finding("FACILITATOR_TAX_OPEN", "settlement 3", "", {})
    holding.app.settlements.register(registered(holding.app, "settlement:3", [finding]))
    assert preview(holding.app, RuleChange(0, (OTHER_RULE,)), "", 20).items == []


def test_a_save_that_comes_again_is_the_same_save(holding: Plugin) -> None:
    first = save(holding.app, replace(ADD, note="May"), "key:ann")
    assert save(holding.app, replace(ADD, note="May"), "key:ann") == first
    with pytest.raises(Conflict):
        save(holding.app, replace(ADD, note="May"), "key:bob")
