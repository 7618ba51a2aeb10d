"""Stock on a terminal, and the history for a chart."""

from __future__ import annotations

from dataclasses import dataclass, field

from test_drift import STATE, run

from handler.inventory.drift_pair import FbmCount, NetsuiteCount
from handler.payloads.drift_documents import chart, drift_document, item_chart
from handler.payloads.stock_tables import decisions_table, drift_table, ledger_table


@dataclass(frozen=True)
class Run:
    as_of: str
    differences: dict[tuple[str, str, str], tuple[int, int]]
    compared: int = 2
    units: int = 6
    causes: dict[str, int] = field(default_factory=dict)


def test_decisions_stand_with_their_figures_to_the_right() -> None:
    text = decisions_table(
        [
            {"marketplace": "ATV", "sku": "A", "action": "publish", "reason": "CHANGED",
             "message": "", "quantity": 1200, "previous": 7},
            {"sku": "B", "action": "quarantined", "message": "It has no item.", "quantity": None},
        ]
    )  # fmt: skip
    assert text.splitlines() == [
        "Decisions: 1 publish, 1 quarantined",
        "",
        "Listings",
        "  Marketplace  SKU  Action       Before    Now  Reason",
        "  ATV          A    publish           7  1,200  CHANGED",
        "               B    quarantined       -      -",
        "",
        "  B: It has no item.",
    ]
    assert decisions_table([]) == "Decisions: none"


def test_a_ledger_shows_postings_what_waits_and_the_end() -> None:
    text = ledger_table(
        {
            "profile": "us", "kind": "ledger_detail", "first_day": "2024-12-02",
            "last_day": "2024-12-12", "rows": 10,
            "postings": [
                {"external_id": "E1", "kind": "transfer", "tran_date": "2024-12-02",
                 "source": "T", "target": "S", "lines": [{"item": "A", "quantity": 25}]}
            ],
            "held": [{"fnsku": "X9", "sku": "N", "day": "2024-12-03", "units": -1, "code": "C"}],
            "equation": {"reading": "signed", "rows": 4},
            "exceptions": [{"severity": "error", "code": "C", "what": "W.", "repair": "R."}],
        }
    ).splitlines()  # fmt: skip
    assert text[0] == "Ledger detail of profile us, 2024-12-02 to 2024-12-12, 10 rows"
    assert "Transfer E1   2024-12-02   T -> S" in text
    assert "  A       +25" in text
    assert "  X9     N    2024-12-03     -1  C" in text
    assert "Balances: reading signed, rows 4" in text
    assert "    Repair: R." in text
    assert text[-1] == "1 to post, 1 waiting."


def test_an_empty_ledger_document_is_a_table_too() -> None:
    assert ledger_table({}).splitlines()[-1] == "Nothing to post."


def test_drift_is_shown_with_its_cause() -> None:
    outcome = run(
        netsuite=(NetsuiteCount("A", "FBA", 150, 144),), fbm=(FbmCount("A", STATE, due=12),)
    )
    lines = drift_table(drift_document(outcome)).splitlines()
    assert lines[0].startswith("Stock as of 2024-12-02T08:00:00+00:00: 3 compared, 1 agreed")
    assert "  A     FBA       on hand       156       150          +6  unexplained" in lines
    assert "Findings: 2" in lines


def test_the_chart_is_in_order_of_time() -> None:
    key = ("A", "FBA", "on_hand")
    runs = [Run("2024-12-03", {}), Run("2024-12-02", {key: (156, 150)})]
    assert [(one["as_of"], one["differ"]) for one in chart(runs)] == [
        ("2024-12-02", 1),
        ("2024-12-03", 0),
    ]
    assert item_chart(runs, "A") == [
        {
            "item": "A",
            "location": "FBA",
            "measure": "on_hand",
            "points": [
                {"as_of": "2024-12-02", "amazon": 156, "netsuite": 150, "difference": 6},
                {"as_of": "2024-12-03", "amazon": None, "netsuite": None, "difference": 0},
            ],
        }
    ]
    assert item_chart(runs, "B") == []
