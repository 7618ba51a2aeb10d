"""``decideFbm``, a preMap hook of the import that sends quantities to Amazon.

Each record is a listing with NetSuite's count, as ``POST /v1/inventory/fbm/decide`` takes it. A
record to be sent goes on with its decision; one that needs no sending is skipped; one that cannot
be decided is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handler.entrypoints.celigo.functions.settings_given import GivenSettings
from handler.entrypoints.decide_batch import Document, decide_batch
from handler.inventory.decision import Action, Mode

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options
    from handler.entrypoints.celigo.registry import CallContext
    from handler.flows.app import App

SETTINGS: Final = ("profile", "mode")
MODES: Final = tuple(mode.value for mode in Mode)


def decide_fbm(app: App, options: Options, _: CallContext) -> list[Document]:
    """Decide what each listing is to have on Amazon, and hand on what is to be sent."""
    settings = GivenSettings(options, SETTINGS)
    profile = settings.profile()
    mode = Mode(settings.choice("mode", MODES, Mode.CHANGES.value))
    dry_run = options.get("testMode") is True
    decided = decide_batch(app, profile, list(options["data"]), mode=mode, dry_run=dry_run)
    return [_mapped(answer) for answer in decided.data]


def _mapped(answer: Document) -> Document:
    if not answer["success"]:
        return {"errors": [_fault(fault) for fault in answer["errors"]]}
    return {"data": answer} if answer["action"] == Action.PUBLISH else {}


def _fault(fault: Document) -> Document:
    text = f"{fault['message']} {fault.get('repair', '')}".strip()
    return {"code": fault["code"], "message": text, "source": fault["source"]}
