"""What every store refuses in the same words."""

from __future__ import annotations

from handler.core.errors import Conflict, RefusedRequest

# How long a key stands for its call: longer than any flow goes on trying.
IDEMPOTENCY_DAYS = 7
LONGEST_KEY = 1_024  # bytes: S3's limit


def key_reused() -> Conflict:
    """Return the refusal of an idempotency key that stands for another call."""
    return Conflict(
        "IDEMPOTENCY_KEY_REUSED",
        "The Idempotency-Key was used for another file within the last "
        f"{IDEMPOTENCY_DAYS} days; nothing was recorded.",
        "Use a new key for a new file.",
    )


def file_not_found(key: str, bucket: str) -> RefusedRequest:
    """Return the refusal of a file that is not there."""
    return RefusedRequest(
        "FILE_NOT_FOUND",
        f"There is no file {key[:1024]!r} in bucket {bucket}.",
        "Check the key, letter by letter, and that the upload has finished.",
        {"key": key[:1024], "bucket": bucket},
    )


def refuse_impossible_key(key: str, bucket: str) -> None:
    """Return if a file can be at ``key``; S3 answers other keys with errors of its own.

    Raises:
        RefusedRequest: ``FILE_NOT_FOUND``.
    """
    if not 0 < len(key.encode()) <= LONGEST_KEY:
        raise file_not_found(key, bucket)


def secret_not_found(name: str) -> RefusedRequest:
    """Return the refusal of a secret that is not there."""
    return RefusedRequest(
        "SECRET_NOT_FOUND",
        f"There is no secret {name!r}.",
        "Make it with `python -m handler webhooks rotate`, in the same account and region.",
        {"name": name},
    )


def parcel_too_large(group: str, records: int, size: int, most: int) -> RefusedRequest:
    """Return the refusal of records that do not fit into one parcel."""
    return RefusedRequest(
        "PARCEL_TOO_LARGE",
        f"The {records} records of {group[:200]} are too many to be delivered together: their ids "
        f"take {size} bytes, and there is room for {most}. Nothing was recorded.",
        "Divide the file: a ledger by its days.",
        {"group": group[:200], "records": records, "bytes": size, "most": most},
    )


def no_queue() -> RefusedRequest:
    """Return the refusal of a job where nothing can start it."""
    return RefusedRequest(
        "NO_QUEUE",
        "This installation has no queue, so no job can be started.",
        "Set QUEUE_URL to the address of the uploads' queue, or send the file in the call itself.",
    )
