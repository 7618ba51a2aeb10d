"""The files in an S3 bucket."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError

from handler.adapters.refusals import file_not_found, refuse_impossible_key
from handler.core.errors import OutsideFailure, RefusedRequest

if TYPE_CHECKING:
    from handler.core.source import Source

R = TypeVar("R")

_BUFFER = 1 << 16
# A settling opens its file some forty times, mostly for the first lines, and each opening is a call
# of S3. Up to this size, which is nearly every settlement's, one call brings the file for all.
_KEPT = 8 << 20
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_CHANGED = frozenset({"412", "PreconditionFailed"})


class S3Client(Protocol):
    """The calls used of boto3's client."""

    def head_object(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Look at an object."""

    def get_object(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Read an object."""

    def put_object(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Write an object."""

    def generate_presigned_url(self, name: str, **request: Any) -> str:  # noqa: ANN401
        """Sign a call that somebody else makes."""


class S3Files:
    """A :class:`~handler.flows.ports.Files` in one bucket.

    Every method raises OutsideFailure where S3 does not answer or does not allow it.
    """

    def __init__(self, client: S3Client, bucket: str) -> None:
        """Use a bucket that exists.

        Args:
            client: boto3's ``client("s3")``; retries are its own.
            bucket: the bucket's name.
        """
        self._client = client
        self._bucket = bucket

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self._bucket

    def source(self, key: str) -> Source:
        """Return the file at ``key``, with the bytes that are there now.

        Opening raises RefusedRequest ``FILE_CHANGED`` where they are no longer there: the first
        opening of a small file, which is kept from then on, any opening of a large one.

        Raises:
            RefusedRequest: ``FILE_NOT_FOUND``.
            OutsideFailure: see the class.
        """
        refuse_impossible_key(key, self._bucket)
        head = self._ask(key, lambda: self._client.head_object(Bucket=self._bucket, Key=key))
        # The ETag and not the version: it needs no right to read versions, and a file replaced by
        # the same bytes is the same file.
        if head["ContentLength"] > _KEPT:
            return lambda: self._open(key, head["ETag"])
        kept: list[bytes] = []

        def opened() -> BinaryIO:
            if not kept:
                with self._open(key, head["ETag"]) as stream:
                    kept.append(stream.read())
            return io.BytesIO(kept[0])

        return opened

    def keep(self, key: str, content: bytes, content_type: str) -> None:
        """Store ``content`` at ``key``.

        Raises:
            OutsideFailure: see the class.
        """
        self._ask(
            key,
            lambda: self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=content_type
            ),
        )

    def read(self, key: str) -> bytes:
        """Return a whole file.

        Raises:
            RefusedRequest: ``FILE_NOT_FOUND``.
            OutsideFailure: see the class.
        """
        refuse_impossible_key(key, self._bucket)
        answer = self._ask(key, lambda: self._client.get_object(Bucket=self._bucket, Key=key))
        with _Body(answer["Body"]) as body:
            return body.readall()

    def upload_address(self, key: str, content_type: str, seconds: int) -> str:
        """Return an address that takes one kind of PUT; see the port.

        Nothing is asked of S3. The address ends earlier where the credentials do that sign it: a
        function's last some hours.

        Raises:
            RefusedRequest: ``FILE_NOT_FOUND``, no file can be at ``key``.
            OutsideFailure: there is nothing to sign with.
        """
        refuse_impossible_key(key, self._bucket)
        return self._ask(
            key,
            lambda: self._client.generate_presigned_url(
                "put_object",
                Params={"Bucket": self._bucket, "Key": key, "ContentType": content_type},
                ExpiresIn=seconds,
                HttpMethod="PUT",
            ),
        )

    def _open(self, key: str, etag: str) -> BinaryIO:
        answer = self._ask(
            key, lambda: self._client.get_object(Bucket=self._bucket, Key=key, IfMatch=etag)
        )
        return cast("BinaryIO", io.BufferedReader(_Body(answer["Body"]), _BUFFER))

    def _ask(self, key: str, call: Callable[[], R]) -> R:
        try:
            return call()
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            if code in _MISSING:
                raise file_not_found(key, self._bucket) from error
            if code in _CHANGED:
                raise _changed(key) from error
            raise _failure(f"refused {error.operation_name}: {code}", code) from error
        except BotoCoreError as error:
            kind = type(error).__name__
            raise _failure(f"did not answer: {kind}", kind) from error


class _Body(io.RawIOBase):
    """A body of botocore's as a stream of the standard library, which gzip and csv understand."""

    def __init__(self, body: Any) -> None:  # noqa: ANN401 - botocore has no types
        super().__init__()
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        chunk = self._read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def readall(self) -> bytes:
        return self._read(None)

    def _read(self, size: int | None) -> bytes:
        try:
            # A body that ends too early raises too, so a cut file is never a short one.
            chunk: bytes = self._body.read(size)
        except BotoCoreError as error:
            kind = type(error).__name__
            raise _failure(f"broke off while reading: {kind}", kind) from error
        return chunk

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()


def _changed(key: str) -> RefusedRequest:
    return RefusedRequest(
        "FILE_CHANGED",
        f"The file {key!r} was replaced while it was being read; nothing was recorded.",
        "Try again: the new file is then read from its beginning.",
        {"key": key},
    )


def _failure(what: str, code: str) -> OutsideFailure:
    return OutsideFailure(
        "FILES_FAILED",
        f"S3 {what}.",
        "Try again in a few seconds; if it stays so, check the function's role and the bucket.",
        {"code": code},
    )
