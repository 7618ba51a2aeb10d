"""Laws of reading stock reports: order and new columns change nothing; a cut file tells no lies."""

from __future__ import annotations

from builders import DATA
from hypothesis import given
from hypothesis import strategies as st

from handler.core.errors import UnusableFile
from handler.core.source import from_bytes
from handler.inventory.amazon_report import AmazonReport
from handler.inventory.readers import read_report

NAMES = (
    "sandbox_ledger_detail.tsv",
    "sandbox_ledger_summary.tsv",
    "sandbox_GET_AFN_INVENTORY_DATA.tsv",
    "sandbox_GET_FBA_MYI_ALL_INVENTORY_DATA.tsv",
    "sandbox_GET_RESERVED_INVENTORY_DATA.tsv",
    "returns.txt",
    "reimbursements.txt",
)
SAMPLES = {name: (DATA / "inventory" / name).read_bytes() for name in NAMES}


def values(report: AmazonReport) -> list[object]:
    rows = report.events, report.balances, report.stock, report.returns, report.reimbursements
    return [value for kind in rows for value in kind]


@given(st.sampled_from(NAMES), st.integers(0, 5), st.randoms(use_true_random=False))
def test_neither_the_order_nor_new_columns_matter(name: str, new: int, chance: object) -> None:
    lines = [line.split("\t") for line in SAMPLES[name].decode().split("\n") if line]
    added = [f"New {number}" for number in range(new)]
    order = list(range(len(lines[0]) + new))
    chance.shuffle(order)
    wide = [[*line, *(added if line is lines[0] else ["x"] * new)] for line in lines]
    text = "".join("\t".join(line[at] for at in order) + "\n" for line in wide)
    turned = read_report(from_bytes(text.encode()))
    assert values(turned) == values(read_report(from_bytes(SAMPLES[name])))
    assert sorted(turned.unknown_columns) == added


@given(st.sampled_from(NAMES), st.booleans(), st.data())
def test_a_cut_file_gives_its_first_rows_or_says_so(name: str, quoted: bool, data: object) -> None:
    whole = SAMPLES[name]
    if quoted:
        whole = "".join(
            '"' + line.replace("\t", '","') + '"\n' for line in whole.decode().split("\n") if line
        ).encode()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        found = read_report(from_bytes(cut))
    except UnusableFile:
        return
    told, all_rows = values(found), values(read_report(from_bytes(whole)))
    assert found.rows == len(told) + len(found.findings)
    # Only the very last cell of the last line can be cut unseen.
    whole_lines = cut.count(b"\n") - 1
    assert told[:whole_lines] == all_rows[: len(told)][:whole_lines]
    assert len(told) in (whole_lines, whole_lines + 1) or whole_lines < 0


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    for head in (b"", b"sku\tfnsku\treserved_qty\n", b"[", SAMPLES["returns.txt"]):
        try:
            report = read_report(from_bytes(head + content))
        except UnusableFile:
            continue
        assert report.rows >= len(values(report))
