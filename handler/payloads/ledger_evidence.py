"""What explains the ledger's units, as answers show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handler.core.money import known_currency

if TYPE_CHECKING:
    from handler.inventory.amazon_stock import Reimbursement
    from handler.inventory.enrichment import LedgerEvidence, LostUnits

Document = dict[str, Any]
_MOST: Final = 1_000  # of each list; the sums are exact


def evidence_document(evidence: LedgerEvidence) -> Document:
    """Return lost units with what closed them, then returns and removals of the ledger's rows."""
    open_units = [one for one in evidence.lost if one.open]
    shown = sorted(evidence.lost, key=lambda one: (not one.is_claimable, not one.open, one.day))
    return {
        "units_lost": sum(one.lost for one in evidence.lost),
        "units_found": sum(one.found for one in evidence.lost),
        "units_reimbursed": sum(one.reimbursed for one in evidence.lost),
        "units_open": sum(one.open for one in open_units),
        "units_claimable": sum(one.open for one in evidence.claims),
        "lost": [_lost(one) for one in shown[:_MOST]],
        "returns": [
            {
                "day": day.isoformat(),
                "fnsku": fnsku,
                "centre": centre,
                "disposition": disposition,
                "orders": [
                    {"order_id": row.order_id, "quantity": row.quantity, "reason": row.reason}
                    for row in rows
                ],
            }
            for (day, fnsku, centre, disposition), rows in list(evidence.returns.items())[:_MOST]
        ],
        "removals": [
            {
                "order_id": order,
                "rows": [
                    {
                        "sku": row.sku,
                        "kind": row.kind,
                        "disposition": row.disposition,
                        "shipped": row.shipped,
                        "disposed": row.disposed,
                        "tracking": row.tracking,
                    }
                    for row in rows
                ],
            }
            for order, rows in list(evidence.removals.items())[:_MOST]
        ],
    }


def _lost(one: LostUnits) -> Document:
    return {
        "day": one.day.isoformat(),
        "fnsku": one.fnsku,
        "lost": one.lost,
        "found": one.found,
        "reimbursed": one.reimbursed,
        "open": one.open,
        "claimable": one.is_claimable,
        "reimbursements": [_paid(row) for row in one.reimbursements],
    }


def _paid(row: Reimbursement) -> Document:
    amount = known_currency(row.currency).text(row.amount) if row.currency else ""
    return {
        "reimbursement_id": row.reimbursement_id,
        "day": row.day.isoformat(),
        "reason": row.reason,
        "currency": row.currency,
        "amount": amount,
        "units_paid": row.cash_units,
        "units_given": row.stock_units,
    }
