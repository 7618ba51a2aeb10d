"""Alerts in the DynamoDB table, beside the register; it forgets them by itself.

    what                     pk              sk        gsi1pk   gsi1sk
    alert                    ALERT#<id>      ALERT     ALERTS   <ready at>#<id>
    how far the runs came    ALERTS          MARK      -        -

An alert stands in the list while it waits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from handler.adapters import dynamo_inventory_items as items
from handler.adapters.dynamo import Item, Table
from handler.adapters.dynamo_exception_items import exception
from handler.adapters.dynamo_items import OPEN_EXCEPTIONS, short
from handler.adapters.dynamo_revisions import put_revision_once
from handler.flows.alert_ports import Alert, AlertState, Mark

if TYPE_CHECKING:
    from handler.adapters.dynamo_client import DynamoClient
    from handler.flows.exception_ports import RegisteredException

_ALERT: Final = "ALERT"
_WAITING: Final = "ALERTS"
_MARK: Final = "MARK"


class _Lists(Table):
    """The table, with a reading of a list from any place on."""

    def beyond(self, name: str, place: str, limit: int) -> list[Item]:
        """Return items of a list after a place in it, the first first."""
        asked = self._listed(name)
        asked["KeyConditionExpression"] += " AND gsi1sk > :place"
        asked["ExpressionAttributeValues"][":place"] = {"S": place}
        return list(islice(self._query(asked | {"Limit": limit}), limit))


class DynamoAlerts:
    """An :class:`~handler.flows.alert_ports.AlertStore` in the table that dynamo.py describes.

    Every method raises OutsideFailure where the table does not answer; a write may be sent again
    then.
    """

    def __init__(self, client: DynamoClient, table: str) -> None:
        """Use a table that exists.

        Args:
            client: boto3's ``client("dynamodb")``; see :class:`Table` for its settings.
            table: the table's name.
        """
        self._table = _Lists(client, table)

    def met(self, position: str, limit: int) -> Sequence[RegisteredException]:
        """Return open exceptions after a position, the earliest first; see the port."""
        return [exception(item) for item in self._table.beyond(OPEN_EXCEPTIONS, position, limit)]

    def mark(self) -> Mark:
        """Return how far the runs have come, as it was last written."""
        item = self._table.get(_WAITING, _MARK)
        return Mark(**items.plain(item, Mark)) if item else Mark()

    def put_mark(self, mark: Mark) -> bool:
        """Write it over its revision less one; see the port."""
        place = {"pk": {"S": _WAITING}, "sk": {"S": _MARK}}
        return put_revision_once(
            self._table,
            lambda writer: items.attributes(mark) | place | {"written_by": {"S": writer}},
            mark.revision,
        )

    def alert(self, alert_id: str) -> Alert | None:
        """Return an alert as it was last written, or ``None``."""
        item = self._table.get(_partition(alert_id), _ALERT)
        return _alert(item) if item else None

    def put(self, alert: Alert) -> bool:
        """Write an alert over its revision less one; see the port."""
        return put_revision_once(self._table, lambda writer: _item(alert, writer), alert.revision)

    def waiting(self, limit: int) -> Sequence[Alert]:
        """Return alerts that wait, the earliest first; see the port."""
        found, _ = self._table.page(_WAITING, limit, "", ascending=True)
        return [_alert(item) for item in found]


def _partition(alert_id: str) -> str:
    return f"ALERT#{short(alert_id)}"


def _item(alert: Alert, written_by: str) -> Item:
    item = items.attributes(alert) | {
        "pk": {"S": _partition(alert.alert_id)},
        "sk": {"S": _ALERT},
        "message": {"S": json.dumps(dict(alert.message), ensure_ascii=False)},
        "written_by": {"S": written_by},
    }
    if alert.state is AlertState.WAITING:
        place = {"S": f"{alert.ready_at}#{short(alert.alert_id)}"}
        item |= {"gsi1pk": {"S": _WAITING}, "gsi1sk": place}
    return item


def _alert(item: Item) -> Alert:
    values = items.plain(item, Alert)
    values["state"] = AlertState(values["state"])
    values["message"] = json.loads(values["message"])
    return Alert(**values)
