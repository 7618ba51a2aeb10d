"""Lambda's runtime hands over what integrator.io says of a call only where it is told to."""

from __future__ import annotations

from typing import Any, Final

FIELDS: Final = ("diy", "_connectorId", "type", "function", "maxResponseSize")


def keep_client_context(runtime: Any) -> None:  # noqa: ANN401 - a module of Lambda's
    """Let Lambda hand over the fields that integrator.io sends.

    Lambda's runtime for Python keeps three fields of a client context, those of mobile apps, and
    drops all others. It asks this class which; so this has to be done before the first call.

    Args:
        runtime: the module ``awslambdaric.lambda_context``.
    """
    kept = tuple(runtime.ClientContext.__slots__)
    missing = tuple(name for name in FIELDS if name not in kept)
    runtime.ClientContext = type("ClientContext", (), {"__slots__": kept + missing})
