"""Everything that can be noticed: its name, why it happens, how and by whom it is repaired.

One table, longer than a file should be, so that whoever looks a code up looks in one place.
"""

from __future__ import annotations

from typing import Final

from handler.core.finding_code import FindingCode, Severity, Who

CODES: Final[tuple[FindingCode, ...]] = (
    # Settlements: the file, its mapping, its proof.
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
        "Add a rule on the page Mappings or to mappings/vocabulary.csv, and retry.",
    ),
    FindingCode(
        "UNMAPPED_TRANSACTION_HELD",
        Severity.ERROR,
        "The value has no rule in mappings/vocabulary.csv, and this profile holds a settlement "
        'rather than post to suspense (policies.unmapped = "hold").',
        "Add a rule on the page Mappings or to mappings/vocabulary.csv, and retry.",
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
        who=Who.ADMINISTRATOR,
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
        who=Who.ADMINISTRATOR,
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
        who=Who.FLOW_BUILDER,
    ),
    FindingCode(
        "UPLOAD_FAILED",
        Severity.ERROR,
        "The upload failed again and again for a reason outside the file.",
        "See the evidence, mend the cause, and upload the file again.",
        retryable=True,
        who=Who.FLOW_BUILDER,
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
        who=Who.FLOW_BUILDER,
    ),
    FindingCode(
        "PAGES_MISSING",
        Severity.ERROR,
        "The answers of the API do not come as one whole: a page was not fetched, or fetched "
        "twice.",
        "Fetch all pages of the settlement once, until there is no next token, and send them "
        "together.",
        who=Who.FLOW_BUILDER,
    ),
    FindingCode(
        "SETTLEMENT_OPEN",
        Severity.ERROR,
        "Amazon has not closed the settlement: amounts are still being added to it.",
        "Fetch the event group again when it is closed.",
        who=Who.FLOW_BUILDER,
    ),
    FindingCode(
        "GROUP_ID_USED",
        Severity.WARNING,
        "The Finances API names event groups, not settlements, so the same settlement from two "
        "sources has two ids.",
        "Settle each settlement from one source only, or add settlement.id, the number in Amazon's "
        "settlement report.",
        who=Who.FLOW_BUILDER,
    ),
    # Delivery: records that could not be handed over, targets that fail. None holds a settlement:
    # what is to be posted is proven, and only its way to NetSuite stops.
    FindingCode(
        "DELIVERY_PARKED",
        Severity.ERROR,
        "The records were given up after 5 attempts, or could not be written in the form asked "
        "for. Nothing later of the same settlement or run goes out before them.",
        "Mend what the flow or NetSuite said of the record, then release the parcel: "
        "`python -m handler outbox release <parcel id>`, or POST /v1/outbox/release.",
        who=Who.FLOW_BUILDER,
    ),
    FindingCode(
        "WEBHOOK_TARGET_FAILING",
        Severity.WARNING,
        "The address that results are sent to refuses them, or does not answer. They wait, and "
        "are sent when it does.",
        "Look at what the target answered, and mend the flow behind it or its address.",
        retryable=True,
        who=Who.FLOW_BUILDER,
    ),
    FindingCode(
        "FEED_STALE",
        Severity.WARNING,
        "Amazon settles every two weeks, and reports of stock come by the flow's own schedule; "
        "nothing new has come for longer than that. The books lack whatever was not sent.",
        "See whether the flow that brings it still runs, and whether Amazon has a newer report; "
        "send that. It is resolved within the hour after one has come.",
        who=Who.FLOW_BUILDER,
    ),
    FindingCode(
        "ALERT_NOT_SENT",
        Severity.WARNING,
        "A channel did not take an alert in five attempts, so nobody may have heard of what it was "
        "about.",
        "Look at the open exceptions, mend the topic or the address, and try it: "
        "`python -m handler alerts test`. It is resolved when the channel takes the next alert.",
        who=Who.ADMINISTRATOR,
    ),
    # The inventory: listings, the seller's own stock, Amazon's ledger.
    FindingCode(
        "BAD_INVENTORY_ROW",
        Severity.ERROR,
        "A value in the report is not of the form it must have, so what moved is not certain.",
        "Download the report from Amazon again without opening it in a spreadsheet, and send the "
        "new file. Nothing of this one was posted.",
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "LEDGER_DRIFT",
        Severity.ERROR,
        "Amazon's own balance of a day does not follow from its start and its movements, under any "
        "reading of the signs: rows are missing or Amazon's figures are still moving.",
        "Request the summary again for the same days; Amazon settles most days within two. Where "
        "it stays, open a case with the rows named.",
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "UNREGISTERED_SKU",
        Severity.WARNING,
        "Amazon's report names units that no registered FBA listing stands for.",
        "Register the SKU with its FNSKU and NetSuite item, and send the report again: what waited "
        "is posted then.",
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "FOUND_UNMAPPED",
        Severity.WARNING,
        "Amazon found units and filed them under a SKU of its own (Amazon.Found...).",
        "Register that SKU with the FNSKU and the NetSuite item the units really are, and send the "
        "report again.",
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "POOL_CONFLICT",
        Severity.WARNING,
        "A SKU stands in one pool here and shows in the other at Amazon. No unit may be in both.",
        "Close one of the two offers at Amazon, or register the SKU in the pool it really sells "
        "from. Until then it is neither published nor posted.",
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "UNPAIRED_DISPOSITION",
        Severity.WARNING,
        "Units left one condition and arrived in no other (or the other way round): the second row "
        "comes in another report, or Amazon lost it.",
        "Nothing for two days: the pair is posted when its second row comes. After that, open a "
        "case at Amazon with the rows named.",
        who=Who.STOCK_KEEPER,
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
        who=Who.ADMINISTRATOR,
    ),
    FindingCode(
        "RECEIPT_TAKEN_BACK",
        Severity.WARNING,
        "Amazon took back units it had said it received. An item receipt in NetSuite cannot be "
        "negative, so the units went back to in transit by a transfer.",
        "Compare the shipment with Amazon's count, and claim what is missing.",
        who=Who.STOCK_KEEPER,
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
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "LEDGER_DISAGREES",
        Severity.WARNING,
        "The detail of the ledger does not add up to the summary of the same days.",
        "Request both reports again for the same days; Amazon settles most days within two.",
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "LISTING_QUARANTINED",
        Severity.WARNING,
        "What is registered of the SKU contradicts itself, so no quantity of it can be defended.",
        "Mend the registration as the message says. Until then nothing is published or posted.",
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "FBM_QUANTITY_DRIFT",
        Severity.WARNING,
        "Amazon shows another quantity than the last one it accepted, and no known order explains "
        "it: somebody changed it there, or an update was lost.",
        "Nothing: the next decision sends the right quantity. Where it comes back, look for "
        "another tool that writes quantities.",
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "LISTING_REJECTED",
        Severity.ERROR,
        "Amazon refused the quantity again and again.",
        "Read Amazon's message, mend the listing, and acknowledge or re-assert it.",
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "SOURCE_STALE",
        Severity.WARNING,
        "NetSuite's count is older than the policy allows, so zero is published rather than a "
        "quantity nobody can vouch for.",
        "See why the flow that reads NetSuite has stopped.",
        who=Who.FLOW_BUILDER,
    ),
    FindingCode(
        "STOCK_DRIFT",
        Severity.WARNING,
        "NetSuite and Amazon count the same units differently.",
        "See the cause proposed and its evidence.",
        who=Who.STOCK_KEEPER,
    ),
    # Reconciliation: bank, orders, clearing, reserves, fees.
    FindingCode(
        "DEPOSIT_MISSING",
        Severity.WARNING,
        "The money Amazon announced is not on the bank lines given: it is under way, went to "
        "another account, was sent back, or the lines are not complete.",
        "Look for it in the bank and under Payments in Seller Central, then match again with the "
        "lines that were missing.",
    ),
    FindingCode(
        "DEPOSIT_UNEXPECTED",
        Severity.WARNING,
        "The bank shows money that reads like Amazon's, and no settlement explains it: its report "
        "was never sent here, or it belongs to another seller account.",
        "Send the settlement report it belongs to, and match again.",
    ),
    FindingCode(
        "DEPOSIT_AMBIGUOUS",
        Severity.WARNING,
        "More than one way fits as well, or the only one has too little to speak for it.",
        "Choose one of the candidates in the question and match again with the decision.",
    ),
    FindingCode(
        "DEPOSIT_RETURNED",
        Severity.WARNING,
        "The bank sent the payout back, and Amazon has not paid again in what was given.",
        "Check the bank account in Seller Central; Amazon pays again once it is right.",
    ),
    FindingCode(
        "DEPOSIT_SEARCH_CUT",
        Severity.NOTICE,
        "Sums of several are looked for among a bounded number only; here there were more.",
        "Match again with fewer lines at once, such as one month of one bank account.",
    ),
    FindingCode(
        "ORDER_MISSING",
        Severity.WARNING,
        "Amazon settled the order, and NetSuite does not have it: the middleware did not bring it, "
        "or it was deleted.",
        "Bring the order into NetSuite through the flow, then reconcile again.",
        who=Who.FLOW_BUILDER,
    ),
    FindingCode(
        "ORDER_OVERDUE",
        Severity.WARNING,
        "NetSuite has the order, and no settlement shows it for longer than orders take: it was "
        "cancelled, or a settlement report is missing.",
        "Look the order up in Seller Central; cancel it in NetSuite or send the missing report.",
        who=Who.STOCK_KEEPER,
    ),
    FindingCode(
        "ORDER_AMOUNT",
        Severity.WARNING,
        "Amazon settled another amount than NetSuite has for the order.",
        "Compare the order's rows with the sales record, and correct the record.",
    ),
    FindingCode(
        "ORDER_BOOKED_TWICE",
        Severity.WARNING,
        "NetSuite holds more than one record for one Amazon order.",
        "Remove the record that was made by mistake.",
    ),
    FindingCode(
        "CLEARING_DIFFERS",
        Severity.WARNING,
        "NetSuite's clearing balance of the settlement is not what was handed over for posting.",
        "Repair what the causes name; nothing is plugged.",
    ),
    FindingCode(
        "CLEARING_NOT_ZERO",
        Severity.WARNING,
        "The settlement is deposited, so its clearing balance in NetSuite should be zero.",
        "Repair what the causes name; nothing is plugged.",
    ),
    FindingCode(
        "CLEARING_PERIOD",
        Severity.WARNING,
        "An entry stands in NetSuite in another posting period than it was made for.",
        "Move it back, or accept it knowingly: the month's clearing balance is off by the amount.",
    ),
    FindingCode(
        "CLEARING_UNATTRIBUTED",
        Severity.WARNING,
        "The clearing account carries an amount that names no settlement known here: keyed by "
        "hand, or of a settlement that was never sent.",
        "Put the settlement's number into the memo, or move the amount off the clearing account.",
    ),
    FindingCode(
        "SETTLEMENT_GAP",
        Severity.NOTICE,
        "The end of a settlement is the start of the next; here a span has none.",
        "Request the missing settlement report. Amazon keeps reports about 90 days.",
    ),
    FindingCode(
        "SETTLEMENT_OVERLAP",
        Severity.NOTICE,
        "Two settlements of one series cover the same time: another seller account or another kind "
        "of account (such as invoiced orders) is mixed in, or a report was altered.",
        "Name the series apart, or check the two reports.",
    ),
    FindingCode(
        "RESERVE_BROKEN",
        Severity.WARNING,
        "What a settlement releases is not what the last one held back: a settlement between them "
        "is missing, or a reserve row was lost.",
        "Send the missing settlement, or download the report again.",
    ),
    FindingCode(
        "FEE_JUMP",
        Severity.NOTICE,
        "Amazon changed the fee, measured the goods anew, put them in another category, or charged "
        "wrongly.",
        "Compare with the fee preview in Seller Central, and dispute what is wrong.",
    ),
    # Refunds and the tax a facilitator keeps.
    FindingCode(
        "LATE_REFUND",
        Severity.NOTICE,
        "The goods were sold in an earlier settlement and given back in this one.",
        "Nothing: the refund is posted where it arrived, and the period of the sale is not "
        "reopened. A refund accrual at month end moves the expectation into the sale's month.",
    ),
    FindingCode(
        "ORPHAN_REFUND",
        Severity.NOTICE,
        "The sale is in none of the settlements looked at: the look-back is bounded, and Amazon "
        "keeps settlement reports for about 90 days, so an older one may never have come here.",
        "Nothing, if the sale is older than the settlements looked at; else send the settlement "
        "report that is missing in between.",
    ),
    FindingCode(
        "REFUND_EXCEEDS_SALE",
        Severity.WARNING,
        "More was given back than the known sale brought: refunded twice, refunded and charged "
        "back, or part of the sale is in a settlement that is not known here.",
        "Look the order up in Seller Central; open a case with Amazon where it was refunded twice.",
    ),
    FindingCode(
        "FACILITATOR_TAX_OPEN",
        Severity.WARNING,
        "Amazon withholds the tax it remits itself, so what it collected and what it withheld of "
        "an order cancel out; here a part is missing or changed, or the seller owes a share of "
        "the tax (as with Canada's GST beside a withheld provincial tax).",
        "See the rows on the lines named. Where the seller owes no share, ask Amazon for the "
        "missing part; the open amount stays on the tax accounts until it comes.",
    ),
)
