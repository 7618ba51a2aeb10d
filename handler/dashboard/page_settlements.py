"""The settlements: which there are, and how the money of one came to its deposit."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from handler.core.errors import RefusedRequest
from handler.core.money import known_currency
from handler.dashboard.gate import signed_in
from handler.dashboard.shell import render_page
from handler.dashboard.view_settlement import (
    entries_shown,
    lines_by_number,
    of_rows,
    steps,
    waterfall,
    whole_entries,
)
from handler.dashboard.view_settlement_proof import laws_checked, timeline, unknown_moves
from handler.entrypoints.http_plugin import plugin
from handler.flows import read_settlement
from handler.flows.exception_record import shown
from handler.flows.kept_deposits import kept_deposit
from handler.flows.kept_result import read_result
from handler.flows.moves import known
from handler.flows.netsuite_ids import acknowledged
from handler.flows.parcels_made import settlement_group
from handler.flows.posted import repost
from handler.flows.session_roles import Role
from handler.flows.settlement_page import exceptions_met, in_state
from handler.payloads import json_text
from handler.payloads.dialects import JSON, render
from handler.reconciliation.state import SettlementState

_SHOWN: Final = 50
_ROWS: Final = 100
# What a journal is handed out as: how the page calls it, and its file's ending.
_FORMS: Final = {
    "csv": ("CSV for NetSuite's import", "csv"),
    "netsuite": ("REST records for NetSuite", "netsuite.json"),
    "celigo": ("records for Celigo", "celigo.json"),
    "json": ("the whole document", "json"),
}
_STATES: Final = [str(state) for state in SettlementState if state != SettlementState.RECEIVED]


@signed_in()
def index() -> Response:
    """List settlements, the latest end first."""
    app = plugin()
    asked = {name: request.args.get(name, "") for name in ("profile", "state")}
    cursor = request.args.get("cursor", "")
    return render_page(
        "settlements.html",
        asked={name: value for name, value in asked.items() if value},
        profiles=sorted({hint.name for hint in app.mappings.hints()}),
        states=_STATES,
        found=in_state(app, asked["profile"], asked["state"], _SHOWN, cursor),
        is_first=not cursor,
    )


@signed_in()
def show(settlement_id: str) -> Response:
    """Show one settlement: where it stands, what came to it, its way to the deposit, its entries.

    Of an earlier version, what that came to.
    """
    app, version = plugin(), _version()
    record = read_settlement.recorded(app, settlement_id, version)
    is_latest = not version or known(app, settlement_id).version == version
    document = read_result(app, record).document
    code, deposit = record.currency, kept_deposit(app, record)
    way = steps(document) if record.status == "proven" else ()
    planned = document["deposit_entry"]
    posted = [*document["journal_entries"], *([planned] if planned else [])]  # type: ignore[misc]
    whole = whole_entries(document) if "whole_journal" in document else ()
    versions = app.settlements.versions(settlement_id)
    still = app.settlements.exceptions_of(f"settlement:{settlement_id}")
    parcels = app.outbox.group(settlement_group(settlement_id))
    return render_page(
        "settlement.html",
        record=record,
        is_latest=is_latest,
        document=document,
        printed=app.now().isoformat(timespec="seconds"),
        forms=_FORMS,
        exceptions=[shown(app, one) for one in still],
        events=timeline(record, versions, exceptions_met(app, versions, still), parcels),
        unknown_moves=unknown_moves(record),
        laws=laws_checked(document),
        notices=[one for one in document["exceptions"] if one["severity"] == "notice"],  # type: ignore[attr-defined]
        way=way,
        figure=waterfall(way, code),
        entries=entries_shown(posted, code),
        whole=entries_shown(whole, code),
        netsuite_ids=acknowledged(record.netsuite_ids),
        versions=versions,
        deposit=deposit,
        parcels=parcels,
    )


@signed_in(Role.ACCOUNTANT)
def settle_again(settlement_id: str) -> AnyResponse:
    """Settle the recorded file of a held settlement again, under the mappings as they are now."""
    app = plugin()
    # One that was proven since is in the books: this button, pressed late, must not correct it.
    if known(app, settlement_id).status == "held":
        repost(app, settlement_id, b"")
    return redirect(url_for("dashboard.settlements.show", settlement_id=settlement_id), 303)


@signed_in()
def rows(settlement_id: str) -> Response:
    """Show the file's rows behind a line of the journal."""
    app = plugin()
    text, cursor = request.args.get("line", ""), request.args.get("cursor", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    page = read_settlement.rows(app, settlement_id, number, _ROWS, cursor)
    record = known(app, settlement_id)
    line = lines_by_number(read_result(app, record).document).get(number)
    money = known_currency(record.currency)
    amounts = [money.minor(str(row["amount"])) for row in page.items]
    return render_page(
        "settlement_rows.html",
        record=record,
        line=line,
        total=of_rows(line, money) if line else 0,
        rows=list(zip(page.items, amounts, strict=True)),
        here_sum=sum(amounts),
        cursor=page.cursor,
        is_first=not cursor,
    )


@signed_in()
def journal(settlement_id: str) -> Response:
    """Hand out the journal, of an earlier version too, as a file in one of the forms."""
    app, form, version = plugin(), request.args.get("format", ""), _version()
    if form not in _FORMS:
        raise RefusedRequest(
            "UNKNOWN_FORMAT", f"There is no format {form!r}.", f"Use one of: {', '.join(_FORMS)}."
        )
    document = read_settlement.journal(app, settlement_id, version)
    if form == "json":
        text, content_type = json_text.dumps(document), JSON
    else:
        made = render(document, form, app.references.load(str(document["profile"])))
        text, content_type = made.text, made.content_type
    answer = Response(text, content_type=f"{content_type}; charset=utf-8")
    of_version = f"-v{version}" if version else ""
    name = f"{settlement_id}{of_version}.{_FORMS[form][1]}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _version() -> int:
    """Return which version the address names; 0 where it names none, or nothing that is one."""
    text = request.args.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
