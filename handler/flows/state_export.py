"""Export of the whole state: every item of the table as one line, packed, and a manifest.

Reading a table is no snapshot. Two items that were written together may come out of different
moments where something was written meanwhile: export while nothing is, or take DynamoDB's own
export of a point in time. What came out half is named by :mod:`~handler.flows.state_check`.

The file holds what the table holds: no key and no secret, only the keys' SHA-256. It names orders
and accounts, so it belongs where the table's backups do.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from handler.core.errors import Conflict
from handler.flows.moment import moment
from handler.flows.state_import import MARKER
from handler.flows.state_manifest import FORMAT, FORMAT_VERSION, Manifest
from handler.flows.state_text import expires_by, key_of, line_of

if TYPE_CHECKING:
    from handler.flows.state_ports import StateStore


def export(store: StateStore, out: BinaryIO, now: Callable[[], datetime]) -> Manifest:
    """Write every item whose time is not over to ``out``, packed; one page is in memory at a time.

    Raises:
        Conflict: ``IMPORT_UNFINISHED``: the table holds half of an import.
        OutsideFailure: the table did not answer; what is in ``out`` is no export.
    """
    if store.get(MARKER) is not None:
        raise Conflict(
            "IMPORT_UNFINISHED",
            f"An import into table {store.name} was cut off: it holds half of a state.",
            "Run the same import again; it goes on where it was cut off.",
        )
    begun = now()
    seconds, expired = int(begun.timestamp()), 0
    kinds: Counter[str] = Counter()
    digest = hashlib.sha256()
    with gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as packed:
        for item in store.items():
            if expires_by(item, seconds):
                expired += 1
                continue
            line = line_of(item)
            packed.write(line)
            digest.update(line)
            kinds[key_of(item)[0].partition("#")[0]] += 1
    return Manifest(
        format=FORMAT,
        format_version=FORMAT_VERSION,
        table=store.name,
        begun_at=moment(begun),
        ended_at=moment(now()),
        items=kinds.total(),
        kinds=dict(sorted(kinds.items())),
        expired=expired,
        sha256=digest.hexdigest(),
    )
