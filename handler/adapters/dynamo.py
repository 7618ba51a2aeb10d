"""The DynamoDB table: what lies where, and how it is asked.

    what                     pk                          sk                  gsi1pk              gsi1sk
    settlement, as it is     SETTLEMENT#<id>             HEAD                SETTLEMENTS#<profile>  <end>#<id>
    the same, in every list  SETTLEMENT#<id>             LISTED              SETTLEMENTS         <end>#<id>
    every version of it      SETTLEMENT#<id>             V#<6 digits>        -                   -
    exception of it          SETTLEMENT#<id>             EXCEPTION#<print>   EXCEPTIONS (*)      <last seen>#<print>
    exception of a file      FILE#<key>                  EXCEPTION#<print>   EXCEPTIONS (*)      <last seen>#<print>
    what reconciling found   BANK#<profile> (**)         EXCEPTION#<print>   EXCEPTIONS (*)      <last seen>#<print>
    idempotency key          IDEMPOTENCY#<its SHA-256>   KEY                 -                   -
    bearer key               APIKEY#<its SHA-256>        KEY                 APIKEYS             <name>#<its SHA-256>

(*) only while it is neither resolved nor ignored: the index holds what is to be done, and no more.
(**) and ORDERS#<profile>, CLEARING#<profile>.
An id or key of more than 1,000 bytes stands in pk and gsi1sk as its SHA-256.

One index and no scans. A settlement is listed twice, by profile and among all, so each record
costs one write more; the alternative, asking every profile and merging, would need to know all
profiles that ever were. Each list is one partition of the index and so takes some hundred writes a
second; settlements come a few dozen a month. The index follows the table by a moment: lists may
miss what was written just now, :meth:`DynamoSettlements.get` never does. While a list is paged, what
changes its place in between may be met twice or not at all.

Amounts are numbers, findings JSON text (exact, and independent of DynamoDB's own types).
"""  # noqa: E501 - a table

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from handler.adapters import cursors
from handler.adapters.refusals import bad_cursor
from handler.core.errors import OutsideFailure

Item = dict[str, Any]
R = TypeVar("R")

MOST_ACTIONS: Final = 100  # DynamoDB's limit for one transaction
FAILED_CONDITION: Final = "ConditionalCheckFailed"
_INDEX: Final = "gsi1"
# Contention is over in some round trips; about 1.5 s of pauses on average, 3 s at most.
_ATTEMPTS: Final = 8
# Each attempt of a store that is not there takes a whole time-out, and somebody is waiting.
_ATTEMPTS_UNREACHABLE: Final = 3
_FIRST_PAUSE: Final = 0.03  # seconds
_LONGEST_PAUSE: Final = 1.0  # seconds
_BUSY: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


class DynamoClient(Protocol):
    """The calls used of boto3's low-level client."""

    def get_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Read one item."""

    def put_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Write one item."""

    def query(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Read items of one partition."""

    def transact_write_items(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Write all or nothing."""


class Table:
    """One table, asked with patience: what can pass is tried again, all else is OutsideFailure.

    The client should try once only (``retries={"total_max_attempts": 1}``): one layer of patience
    is enough, and this one keeps a transaction's token from attempt to attempt.
    """

    def __init__(
        self, client: DynamoClient, name: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Use the table ``name``, which must exist.

        Args:
            client: boto3's ``client("dynamodb")``.
            name: the table's.
            sleep: waits so many seconds.
        """
        self._client = client
        self.name = name
        self._sleep = sleep

    def get(self, pk: str, sk: str) -> Item | None:
        """Return one item as it was last written.

        Raises:
            OutsideFailure: the table did not answer.
        """
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        answer = self._try(
            lambda: self._client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        )
        return answer.get("Item")

    def put(self, item: Item) -> None:
        """Write one item over whatever is there.

        Raises:
            OutsideFailure: the table did not answer; the item may be written.
        """
        self._try(lambda: self._client.put_item(TableName=self.name, Item=item))

    def transact(self, actions: Sequence[Item]) -> tuple[str, ...]:
        """Write all or nothing, once, even where an answer is lost on the way.

        Returns:
            Nothing where it was written. Where a condition did not hold, each action's reason, in
            order (:data:`FAILED_CONDITION` where its own did not); nothing was written then.

        Raises:
            OutsideFailure: the table did not answer; all or nothing is written.
        """
        # The same token on every attempt: DynamoDB answers a second arrival of a transaction that
        # was written with success, and does not write it again.
        token = uuid4().hex

        def send() -> tuple[str, ...]:
            try:
                self._client.transact_write_items(TransactItems=actions, ClientRequestToken=token)
            except ClientError as error:
                reasons = _reasons(error)
                if FAILED_CONDITION not in reasons:
                    raise
                return reasons
            return ()

        return self._try(send)

    def partition(
        self, pk: str, sk_prefix: str, names: Sequence[str] = ("pk", "sk")
    ) -> Iterator[Item]:
        """Yield items of one partition as they were last written, with the attributes named.

        Raises:
            OutsideFailure: the table did not answer.
        """
        yield from self._query(
            {
                "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
                "ExpressionAttributeValues": {":pk": {"S": pk}, ":sk": {"S": sk_prefix}},
                "ProjectionExpression": ", ".join(f"#{name}" for name in names),
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
                "ConsistentRead": True,
            }
        )

    def listing(self, name: str) -> Iterator[Item]:
        """Yield every item of a list, in its order.

        Raises:
            OutsideFailure: the table did not answer.
        """
        yield from self._query(self._listed(name))

    def page(self, name: str, limit: int, cursor: str) -> tuple[list[Item], str]:
        """Return up to ``limit`` items of a list, the last in order first, and the next cursor.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
            OutsideFailure: the table did not answer.
        """
        limit = max(limit, 1)
        request = self._listed(name) | {"ScanIndexForward": False, "Limit": limit + 1}
        if cursor:
            # The partition is ours to say; a cursor only says where in it.
            position = dict(
                zip(("gsi1sk", "pk", "sk"), cursors.decode(cursor, name, 3), strict=True)
            )
            start = {"gsi1pk": name} | position
            request["ExclusiveStartKey"] = {part: {"S": text} for part, text in start.items()}
        found: list[Item] = []
        try:
            # One item more than asked for tells whether there is a next page.
            for item in self._query(request):
                found.append(item)
                if len(found) > limit:
                    last = found[limit - 1]
                    after = (last["gsi1sk"]["S"], last["pk"]["S"], last["sk"]["S"])
                    return found[:limit], cursors.encode(name, *after)
        except OutsideFailure as error:
            if cursor and error.details.get("code") == "ValidationException":
                raise bad_cursor() from error
            raise
        return found, ""

    def _listed(self, name: str) -> dict[str, Any]:
        return {
            "IndexName": _INDEX,
            "KeyConditionExpression": "gsi1pk = :list",
            "ExpressionAttributeValues": {":list": {"S": name}},
        }

    def _query(self, request: Mapping[str, Any]) -> Iterator[Item]:
        asked: dict[str, Any] = {"TableName": self.name} | dict(request)
        while True:
            answer = self._try(lambda: self._client.query(**asked))
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _try(self, call: Callable[[], R]) -> R:
        attempt = 0
        while True:
            attempt += 1
            try:
                return call()
            except (ClientError, BotoCoreError) as error:
                failure, attempts = _failure(error)
                if attempt >= attempts:
                    raise failure from error
            longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (attempt - 1))
            self._sleep(random.uniform(0, longest))  # noqa: S311 - spreads callers, no secret


def _reasons(error: ClientError) -> tuple[str, ...]:
    reasons = error.response.get("CancellationReasons") or ()
    return tuple(reason.get("Code") or "None" for reason in reasons)


def _failure(error: Exception) -> tuple[OutsideFailure, int]:
    """Return what to raise, and after how many attempts.

    Messages name DynamoDB's code only: its texts name accounts, roles and values.
    """
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        causes = {code, *_reasons(error)}
        details: dict[str, object] = {"code": code, "operation": error.operation_name}
        if causes & _BUSY:
            return OutsideFailure(
                "STORE_BUSY",
                f"DynamoDB was busy: {', '.join(sorted(causes & _BUSY))}.",
                "Try again in a few seconds.",
                details,
            ), _ATTEMPTS
        return OutsideFailure(
            "STORE_FAILED",
            f"DynamoDB refused {error.operation_name}: {code}.",
            "Check the function's role, the table's name and the region, then try again.",
            details,
        ), 1
    kind = type(error).__name__
    if isinstance(error, NoConnectionError | HTTPClientError):
        return OutsideFailure(
            "STORE_UNREACHABLE",
            f"DynamoDB did not answer: {kind}.",
            "Try again in a few seconds.",
            {"code": kind},
        ), _ATTEMPTS_UNREACHABLE
    return OutsideFailure(
        "STORE_FAILED",
        f"DynamoDB could not be asked: {kind}.",
        "Check the function's credentials and region, then try again.",
        {"code": kind},
    ), 1
