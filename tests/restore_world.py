"""A bucket and a table, worked with as in earnest, to be lost and restored."""

from __future__ import annotations

import csv
import gzip
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import boto3
from local_stack import REGION, create_table
from moto import mock_aws
from plugin import CA, CA_ID, HELD, MAPPINGS, POISON, ROOT, STOCK_MAPPINGS
from test_http_front import LEDGER
from test_http_repost import CORRECTED

from handler import wiring
from handler.adapters.memory import MemoryFiles
from handler.flows import acknowledge, ledger_runs, mapping_rules, posted
from handler.flows.app import App
from handler.flows.file_attempt import Upload
from handler.flows.mapping_rules import RuleChange
from handler.flows.match_deposits import Asked
from handler.flows.ports import MappingSource, SettlementRecord
from handler.flows.read_stock_report import read_posted
from handler.flows.record_deposits import record_deposits
from handler.flows.register_listings import Registration, register
from handler.flows.settle_call import Wish
from handler.flows.state_ports import Bucket, KeptFile
from handler.flows.stock_files import ReportWish
from handler.flows.upload import receive
from handler.reconciliation.bank_line import BankLine
from handler.settings import Settings, read_settings
from handler.settlement.vocabulary import Rule
from handler.wiring_state import bucket_list

TABLE, BUCKET = "plugin-table", "plugin-files"
DATA = ROOT / "tests" / "data"
SEPTEMBER_ID, NEGATIVE_ID = "57036297021", "13111134249"
RULE = Rule("Order", "ItemPrice", "Principal", "other_income", 0, "a letter of ours")
LESS = LEDGER[: LEDGER.rindex(b"\n", 0, -1) + 1]  # without its last row
_RESULT = re.compile(r"results/[^/]+/[^/]+/(v|paid-v|deposit)[^/]*")


class World(ABC):
    """A plugin whose table can be lost, and whose bucket can be listed."""

    app: App

    @abstractmethod
    def put(self, key: str, content: bytes) -> None:
        """Put a file into the bucket."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Delete a file of the bucket."""

    @abstractmethod
    def lose_table(self) -> App:
        """Have an empty table; the plugin of a new process."""

    @property
    @abstractmethod
    def bucket(self) -> Bucket:
        """The bucket's list."""

    def upload(self, key: str, content: bytes) -> str:
        """Put a file into the bucket and tell of it, as the queue does."""
        self.put(key, content)
        return receive(self.app, Upload(self.app.files.bucket, key, len(content)), attempt=5).what

    def files(self) -> dict[str, bytes]:
        """Every file of the bucket but the indexes, which are made anew at any time."""
        return {
            file.key: self.app.files.read(file.key)
            for file in self.bucket.listing("")
            if not file.key.startswith("indexes/")
        }

    def journals(self) -> dict[str, bytes]:
        """What each version of each settlement, and each deposit, put into the books."""
        kept = self.files().items()
        return {key: gzip.decompress(packed) for key, packed in kept if _RESULT.fullmatch(key)}

    def settlements(self) -> list[SettlementRecord]:
        """The settlements as they stand."""
        return list(self.app.settlements.settlements("", 100).items)

    def acknowledged(self) -> list[str]:
        """ "external id=internal id" of everything."""
        runs = self.app.inventory.ledger_runs("us", 100).items
        return [pair for one in (*self.settlements(), *runs) for pair in one.netsuite_ids]


class OnMoto(World):
    """The plugin as wiring.py builds it, over moto."""

    def __init__(self, settings: Settings) -> None:
        """Use an empty bucket and an empty table."""
        self.settings = settings
        self.s3 = boto3.client("s3", region_name=REGION)
        self.s3.create_bucket(Bucket=BUCKET)
        self.dynamodb = boto3.client("dynamodb", region_name=REGION)
        create_table(self.dynamodb, TABLE)
        self._bucket = bucket_list(settings)
        self.again()

    def put(self, key: str, content: bytes) -> None:
        """Put a file into the bucket."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    def delete(self, key: str) -> None:
        """Delete a file of the bucket."""
        self.s3.delete_object(Bucket=BUCKET, Key=key)

    def again(self) -> App:
        """The plugin as a new process has it."""
        self.app = _with(wiring.build(self.settings), MAPPINGS)
        return self.app

    def lose_table(self) -> App:
        """Delete the table, and make an empty one of the same name."""
        self.dynamodb.delete_table(TableName=TABLE)
        create_table(self.dynamodb, TABLE)
        return self.again()

    @property
    def bucket(self) -> Bucket:
        """The bucket's list."""
        return self._bucket

    def items(self) -> list[dict[str, Any]]:
        """Every item of the table."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=TABLE)
        found = [item for page in pages for item in page["Items"]]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


class TimedFiles(MemoryFiles):
    """A bucket in memory that can be listed."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__(BUCKET)
        self.written: dict[str, datetime] = {}

    def keep(self, key: str, content: bytes, content_type: str) -> None:
        """Store a file with its moment."""
        self.written[key] = datetime.now(UTC)
        super().keep(key, content, content_type)

    def delete(self, key: str) -> None:
        """Delete a file."""
        del self.written[key], self._files[key]

    def listing(self, prefix: str) -> Iterator[KeptFile]:
        """Yield files as S3 lists them: with moments to the second."""
        for key in sorted(self.written):
            if key.startswith(prefix):
                at = self.written[key].replace(microsecond=0)
                yield KeptFile(key, at, len(self._files[key]))


class InMemory(World):
    """The same over nothing but this process: quick."""

    def __init__(self) -> None:
        """Begin empty."""
        self.kept = TimedFiles()
        self.lose_table()

    def put(self, key: str, content: bytes) -> None:
        """Put a file into the bucket."""
        self.kept.keep(key, content, "")

    def delete(self, key: str) -> None:
        """Delete a file of the bucket."""
        self.kept.delete(key)

    def lose_table(self) -> App:
        """Forget all but the bucket."""
        made = replace(wiring.in_memory(), files=self.kept, stock_mappings=STOCK_MAPPINGS)
        self.app = _with(made, MAPPINGS)
        return self.app

    @property
    def bucket(self) -> Bucket:
        """The bucket's list."""
        return self.kept


@dataclass(frozen=True)
class Copied:
    """The list of a bucket that was copied: every file of the same moment."""

    of: Bucket

    def listing(self, prefix: str) -> Iterator[KeptFile]:
        """Yield the files as if all were written last."""
        last = max(file.written_at for file in self.of.listing(""))
        return (replace(one, written_at=last) for one in self.of.listing(prefix))


@contextmanager
def on_moto(monkeypatch: Any) -> Iterator[OnMoto]:
    """Give an empty bucket and an empty table, and a plugin over them."""
    with mock_aws():
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        monkeypatch.setenv("TABLE_NAME", TABLE)
        monkeypatch.setenv("BUCKET_NAME", BUCKET)
        yield OnMoto(read_settings())


def _with(app: App, deployed: MappingSource) -> App:
    return replace(app, deployed_mappings=deployed, mappings=wiring.ruled(deployed, app.rules))


def netsuite_has(ids: Iterable[str], file: Path) -> str:
    """Write what NetSuite has as an operator's saved search gives it."""
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("internal_id", "external_id"))
        for pair in ids:
            rows.writerow(pair.split("=", 1)[::-1])
    return str(file)


def _ca(name: str) -> bytes:
    return (DATA / "settlements" / f"ca_v1_{name}.txt").read_bytes()


def live(world: World) -> None:
    """Work with it: everything a settlement can go through, in no tidy order."""
    app = world.app
    # The later ones first, so that each looks in what was there then and not in what came after.
    assert world.upload("raw-settlements/ca/september.txt", _ca("2025-09")) == "proven"
    assert world.upload("raw-settlements/ca/july.txt", _ca("2025-07_negative")) == "proven"
    gz = gzip.compress(_ca("2025-08a_negative_again"), mtime=0)
    assert world.upload("raw-settlements/ca/august.txt.gz", gz) == "proven"
    assert world.upload("raw-settlements/ca/held.txt", HELD) == "held"
    posted.settle_posted(app, CA, Wish("ca", idempotency_key="mended"))  # version 2
    posted.settle_posted(app, (DATA / "settlements/fr_v2_2024-11_zero_total.txt").read_bytes())
    for name in ("us_settlement.xml", "us_finances_2024.json", "us_finances_v0.json"):
        content = (DATA / "settlements_other" / name).read_bytes()
        world.upload(f"raw-settlements/us/{name}", content)
    month = (DATA / "date_range/us_date_range_2026_synthetic.csv").read_bytes()
    posted.settle_posted(app, month, Wish("us", settlement_id="222"))
    assert world.upload("raw-settlements/ca/poison.txt", POISON) == "parked"
    other = CA.replace(b"\t1016.08\t", b"\t1016.09\t", 1)
    assert world.upload("raw-settlements/ca/other content.txt", other) == "parked"
    posted.repost(app, CA_ID, CORRECTED, Wish("ca", idempotency_key="first"))  # version 3
    mapping_rules.save(app, RuleChange(0, (RULE,), note="as they wrote"), "key:ann")
    posted.repost(app, SEPTEMBER_ID, b"")  # the same file under another rule
    mapping_rules.save(app, RuleChange(1, (), ((RULE.cells),)), "key:ann")
    posted.repost(app, CA_ID, CA, Wish("ca", idempotency_key="back"))  # version 4, as version 2
    stock(world)
    books(world)


def stock(world: World) -> None:
    """A listing, twice; reports of stock: the ledger, again with less, and what is there."""
    wish = ReportWish("us")
    table = world.app.stock_mappings.load("us").listings
    (coffee,) = [one for one in table if one.key.sku == "SKU-COFFEE-401"]
    for item in ("COFFEE-402", "COFFEE-403"):
        listing = replace(coffee, item=item, origin="upsert")
        register(world.app, "us", [Registration(listing)], "key:flow")
    read_posted(world.app, LEDGER, wish)
    read_posted(world.app, LESS, wish)
    myi = (DATA / "inventory/sandbox_GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA.tsv").read_bytes()
    world.upload("raw-inventory/us/20250101T000000Z-myi.txt", myi)


def books(world: World) -> None:
    """NetSuite has some of it; a bank line is matched."""
    app = world.app
    posted_to_netsuite(app, (SEPTEMBER_ID, CA_ID, NEGATIVE_ID))
    (run, *_) = [one for one in app.inventory.ledger_runs("us", 9).items if one.external_ids]
    ids = [(name, f"9{place}") for place, name in enumerate(run.external_ids)]
    ledger_runs.acknowledge(app, run.run_id, ids)
    lines = (BankLine("B1", date(2025, 9, 2), 101608, "CAD", "AMAZON"),)
    told = record_deposits(app, Asked("ca", date(2025, 9, 30), lines))
    assert [one["to"] for one in told["moves"] if one["settlement_id"] == CA_ID] == ["deposited"]  # type: ignore[attr-defined]


def posted_to_netsuite(app: App, settlement_ids: Iterable[str]) -> None:
    """Acknowledge every entry of some settlements."""
    for settlement_id in settlement_ids:
        parcels = app.outbox.group(f"settlement:{settlement_id}")
        names = [name for parcel in parcels for name in parcel.external_ids]
        given = [(name, f"{settlement_id[-4:]}{place}") for place, name in enumerate(names)]
        acknowledge.acknowledge(app, settlement_id, given)


def edited_mappings(directory: Path) -> str:
    """The accountants' folder, with another account for Canada's sales."""
    made = directory / "mappings"
    shutil.copytree(ROOT / "mappings", made)
    profile = made / "profiles" / "ca.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("4010 Product Sales", "4011 Other Sales"), encoding="utf-8")
    return str(made)


def with_mappings(app: App, directory: str) -> App:
    """The plugin as it is deployed with another folder."""
    return _with(app, wiring.mapping_source(directory))
