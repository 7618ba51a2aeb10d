"""What every store asks of one posting of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from handler.flows.inventory_ports import LedgerDayRecord
    from handler.flows.parcel import Parcel
    from handler.flows.ports import RegisteredException

MOST_TOGETHER: Final = 97  # days, exceptions and parcels; a transaction has a hundred actions


def check_posting(
    days: Sequence[LedgerDayRecord],
    exceptions: Sequence[RegisteredException],
    parcels: Sequence[Parcel],
) -> None:
    """Return if these can be written at once.

    Raises:
        ValueError: they are too many, or a day stands there twice.
    """
    together = len(days) + len(exceptions) + len(parcels)
    if together > MOST_TOGETHER:
        raise ValueError(f"{together} days, exceptions and parcels do not fit into one transaction")
    if len({day.day for day in days}) < len(days):
        raise ValueError("a day of the ledger is to be written twice")
