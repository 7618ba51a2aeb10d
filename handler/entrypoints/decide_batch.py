"""A batch of listings to decide, as any caller sends it: checked record by record, and decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handler import metrics
from handler.core.errors import PluginError, RefusedRequest
from handler.flows.decide_fbm import decide
from handler.inventory.decision import Decision, Mode
from handler.payloads.decision_documents import decision_document
from handler.payloads.listing_patch import feed, feed_message

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]
SOURCE: Final = "inventory-plugin"


class DecidedBatch(NamedTuple):
    """What became of a batch.

    Attributes:
        data: the answer to each record, in order.
        send: places of what is to be sent, in the order to send it.
        sent: the decisions of these places.
    """

    data: list[Document]
    send: list[int]
    sent: list[Decision]

    def feed(self) -> Document:
        """Return what is to be sent as one JSON_LISTINGS_FEED, for many listings at once.

        Its messages are numbered as they stand: the processing report names them.
        """
        messages = [
            feed_message(one.listing, one.quantity, number)
            for number, one in enumerate(self.sent, 1)
            if one.listing is not None and one.quantity is not None
        ]
        return dict(feed(self.sent[0].key.seller, messages)) if messages else {}


def decide_batch(
    app: App,
    profile: str,
    records: Sequence[object],
    orders: Sequence[object] = (),
    mode: Mode = Mode.CHANGES,
    *,
    dry_run: bool = False,
) -> DecidedBatch:
    """Decide records, each for itself; one that cannot be read fails alone.

    Args:
        app: the ports.
        profile: whose stock.
        records: listings with NetSuite's counts, as sent.
        orders: orders NetSuite may not know of, as sent.
        mode: whether only changes are sent, or everything.
        dry_run: write nothing.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``; ``BAD_RECORD``: an order cannot be read.
        UnusableMapping, OutsideFailure: as :func:`~handler.flows.decide_fbm.decide`.
    """
    from handler.entrypoints import http_inventory_schemas as schemas  # noqa: PLC0415 - pydantic

    told = schemas.Records(schemas.Order, orders)
    for one in told.checked:
        if isinstance(one, RefusedRequest):
            raise one  # an order that cannot be read might be the one that oversells
    checked = schemas.Records(schemas.ListingCount, records)
    good = checked.good()
    answer = decide(
        app,
        profile,
        [record.source() for _, record in good],
        [order.order() for _, order in told.good()],
        mode,
        dry_run=dry_run,
    )
    if not dry_run:
        metrics.count("FbmDecisions", len(answer.decisions), profile=profile)
        metrics.count("FbmPublished", len(answer.emission), profile=profile)
    places = [place for place, _ in good]
    decided = {
        place: decision_document(decision)
        for place, decision in zip(places, answer.decisions, strict=True)
    }
    data = [
        outcome(one) if isinstance(one, RefusedRequest) else decided[place]
        for place, one in enumerate(checked.checked)
    ]
    sent = [answer.decisions[one] for one in answer.emission]
    return DecidedBatch(data, [places[one] for one in answer.emission], sent)


def outcome(refused: PluginError | None) -> Document:
    """Return how a record ended: well, or refused with its one error."""
    if refused is None:
        return {"success": True, "errors": []}
    fault = {
        "code": refused.code,
        "message": refused.message,
        "source": SOURCE,
        "repair": refused.repair,
        "retryable": refused.retryable,
    }
    return {"success": False, "errors": [fault]}
