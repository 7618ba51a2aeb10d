"""Files that are made to fill the memory, as streams that never are in memory themselves.

Run as a program it reads all of them, one after the other, and prints of each how it was refused
and the most memory, in MB, that the process has had till then beyond what it began with.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, cast

Source = Callable[[], BinaryIO]
GIGABYTE = 1 << 30
_WITH_LINES = 64 << 20  # each of its lines is looked at
_CHUNK = 1 << 20


class Endless(io.RawIOBase):
    """A file that begins with ``head`` and goes on with ``body`` up to a size.

    Args:
        head: what it begins with.
        body: what is repeated behind.
        size: of the whole, in bytes.
    """

    def __init__(self, head: bytes, body: bytes, size: int = GIGABYTE) -> None:
        self._head, self._left = head, size
        self._body = body * (_CHUNK // len(body) + 2)
        self._period, self._at = len(body), 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = min(_CHUNK if size < 0 else size, _CHUNK, self._left)
        found, self._head = self._head[:size], self._head[size:]
        rest = size - len(found)
        found += self._body[self._at : self._at + rest]
        self._at = (self._at + rest) % self._period
        self._left -= len(found)
        return found


_FLAT = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount currency "
    "transaction-type order-id merchant-order-id adjustment-id shipment-id marketplace-name "
    "amount-type amount-description amount fulfillment-id posted-date posted-date-time "
    "order-item-code merchant-order-item-id merchant-adjustment-item-id sku quantity-purchased "
    "promotion-id"
).replace(" ", "\t").encode() + b"\n"
_DATE_RANGE = (
    b'"date/time","settlement id","type","order id","sku","description","quantity","marketplace",'
    b'"product sales","selling fees","other","total"\n'
)
_LEDGER = b'"Date","FNSKU","ASIN","MSKU","Title","Event Type","Reference ID","Quantity"\n'
_XML = b"<AmazonEnvelope><Message><SettlementReport>"

SETTLEMENTS: Mapping[str, tuple[bytes, bytes]] = {
    "flat: one line": (_FLAT, b"a"),
    "flat: one line of tabs": (_FLAT, b"\t"),
    "no line end at all": (b"", b"a"),
    "zeros": (b"", b"\0"),
    "date range: one line": (_DATE_RANGE, b"a"),
    "date range: a quote left open": (_DATE_RANGE + b'"', b"a,b\n"),
    "date range: a row without end": (_DATE_RANGE + b'"', b'a\n","'),
    "xml: one text": (_XML + b"<Order><Amount>", b"9"),
    "xml: one name": (_XML + b"<", b"a"),
    "xml: one attribute": (_XML + b'<Order id="', b"a"),
    "xml: one comment": (_XML + b"<!--", b"a "),
    "xml: one record": (_XML + b"<Order>", b"<Item><SKU>" + b"s" * 9000 + b"</SKU></Item>"),
    "xml: nesting": (_XML, b"<a>"),
    "json: one text": (b'{"transactions":[{"description":"', b"a"),
    "json: one number": (b'{"transactions":[', b"9"),
    "json: nesting": (b'{"transactions":', b"["),
    "json: nothing in lists": (b'{"transactions":[', b"[],"),
    "json: v0": (b'{"FinancialEvents":{"ShipmentEventList":[', b'{"a":1},'),
    "blanks": (b"", b" "),
}
STOCK: Mapping[str, tuple[bytes, bytes]] = {
    "tabs: one line": (b"sku\treserved_qty\treserved_customerorders\n", b"a"),
    "commas: one line": (_LEDGER, b"a"),
    "commas: a quote left open": (_LEDGER + b'"', b"a,b\n"),
    "commas: a row without end": (_LEDGER + b'"', b'a\n","'),
    "json: nothing in lists": (b'{"payload":{"inventorySummaries":[', b"{},"),
}


def main(kind: str) -> None:
    """Read each file of a kind; print its name, its refusal and the memory taken so far."""
    here = Path(__file__).resolve().parent
    sys.path[:0] = [str(here.parents[1]), str(here.parent)]
    from handler.core.errors import PluginError
    from handler.inventory.readers import read_report
    from handler.settlement import readers
    from handler.settlement.readers import (  # noqa: F401 - what a file's format would import
        date_range,
        finances_transactions,
        settlement_xml,
    )

    read: Callable[[Source], object] = read_report if kind == "stock" else readers.header
    before = _megabytes()
    for name, (head, body) in (STOCK if kind == "stock" else SETTLEMENTS).items():
        size = _WITH_LINES if b"\n" in body else GIGABYTE
        outcome = {"name": name, "refused": "", "message": "", "repair": ""}
        try:
            read(
                lambda head=head, body=body, size=size: cast("BinaryIO", Endless(head, body, size))
            )
        except PluginError as error:
            said = {"message": error.message[:200], "repair": error.repair}
            outcome |= {"refused": error.code, **said}
        print(json.dumps({**outcome, "megabytes": _megabytes() - before}))


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main(*sys.argv[1:])
