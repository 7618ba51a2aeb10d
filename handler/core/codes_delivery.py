"""The catalogue's part for delivery: records that could not be handed over, targets that fail.

None of them holds a settlement: what is to be posted is proven, and only its way to NetSuite stops.
"""

from __future__ import annotations

from typing import Final

from handler.core.finding_code import FindingCode, Severity

DELIVERY: Final[tuple[FindingCode, ...]] = (
    FindingCode(
        "DELIVERY_PARKED",
        Severity.ERROR,
        "The records were given up after 5 attempts, or could not be written in the form asked "
        "for. Nothing later of the same settlement or run goes out before them.",
        "Mend what the flow or NetSuite said of the record, then release the parcel: "
        "`python -m handler outbox release <parcel id>`, or POST /v1/outbox/release.",
    ),
    FindingCode(
        "WEBHOOK_TARGET_FAILING",
        Severity.WARNING,
        "The address that results are sent to refuses them, or does not answer. They wait, and "
        "are sent when it does.",
        "Look at what the target answered, and mend the flow behind it or its address.",
        retryable=True,
    ),
)
