"""Stock in the deployed shape: reports by upload and over HTTP, decisions that meet, drift."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from local_stack import LocalStack
from local_trigger import Answer, call
from test_emulator import data, get, wait_until_empty

pytestmark = pytest.mark.e2e

STOCK = Path(__file__).parents[1] / "data" / "inventory"
DETAIL = STOCK / "sandbox_ledger_detail.tsv"
AFN = STOCK / "sandbox_GET_AFN_INVENTORY_DATA.tsv"
FIRST = "2024-12-02"
# What the ten rows come to: three shipments were received, and nothing else moves NetSuite's stock:
# shipments and returns are the orders', and the damaged unit waits for its other half.
RECEIVED = {
    "REC-20241202-001": ("CONSOLE-2025", 25),
    "REC-20241205-003": ("COFFEE-401", 100),
    "REC-20241208-005": ("BOTTLE-150", 200),
}
RUNS = "/v1/inventory/fba/runs"
AMAZON_US = "ATVPDKIKX0DER"
MUG, BOTTLE, COFFEE = "SKU-MUG-220", "SKU-BOTTLE-150-OWN", "SKU-COFFEE-401-OWN"
ITEM_OF = {MUG: "MUG-220", BOTTLE: "BOTTLE-150", COFFEE: "COFFEE-401"}
CALLERS = 12
BUSY = 429

Document = dict[str, Any]


def post(stack: LocalStack, path: str, key: str, body: bytes | Document) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return call(stack.url + path, key=key, data=content)


def runs_from(first_day: str, runs: list[Document]) -> list[Document]:
    return [run for run in runs if run["first_day"] == first_day]


def items_of(call_to_make: Document) -> list[tuple[str, int]]:
    lines = call_to_make["body"]["item"]["items"]
    return [(line["item"]["refName"], line["quantity"]) for line in lines]


def all_runs(stack: LocalStack, key: str) -> list[Document]:
    return data(get(stack, f"{RUNS}?profile=us&limit=200", key))


def count(sku: str, version: int, available: int) -> Document:
    return {
        "marketplace": AMAZON_US,
        "sku": sku,
        "source_version": version,
        "source_time": datetime.now(UTC).isoformat(),
        "quantities": [
            {"item": ITEM_OF[sku], "location": "Main Warehouse", "available": available}
        ],
    }


def decide(stack: LocalStack, key: str, counts: list[Document]) -> Answer:
    """Decides, and again where the answer says that others were busy with the same listing."""
    for _ in range(CALLERS):
        answer = post(stack, "/v1/inventory/fbm/decide?profile=us", key, {"data": counts})
        if answer.status != BUSY:
            break
    return answer


def quantity_sent(decision: Document) -> int:
    (patch,) = decision["patch"]["body"]["patches"]
    return int(patch["value"][0]["quantity"])


def published(stack: LocalStack, key: str, sku: str) -> Document:
    asked = f"profile=us&marketplace={AMAZON_US}&sku={sku}"
    (found,) = data(get(stack, f"/v1/inventory/fbm/published?{asked}", key))
    return found


@pytest.fixture(scope="module")
def run_id(stack: LocalStack, key: str) -> str:
    """The run of a detail report of the ledger that came in through S3."""
    stack.upload("raw-inventory/us/20241213T000000Z-ledger.tsv", DETAIL)
    found = stack.wait_for(f"{RUNS}?profile=us", key, lambda runs: bool(runs_from(FIRST, runs)))
    (run,) = runs_from(FIRST, found)
    assert (run["last_day"], run["told_at"]) == ("2024-12-12", "2024-12-13T00:00:00+00:00")
    assert run["state"] == "ready"
    return str(run["run_id"])


def test_uploaded_ledger_is_posted_and_acknowledged(
    stack: LocalStack, key: str, run_id: str
) -> None:
    calls = data(get(stack, f"{RUNS}/{run_id}/postings?format=netsuite", key))
    assert {one["path"]: items_of(one) for one in calls} == {
        f"/services/rest/record/v1/transferOrder/eid:{shipment}/!transform/itemReceipt": [received]
        for shipment, received in RECEIVED.items()
    }
    ids = [one["body"]["externalId"] for one in calls]
    assert ids == data(get(stack, f"{RUNS}/{run_id}", key))[0]["missing"]
    *first, last = [
        {"external_id": external, "internal_id": f"{9000 + place}"}
        for place, external in enumerate(ids)
    ]
    (partly,) = data(post(stack, f"{RUNS}/{run_id}/posted", key, {"entries": first}))
    assert (partly["state"], partly["missing"]) == ("ready", [last["external_id"]])
    (whole,) = data(post(stack, f"{RUNS}/{run_id}/posted", key, {"entries": [last]}))
    assert (whole["state"], whole["missing"]) == ("posted", [])
    (shown,) = [run for run in all_runs(stack, key) if run["run_id"] == run_id]
    assert (shown["state"], shown["acknowledged"]) == ("posted", [*first, last])


def test_same_ledger_under_another_name_starts_no_second_run(
    stack: LocalStack, key: str, run_id: str
) -> None:
    before, again = all_runs(stack, key), "raw-inventory/us/again-20241213T000000Z.tsv"
    assert run_id in [run["run_id"] for run in before]
    stack.upload(again, DETAIL)
    wait_until_empty(stack)
    assert all_runs(stack, key) == before
    assert again not in json.dumps(data(get(stack, "/v1/exceptions?limit=200", key)))


def test_same_ledger_made_later_posts_nothing(stack: LocalStack, key: str, run_id: str) -> None:
    stack.upload("raw-inventory/us/20241214T000000Z-ledger.tsv", DETAIL)
    wait_until_empty(stack)
    (later,) = [run for run in runs_from(FIRST, all_runs(stack, key)) if run["run_id"] != run_id]
    assert (later["told_at"], later["state"]) == ("2024-12-14T00:00:00+00:00", "posted")
    assert data(get(stack, f"{RUNS}/{later['run_id']}/postings", key)) == []


def test_ten_reports_at_once_leave_one_run(stack: LocalStack, key: str, run_id: str) -> None:
    report = DETAIL.read_bytes().replace(b"2024-12-", b"2024-10-")
    path = "/v1/inventory/fba/reports?profile=us"
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: data(post(stack, path, key, report)), range(10)))
    assert all(answer == answers[0] for answer in answers)
    (posted,) = answers[0]
    (run,) = runs_from("2024-10-02", all_runs(stack, key))
    assert run["run_id"] == posted["run_id"]
    ids = [one["external_id"] for one in posted["postings"]]
    assert run["missing"] == ids
    ids += [one["external_id"] for one in data(get(stack, f"{RUNS}/{run_id}/postings", key))]
    assert len(set(ids)) == len(ids) == 2 * len(RECEIVED)  # none is another run's either


def test_decision_is_published_once(stack: LocalStack, key: str) -> None:
    counts = [count(MUG, 1, 100), count(BOTTLE, 1, 50)]
    first = data(decide(stack, key, counts))
    assert [one["action"] for one in first] == ["publish", "publish"]
    assert [one["quantity"] for one in first] == [35, 37]  # 80 % of half of 100, less 5; 3/4 of 50
    assert [quantity_sent(one) for one in first] == [35, 37]
    again = data(decide(stack, key, counts))
    assert [(one["action"], one["patch"]) for one in again] == [("unchanged", None)] * 2
    assert [one["decision"] for one in again] == [one["decision"] for one in first]


def test_highest_of_twelve_versions_at_once_stands(stack: LocalStack, key: str) -> None:
    versions = list(range(1, CALLERS + 1))
    random.Random(5).shuffle(versions)
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(
            pool.map(
                lambda version: decide(stack, key, [count(COFFEE, version, 10 * version)]), versions
            )
        )
    decided = {version: data(answer)[0] for version, answer in zip(versions, answers, strict=True)}
    sent = {version: one for version, one in decided.items() if one["action"] == "publish"}
    others = [one["reason"] for version, one in decided.items() if version not in sent]
    assert set(others) <= {"OUT_OF_ORDER"}, decided
    numbers = [sent[version]["decision"] for version in sorted(sent)]
    assert numbers == list(range(1, len(sent) + 1))  # each its own, a later count a later one
    standing = published(stack, key, COFFEE)
    assert standing["source_version"] == CALLERS
    assert standing["decision"] == numbers[-1]
    assert standing["quantity"] == quantity_sent(decided[CALLERS]) == 58  # half of 120, less 2


def test_drift_is_answered_and_kept(stack: LocalStack, key: str) -> None:
    asked = f"profile=us&marketplace={AMAZON_US}&made_at=2024-12-13T00:00:00Z"
    (kept,) = data(post(stack, f"/v1/inventory/fba/reports?{asked}", key, AFN.read_bytes()))
    assert kept["kind"] == "afn", kept
    here = "Amazon FBA US"
    told = {
        "as_of": "2024-12-13T00:10:00+00:00",
        "data": [
            {"item": "CONSOLE-2025", "location": here, "available": 156},
            {"item": "COFFEE-401", "location": here, "available": 530},
        ],
    }
    path = "/v1/inventory/drift?profile=us"
    (found,) = data(post(stack, f"{path}&record=true", key, told))
    differ = {pair["item"]: pair for pair in found["pairs"] if pair["location"] == here}
    assert (differ["COFFEE-401"]["amazon"], differ["COFFEE-401"]["netsuite"]) == (535, 530)
    assert differ["COFFEE-401"]["drifts"]
    assert "CONSOLE-2025" not in differ
    assert data(post(stack, f"{path}&record=true", key, told)) == [found]
    (point,) = data(get(stack, path, key))  # the same comparison again is the same point
    assert {name: point[name] for name in ("as_of", "compared", "units")} == {
        "as_of": told["as_of"],
        "compared": found["counts"]["compared"],
        "units": found["counts"]["units"],
    }
    series = data(get(stack, f"{path}&item=COFFEE-401", key))
    (history,) = [one for one in series if one["location"] == here]
    (then,) = history["points"]
    assert (then["amazon"], then["netsuite"], then["difference"]) == (535, 530, 5)
