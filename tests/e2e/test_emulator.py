"""The deployed shape, end to end: S3 upload, queue, Lambda emulator, DynamoDB Local, HTTP."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from local_stack import NAME, LocalStack
from local_trigger import Answer, call

pytestmark = pytest.mark.e2e

SETTLEMENTS = Path(__file__).parents[1] / "data" / "settlements"
UPLOADED = SETTLEMENTS / "ca_v1_2025-08b_blank_line_inside.txt"
AWKWARD = SETTLEMENTS / "ca_v1_2025-07_negative.txt"
POSTED = SETTLEMENTS / "ca_v1_2025-09.txt"


def id_of(file: Path) -> str:
    header, first, *_ = file.read_text(encoding="cp1252").splitlines()
    return first.split("\t")[header.split("\t").index("settlement-id")]


def get(stack: LocalStack, path: str, key: str = "") -> Answer:
    return call(stack.url + path, key=key)


def post(stack: LocalStack, file: Path, key: str) -> Answer:
    return call(f"{stack.url}/v1/settlements?profile=ca", key=key, data=file.read_bytes())


def items(stack: LocalStack) -> int:
    return int(stack.client("dynamodb").scan(TableName=NAME, Select="COUNT")["Count"])


def listed(stack: LocalStack, key: str, settlement_id: str) -> int:
    """How often the list of settlements names this one."""
    answer = get(stack, "/v1/settlements", key)
    assert answer.status == 200, answer
    return [row["settlement_id"] for row in answer.json()["data"]].count(settlement_id)


@pytest.fixture(scope="module")
def uploaded(stack: LocalStack, key: str) -> str:
    """A settlement that came in through S3."""
    stack.upload(f"raw-settlements/ca/{UPLOADED.name}", UPLOADED)
    found = stack.wait_for_settlement(id_of(UPLOADED), key)
    assert found["status"] == "proven", found
    return id_of(UPLOADED)


def test_health_needs_no_key(stack: LocalStack) -> None:
    answer = get(stack, "/health")
    assert answer.status == 200, answer
    assert (
        answer.json()["status"] == "ok"
    )  # the emulator can answer 200 without having run anything


@pytest.mark.parametrize("key", ["", "not-a-key"])
def test_everything_else_does(stack: LocalStack, key: str) -> None:
    assert get(stack, "/v1/settlements", key).status == 401
    assert post(stack, POSTED, key).status == 401


def test_upload_is_settled_and_its_result_kept(stack: LocalStack, key: str, uploaded: str) -> None:
    journal = get(stack, f"/v1/settlements/{uploaded}/journal?format=json", key)
    assert journal.status == 200, journal
    result = journal.json()
    assert result["settlement_id"] == uploaded
    assert result["clearing"]["after_deposit"] == "0.00"
    kept = stack.client("s3").list_objects_v2(Bucket=NAME, Prefix="results/")
    assert any(uploaded in entry["Key"] for entry in kept["Contents"])


def test_cli_shows_what_the_upload_recorded(stack: LocalStack, uploaded: str) -> None:
    shown = stack.cli("show", uploaded)
    assert shown.returncode == 0, shown.stderr
    assert uploaded in shown.stdout


def test_same_file_over_http_records_nothing_more(
    stack: LocalStack, key: str, uploaded: str
) -> None:
    before = get(stack, f"/v1/settlements/{uploaded}/journal?format=json", key).json()
    count = items(stack)
    answer = post(stack, UPLOADED, key)
    assert answer.status in (200, 201), answer
    assert uploaded in answer.body
    after = get(stack, f"/v1/settlements/{uploaded}/journal?format=json", key).json()
    assert after == before
    assert items(stack) == count
    assert listed(stack, key, uploaded) == 1


def test_ten_at_once_leave_one_record(stack: LocalStack, key: str) -> None:
    count = items(stack)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post(stack, POSTED, key), range(10)))
    assert {answer.status for answer in answers} <= {200, 201}, answers
    entries = {
        json.dumps(get(stack, f"/v1/settlements/{id_of(POSTED)}/journal?format=json", key).json())
        for _ in answers
    }
    assert len(entries) == 1
    assert listed(stack, key, id_of(POSTED)) == 1
    alone = items(stack) - count
    post(stack, POSTED, key)
    assert items(stack) - count == alone


def test_key_with_blanks_and_plus(stack: LocalStack, key: str) -> None:
    stack.upload("raw-settlements/ca/July 2025 (1)+corrected é.txt", AWKWARD)
    found = stack.wait_for_settlement(id_of(AWKWARD), key)
    assert found["settlement_id"] == id_of(AWKWARD)


def test_other_prefix_starts_nothing(stack: LocalStack, key: str) -> None:
    other = SETTLEMENTS / "ca_v1_2025-08a_negative_again.txt"
    stack.upload(f"elsewhere/ca/{other.name}", other)
    time.sleep(3)
    assert get(stack, f"/v1/settlements/{id_of(other)}", key).status == 404


def test_poison_file_is_parked_and_the_next_goes_on(stack: LocalStack, key: str) -> None:
    next_one = SETTLEMENTS / "ca_v1_2025-08a_negative_again.txt"
    queue = stack.client("sqs")
    stack.client("s3").put_object(
        Bucket=NAME, Key="raw-settlements/ca/poison.txt", Body=b"\x00 no settlement"
    )
    stack.upload(f"raw-settlements/ca/{next_one.name}", next_one)
    assert stack.wait_for_settlement(id_of(next_one), key)["settlement_id"] == id_of(next_one)
    waiting = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    for _ in range(60):
        left = queue.get_queue_attributes(QueueUrl=stack.queue_url, AttributeNames=waiting)
        if all(count == "0" for count in left["Attributes"].values()):
            break
        time.sleep(0.5)
    else:
        pytest.fail("The poison file is tried for ever.")
