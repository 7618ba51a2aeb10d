"""Which job found an exception, to do it again: told by what the exception belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from handler.core.errors import PluginError, RefusedRequest
from handler.flows.app import App
from handler.flows.file_attempt import Upload
from handler.flows.outbox_names import parcel_id
from handler.flows.outbox_parking import release
from handler.flows.parcel import ParcelState
from handler.flows.posted import POSTED, UPLOADED, repost, settle_kept
from handler.flows.stock_files import UPLOADED as REPORTS
from handler.flows.upload import receive

if TYPE_CHECKING:
    from handler.flows.exception_ports import RegisteredException

# Returns why it is no better than before, as far as the job says so; "" where it does not.
Work = Callable[[App], str]
NOT_AGAIN: Final = "The job ran, and finds the same."
_SHA_256: Final = 64  # hexadecimal digits


def again(one: RegisteredException) -> Work:
    """Return the job that found an exception.

    Raises:
        RefusedRequest: ``NOT_RETRYABLE``: what it compared came with a call, and is kept nowhere.
    """
    kind, _, name = one.scope.partition(":")
    if kind == "settlement":
        return lambda app: _settle(app, name)
    if kind == "delivery":
        return lambda app: _release(app, name)
    if kind == "file" and name.startswith((UPLOADED, REPORTS)):
        return lambda app: _receive(app, name)
    if kind == "file" and len(name) == _SHA_256 and "/" not in name:
        return lambda app: _settle_posted(app, name)
    raise RefusedRequest(
        "NOT_RETRYABLE",
        "What found this exception came with a call of the flow, and only the flow has it.",
        "Do what its repair says and let the flow send the same again: it is resolved then.",
    )


def _settle(app: App, settlement_id: str) -> str:
    """Settle the recorded file again; one in the books is corrected by the difference."""
    answer = repost(app, settlement_id, b"")
    if answer.replayed:
        return "The file and the mappings are the same as before, so nothing could change."
    return ""


def _receive(app: App, key: str) -> str:
    # As the last attempt of an upload: what fails is parked with the reason of now.
    outcome = receive(app, Upload(app.files.bucket, key), app.upload_attempts)
    return f"{outcome.code}: {outcome.error.message}" if outcome.error else ""


def _settle_posted(app: App, digest: str) -> str:
    settle_kept(app, app.files.bucket, f"{POSTED}{digest}")
    return ""


def _release(app: App, group: str) -> str:
    parked = [one for one in app.outbox.group(group) if one.state is ParcelState.PARKED]
    for told in release(app, [parcel_id(one) for one in parked]):
        if isinstance(told, PluginError):
            raise told
    return ""
