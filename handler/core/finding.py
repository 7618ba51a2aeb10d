"""What a check noticed, as a value, with the catalogue of everything that can be noticed.

A finding says what broke, why, and how to repair it. Stored findings are the exceptions of the
register. The fingerprint is the same for the same fault, so a repeated fault counts up there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from handler.core.codes_delivery import DELIVERY
from handler.core.codes_inventory import INVENTORY
from handler.core.codes_reconciliation import RECONCILIATION
from handler.core.codes_refunds import REFUNDS
from handler.core.finding_code import FindingCode, Severity

__all__ = ["CATALOGUE", "Finding", "FindingCode", "Severity"]


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
        "INTERCOMPANY_ACCOUNTS_MISSING",
        Severity.ERROR,
        "One deposit pays several entities, and each entity's books must balance by themselves.",
        "Give the subsidiary due_from_home and due_to accounts in the profile, and settle again.",
    ),
    FindingCode(
        "COST_MISSING",
        Severity.WARNING,
        "The table of unit costs does not price the units in the settlement's currency, or the "
        "report does not say how many they are: their cost is not booked.",
        "Add the SKU to the table of unit costs, and book the cost of these units by hand if the "
        "settlement is posted already.",
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
        "The file is not a report in a form the plugin knows.",
        "Send the settlement report, or the report about stock, as Amazon delivers it.",
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
        "Upload the file to raw-settlements/<profile>/ of the plugin's bucket, or to "
        "raw-inventory/<profile>/ where it is about stock.",
    ),
    FindingCode(
        "UPLOAD_FAILED",
        Severity.ERROR,
        "The upload failed again and again for a reason outside the file.",
        "See the evidence, mend the cause, and upload the file again.",
        retryable=True,
    ),
    FindingCode(
        "PERIOD_INCOMPLETE",
        Severity.ERROR,
        "A date-range report covers days, not settlements: rows of this settlement lie outside "
        "them, or are deferred to a later payout.",
        "Settle Amazon's settlement report (V2 flat file) instead, or download the date-range "
        "report for days that hold the whole settlement.",
    ),
    FindingCode(
        "DEFERRED_TRANSACTIONS",
        Severity.NOTICE,
        "Amazon holds the money of these transactions back until after delivery; they are part of "
        "the settlement they are released in.",
        "Nothing: they are booked with that settlement.",
    ),
    FindingCode(
        "NO_DECLARED_TOTAL",
        Severity.ERROR,
        "Nothing in the source states what Amazon paid for this settlement: it is still open, or "
        "was paid outside the days covered, so its rows cannot be proven.",
        "Settle Amazon's settlement report (V2 flat file), or wait for the payout and read the "
        "source again.",
    ),
    FindingCode(
        "PAGES_MISSING",
        Severity.ERROR,
        "The answers of the API do not come as one whole: a page was not fetched, or fetched "
        "twice.",
        "Fetch all pages of the settlement once, until there is no next token, and send them "
        "together.",
    ),
    FindingCode(
        "SETTLEMENT_OPEN",
        Severity.ERROR,
        "Amazon has not closed the settlement: amounts are still being added to it.",
        "Fetch the event group again when it is closed.",
    ),
    FindingCode(
        "GROUP_ID_USED",
        Severity.WARNING,
        "The Finances API names event groups, not settlements, so the same settlement from two "
        "sources has two ids.",
        "Settle each settlement from one source only, or add settlement.id, the number in Amazon's "
        "settlement report.",
    ),
    *DELIVERY,
    *INVENTORY,
    *RECONCILIATION,
    *REFUNDS,
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
