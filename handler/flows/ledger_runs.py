"""What reports of the ledger brought forth: shown again, given to the flow, acknowledged by it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import OutsideFailure, RefusedRequest
from handler.flows import cursors
from handler.flows.netsuite_ids import acknowledged, as_kept, merged
from handler.flows.outbox_settled import settle_parcels
from handler.flows.parcels_made import run_group
from handler.flows.ports import Page
from handler.payloads import packed
from handler.payloads.ledger_run import brief, shown

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.inventory_ports import LedgerRun
    from handler.payloads.references import References

Document = dict[str, Any]
_ROUNDS: Final = 6
_MOST_NAMED: Final = 20


def runs(app: App, profile: str, limit: int, cursor: str) -> Page[Document]:
    """Return a profile's runs, the latest recorded first.

    Raises:
        RefusedRequest: ``BAD_CURSOR``, ``UNKNOWN_PROFILE``.
        OutsideFailure: a store did not answer.
    """
    app.stock_mappings.load(profile)
    page = app.inventory.ledger_runs(profile, limit, cursor)
    return Page([run_of(run) for run in page.items], page.cursor)


def one(app: App, run_id: str) -> Document:
    """Return a run with its postings in brief, and what waits.

    Raises:
        RefusedRequest: ``RUN_NOT_FOUND``.
        OutsideFailure: a store did not answer.
    """
    run = _known(app, run_id)
    document = shown(packed.unpack(app.files.read(run.result_key)))
    return {**document, **run_of(run), "postings": brief(document["postings"])}


def references_of(app: App, run_id: str) -> References:
    """Return the internal ids that a run's postings go out with.

    Raises:
        RefusedRequest: ``RUN_NOT_FOUND``.
        UnusableMapping: the file of ids is wrong; says where.
        OutsideFailure: a store did not answer.
    """
    return app.references.load(_known(app, run_id).profile)


def postings(app: App, run_id: str, limit: int, cursor: str) -> Page[Document]:
    """Return a run's postings with their lines, in order.

    Args:
        app: the ports.
        run_id: names the run.
        limit: how many, at least 1.
        cursor: of the page before, or empty.

    Raises:
        RefusedRequest: ``RUN_NOT_FOUND``, ``BAD_CURSOR``.
        OutsideFailure: a store did not answer.
    """
    run = _known(app, run_id)
    every: Sequence[Document] = packed.unpack(app.files.read(run.result_key))["postings"]
    listing = f"postings:{run_id}"
    start = cursors.offset(cursor, listing)
    end = start + limit
    return Page(every[start:end], cursors.encode(listing, str(end)) if end < len(every) else "")


def acknowledge(app: App, run_id: str, given: Iterable[tuple[str, str]]) -> Document:
    """Keep NetSuite's internal ids of a run's postings; with the last one the run is posted.

    Args:
        app: the ports.
        run_id: names the run.
        given: (external id, internal id).

    Raises:
        RefusedRequest: ``RUN_NOT_FOUND``; ``UNKNOWN_ENTRY``: an external id is none of this run's.
        Conflict: ``ACKNOWLEDGED_OTHERWISE``: a posting has another internal id already.
        OutsideFailure: a store did not answer, or others kept writing.
    """
    pairs = tuple(given)
    for _ in range(_ROUNDS):
        run = _known(app, run_id)
        ids = _merged(run, pairs)
        is_whole = set(run.external_ids) <= set(ids)
        after = replace(
            run,
            netsuite_ids=as_kept(ids),
            state="posted" if is_whole else run.state,
        )
        if after == run or app.inventory.move_ledger_run(after, run):
            told, known = {external for external, _ in pairs}, acknowledged(run.netsuite_ids)
            # Also where nothing is new: a call cut off here is told again.
            settle_parcels(app, run_group(run_id), ids, told, told - known.keys())
            return run_of(after)
    raise OutsideFailure(
        "STORE_BUSY",
        f"Run {run_id} kept changing under other writers.",
        "Send the same again in a few seconds.",
    )


def run_of(run: LedgerRun) -> Document:
    """Return what the table says of a run."""
    ids = acknowledged(run.netsuite_ids)
    return {
        "run_id": run.run_id,
        "profile": run.profile,
        "kind": run.kind,
        "state": run.state,
        "first_day": run.first_day,
        "last_day": run.last_day,
        "told_at": run.told_at,
        "recorded_at": run.recorded_at,
        "acknowledged": [
            {"external_id": external, "internal_id": internal} for external, internal in ids.items()
        ],
        "missing": [external for external in run.external_ids if external not in ids],
    }


def _known(app: App, run_id: str) -> LedgerRun:
    run = app.inventory.ledger_run(run_id.rpartition("-")[0], run_id)
    if run is None:
        raise RefusedRequest(
            "RUN_NOT_FOUND",
            f"There is no run {run_id!r}.",
            "Look at GET /v1/inventory/fba/runs.",
        )
    return run


def _merged(run: LedgerRun, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    unknown = sorted({external for external, _ in pairs} - set(run.external_ids))
    if unknown:
        raise RefusedRequest(
            "UNKNOWN_ENTRY",
            f"Run {run.run_id} has no posting {', '.join(unknown[:_MOST_NAMED])}.",
            "Acknowledge the run's postings, by their external ids.",
            {"unknown": unknown},
        )
    return merged(run.netsuite_ids, pairs, "Posting")
