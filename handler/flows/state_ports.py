"""What moving, checking and rebuilding the whole state needs of the outside, as protocols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from handler.flows.inventory_ports import LedgerDayRecord, LedgerRun, SnapshotRecord
    from handler.flows.parcel import Parcel
    from handler.flows.ports import SettlementRecord

Item = dict[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of items that were to be written.

    Attributes:
        new: how many were written.
        same: how many stood there already, just so.
        other: keys where another item stands; it was left as it is.
    """

    new: int
    same: int
    other: tuple[Key, ...] = ()


class StateStore(Protocol):
    """The table as a whole: items as DynamoDB types them, ``{"pk": {"S": ...}, ...}``.

    Every method raises OutsideFailure where the table does not answer.
    """

    @property
    def name(self) -> str:
        """The table's name."""

    def items(self) -> Iterator[Item]:
        """Yield every item, in no order, a page at a time.

        It is no snapshot: each item is as it was when its page was read.
        """

    def get(self, key: Key) -> Item | None:
        """Return one item as it was last written."""

    def write(self, items: Sequence[Item], *, over: bool) -> Written:
        """Write up to 100 items of 2 MB in all; again, the same.

        Args:
            items: to be written; none twice.
            over: whether an item takes the place of another one of its key.
        """

    def forget(self, key: Key) -> None:
        """Take one item away, if it is there."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An item that others must agree with.

    Attributes:
        kind: what it is. "head", "listed" and "version": of a settlement; "exception": of one.
        of: what it belongs to: a settlement's id, a parcel's group, a profile; of rules, nothing.
        value: what it says; of an exception its fingerprint, of rules their number, of a parcel
            also where it is done.
    """

    kind: Literal[
        "head", "listed", "version", "exception", "parcel", "run", "day", "snapshot", "rules"
    ]
    of: str
    value: SettlementRecord | Parcel | LedgerRun | LedgerDayRecord | SnapshotRecord | str | int


@dataclass(frozen=True, slots=True)
class Noted:
    """Something of the state that somebody must know: broken, different, or not to be had.

    Attributes:
        code: what kind of thing.
        of: what it is about.
        what: what was found.
        repair: what to do.
    """

    code: str
    of: str
    what: str
    repair: str


class StateFacts(Protocol):
    """What the table says, read whole."""

    def facts(self) -> Iterator[Fact]:
        """Yield what the items say that others must agree with, in no order.

        Raises:
            Conflict: ``IMPORT_UNFINISHED``.
            OutsideFailure: the table did not answer.
        """


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of the bucket.

    Attributes:
        key: where it lies.
        written_at: when it was last written, in UTC.
        size: in bytes.
    """

    key: str
    written_at: datetime
    size: int


class Bucket(Protocol):
    """The bucket's list of files, which functions have no need of."""

    def listing(self, prefix: str) -> Iterator[KeptFile]:
        """Yield the files whose keys begin with ``prefix``, in the order of their keys.

        Raises:
            OutsideFailure: the bucket did not answer.
        """


class ExportPlaces(Protocol):
    """Where an export may lie besides this machine: ``s3://<bucket>/<key>``."""

    def send(self, file: Path, place: str) -> None:
        """Put a file there, encrypted.

        Raises:
            RefusedRequest: ``BAD_PLACE``.
            OutsideFailure: the bucket did not answer.
        """

    def fetch(self, place: str, file: Path) -> None:
        """Write to ``file`` what lies there.

        Raises:
            RefusedRequest: ``BAD_PLACE``, ``FILE_NOT_FOUND``.
            OutsideFailure: the bucket did not answer.
        """
