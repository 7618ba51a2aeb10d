"""The codes of findings about stock."""

from __future__ import annotations

from typing import Final

from handler.core.finding_code import FindingCode, Severity

INVENTORY: Final[tuple[FindingCode, ...]] = (
    # Amazon's reports
    FindingCode(
        "BAD_INVENTORY_ROW",
        Severity.ERROR,
        "A value in the report is not of the form it must have, so what moved is not certain.",
        "Download the report from Amazon again without opening it in a spreadsheet, and send the "
        "new file. Nothing of this one was posted.",
    ),
    FindingCode(
        "LEDGER_DRIFT",
        Severity.ERROR,
        "Amazon's own balance of a day does not follow from its start and its movements, under any "
        "reading of the signs: rows are missing or Amazon's figures are still moving.",
        "Request the summary again for the same days; Amazon settles most days within two. Where "
        "it stays, open a case with the rows named.",
    ),
    FindingCode(
        "UNREGISTERED_SKU",
        Severity.WARNING,
        "Amazon's report names units that no registered FBA listing stands for.",
        "Register the SKU with its FNSKU and NetSuite item, and send the report again: what waited "
        "is posted then.",
    ),
    FindingCode(
        "FOUND_UNMAPPED",
        Severity.WARNING,
        "Amazon found units and filed them under a SKU of its own (Amazon.Found...).",
        "Register that SKU with the FNSKU and the NetSuite item the units really are, and send the "
        "report again.",
    ),
    FindingCode(
        "POOL_CONFLICT",
        Severity.WARNING,
        "A SKU stands in one pool here and shows in the other at Amazon. No unit may be in both.",
        "Close one of the two offers at Amazon, or register the SKU in the pool it really sells "
        "from. Until then it is neither published nor posted.",
    ),
    FindingCode(
        "UNPAIRED_DISPOSITION",
        Severity.WARNING,
        "Units left one condition and arrived in no other (or the other way round): the second row "
        "comes in another report, or Amazon lost it.",
        "Nothing for two days: the pair is posted when its second row comes. After that, open a "
        "case at Amazon with the rows named.",
    ),
    FindingCode(
        "UNKNOWN_LEDGER_REASON",
        Severity.WARNING,
        "Amazon uses a reason code or event that mappings/ledger_reasons.csv has no rule for.",
        "Add a rule, and send the report again: what waited is posted then.",
    ),
    FindingCode(
        "UNKNOWN_DISPOSITION",
        Severity.WARNING,
        "Amazon names a condition of units the plugin does not know, so their location is not "
        "certain.",
        "Tell the plugin's maintainers; the units are counted and not posted.",
    ),
    FindingCode(
        "RECEIPT_TAKEN_BACK",
        Severity.WARNING,
        "Amazon took back units it had said it received. An item receipt in NetSuite cannot be "
        "negative, so the units went back to in transit by a transfer.",
        "Compare the shipment with Amazon's count, and claim what is missing.",
    ),
    FindingCode(
        "LEDGER_PERIOD_CLOSED",
        Severity.NOTICE,
        "The ledger's day lies in a period that is closed in NetSuite.",
        "Nothing, if the month is rightly closed: it is dated on the first open day.",
    ),
    FindingCode(
        "LATE_REPORT",
        Severity.NOTICE,
        "A report made earlier came after one made later, for the same days.",
        "Nothing: the later one stands for the days it covers.",
    ),
    FindingCode(
        "LEDGER_DISAGREES",
        Severity.WARNING,
        "The detail of the ledger does not add up to the summary of the same days.",
        "Request both reports again for the same days; Amazon settles most days within two.",
    ),
    # the registry
    FindingCode(
        "LISTING_QUARANTINED",
        Severity.WARNING,
        "What is registered of the SKU contradicts itself, so no quantity of it can be defended.",
        "Mend the registration as the message says. Until then nothing is published or posted.",
    ),
    # the seller's own stock
    FindingCode(
        "FBM_QUANTITY_DRIFT",
        Severity.WARNING,
        "Amazon shows another quantity than the last one it accepted, and no known order explains "
        "it: somebody changed it there, or an update was lost.",
        "Nothing: the next decision sends the right quantity. Where it comes back, look for "
        "another tool that writes quantities.",
    ),
    FindingCode(
        "LISTING_REJECTED",
        Severity.ERROR,
        "Amazon refused the quantity again and again.",
        "Read Amazon's message, mend the listing, and acknowledge or re-assert it.",
    ),
    FindingCode(
        "SOURCE_STALE",
        Severity.WARNING,
        "NetSuite's count is older than the policy allows, so zero is published rather than a "
        "quantity nobody can vouch for.",
        "See why the flow that reads NetSuite has stopped.",
    ),
    # drift between the two systems
    FindingCode(
        "STOCK_DRIFT",
        Severity.WARNING,
        "NetSuite and Amazon count the same units differently.",
        "See the cause proposed and its evidence.",
    ),
)
