"""The queue, the secrets and the addresses for uploads, on moto and on clients that fail."""

import json
import traceback
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)
from conftest import REGION

from handler.adapters.memory import MemoryFiles
from handler.adapters.memory_outbox import MemorySecrets
from handler.adapters.s3_files import S3Files
from handler.adapters.sqs_queue import SqsQueue
from handler.adapters.ssm_secrets import SECONDS_KEPT, SsmSecrets
from handler.core.errors import OutsideFailure, RefusedRequest
from handler.flows.delivery_ports import Secrets
from handler.flows.ports import Files

PREFIX = "/plugin/test/"
NAME = "webhooks/celigo-prod"
TEXT = "whsec_very-secret"
DENIED = ClientError(
    {"Error": {"Code": "AccessDeniedException", "Message": f"arn:aws:iam::1:role {TEXT}"}}, "Any"
)
FAILURES = [
    DENIED,
    EndpointConnectionError(endpoint_url="http://service"),
    ParamValidationError(report=f"Invalid type for parameter Value, value: {TEXT}"),
]


class Failing:
    """A client whose every call fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        def call(*_: Any, **__: Any) -> Any:
            raise self.error

        return call


def test_a_job_comes_through_the_queue(aws: None) -> None:
    sqs = boto3.client("sqs", region_name=REGION)
    url = sqs.create_queue(QueueName="uploads")["QueueUrl"]
    SqsQueue(sqs, url).send("job-é")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"plugin_job": "job-é"}
    sqs.close()


def test_no_queue_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(RefusedRequest) as refused:
        SqsQueue(Failing(DENIED), "").send("job-1")
    assert refused.value.code == "NO_QUEUE"


@pytest.mark.parametrize("error", FAILURES)
def test_a_failing_queue_is_an_outside_failure(error: Exception) -> None:
    with pytest.raises(OutsideFailure) as failure:
        SqsQueue(Failing(error), "https://queue").send("job-1")
    assert failure.value.code == "QUEUE_FAILED"
    assert "arn:" not in str(failure.value)


class Seconds:
    """A clock that is told how late it is."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def ssm(aws: None) -> Iterator[Any]:
    made = boto3.client("ssm", region_name=REGION)
    yield made
    made.close()


@pytest.fixture(params=["memory", "moto"])
def secrets(request: pytest.FixtureRequest, seconds: Seconds) -> Secrets:
    if request.param == "memory":
        return MemorySecrets()
    return SsmSecrets(request.getfixturevalue("ssm"), PREFIX, seconds)


def test_secrets_come_back(secrets: Secrets) -> None:
    secrets.write(NAME, TEXT)
    secrets.write("another", "é\n")
    assert (secrets.read(NAME), secrets.read("another")) == (TEXT, "é\n")
    secrets.write(NAME, "new")
    assert secrets.read(NAME) == "new"


def test_a_secret_that_is_not_there_is_refused(secrets: Secrets) -> None:
    secrets.write(NAME, TEXT)
    for name in ("nothing", "", "a b", "../" + NAME, NAME + ":1", "/" + NAME, "é"):
        with pytest.raises(RefusedRequest) as refused:
            secrets.read(name)
        assert refused.value.code == "SECRET_NOT_FOUND"


def test_secrets_are_encrypted_and_below_the_prefix(ssm: Any) -> None:
    SsmSecrets(ssm, PREFIX).write(NAME, TEXT)
    (found,) = ssm.describe_parameters()["Parameters"]
    assert (found["Name"], found["Type"]) == (PREFIX + NAME, "SecureString")
    assert ssm.get_parameter(Name=PREFIX + NAME)["Parameter"]["Value"] != TEXT


@pytest.mark.parametrize("name", ["", "a b", "../x", "x:1", "/x", "x/"])
def test_no_secret_is_written_under_a_name_that_is_none(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a secret"):
        SsmSecrets(Failing(DENIED), PREFIX).write(name, TEXT)  # nobody is asked


class Counting:
    """Counts how often a parameter is asked for."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.asked = 0

    def get_parameter(self, **request: Any) -> Any:
        self.asked += 1
        return self._client.get_parameter(**request)

    def put_parameter(self, **request: Any) -> Any:
        return self._client.put_parameter(**request)


def test_a_rotation_elsewhere_is_seen_within_a_minute(ssm: Any, seconds: Seconds) -> None:
    counting = Counting(ssm)
    here, elsewhere = SsmSecrets(counting, PREFIX, seconds), SsmSecrets(ssm, PREFIX)
    elsewhere.write(NAME, TEXT)
    assert [here.read(NAME) for _ in range(5)] == [TEXT] * 5
    elsewhere.write(NAME, "new")
    seconds.now += SECONDS_KEPT - 1
    assert (here.read(NAME), counting.asked) == (TEXT, 1)
    seconds.now += 1
    assert [here.read(NAME) for _ in range(5)] == ["new"] * 5
    assert counting.asked == 2
    here.write(NAME, "newest")
    assert (here.read(NAME), counting.asked) == ("newest", 3)


def test_what_is_not_there_is_asked_for_again(ssm: Any, seconds: Seconds) -> None:
    here = SsmSecrets(ssm, PREFIX, seconds)
    with pytest.raises(RefusedRequest):
        here.read(NAME)
    SsmSecrets(ssm, PREFIX).write(NAME, TEXT)
    assert here.read(NAME) == TEXT


@pytest.mark.parametrize("error", FAILURES)
def test_a_failure_tells_no_secret(error: Exception) -> None:
    store = SsmSecrets(Failing(error), PREFIX)
    for call in (lambda: store.read(NAME), lambda: store.write(NAME, TEXT)):
        with pytest.raises(OutsideFailure) as failure:
            call()
        assert failure.value.code == "SECRETS_FAILED"
        assert TEXT not in "".join(traceback.format_exception(failure.value))
        assert TEXT not in str(failure.value.details)


def test_a_failure_after_the_writing_is_no_old_secret(ssm: Any, seconds: Seconds) -> None:
    """The answer got lost: what is read next is what is there, not what was kept."""
    SsmSecrets(ssm, PREFIX).write(NAME, TEXT)

    class Losing(Counting):
        def put_parameter(self, **request: Any) -> Any:
            super().put_parameter(**request)
            raise EndpointConnectionError(endpoint_url="http://service")

    store = SsmSecrets(Losing(ssm), PREFIX, seconds)
    assert store.read(NAME) == TEXT
    with pytest.raises(OutsideFailure):
        store.write(NAME, "new")
    assert store.read(NAME) == "new"


SIGNED = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
KEY = "raw-settlements/us/a b+c%20é.txt"


def test_an_address_takes_the_file(aws: None) -> None:
    s3 = boto3.client("s3", region_name=REGION, config=SIGNED)
    s3.create_bucket(Bucket="bucket")
    files = S3Files(s3, "bucket")
    address = files.upload_address(KEY, "text/tab-separated-values", 900)
    answer = requests.put(
        address, b"1\t2", headers={"Content-Type": "text/tab-separated-values"}, timeout=5
    )
    assert answer.status_code == 200
    assert files.read(KEY) == b"1\t2"
    s3.close()


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_an_address_is_signed_for_one_key_type_and_time(
    monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    s3 = boto3.client("s3", region_name=region, config=SIGNED)
    files = S3Files(s3, "bucket")
    address = urlsplit(files.upload_address(KEY, "text/plain", 900))
    asked = parse_qs(address.query)
    assert address.scheme == "https"
    assert region == REGION or region in (address.hostname or "")
    assert address.path.endswith("/raw-settlements/us/a%20b%2Bc%2520%C3%A9.txt")
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert asked["X-Amz-SignedHeaders"] == ["content-type;host"]
    assert asked["X-Amz-Expires"] == ["900"]
    other = parse_qs(urlsplit(files.upload_address(KEY, "text/csv", 900)).query)
    assert other["X-Amz-Signature"] != asked["X-Amz-Signature"]
    s3.close()


def test_an_address_leads_to_where_the_files_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000")
    s3 = boto3.client("s3", region_name=REGION, config=SIGNED)
    address = S3Files(s3, "bucket").upload_address("a.txt", "text/plain", 60)
    assert address.startswith("http://127.0.0.1:9000/bucket/a.txt?X-Amz-Algorithm=AWS4")
    s3.close()


@pytest.mark.parametrize("error", [NoCredentialsError(), DENIED])
def test_an_address_that_cannot_be_signed_is_an_outside_failure(error: Exception) -> None:
    with pytest.raises(OutsideFailure) as failure:
        S3Files(Failing(error), "bucket").upload_address("a", "text/plain", 60)
    assert failure.value.code == "FILES_FAILED"


@pytest.mark.parametrize("key", ["", "x" * 1025])
@pytest.mark.parametrize("files", [MemoryFiles(), S3Files(Failing(DENIED), "bucket")])
def test_no_address_leads_where_no_file_can_be(files: Files, key: str) -> None:
    with pytest.raises(RefusedRequest) as refused:
        files.upload_address(key, "text/plain", 60)
    assert refused.value.code == "FILE_NOT_FOUND"
