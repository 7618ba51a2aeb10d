"""What a flow says of messages it had: acknowledged and given back together, answered in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from handler.core.errors import PluginError, RefusedRequest
from handler.flows import outbox
from handler.flows.outbox import Posted, Returned

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]
Outcome = Document | PluginError | None
Told = Posted | Returned | RefusedRequest | None


def tell(app: App, told: Sequence[Told]) -> list[Outcome]:
    """Tell the outbox; return what it says to each, in order.

    Where a store does not answer, everything it was to be told fails with that, and nothing else
    of the page does. What is an error already stays one; what is ``None`` stays ``None``.
    """
    outcomes: list[Outcome] = [one if isinstance(one, PluginError) else None for one in told]
    posted = [(place, one) for place, one in enumerate(told) if isinstance(one, Posted)]
    returned = [(place, one) for place, one in enumerate(told) if isinstance(one, Returned)]
    try:
        said = outbox.acknowledge(app, [one for _, one in posted]) if posted else []
    except PluginError as error:
        said = [error] * len(posted)
    try:
        back = outbox.give_back(app, [one for _, one in returned]) if returned else []
    except PluginError as error:
        back = [error] * len(returned)
    for (place, _), outcome in zip([*posted, *returned], [*said, *back], strict=True):
        outcomes[place] = outcome
    return outcomes


def internal_id(value: object) -> str:
    """Return NetSuite's internal id as text; empty where it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text_of(value)


def text_of(value: object) -> str:
    """Return a text without blanks around it; empty where it is no text."""
    return value.strip() if isinstance(value, str) else ""
