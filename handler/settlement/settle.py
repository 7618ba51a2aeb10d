"""The whole way of a settlement on one page: read -> classify -> journal -> prove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from handler.core.finding import Finding
from handler.settlement import clearing, readers
from handler.settlement.classes import AccountingClass
from handler.settlement.classify import Classified, classify
from handler.settlement.journal import Journal
from handler.settlement.profile import Profile
from handler.settlement.proof import Evidence, Proof, broken, clearing_balance, prove
from handler.settlement.report import SettlementReport
from handler.settlement.source import Source
from handler.settlement.vocabulary import Vocabulary

Status = Literal["proven", "held"]


@dataclass(frozen=True, slots=True)
class Mappings:
    """Everything an accountant decides, for one profile.

    Attributes:
        version: changes with any edit; part of a settlement's identity.
    """

    classes: Mapping[str, AccountingClass]
    vocabulary: Vocabulary
    profile: Profile
    version: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one settlement file.

    Attributes:
        report: the file as read.
        classified: its groups with their classes.
        journal: what would be posted; postable only where ``status`` is "proven".
        proof: every law with its figures.
        findings: all that was noticed, those that hold the settlement first.
    """

    report: SettlementReport
    classified: Classified
    journal: Journal
    proof: Proof
    findings: tuple[Finding, ...]
    profile: Profile
    mapping_version: str

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


def settle(source: Source, mappings: Mappings) -> Settled:
    """Settle a file.

    Raises:
        UnusableFile: the file is no settlement report the plugin knows.
    """
    profile = mappings.profile
    report = readers.read(source, profile.grouping)
    classified = classify(report, mappings.vocabulary, profile)
    journal = clearing.build(report.header, classified, mappings.classes, profile)
    evidence = Evidence(report, classified, journal, profile)
    proof = prove(evidence)
    findings = [
        *report.findings,
        *broken(proof, evidence),
        *classified.findings,
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
        mapping_version=mappings.version,
    )


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
