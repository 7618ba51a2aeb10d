"""Import of an exported state: verified whole before the first write, resumable, never over others.

While it goes on the table holds a marker that names the export. A cut import is run again: what is
there already, just so, is counted and left. Without ``over`` the table must have been empty, and an
item that somebody wrote meanwhile stays and is named.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Final

from handler.core.errors import Conflict
from handler.flows.moment import moment
from handler.flows.state_manifest import Manifest, bad_export
from handler.flows.state_text import expires_by, item_of

if TYPE_CHECKING:
    from handler.flows.state_ports import Item, Key, StateStore

MARKER: Final[Key] = ("STATE#IMPORT", "MARKER")
MOST_NAMED: Final = 20
_MOST_TOGETHER: Final = 100
_MOST_BYTES: Final = 2_000_000
# An item has 400 KB; in JSON, escaped and in base64, less than eight times that.
_LONGEST_LINE: Final = 3_200_000

Open = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        new: items written.
        same: items that were there already, just so.
        expired: items left out, their time being over since the export.
        other: keys where another item stands and was left; the first ones.
        others: how many those are.
        resumed: whether it went on with one that was cut off.
    """

    new: int
    same: int
    expired: int
    other: tuple[Key, ...]
    others: int
    resumed: bool


def import_state(
    store: StateStore,
    opened: Open,
    manifest: Manifest,
    now: Callable[[], datetime],
    *,
    over: bool = False,
) -> Imported:
    """Write the items of an export into the table.

    Args:
        store: the table.
        opened: opens the packed lines, from the beginning each time.
        manifest: what they must be.
        now: the clock, in UTC.
        over: write into a table that is not empty, and over what stands there.

    Raises:
        RefusedRequest: ``BAD_EXPORT``: nothing was written.
        Conflict: ``TABLE_NOT_EMPTY``; ``IMPORT_UNFINISHED``: another import was cut off there.
        OutsideFailure: the table did not answer: run it again.
    """
    _verify(opened, manifest)
    resumed = _begin(store, manifest, now(), over=over)
    seconds = int(now().timestamp())
    new = same = expired = others = 0
    other: list[Key] = []
    batch: list[Item] = []
    size = 0

    def write() -> None:
        nonlocal new, same, others, size
        if not batch:
            return
        written = store.write(batch, over=over)
        new, same = new + written.new, same + written.same
        others += len(written.other)
        other.extend(written.other[: MOST_NAMED - len(other)])
        batch.clear()
        size = 0

    for line in _lines(opened):
        item = item_of(line)
        if expires_by(item, seconds):
            expired += 1
            continue
        if len(batch) == _MOST_TOGETHER or size + len(line) > _MOST_BYTES:
            write()
        batch.append(item)
        size += len(line)
    write()
    store.forget(MARKER)
    return Imported(new, same, expired, tuple(other), others, resumed)


def _verify(opened: Open, manifest: Manifest) -> None:
    """Read all of it once, before anything is written."""
    digest, number = hashlib.sha256(), 0
    for line in _lines(opened):
        number += 1
        digest.update(line)
        try:
            item_of(line)
        except ValueError as error:
            raise bad_export(f"Line {number} of the export is {error}.") from error
    if number != manifest.items or digest.hexdigest() != manifest.sha256:
        raise bad_export(
            f"The export has {number} items and SHA-256 {digest.hexdigest()}; its manifest says "
            f"{manifest.items} and {manifest.sha256}."
        )


def _begin(store: StateStore, manifest: Manifest, at: datetime, *, over: bool) -> bool:
    """Put the marker there; return whether one of this export stood there already."""
    marker = store.get(MARKER)
    if marker is not None:
        if marker.get("sha256") != {"S": manifest.sha256}:
            raise Conflict(
                "IMPORT_UNFINISHED",
                f"Another import into table {store.name} was cut off, of the export with SHA-256 "
                f"{marker.get('sha256', {}).get('S', '')}.",
                "Run that one again, or begin with a new table.",
            )
        return True
    if not over and next(store.items(), None) is not None:
        raise Conflict(
            "TABLE_NOT_EMPTY",
            f"Table {store.name} is not empty; nothing was written.",
            "Import into a new table. With --over the export's items are written over what stands "
            "there, and what else is there stays.",
        )
    pk, sk = MARKER
    told = {"sha256": manifest.sha256, "begun_at": moment(at), "table": manifest.table}
    item: Item = {name: {"S": text} for name, text in {"pk": pk, "sk": sk, **told}.items()}
    store.write([item], over=False)
    return False


def _lines(opened: Open) -> Iterator[bytes]:
    try:
        with opened() as stream, gzip.GzipFile(fileobj=stream) as unpacked:
            while line := unpacked.readline(_LONGEST_LINE):
                if not line.endswith(b"\n"):
                    raise bad_export("A line of the export is too long, or the last one is cut.")
                yield line
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise bad_export(f"The export is damaged: {error}.") from error
