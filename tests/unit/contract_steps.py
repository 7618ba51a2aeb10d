"""What a call of the description's story is, and the plugin in memory it is asked of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from builders import a_file, a_row
from plugin import (
    MAPPINGS,
    ROOT,
    STOCK_MAPPINGS,
    Plugin,
    WatchedFiles,
    WatchedSettlements,
)
from werkzeug.test import TestResponse

from handler.adapters.memory_inventory import MemoryInventory
from handler.adapters.memory_jobs import MemoryQueue
from handler.flows import api_keys
from handler.flows.jobs import run
from handler.wiring import in_memory

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SMALL_ID, CA_ID = "11700000001", "03177986348"
SMALL = a_file(
    [
        a_row(amount="100.00"),
        a_row(amount_type="ItemFees", amount_description="Commission", amount="-15.00"),
        a_row(
            amount_type="ItemFees",
            amount_description="FBAPerUnitFulfillmentFee",
            amount="-5.40",
        ),
    ],
    total="79.60",
).content()
REQUEST_ID = "0123456789abcdef0123456789abcdef"
MUG = {"marketplace": "ATVPDKIKX0DER", "sku": "SKU-MUG-220"}
LEDGER = (ROOT / "tests" / "data" / "inventory" / "sandbox_ledger_detail.tsv").read_bytes()
ONE_BAD = "one_bad"  # such a call shows its answer, and is no example of what to send
SETTLEMENT, RUN, JOB = "settlement_id", "run_id", "job_id"


@dataclass
class Step:
    """One call: what is asked, by the name of its operation."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    name: str = "example"
    status: int = 200


@dataclass
class Told:
    """A step with its answer."""

    step: Step
    answer: TestResponse

    @property
    def shown(self) -> Any:
        """The body of the answer: JSON where it is JSON."""
        if self.answer.mimetype == "application/json":
            return json.loads(self.answer.text)
        return self.answer.text


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@dataclass
class StoryPlugin(Plugin):
    """A plugin with its clock."""

    clock: Clock = field(default_factory=Clock)


def frozen_plugin() -> StoryPlugin:
    """A new, empty one whose clock stands still, with a key that may do everything."""
    clock, files, settlements = Clock(), WatchedFiles(), WatchedSettlements()
    app = replace(
        in_memory(now=clock),
        settlements=settlements,
        inventory=MemoryInventory(clock, settlements),
        outbox=settlements.outbox,
        files=files,
        mappings=MAPPINGS,
        stock_mappings=STOCK_MAPPINGS,
    )
    key = api_keys.create(app, "flow", ["*"])
    return StoryPlugin(app, files, settlements, key, clock)


def work_through(here: Plugin) -> None:
    """Do what the queue would start."""
    waiting = cast("MemoryQueue", here.app.queue).waiting
    while waiting:
        run(here.app, waiting.pop(0))


def call(here: Plugin, step: Step) -> Told:
    """Ask one step."""
    path = step.path
    for name, value in step.at.items():
        path = path.replace("{" + name + "}", value)
    request: dict[str, Any] = {"query_string": dict(step.query)}
    if isinstance(step.body, bytes):
        request |= {"data": step.body, "content_type": step.content_type}
    elif step.body is not None:
        request |= {"data": json.dumps(step.body), "content_type": step.content_type}
    headers = {"X-Request-Id": REQUEST_ID, **step.headers}
    answer = here.call(step.method, path, key=step.key, headers=headers, **request)
    return Told(step, answer)
