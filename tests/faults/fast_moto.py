"""Moto made cheap enough for tens of thousands of calls, and its state kept and put back.

For each call moto tries the addresses of every service there is, though botocore says which one it
asks. Before a transaction it copies the whole table, once for each action; here it is copied once,
and of a table only its items: nothing else of it changes. An object is read as it lies there, and
answers of DynamoDB's are written as the JSON they are.
"""

from __future__ import annotations

import base64
import copy
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSResponse
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core import responses as moto_responses
from moto.core.botocore_stubber import MockRawResponse
from moto.core.exceptions import HTTPException
from moto.core.request import normalize_request
from moto.core.responses import BaseResponse
from moto.dynamodb.models import Table, dynamodb_backends
from moto.dynamodb.responses import DynamoHandler
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.ssm.models import ssm_backends

REGION = "us-east-1"
Items = dict[str, dict[str, Any]]
_OF_ITEMS = {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "TransactWriteItems"}


def table(name: str) -> Table:
    """Return moto's table."""
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[name]


def objects(bucket: str) -> dict[str, bytes]:
    """Return every object of a bucket: key -> content."""
    keys = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[bucket].keys
    return {key: found.value for key, found in keys.items()}


def taken_from_queue(name: str) -> list[str]:
    """Return the bodies of the messages in a queue, and empty it."""
    queue = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues[name]
    found = [message.body for message in queue._messages]
    queue._messages.clear()
    return found


def published(topic: str) -> list[tuple[Any, ...]]:
    """Return what was published to a topic."""
    sent: list[tuple[Any, ...]] = (
        sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[topic].sent_notifications
    )
    return sent


def secrets() -> dict[str, list[Any]]:
    """Return what the Parameter Store keeps, by name, every version of it."""
    found: dict[str, list[Any]] = ssm_backends[DEFAULT_ACCOUNT_ID][REGION]._parameters
    return found


@dataclass(frozen=True)
class State:
    """All there is in the emulated AWS."""

    items: Items
    objects: dict[str, bytes]
    secrets: dict[str, list[Any]]


def state(table_name: str, bucket: str) -> State:
    """Keep what there is."""
    kept_secrets = {name: list(versions) for name, versions in secrets().items()}
    return State(_copied(table(table_name).items), objects(bucket), kept_secrets)


def put_back(before: State, table_name: str, bucket: str, queue: str, topic: str) -> None:
    """Bring the emulated AWS to what it was; queue and topic are empty then."""
    table(table_name).items = _copied(before.items)
    s3 = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    there = objects(bucket)
    for key in there.keys() - before.objects.keys():
        s3.delete_object(bucket, key)
    for key, content in before.objects.items():
        if there.get(key) != content:
            s3.put_object(bucket, key, content)
    secrets().clear()
    secrets().update({name: list(versions) for name, versions in before.secrets.items()})
    taken_from_queue(queue)
    published(topic).clear()


def answer(event_name: str, request: Any) -> AWSResponse:
    """Answer a request of botocore's as moto does."""
    _, service, operation = event_name.split(".", 2)
    if operation == "GetObject":
        found = _object(request)
        if found is not None:
            return found
    address = request.url.partition("?")[0]
    method = next(made for pattern, made in _addresses(service) if pattern.match(address))
    normal = normalize_request(request)
    try:
        status, headers, body = method(normal, normal.raw_url, normal.headers)
    except HTTPException as error:
        status, headers, body = error.code, error.get_headers(), error.get_body()
    return AWSResponse(request.url, status, headers, MockRawResponse(body))


@cache
def _addresses(service: str) -> list[tuple[re.Pattern[str], Any]]:
    of_account = get_backend(service)[DEFAULT_ACCOUNT_ID]
    backend = of_account["aws" if service == "s3" else REGION]
    return [(re.compile(url), method) for url, method in backend.urls.items()]


def _object(request: Any) -> AWSResponse | None:
    """Return an object that is there and as the caller knows it; moto says of others why not."""
    parts = urlsplit(request.url)
    bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[parts.netloc.split(".")[0]]
    found = bucket.keys.get(unquote(parts.path[1:]))
    wanted = request.headers.get("If-Match")
    if found is None or (wanted and wanted.decode() != found.etag):
        return None
    content = found.value
    headers = {"etag": found.etag, "content-length": str(len(content))}
    return AWSResponse(request.url, 200, headers, MockRawResponse(content))


@contextmanager
def made_cheap() -> Iterator[None]:
    """Have transactions copy what they may change, once."""
    last: list[Any] = [None, None]

    def copied(value: Any, *rest: Any) -> Any:
        if not isinstance(value, Table):
            return copy.deepcopy(value, *rest)
        if last[0] is not value or last[1] is None:
            kept = copy.copy(value)
            kept.items = _copied(value.items)
            last[:] = value, kept
        return last[1]

    def written(self: Any, found: Any) -> Any:
        if isinstance(found.result, Exception) or self._get_action() not in _OF_ITEMS:
            return of_others(self, found)
        text = json.dumps(found.result, default=lambda value: base64.b64encode(value).decode())
        return 200, self.response_headers, text

    of_others = BaseResponse.serialized
    real = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].__class__.transact_write_items

    def transact(self: Any, actions: Any) -> Any:
        last[1] = None
        return real(self, actions)

    with (
        patch("moto.dynamodb.models.copy", SimpleNamespace(deepcopy=copied)),
        patch("moto.dynamodb.models.DynamoDBBackend.transact_write_items", transact),
        patch.object(DynamoHandler, "serialized", written),
        patch.object(
            moto_responses,
            "method_names_from_class",
            cache(moto_responses.method_names_from_class),
        ),
    ):
        yield


def _copied(items: Items) -> Items:
    made: Items = defaultdict(dict)
    for pk, of_partition in items.items():
        made[pk] = {sk: copy.deepcopy(item) for sk, item in of_partition.items()}
    return made
