"""Every operation, in the order a reader meets them."""

from __future__ import annotations

from collections.abc import Mapping

from contracts import (
    operations_delivery,
    operations_exceptions,
    operations_front,
    operations_inventory,
    operations_reconciliation,
    operations_rules,
    operations_scorecard,
    operations_settlement,
)
from contracts.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *operations_settlement.OPERATIONS,
    *operations_exceptions.OPERATIONS,
    *operations_delivery.OPERATIONS,
    *operations_reconciliation.OPERATIONS,
    *operations_rules.OPERATIONS,
    *operations_scorecard.OPERATIONS,
    *operations_inventory.OPERATIONS,
    *operations_front.OPERATIONS,
)

TAGS: Mapping[str, str] = {
    "Settlements": "From Amazon's settlement report to balanced journal entries.",
    "Settlements in batches": "The same for many at once, answered record by record.",
    "Rules": "What waits for a rule, what one would change, and keeping it.",
    "Exceptions": "What broke, what is done about it, and trying it again.",
    "Scorecard": "Whether the integration works, in four answers.",
    "Outbox": "What is to be posted to NetSuite: taken, acknowledged, or given back.",
    "Jobs and uploads": "Files too large for a call, and work that takes longer than one.",
    "NetSuite": "What NetSuite would refuse, before it is asked.",
    "Reconciliation": "Bank, orders, clearing account, reserves, fees and accruals.",
    "Own stock (FBM)": "What NetSuite counts becomes what Amazon shows.",
    "Stock at Amazon (FBA)": "Amazon's inventory ledger becomes postings in NetSuite.",
    "Front": "Whether it is up, and what it is.",
    "Celigo extension": "Functions that integrator.io calls as hooks.",
}
