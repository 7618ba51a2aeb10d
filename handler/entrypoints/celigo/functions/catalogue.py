"""Every function of the plugin that integrator.io may call, and where each of them stands.

Each can be called by both frameworks: by framework 1 as a hook or wrapper, by framework 2 by its
name alone. A function's file says what its records are; its settings are those of the export or
import it is a hook of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from handler.entrypoints.celigo import answer_shapes as shapes
from handler.entrypoints.celigo.addressing import Kind, Options
from handler.entrypoints.celigo.answer_shapes import Shape
from handler.entrypoints.celigo.functions import (
    acknowledge_records,
    classify_page,
    decide_quantities,
    fetch_outbox,
    read_ledger,
    settings_form,
    settle_page,
)
from handler.entrypoints.celigo.functions.acknowledge_posted import acknowledge_posted
from handler.entrypoints.celigo.functions.ping_plugin import ping_plugin
from handler.entrypoints.celigo.functions.validate_posting import validate_posting
from handler.entrypoints.celigo.registry import ANY_KEY, CallContext, FunctionRegistry
from handler.flows.api_keys import (
    INVENTORY_WRITE,
    OUTBOX_DELIVER,
    SETTLEMENTS_READ,
    SETTLEMENTS_WRITE,
)
from handler.flows.app import App


@dataclass(frozen=True, slots=True)
class Offered:
    """A function that integrator.io may call.

    Attributes:
        name: it is called by.
        kind: hook or wrapper, for framework 1.
        shape: what it gets and gives.
        scope: what the caller's key must allow.
        call: gets the ports, the options and the context.
        settings: names of the settings it knows.
    """

    name: str
    kind: Kind
    shape: Shape
    scope: str
    call: Callable[[App, Options, CallContext], object]
    settings: tuple[str, ...] = ()


OFFERED: Final = (
    Offered(
        "settlePage",
        Kind.HOOK,
        shapes.PRE_SAVE_PAGE,
        SETTLEMENTS_WRITE,
        settle_page.settle_page,
        settle_page.SETTINGS,
    ),
    Offered(
        "readLedgerRows",
        Kind.HOOK,
        shapes.PRE_SAVE_PAGE,
        INVENTORY_WRITE,
        read_ledger.read_ledger_rows,
        read_ledger.SETTINGS,
    ),
    Offered(
        "classifyRows",
        Kind.HOOK,
        shapes.PRE_MAP,
        SETTLEMENTS_READ,
        classify_page.classify_page,
        classify_page.SETTINGS,
    ),
    Offered(
        "decideFbm",
        Kind.HOOK,
        shapes.PRE_MAP,
        INVENTORY_WRITE,
        decide_quantities.decide_fbm,
        decide_quantities.SETTINGS,
    ),
    Offered("validatePosting", Kind.HOOK, shapes.POST_MAP, ANY_KEY, validate_posting),
    Offered("acknowledgePosted", Kind.HOOK, shapes.POST_SUBMIT, OUTBOX_DELIVER, acknowledge_posted),
    Offered(
        "acknowledge",
        Kind.HOOK,
        shapes.POST_RESPONSE_MAP,
        OUTBOX_DELIVER,
        acknowledge_records.acknowledge,
    ),
    Offered("initForm", Kind.HOOK, shapes.FORM_INIT, ANY_KEY, settings_form.init_form),
    Offered(
        "fetchOutbox",
        Kind.WRAPPER,
        shapes.EXPORT,
        OUTBOX_DELIVER,
        fetch_outbox.fetch_outbox,
        fetch_outbox.SETTINGS,
    ),
    Offered(
        "importPosted",
        Kind.WRAPPER,
        shapes.IMPORT,
        OUTBOX_DELIVER,
        acknowledge_records.import_posted,
    ),
    Offered("pingPlugin", Kind.WRAPPER, shapes.PING, ANY_KEY, ping_plugin),
)


def product_functions(app: App) -> FunctionRegistry:
    """Return the plugin's functions, over its ports."""
    registry = FunctionRegistry()
    for one in OFFERED:
        for kind in (one.kind, Kind.MODULE):
            registry.add(kind, one.name, partial(one.call, app), shape=one.shape, scope=one.scope)
    return registry
