"""The examples of the description are what the plugin answers, and its models are true of them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from contract_steps import Told, frozen_plugin
from contract_story import story
from contracts.answer_kinds import Refusal
from contracts.document import HERE, examples
from contracts.operations import OPERATIONS

EXAMPLES = HERE / "examples.json"
MOST = 2  # entries of a list that an example shows
BY_NAME = {one.name: one for one in OPERATIONS}
# What differs each time, or whenever an accountant changes a table.
CHANCE = re.compile(r'job-[0-9a-f]{32}|lease-[\w-]+|(?<=mapping_version": ")[0-9a-f]{16}')


@pytest.fixture(scope="module")
def told() -> list[Told]:
    return list(story(frozen_plugin()))


def shortened(value: Any) -> Any:
    """The document with the first entries of each list, so that a reader sees all of it."""
    if isinstance(value, dict):
        return {name: shortened(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shortened(part) for part in value[:MOST]]
    return value


def as_example(one: Told) -> dict[str, Any]:
    """A call and its answer as they stand in the file."""
    step, shown = one.step, one.shown
    request: dict[str, Any] = {"query": dict(step.query), "at": dict(step.at)}
    if step.headers:
        request["headers"] = dict(step.headers)
    if isinstance(step.body, bytes):
        if len(step.body) < 10_000:
            request["text"] = step.body.decode()
    elif step.body is not None:
        request["body"] = step.body
    answer = {"text" if isinstance(shown, str) else "body": shortened(shown)}
    return {
        "operation": step.operation,
        "name": step.name,
        "status": step.status,
        "request": request,
        "answer": answer,
    }


def test_each_step_is_answered_as_it_should_be(told: list[Told]) -> None:
    for one in told:
        assert one.answer.status_code == one.step.status, (one.step, one.answer.text)


def test_the_examples_are_what_the_plugin_answers(
    told: list[Told], request: pytest.FixtureRequest
) -> None:
    made = [as_example(one) for one in told if one.step.name != "large"]
    if request.config.getoption("--regenerate"):
        text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
        EXAMPLES.write_text(CHANCE.sub(_steady, text), encoding="utf-8")
    as_text = CHANCE.sub(_steady, json.dumps(made))
    kept = examples()
    assert [(one["operation"], one["name"], one["status"]) for one in kept] == [
        (one["operation"], one["name"], one["status"]) for one in made
    ], "run this test with --regenerate, then python3 infra/dev.py contracts"
    for mine, theirs in zip(json.loads(as_text), kept, strict=True):
        assert mine == theirs, "run this test with --regenerate"


def _steady(found: re.Match[str]) -> str:
    text = found[0]
    if text.startswith("job-"):
        return "job-" + "0" * 32
    return "lease-example" if text.startswith("lease-") else "d1316b66d90969bb"


@pytest.mark.parametrize("whole", [True, False], ids=["answers", "examples"])
def test_models_say_what_is_answered(told: list[Told], whole: bool) -> None:
    """Every field is named, of the type said: of the answers themselves, and of the examples."""
    bodies = (
        [(one.step.operation, one.step.status, one.shown) for one in told]
        if whole
        else [(one["operation"], one["status"], one["answer"].get("body")) for one in examples()]
    )
    seen = set()
    for name, status, body in bodies:
        operation = BY_NAME[name]
        if not isinstance(body, dict):
            continue
        model = operation.answer if status < 300 else Refusal
        if status == 202 and operation.accepted:
            model = operation.accepted
        if model is None or (status >= 300 and operation.scope == "none"):
            continue
        model.model_validate_json(json.dumps(body))
        if status >= 300:
            assert status in operation.statuses, name
        seen.add(name)
    with_answers = {one.name for one in OPERATIONS if one.answer}
    assert seen == with_answers, "an operation without an example"


def test_amounts_are_shown_with_all_their_decimals() -> None:
    text = json.dumps([one["answer"] for one in examples() if one["name"] == "json"])
    assert '"100.00"' in text
    assert '"debit": 100.0,' not in text
