"""Every address of the API, and the view that answers there.

They stand here and not at the views, so that a process imports the one it answers with and no
other: all of them would be most of a cold start.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from werkzeug.routing import Rule

from handler.entrypoints.http_views import at_first_call

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

# method, address, module and function
ROUTES: Final = (
    ("POST", "/v1/settlements", "http_settlement.settle"),
    ("POST", "/v1/settlements/<settlement_id>/repost", "http_settlement.repost"),
    ("GET", "/v1/settlements", "http_settlement.settlements"),
    ("GET", "/v1/settlements/<settlement_id>", "http_settlement.settlement"),
    ("GET", "/v1/settlements/<settlement_id>/journal", "http_settlement.journal"),
    ("GET", "/v1/settlements/<settlement_id>/rows", "http_settlement.rows"),
    ("POST", "/v1/settlements/batch", "http_settlement_batch.settle_batch"),
    ("POST", "/v1/settlements/journal", "http_settlement_batch.journals"),
    ("POST", "/v1/settlements/classify", "http_settlement_batch.classify"),
    ("POST", "/v1/settlements/posted", "http_settlement_batch.posted"),
    ("GET", "/v1/exceptions", "http_exceptions.exceptions"),
    ("GET", "/v1/exceptions/catalogue", "http_exceptions.catalogue"),
    ("GET", "/v1/exceptions/<exception_id>", "http_exceptions.exception"),
    ("POST", "/v1/exceptions/<exception_id>", "http_exceptions.act"),
    ("POST", "/v1/exceptions/retry", "http_exceptions.retry_all"),
    ("POST", "/v1/settlements/<settlement_id>/delivered", "http_reconciliation.delivered"),
    ("POST", "/v1/settlements/<settlement_id>/posted", "http_reconciliation.posted"),
    ("POST", "/v1/deposits/match", "http_reconciliation.deposits"),
    ("POST", "/v1/orders/reconcile", "http_reconciliation.orders"),
    ("POST", "/v1/clearing/reconcile", "http_reconciliation.clearing"),
    ("GET", "/v1/reserves", "http_reconciliation.reserves"),
    ("GET", "/v1/sequence", "http_reconciliation.sequence"),
    ("GET", "/v1/fees/watch", "http_reconciliation.fees"),
    ("GET", "/v1/accruals", "http_reconciliation.accruals"),
    ("GET", "/v1/mappings/changes", "http_reconciliation.changes"),
    ("GET", "/v1/mappings/unmapped", "http_rules.unmapped"),
    ("GET", "/v1/mappings/rules", "http_rules.rules"),
    ("POST", "/v1/mappings/rules/preview", "http_rules.preview"),
    ("POST", "/v1/mappings/rules", "http_rules.save"),
    ("GET", "/v1/scorecard", "http_scorecard.show"),
    ("POST", "/v1/inventory/listings", "http_inventory.register_listings"),
    ("GET", "/v1/inventory/listings", "http_inventory.listings"),
    ("POST", "/v1/inventory/fbm/orders", "http_inventory.tell_orders"),
    ("POST", "/v1/inventory/fbm/notifications", "http_inventory.notifications"),
    ("POST", "/v1/inventory/fbm/decide", "http_inventory.decide_listings"),
    ("POST", "/v1/inventory/fbm/expire", "http_inventory.expire_listings"),
    ("POST", "/v1/inventory/fbm/acknowledge", "http_inventory.acknowledge_listings"),
    ("GET", "/v1/inventory/fbm/published", "http_inventory.published"),
    ("POST", "/v1/inventory/fba/reports", "http_fba.report"),
    ("GET", "/v1/inventory/fba/runs", "http_fba.runs"),
    ("GET", "/v1/inventory/fba/runs/<run_id>", "http_fba.run"),
    ("GET", "/v1/inventory/fba/runs/<run_id>/postings", "http_fba.postings"),
    ("POST", "/v1/inventory/fba/runs/<run_id>/posted", "http_fba.posted"),
    ("GET", "/v1/inventory/fba/evidence", "http_fba.evidence"),
    ("POST", "/v1/inventory/drift", "http_fba.drift"),
    ("GET", "/v1/inventory/drift", "http_fba.drift_history"),
    ("GET", "/v1/outbox", "http_outbox.lease"),
    ("POST", "/v1/outbox/acknowledge", "http_outbox.acknowledge"),
    ("POST", "/v1/outbox/return", "http_outbox.give_back"),
    ("POST", "/v1/outbox/release", "http_outbox.release"),
    ("GET", "/v1/outbox/parcels", "http_outbox.parcels"),
    ("POST", "/v1/uploads", "http_jobs.upload"),
    ("POST", "/v1/jobs", "http_jobs.submit_job"),
    ("GET", "/v1/jobs/<job_id>", "http_jobs.status"),
    ("GET", "/v1/jobs/<job_id>/result", "http_jobs.result"),
    ("POST", "/v1/netsuite/validate", "http_netsuite.validate"),
    ("GET", "/openapi.json", "http_contract.describe"),
)


class LateRule(Rule):
    """A rule that learns how to write its address when it is first asked to.

    werkzeug compiles a function for that, for every rule at once, which only pages with links need:
    half of what it takes to make the app.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)

        def write(rule: Rule, **values: Any) -> tuple[str, str]:  # noqa: ANN401 - of any kind
            return compiled(append_unknown)(rule, **values)

        return write


def add_routes(flask: Flask) -> None:
    """Let the app answer at every address; endpoints are called as their views are."""
    for method, address, view in ROUTES:
        module, _, name = view.partition(".")
        answer = at_first_call(f"{__package__}.{module}", name)
        flask.add_url_rule(address, view, answer, methods=[method])
