"""What the table needs of boto3's low-level client."""

from __future__ import annotations

from typing import Any, Protocol


class DynamoClient(Protocol):
    """The calls used of boto3's ``client("dynamodb")``."""

    def get_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Read one item."""

    def batch_get_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Read items by their keys."""

    def put_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Write one item."""

    def update_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Change one item."""

    def query(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Read items of one partition."""

    def transact_write_items(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Write all or nothing."""
