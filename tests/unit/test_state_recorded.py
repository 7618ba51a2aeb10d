"""Which results were recorded, and in which order: what the bucket can tell and what it cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from plugin import CA, OTHER, OTHER_ID
from restore_world import CORRECTED, RULE, InMemory

from handler.flows import mapping_rules, posted
from handler.flows.mapping_rules import RuleChange
from handler.flows.settle_call import Wish
from handler.flows.state_ports import Noted
from handler.flows.state_rebuild import Rebuilt, rebuild
from handler.flows.state_recorded import Recorded, in_order

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
LATER = timedelta(minutes=16)


@pytest.fixture
def world() -> InMemory:
    made = InMemory()
    posted.settle_posted(made.app, OTHER, Wish("ca"))
    return made


def rebuilt(world: InMemory) -> Rebuilt:
    return rebuild(world.app, world.bucket)


def codes(noted: list[Noted]) -> list[str]:
    return [one.code for one in noted]


def other_result(world: InMemory) -> tuple[str, str]:
    """The recorded result, and one of the same version that another call left."""
    (key,) = [key for key in world.files() if f"/{OTHER_ID}/v1" in key]
    other = key.replace(".json.gz", "x.json.gz")
    world.put(other, world.app.files.read(key))
    world.lose_table()
    return key, other


def test_of_two_results_at_once_nobody_can_tell(world: InMemory) -> None:
    key, other = other_result(world)
    done = rebuilt(world)
    # Nor is its raw file settled over what may be in the books.
    assert codes(done.noted) == ["TWO_RESULTS"]
    assert key in done.noted[0].what
    assert other in done.noted[0].what
    assert world.settlements() == []
    world.delete(other)
    assert (rebuilt(world).same, len(world.settlements())) == (1, 1)


def test_of_two_results_the_much_later_one_was_recorded(world: InMemory) -> None:
    key, other = other_result(world)
    world.kept.written[other] -= LATER
    done = rebuilt(world)
    assert (done.same, done.noted) == (1, [])
    assert [one.result_key for one in world.settlements()] == [key]


def test_a_result_nobody_can_read_leaves_its_settlement_alone(world: InMemory) -> None:
    (key,) = [key for key in world.files() if f"/{OTHER_ID}/v1" in key]
    kept = world.app.files.read(key)
    world.put(key, kept[: len(kept) // 2])
    world.lose_table()
    done = rebuilt(world)
    assert codes(done.noted) == ["RESULT_UNREADABLE", "FILE_LEFT"]
    assert world.settlements() == []
    world.put(key, kept)
    assert rebuilt(world).same == 1


def test_a_table_that_says_otherwise_is_not_touched(world: InMemory) -> None:
    (before,) = world.settlements()
    _, other = other_result(world)
    world.kept.written[other] += LATER
    world.app.settlements.record(before, ())
    done = rebuilt(world)
    assert codes(done.noted) == ["RECORDED_OTHERWISE"]
    assert world.settlements() == [before]


def test_stored_rules_without_their_first_version_are_told(world: InMemory) -> None:
    mapping_rules.save(world.app, RuleChange(0, (RULE,)), "key:ann")
    posted.settle_posted(world.app, CA, Wish("ca"))
    mapping_rules.save(world.app, RuleChange(1, (), ((RULE.cells),)), "key:ann")
    first = "results/rules/v000001.json.gz"
    kept = world.app.files.read(first)
    world.delete(first)
    world.lose_table()
    done = rebuilt(world)
    assert codes(done.noted) == ["RULES_MISSING", "OTHER_MAPPINGS"]
    assert (done.rules, done.same, done.as_recorded) == (0, 1, 1)
    world.put(first, kept)
    world.lose_table()
    again = rebuilt(world)
    assert (again.rules, again.same, again.noted) == (2, 2, [])


def test_a_rule_saved_again_after_a_lost_answer_is_kept(world: InMemory) -> None:
    change = RuleChange(0, (RULE,))
    mapping_rules.save(world.app, change, "key:ann")
    world.delete("results/rules/v000001.json.gz")  # as if the call had been cut off in between
    mapping_rules.save(world.app, change, "key:ann")
    assert "results/rules/v000001.json.gz" in world.files()


def test_rules_saved_before_they_were_kept_are_kept_with_the_next(world: InMemory) -> None:
    for number, change in enumerate([(RULE,), (), (RULE,)]):
        gone = () if change else (RULE.cells,)
        mapping_rules.save(world.app, RuleChange(number, change, gone), "key:ann")
    kept = world.files()
    for number in (1, 2, 3):
        world.delete(f"results/rules/v{number:06}.json.gz")
    mapping_rules.save(world.app, RuleChange(3, (), (RULE.cells,)), "key:ann")
    assert [name for name in world.files() if "rules/" in name] == [
        f"results/rules/v{number:06}.json.gz" for number in (1, 2, 3, 4)
    ]
    assert kept.items() <= world.files().items()


def test_other_content_of_a_settlement_is_refused_again(world: InMemory) -> None:
    posted.settle_posted(world.app, CA, Wish("ca"))
    assert world.upload("raw-settlements/ca/again.txt", CORRECTED) == "parked"
    world.lose_table()
    assert rebuilt(world).same == 2
    (found,) = world.app.settlements.exceptions(9).items
    assert found.finding["code"] == "SETTLEMENT_CONFLICT"


def one(settlement_id: str, version: int = 1, *looked_in: str, after: int = 0) -> Recorded:
    return Recorded(
        key=f"{settlement_id}-{version}",
        written_at=AT + timedelta(seconds=after),
        settlement_id=settlement_id,
        profile="us",
        version=version,
        content_hash="",
        mapping_version="",
        end="2026-01-31",
        asked_for="",
        is_correction=version > 1,
        looked_in=looked_in,
    )


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([one("b"), one("a")], ["a-1", "b-1"]),
        ([one("a", after=1), one("b")], ["b-1", "a-1"]),
        ([one("a", 1, "b"), one("b")], ["b-1", "a-1"]),
        ([one("a", 2), one("a", 1, "c"), one("c", 1, "not there")], ["c-1", "a-1", "a-2"]),
        # What was looked in came first, whatever the moments say.
        ([one("a", 1, "b"), one("b", after=9)], ["b-1", "a-1"]),
        # No circle was ever recorded; where files say one, none of it is lost.
        ([one("a", 1, "b"), one("b", 1, "a"), one("c")], ["c-1", "a-1", "b-1"]),
    ],
)
def test_the_order_of_recording(found: list[Recorded], wanted: list[str]) -> None:
    assert [each.key for each in in_order(found)] == wanted
    assert [each.key for each in in_order(reversed(found))] == wanted
