"""The options of `python -m handler netsuite`."""

from __future__ import annotations

import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `netsuite` with its actions; each sets ``action``, and the caller ``run``."""
    group = commands.add_parser(
        "netsuite",
        help="what NetSuite would refuse, and the internal ids it goes by",
        description="On files alone. Exit 0 clean, 2 something to do, 1 unusable.",
    )
    actions = group.add_subparsers(required=True, metavar="ACTION", dest="action")
    check = actions.add_parser(
        "check",
        help="say what NetSuite would refuse of records, before it is asked",
        description="Records are REST calls {method, path, body} or Celigo's flat records.",
    )
    check.add_argument(
        "file", metavar="FILE", help='JSON: a record, a list of records, or {"data": [...]}'
    )
    ids = actions.add_parser(
        "ids",
        help="list every name a profile may send, with NetSuite's internal id or `missing`",
        description="The ids stand in mappings/netsuite/PROFILE.csv.",
    )
    ids.add_argument("--profile", required=True, help="whose")
    ids.add_argument(
        "--format",
        default="table",
        choices=("table", "csv"),
        help="csv: the whole file anew, to be filled in where an id is empty",
    )
    ids.add_argument("--mappings", default="", metavar="DIR", help="another mappings folder")
