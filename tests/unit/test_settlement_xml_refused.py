"""The XML settlement report: bad values are named with their line, unsafe files refused."""

from __future__ import annotations

import gzip
import re

import pytest
from settlement_twin import (
    PACIFIC,
    faults,
    refusal,
)
from xml_texts import HEAD, SAMPLE, other, read, xml

from handler.core.errors import UnusableFile
from handler.core.source import from_bytes, unpacked
from handler.settlement.readers import settlement_xml


@pytest.mark.parametrize("text", ["", "1e2", "1_000", "NaN", "10,00", "10.001", "ten", "9" * 5000])
def test_a_bad_amount_names_line_element_found_and_expected(text: str) -> None:
    report = read(xml(other("A", "1.00") + "\n\n" + other("B", text)))
    ((line, path, found, expected),) = faults(report)
    assert (line, path) == (6, "OtherTransaction/Amount")
    assert found == ("nothing" if not text else repr(text if len(text) < 81 else f"{'9' * 80}..."))
    assert "an amount in USD" in expected
    assert report.findings[0].holds
    assert (report.computed_total, report.rows, report.amounts) == (100, 2, 1)


def test_other_currencies_and_bad_dates_are_bad_rows() -> None:
    body = other("A", "1.00").replace('currency="USD"', 'currency="EUR"')
    assert faults(read(xml(body))) == [(4, "OtherTransaction/Amount@currency", "'EUR'", "USD")]
    body = other("A", "1.00").replace("2025-08-05T", "2025-13-05T")
    ((line, path, found, _),) = faults(read(xml(body)))
    assert (line, path, found) == (
        4,
        "OtherTransaction/PostedDate",
        "'2025-13-05T12:00:00+00:00'",
    )


def test_an_amount_without_a_date_is_dated_to_the_end_and_told() -> None:
    report = read(xml("<Fee><Amount>1.00</Amount></Fee>"))
    assert [f.code for f in report.findings] == ["UNDATED_ROWS"]
    assert [str(g.key.day) for g in report.groups] == ["2025-08-14"]  # Pacific


def test_many_faults_are_counted_and_the_first_ones_named() -> None:
    report = read(xml("".join(other("A", "x") for _ in range(80))))
    assert len(report.findings) == 51
    assert report.findings[-1].evidence == {"bad_rows": 80, "named": 50}


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]><AmazonEnvelope>&c;</AmazonEnvelope>'
)
OUTSIDE = (
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><AmazonEnvelope>&x;</AmazonEnvelope>'
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"  \n ", "The file is empty"),
        (BOMB, "Line 1: the file declares a document type"),
        (OUTSIDE, "Line 1: the file declares a document type"),
        (b"<AmazonEnvelope>&undeclared;</AmazonEnvelope>", "not well-formed or is cut"),
        (b"<html><body>Sign in</body></html>", "found the element 'html'"),
        (b"<AmazonEnvelope><Message/></AmazonEnvelope>", "holds no SettlementReport"),
        (
            SAMPLE[:4000],
            f"Line {SAMPLE[:4000].count(10) + 1}: the XML is not well-formed or is cut",
        ),
        (SAMPLE + SAMPLE, "not well-formed"),
        (SAMPLE.replace(b"UTF-8", b"EBCDIC-NOWHERE"), "encoding"),
        (xml("<a>" * 30 + "</a>" * 30), "nested deeper than"),
        (xml("<a>" + "<b/>" * 140_000 + "</a>"), "one record has more than"),
        (xml(f"<a>{'x' * 20_000}</a>"), "a text is longer than"),
        (xml("<a><Amount>10.00<x/></Amount></a>"), "mixes text and elements"),
        (xml("<a><Amount><x/>10.00</Amount></a>"), "mixes text and elements"),
        (gzip.compress(SAMPLE)[:300], "gzip file is damaged"),
    ],
)
def test_what_is_no_safe_whole_report_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(UnusableFile) as refused:
        settlement_xml.read(unpacked(from_bytes(content)), PACIFIC)
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('TotalAmount currency="USD"', 'TotalAmount currency="XXQ"', "attribute 'currency'"),
        (">0.00<", ">ten<", "SettlementData/TotalAmount: found 'ten'"),
        ("11700000001", "../1", "SettlementData/AmazonSettlementID: found '../1'"),
        ("2025-08-01T", "soon", "SettlementData/StartDate: found"),
        ("SettlementData", "Settlement", "has no SettlementData"),
    ],
)
def test_facts_that_cannot_be_read_are_refused(old: str, new: str, words: str) -> None:
    assert words in refusal(settlement_xml, xml("").decode().replace(old, new).encode())


def test_more_than_one_settlement_is_refused() -> None:
    inside = re.search(rb"<SettlementReport>.*</SettlementReport>", SAMPLE, re.DOTALL)
    assert inside
    twice = SAMPLE.replace(inside[0], inside[0] * 2)
    line = SAMPLE[: SAMPLE.index(b"</SettlementReport>")].count(b"\n") + 2
    assert f"MIXED_SETTLEMENTS: Line {line}: a second settlement" in refusal(settlement_xml, twice)
    head = HEAD.format(total="1.00", currency="USD")
    assert "MIXED_SETTLEMENTS" in refusal(settlement_xml, xml(head))
