"""What `reconcile` works on: settlement files settled on this machine, and the other side's CSV."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from handler import wiring
from handler.core.errors import RefusedRequest, UnusableFile
from handler.core.money import currency
from handler.core.source import Source, content_hash
from handler.entrypoints.cli.csv_input import iso_day, read_csv
from handler.entrypoints.cli.local_file import local_source
from handler.entrypoints.cli.settle import mappings_for
from handler.payloads.result import Document, document
from handler.reconciliation.bank_line import BankLine
from handler.reconciliation.clearing_causes import BookedTotal
from handler.reconciliation.matching_policy import RateRule
from handler.reconciliation.orders import NetSuiteOrder
from handler.settlement.period import Period
from handler.settlement.settle import Mappings, settle

_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_RATE: Final = re.compile(r"([A-Z]{3}):([A-Z]{3}):([0-9.]+):([0-9.]+)")
_DECIMAL: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?")


@dataclass(frozen=True, slots=True)
class LocalSettlement:
    """A settlement file, settled and proven."""

    path: str
    source: Source
    mappings: Mappings
    document: Document

    @property
    def total(self) -> int:
        """What Amazon pays, in minor units."""
        money = currency(str(self.document["currency"]))
        assert money is not None  # nosec B101 # noqa: S101 - readers give ISO 4217
        return money.minor(str(self.document["declared_total"]))


def local_settlements(options: argparse.Namespace) -> list[LocalSettlement]:
    """Settle every file named; the profile is found from each where none is named.

    Raises:
        UnusableFile: a file is no settlement report.
        UnusableMapping: the mappings are wrong.
        RefusedRequest: ``SETTLEMENT_HELD``; ``DUPLICATE_SETTLEMENT``; no or several profiles fit.
    """
    known = wiring.mapping_source(options.mappings)
    found: dict[str, LocalSettlement] = {}
    for path in options.settlements:
        try:
            source = local_source(path)
            mappings = mappings_for(source, options.profile, known)
            settled = settle(source, mappings)
        except UnusableFile as error:
            where = "" if path in error.message else f"{path}: "
            raise UnusableFile(error.code, f"{where}{error.message}", error.repair) from error
        if settled.status == "held":
            codes = ", ".join(sorted({one.code for one in settled.findings if one.holds}))
            raise RefusedRequest(
                "SETTLEMENT_HELD",
                f"{path}: the settlement is held ({codes}): nothing of it is certain.",
                f"`python -m handler settle {path}` says what to repair.",
            )
        settlement_id = settled.report.header.settlement_id
        if settlement_id in found:
            raise RefusedRequest(
                "DUPLICATE_SETTLEMENT",
                f"{path}: settlement {settlement_id} is in {found[settlement_id].path} too.",
                "Name each settlement once.",
            )
        made = document(settled, content_hash(source))
        found[settlement_id] = LocalSettlement(path, source, mappings, made)
    return list(found.values())


def one_profile(settlements: Sequence[LocalSettlement]) -> Mappings:
    """Return the mappings of the one profile that all files belong to.

    Raises:
        RefusedRequest: ``PROFILE_NEEDED``: they belong to several.
    """
    names = sorted({one.mappings.profile.name for one in settlements})
    if len(names) > 1:
        raise RefusedRequest(
            "PROFILE_NEEDED",
            f"The files belong to several profiles: {', '.join(names)}.",
            "Name the files of one profile.",
        )
    return settlements[0].mappings


def bank_lines(path: str) -> list[BankLine]:
    """Return the lines of a bank file: id, date, amount, currency, descriptor.

    Raises:
        UnusableFile: ``BAD_CSV``.
    """
    rows = read_csv(path, ("id", "date", "amount", "currency"), ("descriptor",))
    return [
        BankLine(row.text("id"), row.day(), row.amount(), row.code(), row.cells["descriptor"])
        for row in rows
    ]


def netsuite_orders(path: str) -> list[NetSuiteOrder]:
    """Return the orders of a file: order_id, amount, currency, date, record.

    Raises:
        UnusableFile: ``BAD_CSV``.
    """
    rows = read_csv(path, ("order_id", "amount", "currency", "date"), ("record",))
    return [
        NetSuiteOrder(
            row.text("order_id"), row.amount(), row.code(), row.day(), row.cells["record"]
        )
        for row in rows
    ]


def balances(path: str) -> list[BookedTotal]:
    """Return the clearing balances of a file: settlement_id, amount, currency.

    Raises:
        UnusableFile: ``BAD_CSV``.
    """
    rows = read_csv(path, ("settlement_id", "amount", "currency"))
    return [BookedTotal(row.text("settlement_id"), row.code(), row.amount()) for row in rows]


def day(text: str, option: str) -> date:
    """Return the day an option names.

    Raises:
        RefusedRequest: ``BAD_OPTION``.
    """
    found = iso_day(text)
    if found is None:
        raise _bad(option, text, "a day as YYYY-MM-DD")
    return found


def month(text: str, option: str) -> Period:
    """Return the month an option names.

    Raises:
        RefusedRequest: ``BAD_OPTION``.
    """
    found = _MONTH.fullmatch(text)
    if found is None:
        raise _bad(option, text, "a month as YYYY-MM")
    return Period(int(found[1]), int(found[2]))


def rate(text: str) -> RateRule:
    """Return the rate that SOURCE:TARGET:LOW:HIGH names.

    Raises:
        RefusedRequest: ``BAD_OPTION``.
    """
    found = _RATE.fullmatch(text)
    sound = found is not None and all(_DECIMAL.fullmatch(found[part]) for part in (3, 4))
    if found is None or not sound or not (currency(found[1]) and currency(found[2])):
        raise _bad("--rate", text, "SOURCE:TARGET:LOW:HIGH, such as CAD:USD:0.70:0.74")
    low, high = Fraction(found[3]), Fraction(found[4])
    if not 0 < low <= high:
        raise _bad("--rate", text, "a LOW above zero and not above HIGH")
    return RateRule(found[1], found[2], low, high)


def _bad(option: str, found: str, expected: str) -> RefusedRequest:
    return RefusedRequest(
        "BAD_OPTION", f"{option}: found {found[:40]!r}; expected {expected}.", "Mend the command."
    )
