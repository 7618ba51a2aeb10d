"""NetSuite's internal ids of many settlements' entries, told in one call: each for itself.

Entries of one settlement are kept in one write. Where that is refused they are told one by one, so
that a wrong one fails alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handler.core.errors import Conflict, PluginError, RefusedRequest
from handler.flows.acknowledge import acknowledge

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.payloads.result import Document

_OF_ONE_ENTRY = ("UNKNOWN_ENTRY", "ACKNOWLEDGED_OTHERWISE")


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry that NetSuite has.

    Attributes:
        settlement_id: Amazon's number.
        external_id: of the entry.
        internal_id: NetSuite's.
    """

    settlement_id: str
    external_id: str
    internal_id: str


def acknowledge_each(app: App, given: Sequence[PostedEntry]) -> list[Document | PluginError]:
    """Keep internal ids; return in order where each settlement stands then, or why it is refused.

    The errors are those of :func:`~handler.flows.acknowledge.acknowledge`.
    """
    places: dict[str, list[int]] = {}
    for place, one in enumerate(given):
        places.setdefault(one.settlement_id, []).append(place)
    answers: dict[int, Document | PluginError] = {}
    for settlement_id, of_it in places.items():
        answers |= _of_one(app, settlement_id, {place: given[place] for place in of_it})
    return [answers[place] for place in range(len(given))]


def _of_one(
    app: App, settlement_id: str, entries: dict[int, PostedEntry]
) -> dict[int, Document | PluginError]:
    told = _tell(app, settlement_id, list(entries.values()))
    alone = (
        isinstance(told, RefusedRequest | Conflict)
        and told.code in _OF_ONE_ENTRY
        and len(entries) > 1
    )
    if alone:
        return {place: _tell(app, settlement_id, [one]) for place, one in entries.items()}
    return dict.fromkeys(entries, told)


def _tell(app: App, settlement_id: str, entries: Sequence[PostedEntry]) -> Document | PluginError:
    pairs = [(one.external_id, one.internal_id) for one in entries]
    try:
        return acknowledge(app, settlement_id, pairs)
    except PluginError as error:
        return error
