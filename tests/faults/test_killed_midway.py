"""A large file whose function is killed in the middle, again and again, and then let be.

    FAULTS_ROWS=1000000 python -m pytest tests/faults/test_killed_midway.py

A real process over DynamoDB Local and a server of moto's, ended by SIGKILL: no line of code runs
after it, as when Lambda's time is over.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from local_processes import Processes, free_ports, wait_for_port
from local_stack import ROOT, aws_environment, client, create_table, start_dynamodb

sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))

from settle import generate

pytestmark = pytest.mark.dynamodb_local
ROWS = int(os.environ.get("FAULTS_ROWS", "50000"))
KEY = "raw-settlements/eu/large.txt"
ENDS = (0.02, 0.4, 0.97)  # of what is read until the end


@dataclass
class Cloud:
    """DynamoDB Local and S3, with a place for each installation of the plugin."""

    environment: dict[str, str]
    dynamodb: Any
    s3: Any
    events: Path

    def installed(self, name: str, content: Path) -> None:
        create_table(self.dynamodb, name)
        self.s3.create_bucket(Bucket=name)
        self.s3.upload_file(str(content), name, KEY)

    def function(self, name: str, received: int) -> subprocess.Popen[str]:
        """Start the function on the file's message."""
        detail = {"bucket": {"name": name}, "object": {"key": KEY, "size": 9}}
        record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": detail}
        message = {
            "messageId": "m-1",
            "body": json.dumps({"Records": [record]}),
            "eventSource": "aws:sqs",
            "attributes": {"ApproximateReceiveCount": str(received)},
        }
        event = self.events / f"{name}-{received}.json"
        event.write_text(json.dumps({"Records": [message]}), encoding="utf-8")
        return subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("upload_process.py")), str(event)],
            env=self.environment | {"TABLE_NAME": name, "BUCKET_NAME": name, "STAGE": "local"},
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, name: str, received: int, most: float = float("inf")) -> tuple[int, Any]:
        """Run the function up to so many bytes, and kill it there.

        Returns:
            How many bytes it told of, and its answer; ``None`` where it was killed.
        """
        read = 0
        with self.function(name, received) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if not line.startswith("read "):
                    if line.startswith('{"batchItemFailures"'):
                        return read, json.loads(line)
                    continue
                read = int(line.split()[1])
                if read >= most:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    assert process.returncode == -signal.SIGKILL
                    return read, None
        raise AssertionError(f"it ended by itself after {read} bytes: {process.returncode}")

    def left(self, name: str) -> dict[str, Any]:
        """Return what is in the table and the bucket, without moments and who wrote it."""
        moments = re.compile(r"(_at|_seen|_place|gsi\dsk|written_by)$")
        items = {
            f"{item['pk']['S']} {item['sk']['S']}": {
                k: v for k, v in item.items() if not moments.search(k)
            }
            for item in self.dynamodb.scan(TableName=name)["Items"]
        }
        there = self.s3.list_objects_v2(Bucket=name)["Contents"]
        return {"items": items, "objects": {one["Key"]: one["ETag"] for one in there}}


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    processes = Processes(tmp_path)
    try:
        dynamodb_port, aws_port = free_ports(2)
        server = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(aws_port)]
        dynamodb = start_dynamodb(processes, dynamodb_port)
        aws = processes.start("aws", server, aws_environment())
        wait_for_port(dynamodb, dynamodb_port)
        wait_for_port(aws, aws_port)
        of_dynamodb, of_aws = (f"http://127.0.0.1:{port}" for port in (dynamodb_port, aws_port))
        endpoints = {"": of_aws, "_DYNAMODB": of_dynamodb, "_S3": of_aws}
        made = Cloud(
            aws_environment(**endpoints), client("dynamodb", of_dynamodb), client("s3", of_aws),
            tmp_path,
        )  # fmt: skip
        yield made
        made.dynamodb.close()
        made.s3.close()
    finally:
        processes.close()


def test_a_large_file_is_settled_once_however_often_its_function_is_killed(
    cloud: Cloud, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    content = tmp_path / "large.txt"
    generate(content, ROWS)
    cloud.installed("whole", content)
    read, answer = cloud.run("whole", 1)
    assert answer == {"batchItemFailures": []}
    assert read >= content.stat().st_size

    cloud.installed("killed", content)
    before = cloud.left("killed")
    for received, part in enumerate(ENDS, 1):
        killed_at, none = cloud.run("killed", received, part * read)
        assert none is None
        assert killed_at < read
        assert cloud.left("killed") == before, "half of it is there"
    assert cloud.run("killed", len(ENDS) + 1) == (read, {"batchItemFailures": []})
    left, expected = cloud.left("killed"), cloud.left("whole")
    assert left == expected
    head = left["items"]["SETTLEMENT#11700000001 HEAD"]
    assert (head["status"]["S"], head["version"]["N"]) == ("proven", "1")
    assert len([name for name in left["items"] if name.startswith("OUTBOX#")]) == 1
    record_property("faults", len(ENDS))
