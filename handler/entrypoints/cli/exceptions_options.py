"""The options of `python -m handler exceptions`."""

from __future__ import annotations

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
_NOTED = {
    "note": "keep what is said of an exception",
    "resolve": "close an exception as resolved, with the reason",
    "ignore": "close an exception for as long as nobody opens it again, with the reason",
}


def add(commands: Commands) -> None:
    """Add `exceptions` with its actions; each sets ``action``, and the caller ``run``."""
    group = commands.add_parser("exceptions", help="what broke, why, and how to repair it")
    actions = group.add_subparsers(required=True, metavar="ACTION", dest="action")
    listing = actions.add_parser(
        "list",
        help="list exceptions, the latest first",
        description="Needs TABLE_NAME and BUCKET_NAME. Exit 0.",
    )
    which = listing.add_mutually_exclusive_group()
    which.add_argument(
        "--state", default="open", choices=("open", "resolved", "ignored"), help="which ones"
    )
    which.add_argument("--code", default="", help="open ones of a code")
    which.add_argument(
        "--severity", default="", choices=("error", "warning"), help="open ones of a severity"
    )
    listing.add_argument("--limit", type=int, default=50, metavar="N", help="how many at most")
    listing.add_argument(
        "--format", default="table", choices=("table", "json"), help="what to print"
    )
    shown = actions.add_parser("show", help="print one exception with its history, as JSON")
    shown.add_argument("exception_id", metavar="EXCEPTION_ID")
    assigned = actions.add_parser("assign", help="say who sees to an exception")
    assigned.add_argument("exception_id", metavar="EXCEPTION_ID")
    assigned.add_argument("owner", metavar="OWNER", help="a person or a team; empty for nobody")
    for action, told in _NOTED.items():
        noted = actions.add_parser(action, help=told)
        noted.add_argument("exception_id", metavar="EXCEPTION_ID")
        noted.add_argument("note", metavar="NOTE")
    opened = actions.add_parser("reopen", help="open an exception again, its attempts forgotten")
    opened.add_argument("exception_id", metavar="EXCEPTION_ID")
    again = actions.add_parser(
        "retry",
        help="run the job that found an exception again",
        description="Exit 0 where all are resolved, else 1.",
    )
    one = again.add_mutually_exclusive_group(required=True)
    one.add_argument("exception_id", metavar="EXCEPTION_ID", nargs="?", default="")
    one.add_argument("--code", default="", help="all open ones of a code")
