"""What is left in the end, without what tells one attempt from another.

Moments, leases and who wrote an item differ between a run that was struck and one that was not; so
do the counts of attempts, and of how often a fault was met. All else must be the same: every item
of the table, every object of the bucket, and everything that others were sent.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections import Counter
from typing import Any

import fast_moto
from aws_world import TABLE, AwsWorld
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from plugin import BUCKET

_MOMENT = re.compile(r"2026-0[2-9]-\d\d(?:T[0-9:.+Z-]*)?")
_ENTRY = re.compile(r"(ENTRY#<moment>)#\w+")  # its id is drawn
# Of one attempt, or of how often there was one.
_OF_THE_ATTEMPT = frozenset(
    {
        "attempts", "count", "entry_id", "expires_at", "failed", "first_place", "holder", "lease",
        "retry_until", "revision", "sends", "written_by",
    }
)  # fmt: skip
_COUNTED = "CALLS#"  # how many calls a key made: a call that is made again is one more
_MADE_ANEW = "indexes/"  # of a settlement's orders: where one is missing the next settling makes it


def final_state(world: AwsWorld) -> dict[str, Any]:
    """Return all that is left of a story."""
    return {
        "items": items(world),
        "objects": {
            _plain(key): _content(content)
            for key, content in sorted(fast_moto.objects(BUCKET).items())
            if not key.startswith(_MADE_ANEW)
        },
        "secrets": sorted(fast_moto.secrets()),
        "hooked": world.hooked,
        "alerts": sorted({_plain(str(one[2])) for one in fast_moto.published(world.topic)}),
        "dead": world.dead,
        "waiting": [message.body for message in world.waiting],
    }


def items(world: AwsWorld) -> dict[str, dict[str, Any]]:
    """Return every item of the table, by its plain key."""
    found: Counter[str] = Counter()
    made = {}
    for of_partition in fast_moto.table(TABLE).items.values():
        for item in of_partition.values():
            pk, sk = (str(item.attrs[name].value) for name in ("pk", "sk"))
            if pk.startswith(_COUNTED) or _is_closed_circuit(item):
                continue
            name = _plain(f"{pk} {sk}")
            found[name] += 1
            made[f"{name} {found[name]}"] = {
                attribute: _attribute(attribute, value)
                for attribute, value in sorted(item.attrs.items())
                if attribute not in _OF_THE_ATTEMPT
            }
    return made


def _is_closed_circuit(item: Item) -> bool:
    """Return whether an item says what holds where there is none: a target is not spared."""
    failures = item.attrs.get("failures")
    return failures is not None and failures.value == "0"


def _attribute(name: str, typed: DynamoType) -> Any:
    if name == "history":
        return _history(typed)
    if name == "accepted":  # which of the channels came first
        return sorted(_value(typed))
    return _value(typed)


def _history(typed: DynamoType) -> list[list[str]]:
    """Return what people did about an exception; told twice, it stands there twice."""
    entries = {tuple(entry[1:]) for entry in json.loads(typed.value) if entry[1] != "plugin"}
    return [list(entry) for entry in sorted(entries)]


def _value(typed: DynamoType) -> Any:
    value = typed.value
    if typed.type == "B":
        packed = value if isinstance(value, bytes) else base64.b64decode(value)
        return _plain(zlib.decompress(packed).decode())
    if isinstance(value, list):
        return [_value(each) if isinstance(each, DynamoType) else each for each in value]
    if isinstance(value, dict):
        return {name: _value(each) for name, each in value.items()}
    return _plain(value) if isinstance(value, str) else value


def _content(content: bytes) -> str:
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    return _plain(content.decode("utf-8", "backslashreplace"))


def _plain(text: str) -> str:
    return _ENTRY.sub(r"\1", _MOMENT.sub("<moment>", text))


def differences(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Return in a few lines where two final states differ."""
    told = []
    for part, of_part in expected.items():
        if found[part] == of_part:
            continue
        if not isinstance(of_part, dict):
            told.append(f"{part}: {found[part]} instead of {of_part}")
            continue
        for name in sorted(of_part.keys() | found[part].keys()):
            one, other = found[part].get(name), of_part.get(name)
            if one != other:
                told.append(f"{part} {name}: {_short(one, other)}")
    return told


def _short(one: Any, other: Any) -> str:
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(k for k in one.keys() | other.keys() if one.get(k) != other.get(k))
        return "; ".join(f"{k} {one.get(k)!r} instead of {other.get(k)!r}"[:300] for k in keys)
    return f"{json.dumps(one)} instead of {json.dumps(other)}"[:400]
