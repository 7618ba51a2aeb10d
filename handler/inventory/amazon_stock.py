"""What Amazon says it has, and what else its reports tell of units there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AmazonStock:
    """One SKU's units at Amazon, of one moment. Several SKUs may show the same physical pool.

    ``None`` stands where the report does not say.

    Attributes:
        sku: the seller's SKU.
        fnsku: Amazon's label of the physical unit; empty where not told.
        asin: Amazon's product.
        condition: as the report writes it.
        country: for reports by country; else empty.
        fulfillable: can be bought now.
        unsellable: cannot.
        reserved: for orders, transfers and processing; all of the next three and what they lack.
        reserved_orders: for customers' orders.
        reserved_transfers: between centres.
        reserved_processing: being handled, staging included.
        inbound_working, inbound_shipped, inbound_receiving: on the way to Amazon.
        researching: missing, being looked for.
        on_hand: fulfillable and reserved: like for like with the ledger's ending balance of
            sellable units. No report's "total" or "warehouse" figure, as these differ in what
            they count; ``None`` where one of the two is not told.
        fbm_listing: whether an offer from the seller's own stock exists on the same SKU.
        fbm_quantity: of that offer.
        fba_listing: whether an offer from Amazon's stock exists.
        line: of the file, counted from 1; of JSON, the place in the list.
    """

    sku: str
    fnsku: str
    asin: str = ""
    condition: str = ""
    country: str = ""
    fulfillable: int | None = None
    unsellable: int | None = None
    reserved: int | None = None
    reserved_orders: int | None = None
    reserved_transfers: int | None = None
    reserved_processing: int | None = None
    inbound_working: int | None = None
    inbound_shipped: int | None = None
    inbound_receiving: int | None = None
    researching: int | None = None
    on_hand: int | None = None
    fbm_listing: bool | None = None
    fbm_quantity: int | None = None
    fba_listing: bool | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class CustomerReturn:
    """One unit (or more) a customer sent back. It explains; only the ledger moves units."""

    day: date
    order_id: str
    sku: str
    fnsku: str
    asin: str
    quantity: int
    centre: str
    disposition: str
    reason: str
    status: str
    license_plate: str
    line: int


@dataclass(frozen=True, slots=True)
class Removal:
    """One SKU of a removal order: what left, or is to leave, Amazon.

    Attributes:
        day: of the request, or of the shipment where the report is of shipments.
        order_id: the removal order.
        kind: "Return", "Disposal", "Liquidations", as the report writes it.
        status: of the order; empty in a report of shipments.
        disposition: upper case.
        requested, cancelled, disposed, shipped, in_process: units; ``None`` where not told.
        tracking: of a shipment.
    """

    day: date
    order_id: str
    kind: str
    status: str
    sku: str
    fnsku: str
    disposition: str
    requested: int | None
    cancelled: int | None
    disposed: int | None
    shipped: int | None
    in_process: int | None
    tracking: str
    line: int


@dataclass(frozen=True, slots=True)
class Reimbursement:
    """What Amazon paid or gave for lost and damaged units. It never moves units by itself.

    Attributes:
        amount: in minor units of the currency.
        cash_units: units paid for; negative where Amazon takes money back.
        stock_units: units given back instead.
    """

    day: date
    reimbursement_id: str
    case_id: str
    order_id: str
    reason: str
    sku: str
    fnsku: str
    asin: str
    currency: str
    amount: int
    cash_units: int
    stock_units: int
    original_id: str
    line: int
