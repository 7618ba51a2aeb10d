"""mappings/ledger_reasons.csv, from text: what each event and reason of Amazon's ledger does."""

from __future__ import annotations

import re

from handler.adapters.mapping_fault import MappingFault, one_of, shown
from handler.adapters.mapping_tables import table_rows
from handler.inventory.ledger_event import event_kind
from handler.inventory.ledger_reason import Effect, ReasonRule

REASON_COLUMNS = ("event", "reason", "effect", "role", "why")
ANY = "*"

_EVENT = re.compile(r"\*|[A-Za-z]+(?: [A-Za-z]+)*")
_REASON = re.compile(r"\*?|[A-Z0-9_]{1,32}")
_ROLE = re.compile(r"[a-z][a-z0-9_]*")


def read_reasons(text: str, label: str) -> tuple[list[ReasonRule], list[MappingFault]]:
    """Return every rule that can be read, with all faults of the table."""
    faults: list[MappingFault] = []
    rules: list[ReasonRule] = []
    lines: dict[tuple[str, str], int] = {}
    for line, (event, reason, effect, role, why) in table_rows(text, label, REASON_COLUMNS, faults):
        before = len(faults)

        def fault(found: str, expected: str, line: int = line) -> None:
            faults.append(MappingFault(label, line, found, expected))

        if not _EVENT.fullmatch(event):
            fault(f"event = {shown(event)}", f'an event as Amazon writes it, or "{ANY}" for any')
        if not _REASON.fullmatch(reason):
            fault(f"reason = {shown(reason)}", f'a code, such as "M", "{ANY}" for any, or nothing')
        wrong = _effect_fault(effect, role)
        if wrong:
            fault(*wrong)
        if not why.strip():
            fault("no why", "the reason of the rule, for an accountant's eye")
        key = (event if event == ANY else event_kind(event), reason)
        if key in lines:
            fault(f"a rule for {event} {reason} again", f"one row for it: line {lines[key]}")
        lines.setdefault(key, line)
        if len(faults) == before:
            rules.append(ReasonRule(*key, Effect(effect), role, line))
    return rules, faults


def _effect_fault(effect: str, role: str) -> tuple[str, str] | None:
    """Return what was found and expected where effect and role do not fit each other."""
    if effect not in list(Effect):
        return f"effect = {shown(effect)}", one_of(Effect)
    if effect != Effect.ADJUST:
        only = "none: only adjust names an account"
        return (f"the role {shown(role)} with {effect}", only) if role else None
    if _ROLE.fullmatch(role):
        return None
    expected = 'a role of [accounts]: small letters, digits and "_", the first a letter'
    return f"role = {shown(role)} with adjust", expected
