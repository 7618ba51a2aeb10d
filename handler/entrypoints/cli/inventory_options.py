"""The options of `python -m handler inventory`."""

from __future__ import annotations

import argparse
from typing import TypeAlias

_ON_FILES = "On files alone: nothing is stored. "
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(commands: Commands) -> None:
    """Add `inventory` with its three actions; each sets ``action``, and the caller ``run``."""
    group = commands.add_parser(
        "inventory", help="stock at Amazon and in NetSuite, on files; nothing is stored"
    )
    actions = group.add_subparsers(required=True, metavar="WHAT", dest="action")
    _decide(actions)
    _ledger(actions)
    _drift(actions)


def _decide(actions: Commands) -> None:
    command = _action(
        actions,
        "decide",
        "say what the seller's own listings should have on Amazon",
        "FILE is the JSON body of POST /v1/inventory/fbm/decide. Several are decided one after the "
        "other on the same state, so a second one shows what changes. Exit 0 all decided, 2 one is "
        "refused, quarantined or parked, 1 unusable.",
        "NetSuite's counts as JSON",
    )
    command.add_argument(
        "--mode",
        default="changes",
        choices=("changes", "assert"),
        help="send what changed, or everything",
    )
    command.add_argument(
        "--now",
        default="",
        metavar="MOMENT",
        help="when the first file is decided, such as 2024-12-02T08:00:00Z; else now",
    )


def _ledger(actions: Commands) -> None:
    _action(
        actions,
        "ledger",
        "say what Amazon's reports of stock bring into NetSuite",
        "A report named later counts as made later: of two detail reports of the same days the "
        "second shows only the difference. A summary is proven and compared with the detail named "
        "before it. The formats netsuite, celigo and csv print the postings alone. Exit 0 clean, "
        "2 something waits or is held, 1 unusable.",
        "Amazon's reports, packed or not",
        ("table", "json", "netsuite", "celigo", "csv"),
    )


def _drift(actions: Commands) -> None:
    command = _action(
        actions,
        "drift",
        "compare Amazon's counts with NetSuite's",
        "counts.csv: item, location, on_hand, available; UTF-8 with a header line, whole units, "
        "empty where it is not known. Exit 0 no drift, 2 drift, or a report is not clean, 1 "
        "unusable.",
        "Amazon's reports, packed or not",
    )
    command.add_argument(
        "--netsuite", required=True, metavar="CSV", help="NetSuite's counts as CSV"
    )
    command.add_argument(
        "--as-of",
        default="",
        metavar="MOMENT",
        help="when NetSuite was read, such as 2024-12-02T08:00:00Z; else now",
    )


def _action(
    actions: Commands,
    name: str,
    about: str,
    more: str,
    files: str,
    formats: tuple[str, ...] = ("table", "json"),
) -> argparse.ArgumentParser:
    opening = about[0].upper() + about[1:]  # capitalize() would make names small
    command = actions.add_parser(name, help=about, description=f"{opening}. {_ON_FILES}{more}")
    command.add_argument("files", nargs="+", metavar="FILE", help=files)
    command.add_argument("--profile", required=True, help="whose stock")
    command.add_argument("--format", default="table", choices=formats, help="what to print")
    command.add_argument("--mappings", default="", metavar="DIR", help="another mappings folder")
    return command
