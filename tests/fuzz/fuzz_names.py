"""What the targets are called, and where their inputs are kept; imports nothing of the plugin."""

from __future__ import annotations

from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
NAMES = (
    "flat_v1",
    "flat_v2",
    "settlement_xml",
    "date_range",
    "finances_2024",
    "finances_v0",
    "stock",
    "person_files",
    "mapping_tables",
    "mapping_trees",
    "texts",
    "function",
    "json_call",
    "any_call",
)
