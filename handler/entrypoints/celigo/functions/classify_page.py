"""``classifyRows``, a preMap hook: each row of a settlement with its class and its account.

It books nothing: it is for flows that book row by row, and asks what settling asks, so that both
say the same. A record names what Amazon's row says, by Amazon's column names or with ``_`` in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import PluginError, RefusedRequest
from handler.entrypoints.celigo.functions.page_answer import Document, fault_of
from handler.entrypoints.celigo.functions.settings_given import GivenSettings
from handler.flows.classify_rows import ClassifiedRow, RowKind, classify_rows

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options
    from handler.entrypoints.celigo.registry import CallContext
    from handler.flows.app import App

SETTINGS: Final = ("profile",)
# Field of RowKind -> the names a record may have for it, besides the field's own.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "transaction_type": ("transaction-type",),
    "amount_type": ("amount-type",),
    "amount_description": ("amount-description",),
    "marketplace": ("marketplace-name", "marketplace_name"),
    "fulfillment": ("fulfillment-id", "fulfillment_id"),
    "sku": (),
}


def classify_page(app: App, options: Options, _: CallContext) -> list[Document]:
    """Say of each row which accounting class it is, and which account it goes to."""
    profile = GivenSettings(options, SETTINGS).profile()
    records: list[object] = list(options["data"])
    read = [_kind(record) for record in records]
    classified = iter(
        classify_rows(app, profile, [kind for kind in read if isinstance(kind, RowKind)])
    )
    found = [next(classified) if isinstance(kind, RowKind) else kind for kind in read]
    return [_mapped(record, one) for record, one in zip(records, found, strict=True)]


def _kind(record: object) -> RowKind | RefusedRequest:
    if not isinstance(record, Mapping):
        return _bad("The record is no object.")
    fields = {name: _text(record, (name, *others)) for name, others in _NAMES.items()}
    wrong = [name for name, value in fields.items() if value is None]
    if wrong:
        return _bad(f"The record's {wrong[0]} is no text.")
    if not fields["transaction_type"]:
        return _bad("The record has no transaction_type.")
    return RowKind(**{name: value or "" for name, value in fields.items()})


def _text(record: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """Return the first of the fields that is there; ``None`` where it is no text."""
    value = next((record[name] for name in names if record.get(name) is not None), "")
    return value.strip() if isinstance(value, str) else None


def _mapped(record: object, found: ClassifiedRow | PluginError) -> Document:
    if isinstance(found, PluginError):
        return {"data": record, "errors": [fault_of(found)]}
    given: Mapping[str, Any] = record if isinstance(record, Mapping) else {}
    return {
        "data": {
            **given,
            "accounting_class": found.accounting_class,
            "account": found.account,
            **found.dimensions,
            **({"entity": found.entity} if found.entity else {}),
            "subsidiary": found.subsidiary,
            "rule_line": found.rule_line,
        }
    }


def _bad(what: str) -> RefusedRequest:
    return RefusedRequest(
        "BAD_RECORD",
        f"{what} A row names transaction_type, amount_type and amount_description.",
        "Send the rows of a V2 settlement report, by Amazon's column names.",
    )
