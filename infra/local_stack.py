"""The plugin on this machine, with what it uses of AWS imitated: `python3 infra/dev.py local`.

DynamoDB is Amazon's own DynamoDB Local. S3 and SQS are moto's, and the queue is emptied into the
emulator's `upload` function as Lambda would do it, its dead letters into `deadletters`: this
imitates the deployed trigger more closely than an S3 plugin of the emulator (keys as they are
escaped, retries, dead letters). Table, queue and notification are made from the files
that describe the deployed ones.

Importable too: `with LocalStack(logs) as stack: ...`.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import yaml  # type: ignore[import-untyped]
from botocore.client import BaseClient
from local_processes import Child, LocalError, Processes, free_ports, wait_for_port
from local_trigger import Answer, Trigger, call

ROOT = Path(__file__).resolve().parent.parent
DYNAMODB = ROOT / "node_modules/amplify-dynamodb-simulator/emulator"
SERVICE = "amazon-netsuite-plugin"  # as serverless.yml calls it
STAGE = "local"
ANY_KEY = "local"  # both servers take any
NAME = "plugin-local"  # of table and bucket, as serverless.yml calls them in this stage
REGION = "us-east-1"
SETTINGS = ("BUCKET_NAME", "QUEUE_URL", "STAGE", "TABLE_NAME")
MOTO_ACCOUNT = "123456789012"
UPLOAD_FUNCTION = "upload"
DEAD_LETTERS_FUNCTION = "deadletters"
SAMPLE_SECONDS = 90


def described(file: str, resource: str) -> dict[str, Any]:
    """The properties of a resource as it is deployed."""
    text = (ROOT / "infra" / file).read_text(encoding="utf-8")
    properties: dict[str, Any] = yaml.safe_load(text)["Resources"][resource]["Properties"]
    return properties


def create_table(dynamodb: BaseClient, name: str) -> None:
    shape = described("table.yml", "Table")
    copied = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    dynamodb.create_table(TableName=name, **{part: shape[part] for part in copied})


def aws_environment(**endpoints: str) -> dict[str, str]:
    """Points botocore at this machine, and away from any account the caller is logged in to."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    ours |= {f"AWS_ENDPOINT_URL{service}": url for service, url in endpoints.items()}
    return ours | {
        "AWS_ACCESS_KEY_ID": ANY_KEY,
        "AWS_SECRET_ACCESS_KEY": ANY_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }


def client(service: str, url: str) -> BaseClient:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=ANY_KEY,
        aws_secret_access_key=ANY_KEY,
    )


def start_dynamodb(processes: Processes, port: int) -> Child:
    if not (DYNAMODB / "DynamoDBLocal.jar").exists():
        raise LocalError("DynamoDB Local is not in node_modules: python3 infra/dev.py setup")
    options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)]
    command = ["java", "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"]
    return processes.start("dynamodb", [*command, *options], aws_environment(), DYNAMODB)


@contextmanager
def dynamodb_local(logs: Path) -> Iterator[str]:
    """DynamoDB Local alone, for tests of the store: gives its address."""
    processes = Processes(logs)
    try:
        (port,) = free_ports(1)
        wait_for_port(start_dynamodb(processes, port), port)
        yield f"http://127.0.0.1:{port}"
    finally:
        processes.close()


class LocalStack:
    """Everything started and ready inside the `with`, everything gone after it."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._clients: list[BaseClient] = []
        self._triggers: list[Trigger] = []

    def __enter__(self) -> LocalStack:
        self.processes = Processes(self._logs)
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for each in self._triggers:
            each.stop()
        try:
            self.processes.close()  # breaks off a call the trigger may be waiting in
        finally:
            for each in self._triggers:
                each.join()
            for made in self._clients:
                made.close()

    def _start(self) -> None:
        dynamodb_port, aws_port, http_port, lambda_port = free_ports(4)
        self.url = f"http://127.0.0.1:{http_port}"
        self.lambda_url = f"http://127.0.0.1:{lambda_port}"
        self.aws_url = f"http://127.0.0.1:{aws_port}"
        self.dynamodb_url = f"http://127.0.0.1:{dynamodb_port}"
        # moto names queues as it always does, so the emulator can know it before it is there.
        self.queue_url = f"{self.aws_url}/{MOTO_ACCOUNT}/{NAME}"
        settings = {"TABLE_NAME": NAME, "BUCKET_NAME": NAME, "STAGE": STAGE}
        settings["QUEUE_URL"] = self.queue_url
        endpoints = {"_DYNAMODB": self.dynamodb_url, "_S3": self.aws_url, "_SQS": self.aws_url}
        # The general address too: a service nobody thought of must not be called for real.
        self.environment = aws_environment(**{"": self.aws_url}, **endpoints) | settings

        moto = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(aws_port)]
        serverless = ["node", "node_modules/.bin/serverless", "offline", "start", "--stage", STAGE]
        ports = ["--httpPort", str(http_port), "--lambdaPort", str(lambda_port)]
        # No time-outs: on a small machine ten cold starts at once may take longer than 29 s.
        options = ["--region", REGION, "--host", "127.0.0.1", "--noSponsor", "--noTimeout"]
        offline = [*serverless, *options, *ports]
        processes = self.processes
        dynamodb = start_dynamodb(processes, dynamodb_port)
        aws = processes.start("aws", moto, aws_environment())
        self._emulator = processes.start("emulator", offline, self.environment, ROOT)
        wait_for_port(dynamodb, dynamodb_port)
        wait_for_port(aws, aws_port)
        wait_for_port(self._emulator, http_port)
        create_table(self.client("dynamodb"), NAME)
        self._wire_uploads()
        self._make_session_secret()

    def _wire_uploads(self) -> None:
        """Bucket, queues, the notification between them, and what empties the queue."""
        sqs, s3 = self.client("sqs"), self.client("s3")

        def queue(name: str, **attributes: str) -> tuple[str, str]:
            url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
            asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
            return url, asked["Attributes"]["QueueArn"]

        self.dead_letter_url, dead_letter_arn = queue(f"{NAME}-dead-letters")
        times = described("queue.yml", "UploadQueue")["RedrivePolicy"]["maxReceiveCount"]
        redrive = {"deadLetterTargetArn": dead_letter_arn, "maxReceiveCount": times}
        made_url, queue_arn = queue(
            NAME, VisibilityTimeout="600", RedrivePolicy=json.dumps(redrive)
        )
        if made_url != self.queue_url:
            raise LocalError(f"The queue is called {made_url}; expected was {self.queue_url}.")
        s3.create_bucket(Bucket=NAME)
        s3.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Enabled"})
        wanted = described("bucket.yml", "Bucket")["NotificationConfiguration"]
        notifications = [
            {
                "QueueArn": queue_arn,
                "Events": [one["Event"]],
                "Filter": {"Key": {"FilterRules": one["Filter"]["S3Key"]["Rules"]}},
            }
            for one in wanted["QueueConfigurations"]
        ]
        s3.put_bucket_notification_configuration(
            Bucket=NAME, NotificationConfiguration={"QueueConfigurations": notifications}
        )
        self._triggers = [
            Trigger(sqs, self.queue_url, queue_arn, self.invoke_url(UPLOAD_FUNCTION)),
            Trigger(
                sqs, self.dead_letter_url, dead_letter_arn, self.invoke_url(DEAD_LETTERS_FUNCTION)
            ),
        ]
        for each in self._triggers:
            each.start()

    def _make_session_secret(self) -> None:
        """What the pages sign sessions with; they end with the stack."""
        self.client("ssm").put_parameter(
            Name=f"/{SERVICE}/{STAGE}/dashboard/session",
            Value=secrets.token_hex(32),
            Type="SecureString",
        )

    def client(self, service: str) -> BaseClient:
        """A boto3 client of this stack; closed with it."""
        made = client(service, self.dynamodb_url if service == "dynamodb" else self.aws_url)
        self._clients.append(made)
        return made

    def invoke_url(self, function: str) -> str:
        """Where a function of serverless.yml is invoked, as AWS's own Invoke is called."""
        name = f"{SERVICE}-{STAGE}-{function}"
        return f"{self.lambda_url}/2015-03-31/functions/{name}/invocations"

    def exports(self) -> str:
        """What a shell needs so that `python -m handler ...` there works on this stack."""
        ours = {k: v for k, v in self.environment.items() if k.startswith("AWS_") or k in SETTINGS}
        exports = [f"export {name}={shlex.quote(ours[name])}\n" for name in sorted(ours)]
        return "".join(["unset AWS_PROFILE AWS_SESSION_TOKEN\n", *exports])

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python -m handler ...` on this stack's table and bucket."""
        return subprocess.run(
            [sys.executable, "-m", "handler", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def create_key(self, scopes: str = "*") -> str:
        made = self.cli("keys", "create", "--name", "local", "--scopes", scopes)
        if made.returncode != 0 or not made.stdout.split():
            raise LocalError(f"No API key could be made:\n{made.stdout}{made.stderr}")
        return made.stdout.split()[-1]

    def upload(self, key: str, file: Path) -> None:
        self.client("s3").put_object(Bucket=NAME, Key=key, Body=file.read_bytes())

    def wait_for_settlement(self, settlement_id: str, key: str) -> dict[str, Any]:
        """Asks over HTTP until the settlement is there."""
        (found,) = self.wait_for(f"/v1/settlements/{settlement_id}", key, bool)
        return found

    def wait_for(
        self, path: str, key: str, ready: Callable[[list[dict[str, Any]]], bool]
    ) -> list[dict[str, Any]]:
        """Asks at an address until what it answers is `ready`; what is not there yet is a 404."""
        deadline = time.monotonic() + SAMPLE_SECONDS
        answer = Answer(0, {}, "")
        while time.monotonic() < deadline:
            self.processes.check_running()
            try:
                answer = call(self.url + path, key=key, timeout=30)
            except OSError as error:  # a function that crashed gives no answer at all
                answer = Answer(0, {}, str(error))
            if answer.status == 200:
                found: list[dict[str, Any]] = answer.json()["data"]
                if ready(found):
                    return found
            elif answer.status != 404:
                break
            time.sleep(0.2)
        raise LocalError(
            f"GET {path} did not show what came of the upload: {answer.status} "
            f"{answer.body}\n{self._emulator.last_words()}"
        )
