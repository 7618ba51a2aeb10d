"""pydantic's JSON Schema as OpenAPI 3.0.3 has it: flat, without what importers do not know.

No anyOf, oneOf, allOf, const, null types, exclusive limits or tuples come out; what cannot be said
without them is an error here, not a surprise in Boomi or MuleSoft.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/"
_DROPPED = ("title", "default", "$defs", "examples")
_LONG = re.compile(r"^(?:\w+__)*(?:http_)?(\w+?)(?:_schemas)?__(\w+)$")


class NotFlat(Exception):
    """A model says something 3.0.3 without compositions cannot."""


def short(name: str) -> str:
    """Return a component's name: models of one name in two modules go by the module's too."""
    found = _LONG.match(name)
    if not found:
        return name.replace("[", "Of").replace("]", "")
    words = found[1].split("__")[-1].split("_")
    return "".join(word.capitalize() for word in words) + found[2]


def component(model: type[BaseModel] | None, names: Collection[str]) -> str:
    """Return the name a model's component goes by among `names`."""
    if model is None:
        raise NotFlat("records of no body")
    long = short(f"{model.__module__}__{model.__qualname__}".replace(".", "__"))
    return long if long in names else model.__name__


def converted(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Schema:
    """Return a schema as OpenAPI 3.0.3.

    Args:
        schema: as pydantic made it, with references to `components`.
        components: every model's, as pydantic made them, by their references' names.

    Raises:
        NotFlat: it cannot be said.
    """
    made = {name: copy.deepcopy(part) for name, part in schema.items() if name not in _DROPPED}
    if "anyOf" in made:
        made = _alternatives(made, components)
    if set(made) & {"oneOf", "allOf", "prefixItems", "patternProperties", "not"}:
        raise NotFlat(f"{sorted(made)}: {schema}")
    if "const" in made:
        made["enum"] = [made.pop("const")]
        made.setdefault("type", _type_of(made["enum"][0]))
    for side, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if side in made:
            made |= {limit: made.pop(side), side: True}
    if "$ref" in made:
        return {"$ref": REFERENCE + short(made["$ref"].removeprefix(REFERENCE))}
    return _inner(made, components)


def _inner(made: Schema, components: Mapping[str, Any]) -> Schema:
    if "properties" in made:
        made["properties"] = {
            name: converted(part, components) for name, part in made["properties"].items()
        }
    if "items" in made:
        made["items"] = converted(made["items"], components) or {"type": "object"}
    elif made.get("type") == "array":
        made["items"] = {"type": "object"}
    extra = made.pop("additionalProperties", None)
    if extra is False:
        made["additionalProperties"] = False
    elif isinstance(extra, Mapping) and extra:
        made["additionalProperties"] = converted(extra, components)
    return made


def _alternatives(schema: Schema, components: Mapping[str, Any]) -> Schema:
    """Return the one schema that says what the alternatives say."""
    parts = schema.pop("anyOf")
    some = [part for part in parts if part.get("type") != "null"]
    nullable = {"nullable": True} if len(some) < len(parts) else {}
    if len(some) == 1:
        (one,) = some
        if "$ref" in one:  # beside a reference, `nullable` is not read: the model itself, then
            one = components[one["$ref"].removeprefix(REFERENCE)]
        return {**copy.deepcopy(one), **schema, **nullable}
    if all(part.get("type") == "string" for part in some):
        patterns = [_pattern(part) for part in some]
        return {"type": "string", "pattern": "|".join(patterns), **schema, **nullable}
    if {part.get("type") for part in some} == {"string", "integer"}:
        (text,) = [part for part in some if part["type"] == "string"]  # a number may be text too
        return {**copy.deepcopy(text), **schema, **nullable}
    raise NotFlat(f"alternatives: {parts}")


def _pattern(part: Mapping[str, Any]) -> str:
    values = [part["const"]] if "const" in part else part.get("enum")
    if values is not None:
        return "|".join(f"^{re.escape(value)}$" for value in values)
    return f"({part['pattern']})" if "pattern" in part else "^.*$"


def _type_of(value: object) -> str:
    return {bool: "boolean", int: "integer"}.get(type(value), "string")
