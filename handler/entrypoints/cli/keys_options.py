"""The options of `python -m handler keys`."""

from __future__ import annotations

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(commands: Commands) -> None:
    """Add `keys` with its actions; each sets ``action``, and the caller ``run``."""
    group = commands.add_parser("keys", help="bearer keys for the HTTP steps")
    actions = group.add_subparsers(required=True, metavar="ACTION", dest="action")
    _create(actions)
    _import(actions)
    actions.add_parser("list", help="list the keys, without the keys themselves; times in UTC")
    _rotate(actions)
    revoke = actions.add_parser("revoke", help="refuse a key from now on")
    _which(revoke)
    audit = actions.add_parser(
        "audit", help="list who changed keys and webhooks, the latest first; times in UTC"
    )
    audit.add_argument("--limit", type=_count, default=50, help="how many entries; 50 if left")
    audit.add_argument("--cursor", default="", help="where the list before this one ended")


def _create(actions: Commands) -> None:
    command = actions.add_parser("create", help="make a key and print it, once")
    command.add_argument("--name", required=True, help="whose it is")
    command.add_argument(
        "--scopes", required=True, help="what it may do, separated by commas; * for everything"
    )
    _limits(command)


def _import(actions: Commands) -> None:
    command = actions.add_parser(
        "import",
        help="accept a token that somebody else generated, as integrator.io does for a stack",
        description="The token is read from the standard input, or from a file; a command line "
        "is seen by every process of the machine and kept in the shell's history.",
    )
    command.add_argument("--name", default="", help="whose it is")
    command.add_argument("--scopes", default="", help="what it may do, separated by commas")
    command.add_argument("--file", default="", help="a file that holds nothing but the token")
    command.add_argument(
        "--replaces",
        default="",
        metavar="NAME_OR_KEY_ID",
        help="the keys it takes over from, with their name, scopes and limit",
    )
    _grace(command)
    _limits(command)


def _rotate(actions: Commands) -> None:
    command = actions.add_parser(
        "rotate",
        help="make a key in place of others of its name, which expire after a while",
        description="For a token of integrator.io: `keys import --replaces`.",
    )
    _which(command)
    _grace(command)
    _until(command)


def _which(command: argparse.ArgumentParser) -> None:
    named = command.add_mutually_exclusive_group(required=True)
    named.add_argument("--name", dest="which", help="every key of this name")
    named.add_argument("--id", dest="which", help="the one key of this key id")


def _grace(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--grace-hours",
        type=_count,
        metavar="HOURS",
        help="how long the old keys are accepted still; 24 if left, 0 for not at all",
    )


def _limits(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--per-minute",
        type=_count,
        default=0,
        metavar="CALLS",
        help="how many calls a minute it may make; the installation's CALLS_PER_MINUTE if left",
    )
    _until(command)


def _until(command: argparse.ArgumentParser) -> None:
    until = command.add_mutually_exclusive_group()
    until.add_argument("--days", type=_count, help="after how many days it expires")
    until.add_argument(
        "--expires-at", default="", metavar="WHEN", help="when it expires: 2026-12-31T00:00:00Z"
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)
