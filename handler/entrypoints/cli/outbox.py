"""`python -m handler outbox list|lease|acknowledge|return|release`: the outbox by hand."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from handler import wiring
from handler.core.errors import PluginError
from handler.entrypoints.cli.printing import print_more
from handler.flows import outbox
from handler.flows.outbox import Asked, Posted, Returned
from handler.payloads import json_text
from handler.settings import read_settings

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]
_DONE: Final = 0
_NOT: Final = 1


def run(options: argparse.Namespace) -> int:
    """Do one action; 0 where all of it was done, else 1."""
    app = wiring.build(read_settings())
    match options.action:
        case "list":
            return _list(app, options)
        case "lease":
            return _lease(app, options)
        case "acknowledge":
            posted = Posted(options.message_id, options.internal_id)
            return _told([options.message_id], outbox.acknowledge(app, [posted]))
        case "return":
            returned = [
                Returned(one, options.code, options.message, not options.unfailed)
                for one in options.message_id
            ]
            return _told(options.message_id, outbox.give_back(app, returned))
        case _:
            return _told(options.parcel_id, outbox.release(app, options.parcel_id))


def _list(app: App, options: argparse.Namespace) -> int:
    page = outbox.parcels(app, options.state, max(options.limit, 1))
    if options.format == "json":
        print(json_text.dumps(page.items))
        return _DONE
    for line in _table(page.items):
        print(line)
    if page.cursor:
        print_more(len(page.items))
    return _DONE


def _table(parcels: Sequence[Document]) -> Iterable[str]:
    for parcel in parcels:
        subject = parcel["settlement_id"] or parcel["run_id"]
        yield (
            f"{parcel['ready_at'][:19]}  {parcel['state']:<9}  {parcel['kind']:<8}  "
            f"{parcel['profile']:<8}  {subject}  {len(parcel['external_ids'])} record(s), "
            f"attempt {parcel['attempts']}{_held_by(parcel)}"
        )
        yield f"    {parcel['parcel_id']}"
        if parcel["last_error"]:
            yield f"    {parcel['last_error']}"
    if not parcels:
        yield "There are none."


def _held_by(parcel: Document) -> str:
    return f", with {parcel['holder']}" if parcel["holder"] else ""


def _lease(app: App, options: argparse.Namespace) -> int:
    leased = outbox.lease(
        app,
        Asked(
            holder="command line",
            dialect=options.format,
            profiles=(options.profile,) if options.profile else (),
            kinds=(options.kind,) if options.kind else (),
            limit=options.limit,
            seconds=options.seconds,
        ),
    )
    print(json_text.dumps(leased.messages))
    until = f" until {leased.until}" if leased.messages else ""
    more = "; more waits" if leased.more else ""
    print(f"{len(leased.messages)} message(s) taken{until}{more}.", file=sys.stderr)
    return _DONE


def _told(names: Sequence[str], answers: Sequence[Document | PluginError]) -> int:
    code = _DONE
    for name, answer in zip(names, answers, strict=True):
        if isinstance(answer, PluginError):
            code = _NOT
            print(f"{name}: {answer.code}: {answer.message}", file=sys.stderr)
            print(f"Repair: {answer.repair}", file=sys.stderr)
        else:
            print(f"{name}: its parcel is {answer['state']} now.")
    return code
