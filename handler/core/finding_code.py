"""The kind of a finding: its name, how much it stops, why it happens and how to repair it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding stops: an error holds the settlement, the others let it post."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Who(StrEnum):
    """Who is the one to repair it, as a rule."""

    ACCOUNTANT = "accountant"
    STOCK_KEEPER = "stock keeper"
    FLOW_BUILDER = "flow builder"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class FindingCode:
    """One kind of finding.

    Attributes:
        code: stable name, for flows and for the register.
        severity: an ERROR holds the settlement.
        why: the usual cause, in an accountant's words.
        repair: what to do; may use the fields of the finding's evidence.
        retryable: whether doing the same again, unchanged, can help.
        who: who is the one to repair it.
    """

    code: str
    severity: Severity
    why: str
    repair: str
    retryable: bool = False
    who: Who = Who.ACCOUNTANT
