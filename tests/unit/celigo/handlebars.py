"""The few handlebars our templates for Celigo use, rendered: a variable, a loop, its last turn."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_LOOP = re.compile(r"\{\{#each (\w+)\}\}(.*?)\{\{/each\}\}", re.S)
_BETWEEN = re.compile(r"\{\{\^if @last\}\}(.*?)\{\{/if\}\}", re.S)
_VALUE = re.compile(r"\{\{\{(?:(jsonSerialize) )?([\w.]+)\}\}\}|\{\{([\w.]+)\}\}")


def render(template: str, context: Mapping[str, Any]) -> str:
    """The template with its values.

    Raises:
        LookupError: a value is not there (Celigo would put nothing in its place), or the template
            says more than is known here.
    """

    def loop(found: re.Match[str]) -> str:
        records = context[found[1]]
        turns = []
        for place, one in enumerate(records):
            is_last = place == len(records) - 1
            turn = _BETWEEN.sub("" if is_last else r"\1", found[2])
            turns.append(_values(turn, {**context, "record": one}))
        return "".join(turns)

    text = _values(_LOOP.sub(loop, template), context)
    if "{{" in text:
        raise LookupError(f"not known here: {text[text.index('{{') :][:40]}")
    return text


def _values(text: str, context: Mapping[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        serialized, raw, escaped = found.groups()
        at: Any = context
        for name in (raw or escaped).split("."):
            at = at[name]
        if serialized:
            return json.dumps(at)
        return str(at) if raw else _escaped(str(at))

    return _VALUE.sub(value, text)


def _escaped(text: str) -> str:
    for found, shown in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(found, shown)
    return text
