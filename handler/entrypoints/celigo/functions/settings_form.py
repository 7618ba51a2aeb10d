"""``initForm``, a formInit hook: the settings form of an export or import, with what there is.

The lists of profiles, modes and formats are filled in where the form has fields of these names; a
form without any field gets all of them. What somebody chose before stays chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from handler.entrypoints.celigo.functions.decide_quantities import MODES
from handler.entrypoints.celigo.functions.settings_given import ANSWERS, DIALECTS

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options
    from handler.entrypoints.celigo.functions.page_answer import Document
    from handler.entrypoints.celigo.registry import CallContext
    from handler.flows.app import App

_LABELS: Final[Mapping[str, str]] = {
    "profile": "Profile: whose books or stock",
    "mode": "Quantities to send: changes, or all",
    "format": "Form of the records for NetSuite",
    "answer": "Records for NetSuite, or a summary",
}


def init_form(app: App, options: Options, _: CallContext) -> Document:
    """Return the form with its lists filled in."""
    resource = _object(options.get("resource"))
    form = _object(_object(resource.get("settingsForm")).get("form"))
    chosen = _object(resource.get("settings"))
    fields = dict(_object(form.get("fieldMap")))
    layout = dict(_object(form.get("layout")))
    choices: Mapping[str, Sequence[str]] = {
        "profile": _profiles(app),
        "mode": MODES,
        "format": DIALECTS,
        "answer": ANSWERS,
    }
    names = [name for name in choices if name in fields] or ([] if fields else list(choices))
    for name in names:
        fields[name] = _field(name, choices[name], _object(fields.get(name)), chosen.get(name))
    if names and not layout.get("fields"):
        layout["fields"] = list(fields)
    return {**form, "fieldMap": fields, "layout": layout}


def _profiles(app: App) -> list[str]:
    settled = {hint.name for hint in app.mappings.hints()}
    return sorted(settled | set(app.stock_mappings.profiles()))


def _field(name: str, choices: Iterable[str], field: Mapping[str, Any], chosen: object) -> Document:
    items = [{"label": choice, "value": choice} for choice in choices]
    kept = chosen if isinstance(chosen, str) and chosen else field.get("defaultValue")
    if isinstance(kept, str) and kept and kept not in choices:
        # A profile that is gone: shown as it is, so that nothing is chosen behind anybody's back.
        items.append({"label": f"{kept} (not there any more)", "value": kept})
    return {
        "label": _LABELS[name],
        **field,
        "id": name,
        "name": name,
        "type": "select",
        "options": [{"items": items}],
        **({"defaultValue": kept} if isinstance(kept, str) and kept else {}),
    }


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
