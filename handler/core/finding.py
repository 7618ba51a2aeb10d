"""What a check noticed, as a value, with the catalogue of everything that can be noticed.

A finding says what broke, why, and how to repair it. Stored findings are the exceptions of the
register. The fingerprint is the same for the same fault, so a repeated fault counts up there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding stops: an error holds the settlement, the others let it post."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class FindingCode:
    """One kind of finding.

    Attributes:
        code: stable name, for flows and for the register.
        severity: an ERROR holds the settlement.
        why: the usual cause, in an accountant's words.
        repair: what to do; may use the fields of the finding's evidence.
        retryable: whether doing the same again, unchanged, can help.
    """

    code: str
    severity: Severity
    why: str
    repair: str
    retryable: bool = False


def _codes(*codes: FindingCode) -> Mapping[str, FindingCode]:
    return {code.code: code for code in codes}


CATALOGUE: Mapping[str, FindingCode] = _codes(
    FindingCode(
        "BAD_ROW",
        Severity.ERROR,
        "A value in the file is not of the form it must have, so its amount or place in time is "
        "not certain.",
        "Download the report from Amazon again without opening it in a spreadsheet, and send the "
        "new file.",
    ),
    FindingCode(
        "SETTLEMENT_VARIANCE",
        Severity.ERROR,
        "Amazon's own total and the sum of all rows tie in every complete file, so rows are "
        "missing, doubled or changed.",
        "Download the report again; do not plug the difference.",
    ),
    FindingCode(
        "UNMAPPED_TRANSACTION",
        Severity.WARNING,
        "Amazon publishes no complete list of its transaction kinds, and this one has no rule yet.",
        "Add a rule to mappings/vocabulary.csv and settle the file again.",
    ),
    FindingCode(
        "UNMAPPED_TRANSACTION_HELD",
        Severity.ERROR,
        "The value has no rule in mappings/vocabulary.csv, and this profile holds a settlement "
        'rather than post to suspense (policies.unmapped = "hold").',
        "Add a rule to mappings/vocabulary.csv and settle the file again.",
    ),
    FindingCode(
        "UNKNOWN_MARKETPLACE",
        Severity.ERROR,
        "The profile does not say which subsidiary and time zone this marketplace belongs to.",
        "Add the marketplace to the profile, or settle the file with the profile it belongs to.",
    ),
    FindingCode(
        "CURRENCY_MISMATCH",
        Severity.ERROR,
        "The settlement's currency is not one the profile keeps this marketplace in.",
        "Settle the file with the profile it belongs to, or add the currency to the marketplace.",
    ),
    FindingCode(
        "UNDATED_ROWS",
        Severity.NOTICE,
        "Amazon gives some reserve and balance rows no date.",
        "Nothing, unless the settlement crosses a month end and the rows belong before it.",
    ),
    FindingCode(
        "PERIOD_CLOSED",
        Severity.NOTICE,
        "The rows were posted by Amazon in a period that is closed in NetSuite.",
        "Nothing, if the month is rightly closed: the lines were moved to the first open period.",
    ),
    FindingCode(
        "NEGATIVE_TOTAL",
        Severity.NOTICE,
        "Fees and refunds exceeded sales, so no money comes: Amazon charges the card and shows it "
        "in the next settlement.",
        "Nothing: the amount is carried to the payable account and returns with the next "
        "settlement.",
    ),
    FindingCode(
        "LAW_BROKEN",
        Severity.ERROR,
        "The finished journal failed a check that holds for every right one. This is a fault of "
        "the plugin or of the mapping, never of the accountant.",
        "Nothing was posted. Report the figures of the failed law with the file.",
    ),
    FindingCode(
        "UNUSABLE_FILE",
        Severity.ERROR,
        "The file is not a settlement report in a form the plugin knows.",
        "Send the settlement report (V2 or V1 flat file) as Amazon delivers it.",
    ),
    FindingCode(
        "UNUSABLE_MAPPING",
        Severity.ERROR,
        "The mapping files contradict themselves or miss something.",
        "Run `python -m handler mappings check`, mend what it names, and deploy.",
    ),
    FindingCode(
        "SETTLEMENT_CONFLICT",
        Severity.ERROR,
        "The settlement was proven before from other content or under another mapping, and may be "
        "in the books.",
        "Compare the two; nothing recorded was changed.",
    ),
    FindingCode(
        "UPLOAD_REFUSED",
        Severity.ERROR,
        "The upload lies in the wrong place, names no known profile, or was gone before it was "
        "read.",
        "Upload the file to raw-settlements/<profile>/ of the plugin's bucket.",
    ),
    FindingCode(
        "UPLOAD_FAILED",
        Severity.ERROR,
        "The upload failed again and again for a reason outside the file.",
        "See the evidence, mend the cause, and upload the file again.",
        retryable=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check noticed.

    Attributes:
        code: a key of :data:`CATALOGUE`.
        subject: what it is about ("settlement 123", "line 17").
        what: what was found, where, and what was expected.
        evidence: figures, lines and texts as strings, numbers or lists of them.
        repair: overrides the catalogue's advice where the case allows a better one.
    """

    code: str
    subject: str
    what: str
    evidence: Mapping[str, object]
    repair: str = ""

    @property
    def entry(self) -> FindingCode:
        """The catalogue entry of this finding's code."""
        return CATALOGUE[self.code]

    @property
    def holds(self) -> bool:
        """Whether nothing may be posted while this stands."""
        return self.entry.severity is Severity.ERROR

    def fingerprint(self, scope: str) -> str:
        """Return the same text for the same fault on the same subject of ``scope``, in any run."""
        return hashlib.sha256(f"{scope}\n{self.code}\n{self.subject}".encode()).hexdigest()[:32]

    def as_dict(self) -> dict[str, object]:
        """Return the finding as it appears in answers and in the register."""
        return {
            "code": self.code,
            "severity": str(self.entry.severity),
            "subject": self.subject,
            "what": self.what,
            "why": self.entry.why,
            "repair": self.repair or self.entry.repair,
            "evidence": dict(self.evidence),
        }
