"""`python -m handler reconcile ...`: settlement files against the bank, orders, and NetSuite.

On files alone: nothing is stored, and no store is asked. Exit 0 clean, 2 something to do.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from handler import wiring
from handler.entrypoints.cli import reconcile_files as files
from handler.entrypoints.cli import reconcile_tables as tables
from handler.entrypoints.cli.reconcile_files import LocalSettlement, local_settlements, one_profile
from handler.flows.accrue_refunds import proposals, refuse_closed
from handler.flows.fee_facts import FeeFacts
from handler.flows.match_deposits import entries_of
from handler.flows.order_history import read_orders
from handler.flows.settled_orders import all_settled
from handler.payloads import json_text
from handler.payloads.clearing_documents import clearing_document
from handler.payloads.deposit_documents import matching_document
from handler.payloads.facts import expected_deposit, our_deposit, our_entries, reserve_facts
from handler.payloads.order_documents import orders_document
from handler.payloads.roll_forward_documents import reserves_document
from handler.reconciliation import clearing, deposits, fee_watch, orders, reserve
from handler.reconciliation.matching_policy import MatchingPolicy

if TYPE_CHECKING:
    from handler.reconciliation.clearing_causes import OurEntry

CLEAN, TO_DO = 0, 2
Document = Mapping[str, Any]


def run(options: argparse.Namespace) -> int:
    """Reconcile what the options name, print it, and return the exit code."""
    document, is_clean = _ACTIONS[options.action](options)
    if options.format == "json":
        print(json_text.dumps(document))
    else:
        print(tables.TABLES[options.action](document))
    return CLEAN if is_clean else TO_DO


def _deposits(options: argparse.Namespace) -> tuple[Document, bool]:
    settlements = local_settlements(options)
    profile = one_profile(settlements).profile
    lines = files.bank_lines(options.bank)
    paying = [one for one in settlements if one.total > 0]
    expected = [expected_deposit(one.document, profile) for one in paying]
    days = [*(line.date for line in lines), *(one.deposit for one in expected)]
    as_of = files.day(options.as_of, "--as-of") if options.as_of else max(days, default=date.min)
    policy = MatchingPolicy(rates=tuple(files.rate(text) for text in options.rate))
    outcome = deposits.match(expected, lines, policy, as_of=as_of)
    document = {
        "profile": profile.name,
        "as_of": as_of.isoformat(),
        **matching_document(
            outcome,
            entries_of(outcome, profile, options.fx_account),
            wiring.reference_source(options.mappings).load(profile.name),
        ),
        "without_bank_line": [
            {
                "settlement_id": one.document["settlement_id"],
                "total": one.document["declared_total"],
                "currency": one.document["currency"],
            }
            for one in settlements
            if one.total <= 0
        ],
    }
    return document, not (outcome.questions or outcome.findings)


def _orders(options: argparse.Namespace) -> tuple[Document, bool]:
    settlements = local_settlements(options)
    booked = files.netsuite_orders(options.orders)
    days = [*(order.day for order in booked), *(_end(one) for one in settlements)]
    as_of = files.day(options.as_of, "--as-of") if options.as_of else max(days)
    outcome = orders.reconcile_orders(
        booked,
        all_settled(read_orders(one.source, one.mappings) for one in settlements),
        as_of=as_of,
        overdue_days=options.overdue_days,
    )
    return {"as_of": as_of.isoformat(), **orders_document(outcome)}, not outcome.findings


def _clearing(options: argparse.Namespace) -> tuple[Document, bool]:
    settlements = local_settlements(options)
    totals = files.balances(options.balances)
    through = options.deposited_through
    last = files.day(through, "--deposited-through") if through else date.min
    named = {total.settlement_id for total in totals}
    ours: list[OurEntry] = []
    for one in settlements:
        if one.document["settlement_id"] in named:
            ours += our_entries(one.document)
            if one.total > 0 and _deposit_day(one) <= last:
                ours += our_deposit(one.document)
    outcome = clearing.reconcile_clearing(ours, totals=totals)
    without = sorted(str(one.document["settlement_id"]) for one in settlements)
    document = {
        **clearing_document(outcome, {}),
        "without_balance": [of for of in without if of not in named],
    }
    return document, not outcome.findings


def _reserves(options: argparse.Namespace) -> tuple[Document, bool]:
    settlements = local_settlements(options)
    rolled = reserve.roll_forward(reserve_facts(one.document) for one in settlements)
    return reserves_document(rolled), not rolled.findings


def _fees(options: argparse.Namespace) -> tuple[Document, bool]:
    period = files.month(options.period, "--period")
    facts = FeeFacts()
    for one in local_settlements(options):
        facts.read(one.source, one.mappings, period)
    jumps = fee_watch.watch(facts.sums, period)
    document = {
        "period": str(period),
        "jumps": facts.shown(jumps),
        "findings": [finding.as_dict() for finding in fee_watch.fee_findings(jumps)],
    }
    return document, not jumps


def _accrual(options: argparse.Namespace) -> tuple[Document, bool]:
    period = files.month(options.period, "--period")
    settlements = local_settlements(options)
    books = one_profile(settlements).profile
    refuse_closed(books, period)
    indexes = [read_orders(one.source, one.mappings) for one in settlements]
    references = wiring.reference_source(options.mappings).load(books.name)
    found = proposals(indexes, books, period, references)
    return {"period": str(period), "proposals": found}, True


def _end(one: LocalSettlement) -> date:
    return date.fromisoformat(str(one.document["end"]))


def _deposit_day(one: LocalSettlement) -> date:
    return date.fromisoformat(str(one.document["deposit_date"] or one.document["end"]))


_ACTIONS: Final[Mapping[str, Callable[[argparse.Namespace], tuple[Document, bool]]]] = {
    "deposits": _deposits,
    "orders": _orders,
    "clearing": _clearing,
    "reserves": _reserves,
    "fees": _fees,
    "accrual": _accrual,
}
