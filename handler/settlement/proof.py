"""The laws every journal must keep, each checked from scratch with its figures.

The checks trust nothing the building of the journal remembers: they add up groups and lines anew.
A journal is posted only with all of them kept; a difference is never plugged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from handler.core.finding import Finding
from handler.settlement import intercompany
from handler.settlement.classify import Classified
from handler.settlement.group import GroupKey
from handler.settlement.journal import CLEARING, Journal, JournalEntry
from handler.settlement.period import Period, open_period
from handler.settlement.profile import Profile
from handler.settlement.report import SettlementReport
from handler.settlement.variance import variance

_FOLLOW_FROM_OTHERS = frozenset({"clearing_equals_deposit", "clearing_empty"})
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class Law:
    """One law, checked.

    Attributes:
        name: stable.
        says: the law in words.
        kept: whether it holds.
        figures: what was compared, in minor units or counts; where broken, also what breaks it.
    """

    name: str
    says: str
    kept: bool
    figures: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Proof:
    """All laws of one settlement."""

    laws: tuple[Law, ...]

    @property
    def holds(self) -> bool:
        """Whether every law is kept."""
        return all(law.kept for law in self.laws)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the laws are checked on."""

    report: SettlementReport
    classified: Classified
    journal: Journal
    profile: Profile

    @property
    def all_entries(self) -> tuple[JournalEntry, ...]:
        """The entries with the deposit entry."""
        deposit = self.journal.deposit
        return (*self.journal.entries, deposit) if deposit else self.journal.entries


def prove(evidence: Evidence) -> Proof:
    """Check every law."""
    return Proof(tuple(check(evidence) for check in CHECKS))


def broken(proof: Proof, evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding for each law that does not hold."""
    header = evidence.report.header
    subject = f"settlement {header.settlement_id}"
    # A file that does not add up, or an entity that cannot hand its share on, cannot leave the
    # clearing account empty; the one finding that says why is enough.
    explained = header.declared_total != evidence.report.computed_total or any(
        intercompany.unmoved(evidence.journal.entries, evidence.profile)
    )
    yield from intercompany.missing_accounts(evidence.journal.entries, evidence.profile, header)
    for law in proof.laws:
        if law.kept or (explained and law.name in _FOLLOW_FROM_OTHERS):
            continue
        if law.name == "rows_equal_total":
            yield variance(evidence.report, evidence.classified.kinds)
        else:
            yield Finding(
                "LAW_BROKEN",
                f"{subject}, {law.name}",
                f"The journal breaks a law: {law.says} Figures: {dict(law.figures)}.",
                {"law": law.name, **law.figures},
            )


def _rows_equal_total(of: Evidence) -> Law:
    declared, computed = of.report.header.declared_total, of.report.computed_total
    return Law(
        "rows_equal_total",
        "All rows, reserves included, add up to the total Amazon declares.",
        declared == computed,
        {"declared": declared, "computed": computed, "difference": computed - declared},
    )


def _rows_posted_once(of: Evidence) -> Law:
    seen: dict[GroupKey, int] = {}
    for _, _, line in of.journal.numbered():
        for key in line.groups if line.accounting_class != CLEARING else ():
            seen[key] = seen.get(key, 0) + 1
    keys = {group.key for group in of.report.groups}
    in_lines = sum(
        line.row_count for _, _, line in of.journal.numbered() if line.accounting_class != CLEARING
    )
    wrong = [str(key.kind) for key in keys if seen.get(key) != 1]
    extra = len(set(seen) - keys)
    return Law(
        "rows_posted_once",
        "Every amount of the file is in exactly one journal line.",
        not wrong and not extra and in_lines == of.report.amounts,
        {
            "amounts_in_file": of.report.amounts,
            "amounts_in_lines": in_lines,
            "groups_not_once": sorted(wrong)[:5],
            "groups_from_nowhere": extra,
        },
    )


def _lines_equal_rows(of: Evidence) -> Law:
    amounts = {group.key: group.amount for group in of.report.groups}
    wrong = [
        number
        for number, _, line in of.journal.numbered()
        if not line.derived
        and sum(amounts.get(key, 0) for key in line.groups)
        != (line.signed if line.accounting_class == CLEARING else -line.signed)
    ]
    return Law(
        "lines_equal_rows",
        "Every line carries the exact sum of its rows, a clearing line against them.",
        not wrong,
        {"lines": sum(1 for _ in of.journal.numbered()), "wrong_lines": wrong[:5]},
    )


def _derived_lines_net(of: Evidence) -> Law:
    """Derived lines move money between accounts; they never make or lose any."""
    wrong = {}
    for entry in of.journal.entries:
        net = sum(line.signed for line in entry.lines if line.derived)
        if net or any(line.derived and line.groups for line in entry.lines):
            wrong[entry.external_id] = net
    derived = [line for entry in of.journal.entries for line in entry.lines if line.derived]
    return Law(
        "derived_lines_net",
        "Lines that are worked out, not in the file, add up to zero in every entry.",
        not wrong,
        {"derived_lines": len(derived), "wrong_entries": wrong},
    )


def _entries_balance(of: Evidence) -> Law:
    wrong = {entry.external_id: entry.imbalance for entry in of.all_entries if entry.imbalance}
    debits = sum(line.debit for entry in of.all_entries for line in entry.lines)
    return Law(
        "entries_balance",
        "In every entry debits equal credits.",
        not wrong,
        {"entries": len(of.all_entries), "debits": debits, "imbalance": wrong},
    )


def _lines_one_sided(of: Evidence) -> Law:
    wrong = [
        f"{entry.external_id}: {line.account}"
        for entry in of.all_entries
        for line in entry.lines
        if (line.debit > 0) == (line.credit > 0) or line.debit < 0 or line.credit < 0
    ]
    return Law(
        "lines_one_sided",
        "Every line is a debit or a credit, above zero, and not both.",
        not wrong,
        {"lines": sum(len(e.lines) for e in of.all_entries), "wrong_lines": wrong[:5]},
    )


def _entries_postable(of: Evidence) -> Law:
    header, limit = of.report.header, of.profile.policies.lines_per_entry
    wrong = []
    for entry in of.all_entries:
        closed = of.profile.subsidiaries[entry.subsidiary].closed_through
        if (
            Period.of(entry.tran_date) != entry.period
            or open_period(entry.period, closed) != entry.period
            or (closed is not None and entry.tran_date <= closed)
            or entry.currency != header.currency.code
            or not 2 <= len(entry.lines) <= limit
            or not all(line.account for line in entry.lines)
        ):
            wrong.append(entry.external_id)
    return Law(
        "entries_postable",
        "Every entry is in one open period and one currency, has two lines or more within the "
        "limit, and an account on each.",
        not wrong,
        {"entries": len(of.all_entries), "wrong_entries": wrong, "lines_per_entry": limit},
    )


def _entries_named_once(of: Evidence) -> Law:
    names = [entry.external_id for entry in of.all_entries]
    bad = sorted({n for n in names if names.count(n) > 1 or not _EXTERNAL_ID.fullmatch(n)})
    return Law(
        "entries_named_once",
        "External ids are unique, of letters, digits, '_' and '-'.",
        not bad,
        {"entries": len(names), "bad_ids": bad},
    )


def _clearing_equals_deposit(of: Evidence) -> Law:
    before = clearing_balance(of.journal.entries, of.profile.clearing)
    declared = of.report.header.declared_total
    return Law(
        "clearing_equals_deposit",
        "Before the deposit the clearing account holds what Amazon pays.",
        before == declared,
        {"clearing": before, "declared": declared},
    )


def _clearing_empty(of: Evidence) -> Law:
    balances = {
        code: clearing_balance(
            tuple(entry for entry in of.all_entries if entry.subsidiary == code),
            of.profile.clearing,
        )
        for code in of.profile.subsidiaries
    }
    left = {code: balance for code, balance in balances.items() if balance}
    return Law(
        "clearing_empty",
        "After the deposit the clearing account is back at zero, in every entity's books.",
        not left,
        {"clearing": sum(balances.values()), "entities_left": left},
    )


CHECKS: tuple[Callable[[Evidence], Law], ...] = (
    _rows_equal_total,
    _rows_posted_once,
    _lines_equal_rows,
    _derived_lines_net,
    _entries_balance,
    _lines_one_sided,
    _entries_postable,
    _entries_named_once,
    _clearing_equals_deposit,
    _clearing_empty,
)


def clearing_balance(entries: tuple[JournalEntry, ...], account: str) -> int:
    """Return the balance of the clearing account over ``entries``, debit positive, minor units."""
    return sum(line.signed for e in entries for line in e.lines if line.account == account)
