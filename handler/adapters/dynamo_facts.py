"""What the items of the table say that other items must agree with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Final

from handler.adapters import dynamo_inventory_items as plain_items
from handler.adapters import dynamo_items, dynamo_outbox_items
from handler.core.errors import Conflict
from handler.flows.inventory_ports import LedgerDayRecord, LedgerRun, SnapshotRecord
from handler.flows.state_import import MARKER
from handler.flows.state_ports import Fact, StateStore
from handler.flows.state_text import key_of

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item

_SETTLEMENT: Final = "SETTLEMENT#"
_GROUP: Final = "OUTBOX#"
_LEDGER: Final = "LEDGER#"
_SNAPSHOTS: Final = "SNAPSHOTS#"
_RULES: Final = "RULES"


class TableFacts:
    """A :class:`~handler.flows.state_ports.StateFacts` of the table dynamo.py describes."""

    def __init__(self, store: StateStore) -> None:
        """Read from ``store``."""
        self._store = store

    def facts(self) -> Iterator[Fact]:
        """Yield what the items say; see the port."""
        for item in self._store.items():
            pk, sk = key_of(item)
            if (pk, sk) == MARKER:
                raise Conflict(
                    "IMPORT_UNFINISHED",
                    f"An import into table {self._store.name} was cut off: it holds half a state.",
                    "Run the same import again; it goes on where it was cut off.",
                )
            for prefix, read in _READERS.items():
                if pk.startswith(prefix):
                    yield from read(item, pk, sk)


def _settlement(item: Item, pk: str, sk: str) -> Iterator[Fact]:
    of = pk.removeprefix(_SETTLEMENT)
    if sk.startswith(dynamo_items.EXCEPTION_PREFIX):
        yield Fact("exception", of, sk.removeprefix(dynamo_items.EXCEPTION_PREFIX))
    elif sk == dynamo_items.HEAD:
        yield Fact("head", of, dynamo_items.settlement(item))
    elif sk == dynamo_items.LISTED:
        yield Fact("listed", of, dynamo_items.settlement(item))
    elif sk.startswith(dynamo_items.VERSIONS):
        yield Fact("version", of, dynamo_items.settlement(item))


def _parcel(item: Item, pk: str, sk: str) -> Iterator[Fact]:
    if sk.startswith(dynamo_outbox_items.PARCEL_PREFIX):
        yield Fact("parcel", pk.removeprefix(_GROUP), dynamo_outbox_items.parcel(item))


def _ledger(item: Item, pk: str, sk: str) -> Iterator[Fact]:
    of = pk.removeprefix(_LEDGER)
    if sk.startswith("RUN#"):
        yield Fact("run", of, LedgerRun(**plain_items.plain(item, LedgerRun)))
    elif sk.startswith("DAY#"):
        values = plain_items.plain(item, LedgerDayRecord)
        values["day"] = date.fromisoformat(values["day"])
        yield Fact("day", of, LedgerDayRecord(**values))


def _snapshot(item: Item, pk: str, sk: str) -> Iterator[Fact]:
    if sk.startswith("REPORT#"):
        known = SnapshotRecord(**plain_items.plain(item, SnapshotRecord))
        yield Fact("snapshot", pk.removeprefix(_SNAPSHOTS), known)


def _rules(item: Item, pk: str, sk: str) -> Iterator[Fact]:
    if (pk, sk[:2]) == (_RULES, "V#"):
        yield Fact("rules", "", int(item["number"]["N"]))


_READERS: Final[dict[str, Callable[[Item, str, str], Iterator[Fact]]]] = {
    _SETTLEMENT: _settlement,
    _GROUP: _parcel,
    _LEDGER: _ledger,
    _SNAPSHOTS: _snapshot,
    _RULES: _rules,
}
