"""The options of `python -m handler alerts`."""

from __future__ import annotations

import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `alerts` with its actions; each sets ``action``, and the caller ``run``."""
    group = commands.add_parser(
        "alerts",
        help="what is told to people outside",
        description="Needs TABLE_NAME and BUCKET_NAME. Exit 0 done, 1 not; of `test` 2 where a "
        "channel did not take it, of `stale` 2 where a feed is stale.",
    )
    actions = group.add_subparsers(required=True, metavar="ACTION", dest="action")
    for action, help_text in (
        ("test", "send a message that tells nothing to every channel"),
        ("stale", "list what comes again and again, and how long ago it last came"),
        ("run", "find and send now what is due, as each minute does"),
    ):
        actions.add_parser(action, help=help_text, description=f"{help_text}.")
