"""A file on this machine, with a progress bar where somebody watches."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import BinaryIO, cast

from handler.core.errors import UnusableFile
from handler.core.source import Source, unpacked

# Shorter files are done before a bar could be read.
_LONG = 8 << 20
_WIDTH = 40


def local_source(path: str) -> Source:
    """Return the file at ``path``, unpacked where it is gzip.

    Raises:
        UnusableFile: there is no such file, or it cannot be read.
    """
    file = Path(path)
    try:
        with file.open("rb") as stream:
            stream.read(1)
        size = file.stat().st_size
    except OSError as error:
        raise UnusableFile(
            "UNUSABLE_FILE", f"{path}: {error.strerror}.", "Name a settlement report."
        ) from error
    watched = size >= _LONG and sys.stderr.isatty()
    return unpacked(lambda: _watched(file, size) if watched else file.open("rb"))


def _bar(share: float) -> str:
    done = int(share * _WIDTH)
    return f"\r  [{'#' * done}{'.' * (_WIDTH - done)}] {share:4.0%}"


class _Reader(io.RawIOBase):
    """Reads a file and draws how far it is, on the error stream, so that pipes stay clean."""

    def __init__(self, file: Path, size: int) -> None:
        super().__init__()
        self._stream, self._size, self._read, self._drawn = file.open("rb"), size, 0, -1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        count = self._stream.readinto(cast("bytearray", buffer))
        self._read += count
        percent = self._read * 100 // self._size
        if percent != self._drawn:
            self._drawn = percent
            sys.stderr.write(_bar(self._read / self._size))
            sys.stderr.flush()
        return count

    def close(self) -> None:
        if not self.closed:
            sys.stderr.write("\r" + " " * (_WIDTH + 12) + "\r")
            self._stream.close()
        super().close()


def _watched(file: Path, size: int) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Reader(file, size), 1 << 16))
