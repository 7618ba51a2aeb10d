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
        self._packed = packed
        super().__init__(fileobj=packed)

    def close(self) -> None:
        super().close()
        self._packed.close()


def read_chunk(stream: BinaryIO, size: int) -> bytes:
    """Read up to ``size`` bytes.

    Raises:
        UnusableFile: a gzip file is cut or damaged.
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
