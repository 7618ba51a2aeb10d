"""Reports about stock that are uploaded: read like those that come with a call, or parked."""

from __future__ import annotations

import pytest
from plugin import BUCKET, Plugin, data_of, plugin, unreachable
from stock_http import DETAIL, LISTINGS, MYI, RUNS, SUMMARY, US, Row, codes, ledger, report, units

from handler.core.errors import OutsideFailure
from handler.flows import upload as flow
from handler.flows.ports import ExceptionState
from handler.flows.stock_files import told_by_key
from handler.flows.upload import Outcome, Upload

FOLDER = "raw-inventory/us/"


@pytest.fixture
def here() -> Plugin:
    return plugin()


def receive(here: Plugin, name: str, content: bytes, attempt: int | None = 1) -> Outcome:
    key = name if "/" in name else FOLDER + name
    here.files.put(key, content)
    return flow.receive(here.app, Upload(BUCKET, key, len(content)), attempt)


def parked(here: Plugin, name: str) -> str:
    (found,) = here.open_exceptions()
    assert found.state is ExceptionState.PARKED
    assert found.scope == f"file:{name}"
    return str(found.finding["code"])


def test_an_upload_posts_what_a_call_would(here: Plugin) -> None:
    assert receive(here, "detail.tsv", DETAIL) == Outcome("read")
    (run,) = data_of(here.get(f"{RUNS}?profile=us"))
    assert report(here, DETAIL)["run_id"] == run["run_id"]
    assert len(units(here, run)) == 3
    assert receive(here, "detail.tsv", DETAIL) == Outcome("read")
    assert len(data_of(here.get(f"{RUNS}?profile=us"))) == 1
    assert [key for key in here.files.kept if key.startswith("raw-")] == [
        key for key in here.files.kept if key.startswith("raw-posted/")
    ]


@pytest.mark.parametrize("name", ["summary.tsv", "x y (1).tsv", "ü.tsv"])
def test_a_name_may_be_anything(here: Plugin, name: str) -> None:
    assert receive(here, name, SUMMARY) == Outcome("read")
    (snapshot,) = here.app.inventory.snapshots("us")
    assert (snapshot.kind, snapshot.marketplace, snapshot.raw_key) == (
        "ledger_summary",
        "",
        FOLDER + name,
    )


def test_the_name_tells_moment_and_marketplace(here: Plugin) -> None:
    assert receive(here, f"myi_{US}_20260130T101500Z.tsv", MYI) == Outcome("read")
    (snapshot,) = here.app.inventory.snapshots("us")
    assert (snapshot.marketplace, snapshot.told_at) == (US, "2026-01-30T10:15:00+00:00")
    (listed,) = [one for one in data_of(here.get(LISTINGS)) if one["quarantine"]]
    assert listed["sku"] == "SKU-BOTTLE-150"


@pytest.mark.parametrize(
    ("name", "marketplace", "made"),
    [
        ("20260130T101500Z.tsv", "", "2026-01-30T10:15:00+00:00"),
        (f"{US}.tsv", US, ""),
        (f"{US}-20260130T101500Z", US, "2026-01-30T10:15:00+00:00"),
        ("20261330T101500Z.tsv", "", ""),
        ("120260130T101500Z.tsv", "", ""),
        ("20260130T101500ZZ.tsv", "", ""),
        (f"X{US}.tsv", "", ""),
        ("plain.tsv", "", ""),
    ],
)
def test_what_a_name_tells(name: str, marketplace: str, made: str) -> None:
    told = told_by_key(FOLDER + name)
    assert told is not None
    assert told.profile == "us"
    assert told.marketplace == marketplace
    assert (told.made_at.isoformat() if told.made_at else "") == made


def test_an_older_upload_that_comes_late_changes_nothing(here: Plugin) -> None:
    receive(here, "20260120T000000Z.tsv", ledger(Row(5, -3)))
    assert receive(here, "20260110T000000Z.tsv", ledger(Row(5, -1))) == Outcome("read")
    late, first = data_of(here.get(f"{RUNS}?profile=us"))
    assert (units(here, late), units(here, first)) == (
        {},
        {"AMZ-INV-US-20260105-ADJ1-1 CONSOLE-2025": -3},
    )


@pytest.mark.parametrize(
    "name",
    [
        "raw-inventory/x.tsv",
        "raw-inventory//x.tsv",
        "raw-inventory/us/deep/x.tsv",
        "raw-inventory/nobody/x.tsv",
        "raw-inventory/../x.tsv",
        "raw-inventory/us/20990101T000000Z.tsv",
    ],
)
def test_a_wrong_place_is_parked(here: Plugin, name: str) -> None:
    assert receive(here, name, DETAIL) == Outcome("parked", code="UPLOAD_REFUSED")
    assert parked(here, name) == "UPLOAD_REFUSED"
    assert list(here.app.inventory.snapshots("us")) == []
    assert here.files.kept == []


@pytest.mark.parametrize("content", [b"\x00\x01", b"", b"a\tb\n1\t2\n"])
def test_no_report_is_parked_and_its_mending_resolves_it(here: Plugin, content: bytes) -> None:
    for _ in range(2):
        assert receive(here, "x.tsv", content) == Outcome("parked", code="UNUSABLE_FILE")
    assert parked(here, f"{FOLDER}x.tsv") == "UNUSABLE_FILE"
    assert receive(here, "x.tsv", SUMMARY) == Outcome("read")
    assert here.open_exceptions() == []


def test_a_bad_row_is_held_and_its_mending_resolves_it(here: Plugin) -> None:
    good = ledger(Row(5, -1))
    assert receive(here, "x.tsv", good.replace(b"\t-1\t", b"\t-1.5\t")) == Outcome("held")
    assert codes(here) == ["BAD_INVENTORY_ROW"]
    assert data_of(here.get(f"{RUNS}?profile=us")) == []
    assert receive(here, "x.tsv", good) == Outcome("read")
    assert codes(here) == []


def test_another_bucket_and_a_file_that_is_gone_are_parked(here: Plugin) -> None:
    assert flow.receive(here.app, Upload("other", f"{FOLDER}x.tsv", 1), 1).what == "parked"
    assert flow.receive(here.app, Upload(BUCKET, f"{FOLDER}y.tsv", 1), 1).what == "parked"
    assert {found.finding["code"] for found in here.open_exceptions()} == {"UPLOAD_REFUSED"}


@pytest.mark.parametrize("key", ["raw-inventory/", "raw-inventory/us/", "results/inventory/us/x"])
def test_no_upload(here: Plugin, key: str) -> None:
    assert flow.receive(here.app, Upload(BUCKET, key, 0), 1) == Outcome("ignored")
    assert here.written() == ([], 0, 0)


def test_what_may_pass_is_raised_till_the_last_attempt(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(profile: str) -> None:
        raise unreachable()

    with monkeypatch.context() as broken:
        broken.setattr(here.app.inventory, "listings", fail)
        for attempt in (1, 2, 3, 4):
            with pytest.raises(OutsideFailure):
                receive(here, "x.tsv", DETAIL, attempt)
        assert receive(here, "x.tsv", DETAIL, 5) == Outcome("parked", code="UPLOAD_FAILED")
    assert parked(here, f"{FOLDER}x.tsv") == "UPLOAD_FAILED"
    assert receive(here, "x.tsv", DETAIL) == Outcome("read")
    assert codes(here) == ["UNKNOWN_LEDGER_REASON"]
