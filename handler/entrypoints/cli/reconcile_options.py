"""The options of `python -m handler reconcile`, with the columns of each CSV file."""

from __future__ import annotations

import argparse
from typing import TypeAlias

_STRICT = (
    "CSV files are UTF-8 with a header line; columns by name, in any order, and no others. Amounts "
    'are exact, with "." and all decimals of their currency (1016.08; JPY 1016); days are '
    "YYYY-MM-DD. Exit 0 clean, 2 something to do, 1 unusable."
)
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(commands: Commands) -> None:
    """Add `reconcile` with its five actions; each sets ``action``, and the caller ``run``."""
    group = commands.add_parser(
        "reconcile",
        help="settlement files against the bank, orders and NetSuite; nothing is stored",
    )
    actions = group.add_subparsers(required=True, metavar="WHAT", dest="action")
    _deposits(actions)
    _orders(actions)
    _clearing(actions)
    _action(actions, "reserves", "roll the reserve forward from settlement to settlement", "")
    fees = _action(
        actions,
        "fees",
        "compare the fee rates of each SKU with the months before",
        "Name the settlements of the month and of the months before it.",
    )
    fees.add_argument("--period", required=True, metavar="YYYY-MM", help="the month that is judged")
    accrual = _action(
        actions,
        "accrual",
        "propose the accrual of refunds still to come of a month's sales",
        "Name the settlements of the month and of the nine months before it. The profile must "
        "switch it on.",
    )
    accrual.add_argument("--period", required=True, metavar="YYYY-MM", help="the month to close")


def _deposits(actions: Commands) -> None:
    command = _action(
        actions,
        "deposits",
        "match bank lines to settlements",
        "bank.csv: id, date, amount, currency, and descriptor if there is one. Money in is "
        "positive. " + _STRICT,
    )
    command.add_argument("--bank", required=True, metavar="FILE", help="the bank's lines as CSV")
    command.add_argument(
        "--as-of", default="", metavar="DAY", help="last day the lines cover; else that of the last"
    )
    command.add_argument(
        "--rate",
        action="append",
        default=[],
        metavar="SOURCE:TARGET:LOW:HIGH",
        help="bounds of what one unit of SOURCE brings in TARGET at the bank; may be repeated",
    )
    command.add_argument(
        "--fx-account", default="", metavar="ACCOUNT", help="account for differences of exchange"
    )


def _orders(actions: Commands) -> None:
    command = _action(
        actions,
        "orders",
        "compare NetSuite's orders with what was settled for them",
        "orders.csv: order_id, amount, currency, date, and record if there is one. The amount is "
        "price, shipping and gift wrap, before discounts and without tax. " + _STRICT,
    )
    command.add_argument("--orders", required=True, metavar="FILE", help="the orders as CSV")
    command.add_argument(
        "--as-of", default="", metavar="DAY", help="day that age is reckoned to; else the last one"
    )
    command.add_argument(
        "--overdue-days", type=int, default=30, metavar="N", help="not settled longer is overdue"
    )


def _clearing(actions: Commands) -> None:
    command = _action(
        actions,
        "clearing",
        "compare NetSuite's clearing balances with ours",
        "balances.csv: settlement_id, amount, currency; debits are positive. " + _STRICT,
    )
    command.add_argument("--balances", required=True, metavar="FILE", help="balances as CSV")
    command.add_argument(
        "--deposited-through",
        default="",
        metavar="DAY",
        help="deposits dated up to this day are posted; else none is",
    )


def _action(actions: Commands, name: str, about: str, more: str) -> argparse.ArgumentParser:
    command = actions.add_parser(name, help=about, description=f"{about.capitalize()}. {more}")
    command.add_argument(
        "--settlements", required=True, nargs="+", metavar="FILE", help="settlement reports"
    )
    command.add_argument("--profile", default="", help="whose books; found from the files if left")
    command.add_argument(
        "--format", default="table", choices=("table", "json"), help="what to print"
    )
    command.add_argument("--mappings", default="", metavar="DIR", help="another mappings folder")
    return command
