"""classes.csv and vocabulary.csv from text: what is accepted, and every refusal with its line."""

from __future__ import annotations

import pytest
from mapping_texts import CLASSES, NAMES, VOCABULARY, broken, edited, refusal

from handler.adapters.mapping_tables import parse_classes, parse_vocabulary


def test_classes_keep_the_tables_order() -> None:
    classes = parse_classes(CLASSES, "classes.csv")
    assert tuple(classes) == NAMES
    assert [found.rank for found in classes.values()] == [0, 1, 2, 3]
    assert classes["product_sales"].meaning == "Goods, sold"
    assert classes["product_sales"].nature == "revenue"


@pytest.mark.parametrize(
    "text", [VOCABULARY, VOCABULARY.replace("\n", "\r\n"), VOCABULARY + "\n\n"]
)
def test_rules_know_their_line(text: str) -> None:
    rules = parse_vocabulary(text, "vocabulary.csv", NAMES).rules
    assert [rule.line for rule in rules] == [2, 3, 4]
    assert rules[2].why == "a prefix, and anything"
    assert rules[1].amount_type == ""


@pytest.mark.parametrize(("old", "new", "fault"), broken("classes"))
def test_refuses_classes(old: str, new: str, fault: str) -> None:
    text = edited(CLASSES, old, new)
    faults = refusal(lambda: parse_classes(text, "m/classes.csv"))
    assert f"m/classes.csv:{fault}" in faults  # a renamed class is missed elsewhere too


def test_refuses_classes_without_those_the_journal_needs() -> None:
    text = CLASSES[: CLASSES.index("bank_transfers")]
    assert refusal(lambda: parse_classes(text, "c")) == [
        "c:1: found no class bank_transfers; expected a row for it: the journal needs it",
        "c:1: found no class unmapped; expected a row for it: the journal needs it",
    ]


@pytest.mark.parametrize(("old", "new", "fault"), broken("vocabulary"))
def test_refuses_vocabulary(old: str, new: str, fault: str) -> None:
    text = edited(VOCABULARY, old, new)
    assert refusal(lambda: parse_vocabulary(text, "m/v.csv", NAMES)) == [f"m/v.csv:{fault}"]


def test_an_open_quote_spoils_its_own_line_only() -> None:
    text = edited(edited(VOCABULARY, "the price", '"the price'), "Trans*", "Tr*ns*")
    faults = refusal(lambda: parse_vocabulary(text, "v.csv", NAMES))
    assert [fault.split(":")[1] for fault in faults] == ["2", "4"]


def test_names_the_nearest_class_where_there_are_many() -> None:
    classes = [*NAMES, *(f"class_{n}" for n in range(20))]
    text = edited(VOCABULARY, "bank_transfers", "bank_transfer")
    (fault,) = refusal(lambda: parse_vocabulary(text, "v", classes))
    assert fault == (
        'v:3: found the class "bank_transfer"; expected a class of classes.csv: '
        "one of the 24 there are, such as bank_transfers"
    )
