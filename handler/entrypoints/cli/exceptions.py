"""`python -m handler exceptions list|show|assign|note|resolve|ignore|reopen|retry`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from handler import wiring
from handler.entrypoints.cli.printing import print_more
from handler.flows import exception_handling as handling
from handler.flows.exception_actions import ACTIONS, act
from handler.flows.exception_ports import ExceptionList, ExceptionState
from handler.flows.exception_retry import retry, retry_alike
from handler.payloads import json_text
from handler.settings import operator, read_settings

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.exception_record import Document

_DONE: Final = 0
_NOT: Final = 1
_AT_ONCE: Final = 20


def run(options: argparse.Namespace) -> int:
    """Do one action; 0 where all of it was done, else 1."""
    app = wiring.build(read_settings())
    if options.action == "list":
        return _list(app, options)
    if options.action == "retry":
        return _retry(app, options, _operator())
    if options.action == "show":
        print(json_text.dumps(handling.detail(app, options.exception_id)))
        return _DONE
    takes = ACTIONS[options.action].takes
    said = {takes: getattr(options, takes)} if takes else {}
    told = act(app, options.exception_id, options.action, said, _operator())
    print(json_text.dumps(told))
    return _DONE


def _list(app: App, options: argparse.Namespace) -> int:
    which = ExceptionList(options.state)
    for kind in ("code", "severity"):
        if getattr(options, kind):
            which = ExceptionList(kind, getattr(options, kind))
    page = handling.listed(app, which, max(options.limit, 1))
    if options.format == "json":
        print(json_text.dumps(page.items))
        return _DONE
    for one in page.items:
        _print(one)
    if not page.items:
        print("There are none.")
    if page.cursor:
        print_more(len(page.items))
    return _DONE


def _retry(app: App, options: argparse.Namespace, by: str) -> int:
    if not options.code:
        told = retry(app, options.exception_id, by)
        _print(told)
        return _DONE if told["state"] == ExceptionState.RESOLVED else _NOT
    code, cursor = _DONE, ""
    while True:
        page = retry_alike(app, options.code, by, _AT_ONCE, cursor)
        for one in page.items:
            _print(one)
            if one["state"] != ExceptionState.RESOLVED:
                code = _NOT
        cursor = page.cursor
        if not cursor:
            return code


def _print(one: Document) -> None:
    owner = f", {one['owner']}" if one["owner"] else ""
    print(
        f"{one['last_seen'][:19]}  {one['severity']:<8}  {one['state']:<9}  {one['code']}  "
        f"{one['scope']}, {one['count']} time(s){owner}"
    )
    print(f"    {one['what']}")
    print(f"    Repair: {one['repair']}")
    print(f"    {one['id']}")
    if "not_retried" in one:
        print(f"    Not retried: {one['not_retried']}")


def _operator() -> str:
    return f"cli:{operator()}"
