"""XML settlement reports for tests."""

from __future__ import annotations

from settlement_twin import OTHER, PACIFIC

from handler.core.source import from_bytes
from handler.settlement.grouping import Grouping
from handler.settlement.readers import settlement_xml
from handler.settlement.report import SettlementReport

SAMPLE = (OTHER / "us_settlement.xml").read_bytes()
HEAD = (
    "<SettlementData><AmazonSettlementID>11700000001</AmazonSettlementID>"
    '<TotalAmount currency="{currency}">{total}</TotalAmount>'
    "<StartDate>2025-08-01T00:00:00+00:00</StartDate>"
    "<EndDate>2025-08-15T00:00:00+00:00</EndDate></SettlementData>"
)


def xml(body: str, total: str = "0.00", currency: str = "USD") -> bytes:
    """A report with ``body`` below its facts."""
    head = HEAD.format(total=total, currency=currency)
    return (
        "<AmazonEnvelope><Message>\n<SettlementReport>\n"
        f"{head}\n{body}\n</SettlementReport></Message></AmazonEnvelope>"
    ).encode()


def other(what: str, amount: str, inside: str = "") -> str:
    return (
        f"<OtherTransaction><TransactionType>{what}</TransactionType>"
        f"<PostedDate>2025-08-05T12:00:00+00:00</PostedDate>"
        f'<Amount currency="USD">{amount}</Amount>{inside}</OtherTransaction>'
    )


def read(content: bytes, grouping: Grouping = PACIFIC) -> SettlementReport:
    """A report, read."""
    return settlement_xml.read(from_bytes(content), grouping)
