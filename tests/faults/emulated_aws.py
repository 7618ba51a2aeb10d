"""The emulated AWS a world stands in: table, bucket, queue, topic, and the world's own time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import fast_moto
from aws_world import QUEUE, START, TABLE, TOPIC, AwsWorld
from botocore import UNSIGNED
from local_stack import create_table
from moto import mock_aws
from plugin import BUCKET

from handler import wiring
from handler.adapters.dynamo import Table
from handler.settings import read_settings


class _WorldsTime(datetime):
    """What the stores take for the time: the world's."""

    of: Callable[[], datetime] = staticmethod(lambda: START)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return cls.of()


@contextmanager
def aws_world() -> Iterator[AwsWorld]:
    """Give a world with nothing in it but a key for the flow."""
    environment = {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": fast_moto.REGION,
    }
    with patch.dict("os.environ", environment), mock_aws(), fast_moto.made_cheap():
        clients = {name: _client(name) for name in ("dynamodb", "s3", "sqs", "ssm", "sns")}
        create_table(clients["dynamodb"], TABLE)
        clients["s3"].create_bucket(Bucket=BUCKET)
        queue = clients["sqs"].create_queue(QueueName=QUEUE)["QueueUrl"]
        topic = clients["sns"].create_topic(Name=TOPIC)["TopicArn"]
        settings = read_settings(
            {
                "TABLE_NAME": TABLE, "BUCKET_NAME": BUCKET, "LOG_LEVEL": "CRITICAL",
                "STAGE": "prod", "QUEUE_URL": queue, "ALERT_TOPIC_ARN": topic,
                "CALLS_PER_MINUTE": "100000",
            }
        )  # fmt: skip
        time = SimpleNamespace(sleep=lambda _: None)
        with (
            patch("handler.adapters.moments.datetime", _WorldsTime),
            patch("botocore.endpoint.time", time),
            patch.object(Table.__init__, "__defaults__", (time.sleep,)),
        ):
            never = 100_000  # days until something is called stale: the stories are short
            settings = replace(
                settings, alert_topic=topic, alert_digest="never", alert_stale_days={"": never},
                alert_stock_days=never, alert_uncleared_days=never,
            )  # fmt: skip
            made = AwsWorld(settings, topic, clients)
            _WorldsTime.of = staticmethod(made.clock)
            with patch("handler.adapters.webhook_sender.PinnedAddress", made.wire.address):
                yield made


def _client(service: str) -> Any:
    settings: dict[str, Any] = {}
    if service == "s3":
        settings = {"signature_version": "s3v4", "s3": {"addressing_style": "virtual"}}
    if service == "dynamodb":
        settings = {"signature_version": UNSIGNED}  # a tenth of the time of each call
    return wiring._client(service, 1 if service == "dynamodb" else 3, **settings)
