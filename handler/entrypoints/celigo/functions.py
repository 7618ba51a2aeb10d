"""What integrator.io may call of the plugin.

``decideFbm``, a preMap hook of the import that sends quantities to Amazon: each record is a listing
with NetSuite's count, as ``POST /v1/inventory/fbm/decide`` takes it. A record to be sent goes on
with its decision; one that needs no sending is skipped; one that cannot be decided is an error. The
import's settings name the profile: ``{"profile": "us", "mode": "changes"}``.
"""

from __future__ import annotations

from collections.abc import Mapping

from handler.core.errors import RefusedRequest
from handler.entrypoints.celigo import answer_shapes
from handler.entrypoints.celigo.addressing import Kind, Options
from handler.entrypoints.celigo.registry import CallContext, FunctionRegistry
from handler.entrypoints.decide_batch import Document, decide_batch
from handler.flows.api_keys import INVENTORY_WRITE
from handler.flows.app import App
from handler.inventory.decision import Action, Mode


def product_functions(app: App) -> FunctionRegistry:
    """Return the plugin's functions, over its ports."""
    registry = FunctionRegistry()

    def decide_fbm(options: Options, _: CallContext) -> object:
        profile, mode = _settings(options)
        decided = decide_batch(
            app,
            profile,
            list(options["data"]),
            mode=mode,
            dry_run=options.get("testMode") is True,
        )
        return [_mapped(answer) for answer in decided.data]

    for kind in (Kind.HOOK, Kind.MODULE):
        registry.add(
            kind,
            "decideFbm",
            decide_fbm,
            shape=answer_shapes.PRE_MAP,
            scope=INVENTORY_WRITE,
        )
    return registry


def _mapped(answer: Document) -> Document:
    if not answer["success"]:
        named = ("code", "message", "source")
        return {"errors": [{name: fault[name] for name in named} for fault in answer["errors"]]}
    return {"data": answer} if answer["action"] == Action.PUBLISH else {}


def _settings(options: Options) -> tuple[str, Mode]:
    settings = options.get("settings")
    told = settings if isinstance(settings, Mapping) else {}
    profile, mode = told.get("profile"), told.get("mode", Mode.CHANGES.value)
    if not (isinstance(profile, str) and profile):
        raise RefusedRequest(
            "PROFILE_MISSING",
            "The import's settings name no profile.",
            'Set {"profile": "<name>"} in the settings of the import.',
        )
    if mode not in {one.value for one in Mode}:
        raise RefusedRequest(
            "BAD_PARAMETER",
            "The mode in the import's settings is none there is.",
            f"Use one of: {', '.join(one.value for one in Mode)}.",
        )
    return profile, Mode(mode)
