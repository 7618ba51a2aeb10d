"""The jobs in the DynamoDB table, which forgets them by itself."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handler.adapters import dynamo_inventory_items as items
from handler.adapters.dynamo import Item, Table
from handler.adapters.dynamo_items import short
from handler.adapters.dynamo_revisions import put_once
from handler.adapters.moments import utc_now
from handler.flows.job_ports import Job, JobKind, JobState

if TYPE_CHECKING:
    from handler.adapters.dynamo_client import DynamoClient

_JOB: Final = "JOB"
_MOST_OUTCOME: Final = 350_000  # bytes


class DynamoJobs:
    """A :class:`~handler.flows.job_ports.JobStore` in the table that dynamo.py describes.

    Every method raises OutsideFailure where the table does not answer; a write may be sent again
    then.
    """

    def __init__(
        self, client: DynamoClient, table: str, now: Callable[[], datetime] = utc_now
    ) -> None:
        """Use a table that exists.

        Args:
            client: boto3's ``client("dynamodb")``; see :class:`Table` for its settings.
            table: the table's name.
            now: the clock, in UTC; jobs expire by it.
        """
        self._table = Table(client, table)
        self._now = now

    def job(self, job_id: str) -> Job | None:
        """Return a job that is not expired, as it was last written, or ``None``."""
        item = self._table.get(_partition(job_id), _JOB)
        # DynamoDB deletes expired items days late; until then they stay readable.
        if item is None or int(item["expires_at"]["N"]) <= self._now().timestamp():
            return None
        return _job(item)

    def put_job(self, job: Job) -> bool:
        """Write a job over its revision less one; see the port. An expired one is not there.

        Raises:
            ValueError: the outcome takes more than 350,000 bytes, compressed.
        """
        values = {":now": {"N": str(int(self._now().timestamp()))}}
        if job.revision == 1:
            condition = "attribute_not_exists(pk) OR expires_at <= :now"
        else:
            condition = "revision = :before AND expires_at > :now"
            values[":before"] = {"N": str(job.revision - 1)}
        put: Item = {
            "TableName": self._table.name,
            "Item": _item(job, items.new_writer()),
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        return put_once(self._table, {"Put": put})


def _partition(job_id: str) -> str:
    return f"JOB#{short(job_id)}"


def _item(job: Job, written_by: str) -> Item:
    return items.attributes(job) | {
        "pk": {"S": _partition(job.job_id)},
        "sk": {"S": _JOB},
        "wish": {"S": json.dumps(dict(job.wish), ensure_ascii=False)},
        "outcome": {"B": _packed(job)},
        "written_by": {"S": written_by},
    }


def _packed(job: Job) -> bytes:
    # Documents repeat themselves, and an item may have 400 KB in all.
    packed = zlib.compress(json.dumps(dict(job.outcome), ensure_ascii=False).encode(), level=9)
    if len(packed) > _MOST_OUTCOME:
        raise ValueError(f"the outcome of {job.job_id} takes {len(packed)} bytes")
    return packed


def _job(item: Item) -> Job:
    values = items.plain(item, Job)
    values["kind"], values["state"] = JobKind(values["kind"]), JobState(values["state"])
    values["wish"] = json.loads(values["wish"])
    values["outcome"] = json.loads(zlib.decompress(values["outcome"]))
    return Job(**values)
