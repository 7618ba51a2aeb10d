"""The webhooks' targets and their circuits in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from handler.adapters import dynamo_audit
from handler.adapters import dynamo_inventory_items as items
from handler.adapters.dynamo import Item, Table
from handler.adapters.dynamo_items import short
from handler.adapters.dynamo_revisions import put_revision_once
from handler.flows.delivery_ports import Circuit, WebhookTarget

if TYPE_CHECKING:
    from handler.adapters.dynamo_client import DynamoClient
    from handler.flows.key_ports import AuditEntry

_PARTITION: Final = "WEBHOOKS"
_TARGET: Final = "TARGET#"
_CIRCUIT: Final = "CIRCUIT#"
_NAMES: Final = [field.name for field in fields(WebhookTarget)]


class DynamoTargets:
    """A :class:`~handler.flows.delivery_ports.TargetStore` in the table dynamo.py describes.

    Every method raises OutsideFailure where the table does not answer; a write may be sent again
    then.
    """

    def __init__(self, client: DynamoClient, table: str) -> None:
        """Use a table that exists.

        Args:
            client: boto3's ``client("dynamodb")``; see :class:`Table` for its settings.
            table: the table's name.
        """
        self._table = Table(client, table)

    def targets(self) -> Sequence[WebhookTarget]:
        """Return every target by name, as they were last written."""
        found = self._table.partition(_PARTITION, _TARGET, _NAMES)
        made = (WebhookTarget(**items.plain(item, WebhookTarget)) for item in found)
        return sorted(made, key=lambda target: target.name)

    def put_target(self, target: WebhookTarget, audit: AuditEntry) -> bool:
        """Write a target over its revision less one, with the audit of it; see the port."""
        return put_revision_once(
            self._table,
            lambda writer: _item(target, f"{_TARGET}{short(target.name)}", writer),
            target.revision,
            beside=[dynamo_audit.put(self._table.name, audit)],
        )

    def circuit(self, target: str) -> Circuit:
        """Return the circuit of a target as it was last written; closed where none is stored."""
        item = self._table.get(_PARTITION, f"{_CIRCUIT}{short(target)}")
        return Circuit(**items.plain(item, Circuit)) if item else Circuit(target)

    def put_circuit(self, circuit: Circuit) -> bool:
        """Write a circuit over its revision less one; see the port."""
        return put_revision_once(
            self._table,
            lambda writer: _item(circuit, f"{_CIRCUIT}{short(circuit.target)}", writer),
            circuit.revision,
        )


def _item(value: Any, sk: str, written_by: str) -> Item:  # noqa: ANN401 - either dataclass
    place = {"pk": {"S": _PARTITION}, "sk": {"S": sk}, "written_by": {"S": written_by}}
    return items.attributes(value) | place
