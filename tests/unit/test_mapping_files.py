"""mappings/ on disk: loading, the version, and faults of every file at once."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from mapping_texts import CLASSES, MAPPINGS, NAMES, PROFILE, VOCABULARY, edited, refusal

from handler.adapters.mapping_fault import MappingFault
from handler.adapters.mapping_files import (
    check_all,
    load_classes,
    load_mappings,
    load_profile,
    load_vocabulary,
    profile_hints,
    profile_names,
)
from handler.core.errors import RefusedRequest, UnusableMapping


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    target = tmp_path / "mappings"
    (target / "profiles").mkdir(parents=True)
    (target / "classes.csv").write_text(CLASSES, encoding="utf-8")
    (target / "vocabulary.csv").write_text(VOCABULARY, encoding="utf-8")
    (target / "profiles" / "one.toml").write_text(PROFILE, encoding="utf-8")
    (target / "profiles" / "two.toml").write_text(PROFILE, encoding="utf-8")
    return target


def replace(path: Path, old: str, new: str) -> None:
    path.write_text(edited(path.read_text(encoding="utf-8"), old, new), encoding="utf-8")


def test_loads_a_directory(directory: Path) -> None:
    classes = load_classes(directory)
    mappings = load_mappings(directory, "one")
    assert mappings.classes == classes
    assert mappings.vocabulary.rules == load_vocabulary(directory, classes).rules
    assert mappings.profile == load_profile(directory, "one", classes)
    assert profile_names(directory) == ["one", "two"]
    assert [hint.name for hint in profile_hints(directory)] == ["one", "two"]
    assert check_all(directory) == []


def test_the_version_follows_the_files_in_use_and_no_other(directory: Path) -> None:
    before = load_mappings(directory, "one").version
    assert len(before) == 16
    assert int(before, 16) >= 0
    assert load_mappings(directory, "two").version != before, "the profile's name counts"
    replace(directory / "profiles" / "two.toml", '"Demo"', '"Other"')
    assert load_mappings(directory, "one").version == before
    seen = {before}
    for file, old, new in [
        ("classes.csv", "Goods", "Wares"),
        ("vocabulary.csv", "the price", "its price"),
        ("profiles/one.toml", '"Demo"', '"Demos"'),
    ]:
        replace(directory / file, old, new)
        seen.add(load_mappings(directory, "one").version)
    assert len(seen) == 4


def test_gathers_every_fault_of_every_file(directory: Path) -> None:
    replace(directory / "classes.csv", "s,revenue", "s,income")
    replace(directory / "vocabulary.csv", "Principal", "Prin*pal")
    replace(directory / "vocabulary.csv", "bank_transfers", "bank_transfer")
    replace(directory / "profiles" / "one.toml", '"hold"', '"ignore"')
    replace(directory / "profiles" / "two.toml", 'company = "Demo"', "company = ")
    (directory / "profiles" / "Three.toml").write_bytes(b'x = 1\ny = "caf\xe9"\n')
    assert [(fault.file, fault.line) for fault in check_all(directory)] == [
        ("mappings/classes.csv", 2),
        ("mappings/profiles/Three.toml", 1),
        ("mappings/profiles/Three.toml", 2),
        ("mappings/profiles/one.toml", 52),
        ("mappings/profiles/two.toml", 2),
        ("mappings/vocabulary.csv", 2),
        ("mappings/vocabulary.csv", 3),
    ]


def test_names_ten_faults_and_counts_the_others(directory: Path) -> None:
    rows = "".join(f"Kind {n},,,nothing,\n" for n in range(13))
    with (directory / "vocabulary.csv").open("a", encoding="utf-8") as file:
        file.write(rows)
    with pytest.raises(UnusableMapping) as caught:
        load_mappings(directory, "one")
    lines = caught.value.message.split("\n")
    assert lines[0].startswith('mappings/vocabulary.csv:5: found the class "nothing"; expected ')
    assert lines[10:] == ["... and 3 more"]
    faults = caught.value.details["faults"]
    assert isinstance(faults, list)
    assert len(faults) == 13
    assert str(directory) not in str(caught.value)


def test_a_byte_order_mark_is_no_fault(directory: Path) -> None:
    for path in [*directory.glob("*.csv"), directory / "profiles" / "one.toml"]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert check_all(directory) == []


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_other_encodings_are_refused_where_they_show(directory: Path, mark: bytes) -> None:
    path = directory / "vocabulary.csv"
    path.write_bytes(mark + path.read_bytes().replace(b"the price", b"le prix \xe9lev\xe9"))
    (fault,) = check_all(directory)
    assert str(fault) == (
        "mappings/vocabulary.csv:2: found the byte 0xE9, which is no UTF-8; expected UTF-8 "
        '(in a spreadsheet: save as "CSV UTF-8")'
    )


def test_missing_files_are_faults(directory: Path) -> None:
    (directory / "vocabulary.csv").unlink()
    shutil.rmtree(directory / "profiles")
    fault = MappingFault(
        "mappings/vocabulary.csv",
        1,
        "no file that can be read (No such file or directory)",
        "the file",
    )
    assert check_all(directory) == [
        MappingFault("mappings/profiles", 1, "no profile", "a file NAME.toml"),
        fault,
    ]
    assert refusal(lambda: load_vocabulary(directory, NAMES)) == [str(fault)]
    (directory / "classes.csv").unlink()
    assert [found.file for found in check_all(directory)] == ["mappings/classes.csv"]


@pytest.mark.parametrize("name", ["three", "", "../profiles/one", "ONE", "one.toml", "one\0"])
def test_an_unknown_profile_is_refused_with_those_there_are(directory: Path, name: str) -> None:
    for load in (
        lambda: load_mappings(directory, name),
        lambda: load_profile(directory, name, NAMES),
    ):
        with pytest.raises(RefusedRequest) as caught:
            load()
        assert caught.value.code == "UNKNOWN_PROFILE"
        assert caught.value.message.endswith("; there are: one, two.")


def test_a_faulty_profile_gives_no_hints(directory: Path) -> None:
    replace(directory / "profiles" / "two.toml", 'country = "US"', 'country = "USA"')
    (fault,) = refusal(lambda: profile_hints(directory))
    assert fault == (
        'mappings/profiles/two.toml:25: found country = "USA"; expected a country code of '
        'ISO 3166, such as "GB"'
    )


def test_loading_takes_far_less_than_a_tenth_of_a_second() -> None:
    fastest = 1.0
    for _ in range(3):
        start = time.perf_counter()
        load_mappings(MAPPINGS, "eu")
        fastest = min(fastest, time.perf_counter() - start)
    assert fastest < 0.1
