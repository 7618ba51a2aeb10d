"""Where a settlement's matched deposit lies: beside its result, under a name of its own.

It is written by the call that moved the settlement, after the move, so that what lies there is what
happened. A settlement whose call was cut off in between has none, and is matched again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handler.core.errors import RefusedRequest
from handler.flows.moves import DONE
from handler.payloads.kept_deposit import KeptDeposit, pack, unpack

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord


def kept_deposit(app: App, record: SettlementRecord) -> KeptDeposit | None:
    """Return how a settlement's deposit was matched; ``None`` where nothing is kept of it.

    Raises:
        OutsideFailure: the bucket did not answer.
    """
    if record.version == 1 and record.state not in DONE:
        return None  # only what was deposited once has one: no need to ask
    try:
        return unpack(app.files.read(_key(record)))
    except RefusedRequest as error:
        if error.code != "FILE_NOT_FOUND":
            raise
        return None


def keep_deposit(app: App, record: SettlementRecord, kept: KeptDeposit) -> None:
    """Keep how a settlement's deposit was matched.

    Raises:
        OutsideFailure: the bucket did not answer.
    """
    app.files.keep(_key(record), pack(kept), "application/gzip")


def _key(record: SettlementRecord) -> str:
    return f"results/{record.profile}/{record.settlement_id}/deposit.json.gz"
