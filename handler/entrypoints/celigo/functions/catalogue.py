"""Every function of the plugin that integrator.io may call, and where each of them stands.

Each can be called by both frameworks: by framework 1 as a hook or wrapper, by framework 2 by its
name alone. A function's file says what its records are; its settings are those of the export or
import it is a hook of.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from handler.entrypoints.celigo import answer_shapes as shapes
from handler.entrypoints.celigo.addressing import Kind, Options
from handler.entrypoints.celigo.registry import ANY_KEY, CallContext, FunctionRegistry
from handler.flows.api_keys import (
    INVENTORY_WRITE,
    OUTBOX_DELIVER,
    SETTLEMENTS_READ,
    SETTLEMENTS_WRITE,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from handler.entrypoints.celigo.answer_shapes import Shape
    from handler.flows.app import App


@dataclass(frozen=True, slots=True)
class Offered:
    """A function that integrator.io may call.

    Attributes:
        name: it is called by.
        kind: hook or wrapper, for framework 1.
        shape: what it gets and gives.
        scope: what the caller's key must allow.
        place: module and function. It is imported when it is called, as a cold start calls one.
    """

    name: str
    kind: Kind
    shape: Shape
    scope: str
    place: str

    @property
    def call(self) -> Callable[[App, Options, CallContext], object]:
        """What gets the ports, the options and the context."""
        module, _, name = self.place.partition(".")
        found: Callable[[App, Options, CallContext], object]
        found = getattr(import_module(f"{__package__}.{module}"), name)
        return found

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of the settings it knows."""
        module = import_module(f"{__package__}.{self.place.partition('.')[0]}")
        return getattr(module, "SETTINGS", ())

    def over(self, app: App) -> Callable[[Options, CallContext], object]:
        """Return it as the registry calls it."""
        return lambda options, context: self.call(app, options, context)


OFFERED: Final = (
    Offered(
        "settlePage",
        Kind.HOOK,
        shapes.PRE_SAVE_PAGE,
        SETTLEMENTS_WRITE,
        "settle_page.settle_page",
    ),
    Offered(
        "readLedgerRows",
        Kind.HOOK,
        shapes.PRE_SAVE_PAGE,
        INVENTORY_WRITE,
        "read_ledger.read_ledger_rows",
    ),
    Offered(
        "classifyRows",
        Kind.HOOK,
        shapes.PRE_MAP,
        SETTLEMENTS_READ,
        "classify_page.classify_page",
    ),
    Offered(
        "decideFbm",
        Kind.HOOK,
        shapes.PRE_MAP,
        INVENTORY_WRITE,
        "decide_quantities.decide_fbm",
    ),
    Offered(
        "validatePosting",
        Kind.HOOK,
        shapes.POST_MAP,
        ANY_KEY,
        "validate_posting.validate_posting",
    ),
    Offered(
        "acknowledgePosted",
        Kind.HOOK,
        shapes.POST_SUBMIT,
        OUTBOX_DELIVER,
        "acknowledge_posted.acknowledge_posted",
    ),
    Offered(
        "acknowledge",
        Kind.HOOK,
        shapes.POST_RESPONSE_MAP,
        OUTBOX_DELIVER,
        "acknowledge_records.acknowledge",
    ),
    Offered("initForm", Kind.HOOK, shapes.FORM_INIT, ANY_KEY, "settings_form.init_form"),
    Offered(
        "fetchOutbox",
        Kind.WRAPPER,
        shapes.EXPORT,
        OUTBOX_DELIVER,
        "fetch_outbox.fetch_outbox",
    ),
    Offered(
        "importPosted",
        Kind.WRAPPER,
        shapes.IMPORT,
        OUTBOX_DELIVER,
        "acknowledge_records.import_posted",
    ),
    Offered("pingPlugin", Kind.WRAPPER, shapes.PING, ANY_KEY, "ping_plugin.ping_plugin"),
)


def product_functions(app: App) -> FunctionRegistry:
    """Return the plugin's functions, over its ports."""
    registry = FunctionRegistry()
    for one in OFFERED:
        for kind in (one.kind, Kind.MODULE):
            registry.add(kind, one.name, one.over(app), shape=one.shape, scope=one.scope)
    return registry
