"""The plugin in memory with profile "us", and what a flow sends it about stock."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from plugin import ROOT, Plugin, data_of

US = "ATVPDKIKX0DER"
SELLER = "A3TH9S8BH6GOGM"
MAIN = "Main Warehouse"
NOW = "2026-01-31T12:00:00+00:00"  # the first moment of the plugin's clock
DATA: Path = ROOT / "tests" / "data" / "inventory"
DETAIL = (DATA / "sandbox_ledger_detail.tsv").read_bytes()
SUMMARY = (DATA / "sandbox_ledger_summary.tsv").read_bytes()
MYI = (DATA / "sandbox_GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA.tsv").read_bytes()
MYI_ONE_CHANNEL = MYI.replace(b"\tYes\t50\tYes\t", b"\tNo\t0\tYes\t")
HEADER = DETAIL.split(b"\n", 1)[0].decode().split("\t")

LISTINGS = "/v1/inventory/listings?profile=us"
DECIDE = "/v1/inventory/fbm/decide?profile=us"
ACKNOWLEDGE = "/v1/inventory/fbm/acknowledge?profile=us"
ORDERS = "/v1/inventory/fbm/orders?profile=us"
NEWS = "/v1/inventory/fbm/notifications?profile=us"
REPORTS = "/v1/inventory/fba/reports?profile=us"
RUNS = "/v1/inventory/fba/runs"
DRIFT = "/v1/inventory/drift?profile=us"
MUG, CONSOLE = "SKU-MUG-220", "SKU-CONSOLE-2025"


def send(here: Plugin, path: str, records: list[Any], **beside: Any) -> list[Any]:
    """What a batch is answered, record by record."""
    return data_of(here.call("POST", path, json={"data": records, **beside}))


def shelf(item: str, available: int, location: str = MAIN) -> dict[str, Any]:
    return {"item": item, "location": location, "available": available}


def count(available: int, version: int = 1, sku: str = MUG, **changes: Any) -> dict[str, Any]:
    """NetSuite's count for one listing; the item is called like the SKU."""
    item = sku.removeprefix("SKU-").removesuffix("-OWN").removesuffix("-GIFT")
    return {
        "marketplace": US,
        "sku": sku,
        "source_version": version,
        "source_time": NOW,
        "quantities": [shelf(item, available)],
        **changes,
    }


def answer(status: str, sku: str = MUG, **told: Any) -> dict[str, Any]:
    return {"marketplace": US, "sku": sku, "status": status, **told}


def order(number: str, quantity: int, sku: str = MUG, **changes: Any) -> dict[str, Any]:
    return {
        "order_item_id": number,
        "order_id": f"902-{number}",
        "marketplace": US,
        "sku": sku,
        "quantity": quantity,
        "changed_at": "2026-01-31T11:00:00Z",
        **changes,
    }


def listing(sku: str, pool: str = "FBM", **changes: Any) -> dict[str, Any]:
    return {"marketplace": US, "sku": sku, "pool": pool, **changes}


class Row(NamedTuple):
    """A row of the ledger's detail, of the console unless told otherwise."""

    day: int
    units: int
    event: str = "Adjustments"
    reason: str = "M"
    reference: str = ""
    fnsku: str = "X0001AB1CD"
    sku: str = CONSOLE
    disposition: str = "SELLABLE"

    def cells(self) -> list[str]:
        told = {
            "Date": f"2026-01-{self.day:02}T08:00:00Z",
            "FNSKU": self.fnsku,
            "ASIN": "B0",
            "MSKU": self.sku,
            "Title": "Thing",
            "EventType": self.event,
            "ReferenceID": self.reference,
            "Quantity": str(self.units),
            "FulfillmentCenter": "PHX7",
            "Disposition": self.disposition,
            "Reason": self.reason,
            "Country": "US",
            "ReconciledQuantity": "0",
            "UnreconciledQuantity": "0",
        }
        return [told[column] for column in HEADER]


def ledger(*rows: Row) -> bytes:
    """A detail report in the header of Amazon's sandbox."""
    return "".join(
        "\t".join(cells) + "\n" for cells in [HEADER, *(r.cells() for r in rows)]
    ).encode()


def report(here: Plugin, content: bytes, wish: str = "") -> dict[str, Any]:
    """What a report of one part is answered."""
    (document,) = data_of(here.post(content, REPORTS + wish))
    assert isinstance(document, dict)
    return document


def units(here: Plugin, run: dict[str, Any]) -> dict[str, int]:
    """Each line a run posts: external id and item, with its units."""
    found = data_of(here.get(f"{RUNS}/{run['run_id']}/postings?limit=50"))
    return {
        f"{posting['external_id']} {line['item']}": line["quantity"]
        for posting in found
        for line in posting["lines"]
    }


def codes(here: Plugin) -> list[str]:
    """The codes of what is open, in alphabetical order."""
    return sorted(
        str(found.finding["code"]) for found in here.open_exceptions() if found.state == "open"
    )


def code_of(one: dict[str, Any]) -> str:
    """The code of a record's one error; empty where it was taken."""
    assert one["success"] is not bool(one["errors"])
    return str(one["errors"][0]["code"]) if one["errors"] else ""
