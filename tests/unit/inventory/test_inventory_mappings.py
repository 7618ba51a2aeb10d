"""The accountants' files about stock: what is accepted, and every fault with its line."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest
from builders import ROOT

from handler.adapters.inventory_listings_table import read_listings
from handler.adapters.inventory_mappings import (
    InventoryMappingFiles,
    check_inventory,
    inventory_names,
    load_inventory,
)
from handler.adapters.mapping_fault import FaultyMapping
from handler.adapters.mapping_files import check_all
from handler.core.errors import RefusedRequest
from handler.flows.inventory_ports import InventoryMappingSource
from handler.inventory.ledger_event import event_kind
from handler.inventory.ledger_reason import Effect
from handler.inventory.listing import Component, Listing, ListingKey, Pool, Rules, Split
from handler.inventory.policy import FbaLocations, FbmPolicy, ReceiptPolicy, ShipmentPolicy
from handler.inventory.registry import build_registry

MAPPINGS = ROOT / "mappings"
SELLER, US = "A3TH9S8BH6GOGM", "ATVPDKIKX0DER"
REASONS = """\
event,reason,effect,role,why
Whse Transfers,*,transfer,,between centres
Adjustments,M,adjust,lost,missing
Adjustments,3,redefine_in,,another product
*,,hold,,no reason
"""
POLICY = """\
schema = 1
seller = "A3TH9S8BH6GOGM"
subsidiary = "Demo"
receipts = "transfer"
shipments = "post"
closed_through = 2025-06-30
lines_per_posting = 500

[fbm]
locations = ["Main", "East"]
split = "weighted"
stale_minutes = 90
fresh_minutes = 30
hold_increase_below = 3
reassert_minutes = 45
most_rejections = 4

[fba]
sellable = "FBA"
unfulfillable = "FBA Bad"
in_transit = "FBA Way"
removal_in_transit = "FBA Back"

[fba_by_country.CA]
sellable = "CA"
unfulfillable = "CA Bad"
in_transit = "FBA Way"
removal_in_transit = "CA Back"

[accounts]
lost = "1320 Lost"
redefinition = "1327 Redefined"
shipments = "5010 Cost"
returns = "5020 Returns"
"""
LISTINGS = """\
sku,pool,marketplace,item,components,safety,cap,locations
A,FBM,ATVPDKIKX0DER,1,,2,50,Main|East
"K,2",FBM,ATVPDKIKX0DER,,1*2+2+1,,,
F,FBA,ATVPDKIKX0DER,1,,,,
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    target = tmp_path / "mappings"
    (target / "inventory").mkdir(parents=True)
    (target / "ledger_reasons.csv").write_text(REASONS, encoding="utf-8")
    (target / "inventory" / "one.toml").write_text(POLICY, encoding="utf-8")
    (target / "inventory" / "one.csv").write_text(LISTINGS, encoding="utf-8")
    return target


def faults_after(directory: Path, name: str, old: str, new: str) -> list[str]:
    """Return the faults after one edit; loading must name the same as checking."""
    path = directory / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"the test's edit must hit one place: {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    found = sorted(str(fault) for fault in check_inventory(directory))
    with pytest.raises(FaultyMapping) as caught:
        load_inventory(directory, "one")
    assert sorted(str(fault) for fault in caught.value.faults) == found
    return found


def test_everything_written_is_read(directory: Path) -> None:
    found = load_inventory(directory, "one")
    policy = found.policy
    assert check_inventory(directory) == []
    assert (policy.profile, policy.seller, policy.subsidiary) == ("one", SELLER, "Demo")
    assert policy.fbm == FbmPolicy(frozenset({"Main", "East"}), Split.WEIGHTED, 90, 30, 3, 45, 4)
    assert policy.fba == FbaLocations("FBA", "FBA Bad", "FBA Way", "FBA Back")
    assert policy.at_amazon("CA") == FbaLocations("CA", "CA Bad", "FBA Way", "CA Back")
    assert policy.accounts["returns"] == "5020 Returns"
    assert policy.receipts is ReceiptPolicy.TRANSFER
    assert policy.shipments is ShipmentPolicy.POST
    assert policy.closed_through == date(2025, 6, 30)
    assert policy.lines_per_posting == 500
    rule = policy.reasons.find("adjustments", "M")
    assert rule is not None
    assert (rule.effect, rule.role, rule.line) == (Effect.ADJUST, "lost", 3)
    assert policy.reasons.find("whsetransfers", "TRANSFER_IN") is not None
    assert policy.reasons.find("adjustments", "Z") is None
    label = "mappings/inventory/one.csv"
    assert found.listings == (
        Listing(
            ListingKey(SELLER, US, "A"), Pool.FBM, "1",
            rules=Rules(safety=2, cap=50, locations=frozenset({"Main", "East"})),
            origin=f"{label}:2",
        ),
        Listing(
            ListingKey(SELLER, US, "K,2"), Pool.FBM, "",
            components=(Component("1", 3), Component("2", 1)), origin=f"{label}:3",
        ),
        Listing(ListingKey(SELLER, US, "F"), Pool.FBA, "1", origin=f"{label}:4"),
    )  # fmt: skip


def test_every_column_is_read() -> None:
    text = (
        "seller,marketplace,sku,pool,item,fnsku,components,share,safety,cap,weight,locations,"
        "tolerance,product_type\r\n"
        f"A0000000000000,{US},S,FBA,1,X0001AB1CD,,90,-1,0,2,,3,DRINKING_CUP\r\n"
    )
    assert read_listings(text, "t", SELLER) == (
        [
            Listing(
                ListingKey("A0000000000000", US, "S"), Pool.FBA, "1", "X0001AB1CD", (),
                Rules(share=90, safety=-1, cap=0, weight=2, tolerance=3), "DRINKING_CUP", "t:2",
            )
        ],
        [],
    )  # fmt: skip


def test_rows_that_contradict_each_other_are_handed_over() -> None:
    row = f"S,FBM,{US},1,,,,\n"
    listings, faults = read_listings(LISTINGS.split("\n", 1)[0] + "\n" + row + row, "t", SELLER)
    assert [one.origin for one in listings] == ["t:2", "t:3"]
    assert faults == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("A,FBM,", ",FBM,", '2: found sku = ""; expected the SKU as Amazon spells it'),
        ("A,FBM,", '" A",FBM,', '2: found sku = " A"; expected the SKU as Amazon spells it'),
        ("A,FBM,", "A,fbm,", '2: found pool = "fbm"; expected one of FBM, FBA'),
        ("A,FBM,", "A,,", '2: found pool = ""; expected one of FBM, FBA'),
        (
            "A,FBM,ATVPDKIKX0DER", "A,FBM,us",
            '2: found marketplace = "us"; expected Amazon\'s marketplace id',
        ),
        (",1,,2,", ",1 ,,2,", '2: found item = "1 "; expected NetSuite\'s item'),
        (",1,,2,", ",1,,2.5,", '2: found safety = "2.5"; expected a whole number'),
        (",1,,2,", ",1,,٣,", '2: found safety = "٣"; expected a whole number'),
        (",1,,2,", ",1,,1_0,", '2: found safety = "1_0"; expected a whole number'),
        (",50,", ",none,", '2: found cap = "none"; expected a whole number'),
        (
            "Main|East", "Main| East",
            '2: found locations = "Main| East"; expected locations with "|" between them',
        ),
        (
            "1*2+2+1", "1x2++1",
            '3: found components = "1x2++1"; expected items joined with "+"',
        ),
        ("F,FBA", "F,FBA,", "4: found 9 cells; expected 8: sku,pool,"),
        ("F,FBA", '"F,FBA', "4: found no CSV (unexpected end of data)"),
        ("sku,pool", "sku,channel", '1: found the unknown column "channel"; expected one of '),
        ("item,comp", "cap,comp", "1: found the column cap again; expected each column once"),
        ("sku,pool", 'sku,"pool', "1: found no CSV (unexpected end of data)"),
    ],
)  # fmt: skip
def test_refuses_listings(directory: Path, old: str, new: str, fault: str) -> None:
    found = faults_after(directory, "inventory/one.csv", old, new)
    # A renamed column is missed, too.
    assert found[-1].startswith(f"mappings/inventory/one.csv:{fault}")
    assert len(found) == 1 + ("unknown column" in fault)


def test_a_missing_column_is_named() -> None:
    found = read_listings("sku,pool\nA,FBM\n", "t", SELLER)[1]
    assert [str(fault) for fault in found] == [
        "t:1: found no column marketplace; expected the columns marketplace, sku, pool at least"
    ]


@pytest.mark.parametrize(
    ("column", "cell"), [("fnsku", "x0001"), ("product_type", "cup"), ("seller", "me")]
)
def test_refuses_other_cells(column: str, cell: str) -> None:
    listings, (fault,) = read_listings(
        f"marketplace,sku,pool,{column}\n{US},S,FBA,{cell}\n", "t", SELLER
    )
    assert str(fault).startswith(f't:2: found {column} = "{cell}"; expected ')
    assert listings == []


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ("schema = 1", "schema = 2", ["1: found schema = 2; expected 1"]),
        ('seller = "A3TH9S8BH6GOGM"', 'seller = "me"', ['2: found seller = "me"; expected Amazon']),
        ('subsidiary = "Demo"\n', "", ["1: found no subsidiary; expected a subsidiary"]),
        ('"transfer"', '"guess"', ['4: found receipts = "guess"; expected "item_receipt", ']),
        (
            '"post"', '"drop"',
            ['5: found shipments = "drop"; expected "reconcile" or "post"'],
        ),
        ("2025-06-30", '"June"', ['6: found closed_through = "June"; expected a date']),
        ("= 500", "= 1000", ["7: found lines_per_posting = 1000; expected a whole number"]),
        ("= 500", "= 0", ["7: found lines_per_posting = 0; expected a whole number from 1 to 999"]),
        ("schema = 1", "schema = 1\nextra = 1", ["2: found the unknown key extra; expected one "]),
        ("[fbm]", "[fbm", ["9: found no TOML ("]),
        ('"East"', '"Main"', ['10: found the location "Main" again (line 10); expected each ']),
        (
            '"East"', '"CA Bad"',
            ['10: found the location "CA Bad" of the FBA pool (line 26); expected a location of '],
        ),
        ('"weighted"', '"fair"', ['11: found split = "fair"; expected "shared" or "weighted"']),
        ("stale_minutes = 90", "stale_minutes = 0", ["12: found stale_minutes = 0; expected "]),
        ("= 30", "= 91", ["13: found fresh_minutes = 91; expected at most stale_minutes, 90"]),
        ("= 3\n", "= -1\n", ["14: found hold_increase_below = -1; expected whole units"]),
        ("= 45", "= 4.5", ["15: found reassert_minutes = 4.5; expected whole minutes"]),
        ("rejections = 4", "rejections = 0", ["16: found most_rejections = 0; expected a whole "]),
        (
            '"FBA Bad"', '"FBA"',
            ['20: found the location "FBA" as unfulfillable, and as sellable (line 19); expected '],
        ),
        (
            '"CA Back"', '"FBA Bad"',
            ['28: found the location "FBA Bad" as removal_in_transit, and as unfulfillable '],
        ),
        ('removal_in_transit = "FBA Back"\n', "", ["18: found no removal_in_transit; expected a "]),
        (
            "[fba_by_country.CA]", "[fba_by_country.Canada]",
            ['24: found the name "Canada" in fba_by_country; expected tables by country code'],
        ),
        (
            'lost = "1320 Lost"\n', "",
            ["30: found no account for the role lost (ledger_reasons.csv, line 3); expected lost"],
        ),
        (
            'redefinition = "1327 Redefined"\n', "",
            ["30: found no account for the role redefinition (ledger_reasons.csv, line 4); "],
        ),
        (
            'returns = "5020 Returns"\n', "",
            ['30: found no account for the role returns (shipments = "post"); expected returns ='],
        ),
        (
            "lost =", "lsot =",
            [
                "30: found no account for the role lost",
                '31: found an account for the role "lsot"; expected one of lost, redefinition, ',
            ],
        ),
        ("1320 Lost", " ", ['31: found accounts.lost = " "; expected an account for each role']),
    ],
)  # fmt: skip
def test_refuses_policies(directory: Path, old: str, new: str, faults: list[str]) -> None:
    found = faults_after(directory, "inventory/one.toml", old, new)
    assert len(found) == len(faults), found
    for one, start in zip(found, faults, strict=True):
        assert one.startswith(f"mappings/inventory/one.toml:{start}")


def test_accounts_of_shipments_may_wait_until_they_are_posted(directory: Path) -> None:
    path = directory / "inventory" / "one.toml"
    path.write_text(POLICY.replace('"post"', '"reconcile"'), encoding="utf-8")
    assert check_inventory(directory) == []
    path.write_text(POLICY.replace('"post"', '"reconcile"').split('shipments = "5010')[0])
    assert check_inventory(directory) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("event,reason", "Event,reason", "1: found the header Event,reason,effect,role,why; "),
        ("Whse Transfers", "", '2: found event = ""; expected an event as Amazon writes it'),
        ("Whse Transfers", "Whse*", '2: found event = "Whse*"; expected an event'),
        (",M,adjust", ",m,adjust", '3: found reason = "m"; expected a code'),
        ("redefine_in", "redefine", '4: found effect = "redefine"; expected one of receipt, '),
        ("transfer,,", "transfer,lost,", '2: found the role "lost" with transfer; expected none'),
        ("adjust,lost", "adjust,", '3: found role = "" with adjust; expected a role of [accounts]'),
        ("adjust,lost", "adjust,Lost", '3: found role = "Lost" with adjust; expected a role'),
        ("no reason", " ", "5: found no why; expected the reason of the rule"),
        (
            "Adjustments,3", "adjustments,M",
            "4: found a rule for adjustments M again; expected one row for it: line 3",
        ),
        ("*,,hold", "*,,hold,", "5: found 6 cells; expected 5: event,reason,effect,role,why"),
    ],
)  # fmt: skip
def test_refuses_reasons(directory: Path, old: str, new: str, fault: str) -> None:
    (found,) = faults_after(directory, "ledger_reasons.csv", old, new)
    assert found.startswith(f"mappings/ledger_reasons.csv:{fault}")


def test_faults_of_all_files_are_named_together(directory: Path) -> None:
    (directory / "ledger_reasons.csv").write_text(REASONS.replace("hold", "held"))
    (directory / "inventory" / "one.csv").write_bytes(LISTINGS.encode() + b"\xe9")
    (directory / "inventory" / "Two.toml").write_text(POLICY.replace("schema = 1", "schema = 0"))
    (directory / "inventory" / "three.csv").write_text(LISTINGS)
    assert sorted((fault.file, fault.line) for fault in check_inventory(directory)) == [
        ("mappings/inventory/Two.csv", 1),  # not there
        ("mappings/inventory/Two.toml", 1),  # its name
        ("mappings/inventory/Two.toml", 1),  # its schema
        ("mappings/inventory/one.csv", 5),
        ("mappings/inventory/three.csv", 1),
        ("mappings/ledger_reasons.csv", 5),
    ]


def test_a_missing_table_of_reasons_is_a_fault(directory: Path) -> None:
    (directory / "ledger_reasons.csv").unlink()
    (fault,) = check_inventory(directory)
    assert str(fault) == (
        "mappings/ledger_reasons.csv:1: found no file that can be read (No such file or "
        "directory); expected the file"
    )


def test_who_keeps_no_stock_needs_no_files(directory: Path) -> None:
    shutil.rmtree(directory / "inventory")
    assert check_inventory(directory) == []
    (directory / "ledger_reasons.csv").unlink()
    assert check_inventory(directory) == []


def test_the_version_changes_with_any_of_the_files_only(directory: Path) -> None:
    seen = {load_inventory(directory, "one").version}
    (directory / "inventory" / "two.toml").write_text(POLICY)
    assert {load_inventory(directory, "one").version} == seen
    for name in ("ledger_reasons.csv", "inventory/one.toml", "inventory/one.csv"):
        with (directory / name).open("a") as file:
            file.write("\n")
        seen.add(load_inventory(directory, "one").version)
    assert len(seen) == 4
    assert {len(version) for version in seen} == {16}


@pytest.mark.parametrize("name", ["two", "", "../inventory/one", "ONE", "one.toml", "one\0"])
def test_an_unknown_profile_is_refused_with_those_there_are(directory: Path, name: str) -> None:
    with pytest.raises(RefusedRequest) as caught:
        InventoryMappingFiles(directory).load(name)
    assert caught.value.code == "UNKNOWN_PROFILE"
    assert caught.value.details == {"found": name, "known": ["one"]}


def test_what_was_read_stays_and_what_could_not_be_is_tried_again(directory: Path) -> None:
    source: InventoryMappingSource = InventoryMappingFiles(directory)
    path = directory / "inventory" / "one.toml"
    path.write_text("schema = 2")
    with pytest.raises(FaultyMapping):
        source.load("one")
    path.write_text(POLICY)
    first = source.load("one")
    path.write_text("schema = 2")
    assert source.load("one") is first
    assert source.profiles() == ["one"]


def test_every_file_is_part_of_the_check(directory: Path, tmp_path: Path) -> None:
    everything = tmp_path / "all" / "mappings"
    shutil.copytree(MAPPINGS, everything)
    assert check_all(everything) == []
    shutil.copy(directory / "inventory" / "one.csv", everything / "inventory" / "none.csv")
    assert [fault.file for fault in check_all(everything)] == ["mappings/inventory/none.csv"]


def test_the_shipped_files_are_sound_and_quarantine_nothing() -> None:
    assert inventory_names(MAPPINGS) == ["us"]
    found = load_inventory(MAPPINGS, "us")
    registry = build_registry(found.listings, found.policy)
    assert not registry.quarantine
    assert len(registry) == 8
    assert registry.item_of("X0003IJ3KL", "") == "BOTTLE-150"
    assert {one.pool for one in registry} == set(Pool)
    assert any(one.components for one in registry)


def test_the_shipped_reasons_hold_every_code_amazon_names_and_no_other() -> None:
    reasons = load_inventory(MAPPINGS, "us").policy.reasons
    path = ROOT / "tests" / "data" / "inventory" / "ledger_reason_codes.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        codes = [row["code"] for row in csv.DictReader(file, delimiter="\t")]
    letters = {code for code in codes if len(code) == 1}
    assert {rule.reason for rule in reasons if rule.event == "adjustments"} == letters
    named = {code.removeprefix("EVENT:") for code in codes if code.startswith("EVENT:")}
    events = {event_kind(name) for name in named if name.isalpha()}
    assert {rule.event for rule in reasons} == events
    assert reasons.find("adjustments", "") is None
    assert reasons.find("adjustments", "Z") is None
    assert reasons.find("anything", "M") is None
    outs = {rule.reason for rule in reasons if rule.effect is Effect.PAIR_OUT}
    assert outs == set("67HKUEQ")
