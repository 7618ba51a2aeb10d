"""The options of `python -m handler outbox`."""

from __future__ import annotations

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(commands: Commands) -> None:
    """Add `outbox` with its five actions; each sets ``action``, and the caller ``run``."""
    group = commands.add_parser("outbox", help="what waits to be posted to NetSuite")
    actions = group.add_subparsers(required=True, metavar="ACTION", dest="action")
    listing = actions.add_parser(
        "list",
        help="list the parcels on their way, or those given up",
        description="Needs TABLE_NAME and BUCKET_NAME. Exit 0.",
    )
    listing.add_argument(
        "--state", default="waiting", choices=("waiting", "parked"), help="which parcels"
    )
    listing.add_argument("--limit", type=int, default=50, metavar="N", help="how many at most")
    listing.add_argument(
        "--format", default="table", choices=("table", "json"), help="what to print"
    )
    _lease(actions)
    told = actions.add_parser(
        "acknowledge", help="say under which internal id NetSuite has a message's record"
    )
    told.add_argument("message_id", metavar="MESSAGE_ID")
    told.add_argument("internal_id", metavar="INTERNAL_ID")
    back = actions.add_parser("return", help="give messages back that were not posted")
    back.add_argument("message_id", metavar="MESSAGE_ID", nargs="+")
    back.add_argument("--code", default="", help="what went wrong, short")
    back.add_argument("--message", default="", help="what went wrong, as NetSuite said it")
    back.add_argument(
        "--unfailed", action="store_true", help="nothing went wrong: it is no attempt"
    )
    release = actions.add_parser("release", help="let parked parcels go out again")
    release.add_argument("parcel_id", metavar="PARCEL_ID", nargs="+")


def _lease(actions: Commands) -> None:
    lease = actions.add_parser(
        "lease",
        help="take messages, as a flow does, and print them as JSON",
        description="What is taken and not acknowledged is handed out again when the lease ends.",
    )
    lease.add_argument("--profile", default="", help="whose; everybody's if left")
    lease.add_argument("--kind", default="", help="which kind of records; all if left")
    lease.add_argument(
        "--format", default="celigo", choices=("celigo", "netsuite"), help="form of the records"
    )
    lease.add_argument("--limit", type=int, default=20, metavar="N", help="how many, 1 to 100")
    lease.add_argument(
        "--seconds", type=int, default=300, metavar="N", help="for how long, 30 to 3600"
    )
