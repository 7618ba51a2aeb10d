"""The list of a bucket's files, and exports that lie in a bucket. For the command line alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from handler.adapters.refusals import file_not_found
from handler.core.errors import OutsideFailure, PluginError, RefusedRequest
from handler.flows.state_ports import KeptFile

_SCHEME = "s3://"


class S3Listing:
    """A :class:`~handler.flows.state_ports.Bucket`."""

    def __init__(self, client: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 has no types
        """Use a bucket that exists.

        Args:
            client: boto3's ``client("s3")``; retries are its own.
            bucket: the bucket's name.
        """
        self._client = client
        self._bucket = bucket

    def listing(self, prefix: str) -> Iterator[KeptFile]:
        """Yield the files whose keys begin with ``prefix``, a page of 1,000 at a time.

        Raises:
            OutsideFailure: the bucket did not answer.
        """
        pages = self._client.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                for found in page.get("Contents", ()):
                    yield KeptFile(found["Key"], found["LastModified"], found["Size"])
        except (ClientError, BotoCoreError) as error:
            raise _failure(error, prefix, self._bucket) from error


class S3Places:
    """An :class:`~handler.flows.state_ports.ExportPlaces` in whatever bucket is named."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401
        """Use boto3's ``client("s3")``; retries are its own."""
        self._client = client

    def send(self, file: Path, place: str) -> None:
        """Put a file at ``place``, in parts where it is large; see the port."""
        bucket, key = _named(place)
        more = {"ServerSideEncryption": "AES256"}
        try:
            self._client.upload_file(str(file), bucket, key, ExtraArgs=more)
        except (ClientError, BotoCoreError, Boto3Error) as error:
            raise _failure(error, key, bucket) from error

    def fetch(self, place: str, file: Path) -> None:
        """Write to ``file`` what lies at ``place``; see the port."""
        bucket, key = _named(place)
        try:
            self._client.download_file(bucket, key, str(file))
        except (ClientError, BotoCoreError, Boto3Error) as error:
            raise _failure(error, key, bucket) from error


def _named(place: str) -> tuple[str, str]:
    bucket, _, key = place.removeprefix(_SCHEME).partition("/")
    if not place.startswith(_SCHEME) or not bucket or not key or key.endswith("/"):
        raise RefusedRequest(
            "BAD_PLACE",
            f"{place!r} names no file in a bucket.",
            "Name it as s3://<bucket>/<key>.",
        )
    return bucket, key


def _failure(error: Exception, key: str, bucket: str) -> PluginError:
    code = type(error).__name__
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
    if code in ("404", "NoSuchKey", "NotFound"):
        return file_not_found(key, bucket)
    return OutsideFailure(
        "FILES_FAILED",
        f"S3 did not do it for {key[:200]!r} in bucket {bucket}: {code}.",
        "Check your rights to the bucket and its name, then run it again.",
        {"code": code},
    )
