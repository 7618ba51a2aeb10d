"""Settle a file that a call brings, or one the bucket holds; remember why one was unusable."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest, UnusableFile
from handler.core.finding import Finding
from handler.core.source import from_bytes
from handler.flows.kept_result import missing
from handler.flows.recorded_file import recorded_file
from handler.flows.registered import refused
from handler.flows.settle_call import Answer, RawFile, Wish
from handler.flows.settle_file import settle_raw
from handler.settlement.exchange_rate import rate_within

if TYPE_CHECKING:
    from handler.flows.app import App

UPLOADED: Final = "raw-settlements/"
POSTED: Final = "raw-posted/"
NO_WISH: Final = Wish()


def settle_posted(app: App, content: bytes, wish: Wish = NO_WISH) -> Answer:
    """Settle a file that came with the call; it is kept as it came when something is recorded.

    Args:
        app: the ports.
        content: the bytes as sent, packed or not.
        wish: what the caller asks.

    Raises:
        RefusedRequest: ``EMPTY_BODY``, and as :func:`settle_raw`.
        UnusableFile: it is no settlement report; kept and registered as "file:<SHA-256 as sent>".
        UnusableMapping, Conflict, OutsideFailure: as :func:`settle_raw`.
    """
    if not content:
        raise RefusedRequest(
            "EMPTY_BODY",
            "The body is empty; expected is a settlement report.",
            "Send the file as the request's body.",
        )
    return _settle(app, sent(content), wish)


def settle_kept(app: App, bucket: str, key: str, wish: Wish = NO_WISH) -> Answer:
    """Settle a file of the plugin's own bucket.

    Where no profile is asked for, a file under raw-settlements/ belongs to the profile its folder
    names: the upload of the same file is settled so.

    Raises:
        RefusedRequest: ``FOREIGN_FILE``: it is not one of the plugin's raw files;
            ``FILE_NOT_FOUND``, and as :func:`settle_raw`.
        UnusableFile: it is no settlement report; registered as "file:<key>".
        UnusableMapping, Conflict, OutsideFailure: as :func:`settle_raw`.
    """
    refuse_foreign(app, bucket, key)
    if not wish.profile and key.startswith(UPLOADED) and key.count("/") > 1:
        wish = replace(wish, profile=key.split("/")[1])
    return _settle(app, RawFile(key, app.files.source(key)), wish)


def refuse_foreign(app: App, bucket: str, key: str) -> None:
    """Do nothing where a file is one of the plugin's own raw files.

    Raises:
        RefusedRequest: ``FOREIGN_FILE``.
    """
    if bucket != app.files.bucket or not _is_raw_file(key):
        raise RefusedRequest(
            "FOREIGN_FILE",
            "The file is not one of the plugin's own raw files.",
            f"Name a file of bucket {app.files.bucket} under {UPLOADED}<profile>/ or {POSTED}.",
        )


def repost(app: App, settlement_id: str, content: bytes, wish: Wish = NO_WISH) -> Answer:
    """Correct a recorded settlement: settle it anew, post the difference.

    Args:
        app: the ports.
        settlement_id: whose entries are corrected.
        content: the corrected file as sent; empty to settle the recorded file again, under the
            mappings as they are now.
        wish: what the caller asks; profile and exchange rate are those it is recorded with where
            left empty.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``, ``WRONG_SETTLEMENT``: the file is of another one.
        Conflict: ``RAW_FILE_CHANGED``: the recorded file was replaced; and as :func:`settle_raw`.
        UnusableFile, UnusableMapping, OutsideFailure: as :func:`settle_raw`.
    """
    known = app.settlements.get(settlement_id)
    if known is None:
        raise missing(settlement_id)
    raw = sent(content) if content else RawFile(known.raw_key, recorded_file(app, known))
    return settle_raw(
        app,
        raw,
        replace(
            wish,
            profile=wish.profile or known.profile,
            settlement_id=settlement_id,
            exchange_rate=wish.exchange_rate or rate_within(known.mapping_version),
            repost=True,
        ),
    )


def sent(content: bytes) -> RawFile:
    """Return a file that came with a call; it goes by the SHA-256 of its bytes as sent."""
    return RawFile(POSTED + hashlib.sha256(content).hexdigest(), from_bytes(content), content)


def file_scope(key: str) -> str:
    """Return the scope of a raw file's exceptions; a posted file goes by its hash alone."""
    return f"file:{key.removeprefix(POSTED)}"


def _settle(app: App, raw: RawFile, wish: Wish) -> Answer:
    try:
        answer = settle_raw(app, raw, wish)
    except UnusableFile as error:
        if not wish.dry_run:
            raw.keep(app.files)  # the evidence
            refused(app, file_scope(raw.key), unusable(raw.key, error))
        raise
    if not wish.dry_run:
        app.settlements.resolve(file_scope(raw.key), app.now().isoformat(timespec="seconds"))
    return answer


def unusable(key: str, error: UnusableFile) -> Finding:
    """Return an unusable file as a finding for the register."""
    evidence: dict[str, object] = {**error.details, "file": key, "code": error.code}
    return Finding("UNUSABLE_FILE", f"file {key}", error.message, evidence, error.repair)


def _is_raw_file(key: str) -> bool:
    parts = key.split("/")
    return (
        key.startswith((UPLOADED, POSTED))
        and all(part not in ("", ".", "..") for part in parts)
        and "\\" not in key
        and key.isprintable()
    )
