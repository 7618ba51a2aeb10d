"""Files made to take the memory or the time: refused before they do, with a diagnosis."""

from __future__ import annotations

import ast
import gzip
import json
import os
import resource
import subprocess
import sys

import fuzz_laws as laws
import hostile_files
import pytest
from builders import ROOT, a_file, a_row
from fuzz_readers import MAPPINGS
from plugin import Plugin, error_of, plugin
from xml_texts import xml

from handler.core.errors import UnusableFile
from handler.core.source import content_hash, from_bytes, unpacked
from handler.settlement import readers
from handler.settlement.readers import settlement_xml
from handler.settlement.settle import settle

# A file of JSON is read whole, up to 64 MB; the others take a few.
MOST_MEGABYTES = 160
SECONDS = 60  # of CPU; each of them needs a few at most


def bounded(code: str, *arguments: str) -> str:
    """Run a program of the tests that is ended where it takes too much time."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    done = subprocess.run(
        [sys.executable, code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=limit,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize("kind", ["settlement", "stock"])
def test_a_gigabyte_that_never_ends_is_refused_in_little_memory(kind: str) -> None:
    told = bounded(hostile_files.__file__, kind)
    found = [json.loads(line) for line in told.splitlines()]
    files = hostile_files.STOCK if kind == "stock" else hostile_files.SETTLEMENTS
    assert [one["name"] for one in found] == list(files)
    for one in found:
        assert one["refused"] == "UNUSABLE_FILE", one
        assert one["message"], one
        assert one["repair"], one
        assert one["megabytes"] < MOST_MEGABYTES, one


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A gzip file of some 100 kB that unpacks to a gigabyte of blank lines."""
    block = gzip.compress(b"\n" * (64 << 20), compresslevel=6, mtime=0)
    return gzip.compress(a_file().content(), mtime=0) + block * 16


def test_a_zip_bomb_is_refused_long_before_it_is_unpacked(bomb: bytes) -> None:
    assert len(bomb) < 2 << 20
    source = unpacked(from_bytes(bomb))
    with pytest.raises(UnusableFile, match="unpacks to more than 200 times its size"):
        content_hash(source)
    here = plugin()
    for path in ("/v1/settlements?profile=us", "/v1/inventory/fba/reports?profile=us"):
        error = error_of(here.post(bomb, path))
        assert error["code"] == "UNUSABLE_FILE"
        assert here.settlements.recorded == 0


def test_what_packs_as_well_as_the_most_uniform_reports_is_read() -> None:
    rows = [a_row(amount="1.00")] * 3_000
    content = a_file(rows, total="3000.00").content()
    here = plugin()
    packed = gzip.compress(content, mtime=0)
    assert len(content) / len(packed) > 100
    answer = here.post(packed, "/v1/settlements?profile=us")
    assert answer.get_json()["data"][0]["status"] == "proven"


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(12))
_DECLARED = {
    "billion laughs": f"<!DOCTYPE a [{_LAUGHS}]><AmazonEnvelope>&l11;</AmazonEnvelope>",
    "in an attribute": f'<!DOCTYPE a [{_LAUGHS}]><AmazonEnvelope a="&l11;"/>',
    "one long entity": f'<!DOCTYPE a [<!ENTITY x "{"x" * 50_000}">]><AmazonEnvelope>'
    + "&x;" * 50_000
    + "</AmazonEnvelope>",
    "a file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><AmazonEnvelope>&x;'
    "</AmazonEnvelope>",
    "an address": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://169.254.169.254/">]>'
    "<AmazonEnvelope>&x;</AmazonEnvelope>",
    "parameters": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://192.0.2.1/p.dtd"> %p;]>'
    "<AmazonEnvelope/>",
    "a type elsewhere": '<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><AmazonEnvelope/>',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", _DECLARED)
def test_nothing_that_a_document_type_declares_is_ever_read(name: str, encoding: str) -> None:
    """defusedxml wraps the standard library's tree and event parsers, none of which is used here.

    The one parser is expat itself, and it stops at the first document type; without one there are
    no entities. So defusedxml would add a package and refuse what is refused already.
    """
    here = plugin()
    error = error_of(here.post(_DECLARED[name].encode(encoding)))
    assert error["code"] == "UNUSABLE_FILE"
    assert "declares a document type" in error["message"]
    assert "nothing in it was read" in error["message"]


def test_no_other_parser_of_xml_is_in_the_plugin() -> None:
    users = set()
    for path in (ROOT / "handler").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "xml" in text or "expat" in text else ():
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{one.name}" for one in node.names]
            users |= {
                (path.name, name) for name in names if name.startswith(("xml", "lxml", "pyexpat"))
            }
    assert users == {("xml_records.py", "xml.parsers.expat")}


# Each would take the square of its size if anything were looked for once for each of its parts.
def _wide_record() -> bytes:
    return xml("<Fee>" + "<F>1</F><Amount>0.01</Amount>" * 15_000 + "</Fee>")


def _wide_event() -> bytes:
    fields = ",".join(f'"F{n}":"x"' for n in range(20_000))
    fees = ",".join(f'"A{n}":{{"CurrencyCode":"USD","CurrencyAmount":0.01}}' for n in range(2_000))
    event = f'{{"PostedDate":"2025-08-05T00:00:00Z",{fields},{fees}}}'
    group = (
        '"FinancialEventGroupList":[{"FinancialEventGroupId":"G1","ProcessingStatus":"Closed",'
        '"OriginalTotal":{"CurrencyCode":"USD","CurrencyAmount":20.00}}]'
    )
    return f'[{{{group}}},{{"FinancialEvents":{{"FeeList":[{event}]}}}}]'.encode()


def _wide_transaction() -> bytes:
    money = '{"currencyCode":"USD","currencyAmount":0.01}'
    leaf = f'{{"breakdownType":"Fee","breakdownAmount":{money}}}'
    item = '{"contexts":[{"contextType":"P","asin":"B0"}]}'
    name = '{"relatedIdentifierName":"SETTLEMENT_ID","relatedIdentifierValue":"117"}'
    return (
        f'{{"transactions":[{{"transactionType":"Fee","postedDate":"2025-08-05T00:00:00Z",'
        f'"relatedIdentifiers":[{",".join([name] * 20_000)}],'
        f'"items":[{",".join([item] * 20_000)}],'
        f'"breakdowns":[{",".join([leaf] * 20_000)}],"totalAmount":'
        '{"currencyCode":"USD","currencyAmount":200.00}}]}'
    ).encode()


def _one_key_twice() -> bytes:
    keys = ",".join(f'"k{n}":1' for n in range(100_000))
    return f'{{{keys},"k99999":1}}'.encode()


def _many_groups() -> bytes:
    groups = ",".join(f'{{"FinancialEventGroupId":"G{n}"}}' for n in range(30_000))
    return f'{{"FinancialEventGroupList":[{groups}]}}'.encode()


def _wide_lines() -> bytes:
    return (b"a," * 32_000 + b"\n") * 80


_SQUARES = {
    one.__name__.strip("_"): one
    for one in (
        _wide_record, _wide_event, _wide_transaction, _one_key_twice, _many_groups, _wide_lines,
    )
}  # fmt: skip


def test_no_file_as_large_as_a_call_may_be_takes_the_square_of_its_size() -> None:
    assert bounded(__file__).split() == list(_SQUARES)


def test_a_text_too_long_for_any_store_is_cut_where_it_is_registered() -> None:
    here = plugin()
    content = a_file([a_row(amount_description="P" * 60_000)]).content()
    assert here.post(content, "/v1/settlements?profile=us").status_code == 200
    _short(here)


def _short(here: Plugin) -> None:
    found = here.open_exceptions()
    assert [one.finding["code"] for one in found] == ["UNMAPPED_TRANSACTION"]
    assert len(json.dumps(found[0].finding)) < 20_000


def test_half_a_character_is_refused_where_it_stands() -> None:
    content = b'{"settlement":{"id":"1"}}\n{"transactions":[{"description":"\\ud800"}]}'
    error = error_of(plugin().post(content))
    assert error["message"].endswith("line 2 has \\ud800, half a character.")
    whole = b'{"settlement":{"id":"1"}}\n{"transactions":[{"description":"\\ud83d\\ude00"}]}'
    assert "half a character" not in error_of(plugin().post(whole))["message"]


def test_a_year_that_no_zone_can_tell_is_a_bad_date() -> None:
    content = xml("").replace(b"2025-08-01T", b"0001-01-01T")
    with pytest.raises(UnusableFile, match="StartDate: found"):
        settlement_xml.header(from_bytes(content))


if __name__ == "__main__":
    chosen = MAPPINGS.load("us")
    for name, make in _SQUARES.items():
        made = from_bytes(make())
        laws.refusal_of(lambda made=made: readers.header(made))
        laws.refusal_of(lambda made=made: settle(made, chosen))
        laws.refusal_of(
            lambda made=made: sum(1 for _ in readers.rows(made, chosen.profile.grouping))
        )
        print(name)
