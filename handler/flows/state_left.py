"""Raw files that left no result: received as if they had just come, in the order of their periods.

They were refused, held as unusable, or never worked on. Received again they are so again, and the
register has them; what is settled for the first time comes to its parcels, parked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast
from zoneinfo import ZoneInfo

from handler.core.errors import PluginError, UnusableFile
from handler.core.source import Source, unpacked
from handler.flows.file_attempt import Upload
from handler.flows.posted import POSTED, settle_kept
from handler.flows.state_ports import KeptFile, Noted
from handler.flows.state_replay import parked
from handler.flows.stock_files import UPLOADED as REPORTS
from handler.flows.upload import receive
from handler.inventory.amazon_report import ReportKind
from handler.inventory.readers import read_report
from handler.settlement import readers

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.inventory_ports import (
        InventoryStore,
        LedgerDayRecord,
        LedgerRun,
    )
    from handler.flows.parcel import Parcel
    from handler.flows.ports import RegisteredException, SettlementRecord, SettlementStore

_LAST: Final = "9999"  # after every period


def receive_left(
    app: App, left: Iterable[KeptFile], broken: Collection[str], noted: list[Noted]
) -> int:
    """Receive the files of which no result tells; return how many.

    Args:
        app: the ports.
        left: the files, in any order.
        broken: settlements that are not whole: nothing may be settled over what is missing there.
        noted: takes what was settled for the first time, and what could not be received.

    Raises:
        OutsideFailure: a store did not answer: run it again.
    """
    received = 0
    headed = [(file, _head(app, file)) for file in left]
    for file, (_, settlement_id) in sorted(headed, key=lambda one: (one[1][0], one[0].written_at)):
        if settlement_id in broken:
            noted.append(
                Noted(
                    "FILE_LEFT",
                    file.key,
                    f"It was not received: settlement {settlement_id} is not whole, see there.",
                    "Mend what is missing, and rebuild again.",
                )
            )
            continue
        _receive(_parking(app, file), file, noted)
        received += 1
    return received


def _receive(app: App, file: KeptFile, noted: list[Noted]) -> None:
    if file.key.startswith((POSTED, REPORTS)) and _tells_of_stock(app, file):
        noted.append(
            Noted(
                "REPORT_LEFT",
                file.key,
                "A report of stock without a result that says what it brought; it was not read.",
                "Send it again once the listings are registered, with the moment it was made.",
            )
        )
        return
    try:
        if file.key.startswith(POSTED):
            answer = settle_kept(app, app.files.bucket, file.key)
            what, of = str(answer.document["status"]), str(answer.document["settlement_id"])
        else:
            outcome = receive(app, Upload(app.files.bucket, file.key, file.size))
            what, of = outcome.what, outcome.settlement_id
    except UnusableFile:
        return  # registered, as when it came
    except PluginError as error:
        if error.retryable:
            raise
        noted.append(Noted(error.code, file.key, error.message, error.repair))
        return
    if what in ("proven", "held"):
        noted.append(
            Noted(
                "SETTLED_NOW",
                file.key,
                f"Settlement {of} had no result in the bucket: it was settled now, and is {what}.",
                "See whether NetSuite has it. If not, release its parcel.",
            )
        )


def _head(app: App, file: KeptFile) -> tuple[str, str]:
    """Return the end of a settlement file's period, and whose it is; what has none comes last."""
    if file.key.startswith(REPORTS):
        return _LAST, ""
    try:
        header = readers.header(_source(app, file))
    except PluginError:
        return _LAST, ""
    return header.end.day_in(ZoneInfo("UTC")).isoformat(), header.settlement_id


def _source(app: App, file: KeptFile) -> Source:
    return unpacked(app.files.source(file.key))


def _tells_of_stock(app: App, file: KeptFile) -> bool:
    """Return whether a file is a report of stock that must not simply be read again.

    Of an upload that is the ledger's detail: it moves units, and by listings that may be lost. A
    posted report says nowhere whose stock it tells of.
    """
    try:
        report = read_report(_source(app, file))
    except PluginError:
        return False
    return file.key.startswith(POSTED) or report.kind is ReportKind.LEDGER_DETAIL


def _parking(app: App, file: KeptFile) -> App:
    """Return the ports at the moment a file came; what is to be posted comes parked."""
    settlements = cast("SettlementStore", _Parking(app.settlements))
    inventory = cast("InventoryStore", _Parking(app.inventory))
    return replace(app, settlements=settlements, inventory=inventory, now=lambda: file.written_at)


class _Parking:
    """A store whose parcels come parked."""

    def __init__(self, store: Any) -> None:  # noqa: ANN401 - of settlements, or of stock
        self._store = store

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._store, name)

    def record(
        self,
        record: SettlementRecord,
        exceptions: Sequence[RegisteredException],
        idempotency_key: str = "",
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Record a settlement."""
        done: bool = self._store.record(record, exceptions, idempotency_key, parked(parcels))
        return done

    def post_ledger(
        self,
        run: LedgerRun,
        days: Sequence[LedgerDayRecord],
        exceptions: Sequence[RegisteredException],
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Record a run."""
        done: bool = self._store.post_ledger(run, days, exceptions, parked(parcels))
        return done
