"""Four consecutive Canadian settlements, and how a flow takes them through reconciliation."""

from __future__ import annotations

from typing import Any

from plugin import SETTLEMENTS, Plugin, data_of, plugin
from werkzeug.test import TestResponse

NAMES = (
    "ca_v1_2025-07_negative.txt",
    "ca_v1_2025-08a_negative_again.txt",
    "ca_v1_2025-08b_blank_line_inside.txt",
    "ca_v1_2025-09.txt",
)
JULY, EARLY_AUGUST, AUGUST, SEPTEMBER = IDS = (
    "13111134249",
    "72743017832",
    "03177986348",
    "57036297021",
)
LINES = [
    {
        "id": "B1",
        "date": "2025-09-02",
        "amount": "1016.08",
        "currency": "CAD",
        "descriptor": "AMAZON.CA DES:MARKETPLAC",
    },
    {
        "id": "B2",
        "date": "2025-09-29",
        "amount": "4630.23",
        "currency": "CAD",
        "descriptor": "AMAZON.CA DES:MARKETPLAC",
    },
]
MATCH = {"profile": "ca", "as_of": "2025-09-30", "bank_lines": LINES}


def send(here: Plugin, path: str, body: Any, **request: Any) -> TestResponse:
    """A JSON body to an address."""
    return here.call("POST", path, json=body, **request)


def settled(names: tuple[str, ...] = NAMES) -> Plugin:
    """The files, settled."""
    here = plugin()
    for name in names:
        data_of(here.post((SETTLEMENTS / name).read_bytes()))
    return here


def entries_of(here: Plugin, settlement_id: str) -> list[str]:
    """External ids of what a flow posts of a settlement's latest version."""
    address = f"/v1/settlements/{settlement_id}/journal?format=celigo"
    return [record["externalId"] for record in data_of(here.get(address))]


def acknowledged(here: Plugin, settlement_id: str) -> dict[str, Any]:
    """The answer after all of a settlement's entries were acknowledged."""
    entries = [
        {"external_id": of, "internal_id": f"n{of}"} for of in entries_of(here, settlement_id)
    ]
    body = {"entries": entries}
    (answer,) = data_of(send(here, f"/v1/settlements/{settlement_id}/posted", body))
    assert isinstance(answer, dict)
    return answer


def posted(names: tuple[str, ...] = NAMES) -> Plugin:
    """The files, settled and acknowledged."""
    here = settled(names)
    for name in names:
        acknowledged(here, IDS[NAMES.index(name)])
    return here


def states(here: Plugin) -> list[str]:
    """Where the four stand, the first first."""
    return [record.state for of in IDS if (record := here.settlements.get(of)) is not None]
