"""``pingPlugin``, a wrapper's ping: whether a connection to the plugin works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handler.core.errors import PluginError
from handler.entrypoints.celigo.functions.page_answer import Document, fault_of
from handler.flows.stores_answer import ask_stores

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options
    from handler.entrypoints.celigo.registry import CallContext
    from handler.flows.app import App


def ping_plugin(app: App, _: Options, __: CallContext) -> Document:
    """Say 200 where the plugin can work. A wrong key never gets here: it is refused before."""
    try:
        ask_stores(app)
    except PluginError as error:
        # integrator.io knows no other status of a connection that does not work.
        return {"statusCode": 401, "errors": [fault_of(error)]}
    return {"statusCode": 200, "errors": []}
