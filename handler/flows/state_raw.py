"""Which raw file of the bucket has which content."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handler.core.errors import PluginError
from handler.core.source import content_hash, unpacked
from handler.flows.posted import POSTED, UPLOADED
from handler.flows.state_ports import Bucket, KeptFile, Noted
from handler.flows.stock_files import UPLOADED as REPORTS

if TYPE_CHECKING:
    from handler.flows.app import App

RAW: Final = (UPLOADED, POSTED, REPORTS)


@dataclass(frozen=True, slots=True)
class RawFiles:
    """The bucket's raw files.

    Attributes:
        contents: SHA-256 of each one's unpacked content -> those that have it, the first written
            first.
    """

    contents: Mapping[str, tuple[KeptFile, ...]]

    def key_of(self, content: str, profile: str, *, is_correction: bool) -> str | None:
        """Return where a content lies; of several places, where it will have come from.

        A correction comes with a call, all else rather as an upload of the profile.
        """
        found = self.contents.get(content, ())
        likely = POSTED if is_correction else f"{UPLOADED}{profile}/"
        best = min(found, key=lambda file: not file.key.startswith(likely), default=None)
        return best.key if best else None

    def without(self, contents: Collection[str]) -> Iterator[KeptFile]:
        """Yield a file of each content that is not among ``contents``."""
        for content, files in self.contents.items():
            if content not in contents:
                yield files[0]


def raw_files(app: App, bucket: Bucket, noted: list[Noted]) -> RawFiles:
    """Read every raw file once, a piece at a time.

    Raises:
        OutsideFailure: the bucket did not answer.
    """
    found: dict[str, list[KeptFile]] = {}
    for folder in RAW:
        for file in bucket.listing(folder):
            if file.key.endswith("/"):
                continue
            try:
                content = content_hash(unpacked(app.files.source(file.key)))
            except PluginError as error:
                if error.retryable:
                    raise
                # A damaged one was refused when it came; it is received again, and refused again.
                content = f"damaged: {file.key}"
                noted.append(Noted("RAW_FILE_DAMAGED", file.key, error.message, error.repair))
            found.setdefault(content, []).append(file)
    return RawFiles(
        {
            content: tuple(sorted(files, key=lambda file: (file.written_at, file.key)))
            for content, files in found.items()
        }
    )
