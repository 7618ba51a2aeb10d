"""`python -m handler state export|import|check|rebuild`: the whole state saved and restored."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from handler import wiring_state
from handler.core.errors import RefusedRequest
from handler.entrypoints.cli import state_rebuild
from handler.flows import state_check, state_export, state_import
from handler.flows.state_manifest import SUFFIX, Manifest, read_manifest
from handler.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handler.flows.state_ports import Noted, StateStore

_DONE: Final = 0
_SOMETHING: Final = 2
_MOST_SHOWN: Final = 200
_S3: Final = "s3://"


def run(options: argparse.Namespace) -> int:
    """Do one action; 0 where all is well, 2 where something is to be looked at."""
    settings = read_settings()
    match options.action:
        case "export":
            return _export(settings, options.place)
        case "import":
            return _import(settings, options.place, over=options.over)
        case "check":
            return _check(settings, wiring_state.state_store(settings))
        case _:
            return state_rebuild.run(settings, options)


def _now() -> datetime:
    return datetime.now(UTC)


def _export(settings: Settings, place: str) -> int:
    store = wiring_state.state_store(settings)
    with _local(place) as file:
        with _new(file) as out:
            manifest = state_export.export(store, out, _now)
        # Last: where the manifest lies, the export is whole.
        with _new(_beside(file)) as out:
            out.write(manifest.text())
        if place.startswith(_S3):
            places = wiring_state.export_places()
            places.send(file, place)
            places.send(_beside(file), place + SUFFIX)
    _told(place, manifest)
    return _DONE


def _told(place: str, manifest: Manifest) -> None:
    print(f"{place}: {manifest.items} items of table {manifest.table}, {manifest.begun_at}")
    for kind, count in manifest.kinds.items():
        print(f"  {kind:<14} {count:>9}")
    if manifest.expired:
        print(f"  left out, their time being over: {manifest.expired}")
    print(f"  SHA-256 {manifest.sha256}")


def _import(settings: Settings, place: str, *, over: bool) -> int:
    store = wiring_state.state_store(settings)
    with _local(place) as file:
        if place.startswith(_S3):
            places = wiring_state.export_places()
            places.fetch(place + SUFFIX, _beside(file))
            places.fetch(place, file)
        manifest = read_manifest(_read(_beside(file)))
        _read(file, most=1)
        done = state_import.import_state(store, lambda: file.open("rb"), manifest, _now, over=over)
    print(
        f"{done.new} items written, {done.same} were there"
        f"{', going on where it was cut off' if done.resumed else ''}; "
        f"{done.expired} left out, their time being over."
    )
    for pk, sk in done.other:
        print(f"Left as it stands, another item than the export's: {pk} {sk}", file=sys.stderr)
    if done.others:
        print(f"{done.others} item(s) were left so.", file=sys.stderr)
    return _SOMETHING if _check(settings, store) or done.others else _DONE


def _check(settings: Settings, store: StateStore) -> int:
    facts = wiring_state.state_facts(store)
    files = state_check.kept_keys(wiring_state.bucket_list(settings))
    return _shown(state_check.check(facts.facts(), files))


def _shown(broken: Iterable[Noted]) -> int:
    found = iter(broken)
    shown = list(islice(found, _MOST_SHOWN))
    for one in shown:
        print(f"{one.code}: {one.of}: {one.what}\n    {one.repair}")
    more = sum(1 for _ in found)
    if more:
        print(f"And {more} more.")
    print(f"{len(shown) + more} broken reference(s)." if shown else "Nothing is broken.")
    return _SOMETHING if shown else _DONE


@contextmanager
def _local(place: str) -> Iterator[Path]:
    """Give the file itself, or where one of a bucket comes to lie meanwhile."""
    if not place.startswith(_S3):
        yield Path(place)
        return
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory) / "state"


def _beside(file: Path) -> Path:
    return file.with_name(file.name + SUFFIX)


@contextmanager
def _new(file: Path) -> Iterator[BinaryIO]:
    """Open a file that was not there, for its owner alone; half of one is taken away again."""
    try:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise RefusedRequest(
            "BAD_PLACE", f"{file} cannot be made: {error.strerror}.", "Name a new file."
        ) from error
    try:
        with os.fdopen(made, "wb") as out:
            yield out
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _read(file: Path, most: int = -1) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise RefusedRequest(
            "BAD_PLACE",
            f"{file} cannot be read: {error.strerror}.",
            "Name the export; its manifest lies beside it.",
        ) from error
