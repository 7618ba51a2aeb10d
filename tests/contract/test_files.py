"""What flows/ports.py promises of the files."""

import gzip
import io
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.response import StreamingBody

from handler.adapters import s3_files
from handler.adapters.s3_files import S3Files
from handler.core.errors import OutsideFailure, RefusedRequest
from handler.core.source import content_hash, from_bytes, unpacked
from handler.flows.ports import Files

TYPE = "application/octet-stream"
KEYS = ["plain.txt", "a b+c%20d.txt", "é/日本/½.txt", "//double//../dots", "x" * 1024, "?a=b&c#d"]


@pytest.mark.parametrize("key", KEYS)
def test_awkward_keys_are_keys(files: Files, key: str) -> None:
    files.keep(key, b"1\r\n2", TYPE)
    assert files.bucket == "bucket"
    assert files.read(key) == b"1\r\n2"
    with files.source(key)() as stream:
        assert stream.read() == b"1\r\n2"


@pytest.mark.parametrize("key", ["nothing.txt", "", "x" * 1025, "plain.txt/"])
def test_what_is_not_there_is_refused(files: Files, key: str) -> None:
    files.keep("plain.txt", b"1", TYPE)
    for call in (files.read, files.source):
        with pytest.raises(RefusedRequest) as refused:
            call(key)
        assert refused.value.code == "FILE_NOT_FOUND"


def test_writing_twice_changes_nothing(files: Files) -> None:
    files.keep("a", b"1", TYPE)
    files.keep("a", b"1", TYPE)
    assert files.read("a") == b"1"


@pytest.mark.parametrize("content", [b"", b"x", b"0123456789" * 100_000])
def test_a_source_opens_again_and_again(files: Files, content: bytes) -> None:
    files.keep("a", content, TYPE)
    files.keep("a.gz", gzip.compress(content), TYPE)
    expected = content_hash(from_bytes(content))
    plain, packed = unpacked(files.source("a")), unpacked(files.source("a.gz"))
    for _ in range(2):
        assert content_hash(plain) == expected
        assert content_hash(packed) == expected
    with plain() as stream:
        assert stream.read(3) + stream.read(0) + stream.read() == content
    with plain() as stream, io.TextIOWrapper(stream, "ascii") as text:
        assert text.read() == content.decode()


def test_two_readers_do_not_meet(files: Files) -> None:
    files.keep("a", b"0123456789", TYPE)
    source = files.source("a")
    with source() as one, source() as other:
        assert one.read(5) == other.read(5) == b"01234"
        assert one.read(5) == other.read(5) == b"56789"


def test_a_change_under_the_reader_is_noticed(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_files, "_KEPT", 5)  # so that the file is a large one
    files = S3Files(s3, "bucket")
    files.keep("a", b"before", TYPE)
    source = files.source("a")
    files.keep("a", b"before", TYPE)
    with source() as stream:
        assert stream.read() == b"before"
    files.keep("a", b"after!", TYPE)
    with pytest.raises(RefusedRequest) as refused:
        source()
    assert refused.value.code == "FILE_CHANGED"
    s3.delete_object(Bucket="bucket", Key="a")
    with pytest.raises(RefusedRequest) as refused:
        source()
    assert refused.value.code == "FILE_NOT_FOUND"


def test_a_small_file_is_asked_for_once(s3: Any) -> None:
    files = S3Files(s3, "bucket")
    files.keep("a", b"before", TYPE)
    changed, read = files.source("a"), files.source("a")
    with read() as stream:
        assert stream.read() == b"before"
    files.keep("a", b"after!", TYPE)
    with read() as stream:  # the file that was there when it was asked for, whole
        assert stream.read() == b"before"
    with pytest.raises(RefusedRequest) as refused:
        changed()
    assert refused.value.code == "FILE_CHANGED"


class Client:
    """Answers every reading call with ``answer``, or raises it."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def get_object(self, **_: Any) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    head_object = put_object = get_object


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "403", "Message": "arn:aws:iam::1:role"}}, "HeadObject"),
        ClientError({"Error": {"Code": "SlowDown"}}, "GetObject"),
        EndpointConnectionError(endpoint_url="http://bucket"),
        ReadTimeoutError(endpoint_url="http://bucket"),
    ],
)
def test_a_failing_bucket_is_an_outside_failure(error: Exception) -> None:
    files = S3Files(Client(error), "bucket")
    for call in (files.read, files.source, lambda key: files.keep(key, b"", TYPE)):
        with pytest.raises(OutsideFailure) as failure:
            call("a")
        assert failure.value.code == "FILES_FAILED"
        assert "arn:" not in str(failure.value)


def test_a_body_that_ends_too_early_is_no_short_file() -> None:
    def answer() -> dict[str, Any]:
        return {"ContentLength": 8, "ETag": '"1"', "Body": StreamingBody(io.BytesIO(b"half"), 8)}

    with pytest.raises(OutsideFailure), S3Files(Client(answer()), "bucket").source("a")() as stream:
        stream.read()
    with pytest.raises(OutsideFailure):
        S3Files(Client(answer()), "bucket").read("a")
