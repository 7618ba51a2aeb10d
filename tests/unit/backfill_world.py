"""The backfill's state machine, run by moto's interpreter over a bucket and a table of moto's.

The definition is the deployed one. Its Lambda step is the function itself; what Lambda would add
is added here: errors as Lambda tells them, and a refusal where a test wants one. Waits are noted.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.eval.resource_eval_s3 import (  # noqa: E501
    ResourceEvalS3,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (  # noqa: E501
    StateTaskServiceAwsSdk,
)
from plugin import BUCKET, ROOT

from handler import main

sys.path.insert(0, str(ROOT / "infra"))  # scripts, not a package: this is how they find each other

from local_stack import create_table

ENVIRONMENT = {
    "TABLE_NAME": "plugin",
    "BUCKET_NAME": BUCKET,
    "LOG_LEVEL": "ERROR",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
}
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:backfill"
ROLE = "arn:aws:iam::123456789012:role/backfill"
ENOUGH_SECONDS = 60


def definition() -> dict[str, Any]:
    """The state machine as CloudFormation makes it: what it substitutes is substituted."""
    text = (ROOT / "infra" / "backfill.asl.json").read_text(encoding="utf-8")
    described = yaml.safe_load((ROOT / "infra" / "backfill.yml").read_text(encoding="utf-8"))
    machine = described["Resources"]["BackfillMachine"]["Properties"]
    values = {"Bucket": BUCKET, "Function": FUNCTION}
    assert set(machine["DefinitionSubstitutions"]) == set(values)
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    assert "${" not in text
    made: dict[str, Any] = json.loads(text)
    return made


class BatchedListing:
    """Reads, selects and batches items as Step Functions does: moto's interpreter reads one page of
    a bucket and knows no ItemBatcher."""

    def __init__(self, s3: Any, machine: dict[str, Any]) -> None:
        self._s3 = s3
        state = machine["States"]["Settle every file"]
        self._selector, self._batcher = state.pop("ItemSelector"), state.pop("ItemBatcher")
        tolerated = "ToleratedFailurePercentage"
        state[tolerated] = float(state[tolerated])  # it reads 10.0 and not 10

    def __call__(self, env: Any, *_: Any) -> None:
        pages = self._s3.get_paginator("list_objects_v2").paginate(**env.stack.pop())
        items = [self._selected(item) for page in pages for item in page.get("Contents", [])]
        most = self._batcher["MaxItemsPerBatch"]
        given = env.states.get_input()
        shared = {
            name.removesuffix(".$"): given[path.removeprefix("$.")]
            for name, path in self._batcher["BatchInput"].items()
        }
        env.stack.append(
            [
                {"Items": list(some), "BatchInput": shared}
                for some in (items[at : at + most] for at in range(0, len(items), most))
            ]
        )

    def _selected(self, item: dict[str, Any]) -> dict[str, Any]:
        return {
            name.removesuffix(".$"): item[path.removeprefix("$$.Map.Item.Value.")]
            for name, path in self._selector.items()
        }


@dataclass
class BackfillWorld:
    """What was called and waited for, and what is to go wrong."""

    s3: Any
    machines: Any
    arn: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    throttles: int = 0
    counted: dict[str, int] = field(default_factory=dict)
    before: Callable[[dict[str, Any]], None] = lambda _: None
    at_once: int = 0
    most_at_once: int = 0
    _lock: Any = field(default_factory=threading.Lock)
    _runs: Iterator[int] = field(default_factory=itertools.count)

    def put(self, name: str, content: bytes, profile: str = "ca") -> str:
        key = f"raw-settlements/{profile}/{name}"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        return key

    def run(self, **given: Any) -> dict[str, Any]:
        """Run the state machine to its end."""
        self.events.clear()
        self.answers.clear()
        started = self.machines.start_execution(
            stateMachineArn=self.arn,
            name=f"run-{next(self._runs)}",
            input=json.dumps(given or {"profile": "ca"}),
        )
        deadline = time.monotonic() + ENOUGH_SECONDS
        while time.monotonic() < deadline:
            told = self.machines.describe_execution(executionArn=started["executionArn"])
            if told["status"] != "RUNNING":
                return dict(told)
            time.sleep(0.02)
        raise AssertionError("the state machine did not come to an end")

    def became(self) -> dict[str, str]:
        """What became of each file: its outcome, "replayed" before it, or its code."""
        files = [one for answer in self.answers for one in answer["files"]]
        return {
            one["key"].split("/")[-1]: one["code"]
            or ("replayed " if one["replayed"] else "") + one["outcome"]
            for one in files
        }

    def describe_map_run(self, env: Any, given: dict[str, Any]) -> None:
        """Names begin with capitals in a state machine; moto's interpreter hands them on so."""
        told = self.machines.describe_map_run(mapRunArn=given["MapRunArn"])
        counts = {name.capitalize(): number for name, number in told["itemCounts"].items()}
        env.stack.append({"ItemCounts": counts | self.counted})

    def invoke(self, parameters: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Call the function as Lambda would."""
        assert parameters["FunctionName"] == FUNCTION
        event = json.loads(parameters["Payload"])
        with self._lock:
            self.events.append(event)
            if self.throttles:
                self.throttles -= 1
                raise ClientError(
                    {
                        "Error": {"Code": "TooManyRequestsException", "Message": "Rate exceeded"},
                        "ResponseMetadata": {"HTTPStatusCode": 429, "RequestId": "r"},
                    },
                    "Invoke",
                )
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.before(event)
            answer = main.backfill_handler(event, SimpleNamespace(aws_request_id="r"))
        except Exception as error:  # noqa: BLE001 - as Lambda tells of it
            told = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": told}
        finally:
            with self._lock:
                self.at_once -= 1
        self.answers.append(answer)
        return {"StatusCode": 200, "Payload": json.loads(json.dumps(answer))}


@contextmanager
def backfill_world(monkeypatch: pytest.MonkeyPatch) -> Iterator[BackfillWorld]:
    """A bucket, a table and the state machine, all empty."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        create_table(boto3.client("dynamodb"), "plugin")
        world = BackfillWorld(boto3.client("s3"), boto3.client("stepfunctions"))
        world.s3.create_bucket(Bucket=BUCKET)
        monkeypatch.setattr(lambda_eval_utils, "_invoke_lambda_function", world.invoke)
        monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=world.waits.append))
        monkeypatch.setattr(
            StateTaskServiceAwsSdk,
            "_eval_service_task",
            lambda task, env, resource_runtime_part, normalised_parameters, state_credentials: (
                world.describe_map_run(env, normalised_parameters)
            ),
        )
        machine = definition()
        listing = BatchedListing(world.s3, machine)
        monkeypatch.setattr(ResourceEvalS3, "_handle_list_objects_v2", staticmethod(listing))
        world.arn = world.machines.create_state_machine(
            name="backfill", definition=json.dumps(machine), roleArn=ROLE
        )["stateMachineArn"]
        main._app.cache_clear()
        yield world
        main._app.cache_clear()
