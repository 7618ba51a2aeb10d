"""What the pages of the register show, of an exception and of what a list was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from handler.core.errors import PluginError
from handler.flows.exception_ports import CLOSED_STATES, ExceptionList, RegisteredException
from handler.flows.exception_work import again
from handler.flows.unmapped_values import UNMAPPED_CODES
from handler.settlement.group import Kind

_LONGEST: Final = 2_000


def filtered(asked: Mapping[str, str]) -> ExceptionList:
    """Return the list that a form asks for: of a code, else of a severity, else of a state.

    Codes and severities are those of open exceptions; a closed state goes before them.
    """
    if asked["state"] in CLOSED_STATES:
        return ExceptionList(asked["state"])
    for kind in ("code", "severity"):
        if asked[kind]:
            return ExceptionList(kind, asked[kind])
    return ExceptionList()


def evidence_lines(evidence: object) -> Sequence[tuple[str, str]]:
    """Return evidence as names with their values, in words; nothing where there is none."""
    if not isinstance(evidence, Mapping):
        return ()
    return [(str(name).replace("_", " "), _words(value)) for name, value in evidence.items()]


def rule_wanted(one: RegisteredException) -> Mapping[str, str]:
    """Return what the form of a rule is to begin with, where a rule is what an exception needs."""
    evidence = one.finding.get("evidence")
    if one.code not in UNMAPPED_CODES or not isinstance(evidence, Mapping):
        return {}
    found = {name: str(evidence.get(name, "")) for name in Kind._fields}
    return {**found, "accounting_class": str(evidence.get("proposed_class", ""))}


def is_retryable(one: RegisteredException) -> bool:
    """Return whether the job that found an exception can be run again from here."""
    try:
        again(one)
    except PluginError:
        return False
    return True


def _words(value: object) -> str:
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        text = ", ".join(str(each) for each in value)
    elif isinstance(value, str | int):
        text = str(value)
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
