"""What the bucket's results say was recorded, and the order in which it was.

A result is written before its record, so a file alone does not prove that it was recorded: of two
of one version, one call came too late or was cut off. The later one counts where it is later by
more than any call takes, since its call found the version not recorded yet; else nobody can tell.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.core.errors import PluginError
from handler.flows.state_ports import Bucket, KeptFile, Noted
from handler.payloads import packed

if TYPE_CHECKING:
    from handler.flows.app import App

RESULTS: Final = "results/"
_RESULT: Final = re.compile(r"results/[^/]+/[^/]+/v([0-9]+)-[0-9a-f]+-[^/]+\.json\.gz")
_LONGEST_CALL: Final = timedelta(minutes=15)  # Lambda's own limit


@dataclass(frozen=True, slots=True)
class Recorded:
    """A version of a settlement, as its result tells it.

    Attributes:
        key: of the result.
        written_at: when the result was written: to a second, when it was recorded.
        settlement_id, profile, version, content_hash, mapping_version, end: as the record has them.
        asked_for: the settlement picked of a file that holds several; else empty.
        is_correction: whether it corrects what was in the books.
        looked_in: earlier settlements whose orders it was settled beside.
    """

    key: str
    written_at: datetime
    settlement_id: str
    profile: str
    version: int
    content_hash: str
    mapping_version: str
    end: str
    asked_for: str
    is_correction: bool
    looked_in: tuple[str, ...]

    @property
    def place(self) -> tuple[datetime, str, str, int]:
        """What comes first: recorded earlier, and of the same second the earlier period."""
        return (self.written_at, self.end, self.settlement_id, self.version)

    @property
    def name(self) -> str:
        """How a message calls it."""
        return f"settlement {self.settlement_id}, version {self.version}"


@dataclass(frozen=True, slots=True)
class Results:
    """What the results tell.

    Attributes:
        versions: in the order they were recorded in.
        contents: SHA-256 of every raw file that left a result, also where it is not among them.
        broken: settlements of which not every version can be told.
    """

    versions: tuple[Recorded, ...]
    contents: frozenset[str]
    broken: frozenset[str]


def recorded(app: App, bucket: Bucket, noted: list[Noted]) -> Results:
    """Return the versions the results tell of.

    Args:
        app: the ports.
        bucket: lists the results.
        noted: takes what cannot be told.

    Raises:
        OutsideFailure: the bucket did not answer.
    """
    found: dict[tuple[str, int], list[Recorded]] = {}
    broken: set[str] = set()
    for file in bucket.listing(RESULTS):
        if _RESULT.fullmatch(file.key):
            try:
                one = _read(app, file)
            except (ValueError, KeyError, TypeError, EOFError, OSError) as error:
                noted.append(_unreadable(file.key, error))
                broken.add(file.key.split("/")[2])
                continue
            found.setdefault((one.settlement_id, one.version), []).append(one)
    whole = _without_gaps(dict(_chosen(found, noted)), noted)
    told = {(one.settlement_id, one.version) for one in whole}
    broken |= {settlement_id for settlement_id, version in found.keys() - told}
    return Results(
        tuple(in_order(whole)),
        frozenset(one.content_hash for several in found.values() for one in several),
        frozenset(broken),
    )


def in_order(found: Iterable[Recorded]) -> Iterator[Recorded]:
    """Yield versions as they were recorded: by time, but never before what they rest on.

    The times tell it to a second, and not at all where a bucket was copied.
    """
    waiting = {(one.settlement_id, one.version): one for one in found}
    after: dict[tuple[str, int], list[Recorded]] = {}
    needs: dict[tuple[str, int], int] = {}
    for place, one in waiting.items():
        rests_on = {(of, 1) for of in one.looked_in if of != one.settlement_id}
        rests_on.add((one.settlement_id, one.version - 1))
        known = rests_on & waiting.keys()
        needs[place] = len(known)
        for other in known:
            after.setdefault(other, []).append(one)
    ready = [(one.place, place) for place, one in waiting.items() if not needs[place]]
    heapq.heapify(ready)
    while ready:
        _, place = heapq.heappop(ready)
        yield waiting.pop(place)
        for one in after.get(place, ()):
            then = (one.settlement_id, one.version)
            needs[then] -= 1
            if not needs[then]:
                heapq.heappush(ready, (one.place, then))
    # Nothing that was ever recorded goes in a circle; what does is shown by how it comes out.
    yield from sorted(waiting.values(), key=lambda one: one.place)


def _read(app: App, file: KeptFile) -> Recorded:
    try:
        content = packed.unpack(app.files.read(file.key))
    except PluginError as error:
        if error.retryable:
            raise
        raise ValueError(error.message) from error
    document = content["document"]
    return Recorded(
        key=file.key,
        written_at=file.written_at,
        settlement_id=document["settlement_id"],
        profile=document["profile"],
        version=int(_RESULT.fullmatch(file.key)[1]),  # type: ignore[index] # asked before
        content_hash=document["content_hash"],
        mapping_version=document["mapping_version"],
        end=document["end"],
        asked_for=content["trace"]["settlement_id"],
        is_correction="corrects" in document,
        looked_in=tuple(document.get("late_refunds", {}).get("looked_in", ())),
    )


def _chosen(
    found: dict[tuple[str, int], list[Recorded]], noted: list[Noted]
) -> Iterator[tuple[tuple[str, int], Recorded]]:
    for place, several in found.items():
        *others, last = sorted(several, key=lambda one: one.place)
        if all(last.written_at - one.written_at > _LONGEST_CALL for one in others):
            yield place, last
            continue
        keys = ", ".join(one.key for one in (*others, last))
        noted.append(
            Noted(
                "TWO_RESULTS",
                last.name,
                f"Two calls came at once, and nobody can tell which was recorded: {keys}.",
                "See which one NetSuite has, move the other out of the bucket's results/, and "
                "rebuild again. Till then this settlement is not rebuilt from here on.",
            )
        )


def _without_gaps(
    chosen: dict[tuple[str, int], Recorded], noted: list[Noted]
) -> Sequence[Recorded]:
    """Return the versions whose earlier ones are all there; note the others."""
    whole = []
    for (settlement_id, version), one in sorted(chosen.items()):
        missing = [before for before in range(1, version) if (settlement_id, before) not in chosen]
        if not missing:
            whole.append(one)
            continue
        noted.append(
            Noted(
                "RESULT_MISSING",
                one.name,
                f"It cannot be rebuilt: the result of version {missing[0]} is not to be had.",
                "Restore that file's last version in the bucket (it is versioned), and rebuild "
                "again.",
            )
        )
    return whole


def _unreadable(key: str, error: Exception) -> Noted:
    return Noted(
        "RESULT_UNREADABLE",
        key,
        f"The result cannot be read: {type(error).__name__}.",
        "Restore the file's last version in the bucket (it is versioned), and rebuild again.",
    )
