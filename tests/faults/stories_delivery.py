"""Stories of results on their way: jobs, the outbox, webhooks, alerts, keys."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import fast_moto
from aws_world import TABLE, AwsWorld
from fake_netsuite import FakeNetsuite
from plugin import BUCKET
from stories_settling import FOLDER, done, sent, settlement
from stories_stock import LEDGER, ledger_posted
from story import Story
from wire import URL, Died

from handler.core.errors import OutsideFailure
from handler.flows import key_rotation, webhook_targets
from handler.flows.webhook_targets import Wish

T = TypeVar("T")
_MOST_RUNS = 12
_SENT = set(re.findall(r"REC-[0-9-]+", LEDGER.decode()))  # to Amazon, before the ledger tells
_ITEMS = ("CONSOLE-2025", "COFFEE-401", "BOTTLE-150")


def job_followed(world: AwsWorld, job_id: str) -> None:
    """Ask how a job stands until it is done, as a flow does."""
    for _ in range(6):
        world.work_off()
        (shown,) = done(world.call("GET", f"/v1/jobs/{job_id}"))
        if shown["status"] == "done":
            return
        assert shown["status"] in ("in_progress", "waiting_for_upload"), shown
        world.wait(3_601)
    raise AssertionError("the job never ended")


def uploaded_by_address(world: AwsWorld) -> None:
    """Ask for room, put a file there, follow the job."""
    asked = {"profile": "us", "kind": "settlement", "file_name": "July.txt"}
    (room,) = done(world.post("/v1/uploads", asked, headers={"Idempotency-Key": "July"}), 200, 202)
    key = f"{FOLDER}{room['job_id']}-July.txt"
    assert key in str(room["upload"]["url"])
    world.upload(key, settlement())
    job_followed(world, room["job_id"])


def job_of_a_file(world: AwsWorld) -> None:
    """Have a file of the bucket settled by the queue."""
    key = f"{FOLDER}there.txt"
    fast_moto.s3_backends[fast_moto.DEFAULT_ACCOUNT_ID]["aws"].put_object(BUCKET, key, settlement())
    asked = {"kind": "settle", "bucket": BUCKET, "key": key}
    (job,) = done(world.post("/v1/jobs", asked, headers={"Idempotency-Key": "J"}), 202)
    job_followed(world, job["job_id"])


class Books(FakeNetsuite):
    """NetSuite, with ids that tell which record they are of."""

    def taken(self, payload: Mapping[str, Any]) -> str:
        """Take a record, or find it where it is there already; return its id."""
        name = str(payload["externalId"])
        if name not in {known for _, known in self.records}:
            answer = self.post(payload)
            assert answer.ok, answer.errors
        return f"n-{name}"


def corrected_once(world: AwsWorld) -> None:
    """Have a settlement, and the difference of its correction: two parcels, one after the other."""
    sent(world)
    done(world.post("/v1/settlements/11700000001/repost", settlement(amount="12.00")))


def to_deliver(world: AwsWorld) -> None:
    """Have a settlement, its correction, and a run of the ledger."""
    corrected_once(world)
    ledger_posted(world)


def fetched(world: AwsWorld) -> None:
    """Run the flow outbox, NetSuite, acknowledge until nothing is left."""
    books = Books(transfer_orders={name: dict.fromkeys(_ITEMS, 1_000) for name in _SENT})
    for _ in range(_MOST_RUNS):
        page = _page(world)
        told = [
            {"message_id": one["message_id"], "internal_id": books.taken(one["payload"])}
            for one in page
        ]
        if told:
            done(world.post("/v1/outbox/acknowledge", {"data": told}))
        elif not _coming():
            break
        else:
            world.wait(301)
    assert not _coming()
    assert {kept.revision for kept in books.records.values()} == {1}
    world.hooked["netsuite"] = {
        name: {"lines": repr(kept.lines)} for (_, name), kept in sorted(books.records.items())
    }


def returned(world: AwsWorld) -> None:
    """Have the flow give everything back once, as NetSuite is closed, and then run."""
    page = _page(world)
    told = [
        {"message_id": one["message_id"], "code": "CLOSED", "message": "It is closed."}
        for one in page
    ]
    if told:
        done(world.post("/v1/outbox/return", {"data": told}))
    world.wait(3_600)
    fetched(world)


def _page(world: AwsWorld) -> list[dict[str, Any]]:
    answer = world.call("GET", "/v1/outbox?limit=20")
    done(answer)
    page: list[dict[str, Any]] = json.loads(answer.text, parse_float=Decimal)["data"]
    return page


def _coming() -> list[str]:
    table = fast_moto.table(TABLE).items
    return [
        str(item.attrs["pk"].value)
        for of_partition in table.values()
        for item in of_partition.values()
        if "gsi1pk" in item.attrs and str(item.attrs["gsi1pk"].value).startswith("OUTBOX")
    ]


def with_a_hook(world: AwsWorld) -> None:
    """Have a webhook that waits for what there is to deliver."""
    webhook_targets.add(world.app, "celigo", Wish(URL))
    sent(world)


def hooked(world: AwsWorld) -> None:
    """Let the schedule come until all is delivered and acknowledged."""
    for number in range(_MOST_RUNS):
        world.minutes(2)
        if not _coming():
            break
        # What a target has taken is left to it for a day, to be acknowledged.
        world.wait(300 if number < _MOST_RUNS // 2 else 86_400)
    assert not _coming()


def with_alarm(world: AwsWorld) -> None:
    """Have an exception that people are told of, by topic and webhook."""
    webhook_targets.add(world.app, "pager", Wish(URL, event="alert"))
    world.minutes(1)
    sent(world, settlement(total="1.00"))


def alerted(world: AwsWorld) -> None:
    """Let the schedule come until people were told."""
    world.minutes(3)
    world.wait(1_000)
    world.minutes(2)


def rotated(world: AwsWorld) -> None:
    """Have a person rotate a key until a new one is shown; in the end only that one opens."""
    text = by_hand(world, lambda: key_rotation.rotate(world.app, "flow", "cli:ann"))
    old, world.key = world.key, text
    done(world.call("GET", "/v1/exceptions"))
    world.now += timedelta(hours=25)
    done(world.call("GET", "/v1/exceptions"))
    kept = by_hand(world, lambda: list(world.app.keys.keys()))
    accepted = [key for key in kept if not key.expires_at]
    world.key = old
    refused = world.call("GET", "/v1/exceptions")
    assert (len(accepted), refused.status_code) == (1, 401)


def by_hand(world: AwsWorld, command: Callable[[], T]) -> T:
    """Have a person at the command line repeat a command until it works."""
    for _ in range(6):
        world.wire.is_whole_again()
        with suppress(Died, OutsideFailure):
            return command()
        world.new_process()
    raise AssertionError("the command never worked")


STORIES = (
    Story("upload by address", uploaded_by_address, at_least=65, thinned=2),
    Story("job of a file", job_of_a_file, at_least=78, thinned=2),
    Story("outbox fetched", fetched, to_deliver, at_least=52, thinned=8),
    Story("outbox returned", returned, corrected_once, at_least=50, thinned=6),
    Story("webhook delivered", hooked, with_a_hook, at_least=45, thinned=8),
    Story("alerts sent", alerted, with_alarm, at_least=90, thinned=3),
    Story("key rotated", rotated, at_least=64, looks_itself=True),
)
