"""What stands behind the ports of export, import and rebuild; for the command line alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handler.flows.state_ports import Bucket, ExportPlaces, StateFacts, StateStore
    from handler.settings import Settings

# Nobody waits at the end of a call here, and a page of the table has a megabyte.
_CONNECT_SECONDS = 5
_READ_SECONDS = 60


def state_store(settings: Settings) -> StateStore:
    """Return the table as a whole."""
    from handler.adapters.dynamo_state import DynamoState  # noqa: PLC0415 - boto3 by need

    return DynamoState(_client("dynamodb", attempts=1), settings.table)


def state_facts(store: StateStore) -> StateFacts:
    """Return what the items of the table say that others must agree with."""
    from handler.adapters.dynamo_facts import TableFacts  # noqa: PLC0415

    return TableFacts(store)


def bucket_list(settings: Settings) -> Bucket:
    """Return the list of the bucket's files."""
    from handler.adapters.s3_listing import S3Listing  # noqa: PLC0415

    return S3Listing(_client("s3", attempts=5), settings.bucket)


def export_places() -> ExportPlaces:
    """Return where exports may lie besides this machine."""
    from handler.adapters.s3_listing import S3Places  # noqa: PLC0415

    return S3Places(_client("s3", attempts=5))


def _client(service: str, attempts: int) -> Any:  # noqa: ANN401 - boto3 has no types
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return boto3.client(service, config=config)
