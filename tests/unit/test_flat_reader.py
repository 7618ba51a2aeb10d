"""The flat reader: what it reads, what it refuses, and how it says so."""

from __future__ import annotations

import gzip
from zoneinfo import ZoneInfo

import pytest
from builders import FILES, V1_COLUMNS, AFile, a_file, a_row

from handler.core.errors import UnusableFile
from handler.core.source import from_bytes
from handler.settlement import readers
from handler.settlement.grouping import Grouping
from handler.settlement.report import SettlementReport

PACIFIC = Grouping(ZoneInfo("America/Los_Angeles"))

# name: format, declared total, rows, amounts, blank lines
REAL = {
    "ca_v1_2025-07_negative": ("flat_v1", -32169, 3, 3, 1),
    "ca_v1_2025-08a_negative_again": ("flat_v1", -6231, 15, 16, 1),
    "ca_v1_2025-08b_blank_line_inside": ("flat_v1", 101608, 189, 192, 1),
    "ca_v1_2025-09": ("flat_v1", 463023, 729, 731, 0),
    "fr_v2_2024-11_zero_total": ("flat_v2", 0, 31, 31, 0),
}


def read(file: AFile | bytes, grouping: Grouping = PACIFIC) -> SettlementReport:
    content = file if isinstance(file, bytes) else file.content()
    return readers.read(from_bytes(content), grouping)


def refusal(file: AFile | bytes) -> str:
    with pytest.raises(UnusableFile) as refused:
        read(file)
    return refused.value.message


def bad_rows(file: AFile) -> list[tuple[object, object, object]]:
    report = read(file)
    return [
        (f.evidence["line"], f.evidence["column"], f.evidence["found"]) for f in report.findings
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_real_files_tie_to_the_cent(path) -> None:
    report = read(path.read_bytes())
    expected = REAL[path.stem]
    header = report.header
    assert (
        report.format,
        header.declared_total,
        report.rows,
        report.amounts,
        report.blank_lines,
    ) == expected
    assert report.computed_total == header.declared_total
    assert report.findings == ()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_real_files_read_the_same_packed(path) -> None:
    assert read(gzip.compress(path.read_bytes())) == read(path.read_bytes())


def test_peer_fault_a_blank_line_in_the_middle_does_not_end_the_file() -> None:
    """Stopping at it loses half of the real August file."""
    text = a_file([a_row(), a_row(amount="5.00")]).text().splitlines()
    report = read("\n".join([*text[:3], "", "\t\t ", *text[3:]]).encode())
    assert (report.computed_total, report.rows, report.blank_lines) == (1500, 2, 2)


@pytest.mark.parametrize("end_of_line", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last_end", [True, False])
def test_line_ends_and_bom_do_not_matter(end_of_line: str, bom: bytes, last_end: bool) -> None:
    content = bom + a_file(end_of_line=end_of_line).content()
    report = read(content if last_end else content.rstrip(b"\r\n"))
    assert (report.computed_total, report.rows, report.blank_lines) == (1000, 1, 0)


def test_columns_are_found_by_name_and_unknown_ones_do_not_matter() -> None:
    made = a_file()
    shuffled = AFile(rows=made.rows, columns=(*reversed(made.columns), "new-column-of-2027"))
    assert read(shuffled).groups == read(made).groups


def test_quotes_are_text_in_a_settlement() -> None:
    report = read(a_file([a_row(sku='6" NAIL', amount_description='Fee "A"')]))
    assert [g.key.kind.amount_description for g in report.groups] == ['Fee "A"']


@pytest.mark.parametrize("text", ["10.00    ", " 10.00", "+10.00", "10", "10.0"])
def test_one_amount_in_several_spellings(text: str) -> None:
    rows = [a_row(amount=text), a_row(amount="1.11")]
    assert read(a_file(rows)).computed_total == 1111


@pytest.mark.parametrize(
    "text", ["1e2", "1_000", "NaN", "", "  ", "10.001", "10,00", "١٠.00", "ten", "1.000.00", "-"]
)
def test_a_bad_amount_names_line_column_found_and_expected(text: str) -> None:
    report = read(a_file([a_row(), a_row(amount=text), a_row(amount="2.00")]))
    (finding,) = report.findings
    assert finding.code == "BAD_ROW"
    assert finding.holds
    assert finding.evidence["line"] == 4
    assert finding.evidence["column"] == "amount"
    assert finding.evidence["found"] == (repr(text) if text.strip() else "nothing")
    assert "amount" in str(finding.evidence["expected"])
    assert "Line 4, column 'amount': found" in finding.what
    assert report.computed_total == 1200  # the others are still read
    assert report.rows == 3


def test_a_bad_amount_among_a_million_like_rows_keeps_its_line() -> None:
    rows = [a_row(amount=f"{n % 7}.00") for n in range(3000)]
    rows[2500] = a_row(amount="5.0O")
    assert bad_rows(a_file(rows)) == [(2503, "amount", "'5.0O'")]


@pytest.mark.parametrize(
    "text", ["yesterday", "2025-08-32 00:00:00 UTC", "2025-08-05 12:61:00 UTC"]
)
def test_a_bad_date_is_refused(text: str) -> None:
    rows = [a_row(), a_row(posted_date_time=text)]
    assert bad_rows(a_file(rows)) == [(4, "posted-date-time", repr(text))]


def test_a_row_with_too_many_or_too_few_cells_is_refused() -> None:
    lines = a_file([a_row(), a_row(), a_row()]).text().splitlines()
    lines[3] += "\textra"
    lines[4] = lines[4].rsplit("\t", 9)[0]
    report = read("\n".join(lines).encode())
    assert [(f.evidence["line"], f.evidence["found"]) for f in report.findings] == [
        (4, "25 cells"),
        (5, "15 cells"),
    ]


def test_two_bad_cells_of_one_row_are_both_named() -> None:
    rows = [a_row(amount="x", posted_date_time="y")]
    assert bad_rows(a_file(rows)) == [(3, "posted-date-time", "'y'"), (3, "amount", "'x'")]


def test_many_bad_rows_are_counted_and_the_first_ones_named() -> None:
    report = read(a_file([a_row(amount="x")] * 200))
    assert len(report.findings) == 51
    assert report.findings[-1].evidence == {"bad_rows": 200, "named": 50}


def test_a_row_without_a_date_is_dated_to_the_end_and_told() -> None:
    row = a_row(posted_date="", posted_date_time="", amount="5.00")
    report = read(a_file([a_row(), row]))
    (finding,) = report.findings
    assert finding.code == "UNDATED_ROWS"
    assert not finding.holds
    assert finding.evidence["lines"] == [4]
    assert report.computed_total == 1500
    assert max(group.key.day for group in report.groups).isoformat() == "2025-08-14"  # Pacific


def test_a_row_with_a_date_and_no_time_keeps_its_date() -> None:
    report = read(a_file([a_row(posted_date="2025-08-09", posted_date_time="")]))
    assert [group.key.day.isoformat() for group in report.groups] == ["2025-08-09"]


def test_days_are_the_marketplaces_own() -> None:
    grouping = Grouping(ZoneInfo("America/Los_Angeles"), {"amazon.co.jp": ZoneInfo("Asia/Tokyo")})
    rows = [
        a_row(posted_date_time="2025-08-31 23:00:00 UTC", marketplace_name=name)
        for name in ("Amazon.com", "Amazon.co.jp")
    ]
    days = {g.key.marketplace: g.key.day.isoformat() for g in read(a_file(rows), grouping).groups}
    assert days == {"Amazon.com": "2025-08-31", "Amazon.co.jp": "2025-09-01"}


def test_skus_are_grouped_only_where_the_profile_asks() -> None:
    rows = [a_row(sku="A-1"), a_row(sku="A-2"), a_row(sku="B-1")]
    assert len(read(a_file(rows)).groups) == 1
    grouping = Grouping(PACIFIC.default_zone, sku_groups={"A-1": "TOYS", "A-2": "TOYS"})
    found = {g.key.sku_group: g.rows for g in read(a_file(rows), grouping).groups}
    assert found == {"TOYS": 2, "": 1}


@pytest.mark.parametrize(
    ("encoding", "currency"), [("utf-8", "EUR"), ("cp1252", "EUR"), ("cp932", "JPY")]
)
def test_encodings_amazon_wrote_in(encoding: str, currency: str) -> None:
    name = "調整" if currency == "JPY" else "Rückerstattung €"
    rows = [a_row(amount="10", amount_description=name)]
    report = read(a_file(rows, total="10", currency=currency).text().encode(encoding))
    assert [group.key.kind.amount_description for group in report.groups] == [name]


# --- V1 ---------------------------------------------------------------------------------------


def a_v1_file(*rows: dict[str, str], columns: list[str] | None = None) -> AFile:
    base = {"transaction-type": "Order", "posted-date": "2025-08-05T12:00:00+00:00"}
    return AFile(rows=tuple(base | row for row in rows), columns=tuple(columns or V1_COLUMNS))


def kinds(file: AFile) -> dict[str, int]:
    return {str(group.key.kind): group.amount for group in read(file).groups}


def test_a_v1_row_with_two_amounts_is_two_movements() -> None:
    row = {
        "transaction-type": "ServiceFee",
        "item-related-fee-type": "Cost of Advertising",
        "item-related-fee-amount": "-150.74",
        "other-fee-amount": "-18.09",
        "other-fee-reason-description": "TaxAmount",
    }
    assert kinds(a_v1_file(row)) == {
        "ServiceFee / Cost of Advertising / TransactionTotalAmount": -15074,
        "ServiceFee / Cost of Advertising / TaxAmount": -1809,
    }


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"price-type": "Principal", "price-amount": "1.00"}, "Order / ItemPrice / Principal"),
        (
            {"item-related-fee-type": "Commission", "item-related-fee-amount": "1.00"},
            "Order / ItemFees / Commission",
        ),
        (
            {"promotion-type": "Shipping", "promotion-amount": "1.00"},
            "Order / Promotion / Shipping",
        ),
        (
            {"shipment-fee-type": "FBA transportation fee", "shipment-fee-amount": "1.00"},
            "Order / ShipmentFees / FBA transportation fee",
        ),
        ({"order-fee-type": "X", "order-fee-amount": "1.00"}, "Order / OrderFees / X"),
        ({"misc-fee-amount": "1.00"}, "Order / MiscFee / (empty)"),
        (
            {"other-fee-amount": "1.00", "other-fee-reason-description": "Why"},
            "Order / OtherFees / Why",
        ),
        (
            {"direct-payment-type": "COD", "direct-payment-amount": "1.00"},
            "Order / DirectPayment / COD",
        ),
        (
            {"transaction-type": "Subscription Fee", "other-amount": "1.00"},
            "other-transaction / other-transaction / Subscription Fee",
        ),
    ],
)
def test_v1_amounts_are_told_in_the_words_of_v2(row: dict[str, str], kind: str) -> None:
    assert kinds(a_v1_file(row)) == {kind: 100}


def test_a_v1_row_with_a_quantity_alone_counts_and_adds_nothing() -> None:
    file = a_v1_file(
        {"quantity-purchased": "2"},
        {"price-type": "Principal", "price-amount": "20.00"},
        {"price-amount": "1.00"},
    )
    assert kinds(file) == {
        "Order / (empty) / (empty)": 0,
        "Order / ItemPrice / Principal": 2000,
        "Order / ItemPrice / (empty)": 100,
    }


def test_a_v1_row_with_neither_amount_nor_quantity_is_refused() -> None:
    report = read(a_v1_file({"sku": "A"}, {"quantity-purchased": "two"}))
    assert [(f.evidence["line"], f.evidence["found"]) for f in report.findings] == [
        (3, "nothing"),
        (4, "'two'"),
    ]


def test_v1_with_33_columns_has_no_promotions() -> None:
    columns = [name for name in V1_COLUMNS if not name.startswith("promotion")]
    assert len(columns) == 33
    file = a_v1_file({"price-type": "Principal", "price-amount": "3.00"}, columns=columns)
    assert kinds(file) == {"Order / ItemPrice / Principal": 300}


# --- whole files that are refused ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"\n\n  \n", "The file is empty"),
        (b"hello\tworld\n1\t2\n", "Line 1 has not the columns of a V2 or V1 settlement report"),
        (b"%PDF-1.4 something", "has not the columns"),
        (b"\xff\xfes\x00e\x00", "UTF-16"),
        (b"a" * 100_000, "longer than"),
        (gzip.compress(b"settlement-id\tx" * 999, mtime=0)[:40], "gzip file is damaged"),
    ],
)
def test_what_is_no_settlement_is_refused(content: bytes, words: str) -> None:
    assert words in refusal(content)


def test_column_names_without_rows_are_refused() -> None:
    assert "no rows" in refusal(a_file().text().splitlines()[0].encode())


def test_peer_fault_a_v1_and_v2_mix_up_is_refused() -> None:
    """Another tool reads a V2 file as V1 and returns a wrong sum without a word."""
    columns = [name for name in V1_COLUMNS if name != "price-amount"]
    assert "has not the columns" in refusal(AFile(columns=tuple(columns)))


def test_two_settlements_in_one_file_are_refused_with_the_line() -> None:
    message = refusal(a_file([a_row(), a_row() | {"settlement-id": "999"}]))
    assert message.startswith("Line 4, column 'settlement-id': found '999'")


def test_a_file_joined_to_itself_is_refused() -> None:
    lines = a_file().text().splitlines()
    assert "Line 4" in refusal("\n".join([*lines, *lines]).encode())
    assert "Line 4, column 'total-amount'" in refusal("\n".join([*lines, *lines[1:]]).encode())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"currency": "XXQ"}, "column 'currency': found 'XXQ'"),
        ({"currency": ""}, "column 'currency': found ''"),
        ({"total": "ten"}, "column 'total-amount': found 'ten'"),
        ({"total": ""}, "column 'total-amount': found ''"),
        ({"start": "soon"}, "column 'settlement-start-date': found 'soon'"),
        ({"settlement_id": "../1"}, "column 'settlement-id': found '../1'"),
    ],
)
def test_facts_that_cannot_be_read_are_refused(changes: dict[str, str], words: str) -> None:
    message = refusal(a_file(**changes))
    assert "Line 2" in message
    assert words in message


def test_a_decimal_mark_that_stays_open_is_refused_with_both_readings() -> None:
    rows = [a_row(amount="1.234"), a_row(amount="5.678")]
    message = refusal(a_file(rows, total="6.912", currency="KWD"))
    assert "'6.912' can be 6.912 or 6912.000 KWD" in message


def test_a_date_order_that_stays_open_is_refused() -> None:
    rows = [a_row(posted_date_time="03/04/2025 10:00:00 UTC")]
    dates = {"start": "01/04/2025", "end": "05/04/2025", "deposit": "07/04/2025"}
    assert "order of day and month stays open" in refusal(a_file(rows, **dates))


def test_a_column_named_twice_is_refused() -> None:
    file = AFile(columns=(*a_file().columns, "amount"))
    assert "names the column 'amount' twice" in refusal(file)


def test_header_and_marketplaces_are_read_without_the_rows() -> None:
    rows = [a_row(), a_row(marketplace_name="Non-Amazon US"), a_row(marketplace_name="")]
    source = from_bytes(a_file(rows).content())
    assert readers.header(source).settlement_id == "11700000001"
    assert readers.marketplaces(source) == {"Amazon.com", "Non-Amazon US"}


def test_rows_are_found_again_with_their_cells() -> None:
    source = from_bytes(a_file([a_row(), a_row(amount="x"), a_row(amount="-2.00")]).content())
    found = list(readers.rows(source, PACIFIC))
    assert [(row.line, row.amount) for row in found] == [(3, 1000), (5, -200)]
    assert found[0].cells["order-id"] == "111-1111111-1111111"


def test_found_rows_give_their_cells_in_the_files_own_encoding() -> None:
    content = a_file([a_row(sku="GRÜN-1", quantity_purchased="")]).text().encode("cp1252")
    (row,) = readers.rows(from_bytes(content), PACIFIC)
    assert row.cells["sku"] == "GRÜN-1"
    assert row.cells.get("quantity-purchased") is None
    assert "quantity-purchased" not in dict(row.cells)
    assert len(row.cells) == len(dict(row.cells)) == 11
