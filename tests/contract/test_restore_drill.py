"""The table is lost: everything is rebuilt from the bucket alone, byte for byte, posted once.

On moto's DynamoDB and S3, by the command line; what else can happen is in
tests/unit/test_state_rebuild.py, in memory.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from restore_facts import (
    Lost,
    but_moments,
    exceptions_of,
    ledger_of,
    lived,
    parcels_of,
    versions_of,
)
from restore_world import OnMoto, netsuite_has, on_moto

from handler.entrypoints.cli.main import main
from handler.flows.match_deposits import Asked
from handler.flows.outbox import Asked as Wanted
from handler.flows.outbox import lease
from handler.flows.parcel import ParcelState
from handler.flows.record_deposits import record_deposits


@pytest.fixture(scope="module")
def world() -> Iterator[OnMoto]:
    with pytest.MonkeyPatch.context() as patch, on_moto(patch) as made:
        yield made


@pytest.fixture(scope="module")
def lost(world: OnMoto) -> Lost:
    """Everything was done, and nothing is lost yet."""
    return lived(world)


def test_exported_dropped_and_imported(
    world: OnMoto, lost: Lost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = world.items()
    export = str(tmp_path / "state.gz")
    assert main(["state", "export", export]) == 0
    assert f"{len(before)} items of table plugin-table" in capsys.readouterr().out
    assert (tmp_path / "state.gz").stat().st_mode & 0o777 == 0o600
    assert main(["state", "export", export]) == 1  # never over another file
    assert main(["state", "import", export]) == 1  # nor into a table that is not empty
    assert "TABLE_NOT_EMPTY" in capsys.readouterr().err
    world.lose_table()
    assert main(["state", "import", export]) == 0
    printed = capsys.readouterr().out
    assert f"{len(before)} items written, 0 were there; 0 left out" in printed
    assert printed.endswith("Nothing is broken.\n")
    assert world.items() == before
    # The same by a bucket.
    place = "s3://plugin-files/exports/state.gz"
    assert main(["state", "export", place]) == 0
    world.lose_table()
    assert main(["state", "import", place]) == 0
    assert world.items() == before
    for key in ("exports/state.gz", "exports/state.gz.manifest.json"):
        world.delete(key)
    assert main(["state", "import", place]) == 1
    assert "FILE_NOT_FOUND" in capsys.readouterr().err


def test_an_export_holds_no_key_and_no_text_of_one(
    world: OnMoto, lost: Lost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "create", "--name", "flow", "--scopes", "*"]) == 0
    key = capsys.readouterr().out.split()[-1]
    assert key.startswith("ans_")
    assert main(["state", "export", str(tmp_path / "state.gz")]) == 0
    content = gzip.decompress((tmp_path / "state.gz").read_bytes())
    assert b"APIKEY#" in content
    assert key.encode() not in content
    assert key[4:].encode() not in content


def test_what_is_half_is_named_and_ends_with_two(
    world: OnMoto, lost: Lost, capsys: pytest.CaptureFixture[str]
) -> None:
    head = next(one for one in world.items() if one["sk"]["S"] == "HEAD")
    place = {name: head[name] for name in ("pk", "sk")}
    world.dynamodb.delete_item(TableName="plugin-table", Key=place)
    assert main(["state", "check"]) == 2
    assert "HEAD_MISSING: settlement" in capsys.readouterr().out
    world.dynamodb.put_item(TableName="plugin-table", Item=head)
    assert main(["state", "check"]) == 0


def test_lost_and_rebuilt_byte_for_byte(
    world: OnMoto, lost: Lost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.lose_table()
    netsuite = netsuite_has(lost.ids, tmp_path / "netsuite.csv")
    assert (len(lost.journals), len(lost.ids)) == (14, 11)
    assert min(len(lost.waiting), len(lost.done)) > 3

    assert main(["state", "rebuild", "--posted", netsuite]) == 2  # something is parked
    printed = capsys.readouterr().out
    assert "       12 version(s) of settlements came out byte for byte as they were\n" in printed
    assert "        0 recorded as their results tell them" in printed
    world.again()
    assert world.files() == lost.files  # nothing was written into the bucket, nothing over
    assert world.journals() == lost.journals
    # What pays nothing out waits for no bank line: the next match moves it on.
    record_deposits(world.app, Asked("ca", date(2025, 9, 30), ()))
    assert but_moments(world.settlements()) == lost.settlements
    assert versions_of(world) == lost.versions
    assert ledger_of(world) == lost.ledger
    assert list(world.app.rules.books(9)) == lost.rules
    assert exceptions_of(world) == lost.exceptions
    assert world.acknowledged() == lost.ids
    # Nothing goes out by itself; NetSuite's own are done, the others wait for a person.
    assert lease(world.app, Wanted("flow", limit=100)).messages == ()
    assert parcels_of(world, ParcelState.DONE) == lost.done
    assert parcels_of(world, ParcelState.PARKED) == lost.waiting
    assert main(["state", "check"]) == 0
    capsys.readouterr()
    assert main(["state", "rebuild", "--posted", netsuite]) == 2
    assert "       12 were there already\n" in capsys.readouterr().out
    assert world.acknowledged() == lost.ids
