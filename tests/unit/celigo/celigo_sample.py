"""The functions that the recorded exchanges call, and the exchanges."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from builders import DATA

from handler.core.errors import PluginError
from handler.entrypoints.celigo import answer_shapes as shapes
from handler.entrypoints.celigo.addressing import Kind, Options
from handler.entrypoints.celigo.extension import Extension
from handler.entrypoints.celigo.registry import CallContext, FunctionRegistry
from handler.flows.key_ports import ApiKey

SERVER = json.loads((DATA / "celigo" / "server_stack_pairs.json").read_text(encoding="utf-8"))
LAMBDA = json.loads((DATA / "celigo" / "lambda_stack_pairs.json").read_text(encoding="utf-8"))
TOKEN: str = SERVER["system_token"]
CALLER = ApiKey("", "celigo", frozenset({"*"}), "2026-01-01T00:00:00+00:00")
NO_SKU = {"code": "UNMAPPED_SKU", "message": "Row has no SKU", "source": "settlement-plugin"}


class BadInput(PluginError):
    """Reported without a code, so it goes by its name."""


BadInput.__name__ = "TypeError"  # as the one that was recorded


def to_journal(options: Options, _: CallContext) -> object:
    """One journal for each settlement on the page."""
    totals: dict[str, list[int]] = {}
    for row in options["data"]:
        cents = int(Decimal(row["amount"]) * 100)
        totals.setdefault(row["settlement_id"], []).append(cents)
    data = [
        {"externalId": f"AMZ-SETTLE-{name}", "netMinor": sum(cents), "rowCount": len(cents)}
        for name, cents in totals.items()
    ]
    return {
        "data": data,
        "errors": options.get("errors", []),
        "abort": False,
        "newErrorsAndRetryData": [],
    }


def per_record(options: Options, _: CallContext) -> object:
    """Name the pool, skip, or say what is wrong: a record each."""
    return [_mapped(record) for record in options["data"]]


def _mapped(record: Mapping[str, Any]) -> dict[str, Any]:
    if record.get("skip"):
        return {}
    if "sku" not in record:
        return {"data": record, "errors": [NO_SKU]}
    pool = "FBA" if record.get("fulfillment") == "AFN" else "FBM"
    return {"data": {**record, "pool": pool}}


def annotate(options: Options, _: CallContext) -> object:
    """Sign every error."""
    return [
        {**one, "errors": [{**error, "source": "settlement-plugin"} for error in one["errors"]]}
        for one in options["responseData"]
    ]


def ping(options: Options, _: CallContext) -> object:
    """Accept a connection that says it is well."""
    if options["connection"].get("unencrypted", {}).get("ok"):
        return {"statusCode": 200}
    rejected = {"code": "invalid_credentials", "message": "API key rejected"}
    return {"statusCode": 401, "errors": [rejected]}


def export_jobs(options: Options, _: CallContext) -> object:
    """Two pages of one job."""
    page = options["state"].get("page", 0)
    return {
        "data": [{"jobId": f"job-{page}", "status": "done"}],
        "errors": [],
        "lastPage": page == 1,
        "state": {"page": page + 1},
        "connectionOffline": False,
    }


def import_records(options: Options, _: CallContext) -> object:
    """Take every record that has a SKU."""
    return [
        {"statusCode": 200, "id": f"row-{place}", "ignored": False}
        if record.get("sku")
        else {
            "statusCode": 422,
            "ignored": False,
            "errors": [{"code": "UNMAPPED_SKU", "message": f"Row {place} has no SKU"}],
        }
        for place, record in enumerate(options["postMapData"])
    ]


def fatal(_: Options, __: CallContext) -> object:
    """Refuse, with a code."""
    raise PluginError(
        "SETTLEMENT_UNBALANCED", "Settlement 11700000001 does not balance by 0.03 USD"
    )


def fatal_without_code(_: Options, __: CallContext) -> object:
    """Refuse, without one."""
    raise BadInput("", "bad input")


def crash(options: Options, _: CallContext) -> object:
    """Fail as nobody foresaw."""
    raise RuntimeError(f"at /var/task/secret.py: {options}")


def form_of(options: Options, _: CallContext) -> object:
    """The form as it is."""
    return options["resource"]["settingsForm"]["form"]


def is_date(options: Options, _: CallContext) -> object:
    """Whether the moment of the last export is one."""
    return {"isDate": isinstance(options.get("lastExportDateTime"), datetime)}


def registry() -> FunctionRegistry:
    """Every function that the exchanges call."""
    made = FunctionRegistry()

    def add(kind: Kind, name: str, function: Any, shape: shapes.Shape = shapes.ANYTHING) -> None:
        made.add(kind, name, function, shape=shape, scope="settlements:write")

    add(Kind.HOOK, "settlementToJournal", to_journal, shapes.PRE_SAVE_PAGE)
    add(Kind.HOOK, "premapPerRecord", per_record, shapes.PRE_MAP)
    add(
        Kind.HOOK,
        "postmapPassThrough",
        lambda options, _: [{"data": record} for record in options["postMapData"]],
        shapes.POST_MAP,
    )
    add(Kind.HOOK, "postSubmitAnnotate", annotate, shapes.POST_SUBMIT)
    add(
        Kind.HOOK,
        "postResponseMap",
        lambda options, _: options["postResponseMapData"],
        shapes.POST_RESPONSE_MAP,
    )
    add(Kind.HOOK, "postAggregate", lambda _, __: None, shapes.POST_AGGREGATE)
    add(Kind.HOOK, "formInit", form_of, shapes.FORM_INIT)
    add(Kind.HOOK, "dateType", is_date)
    add(Kind.HOOK, "fatal", fatal)
    add(Kind.HOOK, "fatalNoCode", fatal_without_code)
    add(Kind.HOOK, "crash", crash)
    add(Kind.HOOK, "big", lambda _, __: {"text": "x" * 100})
    add(Kind.HOOK, "returnsDate", lambda _, __: {"at": datetime(2026, 1, 1, tzinfo=UTC)})
    add(Kind.HOOK, "echo", lambda options, _: options.get("value"))
    add(Kind.WRAPPER, "ping", ping, shapes.PING)
    add(Kind.WRAPPER, "exportJobs", export_jobs, shapes.EXPORT)
    add(Kind.WRAPPER, "importRecords", import_records, shapes.IMPORT)
    add(Kind.MODULE, "fw2PreSavePage", to_journal, shapes.PRE_SAVE_PAGE)
    add(Kind.MODULE, "fw2FormInit", form_of, shapes.FORM_INIT)
    return made


def extension() -> Extension:
    """The extension that was recorded."""
    return Extension(registry(), {TOKEN: CALLER}.get)
