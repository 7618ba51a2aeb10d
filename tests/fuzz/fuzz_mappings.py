"""Targets: the accountants' files, and texts that people and programs type in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import fuzz_laws as laws
from fuzz_readers import MAPPINGS, STOCK

from handler.adapters.inventory_listings_table import read_listings
from handler.adapters.inventory_policies import read_policy
from handler.adapters.ledger_reasons_table import read_reasons
from handler.adapters.mapping_costs import read_costs
from handler.adapters.mapping_fault import MappingFault, refuse
from handler.adapters.mapping_profiles import parse_hint, read_profile
from handler.adapters.mapping_tables import read_classes, read_rules
from handler.adapters.mapping_text import file_text
from handler.adapters.reference_files import read_references
from handler.core.web_address import web_address
from handler.flows import cursors, key_checks
from handler.flows.stock_files import told_by_key

Faults = Sequence[MappingFault]
_CLASSES = MAPPINGS.load("us").classes
_REASONS = STOCK.load("us").policy.reasons
_LABEL = "mappings/file"


def _hint(text: str) -> Faults:
    parse_hint(text, _LABEL, "us")
    return ()


_TABLES: Sequence[Callable[[str], Faults]] = (
    lambda text: read_classes(text, _LABEL)[1],
    lambda text: read_rules(text, _LABEL, _CLASSES)[1],
    lambda text: read_costs(text, _LABEL)[1],
    lambda text: read_references(text, _LABEL)[1],
    lambda text: read_listings(text, _LABEL, "A3TH9S8BH6GOGM")[1],
    lambda text: read_reasons(text, _LABEL)[1],
)
_TREES: Sequence[Callable[[str], Faults]] = (
    lambda text: read_profile(text, _LABEL, "us", _CLASSES)[1],
    lambda text: read_policy(text, _LABEL, "us", _REASONS)[1],
    _hint,
)


def tables(content: bytes) -> None:
    """CSV tables; the first byte chooses."""
    _read(_TABLES, content)


def trees(content: bytes) -> None:
    """TOML files; the first byte chooses."""
    _read(_TREES, content)


def _read(readers: Sequence[Callable[[str], Faults]], content: bytes) -> None:
    def read() -> None:
        text = file_text(content[1:], _LABEL)
        faults = readers[(content[0] if content else 0) % len(readers)](text)
        lines = text.count("\n") + 1
        for fault in faults:
            assert 1 <= fault.line <= lines, fault
        refuse(list(faults))

    laws.refusal_of(read)


_TEXTS: Sequence[Callable[[str], object]] = (
    web_address,
    lambda text: web_address(text, allow_local=True),
    lambda text: cursors.decode(text, "settlements", 2),
    lambda text: cursors.offset(text, "rows"),
    key_checks.checked_name,
    key_checks.checked_token,
    key_checks.looks_like_a_key,
    told_by_key,
)


def texts(content: bytes) -> None:
    """Addresses, cursors, keys and file names, all of them given the same text."""
    text = content.decode("utf-8", "replace")
    for read in _TEXTS:
        laws.refusal_of(lambda read=read: repr(read(text)).encode())
