"""The whole way of a settlement on one page: read -> classify -> journal -> prove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from handler.core.finding import Finding
from handler.core.source import Source
from handler.settlement import clearing, cogs, readers
from handler.settlement.classes import AccountingClass
from handler.settlement.classify import Classified, classify
from handler.settlement.exchange_rate import refuse_shared_rate, used_rate, versioned
from handler.settlement.journal import Journal
from handler.settlement.profile import Profile
from handler.settlement.proof import Evidence, Proof, broken, clearing_balance, prove
from handler.settlement.report import SettlementReport
from handler.settlement.vocabulary import Vocabulary

Status = Literal["proven", "held"]


@dataclass(frozen=True, slots=True)
class Mappings:
    """Everything an accountant decides, for one profile.

    Attributes:
        version: changes with any edit; part of a settlement's identity.
        unit_costs: (SKU, currency) -> cost of one unit, where the profile books costs.
    """

    classes: Mapping[str, AccountingClass]
    vocabulary: Vocabulary
    profile: Profile
    version: str
    unit_costs: cogs.UnitCosts = field(default_factory=dict)

    def only(self, settlement_id: str) -> Mappings:
        """Return the mappings for one settlement of a file that may hold several."""
        return replace(self, profile=replace(self.profile, only=settlement_id))


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one settlement file.

    Attributes:
        report: the file as read.
        classified: its groups with their classes.
        journal: what would be posted; postable only where ``status`` is "proven".
        proof: every law with its figures.
        findings: all that was noticed, those that hold the settlement first.
        mapping_version: of the mappings, and of the exchange rate where one counts.
        exchange_rate: units of an entity's currency for one of the settlement's; empty where none
            was given or none is needed.
    """

    report: SettlementReport
    classified: Classified
    journal: Journal
    proof: Proof
    findings: tuple[Finding, ...]
    profile: Profile
    mapping_version: str
    exchange_rate: str = ""

    @property
    def status(self) -> Status:
        """ "held" where anything at all is wrong: then nothing is posted, not half."""
        return "held" if any(finding.holds for finding in self.findings) else "proven"

    @property
    def clearing_before(self) -> int:
        """The clearing account before the deposit, in minor units."""
        return clearing_balance(self.journal.entries, self.profile.clearing)

    @property
    def clearing_after(self) -> int:
        """The clearing account after the deposit, in minor units."""
        deposit = self.journal.deposit
        entries = (*self.journal.entries, deposit) if deposit else self.journal.entries
        return clearing_balance(entries, self.profile.clearing)


def settle(source: Source, mappings: Mappings, exchange_rate: str = "") -> Settled:
    """Settle a file.

    Args:
        source: the file.
        mappings: whose books, and how.
        exchange_rate: handed on to NetSuite: units of the entity's currency for one unit of the
            settlement's, as exact decimal text.

    Raises:
        UnusableFile: the file is no settlement report the plugin knows.
        RefusedRequest: ``BAD_EXCHANGE_RATE``: it is no positive decimal, or one cannot serve all
            entities.
    """
    profile = mappings.profile
    report = readers.read(source, profile.grouping)
    rate = used_rate(exchange_rate, profile, report.header.currency)
    classified = classify(report, mappings.vocabulary, profile)
    cost = _cost(source, report, classified, mappings)
    journal = clearing.build(report.header, classified, mappings.classes, profile, cost.blocks)
    evidence = Evidence(report, classified, journal, profile)
    refuse_shared_rate(rate, evidence.all_entries, profile)
    proof = prove(evidence)
    findings = [
        *report.findings,
        *broken(proof, evidence),
        *classified.findings,
        *cost.findings,
        *_notices(report, journal),
    ]
    findings.sort(key=lambda finding: not finding.holds)  # stable: the order within stays
    return Settled(
        report=report,
        classified=classified,
        journal=journal,
        proof=proof,
        findings=tuple(findings),
        profile=profile,
        mapping_version=versioned(mappings.version, rate),
        exchange_rate=rate,
    )


def _cost(
    source: Source, report: SettlementReport, classified: Classified, mappings: Mappings
) -> cogs.Cost:
    """Return the cost of the goods; only where it is booked are the rows gone through again."""
    profile, accounts = mappings.profile, mappings.profile.cost
    if accounts is None:
        return cogs.Cost()
    classes = {use.kind: use.accounting_class for use in classified.kinds}
    rows = readers.rows(source, profile.grouping)
    units = cogs.units_sold(rows, classes, profile, accounts)
    return cogs.cost(units, mappings.unit_costs, report.header, profile, accounts)


def _notices(report: SettlementReport, journal: Journal) -> Iterator[Finding]:
    header = report.header
    money = header.currency
    for posted, posting, rows, net in journal.moved:
        yield Finding(
            "PERIOD_CLOSED",
            f"settlement {header.settlement_id}, period {posted}",
            f"{rows} amount(s) of {posted.label}, net {money.text(net)} {money.code}, were moved "
            f"to {posting.label}: {posted.label} is closed.",
            {"from": str(posted), "to": str(posting), "rows": rows, "net": money.text(net)},
        )
    if header.declared_total < 0:
        yield Finding(
            "NEGATIVE_TOTAL",
            f"settlement {header.settlement_id}",
            f"The settlement's total is {money.text(header.declared_total)} {money.code}: nothing "
            "is paid out, and the amount is owed to Amazon.",
            {"declared": money.text(header.declared_total), "currency": money.code},
        )
