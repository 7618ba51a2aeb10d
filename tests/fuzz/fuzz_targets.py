"""The targets by name, what each begins with, and the inputs that are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from builders import DATA, ROOT
from fuzz_names import CORPUS

_SHORT = 1 << 13  # of a seed: what is new about a file is seen in its first rows

Target = Callable[[bytes], None]


def target(name: str) -> Target:
    """Return what is run with each input; only what it needs is imported."""
    if name in ("function", "json_call", "any_call"):
        import fuzz_http

        found: Target = getattr(fuzz_http, name)
    elif name in ("mapping_tables", "mapping_trees", "texts"):
        import fuzz_mappings

        found = getattr(fuzz_mappings, name.removeprefix("mapping_"))
    else:
        import fuzz_readers

        found = getattr(fuzz_readers, name if name in _OF_THEIR_OWN else "settlement")
    return found


_OF_THEIR_OWN = ("stock", "person_files")


def kept(name: str) -> list[bytes]:
    """Return the inputs of a target that are kept, in the order of their names."""
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def seeds(name: str) -> list[bytes]:
    """Return real-shaped inputs to begin with, cut small."""
    return [seed[:_SHORT] for seed in _SEEDS[name]()]


def _lines(path: Path, most: int = 14) -> bytes:
    return b"\n".join(path.read_bytes().split(b"\n")[:most]) + b"\n"


def _flat(version: str) -> Iterator[bytes]:
    for path in sorted((DATA / "settlements").glob(f"*_{version}_*")):
        yield _lines(path, 6)


def _xml() -> Iterator[bytes]:
    whole = (DATA / "settlements_other" / "us_settlement.xml").read_bytes()
    yield whole
    first, last = whole.index(b"<Order>"), whole.index(b"</Order>") + len(b"</Order>")
    yield whole[:last] + b"</SettlementReport></Message></AmazonEnvelope>"
    yield whole[:first] + whole[last:]


def _date_range() -> Iterator[bytes]:
    for path in sorted((DATA / "date_range").glob("*.csv")):
        yield path.read_bytes()
    for path in sorted((ROOT / "tests" / "golden" / "formats").glob("date_range_*.csv")):
        yield _lines(path)


def _finances_2024() -> Iterator[bytes]:
    whole = json.loads((DATA / "settlements_other" / "us_finances_2024.json").read_text())
    pages = whole if isinstance(whole, list) else [whole]
    for page in pages:
        yield json.dumps(page).encode()
        listed = page.get("transactions") or page.get("payload", {}).get("transactions") or []
        for one in listed[:8]:
            yield json.dumps({"transactions": [one]}).encode()


def _finances_v0() -> Iterator[bytes]:
    whole = (DATA / "settlements_other" / "us_finances_v0.json").read_text()
    yield json.dumps(json.loads(whole), separators=(",", ":")).encode()


def _stock() -> Iterator[bytes]:
    for path in sorted((DATA / "inventory").iterdir()):
        if path.suffix in (".tsv", ".txt"):
            yield _lines(path, 5)
    yield (
        b'{"payload":{"inventorySummaries":[{"sellerSku":"A","fnSku":"X001","asin":"B0",'
        b'"inventoryDetails":{"fulfillableQuantity":3,"reservedQuantity":'
        b'{"totalReservedQuantity":1}}}]},"pagination":{"nextToken":"x"}}'
    )


def _person_files() -> Iterator[bytes]:
    yield b"\x00id,date,amount,currency,descriptor\nB1,2025-08-30,1016.08,CAD,AMAZON\n"
    yield b"\x01order_id,amount,currency,date,record\n1-1,10.00,USD,2025-08-01,SO1\n"
    yield b"\x02settlement_id,amount,currency\n117,-1.00,USD\n"
    yield b"\x03" + _lines(DATA / "inventory" / "netsuite_counts.csv")
    yield b"\x04" + (DATA / "inventory" / "decide_morning.json").read_bytes()


def _mapping_tables() -> Iterator[bytes]:
    mappings = ROOT / "mappings"
    yield b"\x00" + _lines(mappings / "classes.csv", 60)
    yield b"\x01" + _lines(mappings / "vocabulary.csv", 30)
    yield b"\x02sku,currency,unit_cost\nA,USD,1.50\n"
    yield b"\x03" + _lines(DATA / "netsuite" / "ca.csv", 10)
    yield b"\x04" + _lines(mappings / "inventory" / "us.csv")
    yield b"\x05" + _lines(mappings / "ledger_reasons.csv", 30)


def _mapping_trees() -> Iterator[bytes]:
    mappings = ROOT / "mappings"
    for path in sorted((mappings / "profiles").glob("*.toml")):
        text = b"\n".join(
            line for line in path.read_bytes().split(b"\n") if not line.startswith(b"#")
        )
        yield b"\x00" + text
        yield b"\x02" + text
    yield b"\x01" + (mappings / "inventory" / "us.toml").read_bytes()


def _texts() -> Iterator[bytes]:
    yield b"https://hooks.example.com:8443/in?token=1"
    yield b"http://[::ffff:10.0.0.1]/"
    yield b"WyJzZXR0bGVtZW50cyIsImEiLCJiIl0"
    yield b"WyJyb3dzIiwiMTAwIl0"
    yield b"raw-inventory/us/20261125T101500Z_ATVPDKIKX0DER.txt"
    yield b"ans_0123456789abcdefghijklmnopqrstuvwxyz0123"


def _function() -> Iterator[bytes]:
    whole = json.loads((DATA / "celigo" / "server_stack_pairs.json").read_text())
    for pair in whole["pairs"]:
        body = pair["request"].get("body")
        if isinstance(body, dict):
            yield json.dumps(body).encode()
    from handler.entrypoints.celigo.functions.catalogue import OFFERED

    row = (
        '{"settlement-id":"1","transaction-type":"Order","amount":"1.00","sku":"A",'
        '"marketplace":"ATVPDKIKX0DER","id":"1","settlement_id":"11700000001"}'
    )
    for one in OFFERED:
        yield (
            f'{{"diy":true,"function":"{one.name}","options":{{"data":[{row}],"errors":[],'
            f'"postMapData":[{row}],"preMapData":[{row}],"responseData":[{{"statusCode":200,'
            f'"id":"7"}}],"settings":{{"profile":"us"}},"connection":{{}},"state":{{}},'
            '"pageIndex":0,"type":"delta"}}'
        ).encode()


def _requests() -> Iterator[tuple[str, dict[str, object]]]:
    path = ROOT / "infra" / "contracts" / "examples.json"
    for one in json.loads(path.read_text(encoding="utf-8")):
        yield one["operation"], one["request"]


def _json_call() -> Iterator[bytes]:
    from fuzz_http import JSON_CALLS

    places = {call.name: place for place, call in enumerate(JSON_CALLS)}
    for name, asked in _requests():
        if name in places and "body" in asked:
            yield bytes([places[name]]) + json.dumps(asked["body"]).encode()


def _any_call() -> Iterator[bytes]:
    from contracts.operations import OPERATIONS

    for name, asked in _requests():
        call = next(one for one in OPERATIONS if one.name == name)
        path = call.path
        at = asked.get("at")
        for place, value in (at if isinstance(at, dict) else {}).items():
            path = path.replace(f"<{place}>", str(value)).replace(f"{{{place}}}", str(value))
        query = asked.get("query")
        pairs = (query if isinstance(query, dict) else {}).items()
        body = json.dumps(asked["body"]) if "body" in asked else str(asked.get("text", ""))
        kind = "application/json" if "body" in asked else "application/octet-stream"
        said = "&".join(f"{field}={value}" for field, value in pairs)
        yield f"{call.method} {path}?{said}\ncontent-type: {kind}\n\n{body}".encode()


_SEEDS: Mapping[str, Callable[[], Iterator[bytes]]] = {
    "flat_v1": lambda: _flat("v1"),
    "flat_v2": lambda: _flat("v2"),
    "settlement_xml": _xml,
    "date_range": _date_range,
    "finances_2024": _finances_2024,
    "finances_v0": _finances_v0,
    "stock": _stock,
    "person_files": _person_files,
    "mapping_tables": _mapping_tables,
    "mapping_trees": _mapping_trees,
    "texts": _texts,
    "function": _function,
    "json_call": _json_call,
    "any_call": _any_call,
}
