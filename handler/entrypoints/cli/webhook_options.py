"""The options of `python -m handler webhooks`."""

from __future__ import annotations

import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `webhooks` with its actions."""
    group = commands.add_parser(
        "webhooks",
        help="where results are sent",
        description="Needs TABLE_NAME and BUCKET_NAME. Exit 0 done, 1 not; of `test` and "
        "`deliver` 2 where a target did not take something.",
    )
    actions = group.add_subparsers(required=True, metavar="ACTION", dest="action")
    _place(actions)
    for action, help_text in (
        ("pause", "send nothing for now; results wait"),
        ("resume", "send again, beginning with what waits"),
        ("remove", "send nothing any more; address and keys are forgotten"),
        ("rotate", "put a new signing key in front and print it, once; the old one stays valid"),
        ("retire", "let only the newest signing key sign"),
        ("test", "send one signed message that carries nothing, and print the answer"),
    ):
        command = actions.add_parser(action, help=help_text, description=f"{help_text}.")
        command.add_argument("name", metavar="NAME")
    actions.add_parser("list", help="list the targets, without their keys")
    deliver = actions.add_parser("deliver", help="send now what waits, as each minute does")
    deliver.add_argument(
        "--seconds", type=int, default=60, metavar="N", help="how long to go on; 60 if left"
    )


def _place(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for action, help_text in (
        ("add", "add a target and print its signing key, once"),
        ("change", "change where or what is sent"),
    ):
        command = actions.add_parser(action, help=help_text, description=f"{help_text}.")
        command.add_argument("name", metavar="NAME", help="letters, digits and '-'")
        command.add_argument("--url", required=action == "add", help="https address of the target")
        command.add_argument(
            "--profiles", metavar="P,...", help="whose results, separated by commas; '' for all"
        )
        command.add_argument(
            "--dialect", choices=("celigo", "netsuite"), help="form of the records; celigo if left"
        )
        command.add_argument(
            "--event", choices=("results", "alert"), help="what it gets; results if left"
        )
