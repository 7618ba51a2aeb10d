"""Settle a raw file and remember it: the same call gives the same answer and records nothing twice.

The settlement's identity is profile + content + mapping version, which holds the exchange rate too
where one counts. Whoever comes second with the same identity, at once or a year later, gets what
the first recorded. Other content or another mapping of a proven settlement is refused: it may be in
the books.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from handler.core.errors import Conflict
from handler.core.source import Source, content_hash, unpacked
from handler.flows import order_history
from handler.flows.correct import corrected_document, correction
from handler.flows.kept_result import read_result
from handler.flows.not_recorded import busy, conflict
from handler.flows.parcels_made import of_settlement
from handler.flows.registered import registered
from handler.flows.settle_call import Answer, RawFile, Wish
from handler.flows.settlement_record import correcting, new_record
from handler.payloads import stored
from handler.payloads.result import document
from handler.payloads.stored import StoredResult
from handler.settlement import readers
from handler.settlement.choose_profile import choose
from handler.settlement.exchange_rate import rate_within, used_rate, versioned
from handler.settlement.settle import Mappings, Settled, settle
from handler.settlement.trace import trace

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.order_history import History
    from handler.flows.ports import SettlementRecord
    from handler.settlement.report import Header

# Concurrent writers of one settlement settle their order in two rounds; more means trouble.
_ROUNDS: Final = 4


def settle_raw(app: App, raw: RawFile, wish: Wish) -> Answer:
    """Settle a raw file as the caller wishes.

    Raises:
        UnusableFile, UnusableMapping, RefusedRequest: the file, the mappings, the call is wrong.
        Conflict, OutsideFailure: something else is recorded; other writers kept coming first.
    """
    source = unpacked(raw.source)
    content = content_hash(source)
    header = readers.header(source, wish.settlement_id)
    mappings = app.mappings.load(wish.profile or _profile(app, source, header))
    mappings = mappings.only(wish.settlement_id)
    rate = used_rate(wish.exchange_rate, mappings.profile, header.currency)
    identity = (mappings.profile.name, content, versioned(mappings.version, rate))
    is_repeated = _is_used(app, wish.idempotency_key, header.settlement_id, identity)
    told: tuple[Settled, History] | None = None
    for _ in range(_ROUNDS):
        known = app.settlements.get(header.settlement_id)
        ours = None if wish.dry_run else known
        again = _same_call(app, ours, identity, wish, is_repeated) if ours is not None else None
        if again is not None:
            if wish.idempotency_key:
                app.settlements.remember(wish.idempotency_key, again)
            return Answer(read_result(app, again).document, again, replayed=True)
        settled, history = told = told or _told(app, source, mappings, rate, keep=not wish.dry_run)
        in_books = known if known is not None and known.status == "proven" else None
        result = _result(app, settled, content, in_books if wish.repost else None, history)
        if wish.dry_run:
            return Answer(result.document, None, replayed=False)
        if (
            in_books is not None
            and not wish.repost
            and _says_the_same(app, in_books, settled, identity)
        ):
            return Answer(read_result(app, in_books).document, in_books, replayed=True)
        if in_books is not None and (not wish.repost or in_books.profile != mappings.profile.name):
            raise conflict(in_books, identity)
        if in_books is not None and settled.status == "held":
            # A correction that is held changes nothing: what is in the books still stands.
            return Answer(result.document, None, replayed=False)
        record = new_record(app, settled, identity, raw.key, known.version + 1 if known else 1)
        if in_books is not None:
            record = correcting(record, in_books, result.document)
        raw.keep(app.files)
        app.files.keep(record.result_key, stored.pack(result), "application/gzip")
        exceptions = registered(app, f"settlement:{record.settlement_id}", settled.findings)
        parcels = of_settlement(record, result.document, app.now())
        if app.settlements.record(record, exceptions, wish.idempotency_key, parcels):
            order_history.keep_index(app, history, record)
            app.settled(record, cast("int", result.document["rows"]))
            return Answer(result.document, record, replayed=False)
    raise busy(header.settlement_id)


def _told(
    app: App, source: Source, mappings: Mappings, rate: str, *, keep: bool
) -> tuple[Settled, History]:
    """Settle a file, with what the earlier settlements say of its refunds."""
    settled = settle(source, mappings, rate)
    history = order_history.look_back(app, source, mappings, keep=keep)
    return history.told(settled), history


def _same_call(
    app: App,
    known: SettlementRecord,
    identity: tuple[str, str, str],
    wish: Wish,
    is_repeated: bool,
) -> SettlementRecord | None:
    """Return the version that this very call recorded before, if one did.

    An upload told again after a correction is no news: it has its answer. A repost asks for what is
    in the books now, so for it only the latest version counts; unless its key says that it is the
    same call, come again late: it must not take back what was corrected since. A key says so of
    any call, though a rule was added in between.
    """
    if known.identity == identity:
        return known
    asks_anew = wish.repost and not is_repeated
    # Of a single version nothing was corrected; its own identity was asked for above.
    is_alone = known.version == 1 and (wish.repost or not is_repeated)
    if known.status == "held" or asks_anew or is_alone:
        return None
    told = identity[:2] if is_repeated else identity
    versions = app.settlements.versions(known.settlement_id)
    return next(
        (
            found
            for found in reversed(versions)
            if found.identity[: len(told)] == told
            and not (is_repeated and found.status == "held")
            and (wish.repost or rate_within(found.mapping_version) == rate_within(identity[2]))
        ),
        None,
    )


def _says_the_same(
    app: App, in_books: SettlementRecord, settled: Settled, identity: tuple[str, str, str]
) -> bool:
    """Return whether the same file, under other mappings, comes out as it is in the books.

    Then it is the same call: a rule for something else is no reason to refuse it.
    """
    return (
        in_books.identity[:2] == identity[:2]
        and rate_within(in_books.mapping_version) == rate_within(identity[2])
        and settled.status == "proven"
        and not correction(app, in_books, settled).found
    )


def _result(
    app: App,
    settled: Settled,
    content: str,
    in_books: SettlementRecord | None,
    history: History,
) -> StoredResult:
    """Return what there is to say: of a correction, the difference to what is in the books."""
    whole = document(settled, content)
    if in_books is not None and settled.status == "proven":
        whole = corrected_document(whole, settled, correction(app, in_books, settled))
    whole["late_refunds"] = order_history.late_refunds(history)
    return StoredResult(whole, trace(settled.journal, settled.profile.grouping))


def _profile(app: App, source: Source, header: Header) -> str:
    marketplaces = readers.marketplaces(source)
    return choose(app.mappings.hints(), marketplaces, header.currency.code)


def _is_used(
    app: App, idempotency_key: str, settlement_id: str, identity: tuple[str, str, str]
) -> bool:
    """Return whether the caller's key was used before, for this settlement and content."""
    used = app.settlements.idempotent(idempotency_key) if idempotency_key else None
    if used is not None and used != (settlement_id, *identity[:2]):
        raise Conflict(
            "IDEMPOTENCY_KEY_REUSED",
            f"The Idempotency-Key was used for settlement {used[0]} with other content.",
            "Use a new key for a new file.",
            {"settlement_id": used[0]},
        )
    return used is not None
