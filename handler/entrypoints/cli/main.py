"""The command line's commands and their options.

Exit codes of `settle` and `show`: 0 proven, 2 held, 1 unusable. Of `reconcile`, `inventory`,
`mappings diff` and `state`: 0 clean, 2 something to do, 1 unusable. Of the others: 0 done, 1 not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType

from handler.core.errors import PluginError, UnusableFile
from handler.entrypoints.cli import (
    alerts_options,
    exceptions_options,
    inventory_options,
    keys_options,
    netsuite_options,
    outbox_options,
    reconcile_options,
    state_options,
    webhook_options,
)
from handler.entrypoints.cli.terminal import letters_only

UNUSABLE = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    with letters_only():
        return _run(_parser().parse_args(arguments))


def _run(options: argparse.Namespace) -> int:
    try:
        return int(options.run(options))
    except PluginError as error:
        file = getattr(options, "file", "") if isinstance(error, UnusableFile) else ""
        where = f"{file}: " if file and file not in error.message else ""
        print(f"{error.code}: {where}{error.message}", file=sys.stderr)
        if error.repair:
            print(f"Repair: {error.repair}", file=sys.stderr)
        return UNUSABLE
    except BrokenPipeError:
        # The reader (head, less) had enough: nothing is wrong, and nothing more can be said.
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m handler",
        description="Amazon settlements as proven NetSuite journals.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _settle(commands)
    _mappings(commands)
    _command(commands, "reconcile", reconcile_options)
    _command(commands, "inventory", inventory_options)
    _show(commands)
    _command(commands, "keys", keys_options)
    _command(commands, "outbox", outbox_options)
    _command(commands, "exceptions", exceptions_options)
    _command(commands, "netsuite", netsuite_options)
    _command(commands, "webhooks", webhook_options)
    _command(commands, "alerts", alerts_options)
    _command(commands, "state", state_options)
    return parser


def _settle(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "settle",
        help="settle a file on this machine; nothing is stored",
        description="Settle a settlement file: exit 0 proven, 2 held, 1 unusable.",
    )
    command.add_argument("file", metavar="FILE", help="the settlement report, packed or not")
    command.add_argument("--profile", default="", help="whose books; found from the file if left")
    command.add_argument(
        "--format",
        default="table",
        choices=("table", "json", "netsuite", "celigo", "csv"),
        help="what to print",
    )
    command.add_argument("--explain", type=int, metavar="N", help="print the rows behind line N")
    command.add_argument(
        "--settlement", default="", metavar="ID", help="which one, of a file that holds several"
    )
    command.add_argument(
        "--exchange-rate",
        default="",
        metavar="RATE",
        help="the entity's currency for one unit of the settlement's, handed on to NetSuite",
    )
    command.add_argument(
        "--history",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="earlier settlements, to find the sales of late refunds in",
    )
    command.add_argument("--mappings", default="", metavar="DIR", help="another mappings folder")
    command.set_defaults(run=_later("settle"))


def _mappings(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("mappings", help="look at the accountants' tables")
    actions = group.add_subparsers(required=True, metavar="ACTION")
    command = actions.add_parser(
        "check",
        help="say what is wrong in mappings/, and what a file would leave unmapped",
        description="Exit 0 where nothing is wrong and nothing is unmapped, else 1.",
    )
    command.add_argument("file", metavar="FILE", nargs="?", default="", help="a settlement report")
    command.add_argument("--profile", default="", help="whose books; found from the file if left")
    command.add_argument("--mappings", default="", metavar="DIR", help="another mappings folder")
    command.set_defaults(run=_later("mappings"))
    command = actions.add_parser(
        "diff",
        help="say what the mappings as they are now would change in recorded settlements",
        description="Needs TABLE_NAME and BUCKET_NAME. Exit 0 where nothing would change, else 2.",
    )
    command.add_argument("--profile", default="", help="whose settlements; everybody's if left")
    command.add_argument(
        "--format", default="table", choices=("table", "json"), help="what to print"
    )
    command.add_argument("--mappings", default="", metavar="DIR", help="another mappings folder")
    command.set_defaults(run=_later("mapping_changes"))


def _show(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("show", help="print a stored settlement as `settle` does")
    command.add_argument("settlement_id", metavar="SETTLEMENT_ID")
    command.add_argument(
        "--format",
        default="table",
        choices=("table", "json", "netsuite", "celigo", "csv"),
        help="what to print",
    )
    command.add_argument("--explain", type=int, metavar="N", help="print the rows behind line N")
    command.set_defaults(run=_later("show"))


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    options: ModuleType,
) -> None:
    """Add a command whose options are said in a file of their own."""
    options.add(commands)
    commands.choices[name].set_defaults(run=_later(name))


def _later(module: str) -> Callable[[argparse.Namespace], int]:
    """Return what runs a command, imported when it runs: `settle` needs neither boto3 nor flask."""

    def run(options: argparse.Namespace) -> int:
        found: int = import_module(f"handler.entrypoints.cli.{module}").run(options)
        return found

    return run
