"""Internal ids: how the file is read, what is refused in it, and what records refer by."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from builders import DATA, ROOT

from handler.adapters.mapping_fault import FaultyMapping
from handler.adapters.mapping_files import check_all
from handler.adapters.reference_files import ReferenceFiles, read_references
from handler.core.errors import UnusableMapping
from handler.payloads.references import KINDS, NO_REFERENCES, References

HEAD = "kind,name,internal_id\n"
FILE = "mappings/netsuite/us.csv"


def read(text: str) -> References:
    found, faults = read_references(text, FILE)
    assert faults == []
    return found


def faults(text: str) -> list[str]:
    return [str(fault) for fault in read_references(text, FILE)[1]]


def test_every_kind_is_read() -> None:
    found = read(HEAD + "".join(f"{kind},A name,{n}\n" for n, kind in enumerate(KINDS, 1)))
    assert found.ids == {(kind, "A name"): str(n) for n, kind in enumerate(KINDS, 1)}
    assert not found.strict


def test_spreadsheets_blank_lines_and_quotes_are_taken() -> None:
    found = read(HEAD + '\r\nstrict,,\r\naccount,"6420 Deals, Coupons",7\r\n')
    assert (found.ids, found.strict) == ({("account", "6420 Deals, Coupons"): "7"}, True)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("accounts,1190,7", ':2: found kind = "accounts"; expected one of strict, account, '),
        ("account,1190,7a", ':2: found internal_id = "7a"; expected NetSuite\'s internal id'),
        ("account,1190,", ':2: found internal_id = ""; expected'),
        ("account,1190,07", ':2: found internal_id = "07"; expected'),
        ("account,1190,-1", ':2: found internal_id = "-1"; expected'),
        ("account,1190,7\u0663", ":2: found internal_id ="),
        ("account,,7", ':2: found name = ""; expected the name as mappings spell it'),
        ("account, 1190,7", ':2: found name = " 1190"; expected'),
        ("account,1190", ":2: found 2 cells; expected 3: kind,name,internal_id"),
        ("account,1190,7,x", ":2: found 4 cells; expected 3"),
        ("account,1190,7\n\naccount,1190,8",
         ':4: found the account "1190" again; expected one row for it: line 2'),
        ("strict,yes,", ":2: found strict with a name or an id; expected strict,,"),
        ("strict,,\nstrict,,", ":3: found strict again; expected one row for it: line 2"),
        ('account,"1190,7', ":2: found no CSV"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_with_its_line(rows: str, fault: str) -> None:
    found = faults(HEAD + rows + "\n")
    assert len(found) == 1
    assert found[0].startswith(FILE + fault)


def test_another_header_is_refused_whole() -> None:
    (fault,) = faults("kind,name,id\naccount,1190,x\n")
    assert fault == f"{FILE}:1: found the header kind,name,id; expected the header {HEAD.strip()}"


@pytest.mark.parametrize(
    ("kind", "name", "internal_id"),
    [
        ("account", "1190 Amazon Clearing", "212"),  # by its number
        ("account", "1190", "212"),
        ("account", "1191 Other", "300"),  # the whole name goes before the number
        ("account", "1191 Another", "301"),
        ("account", "1190Amazon", ""),
        ("account", "1190-1 Sub", ""),
        ("account", "Amazon 1190", ""),
        ("account", "1192", "1192"),  # digits alone are an id
        ("account", "१११", ""),
        ("location", "1190 Main", ""),  # only accounts have numbers
        ("location", "31", "31"),
        ("item", "2201", "77"),  # a row goes before what the digits say
        ("class", "amazon us", ""),  # exactly as it is spelt
    ],
)
def test_a_name_has_one_id_by_one_rule(kind: str, name: str, internal_id: str) -> None:
    references = read(
        HEAD + "account,1190,212\naccount,1191 Other,300\naccount,1191,301\nitem,2201,77\n"
        "class,Amazon US,9\n"
    )
    assert references.id_of(kind, name) == internal_id
    wanted = {"id": internal_id} if internal_id else {"refName": name}
    assert references.rest(kind, name) == wanted
    beside = {"placeInternalId": internal_id} if internal_id else {}
    assert references.beside(kind, "place", name) == beside


def test_without_a_file_digits_are_ids_and_nothing_stands_beside_names() -> None:
    assert NO_REFERENCES.rest("location", "31") == {"id": "31"}
    assert NO_REFERENCES.rest("account", "1190 Amazon Clearing") == {
        "refName": "1190 Amazon Clearing"
    }
    assert NO_REFERENCES.beside("location", "location", "31") == {}


def test_strict_refuses_a_name_and_says_which_row_to_add() -> None:
    strict = read(HEAD + "strict,,\naccount,1190,212\n")
    assert strict.rest("account", "1190 Amazon Clearing") == {"id": "212"}
    assert strict.rest("location", "31") == {"id": "31"}
    for refer in (
        lambda: strict.rest("class", "Amazon US"),
        lambda: strict.beside("class", "class", "Amazon US"),
    ):
        with pytest.raises(UnusableMapping) as refused:
            refer()
        assert refused.value.code == "NO_INTERNAL_ID"
        assert refused.value.details == {"kind": "class", "name": "Amazon US", "file": FILE}
        assert "class,Amazon US,<internal id>" in refused.value.message
        assert FILE in refused.value.repair
    assert strict.find("class", "Amazon US") == ""
    with pytest.raises(UnusableMapping):
        read(HEAD + "strict,,\n").beside("class", "class", "Amazon US")


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    folder = tmp_path / "mappings"
    shutil.copytree(ROOT / "mappings", folder)
    (folder / "netsuite").mkdir(exist_ok=True)
    return folder


def test_a_profile_without_a_file_has_no_ids(mappings: Path) -> None:
    found = ReferenceFiles(mappings).load("us")
    assert (found.ids, found.strict, found.file) == ({}, False, FILE)
    assert ReferenceFiles(mappings).load("../profiles/us").ids == {}


def test_a_file_is_read_once_and_a_wrong_one_again(mappings: Path) -> None:
    file, source = mappings / "netsuite" / "us.csv", ReferenceFiles(mappings)
    file.write_text(HEAD + "account,1190,x\n")
    for _ in range(2):
        with pytest.raises(FaultyMapping, match=r"us\.csv:2"):
            source.load("us")
    file.write_text("\ufeff" + HEAD + "account,1190,7\n", encoding="utf-8")
    first = source.load("us")
    file.unlink()
    assert source.load("us") is first
    assert first.ids == {("account", "1190"): "7"}


def test_the_check_of_mappings_covers_the_files_of_ids(mappings: Path) -> None:
    assert check_all(mappings) == []
    shutil.copy(DATA / "netsuite" / "ca.csv", mappings / "netsuite" / "ca.csv")
    assert check_all(mappings) == []
    (mappings / "netsuite" / "us.csv").write_text(HEAD + "acount,1190,7\n")
    (mappings / "netsuite" / "usa.csv").write_text(HEAD)
    (mappings / "netsuite" / "uk.csv").write_bytes(HEAD.encode() + b"class,\xff,1\n")
    found = [str(fault) for fault in check_all(mappings)]
    assert [one.split(" found ")[0] for one in found] == [
        "mappings/netsuite/uk.csv:2:",
        "mappings/netsuite/us.csv:2:",
        "mappings/netsuite/usa.csv:1:",
    ]
    assert 'ids of no profile "usa"' in found[2]
