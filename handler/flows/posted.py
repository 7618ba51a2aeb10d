"""Settle a file that a call brings, or one the bucket holds; remember why one was unusable."""

from __future__ import annotations

import hashlib
from typing import Final

from handler.core.errors import RefusedRequest, UnusableFile
from handler.core.finding import Finding
from handler.flows.app import App
from handler.flows.settle_file import Answer, RawFile, missing, refused, settle_raw
from handler.settlement import readers
from handler.settlement.source import from_bytes

UPLOADED: Final = "raw-settlements/"
POSTED: Final = "raw-posted/"


def settle_posted(
    app: App,
    content: bytes,
    profile: str = "",
    *,
    dry_run: bool = False,
    idempotency_key: str = "",
) -> Answer:
    """Settle a file that came with the call; it is kept as it came when something is recorded.

    Args:
        app: the ports.
        content: the bytes as sent, packed or not.
        profile: whose books; found from the file's marketplaces where empty.
        dry_run: go the same way, leave nothing behind.
        idempotency_key: the caller's own key for this call.

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
    raw = RawFile(POSTED + hashlib.sha256(content).hexdigest(), from_bytes(content), content)
    return _settle(app, raw, profile, dry_run=dry_run, idempotency_key=idempotency_key)


def settle_kept(
    app: App,
    bucket: str,
    key: str,
    profile: str = "",
    *,
    dry_run: bool = False,
    idempotency_key: str = "",
) -> Answer:
    """Settle a file of the plugin's own bucket.

    Without ``profile``, a file under raw-settlements/ belongs to the profile its folder names: the
    upload of the same file is settled so.

    Raises:
        RefusedRequest: ``FOREIGN_FILE``: it is not one of the plugin's raw files;
            ``FILE_NOT_FOUND``, and as :func:`settle_raw`.
        UnusableFile: it is no settlement report; registered as "file:<key>".
        UnusableMapping, Conflict, OutsideFailure: as :func:`settle_raw`.
    """
    if bucket != app.files.bucket or not _is_raw_file(key):
        raise RefusedRequest(
            "FOREIGN_FILE",
            "The file is not one of the plugin's own raw files.",
            f"Name a file of bucket {app.files.bucket} under {UPLOADED}<profile>/ or {POSTED}.",
        )
    if not profile and key.startswith(UPLOADED) and key.count("/") > 1:
        profile = key.split("/")[1]
    raw = RawFile(key, app.files.source(key))
    return _settle(app, raw, profile, dry_run=dry_run, idempotency_key=idempotency_key)


def repost(
    app: App,
    settlement_id: str,
    content: bytes,
    profile: str = "",
    *,
    dry_run: bool = False,
) -> Answer:
    """Correct a recorded settlement: settle it anew, post the difference.

    Args:
        app: the ports.
        settlement_id: whose entries are corrected.
        content: the corrected file as sent; empty to settle the recorded file again, under the
            mappings as they are now.
        profile: whose books; by default those it is recorded in.
        dry_run: show the difference, record nothing.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``, ``WRONG_SETTLEMENT``: the file is of another one.
        UnusableFile, UnusableMapping, Conflict, OutsideFailure: as :func:`settle_raw`.
    """
    known = app.settlements.get(settlement_id)
    if known is None:
        raise missing(settlement_id)
    if not content:
        raw = RawFile(known.raw_key, app.files.source(known.raw_key))
    else:
        raw = RawFile(POSTED + hashlib.sha256(content).hexdigest(), from_bytes(content), content)
        found = readers.header(raw.source).settlement_id
        if found != settlement_id:
            raise RefusedRequest(
                "WRONG_SETTLEMENT",
                f"The file is of settlement {found!r}, not of {settlement_id!r}.",
                "Send the corrected file of the settlement that is to be corrected.",
            )
    return settle_raw(app, raw, profile or known.profile, dry_run=dry_run, repost=True)


def file_scope(key: str) -> str:
    """Return the scope of a raw file's exceptions; a posted file goes by its hash alone."""
    return f"file:{key.removeprefix(POSTED)}"


def _settle(app: App, raw: RawFile, profile: str, *, dry_run: bool, idempotency_key: str) -> Answer:
    try:
        answer = settle_raw(app, raw, profile, dry_run=dry_run, idempotency_key=idempotency_key)
    except UnusableFile as error:
        if not dry_run:
            raw.keep(app.files)  # the evidence
            refused(app, file_scope(raw.key), unusable(raw.key, error))
        raise
    if not dry_run:
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
