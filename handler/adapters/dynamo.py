"""The DynamoDB table: what lies where, and how it is asked.

    what                     pk                          sk                  gsi1pk              gsi1sk
    settlement, as it is     SETTLEMENT#<id>             HEAD                SETTLEMENTS#<profile>  <end>#<id>
    the same, in every list  SETTLEMENT#<id>             LISTED              SETTLEMENTS         <end>#<id>
    every version of it      SETTLEMENT#<id>             V#<6 digits>        -                   -
    exception of it          SETTLEMENT#<id>             EXCEPTION#<print>   EXCEPTIONS (*)      <last seen>#<print>
    exception of a file      FILE#<key>                  EXCEPTION#<print>   EXCEPTIONS (*)      <last seen>#<print>
    found in a profile       BANK#<profile> (**)         EXCEPTION#<print>   EXCEPTIONS (*)      <last seen>#<print>
    idempotency key          IDEMPOTENCY#<its SHA-256>   KEY                 -                   -
    bearer key               APIKEY#<its SHA-256>        KEY                 APIKEYS             <name>#<its SHA-256>
    registered listing       LISTINGS#<profile>          LISTING#<key>       -                   -
    what is published of it  PUBLISHED#<profile, key>    STATE               -                   -
    order not in NetSuite    MFNORDERS#<profile>         ORDER#<item id>     -                   -
    day of Amazon's ledger   LEDGER#<profile>            DAY#<day>           -                   -
    report of the ledger     LEDGER#<profile>            RUN#<id>            LEDGERRUNS#<profile>  <recorded>#<id>
    last report of a kind    SNAPSHOTS#<profile>         REPORT#<kind, marketplace>  -           -
    comparison of the stock  DRIFT#<profile>             RUN#<moment>        -                   -
    parcel for NetSuite      OUTBOX#<group>              PARCEL#<place>      OUTBOX (***)        <ready at>#<group>#<place>
    target of results        WEBHOOKS                    TARGET#<name>       -                   -
    its circuit              WEBHOOKS                    CIRCUIT#<name>      -                   -
    stored rules             RULES                       V#<6 digits>        -                   -
    job                      JOB#<id>                    JOB                 -                   -
    calls of a bearer key    CALLS#<its SHA-256>         MINUTE#<since 1970> -                   -
    who changed what         AUDIT                       ENTRY#<moment>#<entry id>  -            -

(*) open; EXCEPTIONS#RESOLVED and EXCEPTIONS#IGNORED, by when, after that. Open ones also stand in
gsi2 by code (EXCEPTIONS#CODE#<code>) and in gsi3, keys only, by severity and when first seen.
(**) and ORDERS#, CLEARING#, LEDGER#, STOCK#, LISTING#<profile>; DELIVERY#<group of parcels>.
(***) OUTBOX#PARKED once it is parked, and neither once it is done: no list grows for ever.
An id or key of more than 1,000 bytes stands in pk and gsi1sk as its SHA-256. Several together,
such as seller, marketplace and SKU, stand as a list in JSON: no sign in one looks like two.

Few indexes and no scans. A settlement is listed twice, by profile and among all, so each record
costs one write more; the alternative, asking every profile and merging, would need to know all
profiles that ever were. Each list is one partition of the index and so takes some hundred writes a
second; settlements come a few dozen a month. The index follows the table by a moment: lists may
miss what was written just now, :meth:`DynamoSettlements.get` never does. While a list is paged, what
changes its place in between may be met twice or not at all.

Amounts are numbers, findings JSON text (exact, and independent of DynamoDB's own types). A listing's
state has a partition of its own: a thousand are decided at once. Idempotency keys, booked orders,
jobs and counts of calls have ``expires_at``, by which DynamoDB deletes them.
"""  # noqa: E501 - a table

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from botocore.exceptions import ClientError

from handler.adapters.dynamo_failures import Patience, reasons
from handler.core.errors import OutsideFailure
from handler.flows import cursors

if TYPE_CHECKING:
    from handler.adapters.dynamo_client import DynamoClient

Item = dict[str, Any]

MOST_ACTIONS: Final = 100  # DynamoDB's limit for one transaction
_MOST_KEYS: Final = 100  # DynamoDB's limit for one reading of many items
FAILED_CONDITION: Final = "ConditionalCheckFailed"
_INDEX: Final = "gsi1"


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
        self.patience = Patience(sleep)
        self._try = self.patience.ask

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

    def get_each(self, keys: Sequence[tuple[str, str]]) -> Iterator[Item]:
        """Yield those of many items that are there, as they were last written, in no order.

        Args:
            keys: (pk, sk) of each; none twice.

        Raises:
            OutsideFailure: the table did not answer.
        """
        for start in range(0, len(keys), _MOST_KEYS):
            asked = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys[start:][:_MOST_KEYS]]
            while asked:
                found, asked = self._try(partial(self._some_of, asked))
                yield from found

    def _some_of(self, asked: list[Item]) -> tuple[list[Item], list[Item]]:
        """Return what DynamoDB had time for, and the keys to ask for again."""
        request = {self.name: {"Keys": asked, "ConsistentRead": True}}
        answer = self._client.batch_get_item(RequestItems=request)
        left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
        if len(left) == len(asked):
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "BatchGetItem")
        return answer["Responses"].get(self.name, []), left

    def put(self, item: Item) -> None:
        """Write one item over whatever is there.

        Raises:
            OutsideFailure: the table did not answer; the item may be written.
        """
        self._try(lambda: self._client.put_item(TableName=self.name, Item=item))

    def count(self, pk: str, sk: str, expires_at: int) -> int:
        """Add one to the count of an item, made where it is not there; return what it is then.

        Where an answer is lost, it is counted twice.

        Args:
            pk: of the item.
            sk: of the item.
            expires_at: seconds since 1970; DynamoDB deletes it some time after that.

        Raises:
            OutsideFailure: the table did not answer; it may be counted.
        """
        request = {
            "TableName": self.name,
            "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
            "UpdateExpression": "ADD #count :one SET expires_at = :end",
            "ExpressionAttributeNames": {"#count": "count"},
            "ExpressionAttributeValues": {":one": {"N": "1"}, ":end": {"N": str(expires_at)}},
            "ReturnValues": "UPDATED_NEW",
        }
        answer = self._try(lambda: self._client.update_item(**request))
        return int(answer["Attributes"]["count"]["N"])

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
                found = reasons(error)
                if FAILED_CONDITION not in found:
                    raise
                return found
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
            _beginning(pk, sk_prefix)
            | {
                "ProjectionExpression": ", ".join(f"#{name}" for name in names),
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
            }
        )

    def span(self, pk: str, first: str, last: str) -> Iterator[Item]:
        """Yield the items of a partition from sk ``first`` to ``last``, as they were last written.

        Raises:
            OutsideFailure: the table did not answer.
        """
        yield from self._query(
            {
                "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
                "ExpressionAttributeValues": {
                    ":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}
                },
                "ConsistentRead": True,
            }
        )  # fmt: skip

    def listing(self, name: str) -> Iterator[Item]:
        """Yield every item of a list, in its order.

        Raises:
            OutsideFailure: the table did not answer.
        """
        yield from self._query(self._listed(name))

    def page(
        self, name: str, limit: int, cursor: str, *, ascending: bool = False, index: str = _INDEX
    ) -> tuple[list[Item], str]:
        """Return up to ``limit`` items of a list and the next cursor.

        The last in order come first; where ``ascending``, the first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
            OutsideFailure: the table did not answer.
        """
        asked = self._listed(name, index) | {"ScanIndexForward": ascending}
        return self._page(asked, (f"{index}pk", name), (f"{index}sk", "pk", "sk"), limit, cursor)

    def latest(self, pk: str, sk_prefix: str, limit: int, cursor: str) -> tuple[list[Item], str]:
        """Return a page as :meth:`page` does, of a partition, as it was last written.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
            OutsideFailure: the table did not answer.
        """
        asked = _beginning(pk, sk_prefix) | {"ScanIndexForward": False}
        return self._page(asked, ("pk", pk), ("sk",), limit, cursor)

    def _page(
        self, asked: Item, of: tuple[str, str], place: Sequence[str], limit: int, cursor: str
    ) -> tuple[list[Item], str]:
        limit = max(limit, 1)
        request = asked | {"Limit": limit + 1}
        if cursor:
            # The partition is ours to say; a cursor only says where in it.
            position = cursors.decode(cursor, of[1], len(place))
            start = dict([of, *zip(place, position, strict=True)])
            request["ExclusiveStartKey"] = {part: {"S": text} for part, text in start.items()}
        found: list[Item] = []
        try:
            # One item more than asked for tells whether there is a next page.
            for item in self._query(request):
                found.append(item)
                if len(found) > limit:
                    last = found[limit - 1]
                    after = (last[part]["S"] for part in place)
                    return found[:limit], cursors.encode(of[1], *after)
        except OutsideFailure as error:
            if cursor and error.details.get("code") == "ValidationException":
                raise cursors.bad_cursor() from error
            raise
        return found, ""

    def _listed(self, name: str, index: str = _INDEX) -> dict[str, Any]:
        return {
            "IndexName": index,
            "KeyConditionExpression": f"{index}pk = :list",
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


def _beginning(pk: str, sk_prefix: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
        "ExpressionAttributeValues": {":pk": {"S": pk}, ":sk": {"S": sk_prefix}},
        "ConsistentRead": True,
    }
