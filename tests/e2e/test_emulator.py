"""The deployed shape, end to end: S3 upload, queue, Lambda emulator, DynamoDB Local, HTTP."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from local_stack import NAME, LocalStack
from local_trigger import Answer, call

pytestmark = pytest.mark.e2e

SETTLEMENTS = Path(__file__).parents[1] / "data" / "settlements"
UPLOADED = SETTLEMENTS / "ca_v1_2025-08b_blank_line_inside.txt"
AWKWARD = SETTLEMENTS / "ca_v1_2025-07_negative.txt"
POSTED = SETTLEMENTS / "ca_v1_2025-09.txt"
NEXT = SETTLEMENTS / "ca_v1_2025-08a_negative_again.txt"


def id_of(file: Path) -> str:
    header, first, *_ = file.read_text(encoding="cp1252").splitlines()
    return first.split("\t")[header.split("\t").index("settlement-id")]


def get(stack: LocalStack, path: str, key: str = "") -> Answer:
    return call(stack.url + path, key=key)


def post(stack: LocalStack, file: Path, key: str) -> Answer:
    return call(f"{stack.url}/v1/settlements?profile=ca", key=key, data=file.read_bytes())


def items(stack: LocalStack) -> int:
    """How many items the table holds, whatever they are."""
    return int(stack.client("dynamodb").scan(TableName=NAME, Select="COUNT")["Count"])


def data(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 200, answer
    document = answer.json()
    assert document["success"] is True, answer
    rows: list[dict[str, Any]] = document["data"]
    return rows


def journal(stack: LocalStack, key: str, settlement_id: str) -> dict[str, Any]:
    (found,) = data(get(stack, f"/v1/settlements/{settlement_id}/journal?format=json", key))
    return found


def times_listed(stack: LocalStack, key: str, settlement_id: str) -> int:
    rows = data(get(stack, "/v1/settlements", key))
    return [row["settlement_id"] for row in rows].count(settlement_id)


@pytest.fixture(scope="module")
def uploaded(stack: LocalStack, key: str) -> str:
    """A settlement that came in through S3."""
    stack.upload(f"raw-settlements/ca/{UPLOADED.name}", UPLOADED)
    found = stack.wait_for_settlement(id_of(UPLOADED), key)
    assert found["status"] == "proven", found
    return id_of(UPLOADED)


def test_health_needs_no_key(stack: LocalStack) -> None:
    # The body, as the emulator can answer 200 without having run anything.
    assert data(get(stack, "/health"))[0]["status"] == "ok"


@pytest.mark.parametrize("key", ["", "not-a-key"])
def test_everything_else_does(stack: LocalStack, key: str) -> None:
    assert get(stack, "/v1/settlements", key).status == 401
    assert post(stack, POSTED, key).status == 401


def test_upload_is_settled_and_its_result_kept(stack: LocalStack, key: str, uploaded: str) -> None:
    result = journal(stack, key, uploaded)
    assert result["settlement_id"] == uploaded
    assert result["declared_total"] == result["computed_total"] == "1016.08"
    assert result["clearing"]["after_deposit"] == "0.00"
    kept = stack.client("s3").list_objects_v2(Bucket=NAME, Prefix="results/")
    assert any(uploaded in entry["Key"] for entry in kept["Contents"])


def test_cli_shows_what_the_upload_recorded(stack: LocalStack, uploaded: str) -> None:
    shown = stack.cli("show", uploaded)
    assert shown.returncode == 0, shown.stderr
    assert "PROVEN" in shown.stdout
    assert uploaded in shown.stdout


def test_same_file_over_http_records_nothing_more(
    stack: LocalStack, key: str, uploaded: str
) -> None:
    before, count = journal(stack, key, uploaded), items(stack)
    (answer,) = data(post(stack, UPLOADED, key))
    assert answer["settlement_id"] == uploaded
    assert journal(stack, key, uploaded) == before
    assert items(stack) == count
    assert times_listed(stack, key, uploaded) == 1


def test_ten_at_once_leave_one_record(stack: LocalStack, key: str) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post(stack, POSTED, key), range(10)))
    (first, *others) = [data(answer) for answer in answers]
    assert all(other == first for other in others)
    assert times_listed(stack, key, id_of(POSTED)) == 1
    count = items(stack)
    assert data(post(stack, POSTED, key)) == first
    assert items(stack) == count


def test_key_with_blanks_and_plus(stack: LocalStack, key: str) -> None:
    stack.upload("raw-settlements/ca/July 2025 (1)+corrected é.txt", AWKWARD)
    found = stack.wait_for_settlement(id_of(AWKWARD), key)
    assert found["settlement_id"] == id_of(AWKWARD)


def test_other_prefix_starts_nothing(stack: LocalStack, key: str) -> None:
    stack.upload(f"elsewhere/ca/{NEXT.name}", NEXT)
    time.sleep(3)
    assert get(stack, f"/v1/settlements/{id_of(NEXT)}", key).status == 404


def test_poison_file_is_parked_and_the_next_goes_on(stack: LocalStack, key: str) -> None:
    poison, good = "raw-settlements/ca/poison.txt", NEXT
    stack.client("s3").put_object(Bucket=NAME, Key=poison, Body=b"\x00 no settlement")
    stack.upload(f"raw-settlements/ca/{good.name}", good)
    assert stack.wait_for_settlement(id_of(good), key)["settlement_id"] == id_of(good)
    wait_until_empty(stack)
    parked = [row for row in data(get(stack, "/v1/exceptions", key)) if poison in json.dumps(row)]
    assert parked, "The poison file is in no exception."


def wait_until_empty(stack: LocalStack) -> None:
    """Until no upload waits or is being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    sqs = stack.client("sqs")
    for _ in range(60):
        left = sqs.get_queue_attributes(QueueUrl=stack.queue_url, AttributeNames=names)
        if all(count == "0" for count in left["Attributes"].values()):
            return
        time.sleep(0.5)
    pytest.fail("The queue does not get empty: something is tried for ever.")
