"""Calls drawn from the description, good and bad, and what must hold of each answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contracts.operations import OPERATIONS
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

ALWAYS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# A bad record of a batch fails alone, and a file is anything: no refusal of the whole call there.
TAKES_ANYTHING = {
    one.name
    for one in OPERATIONS
    if one.body and (one.body.raw or one.body.records or not one.body.needed)
} | {"callFunction"}
CONFIG = SchemathesisConfig.from_dict(
    {"generation": {"deterministic": True, "with-security-parameters": False}}
)


def fuzz(
    operation: APIOperation[Any, Any, Any, Any],
    examples: int,
    send: Callable[[Case], Any],
) -> int:
    """Send good and bad calls of one operation; return how many.

    Args:
        operation: of the description.
        examples: how many of each kind.
        send: calls the plugin.
    """
    count = 0
    for mode in GenerationMode:
        checks = [*ALWAYS]
        if mode is GenerationMode.NEGATIVE:
            said = operation.definition.raw
            if all("$ref" in one for one in said["parameters"]) and "requestBody" not in said:
                continue  # nothing can be wrong with a call that says nothing
            if said["operationId"] not in TAKES_ANYTHING:
                checks.append(negative_data_rejection)

        @settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def run(case: Case) -> None:
            nonlocal count
            count += 1
            case.validate_response(send(case), checks=checks)  # noqa: B023 - run at once

        run()
    return count
