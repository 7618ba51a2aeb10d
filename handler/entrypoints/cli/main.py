"""The command line's commands and their options.

Exit codes of `settle` and `show`: 0 proven, 2 held, 1 unusable. Of `reconcile`, `inventory`
and `mappings diff`: 0 clean, 2 something to do, 1 unusable. Of the others: 0 done, 1 not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from handler.core.errors import PluginError, UnusableFile
from handler.entrypoints.cli import (
    inventory_options,
    keys_options,
    netsuite_options,
    outbox_options,
    reconcile_options,
    webhook_options,
)

UNUSABLE = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
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
    _reconcile(commands)
    _inventory(commands)
    _show(commands)
    _keys(commands)
    _outbox(commands)
    _netsuite(commands)
    _webhooks(commands)
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
    command.set_defaults(run=_run_settle)


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
    command.set_defaults(run=_run_check)
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
    command.set_defaults(run=_run_diff)


def _reconcile(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    reconcile_options.add(commands)
    commands.choices["reconcile"].set_defaults(run=_run_reconcile)


def _inventory(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    inventory_options.add(commands)
    commands.choices["inventory"].set_defaults(run=_run_inventory)


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
    command.set_defaults(run=_run_show)


def _keys(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys_options.add(commands)
    commands.choices["keys"].set_defaults(run=_run_keys)


def _outbox(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    outbox_options.add(commands)
    commands.choices["outbox"].set_defaults(run=_run_outbox)


def _netsuite(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    netsuite_options.add(commands)
    commands.choices["netsuite"].set_defaults(run=_run_netsuite)


def _webhooks(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    webhook_options.add(commands)
    commands.choices["webhooks"].set_defaults(run=_run_webhooks)


# Each command is imported when it runs: `settle` needs neither boto3 nor flask.


def _run_settle(options: argparse.Namespace) -> int:
    from handler.entrypoints.cli import settle  # noqa: PLC0415

    return settle.run(options)


def _run_check(options: argparse.Namespace) -> int:
    from handler.entrypoints.cli import mappings  # noqa: PLC0415

    return mappings.run(options)


def _run_diff(options: argparse.Namespace) -> int:
    from handler.entrypoints.cli import mapping_changes  # noqa: PLC0415

    return mapping_changes.run(options)


def _run_reconcile(options: argparse.Namespace) -> int:
    from handler.entrypoints.cli import reconcile  # noqa: PLC0415

    return reconcile.run(options)


def _run_inventory(options: argparse.Namespace) -> int:
    from handler.entrypoints.cli import inventory  # noqa: PLC0415

    return inventory.run(options)


def _run_show(options: argparse.Namespace) -> int:
    from handler.entrypoints.cli import show  # noqa: PLC0415

    return show.run(options)


def _run_keys(options: argparse.Namespace) -> int:
    from handler.entrypoints.cli import keys  # noqa: PLC0415

    return keys.run(options)


def _run_outbox(options: argparse.Namespace) -> int:
    from handler.entrypoints.cli import outbox  # noqa: PLC0415

    return outbox.run(options)


def _run_netsuite(options: argparse.Namespace) -> int:
    from handler.entrypoints.cli import netsuite  # noqa: PLC0415

    return netsuite.run(options)


def _run_webhooks(options: argparse.Namespace) -> int:
    from handler.entrypoints.cli import webhooks  # noqa: PLC0415

    return webhooks.run(options)
