"""A row of the raw file as the answer to "what is behind this line?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.core.money import Currency
    from handler.settlement.row import Row


def shown_row(row: Row, money: Currency) -> dict[str, object]:
    """Return a row as plain values, its amount in major units."""
    kind = row.key.kind
    return {
        "file_line": row.line,
        "amount": money.text(row.amount),
        "transaction_type": kind.transaction_type,
        "amount_type": kind.amount_type,
        "amount_description": kind.amount_description,
        "marketplace": row.key.marketplace,
        "day": row.key.day.isoformat(),
        "cells": dict(row.cells),
    }
