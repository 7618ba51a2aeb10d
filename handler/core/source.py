"""A raw file that can be opened again and again.

Reading twice is how rows are traced: no row index is kept, the raw file is the index.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable
from typing import BinaryIO, cast

from handler.core.errors import UnusableFile

Source = Callable[[], BinaryIO]

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
# Reports pack to a tenth or so, the most uniform ones to a fiftieth. What unpacks to far more is
# made to, and is refused before it costs time.
_MOST_TIMES = 200
_ALWAYS_UNPACKED = 64 << 20


def from_bytes(content: bytes) -> Source:
    """Return a source over bytes in memory."""
    return lambda: io.BytesIO(content)


def unpacked(source: Source) -> Source:
    """Return ``source`` with gzip taken off where its first bytes say so."""
    with source() as stream:
        packed = read_chunk(stream, 2) == _GZIP_MAGIC
    if not packed:
        return source
    return lambda: cast("BinaryIO", _Unpacked(source()))


class _Unpacked(gzip.GzipFile):
    """A gzip file that closes what it reads from: GzipFile leaves a given file open."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = _Counted(packed)
        self._unpacked = 0
        super().__init__(fileobj=cast("BinaryIO", self._packed))

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self._unpacked += len(found)
        if self._unpacked > max(_ALWAYS_UNPACKED, _MOST_TIMES * self._packed.count):
            raise UnusableFile(
                "UNUSABLE_FILE",
                f"The gzip file unpacks to more than {_MOST_TIMES} times its size, which no report "
                "does.",
                "Send the report as Amazon delivers it, packed or unpacked.",
            )
        return found

    def close(self) -> None:
        super().close()
        self._packed.close()


class _Counted:
    """What is read of a packed file, counted."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed, self.count = packed, 0

    def read(self, size: int = -1) -> bytes:
        found = self._packed.read(size)
        self.count += len(found)
        return found

    def close(self) -> None:
        self._packed.close()


def read_chunk(stream: BinaryIO, size: int) -> bytes:
    """Read up to ``size`` bytes.

    Raises:
        UnusableFile: a gzip file is cut or damaged, or unpacks to far more than any report.
    """
    try:
        return stream.read(size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnusableFile(
            "UNUSABLE_FILE",
            f"The gzip file is damaged: {error}.",
            "Upload it again, or send it unpacked.",
        ) from error


def content_hash(source: Source) -> str:
    """Return the SHA-256 of the unpacked content: the identity of a file's content.

    Raises:
        UnusableFile: a gzip file is cut or damaged.
    """
    digest = hashlib.sha256()
    with source() as stream:
        while chunk := read_chunk(stream, _CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
