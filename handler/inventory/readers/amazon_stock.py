"""The reports of stock: MYI, reserved, AFN, AFN by country, and the listings of all offers.

What a SKU has on hand is what can be bought and what is reserved: like for like with the ledger's
ending balance of sellable units. MYI's own ``afn-warehouse-quantity`` is not read, as it counts the
reserved units in some files and leaves them out in others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from handler.inventory.amazon_report import AmazonReport, ReportKind
from handler.inventory.amazon_stock import AmazonStock
from handler.inventory.ledger_event import SELLABLE
from handler.inventory.readers.cells import (
    BadCell,
    code,
    name,
    needed_code,
    text,
    whole,
    whole_or_none,
    yes_or_no,
)
from handler.inventory.readers.columns import Column

if TYPE_CHECKING:
    from handler.inventory.readers.table import Table

MYI_MARKS: Final = frozenset({"sku", "afnfulfillablequantity"})
RESERVED_MARKS: Final = frozenset({"sku", "reservedqty"})
AFN_MARKS: Final = frozenset({"sellersku", "warehouseconditioncode"})
BY_COUNTRY_MARKS: Final = frozenset({"sellersku", "quantityforlocalfulfillment"})
LISTINGS_MARKS: Final = frozenset({"sellersku", "fulfillmentchannel"})

_AFN = {
    "sku": Column("sellersku", name),
    "fnsku": Column("fulfillmentchannelsku", text),
    "asin": Column("asin", text, optional=True),
    "condition": Column("conditiontype", text, optional=True),
}
_MYI = {
    "sku": Column("sku", name),
    "fnsku": Column("fnsku", text),
    "asin": Column("asin", text, optional=True),
    "condition": Column("condition", text, optional=True),
    "fulfillable": Column("afnfulfillablequantity", whole),
    "unsellable": Column("afnunsellablequantity", whole),
    "reserved": Column("afnreservedquantity", whole),
    "inbound_working": Column("afninboundworkingquantity", whole_or_none, optional=True),
    "inbound_shipped": Column("afninboundshippedquantity", whole_or_none, optional=True),
    "inbound_receiving": Column("afninboundreceivingquantity", whole_or_none, optional=True),
    "researching": Column("afnresearchingquantity", whole_or_none, optional=True),
    "fbm_listing": Column("mfnlistingexists", yes_or_no, optional=True),
    "fbm_quantity": Column("mfnfulfillablequantity", whole_or_none, optional=True),
    "fba_listing": Column("afnlistingexists", yes_or_no, optional=True),
}
_MYI_UNUSED = frozenset(
    {
        "productname", "yourprice", "afnwarehousequantity", "afntotalquantity", "perunitvolume",
        "afnreservedfuturesupply", "afnfuturesupplybuyable", "afnfulfillablequantitylocal",
        "afnfulfillablequantityremote", "afnfctransferquantity", "afnonhandbuyablequantity",
        "store",
    }
)  # fmt: skip
_LISTINGS_UNUSED = frozenset(
    {
        "itemname", "itemdescription", "listingid", "price", "opendate", "imageurl",
        "itemismarketplace", "productidtype", "zshopshippingfee", "itemnote", "zshopcategory1",
        "zshopbrowsepath", "zshopstorefrontfeature", "asin2", "asin3",
        "willshipinternationally", "expeditedshipping", "zshopboldface", "productid",
        "bidforfeaturedplacement", "adddelete", "pendingquantity", "merchantshippinggroup",
        "status",
    }
)  # fmt: skip


def read_myi(table: Table) -> AmazonReport:
    """Return a report of all stock (GET_FBA_MYI_..._INVENTORY_DATA).

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """

    def stock(values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "on_hand": values["fulfillable"] + values["reserved"]}

    return _read(table, ReportKind.MYI, _MYI, _MYI_UNUSED, stock)


def read_reserved(table: Table) -> AmazonReport:
    """Return a report of reserved units (GET_RESERVED_INVENTORY_DATA).

    Units staged are being processed; variants without that column count them there too.

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """
    columns = {
        "sku": Column("sku", name),
        "fnsku": Column("fnsku", text),
        "asin": Column("asin", text, optional=True),
        "reserved": Column("reservedqty", whole),
        "reserved_orders": Column("reservedcustomerorders", whole),
        "reserved_processing": Column("reservedfcprocessing", whole),
    }
    for field, column in (
        ("reserved_transfers", "reservedfctransfers"),
        ("staging", "reservedstaging"),
    ):
        if column in table.header:
            columns[field] = Column(column, whole)

    def stock(values: dict[str, Any]) -> dict[str, Any]:
        values["reserved_processing"] += values.pop("staging", 0)
        return values

    unused = frozenset({"productname", "program"})
    return _read(table, ReportKind.RESERVED, columns, unused, stock)


def read_afn(table: Table) -> AmazonReport:
    """Return a report of units by condition (GET_AFN_INVENTORY_DATA).

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """
    columns = {
        **_AFN,
        "bucket": Column("warehouseconditioncode", needed_code),
        "units": Column("quantityavailable", whole),
    }

    def stock(values: dict[str, Any]) -> dict[str, Any]:
        bucket, units = values.pop("bucket"), values.pop("units")
        if bucket not in (SELLABLE, "UNSELLABLE"):
            raise BadCell("SELLABLE or UNSELLABLE", "warehouseconditioncode", bucket)
        return {**values, "fulfillable" if bucket == SELLABLE else "unsellable": units}

    return _read(table, ReportKind.AFN, columns, frozenset(), stock)


def read_afn_by_country(table: Table) -> AmazonReport:
    """Return a report of units by country (GET_AFN_INVENTORY_DATA_BY_COUNTRY).

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """
    columns = {
        **_AFN,
        "country": Column("country", needed_code),
        "fulfillable": Column("quantityforlocalfulfillment", whole),
    }
    return _read(table, ReportKind.AFN_BY_COUNTRY, columns, frozenset(), lambda values: values)


def read_listings(table: Table) -> AmazonReport:
    """Return the offers of both channels (GET_MERCHANT_LISTINGS_ALL_DATA).

    A row tells of its own channel only: another offer of the SKU would have its own row.

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """
    columns = {
        "sku": Column("sellersku", name),
        "asin": Column("asin1", text, optional=True),
        "condition": Column("itemcondition", text, optional=True),
        "channel": Column("fulfillmentchannel", code),
        "units": Column("quantity", whole_or_none, optional=True),
    }

    def stock(values: dict[str, Any]) -> dict[str, Any]:
        channel, units = values.pop("channel"), values.pop("units")
        values["fnsku"] = ""
        if channel == "DEFAULT":
            return {**values, "fbm_listing": True, "fbm_quantity": units}
        if channel.startswith("AMAZON"):
            return {**values, "fba_listing": True}
        raise BadCell("DEFAULT, or AMAZON_ and a region", "fulfillmentchannel", channel)

    return _read(table, ReportKind.LISTINGS, columns, _LISTINGS_UNUSED, stock)


def _read(
    table: Table,
    kind: ReportKind,
    columns: Mapping[str, Column],
    unused: frozenset[str],
    stock: Callable[[dict[str, Any]], dict[str, Any]],
) -> AmazonReport:
    """Read a report of stock: ``columns`` by field, ``stock`` makes of them what the row says."""

    def row(line: int, values: list[Any]) -> AmazonStock:
        return AmazonStock(**stock(dict(zip(columns, values, strict=True))), line=line)

    rows, found, findings = table.read(tuple(columns.values()), row)
    unknown = table.unknown(columns.values(), unused)
    return AmazonReport(kind, rows, stock=found, unknown_columns=unknown, findings=findings)
