"""Export and import: whole or not at all, resumed after every cut, never over others' items."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from handler.adapters.memory_state import MemoryState
from handler.core.errors import Conflict, RefusedRequest
from handler.flows.state_export import export
from handler.flows.state_import import MARKER, Imported, import_state
from handler.flows.state_manifest import Manifest, read_manifest
from handler.flows.state_ports import Item, Key, Written

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
PAST, COMING = int(AT.timestamp()), int(AT.timestamp()) + 60


def item(number: int, **more: Any) -> Item:
    return {"pk": {"S": f"JOB#{number:04}"}, "sk": {"S": "JOB"}, "n": {"N": str(number)}} | more


def now() -> datetime:
    return AT


def exported(store: MemoryState) -> tuple[bytes, Manifest]:
    out = io.BytesIO()
    manifest = export(store, out, now)
    return out.getvalue(), read_manifest(manifest.text())


def imported(
    store: MemoryState,
    of: tuple[bytes, Manifest],
    *,
    over: bool = False,
    at: Callable[[], datetime] = now,
) -> Imported:
    return import_state(store, lambda: io.BytesIO(of[0]), of[1], at, over=over)


MANY = [item(number) for number in range(250)]


class Died(BaseException):
    """The process is no more."""


class Mortal(MemoryState):
    """Dies before or after one of its writes."""

    def __init__(self, at: int, *, after: bool) -> None:
        super().__init__()
        self._left, self._after = at, after

    def write(self, items: Sequence[Item], *, over: bool) -> Written:
        return self._die(lambda: super(Mortal, self).write(items, over=over))

    def forget(self, key: Key) -> None:
        self._die(lambda: super(Mortal, self).forget(key))

    def _die(self, really: Callable[[], Any]) -> Any:
        self._left -= 1
        if not self._left and not self._after:
            raise Died
        done = really()
        if not self._left:
            raise Died
        return done


def items_of(store: MemoryState) -> list[Item]:
    return sorted(store.items(), key=lambda one: str(one["pk"]["S"]))


def test_there_and_back() -> None:
    lost = MemoryState([*MANY, item(900, expires_at={"N": str(PAST)})])
    of = exported(lost)
    assert (of[1].items, of[1].kinds, of[1].expired) == (250, {"JOB": 250}, 1)
    store = MemoryState()
    assert imported(store, of) == Imported(250, 0, 0, (), 0, resumed=False)
    assert items_of(store) == MANY
    assert exported(store)[0] == of[0]  # the same bytes: items come in the table's own order


def test_what_ran_out_on_the_way_is_left_out() -> None:
    of = exported(MemoryState([item(1), item(2, expires_at={"N": str(COMING)})]))
    late = datetime.fromtimestamp(COMING, UTC)
    store = MemoryState()
    assert imported(store, of, at=lambda: late).expired == 1
    assert items_of(store) == [item(1)]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 6))
def test_cut_at_each_write_and_run_again(at: int, after: bool) -> None:
    of = exported(MemoryState(MANY))
    store = Mortal(at, after=after)
    with pytest.raises(Died):
        imported(store, of)
    is_over = at == 5 and after  # the marker is gone: nothing is left to do
    if not is_over and store.get(MARKER):
        with pytest.raises(Conflict, match="half"):
            exported(store)
    if is_over:
        with pytest.raises(Conflict) as refused:
            imported(store, of)
        assert refused.value.code == "TABLE_NOT_EMPTY"
    else:
        done = imported(store, of)
        assert done.new + done.same == 250
        assert (done.others, done.resumed) == (0, at > 1 or after)
    assert items_of(store) == MANY


def test_into_a_table_that_is_not_empty() -> None:
    of = exported(MemoryState(MANY))
    other = item(3, n={"N": "-3"})
    store = MemoryState([other, item(7), item(999)])
    with pytest.raises(Conflict) as refused:
        imported(store, of)
    assert refused.value.code == "TABLE_NOT_EMPTY"
    assert items_of(store) == [other, item(7), item(999)]
    assert imported(store, of, over=True).new == 250
    assert items_of(store) == [*MANY, item(999)]


def test_somebody_who_came_meanwhile_is_left_and_named() -> None:
    of = exported(MemoryState(MANY))
    store = Mortal(2, after=False)
    with pytest.raises(Died):
        imported(store, of)
    store.write([item(3, n={"N": "-3"})], over=True)
    done = imported(store, of)
    assert (done.new, done.others, done.other) == (249, 1, (("JOB#0003", "JOB"),))
    assert store.get(("JOB#0003", "JOB")) == item(3, n={"N": "-3"})


def test_half_of_another_import_is_not_gone_on_with() -> None:
    store = Mortal(2, after=True)
    with pytest.raises(Died):
        imported(store, exported(MemoryState(MANY)))
    before = items_of(store)
    for over in (False, True):
        with pytest.raises(Conflict) as refused:
            imported(store, exported(MemoryState(MANY[1:])), over=over)
        assert refused.value.code == "IMPORT_UNFINISHED"
    assert items_of(store) == before


GOOD, MANIFEST = exported(MemoryState(MANY))
TEXT = gzip.decompress(GOOD)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no gzip at all",
        GOOD[:-9],
        GOOD[: len(GOOD) // 2],
        gzip.compress(TEXT[:-1], mtime=0),
        gzip.compress(TEXT[: TEXT.index(b"\n") + 1], mtime=0),
        gzip.compress(TEXT.replace(b'"7"', b'"8"'), mtime=0),
        gzip.compress(TEXT + b"{}\n", mtime=0),
        gzip.compress(TEXT + TEXT, mtime=0),
        gzip.compress(b"x" * 4_000_000 + b"\n", mtime=0),
    ],
)
def test_a_damaged_export_writes_nothing(content: bytes) -> None:
    store = MemoryState()
    for over in (False, True):
        with pytest.raises(RefusedRequest) as refused:
            imported(store, (content, MANIFEST), over=over)
        assert refused.value.code == "BAD_EXPORT"
    assert items_of(store) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "another's"),
        ("format_version", 2),
        ("items", -1),
        ("items", True),
        ("sha256", "0"),
        ("kinds", 3),
        ("surplus", 1),
    ],
)
def test_a_manifest_that_is_none(name: str, value: object) -> None:
    told = {**_told(), name: value}
    with pytest.raises(RefusedRequest) as refused:
        read_manifest(_json(told))
    assert refused.value.code == "BAD_EXPORT"


def test_a_manifest_cut_off() -> None:
    for content in (b"", b"{", b"[]", MANIFEST.text()[:40]):
        with pytest.raises(RefusedRequest):
            read_manifest(content)
    less = {name: value for name, value in _told().items() if name != "items"}
    with pytest.raises(RefusedRequest):
        read_manifest(_json(less))
    assert read_manifest(MANIFEST.text()) == MANIFEST
    with pytest.raises(RefusedRequest, match="items and SHA-256"):
        imported(MemoryState(), (GOOD, replace(MANIFEST, items=1)))


def _told() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(MANIFEST.text())
    return told


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told).encode()
