"""A profile's comparisons of stock as a chart, and their causes in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from handler.payloads.drift_documents import chart

if TYPE_CHECKING:
    from handler.flows.inventory_ports import DriftRun


def history_figure(runs: Sequence[DriftRun]) -> dict[str, Any]:
    """Return the comparisons as a chart, the earliest first."""
    points = chart(runs)
    return {
        "kind": "line",
        "unit": "",
        "labels": [str(point["as_of"])[:16].replace("T", " ") for point in points],
        "series": [
            {"name": "Units beyond tolerance", "values": [point["units"] for point in points]},
        ],
    }


def causes_line(causes: Mapping[str, int]) -> str:
    """Return how many differences were put down to each cause, the commonest first."""
    ranked = sorted(causes.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in ranked)
