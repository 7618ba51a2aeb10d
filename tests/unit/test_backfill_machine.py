"""The backfill's state machine, as deployed, over a bucket and a table: all settled, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from backfill_world import BackfillWorld, backfill_world, definition
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from plugin import BUCKET, CA, CA_ID, HELD, OTHER, OTHER_ID, POISON, ROOT

from handler import main
from handler.core.errors import OutsideFailure

MAP = definition()["States"]["Settle every file"]
BATCH = MAP["ItemProcessor"]["States"]["Settle a batch"]
MANY = 21


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[BackfillWorld]:
    with backfill_world(monkeypatch) as made:
        yield made


def succeeded(told: dict[str, Any]) -> bool:
    return bool(told["status"] == "SUCCEEDED")


def recorded(settlement_id: str) -> int:
    return len(main._app().settlements.versions(settlement_id))


def test_all_files_of_a_profile_are_settled_and_a_rerun_replays(world: BackfillWorld) -> None:
    for name, content in (("a", CA), ("b", OTHER), ("c", POISON)):
        world.put(name, content)
    world.put("d", HELD, profile="other")
    assert succeeded(world.run())
    assert world.became() == {"a": "proven", "b": "proven", "c": "UNUSABLE_FILE"}
    assert world.waits == []
    (found,) = main._app().settlements.exceptions(10).items
    assert (found.scope, str(found.state)) == ("file:raw-settlements/ca/c", "parked")
    world.put("e", CA)  # the same once more, under another name
    assert succeeded(world.run())
    assert world.became() == {
        "a": "replayed proven",
        "b": "replayed proven",
        "c": "UNUSABLE_FILE",
        "e": "replayed proven",
    }
    assert (recorded(CA_ID), recorded(OTHER_ID)) == (1, 1)
    (found,) = main._app().settlements.exceptions(10).items
    assert found.count == 2


def test_files_come_in_batches_that_are_bounded(world: BackfillWorld) -> None:
    for number in range(MANY):
        world.put(f"{number:02}", POISON)
    assert succeeded(world.run(profile="ca", max_concurrency=2))
    assert sorted(len(event["Items"]) for event in world.events) == [1, 10, 10]
    assert len(world.became()) == MANY
    assert world.most_at_once <= 2
    assert {event["BatchInput"]["profile"] for event in world.events} == {"ca"}


def test_one_at_a_time_goes_by_the_names(world: BackfillWorld) -> None:
    for number in range(12):
        world.put(f"{number:02}", POISON)
    assert succeeded(world.run(profile="ca", max_concurrency=1))
    keys = [item["Key"] for event in world.events for item in event["Items"]]
    assert keys == sorted(keys)
    assert world.most_at_once == 1


def test_lambda_that_refuses_is_called_again_after_a_while(world: BackfillWorld) -> None:
    world.put("a", CA)
    world.throttles = 3
    assert succeeded(world.run())
    assert world.became() == {"a": "proven"}
    assert len(world.waits) == 3
    assert [event["BatchInput"]["retries"] for event in world.events] == [0, 1, 2, 3]


def test_a_store_that_fails_is_tried_again_and_nothing_is_done_twice(
    world: BackfillWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real refusal of the table, in the middle of a batch."""
    for name, content in (("a", CA), ("b", OTHER), ("c", POISON)):
        world.put(name, content)
    calls, left = BaseClient._make_api_call, [1]

    def refused_once(client: Any, name: str, given: Any) -> Any:
        if name == "TransactWriteItems" and left[0]:
            left[0] -= 1
            refusal = {"Error": {"Code": "AccessDeniedException", "Message": "not now"}}
            raise ClientError(refusal, name)
        return calls(client, name, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", refused_once)
    assert succeeded(world.run())
    assert [event["BatchInput"]["retries"] for event in world.events] == [0, 1]
    assert world.became() == {"a": "proven", "b": "replayed proven", "c": "UNUSABLE_FILE"}
    assert left == [0]
    assert (recorded(CA_ID), recorded(OTHER_ID)) == (1, 1)
    codes = {found.code for found in main._app().settlements.exceptions(10).items}
    assert codes == {"UNUSABLE_FILE"}


def test_a_function_that_ends_each_time_fails_the_backfill(world: BackfillWorld) -> None:
    """Killed, out of time or of memory: no answer of the function's own."""
    world.put("a", CA)

    def ends(_: dict[str, Any]) -> None:
        raise OutsideFailure("X", "Task timed out after 900.00 seconds")

    world.before = ends
    told = world.run()
    assert told["status"] == "FAILED"
    assert len(world.events) == 1 + BATCH["Retry"][1]["MaxAttempts"]
    world.before = lambda _: None
    assert succeeded(world.run())
    assert world.became() == {"a": "proven"}


def test_batches_that_failed_among_others_fail_it_in_the_end(world: BackfillWorld) -> None:
    """Some are tolerated so that the rest goes on; that they are missing is told all the same."""
    world.put("a", CA)
    world.counted = {"Total": 20, "Succeeded": 19}
    told = world.run()
    assert (told["status"], told["error"]) == ("FAILED", "SOME_LEFT")


def test_a_folder_without_files_is_told(world: BackfillWorld) -> None:
    assert world.run(profile="nobody")["error"] == "NOTHING_THERE"
    assert world.events == []


def test_wrong_input_starts_nothing(world: BackfillWorld) -> None:
    world.put("a", CA)
    for given in (
        {"max_concurrency": 1},
        {"profile": ""},
        {"profile": 1},
        {"profile": "ca/2025"},
        {"profile": "ca", "max_concurrency": 0},
        {"profile": "ca", "max_concurrency": 51},
        {"profile": "ca", "max_concurrency": "5"},
    ):
        assert world.run(**given)["error"] == "WRONG_INPUT"
        assert world.events == []


def test_its_last_attempt_is_the_functions() -> None:
    deployed = yaml.safe_load((ROOT / "serverless.yml").read_text("utf-8"))
    attempts = deployed["provider"]["environment"]["UPLOAD_MAX_ATTEMPTS"]
    assert BATCH["Retry"][-1]["ErrorEquals"] == ["States.ALL"]
    assert 1 + BATCH["Retry"][-1]["MaxAttempts"] == attempts
    assert BATCH["TimeoutSeconds"] > deployed["functions"]["backfill"]["timeout"]
    assert 0 < MAP["ToleratedFailurePercentage"] <= 10


def test_its_role_may_do_what_it_does_and_no_more() -> None:
    described = yaml.safe_load((ROOT / "infra" / "backfill.yml").read_text("utf-8"))
    role = described["Resources"]["BackfillMachineRole"]["Properties"]
    granted = {}
    for one in role["Policies"][0]["PolicyDocument"]["Statement"]:
        actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        granted |= dict.fromkeys(actions, str(one["Resource"]))
        assert not [action for action in actions if "*" in action]
    assert set(granted) == {
        "lambda:InvokeFunction",
        "s3:ListBucket",
        "s3:PutObject",
        "s3:GetObject",
        "s3:ListMultipartUploadParts",
        "s3:AbortMultipartUpload",
        "states:StartExecution",
        "states:DescribeExecution",
        "states:StopExecution",
        "states:RedriveExecution",
        "states:DescribeMapRun",
    }
    assert "BackfillLambdaFunction" in granted["lambda:InvokeFunction"]
    assert MAP["ResultWriter"]["Parameters"]["Bucket"] == BUCKET
    for action, where in granted.items():
        if action.startswith("s3:") and action != "s3:ListBucket":
            assert "results/backfill/*" in where
        if action.startswith("states:"):
            assert "-backfill" in where
