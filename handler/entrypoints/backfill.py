"""A batch of a backfill: the files of a state machine's Map, each received as if it came just now.

infra/backfill.asl.json lists the bucket and calls this with some files at a time. All of a batch
have their turn. What may pass, a store that did not answer, is raised when they had, and the Map
calls again: what was settled is answered as replayed then, so a repeated batch does nothing twice.
The last attempt parks what still fails, as the queue's does, and the batch is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from handler import metrics
from handler.entrypoints.s3_events import all_have_their_turn, received
from handler.flows.file_attempt import Outcome, Upload

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]
_LEFT_MILLISECONDS: Final = 60_000  # with less, nothing new is begun: it might be cut off


class OutOfTime(Exception):
    """A batch was not done when its time was; whoever calls again goes on with it."""


def handle(app: App, event: Mapping[str, Any], context: Any = None) -> Document:  # noqa: ANN401
    """Receive the files of a batch.

    Args:
        app: the ports.
        event: ``{"Items": [{"Key": ..., "Size": ...}], "BatchInput": {"retries": 0, ...}}``.
        context: as Lambda hands it over.

    Returns:
        Under "files" what became of each: its outcome ("proven", "held", "parked", "ignored"),
        settlement, code and whether it was replayed; under "counts" how many of each.

    Raises:
        ValueError: it is no batch.
        OutOfTime: not every file had its turn.
        Exception: what one failed with that may pass, when all had their turn.
    """
    found, retries = _batch(app, event)
    with metrics.call("backfill", str(getattr(context, "aws_request_id", ""))):
        done: dict[str, Outcome] = {}

        def receive(upload: Upload) -> None:
            _demand_time(context)
            done[upload.key] = received(app, upload, min(retries + 1, app.upload_attempts))

        all_have_their_turn(_turned(found, retries), receive)
    files = [_told(upload, done[upload.key]) for upload in found]
    counts = Counter("replayed" if one["replayed"] else one["outcome"] for one in files)
    return {"files": files, "counts": dict(sorted(counts.items()))}


def _batch(app: App, event: Mapping[str, Any]) -> tuple[Sequence[Upload], int]:
    match event:
        case {"Items": list(items), "BatchInput": dict(given)} if items:
            retries = given.get("retries", 0)
            if isinstance(retries, int) and retries >= 0:
                return [_upload(app, item) for item in items], retries
    raise ValueError("it is no batch of a backfill: expected are Items and BatchInput")


def _upload(app: App, item: object) -> Upload:
    match item:
        case {"Key": str(key), "Size": int(size)}:
            return Upload(app.files.bucket, key, size)
    raise ValueError("an item of the batch has no Key and Size")


def _turned(found: Sequence[Upload], retries: int) -> Sequence[Upload]:
    """Return the files, every second time from the last one on.

    One that ends the process would else keep those behind it from ever having their turn.
    """
    return found if retries % 2 == 0 else found[::-1]


def _demand_time(context: Any) -> None:  # noqa: ANN401
    left = getattr(context, "get_remaining_time_in_millis", None)
    if left is not None and left() < _LEFT_MILLISECONDS:
        raise OutOfTime("The batch goes on with the next call; what is done is done.")


def _told(upload: Upload, outcome: Outcome) -> Document:
    return {
        "key": upload.key,
        "outcome": outcome.what,
        "settlement_id": outcome.settlement_id,
        "code": outcome.code,
        "replayed": outcome.replayed,
    }
