"""Laws of stored rules: they decide what they name, nothing else; there and back is as before."""

from builders import mappings
from hypothesis import given
from hypothesis import strategies as st

from handler.settlement.group import Kind
from handler.settlement.stored_rules import changed, rule_faults, stored, with_rules
from handler.settlement.vocabulary import Rule

DEPLOYED = mappings()
CLASSES = sorted(DEPLOYED.classes)
WORDS = st.sampled_from(["Order", "Refund", "ItemPrice", "ItemFees", "Principal", "Odd fee", ""])
CELL = st.one_of(WORDS, st.sampled_from(["*", "Odd*", "item*"]))
RULES = st.builds(
    Rule, CELL, CELL, CELL, st.sampled_from(CLASSES), st.just(0), st.sampled_from(["", "why"])
)
KINDS = st.builds(Kind, WORDS, WORDS, WORDS)


@given(st.lists(RULES, max_size=8), KINDS)
def test_the_most_specific_rule_decides_whoever_keeps_it(rules: list[Rule], kind: Kind) -> None:
    """Against a plain search: of all rules, stored ones in the place of the table's."""
    by_cells = {rule.cells: rule for rule in (*DEPLOYED.vocabulary.rules, *rules)}
    folded = Rule(*kind, "", 0).cells
    fitting = [rule for rule in by_cells.values() if rule.matches(folded)]
    expected = max(fitting, key=lambda rule: rule.rank).accounting_class if fitting else None
    found = with_rules(DEPLOYED, rules).vocabulary.rule(kind)
    assert (found.accounting_class if found else None) == expected


@given(st.lists(RULES, max_size=8))
def test_adding_and_taking_away_gives_the_version_of_before(rules: list[Rule]) -> None:
    kept = changed((), [stored(rule) for rule in rules], [])
    gone = changed(kept, [], {rule.cells for rule in kept})
    assert gone == ()
    assert with_rules(DEPLOYED, gone) is DEPLOYED


@given(st.lists(RULES, max_size=8, unique_by=lambda rule: rule.cells), st.randoms())
def test_neither_order_nor_reasons_make_another_version(rules: list[Rule], random: object) -> None:
    mixed = [Rule(*rule.cells, rule.accounting_class, 0, "another why") for rule in rules]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert with_rules(DEPLOYED, mixed).version == with_rules(DEPLOYED, rules).version


@given(st.lists(RULES, max_size=8, unique_by=lambda rule: rule.cells), RULES)
def test_another_class_is_another_version(rules: list[Rule], more: Rule) -> None:
    before = with_rules(DEPLOYED, rules)
    after = with_rules(DEPLOYED, changed(rules, [more], []))
    told = {rule.cells: rule.accounting_class for rule in before.vocabulary.rules}
    assert (told.get(more.cells) == more.accounting_class) == (before.version == after.version)


def test_what_the_deployed_table_says_already_changes_nothing() -> None:
    same = [stored(rule) for rule in DEPLOYED.vocabulary.rules]
    assert with_rules(DEPLOYED, same) is DEPLOYED


def test_a_class_that_was_taken_out_of_the_table_does_not_stop_settling() -> None:
    gone = Rule("Order", "ItemFees", "Odd fee", "no_longer_there", 0)
    assert with_rules(DEPLOYED, [gone]) is DEPLOYED


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_text_is_a_rule_or_told_why_not(cell: str, why: str) -> None:
    rule = stored(Rule("Order", "ItemFees", cell, CLASSES[0], 0, why))
    faults = rule_faults(rule, CLASSES)
    fine = len(rule.amount_description) <= 200 and rule.amount_description.isprintable()
    fine = fine and "*" not in rule.amount_description.casefold()[:-1]
    assert (not faults) == (fine and len(rule.why) <= 500 and rule.why.isprintable())
