"""The options of `python -m handler state`."""

from __future__ import annotations

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(commands: Commands) -> None:
    """Add `state` with its four actions; each sets ``action``, and the caller ``run``."""
    group = commands.add_parser("state", help="save, restore, check and rebuild the whole state")
    actions = group.add_subparsers(required=True, metavar="ACTION", dest="action")
    export = actions.add_parser(
        "export",
        help="write every item of the table to a file, with its manifest beside it",
        description="Needs TABLE_NAME and BUCKET_NAME, and dynamodb:Scan. Exit 0 done, 1 not.",
    )
    export.add_argument("place", metavar="PLACE", help="a new file, or s3://BUCKET/KEY")
    imported = actions.add_parser(
        "import",
        help="write an export into an empty table, and check it",
        description="Cut off, run it again. Exit 0 done and whole, 2 something is broken or was "
        "left, 1 not done.",
    )
    imported.add_argument("place", metavar="PLACE", help="a file, or s3://BUCKET/KEY")
    imported.add_argument(
        "--over",
        action="store_true",
        help="into a table that is not empty, over what stands there",
    )
    actions.add_parser(
        "check",
        help="name what in the table and the bucket does not agree",
        description="Reads the whole table and the bucket's list. Exit 0 whole, 2 broken.",
    )
    rebuild = actions.add_parser(
        "rebuild",
        help="make settlements, ledger, rules and parcels anew from the bucket alone",
        description="Into an empty table, or to go on after a cut. Parcels come parked: nothing "
        "is posted. Exit 0 all as it was, 2 something to look at, 1 not done.",
    )
    rebuild.add_argument(
        "--posted",
        default="",
        metavar="FILE",
        help="what NetSuite has: CSV with the columns external_id and internal_id",
    )
    rebuild.add_argument(
        "--mappings",
        nargs="+",
        action="extend",
        default=[],
        metavar="DIR",
        help="mappings folders of earlier deployments, to settle again what was settled with them",
    )
