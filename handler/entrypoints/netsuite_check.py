"""Records for NetSuite as any caller sends them, held against NetSuite's rules one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from handler.payloads.netsuite_reading import Seen, read_payload
from handler.payloads.netsuite_rules import faults_of_payload

SOURCE: Final = "settlement-plugin"
CODE: Final = "NOT_FOR_NETSUITE"
# A record of a thousand wrong lines is told of by the first of them.
_MOST_ERRORS: Final = 50

Document = dict[str, Any]


def checked(payloads: Sequence[object]) -> list[Document]:
    """Return the outcome of each record, in order.

    Args:
        payloads: REST calls {method, path, body} or Celigo's flat records; numbers are int or
            Decimal.
    """
    return [_outcome(payload) for payload in payloads]


def _outcome(payload: object) -> Document:
    faults = faults_of_payload(payload)
    seen = read_payload(payload)
    return {
        "external_id": _external_id(seen),
        "record": seen.record if isinstance(seen, Seen) else "",
        "success": not faults,
        "faults": len(faults),
        "errors": [
            {
                "code": CODE,
                "message": str(fault),
                "source": SOURCE,
                "repair": f"Correct {fault.where}: NetSuite would refuse it.",
                "retryable": False,
            }
            for fault in faults[:_MOST_ERRORS]
        ],
    }


def _external_id(seen: object) -> str:
    found = seen.header.get("externalId") if isinstance(seen, Seen) else ""
    return found if isinstance(found, str) else ""


def payloads_in(found: object) -> list[object]:
    """Return the records a file holds: one alone, a list of them, or a list under "data"."""
    if isinstance(found, Mapping) and isinstance(found.get("data"), list):
        found = found["data"]
    return list(found) if isinstance(found, list) else [found]
